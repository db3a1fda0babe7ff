/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small reader of systemd units, as far as it takes to tell whether a service runs at the next
 * boot and what it runs: the strongest unit file with its drop-ins merged, masks, and the links
 * that make a target want it. Only directories that survive a reboot count: /run does not. Not for
 * use outside this folder.
 */
#pragma once

#include "str.h"
#include "tree.h"

/* Directories of units on a tree, strongest first. */
struct unit_dirs {
	const char *paths[5];
	size_t n;
};

/* Finds which of the directories there are. /lib counts only where it is not a link to usr/lib. */
void unit_dirs_find(struct tree *t, struct unit_dirs *ret);

enum unit_state {
	UNIT_MISSING,
	UNIT_MASKED, /* the strongest file is empty or leads to /dev/null */
	UNIT_LOADED,
};

/* One assignment. Strings are owned. */
struct unit_setting {
	char *name, *value;
	char *path;    /* of the file that says it */
	unsigned line; /* from 1; of a continued line, its first */
};

struct unit {
	enum unit_state state;
	/* ExecStart= of [Service] and the conditions and assertions of [Unit], without those that
	 * an empty assignment took back; in order. */
	struct unit_setting *settings;
	size_t n, cap;
	char **unreadable; /* files that belong to it and could not be read; owned */
	size_t n_unreadable, cap_unreadable;
};

void unit_done(struct unit *u);

/*
 * Loads a unit.
 *
 * Returns 0, also where there is none (state tells), or -ENOMEM.
 */
int unit_load(struct tree *t, const struct unit_dirs *dirs, const char *name, struct unit *ret);

/*
 * Whether a target of the boot wants or requires the unit, by a link in its directories.
 *
 * @ret_target: the target's name; static; may be NULL
 *
 * Returns 1, 0, or -ENOMEM.
 */
int unit_is_wanted(struct tree *t, const struct unit_dirs *dirs, const char *name,
		   const char **ret_target);

/* True for the name of a condition or an assertion. */
bool unit_is_condition(const char *name);
