/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ptscope fix: plans, shows, asks, applies through the journal, and judges what came of it. With -n
 * it stops after showing. A fix that was interrupted is finished first.
 */
#include "change-common.h"
#include "parse.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const struct option_spec options[] = {
	{"level", 0, "N", "set this level, not the policy's: 1, 2 or 3"},
	{"policy", 0, "NAME|FILE", "cis (default), stig, workstation, server, locked, or a file"},
	{"dry-run", 'n', NULL, "show what would be changed, as a patch, and change nothing"},
	{"yes", 'y', NULL, "do not ask"},
	{"tidy", 0, NULL, "also comment out weaker lines in the administrator's files"},
	{"lower", 0, NULL, "lower a stricter level that holds"},
	{"irrevocable", 0, NULL, "set 3, which lasts until a reboot whatever anybody does"},
	{"journal", 0, "DIR", "keep the journal there, not in " JOURNAL_DIR},
	{NULL},
};

static int level_from(const struct invocation *in, int *ret, struct error *e)
{
	const char *arg = invocation_value(in, "level");
	uint64_t v;

	*ret = LEVEL_NONE;
	if (!arg)
		return 0;
	if (parse_uint(arg, 3, &v) < 0)
		return error_set(e, EINVAL, NULL, 0, "--level takes 0, 1, 2 or 3, not \"%s\"", arg);
	*ret = (int)v;
	return 0;
}

/* What no plan can help with. Returns 0, or the exit code with e set. */
static int check_subject(const struct target *t, bool dry_run, struct error *e)
{
	const struct evidence *ev = &t->evidence;
	const char *sudo = ev->privileged ? "" : "sudo ";
	struct tree_stat st;

	if (ev->kernel.container == FACT_YES && ev->subject.live && !ev->subject.live_elsewhere) {
		(void)error_set(e, EPERM, NULL, 0, "a container cannot set this");
		error_hint(e, "run fix on the host");
		return EXIT_ERROR;
	}
	if (ev->runtime.state == RUNTIME_ABSENT && ev->subject.live && ev->want_now) {
		(void)error_set(e, ENOENT, NULL, 0,
				"this kernel has no Yama, so a sysctl line would do nothing (see "
				"ptscope audit)");
		error_hint(e,
			   "To write it all the same, for a later kernel: %sptscope fix --only "
			   "boot",
			   sudo);
		return EXIT_FAIL;
	}
	if (ev->want_boot && !dry_run &&
	    (tree_stat(t->gather.tree, "/etc/NIXOS", &st, NULL) == 0 ||
	     tree_stat(t->gather.tree, "/nix/var/nix/profiles/system", &st, NULL) == 0)) {
		(void)error_set(e, EPERM, NULL, 0, "NixOS makes /etc from its configuration");
		error_hint(e, "set boot.kernel.sysctl.\"kernel.yama.ptrace_scope\" = 1; and "
			      "run nixos-rebuild switch");
		return EXIT_ERROR;
	}
	return 0;
}

static struct plan_request request_of(const struct target *t, int level, const char *id)
{
	const struct invocation *in = t->in;
	const struct evidence *ev = &t->evidence;
	const bool no_yama = ev->runtime.state == RUNTIME_ABSENT ||
			     (!ev->subject.live && ev->kernel.yama_built == FACT_NO);

	return (struct plan_request){
		.tree = t->gather.tree,
		.evidence = ev,
		.policy = &t->policy,
		.id = id,
		.level = level,
		.tidy = invocation_value(in, "tidy"),
		.lower = invocation_value(in, "lower"),
		.irrevocable = invocation_value(in, "irrevocable"),
		.inert = in->options.only == ONLY_BOOT && no_yama,
	};
}

static int make_plan(struct target *t, const struct plan_request *req, struct plan **ret,
		     struct error *e)
{
	int r = identity_enter(&t->identity);

	if (r < 0)
		return error_set(e, -r, NULL, 0, "cannot take the rights of the tree's owner");
	r = plan_make(req, ret, e);
	identity_leave(&t->identity);
	return r;
}

