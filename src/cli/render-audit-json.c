/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ptscope.audit/1. What text shows in words stands here as data, with what makes a report useful
 * far from its host: who and when, the policy's hash, and the hash of every file that says the key.
 */
#include "date.h"
#include "fingerprint.h"
#include "jsonx.h"
#include "render-audit.h"

#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

/* RFC 3339, UTC, whole seconds. */
static void add_time(struct json_object *o, const char *key, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char buf[40];

	if (!gmtime_r(&t, &tm) || strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0) {
		(void)jx_add(o, key, NULL);
		return;
	}
	jx_add_str(o, key, buf);
}

/* A random UUID (RFC 9562, version 4). */
static void add_uuid(struct json_object *o, const char *key)
{
	struct strbuf b = {0};
	uint8_t u[16];

	if (getrandom(u, sizeof(u), 0) != (ssize_t)sizeof(u)) {
		(void)jx_add(o, key, NULL);
		return;
	}
	u[6] = (uint8_t)((u[6] & 0x0f) | 0x40);
	u[8] = (uint8_t)((u[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof(u); i++)
		(void)strbuf_addf(&b, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
				  u[i]);
	jx_add_str(o, key, b.bytes);
	strbuf_done(&b);
}

static void add_run(struct json_object *o, const struct invocation *in)
{
	struct json_object *tool = jx_add_object(o, "tool"), *run = jx_add_object(o, "run"), *argv;

	jx_add_str(tool, "name", "ptscope");
	jx_add_str(tool, "version", VERSION);
	jx_add_int(run, "uid", getuid());
	jx_add_int(run, "euid", geteuid());
	argv = jx_add_array(run, "argv");
	for (int i = 0; i < in->argc; i++) {
		struct strbuf b = {0};

		(void)strbuf_add_utf8(&b, in->argv[i], strlen(in->argv[i]));
		(void)json_object_array_add(argv, json_object_new_string(b.bytes ? b.bytes : ""));
		strbuf_done(&b);
	}
}

static void add_host(struct json_object *o, const struct audit_report *r, const struct host *h)
{
	const struct kernel_facts *k = &r->evidence->kernel;
	struct json_object *host = jx_add_object(o, "host");

	jx_add_text(host, "name", h->name);
	jx_add_str(host, "id", h->id);
	jx_add_text(host, "os_id", h->os_id);
	jx_add_text(host, "os_version", h->os_version);
	jx_add_text(host, "kernel", k->release);
	jx_add_text(host, "boot_id", k->boot_id);
	if (k->uptime_s)
		jx_add_int(host, "uptime_s", (int64_t)k->uptime_s);
	else
		(void)jx_add(host, "uptime_s", NULL);
}

static const char *kind_word(const struct subject *s)
{
	return s->kind == SUBJECT_LIVE ? "live" : "root";
}

static void add_subject(struct json_object *o, const struct audit_report *r)
{
	const struct subject *s = &r->evidence->subject;
	const struct record *rec = r->gather->record;
	struct json_object *subject = jx_add_object(o, "subject"), *recorded;

	jx_add_str(subject, "kind", rec ? "record" : kind_word(s));
	jx_add_text(subject, "path", rec ? r->gather->record_path : s->path);
	if (!rec) {
		(void)jx_add(subject, "recorded", NULL);
		return;
	}
	recorded = jx_add_object(subject, "recorded");
	add_time(recorded, "time", rec->time);
	jx_add_text(recorded, "version", rec->tool_version);
	jx_add_str(recorded, "kind", kind_word(s));
	jx_add_text(recorded, "path", s->path);
}

static void add_baseline(struct json_object *o, const struct audit_report *r)
{
	struct json_object *baseline, *changes;

	if (!r->baseline) {
		(void)jx_add(o, "baseline", NULL);
		return;
	}
	baseline = jx_add_object(o, "baseline");
	jx_add_text(baseline, "path", r->baseline->path);
	jx_add_text(baseline, "time", r->baseline->time);
	jx_add_str(baseline, "verdict", verdict_word(r->baseline->verdict));
	jx_add_bool(baseline, "worse", r->diff->worse);
	changes = jx_add_array(baseline, "changes");
	for (size_t i = 0; i < r->diff->n; i++) {
		const struct baseline_change *c = &r->diff->items[i];
		struct json_object *one = json_object_new_object();

		jx_add_str(one, "what", c->what);
		jx_add_text(one, "text", c->text);
		jx_add_text(one, "finding", c->finding);
		jx_add_text(one, "fingerprint", *c->fingerprint ? c->fingerprint : NULL);
		jx_add_bool(one, "worse", c->worse);
		(void)json_object_array_add(changes, one);
	}
}

static void add_policy(struct json_object *o, const struct policy *p)
{
	struct json_object *policy = jx_add_object(o, "policy"), *allow, *own;

	jx_add_text(policy, "name", p->name);
	jx_add_text(policy, "source", p->source);
	jx_add_str(policy, "sha256", p->sha256);
	allow = jx_add_array(policy, "allow");
	for (int level = 0; level <= 3; level++) {
		if (p->allow & (1U << level))
			(void)json_object_array_add(allow, json_object_new_int(level));
	}
	jx_add_bool(policy, "strict_files", p->strict_files);
	own = jx_add_array(policy, "overridden");
	if (p->own_allow)
		(void)json_object_array_add(own, json_object_new_string("allow"));
	if (p->own_strict)
		(void)json_object_array_add(own, json_object_new_string("strict_files"));
}

/* Where waivers were read from, or null. */
static void add_waivers(struct json_object *o, const struct waivers *w)
{
	struct json_object *waivers;

	if (!w->source) {
		(void)jx_add(o, "waivers", NULL);
		return;
	}
	waivers = jx_add_object(o, "waivers");
	jx_add_text(waivers, "source", w->source);
	jx_add_str(waivers, "sha256", w->sha256);
}

static void add_waiver(struct json_object *o, const struct audit_report *r, const struct waiver *w)
{
	char day[DATE_ISO_SIZE];
	struct json_object *waiver;

	if (!w) {
		(void)jx_add(o, "waiver", NULL);
		return;
	}
	waiver = jx_add_object(o, "waiver");
	date_iso(w->expires, day);
	jx_add_text(waiver, "id", w->id);
	jx_add_text(waiver, "reason", w->reason);
	jx_add_text(waiver, "owner", w->owner);
	jx_add_str(waiver, "expires", day);
	jx_add_text(waiver, "path", r->waivers->source);
	jx_add_int(waiver, "line", w->line);
}

static void add_runtime(struct json_object *o, const struct runtime *run)
{
	struct json_object *runtime = jx_add_object(o, "runtime");

	jx_add_str(runtime, "state", runtime_state_word(run->state));
	jx_add_text(runtime, "value", run->value);
	jx_add_level(runtime, "level", run->level);
}

/* A container's own files say nothing of the next boot; one that was not asked for is skipped. */
static void add_boot(struct json_object *o, const struct audit_report *r)
{
	static const struct resolve_boot nothing = {.state = RESOLVE_UNKNOWN, .level = LEVEL_NONE};
	const struct resolve_boot *boot = report_boot(r);
	struct json_object *b;

	if (!boot || report_is_container(r))
		boot = &nothing;
	b = json_add_boot(o, r->evidence->resolve, boot);
	if (!r->evidence->want_boot)
		jx_add_str(b, "state", "skipped");
	jx_add_bool(b, "effective", r->audit->effective);
}

static void add_probe(struct json_object *o, const struct audit_probe *p)
{
	struct json_object *probe;

	if (!p) {
		(void)jx_add(o, "probe", NULL);
		return;
	}
	probe = jx_add_object(o, "probe");
	jx_add_str(probe, "behaves_like", p->behaves_like);
	jx_add_int(probe, "allows_more", p->allows_more);
	jx_add_int(probe, "denies_more", p->denies_more);
	jx_add_bool(probe, "forbidden", p->forbidden);
}

static void add_finding(struct json_object *list, const struct audit_report *r,
			const struct finding *f, const char *host_id)
{
	struct json_object *o = json_object_new_object(), *because, *evidence;
	char fingerprint[FINGERPRINT_HEX + 1];

	jx_add_str(o, "id", finding_docs[f->id].id);
	jx_add_str(o, "severity", severity_word(f->severity));
	jx_add_text(o, "message", f->message);
	because = jx_add_array(o, "because");
	for (size_t i = 0; i < f->n_because; i++) {
		struct strbuf b = {0};

		(void)strbuf_add_utf8(&b, f->because[i], strlen(f->because[i]));
		(void)json_object_array_add(because,
					    json_object_new_string(b.bytes ? b.bytes : ""));
		strbuf_done(&b);
	}
	evidence = jx_add_array(o, "evidence");
	for (size_t i = 0; i < f->n_evidence; i++) {
		const struct finding_evidence *ev = &f->evidence[i];
		struct json_object *one = json_object_new_object();

		jx_add_text(one, "path", ev->path);
		if (ev->line)
			jx_add_int(one, "line", ev->line);
		else
			(void)jx_add(one, "line", NULL);
		jx_add_text(one, "text", ev->text);
		jx_add_text(one, "package", ev->package);
		(void)json_object_array_add(evidence, one);
	}
	jx_add_text(o, "remedy", f->remedy);
	finding_fingerprint(f, host_id, fingerprint);
	jx_add_str(o, "fingerprint", fingerprint);
	add_waiver(o, r, f->waiver);
	(void)json_object_array_add(list, o);
}

static void add_file(struct json_object *list, struct tree *tree, const char *path)
{
	struct json_object *o = json_object_new_object();
	char hex[FILE_HASH_HEX + 1], mode[8];
	struct tree_stat st;

	jx_add_text(o, "path", path);
	jx_add_str(o, "sha256", file_sha256(tree, path, hex) == 0 ? hex : NULL);
	if (tree_stat(tree, path, &st, NULL) == 0 && st.type != TREE_NULL) {
		(void)snprintf(mode, sizeof(mode), "%04o", st.mode & 07777U);
		add_time(o, "mtime", st.mtime);
		jx_add_str(o, "mode", mode);
		jx_add_int(o, "uid", st.uid);
	} else {
		(void)jx_add(o, "mtime", NULL);
		(void)jx_add(o, "mode", NULL);
		(void)jx_add(o, "uid", NULL);
	}
	(void)json_object_array_add(list, o);
}

/* Files that say the key, and files that stand in a finding; each once, in the order of its path.
 */
static int add_files(struct json_object *o, const struct audit_report *r)
{
	struct json_object *list = jx_add_array(o, "files");
	_cleanup_(path_set_done) struct path_set set = {0};
	int ret = path_set_of_report(&set, r->evidence->resolve, r->audit);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < set.n; i++)
		add_file(list, r->gather->tree, set.paths[i]);
	return 0;
}

int render_audit_json(struct strbuf *out, const struct audit_report *r)
{
	_cleanup_(host_done) struct host host = {0};
	struct json_object *o, *verdicts, *findings;

	if (gather_host(r->gather, &host) < 0) {
		out->failed = true;
		return -ENOMEM;
	}
	o = json_object_new_object();
	jx_add_str(o, "schema", "ptscope.audit/1");
	add_uuid(o, "report_id");
	add_time(o, "time", r->now);
	jx_add_int(o, "exit", r->exit_code);
	jx_add_str(o, "summary", summary_sentence(r->audit->summary));
	add_run(o, r->in);
	add_host(o, r, &host);
	add_subject(o, r);
	add_policy(o, r->policy);
	add_waivers(o, r->waivers);
	jx_add_str(o, "verdict", verdict_word(r->audit->verdict));
	verdicts = jx_add_object(o, "verdicts");
	jx_add_str(verdicts, "now", verdict_word(r->audit->now));
	jx_add_str(verdicts, "boot", verdict_word(r->audit->boot));
	add_runtime(o, &r->evidence->runtime);
	add_probe(o, r->evidence->probe);
	add_boot(o, r);
	jx_add_bool(o, "compensated", r->audit->compensated);
	findings = jx_add_array(o, "findings");
	for (size_t i = 0; i < r->audit->n_findings; i++)
		add_finding(findings, r, &r->audit->findings[i], host.id);
	add_baseline(o, r);
	if (add_files(o, r) < 0) {
		(void)json_object_put(o);
		out->failed = true;
		return -ENOMEM;
	}
	return jx_finish(o, out);
}
