/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Some hundred values that a loader might write to ptrace_scope, with what the kernel then holds.
 * Used by the tests of the rule and of the mounted stand-in. May use: libc.
 */

#include <stddef.h>

struct value {
	char *data; /* not a string: may hold NUL */
	size_t len;
	int level; /* that the kernel holds after it as the first write; -1: refused or no change */
};

/* values_new() - all of them; the caller frees with values_free(). Returns 0 or -ENOMEM. */
int values_new(struct value **ret, size_t *ret_n);

void values_free(struct value *values, size_t n);
