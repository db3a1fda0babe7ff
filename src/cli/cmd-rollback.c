/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ptscope rollback: undoes a fix from its journal. Says what will hold afterwards, found on an
 * overlay as for a fix, and asks before it weakens anything.
 */
#include "change-common.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const struct option_spec options[] = {
	{"list", 0, NULL, "show what can be undone, the latest first, and what changed since"},
	{"yes", 'y', NULL, "do not ask; a weaker result needs --lower as well"},
	{"lower", 0, NULL, "undo also where that lowers the level"},
	{"journal", 0, "DIR", "the journal is there, not in " JOURNAL_DIR},
	{NULL},
};

/* What an undoing would be, looked at before it is made. */
struct undoing {
	const struct journal_entry *entry;
	enum change_state *states; /* owned */
	struct audit *after;	   /* owned */
	int boot_before, boot_after, now_before, now_after;
	bool kernel; /* the running kernel is set as well */
};

static void undoing_done(struct undoing *u)
{
	free(u->states);
	(void)audit_free(u->after);
}

static size_t count_files(const struct journal_entry *en)
{
	size_t n = 0;

	for (size_t i = 0; i < en->n; i++)
		n += en->changes[i].kind != CHANGE_SYSCTL;
	return n;
}

/* Whether a path, links followed, is the first n bytes of another. */
static bool leads_to(const struct target *t, const char *path, const char *other, size_t n)
{
	_cleanup_free_ char *real = NULL;
	struct tree_stat st;

	if (strlen(path) == n && memcmp(path, other, n) == 0)
		return true;
	return tree_stat(t->gather.tree, path, &st, &real) == 0 && strlen(real) == n &&
	       memcmp(real, other, n) == 0;
}

/* A file that a fix can have written: one that a loader reads, or would. */
static bool is_loader_file(const struct target *t, const char *path)
{
	const struct resolve *r = t->evidence.resolve;
	const char *slash = strrchr(path, '/');

	if (path_is_vendor(path))
		return false;
	/* A drop-in may be gone already; its directory is there, perhaps through links. */
	if (streq(path, "/etc/sysctl.conf") || startswith(path, "/etc/sysctl.d/") ||
	    (endswith(path, "ptscope.conf") && slash &&
	     leads_to(t, "/etc/sysctl.d", path, (size_t)(slash - path))))
		return true;
	for (size_t i = 0; r && i < r->n_loaders; i++) {
		const struct loader_script *s = r->loaders[i].script;

		for (size_t k = 0; k < s->n_files; k++) {
			if (leads_to(t, s->files[k].path, path, strlen(path)))
				return true;
		}
	}
	return false;
}

static int check_paths(const struct target *t, const struct journal_entry *en, struct error *e)
{
	for (size_t i = 0; i < en->n; i++) {
		const struct change *c = &en->changes[i];

		if (c->kind == CHANGE_SYSCTL || is_loader_file(t, c->path))
			continue;
		(void)error_set(e, EPERM, c->path, 0,
				"is no file that a program reads for sysctl at boot");
		error_hint(e, "the entry %s is not followed", en->id);
		return -EPERM;
	}
	return 0;
}

/* -- the list -- */

/* "can be undone", "undone", "interrupted", "changed since: PATH, ..." */
static int status_of(const struct target *t, const struct journal_entry *en, char **ret,
		     struct error *e)
{
	_cleanup_free_ enum change_state *states = calloc(en->n ? en->n : 1, sizeof(*states));
	struct runner run = target_runner(t, en->id);
	_cleanup_strbuf_ struct strbuf b = {0};
	int r = states ? 0 : -ENOMEM;

