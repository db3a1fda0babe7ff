/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What versions do that the differential suite cannot run, since no Debian release in its reach has
 * them: each case stands in that version's source (the commits are named in src/core/sysctl, where
 * the version is). Beside each the neighbour that the suite does run, so that the difference is
 * held too.
 */
#include "loader-impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define K "kernel.yama.ptrace_scope"

struct put {
	const char *path, *text; /* a text that begins with "->" is a link */
};

static struct tree *tree_of(const struct put *files)
{
	struct tree *t = NULL;

	assert_int_equal(tree_new_memory(&t), 0);
	for (; files->path; files++) {
		if (startswith(files->text, "->"))
			assert_int_equal(tree_add_link(t, files->path, files->text + 2), 0);
		else
			assert_int_equal(
				tree_add_file(t, files->path, files->text, strlen(files->text)), 0);
	}
	return t;
}

/* The writes to ptrace_scope in order, refused ones with a '!'. */
static void check_tree(struct tree *t, const char *spec, const char *expected)
{
	static const char *const keys[] = {PTRACE_SCOPE_KEY};
	const struct key_filter filter = {keys, 1};
	_cleanup_(loader_script_free_p) struct loader_script *s = NULL;
	_cleanup_(loader_instance_done) struct loader_instance li = {0};
	_cleanup_(key_result_done) struct key_result res = {0};
	_cleanup_strbuf_ struct strbuf got = {0};
	struct kernel_model m = kernel_model_for(PTRACE_SCOPE_KEY);

	assert_int_equal(loader_instance_parse(spec, &li, NULL), 0);
	assert_int_equal(loader_read(&li, t, &filter, /* volatile_too= */ true, &s, NULL), 0);
	assert_int_equal(loader_apply(&li, s, PTRACE_SCOPE_KEY, &m, &res), 0);
	for (size_t i = 0; i < res.n_writes; i++)
		(void)strbuf_addf(&got, "%s%s%s", got.len ? " " : "",
				  s->entries[res.writes[i].entry].value,
				  res.writes[i].err ? "!" : "");
	if (!streq(got.bytes ? got.bytes : "", expected))
		fail_msg("%s: writes \"%s\", expected \"%s\"", spec, got.bytes ? got.bytes : "",
			 expected);
}

static void check(const struct put *files, const char *spec, const char *expected)
{
	struct tree *t = tree_of(files);

	check_tree(t, spec, expected);
	tree_free(t);
}

#define FILES(...) ((const struct put[]){__VA_ARGS__, {NULL, NULL}})
#define CONF(text) FILES({"/etc/sysctl.conf", text})

static void systemd_262_masks_with_no_loop(void **state)
{
	const struct put *files = FILES({"/etc/sysctl.d/a.conf", "->a.conf"},
					{"/usr/lib/sysctl.d/a.conf", K " = 2\n"});

	check(files, "systemd-sysctl@257", "");
	check(files, "systemd-sysctl@262", "2");
	check(files, "systemd-sysctl@262.1", "2");
	check(files, "systemd-sysctl@300", "2");
}

static void systemd_has_a_split_usr_until_255(void **state)
{
	const struct put *files = FILES({"/lib/sysctl.d/a.conf", K " = 2\n"});

	check(files, "systemd-sysctl@254.5-1", "2");
	check(files, "systemd-sysctl@255", "");
	check(files, "systemd-sysctl@262", "");
}

static void procps_lets_run_win_until_3_3_17(void **state)
{
	const struct put *files =
		FILES({"/etc/sysctl.d/a.conf", K " = 1\n"}, {"/run/sysctl.d/a.conf", K " = 2\n"});

	check(files, "procps@3.3.10", "2");
	check(files, "procps@3.3.15-14.el8", "2");
	check(files, "procps@2:3.3.16-1ubuntu2", "2");
	check(files, "procps@3.3.17", "1");
	check(files, "procps@4.0.7", "1");
}

static void procps_knows_the_dash_from_3_3_16(void **state)
{
	check(CONF("-" K " = 2\n"), "procps-p@3.3.10", "");
	check(CONF("-" K " = 2\n"), "procps-p@3.3.15", "");
	check(CONF("-" K " = 2\n"), "procps-p@3.3.16", "2");
	check(CONF("-" K " = 2\n"), "procps-p@3.3.17", "2");
}

static void procps_takes_an_empty_value_from_3_3_13(void **state)
{
	check(CONF(K " = 2\n" K " = \rx\n"), "procps-p@3.3.12", "2");
	check(CONF(K " = 2\n" K " = \rx\n"), "procps-p@3.3.13", "2 !");
}

