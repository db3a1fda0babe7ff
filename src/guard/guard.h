/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard: loads and steers the BPF programs that enforce the levels. A program of its own
 * (ptscope-guard), since it links libbpf; uses cli, core and basic.
 *
 * What is enforced lives in the kernel: links and maps pinned in a directory of bpffs, so nothing
 * has to keep running. A start builds everything in a staging directory, without effect, puts it
 * in place by one rename and arms it by one store; what is killed in between has changed nothing.
 *
 * This header: the life of the guard.
 */
#pragma once

#include "error.h"
#include "guard-abi.h"
#include "settings.h"

/* bpffs, and the directory of our pins in it. */
#define GUARD_BPFFS "/sys/fs/bpf"
#define GUARD_PINS  GUARD_BPFFS "/ptscope"

enum guard_running {
	GUARD_ABSENT,  /* nothing is pinned */
	GUARD_PARTIAL, /* some pins are missing, or made by another version */
	GUARD_UNARMED, /* all is there and nothing is enforced: a start did not end */
	GUARD_ENFORCING,
	GUARD_UNSEEN, /* the pins are not ours to see: not root */
};
/* "absent", "partial", ... */
const char *guard_running_word(enum guard_running r);

struct guard_info {
	enum guard_running running;
	struct guard_state state;	   /* zero unless the map could be read */
	uint64_t counts[_GUARD_COUNT_MAX]; /* since the start */
	size_t n_cgroups;
};

/* The word of a reason: "descendant", "not-related", ... */
const char *guard_reason_word(unsigned reason);
/* "attach", "read", "traceme". */
const char *guard_operation_word(unsigned operation);

/*
 * Keeps others from starting, setting or stopping until the descriptor is closed.
 *
 * Returns a descriptor; -ENOENT (no bpffs is mounted), -EACCES; -EWOULDBLOCK when another one is at
 * work for longer than ten seconds. Detail in e.
 */
int guard_lock(struct error *e);

/* What is pinned, without asking whether it works. Returns 0, or the errno of what could not be
 * read with detail in e. */
int guard_inspect(struct guard_info *ret, struct error *e);

/*
 * Loads, attaches, pins and arms; where a guard runs, puts the new programs beside the old on the
 * same maps and then drops the old, so that there is no moment without. The caller holds the lock.
 *
 * Returns 0; a negative errno with detail in e, when nothing has changed.
 */
int guard_start(const struct guard_settings *settings, struct error *e);

/* Changes levels and switches of a running guard. Returns 0; -ESRCH when there is none; detail in
 * e. The caller holds the lock. */
int guard_apply(const struct guard_settings *settings, struct error *e);

/* Makes the running guard tell nothing of what the descendants of this process do; 0 ends that.
 * Returns 0 or a negative errno. */
int guard_keep_quiet(uint32_t pid);

/* Takes all of it out of the kernel. Returns 0, also when nothing ran, or an errno with
 * detail in e. The caller holds the lock. */
int guard_stop(struct error *e);

/*
 * Loads and attaches without effect and takes everything out again.
 *
 * @ret_prctl_success: whether prctl(PR_SET_PTRACER) can return 0 on this kernel
 *
 * Returns 0 or what stands in the way, with the obstacle and its remedy in e.
 */
int guard_try(bool *ret_prctl_success, struct error *e);

/*
 * Names the obstacle that the facts of this kernel show: BPF LSM not built, not in the running
 * list, no BTF, locked down, no privilege.
 *
 * Returns 0 when none is seen, or -EOPNOTSUPP or -EPERM with the obstacle and its remedy in e.
 */
int guard_obstacle(struct error *e);
