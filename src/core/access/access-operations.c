/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of operations: mode, credentials and errno of each call site, read in Linux 6.1. */
#include "access.h"

#include <assert.h>

#define PROC_OWNER (ACCESS_QUIRK_PROC | ACCESS_QUIRK_OWNER)

static const struct access_operation_info operations[] = {
	/* kernel/ptrace.c:ptrace_attach() */
	[ACCESS_ATTACH] = {"attach", ACCESS_RULE_ATTACH, true, EPERM, ACCESS_QUIRK_PTRACE},
	[ACCESS_SEIZE] = {"seize", ACCESS_RULE_ATTACH, true, EPERM, ACCESS_QUIRK_PTRACE},
	/* kernel/ptrace.c:ptrace_traceme() */
	[ACCESS_TRACEME] = {"traceme", ACCESS_RULE_TRACEME, true, EPERM, 0},
	/* mm/process_vm_access.c: EACCES of mm_access() becomes EPERM */
	[ACCESS_VM_READV] = {"process_vm_readv", ACCESS_RULE_ATTACH, true, EPERM, ACCESS_QUIRK_MM},
	[ACCESS_VM_WRITEV] = {"process_vm_writev", ACCESS_RULE_ATTACH, true, EPERM,
			      ACCESS_QUIRK_MM},
	/* fs/proc/base.c: mem_open(); lock_trace() at the read of the next three */
	[ACCESS_MEM] = {"mem", ACCESS_RULE_ATTACH, false, EACCES, PROC_OWNER | ACCESS_QUIRK_MM},
	[ACCESS_STACK] = {"stack", ACCESS_RULE_ATTACH, false, EPERM,
			  PROC_OWNER | ACCESS_QUIRK_ADMIN},
	[ACCESS_SYSCALL] = {"syscall", ACCESS_RULE_ATTACH, false, EPERM, PROC_OWNER},
	[ACCESS_PERSONALITY] = {"personality", ACCESS_RULE_ATTACH, false, EPERM, PROC_OWNER},
	[ACCESS_ENVIRON] = {"environ", ACCESS_RULE_READ, false, EACCES,
			    PROC_OWNER | ACCESS_QUIRK_MM},
	[ACCESS_AUXV] = {"auxv", ACCESS_RULE_READ, false, EACCES, PROC_OWNER | ACCESS_QUIRK_MM},
	[ACCESS_MAPS] = {"maps", ACCESS_RULE_READ, false, EACCES,
			 ACCESS_QUIRK_PROC | ACCESS_QUIRK_MM},
	/* fs/proc/fd.c:proc_fd_permission(), then proc_fd_access_allowed() */
	[ACCESS_FD] = {"fd", ACCESS_RULE_READ, false, EACCES, PROC_OWNER | ACCESS_QUIRK_OWN_FD},
	/* kernel/pid.c:__pidfd_fget() */
	[ACCESS_PIDFD_GETFD] = {"pidfd_getfd", ACCESS_RULE_ATTACH, true, EPERM, ACCESS_QUIRK_FILES},
	/* kernel/kcmp.c */
	[ACCESS_KCMP] = {"kcmp", ACCESS_RULE_READ, true, EPERM, 0},
	/* kernel/events/core.c:perf_check_permission() */
	[ACCESS_PERF] = {"perf_event_open", ACCESS_RULE_READ, true, EACCES, ACCESS_QUIRK_PERF},
	[ACCESS_PERF_SIGTRAP] = {"perf_event_open+sigtrap", ACCESS_RULE_ATTACH, true, EACCES,
				 ACCESS_QUIRK_PERF},
	/* kernel/futex/syscalls.c */
	[ACCESS_ROBUST_LIST] = {"get_robust_list", ACCESS_RULE_READ, true, EPERM, 0},
	/* mm/migrate.c:find_mm_struct() */
	[ACCESS_MOVE_PAGES] = {"move_pages", ACCESS_RULE_READ, true, EPERM, ACCESS_QUIRK_EINVAL_MM},
	/* mm/madvise.c */
	[ACCESS_MADVISE] = {"process_madvise", ACCESS_RULE_READ, false, EACCES,
			    ACCESS_QUIRK_MM | ACCESS_QUIRK_NICE},
};
static_assert(ELEMENTSOF(operations) == _ACCESS_OPERATION_MAX, "a row for each operation");
static_assert(_ACCESS_OPERATION_MAX <= 32, "esrch_without_mm has a bit for each");

const struct access_operation_info *access_operation_info(enum access_operation op)
{
	return &operations[op];
}

int access_operation_find(const char *word, enum access_operation *ret)
{
	for (size_t i = 0; i < ELEMENTSOF(operations); i++) {
		if (streq(operations[i].word, word)) {
			*ret = (enum access_operation)i;
			return 0;
		}
	}
	return -ENOENT;
}

const char *access_check_word(enum access_check c)
{
	static const char *const words[] = {
		[ACCESS_CHECK_TASK] = "task",
		[ACCESS_CHECK_FILE] = "file",
		[ACCESS_CHECK_PRIVILEGE] = "privilege",
		[ACCESS_CHECK_MEMORY] = "memory",
		[ACCESS_CHECK_GROUP] = "process",
		[ACCESS_CHECK_CREDENTIALS] = "credentials",
		[ACCESS_CHECK_DUMPABLE] = "dumpable",
		[ACCESS_CHECK_CAPABILITIES] = "capabilities",
		[ACCESS_CHECK_YAMA] = "yama",
		[ACCESS_CHECK_OTHERS] = "others",
		[ACCESS_CHECK_STATE] = "state",
	};
	static_assert(ELEMENTSOF(words) == _ACCESS_CHECK_MAX, "a word for each check");

	return words[c];
}

const char *access_result_word(enum access_result r)
{
	static const char *const words[] = {
		[ACCESS_PASS] = "pass",
		[ACCESS_DENY] = "deny",
		[ACCESS_UNKNOWN] = "unknown",
		[ACCESS_SKIPPED] = "skipped",
	};

	return words[r];
}

const char *access_reason_word(enum access_reason r)
{
	static const char *const words[] = {
#define X(NAME, word) [ACCESS_REASON_##NAME] = (word),
		ACCESS_REASONS(X)
#undef X
	};

	return words[r];
}

/* "6.1", "6.1.0-56", not "6.12" */
static bool is_before_6_2(const char *release)
{
	if (release[0] >= '2' && release[0] <= '5' && release[1] == '.')
		return true;
	return (startswith(release, "6.0") || startswith(release, "6.1")) &&
	       !(release[3] >= '0' && release[3] <= '9');
}

void access_env_set_release(struct access_env *env, const char *release)
{
	const bool old = is_before_6_2(release);

	env->madvise_self_needs_nice = old;
	env->perf_sees_exited_first = old;
	env->esrch_without_mm = old ? 0
				    : UINT32_C(1) << ACCESS_MEM | UINT32_C(1) << ACCESS_ENVIRON |
						UINT32_C(1) << ACCESS_AUXV;
}
