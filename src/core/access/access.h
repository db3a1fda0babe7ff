/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * core/access: may this task reach into that one? Task facts, the level rule (access-rule.h), a
 * model of __ptrace_may_access() and of the calls around it, and a snapshot of /proc that gives the
 * facts. Uses basic, and level names of core/sysctl. Pure, but for the snapshot, which reads a
 * tree.
 *
 * This header: the model. Facts have three values (fact.h), since much cannot be seen from outside;
 * an answer is then "unknown" and says which fact it hangs on. Every rule is the kernel's, read in
 * Linux 6.1 (kernel/ptrace.c, security/commoncap.c, security/yama/yama_lsm.c, fs/proc/base.c) and
 * judged cell by cell by booted kernels (tests/kernel).
 */
#pragma once

#include "access-rule.h"
#include "fact.h"
#include "macro.h"
#include <sys/types.h>

/* An id that could not be seen, or that may stand for several (the overflow id of a namespace). */
#define ACCESS_ID_UNSEEN ((uint32_t)-1)

/* Numbers of the capabilities that the model asks for (include/uapi/linux/capability.h). */
enum access_cap {
	ACCESS_CAP_DAC_OVERRIDE = 1,
	ACCESS_CAP_DAC_READ_SEARCH = 2,
	ACCESS_CAP_KILL = 5,
	ACCESS_CAP_SYS_PTRACE = 19,
	ACCESS_CAP_SYS_ADMIN = 21,
	ACCESS_CAP_SYS_NICE = 23,
	ACCESS_CAP_PERFMON = 38,
};
#define ACCESS_CAP_BIT(cap) (UINT64_C(1) << (cap))

/* A user namespace. Two are the same when their pointers are. */
struct access_userns {
	uint64_t inode; /* of its file, for people */
	/* NULL: its parent could not be seen, unless first is set */
	const struct access_userns *parent;
	bool first;	   /* the initial user namespace: an ancestor of every other, no owner */
	unsigned level;	   /* 0 for the first; meaningful where the parents are known up to it */
	uint32_t owner;	   /* the euid that made it, or ACCESS_ID_UNSEEN */
	uint32_t root_uid; /* what its uid 0 is outside; ACCESS_ID_UNSEEN: not known */
	uint32_t root_gid;
	bool root_unmapped; /* it is known to have no uid 0 or gid 0 */
};

/* What is known of one task. Ids are those of the first user namespace (of the reader's, where
 * that is not the first). */
struct access_task {
	uint32_t ruid, euid, suid, fsuid;
	uint32_t rgid, egid, sgid, fsgid;
	uint64_t cap_effective, cap_permitted;
	bool caps_seen;			    /* the two above are known */
	const struct access_userns *userns; /* of the credentials; NULL: not seen */

	enum fact has_mm; /* it has memory: no for kernel threads and for exited tasks */
	/* get_dumpable(mm) == SUID_DUMP_USER; without memory: that it was so when it exited */
	enum fact dumpable;
	/* the user namespace that the program was executed in: userns or an ancestor; NULL: not
	 * seen */
	const struct access_userns *mm_userns;

	enum fact kthread; /* a kernel thread */
	enum fact exited;  /* a zombie, or dead: exit_state is set */
	enum fact traced;  /* some task traces it */
	enum fact reaped;  /* its pid is gone */

	uint32_t file_uid, file_gid; /* owner of the files in /proc/PID; ACCESS_ID_UNSEEN */
};

/* What is known of a tracer and a tracee together; the first four are the facts of the level rule.
 */
struct access_pair {
	enum fact same_group; /* ACCESS_FACT_SAME_GROUP */
	enum fact descendant; /* ACCESS_FACT_DESCENDANT */
	enum fact tracing;    /* ACCESS_FACT_TRACING */
	enum fact declared;   /* ACCESS_FACT_DECLARED */
	enum fact same_mm;    /* they share their memory (CLONE_VM without CLONE_THREAD, vfork) */
	/* the owner of the files in /proc/PID has an id in the tracer's user namespace, without
	 * which capabilities there do not help to open them; always so in the first */
	enum fact file_mapped;
	/* Another security module refuses: yes where one was seen to, unknown where a confinement
	 * was seen whose rules are not modelled, no otherwise: then it may still deny further. */
	enum fact others;
};

