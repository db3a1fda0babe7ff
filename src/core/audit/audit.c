/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three steps of an audit: collect, judge, tell. */
#include "audit-impl.h"

void evidence_done(struct evidence *ev)
{
	runtime_done(&ev->runtime);
	kernel_facts_done(&ev->kernel);
	ev->resolve = resolve_free(ev->resolve);
}

/*
 * What CIS 1.5.2 would say, for the headline: a policy that is stricter must not make people think
 * that the control fails.
 */
static int compare_with_cis(struct judge *j, enum cis *ret)
{
	_cleanup_(policy_done) struct policy cis = {0};
	struct ruling r;
	int k;

	*ret = CIS_SAME;
	if (policy_allows(j->policy, 0)) {
		*ret = CIS_NOT;
		return 0;
	}
	if (j->audit->verdict != VERDICT_FAIL)
		return 0;
	k = policy_builtin("cis", &cis);
	if (k < 0)
		return k;
	r = judge_rule(j->ev, j->ev->resolve, &j->said, &cis);
	if (both_verdicts(now_verdict(r.now), boot_verdict(r.boot)) == VERDICT_PASS)
		*ret = CIS_PASSES;
	return 0;
}

static int judge(struct judge *j)
{
	struct audit *a = j->audit;

	j->ruling = judge_rule(j->ev, j->ev->resolve, &j->said, j->policy);
	a->now = now_verdict(j->ruling.now);
	a->boot = boot_verdict(j->ruling.boot);
	a->verdict = both_verdicts(a->now, a->boot);
	a->effective = j->ruling.effective;
	return compare_with_cis(j, &a->cis);
}

static void tell(struct judge *j)
{
	tell_now(j);
	tell_boot(j);
	tell_notes(j);
	tell_writers(j);
	sort_findings(j->audit);
	j->audit->summary = summary_choose(j);
	j->audit->summary_unknown = summary_choose_unknown(j);
	j->audit->levels_agree = j->key && j->ev->runtime.state == RUNTIME_SET &&
				 j->key->boot.level == j->ev->runtime.level;
}

int audit_run(struct tree *tree, const struct evidence *ev, const struct policy *policy,
	      struct audit **ret)
{
	_cleanup_(audit_free_p) struct audit *a = calloc(1, sizeof(*a));
	struct judge j = {
		.tree = tree, .ev = ev, .policy = policy, .audit = a, .key = find_key(ev->resolve)};
	int r = a ? 0 : -ENOMEM;

	if (r == 0 && j.key)
		r = said_collect(ev->resolve, j.key, &j.said);
	if (r == 0)
		r = judge(&j);
	if (r == 0) {
		tell(&j);
		r = j.failed ? -ENOMEM : 0;
	}
	said_done(&j.said);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(a);
	return 0;
}
