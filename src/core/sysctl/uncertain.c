/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What could be behind a thing that cannot be read: the fold is run again on an overlay with each
 * content it might have: nothing, the key with 0 to 3, an invalid value; for a directory such a
 * file that sorts first or last, and a mask of each other drop-in. What a loader does otherwise
 * than by lines of sysctl configuration (a shell script, a profile of tuned) is tried as a write of
 * 0 to 3 in its place. The same for each version that a loader may be, and for each command line
 * that may boot.
 *
 * The work is bounded: what is not tried any more is taken to make a difference.
 */
#include "resolve-impl.h"

#include "limits.h"
#include "str.h"

#include <stdio.h>

static const char *const contents[] = {"", "0", "1", "2", "3", "?"};

/* State of one search for outcomes: of the boot, or of one loader alone. */
struct search {
	struct tree *tree;
	const struct key_filter *filter;
	const char *key;
	struct error *e;
	unsigned tried;
	bool differs; /* some outcome of the thing at hand differs */
	bool any;     /* some outcome of anything did */

	/* What is read as things are, in the versions at hand: of the boot, or of the one loader.
	 */
	struct resolve_loader *loaders;
	size_t n_loaders;

	/* The boot. */
	struct resolve *r;
	struct resolve_key *k;
	size_t cap_variants, cap_unreadable;

	/* One loader: what it is tried as, and what it does as it is. */
	struct loader_instance view;
	const struct key_result *base; /* NULL for the boot */
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
		s->differs = s->any = true;
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

static void compare_view(struct search *s, const struct key_result *res)
{
	if (res->level != s->base->level || (res->winner < 0) != (s->base->winner < 0))
		s->differs = s->any = true;
}

/* What could be at a path made a difference: says so of the boot. */
static int add_unreadable(struct search *s, const char *path)
{
	struct resolve_key *k = s->k;

	if (s->base)
		return 0;
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

/* True when enough was tried; then every level is taken to be possible. */
static bool is_spent(struct search *s)
{
	if (s->tried < LIMIT_GUESSES)
		return false;
	s->differs = s->any = true;
	return true;
}

/* Every level is an outcome. */
static int add_all_levels(struct search *s)
{
	int r = 0;

	for (int level = 0; !s->base && r == 0 && level <= 3; level++) {
		struct resolve_boot b = {
			.state = RESOLVE_SET, .level = level, .source.from_file = true};

		r = add_variant(s, &b);
	}
	return r;
}

static int try_view(struct search *s, struct tree *tree)
{
	_cleanup_(loader_script_free_p) struct loader_script *script = NULL;
	_cleanup_(key_result_done) struct key_result res = {0};
	struct kernel_model m = kernel_model_for(s->key);
	int r = loader_read(&s->view, tree, s->filter, /* volatile_too= */ true, &script, s->e);

	if (r == 0)
		r = loader_apply(&s->view, script, s->key, &m, &res);
	if (r == 0)
		compare_view(s, &res);
	return r;
}

/* All over again on another tree. */
static int try_tree(struct search *s, struct tree *tree)
{
	struct resolve_view_request v = {.tree = tree, .filter = s->filter, .boot_only = true};
	struct resolve_loader *l = NULL;
	struct resolve_boot b;
	size_t n = 0;
	int r;

	if (is_spent(s))
		return 0;
	s->tried++;
	if (s->base)
		return try_view(s, tree);
	v.plan = s->r->plan;
	r = resolve_read_loaders(&v, &l, &n, s->e);
	if (r == 0)
		r = resolve_fold(l, n, s->key, NULL, &b);
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

		r = tree_new_overlay(&t, s->tree);
		if (r == 0)
			r = put_content(t, path, s->key, contents[i]);
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
	int r = tree_new_overlay(&t, s->tree);

	if (r == 0 && asprintf(&path, "%s/%s", dir, name) < 0) {
		path = NULL;
		r = -ENOMEM;
	}
	if (r == 0)
		r = tree_add_dir(t, dir);
	if (r == 0)
		r = put_content(t, path, s->key, value);
	return r == 0 ? try_tree(s, t) : r;
}

/* An empty file in the place of each that says something: only those can matter by being masked. */
static int try_masks(struct search *s, const char *dir, const struct loader_script *script)
{
	size_t last = SIZE_MAX;
	int r = 0;

	for (size_t j = 0; r == 0 && j < script->n_entries; j++) {
		size_t file = script->entries[j].file;

		if (file != last)
			r = try_dir_with(s, dir, strrchr(script->files[file].path, '/') + 1, "");
		last = file;
	}
	return r;
}

static int try_dir(struct search *s, const char *dir)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ELEMENTSOF(contents); i++) {
		r = try_dir_with(s, dir, "!.conf", contents[i]);
		if (r == 0)
			r = try_dir_with(s, dir, "~~~~.conf", contents[i]);
	}
	for (size_t i = 0; r == 0 && i < s->n_loaders; i++)
		r = try_masks(s, dir, s->loaders[i].script);
	return r;
}

