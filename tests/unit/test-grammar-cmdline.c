/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel command line: one parameter, and the line as a whole; and tuned's line grammar. */
#include "grammar-table.h"

#define KEY PTRACE_SCOPE_KEY

static void a_parameter_names_a_key(void **state)
{
	static const quirks_t q = Q(ALL_DOTS);
	static const struct grammar_row rows[] = {
		{q, "quiet", .flags = SKIPPED},
		{q, "sysctl", .flags = SKIPPED},
		{q, "sysctlx.kernel.yama.ptrace_scope=1", .flags = SKIPPED},
		{q, "Sysctl.kernel.yama.ptrace_scope=1", .flags = SKIPPED},
		{q, "sysctl.kernel.yama.ptrace_scope=1", KEY, "1"},
		{q, "sysctl/kernel/yama/ptrace_scope=1", KEY, "1"},
		{q, "sysctl.kernel/yama.ptrace_scope=1", KEY, "1"},
		{q, "sysctl.kernel.yama.ptrace_scope=\"1 2\"", KEY, "1 2"},
		{q, "\"sysctl.kernel.yama.ptrace_scope=1 2\"", KEY, "1 2"},
		{q, "sysctl.kernel.yama.ptrace_scope=\"1", KEY, "1"},
		{q, "sysctl.kernel.yama.ptrace_scope=1=2", KEY, "1=2"},
		{q, "sysctl.kernel.yama.ptrace_scope", .reason = REASON_NO_EQUALS},
		{q, "sysctl.kernel.yama.ptrace_scope=", .reason = REASON_NO_VALUE},
		{q, "sysctl.kernel.yama.ptrace_scope=\"\"", .reason = REASON_NO_VALUE},
		{q, "sysctl.kernel.yama.*=1", .reason = REASON_NOT_SUPPORTED},
		{q, "sysctl.-kernel.yama.ptrace_scope=1", "-kernel/yama/ptrace_scope", "1"},
		{q, "hung_task_panic=1", "kernel/hung_task_panic", "1"},
	};

	CHECK_ROWS(grammar_cmdline, rows);
}

/* The values that the whole line would write, joined by commas. */
static void check_line(const char *cmdline, const char *expected)
{
	static const char *const keys[] = {KEY};
	const struct key_filter filter = {keys, 1};
	_cleanup_tree_ struct tree *tree = NULL;
	_cleanup_(loader_script_free_p) struct loader_script *s = NULL;
	struct loader_instance li = {0};
	_cleanup_strbuf_ struct strbuf got = {0};

	assert_int_equal(tree_new_memory(&tree), 0);
	assert_int_equal(loader_instance_parse("cmdline@6.1", &li, NULL), 0);
	li.cmdline = cmdline;
	li.cmdline_path = "/proc/cmdline";
	assert_int_equal(loader_read(&li, tree, &filter, /* volatile_too= */ true, &s, NULL), 0);
	for (size_t i = 0; i < s->n_entries; i++)
		(void)strbuf_addf(&got, "%s%s", i ? "," : "",
				  s->entries[i].value ? s->entries[i].value
						      : reason_word(s->entries[i].reason));
	assert_string_equal(got.bytes ? got.bytes : "", expected);
	loader_instance_done(&li);
}

static void a_line_is_cut_at_blanks_outside_of_quotes(void **state)
{
#define P "sysctl.kernel.yama.ptrace_scope"
	check_line("", "");
	check_line(" ro " P "=1  quiet\t" P "=2\n", "1,2");
	check_line("dyndbg=\"file a.c " P "=1\" " P "=2", "2");
	check_line(P "=1 -- " P "=2", "1");
	check_line(P "=1 --x " P "=2", "1,2");
	check_line("\xa0" P "=\"1 2\"\xa0" P "=3", "1 2,3");
	check_line(P " x", "no-equals");
}

static void tuned_reads_lines_as_python_does(void **state)
{
	static const quirks_t q = Q(SWAPS), old = Q(ALL_DOTS);
	static const struct grammar_row rows[] = {
		{q, " \x1c\xc2\xa0", .flags = SKIPPED},
		{q, "# c", .flags = SKIPPED},
		{q, "; c", .flags = SKIPPED},
		{q, "\xc2\xa0kernel.yama.ptrace_scope\xe2\x80\x83=\xc2\x85 1\xe3\x80\x80", KEY,
		 "1"},
		{q, "kernel.yama.ptrace_scope = 1 # c", KEY, "1 # c"},
		{q, "kernel/yama.ptrace_scope = 1", "kernel.yama/ptrace_scope", "1"},
		{old, "kernel/yama.ptrace_scope = 1", KEY, "1"},
		{q, "-kernel.yama.ptrace_scope = 1", "-kernel/yama/ptrace_scope", "1"},
		{q, "kernel.yama.ptrace_scope =", .reason = REASON_NO_VALUE},
		{q, "kernel.yama.ptrace_scope", .reason = REASON_NO_EQUALS},
		{q, "= 1", .reason = REASON_BAD_KEY},
	};

	CHECK_ROWS(grammar_tuned, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parameter_names_a_key),
		cmocka_unit_test(a_line_is_cut_at_blanks_outside_of_quotes),
		cmocka_unit_test(tuned_reads_lines_as_python_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
