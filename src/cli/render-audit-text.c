/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The screen of audit: headline, the two facts, findings with their evidence, the way out. The
 * words of verdict, summary and findings come from core; here they are laid out.
 */
#include "render-audit.h"

#include "date.h"

#define INDENT 2
/* Columns of the two facts: label, value, where it comes from. */
#define FACT_VALUE 13
#define FACT_WHERE 27

/* What a buffer holds so far. */
static const char *text_of(const struct strbuf *b)
{
	return b->bytes ? b->bytes : "";
}

/* Wraps sentences of core, which quote names that others chose. */
static size_t wrap_prose(struct strbuf *out, const struct layout *layout, size_t column,
			 size_t indent, const char *s)
{
	_cleanup_strbuf_ struct strbuf b = {0};

	(void)strbuf_add_escaped(&b, s, strlen(s));
	out->failed |= b.failed;
	return text_wrap(out, layout, column, indent, text_of(&b));
}

static void wrap_and_free(struct strbuf *out, const struct layout *layout, size_t column,
			  size_t indent, struct strbuf *b)
{
	(void)text_wrap(out, layout, column, indent, text_of(b));
	out->failed |= b->failed;
	strbuf_done(b);
}

bool report_is_container(const struct audit_report *r)
{
	return r->evidence->kernel.container == FACT_YES && r->evidence->subject.live &&
	       !r->evidence->subject.live_elsewhere;
}

const struct resolve_boot *report_boot(const struct audit_report *r)
{
	const struct resolve *res = r->evidence->resolve;

	return res && res->n_keys > 0 ? &res->keys[0].boot : NULL;
}

void report_sentence(struct strbuf *out, const struct audit_report *r)
{
	char day[DATE_WORDS_SIZE];

	(void)strbuf_adds(out, summary_sentence(r->audit->summary));
	if (r->audit->verdict != VERDICT_WAIVED)
		return;
	date_words(r->audit->accepted->expires, day);
	(void)strbuf_addf(out, "; accepted until %s", day);
}

static enum style verdict_paint(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return STYLE_PASS;
	case VERDICT_FAIL:
		return STYLE_FAIL;
	default:
		return STYLE_UNKNOWN;
	}
}

static enum style severity_paint(enum severity s)
{
	switch (s) {
	case SEVERITY_FAIL:
		return STYLE_FAIL;
	case SEVERITY_UNKNOWN:
		return STYLE_UNKNOWN;
	case SEVERITY_WARN:
		return STYLE_WARN;
	default:
		return STYLE_PLAIN;
	}
}

static void upper(const char *s, char *ret, size_t n)
{
	size_t i = 0;

	for (; s[i] && i + 1 < n; i++)
		ret[i] = s[i] >= 'a' && s[i] <= 'z' ? (char)(s[i] - 'a' + 'A') : s[i];
	ret[i] = '\0';
}

void render_audit_headline(struct strbuf *out, const struct layout *layout,
			   const struct audit_report *r)
{
	_cleanup_free_ char *levels = policy_levels_text(r->policy->allow);
	struct strbuf b = {0};
	char word[16];

	upper(verdict_word(r->audit->verdict), word, sizeof(word));
	(void)term_add(out, layout->color, verdict_paint(r->audit->verdict), word);
	(void)strbuf_adds(out, "  ");
	text_path(&b, r->name);
	(void)strbuf_adds(&b, ": ");
	report_sentence(&b, r);
	(void)strbuf_addf(&b, " (%s; policy ", cis_phrase(r->audit->cis));
	text_path(&b, r->policy->name);
	(void)strbuf_addf(&b, ": %s)", levels ? levels : "");
	wrap_and_free(out, layout, strlen(word) + 2, strlen(word) + 2, &b);
	(void)strbuf_addc(out, '\n');
}

