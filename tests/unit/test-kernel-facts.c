/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts about the kernel on trees in memory, and on a directory that only looks like /proc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel-facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY "/proc/sys/kernel/yama/ptrace_scope"

static struct tree *new_tree(void)
{
	struct tree *t = NULL;

	assert_int_equal(tree_new_memory(&t), 0);
	return t;
}

static void put(struct tree *t, const char *path, const char *text)
{
	assert_int_equal(tree_add_file(t, path, text, strlen(text)), 0);
}

static struct kernel_env env_of(struct tree *t)
{
	return (struct kernel_env){.live = true, .proc_tree = t};
}

static struct runtime read_runtime(struct tree *t)
{
	const struct kernel_env env = env_of(t);
	struct runtime r = {0};

	assert_int_equal(runtime_read(&env, &r), 0);
	return r;
}

static struct kernel_facts facts_of(struct tree *t)
{
	const struct kernel_env env = env_of(t);
	struct kernel_facts f = {0};

	assert_int_equal(kernel_facts_gather(t, &env, true, &f), 0);
	return f;
}

static void runtime_follows_the_kernels_grammar(void **state)
{
	static const struct {
		const char *text;
		enum runtime_state state;
		int level;
		const char *value;
	} cases[] = {
		{"0\n", RUNTIME_SET, 0, "0"},
		{"1\n", RUNTIME_SET, 1, "1"},
		{"3\n", RUNTIME_SET, 3, "3"},
		{"2", RUNTIME_SET, 2, "2"},
		{"4\n", RUNTIME_OUT_OF_RANGE, LEVEL_NONE, "4"},
		{"-1\n", RUNTIME_OUT_OF_RANGE, LEVEL_NONE, "-1"},
		{"", RUNTIME_MALFORMED, LEVEL_NONE, ""},
		{"yes\n", RUNTIME_MALFORMED, LEVEL_NONE, "yes"},
		{"1x\n", RUNTIME_MALFORMED, LEVEL_NONE, "1x"},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_tree_ struct tree *t = new_tree();
		struct runtime r;

		put(t, KEY, cases[i].text);
		r = read_runtime(t);
		assert_int_equal(r.state, cases[i].state);
		assert_int_equal(r.level, cases[i].level);
		assert_string_equal(r.value, cases[i].value);
		runtime_done(&r);
	}
}

static void absent_and_not_visible_differ(void **state)
{
	static const struct {
		const char *path; /* the only file */
		enum runtime_state state;
		const char *why;
	} cases[] = {
		{"/etc/passwd", RUNTIME_NOT_VISIBLE, "there is no /proc"},
		{"/proc/x", RUNTIME_NOT_VISIBLE, "/proc is not mounted"},
		{"/proc/sys/kernel/x", RUNTIME_NOT_VISIBLE, "/proc/sys is hidden or empty"},
		{"/proc/sys/kernel/osrelease", RUNTIME_ABSENT,
		 "/proc/sys/kernel/yama does not exist"},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_tree_ struct tree *t = new_tree();
		struct runtime r;

		put(t, cases[i].path, "x\n");
		r = read_runtime(t);
		assert_int_equal(r.state, cases[i].state);
		assert_int_equal(r.level, LEVEL_NONE);
		assert_string_equal(r.why, cases[i].why);
		assert_null(r.value);
		runtime_done(&r);
	}
}

static void unreadable_key_is_neither(void **state)
{
	_cleanup_tree_ struct tree *t = new_tree();
	struct runtime r;

	assert_int_equal(tree_add_error(t, KEY, EACCES), 0);
	r = read_runtime(t);
	assert_int_equal(r.state, RUNTIME_UNREADABLE);
	assert_int_equal(r.err, EACCES);
	runtime_done(&r);
}

