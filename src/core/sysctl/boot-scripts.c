/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loaders of inits that run scripts: SysV, OpenRC, runit and busybox. Whether a script runs is told
 * by a link, which loader it is by what it calls; comments in it do not count. A script that calls
 * something else is no loader that we know, and so makes no step.
 */
#include "boot-impl.h"
#include "limits.h"
#include "shell-assign.h"

/* 1 when a line of the file that is no comment holds the text, 0 when none or when it cannot be
 * read, -ENOMEM. */
static int mentions(struct boot_ctx *c, const char *path, const char *text)
{
	_cleanup_free_ char *bytes = NULL;
	int r = tree_read_file(c->tree, path, LIMIT_SMALL_FILE, &bytes, NULL);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (char *save = NULL, *l = strtok_r(bytes, "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save)) {
		if (l[strspn(l, " \t")] != '#' && strstr(l, text))
			return 1;
	}
	return 0;
}

/* True when a directory has an entry S??name. */
static bool has_rc_link(struct boot_ctx *c, const char *dir, const char *name)
{
	_cleanup_(tree_list_done) struct tree_list list = {0};

	if (tree_list(c->tree, dir, &list) < 0)
		return false;
	for (size_t i = 0; i < list.n; i++) {
		const char *n = list.entries[i].name;

		if (n[0] == 'S' && strlen(n) > 3 && streq(n + 3, name))
			return true;
	}
	return false;
}

static bool is_rc_enabled(struct boot_ctx *c, const char *name)
{
	static const char *const dirs[] = {"/etc/rcS.d", "/etc/rc2.d"};

	for (size_t i = 0; i < ELEMENTSOF(dirs); i++) {
		if (has_rc_link(c, dirs[i], name))
			return true;
	}
	return false;
}

/* The script of Debian's package: "sysctl -q --system". */
static int add_init_d_procps(struct boot_ctx *c, bool enabled, const char *not_enabled)
{
	static const char script[] = "/etc/init.d/procps";
	int system;

	if (!boot_exists(c->tree, script))
		return 0;
	system = mentions(c, script, "--system");
	if (system < 0)
		return system;
	if (!system)
		return boot_add_step(c, LOADER_PROCPS, false,
				     "/etc/init.d/procps does not run sysctl --system");
	return boot_add_step(c, LOADER_PROCPS, enabled, enabled ? script : not_enabled);
}

/* What is installed at /etc/runlevels/LEVEL of the levels that a boot goes through. */
static bool is_in_runlevel(struct boot_ctx *c, const char *name)
{
	static const char *const levels[] = {"sysinit", "boot", "default"};

	for (size_t i = 0; i < ELEMENTSOF(levels); i++) {
		_cleanup_strbuf_ struct strbuf path = {0};

		if (strbuf_addf(&path, "/etc/runlevels/%s/%s", levels[i], name) == 0 &&
		    boot_exists(c->tree, path.bytes))
			return true;
	}
	return false;
}

int boot_ufw_enabled(struct boot_ctx *c)
{
	static const char *const files[] = {"/etc/default/ufw", "/etc/ufw/ufw.conf"};
	_cleanup_(shell_vars_done) struct shell_vars v = {0};
	const struct shell_var *enabled;

	if (!boot_exists(c->tree, "/etc/ufw"))
		return -ENOENT;
	for (size_t i = 0; i < ELEMENTSOF(files); i++) {
		_cleanup_free_ char *text = NULL;
		enum shell_end end = SHELL_DONE;
		unsigned line = 0;
		size_t n = 0;
		int r = tree_read_file(c->tree, files[i], LIMIT_SMALL_FILE, &text, &n);

		/* What cannot be read or told is for the loader to note. */
		if (r < 0)
			return r == -ENOMEM ? r : r != -ENOENT && r != -ENOTDIR;
		r = shell_vars_run(&v, c->tree, text, n, &end, &line);
		if (r < 0)
			return r;
		if (end != SHELL_DONE)
			return end == SHELL_UNKNOWN;
	}
	enabled = shell_vars_get(&v, "ENABLED");
	return enabled &&
	       (!enabled->value || streq(enabled->value, "yes") || streq(enabled->value, "YES"));
}

static int add_ufw(struct boot_ctx *c, bool enabled)
{
	int on = boot_ufw_enabled(c);

	if (on < 0)
		return on == -ENOENT ? 0 : on;
	if (!on)
		return boot_add_step(c, LOADER_UFW, false, "ufw is installed, not enabled");
	return boot_add_step(c, LOADER_UFW, enabled,
			     enabled ? "/etc/init.d/ufw" : "/etc/init.d/ufw is not linked");
}

int boot_plan_sysv(struct boot_ctx *c)
{
	int r = add_init_d_procps(c, is_rc_enabled(c, "procps"),
				  "/etc/init.d/procps is not linked");

	return r == 0 ? add_ufw(c, is_rc_enabled(c, "ufw")) : r;
}

/* /etc/init.d/sysctl: Alpine's names the directories itself, OpenRC's calls "sysctl --system" where
 * procps is installed and reads two places by itself where it is not. */
static int add_openrc_sysctl(struct boot_ctx *c)
{
	static const char script[] = "/etc/init.d/sysctl";
	bool enabled = is_in_runlevel(c, "sysctl");
	int system, own;
	enum loader_id id;

	if (!boot_exists(c->tree, script))
		return 0;
	system = mentions(c, script, "--system");
	own = mentions(c, script, "sysctl.d");
	if (system < 0 || own < 0)
		return -ENOMEM;
	if (system)
		id = boot_sysctl_program(c) == SYSCTL_PROCPS ? LOADER_PROCPS : LOADER_OPENRC;
	else if (own)
		id = LOADER_ALPINE;
	else
		return 0;
	return boot_add_step(c, id, enabled, enabled ? script : "sysctl is in no runlevel");
}

int boot_plan_openrc(struct boot_ctx *c)
{
	int r = add_openrc_sysctl(c);

	if (r == 0)
		r = add_init_d_procps(c, is_in_runlevel(c, "procps"), "procps is in no runlevel");
	return r == 0 ? add_ufw(c, is_in_runlevel(c, "ufw")) : r;
}

int boot_plan_runit(struct boot_ctx *c)
{
	static const char script[] = "/etc/runit/core-services/08-sysctl.sh";
	int r;

	if (boot_exists(c->tree, script))
		return boot_add_step(c, LOADER_VOID, true, script);
	/* Debian's runit runs the scripts of SysV. */
	r = mentions(c, "/etc/runit/1", "/etc/rcS.d/");
	return r > 0 ? boot_plan_sysv(c) : r;
}

/* True for the rest of a line after "sysctl" that makes it read /etc/sysctl.conf: options with a p
 * among them, that file or none. */
static bool loads_default(const char *s)
{
	bool load = false;

	while (*(s += strspn(s, " \t")) == '-') {
		size_t n = strcspn(s, " \t;&|>");

		if (s[1] == '-' || memchr(s, 'w', n) || memchr(s, 'n', n))
			return false;
		load = load || memchr(s, 'p', n);
		s += n;
	}
	if (load && startswith(s, "/etc/sysctl.conf"))
		s += strlen("/etc/sysctl.conf");
	return load && (!*s || strchr(" \t;&|>2", *s));
}

/* 1 when a line of the file runs "sysctl -p", 0 when none does, -ENOMEM. */
static int runs_sysctl_p(struct boot_ctx *c, const char *path)
{
	_cleanup_free_ char *bytes = NULL;
	int r = tree_read_file(c->tree, path, LIMIT_SMALL_FILE, &bytes, NULL);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (char *save = NULL, *l = strtok_r(bytes, "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save)) {
		const char *s = strstr(l, "sysctl ");

		if (l[strspn(l, " \t")] != '#' && s && loads_default(s + strlen("sysctl ")))
			return 1;
	}
	return 0;
}

int boot_plan_busybox(struct boot_ctx *c)
{
	static const char *const scripts[] = {"/etc/inittab", "/etc/init.d/rcS"};

	for (size_t i = 0; i < ELEMENTSOF(scripts); i++) {
		int r = runs_sysctl_p(c, scripts[i]);
		_cleanup_strbuf_ struct strbuf why = {0};

		if (r < 0)
			return r;
		if (r == 0)
			continue;
		if (strbuf_addf(&why, "sysctl -p in %s", scripts[i]) < 0)
			return -ENOMEM;
		return boot_add_step(c,
				     boot_sysctl_program(c) == SYSCTL_PROCPS ? LOADER_PROCPS_P
									     : LOADER_BUSYBOX,
				     true, why.bytes);
	}
	return 0;
}
