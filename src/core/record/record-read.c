/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads a record. The document says which file of the archive holds what; each has to be there
 * once, and nothing else may be. What is kept whole has to have the hash that is claimed. A name in
 * a record is only ever compared: nothing is written to disk, and nothing is looked up outside of
 * it.
 */
#include "record-impl.h"

#include "date.h"
#include "limits.h"
#include "tar.h"

#include <json-c/json.h>

/* Boot entries: more than are ever looked at. */
#define CMDLINES_MAX 1024

struct member {
	char *name; /* owned */
	const char *bytes;
	size_t n;
	bool used;
};

struct reader {
	const char *path; /* of the record, for messages */
	struct record *r;
	struct member *members; /* sorted by name */
	size_t n, cap;
	struct error *e;
};

static int bad(struct reader *rd, const char *fmt, const char *what)
{
	_cleanup_strbuf_ struct strbuf b = {0};

	if (strbuf_addf(&b, "is no record that can be used: %s", fmt) < 0)
		return -ENOMEM;
	if (what)
		(void)strbuf_addf(&b, " \"%s\"", what);
	return error_set(rd->e, EBADMSG, rd->path, 0, "%s", b.bytes ? b.bytes : fmt);
}

bool record_is(const char *bytes, size_t n)
{
	return n >= 512 && memcmp(bytes, RECORD_DOCUMENT, sizeof(RECORD_DOCUMENT)) == 0;
}

