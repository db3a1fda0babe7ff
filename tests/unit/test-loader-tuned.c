/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tuned would write: its profiles, and the files that it reads again. */
#include "loader-impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define K "kernel.yama.ptrace_scope"

static struct tree *root(void)
{
	struct tree *t = NULL;

	assert_int_equal(tree_new_memory(&t), 0);
	assert_int_equal(tree_add_file(t, "/etc/tuned/tuned-main.conf", "# x\n", 4), 0);
	assert_int_equal(tree_add_file(t, "/etc/tuned/active_profile", "mine\n", 5), 0);
	return t;
}

static void put(struct tree *t, const char *path, const char *text)
{
	assert_int_equal(tree_add_file(t, path, text, strlen(text)), 0);
}

/* The values that would be written, joined by commas; "unknown" where files cannot tell. Frees t.
 */
static void check(struct tree *t, const char *spec, const char *expected)
{
	static const char *const keys[] = {PTRACE_SCOPE_KEY};
	const struct key_filter filter = {keys, 1};
	_cleanup_(loader_script_free_p) struct loader_script *s = NULL;
	struct loader_instance li = {0};
	_cleanup_strbuf_ struct strbuf got = {0};

	assert_int_equal(loader_instance_parse(spec, &li, NULL), 0);
	assert_int_equal(loader_read(&li, t, &filter, /* volatile_too= */ true, &s, NULL), 0);
	for (size_t i = 0; i < s->n_files; i++)
		if (s->files[i].status == FILE_UNREADABLE)
			(void)strbuf_adds(&got, "unknown");
	for (size_t i = 0; i < s->n_entries; i++)
		if (s->entries[i].kind == ENTRY_ASSIGN &&
		    s->files[s->entries[i].file].status == FILE_READ)
			(void)strbuf_addf(&got, "%s%s", got.len ? "," : "", s->entries[i].value);
	assert_string_equal(got.bytes ? got.bytes : "", expected);
	loader_instance_done(&li);
	tree_free(t);
}

static void check_profile(const char *profile, const char *spec, const char *expected)
{
	struct tree *t = root();

	put(t, "/etc/tuned/mine/tuned.conf", profile);
	put(t, "/etc/tuned/profiles/mine/tuned.conf", profile);
	check(t, spec, expected);
}

static void a_profile_sets_what_its_sysctl_sections_say(void **state)
{
	check_profile("[sysctl]\n" K " = 2\n", "tuned@2.20", "2");
	check_profile("[x]\ntype=sysctl\n" K "=2\n", "tuned@2.20", "2");
	check_profile("[sysctl]\nenabled=0\n" K "=2\n", "tuned@2.20", "");
	check_profile("[sysctl]\n" K " = \"2\"\n", "tuned@2.20", "2");
	check_profile("[variables]\na=2\nb=${a}\n[sysctl]\n" K "=${b}\n", "tuned@2.20", "2");
	check_profile("[sysctl]\n" K "=\\${b}\n", "tuned@2.20", "${b}");
	check_profile("[sysctl]\n" K "=1\n[sysctl]\n" K "=2\n", "tuned@2.20", "2");
}

static void a_profile_that_does_not_parse_does_nothing(void **state)
{
	check_profile("[sysctl]\n" K " 2\n" K " = 1\n", "tuned@2.20", "");
	check_profile(K " = 1\n", "tuned@2.20", "");
	check_profile("[sysctl]\n# \xff\n" K " = 1\n", "tuned@2.20", "");
	check_profile("[sysctl]\n" K "=1\n" K "=2\n", "tuned@2.15", "");
	check_profile("[sysctl]\n" K "=1\n" K "=2\n", "tuned@2.18", "");
	check_profile("[sysctl]\n" K "=1\n" K "=2\n", "tuned@2.20", "2");
}

static void comments_depend_on_the_parser(void **state)
{
	check_profile("[sysctl]\n" K " = 2 # c\n", "tuned@2.20", "2");
	check_profile("[sysctl]\n" K " = 2# c\n", "tuned@2.20", "2# c");
	check_profile("[sysctl]\n" K " = 2# c\n", "tuned@2.15", "2");
	check_profile("[sysctl]\n" K " = 2\n  x\n", "tuned@2.20", "2\nx");
	check_profile("[sysctl]\n;" K " = 1\n", "tuned@2.20", "");
}

