/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks for access as programs do that are not run here themselves, and says what came of it:
 *
 *	asker vm PID         reads a process's memory (py-spy, austin: process_vm_readv)
 *	asker getfd PID      takes a descriptor from it (PyTorch: pidfd_getfd)
 *	asker ptrace PID     attaches to it (debuggers: PTRACE_SEIZE)
 *	asker crash          crashes, and a process that it named as its tracer attaches to it, as
 *	                     crash reporters do (Breakpad, Crashpad, DrKonqi, createdump)
 *	asker share          a process that it named takes a descriptor from it (Level Zero)
 *
 * Exit status: 0 granted, 1 denied, 2 something else.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int from_errno(const char *what)
{
	int err = errno;

	(void)fprintf(stderr, "asker: %s: %s\n", what, strerror(err));
	return err == EPERM || err == EACCES ? 1 : 2;
}

/* An address that no process has: EFAULT comes after the check. */
static int ask_vm(pid_t pid)
{
	char byte;
	struct iovec here = {.iov_base = &byte, .iov_len = 1};
	struct iovec there = {.iov_base = NULL, .iov_len = 1};

	if (process_vm_readv(pid, &here, 1, &there, 1, 0) == 1 || errno == EFAULT)
		return 0;
	return from_errno("process_vm_readv");
}

static int ask_getfd(pid_t pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		return from_errno("pidfd_open");
	return syscall(SYS_pidfd_getfd, pidfd, 0, 0) >= 0 ? 0 : from_errno("pidfd_getfd");
}

static int ask_ptrace(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
		return from_errno("PTRACE_SEIZE");
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 || waitpid(pid, &status, __WALL) < 0)
		return from_errno("PTRACE_INTERRUPT");
	return ptrace(PTRACE_DETACH, pid, NULL, NULL) < 0 ? from_errno("PTRACE_DETACH") : 0;
}

/* The handler waits to be told of the crash, then attaches to its parent. */
static pid_t handler;
static int to_handler[2];

static void on_crash(int signal_number)
{
	int status = 0;
	char byte = 0;

	(void)!write(to_handler[1], &byte, 1);
	if (waitpid(handler, &status, 0) < 0 || !WIFEXITED(status))
		_exit(2);
	_exit(WEXITSTATUS(status));
}

static int be_handler(pid_t parent, int (*ask)(pid_t pid))
{
	char byte;

	(void)close(to_handler[1]);
	return read(to_handler[0], &byte, 1) == 1 ? ask(parent) : 2;
}

static int declared(int (*ask)(pid_t pid))
{
	pid_t self = getpid();

	if (pipe(to_handler) < 0)
		return 2;
	handler = fork();
	if (handler == 0)
		_exit(be_handler(self, ask));
	/* Refused where there is no Yama. */
	(void)prctl(PR_SET_PTRACER, handler, 0, 0, 0);
	(void)signal(SIGUSR1, on_crash);
	(void)raise(SIGUSR1);
	return 2;
}

int main(int argc, char **argv)
{
	pid_t pid = argc > 2 ? (pid_t)atoi(argv[2]) : 0;

	if (argc == 3 && strcmp(argv[1], "vm") == 0)
		return ask_vm(pid);
	if (argc == 3 && strcmp(argv[1], "getfd") == 0)
		return ask_getfd(pid);
	if (argc == 3 && strcmp(argv[1], "ptrace") == 0)
		return ask_ptrace(pid);
	if (argc == 2 && strcmp(argv[1], "crash") == 0)
		return declared(ask_ptrace);
	if (argc == 2 && strcmp(argv[1], "share") == 0)
		return declared(ask_getfd);
	return 2;
}