static int compare_members(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

static int read_members(struct reader *rd, const char *bytes, size_t n)
{
	struct tar_reader tar = {.bytes = bytes, .n = n};
	struct tar_member m;
	const char *wrong = NULL;
	int r;

	while ((r = tar_next(&tar, &m, &wrong)) > 0) {
		if (rd->n >= LIMIT_RECORD_PATHS)
			return error_set(rd->e, E2BIG, rd->path, 0, "holds more than %d files",
					 LIMIT_RECORD_PATHS);
		if (array_reserve(&rd->members, rd->n, &rd->cap, sizeof(*rd->members)) < 0)
			return -ENOMEM;
		rd->members[rd->n] =
			(struct member){.name = strdup(m.name), .bytes = m.bytes, .n = m.n};
		if (!rd->members[rd->n].name)
			return -ENOMEM;
		rd->n++;
	}
	if (r < 0)
		return bad(rd, wrong, NULL);
	if (rd->n > 1)
		qsort(rd->members, rd->n, sizeof(*rd->members), compare_members);
	for (size_t i = 1; i < rd->n; i++) {
		if (streq(rd->members[i - 1].name, rd->members[i].name))
			return bad(rd, "it holds a file twice,", rd->members[i].name);
	}
	return 0;
}

static struct member *find_member(struct reader *rd, const char *name)
{
	const struct member key = {.name = (char *)(uintptr_t)name};

	return rd->n > 0 ? bsearch(&key, rd->members, rd->n, sizeof(key), compare_members) : NULL;
}

static int parse_document(struct reader *rd, struct json_object **ret)
{
	struct member *m = find_member(rd, RECORD_DOCUMENT);
	struct json_tokener *t;
	enum json_tokener_error err;
	struct json_object *o;
	size_t end;

	if (!m)
		return bad(rd, "it lacks", RECORD_DOCUMENT);
	m->used = true;
	if (m->n > LIMIT_RECORD_DOCUMENT)
		return error_set(rd->e, E2BIG, rd->path, 0, "its document is larger than %d bytes",
				 LIMIT_RECORD_DOCUMENT);
	t = json_tokener_new_ex(16);
	if (!t)
		return -ENOMEM;
	json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(t, m->bytes, (int)m->n);
	err = json_tokener_get_error(t);
	end = json_tokener_get_parse_end(t);
	json_tokener_free(t);
	while (end < m->n && strchr(" \t\r\n", m->bytes[end]) && m->bytes[end])
		end++;
	if (err != json_tokener_success || end != m->n ||
	    !json_object_is_type(o, json_type_object)) {
		(void)json_object_put(o);
		return bad(rd, "its document is no JSON object", NULL);
	}
	*ret = o;
	return 0;
}

static int read_group(struct reader *rd, struct json_object *o, const char *name,
		      const struct field *fields)
{
	struct json_object *group;
	int r = member_get(o, rd->path, name, json_type_object, &group, rd->e);

	return r < 0 ? r : fields_read(fields, group, rd->path, name, rd->r, rd->e);
}

/* "2026-11-24T15:38:09Z" */
static int read_time(struct reader *rd, struct json_object *o)
{
	_cleanup_free_ char *s = NULL;
	unsigned v[3] = {0};
	int64_t day;
	int r = member_text(o, rd->path, "time", &s, rd->e);

	if (r < 0)
		return r;
	if (!s || strlen(s) != 20 || s[10] != 'T' || s[19] != 'Z' || s[13] != ':' || s[16] != ':')
		return bad(rd, "its time is none", NULL);
	for (size_t i = 0; i < 3; i++) {
		const char *d = s + 11 + 3 * i;

		if (d[0] < '0' || d[0] > '9' || d[1] < '0' || d[1] > '9')
			return bad(rd, "its time is none", NULL);
		v[i] = (unsigned)(d[0] - '0') * 10 + (unsigned)(d[1] - '0');
	}
	s[10] = '\0';
	if (date_parse(s, &day) < 0 || v[0] > 23 || v[1] > 59 || v[2] > 60)
		return bad(rd, "its time is none", NULL);
	rd->r->time = day * 86400 + v[0] * 3600 + v[1] * 60 + v[2];
	return 0;
}

static int read_head(struct reader *rd, struct json_object *o)
{
	_cleanup_free_ char *schema = NULL, *kept = NULL;
	struct json_object *tool;
	int r = member_text(o, rd->path, "schema", &schema, rd->e);

	if (r == 0 && (!schema || !streq(schema, RECORD_SCHEMA)))
		return bad(rd, "its document has another schema than", RECORD_SCHEMA);
	if (r == 0)
		r = read_time(rd, o);
	if (r == 0)
		r = member_get(o, rd->path, "tool", json_type_object, &tool, rd->e);
	if (r == 0)
		r = member_text(tool, rd->path, "version", &rd->r->tool_version, rd->e);
	if (r == 0)
		r = member_text(o, rd->path, "kept", &kept, rd->e);
	if (r == 0)
		rd->r->whole = kept && streq(kept, "files");
	if (r == 0 && !rd->r->tool_version)
		return bad(rd, "it does not say which version made it", NULL);
	return r == 0 ? fields_read(record_head_fields, o, rd->path, "record", rd->r, rd->e) : r;
}

/* An array; hands each element to one. */
static int each(struct reader *rd, struct json_object *o, const char *name,
		int (*one)(struct reader *rd, struct json_object *item))
{
	struct json_object *list;
	int r = member_get(o, rd->path, name, json_type_array, &list, rd->e);
	size_t n = r == 0 ? json_object_array_length(list) : 0;

	if (n > LIMIT_RECORD_PATHS)
		return error_set(rd->e, E2BIG, rd->path, 0, "\"%s\" has more than %d elements",
				 name, LIMIT_RECORD_PATHS);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (!item)
			return bad(rd, "there is a null in", name);
		r = one(rd, item);
	}
	return r;
}

static int read_cmdline(struct reader *rd, struct json_object *item)
{
	struct boot_plan *p = rd->r->found;
	size_t cap = p->n_cmdlines;
	struct boot_cmdline *c;

	if (p->n_cmdlines >= CMDLINES_MAX)
		return bad(rd, "there are too many boot entries", NULL);
	if (array_reserve(&p->cmdlines, p->n_cmdlines, &cap, sizeof(*c)) < 0)
		return -ENOMEM;
	c = &p->cmdlines[p->n_cmdlines++];
	*c = (struct boot_cmdline){0};
	return fields_read(record_cmdline_fields, item, rd->path, "cmdlines", c, rd->e);
}

