/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which files a loader reads: drop-ins of several directories, one of a name, and what hides what.
 * Files that are hidden or passed over are looked at as well, so that a person can be told of a
 * line that stands in one; they never count.
 */
#include "lines.h"

#include <stdio.h>

bool path_is_volatile(const char *path)
{
	return startswith(path, "/run/") || startswith(path, "/var/run/") || streq(path, "/run");
}

bool ctx_lib_is_usr_lib(struct read_ctx *c)
{
	_cleanup_free_ char *target = NULL;

	return tree_readlink(c->tree, "/lib", &target) == 0 &&
	       (streq(target, "usr/lib") || streq(target, "/usr/lib"));
}

void dropins_done(struct dropins *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->items[i].path);
	free(d->items);
	*d = (struct dropins){0};
}

ssize_t ctx_note_file(struct read_ctx *c, const char *path, enum file_status status,
		      enum reason reason, ssize_t by)
{
	struct loader_script *s = c->script;
	char *copy;

	if (array_reserve(&s->files, s->n_files, &s->cap_files, sizeof(*s->files)) < 0)
		return -ENOMEM;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	s->files[s->n_files] = (struct sysctl_file){
		.path = copy,
		.status = status,
		.reason = reason,
		.is_volatile = path_is_volatile(path),
		.by = by,
	};
	if (status == FILE_UNREADABLE)
		s->incomplete = true;
	return (ssize_t)s->n_files++;
}

int ctx_note_opaque(struct read_ctx *c, const char *path, enum opaque opaque, enum reason reason,
		    int err)
{
	ssize_t file = ctx_note_file(c, path, FILE_UNREADABLE, reason, -1);

	if (file < 0)
		return (int)file;
	c->script->files[file].opaque = opaque;
	c->script->files[file].err = err;
	return 0;
}

/* Why a file could not be opened, as the status that the script gets. */
static void set_status(struct loader_script *s, struct sysctl_file *f, int r)
{
	f->status = FILE_IGNORED;
	switch (r) {
	case -ENOENT:
	case -ENOTDIR:
		f->reason = REASON_DANGLING;
		return;
	case -ELOOP:
		f->reason = REASON_LOOP;
		return;
	case -EISDIR:
		f->reason = REASON_DIRECTORY;
		return;
	case -EBADFD:
		f->reason = REASON_NOT_REGULAR;
		break;
	case -EFBIG:
		f->reason = REASON_TOO_BIG;
		break;
	default:
		f->reason = REASON_UNREADABLE;
	}
	f->status = FILE_UNREADABLE;
	f->err = -r;
	s->incomplete = true;
}

/* Opens and reads an already noted file. is_link: its path needs looking at for where it leads. */
static int read_noted(struct read_ctx *c, size_t index, bool is_link)
{
	struct sysctl_file *f = &c->script->files[index];
	bool counts = f->status == FILE_READ;
	struct tree_file file = {.fd = -EBADF};
	struct tree_stat st;
	int r;

	if (is_link) {
		r = tree_stat(c->tree, f->path, &st, &f->real);
		if (r == 0 && streq(f->real, f->path)) {
			free(f->real);
			f->real = NULL;
		}
		if (r == 0 && !c->volatile_too && f->real && path_is_volatile(f->real))
			r = -ENOENT; /* gone after the reboot */
		if (r < 0) {
			if (counts)
				set_status(c->script, f, r);
			return 0;
		}
		f->is_volatile = f->is_volatile || (f->real && path_is_volatile(f->real));
	}
	r = tree_open_file(c->tree, f->path, &file);
	if (r == 0 && file.st.type == TREE_NULL) {
		tree_file_close(&file);
		if (counts) {
			f->status = FILE_IGNORED;
			f->reason = REASON_NULL_LINK;
		}
		return 0;
	}
	if (r == 0) {
		r = lines_read(c, index, &file);
		tree_file_close(&file);
		f = &c->script->files[index];
	}
	if (r == -ENOMEM || r == -E2BIG)
		return r;
	if (r < 0 && counts)
		set_status(c->script, f, r);
	return 0;
}

ssize_t ctx_read_file(struct read_ctx *c, const char *path)
{
	struct tree_stat st;
	ssize_t index;
	int r;

	if (!c->volatile_too && path_is_volatile(path))
		return ctx_note_file(c, path, FILE_IGNORED, REASON_DANGLING, -1);
	index = ctx_note_file(c, path, FILE_READ, REASON_NONE, -1);
	if (index < 0)
		return index;
	r = tree_lstat(c->tree, path, &st);
	if (r < 0)
		set_status(c->script, &c->script->files[index], r);
	else
		r = read_noted(c, (size_t)index, st.type == TREE_LNK);
	return r == -ENOMEM || r == -E2BIG ? r : index;
}

int ctx_pass_over(struct read_ctx *c, const char *path, enum tree_type type,
		  enum file_status status, enum reason reason, ssize_t by)
{
	ssize_t index = ctx_note_file(c, path, status, reason, by);

	if (index < 0)
		return (int)index;
	return type == TREE_REG || type == TREE_LNK ? read_noted(c, (size_t)index, type == TREE_LNK)
						    : 0;
}

