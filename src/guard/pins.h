/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The directory of pins in bpffs. Not for use outside this folder. */
#pragma once

#include "guard.h"

/* Everything that is pinned. X(name, is a link) */
#define GUARD_OBJECTS(X)         \
	X("state", false)        \
	X("cgroups", false)      \
	X("declarations", false) \
	X("events", false)       \
	X("counts", false)       \
	X("windows", false)      \
	X("guard_access", true)  \
	X("guard_traceme", true) \
	X("guard_prctl", true)

/*
 * Opens a pinned object.
 *
 * Returns a descriptor, or a negative errno.
 */
int pin_open(const char *name);

/* Pins an object in a directory. Returns 0 or a negative errno. */
int pin_add(const char *dir, const char *name, int fd);

/* How many of GUARD_OBJECTS are pinned; ret_all: how many there are. Returns 0, -ENOENT when there
 * is no directory, -EACCES. */
int pins_count(size_t *ret_there, size_t *ret_all);

/* Makes an empty staging directory, dropping what a start that was killed has left. Returns 0 or a
 * negative errno. */
int pins_stage(void);

/* Puts the staging directory in place of, or, where there is one already, in exchange for
 * GUARD_PINS; what was there is dropped. Returns 0 or a negative errno. */
int pins_commit(void);

/* Drops the staging directory, or GUARD_PINS. Returns 0, also when there is none, or a negative
 * errno. */
int pins_drop_staged(void);
int pins_drop(void);

/* Where objects are staged. bpffs refuses names with a dot. */
#define GUARD_STAGING GUARD_BPFFS "/ptscope-new"
