/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model of __ptrace_may_access(), one rule at a time. What is expected was written down from
 * the kernel's source and from runs on booted kernels, none of it comes from the model. Each case
 * is alice (uid 1000, no capabilities) reaching for another process of hers, unrelated, with what
 * the case changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access.h"

#define PTRACE	 ACCESS_CAP_BIT(ACCESS_CAP_SYS_PTRACE)
#define ALL_CAPS UINT64_C(0x1ffffffffff)

static const struct access_userns first = {.inode = 1, .first = true, .owner = ACCESS_ID_UNSEEN};
static const struct access_userns alices = {
	.inode = 2, .parent = &first, .level = 1, .owner = 1000, .root_uid = 1000};
static const struct access_userns nested = {
	.inode = 3, .parent = &alices, .level = 2, .owner = 1000, .root_uid = 1000};
static const struct access_userns bobs = {
	.inode = 4, .parent = &first, .level = 1, .owner = 1001, .root_uid = 1001};
static const struct access_userns orphaned = {.inode = 5, .owner = ACCESS_ID_UNSEEN};

/* Everything that a case can change. */
struct world {
	struct access_task tracer, tracee;
	struct access_pair pair;
	struct access_env env;
};

static struct access_task user(uint32_t id, uint64_t caps)
{
	return (struct access_task){
		.ruid = id,
		.euid = id,
		.suid = id,
		.fsuid = id,
		.rgid = id,
		.egid = id,
		.sgid = id,
		.fsgid = id,
		.cap_effective = caps,
		.cap_permitted = caps,
		.caps_seen = true,
		.userns = &first,
		.mm_userns = &first,
		.has_mm = FACT_YES,
		.dumpable = FACT_YES,
		.file_uid = id,
		.file_gid = id,
	};
}

static struct world at_level(int level)
{
	return (struct world){
		.tracer = user(1000, 0),
		.tracee = user(1000, 0),
		.pair = {.file_mapped = FACT_YES},
		.env = {.yama = FACT_YES, .level = level},
	};
}

static struct access_verdict decide(enum access_operation op, const struct world *w)
{
	return access_decide(op, &w->tracer, &w->tracee, &w->pair, &w->env);
}

static void expect_at(const char *file, int line, enum access_operation op, const struct world *w,
		      enum access_result result, int err)
{
	struct access_verdict v = decide(op, w);

	if (v.result != result || v.err != err)
		print_error("%s:%d: %s: %s, errno %d, from %s (%s)\n", file, line,
			    access_operation_info(op)->word, access_result_word(v.result), v.err,
			    v.decided < _ACCESS_CHECK_MAX ? access_check_word(v.decided) : "all",
			    v.decided < _ACCESS_CHECK_MAX
				    ? access_reason_word(v.steps[v.decided].reason)
				    : "");
	assert_int_equal(v.result, result);
	assert_int_equal(v.err, err);
}

#define expect_pass(op, w)	   expect_at(__FILE__, __LINE__, op, w, ACCESS_PASS, 0)
#define expect_deny(op, w, err)	   expect_at(__FILE__, __LINE__, op, w, ACCESS_DENY, err)
#define expect_unknown(op, w, err) expect_at(__FILE__, __LINE__, op, w, ACCESS_UNKNOWN, err)

/* Bits of rule facts, so that a table can say them. */
static void give(struct world *w, unsigned facts)
{
	w->pair.same_group = fact_of(facts & ACCESS_FACT_SAME_GROUP);
	w->pair.descendant = fact_of(facts & ACCESS_FACT_DESCENDANT);
	w->pair.tracing = fact_of(facts & ACCESS_FACT_TRACING);
	w->pair.declared = fact_of(facts & ACCESS_FACT_DECLARED);
	if (facts & ACCESS_FACT_CAPABLE)
		w->tracer.cap_effective = w->tracer.cap_permitted = PTRACE;
}

