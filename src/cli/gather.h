/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gathers what commands judge: opens the subject's tree, says whether it is the root of the running
 * kernel, and reads the facts that core takes as input. Reads files only; runs nothing, and no
 * environment variable changes what is read.
 */
#pragma once

#include "audit.h"
#include "record.h"

/* A subject, opened. */
struct gather {
	struct subject subject;	  /* path borrowed from the caller */
	struct tree *tree;	  /* the subject's root; owned */
	struct tree *live_tree;	  /* "/" where that is another one, and needed; owned, or NULL */
	struct tree *proc_tree;	  /* where /proc and /sys are: one of the two; NULL when offline */
	struct boot_env boot_env; /* strings are the two below */
	char *pid1_comm, *proc_cmdline;
	char *user;		  /* gather_user_name(), once asked; owned */
	struct record *record;	  /* where the subject is one; owned; its tree is the above */
	const char *record_path;  /* borrowed */
	struct audit_probe probe; /* what the record has of it */
};

/* Closes all of it. Takes an empty one. */
void gather_done(struct gather *g);

/*
 * Opens a root and finds what kind of subject it is.
 *
 * @root: directory, or a record; NULL for the live system; borrowed for the life of g
 * @live: it is the root of the running kernel (--live); checked as far as that is possible
 *
 * Returns 0; the errno of open(2); -EXDEV when @live is contradicted by what stands there; -ENOMEM.
 * Detail in e.
 */
int gather_open(const char *root, bool live, struct gather *g, struct error *e);

/* Has the tree remember what it answers, for commands that judge one state of the subject. Returns
 * 0 or -ENOMEM with detail in e. */
int gather_remember(struct gather *g, struct error *e);

/* Opens a record. Returns 0; -EINVAL for a file that is none; as record_read(); detail in e. */
int gather_open_record(const char *path, struct gather *g, struct error *e);

/* Makes a subject of a record, which is emptied on success. Returns 0 or -ENOMEM, detail in e. */
int gather_take_record(struct record *record, const char *path, struct gather *g, struct error *e);

/* gather_evidence() where the subject is a record; once for each, since facts are handed over. */
int gather_evidence_of_record(struct gather *g, bool now, bool boot, struct evidence *ret,
			      struct error *e);

/* Reads a regular file of at most LIMIT_RECORD_BYTES. Returns 0 or an errno, detail in e. */
int gather_read_file(const char *path, struct strbuf *ret, struct error *e);

/* Runs the resolver for the key. @flags: of enum boot_flags. As resolve_run(). */
int gather_resolve(const struct gather *g, unsigned flags, struct resolve **ret, struct error *e);

/* Fills g->boot_env. Returns 0 or -ENOMEM, detail in e. */
int gather_boot_env(struct gather *g, struct error *e);

/*
 * Gathers the evidence for an audit.
 *
 * @now, @boot: which halves are wanted
 *
 * Returns 0 or what resolve_run() returns, detail in e. The result is freed with evidence_done()
 * and must not outlive g.
 */
int gather_evidence(struct gather *g, bool now, bool boot, struct evidence *ret, struct error *e);

/* Gathers again, in full, what only explains a failure: facts about the kernel, programs that do
 * not run at boot, versions to the last digit, and who asks. Returns as gather_evidence(). */
int gather_in_full(struct gather *g, struct evidence *ev, struct error *e);

/* Name of a user as /etc/passwd of this system has it; NULL in *ret where it has none. Returns 0 or
 * -ENOMEM. Caller frees. */
int gather_user_name(uid_t uid, char **ret);

/* Who the subject is. Strings are owned; each is NULL where it cannot be told. */
struct host {
	char *name;	  /* live: uname(2); else /etc/hostname of the root */
	char *id;	  /* hash of the machine-id that only ptscope uses; 32 hex digits */
	char *os_id;	  /* ID of os-release */
	char *os_version; /* VERSION_ID */
};

void host_done(struct host *h);

/* The name alone. Returns 0 or -ENOMEM. */
int gather_host_name(const struct gather *g, char **ret);

/* All of it. Returns 0 or -ENOMEM. */
int gather_host(const struct gather *g, struct host *ret);
