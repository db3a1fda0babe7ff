/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The line grammars around busybox: its own, by version, and OpenRC's reading in the shell. */
#include "busybox.h"
#include "grammar-table.h"

#define KEY PTRACE_SCOPE_KEY
#define OLD BUSYBOX_1_0
#define MID BUSYBOX_1_28
#define NEW BUSYBOX_1_31

static void busybox_cuts_at_the_first_equals(void **state)
{
	static const struct grammar_row rows[] = {
		{NEW, "", .flags = SKIPPED},
		{NEW, " \v# c", .flags = SKIPPED},
		{NEW, "\t;kernel.yama.ptrace_scope = 1", .flags = SKIPPED},
		{NEW, "kernel.yama.ptrace_scope=1", KEY, "1"},
		{NEW, "\fkernel.yama.ptrace_scope\v=\f1 # c \r", KEY, "1 # c"},
		{NEW, "kernel.yama.ptrace_scope==1", KEY, "=1"},
		{NEW, "kernel.yama.ptrace_scope = #1", KEY, "#1"},
		{NEW, "kernel.yama.ptrace_scope =#1", .reason = REASON_NO_VALUE},
		{NEW, "kernel.yama.ptrace_scope = ", .reason = REASON_NO_VALUE},
		{NEW, "kernel.yama.ptrace_scope", .reason = REASON_NO_EQUALS},
		{NEW, " = 1", .reason = REASON_BAD_KEY},
		{NEW, "-kernel.yama.ptrace_scope = 1", .reason = REASON_NOT_SUPPORTED},
		{NEW, "kernel.yama.* = 1", .reason = REASON_NOT_SUPPORTED},
	};

	CHECK_ROWS(grammar_busybox, rows);
}

static void busybox_before_1_28_splits_words(void **state)
{
	static const struct grammar_row rows[] = {
		{OLD, "# c", .flags = SKIPPED},
		{OLD, " = \t", .flags = SKIPPED},
		{OLD, "kernel.yama.ptrace_scope 1", KEY, "1"},
		{OLD, "==kernel.yama.ptrace_scope == 1 2=", KEY, "1 2"},
		{OLD, "kernel.yama.ptrace_scope=1#c", KEY, "1"},
		{OLD, "kernel.yama.ptrace_scope=#1", .reason = REASON_NO_EQUALS},
		{OLD, "kernel.yama.ptrace_scope = 1\r", KEY, "1\r"},
	};

	CHECK_ROWS(grammar_busybox, rows);
}

static void busybox_finds_keys_from_the_left(void **state)
{
	static const struct grammar_row rows[] = {
		{NEW, "kernel/yama.ptrace_scope=1", KEY, "1"},
		{NEW, "/proc/sys/kernel/yama/ptrace_scope=1", KEY, "1"},
		{NEW, "/proc/sys/kernel/yama.ptrace_scope=1", KEY, "1"},
		{NEW, "kernel..yama.ptrace_scope=1", KEY, "1"},
		{NEW, "kernel/../kernel/yama/ptrace_scope=1", KEY, "1"},
		{MID, "../../../../proc/sys/kernel/yama/ptrace_scope=1", KEY, "1"},
		{NEW, "..kernel.yama.ptrace_scope=1", KEY, "1"},
		{NEW, "...kernel.yama.ptrace_scope=1", .reason = REASON_BAD_KEY},
		{NEW, "/kernel/yama/ptrace_scope=1", .reason = REASON_BAD_KEY},
		{NEW, ".kernel.yama.ptrace_scope=1", .reason = REASON_BAD_KEY},
		{NEW, "kernel.yama.ptrace_scope.=1", .reason = REASON_BAD_KEY},
		{NEW, "kernel/yama/ptrace_scope/=1", .reason = REASON_BAD_KEY},
		{MID, "kernel.yama/ptrace_scope=1", KEY, "1"},
		{NEW, "kernel.yama/ptrace_scope=1", "kernel/yama.ptrace_scope", "1"},
		/* Names of network interfaces may hold dots. */
		{NEW, "net.ipv4.conf.eth0.100.rp_filter=1", "net/ipv4/conf/eth0.100/rp_filter",
		 "1"},
		{NEW, "net/ipv4/conf/eth0.100/rp_filter=1", "net/ipv4/conf/eth0.100/rp_filter",
		 "1"},
		{NEW, "net.ipv4.conf.eth0/100.rp_filter=1", "net/ipv4/conf/eth0.100/rp_filter",
		 "1"},
		{NEW, "net.ipv4.conf.all.rp_filter=1", "net/ipv4/conf/all/rp_filter", "1"},
	};

	CHECK_ROWS(grammar_busybox, rows);
}

static void busybox_key_of_any_length_ends(void **state)
{
	const size_t n = 1024 * 1024;
	char *line = malloc(n + 3);
	struct parsed p = {0};

	assert_non_null(line);
	memset(line, '.', n);
	memcpy(line + n, "=1", 3);
	assert_int_equal(grammar_busybox(NEW, line, n + 2, &p), 1);
	assert_int_equal(p.kind, ENTRY_MALFORMED);
	parsed_done(&p);
	free(line);
}

#define SHELL (Q(SPACES_ONLY) | Q(BACKSLASH_EATEN) | Q(KEEPS_NUL) | Q(GREEDY_DOTS) | Q(SWAPS_MIXED))

static void openrc_takes_the_first_word(void **state)
{
	static const struct grammar_row rows[] = {
		{SHELL, " \t", .flags = SKIPPED},
		{SHELL, "# kernel.yama.ptrace_scope = 1", .flags = SKIPPED},
		{SHELL, "kernel.yama.ptrace_scope = 1 # c", KEY, "1"},
		{SHELL, "\t kernel.yama.ptrace_scope=1", KEY, "1"},
		{SHELL, "kernel.yama.ptrace_scope =1", .reason = REASON_NO_EQUALS},
		{SHELL, "kernel.yama.ptrace_scope= 1", .reason = REASON_NO_VALUE},
		{SHELL, "kernel.yama.ptrace_scope  =  1", .reason = REASON_NO_EQUALS},
		{SHELL, "kernel.yama.ptrace_scope = 1\r", KEY, "1\r"},
		{SHELL, ";kernel.yama.ptrace_scope = 1", ";kernel/yama/ptrace_scope", "1"},
		{SHELL, "; kernel.yama.ptrace_scope = 1", .reason = REASON_NO_EQUALS},
		{SHELL, "-kernel.yama.ptrace_scope = 1", .reason = REASON_NOT_SUPPORTED},
		{SHELL, "kernel.yama.ptrace\\_scope = \\1", KEY, "1"},
		{SHELL, "kernel.yama.\\\nptrace_scope = 1", KEY, "1"},
		{SHELL, "kernel.yama.ptrace_scope = 1\\ 2", KEY, "1 2"},
	};

	CHECK_ROWS(grammar_openrc, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(busybox_cuts_at_the_first_equals),
		cmocka_unit_test(busybox_before_1_28_splits_words),
		cmocka_unit_test(busybox_finds_keys_from_the_left),
		cmocka_unit_test(busybox_key_of_any_length_ends),
		cmocka_unit_test(openrc_takes_the_first_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
