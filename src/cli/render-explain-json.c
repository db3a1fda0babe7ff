/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope.explain/1: see docs/schema/explain-1.schema.json. */
#include "explain.h"

#include "jsonx.h"

#include <stdio.h>

static void add_number(struct json_object *o, const char *key, bool known, uint32_t v)
{
	if (known)
		jx_add_int(o, key, v);
	else
		(void)jx_add(o, key, NULL);
}

static void add_id(struct json_object *o, const char *key, uint32_t id)
{
	add_number(o, key, id != ACCESS_ID_UNSEEN, id);
}

static void add_ids(struct json_object *o, const char *key, uint32_t r, uint32_t e, uint32_t s)
{
	const uint32_t ids[] = {r, e, s};
	struct json_object *a = jx_add_array(o, key);

	for (size_t i = 0; i < ELEMENTSOF(ids); i++)
		json_object_array_add(
			a, ids[i] == ACCESS_ID_UNSEEN ? NULL : json_object_new_int64(ids[i]));
}

static void add_caps(struct json_object *o, const char *key, const struct access_task *t)
{
	char hex[24];

	(void)snprintf(hex, sizeof(hex), "%016jx", (uintmax_t)t->cap_permitted);
	jx_add_str(o, key, t->caps_seen ? hex : NULL);
}

static void add_tracer(struct json_object *o, const struct explanation *x)
{
	static const char *const kinds[] = {
		[SIDE_TASK] = "process",
		[SIDE_NEW] = "new-program",
		[SIDE_USER] = "user",
		[SIDE_PROGRAM] = "executable",
	};
	const struct side *s = &x->tracer;
	struct json_object *t = jx_add_object(o, "tracer");
	const bool task = s->kind == SIDE_TASK;

	jx_add_str(t, "kind", kinds[s->kind]);
	add_number(t, "pid", task, s->pid);
	jx_add_text(t, "comm", task ? s->comm : NULL);
	add_number(t, "parent", !task && s->pid, s->pid);
	jx_add_text(t, "name", s->word);
	add_id(t, "uid", s->task.ruid);
}

static void add_tracee(struct json_object *o, const struct explanation *x)
{
	const struct snapshot_process *p = snapshot_find(&x->processes.snapshot, x->tracee.pid);
	struct json_object *t = jx_add_object(o, "tracee");

	jx_add_int(t, "pid", x->tracee.pid);
	jx_add_text(t, "comm", x->tracee.comm);
	jx_add_int(t, "process", p->tgid);
	add_id(t, "uid", x->tracee.task.euid);
	jx_add_int(t, "start_ticks", (int64_t)p->start);
}

static const char *cap_over(const struct explanation *x)
{
	return fact_word(
		access_capable(&x->tracer.task, x->tracee.task.userns, ACCESS_CAP_SYS_PTRACE));
}

static void add_userns(struct json_object *o, const char *key, const struct access_userns *ns)
{
	if (ns)
		jx_add_int(o, key, (int64_t)ns->inode);
	else
		(void)jx_add(o, key, NULL);
}

static void add_facts(struct json_object *f, const struct explanation *x, enum access_check c)
{
	const struct access_task *a = &x->tracer.task, *t = &x->tracee.task;
	const struct snapshot_process *p = snapshot_find(&x->processes.snapshot, x->tracee.pid);

	switch (c) {
	case ACCESS_CHECK_TASK:
		jx_add_str(f, "kernel_thread", fact_word(t->kthread));
		jx_add_str(f, "same_process", fact_word(x->pair.same_group));
		break;
	case ACCESS_CHECK_FILE:
		add_id(f, "file_uid", t->file_uid);
		add_id(f, "tracer_fsuid", a->fsuid);
		break;
	case ACCESS_CHECK_CREDENTIALS:
		add_id(f, "tracer_uid", x->read ? a->fsuid : a->ruid);
		add_id(f, "tracer_gid", x->read ? a->fsgid : a->rgid);
		add_ids(f, "tracee_uids", t->ruid, t->euid, t->suid);
		add_ids(f, "tracee_gids", t->rgid, t->egid, t->sgid);
		jx_add_str(f, "cap_sys_ptrace", cap_over(x));
		break;
	case ACCESS_CHECK_DUMPABLE:
		jx_add_str(f, "dumpable", fact_word(t->dumpable));
		add_id(f, "file_uid", t->file_uid);
		break;
	case ACCESS_CHECK_CAPABILITIES:
		add_caps(f, "tracer_permitted", a);
		add_caps(f, "tracee_permitted", t);
		add_userns(f, "tracer_user_namespace", a->userns);
		add_userns(f, "tracee_user_namespace", t->userns);
		jx_add_str(f, "cap_sys_ptrace", cap_over(x));
		break;
	case ACCESS_CHECK_YAMA:
		jx_add_str(f, "yama", fact_word(x->processes.env.yama));
		jx_add_str(f, "descendant", fact_word(x->pair.descendant));
		jx_add_str(f, "tracing", fact_word(x->pair.tracing));
		jx_add_str(f, "declared", fact_word(x->pair.declared));
		jx_add_str(f, "cap_sys_ptrace", cap_over(x));
		break;
	case ACCESS_CHECK_OTHERS:
		jx_add_text(f, "modules", x->lsms);
		jx_add_text(f, "tracer_label", x->tracer_label);
		jx_add_text(f, "tracee_label", x->tracee_label);
		break;
	case ACCESS_CHECK_STATE:
		jx_add_bytes(f, "state", &p->state, 1);
		add_number(f, "tracer_pid", p->tracer != 0, p->tracer);
		break;
	default:
		break;
	}
}

