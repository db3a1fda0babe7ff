/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Worse is: a verdict further from pass, a finding that fails or is unknown and did not so before,
 * or a lower level where the verdict is no pass. Findings are known again by their fingerprints.
 */
#include "baseline.h"

#include "date.h"
#include "fingerprint.h"
#include "gather.h"
#include "jsonx.h"

#include <stdio.h>
#include <time.h>

void baseline_done(struct baseline *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free(b->findings[i].id);
		free(b->findings[i].fingerprint);
	}
	free(b->findings);
	free(b->time);
	*b = (struct baseline){0};
}

void baseline_diff_done(struct baseline_diff *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->items[i].text);
	free(d->items);
	*d = (struct baseline_diff){0};
}

static int add_finding(struct baseline *b, const char *id, const char *fingerprint,
		       enum severity severity)
{
	struct baseline_finding *f;

	if (array_reserve(&b->findings, b->n, &b->cap, sizeof(*f)) < 0)
		return -ENOMEM;
	f = &b->findings[b->n++];
	*f = (struct baseline_finding){
		.id = strdup(id), .fingerprint = strdup(fingerprint), .severity = severity};
	return f->id && f->fingerprint ? 0 : -ENOMEM;
}

static int not_an_audit(const char *path, struct error *e)
{
	(void)error_set(e, EINVAL, path, 0, "is no audit that was saved");
	error_hint(e,
		   "\"ptscope audit --json -o FILE\" and \"ptscope audit --record FILE\" save one");
	return -EINVAL;
}

/* A member that is a string, or NULL. Borrowed. */
static const char *text_of(struct json_object *o, const char *name)
{
	struct json_object *v;

	return json_object_object_get_ex(o, name, &v) && json_object_is_type(v, json_type_string)
		       ? json_object_get_string(v)
		       : NULL;
}

static struct json_object *member(struct json_object *o, const char *name, enum json_type type)
{
	struct json_object *v;

	return json_object_object_get_ex(o, name, &v) && json_object_is_type(v, type) ? v : NULL;
}

static int level_of(struct json_object *o, const char *name)
{
	struct json_object *half = member(o, name, json_type_object);
	struct json_object *level = half ? member(half, "level", json_type_int) : NULL;
	const int64_t n = level ? json_object_get_int64(level) : -1;

	return n >= 0 && n <= 3 ? (int)n : LEVEL_NONE;
}

static int verdict_of_word(const char *word, enum verdict *ret)
{
	static const enum verdict all[] = {VERDICT_PASS, VERDICT_FAIL, VERDICT_UNKNOWN,
					   VERDICT_WAIVED};

	for (size_t i = 0; word && i < ELEMENTSOF(all); i++) {
		if (streq(verdict_word(all[i]), word)) {
			*ret = all[i];
			return 0;
		}
	}
	return -EINVAL;
}

static int severity_of_word(const char *word, enum severity *ret)
{
	for (unsigned s = SEVERITY_FAIL; word && s <= SEVERITY_INFO; s++) {
		if (streq(severity_word((enum severity)s), word)) {
			*ret = (enum severity)s;
			return 0;
		}
	}
	return -EINVAL;
}

