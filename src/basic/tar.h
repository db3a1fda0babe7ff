/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one kind of tar file that we write: ustar (POSIX.1-1988), regular files only, in memory. What
 * is read is what is written and nothing else: no links, no devices, no directories, no extensions.
 * So there is little to get wrong, and no library in a program that people run as root.
 */
#pragma once

#include "str.h"

/* One file of an archive. Borrowed from it. */
struct tar_member {
	char name[257]; /* relative, without "." and ".." */
	const char *bytes;
	size_t n;
};

struct tar_reader {
	const char *bytes; /* borrowed */
	size_t n, at;
};

/* Whether a name can stand in an archive: 1 to 255 printable ASCII bytes that fit the two fields,
 * relative, no empty component and no "." or "..". */
bool tar_name_is_fit(const char *name);

/*
 * Appends a member.
 *
 * @mtime: seconds since 1970
 *
 * Returns 0; -EINVAL for a name that does not fit; -EFBIG for 8 GiB or more; -ENOMEM.
 */
int tar_add(struct strbuf *out, const char *name, const void *bytes, size_t n, int64_t mtime);

/* Appends the end of an archive. Returns 0 or -ENOMEM. */
int tar_end(struct strbuf *out);

/*
 * Reads the next member.
 *
 * @ret_wrong: for -EBADMSG what is wrong, a phrase: "a link, or another thing that is no file"
 *
 * Returns 1, 0 at the end, or -EBADMSG.
 */
int tar_next(struct tar_reader *r, struct tar_member *ret, const char **ret_wrong);
