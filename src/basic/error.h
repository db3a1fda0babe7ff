/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What went wrong, where, and the way out: one object that travels up to the command, which prints
 * it once.
 */
#pragma once

#include "macro.h"

struct error {
	int err;       /* positive errno; 0 when nothing is set */
	char *what;    /* one sentence without a full stop; owned */
	char *path;    /* file concerned, or NULL; owned */
	unsigned line; /* line in path, from 1; 0 when none */
	char *hint;    /* what to do about it, or NULL; owned */
};

/* Frees what the object holds and makes it empty. Takes an empty one too. */
void error_done(struct error *e);

#define _cleanup_error_ _cleanup_(error_done)

/*
 * Sets the error, replacing an earlier one. e may be NULL: then only the code is returned.
 *
 * @err: positive errno
 * @path, @line: place, or NULL and 0; copied
 * @fmt: printf-like sentence without a full stop
 *
 * Returns -err, so that a caller can write "return error_set(...)". Lack of memory leaves what at
 * NULL.
 */
int error_set(struct error *e, int err, const char *path, unsigned line, const char *fmt, ...)
	_printf_(5, 6);

/* Adds the way out, printf-like, to a set error. e may be NULL. */
void error_hint(struct error *e, const char *fmt, ...) _printf_(2, 3);
