/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Runs a fix or a rollback through the journal: begun, done; undoing, undone. What fails is taken
 * back, and what is cut off can be finished in either direction.
 */
#pragma once

#include "apply.h"
#include "journal.h"

/* As whom files of a tree are touched: of a tree that is not root's, as its owner. */
struct identity {
	bool drop; /* else as who we are */
	uid_t uid;
	gid_t gid;
};

/*
 * Finds whose rights a tree is to be touched with: of root's own with root's; of another user's,
 * when we are root, with that user's.
 *
 * Returns 0 or the errno of looking at the root.
 */
int identity_of(struct tree *tree, struct identity *ret);

/* Takes the identity for file accesses, and goes back to our own. Leaving cannot fail but by abort:
 * to go on with wrong rights would be worse. Return 0 or a negative errno. */
int identity_enter(const struct identity *id);
void identity_leave(const struct identity *id);

struct runner {
	const struct journal *journal;
	struct applier applier;
	struct identity identity;
};

/*
 * Makes all changes of an entry, which is journaled first. When one fails, those that were made are
 * taken back.
 *
 * @ret_undone: false when taking back failed too: the journal keeps the entry as interrupted
 *
 * Returns 0, or the errno of what failed, with detail in e.
 */
int run_apply(const struct runner *r, struct journal_entry *en, bool *ret_undone, struct error *e);

/* Finishes an interrupted fix (forwards) or rollback (backwards). Returns 0; -ESTALE when a file is
 * neither as before nor as after; another errno. Detail in e. */
int run_finish(const struct runner *r, struct journal_entry *en, struct error *e);

/* What undoing an entry would do to each change, without doing it. states: one for each change.
 * Returns 0 or a negative errno, detail in e. */
int run_look(const struct runner *r, const struct journal_entry *en, enum change_state *states,
	     struct error *e);

/*
 * Takes all changes of an entry back, the last first. A kernel that is at 3, or that somebody set
 * to another level, is left.
 *
 * Returns 0; -ESTALE when a file has changed since (nothing is undone then); another errno. Detail
 * in e.
 */
int run_undo(const struct runner *r, struct journal_entry *en, struct error *e);
