/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The probe for people: one sentence, then a row for each relation: may the tracer attach, may it
 * read. Where an answer is not that of the level, the row says which.
 */
#include "render-probe.h"

#include <stdio.h>

enum { COLUMN_ATTACH = 21, COLUMN_READ = 30, COLUMN_TEXT = 38 };

int probe_report_level(const struct probe_report *r)
{
	if (r->expect != LEVEL_NONE)
		return r->expect;
	return r->claimed->state == RUNTIME_ABSENT ? 0 : r->claimed->level;
}

static void add_level(struct strbuf *out, int level)
{
	(void)strbuf_addf(out, "%s (%d)", level_name(level), level);
}

static void add_claim(struct strbuf *out, const struct probe_report *r)
{
	const struct runtime *c = r->claimed;

	if (r->expect != LEVEL_NONE)
		(void)strbuf_addf(out, ", expected was %d", r->expect);
	switch (c->state) {
	case RUNTIME_SET:
		(void)strbuf_addf(out, ", sysctl says %d", c->level);
		break;
	case RUNTIME_ABSENT:
		(void)strbuf_adds(out, ", there is no sysctl (no Yama)");
		break;
	default:
		(void)strbuf_adds(out, ", the sysctl cannot be seen");
		break;
	}
}

static void add_count(struct strbuf *out, unsigned n, const char *verb, int level)
{
	(void)strbuf_addf(out, "%s %u answer%s that ", verb, n, n == 1 ? "" : "s");
	add_level(out, level);
}

static void add_difference(struct strbuf *out, const struct probe_report *r)
{
	const struct probe_verdict *v = &r->verdict;
	int level = probe_report_level(r);

	level = level == LEVEL_NONE ? 0 : level;
	if (v->allows_more) {
		add_count(out, v->allows_more, "allows", level);
		(void)strbuf_adds(out, " denies");
	}
	if (v->denies_more) {
		if (v->allows_more)
			(void)strbuf_adds(out, ", and ");
		add_count(out, v->denies_more, "denies", level);
		(void)strbuf_adds(out, " allows");
	}
}

void render_probe_sentence(struct strbuf *out, const struct probe_report *r)
{
	const struct probe_verdict *v = &r->verdict;

	if (v->forbidden) {
		(void)strbuf_adds(out, "ptrace is forbidden here altogether");
		if (r->probe->seccomp)
			(void)strbuf_adds(out, ", by a seccomp filter");
		add_claim(out, r);
		return;
	}
	if (v->behaves == PROBE_BEHAVES_LEVEL) {
		(void)strbuf_adds(out, "behaves like ");
		add_level(out, v->level);
	} else {
		(void)strbuf_adds(out, "behaves like no level: ");
		add_difference(out, r);
	}
	add_claim(out, r);
}

/* Over the operations of a mode: all allowed, none, or some. NULL when none was tried. */
static const char *summary(const struct probe *p, int relation, bool reading)
{
	unsigned tried = 0, allowed = 0;

	for (int o = 0; o < _PROBE_OPERATION_MAX; o++) {
		bool reads = probe_operation_mode((enum probe_operation)o) == PROBE_MODE_READ;

		if (reads != reading || p->result[relation][o] == PROBE_NOT_TRIED || p->blocked[o])
			continue;
		tried++;
		allowed += p->result[relation][o] == 0;
	}
	if (tried == 0)
		return "-";
	return allowed == tried ? "yes" : allowed == 0 ? "no" : "partly";
}

static void add_cell(struct strbuf *out, const struct probe_report *r, int relation, int operation)
{
	int result = r->probe->result[relation][operation];
	int want = probe_expected(r->probe, (enum probe_relation)relation,
				  (enum probe_operation)operation, probe_report_level(r));
	char buf[16];

	(void)strbuf_addf(out, "      %-20s ",
			  probe_operation_word((enum probe_operation)operation));
	if (result == 0)
		(void)strbuf_adds(out, "allowed");
	else if (result == PROBE_KILLED)
		(void)strbuf_adds(out, "killed");
	else
		(void)strbuf_addf(out, "denied (%s)", errno_word(result, buf, sizeof(buf)));
	if ((result == 0) != (want == 0)) {
		(void)strbuf_adds(out, "; ");
		if (probe_report_level(r) == LEVEL_NONE)
			(void)strbuf_adds(out, "level 0");
		else
			add_level(out, probe_report_level(r));
		(void)strbuf_addf(out, " %s it", want == 0 ? "allows" : "denies");
	}
	(void)strbuf_addc(out, '\n');
}