static void levels_ask_for_facts(void **state)
{
	/* p: pass, d: denied; at levels 0 to 3 */
	static const struct {
		unsigned facts;
		const char *attach, *read, *traceme;
	} cases[] = {
		{0, "pddd", "pppp", "ppdd"},
		{ACCESS_FACT_DESCENDANT, "ppdd", "pppp", "ppdd"},
		{ACCESS_FACT_DECLARED, "ppdd", "pppp", "ppdd"},
		{ACCESS_FACT_TRACING, "ppdd", "pppp", "ppdd"},
		{ACCESS_FACT_CAPABLE, "pppd", "pppp", "pppd"},
		{ACCESS_FACT_SAME_GROUP, "pppp", "pppp", NULL},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		for (int level = 0; level <= 3; level++) {
			struct world w = at_level(level);

			give(&w, cases[i].facts);
			if (cases[i].attach[level] == 'p')
				expect_pass(ACCESS_VM_READV, &w);
			else
				expect_deny(ACCESS_VM_READV, &w, EPERM);
			expect_pass(ACCESS_KCMP, &w);
			if (cases[i].traceme && cases[i].traceme[level] == 'p')
				expect_pass(ACCESS_TRACEME, &w);
			else if (cases[i].traceme)
				expect_deny(ACCESS_TRACEME, &w, EPERM);
		}
	}
}

static void a_level_out_of_range_forbids_as_3_does(void **state)
{
	assert_int_equal(access_rule_need(ACCESS_RULE_ATTACH, 4), ACCESS_FACT_SAME_GROUP);
	assert_int_equal(access_rule_need(ACCESS_RULE_TRACEME, 4), ACCESS_RULE_DENY);
	assert_int_equal(access_rule_need(ACCESS_RULE_READ, 4), ACCESS_RULE_ALLOW);
	assert_true(access_rule_refuses_reaped(ACCESS_RULE_ATTACH, 1));
	assert_false(access_rule_refuses_reaped(ACCESS_RULE_ATTACH, 2));
	assert_false(access_rule_refuses_reaped(ACCESS_RULE_READ, 1));
}

static void each_call_has_its_errno(void **state)
{
	static const struct {
		enum access_operation op;
		int err;
	} attach[] =
		{
			{ACCESS_ATTACH, EPERM},	       {ACCESS_SEIZE, EPERM},
			{ACCESS_VM_READV, EPERM},      {ACCESS_MEM, EACCES},
			{ACCESS_VM_WRITEV, EPERM},     {ACCESS_SYSCALL, EPERM},
			{ACCESS_PIDFD_GETFD, EPERM},   {ACCESS_PERSONALITY, EPERM},
			{ACCESS_PERF_SIGTRAP, EACCES},
		},
	  read[] = {
		  {ACCESS_MAPS, EACCES},      {ACCESS_KCMP, EPERM},  {ACCESS_ROBUST_LIST, EPERM},
		  {ACCESS_MOVE_PAGES, EPERM}, {ACCESS_PERF, EACCES}, {ACCESS_MADVISE, EACCES},
	  };
	struct world w = at_level(1);

	for (size_t i = 0; i < ELEMENTSOF(attach); i++)
		expect_deny(attach[i].op, &w, attach[i].err);
	w = at_level(0);
	w.tracee = user(1001, 0);
	w.tracee.file_uid = 1000; /* so that the files of /proc do not refuse first */
	for (size_t i = 0; i < ELEMENTSOF(attach); i++)
		expect_deny(attach[i].op, &w, attach[i].err);
	for (size_t i = 0; i < ELEMENTSOF(read); i++)
		expect_deny(read[i].op, &w, read[i].err);
}

static void all_six_ids_must_be_equal(void **state)
{
	const size_t ids[] = {
		offsetof(struct access_task, ruid), offsetof(struct access_task, euid),
		offsetof(struct access_task, suid), offsetof(struct access_task, rgid),
		offsetof(struct access_task, egid), offsetof(struct access_task, sgid)};

	for (size_t i = 0; i < ELEMENTSOF(ids); i++) {
		struct world w = at_level(0);
		uint32_t *id = (uint32_t *)((char *)&w.tracee + ids[i]);

		*id = 1001;
		expect_deny(ACCESS_ATTACH, &w, EPERM);
		*id = ACCESS_ID_UNSEEN;
		expect_unknown(ACCESS_ATTACH, &w, EPERM);
	}
	struct world w = at_level(0);
	w.tracee.fsuid = w.tracee.fsgid = 1001; /* nobody looks at these */
	expect_pass(ACCESS_ATTACH, &w);
}

