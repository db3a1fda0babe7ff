/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A growing byte buffer, always NUL-terminated once it holds something. */
#pragma once

#include "macro.h"

struct strbuf {
	char *bytes; /* owned; NULL while empty and never written */
	size_t len;  /* bytes in use, the NUL not counted */
	size_t cap;
	bool failed; /* an append ran out of memory; sticky, so that callers check once */
};

/* Frees the buffer and makes it empty. */
void strbuf_done(struct strbuf *b);

#define _cleanup_strbuf_ _cleanup_(strbuf_done)

/* Empties the buffer, keeping its memory. */
void strbuf_clear(struct strbuf *b);

/* Appends n bytes. Returns 0 or -ENOMEM (which also sets failed). */
int strbuf_add(struct strbuf *b, const char *bytes, size_t n);

/* Appends a string. As strbuf_add(). */
int strbuf_adds(struct strbuf *b, const char *s);

/* Appends one byte. As strbuf_add(). */
int strbuf_addc(struct strbuf *b, char c);

/* Appends printf-like. As strbuf_add(). */
int strbuf_addf(struct strbuf *b, const char *fmt, ...) _printf_(2, 3);

/* Gives the bytes to the caller, who frees them; "" is allocated for an empty buffer. NULL when out
 * of memory or when an earlier append failed. The buffer is empty afterwards. */
char *strbuf_take(struct strbuf *b);

/*
 * Appends text that others control so that a terminal cannot be driven by it: control characters
 * (C0, DEL, C1), bidirectional and zero-width format characters and bytes that are not UTF-8 become
 * \xNN; a backslash becomes two. As strbuf_add().
 */
int strbuf_add_escaped(struct strbuf *b, const char *bytes, size_t n);

/*
 * Appends the bytes as valid UTF-8: each byte that is not becomes U+FFFD.
 *
 * Returns 1 when all was UTF-8 without NUL, 0 when something was replaced, -ENOMEM.
 */
int strbuf_add_utf8(struct strbuf *b, const char *bytes, size_t n);

/* Appends a word as a shell takes it: in single quotes where it is not plain. As strbuf_add(). */
int strbuf_add_quoted(struct strbuf *b, const char *word);
