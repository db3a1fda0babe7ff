/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * core/sysctl: how each program that applies sysctl configuration at boot reads it, and what the
 * kernel does with what they write. Uses basic only. Pure: trees and structs in, structs out.
 *
 * This header: the kernel's side of one key. For kernel/yama/ptrace_scope that is
 * yama_dointvec_minmax() (security/yama/yama_lsm.c) over proc_dointvec_minmax() (kernel/sysctl.c):
 * an integer in C notation, the range 0..3, and the lock at 3. For any other key the grammar is not
 * known and every write is taken to succeed.
 */
#pragma once

#include "macro.h"

#define PTRACE_SCOPE_KEY "kernel/yama/ptrace_scope"
#define LEVEL_NONE	 (-1)

enum value_state {
	VALUE_OK,
	VALUE_MALFORMED,    /* not an integer as the kernel reads it */
	VALUE_OUT_OF_RANGE, /* an integer, not 0..3 */
};

/* X(name, meaning): rules of the model that the kill table inverts one by one. */
#define KERNEL_RULES(X)                                                  \
	X(LEADING_BLANKS, "blanks before the number are skipped")        \
	X(LEADING_NBSP, "byte 0xA0 counts as a blank before the number") \
	X(MINUS, "one '-' is taken, so -0 is 0")                         \
	X(HEX, "0x and 0X mean base 16")                                 \
	X(OCTAL, "a leading 0 means base 8")                             \
	X(TRAILING, "after the number only end, blank, tab or newline")  \
	X(REST_IGNORED, "what follows that blank is ignored")            \
	X(RANGE, "the number is 0..3")                                   \
	X(LOCK, "once 3, nothing lower is taken")                        \
	X(TOKEN_LENGTH, "a number of 21 characters or more is refused")

enum kernel_rule {
#define X(name, meaning) KERNEL_RULE_##name,
	KERNEL_RULES(X)
#undef X
		_KERNEL_RULE_MAX,
};

struct kernel_model {
	bool ptrace_scope; /* the key is PTRACE_SCOPE_KEY; else every write succeeds */
	int level; /* what the kernel holds; LEVEL_NONE before the first write that succeeds */
	uint32_t inverted; /* bit set of enum kernel_rule; 0 but in the kill table */
};

/* A model of key (canonical slash form) that holds nothing yet. */
struct kernel_model kernel_model_for(const char *key);

/*
 * What the kernel makes of a value, apart from the lock.
 *
 * Returns VALUE_OK with the level in ret_level, else why not (ret_level untouched).
 */
enum value_state kernel_value_parse(const struct kernel_model *m, const char *bytes, size_t n,
				    int *ret_level);

/*
 * Writes n bytes to the key at offset 0, as one write(2).
 *
 * Returns 0 (also for n == 0, which changes nothing) or -EINVAL.
 */
int kernel_model_write(struct kernel_model *m, const char *bytes, size_t n);

/* The level's name: "classic", "restricted", "admin-only", "no-attach"; NULL outside 0..3. */
const char *level_name(int level);