static void real_or_fs_ids_of_the_tracer_count(void **state)
{
	struct world w = at_level(0);

	/* uid 0 really, 1000 in effect: as a set-uid program of alice, run by root */
	w.tracer.ruid = 0;
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	expect_deny(ACCESS_VM_READV, &w, EPERM);
	expect_deny(ACCESS_KCMP, &w, EPERM);
	expect_pass(ACCESS_MEM, &w);
	expect_pass(ACCESS_ENVIRON, &w);
	expect_pass(ACCESS_MAPS, &w);
	w = at_level(0);
	w.tracer.fsuid = 1001;
	expect_pass(ACCESS_ATTACH, &w);
	expect_deny(ACCESS_MEM, &w, EACCES);
	expect_deny(ACCESS_MAPS, &w, EACCES);
	w = at_level(0);
	w.tracer.fsgid = 1001;
	expect_pass(ACCESS_ATTACH, &w);
	expect_deny(ACCESS_MEM, &w, EACCES);
	w = at_level(0);
	w.tracer.rgid = 1001;
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	expect_pass(ACCESS_MEM, &w);
}

static void capability_replaces_ids(void **state)
{
	for (int level = 0; level <= 3; level++) {
		struct world w = at_level(level);

		w.tracer = user(1001, PTRACE);
		if (level < 3)
			expect_pass(ACCESS_ATTACH, &w);
		else
			expect_deny(ACCESS_ATTACH, &w, EPERM);
		expect_pass(ACCESS_KCMP, &w);
		w.tracer = user(0, 0);
		expect_deny(ACCESS_ATTACH, &w, EPERM);
	}
}

static void permitted_capabilities_are_not_effective(void **state)
{
	struct world w = at_level(2);

	w.tracer.cap_permitted = PTRACE;
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	w = at_level(0);
	w.tracee.cap_permitted = PTRACE;
	w.tracer.cap_permitted = PTRACE; /* permitted counts for real credentials ... */
	expect_pass(ACCESS_ATTACH, &w);
	expect_deny(ACCESS_MEM, &w, EACCES); /* ... effective for the others */
}

static void not_dumpable_takes_the_capability(void **state)
{
	struct world w = at_level(0);

	w.tracee.dumpable = FACT_NO;
	w.tracee.file_uid = w.tracee.file_gid = 0;
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	expect_deny(ACCESS_KCMP, &w, EPERM);
	expect_deny(ACCESS_ENVIRON, &w, EACCES);
	assert_int_equal(decide(ACCESS_ENVIRON, &w).decided, ACCESS_CHECK_FILE);
	w.tracer = user(1000, PTRACE);
	expect_pass(ACCESS_ATTACH, &w);
	/* with CAP_SYS_PTRACE alone root's file stays closed */
	expect_deny(ACCESS_ENVIRON, &w, EACCES);
	w.tracer = user(1000, PTRACE | ACCESS_CAP_BIT(ACCESS_CAP_DAC_READ_SEARCH));
	expect_pass(ACCESS_ENVIRON, &w);
	w = at_level(0);
	w.tracee.dumpable = FACT_UNKNOWN;
	expect_unknown(ACCESS_ATTACH, &w, EPERM);
	assert_int_equal(decide(ACCESS_ATTACH, &w).steps[ACCESS_CHECK_DUMPABLE].unseen,
			 ACCESS_UNSEEN_DUMPABLE);
}

static void more_capabilities_are_out_of_reach(void **state)
{
	struct world w = at_level(0);

	w.tracee.cap_permitted = ACCESS_CAP_BIT(ACCESS_CAP_KILL);
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	expect_deny(ACCESS_KCMP, &w, EPERM); /* reading too */
	w.tracee.cap_permitted = 0;
	w.tracee.cap_effective = ACCESS_CAP_BIT(ACCESS_CAP_KILL); /* only permitted ones count */
	expect_pass(ACCESS_ATTACH, &w);
	w.tracee.caps_seen = false;
	expect_unknown(ACCESS_ATTACH, &w, EPERM);
}

