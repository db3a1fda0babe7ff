/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trees in memory and overlays: what adding does, and what an overlay hides of its base. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "limits.h"
#include "tree.h"

#include <stdio.h>

struct fixture {
	struct tree *base, *top;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(tree_new_memory(&f->base), 0);
	assert_int_equal(tree_add_file(f->base, "/usr/lib/sysctl.d/10-v.conf", "v", 1), 0);
	assert_int_equal(tree_add_file(f->base, "/usr/lib/sysctl.d/20-w.conf", "w", 1), 0);
	assert_int_equal(tree_add_file(f->base, "/usr/lib/sysctl.d/sub/x", "x", 1), 0);
	assert_int_equal(tree_add_link(f->base, "/lib", "usr/lib"), 0);
	assert_int_equal(tree_add_link(f->base, "/gone", "nowhere"), 0);
	assert_int_equal(tree_add_file(f->base, "/etc/sysctl.conf", "c", 1), 0);
	assert_int_equal(tree_add_link(f->base, "/etc/link.conf", "sysctl.conf"), 0);
	assert_int_equal(tree_new_overlay(&f->top, f->base), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	(void)tree_free(f->top);
	(void)tree_free(f->base);
	free(f);
	return 0;
}

static void expect_content(struct tree *t, const char *path, const char *expected)
{
	_cleanup_free_ char *bytes = NULL;

	assert_int_equal(tree_read_file(t, path, 100, &bytes, NULL), 0);
	assert_string_equal(bytes, expected);
}

/* The names of a directory, with a blank after each. */
static void expect_list(struct tree *t, const char *path, const char *expected)
{
	_cleanup_(tree_list_done) struct tree_list l = {0};
	char names[256] = "";

	assert_int_equal(tree_list(t, path, &l), 0);
	for (size_t i = 0; i < l.n; i++)
		(void)strcat(strcat(names, l.entries[i].name), " ");
	assert_string_equal(names, expected);
}

static int stat_of(struct tree *t, const char *path)
{
	struct tree_stat st;
	int r = tree_stat(t, path, &st, NULL);

	return r < 0 ? r : (int)st.type;
}

static void files_replace_and_join(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tree_add_file(f->top, "/usr/lib/sysctl.d/20-w.conf", "new", 3), 0);
	assert_int_equal(tree_add_file(f->top, "/usr/lib/sysctl.d/15-n.conf", "n", 1), 0);
	expect_list(f->top, "/usr/lib/sysctl.d", "10-v.conf 15-n.conf 20-w.conf sub ");
	expect_content(f->top, "/lib/sysctl.d/20-w.conf", "new");
	expect_content(f->base, "/lib/sysctl.d/20-w.conf", "w");
	assert_int_equal(tree_add_file(f->top, "/usr/lib/sysctl.d/20-w.conf", "newer", 5), 0);
	expect_content(f->top, "/usr/lib/sysctl.d/20-w.conf", "newer");
	expect_list(f->base, "/usr/lib/sysctl.d", "10-v.conf 20-w.conf sub ");
}

static void parents_are_followed_and_made(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tree_add_file(f->top, "/lib/sysctl.d/30.conf", "30", 2), 0);
	expect_content(f->top, "/usr/lib/sysctl.d/30.conf", "30");
	assert_int_equal(tree_add_file(f->top, "/lib/a/b/c", "deep", 4), 0);
	expect_content(f->top, "/usr/lib/a/b/c", "deep");
	expect_list(f->top, "/usr/lib/a", "b ");
	assert_int_equal(tree_add_file(f->top, "/run/sysctl.d/x.conf", "", 0), 0);
	expect_list(f->top, "/", "etc gone lib run usr ");
}

static void a_link_itself_is_replaced(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tree_add_file(f->top, "/etc/link.conf", "own", 3), 0);
	expect_content(f->top, "/etc/link.conf", "own");
	expect_content(f->top, "/etc/sysctl.conf", "c");
	assert_int_equal(tree_add_link(f->top, "/etc/sysctl.conf", "/dev/null"), 0);
	assert_int_equal(stat_of(f->top, "/etc/sysctl.conf"), TREE_NULL);
}

