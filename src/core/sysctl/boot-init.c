/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which init a root boots with. On a live system PID 1 says so; "init" is the name of several, and
 * then, as offline, what is installed decides, by a table of rules.
 */
#include "boot-impl.h"

/* True when the tree's init leads, by one link, to something whose path ends in name. */
static bool init_is(struct boot_ctx *c, const char *name)
{
	static const char *const inits[] = {"/sbin/init", "/init"};

	for (size_t i = 0; i < ELEMENTSOF(inits); i++) {
		_cleanup_free_ char *target = NULL;

		if (tree_readlink(c->tree, inits[i], &target) == 0 && endswith(target, name))
			return true;
	}
	return false;
}

struct rule {
	enum init_kind kind;
	const char *link; /* /sbin/init leads there; or NULL */
	const char *path; /* this is there; or NULL */
	const char *why;
};

static bool rule_holds(struct boot_ctx *c, const struct rule *r)
{
	/* A PID 1 that is systemd calls itself so. */
	if (r->kind == INIT_SYSTEMD && c->env->live && c->env->pid1_comm && !c->env->systemd_booted)
		return false;
	if (r->link && !init_is(c, r->link))
		return false;
	if (r->path && !boot_exists(c->tree, r->path))
		return false;
	return r->kind != INIT_SYSV || (boot_exists(c->tree, "/sbin/init") &&
					!init_is(c, "systemd") && !init_is(c, "busybox"));
}

static enum init_kind init_installed(struct boot_ctx *c, const char **ret_why)
{
	static const struct rule rules[] = {
		{INIT_SYSTEMD, "/systemd", NULL, "/sbin/init is systemd"},
		{INIT_OPENRC, "openrc-init", NULL, "/sbin/init is openrc-init"},
		{INIT_RUNIT, "runit-init", NULL, "/sbin/init is runit-init"},
		{INIT_OPENRC, NULL, "/sbin/openrc", "/sbin/openrc is installed"},
		{INIT_RUNIT, NULL, "/etc/runit/core-services", "/etc/runit is set up"},
		{INIT_BUSYBOX, "busybox", NULL, "/sbin/init is busybox"},
		{INIT_SYSV, NULL, "/etc/inittab", "/sbin/init and /etc/inittab"},
		/* Images often lack the link. */
		{INIT_SYSTEMD, NULL, "/usr/lib/systemd/systemd", "systemd is installed"},
		{INIT_SYSTEMD, NULL, "/lib/systemd/systemd", "systemd is installed"},
	};

	for (size_t i = 0; i < ELEMENTSOF(rules); i++) {
		if (rule_holds(c, &rules[i])) {
			*ret_why = rules[i].why;
			return rules[i].kind;
		}
	}
	*ret_why = "no init that is known is installed";
	return INIT_UNKNOWN;
}

/* By PID 1's name. Returns INIT_UNKNOWN where that says nothing. */
static enum init_kind init_running(const struct boot_env *env, const char **ret_why)
{
	const char *comm = env->pid1_comm;

	if (!env->live)
		return INIT_UNKNOWN;
	if (comm && streq(comm, "systemd")) {
		*ret_why = "PID 1 is systemd";
		return INIT_SYSTEMD;
	}
	if (env->systemd_booted && (!comm || streq(comm, "init"))) {
		*ret_why = "/run/systemd/system exists";
		return INIT_SYSTEMD;
	}
	if (!comm || streq(comm, "init") || streq(comm, "openrc-init"))
		return INIT_UNKNOWN;
	if (streq(comm, "runit")) {
		*ret_why = "PID 1 is runit";
		return INIT_RUNIT;
	}
	return INIT_OTHER;
}

int boot_detect_init(struct boot_ctx *c)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	const char *why = "";
	enum init_kind kind = init_running(c->env, &why);

	if (kind == INIT_UNKNOWN)
		kind = init_installed(c, &why);
	(void)strbuf_adds(&b, why);
	if (kind == INIT_OTHER) {
		(void)strbuf_adds(&b, "PID 1 is ");
		(void)strbuf_add_escaped(&b, c->env->pid1_comm, strlen(c->env->pid1_comm));
	}
	c->plan->init = kind;
	c->plan->init_why = strbuf_take(&b);
	return c->plan->init_why ? 0 : -ENOMEM;
}
