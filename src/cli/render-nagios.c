/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line as the Monitoring Plugins guidelines have it: service, state, text, performance data. A
 * '|' would start the performance data, so none of the text may hold one.
 */
#include "render-audit.h"

enum { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

int nagios_code(const struct audit_report *r)
{
	switch (r->exit_code) {
	case EXIT_PASS:
		return NAGIOS_OK;
	case EXIT_FAIL:
		return r->audit->verdict == VERDICT_FAIL ? NAGIOS_CRITICAL : NAGIOS_WARNING;
	default:
		return NAGIOS_UNKNOWN;
	}
}

static void add_text(struct strbuf *out, const char *s)
{
	for (; *s; s++)
		(void)strbuf_addc(out, *s == '|' ? '/' : *s);
}

static void add_boot(struct strbuf *b, const struct audit_report *r)
{
	const struct resolve_boot *boot = report_boot(r);

	if (report_is_container(r) || !boot || boot->state == RESOLVE_UNKNOWN) {
		(void)strbuf_adds(b, "next boot not known");
	} else if (boot->state == RESOLVE_UNSET) {
		(void)strbuf_adds(b, "next boot not set");
	} else {
		(void)strbuf_addf(b, "next boot %d (", boot->level);
		text_place(b, boot->source.path, boot->source.line);
		(void)strbuf_addc(b, ')');
	}
}

static void add_perfdata(struct strbuf *out, const struct audit_report *r)
{
	const struct resolve_boot *boot = report_boot(r);
	bool now = r->evidence->runtime.state == RUNTIME_SET;
	bool next = boot && boot->state == RESOLVE_SET && !report_is_container(r);

	if (now || next)
		(void)strbuf_adds(out, " |");
	if (now)
		(void)strbuf_addf(out, " level=%d;;;0;3", r->evidence->runtime.level);
	if (next)
		(void)strbuf_addf(out, " boot=%d;;;0;3", boot->level);
}

void render_audit_nagios(struct strbuf *out, const struct audit_report *r)
{
	static const char *const words[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
	struct strbuf b = {0};

	if (r->evidence->subject.kind == SUBJECT_ROOT || r->evidence->subject.live_elsewhere) {
		text_path(&b, r->evidence->subject.path);
		(void)strbuf_adds(&b, ": ");
	}
	report_sentence(&b, r);
	(void)strbuf_adds(&b, "; ");
	if (r->evidence->want_boot)
		add_boot(&b, r);
	if (r->evidence->want_now) {
		const struct runtime *run = &r->evidence->runtime;

		(void)strbuf_adds(&b, r->evidence->want_boot ? ", now " : "now ");
		if (run->state == RUNTIME_SET)
			(void)strbuf_addf(&b, "%d", run->level);
		else
			(void)strbuf_adds(&b, run->state == RUNTIME_SKIPPED
						      ? "not judged"
						      : runtime_state_word(run->state));
	}
	(void)strbuf_addf(out, "PTRACE %s - ", words[nagios_code(r)]);
	add_text(out, b.bytes ? b.bytes : "");
	out->failed |= b.failed;
	strbuf_done(&b);
	add_perfdata(out, r);
	(void)strbuf_addc(out, '\n');
}

void render_error_nagios(struct strbuf *out, const struct error *e)
{
	struct strbuf b = {0};

	if (e->path) {
		text_place(&b, e->path, e->line);
		(void)strbuf_adds(&b, ": ");
	}
	(void)strbuf_add_escaped(&b, e->what ? e->what : "error",
				 strlen(e->what ? e->what : "error"));
	if (e->err)
		(void)strbuf_addf(&b, " (%s)", strerror(e->err));
	(void)strbuf_adds(out, "PTRACE UNKNOWN - ");
	add_text(out, b.bytes ? b.bytes : "");
	(void)strbuf_addc(out, '\n');
	out->failed |= b.failed;
	strbuf_done(&b);
}
