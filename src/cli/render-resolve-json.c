/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope.resolve/1: for each key what the next boot makes of it, and each loader's own account of
 * what it would do now: its writes in order, every assignment with its fate, every file. */
#include "jsonx.h"
#include "render-resolve.h"

static void add_place(struct json_object *o, const char *key, const struct loader_script *s,
		      ssize_t entry)
{
	const struct sysctl_entry *e;
	struct json_object *p;

	if (entry < 0)
		return;
	e = &s->entries[entry];
	p = jx_add_object(o, key);
	jx_add_text(p, "path", s->files[e->file].path);
	jx_add_int(p, "line", e->line);
}

static void add_winner(struct json_object *o, const struct loader_script *s, ssize_t winner)
{
	const struct sysctl_entry *e;
	struct json_object *w;

	if (winner < 0) {
		(void)jx_add(o, "winner", NULL);
		return;
	}
	e = &s->entries[winner];
	w = jx_add_object(o, "winner");
	jx_add_text(w, "path", s->files[e->file].path);
	jx_add_int(w, "line", e->line);
	jx_add_bytes(w, "text", e->text, e->text_len);
}

static void add_writes(struct json_object *o, const struct loader_script *s,
		       const struct key_result *res)
{
	struct json_object *writes = jx_add_array(o, "writes");

	for (size_t i = 0; i < res->n_writes; i++) {
		const struct sysctl_write *w = &res->writes[i];
		const struct sysctl_entry *e = &s->entries[w->entry];
		struct json_object *one = json_object_new_object();
		char buf[16];

		jx_add_bytes(one, "value", e->value, e->value_len);
		jx_add_str(one, "result", w->err ? errno_word(w->err, buf, sizeof(buf)) : "ok");
		jx_add_text(one, "path", s->files[e->file].path);
		jx_add_int(one, "line", e->line);
		(void)json_object_array_add(writes, one);
	}
}

static void add_assignments(struct json_object *o, const struct loader_script *s,
			    const struct key_result *res)
{
	struct json_object *list = jx_add_array(o, "assignments");

	for (size_t i = 0; i < s->n_entries; i++) {
		const struct sysctl_entry *e = &s->entries[i];
		const struct entry_fate *f = &res->fates[i];
		const struct sysctl_file *file = &s->files[e->file];
		struct json_object *one;

		if (f->status == ENTRY_OTHER_KEY)
			continue;
		one = json_object_new_object();
		jx_add_text(one, "path", file->path);
		jx_add_int(one, "line", e->line);
		jx_add_bytes(one, "value", e->value, e->value_len);
		jx_add_bytes(one, "text", e->text, e->text_len);
		jx_add_str(one, "status", entry_status_word(f->status));
		jx_add_str(one, "reason", reason_word(f->reason));
		if (f->by >= 0) {
			add_place(one, "by", s, f->by);
		} else if (file->by >= 0 && file->status != FILE_READ) {
			struct json_object *by = jx_add_object(one, "by");

			jx_add_text(by, "path", s->files[file->by].path);
		}
		(void)json_object_array_add(list, one);
	}
}

static void add_files(struct json_object *o, const struct loader_script *s)
{
	struct json_object *list = jx_add_array(o, "files");

	for (size_t i = 0; i < s->n_files; i++) {
		const struct sysctl_file *file = &s->files[i];
		struct json_object *one = json_object_new_object();

		jx_add_text(one, "path", file->path);
		jx_add_str(one, "status", file_status_word(file->status));
		jx_add_str(one, "reason", reason_word(file->reason));
		if (file->by >= 0) {
			struct json_object *by = jx_add_object(one, "by");

			jx_add_text(by, "path", s->files[file->by].path);
		}
		(void)json_object_array_add(list, one);
	}
}

static struct json_object *loader_object(const struct resolve_loader *l,
					 const struct resolve_view *view)
{
	const struct loader_instance *li = &l->step->loader;
	const struct key_result *res = &view->result;
	const struct sysctl_entry *winner =
		res->winner >= 0 ? &l->script->entries[res->winner] : NULL;
	struct json_object *o = json_object_new_object();

	jx_add_str(o, "name", loader_name(li->id));
	jx_add_text(o, "version", li->version);
	jx_add_str(o, "version_from", version_from_word(li->from));
	jx_add_bool(o, "runs_at_boot", l->step->runs_at_boot);
	jx_add_str(o, "state", resolve_state_word(view->state));
	jx_add_bytes(o, "value", winner ? winner->value : NULL, winner ? winner->value_len : 0);
	jx_add_level(o, "level", winner ? res->level : LEVEL_NONE);
	add_winner(o, l->script, res->winner);
	add_writes(o, l->script, res);
	add_assignments(o, l->script, res);
	add_files(o, l->script);
	return o;
}

int render_resolve_json(struct strbuf *out, const struct resolve_view_options *opt, int exit_code)
{
	const struct resolve *r = opt->resolve;
	struct json_object *o = json_object_new_object();
	struct json_object *keys;

	jx_add_str(o, "schema", "ptscope.resolve/1");
	jx_add_text(o, "root", opt->root);
	jx_add_int(o, "exit", exit_code);
	keys = jx_add_array(o, "keys");
	for (size_t i = 0; i < r->n_keys; i++) {
		const struct resolve_key *key = &r->keys[i];
		_cleanup_free_ char *dotted = key_dotted(key->key);
		struct json_object *k = json_object_new_object();
		struct json_object *loaders;

		jx_add_text(k, "key", dotted);
		(void)json_add_boot(k, r, &key->boot);
		loaders = jx_add_array(k, "loaders");
		for (size_t j = 0; j < r->n_loaders; j++)
			(void)json_object_array_add(loaders,
						    loader_object(&r->loaders[j], &key->views[j]));
		(void)json_object_array_add(keys, k);
	}
	return jx_finish(o, out);
}
