/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * procps hands each file's path to glob(3) with GLOB_NOCHECK | GLOB_BRACE before it opens it, so
 * that a file whose name holds a pattern is read under the names that the pattern finds.
 */
#include "loader-impl.h"

#include <fnmatch.h>

/* Names that braces may expand to. */
#define NAMES_MAX 256

struct names {
	char *items[NAMES_MAX];
	size_t n;
};

static void names_done(struct names *n)
{
	for (size_t i = 0; i < n->n; i++)
		free(n->items[i]);
}

/* End of one alternative at s: the ',' or '}' of this nesting depth. */
static const char *alternative_end(const char *s)
{
	unsigned depth = 0;

	for (; *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		else if (*s == '{')
			depth++;
		else if (*s == '}' && depth-- == 0)
			return s;
		else if (*s == ',' && depth == 0)
			return s;
	}
	return NULL;
}

static const char *find_brace(const char *s)
{
	for (; *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		else if (s[0] == '{' && s[1] == '}')
			s++;
		else if (*s == '{')
			return s;
	}
	return NULL;
}

/* Expands the first brace of each name until none is left. Returns 0, -ENOMEM; 1 when it is too
 * much. */
static int expand_braces(const char *name, struct names *out)
{
	_cleanup_(names_done) struct names todo = {0};

	todo.items[todo.n] = strdup(name);
	if (!todo.items[todo.n++])
		return -ENOMEM;
	while (todo.n > 0) {
		_cleanup_free_ char *s = todo.items[--todo.n];
		const char *open = find_brace(s), *close = NULL;
		const char *alternatives[NAMES_MAX + 1];
		size_t n = 0;

		for (const char *p = open; open && p && n < NAMES_MAX; p = alternative_end(p)) {
			if (p > open && *p == '}') {
				close = p;
				break;
			}
			alternatives[n++] = ++p;
		}
		if (!close) {
			if (out->n >= NAMES_MAX)
				return 1;
			out->items[out->n++] = TAKE_PTR(s);
			continue;
		}
		if (todo.n + n > NAMES_MAX)
			return 1;
		while (n-- > 0) { /* last first: the list is taken from its end */
			const char *alt = alternatives[n];
			_cleanup_strbuf_ struct strbuf b = {0};

			(void)strbuf_add(&b, s, (size_t)(open - s));
			(void)strbuf_add(&b, alt, (size_t)(alternative_end(alt) - alt));
			(void)strbuf_adds(&b, close + 1);
			todo.items[todo.n] = strbuf_take(&b);
			if (!todo.items[todo.n])
				return -ENOMEM;
			todo.n++;
		}
	}
	return 0;
}

static int dropin_at(const struct dropin *d, const char *name, enum tree_type type,
		     struct dropin *ret)
{
	size_t dir = (size_t)(d->name - d->path);
	char *path = malloc(dir + strlen(name) + 1);

	if (!path)
		return -ENOMEM;
	memcpy(path, d->path, dir);
	strcpy(path + dir, name);
	*ret = (struct dropin){.path = path, .name = path + dir, .dir = d->dir, .type = type};
	return 0;
}

/* procps gives up on what a name finds at the first that it cannot open. */
static bool can_be_opened(const struct read_ctx *c, ssize_t index)
{
	const struct sysctl_file *f = &c->script->files[index];

	return f->reason != REASON_DANGLING && f->reason != REASON_LOOP;
}

/* Reads what one brace-free pattern finds. Sets the index of the last file read in *ret. Returns 1
 * when procps would go no further, 0, or a negative errno. */
static int read_matches(struct read_ctx *c, const struct dropin *d, const struct tree_list *list,
			const char *pattern, ssize_t *ret)
{
	for (size_t i = 0; i < list->n; i++) {
		struct dropin match;
		ssize_t index;

		if (fnmatch(pattern, list->entries[i].name, FNM_PERIOD) != 0)
			continue;
		if (dropin_at(d, list->entries[i].name, list->entries[i].type, &match) < 0)
			return -ENOMEM;
		index = ctx_read_dropin(c, &match);
		free(match.path);
		if (index < 0)
			return (int)index;
		*ret = index;
		if (!can_be_opened(c, index))
			return 1;
	}
	return 0;
}

ssize_t ctx_read_by_pattern(struct read_ctx *c, const struct dropin *d)
{
	_cleanup_(names_done) struct names names = {0};
	_cleanup_(tree_list_done) struct tree_list list = {0};
	_cleanup_free_ char *dir = NULL;
	ssize_t index = -1;
	int r;

	if (!strpbrk(d->name, "*?[{\\"))
		return ctx_read_dropin(c, d);
	dir = strndup(d->path, (size_t)(d->name - d->path) - 1);
	if (!dir)
		return -ENOMEM;
	r = expand_braces(d->name, &names);
	if (r < 0)
		return r;
	r = tree_list(c->tree, dir, &list);
	if (r == -ENOMEM)
		return r;
	for (size_t i = 0; i < names.n; i++) {
		r = read_matches(c, d, &list, names.items[i], &index);
		if (r < 0)
			return r;
		if (r > 0)
			break;
	}
	return index >= 0 ? index : ctx_read_dropin(c, d);
}

ssize_t ctx_read_among(struct read_ctx *c, const struct dropin *d, const struct dropins *among)
{
	_cleanup_(names_done) struct names names = {0};
	ssize_t index = -1;

	if (!strpbrk(d->name, "*?[{\\"))
		return ctx_read_dropin(c, d);
	if (expand_braces(d->name, &names) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < names.n; i++) {
		for (size_t k = 0; k < among->n; k++) {
			if (fnmatch(names.items[i], among->items[k].name, FNM_PERIOD) != 0)
				continue;
			index = ctx_read_dropin(c, &among->items[k]);
			if (index < 0 || !can_be_opened(c, index))
				return index;
		}
	}
	return index >= 0 ? index : ctx_read_dropin(c, d);
}

bool key_glob_match_braces(const char *pattern, const char *key)
{
	_cleanup_(names_done) struct names names = {0};

	if (!strchr(pattern, '{') || expand_braces(pattern, &names) != 0)
		return key_glob_match(pattern, key);
	for (size_t i = 0; i < names.n; i++) {
		if (key_glob_match(names.items[i], key))
			return true;
	}
	return false;
}
