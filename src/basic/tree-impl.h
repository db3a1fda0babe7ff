/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the backends of a tree give to the walker: operations on canonical paths, which are absolute,
 * without ".", "..", doubled or trailing slashes, and without links in any component but the last.
 */
#pragma once

#include "tree.h"

struct tree_ops {
	int (*lstat)(struct tree *t, const char *path, struct tree_stat *ret);
	int (*readlink)(struct tree *t, const char *path, char **ret);
	int (*list)(struct tree *t, const char *path, struct tree_list *ret);
	/* Opens a regular file. ret->st is filled already. */
	int (*open)(struct tree *t, const char *path, struct tree_file *ret);
};

/* A node of a memory tree or an overlay. */
struct memory_node {
	char *path; /* canonical */
	enum tree_type type;
	char *bytes; /* content, or a link's text */
	size_t n;
	int err; /* positive: every access fails so */
};

struct tree {
	const struct tree_ops *ops;
	int fd;            /* descriptor backend: the root */
	bool no_openat2;   /* descriptor backend: use the walker for everything */
	struct tree *base; /* overlay: borrowed */
	struct memory_node *nodes; /* memory and overlay */
	size_t n_nodes, cap_nodes;
};

extern const struct tree_ops tree_fd_ops, tree_memory_ops;

/* Fast path of the descriptor backend: opens what path leads to, with O_PATH. -ELOOP where its last
 * component is a link, -EAGAIN where the walker has to be asked; *ret_st is filled on success. */
int tree_fd_fast(struct tree *t, const char *path, int *ret_fd, struct tree_stat *ret_st);

/* Reopens an O_PATH descriptor of a regular file for reading; path is for kernels without /proc. */
int tree_fd_reopen(struct tree *t, int path_fd, const char *path);

int tree_list_add(struct tree_list *l, size_t *cap, const char *name, enum tree_type type);
void tree_list_sort(struct tree_list *l);
