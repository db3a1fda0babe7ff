/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The same question, answered from what can be seen from outside: by the snapshot of /proc, and by
 * the program that is shipped.
 */
#pragma once

#include "model.h"
#include "snapshot.h"
#include "tree.h"

struct outside {
	struct tree *tree;
	struct snapshot snapshot;
	const struct snapshot_process *tracer, *tracee, *parent; /* NULL: not seen */
	const struct model *model;
};

/*
 * Reads the two tasks of a pair from /proc, and their parents.
 *
 * @m: of the same pair; lends what nobody can see from outside (Landlock) and the kernel's settings
 *
 * Returns 0 or negative errno; the caller ends it with outside_done().
 */
int outside_init(struct outside *o, const struct model_pair *p, const struct model *m);
void outside_done(struct outside *o);

/* Whether the tracee, and for TRACEME its parent, were seen at all. */
bool outside_sees(const struct outside *o, enum access_operation op);

/*
 * @declared: whether a declared tracer is told, which only the tracee knows
 *
 * Returns the model's answer from seen facts.
 */
struct access_verdict outside_decide(struct outside *o, enum access_operation op, bool declared);

/* Runs "ptscope explain --mode MODE TRACER TRACEE". Returns its exit status, or negative errno. */
int outside_explain(const struct model_pair *p, const char *mode);