/* A script of a loader in place of its own: a shallow copy, for a moment. */
static int try_replaced(struct search *s, size_t index, struct loader_script *script)
{
	_cleanup_(key_result_done) struct key_result res = {0};
	struct kernel_model m = kernel_model_for(s->key);
	struct resolve_loader *l;
	struct loader_script *own;
	struct resolve_boot b;
	int r;

	if (s->base) {
		r = loader_apply(&s->view, script, s->key, &m, &res);
		if (r == 0)
			compare_view(s, &res);
		return r;
	}
	l = &s->loaders[index];
	own = l->script;
	l->script = script;
	r = resolve_fold(s->loaders, s->n_loaders, s->key, NULL, &b);
	l->script = own;
	return r < 0 ? r : add_variant(s, &b);
}

/* The loader writes a value where it does what cannot be told from its file. */
static int try_write(struct search *s, size_t index, const struct loader_script *script,
		     size_t file, const char *value)
{
	_cleanup_free_ struct sysctl_file *files = calloc(script->n_files, sizeof(*files));
	_cleanup_free_ struct sysctl_entry *entries =
		calloc(script->n_entries + 1, sizeof(*entries));
	_cleanup_free_ char *key = strdup(s->key), *text = strdup(value);
	struct loader_script copy = *script;
	size_t at = 0;

	if (!files || !entries || !key || !text)
		return -ENOMEM;
	while (at < script->n_entries && script->entries[at].file <= file)
		at++;
	memcpy(files, script->files, script->n_files * sizeof(*files));
	if (script->n_entries > 0) {
		memcpy(entries, script->entries, at * sizeof(*entries));
		memcpy(entries + at + 1, script->entries + at,
		       (script->n_entries - at) * sizeof(*entries));
	}
	files[file].status = FILE_READ;
	entries[at] = (struct sysctl_entry){
		.kind = ENTRY_ASSIGN,
		.file = file,
		.line = 1,
		.text = text,
		.text_len = strlen(value),
		.spelled = key,
		.key = key,
		.value = text,
		.value_len = strlen(value),
		.run = UINT32_MAX - 1, /* a process of its own */
	};
	copy.files = files;
	copy.entries = entries;
	copy.n_entries++;
	return try_replaced(s, index, &copy);
}

/* What a loader may do by a file that is not sysctl configuration. */
static int try_opaque(struct search *s, size_t index, const struct loader_script *script,
		      size_t file)
{
	struct loader_script nothing = *script;
	int r = 0;

	if (script->files[file].opaque == OPAQUE_MAY_SKIP) {
		nothing.n_entries = 0;
		return try_replaced(s, index, &nothing);
	}
	for (size_t i = 1; r == 0 && i < ELEMENTSOF(contents); i++)
		r = try_write(s, index, script, file, contents[i]);
	return r;
}

/* A file or directory of the script, number index of the loaders, that was not understood.
 */
static int try_unread(struct search *s, size_t index, const struct loader_script *script,
		      size_t file)
{
	const struct sysctl_file *f = &script->files[file];
	int r;

	s->differs = false;
	if (f->opaque != OPAQUE_NO)
		r = try_opaque(s, index, script, file);
	else
		r = f->is_dir ? try_dir(s, f->path) : try_file(s, f->path);
	return r == 0 && s->differs ? add_unreadable(s, f->path) : r;
}

