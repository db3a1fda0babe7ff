/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operations, each undone at once: what was attached is detached, what was opened closed, and
 * what is written is what stood there.
 *
 * A control asks the same of the kernel where no access check applies (of the caller itself, or of
 * no process at all), so that a system call that is refused altogether, by a seccomp filter or
 * since the kernel lacks it, is told from an access that is denied.
 */
#include "probe-impl.h"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"

/* No process has this pid: the limit is 2^22. */
#define NO_PID 0x7ffffff0

static int try_ptrace(int request, pid_t pid)
{
	int status;

	if (ptrace((enum __ptrace_request)request, pid, NULL, NULL) < 0)
		return errno;
	/* Seized, it runs on; only one that has stopped can be let go. */
	if (request == PTRACE_SEIZE)
		(void)ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	if (await(pid, &status) == 0 && WIFSTOPPED(status))
		(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return 0;
}

/* EFAULT is an access that was granted, to an address that a program started since then lacks. */
static int try_vm(struct shared *sh, pid_t pid, bool write)
{
	unsigned char byte = sh->byte;
	struct iovec here = {.iov_base = &byte, .iov_len = 1};
	struct iovec there = {.iov_base = &sh->byte, .iov_len = 1};
	ssize_t n = write ? process_vm_writev(pid, &here, 1, &there, 1, 0)
			  : process_vm_readv(pid, &here, 1, &there, 1, 0);

	return n == 1 || (n < 0 && errno == EFAULT) ? 0 : n < 0 ? errno : EIO;
}

static int try_getfd(pid_t pid)
{
	_cleanup_fd_ int pidfd = (int)syscall(SYS_pidfd_open, pid, 0), fd = -EBADF;

	if (pidfd < 0)
		return errno;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, STDIN_FILENO, 0);
	return fd >= 0 || errno == EBADF ? 0 : errno;
}

static int try_open(pid_t pid, const char *name)
{
	_cleanup_fd_ int fd = -EBADF;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? errno : 0;
}

static int try_readlink(pid_t pid, const char *name)
{
	char path[64], target[1];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return readlink(path, target, sizeof(target)) < 0 ? errno : 0;
}

int operation_try(struct shared *sh, enum probe_operation o, pid_t pid)
{
	switch (o) {
	case PROBE_ATTACH:
		return try_ptrace(PTRACE_ATTACH, pid);
	case PROBE_SEIZE:
		return try_ptrace(PTRACE_SEIZE, pid);
	case PROBE_READV:
		return try_vm(sh, pid, false);
	case PROBE_WRITEV:
		return try_vm(sh, pid, true);
	case PROBE_MEM:
		return try_open(pid, "mem");
	case PROBE_GETFD:
		return try_getfd(pid);
	case PROBE_ENVIRON:
		return try_open(pid, "environ");
	case PROBE_MAPS:
		return try_open(pid, "maps");
	case PROBE_CWD:
		return try_readlink(pid, "cwd");
	case PROBE_KCMP:
		return syscall(SYS_kcmp, getpid(), pid, KCMP_VM, 0, 0) < 0 ? errno : 0;
	case PROBE_TRACEME:
	case _PROBE_OPERATION_MAX:
		break;
	}
	return EINVAL;
}

static void traceme_body(struct stage *st)
{
	/* The tracer's child has its own capabilities only where the relation says so. */
	int r = st->r->tracee_caps ? 0 : drop_capabilities();

	if (r == 0 && ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		r = -errno;
	(void)tell(st->up, r);
}

int operation_traceme(struct stage *st)
{
	struct link child;
	int r, answer = 0, status = 0;

	r = spawn(st, traceme_body, true, &child);
	if (r < 0)
		return -r;
	r = hear(child.fd, &answer);
	(void)fd_close(child.fd);
	(void)await(child.pid, &status);
	return r < 0 ? PROBE_KILLED : -answer;
}

/* /proc has to be there, and to count processes as we do. */
static int control_proc(void)
{
	char self[16], pid[16];
	ssize_t n = readlink("/proc/self", self, sizeof(self) - 1);

	if (n < 0)
		return errno;
	self[n] = '\0';
	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	return streq(self, pid) ? 0 : ESRCH;
}

int operation_control(struct shared *sh, enum probe_operation o)
{
	int r;

	switch (o) {
	case PROBE_ATTACH:
	case PROBE_TRACEME: /* has none of its own: the same system call */
		r = try_ptrace(PTRACE_ATTACH, NO_PID);
		return r == ESRCH ? 0 : r;
	case PROBE_SEIZE:
		r = try_ptrace(PTRACE_SEIZE, NO_PID);
		return r == ESRCH ? 0 : r;
	case PROBE_MEM:
	case PROBE_ENVIRON:
	case PROBE_MAPS:
	case PROBE_CWD:
		r = control_proc();
		return r != 0 ? r : operation_try(sh, o, getpid());
	default:
		return operation_try(sh, o, getpid());
	}
}
