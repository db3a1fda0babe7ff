/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What several grammars do alike: blanks, pieces of a line, and the path that the kernel walks for
 * a spelled key. Pieces are pairs of pointers into the line, so nothing is copied before it is
 * known to be wanted.
 */
#include "grammar.h"

bool piece_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct piece piece_trim_left(struct piece p, const char *blanks)
{
	while (p.n > 0 && (blanks ? p.s[0] && strchr(blanks, p.s[0]) : piece_is_blank(p.s[0]))) {
		p.s++;
		p.n--;
	}
	return p;
}

struct piece piece_trim_right(struct piece p, const char *blanks)
{
	while (p.n > 0 && (blanks ? p.s[p.n - 1] && strchr(blanks, p.s[p.n - 1])
				  : piece_is_blank(p.s[p.n - 1])))
		p.n--;
	return p;
}

bool piece_split(struct piece p, char c, struct piece *ret_left, struct piece *ret_right)
{
	const char *at = p.n ? memchr(p.s, c, p.n) : NULL;

	if (!at)
		return false;
	*ret_left = (struct piece){p.s, (size_t)(at - p.s)};
	*ret_right = (struct piece){at + 1, p.n - (size_t)(at - p.s) - 1};
	return true;
}

/* A path below /proc/sys names no file when it ends in a separator or a dot component: the walk
 * would need a directory there. */
static bool ends_as_directory(const char *path)
{
	const char *last = strrchr(path, '/');

	last = last ? last + 1 : path;
	return streq(last, "") || streq(last, ".") || streq(last, "..");
}

/* Whether what stands at a path (as key_walk() gives it) is a directory, as far as can be told
 * without looking: it is above the key, or one of those that every kernel has. */
static bool is_directory(const char *path, const char *key)
{
	static const char *const known[] = {
		"",
		"proc",
		"proc/sys",
		"proc/sys/kernel",
		"proc/sys/vm",
		"proc/sys/fs",
		"proc/sys/net",
		"proc/sys/net/core",
		"proc/sys/dev",
		"proc/sys/user",
		"proc/sys/debug",
		"proc/sys/abi",
	};
	size_t n = strlen(path);

	for (size_t i = 0; i < ELEMENTSOF(known); i++)
		if (streq(path, known[i]))
			return true;
	return strncmp(key, path, n) == 0 && key[n] == '/';
}

/* Whether each ".." of the path is in a directory. Returns 1, 0, or -ENOMEM. */
static int goes_up_from_directories(const char *path, const char *key)
{
	for (const char *p = path; (p = strstr(p, "/..")); p += 3) {
		_cleanup_free_ char *before = NULL, *walked = NULL;

		if (p[3] != '/' && p[3] != '\0')
			continue;
		before = strndup(path, (size_t)(p - path));
		if (!before || key_walk(before, &walked) < 0)
			return -ENOMEM;
		if (!is_directory(walked, key))
			return 0;
	}
	return 1;
}

int key_from_path(const char *path, char **ret)
{
	static const char proc_sys[] = "proc/sys/";
	_cleanup_free_ char *full = NULL, *walked = NULL;
	_cleanup_strbuf_ struct strbuf b = {0};
	char *key = NULL;
	int r;

	if (!ends_as_directory(path)) {
		if (path[0] != '/')
			(void)strbuf_adds(&b, proc_sys);
		(void)strbuf_adds(&b, path);
		full = strbuf_take(&b);
		if (!full)
			return -ENOMEM;
		r = key_walk(full, &walked);
		if (r < 0)
			return r;
	}
	r = walked ? goes_up_from_directories(full, walked) : 0;
	if (r < 0)
		return r;
	if (r > 0 && startswith(walked, proc_sys) && walked[strlen(proc_sys)]) {
		key = strdup(walked + strlen(proc_sys));
		if (!key)
			return -ENOMEM;
	}
	*ret = key;
	return 0;
}

int parsed_bad(struct parsed *p, enum reason reason)
{
	p->kind = ENTRY_MALFORMED;
	p->reason = reason;
	return 1;
}

int parsed_set_value(struct parsed *p, struct piece value)
{
	p->value = malloc(value.n + 1); /* may hold a NUL, so that strndup(3) would not do */
	if (!p->value)
		return -ENOMEM;
	memcpy(p->value, value.s, value.n);
	p->value[value.n] = '\0';
	p->value_len = value.n;
	return 0;
}

int parsed_set_key(struct parsed *p, quirks_t q, char *spelled)
{
	_cleanup_free_ char *path = NULL;
	int r;

	if (!spelled)
		return -ENOMEM;
	p->spelled = spelled;
	p->is_glob = (q & Q(GLOBS)) && key_is_glob(spelled);
	if (!p->is_glob && key_is_glob(spelled))
		return parsed_bad(p, REASON_NOT_SUPPORTED);
	/* The programs append what is spelled to "/proc/sys/", so that a leading '/' is one too
	 * many, not an absolute path. */
	if (asprintf(&path, "/proc/sys/%s", spelled) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = key_from_path(path, &p->key);
	if (r < 0)
		return r;
	return p->key ? 0 : parsed_bad(p, REASON_BAD_KEY);
}

char *key_spell(quirks_t q, const char *s, size_t n)
{
	char *key;

	if (q & Q(FIRST_SEPARATOR))
		return key_slashdot(s, n);
	key = strndup(s, n);
	for (char *c = key; c && *c; c++) {
		if (*c == '.' && (q & (Q(ALL_DOTS) | Q(SWAPS))))
			*c = '/';
		else if (*c == '/' && (q & Q(SWAPS)))
			*c = '.';
	}
	return key;
}

/* The i-th component of a slash path. */
static struct piece component_at(const char *key, size_t i)
{
	while (i-- > 0 && *key) {
		key += strcspn(key, "/");
		key += *key == '/';
	}
	return (struct piece){key, strcspn(key, "/")};
}

int key_glob_path(const char *pattern, const char *key, char **ret)
{
	_cleanup_strbuf_ struct strbuf out = {0};
	size_t depth = 0;

	while (*pattern) {
		struct piece c = {pattern, strcspn(pattern, "/")};
		bool up = c.n == 2 && memcmp(c.s, "..", 2) == 0;
		bool same = c.n == 0 || (c.n == 1 && *c.s == '.');

		pattern += c.n;
		for (size_t i = 0; i < c.n; i++) {
			if (strchr("*?[", c.s[i])) {
				c = component_at(key, depth);
				break;
			}
		}
		(void)strbuf_add(&out, c.s, c.n);
		if (*pattern == '/')
			(void)strbuf_addc(&out, *pattern++);
		if (up)
			depth -= depth > 0;
		else
			depth += !same;
	}
	*ret = strbuf_take(&out);
	return *ret ? 0 : -ENOMEM;
}