static void what_depends_on_the_machine_is_unknown(void **state)
{
	struct tree *t = root();

	check_profile("[sysctl]\n" K " = >1\n", "tuned@2.20", "unknown");
	check_profile("[sysctl]\n" K " = ${f:cpulist_pack:1}\n", "tuned@2.20", "unknown");
	check_profile("[sysctl]\nuname_regex=x\n" K " = 1\n", "tuned@2.20", "unknown");
	check_profile("[sysctl]\nvm.swappiness = >1\n", "tuned@2.20", "");
	put(t, "/etc/tuned/profile_mode", "auto");
	put(t, "/etc/tuned/mine/tuned.conf", "[sysctl]\n" K "=1\n");
	check(t, "tuned@2.20", "unknown");
}

static void profiles_include_and_replace(void **state)
{
	struct tree *t = root();

	put(t, "/etc/tuned/mine/tuned.conf", "[main]\ninclude=base\n[sysctl]\nvm.swappiness=1\n");
	put(t, "/usr/lib/tuned/base/tuned.conf", "[sysctl]\n" K "=2\n");
	check(t, "tuned@2.20", "2");

	t = root();
	put(t, "/etc/tuned/mine/tuned.conf", "[main]\ninclude=base\n[sysctl]\nreplace=1\n");
	put(t, "/usr/lib/tuned/base/tuned.conf", "[sysctl]\n" K "=2\n");
	check(t, "tuned@2.20", "");

	t = root();
	put(t, "/etc/tuned/mine/tuned.conf", "[main]\ninclude=nowhere\n[sysctl]\n" K "=2\n");
	check(t, "tuned@2.20", "");

	/* A profile that includes itself: taken once, or an error. */
	t = root();
	put(t, "/etc/tuned/mine/tuned.conf", "[main]\ninclude=mine\n[sysctl]\n" K "=2\n");
	check(t, "tuned@2.20", "2");
	t = root();
	put(t, "/etc/tuned/mine/tuned.conf", "[main]\ninclude=mine\n[sysctl]\n" K "=2\n");
	check(t, "tuned@2.15", "");
}

static struct tree *with_files(const char *main_conf)
{
	struct tree *t = root();

	put(t, "/etc/tuned/tuned-main.conf", main_conf);
	put(t, "/etc/tuned/mine/tuned.conf", "[sysctl]\n" K "=1\n");
	put(t, "/etc/tuned/profiles/mine/tuned.conf", "[sysctl]\n" K "=1\n");
	put(t, "/etc/sysctl.d/10.conf", K " = 2\n");
	put(t, "/run/sysctl.d/05.conf", K " = 3\n");
	put(t, "/usr/lib/sysctl.d/99.conf", K " = 0\n");
	put(t, "/etc/sysctl.conf", K " = 0\n");
	return t;
}

static void files_are_set_again(void **state)
{
	check(with_files("# x\n"), "tuned@2.20", "1,3,2,0");
	check(with_files("reapply_sysctl = 0\n"), "tuned@2.20", "1");
	check(with_files("reapply_sysctl = off\n"), "tuned@2.20", "1");
	check(with_files("reapply_sysctl = maybe\n"), "tuned@2.20", "");
	check(with_files("reapply_sysctl = maybe\n"), "tuned@2.15", "1");
	check(with_files("reapply_sysctl_exclude = vm.*, kernel.yama.*\n"), "tuned@2.27", "1");
	check(with_files("reapply_sysctl_exclude = kernel.yama.*\n"), "tuned@2.25", "1,3,2,0");
}

static void text_that_is_not_utf8_ends_it(void **state)
{
	struct tree *t = with_files("# x\n");

	put(t, "/run/sysctl.d/07.conf", K " = 1 # \xff\n");
	check(t, "tuned@2.20", "1,3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_profile_sets_what_its_sysctl_sections_say),
		cmocka_unit_test(a_profile_that_does_not_parse_does_nothing),
		cmocka_unit_test(comments_depend_on_the_parser),
		cmocka_unit_test(what_depends_on_the_machine_is_unknown),
		cmocka_unit_test(profiles_include_and_replace),
		cmocka_unit_test(files_are_set_again),
		cmocka_unit_test(text_that_is_not_utf8_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
