/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The judgement. Each half is given a reason by the first rule of a table that applies; a verdict
 * belongs to each reason. "Unknown" is computed, not felt: the same rule is asked about every
 * outcome that is still possible, and only a different answer counts.
 */
#include "audit-impl.h"

const char *verdict_word(enum verdict v)
{
	static const char *const words[] = {
		[VERDICT_PASS] = "pass",       [VERDICT_FAIL] = "fail",
		[VERDICT_UNKNOWN] = "unknown", [VERDICT_WAIVED] = "waived",
		[VERDICT_SKIPPED] = "skipped",
	};

	return words[v];
}

const char *summary_sentence(enum summary s)
{
	static const char *const sentences[] = {
#define X(id, sentence) [SUMMARY_##id] = sentence,
		SUMMARIES(X)
#undef X
	};

	return sentences[s];
}

const char *cis_phrase(enum cis c)
{
	static const char *const phrases[] = {
		[CIS_SAME] = "CIS 1.5.2",
		[CIS_PASSES] = "CIS 1.5.2 passes",
		[CIS_NOT] = "not CIS 1.5.2",
	};

	return phrases[c];
}

enum verdict now_verdict(enum now_why w)
{
	static const enum verdict verdicts[_NOW_MAX] = {
		[NOW_FINE] = VERDICT_PASS,	     [NOW_SKIPPED] = VERDICT_SKIPPED,
		[NOW_WEAK] = VERDICT_FAIL,	     [NOW_NO_YAMA] = VERDICT_FAIL,
		[NOW_NOT_VISIBLE] = VERDICT_UNKNOWN, [NOW_PROBED_WEAK] = VERDICT_FAIL,
	};

	return verdicts[w];
}

enum verdict boot_verdict(enum boot_why w)
{
	static const enum verdict verdicts[_BOOT_MAX] = {
		[BOOT_FINE] = VERDICT_PASS,	    [BOOT_SKIPPED] = VERDICT_SKIPPED,
		[BOOT_WEAK] = VERDICT_FAIL,	    [BOOT_NOTHING] = VERDICT_FAIL,
		[BOOT_VENDOR] = VERDICT_FAIL,	    [BOOT_VOLATILE] = VERDICT_FAIL,
		[BOOT_STRICT] = VERDICT_FAIL,	    [BOOT_NO_YAMA] = VERDICT_FAIL,
		[BOOT_LEFT_OUT] = VERDICT_FAIL,	    [BOOT_CONTAINER] = VERDICT_UNKNOWN,
		[BOOT_NO_LOADER] = VERDICT_UNKNOWN, [BOOT_UNREAD] = VERDICT_UNKNOWN,
		[BOOT_VERSIONS] = VERDICT_UNKNOWN,
	};

	return verdicts[w];
}

/* A clear violation counts even where other evidence is missing. */
enum verdict both_verdicts(enum verdict now, enum verdict boot)
{
	if (now == VERDICT_FAIL || boot == VERDICT_FAIL)
		return VERDICT_FAIL;
	if (now == VERDICT_UNKNOWN || boot == VERDICT_UNKNOWN)
		return VERDICT_UNKNOWN;
	/* Nothing was judged: no reason to pass. */
	return now == VERDICT_SKIPPED && boot == VERDICT_SKIPPED ? VERDICT_UNKNOWN : VERDICT_PASS;
}

bool in_container(const struct evidence *ev)
{
	return ev->kernel.container == FACT_YES && ev->subject.live && !ev->subject.live_elsewhere;
}

enum absence absence_of(const struct kernel_facts *k)
{
	if (k->yama_built == FACT_NO)
		return ABSENCE_NOT_BUILT;
	if (k->lsm_param && !lsm_list_has(k->lsm_param, "yama"))
		return ABSENCE_LSM_PARAM;
	if (k->yama_built == FACT_YES && !k->lsm_param && k->config_lsm &&
	    !lsm_list_has(k->config_lsm, "yama"))
		return ABSENCE_CONFIG_LSM;
	return k->yama_built == FACT_YES ? ABSENCE_NOT_LISTED : ABSENCE_UNKNOWN;
}

