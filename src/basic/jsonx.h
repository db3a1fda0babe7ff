/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* json-c with less typing, for output. All functions take ownership of the values added; lack of
 * memory is fatal for the one JSON object, remembered by json_failed. */
#pragma once

#include "str.h"
#include <json-c/json.h>

/* Adds a member. value NULL means JSON null. Returns value. */
struct json_object *jx_add(struct json_object *o, const char *key, struct json_object *value);

/* Adds a string that is known to be ASCII or UTF-8; NULL becomes null. */
void jx_add_str(struct json_object *o, const char *key, const char *s);

/* Adds bytes: as UTF-8 with U+FFFD in KEY, and, when anything had to be replaced, exactly in
 * KEY_b64. bytes NULL becomes null. */
void jx_add_bytes(struct json_object *o, const char *key, const char *bytes, size_t n);

/* As jx_add_bytes() for a NUL-terminated string. */
void jx_add_text(struct json_object *o, const char *key, const char *s);

void jx_add_int(struct json_object *o, const char *key, int64_t v);
void jx_add_bool(struct json_object *o, const char *key, bool v);

/* Adds a level: the integer, or null when negative. */
void jx_add_level(struct json_object *o, const char *key, int level);

/* Adds an empty array or object and returns it, owned by o. */
struct json_object *jx_add_array(struct json_object *o, const char *key);
struct json_object *jx_add_object(struct json_object *o, const char *key);

/* Appends the object on one line with a newline, and frees it. Returns 0 or -ENOMEM. */
int jx_finish(struct json_object *o, struct strbuf *out);
