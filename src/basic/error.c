/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The error object: plain owned strings, set once where the cause is known. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

void error_done(struct error *e)
{
	free(e->what);
	free(e->path);
	free(e->hint);
	*e = (struct error){0};
}

int error_set(struct error *e, int err, const char *path, unsigned line, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -err;
	error_done(e);
	e->err = err;
	e->line = line;
	e->path = path ? strdup(path) : NULL;
	va_start(ap, fmt);
	if (vasprintf(&e->what, fmt, ap) < 0)
		e->what = NULL;
	va_end(ap);
	return -err;
}

void error_hint(struct error *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return;
	free(e->hint);
	va_start(ap, fmt);
	if (vasprintf(&e->hint, fmt, ap) < 0)
		e->hint = NULL;
	va_end(ap);
}
