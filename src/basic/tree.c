/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one walker for links, over the backends' operations on link-free paths. A component at a time:
 * what is still to be walked is one string, what has been walked is a canonical path; a link's text
 * is put before the rest. The descriptor backend's fast path spares this where no link is involved.
 */
#include "tree-impl.h"

#include "fd.h"
#include "limits.h"
#include "str.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

struct tree *tree_free(struct tree *t)
{
	if (!t)
		return NULL;
	(void)fd_close(t->fd);
	for (size_t i = 0; i < t->n_nodes; i++) {
		free(t->nodes[i].path);
		free(t->nodes[i].bytes);
	}
	free(t->nodes);
	free(t);
	return NULL;
}

int tree_fd(const struct tree *t)
{
	return t->fd;
}

void tree_list_done(struct tree_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->entries[i].name);
	free(l->entries);
	*l = (struct tree_list){0};
}

int tree_list_add(struct tree_list *l, size_t *cap, const char *name, enum tree_type type)
{
	char *copy;

	if (l->n >= LIMIT_DIR_ENTRIES)
		return -E2BIG;
	if (array_reserve(&l->entries, l->n, cap, sizeof(*l->entries)) < 0)
		return -ENOMEM;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	l->entries[l->n++] = (struct tree_entry){.name = copy, .type = type};
	return 0;
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct tree_entry *)a)->name, ((const struct tree_entry *)b)->name);
}

void tree_list_sort(struct tree_list *l)
{
	if (l->n > 1)
		qsort(l->entries, l->n, sizeof(*l->entries), compare_entries);
}

/* State of one walk. done is canonical ("" for the root); rest is what is still to be walked. */
struct walk {
	char done[LIMIT_PATH];
	char rest[LIMIT_PATH];
	unsigned links;
};

static void go_up(struct walk *w)
{
	char *slash = strrchr(w->done, '/');

	if (slash)
		*slash = '\0';
}

/* Takes the next component of rest into name. Returns its length, 0 at the end. */
static size_t take_component(struct walk *w, char *name)
{
	const char *p = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(p, "/");

	memcpy(name, p, n);
	name[n] = '\0';
	memmove(w->rest, p + n, strlen(p + n) + 1);
	return n;
}

/* Puts a link's text before the rest. */
static int follow(struct walk *w, const char *target)
{
	char rest[LIMIT_PATH];
	int n;

	if (++w->links > LIMIT_LINKS)
		return -ELOOP;
	if (!*target)
		return -ENOENT;
	n = snprintf(rest, sizeof(rest), "%s%s", target, w->rest);
	if (n < 0 || (size_t)n >= sizeof(rest))
		return -ENAMETOOLONG;
	memcpy(w->rest, rest, (size_t)n + 1);
	if (*target == '/')
		w->done[0] = '\0';
	return 0;
}

/* One component: appended to done, or followed if it is a link. st is that of done afterwards. */
static int step(struct tree *t, struct walk *w, const char *name, bool follow_it,
		struct tree_stat *st)
{
	size_t len = strlen(w->done), n = strlen(name);
	_cleanup_free_ char *target = NULL;
	int r;

	if (st->type != TREE_DIR)
		return -ENOTDIR;
	if (len + n + 2 > sizeof(w->done))
		return -ENAMETOOLONG;
	w->done[len] = '/';
	memcpy(w->done + len + 1, name, n + 1);
	if (streq(w->done, "/dev/null")) {
		*st = (struct tree_stat){.type = TREE_NULL};
		return 0;
	}
	r = t->ops->lstat(t, w->done, st);
	if (r == -ENOENT && streq(w->done, "/dev")) {
		*st = (struct tree_stat){.type = TREE_DIR}; /* so that /dev/null is found by its text */
		return 0;
	}
	if (r < 0 || st->type != TREE_LNK || !follow_it)
		return r;
	r = t->ops->readlink(t, w->done, &target);
	if (r < 0)
		return r;
	w->done[len] = '\0';
	r = follow(w, target);
	if (r == 0)
		*st = (struct tree_stat){.type = TREE_DIR};
	return r;
}

static int walk_path(struct tree *t, const char *path, bool follow_last, struct walk *w,
		     struct tree_stat *ret)
{
	struct tree_stat st = {.type = TREE_DIR};
	char name[LIMIT_PATH];
	bool slash;
	int r;

	if (strlen(path) >= sizeof(w->rest))
		return -ENAMETOOLONG;
	strcpy(w->rest, path);
	w->done[0] = '\0';
	w->links = 0;
	while (take_component(w, name) > 0) {
		bool last = !w->rest[strspn(w->rest, "/")];

		if (st.type != TREE_DIR)
			return -ENOTDIR;
		if (streq(name, "."))
			continue;
		if (streq(name, "..")) {
			go_up(w);
			continue;
		}
		/* A slash at the end asks for a directory, through a link if need be. */
		slash = last && *w->rest;
		r = step(t, w, name, follow_last || !last || slash, &st);
		if (r < 0)
			return r;
		if (slash && st.type != TREE_DIR)
			return -ENOTDIR;
	}
	if (!w->done[0]) {
		r = t->ops->lstat(t, "/", &st);
		if (r < 0)
			return r;
	} else if (streq(w->done, "/dev")) {
		r = t->ops->lstat(t, "/dev", &st);
		if (r < 0)
			return r;
	}
	*ret = st;
	return 0;
}