static int read_unreadable(struct reader *rd, struct json_object *item)
{
	struct boot_plan *p = rd->r->found;
	size_t cap = p->n_unreadable;
	char *path = NULL;
	int r;

	if (!json_object_is_type(item, json_type_object))
		return bad(rd, "an element is no object in", "unreadable");
	r = member_text(item, rd->path, "path", &path, rd->e);
	if (r == 0 && !path)
		return bad(rd, "a path is null in", "unreadable");
	if (r < 0)
		return r;
	if (array_reserve(&p->unreadable, p->n_unreadable, &cap, sizeof(*p->unreadable)) < 0) {
		free(path);
		return -ENOMEM;
	}
	p->unreadable[p->n_unreadable++] = path;
	return 0;
}

static int read_boot(struct reader *rd, struct json_object *o)
{
	struct json_object *boot;
	int r = read_group(rd, o, "boot", record_boot_fields);

	if (r < 0)
		return r;
	rd->r->found = calloc(1, sizeof(*rd->r->found));
	if (!rd->r->found)
		return -ENOMEM;
	(void)json_object_object_get_ex(o, "boot", &boot);
	r = each(rd, boot, "cmdlines", read_cmdline);
	return r == 0 ? each(rd, boot, "unreadable", read_unreadable) : r;
}

static int read_allowed(struct reader *rd, struct json_object *item)
{
	const int64_t level =
		json_object_is_type(item, json_type_int) ? json_object_get_int64(item) : -1;

	if (level < 0 || level > 3)
		return bad(rd, "a level is none in", "allow");
	rd->r->policy.allow |= (uint8_t)(1U << level);
	return 0;
}

static int read_waiver(struct reader *rd, struct json_object *item)
{
	struct waivers *w = &rd->r->waivers;
	struct waiver *one;

	if (array_reserve(&w->items, w->n, &w->cap, sizeof(*w->items)) < 0)
		return -ENOMEM;
	one = &w->items[w->n++];
	*one = (struct waiver){0};
	return fields_read(record_waiver_fields, item, rd->path, "waivers", one, rd->e);
}

static int read_rules(struct reader *rd, struct json_object *o)
{
	struct json_object *v;
	int r = read_group(rd, o, "policy", record_policy_fields);

	if (r == 0 && json_object_object_get_ex(o, "policy", &v))
		r = each(rd, v, "allow", read_allowed);
	if (r == 0 && rd->r->policy.fix_level < 0)
		return bad(rd, "its policy has no level to fix to", NULL);
	if (r == 0 && rd->r->policy.allow == 0)
		return bad(rd, "its policy allows nothing", NULL);
	if (r < 0)
		return r;
	if (!json_object_object_get_ex(o, "waivers", &v))
		return bad(rd, "it lacks", "waivers");
	if (!v)
		return 0;
	r = read_group(rd, o, "waivers", record_waivers_fields);
	if (r == 0)
		r = each(rd, v, "items", read_waiver);
	for (size_t i = 0; r == 0 && i < rd->r->waivers.n; i++) {
		if (finding_docs[rd->r->waivers.items[i].finding].worst != SEVERITY_FAIL)
			return bad(rd, "a waiver is for what cannot be waived", NULL);
	}
	return r;
}

static int read_probe(struct reader *rd, struct json_object *o)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, "probe", &v))
		return bad(rd, "it lacks", "probe");
	rd->r->has_probe = v != NULL;
	return v ? read_group(rd, o, "probe", record_probe_fields) : 0;
}

/* An answer: the object, with *ret_err for one that is an error. NULL where it was not asked. */
static int read_answer(struct reader *rd, struct json_object *node, const char *name,
		       struct json_object **ret, int *ret_err)
{
	_cleanup_free_ char *word = NULL;
	struct json_object *error;
	int r;

