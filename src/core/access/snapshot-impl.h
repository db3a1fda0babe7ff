/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the snapshot share. Not for use outside this folder. */
#pragma once

#include "snapshot.h"

/* Of /proc/PID/stat and status, what is used here. */
struct proc_text {
	/* stat */
	char comm[SNAPSHOT_COMM];
	uint64_t flags; /* PF_* */
	uint64_t start; /* clock ticks after boot */
	/* status */
	uint32_t tgid, ppid, tracer;
	uint32_t uids[4], gids[4]; /* real, effective, saved, fs */
	uint64_t cap_effective, cap_permitted, cap_inheritable, cap_bounding;
	uint64_t vm_kib; /* 0 without memory */
	char state;
	bool no_new_privs;
	uint8_t seccomp;
};

/* Reads /proc/PID/stat. The name may hold anything, also ") R 1". Returns 0 or -EBADMSG. */
int proc_text_stat(const char *text, size_t n, struct proc_text *ret);

/* Reads /proc/PID/status. Returns 0 or -EBADMSG when a line is missing or malformed. */
int proc_text_status(const char *text, struct proc_text *ret);

/*
 * Reads /proc/PID/uid_map or gid_map.
 *
 * @ret_all: whether it maps every id to itself, as in the first namespace
 * @ret_root: what 0 is outside; ACCESS_ID_UNSEEN when it is not mapped
 *
 * Returns 0 or -EBADMSG.
 */
int proc_text_map(const char *text, bool *ret_all, uint32_t *ret_root);

/*
 * The user namespace of a process, from its directory as a tree. Where the link may not be read,
 * the map of ids tells the first namespace from others.
 *
 * Returns 0 with NULL where it cannot be told, or -ENOMEM, or -ESRCH where the process has gone.
 */
int userns_of(struct snapshot *s, struct tree *process, const struct access_userns **ret);

/* Frees the table of namespaces. */
void userns_done(struct snapshot *s);
