/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON output. A value that could not be made or added leaves a hole where the schema promises a
 * member, so lack of memory is remembered for the object being built and jx_finish() refuses it.
 */
#include "jsonx.h"

/* Objects are built one at a time, from one thread; jx_finish() clears it. */
static bool json_failed;

struct json_object *jx_add(struct json_object *o, const char *key, struct json_object *value)
{
	if (!o || json_object_object_add(o, key, value) < 0) {
		json_object_put(value);
		json_failed = true;
		return NULL;
	}
	return value;
}

static void add_new(struct json_object *o, const char *key, struct json_object *value)
{
	if (!value)
		json_failed = true;
	else
		(void)jx_add(o, key, value);
}

void jx_add_str(struct json_object *o, const char *key, const char *s)
{
	if (s)
		add_new(o, key, json_object_new_string(s));
	else
		(void)jx_add(o, key, NULL);
}

static void add_base64(struct strbuf *b, const unsigned char *p, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3;
		uint32_t v = (uint32_t)p[i] << 16;

		if (have > 1)
			v |= (uint32_t)p[i + 1] << 8;
		if (have > 2)
			v |= p[i + 2];
		(void)strbuf_addc(b, digits[v >> 18]);
		(void)strbuf_addc(b, digits[v >> 12 & 63]);
		(void)strbuf_addc(b, have > 1 ? digits[v >> 6 & 63] : '=');
		(void)strbuf_addc(b, have > 2 ? digits[v & 63] : '=');
	}
}

void jx_add_bytes(struct json_object *o, const char *key, const char *bytes, size_t n)
{
	_cleanup_strbuf_ struct strbuf text = {0}, exact = {0};
	_cleanup_free_ char *name = NULL;
	int clean;

	if (!bytes) {
		(void)jx_add(o, key, NULL);
		return;
	}
	clean = strbuf_add_utf8(&text, bytes, n);
	if (clean < 0 || text.len > INT32_MAX) {
		json_failed = true;
		return;
	}
	add_new(o, key, json_object_new_string_len(text.bytes ? text.bytes : "", (int)text.len));
	if (clean)
		return;
	add_base64(&exact, (const unsigned char *)bytes, n);
	name = malloc(strlen(key) + sizeof("_b64"));
	if (exact.failed || !name) {
		json_failed = true;
		return;
	}
	(void)stpcpy(stpcpy(name, key), "_b64");
	jx_add_str(o, name, exact.bytes);
}

void jx_add_text(struct json_object *o, const char *key, const char *s)
{
	jx_add_bytes(o, key, s, s ? strlen(s) : 0);
}

void jx_add_int(struct json_object *o, const char *key, int64_t v)
{
	add_new(o, key, json_object_new_int64(v));
}

void jx_add_bool(struct json_object *o, const char *key, bool v)
{
	add_new(o, key, json_object_new_boolean(v));
}

void jx_add_level(struct json_object *o, const char *key, int level)
{
	if (level < 0)
		(void)jx_add(o, key, NULL);
	else
		jx_add_int(o, key, level);
}

struct json_object *jx_add_array(struct json_object *o, const char *key)
{
	struct json_object *a = json_object_new_array();

	if (!a)
		json_failed = true;
	return a ? jx_add(o, key, a) : NULL;
}

struct json_object *jx_add_object(struct json_object *o, const char *key)
{
	struct json_object *member = json_object_new_object();

	if (!member)
		json_failed = true;
	return member ? jx_add(o, key, member) : NULL;
}

int jx_finish(struct json_object *o, struct strbuf *out)
{
	const char *text;
	int r = -ENOMEM;

	if (o && !json_failed) {
		text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
								 JSON_C_TO_STRING_NOSLASHESCAPE);
		if (text && strbuf_adds(out, text) == 0 && strbuf_addc(out, '\n') == 0)
			r = 0;
	}
	json_object_put(o);
	json_failed = false;
	return r;
}
