/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A row for each program and user, of the most exposed of its processes; the worst first. What is
 * counted is who needs no capability: those who have one are said below the table, once.
 */
#include "exposure-report.h"

#include <stdio.h>
#include <unistd.h>

enum { COLUMN_PID = 20, COLUMN_USER = 28, COLUMN_SECRET = 38, COLUMN_NOW = 53, COLUMN_STEP = 7 };

/* Rows that are shown without --all. */
#define ROWS_SHOWN 20

/* Targets of one program and user. */
struct row {
	const struct exposure_target *worst;
	uint32_t uid;
	size_t n;
};

struct page {
	struct strbuf *out;
	const struct layout *layout;
	const struct exposure_report *r;
	struct row *rows;
	size_t n_rows;
};

static const struct snapshot_process *process_of(const struct exposure_report *r,
						 const struct exposure_target *t)
{
	return &r->processes.snapshot.processes[t->process];
}

static uint32_t uid_of(const struct exposure_report *r, const struct exposure_target *t)
{
	const struct snapshot *s = &r->processes.snapshot;

	return s->creds[process_of(r, t)->creds].uids[1];
}

/* How exposed, for sorting: now, then at 1. */
static int compare_exposed(const struct exposure_report *r, const struct exposure_target *a,
			   const struct exposure_target *b)
{
	const uint32_t x[] = {exposure_now(r, a).max, a->at[0].max, a->at[1].min},
		       y[] = {exposure_now(r, b).max, b->at[0].max, b->at[1].min};

	for (size_t i = 0; i < ELEMENTSOF(x); i++) {
		if (x[i] != y[i])
			return x[i] > y[i] ? -1 : 1;
	}
	return 0;
}

static const struct exposure_report *sorting; /* qsort() hands nothing on */

static int compare_names(const void *a, const void *b)
{
	const struct exposure_target *const *p = a, *const *q = b;
	int c = strcmp(process_of(sorting, *p)->comm, process_of(sorting, *q)->comm);
	uint32_t u = uid_of(sorting, *p), v = uid_of(sorting, *q);

	if (c)
		return c;
	if (u != v)
		return u < v ? -1 : 1;
	c = compare_exposed(sorting, *p, *q);
	if (c)
		return c;
	return (*p)->process < (*q)->process ? -1 : (*p)->process > (*q)->process;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *p = a, *q = b;
	int c = compare_exposed(sorting, p->worst, q->worst);

	if (c)
		return c;
	if (p->worst->self_protected != q->worst->self_protected)
		return p->worst->self_protected ? 1 : -1;
	return p->worst->process < q->worst->process ? -1 : p->worst->process > q->worst->process;
}

static int make_rows(struct page *p)
{
	const struct exposure *x = &p->r->exposure;
	_cleanup_free_ const struct exposure_target **by_name =
		calloc(x->n_targets + 1, sizeof(struct exposure_target *));

	p->rows = calloc(x->n_targets + 1, sizeof(*p->rows));
	if (!by_name || !p->rows)
		return -ENOMEM;
	for (size_t i = 0; i < x->n_targets; i++)
		by_name[i] = &x->targets[i];
	sorting = p->r;
	qsort(by_name, x->n_targets, sizeof(*by_name), compare_names);
	for (size_t i = 0; i < x->n_targets; i++) {
		const uint32_t uid = uid_of(p->r, by_name[i]);
		struct row *last = p->n_rows ? &p->rows[p->n_rows - 1] : NULL;

		if (last && last->uid == uid &&
		    streq(process_of(p->r, last->worst)->comm, process_of(p->r, by_name[i])->comm))
			last->n++;
		else
			p->rows[p->n_rows++] = (struct row){by_name[i], uid, 1};
	}
	qsort(p->rows, p->n_rows, sizeof(*p->rows), compare_rows);
	sorting = NULL;
	return 0;
}

/* Appends a cell of text, cut by a blank at least. */
static void add_cell(struct strbuf *out, const char *s, size_t *column, size_t next)
{
	size_t n = text_columns(s, strlen(s));

	(void)strbuf_adds(out, s);
	*column += n;
	do {
		(void)strbuf_addc(out, ' ');
		(*column)++;
	} while (*column < next);
}

