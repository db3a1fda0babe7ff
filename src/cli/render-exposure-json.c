/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope.exposure/1: see docs/schema/exposure-1.schema.json. */
#include "exposure-report.h"

#include "jsonx.h"

static void add_id(struct json_object *o, const char *key, uint32_t id)
{
	if (id == ACCESS_ID_UNSEEN)
		(void)jx_add(o, key, NULL);
	else
		jx_add_int(o, key, id);
}

static void add_process(struct json_object *o, const struct exposure_report *r, uint32_t i)
{
	const struct snapshot *s = &r->processes.snapshot;
	const struct snapshot_process *p = &s->processes[i];

	jx_add_int(o, "pid", p->pid);
	jx_add_text(o, "comm", p->comm);
	add_id(o, "uid", s->creds[p->creds].uids[1]);
}

static void add_bounds(struct json_object *o, const char *key, struct exposure_bounds b)
{
	struct json_object *x = jx_add_object(o, key);

	jx_add_int(x, "min", b.min);
	jx_add_int(x, "max", b.max);
}

static void add_targets(struct json_object *o, const struct exposure_report *r)
{
	struct json_object *targets = jx_add_array(o, "targets");

	for (size_t i = 0; i < r->exposure.n_targets; i++) {
		const struct exposure_target *t = &r->exposure.targets[i];
		struct json_object *x, *levels;
		char key[2] = "0";

		if (r->target && r->processes.snapshot.processes[t->process].pid != r->target)
			continue;
		x = json_object_new_object();
		add_process(x, r, t->process);
		jx_add_text(x, "secret", t->holder ? t->holder->secret : NULL);
		jx_add_bool(x, "self_protected", t->self_protected);
		levels = jx_add_object(x, "unprivileged");
		add_bounds(levels, "now", exposure_now(r, t));
		for (int level = 0; level < 4; level++, key[0]++)
			add_bounds(levels, key, t->at[level]);
		jx_add_int(x, "privileged", t->privileged);
		json_object_array_add(targets, x);
	}
}

static const char *answer_word(enum access_result r)
{
	return r == ACCESS_PASS ? "allowed" : r == ACCESS_DENY ? "denied" : "unknown";
}

static void add_attackers(struct json_object *o, const struct exposure_report *r)
{
	struct json_object *all;

	if (!r->target) {
		(void)jx_add(o, "attackers", NULL);
		return;
	}
	all = jx_add_array(o, "attackers");
	for (size_t i = 0; i < r->n_attackers; i++) {
		const struct attacker *a = &r->attackers[i];
		struct json_object *x = json_object_new_object();
		char key[2] = "0";

		add_process(x, r, a->process);
		jx_add_bool(x, "privileged", a->privileged);
		jx_add_str(x, "now", answer_word(a->now));
		for (int level = 0; level < 4; level++, key[0]++)
			jx_add_str(x, key, answer_word(a->at[level]));
		json_object_array_add(all, x);
	}
}

static struct json_object *add_hole(struct json_object *holes, const char *kind)
{
	struct json_object *x = json_object_new_object();

	jx_add_str(x, "kind", kind);
	json_object_array_add(holes, x);
	return x;
}

static void add_holes(struct json_object *o, const struct exposure_report *r)
{
	const struct snapshot *s = &r->processes.snapshot;
	struct json_object *holes = jx_add_array(o, "holes"), *x;

	for (size_t i = 0; i < r->files.n; i++) {
		const struct hole_file *f = &r->files.files[i];

		x = add_hole(holes, f->has_caps ? "file-capability" : "set-uid");
		jx_add_text(x, "path", f->path);
	}
	for (size_t i = 0; i < r->exposure.n_userns; i++) {
		const struct exposure_userns *u = &r->exposure.userns[i];

		x = add_hole(holes, "user-namespace");
		add_process(x, r, u->process);
		jx_add_int(x, "inode", (int64_t)u->userns->inode);
		add_id(x, "owner", u->userns->owner);
		jx_add_int(x, "processes", u->processes);
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct snapshot_process *p = &s->processes[i];
		const struct snapshot_creds *c = &s->creds[p->creds];

		if (exposure_counts(p) && c->uids[1] != 0 && c->userns && c->userns->first &&
		    (c->cap_effective & ACCESS_CAP_BIT(ACCESS_CAP_SYS_PTRACE)))
			add_process(add_hole(holes, "capable-process"), r, (uint32_t)i);
		if (!p->tracer)
			continue;
		x = add_hole(holes, "attached");
		add_process(x, r, (uint32_t)i);
		jx_add_int(x, "tracer_pid", p->tracer);
	}
}

int render_exposure_json(struct strbuf *out, const struct exposure_report *r)
{
	struct json_object *o = json_object_new_object();
	const struct exposure *x = &r->exposure;

	jx_add_str(o, "schema", "ptscope.exposure/1");
	jx_add_int(o, "exit", 0);
	jx_add_level(o, "level", r->processes.env.level);
	jx_add_bool(o, "level_asked", r->processes.level_asked);
	jx_add_str(o, "yama", fact_word(r->processes.env.yama));
	add_targets(o, r);
	add_attackers(o, r);
	add_holes(o, r);
	jx_add_int(o, "processes", x->processes);
	jx_add_int(o, "classes", x->classes);
	jx_add_int(o, "privileged", x->privileged);
	jx_add_int(o, "privileged_not_root", x->privileged_not_root);
	jx_add_int(o, "unseen", x->unseen);
	jx_add_bool(o, "hidden", r->hidden);
	return jx_finish(o, out);
}