/* One fact: "  now        1 restricted  where". */
static void print_fact(struct strbuf *out, const struct layout *layout, const char *label,
		       const char *value, const char *where)
{
	size_t column = FACT_VALUE + text_columns(value, strlen(value));
	size_t gap = column + 2 <= FACT_WHERE ? FACT_WHERE - column : 2;

	(void)strbuf_addf(out, "  %-11s%s", label, value);
	if (*where) {
		text_pad(out, gap);
		(void)text_wrap(out, layout, column + gap, FACT_WHERE, where);
	}
	(void)strbuf_addc(out, '\n');
}

static void now_absent(const struct kernel_facts *k, struct strbuf *where)
{
	if (k->yama_built == FACT_NO) {
		(void)strbuf_adds(where, "kernel ");
		text_path(where, k->release ? k->release : "");
		(void)strbuf_adds(where, " was built without it");
	} else if (k->yama_built == FACT_YES && k->yama_running == FACT_NO) {
		(void)strbuf_adds(where, "built in, but not in the running list");
	} else {
		(void)strbuf_adds(where, "/proc/sys/kernel/yama does not exist");
	}
}

static void now_words(const struct audit_report *r, struct strbuf *value, struct strbuf *where)
{
	const struct runtime *run = &r->evidence->runtime;
	const struct subject *s = &r->evidence->subject;

	switch (run->state) {
	case RUNTIME_SET:
		text_level(value, run->level);
		if (run->level == 3)
			(void)strbuf_adds(value, " (locked until reboot)");
		if (s->live_elsewhere)
			(void)strbuf_adds(where, "/proc (shared with the host)");
		else if (report_is_container(r))
			(void)strbuf_adds(where,
					  "the host's kernel: this value is not per container");
		break;
	case RUNTIME_ABSENT:
		(void)strbuf_adds(value, "no Yama");
		now_absent(&r->evidence->kernel, where);
		break;
	case RUNTIME_UNREADABLE:
		(void)strbuf_adds(value, "not readable");
		(void)strbuf_adds(where, run->why ? run->why : strerror(run->err));
		break;
	case RUNTIME_MALFORMED:
	case RUNTIME_OUT_OF_RANGE:
		(void)strbuf_addf(value, "%s", runtime_state_word(run->state));
		(void)strbuf_adds(where, "the kernel shows \"");
		text_bytes(where, run->value ? run->value : "",
			   run->value ? strlen(run->value) : 0);
		(void)strbuf_adds(where, "\"");
		break;
	case RUNTIME_NOT_VISIBLE:
		(void)strbuf_adds(value, "not visible");
		(void)strbuf_adds(where, run->why ? run->why : strerror(run->err));
		break;
	case RUNTIME_SKIPPED:
		(void)strbuf_adds(value, "not judged");
		(void)strbuf_adds(where, "no kernel runs from this directory");
		break;
	}
}

/* "/etc/sysctl.d/60-x.conf:3 (systemd-sysctl), under /host" */
static void boot_where(const struct audit_report *r, const struct resolve_boot *boot,
		       struct strbuf *b)
{
	const struct resolve *res = r->evidence->resolve;
	const struct subject *s = &r->evidence->subject;
	const char *before = NULL;

	text_place(b, boot->source.path, boot->source.line);
	(void)strbuf_addf(b, " (%s", resolve_source_loader(res, &boot->source));
	for (size_t i = 0; i < boot->source.loader; i++) {
		if (res->keys[0].fold[i].n_writes > 0)
			before = loader_name(res->boot_loaders[i].step->loader.id);
	}
	if (before && boot->source.from_file)
		(void)strbuf_addf(b, ", which runs after %s", before);
	(void)strbuf_addc(b, ')');
	if (s->live_elsewhere) {
		(void)strbuf_adds(b, ", under ");
		text_path(b, s->path);
		if (s->live_on_word)
			(void)strbuf_adds(b, " (taken on your word to be the running root)");
	}
}

/* True when boot entries come to different levels, and all of them are allowed. */
static bool entries_differ(const struct audit_report *r)
{
	const struct resolve *res = r->evidence->resolve;

	for (size_t i = 0; i < res->keys[0].n_unreadable; i++) {
		if (boot_plan_entry(res->plan, res->keys[0].unreadable[i]))
			return true;
	}
	return false;
}

