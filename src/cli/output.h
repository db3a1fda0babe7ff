/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where results and errors go: once, at the end, and never silently lost. */
#pragma once

#include "cli.h"

/*
 * Makes sure that descriptors 0, 1 and 2 are open, so that no file that is opened later takes their
 * numbers, and that a broken pipe is an errno rather than a signal.
 *
 * Returns 1 when standard output was open, 0 when it was closed (now it is /dev/null and must not
 * be taken for a place to write to), or a negative errno.
 */
int output_prepare(void);

/* Appends the error for people: "ptscope COMMAND: error: PATH:LINE: WHAT (CAUSE)", and the hint on
 * a line of its own. command may be NULL. As strbuf_add(). */
int output_error_text(const char *command, const struct error *e, struct strbuf *out);

/* Appends the error as a ptscope.error/1 object on one line. code: exit status. As strbuf_add(). */
int output_error_json(const struct error *e, int code, struct strbuf *out);

/*
 * Writes the result: to FILE (all of it or nothing, unless FILE is a FIFO or a device), or to
 * standard output.
 *
 * @file: or NULL for standard output
 * @stdout_open: what output_prepare() found
 *
 * Returns 0, also when the reader of a pipe has gone away; or a negative errno with detail in e.
 */
int output_write(const struct strbuf *out, const char *file, bool stdout_open, struct error *e);
