/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope exposure: who can attach to the processes that hold secrets, or to one process. */
#include "exposure-report.h"

#include "parse.h"

#define HOLDERS_CONF "/etc/ptscope/holders.conf"

static const struct option_spec options[] = {
	{"level", 0, "N", "answer for level N instead of the one in force"},
	{"uid", 0, "USER", "only processes of this user, by name or number"},
	{"all", 0, NULL, "every process, not only those that hold secrets"},
	{"scan", 0, "DIR", "look below DIR too for programs with cap_sys_ptrace"},
	{NULL},
};

static void report_done(struct exposure_report *r)
{
	exposure_done(&r->exposure);
	holders_done(&r->holders);
	hole_files_done(&r->files);
	free(r->host);
	free(r->attackers);
	processes_done(&r->processes);
}

int exposure_level(const struct exposure_report *r)
{
	return r->processes.env.yama == FACT_NO ? 0 : r->processes.env.level;
}

struct exposure_bounds exposure_now(const struct exposure_report *r,
				    const struct exposure_target *t)
{
	int level = exposure_level(r);

	return level >= 0 ? t->at[level] : (struct exposure_bounds){0, t->at[0].max};
}

static int uid_from(const struct invocation *in, const struct exposure_report *r, uint32_t *ret,
		    struct error *e)
{
	const char *word = invocation_value(in, "uid");
	const struct user *u;
	uint64_t uid;

	*ret = ACCESS_ID_UNSEEN;
	if (!word)
		return 0;
	u = users_by_name(&r->processes.users, word);
	if (u) {
		*ret = u->uid;
		return 0;
	}
	if (parse_uint(word, UINT32_MAX - 1, &uid) < 0)
		return error_set(e, EINVAL, NULL, 0,
				 "--uid: there is no user \"%s\" in /etc/passwd", word);
	*ret = (uint32_t)uid;
	return 0;
}

/* The built-in table, and the site's of this machine. */
static int read_holders(const struct invocation *in, struct exposure_report *r, struct error *e)
{
	int k = holders_builtin(&r->holders);

	if (k < 0)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	if (in->options.no_config)
		return 0;
	k = holders_load(HOLDERS_CONF, &r->holders, e);
	if (k != -ENOENT && k != -ENOTDIR)
		return k;
	error_done(e);
	return 0;
}

static int compare_attackers(const void *a, const void *b)
{
	const struct attacker *p = a, *q = b;

	if (p->privileged != q->privileged)
		return p->privileged ? 1 : -1;
	return p->process < q->process ? -1 : p->process > q->process;
}

/* Judges one process as a tracer. Returns 1 when it may, 0, or -ENOMEM. */
static int judge(struct exposure_report *r, uint32_t i, const struct snapshot_process *target)
{
	struct snapshot *s = &r->processes.snapshot;
	const struct access_task tracer = snapshot_task(s, &s->processes[i]),
				 tracee = snapshot_task(s, target);
	struct access_env env = r->processes.env;
	struct access_pair pair = snapshot_pair(s, &s->processes[i], target);
	struct attacker a = {.process = i};
	/* What ptrace() alone refuses (exited, traced) is no protection of memory. */
	const enum access_operation op = ACCESS_PIDFD_GETFD;

	if (!exposure_counts(&s->processes[i]) || s->processes[i].tgid == target->tgid)
		return 0;
	a.privileged = access_capable(&tracer, tracee.userns, ACCESS_CAP_SYS_PTRACE) == FACT_YES;
	a.now = access_decide(op, &tracer, &tracee, &pair, &env).result;
	env.yama = FACT_YES;
	for (env.level = 0; env.level < 4; env.level++)
		a.at[env.level] = access_decide(op, &tracer, &tracee, &pair, &env).result;
	if (a.at[0] == ACCESS_DENY)
		return 0;
	if (array_reserve(&r->attackers, r->n_attackers, &r->cap_attackers, sizeof(a)) < 0)
		return -ENOMEM;
	r->attackers[r->n_attackers++] = a;
	return 1;
}

