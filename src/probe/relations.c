/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The relations. Each is a row that says where the tracee stands, what it does to itself first, and
 * which facts then hold; the code below builds the shapes:
 *
 *	child       director - tracer - tracee
 *	grandchild  director - tracer - middle - tracee
 *	orphan      director - tracer - middle - tracee, and the middle ends: director - tracee
 *	parent      director - tracee - tracer
 *	sibling     director - tracer
 *	                     - tracee
 */
#include "access-rule.h"
#include "probe-impl.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fd.h"

#define BIT(operation) (1U << PROBE_##operation)
#define NO_TRACEME     BIT(TRACEME)
#define NO_PTRACE      (BIT(TRACEME) | BIT(ATTACH) | BIT(SEIZE))

/* clang-format off */
const struct relation probe_relations[_PROBE_RELATION_MAX] = {
	/* ptrace_attach() takes no thread of its own process, before any other check. */
	[PROBE_SELF] = {SHAPE_SELF, .facts = ACCESS_FACT_SAME_GROUP, .without = NO_PTRACE},
	/* A thread has no pidfd of its own before Linux 6.9. */
	[PROBE_THREAD] = {SHAPE_THREAD, .facts = ACCESS_FACT_SAME_GROUP, .without = NO_PTRACE | BIT(GETFD)},
	[PROBE_CHILD] = {SHAPE_CHILD, .facts = ACCESS_FACT_DESCENDANT},
	[PROBE_GRANDCHILD] = {SHAPE_GRANDCHILD, .facts = ACCESS_FACT_DESCENDANT, .without = NO_TRACEME},
	[PROBE_CHILD_EXEC] = {SHAPE_CHILD, PREPARE_EXEC, ACCESS_FACT_DESCENDANT, .without = NO_TRACEME},
	[PROBE_TRACED] = {SHAPE_SIBLING, PREPARE_TRACED, ACCESS_FACT_TRACING, .without = NO_PTRACE},
	[PROBE_DECLARED] = {SHAPE_SIBLING, PREPARE_DECLARE, ACCESS_FACT_DECLARED, .without = NO_TRACEME},
	[PROBE_DECLARED_ANY] = {SHAPE_SIBLING, PREPARE_DECLARE_ANY, ACCESS_FACT_DECLARED, .without = NO_TRACEME},
	[PROBE_DECLARED_THREAD] = {SHAPE_SIBLING, PREPARE_DECLARE_THREAD, ACCESS_FACT_DECLARED, .without = NO_TRACEME},
	[PROBE_DECLARED_ANCESTOR] = {SHAPE_SIBLING, PREPARE_DECLARE_ANCESTOR, ACCESS_FACT_DECLARED, .without = NO_TRACEME},
	[PROBE_DECLARED_EXEC] = {SHAPE_SIBLING, PREPARE_DECLARE_EXEC, ACCESS_FACT_DECLARED, .without = NO_TRACEME},
	/* Who owns a user namespace has all capabilities in it, seen from the one it was made in. */
	[PROBE_NAMESPACE] = {SHAPE_SIBLING, PREPARE_NAMESPACE, ACCESS_FACT_CAPABLE, .without = NO_TRACEME},
	[PROBE_SIBLING] = {SHAPE_SIBLING, .without = NO_TRACEME},
	[PROBE_ORPHAN] = {SHAPE_ORPHAN, .without = NO_TRACEME},
	[PROBE_PARENT] = {SHAPE_PARENT, .without = NO_TRACEME},
	[PROBE_DECLARED_OTHER] = {SHAPE_SIBLING, PREPARE_DECLARE_SELF, .without = NO_TRACEME},
	[PROBE_DECLARED_CLEARED] = {SHAPE_SIBLING, PREPARE_DECLARE_CLEARED, .without = NO_TRACEME},
	[PROBE_NONDUMPABLE] = {SHAPE_CHILD, PREPARE_NONDUMPABLE, ACCESS_FACT_DESCENDANT, .denied = true,
		.without = NO_TRACEME},
	[PROBE_CHILD_CAPS] = {SHAPE_CHILD, .facts = ACCESS_FACT_DESCENDANT, .denied = true, .tracee_caps = true,
		.without = NO_TRACEME},
	[PROBE_OTHER_UID] = {SHAPE_SIBLING, PREPARE_UID, .denied = true, .without = NO_TRACEME},
	[PROBE_CAP_CHILD] = {SHAPE_CHILD, .facts = ACCESS_FACT_DESCENDANT | ACCESS_FACT_CAPABLE, .tracer_caps = true},
	[PROBE_CAP_SIBLING] = {SHAPE_SIBLING, .facts = ACCESS_FACT_CAPABLE, .tracer_caps = true, .without = NO_TRACEME},
	[PROBE_CAP_NONDUMPABLE] = {SHAPE_SIBLING, PREPARE_NONDUMPABLE, ACCESS_FACT_CAPABLE, .tracer_caps = true,
		.without = NO_TRACEME},
	[PROBE_CAP_OTHER_UID] = {SHAPE_SIBLING, PREPARE_UID, ACCESS_FACT_CAPABLE, .tracer_caps = true,
		.without = NO_TRACEME},
};
/* clang-format on */

