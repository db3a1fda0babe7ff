/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The resolver: scripts are read once for each loader and view (now, next boot), then every key is
 * folded over them. What could not be read is dealt with in uncertain.c.
 */
#include "resolve-impl.h"

#include <stdio.h>

const char *resolve_state_word(enum resolve_state s)
{
	static const char *const words[] = {"set", "unset", "unknown"};

	return words[s];
}

const char *resolve_source_loader(const struct resolve *r, const struct resolve_source *s)
{
	return loader_name(r->boot_loaders[s->loader].step->loader.id);
}

void resolve_loaders_done(struct resolve_loader *l, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)loader_script_free(l[i].script);
	free(l);
}

static void key_done(struct resolve_key *k, size_t n_loaders, size_t n_boot)
{
	for (size_t i = 0; k->views && i < n_loaders; i++)
		key_result_done(&k->views[i].result);
	for (size_t i = 0; k->fold && i < n_boot; i++)
		key_result_done(&k->fold[i]);
	for (size_t i = 0; i < k->n_unreadable; i++)
		free(k->unreadable[i]);
	free(k->unreadable);
	free(k->variants);
	free(k->views);
	free(k->fold);
	free(k->key);
}

struct resolve *resolve_free(struct resolve *r)
{
	if (!r)
		return NULL;
	for (size_t i = 0; i < r->n_keys; i++)
		key_done(&r->keys[i], r->n_loaders, r->n_boot_loaders);
	free(r->keys);
	resolve_loaders_done(r->loaders, r->n_loaders);
	resolve_loaders_done(r->boot_loaders, r->n_boot_loaders);
	(void)boot_plan_free(r->plan);
	free(r);
	return NULL;
}

int resolve_read_loaders(const struct resolve_view_request *req, struct resolve_loader **ret,
			 size_t *ret_n, struct error *e)
{
	struct resolve_loader *l = calloc(req->plan->n_steps + 1, sizeof(*l));
	size_t n = 0;
	int r = 0;

	if (!l)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < req->plan->n_steps; i++) {
		const struct boot_step *step = &req->plan->steps[i];

		if (req->boot_only && !step->runs_at_boot)
			continue;
		l[n].step = step;
		r = loader_read(&step->loader, req->tree, req->filter,
				!req->boot_only || req->with_run, &l[n].script, e);
		n += r == 0;
	}
	if (r < 0) {
		resolve_loaders_done(l, n);
		return r;
	}
	*ret = l;
	*ret_n = n;
	return 0;
}

/* Puts the outcome of one loader's part of the fold into boot. */
static void fold_outcome(const struct resolve_loader *l, size_t index, const struct key_result *res,
			 struct resolve_boot *boot)
{
	const struct sysctl_entry *e;
	const struct sysctl_file *f;

	if (res->winner < 0)
		return;
	e = &l->script->entries[res->winner];
	f = &l->script->files[e->file];
	boot->state = RESOLVE_SET;
	boot->value = e->value;
	boot->value_len = e->value_len;
	boot->has_source = true;
	boot->source = (struct resolve_source){
		.loader = index,
		.path = f->path,
		.line = e->line,
		.from_file = l->step->loader.id != LOADER_CMDLINE,
		.is_volatile = f->is_volatile,
	};
}

int resolve_fold(const struct resolve_loader *loaders, size_t n, const char *key,
		 struct key_result *results, struct resolve_boot *ret)
{
	struct kernel_model m = kernel_model_for(key);
	struct resolve_boot boot = {.state = RESOLVE_UNSET, .level = LEVEL_NONE};

	for (size_t i = 0; i < n; i++) {
		struct key_result res;
		int r = loader_apply(&loaders[i].step->loader, loaders[i].script, key, &m, &res);

		if (r < 0)
			return r;
		fold_outcome(&loaders[i], i, &res, &boot);
		if (results)
			results[i] = res;
		else
			key_result_done(&res);
	}
	boot.level = m.level;
	*ret = boot;
	return 0;
}

