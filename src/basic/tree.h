/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tree is what files are read from: the live system, a directory that is the root of another
 * system, an in-memory root, or one of these with some files replaced (overlay). Links are resolved
 * inside the tree: an absolute target starts at the tree's root and ".." never leaves it.
 *
 * Paths given to these functions are absolute inside the tree ("/etc/sysctl.conf"). A path whose
 * last step, after links, is "/dev/null" is TREE_NULL whatever stands there: a root that is not
 * running has no devices. FIFOs, sockets and devices are never opened.
 *
 * errno set of all look-ups: ENOENT, ENOTDIR, EACCES, EPERM, ELOOP (more than LIMIT_LINKS links),
 * ENAMETOOLONG, EIO, ENOMEM and whatever else the kernel says; absent and unreadable are never the
 * same code.
 */
#pragma once

#include "macro.h"
#include <sys/types.h>

enum tree_type {
	TREE_REG,
	TREE_DIR,
	TREE_LNK, /* only from tree_lstat() and in listings */
	TREE_NULL,
	TREE_FIFO,
	TREE_SOCKET,
	TREE_DEVICE,
};

struct tree_stat {
	enum tree_type type;
	mode_t mode; /* permission bits and set-id bits only */
	uid_t uid;
	gid_t gid;
	uint64_t size; /* bytes */
	int64_t mtime; /* seconds since 1970 */
};

struct tree_entry {
	char *name;	     /* owned by the listing */
	enum tree_type type; /* of the entry itself, not of what a link points to */
};

struct tree_list {
	struct tree_entry *entries;
	size_t n;
};

struct tree; /* opaque */

/* A file being read. */
struct tree_file {
	struct tree *tree;
	struct tree_stat st;
	int fd;		   /* descriptor backend; else -EBADF */
	const char *bytes; /* memory backend: borrowed from the tree; else NULL */
	size_t off, len;
};

/* Opens a directory as a tree; "/" for the live system. Returns 0 or the errno of open(2). */
int tree_open(struct tree **ret, const char *path);

/* As tree_open(), without openat2(2): the portable walker does every look-up (for tests and old
 * kernels). */
int tree_open_walker(struct tree **ret, const char *path);

/* Makes an empty in-memory tree. Returns 0 or -ENOMEM. */
int tree_new_memory(struct tree **ret);

/*
 * Makes an overlay: base with changes on top, added by tree_add_*() on the overlay. base is
 * borrowed and must outlive it. Returns 0 or -ENOMEM.
 */
int tree_new_overlay(struct tree **ret, struct tree *base);

/*
 * Opens a directory of a tree as a tree of its own, links followed to it. With a descriptor it
 * stays the directory that was opened, whatever comes to stand at its path: of procfs, a directory
 * of a process that is gone fails with ESRCH rather than showing another process. Of a memory tree
 * it is a copy. Outlives t.
 *
 * Returns 0, the errno of look-ups, -ENOTDIR, or -ENOTSUP for an overlay.
 */
int tree_open_below(struct tree *t, const char *path, struct tree **ret);

/* Frees a tree; takes NULL and returns NULL. An overlay does not free its base. */
struct tree *tree_free(struct tree *t);

DEFINE_CLEANUP(struct tree *, tree_free)
#define _cleanup_tree_ _cleanup_(tree_free_p)

/*
 * From now on the tree answers a question that was asked before as it did then: one run sees one
 * state of the system. For trees that nothing is added to. What an opened file gives is borrowed
 * from the tree. Returns 0 or -ENOMEM.
 */
int tree_remember(struct tree *t);

/*
 * Memory trees and overlays: put something at a path, replacing what is there (itself, not what a
 * link there leads to). Links in its parents are followed; parents that are missing are made.
 * Content is copied.
 *
 * Return 0; -EINVAL for a path that names nothing ("/", a trailing slash, "." or ".."); the errno
 * of looking at the parents; -ENOMEM.
 */
int tree_add_file(struct tree *t, const char *path, const void *bytes, size_t n);
int tree_add_link(struct tree *t, const char *path, const char *target);
/* In an overlay the directory is empty, whatever the base has there. */
int tree_add_dir(struct tree *t, const char *path);
/* A thing that can be looked at and listed in its parent, as a regular file, and no more: to open,
 * list or enter it fails with the errno given (EACCES for an unreadable file or directory). With
 * ENOENT it hides what the base has there. */
int tree_add_error(struct tree *t, const char *path, int err);

/* Gives what was added at a canonical path an owner; without, it is root's. Returns 0 or -ENOENT.
 */
int tree_set_owner(struct tree *t, const char *path, uid_t uid, gid_t gid);

/* Looks at what path leads to, following links. ret_real, if not NULL, gets the path after links
 * (caller frees). For TREE_NULL nothing else of st is meaningful. */
int tree_stat(struct tree *t, const char *path, struct tree_stat *ret, char **ret_real);

/* Looks at path itself; links in its parents are followed, the last component is not, unless a
 * slash follows it. */
int tree_lstat(struct tree *t, const char *path, struct tree_stat *ret);

/* Reads a link's text. -EINVAL when path is no link. Caller frees. */
int tree_readlink(struct tree *t, const char *path, char **ret);

/* Lists a directory, links followed to it, "." and ".." left out, sorted by the bytes of the names.
 * -E2BIG above LIMIT_DIR_ENTRIES. Free with tree_list_done(). */
int tree_list(struct tree *t, const char *path, struct tree_list *ret);
void tree_list_done(struct tree_list *l);

/*
 * Opens a file for reading, following links. Regular files only: -EISDIR for a directory, -EBADFD
 * for a FIFO, socket or device. /dev/null (TREE_NULL) opens as an empty file with st.type
 * TREE_NULL. -EAGAIN when the file is leased, or the tree keeps changing. Close with
 * tree_file_close().
 */
int tree_open_file(struct tree *t, const char *path, struct tree_file *ret);

/* Reads up to n bytes. Returns the number read, 0 at the end, or a negative errno. */
ssize_t tree_file_read(struct tree_file *f, void *buf, size_t n);

/* Goes to a place in the file, in bytes from its start. Returns 0 or the errno of lseek(2). */
int tree_file_seek(struct tree_file *f, uint64_t off);

void tree_file_close(struct tree_file *f);

/*
 * Reads a whole file of at most max bytes; the content is NUL-terminated for convenience.
 * -EFBIG above max; otherwise as tree_open_file() and read(2). Caller frees.
 */
int tree_read_file(struct tree *t, const char *path, size_t max, char **ret, size_t *ret_len);

/* The type (statfs f_type) of the file system that path is on, links followed. -ENOTSUP for what is
 * in memory. */
int tree_fstype(struct tree *t, const char *path, uint64_t *ret);

/* The tree's root as a descriptor, or -EBADF for a memory tree. Borrowed. */
int tree_fd(const struct tree *t);