static void namespaces_decide_where_a_capability_holds(void **state)
{
	static const struct {
		const char *what;
		const struct access_userns *tracer, *tracee;
		uint64_t caps;
		uint32_t euid;
		enum fact is;
	} cases[] = {
		{"same", &alices, &alices, PTRACE, 1000, FACT_YES},
		{"same, without", &alices, &alices, 0, 1000, FACT_NO},
		{"from above", &first, &nested, PTRACE, 0, FACT_YES},
		{"nested", &alices, &nested, PTRACE, 1000, FACT_YES},
		{"outside", &alices, &first, PTRACE, 1000, FACT_NO},
		{"out of the nested one", &nested, &alices, PTRACE, 1000, FACT_NO},
		{"beside", &alices, &bobs, PTRACE, 1000, FACT_NO},
		{"owner from outside", &first, &alices, 0, 1000, FACT_YES},
		{"owner of one above it", &first, &nested, 0, 1000, FACT_YES},
		{"no owner", &first, &bobs, 0, 1000, FACT_NO},
		{"owner, from within", &alices, &alices, 0, 1000, FACT_NO},
		{"owner, one level away", &alices, &nested, 0, 1000, FACT_YES},
		{"owner of nested, but two levels away", &bobs, &nested, 0, 1000, FACT_NO},
		{"tracee not seen, above all", &first, NULL, PTRACE, 0, FACT_YES},
		{"tracee not seen, may own it", &first, NULL, 0, 1000, FACT_UNKNOWN},
		{"tracer not seen, first, without", NULL, &first, 0, 1000, FACT_NO},
		{"tracer not seen, first, with", NULL, &first, PTRACE, 0, FACT_UNKNOWN},
		{"parents not seen", &alices, &orphaned, PTRACE, 1000, FACT_UNKNOWN},
		{"parents not seen, from the first", &first, &orphaned, PTRACE, 0, FACT_YES},
		{"parents not seen, in it", &orphaned, &orphaned, PTRACE, 0, FACT_YES},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		struct access_task t = user(cases[i].euid, cases[i].caps);
		enum fact is;

		t.userns = cases[i].tracer;
		t.ruid = t.suid = t.fsuid = 7; /* who owns it owns it by its effective uid */
		is = access_capable(&t, cases[i].tracee, ACCESS_CAP_SYS_PTRACE);
		if (is != cases[i].is)
			print_error("%s: %d\n", cases[i].what, is);
		assert_int_equal(is, cases[i].is);
	}
}

static void the_same_uid_outside_is_out_of_reach_from_within(void **state)
{
	for (int level = 0; level <= 3; level++) {
		struct world w = at_level(level);

		w.tracer = user(1000, ALL_CAPS);
		w.tracer.userns = &alices;
		w.pair.declared = FACT_YES;
		expect_deny(ACCESS_ATTACH, &w, EPERM);
		expect_deny(ACCESS_KCMP, &w, EPERM);
	}
}

static void owner_of_a_namespace_reaches_in_at_2(void **state)
{
	for (int level = 0; level <= 3; level++) {
		struct world w = at_level(level);

		w.tracee = user(100000, ALL_CAPS);
		w.tracee.userns = w.tracee.mm_userns = &alices;
		if (level < 3)
			expect_pass(ACCESS_ATTACH, &w);
		else
			expect_deny(ACCESS_ATTACH, &w, EPERM);
		/* what was executed before it entered is not alice's when it is not dumpable */
		w.tracee.dumpable = FACT_NO;
		w.tracee.mm_userns = &first;
		expect_deny(ACCESS_ATTACH, &w, EPERM);
		w.tracee.mm_userns = NULL;
		if (level < 3)
			expect_unknown(ACCESS_ATTACH, &w, EPERM);
		else
			expect_deny(ACCESS_ATTACH, &w, EPERM);
	}
}

