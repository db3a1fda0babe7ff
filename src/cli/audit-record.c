/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The subject is judged once more through a tree that remembers, by its own policy and by each that
 * is built in, so that the record answers whoever judges it by another. What decides the boot
 * entries was masked before, so that their files never come near a record.
 */
#include "audit-record.h"
#include "audit-remedy.h"
#include "date.h"
#include "fingerprint.h"

struct making {
	const struct audit_report *r;
	struct boot_plan *found; /* owned */
	struct boot_env env;
	struct tree *tree;	 /* owned */
	struct resolve *resolve; /* owned */
	struct evidence ev;
	struct error *e;
};

static void making_done(struct making *m)
{
	(void)resolve_free(m->resolve);
	(void)tree_free(m->tree);
	(void)boot_plan_free(m->found);
}

static int out_of_memory(struct error *e)
{
	return error_set(e, ENOMEM, NULL, 0, "out of memory");
}

static int look_at_boot(struct making *m)
{
	static const char *const patterns[] = {PTRACE_SCOPE_KEY};
	const struct gather *g = m->r->gather;
	int r;

	if (!m->r->evidence->want_boot)
		return 0;
	r = boot_cmdlines_find(g->tree, &g->boot_env, &m->found);
	if (r == 0)
		r = record_mask(m->found);
	if (r < 0)
		return error_set(m->e, -r, NULL, 0, "cannot read the boot entries");
	m->env.found = m->found;
	return resolve_run(
		&(struct resolve_request){
			.tree = m->tree,
			.env = &m->env,
			.patterns = patterns,
			.n_patterns = ELEMENTSOF(patterns),
			.flags = BOOT_IDLE | BOOT_EXACT,
		},
		&m->resolve, m->e);
}

/* The files that a report gives the hash of. */
static int look_at_files(struct making *m, const struct audit *a)
{
	_cleanup_(path_set_done) struct path_set set = {0};

	if (path_set_of_report(&set, m->resolve, a) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < set.n; i++) {
		char hex[FILE_HASH_HEX + 1];
		struct tree_stat st;

		(void)tree_stat(m->tree, set.paths[i], &st, NULL);
		(void)file_sha256(m->tree, set.paths[i], hex);
	}
	return 0;
}

static int look_by(struct making *m, const struct policy *p)
{
	_cleanup_(audit_free_p) struct audit *a = NULL;
	int r = audit_run(m->tree, &m->ev, p, &a);

	return r == 0 ? look_at_files(m, a) : r;
}

static int look(struct making *m)
{
	int r = look_by(m, m->r->policy);

	for (size_t i = 0; r == 0 && policy_builtin_names[i]; i++) {
		_cleanup_(policy_done) struct policy p = {0};

		r = policy_builtin(policy_builtin_names[i], &p);
		if (r == 0)
			r = look_by(m, &p);
	}
	return r < 0 ? out_of_memory(m->e) : 0;
}

/* The record as a view: everything in it is borrowed. */
static int write_view(const struct making *m, const struct host *host, bool whole,
		      struct strbuf *out)
{
	const struct audit_report *r = m->r;
	const struct evidence *ev = r->evidence;
	struct record view = {
		.time = r->now,
		.tool_version = (char *)(uintptr_t)VERSION,
		.whole = whole,
		.verdict = (char *)(uintptr_t)verdict_word(r->audit->verdict),
		.host_name = host->name,
		.host_id = host->id,
		.os_id = host->os_id,
		.os_version = host->os_version,
		.subject = ev->subject,
		.subject_path = (char *)(uintptr_t)ev->subject.path,
		.want_now = ev->want_now,
		.want_boot = ev->want_boot,
		.privileged = ev->privileged,
		.user = (char *)(uintptr_t)ev->user,
		.runtime = ev->runtime,
		.kernel = ev->kernel,
		.boot_live = m->env.live,
		.systemd_booted = m->env.systemd_booted,
		.proc_sys_read_only = m->env.proc_sys_read_only,
		.pid1_comm = (char *)(uintptr_t)m->env.pid1_comm,
		.found = m->found,
		.policy = *r->policy,
		.waivers = *r->waivers,
		.tree = m->tree,
		.has_probe = ev->probe != NULL,
	};

	if (ev->probe) {
		view.behaves_like = (char *)(uintptr_t)ev->probe->behaves_like;
		view.probe_sentence = (char *)(uintptr_t)ev->probe->sentence;
		view.probe_level = ev->probe->level;
		view.allows_more = ev->probe->allows_more;
		view.denies_more = ev->probe->denies_more;
		view.forbidden = ev->probe->forbidden;
	}
	return record_write(&view, out, m->e);
}

/* Judges what was written, as another machine would. */
static int prove(const struct making *m, bool whole, const struct strbuf *out)
{
	const struct audit_report *r = m->r;
	_cleanup_(gather_done) struct gather g = {0};
	_cleanup_(record_done) struct record record = {0};
	_cleanup_(evidence_done) struct evidence ev = {0};
	_cleanup_(audit_free_p) struct audit *a = NULL;
	int k = record_read("the record", out->bytes, out->len, &record, m->e);

	if (k == 0)
		k = gather_take_record(&record, "the record", &g, m->e);
	if (k == 0)
		k = gather_evidence(&g, true, true, &ev, m->e);
	if (k < 0)
		return k;
	if (audit_run(g.tree, &ev, &g.record->policy, &a) < 0 ||
	    audit_add_remedies(&g, &ev, &g.record->policy, a) < 0 ||
	    audit_waive(a, &g.record->waivers, g.record->host_name, date_of_time(g.record->time)) <
		    0)
		return out_of_memory(m->e);
	if (audit_is_same(a, r->audit))
		return 0;
	(void)error_set(m->e, EINVAL, NULL, 0, "the record would not be judged as this was");
	if (!whole)
		error_hint(m->e, "--record-full keeps whole files; if it is the same with it, the "
				 "system changed meanwhile, or a word of the command line that a "
				 "record may not have decides");
	return -EINVAL;
}

int audit_record_make(const struct audit_report *r, bool whole, struct strbuf *out, struct error *e)
{
	_cleanup_(host_done) struct host host = {0};
	_cleanup_(making_done) struct making m = {
		.r = r, .env = r->gather->boot_env, .ev = *r->evidence, .e = e};
	int k;

	if (r->gather->record)
		return error_set(e, EINVAL, r->gather->record_path, 0, "is a record already");
	k = gather_host(r->gather, &host);
	if (k == 0)
		k = tree_new_record(&m.tree, r->gather->tree);
	if (k < 0)
		return out_of_memory(e);
	k = look_at_boot(&m);
	m.ev.resolve = m.resolve;
	m.ev.boot_env = &m.env;
	if (k == 0)
		k = look(&m);
	if (k == 0)
		record_strip(m.tree);
	if (k == 0 && !whole && record_reduce(m.tree) < 0)
		k = out_of_memory(e);
	if (k == 0)
		k = write_view(&m, &host, whole, out);
	return k == 0 ? prove(&m, whole, out) : k;
}