/* The kernel and its settings. */
struct access_env {
	enum fact yama;		 /* Yama is in the running list */
	int level;		 /* 0..3, or -1 when not known */
	int perf_event_paranoid; /* kernel.perf_event_paranoid; Debian's has a level 3 */
	/* Set of operations (1 << enum access_operation) that fail with ESRCH on a task without
	 * memory where others succeed: differs between kernels. */
	uint32_t esrch_without_mm;
	/* process_madvise(2) asks for CAP_SYS_NICE on one's own memory too: 6.1 yes, 6.12 no. */
	bool madvise_self_needs_nice;
	/* perf_event_open(2) sees that the task has exited before it asks: 6.1 yes, 6.12 no. */
	bool perf_sees_exited_first;
};

/*
 * Sets the fields above that differ between kernels.
 *
 * @release: as uname -r says it: "6.1.0-56-cloud-amd64". The differences were measured on 6.1 and
 * on 6.12; what is between is taken as the newer.
 */
void access_env_set_release(struct access_env *env, const char *release);

/* What can be asked for; the table in access-operations.c has a word and the rules of each. */
enum access_operation {
	ACCESS_ATTACH,	     /* PTRACE_ATTACH */
	ACCESS_SEIZE,	     /* PTRACE_SEIZE */
	ACCESS_TRACEME,	     /* PTRACE_TRACEME, by the tracee; the tracer is its parent */
	ACCESS_VM_READV,     /* process_vm_readv(2), of a byte or more */
	ACCESS_VM_WRITEV,    /* process_vm_writev(2) */
	ACCESS_MEM,	     /* open of /proc/PID/mem for reading */
	ACCESS_STACK,	     /* open and read of /proc/PID/stack */
	ACCESS_SYSCALL,	     /* ... syscall */
	ACCESS_PERSONALITY,  /* ... personality */
	ACCESS_ENVIRON,	     /* open of /proc/PID/environ */
	ACCESS_AUXV,	     /* ... auxv */
	ACCESS_MAPS,	     /* ... maps */
	ACCESS_FD,	     /* readlink of /proc/PID/fd/N */
	ACCESS_PIDFD_GETFD,  /* pidfd_getfd(2) of a descriptor that is open */
	ACCESS_KCMP,	     /* kcmp(2) of the tracer and the tracee */
	ACCESS_PERF,	     /* perf_event_open(2) on the tracee, user space only */
	ACCESS_PERF_SIGTRAP, /* the same with attr.sigtrap */
	ACCESS_ROBUST_LIST,  /* get_robust_list(2) */
	ACCESS_MOVE_PAGES,   /* move_pages(2), only asking where pages are */
	ACCESS_MADVISE,	     /* process_madvise(2) */
	_ACCESS_OPERATION_MAX,
};

