/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The boot plan: first which init, by PID 1 or by what is installed; then, for that init, each
 * loader as a row of rules on paths: installed, enabled, not masked. Versions are found by
 * boot-version.c, command lines by boot-cmdline.c.
 */
#include "boot-impl.h"

#include "limits.h"
#include "str.h"

#include <stdio.h>

const char *init_kind_word(enum init_kind k)
{
	static const char *const words[] = {"unknown", "systemd", "sysvinit", "openrc",
					    "busybox", "runit",	  "other"};

	return words[k];
}

static void step_done(struct boot_step *s)
{
	loader_instance_done(&s->loader);
	free(s->why);
}

struct boot_plan *boot_plan_free(struct boot_plan *p)
{
	if (!p)
		return NULL;
	for (size_t i = 0; i < p->n_steps; i++)
		step_done(&p->steps[i]);
	for (size_t i = 0; i < p->n_cmdlines; i++) {
		free(p->cmdlines[i].path);
		free(p->cmdlines[i].text);
	}
	for (size_t i = 0; i < p->n_unreadable; i++)
		free(p->unreadable[i]);
	free(p->steps);
	free(p->cmdlines);
	free(p->unreadable);
	free(p->init_why);
	free(p);
	return NULL;
}

bool boot_exists(struct tree *t, const char *path)
{
	struct tree_stat st;

	return tree_stat(t, path, &st, NULL) == 0 && st.type != TREE_NULL;
}

int boot_unreadable(struct boot_ctx *c, const char *path)
{
	struct boot_plan *p = c->plan;

	if (array_reserve(&p->unreadable, p->n_unreadable, &c->cap_unreadable,
			  sizeof(*p->unreadable)) < 0)
		return -ENOMEM;
	p->unreadable[p->n_unreadable] = strdup(path);
	return p->unreadable[p->n_unreadable++] ? 0 : -ENOMEM;
}

int boot_mentions(struct boot_ctx *c, const char *path, const char *text)
{
	_cleanup_free_ char *bytes = NULL;
	size_t n;
	int r = tree_read_file(c->tree, path, LIMIT_SMALL_FILE, &bytes, &n);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return memmem(bytes, n, text, strlen(text)) != NULL;
}

static int add_step(struct boot_ctx *c, enum loader_id id, bool runs, const char *why)
{
	struct boot_plan *p = c->plan;
	struct boot_step *s;
	int r;

	if (array_reserve(&p->steps, p->n_steps, &c->cap_steps, sizeof(*p->steps)) < 0)
		return -ENOMEM;
	s = &p->steps[p->n_steps];
	*s = (struct boot_step){.runs_at_boot = runs, .why = strdup(why)};
	if (!s->why)
		return -ENOMEM;
	r = boot_version(c, id, &s->loader);
	if (r < 0) {
		free(s->why);
		return r;
	}
	p->n_steps++;
	return 0;
}

/* True when the tree's /sbin/init leads to something whose path ends in name. */
static bool init_is(struct boot_ctx *c, const char *name)
{
	static const char *const inits[] = {"/sbin/init", "/usr/sbin/init", "/init"};

	for (size_t i = 0; i < ELEMENTSOF(inits); i++) {
		_cleanup_free_ char *target = NULL;

		if (tree_readlink(c->tree, inits[i], &target) == 0 && endswith(target, name))
			return true;
	}
	return false;
}

/* Offline, or on a live system whose PID 1 is only called "init". */
static enum init_kind init_installed(struct boot_ctx *c, const char **ret_why)
{
	static const struct {
		enum init_kind kind;
		const char *link, *path, *why;
	} rules[] = {
		{INIT_SYSTEMD, "systemd", NULL, "/sbin/init is systemd"},
		{INIT_OPENRC, "openrc-init", NULL, "/sbin/init is openrc-init"},
		{INIT_RUNIT, "runit-init", NULL, "/sbin/init is runit-init"},
		{INIT_OPENRC, NULL, "/sbin/openrc", "/sbin/openrc is installed"},
		{INIT_RUNIT, NULL, "/etc/runit/1", "/etc/runit is set up"},
		{INIT_BUSYBOX, "busybox", NULL, "/sbin/init is busybox"},
		{INIT_SYSV, NULL, "/etc/rcS.d", "/sbin/init and /etc/rcS.d"},
	};

	for (size_t i = 0; i < ELEMENTSOF(rules); i++) {
		if (rules[i].link && !init_is(c, rules[i].link))
			continue;
		if (rules[i].path && !boot_exists(c->tree, rules[i].path))
			continue;
		if (rules[i].kind == INIT_SYSV && !boot_exists(c->tree, "/sbin/init"))
			continue;
		*ret_why = rules[i].why;
		return rules[i].kind;
	}
	/* Images often lack the link; the unit is there only where systemd is. */
	if (boot_exists(c->tree, "/usr/lib/systemd/systemd") ||
	    boot_exists(c->tree, "/lib/systemd/systemd")) {
		*ret_why = "systemd is installed";
		return INIT_SYSTEMD;
	}
	*ret_why = "no init that is known is installed";
	return INIT_UNKNOWN;
}

