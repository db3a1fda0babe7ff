/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the boot plan share. Not for use outside this folder. */
#pragma once

#include "boot.h"

struct boot_ctx {
	struct tree *tree;
	const struct boot_env *env;
	struct boot_plan *plan;
	struct error *e;
	size_t cap_steps, cap_cmdlines, cap_unreadable;
};

/* True when the path leads to something other than /dev/null. */
bool boot_exists(struct tree *t, const char *path);

/* Notes a path that could change the plan and cannot be read. Returns 0 or -ENOMEM. */
int boot_unreadable(struct boot_ctx *c, const char *path);

/* 1 when the file holds the text, 0 when not or when it cannot be read; -ENOMEM. */
int boot_mentions(struct boot_ctx *c, const char *path, const char *text);

/* Whether procps' sysctl, rather than busybox', is installed. */
bool boot_has_procps(struct boot_ctx *c);

/* 1 when ufw's configuration says ENABLED=yes, 0 when not; -ENOMEM. */
int boot_ufw_enabled(struct boot_ctx *c);

/* Fills an instance in the version that is installed; where it cannot be told, all stay possible.
 * Returns 0 or -ENOMEM. (boot-version.c) */
int boot_version(struct boot_ctx *c, enum loader_id id, struct loader_instance *ret);

/* Collects the command lines of the next boot: from the boot entries, or, on a live system without
 * any that is known, /proc/cmdline. Returns 0 or -ENOMEM. (boot-cmdline.c) */
int boot_find_cmdlines(struct boot_ctx *c);
