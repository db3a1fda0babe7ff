/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Helpers that the grammars of procps, busybox, OpenRC, tuned and the command line share. Not for
 * use outside this folder. (grammar-common.c) */
#pragma once

#include "loader-impl.h"
#include <stdio.h>

/* A part of a line; borrowed, not NUL-terminated. */
struct piece {
	const char *s;
	size_t n;
};

/* True for the bytes that isspace(3) has in the C locale: space, \t \n \v \f \r. */
bool piece_is_blank(char c);

/* Drops blanks at one end. blanks: the bytes that count, or NULL for those of piece_is_blank(). */
struct piece piece_trim_left(struct piece p, const char *blanks);
struct piece piece_trim_right(struct piece p, const char *blanks);

/* Splits at the first c, which belongs to neither side. False when there is none: then nothing is
 * written. */
bool piece_split(struct piece p, char c, struct piece *ret_left, struct piece *ret_right);

/*
 * The canonical key that the kernel's path walk reaches from a path, absolute or relative to
 * /proc/sys. "X/.." goes back only where X is known to be a directory: above the key, or one that
 * every kernel has.
 *
 * Returns 0 with the key (caller frees), or with NULL when the path is not below /proc/sys or can
 * only be a directory; -ENOMEM.
 */
int key_from_path(const char *path, char **ret);

/* Makes p malformed for that reason. Returns 1, which a grammar returns. */
int parsed_bad(struct parsed *p, enum reason reason);

/* Copies the value. Returns 0 or -ENOMEM. */
int parsed_set_value(struct parsed *p, struct piece value);

/*
 * Takes the spelled key (slash form, owned by p from here on; NULL is lack of memory), and finds
 * the canonical one, for programs that append it to "/proc/sys/".
 *
 * Returns 0, 1 when no file can be meant (p is malformed then), -ENOMEM.
 */
int parsed_set_key(struct parsed *p, quirks_t q, char *spelled);

/* The slash form of a key by the loader's rule (FIRST_SEPARATOR, SWAPS or ALL_DOTS). Caller frees;
 * NULL when out of memory. */
char *key_spell(quirks_t q, const char *s, size_t n);