/* Where each change could be made, as far as that can be seen. */
static int check_changes(struct target *t, const struct plan *p, const char *id, struct error *e)
{
	struct runner run = target_runner(t, id);
	int r = identity_enter(&t->identity);

	if (r < 0)
		return error_set(e, -r, NULL, 0, "cannot take the rights of the tree's owner");
	for (size_t i = 0; i < p->n && r == 0; i++)
		r = change_check(&run.applier, &p->changes[i], e);
	identity_leave(&t->identity);
	return r;
}

/* A plan that holds only after a reboot, or on another kernel, is not one that passes. */
static int planned_code(const struct plan *p)
{
	return p->state == PLAN_NONE || p->after->verdict == VERDICT_FAIL ? EXIT_FAIL : EXIT_PASS;
}

/* The plan came to nothing: no change is needed, or none would help. */
static int no_changes(const struct target *t, const struct plan *p)
{
	const struct invocation *in = t->in;
	const struct layout layout = {.width = in->width, .color = in->color};
	const struct audit *a = p->after ? p->after : p->before;
	int code = p->state == PLAN_NONE || a->verdict == VERDICT_FAIL ? EXIT_FAIL
		   : a->verdict == VERDICT_UNKNOWN		       ? EXIT_UNKNOWN
								       : EXIT_PASS;

	if (in->options.format == FORMAT_JSON)
		return render_fix_json(t, p, NULL, a, code) < 0 ? -ENOMEM : code;
	if (p->state == PLAN_NONE) {
		_cleanup_strbuf_ struct strbuf b = {0};

		(void)strbuf_adds(&b, "No plan passes: ");
		(void)strbuf_add_escaped(&b, p->obstacle ? p->obstacle : "",
					 p->obstacle ? strlen(p->obstacle) : 0);
		(void)strbuf_addc(&b, '.');
		(void)text_wrap(in->out, &layout, 0, 2, b.bytes ? b.bytes : "");
		(void)strbuf_addc(in->out, '\n');
		in->out->failed |= b.failed;
		return code;
	}
	if (p->locked) {
		(void)strbuf_addf(in->out,
				  "Nothing to do in files. The running kernel is locked at 3 until "
				  "the next boot: reboot.\n");
		return code;
	}
	(void)strbuf_addf(in->out, "Nothing to do: already %d %s.\n", p->level,
			  !t->evidence.want_boot ? "now"
			  : t->gather.subject.live && t->evidence.want_now
				  ? "now and after the next boot"
				  : "after the next boot");
	return code;
}

static int show(const struct target *t, const struct plan *p, const char *id)
{
	const struct invocation *in = t->in;
	const struct journal_entry *old = journal_find_interrupted(&t->list);
	int code = planned_code(p);

	if (in->options.format == FORMAT_JSON)
		return render_fix_json(t, p, NULL, p->after, code) < 0 ? -ENOMEM : code;
	if (old)
		(void)strbuf_addf(in->out, "# The fix %s was interrupted; fix finishes it first.\n",
				  old->id);
	render_plan_text(t, p, id, !in->options.output && isatty(STDOUT_FILENO), in->out);
	return code;
}

static void say_done(const struct target *t, const struct journal_entry *en, const struct plan *p,
		     const struct audit *after)
{
	struct strbuf *out = t->in->out;

	for (size_t i = 0; i < en->n; i++) {
		const struct change *c = &en->changes[i];

		if (c->kind == CHANGE_SYSCTL) {
			(void)strbuf_addf(out, "Set kernel.yama.ptrace_scope to %s\n",
					  c->after.bytes);
			continue;
		}
		(void)strbuf_adds(out, c->kind == CHANGE_CREATE ? "Wrote " : "Changed ");
		text_path(out, c->path);
		(void)strbuf_addc(out, '\n');
	}
	if (p->locked)
		(void)strbuf_adds(out, "The running kernel is locked at 3 until the next boot: "
				       "FAIL until then; reboot.\n");
	add_headline(t, after, out);
	(void)strbuf_adds(out, "Undo: ");
	add_undo_command(t, en->id, out);
	(void)strbuf_addc(out, '\n');
}

/* Judges what is there now, and tells. */
static int verify(struct target *t, const struct journal_entry *en, const struct plan *p,
		  struct error *e)
{
	_cleanup_(audit_free_p) struct audit *after = NULL;
	int code = EXIT_UNKNOWN, r = target_audit(t, &after, e);

