/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the guard was told, as it stands in /etc/ptscope/guard.conf:
 *
 *	[Guard]
 *	Level=1
 *	RestrictRead=no
 *	TellAllowed=no
 *
 *	[Guard]
 *	Cgroup=/build.slice
 *	Level=0
 */
#pragma once

#include "error.h"

#define GUARD_CONF "/etc/ptscope/guard.conf"

struct guard_cgroup_setting {
	char *path; /* below the root of cgroup v2, "/build.slice"; owned */
	int level;
};

struct guard_settings {
	int level; /* 0 to 3 */
	bool restrict_read, tell_allowed;
	struct guard_cgroup_setting *cgroups; /* owned */
	size_t n_cgroups, cap_cgroups;
};

/* Frees what it holds and empties it. */
void guard_settings_done(struct guard_settings *s);

/* The settings without a file: level 1 and nothing else. */
void guard_settings_init(struct guard_settings *s);

/* Sets, replaces or (level -1) removes the level of a cgroup. Returns 0, -ENOMEM, or -ENOENT when
 * there is none to remove. */
int guard_settings_cgroup(struct guard_settings *s, const char *path, int level);

/*
 * Reads the file's text.
 *
 * Returns 0, -EINVAL with file, line and cause in e, -ENOMEM.
 */
int guard_settings_parse(const char *path, const char *bytes, size_t n, struct guard_settings *ret,
			 struct error *e);

/* Reads GUARD_CONF; what it does not say is as guard_settings_init() has it. Must belong to root
 * and be writable by root only. Returns 0, also where there is no file (ret_there tells), or an
 * errno with detail in e. */
int guard_settings_load(struct guard_settings *ret, bool *ret_there, struct error *e);

/* Writes GUARD_CONF, whole or not at all. Returns 0 or an errno with detail in e. */
int guard_settings_store(const struct guard_settings *s, struct error *e);
