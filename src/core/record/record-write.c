/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes a record: first the document, then what is kept of each file, in the order of paths. */
#include "record-impl.h"

#include "limits.h"
#include "tar.h"

#include <stdio.h>
#include <time.h>

static struct json_object *add_fields(struct json_object *o, const char *name,
				      const struct field *fields, const void *from)
{
	struct json_object *member = jx_add_object(o, name);

	fields_write(fields, from, member);
	return member;
}

static void add_time(struct json_object *o, const char *name, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char buf[40] = "";

	if (gmtime_r(&t, &tm))
		(void)strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm);
	jx_add_str(o, name, buf);
}

static void add_boot(struct json_object *o, const struct record *r)
{
	struct json_object *boot = add_fields(o, "boot", record_boot_fields, r), *list;

	list = jx_add_array(boot, "cmdlines");
	for (size_t i = 0; r->found && i < r->found->n_cmdlines; i++) {
		struct json_object *one = json_object_new_object();

		fields_write(record_cmdline_fields, &r->found->cmdlines[i], one);
		(void)json_object_array_add(list, one);
	}
	list = jx_add_array(boot, "unreadable");
	for (size_t i = 0; r->found && i < r->found->n_unreadable; i++) {
		struct json_object *one = json_object_new_object();

		jx_add_text(one, "path", r->found->unreadable[i]);
		(void)json_object_array_add(list, one);
	}
}

static void add_rules(struct json_object *o, const struct record *r)
{
	struct json_object *policy = add_fields(o, "policy", record_policy_fields, r), *list;

	list = jx_add_array(policy, "allow");
	for (int level = 0; level <= 3; level++) {
		if (r->policy.allow & (1U << level))
			(void)json_object_array_add(list, json_object_new_int(level));
	}
	if (!r->waivers.source) {
		(void)jx_add(o, "waivers", NULL);
		return;
	}
	list = jx_add_array(add_fields(o, "waivers", record_waivers_fields, r), "items");
	for (size_t i = 0; i < r->waivers.n; i++) {
		struct json_object *one = json_object_new_object();

		fields_write(record_waiver_fields, &r->waivers.items[i], one);
		(void)json_object_array_add(list, one);
	}
}

/* An answer: NULL for success, when the caller says more; else the error alone. */
static struct json_object *add_answer(struct json_object *o, const char *name, int err)
{
	struct json_object *answer = jx_add_object(o, name);

	if (err == 0)
		return answer;
	jx_add_str(answer, "error", errno_name(-err) ? errno_name(-err) : "EIO");
	return NULL;
}

static void add_look(struct json_object *o, const struct recorded *node)
{
	struct json_object *look = add_answer(o, "look", node->look);
	char mode[8];

	if (!look)
		return;
	(void)snprintf(mode, sizeof(mode), "%04o", node->st.mode & 07777U);
	jx_add_str(look, "type", record_type_words[node->st.type]);
	jx_add_str(look, "mode", mode);
	jx_add_int(look, "uid", node->st.uid);
	jx_add_int(look, "gid", node->st.gid);
	jx_add_int(look, "size", (int64_t)(node->st.size & INT64_MAX));
	jx_add_int(look, "mtime", node->st.mtime);
}

static void add_list(struct json_object *o, const struct recorded *node)
{
	struct json_object *answer = add_answer(o, "list", node->list), *entries;

	if (!answer)
		return;
	entries = jx_add_array(answer, "entries");
	for (size_t i = 0; i < node->entries.n; i++) {
		struct json_object *one = json_object_new_object();

		jx_add_text(one, "name", node->entries.entries[i].name);
		jx_add_str(one, "type", record_type_words[node->entries.entries[i].type]);
		(void)json_object_array_add(entries, one);
	}
}

static enum kept kept_of(const struct recorded *node)
{
	if (node->whole)
		return KEPT_ALL;
	return node->n > 0 ? KEPT_LINES : KEPT_NOTHING;
}

/* Where a file's bytes are put: root/PATH, or a number where that is no name for an archive. */
static void member_name(const struct recorded *node, size_t number, char ret[257])
{
	int n = snprintf(ret, 257, "root%s", node->path);

	if (n < 0 || n > 256 || !tar_name_is_fit(ret))
		(void)snprintf(ret, 257, "files/%zu", number);
}

