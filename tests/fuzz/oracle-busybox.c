/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A line of busybox, and of OpenRC's script that hands each to it. Keys are found as busybox does
 * it: it looks for the longest beginning, cut at a dot, that exists, makes the dot a slash, and
 * starts again after it. What exists is a model: every name without a dot, and one network
 * interface.
 */
#include "fuzz.h"
#include "oracle.h"

/* The name of the interface that the key means, with dots: all up to the next slash, or up to the
 * last dot. */
static struct text interface_after(const struct text *rest)
{
	struct text name, unused;

	if (text_cut(rest, '/', &name, &unused))
		return name;
	for (size_t i = rest->n; i > 0; i--)
		if (rest->s[i - 1] == '.')
			return text_of(rest->s, i - 1);
	return *rest;
}

static bool holds_interfaces(const struct text *dir)
{
	return text_is(dir, "net/ipv4/conf") || text_is(dir, "net/ipv4/neigh") ||
	       text_is(dir, "net/ipv6/conf") || text_is(dir, "net/ipv6/neigh") ||
	       text_is(dir, "net/mpls/conf");
}

/* access(2) in /proc/sys. key: what is left of the key as written, of which path is the start. */
static bool exists(const struct text *path, const struct text *key)
{
	struct text left = *path, name, rest, before = {0};

	if (path->n == 0)
		return false;
	for (;;) {
		bool last = !text_cut(&left, '/', &name, &rest);

		if (last)
			name = left;
		if (text_has(&name, ".") && !text_is(&name, ".") && !text_is(&name, "..")) {
			struct text after, interface;

			if (!holds_interfaces(&before))
				return false;
			after = text_from(key, before.n + 1);
			interface = interface_after(&after);
			if (name.n != interface.n || memcmp(name.s, interface.s, name.n) != 0)
				return false;
		}
		if (last)
			return true;
		before = text_of(path->s, path->n - rest.n - 1);
		left = rest;
	}
}

static struct text dots_to_slashes(struct text key)
{
	size_t good = 0; /* bytes of it that are settled */
	bool found;

	do {
		found = false;
		for (size_t i = key.n + 1; i-- > good && !found;) {
			struct text start = text_of(key.s, i);

			if (i < key.n && key.s[i] != '.')
				continue;
			if (exists(&start, &key)) {
				if (i == key.n)
					return key;
				key.s[i] = '/';
				good = i + 1;
				found = true;
			}
		}
	} while (found);
	return key;
}

/* Returns false with the reason in said. */
static bool find_key(unsigned version, struct text name, struct said *said)
{
	struct text before, after;

	if (name.n == 0) {
		*said = said_wrong(REASON_BAD_KEY);
		return false;
	}
	if (name.s[0] == '-' || oracle_is_pattern(&name)) {
		*said = said_wrong(REASON_NOT_SUPPORTED);
		return false;
	}
	if (version >= 131 && text_cut(&name, '/', &before, &after) && text_has(&before, ".")) {
		for (size_t i = 0; i < name.n; i++)
			name.s[i] = name.s[i] == '.' ? '/' : name.s[i] == '/' ? '.' : name.s[i];
	} else {
		name = dots_to_slashes(name);
		if (!exists(&name, &name)) {
			*said = said_wrong(REASON_BAD_KEY);
			return false;
		}
	}
	if (oracle_walk(&name, &said->key))
		return true;
	*said = said_wrong(REASON_BAD_KEY);
	return false;
}

/* Before 1.28: words between blanks and '='. */
static struct said old_busybox(unsigned version, struct text line)
{
	struct said said = {.kind = ENTRY_ASSIGN};
	struct text name, unused;
	size_t i = 0;

	(void)text_cut(&line, '#', &line, &unused);
	line = text_strip(line, " \t=");
	if (line.n == 0)
		return said_nothing();
	while (i < line.n && !strchr(" \t=", line.s[i]))
		i++;
	name = text_of(line.s, i);
	said.value = text_strip_left(text_from(&line, i), " \t=");
	if (said.value.n == 0)
		return said_wrong(REASON_NO_EQUALS);
	(void)find_key(version, name, &said);
	return said;
}

struct said oracle_busybox(unsigned version, struct text line)
{
	struct said said = {.kind = ENTRY_ASSIGN};
	struct text name, value, start = text_strip_left(line, C_BLANKS);

	if (version < 128)
		return old_busybox(version, line);
	if (start.n == 0 || start.s[0] == '#' || start.s[0] == ';')
		return said_nothing();
	if (!text_cut(&line, '=', &name, &value))
		return said_wrong(REASON_NO_EQUALS);
	if (value.n == 0 || value.s[0] == '#')
		return said_wrong(REASON_NO_VALUE);
	said.value = text_strip(value, C_BLANKS);
	if (!find_key(version, text_strip(name, C_BLANKS), &said))
		return said;
	return said.value.n ? said : said_wrong(REASON_NO_VALUE);
}

/* sed 's/ = /=/' on each line, where a NUL ends a line as a newline does. */
static struct text after_sed(const struct text *lines)
{
	struct text out = {0};
	bool replaced = false;

	for (size_t i = 0; i < lines->n; i++) {
		char c = lines->s[i];

		if (c == '\n' || c == '\0')
			replaced = false;
		if (!replaced && i + 3 <= lines->n && memcmp(lines->s + i, " = ", 3) == 0) {
			text_append(&out, '=');
			replaced = true;
			i += 2;
		} else {
			text_append(&out, c);
		}
	}
	return out;
}

/* The first word that "read" finds; it drops every NUL. The last of its variables loses the blanks
 * at the end, escaped ones too: that is the word where nothing follows it. */
static struct text after_read(const struct text *lines)
{
	struct text seen = {0}, word = {0};
	bool ended = false;

	for (size_t i = 0; i < lines->n; i++)
		if (lines->s[i])
			text_append(&seen, lines->s[i]);
	seen = text_strip_left(seen, " \t\n");
	for (size_t i = 0; i < seen.n && !ended; i++) {
		if (seen.s[i] == '\\') {
			i++;
			if (i < seen.n && seen.s[i] != '\n')
				text_append(&word, seen.s[i]);
			/* A line that only goes on is no beginning of a word yet. */
			else if (i < seen.n && word.n == 0)
				while (i + 1 < seen.n && strchr(" \t\n", seen.s[i + 1]))
					i++;
		} else if (strchr(" \t\n", seen.s[i])) {
			ended = true;
		} else {
			text_append(&word, seen.s[i]);
		}
	}
	return ended ? word : text_strip_right(word, " \t\n");
}

struct said oracle_openrc(unsigned version, struct text line)
{
	struct said said = {.kind = ENTRY_ASSIGN};
	struct text joined = after_sed(&line), word = after_read(&joined), name, value;

	if (word.n == 0 || word.s[0] == '#')
		return said_nothing();
	if (word.s[0] == '-')
		return said_wrong(REASON_NOT_SUPPORTED);
	if (!text_cut(&word, '=', &name, &value))
		return said_wrong(REASON_NO_EQUALS);
	if (!find_key(version, name, &said))
		return said;
	if (value.n == 0)
		return said_wrong(REASON_NO_VALUE);
	said.value = value;
	return said;
}
