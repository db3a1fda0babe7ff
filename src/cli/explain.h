/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* explain: the facts of one question and the answers to it, as data for the renderers. */
#pragma once

#include "caps.h"
#include "processes.h"
#include "render-common.h"

/* Who reaches. The tracee is always a task. */
enum side_kind {
	SIDE_TASK,
	SIDE_NEW,     /* a program started by the caller, from where he is */
	SIDE_USER,    /* a program started by a user, with no privileges but his own */
	SIDE_PROGRAM, /* an executable with set-id bits or capabilities, started by the caller */
};

struct side {
	enum side_kind kind;
	uint32_t pid;	  /* task; of SIDE_NEW and SIDE_PROGRAM the caller's parent, or 0 */
	const char *word; /* SIDE_USER: name, SIDE_PROGRAM: path; borrowed from the arguments */
	struct access_task task;
	char comm[SNAPSHOT_COMM];
	uint8_t seccomp;
	struct file_caps file; /* SIDE_PROGRAM */
	bool has_file_caps, set_uid, set_gid;
};

/* What the kernel itself said (--test). */
enum oracle { ORACLE_NOT_ASKED, ORACLE_ALLOWED, ORACLE_DENIED, ORACLE_GONE, ORACLE_NO_ANSWER };

struct explanation {
	struct processes processes;
	struct side tracer, tracee;
	bool read; /* --mode read */
	struct access_pair pair;
	struct access_verdict verdict; /* at the level of now, or the one asked for */
	struct access_verdict at[4];   /* at each level */
	struct access_verdict reading; /* READ mode, for the line below */
	enum access_result answer;     /* of verdict, unless the kernel said otherwise */
	enum oracle oracle;
	int oracle_err;	  /* positive errno that the kernel gave */
	bool contradicts; /* the model was sure, and the kernel says the opposite */
	char *tracer_label, *tracee_label; /* of a security module; NULL: none */
	char *lsms;			   /* running modules; NULL: not seen */
	char *exe;			   /* the tracee's program; NULL: not seen */
	int exit_code;
};

void explanation_done(struct explanation *x);

/*
 * Gathers the facts of "explain [TRACER] TRACEE" and decides.
 *
 * Returns 0, or a negative errno with detail in e.
 */
int explanation_make(const struct invocation *in, struct explanation *ret, struct error *e);

/*
 * Asks the kernel whether this process may reach into pid, by an operation that changes and stops
 * nothing, from a child with a time limit: process_vm_readv(2) of a byte at an address that no
 * process has, or get_robust_list(2) for reading. (explain-oracle.c)
 *
 * @ret_err: positive errno, where the answer is a denial
 *
 * Returns the answer; ORACLE_NO_ANSWER when it took too long or the call does not exist.
 */
enum oracle explain_ask(uint32_t pid, bool read, int *ret_err);

/* Appends the screen, or the JSON object on one line. */
void render_explain_text(struct strbuf *out, const struct layout *layout,
			 const struct explanation *x);
int render_explain_json(struct strbuf *out, const struct explanation *x);
