/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the renderers share: escaping, wrapping, places, levels, loaders. Everything that others
 * control (paths, lines, values, package names) passes through text_path() or text_bytes(), so that
 * no file name can drive a terminal. Renderers only print: what they print was decided before.
 *
 * Text functions append to a strbuf and ignore its lack of memory, which sticks in strbuf.failed
 * and is checked once by the command.
 */
#pragma once

#include "resolve.h"
#include "str.h"
#include "term.h"
#include <json-c/json.h>

/* How to print. */
struct layout {
	unsigned width; /* columns; sentences wrap there, paths are never cut */
	bool color;	/* ANSI colours for verdicts, severities and the winning row */
};

/* Appends a path, escaped; in double quotes when it has a blank. */
void text_path(struct strbuf *b, const char *path);

/* Appends "PATH:LINE", or the path alone for line 0. */
void text_place(struct strbuf *b, const char *path, unsigned line);

/* Appends bytes that others control, escaped; at most LINE_SHOWN of them, then " [...]". */
void text_bytes(struct strbuf *b, const char *bytes, size_t n);

/* Appends n blanks. */
void text_pad(struct strbuf *b, size_t n);

/* Columns that a string of UTF-8 takes: its code points. */
size_t text_columns(const char *s, size_t n);

/*
 * Appends sentences, broken at blanks so that no line passes the width, and no word is broken.
 *
 * @column: where the cursor stands now
 * @indent: blanks before each further line
 * @s: text; its line feeds are kept as breaks
 *
 * Returns the column after the last character. No newline is appended.
 */
size_t text_wrap(struct strbuf *b, const struct layout *layout, size_t column, size_t indent,
		 const char *s);

/* Shows a canonical key dotted: '/' and '.' change places. Escaped. */
void text_key(struct strbuf *b, const char *key);

/* Appends "1 restricted", or the number alone outside 0..3. */
void text_level(struct strbuf *b, int level);

/* Appends "systemd-sysctl 252", or the name alone when the version is not known. */
void text_loader(struct strbuf *b, const struct loader_instance *li);

/*
 * Appends what the key holds after a boot: level with name and, where it was written in another
 * form, "(written 0x1)"; for keys whose grammar is not known, the value.
 */
void text_boot_value(struct strbuf *b, const struct resolve_boot *boot);

/* Name of a positive errno, "EINVAL"; "E<number>" for unusual ones. buf holds at least 16 bytes. */
const char *errno_word(int err, char *buf, size_t n);

/* True for keys whose value is a level. */
bool key_is_ptrace_scope(const char *key);

/* A canonical key dotted, not escaped. Caller frees; NULL when out of memory. */
char *key_dotted(const char *key);

/*
 * What a person typed, as a canonical key or pattern: /proc/sys/ in front is taken off, the first
 * separator decides between dots and slashes, empty steps are dropped.
 *
 * Returns 0, -EINVAL when nothing is left or a step is "..", -ENOMEM. Caller frees.
 */
int key_from_argument(const char *arg, char **ret);

/* Adds the object "boot" of resolve's and audit's JSON to o and returns it. */
struct json_object *json_add_boot(struct json_object *o, const struct resolve *r,
				  const struct resolve_boot *boot);
