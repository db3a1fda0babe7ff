/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line, from argv to a struct invocation. Table-driven: the global options stand in one
 * table here, a command's own in its descriptor. Nothing is printed and nothing is run.
 */
#pragma once

#include "cli.h"

/* A global option: what help says of it, and which commands honour it. */
struct global_spec {
	struct option_spec spec;
	unsigned need; /* GLOBAL_* bit that a command must have; 0: works everywhere */
};

/* All global options, ending with a NULL name, in the order of help. */
extern const struct global_spec global_options[];

struct command_line {
	struct invocation
		in; /* borrows from argv and from values; command NULL when none was named */
	const char **values; /* owned: backs in.values */
	char **args;	     /* owned array, borrowed strings: backs in.args */
	bool want_help, want_version;
};

/* Frees what the object holds and makes it empty. */
void command_line_done(struct command_line *cl);

/*
 * Parses a command line. Global options may stand before or after the command's name; "--" ends the
 * options. Names are exact: abbreviations are refused.
 *
 * @table: the commands, NULL-terminated
 *
 * Returns 0, or -EINVAL with what is wrong and the way out in e, or -ENOMEM. ret is filled either
 * way as far as the parser came, so that the error can be reported in the format asked for.
 */
int command_line_parse(const struct command *const *table, int argc, char **argv,
		       struct command_line *ret, struct error *e);

/* Finds a command by its exact name; NULL when there is none. */
const struct command *command_find(const struct command *const *table, const char *name);

/* Sets "no command NAME" with a suggestion. Returns -EINVAL. */
int command_unknown(const struct command *const *table, const char *name, struct error *e);