/* "1 or 3" */
static void add_levels(struct strbuf *b, const struct resolve_key *key)
{
	bool any = false;

	for (int level = 0; level <= 3; level++) {
		bool possible = key->boot.level == level;

		for (size_t i = 0; i < key->n_variants; i++)
			possible = possible || key->variants[i].level == level;
		if (possible)
			(void)strbuf_addf(b, "%s%d", any ? " or " : "", level);
		any = any || possible;
	}
}

static void boot_words(const struct audit_report *r, struct strbuf *value, struct strbuf *where)
{
	const struct resolve_boot *boot = report_boot(r);

	if (report_is_container(r) || !boot) {
		(void)strbuf_adds(value, "not visible");
		(void)strbuf_adds(where,
				  "this container's /etc/sysctl.d has no effect on the host");
		return;
	}
	if (r->audit->effective && boot->state == RESOLVE_UNSET) {
		(void)strbuf_adds(value, "not set");
		(void)strbuf_adds(where, "the kernel's default decides, which differs between "
					 "distributions");
		return;
	}
	if (!r->audit->effective && !boot->has_source) {
		(void)strbuf_adds(value, "not set");
		(void)strbuf_adds(where, "and no file could change that on this kernel");
		return;
	}
	if (boot->state == RESOLVE_UNKNOWN && !boot->has_source) {
		(void)strbuf_adds(value, "not known");
		return;
	}
	if (!r->audit->effective)
		(void)strbuf_addf(value, "%d written, no effect", boot->level);
	else if (boot->state == RESOLVE_UNKNOWN && r->audit->boot == VERDICT_UNKNOWN)
		(void)strbuf_addf(value, "%d so far", boot->level);
	else if (boot->state == RESOLVE_UNKNOWN && entries_differ(r))
		add_levels(value, &r->evidence->resolve->keys[0]);
	else
		text_level(value, boot->level);
	if (boot->has_source)
		boot_where(r, boot, where);
}

/* Where the rule comes from, when it is not one of ours as it is. */
static void print_policy(struct strbuf *out, const struct layout *layout,
			 const struct audit_report *r)
{
	const struct policy *p = r->policy;
	struct strbuf value = {0}, where = {0};

	text_path(&value, p->name);
	if (streq(p->source, "built in")) {
		(void)strbuf_adds(&where, p->source);
	} else {
		text_path(&where, p->source);
		(void)strbuf_addf(&where, " (sha256 %.16s...)", p->sha256);
	}
	if (p->own_allow || p->own_strict)
		(void)strbuf_addf(&where, ", with %s%s%s", p->own_allow ? "--allow" : "",
				  p->own_allow && p->own_strict ? " and " : "",
				  p->own_strict ? "--strict-files" : "");
	else if (streq(p->source, "built in"))
		strbuf_clear(&where);
	if (where.len > 0)
		print_fact(out, layout, "policy", text_of(&value), text_of(&where));
	out->failed |= value.failed | where.failed;
	strbuf_done(&value);
	strbuf_done(&where);
}

/* What is judged, where that is a record. */
static void print_record(struct strbuf *out, const struct layout *layout,
			 const struct audit_report *r)
{
	const struct record *rec = r->gather->record;
	struct strbuf value = {0}, where = {0};
	char day[DATE_WORDS_SIZE];

	if (!rec)
		return;
	date_words(date_of_time(rec->time), day);
	text_path(&value, r->gather->record_path);
	(void)strbuf_addf(&where, "made on %s by ptscope ", day);
	(void)strbuf_add_escaped(&where, rec->tool_version, strlen(rec->tool_version));
	(void)strbuf_addf(&where, " of %s ",
			  rec->subject.kind == SUBJECT_LIVE ? "the running system" : "the root");
	text_path(&where, rec->subject_path);
	print_fact(out, layout, "record", text_of(&value), text_of(&where));
	out->failed |= value.failed | where.failed;
	strbuf_done(&value);
	strbuf_done(&where);
}

