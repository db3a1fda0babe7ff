/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "operations.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where nothing is ever mapped. */
#define BAD_ADDRESS ((void *)16)

static int error_of(long r)
{
	return r < 0 ? errno : 0;
}

/* Waits until the tracee has stopped, and lets it go. Some seconds are for a slow machine: longer
 * means that it cannot stop. */
static int let_go(pid_t pid)
{
	for (int i = 0; i < 5000; i++) {
		pid_t r = waitpid(pid, NULL, __WALL | WNOHANG);

		if (r == pid)
			return error_of(ptrace(PTRACE_DETACH, pid, NULL, NULL)) ? ECHILD : 0;
		if (r < 0)
			return ECHILD;
		(void)usleep(1000);
	}
	return ETIMEDOUT;
}

static int attach(pid_t pid)
{
	return ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0 ? errno : let_go(pid);
}

static int seize(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		return errno;
	return let_go(pid);
}

static int vm(long number, pid_t pid)
{
	char byte = 0;
	struct iovec mine = {&byte, 1}, theirs = {BAD_ADDRESS, 1};
	long r = syscall(number, pid, &mine, 1UL, &theirs, 1UL, 0UL);

	return r < 0 && errno != EFAULT ? errno : 0;
}

/* Opens /proc/PID/NAME, and reads where told to: some files ask only then. */
static int proc_file(pid_t pid, const char *name, bool read_too)
{
	char path[64], bytes[256];
	int fd, e = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (read_too && read(fd, bytes, sizeof(bytes)) < 0)
		e = errno;
	(void)close(fd);
	return e;
}

static int proc_fd(pid_t pid)
{
	char path[64], target[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/0", pid);
	return error_of(readlink(path, target, sizeof(target)));
}

static int getfd(pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), fd, e;

	if (pidfd < 0)
		return errno;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, 0, 0);
	e = error_of(fd);
	if (fd >= 0)
		(void)close(fd);
	(void)close(pidfd);
	return e;
}

static int perf(pid_t pid, bool sigtrap)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
		.sigtrap = sigtrap,
		.remove_on_exec = sigtrap,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return errno;
	(void)close(fd);
	return 0;
}

static int robust_list(pid_t pid)
{
	void *head;
	size_t len;

	return error_of(syscall(SYS_get_robust_list, pid, &head, &len));
}

static int move_pages(pid_t pid)
{
	void *page = BAD_ADDRESS;
	int status;

	return error_of(syscall(SYS_move_pages, pid, 1UL, &page, NULL, &status, 0));
}

static int advise(pid_t pid)
{
	struct iovec none = {NULL, 0};
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), e;

	if (pidfd < 0)
		return errno;
	e = error_of(syscall(SYS_process_madvise, pidfd, &none, 1UL, MADV_COLD, 0));
	(void)close(pidfd);
	return e;
}

static int operate_call(enum access_operation op, pid_t pid)
{
	switch (op) {
	case ACCESS_ATTACH:
		return attach(pid);
	case ACCESS_SEIZE:
		return seize(pid);
	case ACCESS_TRACEME:
		return error_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	case ACCESS_VM_READV:
		return vm(SYS_process_vm_readv, pid);
	case ACCESS_VM_WRITEV:
		return vm(SYS_process_vm_writev, pid);
	case ACCESS_PIDFD_GETFD:
		return getfd(pid);
	case ACCESS_KCMP:
		return error_of(
			syscall(SYS_kcmp, (pid_t)syscall(SYS_getpid), pid, KCMP_VM, 0UL, 0UL));
	case ACCESS_PERF:
	case ACCESS_PERF_SIGTRAP:
		return perf(pid, op == ACCESS_PERF_SIGTRAP);
	case ACCESS_ROBUST_LIST:
		return robust_list(pid);
	case ACCESS_MOVE_PAGES:
		return move_pages(pid);
	case ACCESS_MADVISE:
		return advise(pid);
	default:
		return ENOSYS;
	}
}

int operate(enum access_operation op, pid_t pid, pid_t proc_pid)
{
	switch (op) {
	case ACCESS_MEM:
		return proc_file(proc_pid, "mem", /* read_too= */ false);
	case ACCESS_STACK:
		return proc_file(proc_pid, "stack", /* read_too= */ true);
	case ACCESS_SYSCALL:
		return proc_file(proc_pid, "syscall", /* read_too= */ true);
	case ACCESS_PERSONALITY:
		return proc_file(proc_pid, "personality", /* read_too= */ true);
	case ACCESS_ENVIRON:
		return proc_file(proc_pid, "environ", /* read_too= */ false);
	case ACCESS_AUXV:
		return proc_file(proc_pid, "auxv", /* read_too= */ false);
	case ACCESS_MAPS:
		return proc_file(proc_pid, "maps", /* read_too= */ false);
	case ACCESS_FD:
		return proc_fd(proc_pid);
	default:
		return operate_call(op, pid);
	}
}
