/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ufw would run, from its two files as a shell reads them. */
#include "loader-impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define IPT "IPT_SYSCTL=/etc/ufw/sysctl.conf\n"
#define ON  "ENABLED=yes\n"

/* The values that would be written, joined by commas; "unknown" where files cannot tell. */
static void check(const char *defaults, const char *conf, const char *expected)
{
	static const char *const keys[] = {PTRACE_SCOPE_KEY};
	const struct key_filter filter = {keys, 1};
	_cleanup_tree_ struct tree *t = NULL;
	_cleanup_(loader_script_free_p) struct loader_script *s = NULL;
	struct loader_instance li = {0};
	_cleanup_strbuf_ struct strbuf got = {0};

	assert_int_equal(tree_new_memory(&t), 0);
	if (defaults)
		assert_int_equal(tree_add_file(t, "/etc/default/ufw", defaults, strlen(defaults)),
				 0);
	if (conf)
		assert_int_equal(tree_add_file(t, "/etc/ufw/ufw.conf", conf, strlen(conf)), 0);
	assert_int_equal(
		tree_add_file(t, "/etc/ufw/sysctl.conf", "kernel/yama/ptrace_scope=2\n", 27), 0);
	assert_int_equal(tree_add_file(t, "/etc/sysctl.conf", "kernel/yama/ptrace_scope=1\n", 27),
			 0);
	assert_int_equal(tree_add_file(t, "/etc/empty", "", 0), 0);
	assert_int_equal(tree_add_file(t, "/usr/bin/true-program", "x", 1), 0);
	assert_int_equal(tree_add_link(t, "/etc/link", "/dev/null"), 0);
	assert_int_equal(loader_instance_parse("ufw@4.0.2", &li, NULL), 0);
	assert_int_equal(loader_read(&li, t, &filter, /* volatile_too= */ true, &s, NULL), 0);
	for (size_t i = 0; i < s->n_files; i++)
		if (s->files[i].status == FILE_UNREADABLE)
			(void)strbuf_adds(&got, "unknown");
	for (size_t i = 0; i < s->n_entries; i++)
		(void)strbuf_addf(&got, "%s%s", got.len ? "," : "", s->entries[i].value);
	if (!streq(got.bytes ? got.bytes : "", expected))
		fail_msg("%s + %s: got \"%s\", expected \"%s\"", defaults ? defaults : "(none)",
			 conf ? conf : "(none)", got.bytes ? got.bytes : "", expected);
	loader_instance_done(&li);
}

static void enabled_means_yes_or_YES(void **state)
{
	check(IPT, ON, "2");
	check(IPT, "ENABLED=YES", "2");
	check(IPT, "ENABLED=\"yes\"", "2");
	check(IPT, "ENABLED=Yes", "");
	check(IPT, "ENABLED=no\n", "");
	check(IPT, "LOGLEVEL=low\n", "");
	check(IPT "ENABLED=yes", "LOGLEVEL=low\n", "2");
	check(IPT, "ENABLED=yes\nENABLED=no\n", "");
}

static void both_files_are_needed_and_the_later_assignment_counts(void **state)
{
	check(NULL, IPT ON, "");
	check(IPT, NULL, "");
	check("", IPT ON, "");
	check("# nothing\n", ON, "");
	check(IPT, ON "IPT_SYSCTL=/etc/sysctl.conf\n", "1");
	check(IPT "IPT_SYSCTL=/etc/sysctl.conf\n", ON, "1");
}

static void the_file_must_hold_something(void **state)
{
	check("IPT_SYSCTL=\n", ON, "");
	check("IPT_SYSCTL=''\n", ON, "");
	check("IPT_SYSCTL=/etc/empty\n", ON, "");
	check("IPT_SYSCTL=/etc/link\n", ON, "");
	check("IPT_SYSCTL=/etc/ufw\n", ON, "");
	check("IPT_SYSCTL=/etc/nothing\n", ON, "");
	check("IPT_SYSCTL=etc/ufw/sysctl.conf\n", ON, "2");
}

static void words_are_cut_by_the_rules_of_the_shell(void **state)
{
	check("IPT_SYSCTL=/etc/\"ufw\"/'sysctl'.co\\nf", ON, "2");
	check("IPT_SYSCTL=\"/etc/ufw/sysctl.conf\" # why", ON, "2");
	check("#IPT_SYSCTL=/etc/sysctl.conf\n\t" IPT, ON, "2");
	check("IPT_SYSCTL=/etc/ufw/sysctl.conf#x", ON, "");
	check("export A=1 IPT_SYSCTL=/etc/ufw/sysctl.conf; B=2", ON, "2");
	check("export IPT_SYSCTL\n: nothing\n" IPT, ON, "2");
	check("IPT_SYSCTL=/etc/ufw/\\\nsysctl.conf", ON, "2");
	check("IPT_SYSCTL=\"/etc/ufw/\\\nsysctl.conf\"", ON, "2");
	check("IPT_SYSCTL=/etc/ufw/sysctl.conf\r\n", ON, "");
	check("D=/etc/ufw\nIPT_SYSCTL=$D/sysctl.conf", ON, "2");
	check("D=etc\nIPT_SYSCTL=\"/${D}/sysctl.conf\"", ON, "1");
	check("D=etc\nIPT_SYSCTL='/${D}/sysctl.conf'", ON, "");
}

static void what_a_shell_would_run_is_unknown(void **state)
{
	check("IPT_SYSCTL=$(echo /etc/sysctl.conf)", ON, "unknown");
	check("IPT_SYSCTL=`echo /etc/sysctl.conf`", ON, "unknown");
	check("IPT_SYSCTL=$NOWHERE/sysctl.conf", ON, "unknown");
	check("IPT_SYSCTL=${D:-/etc}/sysctl.conf", ON, "unknown");
	check("if true; then\n" IPT "fi\n", ON, "unknown");
	check(IPT ". /etc/other\n", ON, "unknown");
	check(IPT "true-program\n", ON, "unknown");
	check("IPT_SYSCTL=/etc/*.conf\n", ON, "unknown");
	check("IPT_SYSCTL='/etc/ufw/sysctl.conf\n", ON, "unknown");
	/* A program that does not exist ends the script. */
	check(IPT "no-such-program\n", ON, "");
	check("IPT_SYSCTL = /etc/sysctl.conf\n", ON, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enabled_means_yes_or_YES),
		cmocka_unit_test(both_files_are_needed_and_the_later_assignment_counts),
		cmocka_unit_test(the_file_must_hold_something),
		cmocka_unit_test(words_are_cut_by_the_rules_of_the_shell),
		cmocka_unit_test(what_a_shell_would_run_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