/* The loader alone, from no level. Its versions that are all possible must agree. */
static int view_key(struct tree *tree, const struct key_filter *filter,
		    const struct resolve_loader *l, const char *key, struct resolve_view *ret)
{
	struct kernel_model m = kernel_model_for(key);
	int r = loader_apply(&l->step->loader, l->script, key, &m, &ret->result);

	if (r < 0)
		return r;
	ret->state = ret->result.winner >= 0 ? RESOLVE_SET : RESOLVE_UNSET;
	r = uncertain_view(tree, filter, l, key, &ret->result);
	if (r > 0)
		ret->state = RESOLVE_UNKNOWN;
	return r < 0 ? r : 0;
}

static int add_key(struct resolve *r, size_t *cap, const char *key)
{
	for (size_t i = 0; i < r->n_keys; i++) {
		if (streq(r->keys[i].key, key))
			return 0;
	}
	if (array_reserve(&r->keys, r->n_keys, cap, sizeof(*r->keys)) < 0)
		return -ENOMEM;
	r->keys[r->n_keys] = (struct resolve_key){.key = strdup(key)};
	return r->keys[r->n_keys++].key ? 0 : -ENOMEM;
}

/* Keys below /proc/sys that a pattern finds, by walking its components. depth bounds the recursion.
 */