/* How a call site differs from plain __ptrace_may_access(). Bits. */
enum access_quirk {
	ACCESS_QUIRK_PTRACE = 1 << 0, /* ptrace_attach(): no kernel threads, not its own process,
					 no exited task, none that is traced: all EPERM */
	ACCESS_QUIRK_MM = 1 << 1,     /* mm_access(): shared memory passes unasked; without memory
					 ESRCH, or nothing to read */
	ACCESS_QUIRK_OWNER = 1 << 2,  /* a file or directory of /proc/PID that only its owner may
					 open: EACCES before anything else */
	ACCESS_QUIRK_PROC = 1 << 9,   /* found by its name in /proc: ENOENT where it is gone */
	ACCESS_QUIRK_OWN_FD = 1 << 3, /* ... or a thread of the same process (/proc/PID/fd); nothing
					 is in it, ENOENT, for a task without descriptors */
	ACCESS_QUIRK_ADMIN = 1 << 4,  /* CAP_SYS_ADMIN in the first namespace, else EACCES */
	ACCESS_QUIRK_NICE = 1 << 5,   /* CAP_SYS_NICE there afterwards, else EPERM */
	ACCESS_QUIRK_FILES = 1 << 6,  /* an exited task has no descriptors: ESRCH; a kernel
					 thread not this one: EBADF */
	ACCESS_QUIRK_PERF = 1 << 7,   /* kernel.perf_event_paranoid; CAP_PERFMON passes unasked */
	ACCESS_QUIRK_EINVAL_MM = 1 << 8, /* without memory EINVAL, afterwards */
};

struct access_operation_info {
	const char *word; /* in JSON and on the screen: "process_vm_readv" */
	enum access_rule_operation rule;
	bool real_creds; /* the tracer's real ids count (else its fs ids), and permitted (else
			  * effective) capabilities in commoncap's comparison */
	int err;	 /* positive errno that a denial becomes */
	unsigned quirks; /* ACCESS_QUIRK_* */
};

/* The table's row of an operation. Never NULL. */
const struct access_operation_info *access_operation_info(enum access_operation op);

/* Finds an operation by its word. Returns 0 or -ENOENT. */
int access_operation_find(const char *word, enum access_operation *ret);

/* The checks, in the order in which the kernel makes them. */
enum access_check {
	ACCESS_CHECK_TASK,	   /* it is there, and of a kind that the call takes */
	ACCESS_CHECK_FILE,	   /* owner and mode of the file in /proc/PID */
	ACCESS_CHECK_PRIVILEGE,	   /* what the call asks for by itself */
	ACCESS_CHECK_MEMORY,	   /* there is memory to look at; a shared one passes all */
	ACCESS_CHECK_GROUP,	   /* threads of one process pass all that follows */
	ACCESS_CHECK_CREDENTIALS,  /* ids, or CAP_SYS_PTRACE */
	ACCESS_CHECK_DUMPABLE,	   /* dumpable, or CAP_SYS_PTRACE where it was executed */
	ACCESS_CHECK_CAPABILITIES, /* commoncap: none that the tracer lacks, or CAP_SYS_PTRACE */
	ACCESS_CHECK_YAMA,
	ACCESS_CHECK_OTHERS, /* other security modules */
	ACCESS_CHECK_STATE,  /* exited, traced already, nothing left to look at */
	_ACCESS_CHECK_MAX,
};

/* Word of a check in JSON and on the screen: "credentials". */
const char *access_check_word(enum access_check c);

enum access_result {
	ACCESS_PASS,
	ACCESS_DENY,
	ACCESS_UNKNOWN,
	ACCESS_SKIPPED, /* not reached, or not part of this operation */
};

/* "pass", "deny", "unknown", "skipped". */
const char *access_result_word(enum access_result r);

