/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The relations between a tracer and a tracee that are tried one by one. */
#pragma once

#include <sys/types.h>

struct relation {
	const char *name;
	const char *script; /* how to get there; done at level 0 */
	int tracer;	    /* actor */
	int tracee;	    /* actor, or -PID of a task that is there in any case */
};

/* Ends with one without a name. */
extern const struct relation relations[];
