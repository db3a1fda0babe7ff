/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The facts that the access rule asks for, found as Yama and commoncap find them (security/yama/
 * yama_lsm.c, security/commoncap.c). All of it runs under rcu_read_lock(), which the trampoline of
 * a program that may not sleep holds; pointers are read by plain dereference, which the verifier
 * turns into reads that cannot fault. Only the look-up of a PID walks memory that BTF does not
 * describe.
 */
#pragma once

#include "kernel.bpf.h"

/* Ancestors that the plain loop looks at; what is deeper is left to bpf_loop(). Both walks of one
 * check stay within the verifier's 8,192 jumps. */
#define WALK_SHORT 512
/* Ancestors that are looked at in all; deeper trees are taken for unrelated, which denies. */
#define WALK_LONG 4194304

/* Whether the capability stands in the effective set. */
static __always_inline bool cred_has_cap(const struct cred *cred)
{
	const struct cred___v6_2 *old = (const void *)cred;

	if (bpf_core_field_exists(old->cap_effective.cap))
		return old->cap_effective.cap[0] & (1U << CAP_SYS_PTRACE);
	return cred->cap_effective.val & (1ULL << CAP_SYS_PTRACE);
}

/* commoncap.c, cap_capable(): has cred CAP_SYS_PTRACE in the namespace? Other LSMs may refuse the
 * use of it; they are not asked here. */
static __always_inline bool has_ns_cap(const struct cred *cred, struct user_namespace *ns)
{
	struct user_namespace *own = cred->user_ns;

	for (int i = 0; i <= USERNS_LEVELS && ns; i++) {
		if (ns == own)
			return cred_has_cap(cred);
		if (ns->level <= own->level)
			return false;
		if (ns->parent == own && ns->owner.val == cred->euid.val)
			return true;
		ns = ns->parent;
	}
	return false;
}

struct walk {
	unsigned long walker, wanted;
	bool found;
};

/* One generation further up, for bpf_loop(). Pointers are numbers here: the verifier does not
 * follow typed ones through a callback. */
static long walk_step(__u32 i, void *data)
{
	struct walk *w = data;
	struct task_struct *task = (void *)w->walker;
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	if ((unsigned long)leader == w->wanted) {
		w->found = true;
		return 1;
	}
	if (BPF_CORE_READ(leader, pid) <= 0)
		return 1;
	w->walker = (unsigned long)BPF_CORE_READ(leader, real_parent);
	return 0;
}

static __noinline bool is_far_descendant(struct walk *w)
{
	bpf_loop(WALK_LONG - WALK_SHORT, walk_step, w, 0);
	return w->found;
}

/* yama_lsm.c, task_is_descendant(). parent is a group leader. A process descends from itself. */
static __always_inline bool is_descendant(struct task_struct *parent, struct task_struct *child)
{
	struct task_struct *walker = child->group_leader;
	struct walk far = {};

	for (int i = 0; i < WALK_SHORT; i++) {
		if (walker == parent)
			return true;
		if (walker->pid <= 0)
			return false;
		walker = walker->real_parent->group_leader;
	}
	far.walker = (unsigned long)walker;
	far.wanted = (unsigned long)parent;
	return is_far_descendant(&far);
}

/* yama_lsm.c, ptracer_exception_found(): the tracer's process traces this thread already. */
static __always_inline bool is_tracing(struct task_struct *tracer, struct task_struct *child)
{
	return child->ptrace && child->parent->signal == tracer->signal;
}
