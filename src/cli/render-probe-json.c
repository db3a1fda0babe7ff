/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope.probe/1. */
#include "jsonx.h"
#include "render-probe.h"

/* A result in the contract's words. */
static const char *result_word(int result, char *buf, size_t n)
{
	if (result == PROBE_KILLED)
		return "killed";
	return result == 0 ? "ok" : errno_word(result, buf, n);
}

static void add_cell(struct json_object *list, const struct probe_report *r, int relation,
		     int operation)
{
	struct json_object *o = json_object_new_object();
	char buf[16];
	int expected = probe_expected(r->probe, (enum probe_relation)relation,
				      (enum probe_operation)operation, probe_report_level(r));

	jx_add_str(o, "relation", probe_relation_word((enum probe_relation)relation));
	jx_add_str(o, "operation", probe_operation_word((enum probe_operation)operation));
	jx_add_str(o, "result",
		   result_word(r->probe->result[relation][operation], buf, sizeof(buf)));
	jx_add_str(o, "expected", result_word(expected, buf, sizeof(buf)));
	(void)json_object_array_add(list, o);
}

static void add_cells(struct json_object *o, const struct probe_report *r)
{
	struct json_object *list = jx_add_array(o, "cells");

	for (int i = 0; i < _PROBE_RELATION_MAX; i++)
		for (int k = 0; k < _PROBE_OPERATION_MAX; k++)
			if (r->probe->result[i][k] != PROBE_NOT_TRIED)
				add_cell(list, r, i, k);
}

static void add_not_tried(struct json_object *o, const struct probe *p)
{
	struct json_object *list = jx_add_array(o, "skipped");
	char buf[16];

	for (int i = 0; i < _PROBE_RELATION_MAX; i++) {
		struct json_object *one;

		if (!p->skipped[i])
			continue;
		one = json_object_new_object();
		jx_add_str(one, "relation", probe_relation_word((enum probe_relation)i));
		jx_add_str(one, "reason", errno_word(p->skipped[i], buf, sizeof(buf)));
		(void)json_object_array_add(list, one);
	}
	list = jx_add_array(o, "blocked");
	for (int i = 0; i < _PROBE_OPERATION_MAX; i++) {
		struct json_object *one;

		if (!p->blocked[i])
			continue;
		one = json_object_new_object();
		jx_add_str(one, "operation", probe_operation_word((enum probe_operation)i));
		jx_add_str(one, "result", result_word(p->blocked[i], buf, sizeof(buf)));
		(void)json_object_array_add(list, one);
	}
}

int render_probe_json(struct strbuf *out, const struct probe_report *r)
{
	struct json_object *o = json_object_new_object(), *claimed, *possible;

	jx_add_str(o, "schema", "ptscope.probe/1");
	jx_add_int(o, "exit", r->exit_code);
	claimed = jx_add_object(o, "claimed");
	jx_add_str(claimed, "state", runtime_state_word(r->claimed->state));
	jx_add_text(claimed, "value", r->claimed->value);
	jx_add_level(claimed, "level", r->claimed->level);
	jx_add_level(o, "expect", r->expect);
	jx_add_str(o, "behaves_like", probe_behaves_word(&r->verdict));
	possible = jx_add_array(o, "possible");
	for (int i = 0; i <= 3; i++)
		if (r->verdict.possible & (1U << i))
			(void)json_object_array_add(possible, json_object_new_int(i));
	jx_add_int(o, "allows_more", r->verdict.allows_more);
	jx_add_int(o, "denies_more", r->verdict.denies_more);
	jx_add_bool(o, "forbidden", r->verdict.forbidden);
	jx_add_bool(o, "seccomp", r->probe->seccomp);
	jx_add_bool(o, "takes_declarations", r->probe->declares);
	jx_add_int(o, "elapsed_us", (int64_t)r->probe->elapsed_us);
	add_cells(o, r);
	add_not_tried(o, r->probe);
	return jx_finish(o, out);
}
