/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

int identity_of(struct tree *tree, struct identity *ret)
{
	struct stat st;

	*ret = (struct identity){0};
	if (fstat(tree_fd(tree), &st) < 0)
		return -errno;
	if (geteuid() == 0 && st.st_uid != 0)
		*ret = (struct identity){.drop = true, .uid = st.st_uid, .gid = st.st_gid};
	return 0;
}

int identity_enter(const struct identity *id)
{
	if (!id->drop)
		return 0;
	/* Root's groups would still open what belongs to them. */
	if (setgroups(0, NULL) < 0 || setegid(id->gid) < 0)
		return -errno;
	if (seteuid(id->uid) < 0) {
		int r = -errno;

		identity_leave(id);
		return r;
	}
	return 0;
}

void identity_leave(const struct identity *id)
{
	if (id->drop && (seteuid(0) < 0 || setegid(0) < 0))
		abort();
}

static int do_one(const struct runner *r, const struct journal_entry *en, size_t i, struct error *e)
{
	int k = identity_enter(&r->identity);

	if (k < 0)
		return error_set(e, -k, NULL, 0, "cannot take the rights of the tree's owner");
	k = change_do(&r->applier, &en->changes[i], i, e);
	identity_leave(&r->identity);
	return k;
}

static int undo_one(const struct runner *r, const struct journal_entry *en, size_t i,
		    struct error *e)
{
	int k = identity_enter(&r->identity);

	if (k < 0)
		return error_set(e, -k, NULL, 0, "cannot take the rights of the tree's owner");
	k = change_undo(&r->applier, &en->changes[i], i, e);
	identity_leave(&r->identity);
	return k;
}

/* Takes the first n changes back after a failure. A file that somebody else has is left to them. */
static bool take_back(const struct runner *r, struct journal_entry *en, size_t n)
{
	bool ok = true;

	while (n-- > 0) {
		int k = undo_one(r, en, n, NULL);

		ok &= k == 0 || k == -ESTALE || k == -EBUSY;
	}
	return ok && journal_forget(r->journal, en, NULL) == 0;
}

int run_apply(const struct runner *r, struct journal_entry *en, bool *ret_undone, struct error *e)
{
	size_t i = 0;
	int k;

	*ret_undone = true;
	en->state = JOURNAL_BEGUN;
	k = journal_begin(r->journal, en, e);
	if (k < 0) {
		/* It may stand there and not be synced. */
		(void)journal_forget(r->journal, en, NULL);
		return k;
	}
	for (; i < en->n && k == 0; i++)
		k = do_one(r, en, i, e);
	if (k == 0)
		k = journal_mark(r->journal, en, JOURNAL_DONE, e);
	if (k < 0)
		*ret_undone = take_back(r, en, i);
	return k;
}

int run_finish(const struct runner *r, struct journal_entry *en, struct error *e)
{
	if (en->state == JOURNAL_UNDOING)
		return run_undo(r, en, e);
	for (size_t i = 0; i < en->n; i++) {
		int k = do_one(r, en, i, e);

		if (k < 0) {
			error_hint(e,
				   "the fix %s was interrupted: ptscope rollback %s takes back "
				   "what it did",
				   en->id, en->id);
			return k;
		}
	}
	return journal_mark(r->journal, en, JOURNAL_DONE, e);
}

int run_look(const struct runner *r, const struct journal_entry *en, enum change_state *states,
	     struct error *e)
{
	int k = identity_enter(&r->identity);

	if (k < 0)
		return error_set(e, -k, NULL, 0, "cannot take the rights of the tree's owner");
	for (size_t i = 0; i < en->n && k == 0; i++) {
		/* No kernel is asked for a root that does not run. */
		if (en->changes[i].kind == CHANGE_SYSCTL && !r->applier.proc_tree)
			states[i] = CHANGE_OTHER;
		else
			k = change_look(&r->applier, &en->changes[i], i, &states[i], e);
	}
	identity_leave(&r->identity);
	return k;
}

/* Cleans up what a crash may have left, so that the files can be looked at. */
static int settle(const struct runner *r, const struct journal_entry *en, struct error *e)
{
	int k = identity_enter(&r->identity);

	if (k < 0)
		return error_set(e, -k, NULL, 0, "cannot take the rights of the tree's owner");
	/* Half a file on the way back is not known here: change_undo() deals with it. */
	for (size_t i = 0; i < en->n && en->state == JOURNAL_BEGUN && k == 0; i++)
		k = change_settle(&r->applier, &en->changes[i], i, e);
	identity_leave(&r->identity);
	return k;
}

static int refuse_changed(const struct journal_entry *en, const enum change_state *states,
			  struct error *e)
{
	_cleanup_strbuf_ struct strbuf names = {0};

	for (size_t i = 0; i < en->n; i++) {
		if (en->changes[i].kind != CHANGE_SYSCTL && states[i] == CHANGE_OTHER)
			(void)strbuf_addf(&names, "%s%s", names.len ? ", " : "",
					  en->changes[i].path);
	}
	if (names.len == 0)
		return names.failed ? -ENOMEM : 0;
	(void)error_set(e, ESTALE, NULL, 0, "changed since %s: %s", en->id, names.bytes);
	error_hint(e, "undo by hand what is still to be undone; the journal has the bytes before");
	return -ESTALE;
}

int run_undo(const struct runner *r, struct journal_entry *en, struct error *e)
{
	_cleanup_free_ enum change_state *states = calloc(en->n ? en->n : 1, sizeof(*states));
	int k = states ? settle(r, en, e) : error_set(e, ENOMEM, NULL, 0, "out of memory");

	if (k == 0)
		k = run_look(r, en, states, e);
	if (k == 0)
		k = refuse_changed(en, states, e);
	if (k == 0)
		k = journal_mark(r->journal, en, JOURNAL_UNDOING, e);
	for (size_t i = en->n; k == 0 && i-- > 0;) {
		if (en->changes[i].kind == CHANGE_SYSCTL && states[i] != CHANGE_DONE)
			continue;
		if (en->changes[i].kind == CHANGE_SYSCTL && streq(en->changes[i].after.bytes, "3"))
			continue;
		k = undo_one(r, en, i, e);
	}
	return k == 0 ? journal_mark(r->journal, en, JOURNAL_UNDONE, e) : k;
}
