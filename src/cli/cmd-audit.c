/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ptscope audit: for each subject gathers the evidence, has it judged, renders. A passing audit is
 * judged once, with the facts that every audit needs; any other is judged again with those that
 * explain a failure.
 */
#include "audit-record.h"
#include "audit-remedy.h"
#include "baseline.h"
#include "cli.h"
#include "date.h"
#include "journal.h"
#include "output.h"
#include "render-audit.h"
#include "render-probe.h"

#include <time.h>

#define SITE_DIR     "/etc/ptscope"
#define SITE_WAIVERS SITE_DIR "/waivers.conf"

static const struct option_spec options[] = {
	{"policy", 0, "NAME|FILE", "cis (default), stig, workstation, server, locked, or a file"},
	{"allow", 0, "LIST", "levels that pass, instead of the policy's: 1,2,3"},
	{"strict-files", 0, NULL, "fail on any weaker line in a file of the administrator's"},
	{"waivers", 0, "FILE", "accepted failures, instead of " SITE_WAIVERS},
	{"no-waivers", 0, NULL, "accept no failure"},
	{"fail-on", 0, "WHAT", "exit 1 or 3 for fail, unknown (default), warn, or never"},
	{"record", 0, "FILE", "keep what was seen in FILE, which audit judges again anywhere"},
	{"record-full", 0, NULL, "keep whole files in it, not only the lines that decide"},
	{"baseline", 0, "FILE", "exit 1 only if worse than in FILE, a saved JSON or a record"},
	{"probe", 0, NULL, "try on child processes whether the kernel does what it says"},
	{NULL},
};

/* What trying came to, kept for as long as the evidence that points to it. */
struct probed {
	struct audit_probe probe;
	struct strbuf sentence;
};

static void probed_done(struct probed *p)
{
	strbuf_done(&p->sentence);
}

/* What subjects are judged by, one set for all of them. */
struct rules {
	struct policy policy;
	struct waivers waivers;
	enum fail_on fail_on;
	int64_t now; /* seconds since 1970 */
};

static void rules_done(struct rules *r)
{
	policy_done(&r->policy);
	waivers_done(&r->waivers);
}

static int fail_on_from(const char *word, enum fail_on *ret, struct error *e)
{
	static const char *const words[] = {
		[FAIL_ON_FAIL] = "fail",
		[FAIL_ON_UNKNOWN] = "unknown",
		[FAIL_ON_WARN] = "warn",
		[FAIL_ON_NEVER] = "never",
	};

	*ret = FAIL_ON_UNKNOWN;
	if (!word)
		return 0;
	for (size_t i = 0; i < ELEMENTSOF(words); i++) {
		if (streq(words[i], word)) {
			*ret = (enum fail_on)i;
			return 0;
		}
	}
	return error_set(e, EINVAL, NULL, 0,
			 "--fail-on takes fail, unknown, warn or never, not \"%s\"", word);
}

/* What the command line lays over a policy. */
static int lay_over(const struct invocation *in, struct policy *p, struct error *e)
{
	const char *allow = invocation_value(in, "allow");

	if (invocation_value(in, "strict-files"))
		p->strict_files = p->own_strict = true;
	if (!allow)
		return 0;
	p->own_allow = true;
	if (policy_parse_levels(allow, &p->allow) == 0)
		return 0;
	return error_set(e, EINVAL, NULL, 0,
			 "--allow takes levels 0 to 3 with commas, as \"1,2,3\", not \"%s\"",
			 allow);
}

static int policy_from(const struct invocation *in, struct policy *ret, struct error *e)
{
	int r = policy_find(invocation_value(in, "policy"), in->options.no_config ? NULL : SITE_DIR,
			    ret, e);

	return r < 0 ? r : lay_over(in, ret, e);
}

static int waivers_from(const struct invocation *in, int64_t now, struct waivers *ret,
			struct error *e)
{
	const char *file = invocation_value(in, "waivers");
	const bool none = invocation_value(in, "no-waivers") != NULL;

	*ret = (struct waivers){0};
	if (file && none)
		return error_set(e, EINVAL, NULL, 0,
				 "--waivers and --no-waivers cannot go together");
	if (none || (!file && in->options.no_config))
		return 0;
	return waivers_load(file ? file : SITE_WAIVERS, /* must_exist= */ file != NULL,
			    date_of_time(now), ret, e);
}

