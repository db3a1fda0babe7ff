/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an actor does. System calls that change credentials are made directly: the C library would
 * change them in every thread.
 */
#include "actor.h"

#include "operations.h"
#include "parse.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PR_SET_PTRACER
#define PR_SET_PTRACER 0x59616d61
#endif

static int far_ends[ACTORS_MAX]; /* the same in all of them */

static int error_of(long r)
{
	return r < 0 ? errno : 0;
}

static void say(int fd, const struct answer *a)
{
	if (send(fd, a, sizeof(*a), MSG_NOSIGNAL) < 0)
		_exit(99);
}

static int set_ids(int resid, int fsid, const int64_t *a)
{
	if (syscall(resid, (uid_t)a[0], (uid_t)a[1], (uid_t)a[2]) < 0)
		return errno;
	(void)syscall(fsid, (uid_t)a[3]);
	return (uid_t)syscall(fsid, (uid_t)-1) == (uid_t)a[3] ? 0 : EPERM;
}

static int become_user(int64_t id)
{
	const int64_t ids[ARGS_MAX] = {id, id, id, id};
	int e = 0;

	if (syscall(SYS_setgroups, 0, NULL) < 0)
		e = errno;
	e = e ? e : set_ids(SYS_setresgid, SYS_setfsgid, ids);
	e = e ? e : set_ids(SYS_setresuid, SYS_setfsuid, ids);
	return e ? e : error_of(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int set_groups(int64_t id)
{
	gid_t group = (gid_t)id;

	return error_of(syscall(SYS_setgroups, 1, &group));
}

static int set_caps(uint64_t effective, uint64_t permitted)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{(uint32_t)effective, (uint32_t)permitted, 0},
		{(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), 0},
	};

	return error_of(syscall(SYS_capset, &head, data));
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), e = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		e = errno;
	(void)close(fd);
	return e;
}

static int unshare_user(int64_t map)
{
	unsigned uid = (unsigned)syscall(SYS_geteuid), gid = (unsigned)syscall(SYS_getegid);
	char text[64];
	int e;

	if (unshare(CLONE_NEWUSER) < 0)
		return errno;
	if (map != MAP_OWN)
		return 0;
	(void)snprintf(text, sizeof(text), "0 %u 1\n", uid);
	e = write_file("/proc/self/uid_map", text);
	e = e ? e : write_file("/proc/self/setgroups", "deny");
	(void)snprintf(text, sizeof(text), "0 %u 1\n", gid);
	return e ? e : write_file("/proc/self/gid_map", text);
}

static int join_user(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), e;

	if (fd < 0)
		return errno;
	e = error_of(setns(fd, CLONE_NEWUSER));
	(void)close(fd);
	return e;
}

/* A domain with no rules: it confines ptrace, and the making of files, which nobody here does. */
static int landlock(void)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SOCK};
	int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0), e = 0;

	if (fd < 0)
		return errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		e = errno;
	(void)close(fd);
	return e;
}

static int run_shared(void *number)
{
	actor_run(*(int *)number, far_ends);
}

static void *run_thread(void *number)
{
	actor_run(*(int *)number, far_ends);
}

static int new_shared(int number)
{
	enum { STACK = 256 * 1024 };

	/* Neither is ever freed: the child lives in this memory, too. */
	char *stack = malloc(STACK);
	int *arg = malloc(sizeof(*arg));

	if (!stack || !arg)
		return ENOMEM;
	*arg = number;
	return error_of(clone(run_shared, stack + STACK, CLONE_VM | SIGCHLD, arg));
}

static int new_thread(int number)
{
	int *arg = malloc(sizeof(*arg)); /* the thread's */
	pthread_t thread;

	if (!arg)
		return ENOMEM;
	*arg = number;
	return pthread_create(&thread, NULL, run_thread, arg);
}

static int new_actor(enum verb verb, int number)
{
	pid_t pid;

	if (verb == VERB_FORK_VM)
		return new_shared(number);
	if (verb == VERB_THREAD)
		return new_thread(number);
	pid = verb == VERB_FORK ? fork()
				: (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0)
		actor_run(number, far_ends);
	return error_of(pid);
}

/* Not for ever: somebody else's tracee never comes. */
static int reap(pid_t pid)
{
	for (int i = 0; i < 500; i++) {
		pid_t r = waitpid(pid, NULL, __WALL | WNOHANG);

		if (r != 0)
			return r < 0 ? errno : 0;
		(void)usleep(1000);
	}
	return ETIMEDOUT;
}

