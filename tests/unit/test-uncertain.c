/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When an answer is unknown: what cannot be read, what is no sysctl configuration, which version it
 * is; and when it is known all the same. */
#include "resolve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define K "kernel.yama.ptrace_scope"

static struct tree *root(void)
{
	struct tree *t = NULL;

	assert_int_equal(tree_new_memory(&t), 0);
	return t;
}

static void put(struct tree *t, const char *path, const char *text)
{
	assert_int_equal(tree_add_file(t, path, text, strlen(text)), 0);
}

static void put_error(struct tree *t, const char *path)
{
	assert_int_equal(tree_add_error(t, path, EACCES), 0);
}

/* What the one loader does: "unknown", "unset", or the level. Frees t. */
static void check(struct tree *t, const char *loader, const char *expected)
{
	static const char *const keys[] = {PTRACE_SCOPE_KEY};
	const struct boot_env env = {0};
	const struct resolve_request req = {
		.tree = t, .env = &env, .patterns = keys, .n_patterns = 1, .loader = loader};
	_cleanup_(resolve_free_p) struct resolve *r = NULL;
	const struct resolve_view *v;
	char got[16];

	assert_int_equal(resolve_run(&req, &r, NULL), 0);
	assert_int_equal(r->n_keys, 1);
	v = &r->keys[0].views[0];
	if (v->state == RESOLVE_SET)
		(void)snprintf(got, sizeof(got), "%d", v->result.level);
	else
		(void)snprintf(got, sizeof(got), "%s", resolve_state_word(v->state));
	assert_string_equal(got, expected);
	tree_free(t);
}

static void a_file_that_cannot_be_read_matters_where_it_could_win(void **state)
{
	struct tree *t = root();

	put_error(t, "/etc/sysctl.d/10.conf");
	put(t, "/etc/sysctl.d/50.conf", K " = 1\n");
	check(t, "systemd-sysctl@252", "1");

	t = root();
	put(t, "/etc/sysctl.d/50.conf", K " = 1\n");
	put_error(t, "/etc/sysctl.d/90.conf");
	check(t, "systemd-sysctl@252", "unknown");

	/* procps would be stuck at a 3 in it. */
	t = root();
	put_error(t, "/etc/sysctl.d/10.conf");
	put(t, "/etc/sysctl.d/50.conf", K " = 1\n");
	check(t, "procps@4.0.2", "unknown");
}

static void a_directory_that_cannot_be_listed_could_mask(void **state)
{
	struct tree *t = root();

	put_error(t, "/etc/sysctl.d");
	put(t, "/usr/lib/sysctl.d/50.conf", K " = 1\n");
	check(t, "systemd-sysctl@252", "unknown");

	t = root();
	put(t, "/etc/sysctl.d/50.conf", K " = 1\n");
	check(t, "systemd-sysctl@252", "1");
}

static void a_hidden_file_need_not_be_read(void **state)
{
	struct tree *t = root();

	put(t, "/etc/sysctl.d/90.conf", K " = 1\n");
	put_error(t, "/usr/lib/sysctl.d/90.conf");
	check(t, "systemd-sysctl@252", "1");
}

static void too_many_files_that_cannot_be_read_are_not_all_tried(void **state)
{
	struct tree *t = root();

	for (int i = 0; i < 2000; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/etc/sysctl.d/10-%04d.conf", i);
		put_error(t, path);
	}
	put(t, "/etc/sysctl.d/50.conf", K " = 1\n");
	check(t, "systemd-sysctl@252", "unknown");
}

static void every_version_that_is_possible_is_asked(void **state)
{
	struct tree *t = root();

	put(t, "/etc/sysctl.d/50.conf", K " = 1\n");
	check(t, "procps", "1");

	t = root();
	put(t, "/etc/sysctl.d/50.conf", "-" K " = 1\n");
	check(t, "procps", "unknown");

	t = root();
	put(t, "/etc/sysctl.d/50.conf", "-" K " = 1\n");
	check(t, "procps@3.3.15", "unset");

	t = root();
	put(t, "/etc/sysctl.d/50.conf", "-" K " = 1\n");
	check(t, "procps@4.0.4", "1");
}

static struct tree *ufw(const char *defaults)
{
	struct tree *t = root();

	put(t, "/etc/default/ufw", defaults);
	put(t, "/etc/ufw/ufw.conf", "ENABLED=yes\n");
	put(t, "/etc/ufw/sysctl.conf", K "=2\n");
	return t;
}

static void a_shell_script_may_do_anything(void **state)
{
	struct tree *t;

	check(ufw("IPT_SYSCTL=/etc/ufw/sysctl.conf\n"), "ufw@4.0.2", "2");
	check(ufw("IPT_SYSCTL=$(which_file)\n"), "ufw@4.0.2", "unknown");
	check(ufw("IPT_SYSCTL=/etc/ufw/sysctl.conf\ncommand\n"), "ufw@4.0.2", "unknown");

	t = ufw("");
	put_error(t, "/etc/default/ufw");
	check(t, "ufw@4.0.2", "unknown");
}

static struct tree *tuned(const char *active, const char *profile)
{
	struct tree *t = root();