static int rules_from(const struct invocation *in, struct rules *r, struct error *e)
{
	int k = fail_on_from(invocation_value(in, "fail-on"), &r->fail_on, e);

	r->now = (int64_t)time(NULL);
	if (k == 0)
		k = policy_from(in, &r->policy, e);
	return k == 0 ? waivers_from(in, r->now, &r->waivers, e) : k;
}

static int render(const struct audit_report *r)
{
	const struct layout layout = {.width = r->in->width, .color = r->in->color};

	switch (r->in->options.format) {
	case FORMAT_JSON:
		return render_audit_json(r->in->out, r);
	case FORMAT_NAGIOS:
		render_audit_nagios(r->in->out, r);
		return 0;
	default:
		render_audit_text(r->in->out, &layout, r);
		if (r->in->options.verbose)
			render_audit_verbose(r->in->out, &layout, r);
		return 0;
	}
}

/* Judges, and judges again in full where the short way did not end in pass. */
static int judge(const struct invocation *in, struct gather *g, struct evidence *ev,
		 const struct policy *policy, struct audit **ret, struct error *e)
{
	_cleanup_(audit_free_p) struct audit *a = NULL;
	const char *fail_on = invocation_value(in, "fail-on");
	bool full = in->options.verbose || in->options.format == FORMAT_JSON ||
		    (fail_on && streq(fail_on, "warn")) || g->record ||
		    invocation_value(in, "record");
	int r = full ? gather_in_full(g, ev, e) : 0;

	if (r < 0)
		return r;
	r = audit_run(g->tree, ev, policy, &a);
	if (r < 0)
		return error_set(e, -r, NULL, 0, "out of memory");
	if (a->verdict != VERDICT_PASS && !full) {
		r = gather_in_full(g, ev, e);
		if (r < 0)
			return r;
		a = audit_free(a);
		r = audit_run(g->tree, ev, policy, &a);
		if (r < 0)
			return error_set(e, -r, NULL, 0, "out of memory");
	}
	r = audit_add_remedies(g, ev, policy, a);
	if (r < 0)
		return error_set(e, -r, NULL, 0, "out of memory");
	*ret = TAKE_PTR(a);
	return 0;
}

/* Tries it on the running kernel, if asked to. */
static int add_probe(const struct invocation *in, const struct gather *g, struct evidence *ev,
		     struct probed *p, struct error *e)
{
	struct probe probe;
	struct probe_report r = {.probe = &probe, .claimed = &ev->runtime, .expect = LEVEL_NONE};
	int k;

	if (!invocation_value(in, "probe"))
		return 0;
	if (g->record)
		return error_set(e, EINVAL, g->record_path, 0,
				 "--probe needs a kernel, and this is a record");
	if (!g->subject.live || !ev->want_now)
		return error_set(e, EINVAL, g->subject.live ? NULL : g->subject.path, 0,
				 "--probe needs the running kernel to be judged");
	k = probe_run(PROBE_TIMEOUT_MS, &probe, e);
	if (k < 0)
		return k;
	r.verdict = probe_judge(&probe, probe_report_level(&r));
	render_probe_sentence(&p->sentence, &r);
	if (p->sentence.failed)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	p->probe = (struct audit_probe){
		.behaves_like = probe_behaves_word(&r.verdict),
		.level = r.verdict.level,
		.allows_more = r.verdict.allows_more,
		.denies_more = r.verdict.denies_more,
		.forbidden = r.verdict.forbidden,
		.sentence = p->sentence.bytes,
	};
	ev->probe = &p->probe;
	return 0;
}

/*
 * A record is judged by what it was judged by then, where the command line does not say otherwise:
 * it comes to the same anywhere, at any time.
 */
static int take_rules_of_record(const struct invocation *in, struct gather *g,
				struct audit_report *r, struct error *e)
{
	struct record *rec = g->record;

	if (!rec)
		return 0;
	r->as_of = rec->time;
	if (in->options.no_config)
		return 0;
	if (!invocation_value(in, "waivers") && !invocation_value(in, "no-waivers"))
		r->waivers = &rec->waivers;
	if (invocation_value(in, "policy"))
		return 0;
	r->policy = &rec->policy;
	return lay_over(in, &rec->policy, e);
}

static int gather_subject(const struct invocation *in, const char *root, struct gather *g,
			  struct evidence *ev, struct error *e)
{
	const enum only only = in->options.only;
	int r = gather_open(root, in->options.live, g, e);

