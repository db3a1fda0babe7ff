/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What no level closes, or only level 3. Each line names what was seen here. */
#include "exposure-report.h"

#include <stdio.h>

enum { COLUMN_WHAT = 27 };

/* Lines of one kind that are shown without --all. */
#define LINES_SHOWN 8

struct page {
	struct strbuf *out;
	const struct layout *layout;
	const struct exposure_report *r;
};

static void add_line(const struct page *p, const struct strbuf *what, const char *why)
{
	size_t n = text_columns(what->bytes ? what->bytes : "", what->len);

	if (what->failed) {
		p->out->failed = true;
		return;
	}
	text_pad(p->out, 2);
	(void)strbuf_adds(p->out, what->bytes);
	if (n + 3 > COLUMN_WHAT) {
		(void)strbuf_addc(p->out, '\n');
		text_pad(p->out, COLUMN_WHAT);
	} else {
		text_pad(p->out, COLUMN_WHAT - 2 - n);
	}
	(void)text_wrap(p->out, p->layout, COLUMN_WHAT, COLUMN_WHAT, why);
	(void)strbuf_addc(p->out, '\n');
}

static void add_more(const struct page *p, size_t n, const char *kind)
{
	if (n > 0)
		(void)strbuf_addf(p->out, "  %zu more %s: --all\n", n, kind);
}

static void add_files(const struct page *p)
{
	const struct hole_files *h = &p->r->files;

	for (size_t i = 0; i < h->n; i++) {
		const struct hole_file *f = &h->files[i];
		_cleanup_strbuf_ struct strbuf what = {0}, why = {0};

		text_path(&what, f->path);
		if (f->has_caps)
			(void)strbuf_addf(&why,
					  "cap_sys_ptrace=%sp: ", f->caps.effective ? "e" : "");
		else
			(void)strbuf_adds(&why, "set-uid root: ");
		(void)strbuf_adds(&why, f->others ? "whoever runs it"
						  : "whoever of its owner and group runs it");
		(void)strbuf_adds(&why, f->caps.root_uid
						? " may attach inside its user namespace"
						: " may attach to anything, at 0, 1 and 2");
		add_line(p, &what, why.bytes ? why.bytes : "");
	}
	if (h->unreadable)
		(void)strbuf_addf(p->out, "  %zu director%s could not be searched for programs\n",
				  h->unreadable, h->unreadable == 1 ? "y" : "ies");
}

static void add_pid(struct strbuf *b, const struct snapshot_process *q)
{
	(void)strbuf_addf(b, "pid %u (", q->pid);
	text_comm(b, q->comm);
	(void)strbuf_addc(b, ')');
}

static void add_capable(const struct page *p)
{
	const struct snapshot *s = &p->r->processes.snapshot;
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct snapshot_process *q = &s->processes[i];
		const struct snapshot_creds *c = &s->creds[q->creds];
		_cleanup_strbuf_ struct strbuf what = {0}, why = {0};

		if (!exposure_counts(q) || c->uids[1] == 0 || !c->userns || !c->userns->first ||
		    !(c->cap_effective & ACCESS_CAP_BIT(ACCESS_CAP_SYS_PTRACE)))
			continue;
		if (!p->r->all && shown == LINES_SHOWN) {
			more++;
			continue;
		}
		shown++;
		add_pid(&what, q);
		(void)strbuf_adds(&why, "has CAP_SYS_PTRACE, though it is ");
		(void)users_add_name(&p->r->processes.users, c->uids[1], &why);
		(void)strbuf_adds(&why, "'s");
		add_line(p, &what, why.bytes ? why.bytes : "");
	}
	add_more(p, more, "processes with CAP_SYS_PTRACE that are not root's");
}

static void add_namespaces(const struct page *p)
{
	const struct exposure *x = &p->r->exposure;

	for (size_t i = 0; i < x->n_userns; i++) {
		const struct exposure_userns *u = &x->userns[i];
		const struct snapshot_process *q = &p->r->processes.snapshot.processes[u->process];
		_cleanup_strbuf_ struct strbuf what = {0}, why = {0};

		if (!p->r->all && i == LINES_SHOWN) {
			add_more(p, x->n_userns - i, "user namespaces");
			return;
		}
		text_comm(&what, q->comm);
		(void)strbuf_addf(&what, ", pid %u", q->pid);
		(void)strbuf_addf(&why, "user namespace of %u process%s: its root, and ",
				  u->processes, u->processes == 1 ? "" : "es");
		if (u->userns->owner == ACCESS_ID_UNSEEN)
			(void)strbuf_adds(&why, "who made it");
		else
			(void)users_add_name(&p->r->processes.users, u->userns->owner, &why);
		(void)strbuf_adds(&why, " outside of it, may attach inside it, at 2 too");
		add_line(p, &what, why.bytes ? why.bytes : "");
	}
}

static void add_traced(const struct page *p)
{
	const struct snapshot *s = &p->r->processes.snapshot;
	size_t shown = 0, more = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct snapshot_process *q = &s->processes[i],
					      *t = snapshot_find(s, q->tracer);
		_cleanup_strbuf_ struct strbuf what = {0}, why = {0};

		if (!q->tracer)
			continue;
		if (!p->r->all && shown == LINES_SHOWN) {
			more++;
			continue;
		}
		shown++;
		if (t)
			add_pid(&what, t);
		else
			(void)strbuf_addf(&what, "thread %u", q->tracer);
		(void)strbuf_addf(&why, "is attached to %u (", q->pid);
		text_comm(&why, q->comm);
		(void)strbuf_adds(&why, ") already; raising the level does not detach it");
		add_line(p, &what, why.bytes ? why.bytes : "");
	}
	add_more(p, more, "that are attached");
}

void render_exposure_holes(struct strbuf *out, const struct layout *layout,
			   const struct exposure_report *r)
{
	const struct page p = {out, layout, r};
	_cleanup_strbuf_ struct strbuf reading = {0};

	(void)strbuf_adds(out, "\nHoles, whatever the level:\n");
	add_files(&p);
	add_capable(&p);
	add_namespaces(&p);
	add_traced(&p);
	(void)strbuf_adds(&reading, "reading");
	add_line(&p, &reading,
		 "environ, maps, open files of one's own processes: no level covers it");
}
