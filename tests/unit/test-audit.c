/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings, their causes and evidence, on resolver answers made by hand. */
#include "audit-stage.h"

static void causes_stand_inside_the_one_failure(void **state)
{
	const struct situation in = {RUNTIME_SET, 1,
				     .lines = {{ADMIN, "1", LOST}, {VENDOR, "0", WINS}}};
	const struct finding *f;
	struct stage s;

	run(&s, &in);
	f = find(s.audit, FINDING_BOOT_NOT_RESTRICTED);
	assert_non_null(f);
	assert_string_equal(f->message, "A later file sets 0.");
	assert_int_equal(f->n_evidence, 1);
	assert_string_equal(f->evidence[0].path, VENDOR);
	assert_int_equal(f->evidence[0].line, 3);
	assert_int_equal(f->n_because, 1);
	assert_true(startswith(f->because[0], "overridden: " ADMIN ":3 sets 1"));
	assert_non_null(strstr(f->detail, "99-v.conf comes after 60-a.conf"));
	assert_null(find(s.audit, FINDING_OVERRIDDEN));
	assert_int_equal(find(s.audit, FINDING_NOW_DIFFERS)->severity, SEVERITY_WARN);
	done(&s);
}

static void lines_that_set_nothing_are_causes(void **state)
{
	const struct situation in = {
		RUNTIME_SET, 1,
		.lines = {{ADMIN, "\"1\"", ENTRY_REFUSED, REASON_MALFORMED_VALUE},
			  {ADMIN2, "4", ENTRY_REFUSED, REASON_RANGE}}};
	const struct finding *f;
	struct stage s;

	run(&s, &in);
	f = find(s.audit, FINDING_NOT_PERSISTED);
	assert_non_null(f);
	assert_int_equal(f->n_because, 2);
	assert_true(startswith(f->because[0], "malformed: " ADMIN ":3"));
	assert_true(startswith(f->because[1], "out-of-range: " ADMIN2 ":3"));
	assert_null(find(s.audit, FINDING_MALFORMED));
	done(&s);
}

static void but_warnings_beside_a_good_line(void **state)
{
	const struct situation in = {
		RUNTIME_SET, 1,
		.lines = {{ADMIN, "4", ENTRY_REFUSED, REASON_RANGE}, {ADMIN2, "1", WINS}}};
	struct stage s;

	run(&s, &in);
	assert_int_equal(s.audit->verdict, VERDICT_PASS);
	assert_int_equal(find(s.audit, FINDING_OUT_OF_RANGE)->severity, SEVERITY_WARN);
	assert_int_equal(audit_exit_code(s.audit, FAIL_ON_UNKNOWN), 0);
	assert_int_equal(audit_exit_code(s.audit, FAIL_ON_WARN), 1);
	done(&s);
}

static void a_weaker_line_that_loses_is_information(void **state)
{
	const struct situation in = {RUNTIME_SET, 1,
				     .lines = {{VENDOR, "0", LOST}, {ADMIN, "1", WINS}}};
	struct stage s;

	run(&s, &in);
	assert_int_equal(find(s.audit, FINDING_WEAKER_LINE)->severity, SEVERITY_INFO);
	assert_int_equal(s.audit->n_findings, 1);
	done(&s);
}

static void no_yama_makes_files_inert(void **state)
{
	const struct situation in = {RUNTIME_ABSENT, .lines = {{ADMIN, "1", WINS}}};
	struct stage s;

	run(&s, &in);
	assert_false(s.audit->effective);
	assert_non_null(find(s.audit, FINDING_RUNTIME_ABSENT));
	assert_null(find(s.audit, FINDING_BOOT_NOT_RESTRICTED));
	done(&s);
}

static void a_line_that_nothing_reads(void **state)
{
	static const char text[] = "# x\nkernel/yama/ptrace_scope=2\n";
	static const struct {
		const char *path;
		enum file_status status;
		enum reason reason;
		const char *cause; /* start of the cause, or NULL: the detail tells it */
	} cases[] = {
		{"/etc/sysctl.conf", FILE_IGNORED, REASON_NO_LINK, NULL},
		{"/etc/sysctl.d/70-hardening", FILE_IGNORED, REASON_BAD_SUFFIX, "bad-suffix: "},
		{"/usr/lib/sysctl.d/20-x.conf", FILE_MASKED, REASON_MASKED_NULL, "masked: "},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		const struct situation in = {RUNTIME_SET, 1};
		const struct finding *f;
		struct audit *again = NULL;
		struct stage s;

		run(&s, &in);
		assert_null(find(s.audit, FINDING_NOT_READ));
		s.files[0] = (struct sysctl_file){.path = mutable(cases[i].path),
						  .status = cases[i].status,
						  .reason = cases[i].reason};
		s.script.n_files = 1;
		assert_int_equal(tree_add_file(s.tree, cases[i].path, text, strlen(text)), 0);
		assert_int_equal(audit_run(s.tree, &s.ev, &s.policy, &again), 0);
		f = find(again, FINDING_NOT_READ);
		assert_non_null(f);
		assert_int_equal(f->severity, SEVERITY_FAIL);
		assert_string_equal(f->evidence[0].path, cases[i].path);
		assert_int_equal(f->evidence[0].line, 2);
		if (cases[i].cause)
			assert_true(startswith(f->because[0], cases[i].cause));
		else
			assert_non_null(strstr(f->detail, "99-sysctl.conf"));
		assert_int_equal(again->summary, SUMMARY_FAIL_BOOT);
		assert_int_equal(count(again, SEVERITY_FAIL), 1);
		(void)audit_free(again);
		done(&s);
	}
}

