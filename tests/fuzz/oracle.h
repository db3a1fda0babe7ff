/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the line grammars are held against: each dialect written a second time, from what its real
 * program does, by version instead of by quirk, on copies instead of pointers. Slow and plain, and
 * with nothing of src/ but the words for results (enum entry_kind, enum reason).
 */
#pragma once

#include "loader.h"

/* Longer lines are not given to an oracle. */
#define ORACLE_MAX 512

/* Bytes, any; with a NUL after them that n does not count. */
struct text {
	size_t n;
	char s[ORACLE_MAX + 32];
};

/* What one line says. */
struct said {
	bool nothing; /* a comment or blank; the rest is not set */
	enum entry_kind kind;
	enum reason why; /* for ENTRY_MALFORMED; REASON_NONE: any */
	struct text key, value;
	bool pattern, forgiving;
};

#define C_BLANKS " \t\n\v\f\r"

/* Makes a text of n <= ORACLE_MAX bytes. */
struct text text_of(const char *bytes, size_t n);
struct text text_of_string(const char *s);

bool text_is(const struct text *t, const char *s);
bool text_has(const struct text *t, const char *bytes);

/* Without the bytes in set at one end. */
struct text text_strip_left(struct text t, const char *set);
struct text text_strip_right(struct text t, const char *set);
struct text text_strip(struct text t, const char *set);

/* Cuts at the first c. False, and nothing written, when there is none. */
bool text_cut(const struct text *t, char c, struct text *ret_before, struct text *ret_after);

/* From i on. */
struct text text_from(const struct text *t, size_t i);

void text_append(struct text *t, char c);

/* Strips what Python's str.strip() strips. */
struct text text_strip_python(struct text t);

/* Whether the bytes are UTF-8 by the table of RFC 3629. */
bool oracle_is_utf8(const char *bytes, size_t n);

/* "." and "/" change places where "." comes first. */
struct text oracle_first_separator(struct text key);

/* The file that an open of this path, below /proc/sys where it does not start with "/", reaches.
 * False when it is none below /proc/sys. (oracle-key.c) */
bool oracle_walk(const struct text *path, struct text *ret_key);

/* The same for a spelled key that is appended to "/proc/sys/". */
bool oracle_walk_appended(const struct text *spelled, struct text *ret_key);

/* Components without "" and ".", joined by single slashes. */
struct text oracle_simplify(const struct text *path);
bool oracle_has_dotdot(const struct text *path);

bool oracle_is_pattern(const struct text *key);

/* procps 3 and tuned pass these over. */
bool oracle_is_deprecated(const struct text *key);

/* The outcome for a line that a program cannot use. */
struct said said_wrong(enum reason why);
struct said said_nothing(void);

/* One dialect. version: as in the table of fuzz-grammar.c. */
typedef struct said oracle_fn(unsigned version, struct text line);

oracle_fn oracle_systemd; /* 247, 252, ... */
oracle_fn oracle_procps3; /* 30310, 30313, ... */
oracle_fn oracle_procps4; /* 40000, ... */
oracle_fn oracle_busybox; /* 100, 128, 131 */
oracle_fn oracle_openrc;  /* of the busybox that runs it */
oracle_fn oracle_tuned;	  /* 210, 222, ... */
