/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel as the judge. A denied try is no secret: Yama logs it, and monitoring may see it, so
 * the user asks for it. It can wait for a program that is being executed, hence the child.
 */
#include "explain.h"

#include "fd.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ORACLE_TIMEOUT_MS 1000

/* An address that belongs to the kernel on every architecture: reading there is EFAULT once access
 * is granted. */
#define BAD_ADDRESS ((void *)-4096L)

static int try_attach(pid_t pid)
{
	char byte;
	const struct iovec local = {.iov_base = &byte, .iov_len = 1};
	const struct iovec remote = {.iov_base = BAD_ADDRESS, .iov_len = 1};

	if (process_vm_readv(pid, &local, 1, &remote, 1, 0) >= 0 || errno == EFAULT)
		return 0;
	return errno;
}

static int try_read(pid_t pid)
{
	void *head;
	size_t len;

	return syscall(SYS_get_robust_list, pid, &head, &len) == 0 ? 0 : errno;
}

static int ask(pid_t child, int fd, int *ret_err)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n = poll(&p, 1, ORACLE_TIMEOUT_MS), r = -ETIMEDOUT;

	if (n == 1 && read(fd, ret_err, sizeof(*ret_err)) == (ssize_t)sizeof(*ret_err))
		r = 0;
	(void)kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}

enum oracle explain_ask(uint32_t pid, bool read, int *ret_err)
{
	_cleanup_fd_ int in = -EBADF, out = -EBADF;
	int fds[2], err = 0;
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return ORACLE_NO_ANSWER;
	in = fds[0];
	out = fds[1];
	child = fork();
	if (child < 0)
		return ORACLE_NO_ANSWER;
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		err = read ? try_read((pid_t)pid) : try_attach((pid_t)pid);
		_exit(fd_write_all(out, &err, sizeof(err)) < 0);
	}
	out = fd_close(out);
	if (ask(child, in, &err) < 0)
		return ORACLE_NO_ANSWER;
	*ret_err = err;
	switch (err) {
	case 0:
		return ORACLE_ALLOWED;
	case EPERM:
	case EACCES:
		return ORACLE_DENIED;
	case ESRCH:
		return ORACLE_GONE;
	default:
		return ORACLE_NO_ANSWER;
	}
}
