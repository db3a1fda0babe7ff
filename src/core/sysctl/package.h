/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the package manager's database on a tree says: the version of a package, the owner of a
 * file. dpkg's, apk's and rpm's databases are read as files, in this order; one that is damaged or
 * of an unknown form gives an error, never "not installed".
 */
#pragma once

#include "error.h"
#include "tree.h"

/* Version of an installed package. Returns 0, -ENOENT (not installed, or no database), -ENOTSUP,
 * -EBADMSG, -EACCES and other errnos when the database cannot be read. Caller frees. */
int package_version(struct tree *tree, const char *name, char **ret);

struct package_owner {
	char *name, *version; /* owned; version may be NULL */
	bool conffile;	      /* dpkg: listed as a conffile of that package */
};

void package_owner_done(struct package_owner *o);

/* Package that owns a path (as installed; both the spelled and the merged-/usr form are tried).
 * Errno set as package_version(). */
int package_owner_of(struct tree *tree, const char *path, struct package_owner *ret);
