/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cells: relations between processes, made for real, and what the running kernel says to each
 * operation in each. Runs as root inside a guest (tests/kernel/vm). Uses basic and core/access,
 * whose model it compares with the kernel.
 *
 * This header: scripts. A script is a list of steps, each one verb done by one actor, as text
 * "0 user 1000; 0 fork 1; 1 ptracer @0". An actor is a process, or a thread of one ("0 thread 2").
 * Actor 0 is there at the start: root, with all capabilities.
 */
#pragma once

#include "macro.h"

enum {
	ACTORS_MAX = 12,
	STEPS_MAX = 40,
	ARGS_MAX = 4,
};

/* X(NAME, word, kinds of arguments): n number, a a new actor, @ an actor that is there,
 * p "@N", "any" or "0"; c capabilities ("none", "all", "sys_ptrace+kill"); f a file of the stage
 * ("suid-root"), m a map ("own", "none", "range") */
/* clang-format off */
#define VERBS(X)                                                                       \
	X(USER, "user", "n")		     /* all ids, no groups, dumpable */        \
	X(UIDS, "uids", "nnnn")		     /* real, effective, saved, fs */          \
	X(GIDS, "gids", "nnnn")                                                        \
	X(KEEPCAPS, "keepcaps", "")                                                    \
	X(CAPS, "caps", "cc")		     /* effective, permitted */                \
	X(DUMPABLE, "dumpable", "n")                                                   \
	X(FORK, "fork", "a")                                                           \
	X(FORK_PARENT, "fork-parent", "a")   /* CLONE_PARENT: a sibling */             \
	X(FORK_VM, "fork-vm", "a")	     /* CLONE_VM: memory shared */             \
	X(THREAD, "thread", "a")                                                       \
	X(PTRACER, "ptracer", "p")	     /* PR_SET_PTRACER */                      \
	X(SUBREAPER, "subreaper", "")                                                  \
	X(EXIT, "exit", "")		     /* of this thread only, where there are more */ \
	X(REAP, "reap", "@")                                                           \
	X(EXEC, "exec", "f")                                                           \
	X(UNSHARE_USER, "unshare-user", "m")                                           \
	X(UNSHARE_PID, "unshare-pid", "")                                              \
	X(JOIN_USER, "join-user", "@")                                                 \
	X(TRACE, "trace", "@")		     /* PTRACE_SEIZE, and stays */             \
	X(LANDLOCK, "landlock", "")                                                    \
	X(GROUPS, "groups", "n")	     /* one supplementary group */
/* clang-format on */

enum verb {
#define X(NAME, word, kinds) VERB_##NAME,
	VERBS(X)
#undef X
		_VERB_MAX,
	/* Not of scripts: */
	VERB_OPERATE,
	VERB_SELF, /* says what only a task itself can know */
};

struct step {
	int who;
	enum verb verb;
	int64_t args[ARGS_MAX];
};

struct script {
	struct step steps[STEPS_MAX];
	size_t n;
};

/* Values of an argument of kind p that are no actor. */
enum {
	PTRACER_NONE = -1,
	PTRACER_ANY = -2,
};

/* Word of a verb, and the kinds of its arguments. */
const char *verb_word(enum verb v);
const char *verb_kinds(enum verb v);

/* Names of an argument of kind f or m, by number; NULL past the end. */
const char *script_file(int64_t n);
const char *script_map(int64_t n);

enum script_map {
	MAP_OWN,
	MAP_NONE,
	MAP_RANGE,
};

/* Reads a script. Returns 0, or -EINVAL with the place that is wrong in ret_where. */
int script_parse(const char *text, struct script *ret, const char **ret_where);

/* Prints a script as text that script_parse() reads. */
void script_print(const struct script *s);
