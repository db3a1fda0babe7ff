/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the functions that callers see do when nothing is remembered (tree-memo.c), and those that
 * remember nothing. With the descriptor backend each first asks the kernel to resolve
 * the path as a whole; the walker does what the kernel cannot, and everything in memory.
 */
#include "tree-impl.h"

#include "fd.h"
#include "str.h"

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
	(void)tree_memo_free(t->memo);
	(void)record_free(t->record);
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

/* The fast path, where there is one. */
static int look_fast(struct tree *t, const char *path, bool follow_last, int *ret_fd,
		     struct tree_stat *ret_st)
{
	return t->fd >= 0 ? tree_fd_fast(t, path, follow_last, ret_fd, ret_st) : -EAGAIN;
}

int tree_plain_stat(struct tree *t, const char *path, struct tree_stat *ret, char **ret_real)
{
	_cleanup_fd_ int fd = -EBADF;
	struct walk w;
	char *real;
	int r;

	if (ret_real)
		r = t->fd >= 0 ? tree_fd_real(t, path, ret, ret_real) : -EAGAIN;
	else
		r = t->fd >= 0 ? tree_fd_stat(t, path, ret) : -EAGAIN;
	if (r == -EAGAIN && !ret_real)
		r = look_fast(t, path, true, &fd, ret);
	if (r != -EAGAIN)
		return r;
	r = tree_walk(t, path, true, &w);
	if (r < 0)
		return r;
	if (ret_real) {
		real = strdup(walk_path(&w));
		if (!real)
			return -ENOMEM;
		*ret_real = real;
	}
	*ret = w.st;
	return 0;
}

int tree_plain_lstat(struct tree *t, const char *path, struct tree_stat *ret)
{
	_cleanup_fd_ int fd = -EBADF;
	struct walk w;
	int r = t->fd >= 0 ? tree_fd_lstat(t, path, ret) : -EAGAIN;

	if (r == -EAGAIN)
		r = look_fast(t, path, false, &fd, ret);
	if (r != -EAGAIN)
		return r;
	r = tree_walk(t, path, false, &w);
	if (r == 0)
		*ret = w.st;
	return r;
}

/* Walks, and does something at the walk's end: again where that has changed meanwhile. */
static int walk_and(struct tree *t, const char *path, bool follow_last,
		    int (*act)(struct tree *t, const struct walk *w, void *arg), void *arg)
{
	struct walk w;
	int r = -EAGAIN;

	for (unsigned i = 0; r == -EAGAIN && i < TREE_RESTARTS; i++) {
		r = tree_walk(t, path, follow_last, &w);
		if (r == 0)
			r = act(t, &w, arg);
	}
	return r;
}

static int act_readlink(struct tree *t, const struct walk *w, void *arg)
{
	int r;

	if (w->st.type != TREE_LNK)
		return -EINVAL;
	r = t->ops->readlink(t, walk_path(w), arg);
	return r == -EINVAL ? -EAGAIN : r;
}

int tree_plain_readlink(struct tree *t, const char *path, char **ret)
{
	_cleanup_fd_ int fd = -EBADF;
	struct tree_stat st;
	int r = t->fd >= 0 ? tree_fd_readlink_fast(t, path, ret) : -EAGAIN;

	if (r != -EAGAIN)
		return r;
	r = look_fast(t, path, false, &fd, &st);
	if (r == 0)
		return st.type == TREE_LNK && fd >= 0 ? tree_fd_readlink(fd, ret) : -EINVAL;
	if (r != -EAGAIN)
		return r;
	return walk_and(t, path, false, act_readlink, ret);
}

static int act_list(struct tree *t, const struct walk *w, void *arg)
{
	return w->st.type == TREE_NULL ? -ENOTDIR : t->ops->list(t, walk_path(w), arg);
}

/* Lists into l, which the caller frees on failure too. */
static int list_unsorted(struct tree *t, const char *path, struct tree_list *l)
{
	_cleanup_fd_ int fd = -EBADF;
	struct tree_stat st;
	int r = t->fd >= 0 ? tree_fd_list_fast(t, path, l) : -EAGAIN;

	if (r != -EAGAIN)
		return r;
	r = look_fast(t, path, true, &fd, &st);
	if (r == 0)
		return st.type == TREE_DIR ? tree_fd_list(t, fd, l) : -ENOTDIR;
	return r == -EAGAIN ? walk_and(t, path, true, act_list, l) : r;
}