static void add_number(struct strbuf *out, const struct exposure_target *t, int level,
		       struct exposure_bounds b)
{
	char s[32];

	/* At 1 what was declared cannot be seen: what is sure stands here, the rest in a note;
	 * unless even 2 is not sure. */
	if (t->self_protected && t->at[0].max == 0)
		(void)snprintf(s, sizeof(s), "-");
	else if (b.min == b.max || (level == 1 && t->at[2].max == 0))
		(void)snprintf(s, sizeof(s), "%u", b.min);
	else
		(void)snprintf(s, sizeof(s), "%u-%u", b.min, b.max);
	(void)strbuf_addf(out, "%*s", COLUMN_STEP, s);
}

static void add_row(const struct page *p, const struct row *row)
{
	const struct exposure_target *t = row->worst;
	const struct snapshot_process *q = process_of(p->r, t);
	_cleanup_strbuf_ struct strbuf who = {0}, user = {0};
	char pid[16];
	size_t column = 2;

	text_comm(&who, q->comm);
	if (row->n > 1)
		(void)strbuf_addf(&who, " (%zu)", row->n);
	(void)users_add_name(&p->r->processes.users, row->uid, &user);
	(void)snprintf(pid, sizeof(pid), "%7u", q->pid);
	if (who.failed || user.failed) {
		p->out->failed = true;
		return;
	}
	text_pad(p->out, 2);
	add_cell(p->out, who.bytes, &column, COLUMN_PID);
	add_cell(p->out, pid, &column, COLUMN_USER);
	add_cell(p->out, user.bytes, &column, COLUMN_SECRET);
	add_cell(p->out, t->holder ? t->holder->secret : "-", &column, COLUMN_NOW - 1);
	add_number(p->out, t, exposure_level(p->r), exposure_now(p->r, t));
	for (int level = 1; level < 4; level++)
		add_number(p->out, t, level, t->at[level]);
	(void)strbuf_addc(p->out, '\n');
}

static void add_table(const struct page *p)
{
	const char *const heads[] = {p->r->processes.level_asked ? "asked" : "now", "at 1", "at 2",
				     "at 3"};
	size_t column = 2, shown = p->r->all ? p->n_rows : ROWS_SHOWN, i;

	if (p->n_rows == 0) {
		(void)strbuf_adds(p->out, "  no process that holds secrets runs here\n");
		return;
	}
	text_pad(p->out, 2);
	add_cell(p->out, p->r->all ? "program" : "who holds", &column, COLUMN_PID);
	add_cell(p->out, "    pid", &column, COLUMN_USER);
	add_cell(p->out, "user", &column, COLUMN_SECRET);
	add_cell(p->out, "secret", &column, COLUMN_NOW - 1);
	for (i = 0; i < ELEMENTSOF(heads); i++)
		(void)strbuf_addf(p->out, "%*s", COLUMN_STEP, heads[i]);
	(void)strbuf_addc(p->out, '\n');
	for (i = 0; i < p->n_rows && i < shown; i++)
		add_row(p, &p->rows[i]);
	if (i == p->n_rows)
		return;
	(void)strbuf_addf(p->out, "  %zu more, none above %u: --all\n", p->n_rows - i,
			  exposure_now(p->r, p->rows[i].worst).max);
}

static void add_sentence(const struct page *p, size_t indent, const char *s)
{
	text_pad(p->out, indent);
	(void)text_wrap(p->out, p->layout, indent, indent, s);
	(void)strbuf_addc(p->out, '\n');
}

