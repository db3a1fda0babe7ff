/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The boot plan: first which init (boot-init.c) and which kernel command lines (boot-cmdline.c);
 * then, for that init, each loader by rules on paths: installed, enabled, not masked
 * (boot-systemd.c, boot-scripts.c). Versions are found by boot-version.c.
 */
#include "boot-impl.h"

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

const char *boot_plan_nobody(const struct boot_plan *p)
{
	const char *why = NULL;

	for (size_t i = 0; i < p->n_steps; i++) {
		const struct boot_step *s = &p->steps[i];

		if (s->loader.id == LOADER_CMDLINE)
			continue;
		if (s->runs_at_boot)
			return NULL;
		if (!why && !s->by_hand)
			why = s->why;
	}
	return why ? why : p->init_why;
}

const struct boot_cmdline *boot_plan_entry(const struct boot_plan *p, const char *path)
{
	for (size_t i = 0; i < p->n_cmdlines; i++) {
		if (streq(p->cmdlines[i].path, path))
			return &p->cmdlines[i];
	}
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

	for (size_t i = 0; i < p->n_unreadable; i++) {
		if (streq(p->unreadable[i], path))
			return 0;
	}
	if (array_reserve(&p->unreadable, p->n_unreadable, &c->cap_unreadable,
			  sizeof(*p->unreadable)) < 0)
		return -ENOMEM;
	p->unreadable[p->n_unreadable] = strdup(path);
	return p->unreadable[p->n_unreadable++] ? 0 : -ENOMEM;
}

int boot_add_step(struct boot_ctx *c, enum loader_id id, bool runs, const char *why)
{
	struct boot_plan *p = c->plan;
	struct boot_step *s;
	int r;

	if (!runs && !(c->flags & BOOT_IDLE))
		return 0;
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

static int add_cmdline_step(struct boot_ctx *c)
{
	struct boot_plan *p = c->plan;
	int r;

	if (p->n_cmdlines == 0 && p->n_unreadable == 0)
		return 0;
	r = boot_add_step(c, LOADER_CMDLINE, true, "the kernel, before init");
	if (r < 0)
		return r;
	p->steps[0].loader.cmdline = p->n_cmdlines ? p->cmdlines[0].text : "";
	p->steps[0].loader.cmdline_line = p->n_cmdlines ? p->cmdlines[0].line : 0;
	p->steps[0].loader.cmdline_path = p->n_cmdlines ? p->cmdlines[0].path : p->unreadable[0];
	return 0;
}

static int plan_by_init(struct boot_ctx *c)
{
	switch (c->plan->init) {
	case INIT_SYSTEMD:
		return boot_plan_systemd(c);
	case INIT_SYSV:
		return boot_plan_sysv(c);
	case INIT_OPENRC:
		return boot_plan_openrc(c);
	case INIT_RUNIT:
		return boot_plan_runit(c);
	case INIT_BUSYBOX:
		return boot_plan_busybox(c);
	case INIT_UNKNOWN:
	case INIT_OTHER:
		break;
	}
	return 0;
}

/* What an administrator runs by hand, where it is not the boot's loader already. */
static int plan_by_hand(struct boot_ctx *c)
{
	int r;

	if (!(c->flags & BOOT_IDLE))
		return 0;
	for (size_t i = 0; i < c->plan->n_steps; i++) {
		if (c->plan->steps[i].loader.id == LOADER_PROCPS)
			return 0;
	}
	if (boot_sysctl_program(c) != SYSCTL_PROCPS)
		return 0;
	r = boot_add_step(c, LOADER_PROCPS, false, "only by hand: sysctl --system");
	if (r == 0)
		c->plan->steps[c->plan->n_steps - 1].by_hand = true;
	return r;
}

/* Puts the steps that do not run after those that do, each in the order found. */
static int order_steps(struct boot_plan *p)
{
	struct boot_step *sorted = calloc(p->n_steps + 1, sizeof(*sorted));
	size_t n = 0;

	if (!sorted)
		return -ENOMEM;
	for (int runs = 1; runs >= 0; runs--) {
		for (size_t i = 0; i < p->n_steps; i++) {
			if (p->steps[i].runs_at_boot == runs)
				sorted[n++] = p->steps[i];
		}
	}
	free(p->steps);
	p->steps = sorted;
	return 0;
}

int boot_plan_detect(struct tree *tree, const struct boot_env *env, unsigned flags,
		     struct boot_plan **ret, struct error *e)
{
	_cleanup_(boot_plan_free_p) struct boot_plan *plan = calloc(1, sizeof(*plan));
	struct boot_ctx c = {.tree = tree, .env = env, .plan = plan, .e = e, .flags = flags};
	int r;

	if (!plan)
		return -ENOMEM;
	r = boot_detect_init(&c);
	if (r == 0)
		r = boot_find_cmdlines(&c);
	if (r == 0)
		r = add_cmdline_step(&c);
	if (r == 0)
		r = plan_by_init(&c);
	if (r == 0)
		r = plan_by_hand(&c);
	if (r == 0)
		r = order_steps(plan);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(plan);
	return 0;
}
