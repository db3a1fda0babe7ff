/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel that is judged by: what it is, and the level that it is given. */
#pragma once

#include "macro.h"

struct kernel {
	bool yama;	    /* the key is there */
	const char *setter; /* a program that sets a level, in place of the key; NULL: the key */
};

/* Looks, and opens what a test needs (perf_event_paranoid). Returns 0 or negative errno. */
int kernel_init(struct kernel *k, const char *setter);

/* Whether there are levels and declared tracers. */
static inline bool kernel_has_levels(const struct kernel *k)
{
	return k->yama || k->setter;
}

/* Sets the level, and reads it back where it is the key's. No-op without levels.
 * Returns 0 or negative errno. */
int kernel_set_level(const struct kernel *k, int level);

/* Name of an errno: "EPERM", "ok" for 0. */
const char *errno_name(int e);
