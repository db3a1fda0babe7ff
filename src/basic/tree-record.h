/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tree that remembers: everything that is asked of it is asked of its base once, kept, and
 * answered from what was kept from then on. What was kept, given to a tree without a base, answers
 * the same questions the same way anywhere; any other question finds nothing there.
 *
 * So a recording is also a snapshot: two looks at one file never disagree.
 */
#pragma once

#include "sha256.h"
#include "tree.h"

/* What is known of one path. Paths are canonical, as the walker comes to them. */
struct recorded {
	char *path; /* owned */
	/* Which questions were asked; the answer is 0 or a negative errno. */
	bool looked, linked, listed, opened;
	int look, link, list, open;
	struct tree_stat st;	  /* looked */
	char *target;		  /* linked; owned */
	struct tree_list entries; /* listed; owned */
	char *bytes;		  /* opened; owned, NUL-terminated */
	size_t n;
	bool hashed;
	uint8_t sha256[SHA256_SIZE]; /* of the whole file, whatever of it is kept in bytes */
	bool whole;		     /* bytes is the whole file */
};

/* Frees what the object holds and empties it. */
void recorded_done(struct recorded *r);

/*
 * Makes a tree that remembers.
 *
 * @base: borrowed, must outlive it; NULL for one that only has what tree_record_add() gives it
 *
 * Returns 0 or -ENOMEM. Freed by tree_free(). More than LIMIT_RECORD_PATHS paths or
 * LIMIT_RECORD_BYTES bytes of files make its look-ups fail with -E2BIG.
 */
int tree_new_record(struct tree **ret, struct tree *base);

/* Adds what is known of a path, taking over what it owns on success only. Returns 0, -EEXIST for a
 * path that is there, -E2BIG, -ENOMEM. */
int tree_record_add(struct tree *t, struct recorded *r);

/* What is kept, by the order of paths; NULL behind the last. Borrowed. */
struct recorded *tree_record_at(const struct tree *t, size_t i);

/* Forgets what a function says no to. */
void tree_record_filter(struct tree *t, bool (*keep)(const struct recorded *r, void *arg),
			void *arg);

/*
 * What was worked out from many files is kept as an answer to a question, so that the files need
 * not be: which package owns a path.
 */
struct answer {
	char *question, *text; /* owned; text NULL where err is set */
	int err;	       /* negative errno, or 0 */
};

/* Finds an answer in a tree that remembers, or in one below it. Returns NULL where there is none.
 * Borrowed. */
const struct answer *tree_answer(const struct tree *t, const char *question);

/* Keeps an answer in the tree that remembers, if there is one with a base; copies. Returns 0,
 * -E2BIG, -ENOMEM. */
int tree_answer_keep(struct tree *t, const char *question, int err, const char *text);

/* Adds an answer to a tree without a base, taking over what it owns on success only. Returns 0,
 * -EEXIST, -E2BIG, -ENOMEM. */
int tree_answer_add(struct tree *t, struct answer *a);

/* The answers, in the order in which they were asked; NULL behind the last. Borrowed. */
const struct answer *tree_answer_at(const struct tree *t, size_t i);

/* The hash of a whole file, links followed, as it was when it was read. Returns 0; -ENOTSUP for a
 * tree that does not remember; -ENODATA where the file was not read; or as tree_stat(). */
int tree_record_sha256(struct tree *t, const char *path, uint8_t ret[SHA256_SIZE]);
