/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files that tell what runs at boot: a boot loader's, units, /etc/default/grub, ufw's, tuned's.
 * The input's parts, 0xFF between them, are the files below, in this order; the first byte says how
 * the system looks that they stand in.
 */
#include "boot-impl.h"
#include "fuzz.h"

static const char *const paths[] = {
	"/boot/grub/grub.cfg",
	"/etc/default/grub",
	"/etc/kernel/cmdline",
	"/boot/loader/entries/a.conf",
	"/etc/systemd/system/systemd-sysctl.service",
	"/etc/systemd/system/systemd-sysctl.service.d/x.conf",
	"/etc/default/ufw",
	"/etc/ufw/ufw.conf",
	"/etc/tuned/active_profile",
	"/etc/init.d/sysctl",
	"/etc/inittab",
	"/var/lib/dpkg/status",
	"/boot/grub/grubenv",
	"/boot/efi/EFI/Linux/a.efi",
};

/* What makes each kind of system. */
static const struct {
	uint8_t bit;
	const char *path, *target;
} marks[] = {
	{1, "/usr/lib/systemd/system/systemd-sysctl.service", NULL},
	{1, "/usr/lib/systemd/systemd-sysctl", NULL},
	{1, "/usr/lib/systemd/system/sysinit.target.wants/systemd-sysctl.service",
	 "../systemd-sysctl.service"},
	{1, "/sbin/init", "/lib/systemd/systemd"},
	{1, "/lib", "usr/lib"},
	{2, "/sbin/openrc-run", NULL},
	{2, "/etc/runlevels/boot/sysctl", "/etc/init.d/sysctl"},
	{4, "/bin/busybox", NULL},
	{4, "/sbin/sysctl", "/bin/busybox"},
	{8, "/etc/runit/core-services/08-sysctl.sh", NULL},
	{16, "/usr/sbin/tuned", NULL},
	{16, "/etc/systemd/system/multi-user.target.wants/tuned.service",
	 "/usr/lib/systemd/system/tuned.service"},
	{16, "/usr/lib/systemd/system/tuned.service", NULL},
	{32, "/usr/sbin/ufw", NULL},
	{32, "/usr/lib/systemd/system/ufw.service", NULL},
	{32, "/etc/systemd/system/multi-user.target.wants/ufw.service",
	 "/usr/lib/systemd/system/ufw.service"},
	{64, "/etc/init.d/procps", NULL},
	{64, "/etc/rcS.d/S01procps", "../init.d/procps"},
};

static struct tree *root(const uint8_t *data, size_t size)
{
	struct tree *t = NULL;

	FUZZ_CHECK(tree_new_memory(&t) == 0);
	for (size_t i = 0; i < ELEMENTSOF(marks); i++) {
		if (!(data[0] & marks[i].bit))
			continue;
		if (marks[i].target)
			(void)tree_add_link(t, marks[i].path, marks[i].target);
		else
			(void)tree_add_file(t, marks[i].path, "", 0);
	}
	data++;
	size--;
	for (unsigned i = 0; i < ELEMENTSOF(paths) && size > 0; i++) {
		const uint8_t *stop = memchr(data, 0xff, size);
		size_t n = stop ? (size_t)(stop - data) : size;

		if (n > 0)
			(void)tree_add_file(t, paths[i], data, n);
		data += n + (stop != NULL);
		size -= n + (stop != NULL);
	}
	return t;
}

static void check_plan(const struct boot_plan *p)
{
	bool over = false;

	FUZZ_CHECK(init_kind_word(p->init));
	for (size_t i = 0; i < p->n_steps; i++) {
		FUZZ_CHECK(loader_name(p->steps[i].loader.id));
		FUZZ_CHECK(p->steps[i].why);
		/* Those that do not run come last. */
		over = over || !p->steps[i].runs_at_boot;
		FUZZ_CHECK(over || p->steps[i].runs_at_boot);
	}
	for (size_t i = 0; i < p->n_cmdlines; i++) {
		FUZZ_CHECK(p->cmdlines[i].path && p->cmdlines[i].path[0] == '/');
		FUZZ_CHECK(p->cmdlines[i].line >= 1);
		FUZZ_CHECK(p->cmdlines[i].text && !strchr(p->cmdlines[i].text, '\n'));
	}
	for (size_t i = 0; i < p->n_unreadable; i++)
		FUZZ_CHECK(p->unreadable[i][0] == '/');
}

/* The input as arguments of a command of grub's, its last line as the environment block. */
static void check_grub_words(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *args = fuzz_string(data, size);
	_cleanup_strbuf_ struct strbuf out = {0}, again = {0};
	char *env = strrchr(args, '\n');
	size_t quotes = 0;

	if (env)
		*env++ = '\0';
	FUZZ_CHECK(boot_grub_words(args, env, &out) == 0);
	FUZZ_CHECK(boot_grub_words(args, env, &again) == 0);
	fuzz_same("words", out.bytes, again.bytes);
	/* The quotes that it sets come in pairs; others stand after a backslash. */
	for (size_t i = 0; i < out.len; i++) {
		if (out.bytes[i] == '\\')
			i++;
		else
			quotes += out.bytes[i] == '"';
	}
	FUZZ_CHECK(quotes % 2 == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_env env = {0};
	_cleanup_tree_ struct tree *t = NULL;
	struct boot_plan *a = NULL, *b = NULL;
	unsigned flags;

	if (size < 1 || size > 65536)
		return 0;
	env.live = data[0] & 0x80;
	if (env.live) {
		env.pid1_comm = data[0] & 1 ? "systemd" : "init";
		env.systemd_booted = data[0] & 1;
		env.proc_cmdline = "ro quiet";
	}
	check_grub_words(data + 1, size - 1);
	t = root(data, size);
	flags = data[size - 1] & (BOOT_IDLE | BOOT_EXACT);
	FUZZ_CHECK(boot_plan_detect(t, &env, flags, &a, NULL) == 0);
	FUZZ_CHECK(boot_plan_detect(t, &env, flags, &b, NULL) == 0);
	check_plan(a);
	FUZZ_CHECK(a->init == b->init && a->n_steps == b->n_steps &&
		   a->n_cmdlines == b->n_cmdlines);
	boot_plan_free(a);
	boot_plan_free(b);
	return 0;
}
