/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the boot plan share. Not for use outside this folder. */
#pragma once

#include "boot.h"
#include "str.h"

struct boot_ctx {
	struct tree *tree;
	const struct boot_env *env;
	struct boot_plan *plan;
	struct error *e;
	unsigned flags; /* enum boot_flags */
	size_t cap_steps, cap_cmdlines, cap_unreadable;
};

/* Whether something is so at the next boot, as far as can be told. */
enum holds { HOLDS_NO, HOLDS_YES, HOLDS_UNKNOWN };

/* True when the path leads to something other than /dev/null. */
bool boot_exists(struct tree *t, const char *path);

/* Notes a path that could change the plan and cannot be read. Returns 0 or -ENOMEM. */
int boot_unreadable(struct boot_ctx *c, const char *path);

/* Adds a step; one that does not run only when such are wanted. Returns 0 or -ENOMEM. */
int boot_add_step(struct boot_ctx *c, enum loader_id id, bool runs, const char *why);

/* Finds the init: by PID 1 where there is one, else by what is installed. Returns 0 or -ENOMEM.
 * (boot-init.c) */
int boot_detect_init(struct boot_ctx *c);

/* Adds the loaders of an init. Return 0 or -ENOMEM. (boot-systemd.c, boot-scripts.c) */
int boot_plan_systemd(struct boot_ctx *c);
int boot_plan_sysv(struct boot_ctx *c);
int boot_plan_openrc(struct boot_ctx *c);
int boot_plan_runit(struct boot_ctx *c);
int boot_plan_busybox(struct boot_ctx *c);

/* Which program sysctl(8) is. */
enum sysctl_program { SYSCTL_NONE, SYSCTL_PROCPS, SYSCTL_BUSYBOX };
enum sysctl_program boot_sysctl_program(struct boot_ctx *c);

/* 1 when ufw's configuration switches it on or when that cannot be told, 0 when not, -ENOENT when
 * it is not installed, -ENOMEM. (boot-scripts.c) */
int boot_ufw_enabled(struct boot_ctx *c);

/* Fills an instance in the version that is installed; where it cannot be told, all stay possible.
 * Returns 0 or -ENOMEM. (boot-version.c) */
int boot_version(struct boot_ctx *c, enum loader_id id, struct loader_instance *ret);

/* Collects the command lines of the next boot: from the boot entries, or, on a live system without
 * any that is known, /proc/cmdline. Returns 0 or -ENOMEM. (boot-cmdline.c) */
int boot_find_cmdlines(struct boot_ctx *c);

/*
 * The arguments of a command of grub's script as the kernel gets them: quotes and escapes dropped,
 * what has a blank in double quotes, variables of its environment block put in. (boot-grub.c)
 *
 * @grubenv: text of the block, or NULL
 *
 * Returns 0 or -ENOMEM (which out->failed tells too).
 */
int boot_grub_words(const char *args, const char *grubenv, struct strbuf *out);

/* The command line in a unified kernel image. Returns 0; -ENODATA where it has none; -EBADMSG for
 * what is no such image; -ENOMEM; or an errno of opening and reading it. Caller frees. (boot-uki.c)
 */
int boot_uki_cmdline(struct tree *tree, const char *path, char **ret);