	if (en->state == JOURNAL_UNDONE)
		(void)strbuf_adds(&b, "undone");
	else if (journal_interrupted(en->state))
		(void)strbuf_adds(&b, "interrupted: fix finishes it, rollback takes it back");
	else if (r == 0)
		r = run_look(&run, en, states, e);
	for (size_t i = 0; i < en->n && r == 0 && en->state == JOURNAL_DONE; i++) {
		if (en->changes[i].kind == CHANGE_SYSCTL || states[i] == CHANGE_DONE)
			continue;
		(void)strbuf_adds(&b, b.len ? ", " : "changed since: ");
		(void)strbuf_adds(&b, en->changes[i].path);
	}
	if (r < 0)
		return r;
	if (b.len == 0)
		(void)strbuf_adds(&b, "can be undone");
	*ret = strbuf_take(&b);
	return *ret ? 0 : -ENOMEM;
}

/* "1 file, kernel 0 -> 1" */
static void add_summary(struct strbuf *b, const struct journal_entry *en)
{
	size_t files = count_files(en);

	if (files > 0)
		(void)strbuf_addf(b, "%zu %s", files, files == 1 ? "file" : "files");
	for (size_t i = 0; i < en->n; i++) {
		if (en->changes[i].kind == CHANGE_SYSCTL)
			(void)strbuf_addf(b, "%skernel %s -> %s", files > 0 ? ", " : "",
					  en->changes[i].before.bytes, en->changes[i].after.bytes);
	}
}

static void add_row(struct strbuf *out, const struct journal_entry *en, const char *status)
{
	_cleanup_strbuf_ struct strbuf user = {0}, what = {0};
	time_t t = (time_t)en->time;
	char when[40] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm))
		(void)strftime(when, sizeof(when), "%d %b %Y %H:%M", &tm);
	(void)strbuf_add_escaped(&user, en->user, strlen(en->user));
	add_summary(&what, en);
	(void)strbuf_addf(out, "  %-11s  %s  %-12s  %-21s  ", en->id, when,
			  user.bytes ? user.bytes : "", what.bytes ? what.bytes : "");
	(void)strbuf_add_escaped(out, status, strlen(status));
	(void)strbuf_addc(out, '\n');
	out->failed |= user.failed | what.failed;
}

static int list(struct target *t, struct error *e)
{
	_cleanup_free_ char **status = calloc(t->list.n ? t->list.n : 1, sizeof(*status));
	int r = status ? 0 : error_set(e, ENOMEM, NULL, 0, "out of memory");

	for (size_t i = 0; i < t->list.n && r == 0; i++)
		r = status_of(t, &t->list.entries[i], &status[i], e);
	if (r == 0 && t->in->options.format == FORMAT_JSON)
		r = render_rollback_list_json(t, status);
	else if (r == 0 && t->list.n == 0)
		(void)strbuf_adds(t->in->out, "Nothing to undo.\n");
	else
		for (size_t i = t->list.n; i-- > 0 && r == 0;)
			add_row(t->in->out, &t->list.entries[i], status[i]);
	for (size_t i = 0; status && i < t->list.n; i++)
		free(status[i]);
	return r;
}

/* -- undoing -- */

static int level_of_run(const struct runtime *run)
{
	return run->state == RUNTIME_SET ? run->level : LEVEL_NONE;
}

static int level_of_boot(const struct evidence *ev)
{
	return ev->resolve && ev->resolve->n_keys > 0 ? ev->resolve->keys[0].boot.level
						      : LEVEL_NONE;
}

/* Looks at everything and judges what will be. Returns 0 or a negative errno, detail in e. */
static int look(struct target *t, const struct journal_entry *en, struct undoing *u,
		struct error *e)
{
	const struct runner run = target_runner(t, en->id);
	const struct plan_request req = {
		.tree = t->gather.tree, .evidence = &t->evidence, .policy = &t->policy};
	int r;

