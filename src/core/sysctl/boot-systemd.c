/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loaders under systemd: services that are there, not masked, wanted by a target of the boot, with
 * their own program, and whose conditions hold. A condition that cannot be told here counts as true
 * and is named; one that is known to fail, or a unit that runs something else, takes the loader out
 * of the boot.
 */
#include "boot-impl.h"
#include "unit-file.h"

#include <stdio.h>

struct service {
	enum loader_id id;
	const char *unit;
	const char *program; /* the last part of the path in ExecStart= */
	bool alone;	     /* an argument to it makes it do something else */
	const char *why;     /* when it runs */
};

static const struct service sysctl_service = {
	.id = LOADER_SYSTEMD,
	.unit = "systemd-sysctl.service",
	.program = "systemd-sysctl",
	.alone = true,
	.why = "systemd-sysctl.service",
};
static const struct service ufw_service = {
	.id = LOADER_UFW,
	.unit = "ufw.service",
	.program = "ufw-init",
	.why = "ufw.service, after systemd-sysctl",
};
static const struct service tuned_service = {
	.id = LOADER_TUNED,
	.unit = "tuned.service",
	.program = "tuned",
	.why = "tuned.service",
};

/* True when a command of ExecStart= is the program. */
static bool runs_program(const struct service *s, const char *command)
{
	const char *start, *end, *slash;

	command += strspn(command, "-@:+!|");
	end = command + strcspn(command, " \t");
	start = command;
	while ((slash = memchr(start, '/', (size_t)(end - start))))
		start = slash + 1;
	if ((size_t)(end - start) != strlen(s->program) ||
	    memcmp(start, s->program, (size_t)(end - start)) != 0)
		return false;
	return !s->alone || !end[strspn(end, " \t")];
}

/* The command that is run instead of the program, or NULL when the program is among them. */
static const struct unit_setting *other_program(const struct service *s, const struct unit *u,
						bool *ret_any)
{
	const struct unit_setting *other = NULL;

	*ret_any = false;
	for (size_t i = 0; i < u->n; i++) {
		if (unit_is_condition(u->settings[i].name))
			continue;
		*ret_any = true;
		if (runs_program(s, u->settings[i].value))
			return NULL;
		other = &u->settings[i];
	}
	return other;
}

static enum holds negated(enum holds h, bool negate)
{
	if (h == HOLDS_UNKNOWN || !negate)
		return h;
	return h == HOLDS_YES ? HOLDS_NO : HOLDS_YES;
}

/* What is on file systems that the boot makes cannot be looked at before. */
static bool is_made_at_boot(const char *path)
{
	static const char *const dirs[] = {"/run/", "/proc/", "/sys/", "/dev/", "/tmp/"};

	for (size_t i = 0; i < ELEMENTSOF(dirs); i++) {
		if (startswith(path, dirs[i]))
			return true;
	}
	return false;
}

static bool is_on_cmdline(const struct boot_cmdline *c, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = c->text; *s; s += strcspn(s, " \t\n")) {
		s += strspn(s, " \t\n");
		if (strncmp(s, word, n) == 0 &&
		    (strchr(" \t\n", s[n]) || (s[n] == '=' && !strchr(word, '='))))
			return true;
	}
	return false;
}

/* All command lines that may boot must agree. */
static enum holds on_cmdlines(const struct boot_ctx *c, const char *word)
{
	size_t with = 0;

	for (size_t i = 0; i < c->plan->n_cmdlines; i++)
		with += is_on_cmdline(&c->plan->cmdlines[i], word);
	if (c->plan->n_unreadable > 0 || c->plan->n_cmdlines == 0)
		return HOLDS_UNKNOWN;
	return with == c->plan->n_cmdlines ? HOLDS_YES : with == 0 ? HOLDS_NO : HOLDS_UNKNOWN;
}

static enum holds path_holds(struct boot_ctx *c, const char *test, const char *path)
{
	struct tree_stat st;
	bool is_link = streq(test, "PathIsSymbolicLink");
	int r;

	if (path[0] != '/' || strchr(path, '%') || is_made_at_boot(path))
		return HOLDS_UNKNOWN;
	r = is_link ? tree_lstat(c->tree, path, &st) : tree_stat(c->tree, path, &st, NULL);
	if (r == -ENOENT || r == -ENOTDIR)
		return HOLDS_NO;
	if (r < 0)
		return HOLDS_UNKNOWN;
	if (streq(test, "PathExists"))
		return HOLDS_YES;
	if (streq(test, "PathIsDirectory"))
		return st.type == TREE_DIR ? HOLDS_YES : HOLDS_NO;
	if (is_link)
		return st.type == TREE_LNK ? HOLDS_YES : HOLDS_NO;
	if (streq(test, "FileNotEmpty"))
		return st.type == TREE_REG && st.size > 0 ? HOLDS_YES : HOLDS_NO;
	if (streq(test, "FileIsExecutable"))
		return st.type == TREE_REG && (st.mode & 0111) ? HOLDS_YES : HOLDS_NO;
	return HOLDS_UNKNOWN;
}

/* A condition without its "Condition" or "Assert", '|' and '!'. */
static enum holds condition_holds(struct boot_ctx *c, const char *test, const char *value)
{
	if (streq(test, "PathIsReadWrite") &&
	    (streq(value, "/proc/sys") || startswith(value, "/proc/sys/")))
		return c->env->live && c->env->proc_sys_read_only ? HOLDS_NO : HOLDS_YES;
	if (streq(test, "KernelCommandLine"))
		return on_cmdlines(c, value);
	return path_holds(c, test, value);
}

