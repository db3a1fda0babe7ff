/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cli: the commands. Gathers evidence from the system, calls core, renders. The only part that
 * prints, that reads arguments, and that decides exit codes.
 */
#pragma once

#include "error.h"
#include "str.h"

enum { EXIT_PASS = 0, EXIT_FAIL = 1, EXIT_ERROR = 2, EXIT_UNKNOWN = 3, EXIT_MAX };

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_NAGIOS };
enum only { ONLY_BOTH, ONLY_NOW, ONLY_BOOT };
enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Options that every command understands (or refuses by name). quiet is main's: the result is
 * dropped unless it goes to a file. */
struct options {
	const char *root; /* --root DIR, or NULL */
	bool live;
	enum only only;
	enum format format;
	const char *output; /* -o FILE, or NULL for stdout */
	bool quiet, verbose, no_config;
	enum color_mode color;
};

struct option_spec {
	const char *name; /* long name without "--" */
	char letter;	  /* or 0 */
	const char *arg;  /* name of its argument, or NULL */
	const char *help; /* one line */
};

/* What a command is called with. */
struct invocation {
	const struct command *command;
	struct options options;
	char **args; /* positional arguments */
	int n_args;
	const char *const
		*values; /* value of each of the command's own options, in the order of its table:
			  * its argument, "" for a flag that was given, NULL when absent */
	int argc;	 /* the whole command line, for the record */
	char **argv;
	struct strbuf *out; /* the result: printed (or written to -o FILE) once by main */
	bool color;	    /* whether out may have colour */
	unsigned width;	    /* columns of the terminal, 80 if none */
};

struct command {
	const char *name;
	const char *args;		   /* synopsis of the arguments: "[KEY...]" */
	const char *summary;		   /* one line for help */
	const char *help;		   /* paragraph for NAME --help */
	const struct option_spec *options; /* its own; ends with name NULL */
	unsigned globals;		   /* which global options it honours: bits of GLOBAL_* */
	const char *exits[EXIT_MAX]; /* what each exit code means; NULL where it never occurs */
	/* Returns the exit code. With e set, the error is printed as well: EXIT_ERROR, unless the
	 * command's table of exit codes has another word for it. */
	int (*run)(const struct invocation *in, struct error *e);
};

enum {
	GLOBAL_ROOT = 1 << 0,
	GLOBAL_LIVE = 1 << 1,
	GLOBAL_ONLY = 1 << 2,
	GLOBAL_JSON = 1 << 3,
	GLOBAL_NAGIOS = 1 << 4,
	GLOBAL_NO_CONFIG = 1 << 5,
	GLOBAL_VERBOSE = 1 << 6,
}; /* -o, -q, --color, --help and --version work everywhere */

extern const struct command cmd_audit, cmd_resolve, cmd_about, cmd_probe, cmd_explain, cmd_exposure,
	cmd_impact, cmd_guard, cmd_help;
extern const struct command cmd_fix, cmd_rollback;

/* All commands of the program, NULL-terminated, in the order of help. Each program that links this
 * library has a table of its own. */
extern const struct command *const commands[];

/* Value of the command's own option, as in invocation.values; name must be one of its table. */
const char *invocation_value(const struct invocation *in, const char *name);
