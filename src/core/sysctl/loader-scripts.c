/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Boot scripts that call "sysctl -p" once for each file: Alpine's and Void's. Each call is a
 * process, so that a refused value under busybox ends one file only, and a list of procps 4 knows
 * one file only. Names come from the shell's "*.conf": sorted by their bytes, none hidden.
 *
 * Versions: Alpine's script has changed nothing that counts here, so its version is that of the
 * sysctl that it runs, busybox (1.x) or procps (3.x, 4.x). Void's is that of void-runit, with
 * procps as Void had it then; 20190724 is a change that was proposed and is in no release.
 */
#include "busybox.h"
#include "procps.h"

static const char run_dir[] = "/run/sysctl.d";

/* Whether the script passes over a directory, since it is empty after a reboot. */
static bool is_left_out(const struct read_ctx *c, const char *dir)
{
	return !c->volatile_too && path_is_volatile(dir);
}

/* Whether what stands at a path hides a file of the same name: by the quirks, any entry, whatever
 * exists, or a regular file. Returns 1, 0, or -ENOMEM. */
static int hides(struct read_ctx *c, const char *path)
{
	struct tree_stat st;
	int r;

	if (c->li->quirks & Q(OTHERS_MASK))
		r = tree_lstat(c->tree, path, &st);
	else
		r = tree_stat(c->tree, path, &st, NULL);
	if (r == 0)
		return (c->li->quirks & (Q(OTHERS_MASK) | Q(EXISTING_MASKS))) ||
		       st.type == TREE_REG;
	if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
		return 0;
	if (r == -ENOMEM)
		return r;
	/* It cannot be told: the script is told so, and read on as if nothing were there. */
	return ctx_note_file(c, path, FILE_UNREADABLE, REASON_UNREADABLE, -1) < 0 ? -ENOMEM : 0;
}

/* The index of the file at dir/name in the script, or -1. */
static ssize_t find_file(const struct loader_script *s, const char *dir, const char *name)
{
	size_t n = strlen(dir);

	for (size_t i = 0; i < s->n_files; i++) {
		const char *path = s->files[i].path;

		if (strncmp(path, dir, n) == 0 && path[n] == '/' && streq(path + n + 1, name))
			return (ssize_t)i;
	}
	return -1;
}

/* One file, one process. */
static int read_one(struct read_ctx *c, const struct dropin *d)
{
	struct tree_stat st;
	ssize_t file;

	c->run++;
	/* The script starts procps only for what exists. */
	if ((c->li->quirks & Q(GLOBS_NAMES)) && tree_stat(c->tree, d->path, &st, NULL) == 0)
		file = ctx_read_by_pattern(c, d);
	else
		file = ctx_read_dropin(c, d);
	return file < 0 ? (int)file : 0;
}

static int read_one_optional(struct read_ctx *c, const char *path)
{
	c->run++;
	return ctx_read_optional(c, path);
}

/* True in ret when a file of that name in one of the directories hides it; then it is noted. */
static int note_if_hidden(struct read_ctx *c, const struct dropin *d, const char *const *by_dirs,
			  size_t n, bool *ret)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *path = NULL;
		int r;

		if (is_left_out(c, by_dirs[i]))
			continue;
		if (asprintf(&path, "%s/%s", by_dirs[i], d->name) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		r = hides(c, path);
		if (r < 0)
			return r;
		if (r > 0) {
			*ret = true;
			return ctx_note_file(c, d->path, FILE_SHADOWED, REASON_SHADOWED, -1) < 0
				       ? -ENOMEM
				       : 0;
		}
	}
	*ret = false;
	return 0;
}

/* Reads a directory's files in turn, but for those that one of the other directories hides. */
static int read_dir(struct read_ctx *c, const char *dir, const char *const *by_dirs, size_t n)
{
	_cleanup_(dropins_done) struct dropins list = {0};
	int r;

	if (is_left_out(c, dir))
		return 0;
	r = ctx_list_dropins(c, dir, 0, &list);
	for (size_t i = 0; r == 0 && i < list.n; i++) {
		bool hidden = false;

		r = note_if_hidden(c, &list.items[i], by_dirs, n, &hidden);
		if (r == 0 && !hidden)
			r = read_one(c, &list.items[i]);
	}
	return r;
}

/* Files were noted as shadowed before the files that shadow them were read: says by which. */
static void link_shadows(struct loader_script *s, const char *const *dirs, size_t n)
{
	for (size_t i = 0; i < s->n_files; i++) {
		struct sysctl_file *f = &s->files[i];

		for (size_t j = 0; f->status == FILE_SHADOWED && f->by < 0 && j < n; j++) {
			ssize_t by = find_file(s, dirs[j], strrchr(f->path, '/') + 1);

			if (by >= 0 && (size_t)by != i)
				f->by = by;
		}
	}
}

static int read_alpine(struct read_ctx *c)
{
	static const char *const stronger[] = {"/etc/sysctl.d", run_dir};
	bool run_last = c->li->quirks & Q(RUN_LAST);
	int r;

	r = read_dir(c, "/lib/sysctl.d", stronger, 2);
	if (r == 0)
		r = read_dir(c, "/usr/lib/sysctl.d", stronger, 2);
	if (r == 0)
		r = read_dir(c, "/etc/sysctl.d", stronger + 1, 1);
	if (r == 0 && !run_last)
		r = read_dir(c, run_dir, NULL, 0);
	if (r == 0)
		r = read_one_optional(c, "/etc/sysctl.conf");
	if (r == 0 && run_last)
		r = read_dir(c, run_dir, NULL, 0);
	link_shadows(c->script, stronger, 2);
	return r;
}