static void add_unseen(struct json_object *step, unsigned unseen)
{
	static const char *const words[] = {
		"ids",	   "capabilities", "user-namespace", "dumpable",      "descendant",
		"tracing", "declared",	   "level",	     "other-modules", "state"};
	struct json_object *a = jx_add_array(step, "unseen");

	for (size_t i = 0; i < ELEMENTSOF(words); i++) {
		if (unseen & (1U << i))
			json_object_array_add(a, json_object_new_string(words[i]));
	}
}

static void add_steps(struct json_object *o, const struct explanation *x)
{
	struct json_object *steps = jx_add_array(o, "steps");

	for (int c = 0; c < _ACCESS_CHECK_MAX; c++) {
		const struct access_step *s = &x->verdict.steps[c];
		struct json_object *step = json_object_new_object();

		jx_add_str(step, "check", access_check_word((enum access_check)c));
		jx_add_str(step, "result", access_result_word(s->result));
		jx_add_str(step, "reason", access_reason_word(s->reason));
		add_unseen(step, s->unseen);
		add_facts(jx_add_object(step, "facts"), x, (enum access_check)c);
		json_object_array_add(steps, step);
	}
}

static const char *answer_word(enum access_result r)
{
	return r == ACCESS_PASS ? "allowed" : r == ACCESS_DENY ? "denied" : "unknown";
}

/* The reason of the check that decided; of a pass by all, that of the last that had a say. */
static const char *reason(const struct access_verdict *v)
{
	int c = v->decided;

	if (c == _ACCESS_CHECK_MAX) {
		for (c = ACCESS_CHECK_YAMA; c > ACCESS_CHECK_CREDENTIALS; c--) {
			if (v->steps[c].result == ACCESS_PASS)
				break;
		}
	}
	return access_reason_word(v->steps[c].reason);
}

static void add_test(struct json_object *o, const struct explanation *x)
{
	static const char *const words[] = {
		[ORACLE_NOT_ASKED] = NULL, [ORACLE_ALLOWED] = "allowed", [ORACLE_DENIED] = "denied",
		[ORACLE_GONE] = "gone",	   [ORACLE_NO_ANSWER] = "none",
	};
	struct json_object *t;

	if (x->oracle == ORACLE_NOT_ASKED) {
		(void)jx_add(o, "test", NULL);
		return;
	}
	t = jx_add_object(o, "test");
	jx_add_str(t, "answer", words[x->oracle]);
	jx_add_str(t, "errno", x->oracle_err ? strerrorname_np(x->oracle_err) : NULL);
	jx_add_bool(t, "contradicts", x->contradicts);
}

int render_explain_json(struct strbuf *out, const struct explanation *x)
{
	struct json_object *o = json_object_new_object(), *levels;
	char key[2] = "0";

	jx_add_str(o, "schema", "ptscope.explain/1");
	jx_add_int(o, "exit", x->exit_code);
	add_tracer(o, x);
	add_tracee(o, x);
	jx_add_str(o, "mode", x->read ? "read" : "attach");
	jx_add_level(o, "level", x->processes.env.level);
	jx_add_bool(o, "level_asked", x->processes.level_asked);
	jx_add_str(o, "verdict", answer_word(x->answer));
	jx_add_str(o, "reason", reason(&x->verdict));
	jx_add_str(o, "errno", x->verdict.err ? strerrorname_np(x->verdict.err) : NULL);
	add_steps(o, x);
	levels = jx_add_object(o, "levels");
	for (int level = 0; level < 4; level++, key[0]++)
		jx_add_str(levels, key, answer_word(x->at[level].result));
	jx_add_str(o, "reading", answer_word(x->reading.result));
	add_test(o, x);
	return jx_finish(o, out);
}