static int add_dropin(struct dropins *d, const char *dir, const struct tree_entry *e,
		      unsigned index)
{
	struct dropin *item;

	if (array_reserve(&d->items, d->n, &d->cap, sizeof(*item)) < 0)
		return -ENOMEM;
	item = &d->items[d->n];
	*item = (struct dropin){.dir = index, .type = e->type};
	if (asprintf(&item->path, "%s/%s", dir, e->name) < 0) {
		item->path = NULL;
		return -ENOMEM;
	}
	item->name = item->path + strlen(dir) + 1;
	d->n++;
	return 0;
}

static int pass_over_name(struct read_ctx *c, const char *dir, const struct tree_entry *e,
			  enum reason reason)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s", dir, e->name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return ctx_pass_over(c, path, e->type, FILE_IGNORED, reason, -1);
}

int ctx_list_dropins(struct read_ctx *c, const char *path, unsigned dir, struct dropins *ret)
{
	_cleanup_(tree_list_done) struct tree_list list = {0};
	ssize_t index;
	int r;

	if (!c->volatile_too && path_is_volatile(path))
		return 0;
	r = tree_list(c->tree, path, &list);
	if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
		return 0;
	if (r == -E2BIG)
		return error_set(c->e, E2BIG, path, 0, "too many entries in this directory");
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		index = ctx_note_file(c, path, FILE_UNREADABLE, REASON_UNREADABLE, -1);
		if (index < 0)
			return (int)index;
		c->script->files[index].is_dir = true;
		c->script->files[index].err = -r;
		return 0;
	}
	for (size_t i = 0; r >= 0 && i < list.n; i++) {
		const struct tree_entry *e = &list.entries[i];

		if (!endswith(e->name, ".conf"))
			r = e->type == TREE_DIR ? 0 : pass_over_name(c, path, e, REASON_BAD_SUFFIX);
		else if (e->name[0] == '.' && !(c->li->quirks & Q(READS_HIDDEN)))
			r = pass_over_name(c, path, e, REASON_HIDDEN);
		else
			r = add_dropin(ret, path, e, dir);
	}
	return r < 0 ? r : 0;
}

static int compare_dropins(const void *pa, const void *pb)
{
	const struct dropin *a = pa, *b = pb;
	int r = strcmp(a->name, b->name);

	return r ? r : (a->dir > b->dir) - (a->dir < b->dir);
}

/* Whether an entry hides those of its name in weaker directories. */
static bool masks(struct read_ctx *c, const struct dropin *d)
{
	quirks_t q = c->li->quirks;
	struct tree_stat st;
	int r;

	if (d->type == TREE_REG)
		return true;
	if (d->type != TREE_LNK)
		return q & Q(OTHERS_MASK);
	r = tree_stat(c->tree, d->path, &st, NULL);
	if (r == -ELOOP)
		return q & Q(LOOP_MASKS);
	return (r == 0 && st.type == TREE_REG) || (q & Q(OTHERS_MASK));
}

/* How a hidden file is called, by what hides it. */
static enum file_status hidden_status(const struct sysctl_file *by, enum reason *ret)
{
	if (by->status == FILE_READ || by->status == FILE_UNREADABLE) {
		*ret = REASON_SHADOWED;
		return FILE_SHADOWED;
	}
	*ret = by->reason == REASON_NULL_LINK ? REASON_MASKED_NULL : REASON_MASKED;
	return FILE_MASKED;
}

/* One name: items[0..n) from the strongest directory on. */
static int read_name(struct read_ctx *c, const struct dropin *items, size_t n)
{
	ssize_t by = -1;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < n; i++) {
		enum reason reason;
		enum file_status status;

		if (by >= 0) {
			status = hidden_status(&c->script->files[by], &reason);
			r = ctx_pass_over(c, items[i].path, items[i].type, status, reason, by);
			continue;
		}
		if (c->li->quirks & Q(GLOBS_NAMES))
			by = ctx_read_by_pattern(c, &items[i]);
		else
			by = ctx_read_dropin(c, &items[i]);
		if (by < 0)
			return (int)by;
		if (!masks(c, &items[i]))
			by = -1;
	}
	return r;
}

ssize_t ctx_read_dropin(struct read_ctx *c, const struct dropin *d)
{
	ssize_t index = ctx_note_file(c, d->path, FILE_READ, REASON_NONE, -1);
	int r = 0;

	if (index < 0)
		return index;
	switch (d->type) {
	case TREE_DIR:
		set_status(c->script, &c->script->files[index], -EISDIR);
		break;
	case TREE_REG:
	case TREE_LNK:
		r = read_noted(c, (size_t)index, d->type == TREE_LNK);
		break;
	default:
		set_status(c->script, &c->script->files[index], -EBADFD);
	}
	return r < 0 ? r : index;
}

int ctx_read_merged(struct read_ctx *c, const char *const *dirs, size_t n_dirs)
{
	_cleanup_(dropins_done) struct dropins d = {0};
	size_t i, k;
	int r;

	for (i = 0; i < n_dirs; i++) {
		r = ctx_list_dropins(c, dirs[i], (unsigned)i, &d);
		if (r < 0)
			return r;
	}
	if (d.n > 1)
		qsort(d.items, d.n, sizeof(*d.items), compare_dropins);
	for (i = 0; i < d.n; i = k) {
		for (k = i + 1; k < d.n && streq(d.items[k].name, d.items[i].name); k++)
			;
		r = read_name(c, d.items + i, k - i);
		if (r < 0)
			return r;
	}
	return 0;
}