int tree_plain_list(struct tree *t, const char *path, struct tree_list *ret)
{
	struct tree_list l = {0};
	int r = list_unsorted(t, path, &l);

	if (r < 0) {
		tree_list_done(&l);
		return r;
	}
	if (l.n > 1)
		qsort(l.entries, l.n, sizeof(*l.entries), compare_entries);
	*ret = l;
	return 0;
}

static int act_open(struct tree *t, const struct walk *w, void *arg)
{
	struct tree_file *f = arg;
	int r = tree_openable(w->st.type);

	f->st = w->st;
	return r == 0 ? t->ops->open(t, walk_path(w), f) : r;
}

int tree_plain_open_file(struct tree *t, const char *path, struct tree_file *ret)
{
	struct tree_file f = {.tree = t, .fd = -EBADF};
	_cleanup_fd_ int fd = -EBADF;
	int r = look_fast(t, path, true, &fd, &f.st);

	if (r == 0)
		r = tree_openable(f.st.type);
	if (r == 0) {
		r = tree_fd_reopen(t, fd);
		if (r >= 0)
			f.fd = r;
	}
	if (r == -EAGAIN)
		r = walk_and(t, path, true, act_open, &f);
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

int tree_file_seek(struct tree_file *f, uint64_t off)
{
	if (f->fd < 0) {
		f->off = off < f->len ? (size_t)off : f->len;
		return 0;
	}
	return lseek(f->fd, (off_t)off, SEEK_SET) < 0 ? -errno : 0;
}

void tree_file_close(struct tree_file *f)
{
	f->fd = fd_close(f->fd);
}

/* Reads on to the end, at most max bytes in all. */
static int read_to_end(struct tree_file *f, size_t max, struct strbuf *b)
{
	char chunk[8192];
	ssize_t k;

	while ((k = tree_file_read(f, chunk, sizeof(chunk))) > 0) {
		if ((size_t)k > max - b->len)
			return -EFBIG;
		if (strbuf_add(b, chunk, (size_t)k) < 0)
			return -ENOMEM;
	}
	return (int)k;
}

int tree_read_file(struct tree *t, const char *path, size_t max, char **ret, size_t *ret_len)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	struct tree_file f;
	size_t len;
	char *bytes;
	int r;

	r = tree_open_file(t, path, &f);
	if (r < 0)
		return r;
	r = read_to_end(&f, max, &b);
	tree_file_close(&f);
	if (r < 0)
		return r;
	len = b.len;
	bytes = strbuf_take(&b);
	if (!bytes)
		return -ENOMEM;
	*ret = bytes;
	if (ret_len)
		*ret_len = len;
	return 0;
}

static int act_fstype(struct tree *t, const struct walk *w, void *arg)
{
	return t->ops->fstype(t, walk_path(w), arg);
}

static int act_below(struct tree *t, const struct walk *w, void *arg)
{
	_cleanup_fd_ int fd = -EBADF;
	struct tree_stat st;
	int r;

	if (t->fd < 0)
		return tree_memory_below(t, walk_path(w), arg);
	if (w->st.type != TREE_DIR)
		return -ENOTDIR;
	r = tree_fd_look(t, walk_path(w), &fd, &st);
	if (r == 0)
		r = st.type == TREE_DIR ? tree_fd_below(t, fd, arg) : -EAGAIN;
	if (r == 0)
		(void)TAKE_FD(fd);
	return r;
}

int tree_open_below(struct tree *t, const char *path, struct tree **ret)
{
	_cleanup_fd_ int fd = -EBADF;
	struct tree_stat st;
	int r = look_fast(t, path, true, &fd, &st);

	if (r == -EAGAIN)
		return walk_and(t, path, true, act_below, ret);
	if (r == 0 && st.type != TREE_DIR)
		return -ENOTDIR;
	if (r == 0)
		r = tree_fd_below(t, fd, ret);
	if (r == 0)
		(void)TAKE_FD(fd);
	return r;
}

int tree_fstype(struct tree *t, const char *path, uint64_t *ret)
{
	return walk_and(t, path, true, act_fstype, ret);
}
