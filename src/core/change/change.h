/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * core/change: makes the level hold, and undoes it. Uses basic, core/sysctl, core/kernel and
 * core/audit. A plan is data, proved on an overlay of the tree; a journal keeps it; apply carries
 * it out. Only apply and journal write to disk.
 *
 * This header: one change, which all of them share.
 */
#pragma once

#include "error.h"
#include "str.h"

#include <sys/types.h>

/* X(ID, word of the contract) */
#define CHANGE_KINDS(X)     \
	X(CREATE, "create") \
	X(EDIT, "edit")     \
	X(SYSCTL, "sysctl")

enum change_kind {
#define X(id, word) CHANGE_##id,
	CHANGE_KINDS(X)
#undef X
		_CHANGE_KIND_MAX,
};

const char *change_kind_word(enum change_kind k); /* "create", ... */

/* Finds a kind by its word. Returns 0 or -ENOENT. */
int change_kind_by_word(const char *word, enum change_kind *ret);

/* Content, not necessarily text; bytes NULL where there is no file. */
struct content {
	char *bytes; /* owned, NUL-terminated */
	size_t len;
};

struct change {
	enum change_kind kind;
	char *path; /* inside the root, links followed; of SYSCTL: below /proc/sys; owned */
	/* SYSCTL: the level as text. before.bytes is NULL for CREATE. */
	struct content before, after;
	mode_t mode; /* permission bits of the file before, and so after */
	uid_t uid;   /* its owner; of CREATE: nothing is set */
	gid_t gid;
	unsigned missing_dirs; /* CREATE: directories above it that have to be made */
	char *why;	       /* phrase for people; owned */
	char *note;	       /* a consequence, as a sentence; owned; or NULL */
};

/* Frees what a change holds and empties it. Takes an empty one too. */
void change_done(struct change *c);

/* True when both are absent, or both are there with the same bytes. */
bool content_equal(const struct content *a, const struct content *b);

/* Sets bytes to a copy. Returns 0 or -ENOMEM. */
int content_set(struct content *c, const char *bytes, size_t n);

/*
 * Appends a file's change as a unified diff with three lines of context, names relative to the
 * root with a/ and b/ before them, quoted as git does where that is needed. patch -p1 and git apply
 * take it. Lines are told apart by their number: a change replaces lines or adds some at the end.
 *
 * As strbuf_add(). (diff.c)
 */
int change_diff(const struct change *c, struct strbuf *out);

/* Frees the bytes and makes it absent. */
static inline void content_done(struct content *c)
{
	free(c->bytes);
	*c = (struct content){0};
}
