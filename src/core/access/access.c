/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's checks, one function each, in its order. Each leaves a step: pass, deny, unknown or
 * skipped. The first denial ends the walk; an unknown does not, since a later check may deny for
 * sure. What comes out is a denial if any step denies, else unknown if any is, else a pass.
 */
#include "access.h"

#include <assert.h>

struct decision {
	enum access_operation op;
	const struct access_operation_info *info;
	const struct access_task *tracer, *tracee;
	const struct access_pair *pair;
	const struct access_env *env;
	/* a step passes all that is left of what is asked for (a shared memory, a privilege) */
	bool all_pass;
	/* it is not seen whether one does: then a denial is not sure */
	bool maybe_all_pass;
	struct access_verdict v;
};

static enum fact id_equal(uint32_t a, uint32_t b)
{
	return a == ACCESS_ID_UNSEEN || b == ACCESS_ID_UNSEEN ? FACT_UNKNOWN : fact_of(a == b);
}

static enum fact has_cap(const struct access_task *t, enum access_cap cap)
{
	return t->caps_seen ? fact_of((t->cap_effective & ACCESS_CAP_BIT(cap)) != 0) : FACT_UNKNOWN;
}

/* A capability that is YES or NO counts where it is asked for; one in a namespace that may not be
 * below is YES only when the task stands in the first. */
static enum fact capable_below_first(const struct access_task *t, enum fact cap)
{
	return t->userns && t->userns->first && cap == FACT_YES ? FACT_YES : FACT_UNKNOWN;
}

/* security/commoncap.c:cap_capable() */
enum fact access_capable(const struct access_task *t, const struct access_userns *ns,
			 enum access_cap cap)
{
	const enum fact bit = has_cap(t, cap);

	if (!ns)
		return capable_below_first(t, bit);
	if (!t->userns)
		return ns->first && bit == FACT_NO ? FACT_NO : FACT_UNKNOWN;
	for (;; ns = ns->parent) {
		if (ns == t->userns)
			return bit;
		if (ns->first)
			return FACT_NO; /* the task is in a namespace below, or beside */
		if (!ns->parent)
			return capable_below_first(t, bit);
		if (ns->parent == t->userns) {
			enum fact owner = id_equal(ns->owner, t->euid);

			return fact_or(owner, bit);
		}
	}
}

/* capable(): in the first user namespace. */
static enum fact capable_in_first(const struct access_task *t, enum access_cap cap)
{
	const enum fact bit = has_cap(t, cap);

	if (!t->userns)
		return bit == FACT_NO ? FACT_NO : FACT_UNKNOWN;
	return t->userns->first ? bit : FACT_NO;
}

/* What an unknown answer of the two above hangs on. */
static unsigned capable_unseen(const struct access_task *t)
{
	return t->caps_seen ? ACCESS_UNSEEN_USERNS : ACCESS_UNSEEN_CAPS | ACCESS_UNSEEN_USERNS;
}

static bool has_quirk(const struct decision *d, unsigned quirk)
{
	return (d->info->quirks & quirk) != 0;
}

static void step(struct decision *d, enum access_check c, enum access_result result,
		 enum access_reason reason)
{
	d->v.steps[c] = (struct access_step){.result = result, .reason = reason};
}

static void step_unknown(struct decision *d, enum access_check c, enum access_reason reason,
			 unsigned unseen)
{
	d->v.steps[c] = (struct access_step){ACCESS_UNKNOWN, reason, unseen};
}

/* Ends the walk with errno err, unless an unknown step says that all may pass. */
static bool deny(struct decision *d, enum access_check c, enum access_reason reason, int err)
{
	step(d, c, ACCESS_DENY, reason);
	d->v.result = d->maybe_all_pass && c >= ACCESS_CHECK_CREDENTIALS && c <= ACCESS_CHECK_OTHERS
			      ? ACCESS_UNKNOWN
			      : ACCESS_DENY;
	d->v.decided = c;
	d->v.err = err;
	return true;
}

/* A step that denies with err where the fact is yes, or may. */
static bool deny_if(struct decision *d, enum fact is, enum access_check c,
		    enum access_reason reason, int err)
{
	if (is == FACT_YES)
		return deny(d, c, reason, err);
	if (is == FACT_UNKNOWN) {
		step_unknown(d, c, reason, ACCESS_UNSEEN_STATE);
		if (!d->v.err)
			d->v.err = err;
	}
	return false;
}