static int try_script(struct search *s, size_t index, const struct loader_script *script)
{
	int r = 0;

	for (size_t j = 0; r == 0 && j < script->n_files; j++) {
		if (script->files[j].status == FILE_UNREADABLE)
			r = try_unread(s, index, script, j);
	}
	for (size_t j = 0; r == 0 && j < script->n_entries; j++) {
		const struct sysctl_entry *e = &script->entries[j];

		if (e->too_long && script->files[e->file].status == FILE_READ)
			r = try_unread(s, index, script, e->file);
	}
	return r;
}

/* Whatever could not be read or understood of what the loaders read. */
static int try_scripts(struct search *s)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->n_loaders; i++) {
		if (s->loaders[i].script->incomplete)
			r = try_script(s, i, s->loaders[i].script);
	}
	return r;
}

/* All over again in other versions, those of the plan as it is for the moment. */
static int try_version(struct search *s)
{
	const struct resolve_view_request v = {
		.plan = s->r->plan, .tree = s->tree, .filter = s->filter, .boot_only = true};
	struct resolve_loader *own = s->loaders, *l = NULL;
	size_t n_own = s->n_loaders, n = 0;
	struct resolve_boot b;
	int r;

	if (is_spent(s))
		return 0;
	s->tried++;
	r = resolve_read_loaders(&v, &l, &n, s->e);
	if (r == 0)
		r = resolve_fold(l, n, s->key, NULL, &b);
	if (r == 0)
		r = add_variant(s, &b);
	s->loaders = l;
	s->n_loaders = n;
	if (r == 0)
		r = try_scripts(s);
	resolve_loaders_done(l, n);
	s->loaders = own;
	s->n_loaders = n_own;
	return r;
}

/* Every version that a step may be. The step is changed for the while and put back. */
static int try_versions(struct search *s, bool *ret_differs)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->r->plan->n_steps; i++) {
		struct boot_step *step = &s->r->plan->steps[i];
		quirks_t own = step->loader.quirks;

		for (size_t j = 0; r == 0 && step->runs_at_boot && j < step->loader.n_others; j++) {
			step->loader.quirks = step->loader.other_quirks[j];
			s->differs = false;
			r = try_version(s);
			*ret_differs = *ret_differs || s->differs;
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
		r = try_tree(s, s->tree);
		if (r == 0 && s->differs)
			r = add_unreadable(s, plan->cmdlines[i].path);
	}
	for (size_t i = 0; r == 0 && i < plan->n_unreadable; i++) {
		s->differs = false;
		for (size_t j = 0; r == 0 && j < ELEMENTSOF(guesses); j++) {
			_cleanup_free_ char *text = NULL;

			if (asprintf(&text, "sysctl.%s=%s", s->key, guesses[j]) < 0) {
				text = NULL;
				return -ENOMEM;
			}
			step->loader.cmdline = text;
			r = try_tree(s, s->tree);
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
	struct search s = {
		.tree = req->tree,
		.filter = filter,
		.key = k->key,
		.e = e,
		.loaders = r->boot_loaders,
		.n_loaders = r->n_boot_loaders,
		.r = r,
		.k = k,
	};
	bool version_differs = false;
	int x;

	x = try_scripts(&s);
	if (x == 0)
		x = try_cmdlines(&s);
	if (x == 0)
		x = try_versions(&s, &version_differs);
	if (x == 0 && is_spent(&s))
		x = add_all_levels(&s);
	if (x == 0 && (k->n_unreadable > 0 || version_differs))
		k->boot.state = RESOLVE_UNKNOWN;
	return x;
}

int uncertain_view(struct tree *tree, const struct key_filter *filter,
		   const struct resolve_loader *l, const char *key, const struct key_result *base)
{
	struct resolve_loader one = *l;
	struct search s = {.tree = tree, .filter = filter, .key = key, .base = base};
	int r;

	s.view = l->step->loader;
	s.loaders = &one;
	s.n_loaders = 1;
	r = try_scripts(&s);
	for (size_t j = 0; r == 0 && j < l->step->loader.n_others; j++) {
		_cleanup_(loader_script_free_p) struct loader_script *script = NULL;

		s.view.quirks = l->step->loader.other_quirks[j];
		r = try_tree(&s, tree);
		if (r == 0)
			r = loader_read(&s.view, tree, filter, true, &script, NULL);
		one.script = script;
		if (r == 0)
			r = try_scripts(&s);
	}
	return r < 0 ? r : s.any;
}