static int detect_init(struct boot_ctx *c)
{
	const struct boot_env *env = c->env;
	const char *why = NULL;
	_cleanup_strbuf_ struct strbuf b = {0};

	if (env->live && env->pid1_comm && streq(env->pid1_comm, "systemd")) {
		c->plan->init = INIT_SYSTEMD;
		why = "PID 1 is systemd";
	} else if (env->live && env->systemd_booted && !env->pid1_comm) {
		c->plan->init = INIT_SYSTEMD;
		why = "/run/systemd/system exists";
	} else if (env->live && env->pid1_comm && streq(env->pid1_comm, "runit")) {
		c->plan->init = INIT_RUNIT;
		why = "PID 1 is runit";
	} else if (env->live && env->pid1_comm && !streq(env->pid1_comm, "init") &&
		   !streq(env->pid1_comm, "openrc-init")) {
		c->plan->init = INIT_OTHER;
		(void)strbuf_adds(&b, "PID 1 is ");
		(void)strbuf_add_escaped(&b, env->pid1_comm, strlen(env->pid1_comm));
	} else {
		c->plan->init = init_installed(c, &why);
	}
	if (why)
		(void)strbuf_adds(&b, why);
	c->plan->init_why = strbuf_take(&b);
	return c->plan->init_why ? 0 : -ENOMEM;
}

static const char *const unit_dirs[] = {"/etc/systemd/system", "/run/systemd/system",
					"/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
					"/lib/systemd/system"};