static void procps_writes_what_was_in_the_buffer_from_3_3_13(void **state)
{
	check(CONF(K "\n"), "procps-p@3.3.12", "");
	check(CONF(K "\n"), "procps-p@3.3.13", "=!");
	check(CONF(K "\n"), "procps-p@4.0.0", "");
}

static void procps_cuts_long_lines_until_3_3_13(void **state)
{
	/* fgets() of 4096 bytes: 4095 bytes of a comment, then the rest of it as a line. */
	char text[8192];
	int n = snprintf(text, sizeof(text), "#%04094d%s=2\n", 0, K);

	assert_in_range(n, 4096, sizeof(text));
	check(CONF(text), "procps-p@3.3.10", "2");
	check(CONF(text), "procps-p@3.3.12", "2");
	check(CONF(text), "procps-p@3.3.13", "");
	check(CONF(text), "procps-p@4.0.4", "");
}

static void procps_excludes_by_pattern_from_4_0_5(void **state)
{
	static const char text[] = "kernel.yama.* = 2\n-kernel.*.ptrace_scope\n";

	check(CONF(text), "procps-p@4.0.4", "2");
	check(CONF(text), "procps-p@4.0.5", "");
	check(CONF(text), "procps-p@4.0.7", "");
	check(CONF("kernel.yama.* = 2\n-kernel.yama.p*\n" K " = 1\n"), "procps-p@4.0.5", "1");
}

static void busybox_splits_words_until_1_28(void **state)
{
	check(CONF(K " 2\n"), "busybox@1.27.2", "2");
	check(CONF(K " 2\n"), "busybox@1.28", "");
	check(CONF(K " = 2 # x\n"), "busybox@1.27", "2");
	check(CONF(K " = 2 # x\n"), "busybox@1.36", "2 # x");
	check(CONF("; " K " = 2\n"), "busybox@1.27", "");
	check(CONF(K " = \"2\n"), "busybox@1.20", "\"2!");
	check(CONF("kernel.yama/ptrace_scope = 2\n"), "busybox@1.28", "2");
	check(CONF("kernel.yama/ptrace_scope = 2\n"), "busybox@1.38", "");
	check(CONF(K " = 4\n" K " = 1\n"), "busybox@1.10", "4!");
}

static void scripts_run_whatever_sysctl_is_there(void **state)
{
	const struct put *files = CONF("-" K " = 2\n");

	check(files, "alpine@1.36", "");
	check(files, "alpine@3.3.15", "");
	check(files, "alpine@3.3.17", "2");
	check(files, "alpine@4.0.4", "2");
	check(CONF(K " = 4\n" K " = 1\n"), "alpine@1.36", "4!");
	check(CONF(K " = 4\n" K " = 1\n"), "alpine@4.0.4", "4! 1");
}

static const struct put *ufw(const char *text)
{
	static struct put files[] = {
		{"/etc/default/ufw", "IPT_SYSCTL=/etc/ufw/sysctl.conf\n"},
		{"/etc/ufw/ufw.conf", "ENABLED=yes\n"},
		{"/etc/ufw/sysctl.conf", NULL},
		{NULL, NULL},
	};

	files[2].text = text;
	return files;
}

static void ufw_runs_whatever_sysctl_is_there(void **state)
{
	check(ufw(K "=4\n" K "=1\n"), "ufw@1.36", "4!");
	check(ufw(K "=4\n" K "=1\n"), "ufw@3.3.15", "4! 1");
	check(ufw("kernel/yama.ptrace_scope=1\n"), "ufw@1.20", "1");
	check(ufw("kernel.yama.*=2\n-kernel.yama.*\n"), "ufw@4.0.4", "2");
	check(ufw("kernel.yama.*=2\n-kernel.yama.*\n"), "ufw@4.0.5", "");
}

static void void_excludes_by_pattern_with_a_newer_procps(void **state)
{
	const struct put *files =
		FILES({"/etc/sysctl.d/a.conf", "kernel.yama.* = 2\n-kernel.*.ptrace_scope\n"});

	check(files, "void@20200720", "2");
	check(files, "void@20250212", "");
}

#define TUNED(profile, main, ...)                                                          \
	FILES({"/etc/tuned/active_profile", "mine"}, {"/etc/tuned/tuned-main.conf", main}, \
	      {"/etc/tuned/mine/tuned.conf", profile},                                     \
	      {"/etc/tuned/profiles/mine/tuned.conf", profile}, __VA_ARGS__)

static void tuned_changed_its_parser_and_its_keys(void **state)
{
	const struct put none = {"/x", ""};
	const struct put *twice = TUNED("[sysctl]\n" K "=1\n" K "=2\n", "# x\n", none);
	const struct put *slashes = TUNED("[sysctl]\nkernel/yama/ptrace_scope=2\n", "# x\n", none);
	const struct put *comment = TUNED("[sysctl]\n" K "=2# x\n", "# x\n", none);

	check(twice, "tuned@2.16", "");
	check(twice, "tuned@2.17", "");
	check(twice, "tuned@2.19", "");
	check(twice, "tuned@2.20", "2");
	check(comment, "tuned@2.16", "2");
	check(comment, "tuned@2.17", "2# x!");
	check(slashes, "tuned@2.21", "2");
	check(slashes, "tuned@2.22", "");
}

