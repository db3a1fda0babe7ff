/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Enforces Yama's levels where there is no Yama, and beside it.
 *
 * Threat: a process attaches to another one of the same user to take what it holds.
 * Hooks: ptrace_access_check decides ATTACH (and READ, where that was asked for); ptrace_traceme
 * the child's own request; task_prctl takes declarations of tracers. These are Yama's own hooks,
 * and the errno that user space sees is made by their callers, so it is the same. Not covered: what
 * passes none of these hooks (docs/guard.md), a program on the same hook that replaces the result,
 * and whoever can load one (docs/threat-model.md).
 *
 * Facts are asked for lazily, cheapest first. What cannot be found out counts as no, which denies.
 */
#include "access-rule.h"
#include "declared.bpf.h"
#include "events.bpf.h"
#include "guard-abi.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct guard_state);
} state SEC(".maps");

/* Levels of their own, by cgroup id. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, GUARD_CGROUPS_MAX);
	__type(key, __u64);
	__type(value, struct guard_cgroup);
} cgroups SEC(".maps");

static __always_inline const struct guard_state *armed(void)
{
	__u32 zero = 0;
	const struct guard_state *s = bpf_map_lookup_elem(&state, &zero);

	return s && s->armed ? s : NULL;
}

static __always_inline const struct guard_state *armed_or_tried(void)
{
	__u32 zero = 0;
	const struct guard_state *s = bpf_map_lookup_elem(&state, &zero);

	return s && (s->armed || s->trial == bpf_get_current_pid_tgid() >> 32) ? s : NULL;
}

/* Whether a level that a cgroup has may be looser than everybody's for this task: not where its
 * user could move processes in and out. Root can do that everywhere, and is not held off by that.
 */
static __always_inline bool may_loosen(const struct guard_cgroup *c, struct task_struct *task)
{
	__u32 uid = task->real_cred->uid.val, euid = task->real_cred->euid.val;

	if (c->writer == GUARD_WRITER_ANYBODY)
		return false;
	return c->writer == 0 || (c->writer != uid && c->writer != euid);
}

/* The level of the nearest cgroup above a task that has one; everybody's where there is none. */
static __noinline __u32 level_of(const struct guard_state *s, struct task_struct *task)
{
	struct cgroup *cgroup = task->cgroups->dfl_cgrp;

	for (int i = 0; i < GUARD_CGROUP_DEPTH && cgroup; i++) {
		__u64 id = cgroup->kn->id;
		const struct guard_cgroup *c = bpf_map_lookup_elem(&cgroups, &id);
		struct cgroup_subsys_state *parent = cgroup->self.parent;

		if (c && (c->level >= s->level || may_loosen(c, task)))
			return c->level;
		cgroup = parent ? parent->cgroup : NULL;
	}
	return s->level;
}

/* The stricter of both sides counts. */
static __always_inline __u32 level_between(const struct guard_state *s, struct task_struct *tracer,
					   struct task_struct *tracee)
{
	__u32 a, b;

	if (s->n_cgroups == 0)
		return s->level;
	a = level_of(s, tracer);
	b = level_of(s, tracee);
	return a > b ? a : b;
}

/* The credentials that a capability is looked for in, and the namespace that it must hold in. */
struct subject {
	const struct cred *cred;
	struct user_namespace *ns;
};

/* Looks for a fact that permits. Returns what decided. */
static __always_inline __u32 decide(enum access_rule_operation op, __u32 level,
				    struct task_struct *tracer, struct task_struct *child,
				    const struct subject *subject)
{
	unsigned int need = access_rule_need(op, level);

	if (need == ACCESS_RULE_ALLOW)
		return GUARD_LEVEL_ALLOWS;
	if (access_rule_refuses_reaped(op, level) && !child->thread_pid)
		return GUARD_GONE;
	if ((need & ACCESS_FACT_DESCENDANT) && is_descendant(tracer->group_leader, child))
		return GUARD_DESCENDANT;
	if ((need & ACCESS_FACT_TRACING) && is_tracing(tracer, child))
		return GUARD_TRACING;
	if ((need & ACCESS_FACT_DECLARED) && is_declared(tracer, child))
		return GUARD_DECLARED;
	if ((need & ACCESS_FACT_CAPABLE) && has_ns_cap(subject->cred, subject->ns))
		return GUARD_CAPABLE;
	if (need & ACCESS_FACT_DESCENDANT)
		return GUARD_NOT_RELATED;
	return need & ACCESS_FACT_CAPABLE ? GUARD_NOT_CAPABLE : GUARD_NO_ATTACH;
}