static int take_findings(struct json_object *list, struct baseline *b)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *f = json_object_array_get_idx(list, i);
		const char *id = text_of(f, "id"), *fingerprint = text_of(f, "fingerprint");
		enum severity severity;

		if (!id || !fingerprint || severity_of_word(text_of(f, "severity"), &severity) < 0)
			return -EINVAL;
		if (add_finding(b, id, fingerprint, severity) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int take_object(struct json_object *o, struct baseline *b)
{
	struct json_object *findings = member(o, "findings", json_type_array);
	const char *time = text_of(o, "time");

	if (!findings || !time || verdict_of_word(text_of(o, "verdict"), &b->verdict) < 0)
		return -EINVAL;
	b->now = level_of(o, "runtime");
	b->boot = level_of(o, "boot");
	b->time = strdup(time);
	return b->time ? take_findings(findings, b) : -ENOMEM;
}

static bool is_audit_of(struct json_object *o, const char *host_id)
{
	struct json_object *host = member(o, "host", json_type_object);
	const char *schema = text_of(o, "schema"), *id = host ? text_of(host, "id") : NULL;

	return schema && streq(schema, "ptscope.audit/1") &&
	       (!host_id || !id || streq(id, host_id));
}

/* The last object of the file that is an audit of this host: files grow at their end. */
static int load_json(const char *bytes, size_t n, const char *host_id, struct baseline *b)
{
	struct json_object *found = NULL;
	int r = 0;

	while (r == 0 && n > 0) {
		const char *nl = memchr(bytes, '\n', n);
		size_t len = nl ? (size_t)(nl - bytes) : n;
		struct json_tokener *t = json_tokener_new_ex(16);
		struct json_object *o;

		if (!t) {
			r = -ENOMEM;
			break;
		}
		o = len <= INT32_MAX ? json_tokener_parse_ex(t, bytes, (int)len) : NULL;
		json_tokener_free(t);
		if (len > 0 && !json_object_is_type(o, json_type_object))
			r = -EINVAL;
		if (r == 0 && o && is_audit_of(o, host_id)) {
			(void)json_object_put(found);
			found = o;
		} else {
			(void)json_object_put(o);
		}
		bytes += len + (nl != NULL);
		n -= len + (nl != NULL);
	}
	if (r == 0)
		r = found ? take_object(found, b) : -EINVAL;
	(void)json_object_put(found);
	return r;
}

static int take_audit(const struct audit *a, const char *host_id, struct baseline *b)
{
	for (size_t i = 0; i < a->n_findings; i++) {
		char fingerprint[FINGERPRINT_HEX + 1];

		finding_fingerprint(&a->findings[i], host_id, fingerprint);
		if (add_finding(b, finding_docs[a->findings[i].id].id, fingerprint,
				a->findings[i].severity) < 0)
			return -ENOMEM;
	}
	b->verdict = a->verdict;
	return 0;
}

/* A record, judged by what it says it was judged by. */
static int load_record(const char *path, struct baseline *b, struct error *e)
{
	_cleanup_(gather_done) struct gather g = {0};
	_cleanup_(evidence_done) struct evidence ev = {0};
	_cleanup_(audit_free_p) struct audit *a = NULL;
	char day[DATE_ISO_SIZE];
	int r = gather_open_record(path, &g, e);

	if (r == 0)
		r = gather_evidence(&g, true, true, &ev, e);
	if (r < 0)
		return r;
	r = audit_run(g.tree, &ev, &g.record->policy, &a);
	if (r == 0)
		r = audit_waive(a, &g.record->waivers, g.record->host_name,
				date_of_time(g.record->time));
	if (r == 0)
		r = take_audit(a, g.record->host_id, b);
	date_iso(date_of_time(g.record->time), day);
	if (r < 0 ||
	    asprintf(&b->time, "%sT%02d:%02d:%02dZ", day, (int)(g.record->time / 3600 % 24),
		     (int)(g.record->time / 60 % 60), (int)(g.record->time % 60)) < 0) {
		b->time = NULL;
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	}
	b->now = ev.runtime.state == RUNTIME_SET ? ev.runtime.level : LEVEL_NONE;
	b->boot = ev.resolve && ev.resolve->n_keys > 0 &&
				  ev.resolve->keys[0].boot.state == RESOLVE_SET
			  ? ev.resolve->keys[0].boot.level
			  : LEVEL_NONE;
	return 0;
}

int baseline_load(const char *path, const char *host_id, struct baseline *ret, struct error *e)
{
	_cleanup_(baseline_done) struct baseline b = {.now = LEVEL_NONE, .boot = LEVEL_NONE};
	_cleanup_strbuf_ struct strbuf bytes = {0};
	int r = gather_read_file(path, &bytes, e);

	if (r < 0)
		return r;
	if (bytes.bytes && record_is(bytes.bytes, bytes.len)) {
		r = load_record(path, &b, e);
	} else {
		r = load_json(bytes.bytes ? bytes.bytes : "", bytes.len, host_id, &b);
		if (r == -EINVAL)
			r = not_an_audit(path, e);
		else if (r < 0)
			r = error_set(e, -r, path, 0, "out of memory");
	}
	if (r < 0)
		return r;
	*ret = b;
	ret->path = path;
	b = (struct baseline){0};
	return 0;
}

static int add_change(struct baseline_diff *d, const char *what, bool worse, char *text)
{
	if (!text || array_reserve(&d->items, d->n, &d->cap, sizeof(*d->items)) < 0) {
		free(text);
		return -ENOMEM;
	}
	d->items[d->n++] = (struct baseline_change){.what = what, .text = text, .worse = worse};
	d->worse |= worse;
	return 0;
}

/* "pass -> fail". Caller frees; NULL when out of memory. */
static char *step_text(const char *before, const char *after)
{
	struct strbuf s = {0};

	(void)strbuf_addf(&s, "%s -> %s", before, after);
	return strbuf_take(&s);
}

/* "not-read (fail)". The same. */
static char *finding_text(const char *id, enum severity severity)
{
	struct strbuf s = {0};

	(void)strbuf_addf(&s, "%s (%s)", id, severity_word(severity));
	return strbuf_take(&s);
}

/* How far from a pass. */
static int distance(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
	case VERDICT_SKIPPED:
		return 0;
	case VERDICT_WAIVED:
		return 1;
	case VERDICT_UNKNOWN:
		return 2;
	case VERDICT_FAIL:
		break;
	}
	return 3;
}

