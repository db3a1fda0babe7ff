/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * probe: asks the running kernel what ptrace access it really grants, by trying it among child
 * processes of our own, and compares the answers with what each level of Yama means. Uses basic and
 * core; prints nothing, and touches no process but its own children.
 *
 * What it cannot see: a rule that looks at who asks (a name, a path, a user, a cgroup) and treats
 * our children as it treats nobody else.
 */
#pragma once

#include "error.h"
#include "kernel-model.h"

/*
 * X(ID, word, description): who asks for access to whom. "Tracer" asks. Unless the description says
 * otherwise neither has any capability, and both have the same user and groups.
 */
#define PROBE_RELATIONS(X)                                                             \
	X(SELF, "self", "the tracer itself")                                           \
	X(THREAD, "thread", "another thread of the tracer")                            \
	X(CHILD, "child", "a child of the tracer")                                     \
	X(GRANDCHILD, "grandchild", "a child of its child")                            \
	X(CHILD_EXEC, "child-exec", "a child that has started another program")        \
	X(TRACED, "traced", "one that the tracer traces already")                      \
	X(DECLARED, "declared", "one that named it (PR_SET_PTRACER)")                  \
	X(DECLARED_ANY, "declared-any", "one that named any process")                  \
	X(DECLARED_THREAD, "declared-thread", "one that named it in another thread")   \
	X(DECLARED_ANCESTOR, "declared-ancestor", "one that named its parent")         \
	X(DECLARED_EXEC, "declared-exec", "one that named it, then started a program") \
	X(NAMESPACE, "namespace", "one in a user namespace of its user")               \
	X(SIBLING, "sibling", "another process of the same user")                      \
	X(ORPHAN, "orphan", "its grandchild; the one between has ended")               \
	X(PARENT, "parent", "the tracer's parent")                                     \
	X(DECLARED_OTHER, "declared-other", "one that named a third one")              \
	X(DECLARED_CLEARED, "declared-cleared", "one that named it and took it back")  \
	X(NONDUMPABLE, "child-nondumpable", "a child that is not dumpable")            \
	X(CHILD_CAPS, "child-caps", "a child with more capabilities")                  \
	X(OTHER_UID, "other-uid", "a process of another user")                         \
	X(CAP_CHILD, "cap-child", "a child; tracer has CAP_SYS_PTRACE")                \
	X(CAP_SIBLING, "cap-sibling", "another one; tracer has CAP_SYS_PTRACE")        \
	X(CAP_NONDUMPABLE, "cap-nondumpable", "one not dumpable; CAP_SYS_PTRACE")      \
	X(CAP_OTHER_UID, "cap-other-uid", "a process of another user; CAP_SYS_PTRACE")

enum probe_relation {
#define X(id, word, description) PROBE_##id,
	PROBE_RELATIONS(X)
#undef X
		_PROBE_RELATION_MAX,
};

/*
 * X(ID, word, mode, errno of a denial): ways to ask. ATTACH mode is what Yama restricts, READ mode
 * what it does not; TRACEME is asked by the tracee, about its parent.
 */
#define PROBE_OPERATIONS(X)                           \
	X(ATTACH, "attach", ATTACH, EPERM)            \
	X(SEIZE, "seize", ATTACH, EPERM)              \
	X(TRACEME, "traceme", TRACEME, EPERM)         \
	X(READV, "process_vm_readv", ATTACH, EPERM)   \
	X(WRITEV, "process_vm_writev", ATTACH, EPERM) \
	X(MEM, "/proc/PID/mem", ATTACH, EACCES)       \
	X(GETFD, "pidfd_getfd", ATTACH, EPERM)        \
	X(ENVIRON, "/proc/PID/environ", READ, EACCES) \
	X(MAPS, "/proc/PID/maps", READ, EACCES)       \
	X(CWD, "/proc/PID/cwd", READ, EACCES)         \
	X(KCMP, "kcmp", READ, EPERM)