/* What was tried counts more than what is claimed, where it is weaker. */
static bool probed_weak(const struct evidence *ev, const struct policy *p)
{
	const struct audit_probe *probe = ev->probe;

	return probe && probe->allows_more > 0 &&
	       (probe->level == LEVEL_NONE || !policy_allows(p, probe->level));
}

static enum now_why rule_now(const struct evidence *ev, const struct policy *p)
{
	if (!ev->want_now)
		return NOW_SKIPPED;
	switch (ev->runtime.state) {
	case RUNTIME_SET:
		if (!policy_allows(p, ev->runtime.level))
			return NOW_WEAK;
		return probed_weak(ev, p) ? NOW_PROBED_WEAK : NOW_FINE;
	case RUNTIME_OUT_OF_RANGE: /* a number that is seen, and that no policy allows */
		return NOW_WEAK;
	case RUNTIME_ABSENT:
		return NOW_NO_YAMA;
	case RUNTIME_SKIPPED:
		return NOW_SKIPPED;
	case RUNTIME_UNREADABLE:
	case RUNTIME_MALFORMED:
	case RUNTIME_NOT_VISIBLE:
		break;
	}
	return NOW_NOT_VISIBLE;
}

bool is_boot_entry(const struct boot_cmdline *c)
{
	return !startswith(c->path, "/proc/");
}

static size_t count_boot_entries(const struct boot_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; plan && i < plan->n_cmdlines; i++)
		n += is_boot_entry(&plan->cmdlines[i]);
	return n;
}

/* What the boot entries make of Yama: YES when each has lsm= with it, NO when each has one without.
 */
static enum fact entries_name_yama(const struct boot_plan *plan)
{
	const size_t n = count_boot_entries(plan);
	size_t with = 0, without = 0;

	for (size_t i = 0; n > 0 && i < plan->n_cmdlines; i++) {
		_cleanup_free_ char *list = NULL;

		if (!is_boot_entry(&plan->cmdlines[i]) ||
		    cmdline_param(plan->cmdlines[i].text, "lsm", &list) < 0)
			continue;
		if (lsm_list_has(list, "yama"))
			with++;
		else
			without++;
	}
	if (n == 0)
		return FACT_UNKNOWN;
	return without == n ? FACT_NO : with == n ? FACT_YES : FACT_UNKNOWN;
}

/* Whether the next boot has Yama at all. */
static enum boot_why rule_yama(const struct evidence *ev, const struct resolve *r)
{
	enum fact named = entries_name_yama(r ? r->plan : NULL);

	if (ev->runtime.state == RUNTIME_ABSENT) {
		/* Switched on for the next boot, and not yet rebooted. */
		if (ev->kernel.yama_built == FACT_YES && named == FACT_YES)
			return BOOT_FINE;
		return BOOT_NO_YAMA;
	}
	if (!ev->subject.live && ev->kernel.yama_built == FACT_NO)
		return BOOT_NO_YAMA;
	return named == FACT_NO ? BOOT_LEFT_OUT : BOOT_FINE;
}

static bool any_loader_at_boot(const struct resolve *r)
{
	for (size_t i = 0; i < r->n_boot_loaders; i++) {
		if (r->boot_loaders[i].step->loader.id != LOADER_CMDLINE)
			return true;
	}
	return false;
}

/* What one outcome of the fold is worth. */
static enum boot_why rule_outcome(const struct resolve_boot *b, const struct policy *p)
{
	const char *path = b->has_source ? b->source.path : NULL;

	if (b->level == LEVEL_NONE)
		return BOOT_NOTHING;
	if (!policy_allows(p, b->level))
		return BOOT_WEAK;
	if (b->has_source && !b->source.from_file && path && startswith(path, "/proc/"))
		return BOOT_VOLATILE;
	if (b->has_source && path && path_is_vendor(path) && !p->vendor_files)
		return BOOT_VENDOR;
	return BOOT_FINE;
}

/* Whether some possible outcome would be judged otherwise than the one that is computed. Where they
 * agree on the level, where it stands is taken to be the same too. */
static bool could_differ(const struct resolve_key *key, enum boot_why base, const struct policy *p)
{
	const enum verdict verdict = boot_verdict(base);

	for (size_t i = 0; i < key->n_variants; i++) {
		const struct resolve_boot *v = &key->variants[i];

		if (v->level != key->boot.level && boot_verdict(rule_outcome(v, p)) != verdict)
			return true;
	}
	return key->boot.state == RESOLVE_UNKNOWN && key->n_variants == 0;
}

