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
	       !path_is_vendor(s->file->path) && !startswith(s->file->path, "/proc/");
}

const struct resolve_key *find_key(const struct resolve *r)
{
	for (size_t i = 0; r && i < r->n_keys; i++) {
		if (streq(r->keys[i].key, PTRACE_SCOPE_KEY))
			return &r->keys[i];
	}
	return NULL;
}

static bool is_known(const struct said_list *l, const struct sysctl_file *file, unsigned line)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->items[i].entry->line == line && streq(l->items[i].file->path, file->path))
			return true;
	}
	return false;
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

static int collect_from(const struct resolve_loader *from, size_t step,
			const struct key_result *res, bool boot, struct said_list *l)
{
	const struct loader_script *script = from->script;

	for (size_t i = 0; i < script->n_entries; i++) {
		const struct sysctl_entry *e = &script->entries[i];
		const struct sysctl_file *file = &script->files[e->file];

		if (res->fates[i].status == ENTRY_OTHER_KEY)
			continue;
		if (!boot && is_known(l, file, e->line))
			continue;
		if (array_reserve(&l->items, l->n, &l->cap, sizeof(*l->items)) < 0)
			return -ENOMEM;
		l->items[l->n] = (struct said){
			.entry = e,
			.file = file,
			.loader = &from->step->loader,
			.fate = &res->fates[i],
			.boot = boot,
			.step = step,
		};
		judge_value(&l->items[l->n++]);
	}
	return 0;
}

int said_collect(const struct resolve *r, const struct resolve_key *key, struct said_list *ret)
{
	int k = 0;

	for (size_t i = 0; i < r->n_boot_loaders && k == 0; i++)
		k = collect_from(&r->boot_loaders[i], i, &key->fold[i], true, ret);
	for (size_t i = 0; i < r->n_loaders && k == 0; i++)
		k = collect_from(&r->loaders[i], i, &key->views[i].result, false, ret);
	return k;
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
