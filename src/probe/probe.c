/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A run: forks the director, waits for it with a time limit, and leaves nothing behind.
 *
 * Nothing may outlive this process, whichever way it ends: the director has SIGKILL as its
 * parent-death signal, and so has each of its children. Nothing may outlive the call either: what
 * is left after the time limit is killed as a process group, comes back to this process as it is a
 * subreaper for so long, and is waited for by its group, so that no other child of the caller is
 * taken away from it.
 */
#include "probe-impl.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fd.h"

static uint64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000U + (uint64_t)t.tv_nsec / 1000U;
}

static void controls_body(struct stage *st)
{
	struct shared *sh = st->shared;

	for (int o = sh->current < 0 ? 0 : sh->current + 1; o < _PROBE_OPERATION_MAX; o++) {
		sh->current = o;
		sh->probe.blocked[o] = (int16_t)operation_control(sh, (enum probe_operation)o);
	}
	sh->current = _PROBE_OPERATION_MAX;
}

/* Each in a child, since a filter may kill who asks; then another child goes on after it. */
static int run_controls(struct stage *st)
{
	struct shared *sh = st->shared;

	sh->current = -1;
	while (sh->current < _PROBE_OPERATION_MAX) {
		int before = sh->current, status, r;
		struct link child;

		r = spawn(st, controls_body, true, &child);
		if (r < 0)
			return r;
		r = await(child.pid, &status);
		(void)fd_close(child.fd);
		if (r < 0)
			return r;
		if (sh->current == before)
			return -ECHILD;
		if (sh->current < _PROBE_OPERATION_MAX)
			sh->probe.blocked[sh->current] = PROBE_KILLED;
	}
	sh->current = -1;
	return 0;
}

/* Whether this relation can be set up by who runs. Returns 0 or a positive errno. */
static int relation_possible(const struct relation *r, bool privileged)
{
	bool wants = r->tracer_caps || r->tracee_caps || r->prepare == PREPARE_UID;

	return wants && !privileged ? EPERM : 0;
}

static void director(struct stage *st, pid_t parent)
{
	struct probe *p = &st->shared->probe;
	bool privileged = has_capabilities();
	int r;

	bind_to_parent(parent);
	(void)setpgid(0, 0);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		_exit(1);
	st->director = getpid();
	p->seccomp = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2;
	r = run_controls(st);
	for (int i = 0; r == 0 && i < _PROBE_RELATION_MAX; i++) {
		st->relation = (enum probe_relation)i;
		st->r = &probe_relations[i];
		p->skipped[i] = (int16_t)relation_possible(st->r, privileged);
		if (p->skipped[i] == 0)
			relation_run(st);
	}
	(void)tell(st->up, r);
	_exit(0);
}

/* Waits for the director's word. Returns 0 or what probe_run() does. */
static int listen_to(int fd, unsigned timeout_ms)
{
	const uint64_t end = now_us() + (uint64_t)timeout_ms * 1000U;
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	int answer, r;

	for (;;) {
		uint64_t now = now_us();

		r = now >= end ? 0 : poll(&pfd, 1, (int)((end - now + 999) / 1000));
		if (r > 0)
			break;
		if (r == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
	r = hear(fd, &answer);
	if (r < 0)
		return r == -EPIPE ? -ECHILD : r;
	return answer;
}

/* Ends the whole group, and waits for all of it. */
static void end_group(pid_t group)
{
	(void)kill(-group, SIGKILL);
	for (;;) {
		if (waitpid(-group, NULL, __WALL) < 0 && errno != EINTR)
			return;
	}
}

/* What is changed in this process for the time of a run. */
struct saved {
	struct sigaction sigchld;
	int subreaper;
};

static void prepare_process(struct saved *s)
{
	const struct sigaction usual = {.sa_handler = SIG_DFL};

	s->subreaper = 0;
	(void)prctl(PR_GET_CHILD_SUBREAPER, &s->subreaper, 0, 0, 0);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	(void)sigaction(SIGCHLD, &usual, &s->sigchld);
}

static void restore_process(const struct saved *s)
{
	(void)sigaction(SIGCHLD, &s->sigchld, NULL);
	(void)prctl(PR_SET_CHILD_SUBREAPER, s->subreaper, 0, 0, 0);
}

static int run_director(struct stage *st, unsigned timeout_ms)
{
	pid_t self = getpid(), pid;
	int pair[2], r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		(void)fd_close(pair[0]);
		st->up = pair[1];
		director(st, self);
	}
	r = pid < 0 ? -errno : 0;
	(void)fd_close(pair[1]);
	if (r == 0) {
		/* Both sides do it, so that it is done whoever comes first. */
		(void)setpgid(pid, pid);
		r = listen_to(pair[0], timeout_ms);
		end_group(pid);
	}
	(void)fd_close(pair[0]);
	return r;
}

int probe_run(unsigned timeout_ms, struct probe *ret, struct error *e)
{
	struct stage st = {.up = -EBADF, .side = -EBADF};
	const uint64_t start = now_us();
	struct saved saved;
	int r;

	st.shared = mmap(NULL, sizeof(*st.shared), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (st.shared == MAP_FAILED)
		return error_set(e, errno, NULL, 0, "cannot share memory with child processes");
	for (size_t i = 0; i < _PROBE_RELATION_MAX; i++)
		for (size_t k = 0; k < _PROBE_OPERATION_MAX; k++)
			st.shared->probe.result[i][k] = PROBE_NOT_TRIED;
	prepare_process(&saved);
	r = run_director(&st, timeout_ms);
	restore_process(&saved);
	if (r == 0) {
		*ret = st.shared->probe;
		ret->elapsed_us = now_us() - start;
	}
	(void)munmap(st.shared, sizeof(*st.shared));
	if (r == -ETIMEDOUT)
		return error_set(e, ETIMEDOUT, NULL, 0,
				 "the child processes did not answer within %u ms", timeout_ms);
	if (r == -ECHILD)
		return error_set(e, ECHILD, NULL, 0, "the child processes ended without an answer");
	return r < 0 ? error_set(e, -r, NULL, 0, "cannot make child processes") : 0;
}