static void add_file(struct json_object *o, const struct recorded *node, size_t number)
{
	struct json_object *file = add_answer(o, "file", node->open);
	char hex[2 * SHA256_SIZE + 1], name[257];

	if (!file)
		return;
	sha256_hex(node->sha256, hex);
	jx_add_str(file, "sha256", hex);
	jx_add_str(file, "kept", record_kept_words[kept_of(node)]);
	if (kept_of(node) == KEPT_NOTHING) {
		(void)jx_add(file, "member", NULL);
		return;
	}
	member_name(node, number, name);
	jx_add_str(file, "member", name);
}

static void add_tree(struct json_object *o, const struct tree *t)
{
	struct json_object *list = jx_add_array(o, "tree");
	const struct recorded *node;

	for (size_t i = 0; (node = tree_record_at(t, i)); i++) {
		struct json_object *one = json_object_new_object();

		jx_add_text(one, "path", node->path);
		if (node->looked)
			add_look(one, node);
		if (node->linked && node->link == 0)
			jx_add_text(add_answer(one, "link", 0), "target", node->target);
		else if (node->linked)
			(void)add_answer(one, "link", node->link);
		if (node->listed)
			add_list(one, node);
		if (node->opened)
			add_file(one, node, i);
		(void)json_object_array_add(list, one);
	}
}

static void add_answers(struct json_object *o, const struct tree *t)
{
	struct json_object *list = jx_add_array(o, "answers");
	const struct answer *a;

	for (size_t i = 0; (a = tree_answer_at(t, i)); i++) {
		struct answer positive = *a;
		struct json_object *one = json_object_new_object();

		positive.err = -a->err;
		fields_write(record_answer_fields, &positive, one);
		(void)json_object_array_add(list, one);
	}
}

static int document(const struct record *r, struct strbuf *out)
{
	struct json_object *o = json_object_new_object(), *tool;

	jx_add_str(o, "schema", RECORD_SCHEMA);
	add_time(o, "time", r->time);
	tool = jx_add_object(o, "tool");
	jx_add_str(tool, "name", "ptscope");
	jx_add_str(tool, "version", r->tool_version);
	jx_add_str(o, "kept", r->whole ? "files" : "lines");
	fields_write(record_head_fields, r, o);
	(void)add_fields(o, "host", record_host_fields, r);
	(void)add_fields(o, "subject", record_subject_fields, r);
	(void)add_fields(o, "asked", record_asked_fields, r);
	add_rules(o, r);
	(void)add_fields(o, "runtime", record_runtime_fields, r);
	(void)add_fields(o, "kernel", record_kernel_fields, r);
	add_boot(o, r);
	if (r->has_probe)
		(void)add_fields(o, "probe", record_probe_fields, r);
	else
		(void)jx_add(o, "probe", NULL);
	add_answers(o, r->tree);
	add_tree(o, r->tree);
	return jx_finish(o, out);
}

int record_write(const struct record *r, struct strbuf *out, struct error *e)
{
	_cleanup_strbuf_ struct strbuf doc = {0};
	const struct recorded *node;
	char name[257];
	int k = document(r, &doc);

	if (k == 0 && doc.len > LIMIT_RECORD_DOCUMENT)
		return error_set(e, EFBIG, NULL, 0, "the record would be larger than %d bytes",
				 LIMIT_RECORD_DOCUMENT);
	if (k == 0)
		k = tar_add(out, RECORD_DOCUMENT, doc.bytes, doc.len, r->time);
	for (size_t i = 0; k == 0 && (node = tree_record_at(r->tree, i)); i++) {
		if (!node->opened || node->open < 0 || kept_of(node) == KEPT_NOTHING)
			continue;
		member_name(node, i, name);
		k = tar_add(out, name, node->bytes ? node->bytes : "", node->n, node->st.mtime);
	}
	if (k == 0)
		k = tar_end(out);
	if (k == 0 && out->len > LIMIT_RECORD_BYTES)
		return error_set(e, EFBIG, NULL, 0, "the record would be larger than %d bytes",
				 LIMIT_RECORD_BYTES);
	return k < 0 ? error_set(e, -k, NULL, 0, "cannot make the record") : 0;
}