	if (r < 0) {
		error_hint(e, "the fix %s is made all the same; ptscope rollback takes it back",
			   en->id);
		return -EUCLEAN;
	}
	if (after->verdict == VERDICT_PASS)
		code = EXIT_PASS;
	else if (after->verdict == VERDICT_FAIL)
		code = EXIT_FAIL;
	if (t->in->options.format == FORMAT_JSON)
		return render_fix_json(t, p, en->id, after, code) < 0 ? -ENOMEM : code;
	say_done(t, en, p, after);
	return code;
}

/* The plan's changes become the journal's. */
static int entry_from(struct plan *p, const struct target *t, const char *id,
		      struct journal_entry *ret)
{
	*ret = (struct journal_entry){
		.id = strdup(id),
		.time = time(NULL),
		.user = target_user(),
		.policy = strdup(t->policy.name),
		.root = strdup(t->gather.subject.path),
		.level = p->level,
		.changes = p->changes,
		.n = p->n,
	};
	return ret->id && ret->user && ret->policy && ret->root ? 0 : -ENOMEM;
}

static int apply(struct target *t, struct plan *p, const char *id, struct error *e)
{
	struct runner run = target_runner(t, id);
	struct journal_entry en;
	bool undone = true;
	int r = entry_from(p, t, id, &en);

	if (r < 0)
		r = error_set(e, ENOMEM, NULL, 0, "out of memory");
	else
		r = run_apply(&run, &en, &undone, e);
	if (r < 0 && !undone)
		error_hint(e, "and what was done could not be taken back: ptscope rollback %s", id);
	if (r == 0)
		r = verify(t, &en, p, e);
	en.changes = NULL; /* they are the plan's */
	en.n = 0;
	journal_entry_done(&en);
	return r;
}

/* Asks, unless that was answered on the command line. Returns 1, 0 for no, -errno. */
static int agreed(const struct target *t, const struct plan *p, const char *id, struct error *e)
{
	_cleanup_strbuf_ struct strbuf text = {0};
	const bool kernel = p->n > 0 && p->changes[p->n - 1].kind == CHANGE_SYSCTL;
	const size_t files = p->n - kernel;

	if (invocation_value(t->in, "yes"))
		return 1;
	if (!can_ask(t->in))
		return error_set(e, ECANCELED, NULL, 0,
				 "would change %zu %s%s; say --yes to do it without asking", files,
				 files == 1 ? "file" : "files",
				 kernel ? " and the running kernel" : "");
	render_plan_text(t, p, id, /* escape= */ true, &text);
	return ask(&text);
}

/* Finishes what an earlier run left. */
static int finish_interrupted(struct target *t, struct error *e)
{
	for (size_t i = 0; i < t->list.n; i++) {
		struct journal_entry *en = &t->list.entries[i];
		struct runner run = target_runner(t, en->id);
		const bool back = en->state == JOURNAL_UNDOING;
		int r;

		if (!journal_interrupted(en->state))
			continue;
		r = run_finish(&run, en, e);
		if (r < 0)
			return r;
		if (t->in->options.format == FORMAT_TEXT)
			(void)strbuf_addf(t->in->out,
					  "Finished the %s of %s, which had been "
					  "interrupted\n",
					  back ? "rollback" : "fix", en->id);
	}
	return 0;
}

static int needs_root(const struct target *t, struct error *e)
{
	(void)error_set(e, EPERM, NULL, 0, "needs root to write %s",
			t->evidence.want_boot ? "/etc/sysctl.d" : "/proc/sys");
	error_hint(e, "\"ptscope fix -n\" works without");
	return -EPERM;
}

/* With the journal open for writing: everything is looked at again under its lock. */
static int fix(struct target *t, int level, struct error *e)
{
	_cleanup_(plan_free_p) struct plan *p = NULL;
	_cleanup_free_ char *id = NULL;
	struct plan_request req;
	int r = finish_interrupted(t, e);

	if (r == 0)
		r = target_gather(t, e);
	if (r == 0)
		r = check_subject(t, false, e);
	if (r != 0)
		return r;
	id = journal_next_id(&t->list, time(NULL));
	if (!id)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	req = request_of(t, level, id);
	r = make_plan(t, &req, &p, e);
	if (r < 0)
		return r;
	if (p->state != PLAN_CHANGES)
		return no_changes(t, p);
	r = check_changes(t, p, id, e);
	if (r == 0)
		r = agreed(t, p, id, e);
	if (r == 0)
		return error_set(e, ECANCELED, NULL, 0, "nothing has been changed");
	return r < 0 ? r : apply(t, p, id, e);
}

