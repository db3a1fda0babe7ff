/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What our model says. It is fed twice: with everything that the stage knows of its own processes,
 * and with what can be seen from outside.
 */
#pragma once

#include "access.h"
#include "kernel.h"
#include "stage.h"

enum { USERNS_MAX = 16 };

struct model {
	struct access_env env;
	struct access_task tracer, tracee, parent; /* parent: of the tracee, for TRACEME */
	struct access_pair pair, parent_pair;
	struct access_userns userns[USERNS_MAX];
	size_t n_userns;
	pid_t parent_tid; /* the thread that is the tracee's parent, 0 when there is none */
	bool unseen;	  /* the tracee has no pid in the tracer's pid namespace */
};

/* Two tasks of a stage. */
struct model_pair {
	struct stage *stage;
	int tracer, tracee; /* actors; the tracee may be negative: -PID */
	pid_t tracer_tid, tracee_tid;
};

/*
 * Collects the facts.
 *
 * Returns 0 or negative errno; the caller ends it with model_done().
 */
int model_init(struct model *m, const struct model_pair *p, const struct kernel *k, int level);
void model_done(struct model *m);

/* The model's answer. */
struct access_verdict model_decide(const struct model *m, enum access_operation op);
