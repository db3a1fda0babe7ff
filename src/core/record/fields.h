/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Structs as JSON by tables of their fields, so that writing and reading cannot differ. Reading
 * trusts nothing: a member that is missing or of another type is an error that names it. Not for
 * use outside this folder.
 */
#pragma once

#include "error.h"
#include "jsonx.h"

enum field_kind {
	FIELD_TEXT,   /* char *, owned; NULL is null */
	FIELD_STRING, /* the same, and never NULL */
	FIELD_BOOL,
	FIELD_UINT,   /* unsigned */
	FIELD_U64,    /* uint64_t, up to INT64_MAX */
	FIELD_I64,    /* int64_t */
	FIELD_LEVEL,  /* int: 0 to 3, or LEVEL_NONE, which is null */
	FIELD_ERRNO,  /* int: a positive errno by its name, or 0 */
	FIELD_WORD,   /* an enum by words */
	FIELD_SOURCE, /* struct fact_source */
	FIELD_HASH,   /* char[65]: 64 hex digits, or "" */
};

struct field {
	const char *name; /* NULL ends a table */
	enum field_kind kind;
	size_t offset;
	const char *const *words; /* FIELD_WORD: by value, NULL-terminated */
};

/* Adds the fields of a struct to a JSON object. */
void fields_write(const struct field *fields, const void *from, struct json_object *o);

/*
 * Reads the fields into a struct, which holds nothing yet. On failure too, what it holds then is
 * for the caller to free.
 *
 * @path, @what: for messages: the file, and what the object is: "kernel"
 *
 * Returns 0, -EINVAL with detail in e, -ENOMEM.
 */
int fields_read(const struct field *fields, struct json_object *o, const char *path,
		const char *what, void *to, struct error *e);

/* A member of that type, or -EINVAL with e set where it is missing or of another. */
int member_get(struct json_object *o, const char *path, const char *name, enum json_type type,
	       struct json_object **ret, struct error *e);

/*
 * The bytes of a member that jx_add_bytes() wrote: exact, from NAME_b64 where there is one. NULL in
 * *ret for null.
 *
 * Returns 0; -EINVAL (missing, another type, bad base64, a NUL where text is expected); -ENOMEM.
 * Caller frees.
 */
int member_text(struct json_object *o, const char *path, const char *name, char **ret,
		struct error *e);

/* The errno of a name, or name of an errno; -EINVAL and NULL for those that are not in the table.
 */
int errno_of_name(const char *name);
const char *errno_name(int err);
