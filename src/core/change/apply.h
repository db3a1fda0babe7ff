/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Carries changes out, and takes them back: files below a root, and the running kernel's value.
 * Each function may be called again after it was cut off.
 */
#pragma once

#include "change.h"
#include "tree.h"

struct applier {
	struct tree *tree;	/* of the files; a descriptor tree */
	struct tree *proc_tree; /* of /proc/sys; NULL where no kernel runs there */
	const char *id;		/* of the fix: names temporary files */
};

enum change_state {
	CHANGE_NOT_DONE, /* as before */
	CHANGE_DONE,	 /* as after */
	CHANGE_OTHER,	 /* neither: somebody else changed it */
	CHANGE_STUCK,	 /* the kernel is at 3 and keeps it */
};

/*
 * Looks at a file or the kernel without changing anything.
 *
 * @i: number of the change in its plan
 *
 * Returns 0 or a negative errno with detail in e.
 */
int change_look(const struct applier *a, const struct change *c, size_t i, enum change_state *ret,
		struct error *e);

/*
 * Says whether a change could be made, as far as that can be seen without making it: a single name,
 * an owner that is the root's, no link in the way, a file system that can be written.
 *
 * Returns 0, or a negative errno with detail and way out in e.
 */
int change_check(const struct applier *a, const struct change *c, struct error *e);

/*
 * Makes a change. Returns 0, also when it is made already; -ESTALE when the file is neither as
 * before nor as after; otherwise what swap_do() or write(2) return. Detail in e.
 */
int change_do(const struct applier *a, const struct change *c, size_t i, struct error *e);

/* Takes a change back: as change_do(). A kernel at 3 stays there: -EBUSY. */
int change_undo(const struct applier *a, const struct change *c, size_t i, struct error *e);

/* Removes what a crash may have left beside a file. As swap_settle(). */
int change_settle(const struct applier *a, const struct change *c, size_t i, struct error *e);
