/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declared tracers: what prctl(PR_SET_PTRACER) has said, kept with the lifetime that Yama gives it.
 *
 * A declaration is stored with the group leader of the process that made it (task storage): it goes
 * when that task is freed, is not inherited by fork, survives an exec by the leader and ends with
 * an exec by another thread, all as in Yama. No task can be held from here, so the tracer is kept
 * as the address of the task that was named, with that of its process's signal_struct and the time:
 * a task there, of that process and older than the declaration, is the one that was meant, whatever
 * numbers and memory were used again. (What is left: a thread that is made at the address of the
 * one that was named, in the same process, and execs. It counts, though Yama would have forgotten.)
 */
#pragma once

#include "declaration.h"
#include "facts.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct declaration);
} declarations SEC(".maps");

/* include/linux/xarray.h, lib/radix-tree.c: pointers to nodes have these low bits. */
#define XA_NODE_MASK 3UL
#define XA_NODE	     2UL
#define XA_SHIFT     6
#define XA_DEPTH     6

/* idr_find() of kernel/pid.c, find_pid_ns(). Returns the address of a struct pid, or 0. */
static __always_inline unsigned long find_pid(unsigned long pidns, int nr)
{
	struct pid_namespace *ns = (struct pid_namespace *)pidns;
	unsigned long entry = (unsigned long)BPF_CORE_READ(ns, idr.idr_rt.xa_head);
	unsigned long index = (unsigned int)nr - BPF_CORE_READ(ns, idr.idr_base);

	if (nr <= 0)
		return 0;
	for (int i = 0; i < XA_DEPTH; i++) {
		struct xa_node *node = (struct xa_node *)(entry & ~XA_NODE_MASK);
		unsigned char shift;

		if ((entry & XA_NODE_MASK) != XA_NODE)
			break;
		shift = BPF_CORE_READ(node, shift);
		if (shift > XA_SHIFT * (XA_DEPTH - 1) || (index >> shift) >> XA_SHIFT)
			return 0;
		if (bpf_probe_read_kernel(&entry, sizeof(entry),
					  (void *)node + bpf_core_field_offset(node->slots) +
						  ((index >> shift) & 63) * sizeof(void *)))
			return 0;
		index &= (1UL << shift) - 1;
		if (shift == 0)
			return entry;
	}
	return index == 0 && (entry & XA_NODE_MASK) != XA_NODE ? entry : 0;
}

/* The number that a struct pid has in the namespace at that depth, with its namespace. */
static __always_inline bool number_at(struct pid *pid, __u32 depth, struct upid *ret)
{
	if (!pid || BPF_CORE_READ(pid, level) < depth)
		return false;
	return bpf_probe_read_kernel(&ret->nr, sizeof(ret->nr),
				     (void *)pid + bpf_core_field_offset(struct pid, numbers) +
					     depth * bpf_core_type_size(struct upid) +
					     bpf_core_field_offset(struct upid, nr)) == 0 &&
	       bpf_probe_read_kernel(&ret->ns, sizeof(ret->ns),
				     (void *)pid + bpf_core_field_offset(struct pid, numbers) +
					     depth * bpf_core_type_size(struct upid) +
					     bpf_core_field_offset(struct upid, ns)) == 0;
}

/* Address of the task that has the number as its thread's, or 0. find_task_by_pid_ns(). */
static __always_inline unsigned long find_task(unsigned long pidns, int nr)
{
	struct pid *pid = (struct pid *)find_pid(pidns, nr);
	unsigned long node;

	if (!pid)
		return 0;
	node = (unsigned long)BPF_CORE_READ(pid, tasks[0].first);
	return node ? node - bpf_core_field_offset(struct task_struct, pid_links) : 0;
}

/* Whether the task is the one that was named. */
static __always_inline bool is_named(struct task_struct *task, const struct declaration *d)
{
	return (unsigned long)task == d->task &&
	       (unsigned long)BPF_CORE_READ(task, signal) == d->signal &&
	       BPF_CORE_READ(task, start_time) <= d->time;
}

struct declared_walk {
	struct declaration named;
	unsigned long walker, leader; /* leader: of the thread that was named, or 0 */
	bool found;
};

static long declared_step(__u32 i, void *data)
{
	struct declared_walk *w = data;
	struct task_struct *task = (struct task_struct *)w->walker;
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	if ((unsigned long)leader == w->leader || is_named(leader, &w->named)) {
		w->found = true;
		return 1;
	}
	if (BPF_CORE_READ(leader, pid) <= 0)
		return 1;
	w->walker = (unsigned long)BPF_CORE_READ(leader, real_parent);
	return 0;
}

/* yama_lsm.c, ptracer_exception_found(): has the child named this tracer, or one that it descends
 * from? */
static __noinline bool is_declared(struct task_struct *tracer, struct task_struct *child)
{
	struct declaration *d = bpf_task_storage_get(&declarations, child->group_leader, NULL, 0);
	struct declared_walk w = {};
	struct task_struct *thread;

	if (!d || d->kind == DECLARED_NONE)
		return false;
	if (d->kind == DECLARED_ANY)
		return true;
	w.named = *d;
	w.walker = (unsigned long)tracer;
	thread = (struct task_struct *)find_task(d->pidns, d->number);
	if (thread && is_named(thread, &w.named))
		w.leader = (unsigned long)BPF_CORE_READ(thread, group_leader);
	bpf_loop(WALK_LONG, declared_step, &w, 0);
	return w.found;
}

/* yama_lsm.c, yama_task_prctl(). Returns 0, -EINVAL for a PID that there is none of, or -ENOMEM. */
static __always_inline int declare(struct task_struct *tracee, unsigned long arg)
{
	struct task_struct *leader = tracee->group_leader;
	/* Read so that it is a number: the verifier does no arithmetic on typed pointers. */
	struct pid *own = BPF_CORE_READ(tracee, thread_pid);
	struct declaration new = {.kind = DECLARED_ANY}, *d;
	struct upid number = {};

	if (arg == 0) {
		d = bpf_task_storage_get(&declarations, leader, NULL, 0);
		if (d)
			d->kind = DECLARED_NONE;
		return 0;
	}
	if ((int)arg != -1 && arg != -1UL) {
		struct task_struct *tracer;

		if (!number_at(own, BPF_CORE_READ(own, level), &number))
			return -EINVAL;
		new.pidns = (unsigned long)number.ns;
		new.number = (int)arg;
		new.task = find_task(new.pidns, new.number);
		tracer = (struct task_struct *)new.task;
		if (!tracer)
			return -EINVAL;
		new.kind = DECLARED_ONE;
		new.signal = (unsigned long)BPF_CORE_READ(tracer, signal);
		new.time = bpf_ktime_get_ns();
	}
	d = bpf_task_storage_get(&declarations, leader, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!d)
		return -ENOMEM;
	*d = new;
	return 0;
}
