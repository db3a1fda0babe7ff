/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* exposure PID: who can attach to this one. Those without a capability first, each by name; with
 * one, as a number unless all are asked for. */
#include "exposure-report.h"

#include <stdio.h>

enum { COLUMN_PID = 22, COLUMN_USER = 31, COLUMN_NOW = 42, COLUMN_STEP = 8 };

static const char *word(enum access_result r)
{
	return r == ACCESS_PASS ? "yes" : r == ACCESS_DENY ? "no" : "maybe";
}

static void add_answers(struct strbuf *out, const struct attacker *a)
{
	(void)strbuf_addf(out, "%*s", COLUMN_STEP, word(a->now));
	for (int level = 1; level < 4; level++)
		(void)strbuf_addf(out, "%*s", COLUMN_STEP, word(a->at[level]));
	(void)strbuf_addc(out, '\n');
}

static void pad_to(struct strbuf *out, size_t *column, size_t next)
{
	do {
		(void)strbuf_addc(out, ' ');
		(*column)++;
	} while (*column < next);
}

static void add_row(struct strbuf *out, const struct exposure_report *r, const struct attacker *a)
{
	const struct snapshot *s = &r->processes.snapshot;
	const struct snapshot_process *q = &s->processes[a->process];
	_cleanup_strbuf_ struct strbuf who = {0}, user = {0};
	size_t column = 2;

	text_comm(&who, q->comm);
	(void)users_add_name(&r->processes.users, s->creds[q->creds].uids[1], &user);
	if (who.failed || user.failed) {
		out->failed = true;
		return;
	}
	text_pad(out, 2);
	(void)strbuf_adds(out, who.bytes);
	column += text_columns(who.bytes, who.len);
	pad_to(out, &column, COLUMN_PID);
	(void)strbuf_addf(out, "%7u", q->pid);
	column += 7;
	pad_to(out, &column, COLUMN_USER);
	(void)strbuf_adds(out, user.bytes);
	column += text_columns(user.bytes, user.len);
	pad_to(out, &column, COLUMN_NOW);
	add_answers(out, a);
}

static void add_headline(struct strbuf *out, const struct exposure_report *r)
{
	const struct access_env *env = &r->processes.env;
	const struct snapshot_process *t = snapshot_find(&r->processes.snapshot, r->target);

	(void)strbuf_addf(out, "Who can attach to %u (", r->target);
	text_comm(out, t->comm);
	(void)strbuf_adds(out, ")");
	if (r->processes.level_asked)
		(void)strbuf_addf(out, ", at level %d", env->level);
	else if (env->yama == FACT_NO)
		(void)strbuf_adds(out, "; no Yama, which is as level 0");
	else if (env->level >= 0)
		(void)strbuf_addf(out, "; level %d now", env->level);
	else
		(void)strbuf_adds(out, "; level not seen");
	(void)strbuf_adds(out, "\n\n");
}

void render_exposure_list(struct strbuf *out, const struct layout *layout,
			  const struct exposure_report *r)
{
	static const char *const heads[] = {"now", "at 1", "at 2", "at 3"};
	const struct attacker *privileged = NULL;
	size_t n_privileged = 0, column = 2;
	bool maybe = false;

	add_headline(out, r);
	if (r->n_attackers == 0) {
		(void)strbuf_adds(out, "  nobody\n");
		return;
	}
	(void)strbuf_adds(out, "  who");
	column += 3;
	pad_to(out, &column, COLUMN_PID + 4);
	(void)strbuf_adds(out, "pid");
	column += 3;
	pad_to(out, &column, COLUMN_USER);
	(void)strbuf_adds(out, "user");
	column += 4;
	pad_to(out, &column, COLUMN_NOW);
	for (size_t i = 0; i < ELEMENTSOF(heads); i++)
		(void)strbuf_addf(out, "%*s", COLUMN_STEP, heads[i]);
	(void)strbuf_addc(out, '\n');
	for (size_t i = 0; i < r->n_attackers; i++) {
		const struct attacker *a = &r->attackers[i];

		for (int level = 0; level < 4; level++)
			maybe = maybe || a->at[level] == ACCESS_UNKNOWN;
		if (a->privileged && !r->all) {
			n_privileged++;
			privileged = a;
		} else {
			add_row(out, r, a);
		}
	}
	if (privileged) {
		_cleanup_strbuf_ struct strbuf sum = {0};

		(void)strbuf_addf(&sum, "and %zu with CAP_SYS_PTRACE: --all", n_privileged);
		text_pad(out, 2);
		(void)strbuf_adds(out, sum.bytes ? sum.bytes : "");
		column = 2 + sum.len;
		pad_to(out, &column, COLUMN_NOW);
		add_answers(out, privileged);
	}
	if (!maybe)
		return;
	(void)strbuf_addc(out, '\n');
	text_pad(out, 2);
	(void)text_wrap(out, layout, 2, 2,
			"maybe: it hangs on what cannot be seen from outside, such as a tracer "
			"that was declared (PR_SET_PTRACER); ptscope explain PID PID tells.");
	(void)strbuf_addc(out, '\n');
}
