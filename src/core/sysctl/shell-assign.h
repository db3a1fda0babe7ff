/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading a file that a shell sources for its variables: assignments, "export", quotes, escapes,
 * comments, $NAME and ${NAME} of variables that the file itself set. Everything else is a command,
 * whose effect we cannot know. Not for use outside this folder.
 */
#pragma once

#include "loader-impl.h"

/* A variable. value NULL: it was set to something that cannot be told. */
struct shell_var {
	char *name, *value; /* owned */
};

struct shell_vars {
	struct shell_var *items;
	size_t n, cap;
};

enum shell_end {
	SHELL_DONE,    /* read to its end */
	SHELL_ABORTED, /* a command that does not exist, under "set -e" */
	SHELL_UNKNOWN, /* a command or construct that is not understood: any variable may be
			  anything */
};

void shell_vars_done(struct shell_vars *v);

/* The variable, or NULL when it is not set. Borrowed. */
const struct shell_var *shell_vars_get(const struct shell_vars *v, const char *name);

/*
 * Runs the text of a file.
 *
 * @tree: where commands are looked up, in /sbin, /bin, /usr/sbin and /usr/bin
 * @line: line that ended the reading, when not SHELL_DONE
 *
 * Returns 0 or -ENOMEM.
 */
int shell_vars_run(struct shell_vars *v, struct tree *tree, const char *text, size_t n,
		   enum shell_end *ret, unsigned *ret_line);