static void print_facts(struct strbuf *out, const struct layout *layout,
			const struct audit_report *r)
{
	struct strbuf value = {0}, where = {0};

	if (r->evidence->want_now) {
		now_words(r, &value, &where);
		print_fact(out, layout, "now", text_of(&value), text_of(&where));
	}
	strbuf_clear(&value);
	strbuf_clear(&where);
	if (r->evidence->want_boot) {
		boot_words(r, &value, &where);
		print_fact(out, layout, "next boot", text_of(&value), text_of(&where));
	}
	out->failed |= value.failed | where.failed;
	strbuf_done(&value);
	strbuf_done(&where);
	print_policy(out, layout, r);
	print_record(out, layout, r);
}

/* What has changed since the baseline. */
static void print_diff(struct strbuf *out, const struct layout *layout,
		       const struct audit_report *r)
{
	struct strbuf b = {0};

	if (!r->diff)
		return;
	(void)strbuf_adds(&b, r->diff->n == 0  ? "Nothing has changed since "
			      : r->diff->worse ? "Worse than "
					       : "No worse than ");
	text_path(&b, r->baseline->path);
	(void)strbuf_adds(&b, " of ");
	(void)strbuf_add_escaped(&b, r->baseline->time, strlen(r->baseline->time));
	(void)strbuf_adds(&b, r->diff->n == 0 ? "." : ":");
	(void)strbuf_addc(out, '\n');
	wrap_and_free(out, layout, 0, 0, &b);
	(void)strbuf_addc(out, '\n');
	for (size_t i = 0; i < r->diff->n; i++) {
		const struct baseline_change *c = &r->diff->items[i];
		const char *what = streq(c->what, "boot") ? "next boot" : c->what;

		(void)strbuf_addf(out, "  %-11s", what);
		(void)strbuf_add_escaped(out, c->text, strlen(c->text));
		(void)strbuf_adds(out, c->worse ? "    worse\n" : "\n");
	}
}

/* Files with lines, the lines in one column where all of them fit. */
static void print_evidence(struct strbuf *out, const struct layout *layout, const struct finding *f,
			   size_t indent)
{
	size_t widest = 0;

	for (size_t i = 0; i < f->n_evidence; i++) {
		struct strbuf place = {0};
		size_t n;

		text_place(&place, f->evidence[i].path, f->evidence[i].line);
		n = text_columns(text_of(&place), place.len);
		if (f->evidence[i].text && n > widest && indent + n + 24 <= layout->width)
			widest = n;
		strbuf_done(&place);
	}
	for (size_t i = 0; i < f->n_evidence; i++) {
		const struct finding_evidence *ev = &f->evidence[i];
		struct strbuf place = {0}, text = {0};
		size_t n, m;

		text_place(&place, ev->path, ev->line);
		n = text_columns(text_of(&place), place.len);
		text_pad(out, indent);
		(void)strbuf_adds(out, text_of(&place));
		if (ev->text) {
			text_bytes(&text, ev->text, strlen(ev->text));
			m = text_columns(text_of(&text), text.len);
			if (n <= widest && indent + widest + 4 + m <= layout->width) {
				text_pad(out, widest - n + 4);
			} else {
				(void)strbuf_addc(out, '\n');
				text_pad(out, indent + 4);
			}
			(void)strbuf_adds(out, text_of(&text));
		}
		(void)strbuf_addc(out, '\n');
		if (ev->package) {
			text_pad(out, indent);
			(void)strbuf_adds(out, "from ");
			(void)strbuf_add_escaped(out, ev->package, strlen(ev->package));
			(void)strbuf_addc(out, '\n');
		}
		out->failed |= place.failed | text.failed;
		strbuf_done(&place);
		strbuf_done(&text);
	}
}

static void print_paragraph(struct strbuf *out, const struct layout *layout, size_t indent,
			    const char *s)
{
	text_pad(out, indent);
	(void)wrap_prose(out, layout, indent, indent, s);
	(void)strbuf_addc(out, '\n');
}

