/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which loaders run at boot on a root, in which order and in which version: found from what is
 * installed and enabled there, and on a live system from what PID 1 is.
 */
#pragma once

#include "loader.h"

enum init_kind {
	INIT_UNKNOWN,
	INIT_SYSTEMD,
	INIT_SYSV,
	INIT_OPENRC,
	INIT_BUSYBOX,
	INIT_RUNIT,
	INIT_OTHER
};

/* Facts about the running system that boot_plan_detect() cannot take from the tree. */
struct boot_plan;
struct boot_env {
	bool live; /* the tree is the root of the running kernel and of this PID namespace */
	const char *
		pid1_comm; /* /proc/1/comm without its newline; NULL when not visible or not live */
	bool systemd_booted;	  /* live and /run/systemd/system is a directory: sd_booted(3) */
	const char *proc_cmdline; /* /proc/cmdline when live, else NULL */
	bool proc_sys_read_only;  /* live, and init cannot write below /proc/sys (a container) */
	/* Command lines that were found before, as boot_cmdlines_find() gives them; NULL: they are
	 * looked for. Borrowed. */
	const struct boot_plan *found;
};

struct boot_step {
	struct loader_instance loader; /* owned */
	bool runs_at_boot;
	bool by_hand; /* nothing at boot is set up to run it, here or elsewhere */
	char *why;    /* one phrase: "systemd-sysctl.service, sysinit.target", "installed, not
			 enabled"; owned */
};

/* A kernel command line of the next boot. Several boot entries may exist; each is a candidate. */
struct boot_cmdline {
	char *path; /* where it was found: "/proc/cmdline", "/boot/grub/grub.cfg", ...; owned */
	unsigned line;
	char *text; /* owned */
};

struct boot_plan {
	enum init_kind init;
	char *init_why; /* how it is known; owned */
	struct boot_step
		*steps; /* in boot order: cmdline first; those that do not run at boot come last */
	size_t n_steps;
	struct boot_cmdline *cmdlines; /* of the next boot, from boot entries; may be empty */
	size_t n_cmdlines;
	char **unreadable; /* paths that could change this plan and could not be read; owned */
	size_t n_unreadable;
};

struct boot_plan *boot_plan_free(struct boot_plan *p);
DEFINE_CLEANUP(struct boot_plan *, boot_plan_free)

enum boot_flags {
	BOOT_IDLE = 1,	/* with steps for what is installed and does not run at boot */
	BOOT_EXACT = 2, /* versions to the last digit: reads package databases (1 MB on Debian) also
			 * where the name of a library tells all that counts */
};

/*
 * Detects the plan.
 *
 * @flags: of enum boot_flags; 0 costs least
 *
 * Returns 0, -ENOMEM, or another errno with detail in e.
 */
int boot_plan_detect(struct tree *tree, const struct boot_env *env, unsigned flags,
		     struct boot_plan **ret, struct error *e);

/* Finds only the command lines of the next boot: cmdlines, and among unreadable what could hold
 * one. Returns 0 or -ENOMEM. */
int boot_cmdlines_find(struct tree *tree, const struct boot_env *env, struct boot_plan **ret);

/*
 * Why no program that reads files runs at boot: "systemd-sysctl.service is masked" where the plan
 * has steps that do not run (BOOT_IDLE), else how the init is known. NULL when one runs. Borrowed.
 */
const char *boot_plan_nobody(const struct boot_plan *p);

/* A command line that was found at that path, or NULL. Borrowed. */
const struct boot_cmdline *boot_plan_entry(const struct boot_plan *p, const char *path);

/* "systemd", "sysvinit", "openrc", "busybox", "runit", "other", "unknown". */
const char *init_kind_word(enum init_kind k);