static void add_notes(const struct page *p)
{
	const struct exposure *x = &p->r->exposure;
	_cleanup_strbuf_ struct strbuf b = {0};
	bool protect = false, range = false;

	for (size_t i = 0; i < p->n_rows; i++) {
		protect = protect || p->rows[i].worst->self_protected;
		range = range || p->rows[i].worst->at[0].min != p->rows[i].worst->at[0].max;
	}
	(void)strbuf_addc(p->out, '\n');
	if (protect)
		add_sentence(p, 2,
			     "-: it protects itself: not dumpable, so only CAP_SYS_PTRACE may "
			     "attach, at any level. Its socket is another matter.");
	if (range)
		add_sentence(
			p, 2,
			"A range as in 0-5: some facts cannot be seen, such as who made a user "
			"namespace, or whether a process of root is dumpable.");
	(void)strbuf_addf(&b, "Not counted: %u process%s with CAP_SYS_PTRACE", x->privileged,
			  x->privileged == 1 ? "" : "es");
	if (x->privileged_not_root)
		(void)strbuf_addf(&b, " (%u of root, %u of others)",
				  x->privileged - x->privileged_not_root, x->privileged_not_root);
	(void)strbuf_adds(&b, ", who may at 0, 1 and 2.");
	add_sentence(p, 2, b.bytes ? b.bytes : "");
	add_sentence(p, 2,
		     "At 1 a process may name its own tracer, which cannot be seen from outside; "
		     "counted are its ancestors.");
}

static void add_headline(const struct page *p)
{
	const struct access_env *env = &p->r->processes.env;
	_cleanup_strbuf_ struct strbuf b = {0};

	if (p->r->host)
		(void)strbuf_add_escaped(&b, p->r->host, strlen(p->r->host));
	else
		text_path(&b, p->r->processes.gather.subject.path);
	if (p->r->processes.level_asked)
		(void)strbuf_addf(&b, ", at level %d", env->level);
	else if (env->yama == FACT_NO)
		(void)strbuf_adds(&b, ", no Yama, which is as level 0");
	else if (env->level >= 0)
		(void)strbuf_addf(&b, ", level %d now", env->level);
	else
		(void)strbuf_adds(&b, ", level not seen");
	(void)strbuf_addf(&b, ": how many processes can attach to %s",
			  p->r->all ? "each other" : "those that hold secrets");
	add_sentence(p, 0, b.bytes ? b.bytes : "");
	(void)strbuf_addc(p->out, '\n');
}

/* The share of the pairs counted now that are not counted at 1. */
static void add_closed(const struct page *p)
{
	const struct exposure *x = &p->r->exposure;
	_cleanup_strbuf_ struct strbuf b = {0};
	uint64_t now = 0, then = 0;

	if (exposure_level(p->r) != 0)
		return;
	for (size_t i = 0; i < x->n_targets; i++) {
		now += x->targets[i].at[0].min;
		then += x->targets[i].at[1].min;
	}
	if (now == 0)
		return;
	(void)strbuf_addf(&b,
			  "%s closes %ju %% of the pairs counted now. What it breaks: ptscope "
			  "impact",
			  p->r->processes.env.yama == FACT_NO ? "Level 1" : "Raising 0 -> 1",
			  (uintmax_t)((now - then) * 100 / now));
	(void)strbuf_addc(p->out, '\n');
	add_sentence(p, 0, b.bytes ? b.bytes : "");
}

static void add_unseen(const struct page *p)
{
	const struct exposure_report *r = p->r;
	_cleanup_strbuf_ struct strbuf b = {0};

	if (r->hidden)
		(void)strbuf_addf(&b, "Seen: %u processes; /proc hides those of others (hidepid).",
				  r->exposure.processes);
	else if (r->exposure.unseen)
		(void)strbuf_addf(&b, "Of %u processes something could not be seen.",
				  r->exposure.unseen);
	else
		return;
	if (geteuid() != 0)
		(void)strbuf_adds(&b, " sudo ptscope exposure shows all.");
	(void)strbuf_addc(p->out, '\n');
	add_sentence(p, 0, b.bytes ? b.bytes : "");
}

void render_exposure_text(struct strbuf *out, const struct layout *layout,
			  const struct exposure_report *r)
{
	struct page p = {.out = out, .layout = layout, .r = r};

	if (make_rows(&p) < 0) {
		out->failed = true;
		free(p.rows);
		return;
	}
	add_headline(&p);
	add_table(&p);
	add_notes(&p);
	render_exposure_holes(out, layout, r);
	add_closed(&p);
	add_unseen(&p);
	free(p.rows);
}