	*ret = NULL;
	*ret_err = 0;
	if (!json_object_object_get_ex(node, name, ret))
		return 0;
	if (!json_object_is_type(*ret, json_type_object))
		return bad(rd, "an answer is no object,", name);
	if (!json_object_object_get_ex(*ret, "error", &error))
		return 0;
	r = member_text(*ret, rd->path, "error", &word, rd->e);
	if (r < 0)
		return r;
	r = word ? errno_of_name(word) : -EINVAL;
	if (r < 0)
		return bad(rd, "an error is not known,", word ? word : "null");
	*ret_err = -r;
	return 0;
}

static int read_type(struct reader *rd, struct json_object *o, enum tree_type *ret)
{
	const struct field fields[] = {{"type", FIELD_WORD, 0, record_type_words}, {NULL}};
	unsigned type = 0;
	int r = fields_read(fields, o, rd->path, "type", &type, rd->e);

	if (r == 0)
		*ret = (enum tree_type)type;
	return r;
}

struct look {
	unsigned uid, gid;
	uint64_t size;
	int64_t mtime;
	char *mode;
};

static int read_look(struct reader *rd, struct json_object *node, struct recorded *to)
{
	static const struct field fields[] = {
		{"uid", FIELD_UINT, offsetof(struct look, uid)},
		{"gid", FIELD_UINT, offsetof(struct look, gid)},
		{"size", FIELD_U64, offsetof(struct look, size)},
		{"mtime", FIELD_I64, offsetof(struct look, mtime)},
		{"mode", FIELD_STRING, offsetof(struct look, mode)},
		{NULL},
	};
	struct json_object *o;
	struct look l = {0};
	unsigned mode = 0;
	int r = read_answer(rd, node, "look", &o, &to->look);

	if (r < 0 || !o)
		return r;
	to->looked = true;
	if (to->look < 0)
		return 0;
	r = fields_read(fields, o, rd->path, "look", &l, rd->e);
	if (r == 0)
		r = read_type(rd, o, &to->st.type);
	if (r == 0 && (strlen(l.mode) != 4 || strspn(l.mode, "01234567") != 4))
		r = bad(rd, "a mode is none,", l.mode);
	for (size_t i = 0; r == 0 && i < 4; i++)
		mode = mode * 8 + (unsigned)(l.mode[i] - '0');
	free(l.mode);
	to->st = (struct tree_stat){.type = to->st.type,
				    .mode = mode,
				    .uid = l.uid,
				    .gid = l.gid,
				    .size = l.size,
				    .mtime = l.mtime};
	return r;
}

static int read_link(struct reader *rd, struct json_object *node, struct recorded *to)
{
	struct json_object *o;
	int r = read_answer(rd, node, "link", &o, &to->link);

	if (r < 0 || !o)
		return r;
	to->linked = true;
	if (to->link < 0)
		return 0;
	r = member_text(o, rd->path, "target", &to->target, rd->e);
	if (r == 0 && (!to->target || strlen(to->target) >= LIMIT_PATH))
		return bad(rd, "a link has no target that can be", NULL);
	return r;
}

static bool is_entry_name(const char *s)
{
	return *s && strlen(s) <= 255 && !strchr(s, '/') && !streq(s, ".") && !streq(s, "..");
}

static int read_entry(struct reader *rd, struct json_object *item, struct recorded *to, size_t *cap)
{
	struct tree_entry *entry;
	int r;

	if (array_reserve(&to->entries.entries, to->entries.n, cap, sizeof(*entry)) < 0)
		return -ENOMEM;
	entry = &to->entries.entries[to->entries.n];
	*entry = (struct tree_entry){0};
	if (!json_object_is_type(item, json_type_object))
		return bad(rd, "an element is no object in", "entries");
	r = member_text(item, rd->path, "name", &entry->name, rd->e);
	if (r < 0)
		return r;
	to->entries.n++;
	if (!entry->name || !is_entry_name(entry->name))
		return bad(rd, "a directory has a name that cannot be,",
			   entry->name ? entry->name : "null");
	return read_type(rd, item, &entry->type);
}

