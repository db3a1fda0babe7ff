/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The resolver: every loader's view of some keys on one tree, and the value after the next boot,
 * which is the fold of all loaders that run at boot, in order, over one kernel model, on what
 * survives a reboot. Where something could not be read, the fold is run again with each thing that
 * it could be; only a different outcome makes the answer unknown.
 */
#pragma once

#include "boot.h"

enum resolve_state { RESOLVE_SET, RESOLVE_UNSET, RESOLVE_UNKNOWN };
const char *resolve_state_word(enum resolve_state s); /* "set", "unset", "unknown" */

/* One loader on the tree as it is now (/run included), for all wanted keys. */
struct resolve_loader {
	const struct boot_step *step; /* borrowed from the plan (or from the request) */
	struct loader_script *script; /* owned */
};

/* One loader, one key: run alone, starting from no level. */
struct resolve_view {
	struct key_result result; /* owned */
	enum resolve_state state;
};

/* Where a boot value comes from. */
struct resolve_source {
	size_t loader;	  /* index into loaders of the fold */
	const char *path; /* borrowed from a script */
	unsigned line;
	bool from_file; /* false for the kernel command line */
	bool is_volatile;
};

struct resolve_boot {
	enum resolve_state state;
	int level;	   /* LEVEL_NONE when unset, or for keys whose grammar is not known */
	const char *value; /* bytes that the kernel took; borrowed from a script; NULL when unset */
	size_t value_len;
	bool has_source;
	struct resolve_source source;
};

struct resolve_key {
	char *key;		    /* canonical slash form; owned */
	struct resolve_view *views; /* one for each loader; owned */
	struct resolve_boot boot;   /* what survives a reboot */
	struct resolve_boot
		boot_now;	 /* the same fold with /run: differs where the answer is volatile */
	struct key_result *fold; /* one for each boot_loader: its part in the boot fold; owned */
	/* Outcomes of the fold with unreadable things replaced; only when there were any. */
	struct resolve_boot *variants; /* owned; borrowed strings are NULL there */
	size_t n_variants;
	char **unreadable; /* paths whose content could change the outcome; owned */
	size_t n_unreadable;
};

struct resolve {
	struct boot_plan *plan;		/* owned */
	struct resolve_loader *loaders; /* as now, in plan order; owned */
	size_t n_loaders;
	struct resolve_loader *boot_loaders; /* those that run at boot, read without /run; owned */
	size_t n_boot_loaders;
	struct resolve_key *keys; /* owned */
	size_t n_keys;
};

struct resolve_request {
	struct tree *tree;
	const struct boot_env *env;
	const char *const *patterns; /* keys or patterns, canonical slash form */
	size_t n_patterns;
	const char *loader; /* "NAME[@VERSION]" to look at one loader only, or NULL */
	unsigned flags;	    /* of enum boot_flags: how much the plan tells beside the boot */
};

struct resolve *resolve_free(struct resolve *r);
DEFINE_CLEANUP(struct resolve *, resolve_free)

/*
 * Resolves. A concrete key that nothing sets is in keys all the same; a pattern gives the keys
 * below /proc/sys (live) and those that files name.
 *
 * Returns 0; -EINVAL (loader name or version, detail in e), -E2BIG (a limit), -ENOMEM, or an errno
 * of the tree's root.
 */
int resolve_run(const struct resolve_request *req, struct resolve **ret, struct error *e);

/* The name of the source's loader. */
const char *resolve_source_loader(const struct resolve *r, const struct resolve_source *s);
