/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An entry of the journal as JSON. It comes back from a directory that only its owner can write,
 * and is checked all the same: every content by its hash, every path and mode for what a fix can
 * have written.
 */
#include "journal.h"

#include "jsonx.h"
#include "limits.h"
#include "sha256.h"

#include <stdio.h>

#define SCHEMA "ptscope.journal/1"

static void hash_of(const struct content *c, char ret[2 * SHA256_SIZE + 1])
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, c->bytes, c->len);
	sha256_end(&h, digest);
	sha256_hex(digest, ret);
}

static void add_content(struct json_object *o, const char *key, const struct content *c)
{
	char hex[2 * SHA256_SIZE + 1];
	struct json_object *inner;

	if (!c->bytes) {
		(void)jx_add(o, key, NULL);
		return;
	}
	inner = jx_add_object(o, key);
	hash_of(c, hex);
	jx_add_bytes(inner, "text", c->bytes, c->len);
	jx_add_str(inner, "sha256", hex);
}

static void add_change(struct json_object *array, const struct change *c)
{
	struct json_object *o = json_object_new_object();

	jx_add_str(o, "kind", change_kind_word(c->kind));
	jx_add_text(o, "path", c->path);
	if (c->kind != CHANGE_SYSCTL) {
		char mode[16];

		(void)snprintf(mode, sizeof(mode), "%04o", (unsigned)c->mode);
		jx_add_str(o, "mode", mode);
		jx_add_int(o, "uid", c->uid);
		jx_add_int(o, "gid", c->gid);
		jx_add_int(o, "missing_dirs", c->missing_dirs);
	}
	add_content(o, "before", &c->before);
	add_content(o, "after", &c->after);
	(void)json_object_array_add(array, o);
}

int journal_to_json(const struct journal_entry *en, struct strbuf *out)
{
	struct json_object *o = json_object_new_object(), *changes;
	const char *text;

	if (!o)
		return -ENOMEM;
	jx_add_str(o, "schema", SCHEMA);
	jx_add_text(o, "id", en->id);
	jx_add_int(o, "time", en->time);
	jx_add_text(o, "user", en->user);
	jx_add_text(o, "policy", en->policy);
	jx_add_text(o, "root", en->root);
	jx_add_int(o, "level", en->level);
	changes = jx_add_array(o, "changes");
	for (size_t i = 0; i < en->n; i++)
		add_change(changes, &en->changes[i]);
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
							 JSON_C_TO_STRING_NOSLASHESCAPE);
	(void)strbuf_adds(out, text ? text : "");
	(void)strbuf_addc(out, '\n');
	(void)json_object_put(o);
	return out->failed || !text ? -ENOMEM : 0;
}

/* -- reading -- */

static int base64_digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static int from_base64(const char *s, struct content *ret)
{
	size_t n = strlen(s), len = 0;
	_cleanup_free_ char *out = malloc(n / 4 * 3 + 1);

	if (!out)
		return -ENOMEM;
	if (n % 4 != 0)
		return -EBADMSG;
	for (size_t i = 0; i < n; i += 4) {
		unsigned pad = (s[i + 3] == '=') + (s[i + 3] == '=' && s[i + 2] == '=');
		uint32_t word = 0;

		if (pad > 0 && i + 4 != n)
			return -EBADMSG;
		for (size_t k = 0; k < 4; k++) {
			int d = k >= 4 - pad ? 0 : base64_digit(s[i + k]);

			if (d < 0)
				return -EBADMSG;
			word = word << 6 | (uint32_t)d;
		}
		for (size_t k = 0; k < 3 - pad; k++)
			out[len++] = (char)(word >> (16 - 8 * k));
	}
	out[len] = '\0';
	*ret = (struct content){TAKE_PTR(out), len};
	return 0;
}

static struct json_object *member(struct json_object *o, const char *key, enum json_type type)
{
	struct json_object *v = NULL;

	if (!json_object_is_type(o, json_type_object) || !json_object_object_get_ex(o, key, &v) ||
	    !json_object_is_type(v, type))
		return NULL;
	return v;
}

/* The bytes of KEY, exact ones from KEY_b64 where it is there. */
static int get_bytes(struct json_object *o, const char *key, struct content *ret)
{
	char exact[64];
	struct json_object *v;

	(void)snprintf(exact, sizeof(exact), "%s_b64", key);
	v = member(o, exact, json_type_string);
	if (v)
		return from_base64(json_object_get_string(v), ret);
	v = member(o, key, json_type_string);
	if (!v)
		return -EBADMSG;
	return content_set(ret, json_object_get_string(v), (size_t)json_object_get_string_len(v));
}

static int get_text(struct json_object *o, const char *key, char **ret)
{
	_cleanup_(content_done) struct content c = {0};
	int r = get_bytes(o, key, &c);

	if (r < 0)
		return r;
	if (strlen(c.bytes) != c.len)
		return -EBADMSG;
	*ret = TAKE_PTR(c.bytes);
	return 0;
}