/* All the rest is not asked. */
static void pass_all(struct decision *d, enum access_check c, enum access_reason reason)
{
	step(d, c, ACCESS_PASS, reason);
	d->v.decided = c;
	d->all_pass = true;
}

/*
 * Below, each check returns true when it has denied.
 */

static bool check_there(struct decision *d)
{
	const int err = has_quirk(d, ACCESS_QUIRK_PROC) ? ENOENT : ESRCH;

	step(d, ACCESS_CHECK_TASK, ACCESS_PASS, ACCESS_REASON_THERE);
	return deny_if(d, d->tracee->reaped, ACCESS_CHECK_TASK, ACCESS_REASON_GONE, err);
}

/* fs/namei.c:generic_permission(), for files and directories without a bit for others */
static bool check_file(struct decision *d)
{
	enum fact owner = id_equal(d->tracer->fsuid, d->tracee->file_uid), cap;

	if (!has_quirk(d, ACCESS_QUIRK_OWNER))
		return false;
	if (has_quirk(d, ACCESS_QUIRK_OWN_FD))
		owner = fact_or(owner, d->pair->same_group);
	cap = fact_or(has_cap(d->tracer, ACCESS_CAP_DAC_OVERRIDE),
		      has_cap(d->tracer, ACCESS_CAP_DAC_READ_SEARCH));
	cap = fact_and(cap, d->pair->file_mapped);
	if (owner == FACT_YES || cap == FACT_YES) {
		step(d, ACCESS_CHECK_FILE, ACCESS_PASS,
		     owner == FACT_YES ? ACCESS_REASON_FILE_OWNER : ACCESS_REASON_FILE_CAPABLE);
		return false;
	}
	if (owner == FACT_NO && cap == FACT_NO)
		return deny(d, ACCESS_CHECK_FILE, ACCESS_REASON_FILE_OF_OTHER, EACCES);
	step_unknown(d, ACCESS_CHECK_FILE, ACCESS_REASON_FILE_OF_OTHER,
		     (owner == FACT_UNKNOWN ? ACCESS_UNSEEN_IDS : 0U) |
			     (cap == FACT_UNKNOWN ? capable_unseen(d->tracer) : 0U));
	d->v.err = EACCES;
	return false;
}

/* kernel/fork.c:mm_access() and its callers */
static bool check_memory(struct decision *d)
{
	const enum fact none = d->tracee->has_mm == FACT_UNKNOWN
				       ? FACT_UNKNOWN
				       : fact_of(d->tracee->has_mm == FACT_NO);
	const bool esrch = !has_quirk(d, ACCESS_QUIRK_PROC) ||
			   (d->env->esrch_without_mm & (UINT32_C(1) << d->op));

	if (!has_quirk(d, ACCESS_QUIRK_MM))
		return false;
	if (esrch && deny_if(d, none, ACCESS_CHECK_MEMORY, ACCESS_REASON_NO_MEMORY, ESRCH))
		return true;
	if (!esrch && none == FACT_YES)
		pass_all(d, ACCESS_CHECK_MEMORY, ACCESS_REASON_NO_MEMORY);
	else if (d->pair->same_mm == FACT_YES && d->pair->same_group != FACT_YES)
		pass_all(d, ACCESS_CHECK_MEMORY, ACCESS_REASON_SHARED_MEMORY);
	else if ((!esrch && none == FACT_UNKNOWN) || d->pair->same_mm == FACT_UNKNOWN)
		d->maybe_all_pass = true;
	return false;
}

/* kernel/ptrace.c:ptrace_attach(), before it asks */
static bool check_attachable(struct decision *d)
{
	if (!has_quirk(d, ACCESS_QUIRK_PTRACE))
		return false;
	return deny_if(d, d->tracee->kthread, ACCESS_CHECK_TASK, ACCESS_REASON_KERNEL_THREAD,
		       EPERM) ||
	       deny_if(d, d->pair->same_group, ACCESS_CHECK_TASK, ACCESS_REASON_OWN_PROCESS, EPERM);
}

