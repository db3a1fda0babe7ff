/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the planner share. Not for use outside this folder. */
#pragma once

#include "limits.h"
#include "plan.h"

#define SYSCTL_CONF "/etc/sysctl.conf"
#define DROPIN_DIR  "/etc/sysctl.d"

/* Says that a drop-in is ours. */
#define OWN_MARK "Written by \"ptscope fix\""

/* A plan in the making: changes of files, and what the boot comes to with them. */
struct draft {
	const struct plan_request *req;
	int level;
	struct change *changes; /* owned */
	size_t n, cap;
	struct tree *overlay;  /* owned; NULL before the first try */
	struct resolve *after; /* owned; of the last try */
	char *obstacle;	       /* why the search came to its end; owned; or NULL */
};

/* Frees what a draft holds and empties it. */
void draft_done(struct draft *d);

/*
 * Resolves the boot with the first n changes of the draft.
 *
 * Returns 1 when it passes with just the level wanted, 0 when not (d->after tells), -ENOMEM.
 */
int draft_try(struct draft *d, size_t n);

/* The key's answer of the last try. */
const struct resolve_key *draft_key(const struct draft *d);

/* The content of a file with the draft's changes. Returns 0 or the errno of tree_read_file(). */
int draft_read(struct draft *d, const char *path, struct content *ret);

/* Sets the content of a file, adding a change or growing one. why and note are copied; NULL leaves
 * what an earlier call said. Returns 0, -ENOMEM, or the errno of looking at the file. */
int draft_write(struct draft *d, const char *path, const struct strbuf *after, const char *why,
		const char *note);

/* Takes a change out. */
void draft_remove(struct draft *d, size_t i);

/*
 * Replaces line number line, whose text must be just text, by what is in with.
 *
 * Returns 0; -ESTALE when the line is not found as it is said to be; -ENOMEM.
 */
int replace_line(const struct content *c, unsigned line, const struct content *text,
		 const struct strbuf *with, struct strbuf *ret);

/*
 * Searches the fewest changes for the next boot. (plan-draft.c)
 *
 * Returns 1 when found, 0 when not (d->obstacle says why), -ENOMEM.
 */
int draft_search(struct draft *d);

/* The path of a file that a loader read, with all links followed, also those of directories above
 * it. Returns 0 or the errno of looking at it. Caller frees. (plan-draft.c) */
int real_path_of(struct draft *d, const struct sysctl_file *f, char **ret);

/* Whether an existing file may be edited. Returns 1; 0 with d->obstacle set; -ENOMEM. note gets the
 * consequence of editing it, or stays NULL; caller frees. (plan-draft.c) */
int draft_may_edit(struct draft *d, const char *path, const struct content *c, char **ret_note);

/*
 * Comments out weaker lines (or, for a policy with strict files, forbidden ones) of the
 * administrator's files. d->after must be of the whole draft. (plan-tidy.c)
 *
 * @all: also lines that the policy would let stand
 *
 * Returns the number of lines, or -ENOMEM.
 */
int draft_tidy(struct draft *d, bool all);

/* Chooses the level, and says what is missing to do so. (plan-level.c)
 * Returns 0, -EINVAL with e set. */
int plan_choose_level(const struct plan_request *req, int *ret, struct error *e);

/* The level that the kernel holds, where it is one; else LEVEL_NONE. */
int level_now(const struct evidence *ev);
/* The level after the next boot; LEVEL_NONE where nothing sets it or it is not known. */
int level_boot(const struct resolve *r);