/* The strongest unit file of that name: 1 usable, 0 absent, -EPERM masked. */
static int unit_state(struct boot_ctx *c, const char *unit)
{
	for (size_t i = 0; i < ELEMENTSOF(unit_dirs); i++) {
		_cleanup_free_ char *path = NULL;
		struct tree_stat st;
		int r;

		if (startswith(unit_dirs[i], "/run/") && !c->env->live)
			continue;
		if (asprintf(&path, "%s/%s", unit_dirs[i], unit) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		r = tree_stat(c->tree, path, &st, NULL);
		if (r < 0)
			continue;
		return st.type == TREE_NULL || (st.type == TREE_REG && st.size == 0) ? -EPERM : 1;
	}
	return 0;
}

/* Whether a .wants or .requires link of one of the targets names the unit. */
static bool unit_wanted(struct boot_ctx *c, const char *unit)
{
	static const char *const targets[] = {"sysinit.target", "basic.target", "multi-user.target",
					      "graphical.target", "network-pre.target"};
	static const char *const kinds[] = {"wants", "requires"};

	for (size_t i = 0; i < ELEMENTSOF(unit_dirs) * ELEMENTSOF(targets) * 2; i++) {
		const char *dir = unit_dirs[i % ELEMENTSOF(unit_dirs)];
		const char *target = targets[i / ELEMENTSOF(unit_dirs) % ELEMENTSOF(targets)];
		_cleanup_free_ char *path = NULL;
		struct tree_stat st;

		if (asprintf(&path, "%s/%s.%s/%s", dir, target,
			     kinds[i / ELEMENTSOF(unit_dirs) / ELEMENTSOF(targets)], unit) < 0) {
			path = NULL;
			return false;
		}
		if (tree_lstat(c->tree, path, &st) == 0)
			return true;
	}
	return false;
}

/* A loader that is a systemd service. installed: a path that tells that the program is there. */
static int add_service(struct boot_ctx *c, enum loader_id id, const char *unit, const char *what)
{
	int r = unit_state(c, unit);
	_cleanup_free_ char *why = NULL;
	bool runs = r == 1 && unit_wanted(c, unit);

	if (r == 0)
		return 0;
	if (r == -ENOMEM)
		return r;
	if (asprintf(&why,
		     runs	   ? "%s"
		     : r == -EPERM ? "%s is masked"
				   : "%s is not enabled",
		     what) < 0) {
		why = NULL;
		return -ENOMEM;
	}
	return add_step(c, id, runs, why);
}

static int plan_systemd(struct boot_ctx *c)
{
	int r = add_service(c, LOADER_SYSTEMD, "systemd-sysctl.service", "systemd-sysctl.service");

	if (r == 0 && boot_exists(c->tree, "/etc/ufw/ufw.conf")) {
		int on = boot_ufw_enabled(c);

		if (on < 0)
			return on;
		r = on ? add_service(c, LOADER_UFW, "ufw.service",
				     "ufw.service, after systemd-sysctl")
		       : add_step(c, LOADER_UFW, false, "ufw is installed, not enabled");
	}
	if (r == 0 && boot_exists(c->tree, "/etc/tuned/active_profile"))
		r = add_service(c, LOADER_TUNED, "tuned.service", "tuned.service");
	return r;
}

/* True when a directory has an entry that ends in name: S??procps. */
static bool has_rc_link(struct boot_ctx *c, const char *dir, const char *name)
{
	_cleanup_(tree_list_done) struct tree_list list = {0};

	if (tree_list(c->tree, dir, &list) < 0)
		return false;
	for (size_t i = 0; i < list.n; i++) {
		if (list.entries[i].name[0] == 'S' && strlen(list.entries[i].name) > 3 &&
		    streq(list.entries[i].name + 3, name))
			return true;
	}
	return false;
}

static int plan_sysv(struct boot_ctx *c)
{
	bool linked =
		has_rc_link(c, "/etc/rcS.d", "procps") || has_rc_link(c, "/etc/rc2.d", "procps");
	int r = 0;

	if (boot_exists(c->tree, "/etc/init.d/procps"))
		r = add_step(c, LOADER_PROCPS, linked,
			     linked ? "/etc/init.d/procps" : "/etc/init.d/procps is not linked");
	if (r == 0 && boot_exists(c->tree, "/etc/ufw/ufw.conf")) {
		bool on = boot_ufw_enabled(c) == 1 && (has_rc_link(c, "/etc/rcS.d", "ufw") ||
						       has_rc_link(c, "/etc/rc2.d", "ufw"));

		r = add_step(c, LOADER_UFW, on, on ? "/etc/init.d/ufw" : "ufw is not enabled");
	}
	return r;
}

static int plan_openrc(struct boot_ctx *c)
{
	bool enabled = boot_exists(c->tree, "/etc/runlevels/boot/sysctl") ||
		       boot_exists(c->tree, "/etc/runlevels/sysinit/sysctl") ||
		       boot_exists(c->tree, "/etc/runlevels/default/sysctl");
	int alpine = boot_mentions(c, "/etc/init.d/sysctl", "sysctl.d");
	int system = boot_mentions(c, "/etc/init.d/sysctl", "--system");
	bool procps = boot_has_procps(c);
	enum loader_id id = LOADER_OPENRC;

	if (alpine < 0 || system < 0)
		return -ENOMEM;
	if (!boot_exists(c->tree, "/etc/init.d/sysctl"))
		return 0;
	if (system && procps)
		id = LOADER_PROCPS;
	else if (alpine && !system)
		id = LOADER_ALPINE;
	return add_step(c, id, enabled,
			enabled ? "/etc/init.d/sysctl" : "sysctl is in no runlevel");
}

static int plan_by_init(struct boot_ctx *c)
{
	int r;

	switch (c->plan->init) {
	case INIT_SYSTEMD:
		return plan_systemd(c);
	case INIT_SYSV:
		return plan_sysv(c);
	case INIT_OPENRC:
		return plan_openrc(c);
	case INIT_RUNIT:
		return boot_exists(c->tree, "/etc/runit/core-services/08-sysctl.sh")
			       ? add_step(c, LOADER_VOID, true,
					  "/etc/runit/core-services/08-sysctl.sh")
			       : 0;
	case INIT_BUSYBOX:
		r = boot_mentions(c, "/etc/inittab", "sysctl -p");
		if (r == 0)
			r = boot_mentions(c, "/etc/init.d/rcS", "sysctl -p");
		return r > 0 ? add_step(c, LOADER_BUSYBOX, true, "\"sysctl -p\" at boot") : r;
	default:
		return 0;
	}
}

/* What an administrator runs by hand, where it is not the boot's loader already. */
static int plan_by_hand(struct boot_ctx *c)
{
	for (size_t i = 0; i < c->plan->n_steps; i++) {
		if (c->plan->steps[i].loader.id == LOADER_PROCPS)
			return 0;
	}
	return boot_has_procps(c)
		       ? add_step(c, LOADER_PROCPS, false, "only by hand: sysctl --system")
		       : 0;
}

int boot_plan_detect(struct tree *tree, const struct boot_env *env, struct boot_plan **ret,
		     struct error *e)
{
	_cleanup_(boot_plan_free_p) struct boot_plan *plan = calloc(1, sizeof(*plan));
	struct boot_ctx c = {.tree = tree, .env = env, .plan = plan, .e = e};
	int r;

	if (!plan)
		return -ENOMEM;
	r = detect_init(&c);
	if (r == 0)
		r = boot_find_cmdlines(&c);
	if (r == 0 && (plan->n_cmdlines > 0 || plan->n_unreadable > 0))
		r = add_step(&c, LOADER_CMDLINE, true, "the kernel, before init");
	if (r == 0 && plan->n_steps > 0) {
		plan->steps[0].loader.cmdline = plan->n_cmdlines ? plan->cmdlines[0].text : "";
		plan->steps[0].loader.cmdline_path =
			plan->n_cmdlines ? plan->cmdlines[0].path : plan->unreadable[0];
	}
	if (r == 0)
		r = plan_by_init(&c);
	if (r == 0)
		r = plan_by_hand(&c);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(plan);
	return 0;
}