int tree_stat(struct tree *t, const char *path, struct tree_stat *ret, char **ret_real)
{
	_cleanup_fd_ int fd = -EBADF;
	struct walk w;
	char *real;
	int r;

	if (!ret_real && t->fd >= 0) {
		r = tree_fd_fast(t, path, &fd, ret);
		if (r != -EAGAIN && r != -ELOOP)
			return r;
	}
	r = walk_path(t, path, true, &w, ret);
	if (r < 0 || !ret_real)
		return r;
	real = strdup(w.done[0] ? w.done : "/");
	if (!real)
		return -ENOMEM;
	*ret_real = real;
	return 0;
}

int tree_lstat(struct tree *t, const char *path, struct tree_stat *ret)
{
	_cleanup_fd_ int fd = -EBADF;
	struct walk w;
	int r;

	if (t->fd >= 0) {
		r = tree_fd_fast(t, path, &fd, ret);
		if (r == -ELOOP) {
			ret->type = TREE_LNK;
			return 0;
		}
		if (r != -EAGAIN)
			return r;
	}
	return walk_path(t, path, false, &w, ret);
}

int tree_readlink(struct tree *t, const char *path, char **ret)
{
	struct tree_stat st;
	struct walk w;
	int r = walk_path(t, path, false, &w, &st);

	if (r < 0)
		return r;
	return st.type == TREE_LNK ? t->ops->readlink(t, w.done, ret) : -EINVAL;
}

int tree_list(struct tree *t, const char *path, struct tree_list *ret)
{
	struct tree_list l = {0};
	struct tree_stat st;
	struct walk w;
	int r = walk_path(t, path, true, &w, &st);

	if (r < 0)
		return r;
	if (st.type != TREE_DIR)
		return -ENOTDIR;
	r = t->ops->list(t, w.done[0] ? w.done : "/", &l);
	if (r < 0) {
		tree_list_done(&l);
		return r;
	}
	tree_list_sort(&l);
	*ret = l;
	return 0;
}

/* The errno for opening something that is no regular file; 0 for one, 1 for /dev/null. */
static int openable(enum tree_type type)
{
	switch (type) {
	case TREE_REG:
		return 0;
	case TREE_NULL:
		return 1;
	case TREE_DIR:
		return -EISDIR;
	default:
		return -EBADFD;
	}
}

int tree_open_file(struct tree *t, const char *path, struct tree_file *ret)
{
	struct tree_file f = {.tree = t, .fd = -EBADF};
	_cleanup_fd_ int fd = -EBADF;
	struct walk w;
	int r = -EAGAIN;

	if (t->fd >= 0)
		r = tree_fd_fast(t, path, &fd, &f.st);
	if (r == 0) {
		r = openable(f.st.type);
		if (r == 0)
			r = f.fd = tree_fd_reopen(t, fd, path);
		if (r < 0)
			return r;
	} else if (r == -EAGAIN || r == -ELOOP) {
		r = walk_path(t, path, true, &w, &f.st);
		if (r == 0)
			r = openable(f.st.type);
		if (r == 0)
			r = t->ops->open(t, w.done, &f);
	}
	if (r < 0)
		return r;
	*ret = f;
	return 0;
}

ssize_t tree_file_read(struct tree_file *f, void *buf, size_t n)
{
	ssize_t k;

	if (f->fd < 0) {
		size_t left = f->len - f->off;

		n = n < left ? n : left;
		if (n > 0)
			memcpy(buf, f->bytes + f->off, n);
		f->off += n;
		return (ssize_t)n;
	}
	do
		k = read(f->fd, buf, n);
	while (k < 0 && errno == EINTR);
	return k < 0 ? -errno : k;
}

void tree_file_close(struct tree_file *f)
{
	f->fd = fd_close(f->fd);
}

int tree_read_file(struct tree *t, const char *path, size_t max, char **ret, size_t *ret_len)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	struct tree_file f;
	char chunk[8192];
	ssize_t k;
	int r;

	r = tree_open_file(t, path, &f);
	if (r < 0)
		return r;
	while ((k = tree_file_read(&f, chunk, sizeof(chunk))) > 0) {
		if (b.len + (size_t)k > max) {
			k = -EFBIG;
			break;
		}
		if (strbuf_add(&b, chunk, (size_t)k) < 0) {
			k = -ENOMEM;
			break;
		}
	}
	tree_file_close(&f);
	if (k < 0)
		return (int)k;
	if (ret_len)
		*ret_len = b.len;
	*ret = strbuf_take(&b);
	return *ret ? 0 : -ENOMEM;
}