	*u = (struct undoing){.entry = en, .states = calloc(en->n ? en->n : 1, sizeof(*u->states))};
	if (!u->states)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	r = run_look(&run, en, u->states, e);
	if (r < 0)
		return r;
	u->now_before = u->now_after = level_of_run(&t->evidence.runtime);
	u->boot_before = level_of_boot(&t->evidence);
	for (size_t i = 0; i < en->n; i++) {
		const struct change *c = &en->changes[i];

		if (c->kind == CHANGE_SYSCTL && u->states[i] == CHANGE_DONE &&
		    !streq(c->after.bytes, "3")) {
			u->kernel = true;
			u->now_after = c->before.bytes[0] - '0';
		}
	}
	r = identity_enter(&t->identity);
	if (r == 0) {
		r = plan_judge_undone(&req, en->changes, en->n,
				      u->kernel ? u->now_after : LEVEL_NONE, &u->after,
				      &u->boot_after);
		identity_leave(&t->identity);
	}
	return r < 0 ? error_set(e, -r, NULL, 0, "cannot judge what would be") : 0;
}

static bool is_weaker(const struct undoing *u)
{
	return u->now_after < u->now_before || u->boot_after < u->boot_before;
}

/* "20261124-1: removes /etc/..., sets the kernel back 1 -> 0" and what follows from it. */
static void describe(const struct target *t, const struct undoing *u, struct strbuf *out)
{
	const struct journal_entry *en = u->entry;
	const char *sep = ": ";

	(void)strbuf_adds(out, en->id);
	for (size_t i = en->n; i-- > 0;) {
		const struct change *c = &en->changes[i];

		if (c->kind == CHANGE_SYSCTL)
			continue;
		(void)strbuf_addf(out, "%s%s ", sep, c->before.bytes ? "restores" : "removes");
		text_path(out, c->path);
		sep = ", ";
	}
	if (u->kernel)
		(void)strbuf_addf(out, "%ssets the kernel back %d -> %d", sep, u->now_before,
				  u->now_after);
	(void)strbuf_addc(out, '\n');
	for (size_t i = 0; i < en->n; i++) {
		if (en->changes[i].kind != CHANGE_SYSCTL || u->kernel || !t->gather.subject.live)
			continue;
		if (u->now_before == 3)
			(void)strbuf_adds(out, "The kernel stays at 3 until the next boot.\n");
		else if (u->states[i] != CHANGE_NOT_DONE)
			(void)strbuf_addf(out, "The kernel stays at %d, which somebody else set.\n",
					  u->now_before);
	}
	if (u->after->verdict != VERDICT_PASS)
		(void)strbuf_addf(out, "warn: after this, %s (audit would %s)\n",
				  summary_sentence(u->after->summary),
				  u->after->verdict == VERDICT_FAIL ? "fail" : "be unknown");
	else if (is_weaker(u))
		(void)strbuf_adds(out, "warn: after this, the level is lower (audit would pass)\n");
}

/* Returns 1, 0 for no, -errno. */
static int agreed(const struct target *t, const struct undoing *u, struct error *e)
{
	const bool yes = invocation_value(t->in, "yes"), lower = invocation_value(t->in, "lower");
	_cleanup_strbuf_ struct strbuf text = {0};

	describe(t, u, &text);
	if (yes && is_weaker(u) && !lower) {
		(void)error_set(e, ECANCELED, NULL, 0, "this lowers the level: %s",
				u->after->verdict == VERDICT_FAIL ? "audit would fail"
								  : "audit would still pass");
		error_hint(e, "say --lower if that is meant");
		return -ECANCELED;
	}
	if (yes)
		return 1;
	if (can_ask(t->in))
		return ask(&text);
	return error_set(e, ECANCELED, NULL, 0, "would undo %s; say --yes to do it without asking",
			 u->entry->id);
}

static int undo(struct target *t, struct journal_entry *en, struct undoing *u, struct error *e)
{
	struct runner run = target_runner(t, en->id);
	_cleanup_(audit_free_p) struct audit *after = NULL;
	int r = run_undo(&run, en, e);

	if (r == 0)
		r = target_audit(t, &after, e);
	if (r < 0)
		return r;
	if (t->in->options.format == FORMAT_JSON)
		return render_rollback_json(t, en, true, after, EXIT_PASS);
	describe(t, u, t->in->out);
	(void)strbuf_addf(t->in->out, "Undone: %s\n", en->id);
	add_headline(t, after, t->in->out);
	return 0;
}

