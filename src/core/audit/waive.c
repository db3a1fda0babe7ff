/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Applies waivers to an audit. What fails and is accepted stays a finding, with its evidence, and
 * the verdict says "waived", which is never counted as a pass; what could not be seen stays
 * unknown.
 */
#include "audit-impl.h"
#include "date.h"
#include "waivers.h"

#include <fnmatch.h>

static bool is_for_host(const struct waiver *w, const char *host)
{
	if (!host)
		return streq(w->host, "*");
	return fnmatch(w->host, host, FNM_CASEFOLD) == 0;
}

/* The level now is no violation of its own where the kernel holds just what the next boot sets and
 * that is accepted. */
static bool follows_from_boot(const struct audit *a, const struct finding *f)
{
	return f->id == FINDING_RUNTIME_NOT_RESTRICTED && a->levels_agree;
}

static void accept(struct audit *a, struct finding *f, const struct waiver *w)
{
	f->severity = SEVERITY_WAIVED;
	f->waiver = w;
	f->waived_with_boot = f->id != w->finding;
	if (!a->accepted || w->expires < a->accepted->expires)
		a->accepted = w;
}

/* Returns true when the waiver was of use. */
static bool apply(struct audit *a, const struct waiver *w)
{
	bool used = false;

	for (size_t i = 0; i < a->n_findings; i++) {
		struct finding *f = &a->findings[i];
		bool same = f->id == w->finding, follows;

		follows = w->finding == FINDING_BOOT_NOT_RESTRICTED && follows_from_boot(a, f);
		if ((!same && !follows) || (f->severity != SEVERITY_FAIL && f->waiver == NULL))
			continue;
		used |= same;
		if (!f->waiver || (same && f->waived_with_boot))
			accept(a, f, w);
	}
	return used;
}

static void note(struct judge *j, struct finding *f, const struct waivers *ws, size_t i)
{
	const struct waiver *w = &ws->items[i];
	_cleanup_strbuf_ struct strbuf b = {0};
	char day[DATE_WORDS_SIZE];

	date_words(w->expires, day);
	if (strbuf_addf(&b, "%s (%s), last day %s", w->id, finding_docs[w->finding].id, day) < 0)
		j->failed = true;
	else
		add_evidence(j, f, ws->source, w->line, b.bytes);
}

/* The two findings about waivers, each with all of them as evidence. */
static void tell_waivers(struct judge *j, const struct waivers *ws, const bool *expired,
			 const bool *unused)
{
	struct finding *f = NULL;

	for (size_t i = 0; i < ws->n; i++) {
		if (!expired[i])
			continue;
		if (!f)
			f = add_finding(j, FINDING_WAIVER_EXPIRED, SEVERITY_WARN,
					"A waiver for this host has expired.");
		note(j, f, ws, i);
	}
	f = NULL;
	for (size_t i = 0; i < ws->n; i++) {
		if (!unused[i])
			continue;
		if (!f)
			f = add_finding(j, FINDING_WAIVER_UNUSED, SEVERITY_INFO,
					"A waiver for this host waives nothing.");
		note(j, f, ws, i);
	}
}

/* Every finding that fails is waived. */
static void set_verdict(struct audit *a)
{
	if (!a->accepted || a->verdict != VERDICT_FAIL)
		return;
	for (size_t i = 0; i < a->n_findings; i++) {
		if (a->findings[i].severity == SEVERITY_FAIL)
			return;
	}
	if (a->now == VERDICT_FAIL)
		a->now = VERDICT_WAIVED;
	if (a->boot == VERDICT_FAIL)
		a->boot = VERDICT_WAIVED;
	a->verdict = VERDICT_WAIVED;
	if (a->now == VERDICT_UNKNOWN || a->boot == VERDICT_UNKNOWN) {
		a->verdict = VERDICT_UNKNOWN;
		a->summary = a->summary_unknown;
	}
}

int audit_waive(struct audit *a, const struct waivers *w, const char *host, int64_t today)
{
	struct judge j = {.audit = a, .cap_findings = a->n_findings};
	_cleanup_free_ bool *expired = NULL, *unused = NULL;

	if (w->n == 0)
		return 0;
	expired = calloc(w->n, sizeof(*expired));
	unused = calloc(w->n, sizeof(*unused));
	if (!expired || !unused)
		return -ENOMEM;
	for (size_t i = 0; i < w->n; i++) {
		if (!is_for_host(&w->items[i], host))
			continue;
		if (w->items[i].expires < today)
			expired[i] = true;
		else
			unused[i] = !apply(a, &w->items[i]);
	}
	tell_waivers(&j, w, expired, unused);
	sort_findings(a);
	set_verdict(a);
	return j.failed ? -ENOMEM : 0;
}
