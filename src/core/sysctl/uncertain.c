/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What could be behind a thing that cannot be read: the fold is run again on an overlay with each
 * content it might have: nothing, the key with 0 to 3, an invalid value; for a directory such a
 * file that sorts first or last, and a mask of each other drop-in. The same for each version that a
 * loader may be, and for each command line that may boot.
 */
#include "resolve-impl.h"

#include "str.h"

#include <stdio.h>

static const char *const contents[] = {"", "0", "1", "2", "3", "?"};

/* State of one search for outcomes. */
struct search {
	const struct resolve_request *req;
	const struct key_filter *filter;
	struct resolve *r;
	struct resolve_key *k;
	struct error *e;
	size_t cap_variants, cap_unreadable;
	bool differs; /* some outcome of the thing at hand differs */
};

static bool same_outcome(const struct resolve_boot *a, const struct resolve_boot *b)
{
	if (a->level != b->level || a->has_source != b->has_source ||
	    (a->state == RESOLVE_UNSET) != (b->state == RESOLVE_UNSET))
		return false;
	if (!a->has_source)
		return true;
	return a->level != LEVEL_NONE ||
	       (a->value_len == b->value_len && memcmp(a->value, b->value, a->value_len) == 0);
}

static int add_variant(struct search *s, const struct resolve_boot *b)
{
	struct resolve_key *k = s->k;

	if (!same_outcome(&k->boot, b))
		s->differs = true;
	for (size_t i = 0; i < k->n_variants; i++) {
		if (k->variants[i].level == b->level && k->variants[i].state == b->state &&
		    k->variants[i].source.from_file == b->source.from_file)
			return 0;
	}
	if (array_reserve(&k->variants, k->n_variants, &s->cap_variants, sizeof(*k->variants)) < 0)
		return -ENOMEM;
	k->variants[k->n_variants] = *b;
	k->variants[k->n_variants].value = NULL;
	k->variants[k->n_variants++].source.path = NULL;
	return 0;
}

static int add_unreadable(struct search *s, const char *path)
{
	struct resolve_key *k = s->k;

	for (size_t i = 0; i < k->n_unreadable; i++) {
		if (streq(k->unreadable[i], path))
			return 0;
	}
	if (array_reserve(&k->unreadable, k->n_unreadable, &s->cap_unreadable,
			  sizeof(*k->unreadable)) < 0)
		return -ENOMEM;
	k->unreadable[k->n_unreadable] = strdup(path);
	return k->unreadable[k->n_unreadable++] ? 0 : -ENOMEM;
}

/* The fold on another tree. */
static int try_tree(struct search *s, struct tree *tree)
{
	struct resolve_view_request v = {
		.plan = s->r->plan, .tree = tree, .filter = s->filter, .boot_only = true};
	struct resolve_loader *l = NULL;
	struct resolve_boot b;
	size_t n = 0;
	int r = resolve_read_loaders(&v, &l, &n, s->e);

	if (r == 0)
		r = resolve_fold(l, n, s->k->key, NULL, &b);
	if (r == 0)
		r = add_variant(s, &b);
	resolve_loaders_done(l, n);
	return r;
}

static int put_content(struct tree *t, const char *path, const char *key, const char *value)
{
	_cleanup_strbuf_ struct strbuf b = {0};

	if (*value)
		(void)strbuf_addf(&b, "%s = %s\n", key, value);
	return b.failed ? -ENOMEM : tree_add_file(t, path, b.bytes ? b.bytes : "", b.len);
}

static int try_file(struct search *s, const char *path)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ELEMENTSOF(contents); i++) {
		_cleanup_tree_ struct tree *t = NULL;

		r = tree_new_overlay(&t, s->req->tree);
		if (r == 0)
			r = put_content(t, path, s->k->key, contents[i]);
		if (r == 0)
			r = try_tree(s, t);
	}
	return r;
}

/* A directory with one file of that name. */
static int try_dir_with(struct search *s, const char *dir, const char *name, const char *value)
{
	_cleanup_tree_ struct tree *t = NULL;
	_cleanup_free_ char *path = NULL;
	int r = tree_new_overlay(&t, s->req->tree);

	if (r == 0 && asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		r = -ENOMEM;
	}
	if (r == 0)
		r = tree_add_dir(t, dir);
	if (r == 0)
		r = put_content(t, path, s->k->key, value);
	return r == 0 ? try_tree(s, t) : r;
}

static int try_dir(struct search *s, const char *dir)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ELEMENTSOF(contents); i++) {
		r = try_dir_with(s, dir, "!.conf", contents[i]);
		if (r == 0)
			r = try_dir_with(s, dir, "~~~~.conf", contents[i]);
	}
	for (size_t i = 0; r == 0 && i < s->r->n_boot_loaders; i++) {
		const struct loader_script *script = s->r->boot_loaders[i].script;

		/* Only files that hold an entry can matter by being masked. */
		for (size_t j = 0; r == 0 && j < script->n_entries; j++) {
			const char *path = script->files[script->entries[j].file].path;

			r = try_dir_with(s, dir, strrchr(path, '/') + 1, "");
		}
	}
	return r;
}

static int try_script(struct search *s, const struct loader_script *script)
{
	int r = 0;

	for (size_t j = 0; r == 0 && j < script->n_files; j++) {
		const struct sysctl_file *f = &script->files[j];

		if (f->status != FILE_UNREADABLE)
			continue;
		s->differs = false;
		r = f->is_dir ? try_dir(s, f->path) : try_file(s, f->path);
		if (r == 0 && s->differs)
			r = add_unreadable(s, f->path);
	}
	for (size_t j = 0; r == 0 && j < script->n_entries; j++) {
		const struct sysctl_entry *e = &script->entries[j];

		if (!e->too_long || script->files[e->file].status != FILE_READ)
			continue;
		s->differs = false;
		r = try_file(s, script->files[e->file].path);
		if (r == 0 && s->differs)
			r = add_unreadable(s, script->files[e->file].path);
	}
	return r;
}

