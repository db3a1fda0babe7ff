/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * impact: what a level changes for the programs of a system. A table says how each program asks for
 * access; what it then gets at each level follows from the level rule of core/access, and is not
 * written down. Which of them are there is looked up on a tree. Uses basic and core; prints
 * nothing.
 *
 * The table is held against the real programs in booted kernels, see docs/impact.md.
 */
#pragma once

#include "error.h"
#include "kernel-model.h"
#include "snapshot.h"
#include "tree.h"

/* X(ID, word, meaning): how a program asks. */
#define IMPACT_ACCESSES(X)                                                                    \
	X(ATTACH, "attach", "attaches to any process of the same user")                       \
	X(LAUNCH, "launch", "attaches to what it starts itself")                              \
	X(DECLARED, "declared", "attaches to a process that names it as its tracer")          \
	X(CONTAINER, "container", "attaches inside a container, which has no CAP_SYS_PTRACE") \
	X(NAMESPACE, "namespace", "attaches as root of a user namespace, inside it")          \
	X(ROOT, "root", "attaches, and runs as root anyway")                                  \
	X(READ, "read", "reads only what no level restricts")                                 \
	X(NONE, "none", "does its work without any such access")

enum impact_access {
#define X(id, word, meaning) IMPACT_##id,
	IMPACT_ACCESSES(X)
#undef X
		_IMPACT_ACCESS_MAX,
};

/* X(ID, word, meaning): what comes of it at a level. */
#define IMPACT_EFFECTS(X)                                                      \
	X(WORKS, "works", "as at level 0")                                     \
	X(ROOT_ONLY, "root only", "a user is denied, root is not")             \
	X(FALLS_BACK, "falls back", "it is denied, notices, and does without") \
	X(DENIED, "denied", "it fails, or loses this function")

enum impact_effect {
#define X(id, word, meaning) IMPACT_##id,
	IMPACT_EFFECTS(X)
#undef X
		_IMPACT_EFFECT_MAX,
};

/* How a row was checked. */
#define IMPACT_VERIFIED(X)                                                                  \
	X(RUN, "run", "the program itself was run at each level")                           \
	X(ALIKE, "alike", "not run here; a test program that asks in the same way was")     \
	X(NOT_RUN, "not run here", "from its documentation, source or issue tracker alone") \
	X(SITE, "site", "added by the site")

enum impact_verified {
#define X(id, word, meaning) IMPACT_VERIFIED_##id,
	IMPACT_VERIFIED(X)
#undef X
};

const char *impact_access_word(enum impact_access a);
const char *impact_access_text(enum impact_access a);
const char *impact_effect_word(enum impact_effect e);
const char *impact_verified_word(enum impact_verified v);

/* A row of the table: one use of a program. */
struct impact_program {
	const char *id;	      /* "gdb-attach" */
	const char *name;     /* what a person calls it: "gdb -p" */
	const char *commands; /* file names looked for in the fixed directories, or absolute paths,
				 separated by blanks; the first three also as running */
	enum impact_access access;
	bool by_hand;	     /* a person runs it, who may use sudo instead */
	bool falls_back;     /* it notices that it is denied, and does without */
	const char *instead; /* what to do at a level that denies it; "" where nothing helps */
	enum impact_verified verified;
};

/* The built-in table. */
extern const struct impact_program impact_programs[];
extern const size_t impact_n_programs;

/* What comes of a use at a level, 0 to 3. */
enum impact_effect impact_effect_of(const struct impact_program *p, int level);

/* Programs that a site adds. */
struct impact_site {
	struct impact_program *programs; /* strings are owned */
	unsigned *lines;		 /* of the section of each */
	size_t n, cap;
};

void impact_site_done(struct impact_site *s);

/*
 * Reads a site's file: sections [Program] with Name=, Command=, Access=, ByHand=, FallsBack= and
 * Instead=, as ptscope-impact(1) says. One that does not exist is empty.
 *
 * Returns 0, or what conf_load() and conf_parse() of site-conf.h do; detail in e.
 */
int impact_site_load(const char *path, struct impact_site *ret, struct error *e);

/* A program of the table, found on a system. */
struct impact_found {
	const struct impact_program *program; /* borrowed */
	const char *source; /* "built in", or the path of the site's file; borrowed */
	unsigned line;	    /* in it, or 0 */
	char **paths;	    /* where it is installed; owned */
	size_t n_paths;
	uint32_t *pids; /* running; owned */
	size_t n_pids;
};

/* A file that makes a level moot for whoever runs it. */
struct impact_hole {
	char *path;  /* owned */
	bool setuid; /* a tracer that is set-uid root; else it has cap_sys_ptrace */
};

struct impact_attached {
	const struct snapshot_process *tracer, *tracee; /* borrowed from the snapshot */
};

/* What a system has. */
struct impact {
	struct impact_found *programs; /* all of the table, in its order */
	size_t n_programs;
	struct impact_hole *holes;
	size_t n_holes, cap_holes;
	struct impact_attached *attached;
	size_t n_attached, cap_attached;
};

/* Frees what it holds, and empties it. */
void impact_done(struct impact *i);

/*
 * Looks a system up.
 *
 * @tree: its root
 * @site, @site_path: more programs, and where they come from
 * @processes: read already; NULL where none run there
 *
 * Directories and files that cannot be read are passed over. Returns 0, -ENOMEM, or the errno of
 * listing a directory for another reason than that.
 */
int impact_detect(struct tree *tree, const struct impact_site *site, const char *site_path,
		  const struct snapshot *processes, struct impact *ret);

/* True when it is installed or runs. */
bool impact_is_there(const struct impact_found *f);

/*
 * The strictest level at which every program that is there still works, or falls back, or is one
 * that a person runs by hand and that root still may.
 *
 * Returns 0 to 3.
 */
int impact_strictest(const struct impact *i);

/* True when this one would be lost at the level, by the rule of impact_strictest(). */
bool impact_is_lost(const struct impact_found *f, int level);
