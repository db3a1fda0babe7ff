/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Capabilities by name, and those that a file gives to whoever executes it. */
#pragma once

#include "error.h"
#include "tree.h"

/* Name of a capability as capabilities(7) has it, in lower case: "cap_sys_ptrace". NULL for numbers
 * that have none. */
const char *cap_name(unsigned cap);

struct file_caps {
	uint64_t permitted, inheritable;
	bool effective;	   /* they are effective at once */
	uint32_t root_uid; /* 0; or the root of the user namespace that they hold in */
};

/* Takes the extended attribute security.capability apart (versions 1 to 3). Returns 0 or -EBADMSG.
 */
int file_caps_parse(const void *bytes, size_t n, struct file_caps *ret);

/*
 * Reads the capabilities of a file.
 *
 * @real_path: canonical path of a file in the tree (as tree_stat() gives it)
 *
 * Returns 0; -ENODATA when it has none, -ENOTSUP for a tree or a file system that keeps none,
 * -EBADMSG, or the errno of getxattr(2).
 */
int file_caps_read(const struct tree *t, const char *real_path, struct file_caps *ret);