enum probe_operation {
#define X(id, word, mode, denial) PROBE_##id,
	PROBE_OPERATIONS(X)
#undef X
		_PROBE_OPERATION_MAX,
};

enum probe_mode { PROBE_MODE_ATTACH, PROBE_MODE_READ, PROBE_MODE_TRACEME };

/* What came of a try, beside 0 (granted) and a positive errno. */
enum {
	PROBE_NOT_TRIED = -1, /* makes no sense there, or the relation could not be set up */
	PROBE_KILLED = -2,    /* the process that tried was killed: a seccomp filter */
};

/* What the kernel did. */
struct probe {
	int16_t result[_PROBE_RELATION_MAX][_PROBE_OPERATION_MAX];
	/* Why the relation was not tried: 0 when it was; a positive errno of setting it up; ECHILD
	 * when its processes were gone before they had answered. */
	int16_t skipped[_PROBE_RELATION_MAX];
	/* Whether the operation is open to this process at all, asked where no access check stands
	 * in the way: 0, or what refuses it. Such an operation is not tried. */
	int16_t blocked[_PROBE_OPERATION_MAX];
	bool declares;	     /* the kernel took PR_SET_PTRACER: Yama is there, or is emulated */
	bool seccomp;	     /* a seccomp filter is on this process */
	uint64_t elapsed_us; /* microseconds that it took */
};

/*
 * Tries everything. All processes are children of this one, in a process group of their own; they
 * die with it, whatever ends it, and are gone when this returns. As root the children drop their
 * capabilities where the relation says so.
 *
 * For the time of the call this process is a child subreaper and SIGCHLD has its default
 * disposition; both are put back. Not to be called by two threads at once.
 *
 * @timeout_ms: milliseconds after which all is ended
 *
 * Returns 0; -ETIMEDOUT; -ECHILD when the children ended without an answer; or the errno of
 * fork(2), mmap(2), socketpair(2). Detail in e.
 */
int probe_run(unsigned timeout_ms, struct probe *ret, struct error *e);

/* The time that probe_run() is given, where nothing else is asked for. */
#define PROBE_TIMEOUT_MS 5000

/*
 * What a kernel at this level would answer, by the rules of Yama and of __ptrace_may_access().
 *
 * @level: 0..3; LEVEL_NONE is a kernel without Yama, which is as 0
 *
 * Returns 0, the positive errno of the denial, or PROBE_NOT_TRIED where the kernel was not asked.
 */
int probe_expected(const struct probe *p, enum probe_relation relation,
		   enum probe_operation operation, int level);

enum probe_behaves {
	PROBE_BEHAVES_LEVEL,   /* as a level does, in every answer */
	PROBE_DENIED_BY_OTHER, /* something else denies what the level allows */
	PROBE_UNKNOWN,	       /* as no level does, and not by denying more */
};

struct probe_verdict {
	enum probe_behaves behaves;
	int level;	   /* PROBE_BEHAVES_LEVEL: the one asked about where it is possible, else
			    * the weakest possible; LEVEL_NONE otherwise */
	unsigned possible; /* bit n: every answer is as at level n; more than one where what tells
			    * them apart could not be tried */
	unsigned allows_more, denies_more; /* answers that differ from those of the level asked
					    * about */
	bool forbidden; /* PTRACE_ATTACH and PTRACE_SEIZE are blocked altogether */
};

/*
 * Compares with the levels. Operations that are blocked altogether do not count, unless they are
 * the ptrace ones.
 *
 * @level: the one asked about: that of the sysctl, or one that is expected; LEVEL_NONE: none (then
 *         differences are counted against 0)
 */
struct probe_verdict probe_judge(const struct probe *p, int level);

/* Words of the tables; of a verdict the contract's word: "0" to "3", "denied-by-other", "unknown".
 */
const char *probe_relation_word(enum probe_relation r);
const char *probe_relation_text(enum probe_relation r);
const char *probe_operation_word(enum probe_operation o);
enum probe_mode probe_operation_mode(enum probe_operation o);
const char *probe_behaves_word(const struct probe_verdict *v);
