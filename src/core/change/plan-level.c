/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which level a plan sets: what was asked for; else the policy's own, and not below what holds now
 * or at the next boot. What holds is never lowered unasked. That the kernel is at 3 now does not
 * count against a lower one for the next boot: 3 cannot be taken back, so nobody writes it unasked.
 */
#include "plan-impl.h"

int level_now(const struct evidence *ev)
{
	return ev->runtime.state == RUNTIME_SET ? ev->runtime.level : LEVEL_NONE;
}

int level_boot(const struct resolve *r)
{
	for (size_t i = 0; r && i < r->n_keys; i++) {
		if (streq(r->keys[i].key, PTRACE_SCOPE_KEY))
			return r->keys[i].boot.level;
	}
	return LEVEL_NONE;
}

static int lowest_allowed(const struct policy *p, int from)
{
	for (int i = from < 0 ? 0 : from; i <= 3; i++) {
		if (policy_allows(p, i))
			return i;
	}
	return LEVEL_NONE;
}

static int policy_level(const struct policy *p)
{
	int level;

	if (policy_allows(p, p->fix_level))
		return p->fix_level;
	/* --allow laid over a policy may leave its own level out. */
	level = lowest_allowed(p, 1);
	return level == LEVEL_NONE ? 0 : level;
}

static int would_lower(struct error *e, int from, int to)
{
	(void)error_set(e, EINVAL, NULL, 0, "would lower the level from %d to %d", from, to);
	error_hint(e, "say --lower if that is meant");
	return -EINVAL;
}

static int needs_irrevocable(struct error *e, bool asked)
{
	(void)error_set(e, EINVAL, NULL, 0,
			"%s sets level 3, which not even root can take back before a reboot",
			asked ? "this" : "the policy");
	error_hint(e, "say --irrevocable if that is meant");
	return -EINVAL;
}

/* What holds and must not be lowered. */
static int floor_of(const struct plan_request *req)
{
	int now = level_now(req->evidence), boot = level_boot(req->evidence->resolve);

	if (now == 3)
		now = LEVEL_NONE;
	return now > boot ? now : boot;
}

int plan_choose_level(const struct plan_request *req, int *ret, struct error *e)
{
	const struct policy *p = req->policy;
	const bool asked = req->level != LEVEL_NONE;
	int floor = floor_of(req), level = asked ? req->level : policy_level(p);

	if (asked && !policy_allows(p, level)) {
		(void)error_set(e, EINVAL, NULL, 0, "policy %s does not allow level %d", p->name,
				level);
		error_hint(e, "name one that does with --policy");
		return -EINVAL;
	}
	/* A stricter level that holds already is kept. */
	if (!asked && !req->lower && floor > level) {
		level = lowest_allowed(p, floor);
		if (level == LEVEL_NONE)
			return would_lower(e, floor, policy_level(p));
	}
	if (level < floor && !req->lower)
		return would_lower(e, floor, level);
	/* Where 3 holds already it is not this plan that sets it. */
	if (level == 3 && !req->irrevocable && floor != 3)
		return needs_irrevocable(e, asked);
	*ret = level;
	return 0;
}
