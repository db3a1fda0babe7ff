/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stays of a file in a record. Files are told apart by their paths; where a path says nothing,
 * the lines stay that mention the key, in any spelling or by a pattern that could mean it, or
 * sysctl(8). Lines that go leave an empty line. Whether what is left still comes to the same is not
 * believed but tried: whoever makes a record judges it again.
 */
#include "record.h"

#include "str.h"

#include <fnmatch.h>

/* Text, and where it ends. */
struct piece {
	const char *s;
	size_t n;
};

static bool has_word(struct piece p, const char *word)
{
	const size_t n = strlen(word);

	for (size_t i = 0; i + n <= p.n; i++) {
		if (strncasecmp(p.s + i, word, n) == 0)
			return true;
	}
	return false;
}

static bool begins(struct piece p, const char *prefix)
{
	return p.n >= strlen(prefix) && memcmp(p.s, prefix, strlen(prefix)) == 0;
}

static struct piece skip_blanks(struct piece p)
{
	while (p.n > 0 && (*p.s == ' ' || *p.s == '\t')) {
		p.s++;
		p.n--;
	}
	return p;
}

/* A line whose first word, up to a "=", is a pattern that means the key. What fnmatch(3) does not
 * know of (braces, quotes, variables) counts where the key begins as what stands before it does. */
static bool pattern_could_match(struct piece p)
{
	static const char key[] = "kernel/yama/ptrace_scope";
	char word[256];
	size_t n = 0, plain;

	p = skip_blanks(p);
	if (p.n > 0 && *p.s == '-')
		p = skip_blanks((struct piece){p.s + 1, p.n - 1});
	for (; n < p.n && n < sizeof(word) - 1 && !strchr(" \t=", p.s[n]); n++)
		word[n] = p.s[n] == '.' ? '/' : p.s[n];
	word[n] = '\0';
	if (fnmatch(word, key, FNM_PATHNAME) == 0)
		return true;
	plain = strcspn(word, "{\\$\"'");
	return plain < n && strncmp(word, key, plain) == 0;
}

static bool line_is_about_the_key(struct piece p)
{
	const struct piece text = skip_blanks(p);

	if (has_word(p, "yama") || has_word(p, "ptrace"))
		return true;
	if (text.n > 0 && (*text.s == '#' || *text.s == ';'))
		return false;
	return has_word(p, "sysctl") || has_word(p, "rcS.d") || pattern_could_match(p);
}

/* Of a unit: sections, what it runs and on what conditions. */
static bool line_of_unit(struct piece p)
{
	p = skip_blanks(p);
	return begins(p, "[") || begins(p, "ExecStart") || begins(p, "Condition") ||
	       begins(p, "Assert") || line_is_about_the_key(p);
}

/* Settings of a loader: all but comments. */
static bool line_of_settings(struct piece p)
{
	p = skip_blanks(p);
	return p.n > 0 && *p.s != '#' && *p.s != ';';
}

static bool (*rule_for(const char *path))(struct piece p)
{
	static const char *const settings[] = {"/etc/default/ufw", "/etc/ufw/ufw.conf",
					       "/etc/tuned/",	   "/usr/lib/tuned/",
					       "/etc/conf.d/",	   "/etc/rc.conf"};

	if (strstr(path, "/systemd/system/"))
		return line_of_unit;
	for (size_t i = 0; i < ELEMENTSOF(settings); i++) {
		if (startswith(path, settings[i]))
			return line_of_settings;
	}
	return line_is_about_the_key;
}

/* Cuts the first line off, without its newline. Returns false at the end. */
static bool next_line(struct piece *text, struct piece *ret)
{
	const char *nl;

	if (text->n == 0)
		return false;
	nl = memchr(text->s, '\n', text->n);
	*ret = (struct piece){text->s, nl ? (size_t)(nl - text->s) : text->n};
	text->s += ret->n + (nl != NULL);
	text->n -= ret->n + (nl != NULL);
	return true;
}