/* What this boot's command line sets lasts if every boot entry comes to the same. */
static bool entries_agree(const struct resolve *r, const struct resolve_key *key)
{
	for (size_t i = 0; i < key->n_variants; i++) {
		if (key->variants[i].level != key->boot.level)
			return false;
	}
	return count_boot_entries(r->plan) > 0;
}

static bool any_forbidden(const struct said_list *said, const struct policy *p)
{
	for (size_t i = 0; i < said->n; i++) {
		if (said_is_forbidden(&said->items[i], p))
			return true;
	}
	return false;
}

static enum boot_why rule_files(const struct resolve *r, const struct said_list *said,
				const struct policy *p)
{
	const struct resolve_key *key = find_key(r);
	enum boot_why base;
	bool differ;

	if (!key)
		return BOOT_SKIPPED;
	if (!any_loader_at_boot(r))
		return BOOT_NO_LOADER;
	base = rule_outcome(&key->boot, p);
	if (base == BOOT_VOLATILE && entries_agree(r, key))
		base = BOOT_FINE;
	differ = could_differ(key, base, p);
	if (!differ && base != BOOT_FINE)
		return base;
	if (p->strict_files && any_forbidden(said, p))
		return BOOT_STRICT;
	if (differ)
		return key->n_unreadable > 0 ? BOOT_UNREAD : BOOT_VERSIONS;
	return base;
}

bool boot_would_pass(const struct resolve *r, const struct policy *p)
{
	const struct said_list none = {0};
	struct policy lax = *p;

	lax.strict_files = false;
	return rule_files(r, &none, &lax) == BOOT_FINE;
}

struct ruling judge_rule(const struct evidence *ev, const struct resolve *r,
			 const struct said_list *said, const struct policy *p)
{
	const enum boot_why yama = rule_yama(ev, r);
	struct ruling ret = {.now = rule_now(ev, p), .effective = yama == BOOT_FINE};

	if (!ev->want_boot)
		ret.boot = BOOT_SKIPPED;
	else if (in_container(ev))
		ret.boot = BOOT_CONTAINER;
	else if (yama != BOOT_FINE)
		ret.boot = yama;
	else
		ret.boot = rule_files(r, said, p);
	return ret;
}

/* The headline's rules, the first that applies. */
static bool yama_not_built(const struct judge *j)
{
	enum absence why = absence_of(&j->ev->kernel);

	return (j->ruling.now == NOW_NO_YAMA || j->ruling.boot == BOOT_NO_YAMA) &&
	       why != ABSENCE_LSM_PARAM && why != ABSENCE_CONFIG_LSM && why != ABSENCE_NOT_LISTED;
}

static bool yama_off(const struct judge *j)
{
	return j->ruling.now == NOW_NO_YAMA || j->ruling.boot == BOOT_NO_YAMA;
}

static bool fails_on_host(const struct judge *j)
{
	return j->audit->now == VERDICT_FAIL && in_container(j->ev);
}

static bool level_fails(const struct judge *j)
{
	return j->audit->cis == CIS_PASSES &&
	       (j->ruling.now == NOW_WEAK || j->ruling.boot == BOOT_WEAK);
}

/* At least one failing half is below all that the policy allows. */
static bool level_too_low(const struct judge *j)
{
	int lowest = 0;

	if (!level_fails(j))
		return false;
	while (lowest < 3 && !policy_allows(j->policy, lowest))
		lowest++;
	return (j->ruling.now == NOW_WEAK && j->ev->runtime.level < lowest) ||
	       (j->ruling.boot == BOOT_WEAK && j->key->boot.level < lowest);
}

static bool strict_line(const struct judge *j)
{
	return j->ruling.boot == BOOT_STRICT && j->audit->now != VERDICT_FAIL;
}

static bool both_fail(const struct judge *j)
{
	return j->audit->now == VERDICT_FAIL && j->audit->boot == VERDICT_FAIL;
}

static bool now_fails(const struct judge *j)
{
	return j->audit->now == VERDICT_FAIL;
}

static bool vendor_only(const struct judge *j)
{
	return j->ruling.boot == BOOT_VENDOR;
}

