/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The relations between a tracer and a tracee that are tried one by one. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct relation {
	const char *name;
	const char *script; /* how to get there; done at level 0 */
	int tracer;	    /* actor */
	int tracee;	    /* actor, or -PID of a task that is there in any case */
};

/* Ends with one without a name. */
extern const struct relation relations[];

/* Whether not even root can tell every answer from outside: one of a list, with the reasons. */
bool relation_may_be_unknown(const struct relation *r);

/* Whether nothing can be seen of what decides: Landlock's domains. explain names the module as one
 * that may deny further, and its answer is not compared. */
bool relation_is_hidden(const struct relation *r);