static void a_directory_of_its_own_is_empty(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tree_add_dir(f->top, "/usr/lib/sysctl.d"), 0);
	expect_list(f->top, "/lib/sysctl.d", "");
	assert_int_equal(stat_of(f->top, "/usr/lib/sysctl.d/10-v.conf"), -ENOENT);
	assert_int_equal(stat_of(f->top, "/usr/lib/sysctl.d/sub/x"), -ENOENT);
	assert_int_equal(tree_add_file(f->top, "/usr/lib/sysctl.d/y.conf", "y", 1), 0);
	expect_list(f->top, "/lib/sysctl.d", "y.conf ");
}

static void a_file_hides_a_directory(void **state)
{
	struct fixture *f = *state;
	struct tree_stat st;

	assert_int_equal(tree_add_file(f->top, "/usr/lib/sysctl.d/z", "z", 1), 0);
	assert_int_equal(tree_add_file(f->top, "/usr/lib/sysctl.d", "file", 4), 0);
	assert_int_equal(stat_of(f->top, "/usr/lib/sysctl.d/10-v.conf"), -ENOTDIR);
	assert_int_equal(stat_of(f->top, "/usr/lib/sysctl.d/z"), -ENOTDIR);
	assert_int_equal(tree_lstat(f->top, "/lib/sysctl.d", &st), 0);
	assert_int_equal(st.type, TREE_REG);
	assert_int_equal(tree_add_file(f->top, "/usr/lib/sysctl.d/q", "q", 1), -ENOTDIR);
}

static void absence_can_be_added(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tree_add_error(f->top, "/usr/lib/sysctl.d/10-v.conf", ENOENT), 0);
	assert_int_equal(stat_of(f->top, "/usr/lib/sysctl.d/10-v.conf"), -ENOENT);
	expect_list(f->top, "/usr/lib/sysctl.d", "20-w.conf sub ");
	assert_int_equal(tree_add_error(f->top, "/etc", ENOENT), 0);
	assert_int_equal(stat_of(f->top, "/etc"), -ENOENT);
	assert_int_equal(stat_of(f->top, "/etc/sysctl.conf"), -ENOENT);
	expect_list(f->top, "/", "gone lib usr ");
	/* What is put there afterwards stands alone. */
	assert_int_equal(tree_add_file(f->top, "/etc/new", "n", 1), 0);
	expect_list(f->top, "/etc", "new ");
	assert_int_equal(stat_of(f->top, "/etc/sysctl.conf"), -ENOENT);
}

static void errors_come_with_opening(void **state)
{
	struct fixture *f = *state;
	_cleanup_(tree_list_done) struct tree_list l = {0};
	struct tree_file file;
	char *target = NULL;

	assert_int_equal(tree_add_error(f->top, "/etc/sysctl.conf", EACCES), 0);
	expect_list(f->top, "/etc", "link.conf sysctl.conf ");
	assert_int_equal(stat_of(f->top, "/etc/link.conf"), TREE_REG);
	assert_int_equal(tree_open_file(f->top, "/etc/link.conf", &file), -EACCES);
	assert_int_equal(tree_add_error(f->top, "/usr/lib/sysctl.d", EIO), 0);
	assert_int_equal(tree_list(f->top, "/lib/sysctl.d", &l), -EIO);
	assert_int_equal(stat_of(f->top, "/lib/sysctl.d/10-v.conf"), -EIO);
	assert_int_equal(stat_of(f->top, "/lib/sysctl.d/sub/x"), -EIO);
	assert_int_equal(stat_of(f->top, "/lib/sysctl.d/.."), -EIO);
	assert_int_equal(tree_readlink(f->top, "/usr/lib/sysctl.d", &target), -EINVAL);
	assert_null(target);
}

static void overlays_stack(void **state)
{
	struct fixture *f = *state;
	_cleanup_tree_ struct tree *third = NULL;

	assert_int_equal(tree_add_file(f->top, "/etc/b", "2", 1), 0);
	assert_int_equal(tree_new_overlay(&third, f->top), 0);
	assert_int_equal(tree_add_file(third, "/etc/c", "3", 1), 0);
	expect_list(third, "/etc", "b c link.conf sysctl.conf ");
	expect_content(third, "/etc/b", "2");
	expect_content(third, "/etc/link.conf", "c");
}