static int nothing(const struct target *t)
{
	if (t->in->options.format == FORMAT_JSON)
		return render_rollback_json(t, NULL, false, NULL, EXIT_PASS);
	(void)strbuf_adds(t->in->out, "Nothing to undo.\n");
	return 0;
}

static int already(const struct target *t, const struct journal_entry *en)
{
	if (t->in->options.format == FORMAT_JSON)
		return render_rollback_json(t, en, false, NULL, EXIT_PASS);
	(void)strbuf_addf(t->in->out, "Nothing to undo: %s is undone already.\n", en->id);
	return 0;
}

/* Returns the exit code, or -errno with e set. */
static int rollback(struct target *t, const char *id, struct error *e)
{
	_cleanup_(undoing_done) struct undoing u = {0};
	struct journal_entry *en = NULL;
	const struct journal_entry *found;
	int r;

	found = journal_find(&t->list, id);
	if (!found && !id)
		return nothing(t);
	if (!found) {
		(void)error_set(e, ENOENT, NULL, 0, "no fix %s of this root is in the journal", id);
		error_hint(e, "\"ptscope rollback --list\" shows those that are");
		return -ENOENT;
	}
	if (found->state == JOURNAL_UNDONE)
		return already(t, found);
	en = &t->list.entries[found - t->list.entries];
	r = target_gather(t, e);
	/* Also the files of what does not run at boot: it may have when the fix was made. */
	if (r == 0)
		r = gather_in_full(&t->gather, &t->evidence, e);
	if (r == 0)
		r = check_paths(t, en, e);
	if (r == 0)
		r = look(t, en, &u, e);
	if (r < 0)
		return r;
	/* Consent to one that was cut off has been given. */
	if (en->state != JOURNAL_UNDOING) {
		r = agreed(t, &u, e);
		if (r == 0)
			return error_set(e, ECANCELED, NULL, 0, "nothing has been changed");
		if (r < 0)
			return r;
	}
	return undo(t, en, &u, e);
}

static int run(const struct invocation *in, struct error *e)
{
	const bool show = invocation_value(in, "list");
	_cleanup_(target_done) struct target t = {.journal = {.dir = -EBADF}};
	int r;

	if (in->n_args > 1 || (show && in->n_args > 0)) {
		(void)error_set(e, EINVAL, NULL, 0, "one fix is undone at a time");
		return EXIT_ERROR;
	}
	if (!show && !invocation_value(in, "journal") && geteuid() != 0) {
		(void)error_set(e, EPERM, NULL, 0, "needs root to read the journal");
		return EXIT_ERROR;
	}
	r = target_open(in, !show, &t, e);
	if (r == 0 && show && !t.has_journal && geteuid() != 0 && !invocation_value(in, "journal"))
		r = error_set(e, EPERM, NULL, 0, "needs root to read the journal");
	if (r == 0)
		r = show ? list(&t, e) : rollback(&t, in->n_args ? in->args[0] : NULL, e);
	if (r < 0 && !e->err)
		(void)error_set(e, -r, NULL, 0, "cannot undo it");
	if (r == -ESTALE)
		return EXIT_FAIL;
	return r < 0 ? EXIT_ERROR : r;
}

const struct command cmd_rollback = {
	.name = "rollback",
	.args = "[ID]",
	.summary = "undo a fix",
	.help = "Undoes the fix ID, or the latest: puts back the bytes, owner, mode and labels of "
		"files, removes files that the fix made, and sets the running kernel back where it "
		"takes that. Refuses when the files have changed since. A weaker result is asked "
		"about.",
	.options = options,
	.globals = GLOBAL_ROOT | GLOBAL_LIVE | GLOBAL_JSON | GLOBAL_NO_CONFIG,
	.exits =
		{
			[EXIT_PASS] = "undone, or nothing to undo",
			[EXIT_FAIL] = "refused: a file has changed since",
			[EXIT_ERROR] = "error, nothing has been undone",
		},
	.run = run,
};
