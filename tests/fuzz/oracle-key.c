/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys, as paths that the kernel walks. The walk keeps a list of names; ".." takes the last away,
 * stays at the root, and works only where that last is a directory: known as one, or on the way to
 * the file that is reached in the end.
 */
#include "fuzz.h"
#include "oracle.h"

struct names {
	size_t n;
	struct text *t; /* ORACLE_MAX of them would be much: grown as needed */
};

static void names_done(struct names *l)
{
	free(l->t);
}

static void push(struct names *l, const struct text *name)
{
	l->t = realloc(l->t, (l->n + 1) * sizeof(*l->t));
	FUZZ_CHECK(l->t);
	l->t[l->n++] = *name;
}

static struct names split(const struct text *path)
{
	struct names out = {0};
	struct text left = *path, name, rest;

	while (text_cut(&left, '/', &name, &rest)) {
		push(&out, &name);
		left = rest;
	}
	push(&out, &left);
	return out;
}

static struct text join(const struct names *l)
{
	struct text out = {0};

	for (size_t i = 0; i < l->n; i++) {
		if (i)
			text_append(&out, '/');
		for (size_t k = 0; k < l->t[i].n; k++)
			text_append(&out, l->t[i].s[k]);
	}
	return out;
}

static bool known_directory(const struct text *path)
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

	for (size_t i = 0; i < ELEMENTSOF(known); i++)
		if (text_is(path, known[i]))
			return true;
	return false;
}

static bool is_above(const struct text *dir, const struct text *file)
{
	return file->n > dir->n && memcmp(file->s, dir->s, dir->n) == 0 && file->s[dir->n] == '/';
}

static bool is_dots(const struct text *name)
{
	return text_is(name, "") || text_is(name, ".") || text_is(name, "..");
}

bool oracle_walk(const struct text *path, struct text *ret_key)
{
	struct names parts = split(path), at = {0}, left = {0};
	struct text reached, proc = text_of_string("proc"), sys = text_of_string("sys");
	bool fine = !is_dots(&parts.t[parts.n - 1]);

	if (path->s[0] != '/') {
		push(&at, &proc);
		push(&at, &sys);
	}
	for (size_t i = 0; i < parts.n; i++) {
		if (text_is(&parts.t[i], "..")) {
			struct text dir = join(&at);

			push(&left, &dir);
			at.n -= at.n > 0;
		} else if (!is_dots(&parts.t[i])) {
			push(&at, &parts.t[i]);
		}
	}
	reached = join(&at);
	for (size_t i = 0; i < left.n; i++)
		fine = fine && (known_directory(&left.t[i]) || is_above(&left.t[i], &reached));
	fine = fine && at.n > 2 && text_is(&at.t[0], "proc") && text_is(&at.t[1], "sys");
	if (fine)
		*ret_key = text_from(&reached, strlen("proc/sys/"));
	names_done(&parts);
	names_done(&at);
	names_done(&left);
	return fine;
}

bool oracle_walk_appended(const struct text *spelled, struct text *ret_key)
{
	struct text path = text_of_string("/proc/sys/");

	for (size_t i = 0; i < spelled->n; i++)
		text_append(&path, spelled->s[i]);
	return oracle_walk(&path, ret_key);
}

struct text oracle_simplify(const struct text *path)
{
	struct names parts = split(path), kept = {0};
	struct text out;

	for (size_t i = 0; i < parts.n; i++)
		if (!text_is(&parts.t[i], "") && !text_is(&parts.t[i], "."))
			push(&kept, &parts.t[i]);
	out = join(&kept);
	names_done(&parts);
	names_done(&kept);
	return out;
}

bool oracle_has_dotdot(const struct text *path)
{
	struct names parts = split(path);
	bool has = false;

	for (size_t i = 0; i < parts.n; i++)
		has = has || text_is(&parts.t[i], "..");
	names_done(&parts);
	return has;
}

struct text oracle_first_separator(struct text key)
{
	bool swap = false;

	for (size_t i = 0; i < key.n && !swap; i++) {
		if (key.s[i] == '/')
			return key;
		swap = key.s[i] == '.';
	}
	for (size_t i = 0; i < key.n; i++)
		key.s[i] = key.s[i] == '.' ? '/' : key.s[i] == '/' ? '.' : key.s[i];
	return key;
}

bool oracle_is_pattern(const struct text *key)
{
	return text_has(key, "*?[");
}

bool oracle_is_deprecated(const struct text *key)
{
	struct names parts = split(key);
	const struct text *last = &parts.t[parts.n - 1];
	bool is = text_is(last, "base_reachable_time") || text_is(last, "retrans_time");

	names_done(&parts);
	return is;
}

struct said said_wrong(enum reason why)
{
	return (struct said){.kind = ENTRY_MALFORMED, .why = why};
}

struct said said_nothing(void)
{
	return (struct said){.nothing = true};
}