static void directory_over_the_key_is_not_visible(void **state)
{
	_cleanup_tree_ struct tree *t = new_tree();
	struct runtime r;

	assert_int_equal(tree_add_dir(t, KEY), 0);
	r = read_runtime(t);
	assert_int_equal(r.state, RUNTIME_NOT_VISIBLE);
	runtime_done(&r);
}

/* A file of that name on an ordinary file system is no kernel's word. */
static void plain_file_at_the_key_is_not_believed(void **state)
{
	static const char *const dirs[] = {"/proc", "/proc/sys", "/proc/sys/kernel",
					   "/proc/sys/kernel/yama"};
	char base[] = "/tmp/ptscope-test-XXXXXX", path[256];
	_cleanup_tree_ struct tree *t = NULL;
	struct runtime with, without;
	FILE *f;

	assert_non_null(mkdtemp(base));
	for (size_t i = 0; i < ELEMENTSOF(dirs); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", base, dirs[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	assert_int_equal(tree_open(&t, base), 0);
	without = read_runtime(t);
	(void)snprintf(path, sizeof(path), "%s%s", base, KEY);
	f = fopen(path, "we");
	assert_non_null(f);
	(void)fputs("1\n", f);
	(void)fclose(f);
	with = read_runtime(t);
	(void)unlink(path);
	for (size_t i = ELEMENTSOF(dirs); i-- > 0;) {
		(void)snprintf(path, sizeof(path), "%s%s", base, dirs[i]);
		(void)rmdir(path);
	}
	(void)rmdir(base);
	assert_int_equal(without.state, RUNTIME_NOT_VISIBLE);
	assert_int_equal(with.state, RUNTIME_NOT_VISIBLE);
	assert_null(with.value);
	runtime_done(&with);
	runtime_done(&without);
}

static void offline_root_has_no_runtime(void **state)
{
	_cleanup_tree_ struct tree *t = new_tree();
	struct runtime r = {0};

	put(t, KEY, "1\n");
	assert_int_equal(runtime_read(&(struct kernel_env){.live = false}, &r), 0);
	assert_int_equal(r.state, RUNTIME_SKIPPED);
}

static void config_tells_built_from_ordered(void **state)
{
	static const struct {
		const char *text;
		enum fact built, bpf;
		unsigned line;
		const char *from, *lsm;
	} cases[] = {
		{"CONFIG_SECURITY=y\nCONFIG_SECURITY_YAMA=y\nCONFIG_BPF_LSM=y\n"
		 "CONFIG_LSM=\"lockdown,yama,bpf\"\n",
		 FACT_YES, FACT_YES, 2, "CONFIG_SECURITY_YAMA=y", "lockdown,yama,bpf"},
		/* Named in the order, and not built. */
		{"CONFIG_SECURITY=y\n# CONFIG_SECURITY_YAMA is not set\nCONFIG_LSM=\"yama,bpf\"\n",
		 FACT_NO, FACT_NO, 2, "# CONFIG_SECURITY_YAMA is not set", "yama,bpf"},
		{"CONFIG_X=y\n# CONFIG_SECURITY is not set\n", FACT_NO, FACT_NO, 2,
		 "# CONFIG_SECURITY is not set", NULL},
		{"CONFIG_SECURITY_YAMA_OTHER=y\n", FACT_NO, FACT_NO, 0, NULL, NULL},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_tree_ struct tree *t = new_tree();
		struct kernel_facts f;

		put(t, "/proc/sys/kernel/osrelease", "6.1.0-1\n");
		put(t, "/boot/config-6.1.0-1", cases[i].text);
		f = facts_of(t);
		assert_string_equal(f.release, "6.1.0-1");
		assert_int_equal(f.yama_built, cases[i].built);
		assert_int_equal(f.bpf_lsm_built, cases[i].bpf);
		assert_string_equal(f.yama_built_from.path, "/boot/config-6.1.0-1");
		assert_int_equal(f.yama_built_from.line, cases[i].line);
		if (cases[i].from)
			assert_string_equal(f.yama_built_from.text, cases[i].from);
		if (cases[i].lsm)
			assert_string_equal(f.config_lsm, cases[i].lsm);
		else
			assert_null(f.config_lsm);
		assert_null(f.config_why);
		kernel_facts_done(&f);
	}
}

/* gzip of "CONFIG_SECURITY=y\n# CONFIG_SECURITY_YAMA is not set\n" */
static const unsigned char packed[] = {
	0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x73, 0xf6, 0xf7, 0x73, 0xf3,
	0x74, 0x8f, 0x0f, 0x76, 0x75, 0x0e, 0x0d, 0xf2, 0x0c, 0x89, 0xb4, 0xad, 0xe4, 0x52, 0x56,
	0x70, 0x46, 0x15, 0x8b, 0x8f, 0x74, 0xf4, 0x75, 0x54, 0xc8, 0x2c, 0x56, 0xc8, 0xcb, 0x2f,
	0x51, 0x28, 0x4e, 0x2d, 0xe1, 0x02, 0x00, 0xba, 0xb1, 0x96, 0x7b, 0x34, 0x00, 0x00, 0x00,
};

static void running_kernels_own_config_comes_first(void **state)
{
	_cleanup_tree_ struct tree *t = new_tree();
	struct kernel_facts f;

	put(t, "/proc/sys/kernel/osrelease", "6.1.0-1\n");
	put(t, "/boot/config-6.1.0-1", "CONFIG_SECURITY_YAMA=y\n");
	assert_int_equal(tree_add_file(t, "/proc/config.gz", packed, sizeof(packed)), 0);
	f = facts_of(t);
	assert_int_equal(f.yama_built, FACT_NO);
	assert_string_equal(f.yama_built_from.path, "/proc/config.gz");
	assert_string_equal(f.yama_built_from.text, "# CONFIG_SECURITY_YAMA is not set");
	kernel_facts_done(&f);
}

static void damaged_config_is_unknown_with_its_reason(void **state)
{
	_cleanup_tree_ struct tree *t = new_tree();
	struct kernel_facts f;

	assert_int_equal(tree_add_file(t, "/proc/config.gz", packed, sizeof(packed) - 12), 0);
	f = facts_of(t);
	assert_int_equal(f.yama_built, FACT_UNKNOWN);
	assert_non_null(f.config_why);
	assert_non_null(strstr(f.config_why, "/proc/config.gz"));
	kernel_facts_done(&f);
}

static void offline_root_lacks_yama_only_if_all_kernels_do(void **state)
{
	static const struct {
		const char *second;
		enum fact built;
	} cases[] = {
		{"# CONFIG_SECURITY_YAMA is not set\nCONFIG_X=y\n", FACT_NO},
		{"CONFIG_SECURITY_YAMA=y\n", FACT_YES},
		{NULL, FACT_UNKNOWN}, /* cannot be read */
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_tree_ struct tree *t = new_tree();
		struct kernel_facts f = {0};

		put(t, "/boot/config-1", "CONFIG_X=y\n");
		if (cases[i].second)
			put(t, "/boot/config-2", cases[i].second);
		else
			assert_int_equal(tree_add_error(t, "/boot/config-2", EACCES), 0);
		/* Not in full: the verdict depends on it. */
		assert_int_equal(
			kernel_facts_gather(t, &(struct kernel_env){.live = false}, false, &f), 0);
		assert_int_equal(f.yama_built, cases[i].built);
		kernel_facts_done(&f);
	}
}

static void lsm_list_and_where_it_is_set(void **state)
{
	_cleanup_tree_ struct tree *t = new_tree();
	struct kernel_facts f;

	put(t, "/sys/kernel/security/lsm", "capability,landlock,apparmor");
	put(t, "/proc/cmdline", "quiet lsm=yama lsm=landlock,apparmor -- lsm=yama\n");
	put(t, "/etc/default/grub",
	    "# GRUB_CMDLINE_LINUX=\"lsm=landlock,apparmor\"\n"
	    "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet xlsm=landlock,apparmor\"\n"
	    "GRUB_CMDLINE_LINUX=\"lsm=landlock,apparmor\"\n");
	f = facts_of(t);
	assert_int_equal(f.yama_running, FACT_NO);
	assert_string_equal(f.lsm_param, "landlock,apparmor");
	assert_string_equal(f.lsm_param_set_in.path, "/etc/default/grub");
	assert_int_equal(f.lsm_param_set_in.line, 3);
	kernel_facts_done(&f);
}

static void boot_entries_are_searched_too(void **state)
{
	_cleanup_tree_ struct tree *t = new_tree();
	struct kernel_facts f;

	put(t, "/proc/cmdline", "lsm=bpf");
	put(t, "/boot/loader/entries/a.conf", "options lsm=bpf,yama\n");
	put(t, "/boot/loader/entries/b.conf", "title b\noptions ro lsm=bpf\n");
	f = facts_of(t);
	assert_int_equal(f.yama_running, FACT_UNKNOWN); /* securityfs is not mounted */
	assert_string_equal(f.lsm_param_set_in.path, "/boot/loader/entries/b.conf");
	assert_int_equal(f.lsm_param_set_in.line, 2);
	kernel_facts_done(&f);
}

static void lists_are_matched_by_whole_names(void **state)
{
	assert_true(lsm_list_has("landlock,yama,bpf", "yama"));
	assert_true(lsm_list_has("yama", "yama"));
	assert_false(lsm_list_has("landlock,yamax,xyama", "yama"));
	assert_false(lsm_list_has("", "yama"));
}

static void parameters_as_the_kernel_takes_them(void **state)
{
	static const struct {
		const char *cmdline, *value;
	} cases[] = {
		{"lsm=a,b", "a,b"},
		{"lsm=\"a b\" x", "a b"},
		{"\"lsm=a b\" x", "a b"},
		{"lsm=a lsm=b", "b"},
		{"lsm=", ""},
		{"lsmx=a", NULL},
		{"x -- lsm=a", NULL},
		{"x=\"lsm=a\"", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_free_ char *value = NULL;
		int r = cmdline_param(cases[i].cmdline, "lsm", &value);

		assert_int_equal(r, cases[i].value ? 0 : -ENOENT);
		if (cases[i].value)
			assert_string_equal(value, cases[i].value);
	}
}

static void set_namespaces(struct tree *t, bool pid, bool ipc)
{
	assert_int_equal(tree_add_link(t, "/proc/self/ns/pid",
				       pid ? "pid:[4026531836]" : "pid:[4026532201]"),
			 0);
	assert_int_equal(tree_add_link(t, "/proc/self/ns/ipc",
				       ipc ? "ipc:[4026531839]" : "ipc:[4026532200]"),
			 0);
	assert_int_equal(tree_add_link(t, "/proc/self/ns/user", "user:[4026531837]"), 0);
}

static void containers(void **state)
{
	static const struct {
		bool first_pid, first_ipc;
		const char *marker;
		enum fact container;
		const char *why;
	} cases[] = {
		{true, true, NULL, FACT_NO, NULL},
		{true, false, NULL, FACT_NO, NULL}, /* a service with a private ipc */
		{true, true, "/.dockerenv", FACT_UNKNOWN, "/.dockerenv"}, /* a micro-VM */
		{false, false, "/.dockerenv", FACT_YES,
		 "pid namespace is not the first; /.dockerenv"},
		{false, false, NULL, FACT_YES, "pid namespace is not the first"},
		{true, false, "/run/.containerenv", FACT_YES,
		 "/run/.containerenv; ipc namespace is not the first"},
		{true, false, "/run/systemd/container", FACT_YES,
		 "/run/systemd/container; ipc namespace is not the first"},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_tree_ struct tree *t = new_tree();
		struct kernel_facts f;

		set_namespaces(t, cases[i].first_pid, cases[i].first_ipc);
		if (cases[i].marker)
			put(t, cases[i].marker, "");
		f = facts_of(t);
		assert_int_equal(f.container, cases[i].container);
		if (cases[i].why)
			assert_string_equal(f.container_why, cases[i].why);
		else
			assert_null(f.container_why);
		kernel_facts_done(&f);
	}
}

static void containers_say_what_else_they_show(void **state)
{
	static const char environ[] = "PATH=/\0container=lxc\0";
	_cleanup_tree_ struct tree *t = new_tree();
	struct kernel_facts f;

	set_namespaces(t, false, true);
	put(t, "/proc/1/cgroup", "0::/kubepods.slice/pod1\n");
	assert_int_equal(tree_add_file(t, "/proc/1/environ", environ, sizeof(environ) - 1), 0);
	f = facts_of(t);
	assert_string_equal(
		f.container_why,
		"pid namespace is not the first; cgroup kubepods.slice/pod1; container=lxc");
	kernel_facts_done(&f);
}

static void other_restrictions(void **state)
{
	static const struct {
		const char *enforce, *deny, *apparmor;
		enum fact want_deny, want_apparmor;
	} cases[] = {
		{NULL, NULL, NULL, FACT_NO, FACT_NO},
		{"1", "1 1", "Y\n", FACT_YES, FACT_YES},
		{"0", "1 1", "N\n", FACT_NO, FACT_NO}, /* permissive */
		{"1", "0 0", NULL, FACT_NO, FACT_NO},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_tree_ struct tree *t = new_tree();
		struct kernel_facts f;

		if (cases[i].enforce)
			put(t, "/sys/fs/selinux/enforce", cases[i].enforce);
		if (cases[i].deny)
			put(t, "/sys/fs/selinux/booleans/deny_ptrace", cases[i].deny);
		if (cases[i].apparmor)
			put(t, "/sys/module/apparmor/parameters/enabled", cases[i].apparmor);
		f = facts_of(t);
		assert_int_equal(f.selinux_deny_ptrace, cases[i].want_deny);
		assert_int_equal(f.apparmor_enabled, cases[i].want_apparmor);
		kernel_facts_done(&f);
	}
}

static void names_of_the_boot(void **state)
{
	_cleanup_tree_ struct tree *t = new_tree();
	struct kernel_facts f;

	put(t, "/proc/sys/kernel/random/boot_id", "c0ffee\n");
	put(t, "/proc/uptime", "1234.56 99.1\n");
	f = facts_of(t);
	assert_string_equal(f.boot_id, "c0ffee");
	assert_int_equal(f.uptime_s, 1234);
	kernel_facts_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runtime_follows_the_kernels_grammar),
		cmocka_unit_test(absent_and_not_visible_differ),
		cmocka_unit_test(unreadable_key_is_neither),
		cmocka_unit_test(directory_over_the_key_is_not_visible),
		cmocka_unit_test(plain_file_at_the_key_is_not_believed),
		cmocka_unit_test(offline_root_has_no_runtime),
		cmocka_unit_test(config_tells_built_from_ordered),
		cmocka_unit_test(running_kernels_own_config_comes_first),
		cmocka_unit_test(damaged_config_is_unknown_with_its_reason),
		cmocka_unit_test(offline_root_lacks_yama_only_if_all_kernels_do),
		cmocka_unit_test(lsm_list_and_where_it_is_set),
		cmocka_unit_test(boot_entries_are_searched_too),
		cmocka_unit_test(lists_are_matched_by_whole_names),
		cmocka_unit_test(parameters_as_the_kernel_takes_them),
		cmocka_unit_test(containers),
		cmocka_unit_test(containers_say_what_else_they_show),
		cmocka_unit_test(other_restrictions),
		cmocka_unit_test(names_of_the_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
