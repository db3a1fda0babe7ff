/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Weaker lines that lose: harmless, and in the way of scanners that match any line, of people who
 * read the files, and of policies that forbid them. They are commented out, with a note saying what
 * overrides them.
 */
#include "plan-impl.h"

#include <stdio.h>

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A pattern that may stand for other keys too is left alone. */
static bool only_this_key(const struct sysctl_entry *e)
{
	return !e->is_glob || (e->key && (startswith(e->key, "kernel/yama/") ||
					  endswith(e->key, "/ptrace_scope")));
}

/* Whether the line says a level that is to go. */
static bool is_weaker(const struct draft *d, const struct sysctl_entry *e, bool all)
{
	const struct kernel_model model = kernel_model_for(PTRACE_SCOPE_KEY);
	int level;

	if (e->kind != ENTRY_ASSIGN || !e->value || !only_this_key(e) ||
	    kernel_value_parse(&model, e->value, e->value_len, &level) != VALUE_OK)
		return false;
	return !policy_allows(d->req->policy, level) || (all && level < level_boot(d->after));
}

/* Returns 1 when the line was commented out, 0 when it is left, -ENOMEM. */
static int comment_out(struct draft *d, const struct sysctl_entry *e, const struct sysctl_file *f)
{
	const struct resolve_key *k = draft_key(d);
	const struct content text = {e->text, e->text_len};
	const char *winner = k && k->boot.has_source ? base_name(k->boot.source.path) : NULL;
	_cleanup_(content_done) struct content c = {0};
	_cleanup_free_ char *path = NULL, *note = NULL, *why = NULL;
	_cleanup_strbuf_ struct strbuf with = {0}, after = {0};
	int r = real_path_of(d, f, &path);

	if (r == 0)
		r = draft_read(d, path, &c);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = draft_may_edit(d, path, &c, &note);
	if (r <= 0)
		return r;
	(void)strbuf_adds(&with, "# ");
	(void)strbuf_add(&with, e->text, e->text_len);
	(void)strbuf_addf(&with, "   # ptscope %s", d->req->id);
	if (winner) {
		(void)strbuf_adds(&with, ": overridden by ");
		(void)strbuf_add_escaped(&with, winner, strlen(winner));
	}
	r = replace_line(&c, e->line, &text, &with, &after);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (asprintf(&why, "%s:%u is weaker, and is commented out", path, e->line) < 0) {
		why = NULL;
		return -ENOMEM;
	}
	r = draft_write(d, path, &after, why, note);
	return r == -ENOMEM ? r : r == 0;
}

static int tidy_script(struct draft *d, const struct loader_script *s, bool all)
{
	int n = 0;

	for (size_t k = 0; k < s->n_entries; k++) {
		const struct sysctl_entry *e = &s->entries[k];
		const struct sysctl_file *f = &s->files[e->file];
		int r;

		if (f->status != FILE_READ || f->is_volatile || path_is_vendor(f->path) ||
		    startswith(f->path, "/proc/") || !is_weaker(d, e, all))
			continue;
		r = comment_out(d, e, f);
		if (r < 0)
			return r;
		n += r;
	}
	return n;
}

int draft_tidy(struct draft *d, bool all)
{
	int n = 0, r = 0;

	for (size_t i = 0; d->after && i < d->after->n_boot_loaders && r >= 0; i++) {
		r = tidy_script(d, d->after->boot_loaders[i].script, all);
		n += r;
	}
	/* Files of programs that do not run at boot; a line that is gone is not found again. */
	for (size_t i = 0; d->after && i < d->after->n_loaders && r >= 0; i++) {
		r = tidy_script(d, d->after->loaders[i].script, all);
		n += r;
	}
	return r < 0 ? r : n;
}
