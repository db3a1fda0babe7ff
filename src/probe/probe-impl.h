/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of the probe share. The processes: this one forks a director, which is a child
 * subreaper and sets up one relation after the other:
 *
 *	this process
 *	  director              group leader, child subreaper, keeps its privileges
 *	    tracer              asks; drops its capabilities first
 *	    tracee              is asked about; child of the director or of the tracer, by shape
 *
 * All write what they find into shared memory.
 */
#pragma once

#include "probe.h"
#include <sys/types.h>

/* Where the tracee stands, seen from the tracer. */
enum shape {
	SHAPE_SELF,
	SHAPE_THREAD,
	SHAPE_CHILD,
	SHAPE_GRANDCHILD,
	SHAPE_ORPHAN,
	SHAPE_PARENT,
	SHAPE_SIBLING,
};

/* What the tracee does to itself first. */
enum prepare {
	PREPARE_NOTHING,
	PREPARE_EXEC,
	PREPARE_DECLARE,
	PREPARE_DECLARE_ANY,
	PREPARE_DECLARE_THREAD,
	PREPARE_DECLARE_ANCESTOR,
	PREPARE_DECLARE_EXEC,
	PREPARE_DECLARE_SELF,
	PREPARE_DECLARE_CLEARED,
	PREPARE_TRACED,
	PREPARE_NAMESPACE,
	PREPARE_NONDUMPABLE,
	PREPARE_UID,
};

struct relation {
	enum shape shape;
	enum prepare prepare;
	unsigned facts;	  /* ACCESS_FACT_* that hold */
	bool denied;	  /* whatever the level: credentials, dumpable or capabilities forbid it */
	bool tracer_caps; /* the tracer keeps its capabilities */
	bool tracee_caps; /* the tracee does */
	unsigned without; /* bits of operations that make no sense here */
};

extern const struct relation probe_relations[_PROBE_RELATION_MAX];

/* Memory that all processes of a run share. */
struct shared {
	struct probe probe;
	volatile int current; /* operation that is being tried, or -1 */
	volatile pid_t tracee;
	unsigned char byte; /* read and written through process_vm_*() */
};

/* A process that was spawned, and the socket to it. */
struct link {
	pid_t pid;
	int fd;
};

struct stage {
	struct shared *shared;
	pid_t director;
	enum probe_relation relation;
	const struct relation *r;
	pid_t tracer; /* sibling shape: known before the tracee is made */
	int up;	      /* socket to the parent; -EBADF in the director */
	int side;     /* orphan shape: pipe by which the tracee speaks to the tracer */
};

/* actors.c */

/*
 * Forks a process that runs body and exits.
 *
 * @bound: it dies with its parent
 *
 * Returns 0 or the errno of socketpair(2) or fork(2). The caller closes ret->fd and waits.
 */
int spawn(struct stage *st, void (*body)(struct stage *st), bool bound, struct link *ret);

/* Sends a number. Returns 0 or the errno of send(2). */
int tell(int fd, int value);

/* Receives one. Returns 0, or -EPIPE when the other side is gone, or the errno of recv(2). */
int hear(int fd, int *ret);

/* Waits for a child. Returns 0 with its status, or the errno of waitpid(2). */
int await(pid_t pid, int *ret_status);

/* Asks for SIGKILL when the parent ends, and makes sure that it is still this one. */
void bind_to_parent(pid_t parent);

/* Gives up all capabilities, and with them root's power to regain them by an exec. Returns 0 or the
 * errno of prctl(2) or capset(2). */
int drop_capabilities(void);

/* True when the calling process has CAP_SYS_PTRACE and what it takes to change the user. */
bool has_capabilities(void);

/* Body of the tracee: prepares, tells 0 or -errno up, and then waits to be killed. */
void tracee_body(struct stage *st);

/* operations.c */

/* Tries one operation on a process. Returns 0 or a positive errno. */
int operation_try(struct shared *sh, enum probe_operation o, pid_t pid);

/* PTRACE_TRACEME by a child that is made for it. Returns 0, a positive errno, or PROBE_KILLED. */
int operation_traceme(struct stage *st);

/* Tries an operation where nothing but its being blocked can fail. Returns 0 or a positive errno.
 */
int operation_control(struct shared *sh, enum probe_operation o);

/* relations.c */

/* Sets up the stage's relation and tries all operations in it. Called in the director, which has no
 * other children then and none after. */
void relation_run(struct stage *st);