static int list_attackers(struct exposure_report *r, struct error *e)
{
	const struct snapshot *s = &r->processes.snapshot;
	const struct snapshot_process *target = snapshot_find(s, r->target);

	if (!target)
		return error_set(e, ENOENT, NULL, 0, "there is no process %u", r->target);
	for (size_t i = 0; i < s->n; i++) {
		if (judge(r, (uint32_t)i, target) < 0)
			return error_set(e, ENOMEM, NULL, 0, "out of memory");
	}
	if (r->n_attackers > 1)
		qsort(r->attackers, r->n_attackers, sizeof(*r->attackers), compare_attackers);
	return 0;
}

static int count(const struct invocation *in, struct exposure_report *r, struct error *e)
{
	struct exposure_filter filter = {.all = r->all || r->target};
	const char *dir = invocation_value(in, "scan");
	int k = uid_from(in, r, &filter.uid, e);

	if (k == 0)
		k = read_holders(in, r, e);
	if (k == 0)
		k = snapshot_read(&r->processes.snapshot, e);
	if (k == 0 && exposure_make(&r->processes.snapshot, &r->holders, &filter, &r->exposure) < 0)
		k = error_set(e, ENOMEM, NULL, 0, "out of memory");
	if (k == 0 && !r->target)
		k = hole_files_path(r->processes.tree, &r->files, e);
	if (k == 0 && dir)
		k = hole_files_scan(r->processes.tree, dir, &r->files, e);
	return k;
}

static int gather(const struct invocation *in, struct exposure_report *r, struct error *e)
{
	int k;

	if (in->n_args > 1)
		return error_set(e, EINVAL, NULL, 0, "exposure takes one process at most");
	k = processes_open(in, &r->processes, e);
	if (k < 0)
		return k;
	r->all = invocation_value(in, "all") != NULL;
	/* As seen by a reader of user namespaces, the process itself is read with all others. */
	if (in->n_args == 1)
		k = processes_find(&r->processes, in->args[0], "process", &r->target, e);
	if (k == 0)
		k = count(in, r, e);
	if (k == 0 && r->target) {
		size_t i;

		/* A thread is not listed with the processes. */
		k = snapshot_add(&r->processes.snapshot, r->target, &i);
		k = k < 0 ? error_set(e, ENOENT, NULL, 0, "process %u has gone", r->target)
			  : list_attackers(r, e);
	}
	r->hidden = k == 0 && snapshot_hides(&r->processes.snapshot);
	if (k == 0 && gather_host_name(&r->processes.gather, &r->host) < 0)
		k = error_set(e, ENOMEM, NULL, 0, "out of memory");
	return k;
}

static int run(const struct invocation *in, struct error *e)
{
	_cleanup_(report_done) struct exposure_report r = {0};
	const struct layout layout = {.width = in->width, .color = in->color};

	if (gather(in, &r, e) < 0)
		return EXIT_ERROR;
	if (in->options.format == FORMAT_JSON)
		(void)render_exposure_json(in->out, &r);
	else if (r.target)
		render_exposure_list(in->out, &layout, &r);
	else
		render_exposure_text(in->out, &layout, &r);
	if (in->out->failed) {
		(void)error_set(e, ENOMEM, NULL, 0, "out of memory");
		return EXIT_ERROR;
	}
	return EXIT_PASS;
}

const struct command cmd_exposure = {
	.name = "exposure",
	.args = "[PID]",
	.summary = "who can attach to the processes that hold secrets",
	.help = "Counts, for each process that holds secrets, how many others can attach to it now "
		"and at each level; the worst first. Names the holes that no level closes. With a "
		"process, lists who can attach to it.",
	.options = options,
	.globals = GLOBAL_ROOT | GLOBAL_LIVE | GLOBAL_JSON | GLOBAL_NO_CONFIG,
	.exits =
		{
			[EXIT_PASS] = "produced",
			[EXIT_ERROR] = "no such process, wrong usage, or it could not run",
		},
	.run = run,
};
