/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The processes. Each is bound to its parent by PR_SET_PDEATHSIG, so that the death of any, by
 * SIGKILL too, takes all below it along; the one that changes its parent binds itself again.
 *
 * They speak over a socket to their parent, one number at a time. A process closes its parent's own
 * socket, so that a dead one is seen as the end of the stream.
 */
#include "probe-impl.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"

/* A user that nothing runs as; it is "nobody" nearly everywhere. */
#define OTHER_UID 65534

int tell(int fd, int value)
{
	ssize_t n;

	do
		n = send(fd, &value, sizeof(value), MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int hear(int fd, int *ret)
{
	int value;
	ssize_t n;

	do
		n = recv(fd, &value, sizeof(value), MSG_WAITALL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n != sizeof(value))
		return -EPIPE;
	*ret = value;
	return 0;
}

int await(pid_t pid, int *ret_status)
{
	int status;

	while (waitpid(pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	*ret_status = status;
	return 0;
}

void bind_to_parent(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(1);
}

int spawn(struct stage *st, void (*body)(struct stage *st), bool bound, struct link *ret)
{
	pid_t parent = getpid(), pid;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid < 0) {
		int r = -errno;

		(void)fd_close(pair[0]);
		(void)fd_close(pair[1]);
		return r;
	}
	if (pid == 0) {
		if (bound)
			bind_to_parent(parent);
		(void)fd_close(pair[0]);
		(void)fd_close(st->up);
		st->up = pair[1];
		body(st);
		_exit(0);
	}
	(void)fd_close(pair[1]);
	*ret = (struct link){.pid = pid, .fd = pair[0]};
	return 0;
}

bool has_capabilities(void)
{
	static const int wanted[] = {CAP_SYS_PTRACE, CAP_SETUID, CAP_SETGID, CAP_KILL};
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &head, data) < 0)
		return false;
	for (size_t i = 0; i < ELEMENTSOF(wanted); i++)
		if (!(data[CAP_TO_INDEX(wanted[i])].effective & CAP_TO_MASK(wanted[i])))
			return false;
	return true;
}

int drop_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
	int bits;

	if (geteuid() == 0) {
		bits = prctl(PR_GET_SECUREBITS);
		if (bits < 0)
			return -errno;
		if (!(bits & SECBIT_NOROOT) && prctl(PR_SET_SECUREBITS, bits | SECBIT_NOROOT) < 0)
			return -errno;
	}
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

static int declare(struct stage *st, unsigned long who)
{
	/* Refused where there is no Yama: then the declaration is no fact, and the access is tried
	 * all the same. */
	if (prctl(PR_SET_PTRACER, who, 0, 0, 0) == 0)
		st->shared->probe.declares = true;
	return 0;
}

static void *declare_in_thread(void *arg)
{
	struct stage *st = arg;

	(void)declare(st, (unsigned long)st->tracer);
	return NULL;
}

static int declare_thread(struct stage *st)
{
	pthread_t thread;
	int r = pthread_create(&thread, NULL, declare_in_thread, st);

	return r != 0 ? -r : -pthread_join(thread, NULL);
}

/* Becomes cat(1), which sends back what it is told: the answer is what the parent hears. Returns
 * the errno of execve(2). */
static int become_program(struct stage *st)
{
	static const char *const paths[] = {"/bin/cat", "/usr/bin/cat"};
	char name[] = "cat", *argv[] = {name, NULL}, *envp[] = {NULL};

	if (dup2(st->up, STDIN_FILENO) < 0 || dup2(st->up, STDOUT_FILENO) < 0)
		return -errno;
	for (size_t i = 0; i < ELEMENTSOF(paths); i++)
		(void)execve(paths[i], argv, envp);
	return -errno;
}

static int become_other_user(void)
{
	pid_t parent = getppid();

	if (setresgid(OTHER_UID, OTHER_UID, OTHER_UID) < 0 ||
	    setresuid(OTHER_UID, OTHER_UID, OTHER_UID) < 0)
		return -errno;
	/* The kernel forgets the parent-death signal when credentials change. It is not dumpable
	 * from here on either, so that no other process of that user can look into it. */
	bind_to_parent(parent);
	return 0;
}

static int prepare(struct stage *st)
{
	switch (st->r->prepare) {
	case PREPARE_NOTHING:
		return 0;
	case PREPARE_EXEC:
		return become_program(st);
	case PREPARE_DECLARE:
		return declare(st, (unsigned long)st->tracer);
	case PREPARE_DECLARE_ANY:
	case PREPARE_TRACED:
		return declare(st, PR_SET_PTRACER_ANY);
	case PREPARE_DECLARE_THREAD:
		return declare_thread(st);
	case PREPARE_DECLARE_ANCESTOR:
		return declare(st, (unsigned long)st->director);
	case PREPARE_DECLARE_EXEC:
		(void)declare(st, (unsigned long)st->tracer);
		return become_program(st);
	case PREPARE_DECLARE_SELF:
		return declare(st, (unsigned long)getpid());
	case PREPARE_DECLARE_CLEARED:
		(void)declare(st, (unsigned long)st->tracer);
		return declare(st, 0);
	case PREPARE_NAMESPACE:
		return unshare(CLONE_NEWUSER) < 0 ? -errno : 0;
	case PREPARE_NONDUMPABLE:
		return prctl(PR_SET_DUMPABLE, 0) < 0 ? -errno : 0;
	case PREPARE_UID:
		return become_other_user();
	}
	return -EINVAL;
}

/* The process between has ended when the parent is another one; then this is bound to the director.
 */
static void change_parent(struct stage *st)
{
	const struct timespec pause = {.tv_nsec = 20000};
	int ignored;

	while (hear(st->up, &ignored) == 0)
		;
	while (getppid() == st->tracer)
		(void)nanosleep(&pause, NULL);
	bind_to_parent(st->director);
}

void tracee_body(struct stage *st)
{
	int r = 0, word;

	st->shared->tracee = getpid();
	if (st->r->shape == SHAPE_ORPHAN)
		change_parent(st);
	/* The user is changed first: it takes a capability. */
	if (st->r->prepare == PREPARE_UID)
		r = prepare(st);
	if (r == 0 && !st->r->tracee_caps)
		r = drop_capabilities();
	if (r == 0 && st->r->prepare != PREPARE_UID)
		r = prepare(st);
	if (st->r->shape == SHAPE_ORPHAN)
		(void)!write(st->side, &r, sizeof(r));
	else
		(void)tell(st->up, r);
	/* Traced: the tracer says when the declaration has done its part. */
	if (st->r->prepare == PREPARE_TRACED && hear(st->up, &word) == 0)
		(void)tell(st->up, prctl(PR_SET_PTRACER, 0, 0, 0, 0));
	for (;;)
		(void)pause();
}