/* Plans without the journal: for -n, and to see whether there is anything to do. */
static int preview(struct target *t, int level, bool dry_run, struct plan **ret, struct error *e)
{
	_cleanup_free_ char *id = journal_next_id(&t->list, time(NULL));
	struct plan_request req;
	int r = id ? target_gather(t, e) : error_set(e, ENOMEM, NULL, 0, "out of memory");

	if (r == 0)
		r = check_subject(t, dry_run, e);
	if (r != 0)
		return r;
	req = request_of(t, level, id);
	r = make_plan(t, &req, ret, e);
	if (r == 0 && (*ret)->state == PLAN_CHANGES)
		r = check_changes(t, *ret, id, e);
	if (r < 0)
		return r;
	if (!dry_run)
		return 0;
	return (*ret)->state == PLAN_CHANGES ? show(t, *ret, id) : no_changes(t, *ret);
}

static int run_locked(const struct invocation *in, int level, struct error *e)
{
	_cleanup_(target_done) struct target t;
	int r = target_open(in, /* write= */ true, &t, e);

	return r == 0 ? fix(&t, level, e) : r;
}

/* Without the rights to change anything: is there anything to change? */
static int run_unprivileged(const struct invocation *in, int level, struct error *e)
{
	_cleanup_(target_done) struct target t;
	_cleanup_(plan_free_p) struct plan *p = NULL;
	int r = target_open(in, /* write= */ false, &t, e);

	if (r == 0)
		r = preview(&t, level, /* dry_run= */ false, &p, e);
	if (r != 0)
		return r;
	return p->state == PLAN_CHANGES ? needs_root(&t, e) : no_changes(&t, p);
}

static int run_dry(const struct invocation *in, int level, struct error *e)
{
	_cleanup_(target_done) struct target t;
	_cleanup_(plan_free_p) struct plan *p = NULL;
	int r = target_open(in, /* write= */ false, &t, e);

	if (r == 0)
		r = gather_remember(&t.gather, e);
	return r == 0 ? preview(&t, level, /* dry_run= */ true, &p, e) : r;
}

static int run(const struct invocation *in, struct error *e)
{
	const bool live = !in->options.root || in->options.live;
	int level, r = level_from(in, &level, e);

	if (r < 0)
		return EXIT_ERROR;
	if (in->n_args > 0) {
		(void)error_set(e, EINVAL, NULL, 0, "fix takes no argument; --root names a root");
		return EXIT_ERROR;
	}
	if (invocation_value(in, "dry-run"))
		r = run_dry(in, level, e);
	else if (live && geteuid() != 0)
		r = run_unprivileged(in, level, e);
	else
		r = run_locked(in, level, e);
	if (r == -EUCLEAN)
		return EXIT_UNKNOWN;
	if (r < 0 && !e->err)
		(void)error_set(e, -r, NULL, 0, "cannot fix it");
	return r < 0 ? EXIT_ERROR : r;
}

const struct command cmd_fix = {
	.name = "fix",
	.args = "",
	.summary = "make it so, and say how to undo it",
	.help = "Plans the fewest changes after which ptrace is restricted now and after the next "
		"boot, proves them on a copy in memory, shows them as a patch, asks, makes them, "
		"and audits again. One new file of our own where that is enough. Everything is "
		"kept in a journal and can be undone with \"ptscope rollback\".",
	.options = options,
	.globals = GLOBAL_ROOT | GLOBAL_LIVE | GLOBAL_ONLY | GLOBAL_JSON | GLOBAL_NO_CONFIG,
	.exits =
		{
			[EXIT_PASS] = "it holds now and after the next boot; with -n: a plan that "
				      "passes, or nothing to do",
			[EXIT_FAIL] = "it cannot hold: no plan passes, a reboot is needed, or the "
				      "kernel has no Yama",
			[EXIT_ERROR] = "error, nothing has been changed",
			[EXIT_UNKNOWN] = "changed, and could not be checked",
		},
	.run = run,
};
