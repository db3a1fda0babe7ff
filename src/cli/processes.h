/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What explain and exposure start from: the processes of a subject, its users, the level. */
#pragma once

#include "cli.h"
#include "gather.h"
#include "snapshot.h"
#include "users.h"

struct processes {
	struct gather gather;
	struct tree *tree; /* whose /proc is looked at; borrowed from gather */
	struct snapshot snapshot;
	struct users users;
	struct access_env env; /* the level of now, or the one asked for */
	bool level_asked;
	char *level_why; /* why the level is not known; owned, or NULL */
};

void processes_done(struct processes *p);

/*
 * Opens the subject of --root and --live, and finds the level: of --level where that is given
 * (which says that there is a Yama), else of now. No process is read yet.
 *
 * Returns 0, or a negative errno with detail in e.
 */
int processes_open(const struct invocation *in, struct processes *ret, struct error *e);

/*
 * Finds a task by what a person typed: a number, or the name of one process.
 *
 * @what: "tracer" or "tracee", for the error
 *
 * Returns 0 with the number in ret; -ESRCH, -EEXIST (several, named in e), -EACCES (/proc hides
 * it), -ENOMEM. The task and its parents are in the snapshot then.
 */
int processes_find(struct processes *p, const char *word, const char *what, uint32_t *ret,
		   struct error *e);

/* Reads a task and its parents. As processes_find(). */
int processes_add(struct processes *p, uint32_t pid, struct error *e);

/* The word of a three-valued fact in JSON: "no", "yes", "unknown". */
const char *fact_word(enum fact f);

/* Appends a name of a process, escaped. */
void text_comm(struct strbuf *out, const char *comm);
