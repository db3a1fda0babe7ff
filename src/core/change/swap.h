/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One file, from one content to another, so that a reader, a crash or a loss of power sees the one
 * or the other: temporary file in the same directory, fsync, rename, fsync of the directory. A file
 * that is replaced is exchanged, and what came out is compared with what was expected; if somebody
 * else changed it in between, it is put back. The temporary name has a meaning of its own, so that
 * what a crash leaves can be told from what belongs to others. Not for use outside this folder.
 */
#pragma once

#include "change.h"

/* A file to be changed. Borrowed, but for dir. */
struct swap {
	const char *path;	    /* for messages, as the person knows it */
	int dir;		    /* its directory */
	const char *name;	    /* in dir */
	const char *temp;	    /* name for the temporary file, not ending in .conf */
	const struct content *from; /* as it must be now; bytes NULL: absent */
	const struct content *to;   /* as it shall be; bytes NULL: absent */
	mode_t mode;		    /* of the new file */
	bool owned;		    /* uid and gid count */
	uid_t uid;
	gid_t gid;
};

enum swap_state { SWAP_FROM, SWAP_TO, SWAP_OTHER };

/*
 * Says what the file is now; where from and to are the same it is SWAP_TO.
 *
 * Returns 0, or the errno of reading it with detail in e; a link, a directory or a FIFO in its
 * place is SWAP_OTHER.
 */
int swap_look(const struct swap *s, enum swap_state *ret, struct error *e);

/*
 * Cleans up after a swap that was cut off: a temporary file that is ours goes away, a file of
 * somebody else that was exchanged out goes back.
 *
 * Returns 0; -EEXIST when something that is not ours has the temporary name; another errno. Detail
 * in e.
 */
int swap_settle(const struct swap *s, struct error *e);

/*
 * Makes the change. Cleans up first; does nothing where the file is as it shall be. Mode, owner,
 * ACLs, extended attributes and SELinux label of a file that is replaced are kept, but for mode and
 * owner where owned says others.
 *
 * Returns 0; -ESTALE when the file is not as expected (it is left, or put back); -EMLINK when it
 * has several names; otherwise the errno of the call that failed. Detail and way out in e.
 */
int swap_do(const struct swap *s, struct error *e);

/*
 * Opens the directory of a path below a root, following no links.
 *
 * @root: descriptor of the root
 * @path: absolute inside it
 * @make: directories that are missing are made (0755) and synced
 * @ret_name: the last component, borrowed from path
 *
 * Returns a descriptor, -ELOOP where a link has come to stand, -ENOENT, or another errno.
 */
int open_directory_of(int root, const char *path, bool make, const char **ret_name);
