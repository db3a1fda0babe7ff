/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The loaders that the judge can run, and how each is started inside the root. Data only.
 * May use: libc.
 */

#include <stdbool.h>
#include <stddef.h>

enum {
	LOADER_ARGS_MAX = 4,
};

struct loader {
	const char *name;
	const char *script; /* file in the scripts directory; or NULL */
	bool python;	    /* it is for the build's Python, not for its busybox sh */
	bool writable;	    /* it makes files of its own: they go to a scratch layer */
	const char *argv[LOADER_ARGS_MAX + 1]; /* without a script; ends in NULL */
	const char *summary;
};

/* All of them, ends in an entry whose name is NULL. */
extern const struct loader loaders[];

/* loader_find() - the loader called @name (@len bytes), or NULL. */
const struct loader *loader_find(const char *name, size_t len);