static const char *level_text(int level, char ret[8])
{
	(void)snprintf(ret, 8, "%d", level);
	return level == LEVEL_NONE ? "not known" : ret;
}

static int compare_level(struct baseline_diff *d, const char *what, int before, int after,
			 bool pass)
{
	char a[8], b[8];

	if (before == after)
		return 0;
	return add_change(d, what, !pass && after != LEVEL_NONE && after < before,
			  step_text(level_text(before, a), level_text(after, b)));
}

static bool counts(enum severity s)
{
	return s == SEVERITY_FAIL || s == SEVERITY_UNKNOWN;
}

static const struct baseline_finding *find_before(const struct baseline *b, const char *fingerprint)
{
	for (size_t i = 0; i < b->n; i++) {
		if (streq(b->findings[i].fingerprint, fingerprint))
			return &b->findings[i];
	}
	return NULL;
}

static int compare_findings(const struct baseline *b, const struct baseline_now *now,
			    struct baseline_diff *d)
{
	const struct audit *a = now->audit;

	for (size_t i = 0; i < a->n_findings; i++) {
		const struct finding *f = &a->findings[i];
		const char *id = finding_docs[f->id].id;
		char fingerprint[FINGERPRINT_HEX + 1];
		const struct baseline_finding *before;
		int r;

		finding_fingerprint(f, now->host_id, fingerprint);
		before = find_before(b, fingerprint);
		if (before && before->severity == f->severity)
			continue;
		r = add_change(d, before ? "changed" : "new",
			       counts(f->severity) && !(before && counts(before->severity) &&
							before->severity <= f->severity),
			       finding_text(id, f->severity));
		if (r < 0)
			return r;
		d->items[d->n - 1].finding = id;
		memcpy(d->items[d->n - 1].fingerprint, fingerprint, sizeof(fingerprint));
	}
	return 0;
}

/* Findings of the baseline that are there no more. */
static int compare_gone(const struct baseline *b, const struct baseline_now *now,
			struct baseline_diff *d)
{
	const struct audit *a = now->audit;

	for (size_t i = 0; i < b->n; i++) {
		const struct baseline_finding *f = &b->findings[i];
		char fingerprint[FINGERPRINT_HEX + 1];
		bool there = false;

		for (size_t k = 0; !there && k < a->n_findings; k++) {
			finding_fingerprint(&a->findings[k], now->host_id, fingerprint);
			there = streq(fingerprint, f->fingerprint);
		}
		if (there)
			continue;
		if (add_change(d, "gone", false, finding_text(f->id, f->severity)) < 0)
			return -ENOMEM;
		d->items[d->n - 1].finding = f->id;
		(void)snprintf(d->items[d->n - 1].fingerprint,
			       sizeof(d->items[d->n - 1].fingerprint), "%s", f->fingerprint);
	}
	return 0;
}

int baseline_compare(const struct baseline *b, const struct baseline_now *now,
		     struct baseline_diff *ret)
{
	struct baseline_diff d = {0};
	const enum verdict v = now->audit->verdict;
	int r = 0;

	if (v != b->verdict)
		r = add_change(&d, "verdict", distance(v) > distance(b->verdict),
			       step_text(verdict_word(b->verdict), verdict_word(v)));
	if (r == 0)
		r = compare_level(&d, "now", b->now, now->now, v == VERDICT_PASS);
	if (r == 0)
		r = compare_level(&d, "boot", b->boot, now->boot, v == VERDICT_PASS);
	if (r == 0)
		r = compare_findings(b, now, &d);
	if (r == 0)
		r = compare_gone(b, now, &d);
	if (r < 0) {
		baseline_diff_done(&d);
		return r;
	}
	*ret = d;
	return 0;
}