/* kernel/events/core.c: perf_event_open() and perf_check_permission() */
static bool check_perf(struct decision *d)
{
	enum fact perfmon = fact_or(capable_in_first(d->tracer, ACCESS_CAP_PERFMON),
				    capable_in_first(d->tracer, ACCESS_CAP_SYS_ADMIN));
	/* Debian, Android: a level above 2 takes it from all others */
	bool closed = d->env->perf_event_paranoid > 2;
	enum fact all = perfmon;

	if (closed && perfmon == FACT_NO)
		return deny(d, ACCESS_CHECK_PRIVILEGE, ACCESS_REASON_PERF_PARANOID, EACCES);
	if (closed && perfmon == FACT_UNKNOWN)
		step_unknown(d, ACCESS_CHECK_PRIVILEGE, ACCESS_REASON_PERF_PARANOID,
			     capable_unseen(d->tracer));
	if (d->info->rule == ACCESS_RULE_ATTACH)
		all = fact_and(all, access_capable(d->tracer, d->tracee->userns, ACCESS_CAP_KILL));
	if (all == FACT_YES)
		pass_all(d, ACCESS_CHECK_PRIVILEGE, ACCESS_REASON_PRIVILEGED);
	else if (all == FACT_UNKNOWN)
		d->maybe_all_pass = true;
	return false;
}

/* kernel/events/core.c:find_get_context(), which 6.1 calls before perf_check_permission() */
static bool check_exited_first(struct decision *d)
{
	if (!has_quirk(d, ACCESS_QUIRK_PERF) || !d->env->perf_sees_exited_first)
		return false;
	return deny_if(d, d->tracee->exited, ACCESS_CHECK_TASK, ACCESS_REASON_EXITED, ESRCH);
}

/* fs/proc/fd.c:proc_lookupfd_common(): before the link that is not there could be asked for */
static bool check_descriptors(struct decision *d)
{
	if (!has_quirk(d, ACCESS_QUIRK_OWN_FD))
		return false;
	return deny_if(d, d->tracee->exited, ACCESS_CHECK_MEMORY, ACCESS_REASON_EXITED, ENOENT) ||
	       deny_if(d, d->tracee->kthread, ACCESS_CHECK_MEMORY, ACCESS_REASON_KERNEL_THREAD,
		       ENOENT);
}

/* fs/proc/base.c:proc_pid_stack() */
static bool check_admin(struct decision *d)
{
	enum fact admin;

	if (!has_quirk(d, ACCESS_QUIRK_ADMIN))
		return false;
	admin = capable_in_first(d->tracer, ACCESS_CAP_SYS_ADMIN);
	if (admin == FACT_NO)
		return deny(d, ACCESS_CHECK_PRIVILEGE, ACCESS_REASON_CAP_MISSING, EACCES);
	if (admin == FACT_YES)
		step(d, ACCESS_CHECK_PRIVILEGE, ACCESS_PASS, ACCESS_REASON_PRIVILEGED);
	else
		step_unknown(d, ACCESS_CHECK_PRIVILEGE, ACCESS_REASON_CAP_MISSING,
			     capable_unseen(d->tracer));
	return false;
}

static void check_group(struct decision *d)
{
	if (d->pair->same_group == FACT_YES) {
		pass_all(d, ACCESS_CHECK_GROUP, ACCESS_REASON_SAME_GROUP);
		return;
	}
	step(d, ACCESS_CHECK_GROUP, ACCESS_SKIPPED, ACCESS_REASON_OTHER_GROUP);
	if (d->pair->same_group == FACT_UNKNOWN) {
		step_unknown(d, ACCESS_CHECK_GROUP, ACCESS_REASON_OTHER_GROUP, ACCESS_UNSEEN_STATE);
		d->maybe_all_pass = true;
	}
}

/* Leaves a step that passes where a is yes or the tracer is capable, and denies where neither is.
 * What a's unknown hangs on is for the caller to add. */
static bool either(struct decision *d, enum access_check c, enum fact a, enum access_reason yes,
		   enum access_reason no)
{
	enum fact cap = access_capable(d->tracer, d->tracee->userns, ACCESS_CAP_SYS_PTRACE);

	if (a == FACT_YES || cap == FACT_YES) {
		step(d, c, ACCESS_PASS, a == FACT_YES ? yes : ACCESS_REASON_CAPABLE);
		return false;
	}
	if (a == FACT_NO && cap == FACT_NO)
		return deny(d, c, no, d->info->err);
	step_unknown(d, c, no, cap == FACT_UNKNOWN ? capable_unseen(d->tracer) : 0);
	return false;
}

