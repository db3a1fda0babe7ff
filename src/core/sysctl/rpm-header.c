/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Headers of rpm packages (rpm manual, "Package format", section "Header"), without the magic that
 * they have in a package file: two big-endian counts, index entries of 16 bytes, a store of data.
 */
#include "rpm-db.h"

#include "str.h"

#include <stdio.h>

enum tag {
	TAG_NAME = 1000,
	TAG_VERSION = 1001,
	TAG_RELEASE = 1002,
	TAG_EPOCH = 1003,
	TAG_DIRINDEXES = 1116,
	TAG_BASENAMES = 1117,
	TAG_DIRNAMES = 1118,
};

/* A value in the store, which ends at end; what is cut off is not there. */
struct value {
	const unsigned char *s, *end;
	uint32_t count;
};

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Returns false when the header does not have the tag, or is damaged there. */
static bool find(const unsigned char *h, size_t n, enum tag tag, struct value *ret)
{
	uint32_t entries = n >= 8 ? be32(h) : 0;

	if (entries > (n - 8) / 16)
		return false;
	for (uint32_t i = 0; i < entries; i++) {
		const unsigned char *e = h + 8 + 16 * (size_t)i;
		size_t start = 8 + 16 * (size_t)entries + be32(e + 8);

		if (be32(e) != tag)
			continue;
		if (start >= n)
			return false;
		*ret = (struct value){.s = h + start, .end = h + n, .count = be32(e + 12)};
		return true;
	}
	return false;
}

/* The next string of an array, moved past; NULL at its end or where the header is cut. */
static const char *next_string(struct value *v)
{
	const char *s = (const char *)v->s;
	const unsigned char *nul =
		v->count > 0 ? memchr(v->s, '\0', (size_t)(v->end - v->s)) : NULL;

	if (!nul)
		return NULL;
	v->s = nul + 1;
	v->count--;
	return s;
}

static const char *string(const unsigned char *h, size_t n, enum tag tag)
{
	struct value v;

	return find(h, n, tag, &v) ? next_string(&v) : NULL;
}

/* A number of an array. Returns false where there is none. */
static bool number(const struct value *v, uint32_t i, uint32_t *ret)
{
	if (i >= v->count || (size_t)(v->end - v->s) / 4 <= i)
		return false;
	*ret = be32(v->s + 4 * (size_t)i);
	return true;
}

/* "[epoch:]version-release". Caller frees; NULL when out of memory. */
static char *version_of(const unsigned char *h, size_t n)
{
	const char *version = string(h, n, TAG_VERSION), *release = string(h, n, TAG_RELEASE);
	_cleanup_strbuf_ struct strbuf b = {0};
	struct value v;
	uint32_t epoch;

	if (find(h, n, TAG_EPOCH, &v) && number(&v, 0, &epoch))
		(void)strbuf_addf(&b, "%u:", epoch);
	(void)strbuf_addf(&b, "%s%s%s", version ? version : "", release ? "-" : "",
			  release ? release : "");
	return strbuf_take(&b);
}

/* True when a file of the header is at the path. */
static bool has_file(const unsigned char *h, size_t n, const char *path)
{
	const char *slash = strrchr(path, '/'), *base;
	size_t len = (size_t)(slash - path) + 1;
	struct value names, dirs, indexes;

	if (!find(h, n, TAG_BASENAMES, &names) || !find(h, n, TAG_DIRNAMES, &dirs) ||
	    !find(h, n, TAG_DIRINDEXES, &indexes))
		return false;
	for (uint32_t i = 0; (base = next_string(&names)); i++) {
		struct value d = dirs;
		const char *dir = NULL;
		uint32_t index;

		if (!streq(base, slash + 1) || !number(&indexes, i, &index))
			continue;
		for (uint32_t k = 0; k <= index && (k == 0 || dir); k++)
			dir = next_string(&d);
		if (dir && strlen(dir) == len && memcmp(dir, path, len) == 0)
			return true;
	}
	return false;
}

struct search {
	const char *name, *path, *other; /* wanted; NULL: not by this */
	char *found, *version;		 /* owned */
};

static int look(const unsigned char *h, size_t n, void *arg)
{
	struct search *s = arg;
	const char *name = string(h, n, TAG_NAME);

	if (!name || (s->name && !streq(name, s->name)))
		return 0;
	if (s->path && !has_file(h, n, s->path) && !(s->other && has_file(h, n, s->other)))
		return 0;
	s->found = strdup(name);
	s->version = version_of(h, n);
	return s->found && s->version ? 1 : -ENOMEM;
}

static int run(struct tree *tree, size_t max, struct search *s)
{
	int r = rpm_db_walk(tree, max, look, s);

	if (r > 0)
		return 0;
	free(s->found);
	free(s->version);
	return r < 0 ? r : -ENOENT;
}

int rpm_version(struct tree *tree, const char *name, char **ret)
{
	struct search s = {.name = name};
	int r = run(tree, RPM_HEADER_START, &s);

	if (r < 0)
		return r;
	free(s.found);
	*ret = s.version;
	return 0;
}

int rpm_owner(struct tree *tree, const char *path, const char *other, char **ret_name,
	      char **ret_version)
{
	struct search s = {.path = path, .other = other};
	int r = run(tree, RPM_HEADER_MAX, &s);

	if (r < 0)
		return r;
	*ret_name = s.found;
	*ret_version = s.version;
	return 0;
}
