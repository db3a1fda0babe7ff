/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan: the fewest changes after which audit passes, found by trial on an overlay of the tree and
 * judged there by the audit itself. What does not pass is not offered. Files come first, those that
 * strengthen before those that only tidy up, the running kernel last; every prefix of the plan
 * leaves the next boot no weaker than it was.
 */
#pragma once

#include "audit.h"
#include "change.h"

enum plan_state {
	PLAN_NOTHING, /* all holds already */
	PLAN_CHANGES,
	PLAN_NONE, /* nothing that we change would make it pass: obstacle says why */
};

struct plan_request {
	struct tree *tree;
	const struct evidence *evidence; /* as for audit_run(); want_now, want_boot limit it */
	const struct policy *policy;
	const char *id;	  /* of the fix, for comments in files */
	int level;	  /* asked for, or LEVEL_NONE: the policy's, and not below what holds */
	bool tidy;	  /* also comment out weaker lines in the administrator's files */
	bool lower;	  /* may lower what holds */
	bool irrevocable; /* may set 3 */
	bool inert;	  /* this kernel has no Yama: write for another one all the same */
};

struct plan {
	enum plan_state state;
	int level;
	struct change *changes; /* in order; owned */
	size_t n, cap;
	bool locked;	/* the running kernel is at 3, and has to be rebooted for the level */
	bool lowers;	/* what holds is lowered, as was asked */
	char *obstacle; /* one sentence without a full stop; owned; or NULL */
	char *hint;	/* the way out; owned; or NULL */
	struct audit *before, *after; /* owned; after is of the overlay */
	/* What after was judged from: as evidence, with the files' answer and the level planned. */
	struct evidence after_evidence; /* owns its resolve only */
	struct tree *overlay;		/* owned */
};

/* Frees a plan; takes NULL and returns NULL. */
struct plan *plan_free(struct plan *p);
DEFINE_CLEANUP(struct plan *, plan_free)

/*
 * Makes a plan.
 *
 * Returns 0, also for PLAN_NONE; -EINVAL where a decision is missing (--lower, --irrevocable) or
 * the level is not one of the policy's, with the way out in e; -ENOMEM.
 */
int plan_make(const struct plan_request *req, struct plan **ret, struct error *e);

/*
 * Judges the tree as it would be with some changes taken back (rollback): the files as before each
 * change, and the level that the kernel would hold.
 *
 * @level: of the kernel then, or LEVEL_NONE to leave it as it is
 * @ret_boot: the level at the next boot, or LEVEL_NONE
 *
 * Returns 0, -ENOMEM, or what resolve_run() returns. The caller frees ret.
 */
int plan_judge_undone(const struct plan_request *req, const struct change *changes, size_t n,
		      int level, struct audit **ret, int *ret_boot);

/* The program that a file's first lines say manages it: "Ansible", "Puppet", "Chef", "Salt",
 * "CFEngine"; NULL for none. (managed.c) */
const char *managed_by(const char *bytes, size_t n);

/* A process that a debugger holds. */
struct attached {
	int tracer, tracee;
	char tracer_name[16], tracee_name[16]; /* comm; bytes that others chose */
};

/*
 * Finds who is attached to whom, from TracerPid in /proc.
 *
 * @proc_tree: where /proc is
 *
 * Returns the number found and written (at most max), or -ENOMEM; a /proc that cannot be listed
 * gives 0. (attached.c)
 */
int attached_find(struct tree *proc_tree, struct attached *ret, size_t max);
