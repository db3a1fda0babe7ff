/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The processes that a /proc shows, as facts for access.h. Read through a tree, so a recorded
 * /proc, or one of another root, is as good as the live one. A process is read through its
 * directory, held open: what is read belongs to one process, also when its number is used again
 * meanwhile.
 *
 * Memory: one struct snapshot_process for each process, and one set of credentials for each
 * combination that occurs.
 */
#pragma once

#include "access.h"
#include "error.h"
#include "tree.h"

#define SNAPSHOT_COMM 16 /* bytes of a name, as TASK_COMM_LEN, the NUL included */

/* Credentials that several processes share. */
struct snapshot_creds {
	uint32_t uids[4], gids[4]; /* real, effective, saved, fs; ACCESS_ID_UNSEEN */
	uint64_t cap_effective, cap_permitted;
	const struct access_userns *userns; /* NULL: not seen */
};

struct snapshot_process {
	uint64_t start;	 /* clock ticks after boot: with pid, who it is */
	uint64_t vm_kib; /* size of its memory; 0: it has none */
	uint32_t pid;	 /* of the task asked for: a thread's own id for a thread */
	uint32_t tgid;	 /* of its process */
	uint32_t ppid;	 /* of the parent's process; 0: none, or none that this /proc shows */
	uint32_t tracer; /* thread that traces it, or 0 */
	uint32_t creds;	 /* index of its credentials */
	uint32_t file_uid, file_gid; /* owner of its files in /proc; ACCESS_ID_UNSEEN */
	char comm[SNAPSHOT_COMM];    /* may hold any byte but NUL */
	char state;		     /* as in /proc/PID/status: 'R', 'S', 'Z', ... */
	uint8_t dumpable;	     /* enum fact */
	uint8_t seccomp;	     /* 0 none, 1 strict, 2 filter */
	bool kthread : 1;
	bool no_new_privs : 1;
};

struct snapshot {
	struct tree *proc;		    /* borrowed; its root is above /proc */
	struct snapshot_process *processes; /* by pid, once snapshot_read() is over */
	size_t n, cap;
	struct snapshot_creds *creds;
	size_t n_creds, cap_creds;
	uint32_t *creds_index; /* hash table of creds + 1 */
	size_t n_index;
	struct access_userns **userns;
	size_t n_userns, cap_userns;
	uint32_t overflow_uid, overflow_gid; /* ids that stand for those without a name here; or
						ACCESS_ID_UNSEEN where all have one */
	uint32_t self;	   /* the reader's own pid in this /proc; 0 where it does not show us */
	bool first_userns; /* the reader is in the first user namespace */
	size_t unseen;	   /* processes listed of which something could not be read */
};

/* Frees what it holds and makes it empty. */
void snapshot_done(struct snapshot *s);

/*
 * Looks at a /proc: who the reader is in it. No process is read yet.
 *
 * @tree: whose /proc is meant; borrowed for the life of s
 *
 * Returns 0; -ENOENT where no processes are to be seen there, -ENOMEM, or the errno of reading it;
 * detail in e.
 */
int snapshot_open(struct tree *tree, struct snapshot *ret, struct error *e);

/* Whether this /proc hides the processes of others: hidepid=1, 2, 4 or their names among the
 * options of its mount. No where that cannot be seen. */
bool snapshot_hides(struct snapshot *s);

/*
 * Reads every process. Those that go away meanwhile are left out; those that may not be read count
 * in unseen.
 *
 * Returns 0, -E2BIG, -ENOMEM or the errno of reading /proc; detail in e.
 */
int snapshot_read(struct snapshot *s, struct error *e);

/*
 * Reads one task, a process or a thread of one, if it is not there yet.
 *
 * @ret: index of it, or NULL
 *
 * Returns 0; -ESRCH when there is none, -EACCES or -EPERM when it may not be looked at (hidepid),
 * -EBADMSG for a file that is no such file, -ENOMEM.
 */
int snapshot_add(struct snapshot *s, uint32_t pid, size_t *ret);

/* Reads the parents of a task, as far as they can be seen. As snapshot_add(). */
int snapshot_add_parents(struct snapshot *s, size_t i);

/* Whether a task that has been read is still the one that has its number. */
bool snapshot_still_there(struct snapshot *s, const struct snapshot_process *p);

/* Finds what has been read. NULL when it is not there. */
const struct snapshot_process *snapshot_find(const struct snapshot *s, uint32_t pid);

/* Facts of a task for access_decide(). Pointers in it live as long as s. */
struct access_task snapshot_task(const struct snapshot *s, const struct snapshot_process *p);

/*
 * Whether a task's chain of parents comes to a process (the task's own counts).
 *
 * Unknown where a parent on the way has not been read.
 */
enum fact snapshot_descends(const struct snapshot *s, const struct snapshot_process *tracee,
			    uint32_t tracer_tgid);

/*
 * Facts of two tasks together. A declared tracer cannot be seen; nor whether memory is shared, but
 * for memories of unequal size. others is FACT_NO.
 */
struct access_pair snapshot_pair(struct snapshot *s, const struct snapshot_process *tracer,
				 const struct snapshot_process *tracee);

/*
 * The process of a thread, 0 when it is gone. Reads /proc for a thread that is no process.
 */
uint32_t snapshot_tgid(struct snapshot *s, uint32_t tid);
