/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * core/kernel: facts about the running or the booting kernel, from a tree: the key's value, the
 * list of LSMs, the kernel's configuration, whether this is a container. Uses basic, and the value
 * grammar of core/sysctl. Every fact can be "cannot see".
 */
#pragma once

#include "error.h"
#include "fact.h"
#include "kernel-model.h"
#include "tree.h"

enum runtime_state {
	RUNTIME_SET,
	RUNTIME_ABSENT,	    /* /proc/sys is there and the key is not: no Yama in this kernel */
	RUNTIME_UNREADABLE, /* the key is there and cannot be read */
	RUNTIME_MALFORMED,
	RUNTIME_OUT_OF_RANGE,
	RUNTIME_NOT_VISIBLE, /* /proc or /proc/sys is not mounted, masked, or no procfs */
	RUNTIME_SKIPPED,     /* not asked for, or an offline root */
};
const char *runtime_state_word(
	enum runtime_state s); /* the contract's words; NOT_VISIBLE is "unreadable" there */

struct runtime {
	enum runtime_state state;
	char *value; /* as read, without the final newline; owned; NULL unless something was read */
	int level;   /* LEVEL_NONE unless RUNTIME_SET */
	int err;     /* positive errno for UNREADABLE and NOT_VISIBLE */
	char *why;   /* phrase for people: "/proc is not mounted"; owned or NULL */
};

/* A line of evidence: where a fact was seen. Strings owned. */
struct fact_source {
	char *path;
	unsigned line;
	char *text;
};

struct kernel_facts {
	char *release;	      /* uname -r, or NULL for an offline root; owned */
	enum fact yama_built; /* CONFIG_SECURITY_YAMA */
	struct fact_source yama_built_from;
	char *config_why;	/* why yama_built is unknown, a phrase; owned or NULL */
	enum fact yama_running; /* in the running LSM list (/sys/kernel/security/lsm) */
	struct fact_source yama_running_from;
	char *lsm_param;		   /* value of lsm= on /proc/cmdline, or NULL */
	struct fact_source lsm_param_from; /* /proc/cmdline */
	struct fact_source
		lsm_param_set_in; /* the file that puts it there (/etc/default/grub:10), or empty */
	char *config_lsm;	  /* CONFIG_LSM="..." without quotes, or NULL */
	struct fact_source config_lsm_from;
	enum fact bpf_lsm_built;       /* CONFIG_BPF_LSM */
	char *running_lsms;	       /* text of /sys/kernel/security/lsm, or NULL */
	enum fact selinux_deny_ptrace; /* SELinux enforcing with deny_ptrace on */
	enum fact apparmor_enabled;
	enum fact container; /* YES: sure; UNKNOWN: signs disagree ("may be a container") */
	char *container_why; /* phrases joined by "; "; owned or NULL */
	char *boot_id;
	uint64_t uptime_s; /* 0 when unknown */
};

struct kernel_env {
	bool live; /* the tree is the root of the running kernel: look into /proc and /sys */
	struct tree *proc_tree; /* where /proc and /sys are read from: the live "/", even when the
				 * subject is DIR --live; NULL when not live */
};

/* Free what these hold and empty them. Take empty ones too. */
void runtime_done(struct runtime *r);
void kernel_facts_done(struct kernel_facts *f);
void fact_source_done(struct fact_source *s);

/* True when the comma-separated list of LSMs names one. */
bool lsm_list_has(const char *list, const char *name);

/* Value of a parameter (the last one of that name, as the kernel takes lsm=) on a command line,
 * quotes taken off; what follows "--" is not the kernel's. Returns 0, -ENOENT, -ENOMEM. Caller
 * frees. */
int cmdline_param(const char *cmdline, const char *name, char **ret);

/*
 * What may be shown and kept of a kernel command line, or of a line of a file that sets one: words
 * about security modules, the key, masked units and init; all else, which can hold secrets, becomes
 * "...".
 *
 * Returns 0 or -ENOMEM. Caller frees.
 */
int cmdline_mask(const char *text, char **ret);

/* Reads the key. Takes fstatfs into account: something that is not procfs at /proc is NOT_VISIBLE.
 * Returns 0 or -ENOMEM. */
int runtime_read(const struct kernel_env *env, struct runtime *ret);

/*
 * Gathers the facts.
 *
 * @tree: the subject's root, for /boot/config-*, /etc/default/grub
 * @full: false gathers only what a verdict can depend on, so that a passing audit stays fast:
 * whether this is a container and, for a root that does not run, the configuration of its kernels;
 *        the rest explains a failure (LSM list, boot files, the running kernel's configuration) or
 *        names the kernel (release, boot_id, uptime_s)
 *
 * Returns 0 or -ENOMEM.
 */
int kernel_facts_gather(struct tree *tree, const struct kernel_env *env, bool full,
			struct kernel_facts *ret);
