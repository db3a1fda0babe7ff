/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of a tree share: the operations that a backend gives to the walker, and the
 * walker.
 *
 * Operations work on canonical paths: absolute, without ".", "..", doubled or trailing slashes, and
 * without links in any component but the last. A backend never follows a link: where one, or
 * anything else, has come to stand in the place of a directory it fails with EAGAIN, and the walk
 * starts again.
 */
#pragma once

#include "limits.h"
#include "tree.h"

/* How often a walk starts again because the tree changes below it. */
#define TREE_RESTARTS 8

struct tree_ops {
	/* Looks at path itself. */
	int (*lstat)(struct tree *t, const char *path, struct tree_stat *ret);
	/* Reads a link. -EINVAL when it is none. */
	int (*readlink)(struct tree *t, const char *path, char **ret);
	/* Adds the entries to ret, in any order. -ENOTDIR when it is no directory. On failure ret
	 * may hold some: the caller frees it either way. */
	int (*list)(struct tree *t, const char *path, struct tree_list *ret);
	/* Opens a regular file; fd or bytes, and st, are filled. Otherwise as tree_open_file(). */
	int (*open)(struct tree *t, const char *path, struct tree_file *ret);
	/* As tree_fstype(). */
	int (*fstype)(struct tree *t, const char *path, uint64_t *ret);
};

/* A node of a memory tree or an overlay. */
struct memory_node {
	char *path; /* canonical; owned */
	enum tree_type type;
	char *bytes; /* content, or a link's text; owned, NUL-terminated */
	size_t n;
	int err; /* positive: opening it, and all below it, fails so */
	uid_t uid;
	gid_t gid;
};

struct tree_memo;

struct tree {
	const struct tree_ops *ops;
	int fd;		  /* descriptor backend: the root; else -EBADF */
	bool no_openat2;  /* descriptor backend: every look-up is walked */
	bool is_own_root; /* descriptor backend: it is the root of this process */
	/* descriptor backend: whether /proc/self/fd can be opened through; 0 when not known yet */
	enum { PROC_NOT_SEEN, PROC_USABLE, PROC_MISSING } proc;
	struct tree *base; /* overlay and recording tree: borrowed */
	struct memory_node
		*nodes; /* memory and overlay: sorted, a directory before what is in it */
	size_t n_nodes, cap_nodes;
	struct tree_memo *memo; /* owned; NULL: remembers nothing */
	struct record *record;	/* what a recording tree keeps (tree-record.c); owned */
};

/* Takes NULL and returns NULL. */
struct record *record_free(struct record *r);

extern const struct tree_ops tree_fd_ops, tree_memory_ops;

/* Where a walk has come to. */
struct walk {
	char done[LIMIT_PATH]; /* canonical path; "" while it is the root */
	size_t len;	       /* of done */
	char rest[LIMIT_PATH]; /* what is still to be walked */
	unsigned links;	       /* followed so far */
	struct tree_stat st;   /* of done, where known is set */
	bool known;
};

/*
 * Walks a path.
 *
 * @follow_last: also follow a link that is the last component
 * @w: need not be initialised; on success done and st tell where the path leads
 *
 * Errno set of tree.h; also -EAGAIN when the tree keeps changing below the walk. (tree-walk.c)
 */
int tree_walk(struct tree *t, const char *path, bool follow_last, struct walk *w);

/* The walk's place as a path: done, or "/". Borrowed. */
const char *walk_path(const struct walk *w);

/* The answer for opening this type as a file: 0 for a regular one, 1 for /dev/null, else -errno. */
int tree_openable(enum tree_type type);

/*
 * Descriptor backend: opens what path leads to with O_PATH, in one or two system calls where the
 * kernel can do it all.
 *
 * @ret_fd: the descriptor, or -EBADF where the type is TREE_NULL by its text
 *
 * Returns 0; -EAGAIN when the walker has to be asked; otherwise the errno of openat2(2).
 */
int tree_fd_fast(struct tree *t, const char *path, bool follow_last, int *ret_fd,
		 struct tree_stat *ret_st);

/* Descriptor backend: look in one call, where the tree is the root of this process, so that the
 * kernel's own walk stays inside: at path itself, at what it leads to, and at a link's text (which
 * the caller frees). -EAGAIN where the tree has to be asked otherwise; or the errno of fstatat(2),
 * readlinkat(2). */
int tree_fd_lstat(struct tree *t, const char *path, struct tree_stat *ret);
int tree_fd_stat(struct tree *t, const char *path, struct tree_stat *ret);
int tree_fd_readlink_fast(struct tree *t, const char *path, char **ret);

/* Descriptor backend: looks at what path leads to and gives the canonical path of it, where no link
 * but the last component is on the way. -EAGAIN when the walker has to be asked; otherwise the
 * errno of openat2(2). Caller frees. */
int tree_fd_real(struct tree *t, const char *path, struct tree_stat *ret_st, char **ret_real);

/* Descriptor backend: lists what path leads to. On failure ret may hold some. -EAGAIN when it has
 * to be asked otherwise; -E2BIG, -ENOMEM, or the errno of openat2(2) and getdents64(2). */
int tree_fd_list_fast(struct tree *t, const char *path, struct tree_list *ret);

/* Descriptor backend: opens for reading what path_fd, from O_PATH, is: a regular file. Returns the
 * descriptor, the errno of open(2), or -EAGAIN when that cannot be done without /proc. */
int tree_fd_reopen(struct tree *t, int path_fd);

/* Descriptor backend: lists the directory that path_fd, from O_PATH, is. As the operation. */
int tree_fd_list(struct tree *t, int path_fd, struct tree_list *ret);

/* The functions of tree.h without a memory. (tree.c) */
int tree_plain_stat(struct tree *t, const char *path, struct tree_stat *ret, char **ret_real);
int tree_plain_lstat(struct tree *t, const char *path, struct tree_stat *ret);
int tree_plain_readlink(struct tree *t, const char *path, char **ret);
int tree_plain_list(struct tree *t, const char *path, struct tree_list *ret);
int tree_plain_open_file(struct tree *t, const char *path, struct tree_file *ret);

/* Frees what a tree remembers. Takes NULL and returns NULL. (tree-memo.c) */
struct tree_memo *tree_memo_free(struct tree_memo *m);

/* Adds a copy of a name. cap: of the array, kept by the caller. Returns 0, -E2BIG, -ENOMEM. */
int tree_list_add(struct tree_list *l, size_t *cap, const char *name, enum tree_type type);

/* Descriptor backend: opens a canonical path with O_PATH, following nothing. Returns 0, -EAGAIN
 * where something on the way is not the directory that it was, or the errno of open(2). */
int tree_fd_look(struct tree *t, const char *path, int *ret_fd, struct tree_stat *ret_st);

/* Descriptor backend: makes a tree of path_fd, from O_PATH, of which it takes over the ownership on
 * success. proc: as in t. Returns 0 or -ENOMEM. */
int tree_fd_below(const struct tree *t, int path_fd, struct tree **ret);

/* Descriptor backend: reads the link that path_fd, from O_PATH, is. Returns 0, -EINVAL when it is
 * none, the errno of readlink(2), -ENOMEM. */
int tree_fd_readlink(int path_fd, char **ret);

/* Memory backend: copies what is below a canonical path. Returns 0, -ENOTSUP for an overlay,
 * -ENOMEM. */
int tree_memory_below(const struct tree *t, const char *path, struct tree **ret);