static void other_writers_are_named_when_something_is_off(void **state)
{
	static const char text[] = "#!/bin/sh\n# ptrace_scope\nsysctl kernel.yama.ptrace_scope=0\n";
	const struct situation differs = {RUNTIME_SET, 2, .lines = {{ADMIN, "1", WINS}}};
	const struct situation calm = {RUNTIME_SET, 1, .lines = {{ADMIN, "1", WINS}}};
	const struct finding *f;
	struct audit *again = NULL;
	struct stage s;

	run(&s, &differs);
	assert_null(find(s.audit, FINDING_UNMODELLED_WRITER));
	assert_int_equal(tree_add_file(s.tree, "/etc/rc.local", text, strlen(text)), 0);
	assert_int_equal(audit_run(s.tree, &s.ev, &s.policy, &again), 0);
	f = find(again, FINDING_UNMODELLED_WRITER);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARN);
	assert_string_equal(f->evidence[0].path, "/etc/rc.local");
	assert_int_equal(f->evidence[0].line, 3);
	again = audit_free(again);
	done(&s);

	run(&s, &calm);
	assert_int_equal(tree_add_file(s.tree, "/etc/rc.local", text, strlen(text)), 0);
	assert_int_equal(audit_run(s.tree, &s.ev, &s.policy, &again), 0);
	assert_null(find(again, FINDING_UNMODELLED_WRITER));
	(void)audit_free(again);
	done(&s);
}

static void absence_is_told_with_its_cause(void **state)
{
	static const struct {
		enum fact built;
		const char *param, *config;
		const char *because, *remedy;
	} cases[] = {
		{FACT_NO, NULL, NULL, "not-built: ", "CONFIG_SECURITY_YAMA=y"},
		{FACT_NO, "bpf", NULL, "not-built: ", "CONFIG_SECURITY_YAMA=y"},
		{FACT_YES, "landlock,lockdown,integrity,apparmor,bpf", NULL,
		 "left-out: lsm= ", "lsm=landlock,lockdown,yama,integrity,apparmor,bpf"},
		{FACT_UNKNOWN, "landlock", NULL, "left-out: lsm= ", "lsm=landlock,yama"},
		{FACT_YES, NULL, "bpf", "left-out: The kernel's own list", "lsm=yama,bpf"},
		{FACT_YES, NULL, "yama,bpf", "left-out: Yama is built in", NULL},
		{FACT_UNKNOWN, NULL, NULL, "not-told: ", NULL},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		const struct situation in = {RUNTIME_ABSENT, .built = cases[i].built};
		const struct finding *f;
		struct audit *again = NULL;
		struct stage s;

		run(&s, &in);
		s.ev.kernel.lsm_param = mutable(cases[i].param);
		s.ev.kernel.config_lsm = mutable(cases[i].config);
		assert_int_equal(audit_run(s.tree, &s.ev, &s.policy, &again), 0);
		f = find(again, FINDING_RUNTIME_ABSENT);
		assert_true(startswith(f->because[0], cases[i].because));
		if (cases[i].remedy)
			assert_non_null(strstr(f->remedy, cases[i].remedy));
		(void)audit_free(again);
		done(&s);
	}
}

static void exit_codes(void **state)
{
	static const struct {
		enum verdict verdict;
		enum severity severity; /* of the one finding */
		int codes[4];		/* by fail_on: fail, unknown, warn, never */
	} cases[] = {
		{VERDICT_PASS, SEVERITY_INFO, {0, 0, 0, 0}},
		{VERDICT_PASS, SEVERITY_WARN, {0, 0, 1, 0}},
		{VERDICT_WAIVED, SEVERITY_WAIVED, {0, 0, 0, 0}},
		{VERDICT_FAIL, SEVERITY_FAIL, {1, 1, 1, 0}},
		{VERDICT_UNKNOWN, SEVERITY_UNKNOWN, {0, 3, 3, 0}},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		struct finding f = {.severity = cases[i].severity};
		const struct audit a = {
			.verdict = cases[i].verdict, .findings = &f, .n_findings = 1};

		for (int on = FAIL_ON_FAIL; on <= FAIL_ON_NEVER; on++)
			assert_int_equal(audit_exit_code(&a, (enum fail_on)on), cases[i].codes[on]);
	}
}

static void a_looser_policy_says_not_cis(void **state)
{
	const struct situation in = {RUNTIME_SET, 0, .lines = {{ADMIN, "0", WINS}}};
	struct audit *again = NULL;
	struct stage s;

	run(&s, &in);
	s.policy.allow |= 1;
	assert_int_equal(audit_run(s.tree, &s.ev, &s.policy, &again), 0);
	assert_int_equal(again->verdict, VERDICT_PASS);
	assert_int_equal(again->cis, CIS_NOT);
	(void)audit_free(again);
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(causes_stand_inside_the_one_failure),
		cmocka_unit_test(lines_that_set_nothing_are_causes),
		cmocka_unit_test(but_warnings_beside_a_good_line),
		cmocka_unit_test(a_weaker_line_that_loses_is_information),
		cmocka_unit_test(no_yama_makes_files_inert),
		cmocka_unit_test(a_line_that_nothing_reads),
		cmocka_unit_test(other_writers_are_named_when_something_is_off),
		cmocka_unit_test(absence_is_told_with_its_cause),
		cmocka_unit_test(exit_codes),
		cmocka_unit_test(a_looser_policy_says_not_cis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
