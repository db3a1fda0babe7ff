/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Collects the lines that say the key: those of the loaders that run at boot first, then what only
 * others read. */
#include "audit-impl.h"

void said_done(struct said_list *l)
{
	free(l->items);
	*l = (struct said_list){0};
}

bool path_is_vendor(const char *path)
{
	return startswith(path, "/usr/lib/") || startswith(path, "/lib/");
}

bool said_is_forbidden(const struct said *s, const struct policy *p)
{
	return s->level != LEVEL_NONE && !policy_allows(p, s->level) && !s->file->is_volatile &&
	       !path_is_vendor(s->file->path) && s->loader->id != LOADER_CMDLINE;
}

const struct resolve_key *find_key(const struct resolve *r)
{
	for (size_t i = 0; r && i < r->n_keys; i++) {
		if (streq(r->keys[i].key, PTRACE_SCOPE_KEY))
			return &r->keys[i];
	}
	return NULL;
}

int path_names_add(struct path_names *s, const char *path)
{
	if (array_reserve(&s->paths, s->n, &s->cap, sizeof(*s->paths)) < 0)
		return -ENOMEM;
	s->paths[s->n++] = path;
	return 0;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void path_names_sort(struct path_names *s)
{
	if (s->n > 1)
		qsort(s->paths, s->n, sizeof(*s->paths), compare_paths);
}

bool path_names_has(const struct path_names *s, const char *path)
{
	return s->n > 0 && bsearch(&path, s->paths, s->n, sizeof(*s->paths), compare_paths);
}

void path_names_done(struct path_names *s)
{
	free(s->paths);
	*s = (struct path_names){0};
}

static void judge_value(struct said *s)
{
	const struct kernel_model model = kernel_model_for(PTRACE_SCOPE_KEY);

	s->level = LEVEL_NONE;
	s->value = VALUE_MALFORMED;
	if (s->entry->kind == ENTRY_ASSIGN && s->entry->value)
		s->value =
			kernel_value_parse(&model, s->entry->value, s->entry->value_len, &s->level);
}

/* known: files that are not to be told again, or NULL for a loader that runs at boot. */
static int collect_from(const struct resolve_loader *from, size_t step,
			const struct key_result *res, const struct path_names *known,
			struct said_list *l)
{
	const struct loader_script *script = from->script;

	for (size_t i = 0; i < script->n_entries; i++) {
		const struct sysctl_entry *e = &script->entries[i];
		const struct sysctl_file *file = &script->files[e->file];

		/* Lines of files that are passed over are dealt with in unread-lines.c. */
		if (res->fates[i].status == ENTRY_OTHER_KEY || file->status != FILE_READ)
			continue;
		if (known && path_names_has(known, file->path))
			continue;
		if (array_reserve(&l->items, l->n, &l->cap, sizeof(*l->items)) < 0)
			return -ENOMEM;
		l->items[l->n] = (struct said){
			.entry = e,
			.file = file,
			.loader = &from->step->loader,
			.fate = &res->fates[i],
			.boot = !known,
			.step = step,
		};
		judge_value(&l->items[l->n++]);
	}
	return 0;
}

/* The files of what was collected last, from the item on. */
static int know_files(const struct said_list *l, size_t from, struct path_names *known)
{
	const struct sysctl_file *last = NULL;

	for (size_t i = from; i < l->n; i++) {
		if (l->items[i].file != last && path_names_add(known, l->items[i].file->path) < 0)
			return -ENOMEM;
		last = l->items[i].file;
	}
	path_names_sort(known);
	return 0;
}

int said_collect(const struct resolve *r, const struct resolve_key *key, struct said_list *ret)
{
	_cleanup_(path_names_done) struct path_names known = {0};
	int k = 0;

	for (size_t i = 0; i < r->n_boot_loaders && k == 0; i++)
		k = collect_from(&r->boot_loaders[i], i, &key->fold[i], NULL, ret);
	if (k == 0)
		k = know_files(ret, 0, &known);
	for (size_t i = 0; i < r->n_loaders && k == 0; i++) {
		size_t before = ret->n;

		k = collect_from(&r->loaders[i], i, &key->views[i].result, &known, ret);
		if (k == 0)
			k = know_files(ret, before, &known);
	}
	return k;
}

bool audit_needs_idle(const struct resolve *r)
{
	const struct resolve_key *key = find_key(r);
	struct said s = {.level = LEVEL_NONE};

	if (!key)
		return false;
	if (key->boot.state != RESOLVE_SET || !key->boot.source.from_file)
		return true;
	for (size_t i = 0; i < r->n_loaders; i++) {
		const struct loader_script *script = r->loaders[i].script;

		for (size_t k = 0; k < script->n_entries; k++) {
			if (key->views[i].result.fates[k].status == ENTRY_OTHER_KEY)
				continue;
			s.entry = &script->entries[k];
			judge_value(&s);
			if (s.level != key->boot.level)
				return true;
		}
	}
	return false;
}

const struct sysctl_entry *winner_now(const struct judge *j, const char **ret_path)
{
	const struct resolve *r = j->ev->resolve;
	const struct resolve_boot *now = &j->key->boot_now;

	for (size_t i = 0; now->has_source && i < r->n_loaders; i++) {
		const struct loader_script *script = r->loaders[i].script;
		ssize_t w = j->key->views[i].result.winner;

		if (w < 0 || r->loaders[i].step != r->boot_loaders[now->source.loader].step)
			continue;
		*ret_path = script->files[script->entries[w].file].path;
		return &script->entries[w];
	}
	return NULL;
}
