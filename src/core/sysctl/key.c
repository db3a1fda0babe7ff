/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How keys are spelled, and what path below /proc/sys a spelling reaches. */
#include "loader-impl.h"

#include <fnmatch.h>

char *key_slashdot(const char *s, size_t n)
{
	char *key = strndup(s, n);
	char *sep;

	if (!key)
		return NULL;
	sep = strpbrk(key, "/.");
	if (!sep || *sep == '/')
		return key;
	for (char *p = key; *p; p++) {
		if (*p == '.')
			*p = '/';
		else if (*p == '/')
			*p = '.';
	}
	return key;
}

/* Calls for each component of a slash path: its start and length; "" and "." are passed over. */
static const char *next_component(const char *p, size_t *ret_len)
{
	for (;;) {
		while (*p == '/')
			p++;
		if (!*p)
			return NULL;
		*ret_len = strcspn(p, "/");
		if (*ret_len != 1 || *p != '.')
			return p;
		p += *ret_len;
	}
}

void key_simplify(char *key)
{
	char *out = key;
	const char *p = key;
	size_t n = 0;

	while ((p = next_component(p, &n))) {
		if (out != key)
			*out++ = '/';
		memmove(out, p, n);
		out += n;
		p += n;
	}
	*out = '\0';
}

bool key_has_dotdot(const char *key)
{
	size_t n = 0;

	for (const char *p = key; (p = next_component(p, &n)); p += n) {
		if (n == 2 && p[0] == '.' && p[1] == '.')
			return true;
	}
	return false;
}

int key_walk(const char *path, char **ret)
{
	_cleanup_free_ char *out = malloc(strlen(path) + 1);
	size_t len = 0, n = 0;

	if (!out)
		return -ENOMEM;
	for (const char *p = path; (p = next_component(p, &n)); p += n) {
		if (n == 2 && p[0] == '.' && p[1] == '.') {
			while (len > 0 && out[len - 1] != '/')
				len--;
			if (len > 0)
				len--;
			continue;
		}
		if (len > 0)
			out[len++] = '/';
		memcpy(out + len, p, n);
		len += n;
	}
	out[len] = '\0';
	*ret = TAKE_PTR(out);
	return 0;
}

bool key_is_glob(const char *s)
{
	return strpbrk(s, "*?[") != NULL;
}

bool key_glob_match(const char *pattern, const char *key)
{
	return fnmatch(pattern, key, FNM_PATHNAME | FNM_PERIOD) == 0;
}

/* Whether two patterns could both match one key. Errs towards true: only components that are both
 * literal, or a different number of components, exclude it. */
static bool globs_may_meet(const char *a, const char *b)
{
	size_t n = 0, m = 0;

	for (;;) {
		a = next_component(a, &n);
		b = next_component(b, &m);
		if (!a || !b)
			return !a && !b;
		if (!memchr(a, '*', n) && !memchr(a, '?', n) && !memchr(a, '[', n) &&
		    !memchr(b, '*', m) && !memchr(b, '?', m) && !memchr(b, '[', m) &&
		    (n != m || memcmp(a, b, n) != 0))
			return false;
		a += n;
		b += m;
	}
}

bool key_filter_match(const struct key_filter *f, const char *key, bool is_glob)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *want = f->patterns[i];

		if (is_glob && strchr(key, '{'))
			return true; /* apply.c decides */
		if (is_glob ? (key_is_glob(want) ? globs_may_meet(key, want)
						 : key_glob_match(key, want))
			    : streq(want, key) || (key_is_glob(want) && key_glob_match(want, key)))
			return true;
	}
	return false;
}