static void add_row(struct strbuf *out, const struct probe_report *r, int relation, bool all)
{
	const struct probe *p = r->probe;

	(void)strbuf_addf(out, "  %-*s%-*s%-*s%s\n", COLUMN_ATTACH - 2,
			  probe_relation_word((enum probe_relation)relation),
			  COLUMN_READ - COLUMN_ATTACH, summary(p, relation, false),
			  COLUMN_TEXT - COLUMN_READ, summary(p, relation, true),
			  probe_relation_text((enum probe_relation)relation));
	for (int o = 0; o < _PROBE_OPERATION_MAX; o++) {
		int want = probe_expected(p, (enum probe_relation)relation, (enum probe_operation)o,
					  probe_report_level(r));

		if (want == PROBE_NOT_TRIED)
			continue;
		if (all || (!p->blocked[o] && (p->result[relation][o] == 0) != (want == 0)))
			add_cell(out, r, relation, o);
	}
}

static void add_blocked(struct strbuf *out, const struct layout *layout, const struct probe *p)
{
	_cleanup_strbuf_ struct strbuf s = {0};
	char buf[16];

	for (int o = 0; o < _PROBE_OPERATION_MAX; o++) {
		if (!p->blocked[o])
			continue;
		(void)strbuf_addf(&s, "%s%s (%s)", s.len ? ", " : "",
				  probe_operation_word((enum probe_operation)o),
				  p->blocked[o] == PROBE_KILLED
					  ? "killed"
					  : errno_word(p->blocked[o], buf, sizeof(buf)));
	}
	if (!s.len)
		return;
	(void)strbuf_adds(out, "\n  not open here at all: ");
	(void)text_wrap(out, layout, 25, 4, s.bytes);
	(void)strbuf_addc(out, '\n');
}

/* Relations that could not be set up, by their reason. */
static void add_skipped(struct strbuf *out, const struct layout *layout, const struct probe *p,
			bool privileges)
{
	_cleanup_strbuf_ struct strbuf s = {0};
	char buf[16];

	for (int i = 0; i < _PROBE_RELATION_MAX; i++) {
		bool wants = i >= PROBE_CHILD_CAPS;

		if (!p->skipped[i] || wants != privileges)
			continue;
		(void)strbuf_addf(&s, "%s%s", s.len ? ", " : "",
				  probe_relation_word((enum probe_relation)i));
		if (!privileges)
			(void)strbuf_addf(&s, " (%s)", errno_word(p->skipped[i], buf, sizeof(buf)));
	}
	if (!s.len)
		return;
	(void)strbuf_addf(out, "  %s: ", privileges ? "need root" : "not set up");
	(void)text_wrap(out, layout, privileges ? 13 : 14, 4, s.bytes);
	(void)strbuf_addc(out, '\n');
}

static void add_possible(struct strbuf *out, const struct probe_verdict *v)
{
	unsigned n = 0;

	for (int i = 0; i <= 3; i++)
		n += (v->possible >> i) & 1;
	if (n < 2)
		return;
	(void)strbuf_adds(out, "  from here these levels look alike:");
	for (int i = 0; i <= 3; i++)
		if (v->possible & (1U << i))
			(void)strbuf_addf(out, " %d", i);
	(void)strbuf_addc(out, '\n');
}

void render_probe_text(struct strbuf *out, const struct layout *layout,
		       const struct probe_report *r, bool all)
{
	_cleanup_strbuf_ struct strbuf s = {0};

	render_probe_sentence(&s, r);
	if (s.failed) {
		out->failed = true;
		return;
	}
	(void)text_wrap(out, layout, 0, 2, s.bytes);
	(void)strbuf_addf(out, "\n\n  %-*s%-*s%-*s%s\n", COLUMN_ATTACH - 2, "asked about",
			  COLUMN_READ - COLUMN_ATTACH, "attach", COLUMN_TEXT - COLUMN_READ, "read",
			  "which is");
	for (int i = 0; i < _PROBE_RELATION_MAX; i++)
		if (!r->probe->skipped[i])
			add_row(out, r, i, all);
	add_blocked(out, layout, r->probe);
	(void)strbuf_addc(out, '\n');
	add_skipped(out, layout, r->probe, false);
	add_skipped(out, layout, r->probe, true);
	add_possible(out, &r->verdict);
	(void)strbuf_addf(out, "  %u ms; all of it among child processes of this command\n",
			  (unsigned)((r->probe->elapsed_us + 999) / 1000));
}
