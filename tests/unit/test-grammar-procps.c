/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two line grammars of procps, by version. */
#include "grammar-table.h"
#include "procps.h"

#define KEY  PTRACE_SCOPE_KEY
#define OLD  PROCPS_3_3_10
#define MID  PROCPS_3_3_13
#define NEW  PROCPS_3_3_17
#define FOUR PROCPS_4_0_0

static void procps_3_cuts_with_strtok(void **state)
{
	static const struct grammar_row rows[] = {
		{NEW, "", .flags = SKIPPED},
		{NEW, "x", .flags = SKIPPED}, /* shorter than two bytes */
		{NEW, " \t # c = 1", .flags = SKIPPED},
		{NEW, "; kernel.yama.ptrace_scope = 1", .flags = SKIPPED},
		{NEW, "kernel.yama.ptrace_scope=1", KEY, "1"},
		{NEW, " \tkernel.yama.ptrace_scope \t=\t 1 \t", KEY, "1"},
		{NEW, "kernel/yama/ptrace_scope = 1", KEY, "1"},
		{NEW, "/kernel/yama//./ptrace_scope = 1", KEY, "1"},
		{NEW, "=kernel.yama.ptrace_scope = 1", KEY, "1"},
		{NEW, "kernel.yama.ptrace_scope==1", KEY, "=1"},
		{NEW, "kernel.yama.ptrace_scope = 1\r", KEY, "1"},
		{NEW, "kernel.yama.ptrace_scope = 1 \r2", KEY, "1 "},
		{NEW, "kernel.yama.ptrace_scope =\r\r1", KEY, "1"},
		{NEW, "kernel.yama.ptrace_scope = \f1", KEY, "\f1"},
		{NEW, "\fkernel.yama.ptrace_scope = 1", "\fkernel/yama/ptrace_scope", "1"},
		{NEW, "kernel.yama.ptrace_scope = 1 # c", KEY, "1 # c"},
		{NEW, "kernel.yama.ptrace_scope =", .reason = REASON_NO_VALUE},
		{NEW, "kernel.yama.ptrace_scope = \r1", KEY, ""},
		{OLD, "kernel.yama.ptrace_scope = \r1", .reason = REASON_NO_VALUE},
		{NEW, "kernel.yama.ptrace_scope. = 1", .reason = REASON_BAD_KEY},
		{NEW, "kernel/yama/ptrace_scope/ = 1", .reason = REASON_BAD_KEY},
		{NEW, "/../../etc/passwd = 1", .reason = REASON_BAD_KEY},
		{NEW, "/../sys/kernel/yama/ptrace_scope = 1", KEY, "1"},
		{NEW, "kernel/nothing/../yama/ptrace_scope = 1", .reason = REASON_BAD_KEY},
		{NEW, "kernel.yama.* = 1", .reason = REASON_NOT_SUPPORTED},
		{NEW, "net.ipv4.neigh.default.retrans_time = 1", .reason = REASON_NOT_SUPPORTED},
	};

	CHECK_ROWS(grammar_procps3, rows);
}

static void procps_3_dash_comes_with_3_3_16(void **state)
{
	static const struct grammar_row rows[] = {
		{MID, "-kernel.yama.ptrace_scope = 1", .reason = REASON_NOT_SUPPORTED},
		{NEW, "-kernel.yama.ptrace_scope = 1", KEY, "1", IGNORES},
		{NEW, "- kernel.yama.ptrace_scope = 1", " kernel/yama/ptrace_scope", "1", IGNORES},
	};

	CHECK_ROWS(grammar_procps3, rows);
}

static void procps_3_writes_its_buffer_without_equals(void **state)
{
	static const struct grammar_row rows[] = {
		{OLD, "kernel.yama.ptrace_scope", .reason = REASON_NO_EQUALS},
		{MID, "kernel.yama.ptrace_scope", KEY, "="},
		{NEW, "-kernel.yama.ptrace_scope", KEY, "=", IGNORES},
		{NEW, " kernel.yama.ptrace_scope", .reason = REASON_NO_EQUALS},
		{NEW, "=kernel.yama.ptrace_scope", .reason = REASON_NO_EQUALS},
	};

	CHECK_ROWS(grammar_procps3, rows);
}

static void procps_4_knows_patterns_and_exclusions(void **state)
{
	static const struct grammar_row rows[] = {
		{FOUR, "", .flags = SKIPPED},
		{FOUR, " \f\v ; c", .flags = SKIPPED},
		{FOUR, "\f\v kernel.yama.ptrace_scope\f = \v1 2\f", KEY, "1 2"},
		{FOUR, "-kernel.yama.ptrace_scope = 1", KEY, "1", IGNORES},
		{FOUR, "--kernel.yama.ptrace_scope = 1", KEY, "1", IGNORES},
		{FOUR, "- kernel.yama.ptrace_scope = 1", " kernel/yama/ptrace_scope", "1", IGNORES},
		{FOUR, "-kernel.yama.ptrace_scope", KEY, NULL, EXCLUDES},
		{FOUR, "-kernel.yama.*", "kernel/yama/*", NULL, EXCLUDES | GLOB},
		{FOUR, "kernel.yama.ptrace_scope", .reason = REASON_NO_EQUALS},
		{FOUR, "kernel.yama.ptrace_scope =", KEY, ""},
		{FOUR, "kernel.*.ptrace_scope=1", "kernel/*/ptrace_scope", "1", GLOB},
		{FOUR, "kernel//yama/[a-z]* = 1", "kernel/yama/[a-z]*", "1", GLOB},
		{FOUR, "kernel.yama/ptrace_scope = 1", "kernel/yama.ptrace_scope", "1"},
		{FOUR, "=1", .reason = REASON_BAD_KEY},
	};

	CHECK_ROWS(grammar_procps4, rows);
}

static void glob_gives_paths_as_the_pattern_is_spelled(void **state)
{
	static const struct {
		const char *pattern, *path;
	} rows[] = {
		{"kernel/yama/*", "kernel/yama/ptrace_scope"},
		{"*/yama/ptrace_sc?pe", "kernel/yama/ptrace_scope"},
		{"/kernel//y*/./*", "/kernel//yama/./ptrace_scope"},
		{"kernel/../kernel/yama/*", "kernel/../kernel/yama/ptrace_scope"},
	};

	for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
		char *path = NULL;

		assert_int_equal(key_glob_path(rows[i].pattern, KEY, &path), 0);
		assert_string_equal(path, rows[i].path);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(procps_3_cuts_with_strtok),
		cmocka_unit_test(procps_3_dash_comes_with_3_3_16),
		cmocka_unit_test(procps_3_writes_its_buffer_without_equals),
		cmocka_unit_test(procps_4_knows_patterns_and_exclusions),
		cmocka_unit_test(glob_gives_paths_as_the_pattern_is_spelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
