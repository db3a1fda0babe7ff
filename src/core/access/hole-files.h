/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Executables that make every level below 3 moot for whoever runs them: with cap_sys_ptrace, and
 * debuggers that are set-uid root. */
#pragma once

#include "caps.h"

struct hole_file {
	char *path; /* real path in the tree; owned */
	struct file_caps caps;
	bool has_caps; /* cap_sys_ptrace among them */
	bool set_uid;  /* set-uid root, and a debugger by its name */
	bool others;   /* others than its owner and group may run it */
};

struct hole_files {
	struct hole_file *files; /* in the order found */
	size_t n, cap;
	size_t unreadable; /* directories that could not be listed */
};

void hole_files_done(struct hole_files *h);

/*
 * Looks at the directories that a login shell searches for programs, as far as they exist.
 *
 * Returns 0, or -ENOMEM with detail in e. Adds to h, as does the next.
 */
int hole_files_path(struct tree *t, struct hole_files *h, struct error *e);

/*
 * Looks at all files below a directory. Links are not followed; what is on procfs or sysfs is left
 * out.
 *
 * Returns 0, the errno of listing the directory itself, or -ENOMEM; detail in e.
 */
int hole_files_scan(struct tree *t, const char *dir, struct hole_files *h, struct error *e);
