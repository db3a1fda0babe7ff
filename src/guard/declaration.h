/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/* The value of the map "declarations"; see declared.bpf.h. */
#pragma once

#include <linux/types.h>

enum declared_kind { DECLARED_NONE, DECLARED_ONE, DECLARED_ANY };

struct declaration {
	__u64 pidns;  /* address of the caller's PID namespace */
	__u64 time;   /* CLOCK_MONOTONIC, ns */
	__u32 kind;   /* enum declared_kind */
	__u32 depth;  /* of that namespace */
	__s32 leader; /* number of the tracer's group leader there */
	__s32 thread; /* number that was declared; another one when a thread was */
};

_Static_assert(sizeof(struct declaration) == 32, "ABI");