static void try_all(struct stage *st, pid_t pid)
{
	struct probe *p = &st->shared->probe;

	for (int o = 0; o < _PROBE_OPERATION_MAX; o++) {
		if (st->r->without & (1U << o))
			continue;
		if (p->blocked[o]) {
			p->result[st->relation][o] = p->blocked[o];
			continue;
		}
		st->shared->current = o;
		p->result[st->relation][o] =
			(int16_t)(o == PROBE_TRACEME ? operation_traceme(st)
						     : operation_try(st->shared,
								     (enum probe_operation)o, pid));
	}
	st->shared->current = -1;
}

static int drop_unless(bool keep)
{
	return keep ? 0 : drop_capabilities();
}

struct thread {
	int ready[2]; /* pipes: its number to us, and the end to it */
	int end[2];
};

static void *thread_body(void *arg)
{
	const struct thread *t = arg;
	pid_t tid = (pid_t)syscall(SYS_gettid);
	char end;

	(void)!write(t->ready[1], &tid, sizeof(tid));
	(void)!read(t->end[0], &end, 1);
	return NULL;
}

/* The tracer tries another thread of its own; the process ends soon after, and the thread with it.
 */
static int try_thread(struct stage *st)
{
	struct thread t;
	pthread_t thread;
	pid_t tid;
	int r;

	if (pipe2(t.ready, O_CLOEXEC) < 0 || pipe2(t.end, O_CLOEXEC) < 0)
		return -errno;
	r = pthread_create(&thread, NULL, thread_body, &t);
	if (r != 0)
		return -r;
	if (read(t.ready[0], &tid, sizeof(tid)) != sizeof(tid))
		return -EPIPE;
	try_all(st, tid);
	(void)fd_close(t.end[1]);
	return -pthread_join(thread, NULL);
}

/* The tracee as a child of the caller. It stays until it is killed. */
static int make_tracee(struct stage *st, struct link *ret)
{
	const bool exec = st->r->prepare == PREPARE_EXEC || st->r->prepare == PREPARE_DECLARE_EXEC;
	int answer, r;

	r = spawn(st, tracee_body, true, ret);
	if (r < 0)
		return r;
	/* The program sends it back: then it runs. */
	if (exec)
		r = tell(ret->fd, 0);
	if (r == 0)
		r = hear(ret->fd, &answer);
	return r < 0 ? r : answer;
}

static void middle_body(struct stage *st)
{
	struct link tracee;

	(void)tell(st->up, make_tracee(st, &tracee));
	for (;;)
		(void)pause();
}

static int try_grandchild(struct stage *st)
{
	struct link middle;
	int answer, r = spawn(st, middle_body, true, &middle);

	if (r == 0)
		r = hear(middle.fd, &answer);
	if (r == 0)
		r = answer;
	if (r == 0)
		r = drop_unless(st->r->tracer_caps);
	if (r == 0)
		try_all(st, st->shared->tracee);
	return r;
}

static void leaving_body(struct stage *st)
{
	struct link tracee;

	st->tracer = getpid(); /* of which the tracee sees that it has ended */
	(void)spawn(st, tracee_body, false, &tracee);
}

static int try_orphan(struct stage *st)
{
	struct link middle;
	int side[2], answer, status, r;

	if (pipe2(side, O_CLOEXEC) < 0)
		return -errno;
	st->side = side[1];
	r = spawn(st, leaving_body, true, &middle);
	if (r < 0)
		return r;
	(void)await(middle.pid, &status);
	(void)fd_close(side[1]);
	if (read(side[0], &answer, sizeof(answer)) != sizeof(answer))
		return -EPIPE;
	r = answer;
	if (r == 0)
		r = drop_unless(st->r->tracer_caps);
	if (r == 0)
		try_all(st, st->shared->tracee);
	return r;
}

