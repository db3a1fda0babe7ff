/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "audit-remedy.h"

#include "remedy.h"

#define SITE_POLICY "/etc/ptscope/policy.conf"

/* The level where the levels were given on the command line; LEVEL_NONE: the policy's own. */
static int own_level(const struct policy *p)
{
	for (int i = 1; p->own_allow && i <= 3; i++) {
		if (policy_allows(p, i))
			return i;
	}
	return LEVEL_NONE;
}

static void add_policy(struct strbuf *out, const struct policy *p)
{
	const bool built_in = streq(p->source, "built in");

	if (built_in ? streq(p->name, "cis") : streq(p->source, SITE_POLICY))
		return;
	(void)strbuf_adds(out, " --policy ");
	(void)strbuf_add_quoted(out, built_in ? p->name : p->source);
}

/* What ptscope fix has to be given to mean the same. */
static void add_arguments(struct strbuf *out, const struct evidence *ev, const struct policy *p)
{
	const struct subject *s = &ev->subject;
	const int level = own_level(p);

	if (s->kind == SUBJECT_ROOT || s->live_elsewhere) {
		(void)strbuf_adds(out, " --root ");
		(void)strbuf_add_quoted(out, s->path);
	}
	if (s->live_elsewhere)
		(void)strbuf_adds(out, " --live");
	if (ev->want_now != ev->want_boot)
		(void)strbuf_addf(out, " --only %s", ev->want_now ? "now" : "boot");
	add_policy(out, p);
	if (p->own_strict)
		(void)strbuf_adds(out, " --tidy");
	if (level != LEVEL_NONE)
		(void)strbuf_addf(out, " --level %d", level);
}

int audit_add_remedies(const struct gather *g, const struct evidence *ev,
		       const struct policy *policy, struct audit *a)
{
	_cleanup_strbuf_ struct strbuf arguments = {0};
	struct remedy_request req = {
		.plan =
			{
				.tree = g->tree,
				.evidence = ev,
				.policy = policy,
				.level = own_level(policy),
				.tidy = policy->own_strict,
			},
	};

	if (a->verdict != VERDICT_FAIL)
		return 0;
	add_arguments(&arguments, ev, policy);
	if (arguments.failed)
		return -ENOMEM;
	req.arguments = arguments.bytes ? arguments.bytes : "";
	return remedy_add(&req, a);
}
