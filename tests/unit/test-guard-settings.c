/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guard.conf: what is read, what is refused and by which line. */
#include "settings.h"

#include <setjmp.h>
#include <stdarg.h>
/* cmocka wants the above first */
#include <cmocka.h>

static int parse(const char *text, struct guard_settings *ret, struct error *e)
{
	return guard_settings_parse("guard.conf", text, strlen(text), ret, e);
}

static void an_empty_file_is_level_1(void **state)
{
	_cleanup_(guard_settings_done) struct guard_settings s = {0};

	(void)state;
	assert_int_equal(parse("# nothing\n", &s, NULL), 0);
	assert_int_equal(s.level, 1);
	assert_false(s.restrict_read);
	assert_false(s.tell_allowed);
	assert_int_equal(s.n_cgroups, 0);
}

static void all_that_can_be_said(void **state)
{
	_cleanup_(guard_settings_done) struct guard_settings s = {0};

	(void)state;
	assert_int_equal(parse("[Guard]\nCgroup=/build.slice\nLevel=0\n"
			       "[Guard]\nLevel=2\nRestrictRead=yes\nTellAllowed=yes\n"
			       "[Guard]\nLevel=3\nCgroup=/a/b c\n",
			       &s, NULL),
			 0);
	assert_int_equal(s.level, 2);
	assert_true(s.restrict_read);
	assert_true(s.tell_allowed);
	assert_int_equal(s.n_cgroups, 2);
	assert_string_equal(s.cgroups[0].path, "/build.slice");
	assert_int_equal(s.cgroups[0].level, 0);
	assert_string_equal(s.cgroups[1].path, "/a/b c");
	assert_int_equal(s.cgroups[1].level, 3);
}

static void what_is_wrong_is_named_by_its_line(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
		{"Level=1\n", 1},
		{"[Guard]\nLevel=4\n", 2},
		{"[Guard]\nLevel=\n", 2},
		{"[Guard]\nLevel=1\nLevel=2\n", 3},
		{"[Guard]\nRestrictRead=maybe\n", 2},
		{"[Guard]\nLatch=yes\n", 2},
		{"[Guard]\nCgroup=/\nLevel=1\n", 2},
		{"[Guard]\nCgroup=build\nLevel=1\n", 2},
		{"\n[Guard]\nCgroup=/a\n", 2},
		{"[Guard]\nCgroup=/a\nLevel=1\nTellAllowed=no\n", 1},
		{"[Guard]\nLevel=1\n[Guard]\nLevel=2\n", 3},
		{"[Cgroup /a]\nLevel=1\n", 1},
	};

	(void)state;
	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_(guard_settings_done) struct guard_settings s = {0};
		_cleanup_error_ struct error e = {0};

		assert_int_equal(parse(cases[i].text, &s, &e), -EINVAL);
		assert_int_equal(e.line, cases[i].line);
		assert_string_equal(e.path, "guard.conf");
	}
}

static void a_cgroup_is_set_once_and_taken_back(void **state)
{
	_cleanup_(guard_settings_done) struct guard_settings s = {0};

	(void)state;
	guard_settings_init(&s);
	assert_int_equal(guard_settings_cgroup(&s, "/a", 0), 0);
	assert_int_equal(guard_settings_cgroup(&s, "/b", 2), 0);
	assert_int_equal(guard_settings_cgroup(&s, "/a", 3), 0);
	assert_int_equal(s.n_cgroups, 2);
	assert_int_equal(s.cgroups[0].level, 3);
	assert_int_equal(guard_settings_cgroup(&s, "/a", -1), 0);
	assert_int_equal(guard_settings_cgroup(&s, "/a", -1), -ENOENT);
	assert_int_equal(s.n_cgroups, 1);
	assert_string_equal(s.cgroups[0].path, "/b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_is_level_1),
		cmocka_unit_test(all_that_can_be_said),
		cmocka_unit_test(what_is_wrong_is_named_by_its_line),
		cmocka_unit_test(a_cgroup_is_set_once_and_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