static int read_list(struct reader *rd, struct json_object *node, struct recorded *to)
{
	struct json_object *o, *entries;
	size_t n, cap = 0;
	int r = read_answer(rd, node, "list", &o, &to->list);

	if (r < 0 || !o)
		return r;
	to->listed = true;
	if (to->list < 0)
		return 0;
	r = member_get(o, rd->path, "entries", json_type_array, &entries, rd->e);
	n = r == 0 ? json_object_array_length(entries) : 0;
	if (n > LIMIT_DIR_ENTRIES)
		return error_set(rd->e, E2BIG, rd->path, 0, "a directory has more than %d entries",
				 LIMIT_DIR_ENTRIES);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = read_entry(rd, json_object_array_get_idx(entries, i), to, &cap);
	return r;
}

/* 64 hex digits as bytes. */
static void unhex(const char *hex, uint8_t ret[SHA256_SIZE])
{
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		unsigned v = 0;

		for (size_t k = 0; k < 2; k++) {
			char c = hex[2 * i + k];

			v = v * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
		}
		ret[i] = (uint8_t)v;
	}
}

static int take_member(struct reader *rd, struct json_object *file, struct recorded *to)
{
	_cleanup_free_ char *name = NULL;
	struct member *m;
	int r = member_text(file, rd->path, "member", &name, rd->e);

	if (r < 0)
		return r;
	m = name ? find_member(rd, name) : NULL;
	if (!m)
		return bad(rd, "a file is missing,", name ? name : to->path);
	if (m->used)
		return bad(rd, "a file stands for two,", name);
	m->used = true;
	to->bytes = malloc(m->n + 1);
	if (!to->bytes)
		return -ENOMEM;
	memcpy(to->bytes, m->bytes, m->n);
	to->bytes[m->n] = '\0';
	to->n = m->n;
	return 0;
}

static int check_whole(struct reader *rd, const struct recorded *to)
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, to->bytes, to->n);
	sha256_end(&h, digest);
	if (memcmp(digest, to->sha256, sizeof(digest)) != 0)
		return bad(rd, "a file was changed since, or its hash was:", to->path);
	return 0;
}

struct file {
	char sha256[65];
	unsigned kept;
};

static int read_file(struct reader *rd, struct json_object *node, struct recorded *to)
{
	static const struct field fields[] = {
		{"sha256", FIELD_HASH, offsetof(struct file, sha256)},
		{"kept", FIELD_WORD, offsetof(struct file, kept), record_kept_words},
		{NULL},
	};
	struct file f = {0};
	struct json_object *o;
	int r = read_answer(rd, node, "file", &o, &to->open);

	if (r < 0 || !o)
		return r;
	to->opened = true;
	if (to->open < 0)
		return 0;
	r = fields_read(fields, o, rd->path, "file", &f, rd->e);
	if (r < 0)
		return r;
	if (strlen(f.sha256) != 64)
		return bad(rd, "a file has no hash,", to->path);
	unhex(f.sha256, to->sha256);
	to->hashed = true;
	to->whole = f.kept == KEPT_ALL;
	if (f.kept != KEPT_NOTHING)
		r = take_member(rd, o, to);
	return r == 0 && to->whole ? check_whole(rd, to) : r;
}

/* Absolute, and as the walker writes paths. */
static bool is_canonical(const char *path)
{
	if (*path != '/' || strlen(path) >= LIMIT_PATH)
		return false;
	if (!path[1])
		return true;
	for (const char *s = path; *s;) {
		size_t n = strcspn(s + 1, "/");

		if (n == 0 || (n == 1 && s[1] == '.') || (n == 2 && s[1] == '.' && s[2] == '.'))
			return false;
		s += n + 1;
	}
	return true;
}