	if (r == 0)
		r = gather_remember(g, e);
	if (r == 0 && only == ONLY_NOW && !g->subject.live) {
		(void)error_set(e, EINVAL, root, 0, "no kernel runs from this directory");
		error_hint(e, "if it is the root of the running one, add --live");
		return -EINVAL;
	}
	return r == 0 ? gather_evidence(g, only != ONLY_BOOT, only != ONLY_NOW, ev, e) : r;
}

static int level_at_boot(const struct audit_report *r)
{
	const struct resolve_boot *boot = report_boot(r);

	return boot && boot->state == RESOLVE_SET && !report_is_container(r) ? boot->level
									     : LEVEL_NONE;
}

/* Compares with --baseline; what is no worse is no reason to complain. */
static int compare(const struct invocation *in, struct audit_report *r, struct baseline *b,
		   struct baseline_diff *d, struct error *e)
{
	const char *file = invocation_value(in, "baseline");
	_cleanup_(host_done) struct host host = {0};
	const struct runtime *run = &r->evidence->runtime;
	int k;

	if (!file)
		return 0;
	if (gather_host(r->gather, &host) < 0)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	k = baseline_load(file, host.id, b, e);
	if (k < 0)
		return k;
	if (baseline_compare(b,
			     &(struct baseline_now){
				     .audit = r->audit,
				     .host_id = host.id,
				     .now = run->state == RUNTIME_SET ? run->level : LEVEL_NONE,
				     .boot = level_at_boot(r),
			     },
			     d) < 0)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	r->baseline = b;
	r->diff = d;
	if (!d->worse)
		r->exit_code = EXIT_PASS;
	return 0;
}

static int make_record(const struct invocation *in, const struct audit_report *r, struct error *e)
{
	const char *file = invocation_value(in, "record");
	_cleanup_strbuf_ struct strbuf out = {0};
	int k;

	if (!file)
		return 0;
	k = audit_record_make(r, invocation_value(in, "record-full") != NULL, &out, e);
	return k == 0 ? output_write(&out, file, /* stdout_open= */ true, e) : k;
}

/* Renders and gives the exit code. */
static int finish(const struct invocation *in, struct audit_report *r, struct error *e)
{
	_cleanup_(baseline_done) struct baseline b = {0};
	_cleanup_(baseline_diff_done) struct baseline_diff d = {0};
	int k = compare(in, r, &b, &d, e);

	if (k == 0)
		k = make_record(in, r, e);
	if (k < 0)
		return k;
	if (render(r) < 0 || in->out->failed)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	return in->options.format == FORMAT_NAGIOS ? nagios_code(r) : r->exit_code;
}

/* One subject. Returns the exit code, or -errno with e set. */
static int audit_one(const struct invocation *in, const char *root, const struct rules *rules,
		     struct error *e)
{
	_cleanup_(gather_done) struct gather g = {0};
	_cleanup_(evidence_done) struct evidence ev = {0};
	_cleanup_(probed_done) struct probed probed = {0};
	_cleanup_(audit_free_p) struct audit *a = NULL;
	_cleanup_free_ char *name = NULL, *interrupted = NULL;
	struct audit_report report = {.in = in,
				      .gather = &g,
				      .evidence = &ev,
				      .policy = &rules->policy,
				      .waivers = &rules->waivers,
				      .now = rules->now,
				      .as_of = rules->now};
	int r = gather_subject(in, root, &g, &ev, e);

	/* The journal is this machine's, and no part of what a record keeps. */
	if (r == 0 && !g.record && !invocation_value(in, "record") &&
	    journal_peek_interrupted(JOURNAL_DIR, g.tree, &interrupted) < 0)
		r = error_set(e, ENOMEM, NULL, 0, "out of memory");
	ev.interrupted = interrupted;
	if (r == 0)
		r = add_probe(in, &g, &ev, &probed, e);
	if (r == 0)
		r = take_rules_of_record(in, &g, &report, e);
	if (r == 0)
		r = judge(in, &g, &ev, report.policy, &a, e);
	if (r < 0)
		return r;
	if (gather_host_name(&g, &name) < 0 ||
	    audit_waive(a, report.waivers, name, date_of_time(report.as_of)) < 0)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	report.audit = a;
	report.exit_code = audit_exit_code(a, rules->fail_on);
	if (g.record)
		report.name = name ? name : g.record_path;
	else
		report.name = g.subject.kind == SUBJECT_ROOT || !name ? g.subject.path : name;
	return finish(in, &report, e);
}