static int expand_live(struct resolve *r, size_t *cap, struct tree *tree, const char *pattern,
		       const char *dir, unsigned depth)
{
	_cleanup_(tree_list_done) struct tree_list list = {0};
	size_t n = strcspn(pattern, "/");
	_cleanup_free_ char *part = strndup(pattern, n), *path = NULL;
	int k = 0;

	if (!part || asprintf(&path, "/proc/sys/%s", dir) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (depth == 0 || tree_list(tree, path, &list) < 0)
		return 0;
	for (size_t i = 0; k == 0 && i < list.n; i++) {
		_cleanup_free_ char *sub = NULL;

		if (!key_glob_match(part, list.entries[i].name))
			continue;
		if (asprintf(&sub, "%s%s%s", dir, *dir ? "/" : "", list.entries[i].name) < 0) {
			sub = NULL;
			return -ENOMEM;
		}
		if (pattern[n] == '/' && list.entries[i].type == TREE_DIR)
			k = expand_live(r, cap, tree, pattern + n + 1, sub, depth - 1);
		else if (!pattern[n] && list.entries[i].type == TREE_REG)
			k = add_key(r, cap, sub);
	}
	return k;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(((const struct resolve_key *)a)->key, ((const struct resolve_key *)b)->key);
}

static int collect_keys(const struct resolve_request *req, struct resolve *r)
{
	bool patterns = false;
	size_t cap = 0;
	int k = 0;

	for (size_t i = 0; k == 0 && i < req->n_patterns; i++) {
		if (!key_is_glob(req->patterns[i])) {
			k = add_key(r, &cap, req->patterns[i]);
			continue;
		}
		patterns = true;
		if (req->env->live)
			k = expand_live(r, &cap, req->tree, req->patterns[i], "", 16);
	}
	for (size_t i = 0; patterns && i < r->n_loaders; i++) {
		const struct loader_script *s = r->loaders[i].script;

		for (size_t j = 0; k == 0 && j < s->n_entries; j++) {
			const struct sysctl_entry *e = &s->entries[j];

			if (e->key && !e->is_glob && e->kind == ENTRY_ASSIGN)
				k = add_key(r, &cap, e->key);
		}
	}
	if (patterns && r->n_keys > 1)
		qsort(r->keys, r->n_keys, sizeof(*r->keys), compare_keys);
	return k;
}

/* The loaders of the boot, read with /run. */
struct now_view {
	struct resolve_loader *loaders;
	size_t n;
};

static int resolve_key(const struct resolve_request *req, const struct key_filter *filter,
		       struct resolve *r, const struct now_view *now, struct resolve_key *k,
		       struct error *e)
{
	int x = 0;

	k->views = calloc(r->n_loaders + 1, sizeof(*k->views));
	k->fold = calloc(r->n_boot_loaders + 1, sizeof(*k->fold));
	if (!k->views || !k->fold)
		return -ENOMEM;
	for (size_t i = 0; x == 0 && i < r->n_loaders; i++)
		x = view_key(req->tree, filter, &r->loaders[i], k->key, &k->views[i]);
	if (x == 0)
		x = resolve_fold(r->boot_loaders, r->n_boot_loaders, k->key, k->fold, &k->boot);
	if (x == 0)
		x = resolve_fold(now->loaders, now->n, k->key, NULL, &k->boot_now);
	if (x == 0)
		x = uncertain_boot(req, filter, r, k, e);
	if (boot_plan_nobody(r->plan))
		k->boot.state = RESOLVE_UNKNOWN;
	/* The strings of boot_now live in scripts that go away. */
	k->boot_now.value = NULL;
	k->boot_now.source.path = NULL;
	return x;
}

/* The plan for "--loader NAME": that one loader, whether or not it is there. */
static int plan_of_one(const struct resolve_request *req, struct boot_plan *plan, struct error *e)
{
	struct boot_step one = {0}, *steps;
	int r = loader_instance_parse(req->loader, &one.loader, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < plan->n_steps; i++) {
		struct boot_step *s = &plan->steps[i];

		if (s->loader.id == one.loader.id && !strchr(req->loader, '@')) {
			loader_instance_done(&one.loader);
			one = *s;
			*s = (struct boot_step){0};
			break;
		}
		if (s->loader.id == one.loader.id) {
			one.runs_at_boot = s->runs_at_boot;
			one.why = TAKE_PTR(s->why);
			if (s->loader.cmdline) {
				one.loader.cmdline = s->loader.cmdline;
				one.loader.cmdline_path = s->loader.cmdline_path;
				one.loader.cmdline_line = s->loader.cmdline_line;
			}
			break;
		}
	}
	for (size_t i = 0; i < plan->n_steps; i++) {
		loader_instance_done(&plan->steps[i].loader);
		free(plan->steps[i].why);
	}
	plan->n_steps = 0;
	steps = realloc(plan->steps, sizeof(*steps));
	if (!steps) {
		loader_instance_done(&one.loader);
		free(one.why);
		return -ENOMEM;
	}
	plan->steps = steps;
	plan->steps[plan->n_steps++] = one;
	return 0;
}

/* True when some step's script could differ with /run. */
static bool run_matters(const struct resolve *r)
{
	for (size_t i = 0; i < r->n_loaders; i++) {
		for (size_t j = 0; j < r->loaders[i].script->n_files; j++) {
			if (r->loaders[i].script->files[j].is_volatile)
				return true;
		}
	}
	return false;
}

static int resolve_all(const struct resolve_request *req, struct resolve *r, struct error *e)
{
	struct key_filter filter = {.patterns = req->patterns, .n = req->n_patterns};
	struct resolve_view_request v = {.plan = r->plan, .tree = req->tree, .filter = &filter};
	struct now_view own = {0}, now;
	int x;

	x = resolve_read_loaders(&v, &r->loaders, &r->n_loaders, e);
	v.boot_only = true;
	if (x == 0)
		x = resolve_read_loaders(&v, &r->boot_loaders, &r->n_boot_loaders, e);
	v.with_run = run_matters(r);
	if (x == 0 && v.with_run)
		x = resolve_read_loaders(&v, &own.loaders, &own.n, e);
	now = v.with_run ? own : (struct now_view){r->boot_loaders, r->n_boot_loaders};
	if (x == 0)
		x = collect_keys(req, r);
	for (size_t i = 0; x == 0 && i < r->n_keys; i++)
		x = resolve_key(req, &filter, r, &now, &r->keys[i], e);
	resolve_loaders_done(own.loaders, own.n);
	return x;
}

int resolve_run(const struct resolve_request *req, struct resolve **ret, struct error *e)
{
	_cleanup_(resolve_free_p) struct resolve *r = calloc(1, sizeof(*r));
	int x;

	if (!r)
		return -ENOMEM;
	x = boot_plan_detect(req->tree, req->env, req->flags | (req->loader ? BOOT_IDLE : 0),
			     &r->plan, e);
	if (x == 0 && req->loader)
		x = plan_of_one(req, r->plan, e);
	if (x == 0)
		x = resolve_all(req, r, e);
	if (x < 0)
		return x;
	*ret = TAKE_PTR(r);
	return 0;
}