static bool check_credentials(struct decision *d)
{
	const struct access_task *t = d->tracee;
	const uint32_t uid = d->info->real_creds ? d->tracer->ruid : d->tracer->fsuid;
	const uint32_t gid = d->info->real_creds ? d->tracer->rgid : d->tracer->fsgid;
	const uint32_t ids[][2] = {{uid, t->euid}, {uid, t->suid}, {uid, t->ruid},
				   {gid, t->egid}, {gid, t->sgid}, {gid, t->rgid}};
	enum fact equal = FACT_YES;

	for (size_t i = 0; i < ELEMENTSOF(ids); i++)
		equal = fact_and(equal, id_equal(ids[i][0], ids[i][1]));
	if (either(d, ACCESS_CHECK_CREDENTIALS, equal, ACCESS_REASON_IDS_EQUAL,
		   ACCESS_REASON_IDS_DIFFER))
		return true;
	if (equal == FACT_UNKNOWN && d->v.steps[ACCESS_CHECK_CREDENTIALS].result == ACCESS_UNKNOWN)
		d->v.steps[ACCESS_CHECK_CREDENTIALS].unseen |= ACCESS_UNSEEN_IDS;
	return false;
}

/* CAP_SYS_PTRACE where the tracee's program was executed. */
static enum fact capable_over_mm(const struct decision *d)
{
	const struct access_task *t = d->tracee;
	enum fact cap;

	if (t->has_mm == FACT_NO)
		return capable_in_first(d->tracer, ACCESS_CAP_SYS_PTRACE);
	if (t->mm_userns)
		return access_capable(d->tracer, t->mm_userns, ACCESS_CAP_SYS_PTRACE);
	/* It was executed in the namespace of its credentials or in one above, where a capability
	 * is worth as much or more: who has none here has none there. */
	cap = access_capable(d->tracer, t->userns, ACCESS_CAP_SYS_PTRACE);
	if (cap == FACT_YES && !(t->userns && t->userns->first))
		return capable_below_first(d->tracer, has_cap(d->tracer, ACCESS_CAP_SYS_PTRACE));
	return cap;
}

/* kernel/ptrace.c:task_still_dumpable(); kernels before 2026 let a task without memory pass */
static bool check_dumpable(struct decision *d)
{
	const enum fact cap = capable_over_mm(d), dumpable = d->tracee->dumpable;

	if (dumpable == FACT_YES || cap == FACT_YES) {
		step(d, ACCESS_CHECK_DUMPABLE, ACCESS_PASS,
		     dumpable == FACT_YES ? ACCESS_REASON_DUMPABLE : ACCESS_REASON_CAPABLE);
		return false;
	}
	if (dumpable == FACT_NO && cap == FACT_NO)
		return deny(d, ACCESS_CHECK_DUMPABLE, ACCESS_REASON_NOT_DUMPABLE, d->info->err);
	step_unknown(d, ACCESS_CHECK_DUMPABLE, ACCESS_REASON_NOT_DUMPABLE,
		     (dumpable == FACT_UNKNOWN ? ACCESS_UNSEEN_DUMPABLE : 0U) |
			     (cap == FACT_UNKNOWN ? capable_unseen(d->tracer) : 0U));
	return false;
}

/* security/commoncap.c: cap_ptrace_access_check(), cap_ptrace_traceme() */
static bool check_capabilities(struct decision *d)
{
	const struct access_task *tracer = d->tracer, *tracee = d->tracee;
	const uint64_t caller = d->info->real_creds ? tracer->cap_permitted : tracer->cap_effective;
	enum fact same = FACT_UNKNOWN, subset = FACT_UNKNOWN;
	struct access_step *s = &d->v.steps[ACCESS_CHECK_CAPABILITIES];

	if (tracer->userns && tracee->userns)
		same = fact_of(tracer->userns == tracee->userns);
	if (tracee->caps_seen && (tracer->caps_seen || tracee->cap_permitted == 0))
		subset = fact_of((tracee->cap_permitted & ~caller) == 0);
	if (either(d, ACCESS_CHECK_CAPABILITIES, fact_and(same, subset), ACCESS_REASON_CAPS_SUBSET,
		   same == FACT_NO ? ACCESS_REASON_OTHER_USERNS : ACCESS_REASON_CAPS_MORE))
		return true;
	if (s->result == ACCESS_UNKNOWN && same == FACT_UNKNOWN)
		s->unseen |= ACCESS_UNSEEN_USERNS;
	if (s->result == ACCESS_UNKNOWN && subset == FACT_UNKNOWN && same != FACT_NO)
		s->unseen |= ACCESS_UNSEEN_CAPS;
	return false;
}

/* The facts of the level rule: the pair's in the kernel's order, the capability last. */
struct rule_fact {
	unsigned bit;
	enum fact is;
	enum access_reason reason;
	unsigned unseen;
};

