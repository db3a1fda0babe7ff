/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of users, from /etc/passwd of a tree: no name service is asked, so that the answer does not
 * depend on where we run. */
#pragma once

#include "str.h"
#include "tree.h"

struct user {
	const char *name; /* in the table's text */
	uint32_t uid, gid;
};

struct users {
	char *text; /* owned */
	struct user *table;
	size_t n, cap;
};

void users_done(struct users *u);

/* Reads the table; one that is missing or unreadable is empty. Lines that are none are passed over.
 * Returns 0 or -ENOMEM. */
int users_read(struct tree *t, struct users *ret);

/* NULL where there is none. */
const struct user *users_by_uid(const struct users *u, uint32_t uid);
const struct user *users_by_name(const struct users *u, const char *name);

/* Appends the name, escaped, or "uid N"; "an unknown user" for an id that was not seen. As
 * strbuf_add(). */
int users_add_name(const struct users *u, uint32_t uid, struct strbuf *out);
