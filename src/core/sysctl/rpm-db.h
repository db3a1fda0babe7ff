/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading rpm's database of installed packages, as far as it takes to name the owner of a file: the
 * three containers that rpm has used, and the headers in them. Nothing is written, and no lock is
 * taken. Not for use outside this folder.
 */
#pragma once

#include "tree.h"

/* Bytes of a header that are enough for the package's name and version. */
#define RPM_HEADER_START 16384

/* Bytes of a header; rpm itself takes more, for packages of a million files. */
#define RPM_HEADER_MAX (32 * 1024 * 1024)

/* One header, perhaps cut. Returns 0 to go on; what else it returns ends the walk. */
typedef int (*rpm_header_fn)(const unsigned char *header, size_t n, void *arg);

/*
 * Hands every header to fn.
 *
 * @max: bytes of each header that are wanted
 *
 * Returns what fn returned, 0 at the end; -ENOENT where there is no database; -EBADMSG for one that
 * is damaged; -ENOTSUP for one of a form that is not known; -ENOMEM; an errno of opening and
 * reading it.
 */
int rpm_db_walk(struct tree *tree, size_t max, rpm_header_fn fn, void *arg);

/* As package_version() of package.h, in rpm's database. "1:252-14.el9". */
int rpm_version(struct tree *tree, const char *name, char **ret);

/*
 * The package that has a file.
 *
 * @other: another spelling of the path that counts as well, or NULL
 *
 * Returns 0 with name and version (caller frees both), -ENOENT when no package has it, or as
 * rpm_db_walk().
 */
int rpm_owner(struct tree *tree, const char *path, const char *other, char **ret_name,
	      char **ret_version);
