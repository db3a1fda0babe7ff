/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who can attach to whom, counted. Processes of equal credentials give equal answers, so the model
 * is asked once for each pair of classes that share a user; ancestry, which level 1 asks for, is
 * counted in one walk over the tree of processes. The cost grows as the number of processes.
 */
#pragma once

#include "holders.h"
#include "snapshot.h"

/* At least, and at most: a fact that cannot be seen lies between. */
struct exposure_bounds {
	uint32_t min, max;
};

struct exposure_target {
	uint32_t process;	     /* index in the snapshot */
	const struct holder *holder; /* what it holds; NULL: nothing known */
	bool self_protected;	     /* not dumpable: only a capability helps */
	/* Processes without CAP_SYS_PTRACE over it that may attach, by level. */
	struct exposure_bounds at[4];
	uint32_t privileged; /* processes with CAP_SYS_PTRACE over it: at 0, 1 and 2 */
};

/* A user namespace that is not the first, with processes in it. */
struct exposure_userns {
	const struct access_userns *userns;
	uint32_t processes; /* in it, those below it not counted */
	uint32_t process;   /* index of the one that started first */
};

struct exposure {
	struct exposure_target *targets; /* in the order of pids */
	size_t n_targets, cap_targets;
	struct exposure_userns *userns;
	size_t n_userns, cap_userns;
	uint32_t processes;	      /* of users, living: neither kernel threads nor zombies */
	uint32_t classes;	      /* sets of credentials among them */
	uint32_t privileged;	      /* with CAP_SYS_PTRACE in the first namespace */
	uint32_t privileged_not_root; /* of these, with another effective uid than 0 */
	uint32_t unseen; /* of which something could not be read, or whose namespace is not known */
};

struct exposure_filter {
	bool all;     /* every process is a target, not only holders */
	uint32_t uid; /* only targets of this effective uid; ACCESS_ID_UNSEEN: any */
};

void exposure_done(struct exposure *x);

/*
 * Counts.
 *
 * @s: after snapshot_read(); must outlive the result, as must h
 *
 * Returns 0 or -ENOMEM.
 */
int exposure_make(const struct snapshot *s, const struct holders *h,
		  const struct exposure_filter *filter, struct exposure *ret);

/* True for what can attach or be attached to: no kernel thread, not exited. */
bool exposure_counts(const struct snapshot_process *p);