/* Which of the facts wanted is there. Returns the first that is yes; else sets unseen. */
static const struct rule_fact *rule_find(const struct rule_fact *facts, size_t n, unsigned need,
					 unsigned *ret_unseen)
{
	unsigned unseen = 0;

	for (size_t i = 0; i < n; i++) {
		if (!(facts[i].bit & need))
			continue;
		if (facts[i].is == FACT_YES)
			return &facts[i];
		if (facts[i].is == FACT_UNKNOWN)
			unseen |= facts[i].unseen;
	}
	*ret_unseen = unseen;
	return NULL;
}

/* The level rule at one level. */
static struct access_step yama_at(const struct decision *d, unsigned level)
{
	const struct access_pair *p = d->pair;
	const struct rule_fact facts[] = {
		{ACCESS_FACT_DESCENDANT, p->descendant, ACCESS_REASON_DESCENDANT,
		 ACCESS_UNSEEN_DESCENDANT},
		{ACCESS_FACT_TRACING, p->tracing, ACCESS_REASON_TRACING, ACCESS_UNSEEN_TRACING},
		{ACCESS_FACT_DECLARED, p->declared, ACCESS_REASON_DECLARED, ACCESS_UNSEEN_DECLARED},
		{ACCESS_FACT_CAPABLE,
		 access_capable(d->tracer, d->tracee->userns, ACCESS_CAP_SYS_PTRACE),
		 ACCESS_REASON_CAPABLE, capable_unseen(d->tracer)},
	};
	const unsigned need = access_rule_need(d->info->rule, level);
	const enum access_reason no = need & ACCESS_FACT_DESCENDANT ? ACCESS_REASON_NO_RELATION
				      : need & ACCESS_FACT_CAPABLE  ? ACCESS_REASON_NOT_CAPABLE
								    : ACCESS_REASON_LEVEL_FORBIDS;
	const struct rule_fact *found;
	unsigned unseen;

	if (need == ACCESS_RULE_ALLOW)
		return (struct access_step){ACCESS_PASS, ACCESS_REASON_LEVEL_ALLOWS, 0};
	found = rule_find(facts, ELEMENTSOF(facts), need, &unseen);
	if (found)
		return (struct access_step){ACCESS_PASS, found->reason, 0};
	return (struct access_step){unseen ? ACCESS_UNKNOWN : ACCESS_DENY, no, unseen};
}

/* Where the level is not seen: what all four say, or else unknown. */
static struct access_step yama_at_any(const struct decision *d)
{
	struct access_step first = yama_at(d, 0);

	for (unsigned level = 1; level <= ACCESS_RULE_NO_ATTACH; level++) {
		if (yama_at(d, level).result != first.result)
			return (struct access_step){ACCESS_UNKNOWN, ACCESS_REASON_LEVEL_UNSEEN,
						    ACCESS_UNSEEN_LEVEL};
	}
	return first;
}

static bool check_yama(struct decision *d)
{
	struct access_step *s = &d->v.steps[ACCESS_CHECK_YAMA];

	if (d->env->yama == FACT_NO || d->info->rule == ACCESS_RULE_READ) {
		step(d, ACCESS_CHECK_YAMA, ACCESS_SKIPPED,
		     d->env->yama == FACT_NO ? ACCESS_REASON_NO_YAMA : ACCESS_REASON_READ_MODE);
		return false;
	}
	*s = d->env->level >= 0 ? yama_at(d, (unsigned)d->env->level) : yama_at_any(d);
	if (s->result == ACCESS_DENY && d->env->yama == FACT_UNKNOWN)
		step_unknown(d, ACCESS_CHECK_YAMA, s->reason, ACCESS_UNSEEN_LEVEL);
	return s->result == ACCESS_DENY && deny(d, ACCESS_CHECK_YAMA, s->reason, d->info->err);
}

static bool check_others(struct decision *d)
{
	step(d, ACCESS_CHECK_OTHERS, ACCESS_PASS, ACCESS_REASON_NONE_SEEN);
	if (d->pair->others == FACT_UNKNOWN)
		step_unknown(d, ACCESS_CHECK_OTHERS, ACCESS_REASON_OTHER_MODULE,
			     ACCESS_UNSEEN_OTHERS);
	return d->pair->others == FACT_YES &&
	       deny(d, ACCESS_CHECK_OTHERS, ACCESS_REASON_OTHER_MODULE, d->info->err);
}

