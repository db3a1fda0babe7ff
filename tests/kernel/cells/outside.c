/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "outside.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct snapshot_process *see(struct snapshot *s, pid_t pid)
{
	size_t i;

	if (pid <= 0 || snapshot_add(s, (uint32_t)pid, &i) < 0 || snapshot_add_parents(s, i) < 0)
		return NULL;
	return snapshot_find(s, (uint32_t)pid);
}

int outside_init(struct outside *o, const struct model_pair *p, const struct model *m)
{
	struct error e = {0};
	int r;

	*o = (struct outside){.model = m};
	r = tree_open(&o->tree, "/");
	r = r ? r : snapshot_open(o->tree, &o->snapshot, &e);
	error_done(&e);
	if (r < 0)
		return r;
	/* Reading one may move the others: they are looked up when all are there. */
	(void)see(&o->snapshot, p->tracer_tid);
	(void)see(&o->snapshot, p->tracee_tid);
	(void)see(&o->snapshot, m->parent_tid);
	o->tracer = snapshot_find(&o->snapshot, (uint32_t)p->tracer_tid);
	o->tracee = snapshot_find(&o->snapshot, (uint32_t)p->tracee_tid);
	o->parent = snapshot_find(&o->snapshot, (uint32_t)m->parent_tid);
	return o->tracer ? 0 : -ESRCH;
}

void outside_done(struct outside *o)
{
	snapshot_done(&o->snapshot);
	tree_free(o->tree);
	*o = (struct outside){0};
}

bool outside_sees(const struct outside *o, enum access_operation op)
{
	return o->tracee && (op != ACCESS_TRACEME || o->parent) && !o->model->unseen;
}

struct access_verdict outside_decide(struct outside *o, enum access_operation op, bool declared)
{
	const bool traceme = op == ACCESS_TRACEME;
	const struct access_pair *known = traceme ? &o->model->parent_pair : &o->model->pair;
	const struct snapshot_process *by = traceme ? o->parent : o->tracer;
	struct access_task tracer = snapshot_task(&o->snapshot, by);
	struct access_task tracee = snapshot_task(&o->snapshot, o->tracee);
	struct access_pair pair = snapshot_pair(&o->snapshot, by, o->tracee);

	pair.others = known->others;
	if (declared)
		pair.declared = known->declared;
	return access_decide(op, &tracer, &tracee, &pair, &o->model->env);
}

int outside_explain(const struct model_pair *p, const char *mode)
{
	char tracer[16], tracee[16];
	int status;
	pid_t pid;

	(void)snprintf(tracer, sizeof(tracer), "%d", p->tracer_tid);
	(void)snprintf(tracee, sizeof(tracee), "%d", p->tracee_tid);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		if (null < 0 || dup2(null, 1) < 0)
			_exit(127);
		(void)execlp("ptscope", "ptscope", "explain", "--mode", mode, tracer, tracee, NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}
