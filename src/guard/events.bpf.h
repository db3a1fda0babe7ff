/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events: who asked for what and why it was denied or allowed, through a ring buffer. A tracer that
 * is denied again and again gets a few events each ten seconds; the rest is counted, and the count
 * goes out with its next event. Every event is cleared before it is filled.
 */
#pragma once

#include "guard-abi.h"
#include "kernel.bpf.h"

#define EVENT_BYTES	262144
#define TRACERS_LIMITED 4096
#define WINDOW_NS	10000000000ULL
#define WINDOW_EVENTS	20

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EVENT_BYTES);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, _GUARD_COUNT_MAX);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

struct window {
	__u64 start; /* ns */
	__u32 events;
	__u32 dropped;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, TRACERS_LIMITED);
	__type(key, __u64); /* start time of the process: no number is used again */
	__type(value, struct window);
} windows SEC(".maps");

static __always_inline void count(__u32 what)
{
	__u64 *n = bpf_map_lookup_elem(&counts, &what);

	if (n)
		(*n)++;
}

/* Whether this tracer may send one more event; ret_dropped: how many it could not send before. */
static __always_inline bool within_limit(struct task_struct *tracer, __u64 now, __u32 *ret_dropped)
{
	__u64 key = tracer->group_leader->start_time;
	struct window *w = bpf_map_lookup_elem(&windows, &key), fresh = {.start = now, .events = 1};

	if (!w) {
		bpf_map_update_elem(&windows, &key, &fresh, BPF_ANY);
		return true;
	}
	if (now - w->start >= WINDOW_NS) {
		*ret_dropped = w->dropped;
		*w = fresh;
		return true;
	}
	if (w->events >= WINDOW_EVENTS) {
		w->dropped++;
		return false;
	}
	w->events++;
	return true;
}

static __always_inline void describe(struct task_struct *task, struct guard_task *ret)
{
	struct file *exe = BPF_CORE_READ(task, mm, exe_file);

	ret->pid = task->tgid;
	ret->tid = task->pid;
	ret->uid = task->real_cred->uid.val;
	ret->cgroup = task->cgroups->dfl_cgrp->kn->id;
	ret->start = task->group_leader->start_time;
	bpf_probe_read_kernel(ret->comm, sizeof(ret->comm), task->group_leader->comm);
	if (exe) {
		ret->exe_ino = BPF_CORE_READ(exe, f_inode, i_ino);
		ret->exe_dev = BPF_CORE_READ(exe, f_inode, i_sb, s_dev);
	}
}

struct answer {
	__u32 operation, level, reason;
	bool allowed;
};

static __noinline int tell(const struct answer *a, struct task_struct *tracer,
			   struct task_struct *tracee)
{
	__u64 now = bpf_ktime_get_ns();
	struct guard_event *e;
	__u32 dropped = 0;

	if (!within_limit(tracer, now, &dropped)) {
		count(GUARD_LIMITED);
		return 0;
	}
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		count(GUARD_LOST);
		return 0;
	}
	__builtin_memset(e, 0, sizeof(*e));
	e->time = now;
	e->operation = a->operation;
	e->allowed = a->allowed;
	e->level = a->level;
	e->reason = a->reason;
	e->dropped = dropped;
	describe(tracer, &e->tracer);
	describe(tracee, &e->tracee);
	bpf_ringbuf_submit(e, 0);
	return 0;
}