static int get_int(struct json_object *o, const char *key, int64_t max, int64_t *ret)
{
	struct json_object *v = member(o, key, json_type_int);

	if (!v)
		return -EBADMSG;
	*ret = json_object_get_int64(v);
	return *ret < 0 || *ret > max ? -EBADMSG : 0;
}

static int get_content(struct json_object *o, const char *key, struct content *ret)
{
	struct json_object *inner = member(o, key, json_type_object), *hash;
	char hex[2 * SHA256_SIZE + 1];
	int r;

	if (!inner)
		return 0; /* absent: the caller says whether it may be */
	hash = member(inner, "sha256", json_type_string);
	r = get_bytes(inner, "text", ret);
	if (r < 0)
		return r;
	hash_of(ret, hex);
	return hash && streq(json_object_get_string(hash), hex) ? 0 : -EBADMSG;
}

/* Octal digits, as add_change() writes them; permission bits only. */
static int get_mode(struct json_object *o, mode_t *ret)
{
	struct json_object *v = member(o, "mode", json_type_string);
	const char *s = v ? json_object_get_string(v) : "";
	mode_t mode = 0;

	if (strlen(s) != 4 || strspn(s, "01234567") != 4)
		return -EBADMSG;
	for (; *s; s++)
		mode = mode << 3 | (mode_t)(*s - '0');
	*ret = mode;
	return mode & ~(mode_t)0777 ? -EBADMSG : 0;
}

static int get_file(struct json_object *o, struct change *c)
{
	int64_t uid, gid, dirs;

	if (get_mode(o, &c->mode) < 0 || get_int(o, "uid", UINT32_MAX - 1, &uid) < 0 ||
	    get_int(o, "gid", UINT32_MAX - 1, &gid) < 0 ||
	    get_int(o, "missing_dirs", 64, &dirs) < 0)
		return -EBADMSG;
	c->uid = (uid_t)uid;
	c->gid = (gid_t)gid;
	c->missing_dirs = (unsigned)dirs;
	if (c->path[0] != '/' || strstr(c->path, "/../") || endswith(c->path, "/..") ||
	    (c->kind == CHANGE_CREATE) != !c->before.bytes)
		return -EBADMSG;
	return 0;
}

static bool is_level(const struct content *c)
{
	return c->bytes && c->len > 0 && c->len < 12 && strspn(c->bytes, "-0123456789") == c->len;
}

static int get_change(struct json_object *o, struct change *c)
{
	struct json_object *kind = member(o, "kind", json_type_string);
	int r;

	if (!kind || change_kind_by_word(json_object_get_string(kind), &c->kind) < 0)
		return -EBADMSG;
	r = get_text(o, "path", &c->path);
	if (r == 0)
		r = get_content(o, "before", &c->before);
	if (r == 0)
		r = get_content(o, "after", &c->after);
	if (r < 0)
		return r;
	if (!c->after.bytes)
		return -EBADMSG;
	if (c->kind != CHANGE_SYSCTL)
		return get_file(o, c);
	return streq(c->path, "kernel/yama/ptrace_scope") && is_level(&c->before) &&
			       is_level(&c->after)
		       ? 0
		       : -EBADMSG;
}

static int get_changes(struct json_object *o, struct journal_entry *en)
{
	struct json_object *array = member(o, "changes", json_type_array);
	size_t n = array ? json_object_array_length(array) : 0;

	if (!array || n > LIMIT_JOURNAL_ENTRIES)
		return -EBADMSG;
	en->changes = calloc(n ? n : 1, sizeof(*en->changes));
	if (!en->changes)
		return -ENOMEM;
	for (; en->n < n; en->n++) {
		int r = get_change(json_object_array_get_idx(array, en->n), &en->changes[en->n]);

		if (r < 0) {
			change_done(&en->changes[en->n]);
			return r;
		}
	}
	return 0;
}

static int get_entry(struct json_object *o, struct journal_entry *en)
{
	struct json_object *schema = member(o, "schema", json_type_string);
	int64_t level;
	int r;

	if (!schema || !streq(json_object_get_string(schema), SCHEMA) ||
	    get_int(o, "time", INT64_MAX, &en->time) < 0 || get_int(o, "level", 3, &level) < 0)
		return -EBADMSG;
	en->level = (int)level;
	r = get_text(o, "user", &en->user);
	if (r == 0)
		r = get_text(o, "policy", &en->policy);
	if (r == 0)
		r = get_text(o, "root", &en->root);
	return r == 0 ? get_changes(o, en) : r;
}

int journal_from_json(const char *bytes, size_t n, struct journal_entry *ret)
{
	struct json_tokener *t = json_tokener_new_ex(16);
	struct journal_entry en = {0};
	struct json_object *o;
	int r;

	if (!t)
		return -ENOMEM;
	if (n > LIMIT_JOURNAL) {
		json_tokener_free(t);
		return -EBADMSG;
	}
	o = json_tokener_parse_ex(t, bytes, (int)n);
	r = o ? get_entry(o, &en) : -EBADMSG;
	if (o)
		(void)json_object_put(o);
	json_tokener_free(t);
	if (r < 0) {
		journal_entry_done(&en);
		return r;
	}
	*ret = en;
	return 0;
}
