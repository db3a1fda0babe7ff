/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that hold secrets, by the name of their processes: a table that a site extends. */
#pragma once

#include "error.h"

struct holder {
	char *name;   /* as in /proc/PID/stat: at most 15 bytes */
	char *secret; /* "ssh keys" */
};

struct holders {
	struct holder *table; /* sorted by name */
	size_t n, cap;
};

void holders_done(struct holders *h);

/* Fills the built-in table. Returns 0 or -ENOMEM. */
int holders_builtin(struct holders *ret);

/*
 * Adds a site's table: sections [Holder] with Name= and Secret=. A name that is there already gets
 * the new secret; an empty Secret= takes it off the table.
 *
 * Returns 0, -EINVAL with file and line in e, -ENOMEM.
 */
int holders_parse(const char *path, const char *bytes, size_t n, struct holders *h,
		  struct error *e);

/* As holders_parse(), of a file that only root may have written. Also the errno set of conf_load();
 * -ENOENT where there is none. */
int holders_load(const char *path, struct holders *h, struct error *e);

/* What a process of that name holds; NULL for none. */
const struct holder *holders_find(const struct holders *h, const char *comm);
