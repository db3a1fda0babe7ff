/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/* The value of the map "declarations"; see declared.bpf.h. */
#pragma once

#include <linux/types.h>

enum declared_kind { DECLARED_NONE, DECLARED_ONE, DECLARED_ANY };

struct declaration {
	__u64 task;   /* address of the task that was named */
	__u64 signal; /* of its process's signal_struct, which stays the same over exec */
	__u64 pidns;  /* of the caller's PID namespace */
	__u64 time;   /* CLOCK_MONOTONIC, ns */
	__u32 kind;   /* enum declared_kind */
	__s32 number; /* of the task in that namespace */
};

_Static_assert(sizeof(struct declaration) == 40, "ABI");
