/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a kernel integer sysctl does with one write(2), as far as the writer can see it.
 *
 * Written from the kernel's proc_dointvec_minmax() as of Linux 6.x (kernel/sysctl.c: strict
 * positions, a window of one page less one byte, at most 20 characters a number) and Yama's
 * handler, which raises the lower bound to the upper one once the upper one is reached
 * (security/yama/yama_lsm.c). It shares no code with src/: the judge must not inherit a mistake
 * from what it judges.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
	WRITE_RULE_UNSET = -1,	   /* nothing valid was written yet: never equal to a value */
	WRITE_RULE_WINDOW = 4095,  /* bytes of one write that are looked at */
	WRITE_RULE_TOKEN_MAX = 20, /* characters of one number, its sign included */
};

struct write_rule {
	int min;
	int max;
	bool lock_at_max; /* once the value is max, nothing lower is accepted */
};

/*
 * write_rule_apply() - one write of @len bytes at @offset
 * @rule: range and lock
 * @value: in and out: what the kernel holds, WRITE_RULE_UNSET at first; unchanged on failure
 * @data: the bytes, may be NULL when @len is 0
 * @ret_count: what write(2) would return; less than @len where the number is followed by more
 *
 * Returns 0, or -EINVAL.
 */
int write_rule_apply(const struct write_rule *rule, int *value, const void *data, size_t len,
		     off_t offset, size_t *ret_count);