/* What remains once access is granted. */
static bool check_state(struct decision *d)
{
	const struct access_task *t = d->tracee;
	const enum fact own = d->env->madvise_self_needs_nice
				      ? FACT_NO
				      : fact_or(d->pair->same_group, d->pair->same_mm);

	if (has_quirk(d, ACCESS_QUIRK_PTRACE) &&
	    (deny_if(d, t->exited, ACCESS_CHECK_STATE, ACCESS_REASON_EXITED, EPERM) ||
	     deny_if(d, t->traced, ACCESS_CHECK_STATE, ACCESS_REASON_TRACED, EPERM)))
		return true;
	if (has_quirk(d, ACCESS_QUIRK_FILES) &&
	    (deny_if(d, t->exited, ACCESS_CHECK_STATE, ACCESS_REASON_EXITED, ESRCH) ||
	     deny_if(d, t->kthread, ACCESS_CHECK_STATE, ACCESS_REASON_KERNEL_THREAD, EBADF)))
		return true;
	if (has_quirk(d, ACCESS_QUIRK_PERF) &&
	    deny_if(d, t->exited, ACCESS_CHECK_STATE, ACCESS_REASON_EXITED, ESRCH))
		return true;
	if (has_quirk(d, ACCESS_QUIRK_EINVAL_MM) && t->has_mm != FACT_YES &&
	    deny_if(d, t->has_mm == FACT_NO ? FACT_YES : FACT_UNKNOWN, ACCESS_CHECK_STATE,
		    ACCESS_REASON_NO_MEMORY, EINVAL))
		return true;
	if (has_quirk(d, ACCESS_QUIRK_NICE)) {
		enum fact nice = fact_or(own, capable_in_first(d->tracer, ACCESS_CAP_SYS_NICE));

		return deny_if(d, nice == FACT_UNKNOWN ? FACT_UNKNOWN : fact_of(nice == FACT_NO),
			       ACCESS_CHECK_STATE, ACCESS_REASON_CAP_MISSING, EPERM);
	}
	return false;
}

static bool may_access(struct decision *d)
{
	check_group(d);
	if (d->all_pass)
		return false;
	return check_credentials(d) || check_dumpable(d) || check_capabilities(d) ||
	       check_yama(d) || check_others(d);
}

static bool walk(struct decision *d)
{
	if (d->info->rule == ACCESS_RULE_TRACEME) {
		step(d, ACCESS_CHECK_TASK, ACCESS_PASS, ACCESS_REASON_THERE);
		return deny_if(d, d->tracee->traced, ACCESS_CHECK_TASK, ACCESS_REASON_TRACED,
			       EPERM) ||
		       check_capabilities(d) || check_yama(d) || check_others(d);
	}
	/* perf_event_open() looks at itself before it looks the task up. */
	if (has_quirk(d, ACCESS_QUIRK_PERF) && check_perf(d))
		return true;
	if (check_there(d) || check_exited_first(d) || check_attachable(d) || check_file(d) ||
	    check_descriptors(d) || check_admin(d) || check_memory(d))
		return true;
	if (!d->all_pass && may_access(d))
		return true;
	return check_state(d);
}

struct access_verdict access_decide(enum access_operation op, const struct access_task *tracer,
				    const struct access_task *tracee,
				    const struct access_pair *pair, const struct access_env *env)
{
	struct decision d = {
		.op = op,
		.info = access_operation_info(op),
		.tracer = tracer,
		.tracee = tracee,
		.pair = pair,
		.env = env,
		.v = {.result = ACCESS_PASS, .decided = _ACCESS_CHECK_MAX},
	};

	for (int c = 0; c < _ACCESS_CHECK_MAX; c++)
		step(&d, (enum access_check)c, ACCESS_SKIPPED, ACCESS_REASON_NOT_ASKED);
	if (walk(&d)) {
		for (int c = d.v.decided + 1; c < _ACCESS_CHECK_MAX; c++)
			step(&d, (enum access_check)c, ACCESS_SKIPPED, ACCESS_REASON_NOT_REACHED);
		return d.v;
	}
	for (int c = 0; c < _ACCESS_CHECK_MAX && d.v.result == ACCESS_PASS; c++) {
		if (d.v.steps[c].result == ACCESS_UNKNOWN) {
			d.v.result = ACCESS_UNKNOWN;
			d.v.decided = (enum access_check)c;
		}
	}
	if (d.v.result == ACCESS_PASS)
		d.v.err = 0;
	else if (!d.v.err)
		d.v.err = d.info->err;
	return d.v;
}