static void only_names_can_be_added(void **state)
{
	static const char *const bad[] = {"/", "/x/", "x", "/etc/.", "/etc/..", "/none/../y", ""};
	struct fixture *f = *state;

	for (size_t i = 0; i < ELEMENTSOF(bad); i++)
		assert_int_equal(tree_add_file(f->top, bad[i], "", 0), -EINVAL);
	assert_int_equal(tree_add_file(f->top, "/gone/x", "", 0), -ENOENT);
	assert_int_equal(tree_add_file(f->top, "/etc/sysctl.conf/x", "", 0), -ENOTDIR);
	assert_int_equal(tree_add_file(f->top, "/etc/../etc/fine", "", 0), 0);
	assert_int_equal(stat_of(f->top, "/etc/fine"), TREE_REG);
}

static void names_sort_within_their_directory(void **state)
{
	_cleanup_tree_ struct tree *t = NULL;

	/* As plain strings "/a-b" and "/a.b" stand between "/a" and "/a/x". */
	assert_int_equal(tree_new_memory(&t), 0);
	assert_int_equal(tree_add_dir(t, "/a"), 0);
	assert_int_equal(tree_add_file(t, "/a-b", "", 0), 0);
	assert_int_equal(tree_add_file(t, "/a.b", "", 0), 0);
	assert_int_equal(tree_add_file(t, "/a/x", "", 0), 0);
	assert_int_equal(tree_add_file(t, "/a/\xe9", "", 0), 0);
	assert_int_equal(tree_add_file(t, "/ab", "", 0), 0);
	expect_list(t, "/a", "x \xe9 ");
	expect_list(t, "/", "a a-b a.b ab ");
}

static void huge_directories_are_named(void **state)
{
	_cleanup_tree_ struct tree *t = NULL;
	_cleanup_(tree_list_done) struct tree_list l = {0}, more = {0};
	char path[32];

	assert_int_equal(tree_new_memory(&t), 0);
	for (unsigned i = 0; i < LIMIT_DIR_ENTRIES; i++) {
		(void)snprintf(path, sizeof(path), "/d/%06u", i);
		assert_int_equal(tree_add_file(t, path, "", 0), 0);
	}
	assert_int_equal(tree_list(t, "/d", &l), 0);
	assert_int_equal(l.n, LIMIT_DIR_ENTRIES);
	assert_int_equal(tree_add_file(t, "/d/x", "", 0), 0);
	assert_int_equal(tree_list(t, "/d", &more), -E2BIG);
	assert_int_equal(more.n, 0);
}

static void a_directory_is_a_tree_of_its_own(void **state)
{
	struct fixture *f = *state;
	_cleanup_tree_ struct tree *below = NULL, *live = NULL, *on_disk = NULL;
	_cleanup_free_ char *target = NULL;
	struct tree_stat st;

	assert_int_equal(tree_set_owner(f->base, "/usr/lib/sysctl.d/10-v.conf", 7, 8), 0);
	assert_int_equal(tree_set_owner(f->base, "/none", 7, 8), -ENOENT);
	assert_int_equal(tree_open_below(f->base, "/lib/sysctl.d", &below), 0);
	expect_list(below, "/", "10-v.conf 20-w.conf sub ");
	expect_content(below, "/sub/x", "x");
	assert_int_equal(tree_stat(below, "/10-v.conf", &st, NULL), 0);
	assert_int_equal(st.uid, 7);
	assert_int_equal(st.gid, 8);
	assert_int_equal(tree_open_below(f->base, "/etc/sysctl.conf", &on_disk), -ENOTDIR);
	assert_int_equal(tree_open_below(f->base, "/none", &on_disk), -ENOENT);
	assert_int_equal(tree_open_below(f->top, "/usr", &on_disk), -ENOTSUP);
	assert_null(on_disk);

	assert_int_equal(tree_open(&live, "/"), 0);
	assert_int_equal(tree_open_below(live, "/proc/self/status", &on_disk), -ENOTDIR);
	assert_int_equal(tree_open_below(live, "/proc/self", &on_disk), 0);
	assert_int_equal(tree_stat(on_disk, "/status", &st, NULL), 0);
	assert_int_equal(tree_readlink(on_disk, "/ns/user", &target), 0);
	assert_memory_equal(target, "user:[", 6);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_directory_is_a_tree_of_its_own),
		T(files_replace_and_join),
		T(parents_are_followed_and_made),
		T(a_link_itself_is_replaced),
		T(a_directory_of_its_own_is_empty),
		T(a_file_hides_a_directory),
		T(absence_can_be_added),
		T(errors_come_with_opening),
		T(overlays_stack),
		T(only_names_can_be_added),
		cmocka_unit_test(names_sort_within_their_directory),
		cmocka_unit_test(huge_directories_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