static void ptrace_refuses_some_tasks_at_every_level(void **state)
{
	for (int level = 0; level <= 3; level++) {
		struct world w = at_level(level);

		w.tracer = user(0, ALL_CAPS);
		w.tracee.kthread = FACT_YES;
		w.tracee.has_mm = FACT_NO;
		expect_deny(ACCESS_ATTACH, &w, EPERM);
		expect_deny(ACCESS_VM_READV, &w, ESRCH);
		expect_pass(ACCESS_ENVIRON, &w);
		w = at_level(level);
		give(&w, ACCESS_FACT_SAME_GROUP);
		expect_deny(ACCESS_ATTACH, &w, EPERM);
		expect_deny(ACCESS_SEIZE, &w, EPERM);
		expect_pass(ACCESS_MEM, &w);
	}
	struct world w = at_level(0);
	w.tracee.exited = FACT_YES;
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	assert_int_equal(decide(ACCESS_ATTACH, &w).decided, ACCESS_CHECK_STATE);
	expect_deny(ACCESS_PIDFD_GETFD, &w, ESRCH);
	w = at_level(0);
	w.tracee.traced = FACT_YES;
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	expect_deny(ACCESS_TRACEME, &w, EPERM);
	expect_pass(ACCESS_VM_READV, &w);
	w = at_level(0);
	w.tracee.reaped = FACT_YES;
	expect_deny(ACCESS_ATTACH, &w, ESRCH);
	expect_deny(ACCESS_MEM, &w, ENOENT);
}

static void shared_memory_is_never_asked_about(void **state)
{
	struct world w = at_level(3);

	w.pair.same_mm = FACT_YES;
	expect_pass(ACCESS_VM_READV, &w);
	expect_pass(ACCESS_MEM, &w);
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	expect_deny(ACCESS_PIDFD_GETFD, &w, EPERM);
	w.pair.same_mm = FACT_UNKNOWN;
	expect_unknown(ACCESS_VM_READV, &w, EPERM);
	expect_deny(ACCESS_ATTACH, &w, EPERM);
}

static void some_calls_ask_for_more(void **state)
{
	struct world w = at_level(0);

	expect_deny(ACCESS_STACK, &w, EACCES);
	expect_deny(ACCESS_MADVISE, &w, EPERM);
	w.env.perf_event_paranoid = 2;
	expect_pass(ACCESS_PERF, &w);
	w.env.perf_event_paranoid = 3;
	expect_deny(ACCESS_PERF, &w, EACCES);
	w.tracer = user(1001, ACCESS_CAP_BIT(ACCESS_CAP_PERFMON));
	expect_pass(ACCESS_PERF, &w); /* and nobody looks at ids */
	expect_deny(ACCESS_PERF_SIGTRAP, &w, EACCES);
	w = at_level(3);
	w.tracer = user(0, ALL_CAPS);
	expect_pass(ACCESS_PERF_SIGTRAP, &w);
	w = at_level(3);
	give(&w, ACCESS_FACT_SAME_GROUP);
	expect_pass(ACCESS_MADVISE, &w);
	w.env.madvise_self_needs_nice = true;
	expect_deny(ACCESS_MADVISE, &w, EPERM);
}

static void traceme_looks_at_capabilities_only(void **state)
{
	struct world w = at_level(1);

	w.tracer = user(1001, 0); /* the parent is another user */
	w.tracee.dumpable = FACT_NO;
	expect_pass(ACCESS_TRACEME, &w);
	w.tracee.cap_permitted = PTRACE;
	expect_deny(ACCESS_TRACEME, &w, EPERM);
}

static void what_is_not_seen_makes_it_unknown_only_where_it_counts(void **state)
{
	struct world w = at_level(1);

	w.pair.declared = FACT_UNKNOWN;
	expect_unknown(ACCESS_ATTACH, &w, EPERM);
	assert_int_equal(decide(ACCESS_ATTACH, &w).decided, ACCESS_CHECK_YAMA);
	assert_int_equal(decide(ACCESS_ATTACH, &w).steps[ACCESS_CHECK_YAMA].unseen,
			 ACCESS_UNSEEN_DECLARED);
	w.pair.descendant = FACT_YES;
	expect_pass(ACCESS_ATTACH, &w);
	w.pair.descendant = FACT_NO;
	w.env.level = 2;
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	w.env.level = 0;
	expect_pass(ACCESS_ATTACH, &w);
	w.env.level = 1;
	w.tracee = user(1001, 0); /* the ids deny, whatever was declared */
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	/* ids not seen, and denied for sure by what comes after */
	w = at_level(3);
	w.tracee.euid = ACCESS_ID_UNSEEN;
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	/* the level is not seen: own threads pass at any, others at some */
	w = at_level(-1);
	expect_unknown(ACCESS_ATTACH, &w, EPERM);
	give(&w, ACCESS_FACT_SAME_GROUP);
	expect_pass(ACCESS_MEM, &w);
	w = at_level(-1);
	w.env.yama = FACT_NO;
	expect_pass(ACCESS_ATTACH, &w);
}

