/* SPDX-License-Identifier: LGPL-2.1-or-later OR GPL-2.0-only */
/*
 * The level rule: what kernel.yama.ptrace_scope asks of an access, as the facts any one of which
 * permits it. Freestanding: no includes, own types, nothing but constants and pure functions, so
 * that a BPF program and user space use the same text. Who looks the facts up does it his own way:
 * the kernel side lazily, cheapest first, user space with three values.
 *
 * Source: security/yama/yama_lsm.c, yama_ptrace_access_check() and yama_ptrace_traceme(), whose
 * logic is the same from Linux 5.0 to 6.14; and same_thread_group() at the top of
 * __ptrace_may_access() (kernel/ptrace.c), which answers before any security module is asked.
 */
#ifndef PTSCOPE_ACCESS_RULE_H
#define PTSCOPE_ACCESS_RULE_H

/* The values of kernel.yama.ptrace_scope. Another one counts as the last, as in Yama. */
enum access_rule_level {
	ACCESS_RULE_CLASSIC = 0,
	ACCESS_RULE_RESTRICTED = 1,
	ACCESS_RULE_ADMIN_ONLY = 2,
	ACCESS_RULE_NO_ATTACH = 3,
};

enum access_rule_operation {
	ACCESS_RULE_READ,    /* PTRACE_MODE_READ: /proc/PID/environ, maps, kcmp(2), ... */
	ACCESS_RULE_ATTACH,  /* PTRACE_MODE_ATTACH: PTRACE_ATTACH, process_vm_readv(2), ... Test the
				bit of the mode, not equality: others are set with it. */
	ACCESS_RULE_TRACEME, /* PTRACE_TRACEME: the tracee asks, its parent becomes the tracer */
};

/*
 * Facts about a tracer and a tracee, as bits. They are about thread groups but for TRACING.
 */
enum access_rule_fact {
	/* Threads of one process. For PTRACE_ATTACH itself it does not help: ptrace_attach()
	 * refuses its own process before anybody is asked. */
	ACCESS_FACT_SAME_GROUP = 1 << 0,
	/* The tracee's chain of real_parent, taken at group leaders and starting with the tracee
	 * itself, comes to the tracer. Whoever was reparented has lost its old ancestors. */
	ACCESS_FACT_DESCENDANT = 1 << 1,
	/* The tracee, this very thread of it, is traced by a thread of the tracer's process. */
	ACCESS_FACT_TRACING = 1 << 2,
	/* The tracee's process has called prctl(PR_SET_PTRACER) for any process, or for one that is
	 * the tracer or an ancestor of it, and that still exists. */
	ACCESS_FACT_DECLARED = 1 << 3,
	/* The tracer has CAP_SYS_PTRACE effective in the user namespace of the tracee's credentials
	 * (ns_capable(), so an owner of that namespace outside of it has, too). TRACEME: the
	 * parent, in the child's. */
	ACCESS_FACT_CAPABLE = 1 << 4,
	/* Not a fact but an answer of access_rule_need(): nothing is asked for. */
	ACCESS_FACT_NONE_NEEDED = 1 << 5,
};

/* Answers of access_rule_need() that are not sets of facts. */
#define ACCESS_RULE_ALLOW ((unsigned int)ACCESS_FACT_NONE_NEEDED)
#define ACCESS_RULE_DENY  0U

/*
 * What an operation needs at a level.
 *
 * Returns ACCESS_RULE_ALLOW, ACCESS_RULE_DENY, or a set of ACCESS_FACT_* any one of which permits.
 */
static inline unsigned int access_rule_need(enum access_rule_operation op, unsigned int level)
{
	if (op == ACCESS_RULE_READ || level == ACCESS_RULE_CLASSIC)
		return ACCESS_RULE_ALLOW;
	if (op == ACCESS_RULE_TRACEME) {
		if (level == ACCESS_RULE_RESTRICTED)
			return ACCESS_RULE_ALLOW;
		return level == ACCESS_RULE_ADMIN_ONLY ? ACCESS_FACT_CAPABLE : ACCESS_RULE_DENY;
	}
	switch (level) {
	case ACCESS_RULE_RESTRICTED:
		return ACCESS_FACT_SAME_GROUP | ACCESS_FACT_DESCENDANT | ACCESS_FACT_TRACING |
		       ACCESS_FACT_DECLARED | ACCESS_FACT_CAPABLE;
	case ACCESS_RULE_ADMIN_ONLY:
		return ACCESS_FACT_SAME_GROUP | ACCESS_FACT_CAPABLE;
	default:
		return ACCESS_FACT_SAME_GROUP;
	}
}

/*
 * Whether the level refuses a tracee that has been reaped already (its task still there, its pid
 * gone; pid_alive() in the kernel), whatever the facts are: an ATTACH at level 1 only.
 */
static inline int access_rule_refuses_reaped(enum access_rule_operation op, unsigned int level)
{
	return op == ACCESS_RULE_ATTACH && level == ACCESS_RULE_RESTRICTED;
}

#endif
