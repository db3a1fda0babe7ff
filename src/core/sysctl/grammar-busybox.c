/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How busybox reads a line (continued lines are joined already): two words, cut at the first '='.
 * Before 1.28 it used its general word splitter instead, for which blanks separate as well.
 *
 * Keys: busybox turns dots into slashes from the left, each time at the longest name that exists.
 * Which names exist is not known here, so one rule stands for /proc/sys: no name has a dot in it,
 * but for those of network interfaces (net/ipv4/conf/eth0.100), which take all but the last part.
 */
#include "busybox.h"
#include "limits.h"

static bool has_dot(struct piece component)
{
	if ((component.n == 1 && component.s[0] == '.') ||
	    (component.n == 2 && component.s[0] == '.' && component.s[1] == '.'))
		return false;
	return component.n > 0 && memchr(component.s, '.', component.n);
}

/* True when the n bytes of path are one of the directories whose entries are network interfaces. */
static bool holds_interfaces(const char *path, size_t n)
{
	static const char *const dirs[] = {
		"net/ipv4/conf/",  "net/ipv4/neigh/", "net/ipv6/conf/",
		"net/ipv6/neigh/", "net/mpls/conf/",
	};

	for (size_t i = 0; i < ELEMENTSOF(dirs); i++)
		if (n == strlen(dirs[i]) && memcmp(path, dirs[i], n) == 0)
			return true;
	return false;
}

/*
 * Replaces dots where what stands before them is a name that exists, by the rule above. In place.
 * Returns false when a dot is left in a name, so that nothing can be found.
 */
static bool replace_dots(char *key)
{
	size_t start = 0; /* of the component that is being looked at */

	for (size_t i = 0; key[i]; i++) {
		struct piece component = {key + start, i - start};

		if (key[i] == '.' && holds_interfaces(key, start)) {
			char *slash = strchr(key + i, '/'), *dot = strrchr(key + i, '.');

			i = (size_t)((slash ? slash : dot) - key);
			key[i] = '/';
			start = i + 1;
		} else if (key[i] == '.' && i > 0) {
			size_t rest = strcspn(key + start, "/");

			/* A whole component "." or ".." is the kernel's, not a separator; of dots
			 * that a component begins with, as many as make one of them stay. */
			if (!has_dot(component) && has_dot((struct piece){key + start, rest}) &&
			    !(i - start < 2 && strspn(key + start, ".") > i - start + 1))
				key[i] = '/';
		}
		if (key[i] == '/')
			start = i + 1;
	}
	for (const char *c = key; *c;) {
		size_t n = strcspn(c, "/");

		if (has_dot((struct piece){c, n}) && !holds_interfaces(key, (size_t)(c - key)))
			return false;
		c += n + (c[n] != '\0');
	}
	return true;
}

static void swap_separators(char *key)
{
	for (; *key; key++) {
		if (*key == '.')
			*key = '/';
		else if (*key == '/')
			*key = '.';
	}
}

int busybox_set_key(struct parsed *p, quirks_t q, struct piece name)
{
	_cleanup_free_ char *path = NULL;
	size_t first;
	int r;

	if (name.n == 0 || name.n >= LIMIT_PATH || memchr(name.s, '\0', name.n))
		return parsed_bad(p, REASON_BAD_KEY);
	p->spelled = strndup(name.s, name.n);
	path = strndup(name.s, name.n);
	if (!p->spelled || !path)
		return -ENOMEM;
	if (name.s[0] == '-' || key_is_glob(path))
		return parsed_bad(p, REASON_NOT_SUPPORTED);

	first = strcspn(path, "./");
	if ((q & Q(SWAPS_MIXED)) && path[first] == '.' && strchr(path, '/'))
		swap_separators(path);
	else if ((q & Q(GREEDY_DOTS)) && !replace_dots(path))
		return parsed_bad(p, REASON_BAD_KEY);
	r = key_from_path(path, &p->key);
	if (r < 0)
		return r;
	return p->key ? 0 : parsed_bad(p, REASON_BAD_KEY);
}

/* Before 1.28: runs of blanks and '=' separate, '#' ends the line wherever it stands. */
static int split_words(struct piece line, struct piece *ret_name, struct piece *ret_value,
		       struct parsed *p)
{
	static const char separators[] = " \t=";
	const char *hash = line.n ? memchr(line.s, '#', line.n) : NULL;
	size_t n = 0;

	if (hash)
		line.n = (size_t)(hash - line.s);
	line = piece_trim_right(piece_trim_left(line, separators), separators);
	if (line.n == 0)
		return 0;
	while (n < line.n && !strchr(separators, line.s[n]))
		n++;
	*ret_name = (struct piece){line.s, n};
	*ret_value = piece_trim_left((struct piece){line.s + n, line.n - n}, separators);
	return ret_value->n ? 1 : parsed_bad(p, REASON_NO_EQUALS);
}

static int split_at_equals(quirks_t q, struct piece line, struct piece *ret_name,
			   struct piece *ret_value, struct parsed *p)
{
	const char *blanks = (q & Q(TRIMS_ALL)) ? NULL : " \t\n\r";
	struct piece start = piece_trim_left(line, blanks), name, value;

	if (start.n == 0 || start.s[0] == '#' || start.s[0] == ';')
		return 0;
	if (!piece_split(line, '=', &name, &value))
		return parsed_bad(p, REASON_NO_EQUALS);
	/* A '#' right after the '=' ends the line there, although it is no comment elsewhere. */
	if (value.n == 0 || value.s[0] == '#')
		return parsed_bad(p, REASON_NO_VALUE);
	*ret_name = piece_trim_right(piece_trim_left(name, blanks), blanks);
	*ret_value = piece_trim_right(piece_trim_left(value, blanks), blanks);
	return 1;
}

int grammar_busybox(quirks_t q, const char *line, size_t n, struct parsed *ret)
{
	struct piece all = {line, n}, name, value;
	int r;

	ret->kind = ENTRY_ASSIGN;
	r = (q & Q(WORDS)) ? split_words(all, &name, &value, ret)
			   : split_at_equals(q, all, &name, &value, ret);
	if (r != 1 || ret->kind == ENTRY_MALFORMED)
		return r;
	r = busybox_set_key(ret, q, name);
	if (r != 0)
		return r;
	/* From 1.31 on an empty value is a write of no bytes, which is none. */
	if (value.n == 0)
		return parsed_bad(ret, REASON_NO_VALUE);
	r = parsed_set_value(ret, value);
	return r < 0 ? r : 1;
}