static grammar_fn any_sysctl_grammar(quirks_t q)
{
	return (q & Q(GREEDY_DOTS)) ? grammar_busybox : procps_grammar(q);
}

static int by_name(const void *a, const void *b)
{
	const struct dropin *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r ? r : (int)x->dir - (int)y->dir;
}

/* Moves the strongest entry of each name that exists to chosen, and notes the others. items are
 * sorted. */
static int choose_names(struct read_ctx *c, struct dropins *all, struct dropins *chosen)
{
	for (size_t i = 0; i < all->n; i++) {
		struct dropin *d = &all->items[i];
		bool taken = chosen->n && streq(chosen->items[chosen->n - 1].name, d->name);
		int r;

		if (taken) {
			if (ctx_note_file(c, d->path, FILE_SHADOWED, REASON_SHADOWED, -1) < 0)
				return -ENOMEM;
			continue;
		}
		r = hides(c, d->path);
		if (r < 0)
			return r;
		if (r == 0) {
			if (ctx_note_file(c, d->path, FILE_IGNORED, REASON_DANGLING, -1) < 0)
				return -ENOMEM;
			continue;
		}
		if (array_reserve(&chosen->items, chosen->n, &chosen->cap, sizeof(*d)) < 0)
			return -ENOMEM;
		chosen->items[chosen->n++] = *d;
		*d = (struct dropin){.name = ""};
	}
	return 0;
}

/* The first directory that has something of a name gives it; all names are applied in order, from a
 * directory of links, where procps takes a name as a pattern. */
static int read_void_by_name(struct read_ctx *c)
{
	_cleanup_(dropins_done) struct dropins all = {0}, chosen = {0};
	bool run_first = c->li->quirks & Q(RUN_BEATS_ETC);
	const char *const dirs[] = {run_first ? run_dir : "/etc/sysctl.d",
				    run_first ? "/etc/sysctl.d" : run_dir,
				    "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d"};
	int r = 0;

	for (unsigned i = 0; r == 0 && i < ELEMENTSOF(dirs); i++)
		if (!is_left_out(c, dirs[i]))
			r = ctx_list_dropins(c, dirs[i], i, &all);
	if (r == 0 && all.n > 0)
		qsort(all.items, all.n, sizeof(*all.items), by_name);
	if (r == 0)
		r = choose_names(c, &all, &chosen);
	for (size_t i = 0; r == 0 && i < chosen.n; i++) {
		ssize_t file;

		c->run++;
		file = (c->li->quirks & Q(GLOBS_NAMES))
			       ? ctx_read_among(c, &chosen.items[i], &chosen)
			       : ctx_read_dropin(c, &chosen.items[i]);
		r = file < 0 ? (int)file : 0;
	}
	link_shadows(c->script, dirs, ELEMENTSOF(dirs));
	return r;
}

static int read_void(struct read_ctx *c)
{
	static const char *const dirs[] = {"/usr/lib/sysctl.d", "/usr/local/lib/sysctl.d",
					   "/etc/sysctl.d", run_dir};
	bool conf_last = c->li->quirks & Q(CONF_LAST);
	int r = 0;

	if (!conf_last)
		r = read_one_optional(c, "/etc/sysctl.conf");
	if (c->li->quirks & Q(EXISTING_MASKS)) {
		if (r == 0)
			r = read_void_by_name(c);
	} else {
		for (size_t i = 0; r == 0 && i < ELEMENTSOF(dirs); i++)
			r = read_dir(c, dirs[i], NULL, 0);
	}
	if (r == 0 && conf_last)
		r = read_one_optional(c, "/etc/sysctl.conf");
	return r;
}

#define ALPINE(version, mask, builds)                    \
	{                                                \
		version, (mask) | Q(RUN_LAST), builds, 0 \
	}
#define ALPINE_PROCPS(version, more, builds)                                   \
	{                                                                      \
		version, PROCPS_##more | Q(RUN_LAST) | Q(GLOBS_NAMES), NULL, 0 \
	}

static const struct version_span alpine_spans[] = {BUSYBOX_SPANS(ALPINE), VERSION_GAP,
						   PROCPS_SPANS(ALPINE_PROCPS)};

const struct loader loader_alpine = {
	.id = LOADER_ALPINE,
	.spans = alpine_spans,
	.n_spans = ELEMENTSOF(alpine_spans),
	.consults = BUSYBOX_CONSULTS | Q(RUN_LAST) | Q(OTHERS_MASK) | Q(EXISTING_MASKS) |
		    Q(READS_HIDDEN),
	.grammar = any_sysctl_grammar,
	.read = read_alpine,
};

#define VOID_FILES (Q(EXISTING_MASKS) | Q(RUN_BEATS_ETC) | Q(CONF_LAST) | Q(GLOBS_NAMES))
#define VOID_CONSULTS \
	(PROCPS_CONSULTS_4 | Q(GLOBS_NAMES) | Q(EXISTING_MASKS) | Q(CONF_LAST) | Q(READS_HIDDEN))
#define VOID_BUILD "the script, with procps 4.0.2 (Debian 12)"

static const struct version_span void_spans[] = {
	{"20190724", PROCPS_4_0_0 | Q(GLOBS_NAMES), VOID_BUILD, 0},
	{"20200720", PROCPS_4_0_0 | VOID_FILES, VOID_BUILD,
	 VOID_CONSULTS | Q(RUN_BEATS_ETC) | Q(OTHERS_MASK)},
	{"20250212", PROCPS_4_0_5 | VOID_FILES, NULL, 0},
};

const struct loader loader_void = {
	.id = LOADER_VOID,
	.spans = void_spans,
	.n_spans = ELEMENTSOF(void_spans),
	.consults = VOID_CONSULTS,
	.grammar = procps_grammar,
	.read = read_void,
};