static bool goes_on(struct piece p)
{
	return p.n > 0 && p.s[p.n - 1] == '\\';
}

/* What a program is started with may be a secret; that it is started is not. */
static struct piece without_arguments(struct piece p)
{
	const char *equals = memchr(p.s, '=', p.n);
	struct piece value;
	size_t n = 0;

	if (!begins(skip_blanks(p), "ExecStart") || !equals || has_word(p, "sysctl") ||
	    has_word(p, "yama") || has_word(p, "ptrace"))
		return p;
	value = skip_blanks((struct piece){equals + 1, p.n - (size_t)(equals + 1 - p.s)});
	while (n < value.n && value.s[n] != ' ' && value.s[n] != '\t')
		n++;
	return (struct piece){p.s, (size_t)(value.s - p.s) + n};
}

/* One line, or several that belong together, are kept or left empty as one. */
static void reduce_lines(const struct recorded *node, struct strbuf *out)
{
	bool (*keep)(struct piece p) = rule_for(node->path);
	struct piece text = {node->bytes, node->n}, line;
	size_t end = 0;

	while (text.n > 0) {
		struct piece rest = text;
		const char *first = text.s;
		bool kept = false, joined = false;

		while (next_line(&rest, &line)) {
			kept |= keep(line);
			if (!goes_on(line))
				break;
			joined = true;
		}
		while (text.s < rest.s) {
			struct piece whole = text;

			(void)next_line(&text, &line);
			if (kept && !joined && keep == line_of_unit)
				line = without_arguments(line);
			if (kept)
				(void)strbuf_add(out, line.s, line.n);
			if (text.s > whole.s && text.s[-1] == '\n')
				(void)strbuf_addc(out, '\n');
		}
		if (kept)
			end = out->len;
		if (text.s == first)
			break;
	}
	if (out->bytes)
		out->bytes[end] = '\0';
	out->len = end;
}

static int replace(struct recorded *node, struct strbuf *b)
{
	const size_t n = b->len;
	char *bytes = strbuf_take(b);

	if (!bytes)
		return -ENOMEM;
	free(node->bytes);
	node->bytes = bytes;
	node->n = n;
	node->whole = false;
	return 0;
}

static bool has_file(const struct recorded *node)
{
	return node->opened && node->open == 0;
}

/* What package managers keep: questions about it have answers of their own. */
static bool is_no_database(const struct recorded *node, void *arg)
{
	static const char *const places[] = {"/var/lib/dpkg", "/lib/apk", "/usr/lib/apk",
					     "/var/lib/rpm", "/usr/lib/sysimage/rpm"};

	for (size_t i = 0; i < ELEMENTSOF(places); i++) {
		const size_t n = strlen(places[i]);

		if (startswith(node->path, places[i]) &&
		    (node->path[n] == '/' || node->path[n] == '\0'))
			return false;
	}
	return true;
}

void record_strip(struct tree *t)
{
	static const char *const places[] = {"/boot/",
					     "/efi/",
					     "/etc/default/grub",
					     "/etc/kernel/",
					     "/proc/",
					     "/etc/credstore.encrypted/",
					     "/run/credstore.encrypted/",
					     "/usr/lib/credstore.encrypted/"};
	struct recorded *node;

	tree_record_filter(t, is_no_database, NULL);
	for (size_t i = 0; (node = tree_record_at(t, i)); i++) {
		for (size_t k = 0; has_file(node) && k < ELEMENTSOF(places); k++) {
			if (!startswith(node->path, places[k]))
				continue;
			free(node->bytes);
			node->bytes = NULL;
			node->n = 0;
			node->whole = false;
		}
	}
}

int record_reduce(struct tree *t)
{
	struct recorded *node;

	for (size_t i = 0; (node = tree_record_at(t, i)); i++) {
		struct strbuf b = {0};

		if (!has_file(node))
			continue;
		reduce_lines(node, &b);
		if (replace(node, &b) < 0)
			return -ENOMEM;
	}
	return 0;
}