	put(t, "/etc/tuned/tuned-main.conf", "# x\n");
	if (active)
		put(t, "/etc/tuned/active_profile", active);
	put(t, "/etc/tuned/mine/tuned.conf", profile);
	return t;
}

static void a_profile_may_depend_on_the_machine(void **state)
{
	struct tree *t;

	check(tuned("mine", "[sysctl]\n" K "=2\n"), "tuned@2.20", "2");
	check(tuned("mine", "[sysctl]\n" K "=${f:exec:level}\n"), "tuned@2.20", "unknown");
	check(tuned("mine", "[sysctl]\nuname_regex=x\n" K "=2\n"), "tuned@2.20", "unknown");
	check(tuned("mine", "[sysctl]\nvm.swappiness=${f:exec:level}\n"), "tuned@2.20", "unset");
	check(tuned(NULL, "[sysctl]\n" K "=2\n"), "tuned@2.20", "unknown");
	check(tuned(NULL, "[sysctl]\nvm.swappiness=1\n"), "tuned@2.20", "unset");

	t = tuned("mine", "[sysctl]\n" K "=2\n");
	put_error(t, "/etc/tuned/mine/tuned.conf");
	check(t, "tuned@2.20", "unknown");

	/* Unless it is certain that the files are set again, and not behind a 3. */
	t = tuned(NULL, "[sysctl]\nvm.swappiness=1\n");
	put(t, "/etc/sysctl.d/10.conf", K " = 1\n");
	check(t, "tuned@2.20", "unknown");
	t = tuned("mine", "[sysctl]\nuname_regex=x\nvm.swappiness=1\n");
	put(t, "/etc/sysctl.d/10.conf", K " = 1\n");
	check(t, "tuned@2.20", "unknown");
	t = tuned("mine", "[sysctl]\nvm.swappiness=1\n");
	put(t, "/etc/sysctl.d/10.conf", K " = 1\n");
	check(t, "tuned@2.20", "1");
}

static void what_may_be_skipped_matters_only_where_it_makes_a_difference(void **state)
{
	/* For the boot: systemd-sysctl has set the same before. */
	static const char *const keys[] = {PTRACE_SCOPE_KEY};
	static const char *const dir = "/usr/lib/systemd/system/";
	const struct boot_env env = {0};
	struct tree *t = tuned("mine", "[sysctl]\nvm.swappiness=1\n");
	const struct resolve_request req = {
		.tree = t, .env = &env, .patterns = keys, .n_patterns = 1};
	_cleanup_(resolve_free_p) struct resolve *r = NULL;
	char path[128];

	put(t, "/etc/tuned/profile_mode", "auto\n");
	put(t, "/usr/lib/systemd/systemd-sysctl", "x");
	put(t, "/usr/lib/systemd/systemd", "x");
	put(t, "/usr/sbin/tuned", "x");
	assert_int_equal(tree_add_link(t, "/sbin/init", "/usr/lib/systemd/systemd"), 0);
	(void)snprintf(path, sizeof(path), "%ssystemd-sysctl.service", dir);
	put(t, path, "[Service]\nExecStart=/usr/lib/systemd/systemd-sysctl\n");
	(void)snprintf(path, sizeof(path), "%stuned.service", dir);
	put(t, path, "[Service]\nExecStart=/usr/sbin/tuned\n");
	(void)snprintf(path, sizeof(path), "%ssysinit.target.wants/systemd-sysctl.service", dir);
	assert_int_equal(tree_add_link(t, path, "../systemd-sysctl.service"), 0);
	assert_int_equal(tree_add_link(t,
				       "/etc/systemd/system/multi-user.target.wants/tuned.service",
				       "/usr/lib/systemd/system/tuned.service"),
			 0);
	put(t, "/etc/sysctl.d/10.conf", K " = 1\n");
	assert_int_equal(resolve_run(&req, &r, NULL), 0);
	assert_true(r->n_boot_loaders >= 2);
	assert_int_equal(r->keys[0].boot.state, RESOLVE_SET);
	assert_int_equal(r->keys[0].boot.level, 1);
	(void)resolve_free(r);
	r = NULL;

	/* A machine's profile could set the key itself. */
	put(t, "/etc/tuned/mine/tuned.conf", "[sysctl]\n" K "=0\n");
	assert_int_equal(resolve_run(&req, &r, NULL), 0);
	assert_int_equal(r->keys[0].boot.state, RESOLVE_UNKNOWN);
	assert_int_equal(r->keys[0].n_unreadable, 1);
	assert_string_equal(r->keys[0].unreadable[0], "/etc/tuned/active_profile");
	tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_cannot_be_read_matters_where_it_could_win),
		cmocka_unit_test(a_directory_that_cannot_be_listed_could_mask),
		cmocka_unit_test(a_hidden_file_need_not_be_read),
		cmocka_unit_test(too_many_files_that_cannot_be_read_are_not_all_tried),
		cmocka_unit_test(every_version_that_is_possible_is_asked),
		cmocka_unit_test(a_shell_script_may_do_anything),
		cmocka_unit_test(a_profile_may_depend_on_the_machine),
		cmocka_unit_test(what_may_be_skipped_matters_only_where_it_makes_a_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