/* Every version that a step may be. The step is changed for the while and put back. */
static int try_versions(struct search *s)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->r->plan->n_steps; i++) {
		struct boot_step *step = &s->r->plan->steps[i];
		quirks_t own = step->loader.quirks;

		for (size_t j = 0; r == 0 && step->runs_at_boot && j < step->loader.n_others; j++) {
			step->loader.quirks = step->loader.other_quirks[j];
			r = try_tree(s, s->req->tree);
		}
		step->loader.quirks = own;
	}
	return r;
}

/* Every command line that may boot, and, where boot entries could not be read, each level. */
static int try_cmdlines(struct search *s)
{
	static const char *const guesses[] = {"", "0", "1", "2", "3"};
	struct boot_plan *plan = s->r->plan;
	struct boot_step *step = NULL;
	const char *own;
	int r = 0;

	for (size_t i = 0; i < plan->n_steps; i++) {
		if (plan->steps[i].loader.id == LOADER_CMDLINE && plan->steps[i].runs_at_boot)
			step = &plan->steps[i];
	}
	if (!step)
		return 0;
	own = step->loader.cmdline;
	for (size_t i = 0; r == 0 && i < plan->n_cmdlines; i++) {
		step->loader.cmdline = plan->cmdlines[i].text;
		s->differs = false;
		r = try_tree(s, s->req->tree);
		if (r == 0 && s->differs)
			r = add_unreadable(s, plan->cmdlines[i].path);
	}
	for (size_t i = 0; r == 0 && i < plan->n_unreadable; i++) {
		s->differs = false;
		for (size_t j = 0; r == 0 && j < ELEMENTSOF(guesses); j++) {
			_cleanup_free_ char *text = NULL;

			if (asprintf(&text, "sysctl.%s=%s", s->k->key, guesses[j]) < 0) {
				text = NULL;
				return -ENOMEM;
			}
			step->loader.cmdline = text;
			r = try_tree(s, s->req->tree);
		}
		if (r == 0 && s->differs)
			r = add_unreadable(s, plan->unreadable[i]);
		step->loader.cmdline = own;
	}
	step->loader.cmdline = own;
	return r;
}

int uncertain_boot(const struct resolve_request *req, const struct key_filter *filter,
		   struct resolve *r, struct resolve_key *k, struct error *e)
{
	struct search s = {.req = req, .filter = filter, .r = r, .k = k, .e = e};
	bool version_differs;
	int x = 0;

	for (size_t i = 0; x == 0 && i < r->n_boot_loaders; i++) {
		if (r->boot_loaders[i].script->incomplete)
			x = try_script(&s, r->boot_loaders[i].script);
	}
	s.differs = false;
	if (x == 0)
		x = try_versions(&s);
	version_differs = s.differs;
	if (x == 0)
		x = try_cmdlines(&s);
	if (x == 0 && (k->n_unreadable > 0 || version_differs))
		k->boot.state = RESOLVE_UNKNOWN;
	return x;
}

/* What one loader does alone on a tree, with some quirks: differs from base? */
static int view_differs(struct tree *tree, const struct key_filter *filter,
			const struct loader_instance *li, const char *key,
			const struct key_result *base)
{
	_cleanup_(loader_script_free_p) struct loader_script *script = NULL;
	_cleanup_(key_result_done) struct key_result res = {0};
	struct kernel_model m = kernel_model_for(key);
	int r = loader_read(li, tree, filter, true, &script, NULL);

	if (r == 0)
		r = loader_apply(li, script, key, &m, &res);
	if (r < 0)
		return r;
	return res.level != base->level || (res.winner < 0) != (base->winner < 0);
}

static int view_file_differs(struct tree *tree, const struct key_filter *filter,
			     const struct resolve_loader *l, const char *key,
			     const struct sysctl_file *f, const struct key_result *base)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ELEMENTSOF(contents); i++) {
		_cleanup_tree_ struct tree *t = NULL;
		_cleanup_free_ char *path = NULL;

		if (asprintf(&path, "%s%s", f->path, f->is_dir ? "/~~~~.conf" : "") < 0) {
			path = NULL;
			return -ENOMEM;
		}
		r = tree_new_overlay(&t, tree);
		if (r == 0 && f->is_dir)
			r = tree_add_dir(t, f->path);
		if (r == 0)
			r = put_content(t, path, key, contents[i]);
		if (r == 0)
			r = view_differs(t, filter, &l->step->loader, key, base);
	}
	return r;
}

int uncertain_view(struct tree *tree, const struct key_filter *filter,
		   const struct resolve_loader *l, const char *key, const struct key_result *base)
{
	int r = 0;

	for (size_t j = 0; r == 0 && j < l->step->loader.n_others; j++) {
		struct loader_instance li = l->step->loader;

		li.quirks = li.other_quirks[j];
		r = view_differs(tree, filter, &li, key, base);
	}
	for (size_t j = 0; r == 0 && l->script->incomplete && j < l->script->n_files; j++) {
		if (l->script->files[j].status == FILE_UNREADABLE)
			r = view_file_differs(tree, filter, l, key, &l->script->files[j], base);
	}
	return r;
}