/* A probe of ours: its processes are no deeper below it. */
#define TRIAL_DEPTH 5

static __always_inline bool is_on_trial(const struct guard_state *s, struct task_struct *task)
{
	for (int i = 0; i < TRIAL_DEPTH; i++) {
		if ((__u32)task->tgid == s->trial)
			return true;
		task = task->real_parent;
	}
	return false;
}

/* Counts and tells. Returns whether it is allowed. */
static __always_inline bool finish(const struct guard_state *s, struct answer *a,
				   struct task_struct *tracer, struct task_struct *tracee)
{
	a->allowed = a->reason < GUARD_NOT_RELATED;
	if (s->trial && is_on_trial(s, tracer))
		return a->allowed;
	count(a->allowed ? GUARD_ALLOWED : GUARD_DENIED);
	if (!a->allowed || s->tell_allowed)
		tell(a, tracer, tracee);
	return a->allowed;
}

/* As constants on two paths: the verifier of 6.12 wants to see that the range is right. */
static __always_inline int result(bool allowed)
{
	if (allowed) {
		barrier();
		return 0;
	}
	return -EPERM;
}

SEC("lsm/ptrace_access_check")
int BPF_PROG(guard_access, struct task_struct *child, unsigned int mode, int ret)
{
	const struct guard_state *s;
	struct task_struct *tracer;
	struct answer a = {.operation = mode & PTRACE_MODE_ATTACH ? ACCESS_RULE_ATTACH
								  : ACCESS_RULE_READ};
	struct subject subject;

	if (ret)
		return ret;
	s = armed();
	if (!s || (a.operation == ACCESS_RULE_READ && !s->restrict_read))
		return 0;
	tracer = bpf_get_current_task_btf();
	subject.cred = tracer->cred;
	subject.ns = child->real_cred->user_ns;
	a.level = level_between(s, tracer, child);
	/* Reading, where it is held to the level, is held to it as attaching is. */
	a.reason = decide(ACCESS_RULE_ATTACH, a.level, tracer, child, &subject);
	/* ps(1) and its like ask for what they need not see. */
	if (mode & PTRACE_MODE_NOAUDIT)
		return result(a.reason < GUARD_NOT_RELATED);
	return result(finish(s, &a, tracer, child));
}

SEC("lsm/ptrace_traceme")
int BPF_PROG(guard_traceme, struct task_struct *parent, int ret)
{
	const struct guard_state *s;
	struct task_struct *child;
	struct answer a = {.operation = ACCESS_RULE_TRACEME};
	struct subject subject;

	if (ret)
		return ret;
	s = armed();
	if (!s)
		return 0;
	child = bpf_get_current_task_btf();
	subject.cred = parent->real_cred;
	subject.ns = child->cred->user_ns;
	a.level = level_between(s, parent, child);
	a.reason = decide(ACCESS_RULE_TRACEME, a.level, parent, child, &subject);
	return result(finish(s, &a, parent, child));
}

/*
 * All 64 bits tell the trampoline whether the hook is done (arch/x86/net/bpf_jit_comp.c,
 * invoke_bpf_mod_ret(); arm64 alike), and the lower 32 are what its caller sees: done, with 0.
 * BPF_PROG() would cut it to an int, and a plain 0 means "ask the next", which ends in EINVAL. The
 * loader tries it on a child; where a kernel does not take it, fake_success is 0.
 */
#define PRCTL_SUCCESS (1ULL << 32)

SEC("lsm/task_prctl")
unsigned long guard_prctl(unsigned long long *ctx)
{
	const struct guard_state *s;

	if ((int)ctx[0] != PR_SET_PTRACER)
		return 0;
	s = armed_or_tried();
	if (!s)
		return 0;
	/* Constants here too. */
	switch (declare(bpf_get_current_task_btf(), ctx[1])) {
	case 0:
		return s->fake_success ? PRCTL_SUCCESS : 0;
	case -EINVAL:
		return -EINVAL;
	default:
		return -ENOMEM;
	}
}