/* What counts more where several subjects give several codes. */
static int worst(const struct invocation *in, int a, int b)
{
	static const int usual[] = {
		[EXIT_PASS] = 0, [EXIT_UNKNOWN] = 1, [EXIT_FAIL] = 2, [EXIT_ERROR] = 3};
	/* 0 ok, 1 warning, 3 unknown, 2 critical */
	static const int nagios[] = {[0] = 0, [1] = 1, [3] = 2, [2] = 3};
	const int *rank = in->options.format == FORMAT_NAGIOS ? nagios : usual;

	return rank[a] >= rank[b] ? a : b;
}

/* An error of one of several subjects stands among the results, so that no subject vanishes. */
static int note_error(const struct invocation *in, const struct error *e)
{
	switch (in->options.format) {
	case FORMAT_JSON:
		(void)output_error_json(e, EXIT_ERROR, in->out);
		return EXIT_ERROR;
	case FORMAT_NAGIOS:
		render_error_nagios(in->out, e);
		return EXIT_UNKNOWN;
	default:
		(void)output_error_text(in->command->name, e, in->out);
		return EXIT_ERROR;
	}
}

static int audit_several(const struct invocation *in, const struct rules *rules)
{
	int code = EXIT_PASS;

	for (int i = 0; i < in->n_args; i++) {
		_cleanup_error_ struct error e = {0};
		int r;

		if (i > 0 && in->options.format == FORMAT_TEXT)
			(void)strbuf_addc(in->out, '\n');
		r = audit_one(in, in->args[i], rules, &e);
		if (r < 0)
			r = note_error(in, &e);
		code = worst(in, code, r);
	}
	return code;
}

static int check_usage(const struct invocation *in, struct error *e)
{
	if (in->n_args > 0 && in->options.root)
		return error_set(e, EINVAL, NULL, 0, "--root and a subject cannot go together");
	if (in->n_args > 1 && (invocation_value(in, "record") || invocation_value(in, "baseline")))
		return error_set(e, EINVAL, NULL, 0,
				 "--record and --baseline go with one subject only");
	if (invocation_value(in, "record-full") && !invocation_value(in, "record"))
		return error_set(e, EINVAL, NULL, 0, "--record-full goes with --record FILE");
	if (in->n_args > 1 && in->options.live)
		return error_set(e, EINVAL, NULL, 0, "--live goes with one subject only");
	return 0;
}

static int run(const struct invocation *in, struct error *e)
{
	_cleanup_(rules_done) struct rules rules = {0};
	int r;

	if (check_usage(in, e) < 0 || rules_from(in, &rules, e) < 0)
		return EXIT_ERROR;
	if (in->n_args > 1)
		return audit_several(in, &rules);
	r = audit_one(in, in->n_args == 1 ? in->args[0] : in->options.root, &rules, e);
	if (r >= 0)
		return r;
	if (in->options.format != FORMAT_NAGIOS)
		return EXIT_ERROR;
	r = note_error(in, e);
	error_done(e);
	return r;
}

const struct command cmd_audit = {
	.name = "audit",
	.args = "[SUBJECT...]",
	.summary = "is ptrace restricted, now and after the next boot?",
	.help = "Judges the running kernel and the files that set kernel.yama.ptrace_scope at "
		"boot, by "
		"CIS 1.5.2 or another policy, and shows the evidence. SUBJECT is a directory that "
		"is "
		"the root of a system, or a record; without one, this system. With --format nagios "
		"the exit "
		"status is that of a monitoring plugin: 0 ok, 1 warning, 2 critical, 3 unknown.",
	.options = options,
	.globals = GLOBAL_ROOT | GLOBAL_LIVE | GLOBAL_ONLY | GLOBAL_JSON | GLOBAL_NAGIOS |
		   GLOBAL_NO_CONFIG | GLOBAL_VERBOSE,
	.exits =
		{
			[EXIT_PASS] = "pass, or every failure is waived",
			[EXIT_FAIL] = "fail",
			[EXIT_ERROR] = "wrong usage, or it could not run",
			[EXIT_UNKNOWN] = "unknown: something that matters could not be seen",
		},
	.run = run,
};