static void tuned_takes_a_profile_once_from_2_16(void **state)
{
	const struct put *files =
		TUNED("[sysctl]\n" K "=2\n", "# x\n", {"/etc/tuned/active_profile", "mine mine"});

	check(files, "tuned@2.15", "");
	check(files, "tuned@2.16", "2");
	check(files, "tuned@2.27", "2");
}

static void tuned_writes_no_equal_value_from_2_23(void **state)
{
	const struct put *files =
		TUNED("[sysctl]\n" K "=2\n", "# x\n", {"/etc/sysctl.conf", K "=2\n"});

	check(files, "tuned@2.22", "2 2");
	check(files, "tuned@2.23", "2");
}

static void tuned_moved_its_profiles_in_2_24_1(void **state)
{
	const struct put *files = FILES({"/etc/tuned/active_profile", "mine"},
					{"/etc/tuned/tuned-main.conf", "# x\n"},
					{"/etc/tuned/mine/tuned.conf", "[sysctl]\n" K "=2\n"});

	check(files, "tuned@2.24.0", "2");
	check(files, "tuned@2.24.1", "");
}

static void tuned_can_leave_keys_out_from_2_27(void **state)
{
	const struct put *files = TUNED("[sysctl]\n" K "=2\n", "reapply_sysctl_exclude=" K "\n",
					{"/etc/sysctl.conf", K "=1\n"});

	check(files, "tuned@2.26", "2 1");
	check(files, "tuned@2.27", "2");
}

static void versions_that_are_none_are_refused(void **state)
{
	static const char *const specs[] = {"systemd-sysctl@246", "procps@3.3.9", "procps@",
					    "procps@x",		  "busybox@0.60", "alpine@3.3.9",
					    "ufw@3.2.8",	  "alpine@2",	  "cmdline@5.7",
					    "tuned@2.9",	  "nothing@1",	  "openrc@0.12"};

	for (size_t i = 0; i < ELEMENTSOF(specs); i++) {
		_cleanup_error_ struct error e = {0};
		struct loader_instance li = {0};

		if (loader_instance_parse(specs[i], &li, &e) != -EINVAL)
			fail_msg("%s is taken", specs[i]);
		assert_non_null(e.what);
		assert_non_null(e.hint);
	}
}

static void without_a_version_all_are_possible(void **state)
{
	for (unsigned id = 0; id < _LOADER_MAX; id++) {
		_cleanup_(loader_instance_done) struct loader_instance li = {0};
		const struct loader *l = loader_get(id);
		size_t n = 0;

		for (size_t i = 0; i < l->n_spans; i++)
			n += !l->spans[i].is_gap;
		assert_int_equal(loader_instance_parse(loader_name(id), &li, NULL), 0);
		assert_int_equal(li.from, VERSION_ASSUMED);
		assert_int_equal(li.n_others, n - 1);
		assert_int_equal(li.quirks, l->spans[l->n_spans - 1].quirks);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(systemd_262_masks_with_no_loop),
		cmocka_unit_test(systemd_has_a_split_usr_until_255),
		cmocka_unit_test(procps_lets_run_win_until_3_3_17),
		cmocka_unit_test(procps_knows_the_dash_from_3_3_16),
		cmocka_unit_test(procps_takes_an_empty_value_from_3_3_13),
		cmocka_unit_test(procps_writes_what_was_in_the_buffer_from_3_3_13),
		cmocka_unit_test(procps_cuts_long_lines_until_3_3_13),
		cmocka_unit_test(procps_excludes_by_pattern_from_4_0_5),
		cmocka_unit_test(busybox_splits_words_until_1_28),
		cmocka_unit_test(scripts_run_whatever_sysctl_is_there),
		cmocka_unit_test(ufw_runs_whatever_sysctl_is_there),
		cmocka_unit_test(void_excludes_by_pattern_with_a_newer_procps),
		cmocka_unit_test(tuned_changed_its_parser_and_its_keys),
		cmocka_unit_test(tuned_takes_a_profile_once_from_2_16),
		cmocka_unit_test(tuned_writes_no_equal_value_from_2_23),
		cmocka_unit_test(tuned_moved_its_profiles_in_2_24_1),
		cmocka_unit_test(tuned_can_leave_keys_out_from_2_27),
		cmocka_unit_test(versions_that_are_none_are_refused),
		cmocka_unit_test(without_a_version_all_are_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