static int execute(int number, const char *path)
{
	char words[ACTORS_MAX + 1][16], *argv[ACTORS_MAX + 4];
	char *env[] = {NULL};
	size_t n = 0;

	argv[n++] = (char *)path;
	argv[n++] = (char *)ACTOR_ARGUMENT;
	(void)snprintf(words[ACTORS_MAX], sizeof(words[0]), "%d", number);
	argv[n++] = words[ACTORS_MAX];
	for (int i = 0; i < ACTORS_MAX; i++) {
		(void)snprintf(words[i], sizeof(words[0]), "%d", far_ends[i]);
		argv[n++] = words[i];
	}
	argv[n] = NULL;
	(void)execve(path, argv, env);
	return errno;
}

static int set_ptracer(int64_t who)
{
	unsigned long arg = who == PTRACER_ANY	  ? -1UL
			    : who == PTRACER_NONE ? 0
						  : (unsigned long)who;

	return error_of(prctl(PR_SET_PTRACER, arg, 0, 0, 0));
}

/* What cannot be seen from outside. */
static void tell_self(struct answer *a)
{
	a->value = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
}

static int obey_identity(const struct order *o)
{
	switch ((int)o->verb) {
	case VERB_USER:
		return become_user(o->args[0]);
	case VERB_UIDS:
		return set_ids(SYS_setresuid, SYS_setfsuid, o->args);
	case VERB_GIDS:
		return set_ids(SYS_setresgid, SYS_setfsgid, o->args);
	case VERB_GROUPS:
		return set_groups(o->args[0]);
	case VERB_KEEPCAPS:
		return error_of(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	case VERB_CAPS:
		return set_caps((uint64_t)o->args[0], (uint64_t)o->args[1]);
	case VERB_DUMPABLE:
		return error_of(prctl(PR_SET_DUMPABLE, o->args[0], 0, 0, 0));
	case VERB_UNSHARE_USER:
		return unshare_user(o->args[0]);
	case VERB_UNSHARE_PID:
		return error_of(unshare(CLONE_NEWPID));
	case VERB_JOIN_USER:
		return join_user(o->path);
	case VERB_LANDLOCK:
		return landlock();
	default:
		return ENOSYS;
	}
}

static int obey(int number, const struct order *o, struct answer *a)
{
	switch ((int)o->verb) {
	case VERB_FORK:
	case VERB_FORK_PARENT:
	case VERB_FORK_VM:
	case VERB_THREAD:
		return new_actor((enum verb)o->verb, o->new_actor);
	case VERB_PTRACER:
		return set_ptracer(o->args[0]);
	case VERB_SUBREAPER:
		return error_of(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
	case VERB_EXIT:
		(void)syscall(SYS_exit, 0);
		return EIO;
	case VERB_REAP:
		return reap((pid_t)o->args[0]);
	case VERB_EXEC:
		return execute(number, o->path);
	case VERB_TRACE:
		return error_of(ptrace(PTRACE_SEIZE, (pid_t)o->args[0], NULL, NULL));
	case VERB_OPERATE:
		return operate((enum access_operation)o->args[0], (pid_t)o->args[1],
			       (pid_t)o->args[2]);
	case VERB_SELF:
		tell_self(a);
		return 0;
	default:
		return obey_identity(o);
	}
}

/* A size that no other has who does not share this memory: who shares it can then be seen. */
static void grow(int number)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	(void)mmap(NULL, page << number, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

void actor_run(int number, const int *far)
{
	struct answer a = {0};
	struct order o;

	if (far != far_ends)
		memcpy(far_ends, far, sizeof(far_ends));
	grow(number);
	a.tid = (int32_t)syscall(SYS_gettid);
	say(far_ends[number], &a);
	for (;;) {
		ssize_t n = recv(far_ends[number], &o, sizeof(o), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof(o))
			_exit(98);
		a = (struct answer){.tid = (int32_t)syscall(SYS_gettid)};
		a.err = obey(number, &o, &a);
		say(far_ends[number], &a);
	}
}

void actor_resume(int argc, char **argv)
{
	uint64_t number, fd;
	int far[ACTORS_MAX];

	if (argc != ACTORS_MAX + 3 || parse_uint(argv[2], ACTORS_MAX - 1, &number) < 0)
		_exit(97);
	for (int i = 0; i < ACTORS_MAX; i++) {
		if (parse_uint(argv[3 + i], 65535, &fd) < 0)
			_exit(97);
		far[i] = (int)fd;
	}
	actor_run((int)number, far);
}