static void other_modules_may_only_deny(void **state)
{
	struct world w = at_level(0);

	w.pair.others = FACT_YES;
	expect_deny(ACCESS_ATTACH, &w, EPERM);
	expect_deny(ACCESS_MEM, &w, EACCES);
	w.pair.others = FACT_UNKNOWN;
	expect_unknown(ACCESS_ATTACH, &w, EPERM);
	w.env.level = 3;
	expect_deny(ACCESS_ATTACH, &w, EPERM);
}

static void steps_come_in_the_kernels_order(void **state)
{
	struct world w = at_level(1);
	struct access_verdict v = decide(ACCESS_ATTACH, &w);

	assert_int_equal(v.decided, ACCESS_CHECK_YAMA);
	assert_int_equal(v.steps[ACCESS_CHECK_CREDENTIALS].reason, ACCESS_REASON_IDS_EQUAL);
	assert_int_equal(v.steps[ACCESS_CHECK_DUMPABLE].reason, ACCESS_REASON_DUMPABLE);
	assert_int_equal(v.steps[ACCESS_CHECK_CAPABILITIES].reason, ACCESS_REASON_CAPS_SUBSET);
	assert_int_equal(v.steps[ACCESS_CHECK_YAMA].reason, ACCESS_REASON_NO_RELATION);
	assert_int_equal(v.steps[ACCESS_CHECK_OTHERS].result, ACCESS_SKIPPED);
	assert_int_equal(v.steps[ACCESS_CHECK_OTHERS].reason, ACCESS_REASON_NOT_REACHED);
	w.tracee.dumpable = FACT_NO; /* comes before Yama */
	v = decide(ACCESS_ATTACH, &w);
	assert_int_equal(v.decided, ACCESS_CHECK_DUMPABLE);
	assert_int_equal(v.steps[ACCESS_CHECK_YAMA].reason, ACCESS_REASON_NOT_REACHED);
}

static void operations_are_found_by_word(void **state)
{
	for (int i = 0; i < _ACCESS_OPERATION_MAX; i++) {
		enum access_operation op = _ACCESS_OPERATION_MAX;

		assert_int_equal(
			access_operation_find(access_operation_info((enum access_operation)i)->word,
					      &op),
			0);
		assert_int_equal(op, i);
	}
	enum access_operation op;
	assert_int_equal(access_operation_find("attac", &op), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_ask_for_facts),
		cmocka_unit_test(a_level_out_of_range_forbids_as_3_does),
		cmocka_unit_test(each_call_has_its_errno),
		cmocka_unit_test(all_six_ids_must_be_equal),
		cmocka_unit_test(real_or_fs_ids_of_the_tracer_count),
		cmocka_unit_test(capability_replaces_ids),
		cmocka_unit_test(permitted_capabilities_are_not_effective),
		cmocka_unit_test(not_dumpable_takes_the_capability),
		cmocka_unit_test(more_capabilities_are_out_of_reach),
		cmocka_unit_test(namespaces_decide_where_a_capability_holds),
		cmocka_unit_test(the_same_uid_outside_is_out_of_reach_from_within),
		cmocka_unit_test(owner_of_a_namespace_reaches_in_at_2),
		cmocka_unit_test(ptrace_refuses_some_tasks_at_every_level),
		cmocka_unit_test(shared_memory_is_never_asked_about),
		cmocka_unit_test(some_calls_ask_for_more),
		cmocka_unit_test(traceme_looks_at_capabilities_only),
		cmocka_unit_test(what_is_not_seen_makes_it_unknown_only_where_it_counts),
		cmocka_unit_test(other_modules_may_only_deny),
		cmocka_unit_test(steps_come_in_the_kernels_order),
		cmocka_unit_test(operations_are_found_by_word),
	};

	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
