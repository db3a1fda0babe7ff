/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * core/audit: judges evidence by a policy. Uses basic, core/sysctl and core/kernel. audit_run() is
 * a pure function of a tree, a struct evidence, and a policy.
 *
 * This header: which levels are allowed.
 */
#pragma once

#include "error.h"

struct policy {
	char *name;	   /* "cis"; owned */
	char *source;	   /* "built in", or the file's path; owned */
	char sha256[65];   /* of the file's bytes, or of the built-in's canonical text; hex */
	uint8_t allow;	   /* bit n: level n is allowed */
	bool strict_files; /* any weaker line in an administrator's file fails */
	bool accept_guard; /* a running, probed guard may stand for Yama */
	bool vendor_files; /* a line under /usr/lib counts as written in a file */
	int fix_level;	   /* the level that a fix sets */
	/* What the command line has laid over it: the hash is not of that. */
	bool own_allow, own_strict;
};

/* Frees what the policy holds and empties it. Takes an empty one too. */
void policy_done(struct policy *p);

/* The built-in policies, NULL-terminated: cis, stig, workstation, server, locked. */
extern const char *const policy_builtin_names[];

/* A built-in policy by name. Returns 0, -ENOENT, -ENOMEM. */
int policy_builtin(const char *name, struct policy *ret);

/*
 * Reads a policy in INI form as policy(5) describes: [Policy] with Name=, Base=, Allow=,
 * StrictFiles=, AcceptGuard=, VendorFiles=, FixLevel=.
 *
 * @path: for messages
 *
 * Returns 0, or -EINVAL with file, line, cause and remedy in e; -ENOMEM.
 */
int policy_parse(const char *path, const char *bytes, size_t n, struct policy *ret,
		 struct error *e);

/*
 * Reads a policy file from disk: regular, owned by root (or by the caller when not root), not
 * writable by others. Returns 0, -EPERM (unsafe ownership or mode), -EINVAL, or the errno of
 * open(2); detail in e.
 */
int policy_load(const char *path, struct policy *ret, struct error *e);

/*
 * Finds a policy: an argument with a '/' is a file; any other is NAME.conf in @site_dir, then a
 * built-in, never something in the working directory.
 *
 * @arg: NULL for the site's own (@site_dir/policy.conf where it exists), else "cis"
 * @site_dir: "/etc/ptscope", or NULL for --no-config
 *
 * Returns 0; -ENOENT (no such policy), -EINVAL for a name that none can have; otherwise as
 * policy_load(). Detail in e.
 */
int policy_find(const char *arg, const char *site_dir, struct policy *ret, struct error *e);

/* True when the policy allows the level; false for LEVEL_NONE and anything else outside 0..3. */
bool policy_allows(const struct policy *p, int level);

/* Reads "1,2,3" into a bit set. Returns 0 or -EINVAL. An empty list is -EINVAL. */
int policy_parse_levels(const char *list, uint8_t *ret);

/* Writes the levels for people: "1, 2 or 3". Caller frees; NULL when out of memory. */
char *policy_levels_text(uint8_t allow);
