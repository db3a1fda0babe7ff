/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope.impact/1. */
#include "jsonx.h"
#include "render-impact.h"

static void add_program(struct json_object *list, const struct impact_found *f)
{
	const struct impact_program *p = f->program;
	struct json_object *o = json_object_new_object(), *part, *source;

	jx_add_str(o, "id", p->id);
	jx_add_text(o, "name", p->name);
	jx_add_str(o, "access", impact_access_word(p->access));
	part = jx_add_object(o, "effects");
	for (int level = 0; level <= 3; level++) {
		const char key[] = {(char)('0' + level), '\0'};

		jx_add_str(part, key, impact_effect_word(impact_effect_of(p, level)));
	}
	if (*p->instead)
		jx_add_text(o, "instead", p->instead);
	else
		(void)jx_add(o, "instead", NULL);
	part = jx_add_array(o, "installed");
	for (size_t i = 0; i < f->n_paths; i++) {
		struct json_object *one = json_object_new_object();

		jx_add_text(one, "path", f->paths[i]);
		(void)json_object_array_add(part, one);
	}
	part = jx_add_array(o, "running");
	for (size_t i = 0; i < f->n_pids; i++)
		(void)json_object_array_add(part, json_object_new_int64(f->pids[i]));
	jx_add_str(o, "verified", impact_verified_word(p->verified));
	source = f->line ? jx_add_object(o, "source") : jx_add(o, "source", NULL);
	if (f->line) {
		jx_add_text(source, "path", f->source);
		jx_add_int(source, "line", f->line);
	}
	(void)json_object_array_add(list, o);
}

static void add_process(struct json_object *o, const char *key, const struct snapshot_process *p)
{
	struct json_object *one = jx_add_object(o, key);

	jx_add_int(one, "pid", p->pid);
	jx_add_text(one, "comm", p->comm);
}

static void add_strictest(struct json_object *o, const struct impact *in)
{
	struct json_object *part = jx_add_object(o, "strictest"), *but;
	int level = impact_strictest(in);

	jx_add_int(part, "level", level);
	but = jx_add_array(part, "but");
	for (size_t i = 0; i < in->n_programs; i++) {
		const struct impact_found *f = &in->programs[i];

		if (impact_is_there(f) && impact_effect_of(f->program, level) != IMPACT_WORKS)
			(void)json_object_array_add(but, json_object_new_string(f->program->id));
	}
}

int render_impact_json(struct strbuf *out, const struct impact_report *r)
{
	struct json_object *o = json_object_new_object(), *part;
	const struct impact *in = r->impact;

	jx_add_str(o, "schema", "ptscope.impact/1");
	jx_add_int(o, "exit", EXIT_PASS);
	jx_add_text(o, "root", r->gather->subject.path);
	jx_add_level(o, "level", r->level);
	part = jx_add_array(o, "programs");
	for (size_t i = 0; i < in->n_programs; i++)
		if (r->all || impact_is_there(&in->programs[i]))
			add_program(part, &in->programs[i]);
	part = jx_add_array(o, "attached");
	for (size_t i = 0; i < in->n_attached; i++) {
		struct json_object *one = json_object_new_object();

		add_process(one, "tracer", in->attached[i].tracer);
		add_process(one, "tracee", in->attached[i].tracee);
		(void)json_object_array_add(part, one);
	}
	part = jx_add_array(o, "holes");
	for (size_t i = 0; i < in->n_holes; i++) {
		struct json_object *one = json_object_new_object();

		jx_add_text(one, "path", in->holes[i].path);
		jx_add_str(one, "by", in->holes[i].setuid ? "set-uid root" : "cap_sys_ptrace");
		(void)json_object_array_add(part, one);
	}
	add_strictest(o, in);
	if (r->processes)
		jx_add_int(o, "unseen", (int64_t)r->unseen);
	else
		(void)jx_add(o, "unseen", NULL);
	return jx_finish(o, out);
}