/* Who accepts a failure, why, where that is written, and for how long. */
static void print_waiver(struct strbuf *out, const struct layout *layout, size_t indent,
			 const struct audit_report *r, const struct waiver *w)
{
	const int64_t left = w->expires - date_of_time(r->as_of);
	struct strbuf b = {0};

	(void)strbuf_addf(&b, "%s, %s, %s", w->id, w->owner, w->reason);
	text_pad(out, indent);
	(void)wrap_prose(out, layout, indent, indent, text_of(&b));
	strbuf_clear(&b);
	text_place(&b, r->waivers->source, w->line);
	(void)strbuf_addf(&b,
			  left == 0   ? ", the last day"
			  : left == 1 ? ", 1 day left"
				      : ", %lld days left",
			  (long long)left);
	(void)strbuf_addc(out, '\n');
	text_pad(out, indent);
	wrap_and_free(out, layout, indent, indent, &b);
	(void)strbuf_addc(out, '\n');
}

/* Severity, message, and the id at the right edge. */
static void print_finding(struct strbuf *out, const struct layout *layout,
			  const struct audit_report *r, const struct finding *f)
{
	const char *severity = severity_word(f->severity), *id = finding_docs[f->id].id;
	size_t indent = INDENT + strlen(severity) + 2, column, tag = strlen(id) + 2;

	(void)strbuf_addc(out, '\n');
	text_pad(out, INDENT);
	(void)term_add(out, layout->color, severity_paint(f->severity), severity);
	(void)strbuf_adds(out, "  ");
	column = wrap_prose(out, layout, indent, indent, f->message);
	if (column + 2 + tag > layout->width) {
		(void)strbuf_addc(out, '\n');
		column = 0;
	}
	text_pad(out, layout->width > column + tag ? layout->width - column - tag : 2);
	(void)strbuf_addf(out, "[%s]\n", id);
	if (f->waiver) {
		print_waiver(out, layout, indent + 2, r, f->waiver);
		return;
	}
	print_evidence(out, layout, f, indent + 2);
	for (size_t i = 0; i < f->n_because; i++) {
		const char *colon = strstr(f->because[i], ": ");

		print_paragraph(out, layout, indent, colon ? colon + 2 : f->because[i]);
	}
	if (f->detail)
		print_paragraph(out, layout, indent, f->detail);
}

/* The lines of a remedy, as they are, so that they can be pasted; what no one would paste is
 * escaped. */
static void print_remedy(struct strbuf *out, const char *remedy)
{
	while (*remedy) {
		size_t n = strcspn(remedy, "\n"), plain = 0;

		while (plain < n && remedy[plain] >= ' ' && remedy[plain] <= '~')
			plain++;
		text_pad(out, INDENT);
		if (plain == n)
			(void)strbuf_add(out, remedy, n);
		else
			(void)strbuf_add_escaped(out, remedy, n);
		(void)strbuf_addc(out, '\n');
		remedy += n;
		remedy += *remedy == '\n';
	}
}

static bool said_before(const struct audit *a, size_t i)
{
	for (size_t k = 0; k < i; k++) {
		if (a->findings[k].remedy && streq(a->findings[k].remedy, a->findings[i].remedy))
			return true;
	}
	return false;
}

static void print_remedies(struct strbuf *out, const struct audit *a)
{
	const char *lead = NULL;

	for (size_t i = 0; i < a->n_findings; i++) {
		const struct finding *f = &a->findings[i];
		const char *own = f->remedy_lead ? f->remedy_lead : "";

		if (!f->remedy || f->waiver || said_before(a, i))
			continue;
		if (!lead || !streq(lead, own)) {
			(void)strbuf_addc(out, '\n');
			if (*own)
				(void)strbuf_addf(out, "%s:\n", own);
		}
		lead = own;
		print_remedy(out, f->remedy);
	}
}

void render_audit_text(struct strbuf *out, const struct layout *layout,
		       const struct audit_report *r)
{
	render_audit_headline(out, layout, r);
	(void)strbuf_addc(out, '\n');
	print_facts(out, layout, r);
	for (size_t i = 0; i < r->audit->n_findings; i++) {
		if (!r->audit->findings[i].waived_with_boot)
			print_finding(out, layout, r, &r->audit->findings[i]);
	}
	print_remedies(out, r->audit);
	print_diff(out, layout, r);
}