/* All that is demanded must hold and, where there are alternatives ("|"), one of them. ret_what:
 * the setting that decides, or that cannot be told; or NULL. */
static enum holds conditions_hold(struct boot_ctx *c, const struct unit *u, const char *family,
				  const struct unit_setting **ret_what)
{
	enum holds all = HOLDS_YES, some = HOLDS_NO;
	const struct unit_setting *unknown = NULL, *alternative = NULL;

	for (size_t i = 0; i < u->n; i++) {
		const struct unit_setting *s = &u->settings[i];
		const char *value = s->value;
		bool either, negate;
		enum holds h;

		if (!startswith(s->name, family))
			continue;
		either = *value == '|';
		value += either;
		value += strspn(value, " \t");
		negate = *value == '!';
		value += negate;
		value += strspn(value, " \t");
		h = negated(condition_holds(c, s->name + strlen(family), value), negate);
		if (h == HOLDS_UNKNOWN && !unknown)
			unknown = s;
		if (!either && h == HOLDS_NO) {
			*ret_what = s;
			return h;
		}
		if (!either && h == HOLDS_UNKNOWN)
			all = h;
		if (either && (!alternative || h == HOLDS_YES || some == HOLDS_NO)) {
			alternative = s;
			some = h;
		}
	}
	*ret_what = unknown;
	if (!alternative || some == HOLDS_YES)
		return all;
	if (some == HOLDS_NO)
		*ret_what = alternative;
	return some;
}

/* Words the result. Returns 1 when the service runs at boot, 0 when not, -ENOMEM. */
static int judge_service(struct boot_ctx *c, const struct service *s, const struct unit *u,
			 struct strbuf *why)
{
	static const char *const families[] = {"Condition", "Assert"};
	const struct unit_setting *what, *unknown = NULL;
	bool any;

	what = other_program(s, u, &any);
	if (what || (!any && u->n_unreadable == 0)) {
		(void)strbuf_addf(why, "%s runs something else", s->unit);
		if (what)
			(void)strbuf_addf(why, ", %s:%u", what->path, what->line);
		return 0;
	}
	for (size_t i = 0; i < ELEMENTSOF(families); i++) {
		if (conditions_hold(c, u, families[i], &what) == HOLDS_NO) {
			(void)strbuf_addf(why, "%s is skipped: ", s->unit);
			(void)strbuf_addf(why, "%s=%s does not hold", what->name, what->value);
			return 0;
		}
		if (what && !unknown)
			unknown = what;
	}
	(void)strbuf_adds(why, s->why);
	if (unknown)
		(void)strbuf_addf(why, ", if %s=%s", unknown->name, unknown->value);
	return 1;
}

/* A boot entry with "systemd.mask=UNIT" keeps it out. */
static const struct boot_cmdline *masking_cmdline(const struct boot_ctx *c, const char *unit)
{
	char word[80];

	(void)snprintf(word, sizeof(word), "systemd.mask=%s", unit);
	for (size_t i = 0; i < c->plan->n_cmdlines; i++) {
		if (is_on_cmdline(&c->plan->cmdlines[i], word))
			return &c->plan->cmdlines[i];
	}
	return NULL;
}

/* Adds the step of a service that is installed. */
static int add_service(struct boot_ctx *c, const struct unit_dirs *dirs, const struct service *s)
{
	_cleanup_(unit_done) struct unit u = {0};
	_cleanup_strbuf_ struct strbuf why = {0};
	const struct boot_cmdline *mask = masking_cmdline(c, s->unit);
	int r = unit_load(c->tree, dirs, s->unit, &u);
	int runs = 0;

	for (size_t i = 0; r == 0 && i < u.n_unreadable; i++)
		r = boot_unreadable(c, u.unreadable[i]);
	if (r < 0 || (u.state == UNIT_MISSING && u.n_unreadable == 0))
		return r;
	if (u.state == UNIT_MASKED) {
		(void)strbuf_addf(&why, "%s is masked", s->unit);
	} else if (mask) {
		(void)strbuf_addf(&why, "%s is masked in %s", s->unit, mask->path);
	} else if (u.n_unreadable > 0 && s->id == LOADER_SYSTEMD) {
		/* The others are counted then: they may only weaken what it sets. */
		(void)strbuf_addf(&why, "%s cannot be read", u.unreadable[0]);
	} else {
		r = unit_is_wanted(c->tree, dirs, s->unit, NULL);
		if (r > 0)
			runs = r = judge_service(c, s, &u, &why);
		else
			(void)strbuf_addf(&why, "%s is not enabled", s->unit);
	}
	if (r < 0 || why.failed)
		return -ENOMEM;
	return boot_add_step(c, s->id, runs, why.bytes);
}

int boot_plan_systemd(struct boot_ctx *c)
{
	struct unit_dirs dirs;
	int r, on;

	unit_dirs_find(c->tree, &dirs);
	r = add_service(c, &dirs, &sysctl_service);
	if (r < 0)
		return r;
	on = boot_ufw_enabled(c);
	if (on > 0)
		r = add_service(c, &dirs, &ufw_service);
	else if (on == 0)
		r = boot_add_step(c, LOADER_UFW, false, "ufw is installed, not enabled");
	else if (on == -ENOMEM)
		r = on;
	if (r == 0 && boot_exists(c->tree, "/etc/tuned"))
		r = add_service(c, &dirs, &tuned_service);
	return r;
}