/* X(NAME, word): why a step ended as it did. */
#define ACCESS_REASONS(X)                        \
	X(NONE, "none")                          \
	X(NOT_ASKED, "not-asked")                \
	X(NOT_REACHED, "not-reached")            \
	X(THERE, "there")                        \
	X(GONE, "gone")                          \
	X(KERNEL_THREAD, "kernel-thread")        \
	X(OWN_PROCESS, "own-process")            \
	X(NO_MEMORY, "no-memory")                \
	X(SHARED_MEMORY, "shared-memory")        \
	X(FILE_OWNER, "file-owner")              \
	X(FILE_CAPABLE, "file-capability")       \
	X(FILE_OF_OTHER, "file-of-other")        \
	X(CAP_MISSING, "capability-missing")     \
	X(PERF_PARANOID, "perf-paranoid")        \
	X(PRIVILEGED, "privileged")              \
	X(SAME_GROUP, "same-process")            \
	X(OTHER_GROUP, "other-process")          \
	X(IDS_EQUAL, "ids-equal")                \
	X(IDS_DIFFER, "ids-differ")              \
	X(CAPABLE, "capable")                    \
	X(DUMPABLE, "dumpable")                  \
	X(NOT_DUMPABLE, "not-dumpable")          \
	X(CAPS_SUBSET, "no-more-capabilities")   \
	X(CAPS_MORE, "more-capabilities")        \
	X(OTHER_USERNS, "other-user-namespace")  \
	X(NO_YAMA, "no-yama")                    \
	X(READ_MODE, "read-mode")                \
	X(LEVEL_ALLOWS, "level-allows")          \
	X(DESCENDANT, "descendant")              \
	X(TRACING, "already-its-tracer")         \
	X(DECLARED, "declared-tracer")           \
	X(NO_RELATION, "no-relation")            \
	X(NOT_CAPABLE, "not-capable")            \
	X(LEVEL_FORBIDS, "level-forbids")        \
	X(LEVEL_UNSEEN, "level-not-seen")        \
	X(NONE_SEEN, "none-seen")                \
	X(OTHER_MODULE, "other-security-module") \
	X(EXITED, "exited")                      \
	X(TRACED, "already-traced")

enum access_reason {
#define X(NAME, word) ACCESS_REASON_##NAME,
	ACCESS_REASONS(X)
#undef X
		_ACCESS_REASON_MAX,
};

/* Word of a reason in JSON. */
const char *access_reason_word(enum access_reason r);

/* Facts that could not be seen and that an unknown step hangs on. Bits. */
enum access_unseen {
	ACCESS_UNSEEN_IDS = 1 << 0,    /* ids, of either side */
	ACCESS_UNSEEN_CAPS = 1 << 1,   /* capabilities of either side */
	ACCESS_UNSEEN_USERNS = 1 << 2, /* user namespaces, or who owns one */
	ACCESS_UNSEEN_DUMPABLE = 1 << 3,
	ACCESS_UNSEEN_DESCENDANT = 1 << 4, /* the chain of parents */
	ACCESS_UNSEEN_TRACING = 1 << 5,
	ACCESS_UNSEEN_DECLARED = 1 << 6, /* PR_SET_PTRACER */
	ACCESS_UNSEEN_LEVEL = 1 << 7,
	ACCESS_UNSEEN_OTHERS = 1 << 8, /* what another security module says */
	ACCESS_UNSEEN_STATE = 1 << 9,  /* of the tracee, incl. whether memory is shared */
};

struct access_step {
	enum access_result result;
	enum access_reason reason; /* of a pass or a denial; of an unknown: of the denial, if it is
				    * one */
	unsigned unseen;	   /* ACCESS_UNSEEN_*; 0 unless unknown */
};

struct access_verdict {
	enum access_result result; /* pass, deny or unknown */
	int err;		   /* positive errno of a denial, also of a possible one; 0: pass */
	/* the check that denies, that passes all, or is the first unknown; _ACCESS_CHECK_MAX where
	 * each had its say and passed */
	enum access_check decided;
	struct access_step steps[_ACCESS_CHECK_MAX]; /* by check */
};

/*
 * What the kernel answers to an operation of tracer on tracee.
 *
 * For ACCESS_TRACEME the tracee is the caller and tracer its parent. Pass means that the kernel
 * permits: what the call does then with its other arguments is not modelled.
 */
struct access_verdict access_decide(enum access_operation op, const struct access_task *tracer,
				    const struct access_task *tracee,
				    const struct access_pair *pair, const struct access_env *env);

/*
 * ns_capable(): whether a task has a capability in a user namespace: effective in its own namespace
 * or one above, or its euid made one of those between, from its own namespace.
 *
 * @ns: or NULL where it could not be seen
 */
enum fact access_capable(const struct access_task *t, const struct access_userns *ns,
			 enum access_cap cap);
