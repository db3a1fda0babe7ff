/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/*
 * What the programs in the kernel and their loader share: the layout of maps and events. Plain
 * types of fixed size, no padding that is not named, so that nothing of the kernel's memory leaks
 * in a gap. A pinned map outlives the program that made it: GUARD_ABI changes whenever a layout
 * does.
 */
#pragma once

#include <linux/types.h>

#define GUARD_ABI 1

#define GUARD_COMM 16

/* Cgroups that may have a level of their own, and the depth to which cgroups are searched. */
#define GUARD_CGROUPS_MAX  4096
#define GUARD_CGROUP_DEPTH 32

/* guard_cgroup.writer: everybody could move processes. */
#define GUARD_WRITER_ANYBODY 0xffffffffU

/* The one entry of the map "state". */
struct guard_state {
	__u32 abi;
	__u32 armed;	     /* 0: nothing is denied nor recorded */
	__u32 level;	     /* 0 to 3, where no cgroup has one of its own */
	__u32 restrict_read; /* READ access is held to the level too */
	__u32 tell_allowed;  /* events for attaches that were allowed */
	__u32 n_cgroups;     /* entries of the map "cgroups" */
	__u32 fake_success;  /* prctl(PR_SET_PTRACER) can return 0 on this kernel */
	__u32 trial; /* one of ours on trial, or 0: declarations work for it while not armed, and
		      * nothing is told of its descendants */
};

/* Value of the map "cgroups", by cgroup id. */
struct guard_cgroup {
	__u32 level;
	__u32 writer; /* uid that can write the parent: a looser level does not hold for it; 0: root
			 only */
};

/* What decided. The words are in guard-words.c. */
enum guard_reason {
	GUARD_LEVEL_ALLOWS, /* no condition at this level */
	GUARD_DESCENDANT,
	GUARD_TRACING,
	GUARD_DECLARED,
	GUARD_CAPABLE,
	GUARD_NOT_RELATED, /* level 1; this and all that follow deny */
	GUARD_NOT_CAPABLE, /* level 2 */
	GUARD_NO_ATTACH,   /* level 3 */
	GUARD_GONE,	   /* the tracee has exited */
	_GUARD_REASON_MAX,
};

struct guard_task {
	__s32 pid; /* of the process, in the first PID namespace */
	__s32 tid;
	__u32 uid;
	__u32 exe_dev; /* as in stat(2) on the kernel's side: major << 20 | minor; 0 without one */
	__u64 exe_ino;
	__u64 cgroup; /* id */
	__u64 start;  /* CLOCK_MONOTONIC, ns: tells a number used again */
	char comm[GUARD_COMM];
};

struct guard_event {
	__u64 time;	 /* CLOCK_MONOTONIC, ns */
	__u32 operation; /* enum access_rule_operation */
	__u32 allowed;
	__u32 level;
	__u32 reason;
	__u32 dropped; /* events of this tracer that were left out before this one */
	__u32 reserved;
	struct guard_task tracer, tracee;
};

_Static_assert(sizeof(struct guard_state) == 32, "ABI");
_Static_assert(sizeof(struct guard_cgroup) == 8, "ABI");
_Static_assert(sizeof(struct guard_task) == 56, "ABI");
_Static_assert(sizeof(struct guard_event) == 32 + 2 * 56, "ABI");

/* The map "counts", one number for each. */
enum guard_count { GUARD_ALLOWED, GUARD_DENIED, GUARD_LIMITED, GUARD_LOST, _GUARD_COUNT_MAX };
