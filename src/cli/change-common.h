/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What fix and rollback share: the subject with its journal, questions, and how a plan is told. */
#pragma once

#include "cli.h"
#include "gather.h"
#include "plan.h"
#include "render-audit.h"
#include "run.h"

/* A root that is to be changed. */
struct target {
	const struct invocation *in;
	struct gather gather;
	struct evidence evidence;
	struct policy policy;
	struct identity identity;
	struct journal journal;
	bool has_journal;
	struct journal_list list; /* all entries; empty without a journal */
};

/* Closes all of it. Takes an empty one. */
void target_done(struct target *t);

/*
 * Opens the root and its journal.
 *
 * @write: for changes: makes the journal where it is missing, and takes the lock; without it, a
 * journal that is not there or cannot be read is left out
 *
 * Returns 0 or a negative errno with detail in e.
 */
int target_open(const struct invocation *in, bool write, struct target *t, struct error *e);

/* Gathers the evidence, with the rights that the tree calls for. May be called again. As
 * gather_evidence(). */
int target_gather(struct target *t, struct error *e);

/* A runner for a fix of that id. Borrows from t. */
struct runner target_runner(const struct target *t, const char *id);

/* Judges the root as it is now. Returns 0 or a negative errno with detail in e. */
int target_audit(struct target *t, struct audit **ret, struct error *e);

/* Who asks: "root (alice)" under sudo. Caller frees; NULL when out of memory. */
char *target_user(void);

/* True when a person can be asked: terminals for the question and the answer, and text. */
bool can_ask(const struct invocation *in);

/* Shows text on standard error and asks. True for "y" or "yes". */
bool ask(const struct strbuf *text);

/* Appends the headline of an audit of the target. */
void add_headline(const struct target *t, const struct audit *a, struct strbuf *out);

/* The plan as a screen: a patch with comments. applied: in words of what will be. */
void render_plan_text(const struct target *t, const struct plan *p, const char *id, bool escape,
		      struct strbuf *out);

/* ptscope.fix/1. id: for rollback, NULL when nothing was applied; after: of the tree as it is then,
 * or of the overlay. */
int render_fix_json(const struct target *t, const struct plan *p, const char *id,
		    const struct audit *after, int code);

/* ptscope.rollback/1 for one entry (states: what was found at each change; NULL when not looked) or
 * for the list of all. Return 0 or -ENOMEM. */
int render_rollback_json(const struct target *t, const struct journal_entry *en, bool applied,
			 const struct audit *after, int code);
int render_rollback_list_json(const struct target *t, char *const *status);

/* Appends the command that undoes a fix, as a shell takes it: "sudo ptscope rollback --root DIR
 * ID". */
void add_undo_command(const struct target *t, const char *id, struct strbuf *out);

/* Appends sentences as comment lines: "# ", and "#   " on the lines that follow. */
void add_comment(struct strbuf *out, unsigned width, const char *text);

/* Appends "would pass", "would fail: ...". */
void add_would(struct strbuf *b, const struct audit *a);
