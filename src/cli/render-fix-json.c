/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope.fix/1 and ptscope.rollback/1. */
#include "change-common.h"
#include "jsonx.h"

#include <time.h>

static void add_audit(struct json_object *o, const char *key, const struct audit *a)
{
	struct json_object *inner, *verdicts, *findings;

	if (!a) {
		(void)jx_add(o, key, NULL);
		return;
	}
	inner = jx_add_object(o, key);
	jx_add_str(inner, "verdict", verdict_word(a->verdict));
	verdicts = jx_add_object(inner, "verdicts");
	jx_add_str(verdicts, "now", verdict_word(a->now));
	jx_add_str(verdicts, "boot", verdict_word(a->boot));
	jx_add_str(inner, "summary", summary_sentence(a->summary));
	findings = jx_add_array(inner, "findings");
	for (size_t i = 0; i < a->n_findings; i++) {
		struct json_object *f = json_object_new_object();

		jx_add_str(f, "id", finding_docs[a->findings[i].id].id);
		jx_add_str(f, "severity", severity_word(a->findings[i].severity));
		jx_add_text(f, "message", a->findings[i].message);
		(void)json_object_array_add(findings, f);
	}
}

static void add_content(struct json_object *o, const char *key, const struct content *c)
{
	if (c->bytes)
		jx_add_bytes(o, key, c->bytes, c->len);
	else
		(void)jx_add(o, key, NULL);
}

static int add_change(struct json_object *list, const struct change *c)
{
	struct json_object *o = json_object_new_object();
	_cleanup_strbuf_ struct strbuf diff = {0};

	jx_add_str(o, "kind", change_kind_word(c->kind));
	if (c->kind == CHANGE_SYSCTL) {
		jx_add_str(o, "path", "/proc/sys/" PTRACE_SCOPE_KEY);
		(void)jx_add(o, "diff", NULL);
	} else {
		jx_add_text(o, "path", c->path);
		if (change_diff(c, &diff) < 0)
			return -ENOMEM;
		jx_add_bytes(o, "diff", diff.bytes, diff.len);
	}
	add_content(o, "before", &c->before);
	add_content(o, "after", &c->after);
	jx_add_text(o, "why", c->why);
	jx_add_text(o, "note", c->note);
	(void)json_object_array_add(list, o);
	return 0;
}

int render_fix_json(const struct target *t, const struct plan *p, const char *id,
		    const struct audit *after, int code)
{
	struct json_object *o = json_object_new_object(), *changes;
	int r = 0;

	jx_add_str(o, "schema", "ptscope.fix/1");
	jx_add_text(o, "root", t->gather.subject.path);
	jx_add_text(o, "policy", t->policy.name);
	jx_add_bool(o, "applied", id != NULL);
	jx_add_level(o, "level", p->state == PLAN_NONE ? LEVEL_NONE : p->level);
	changes = jx_add_array(o, "changes");
	for (size_t i = 0; i < p->n && r == 0; i++)
		r = add_change(changes, &p->changes[i]);
	jx_add_text(o, "obstacle", p->obstacle);
	jx_add_bool(o, "needs_reboot", p->locked);
	add_audit(o, "audit_after", after);
	jx_add_str(o, "rollback", id);
	jx_add_int(o, "exit", code);
	if (r < 0) {
		(void)json_object_put(o);
		return r;
	}
	return jx_finish(o, t->in->out);
}

static void add_undo(struct json_object *list, const struct change *c)
{
	struct json_object *o = json_object_new_object();

	jx_add_str(o, "kind",
		   c->kind == CHANGE_SYSCTL ? "sysctl"
		   : c->before.bytes	    ? "restore"
					    : "remove");
	if (c->kind == CHANGE_SYSCTL)
		jx_add_str(o, "path", "/proc/sys/" PTRACE_SCOPE_KEY);
	else
		jx_add_text(o, "path", c->path);
	add_content(o, "before", &c->after);
	add_content(o, "after", &c->before);
	(void)json_object_array_add(list, o);
}

int render_rollback_json(const struct target *t, const struct journal_entry *en, bool applied,
			 const struct audit *after, int code)
{
	struct json_object *o = json_object_new_object(), *changes;

	jx_add_str(o, "schema", "ptscope.rollback/1");
	jx_add_text(o, "root", t->gather.subject.path);
	jx_add_text(o, "id", en ? en->id : NULL);
	jx_add_bool(o, "applied", applied);
	changes = jx_add_array(o, "changes");
	for (size_t i = en ? en->n : 0; i-- > 0;)
		add_undo(changes, &en->changes[i]);
	add_audit(o, "audit_after", after);
	jx_add_int(o, "exit", code);
	return jx_finish(o, t->in->out);
}

static void add_time(struct json_object *o, int64_t when)
{
	time_t t = (time_t)when;
	char buf[40] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm))
		(void)strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm);
	jx_add_str(o, "time", *buf ? buf : NULL);
}

int render_rollback_list_json(const struct target *t, char *const *status)
{
	struct json_object *o = json_object_new_object(), *list;

	jx_add_str(o, "schema", "ptscope.rollback/1");
	jx_add_text(o, "root", t->gather.subject.path);
	list = jx_add_array(o, "list");
	for (size_t i = t->list.n; i-- > 0;) {
		const struct journal_entry *en = &t->list.entries[i];
		struct json_object *one = json_object_new_object();

		jx_add_text(one, "id", en->id);
		add_time(one, en->time);
		jx_add_text(one, "user", en->user);
		jx_add_text(one, "policy", en->policy);
		jx_add_str(one, "state", journal_state_word(en->state));
		jx_add_text(one, "status", status[i]);
		jx_add_int(one, "changes", (int64_t)en->n);
		(void)json_object_array_add(list, one);
	}
	jx_add_int(o, "exit", EXIT_PASS);
	return jx_finish(o, t->in->out);
}