static bool unread_line(const struct judge *j)
{
	for (size_t i = 0; i < j->audit->n_findings; i++) {
		if (j->audit->findings[i].id == FINDING_NOT_READ)
			return true;
	}
	return false;
}

static bool not_written(const struct judge *j)
{
	return (j->ruling.boot == BOOT_NOTHING || j->ruling.boot == BOOT_VOLATILE) &&
	       j->audit->now == VERDICT_PASS;
}

static bool boot_unset(const struct judge *j)
{
	return j->ruling.boot == BOOT_NOTHING || j->ruling.boot == BOOT_VOLATILE;
}

static bool boot_fails(const struct judge *j)
{
	return j->audit->boot == VERDICT_FAIL;
}

static bool now_unknown(const struct judge *j)
{
	return j->audit->now == VERDICT_UNKNOWN;
}

static bool container_unknown(const struct judge *j)
{
	return j->ruling.boot == BOOT_CONTAINER;
}

static bool loader_unknown(const struct judge *j)
{
	return j->ruling.boot == BOOT_NO_LOADER;
}

static bool version_unknown(const struct judge *j)
{
	return j->ruling.boot == BOOT_VERSIONS;
}

static bool file_unknown(const struct judge *j)
{
	return j->ruling.boot == BOOT_UNREAD;
}

static bool passes(const struct judge *j)
{
	return j->audit->verdict == VERDICT_PASS;
}

struct summary_rule {
	bool (*applies)(const struct judge *j);
	enum summary summary;
};

static const struct summary_rule failures[] = {
	{passes, SUMMARY_PASS},
	{fails_on_host, SUMMARY_FAIL_HOST},
	{yama_not_built, SUMMARY_FAIL_NO_YAMA},
	{yama_off, SUMMARY_FAIL_YAMA_OFF},
	{level_too_low, SUMMARY_FAIL_STRICTER},
	{level_fails, SUMMARY_FAIL_OTHER_LEVEL},
	{strict_line, SUMMARY_FAIL_WEAKER_LINE},
	{both_fail, SUMMARY_FAIL_BOTH},
	{now_fails, SUMMARY_FAIL_NOW},
	{vendor_only, SUMMARY_FAIL_VENDOR},
	{unread_line, SUMMARY_FAIL_BOOT},
	{not_written, SUMMARY_FAIL_NOT_WRITTEN},
	{boot_unset, SUMMARY_FAIL_UNSET},
	{boot_fails, SUMMARY_FAIL_BOOT},
	{NULL, 0},
};

static const struct summary_rule unknowns[] = {
	{container_unknown, SUMMARY_UNKNOWN_CONTAINER}, {now_unknown, SUMMARY_UNKNOWN_NOW},
	{loader_unknown, SUMMARY_UNKNOWN_LOADER},	{version_unknown, SUMMARY_UNKNOWN_VERSION},
	{file_unknown, SUMMARY_UNKNOWN_FILE},		{NULL, SUMMARY_UNKNOWN_NOW},
};

/* The first rule of a table that applies, or its last. */
static const struct summary_rule *first_rule(const struct summary_rule *r, const struct judge *j)
{
	while (r->applies && !r->applies(j))
		r++;
	return r;
}

enum summary summary_choose_unknown(const struct judge *j)
{
	return first_rule(unknowns, j)->summary;
}

enum summary summary_choose(const struct judge *j)
{
	const struct summary_rule *r = first_rule(failures, j);

	return r->applies ? r->summary : summary_choose_unknown(j);
}

static bool has_warning(const struct audit *a)
{
	for (size_t i = 0; i < a->n_findings; i++) {
		if (a->findings[i].severity == SEVERITY_WARN)
			return true;
	}
	return false;
}

int audit_exit_code(const struct audit *a, enum fail_on threshold)
{
	enum { CODE_PASS = 0, CODE_FAIL = 1, CODE_UNKNOWN = 3 };

	if (threshold == FAIL_ON_NEVER)
		return CODE_PASS;
	if (a->verdict == VERDICT_FAIL || (threshold == FAIL_ON_WARN && has_warning(a)))
		return CODE_FAIL;
	if (a->verdict == VERDICT_UNKNOWN && threshold != FAIL_ON_FAIL)
		return CODE_UNKNOWN;
	return CODE_PASS;
}