static int try_child(struct stage *st)
{
	struct link tracee;
	int r = make_tracee(st, &tracee);

	if (r == 0)
		r = drop_unless(st->r->tracer_caps);
	if (r == 0)
		try_all(st, tracee.pid);
	return r;
}

/* The director tells when the tracee is ready, and, for a traced one, when it is to be seized and
 * when its declaration is gone. */
static int try_sibling(struct stage *st)
{
	int word, r = drop_unless(st->r->tracer_caps);

	if (r == 0)
		r = hear(st->up, &word);
	if (r == 0 && st->r->prepare == PREPARE_TRACED) {
		if (ptrace(PTRACE_SEIZE, st->shared->tracee, NULL, NULL) < 0)
			return -errno;
		r = tell(st->up, 0);
		if (r == 0)
			r = hear(st->up, &word);
	}
	if (r == 0)
		try_all(st, st->shared->tracee);
	return r;
}

static void tracer_body(struct stage *st)
{
	int r = 0;

	switch (st->r->shape) {
	case SHAPE_SELF:
	case SHAPE_THREAD:
		r = drop_unless(st->r->tracer_caps);
		if (r == 0 && st->r->shape == SHAPE_THREAD)
			r = try_thread(st);
		else if (r == 0)
			try_all(st, getpid());
		break;
	case SHAPE_CHILD:
		r = try_child(st);
		break;
	case SHAPE_GRANDCHILD:
		r = try_grandchild(st);
		break;
	case SHAPE_ORPHAN:
		r = try_orphan(st);
		break;
	case SHAPE_SIBLING:
		r = try_sibling(st);
		break;
	case SHAPE_PARENT:
		r = drop_unless(st->r->tracer_caps);
		if (r == 0)
			try_all(st, getppid());
		break;
	}
	(void)tell(st->up, r);
}

/* The tracee of the parent shape: makes its tracer, and passes on what that says. */
static void parent_body(struct stage *st)
{
	struct link tracer;
	int answer, r = drop_unless(st->r->tracee_caps);

	st->shared->tracee = getpid();
	if (r == 0)
		r = spawn(st, tracer_body, true, &tracer);
	if (r == 0)
		r = hear(tracer.fd, &answer);
	(void)tell(st->up, r < 0 ? r : answer);
}

/* What the director says between making both processes and hearing how it went. */
static int direct_sibling(struct stage *st, const struct link *tracer, struct link *tracee)
{
	int word, r;

	st->tracer = tracer->pid;
	r = make_tracee(st, tracee);
	if (r < 0)
		return r;
	st->shared->tracee = tracee->pid;
	r = tell(tracer->fd, 0);
	if (r < 0 || st->r->prepare != PREPARE_TRACED)
		return r;
	r = hear(tracer->fd, &word);
	if (r < 0 || word < 0)
		return r < 0 ? r : word;
	r = tell(tracee->fd, 0);
	if (r == 0)
		r = hear(tracee->fd, &word);
	return r < 0 ? r : tell(tracer->fd, 0);
}

/* Ends what is left of a relation; all of it comes back to the director, the subreaper. */
static void clear_stage(const struct stage *st, const struct link *first)
{
	(void)kill(first->pid, SIGKILL);
	if (st->shared->tracee > 0)
		(void)kill(st->shared->tracee, SIGKILL);
	for (;;) {
		if (waitpid(-1, NULL, __WALL) < 0 && errno != EINTR)
			return;
	}
}

void relation_run(struct stage *st)
{
	struct link first, tracee = {.fd = -EBADF};
	struct probe *p = &st->shared->probe;
	int answer, r;

	st->shared->tracee = 0;
	r = spawn(st, st->r->shape == SHAPE_PARENT ? parent_body : tracer_body, true, &first);
	if (r < 0) {
		p->skipped[st->relation] = (int16_t)-r;
		return;
	}
	if (st->r->shape == SHAPE_SIBLING)
		r = direct_sibling(st, &first, &tracee);
	if (r == 0)
		r = hear(first.fd, &answer);
	if (r == 0)
		r = answer;
	if (r < 0)
		p->skipped[st->relation] = (int16_t)(r == -EPIPE ? ECHILD : -r);
	/* Killed while it tried: what it tried is what killed it. */
	if (r == -EPIPE && st->shared->current >= 0)
		p->result[st->relation][st->shared->current] = PROBE_KILLED;
	clear_stage(st, &first);
	(void)fd_close(first.fd);
	(void)fd_close(tracee.fd);
}