static int read_node(struct reader *rd, struct json_object *item)
{
	_cleanup_(recorded_done) struct recorded node = {0};
	int r;

	if (!json_object_is_type(item, json_type_object))
		return bad(rd, "an element is no object in", "tree");
	r = member_text(item, rd->path, "path", &node.path, rd->e);
	if (r == 0 && (!node.path || !is_canonical(node.path)))
		return bad(rd, "a path is none,", node.path ? node.path : "null");
	if (r == 0)
		r = read_look(rd, item, &node);
	if (r == 0)
		r = read_link(rd, item, &node);
	if (r == 0)
		r = read_list(rd, item, &node);
	if (r == 0)
		r = read_file(rd, item, &node);
	if (r < 0)
		return r;
	r = tree_record_add(rd->r->tree, &node);
	if (r == -EEXIST)
		return bad(rd, "a path stands twice,", node.path);
	if (r == -E2BIG)
		return error_set(rd->e, E2BIG, rd->path, 0, "holds more than can be taken in");
	return r;
}

static int read_one_answer(struct reader *rd, struct json_object *item)
{
	struct answer a = {0};
	int r = fields_read(record_answer_fields, item, rd->path, "answers", &a, rd->e);

	a.err = -a.err;
	if (r == 0)
		r = tree_answer_add(rd->r->tree, &a);
	if (r == -EEXIST)
		r = bad(rd, "a question stands twice,", a.question);
	if (r == -E2BIG)
		r = error_set(rd->e, E2BIG, rd->path, 0, "holds more than can be taken in");
	free(a.question);
	free(a.text);
	return r;
}

static int read_document(struct reader *rd, struct json_object *o)
{
	static const struct {
		const char *name;
		const struct field *fields;
	} groups[] = {
		{"host", record_host_fields},	  {"subject", record_subject_fields},
		{"asked", record_asked_fields},	  {"runtime", record_runtime_fields},
		{"kernel", record_kernel_fields},
	};
	int r = read_head(rd, o);

	for (size_t i = 0; r == 0 && i < ELEMENTSOF(groups); i++)
		r = read_group(rd, o, groups[i].name, groups[i].fields);
	rd->r->subject.path = rd->r->subject_path;
	if (r == 0)
		r = read_rules(rd, o);
	if (r == 0)
		r = read_boot(rd, o);
	if (r == 0)
		r = read_probe(rd, o);
	if (r == 0)
		r = tree_new_record(&rd->r->tree, NULL);
	if (r == 0)
		r = each(rd, o, "answers", read_one_answer);
	if (r == 0)
		r = each(rd, o, "tree", read_node);
	for (size_t i = 0; r == 0 && i < rd->n; i++) {
		if (!rd->members[i].used)
			return bad(rd, "it holds a file that it does not name,",
				   rd->members[i].name);
	}
	/* What the value's words rest on, so that nothing has to be believed twice. */
	if (r == 0 && rd->r->runtime.state == RUNTIME_SET && rd->r->runtime.level == LEVEL_NONE)
		return bad(rd, "the kernel's level is set and none", NULL);
	if (r == 0 && !rd->r->runtime.value &&
	    (rd->r->runtime.state == RUNTIME_OUT_OF_RANGE ||
	     rd->r->runtime.state == RUNTIME_MALFORMED || rd->r->runtime.state == RUNTIME_SET))
		return bad(rd, "the kernel's level has no value", NULL);
	return r;
}

int record_read(const char *path, const char *bytes, size_t n, struct record *ret, struct error *e)
{
	struct record r = {0};
	struct reader rd = {.path = path, .r = &r, .e = e};
	struct json_object *o = NULL;
	int k = read_members(&rd, bytes, n);

	if (k == 0)
		k = parse_document(&rd, &o);
	if (k == 0)
		k = read_document(&rd, o);
	(void)json_object_put(o);
	for (size_t i = 0; i < rd.n; i++)
		free(rd.members[i].name);
	free(rd.members);
	if (k == -ENOMEM)
		(void)error_set(e, ENOMEM, path, 0, "out of memory");
	if (k < 0) {
		record_done(&r);
		return k;
	}
	*ret = r;
	ret->subject.path = ret->subject_path;
	return 0;
}
