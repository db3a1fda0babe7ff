/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every relation, every operation, every level: what this kernel does, and whether the model says
 * so.
 *
 *   cells [--levels 012] [--only RELATION] [--print] [--set PROGRAM]
 *
 * Each relation is made at level 0 and thrown away afterwards. Level 3 comes last and cannot be
 * undone: for it all relations are made before it is set. --print writes a line
 * "LEVEL<TAB>RELATION<TAB>OPERATION<TAB>RESULT" for each cell. --set names a program that sets a
 * level, for a kernel without Yama whose rule somebody else enforces.
 */
#include "actor.h"
#include "kernel.h"
#include "model.h"
#include "relations.h"
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LEVELS_MAX = 4, NO_LEVEL = -1 };

struct options {
	const char *levels, *only, *set;
	bool print;
};

struct totals {
	unsigned tests, failed, cells, differ;
};

static struct kernel kernel;
static struct totals totals;

static void report(bool good, int level, const char *name, const char *what)
{
	totals.tests++;
	totals.failed += !good;
	printf("%sok %u - %d %s%s%s\n", good ? "" : "not ", totals.tests, level, name,
	       *what ? ": " : "", what);
}

/* ---- one relation ---- */

static int build(const struct relation *r, struct stage *s)
{
	struct script script;
	const char *where = "";
	int e = script_parse(r->script, &script, &where);

	if (e < 0) {
		printf("# %s: cannot read: %s\n", r->name, where);
		return e;
	}
	e = kernel_set_level(&kernel, 0);
	e = e ? e : stage_init(s);
	for (size_t i = 0; e == 0 && i < script.n; i++) {
		e = stage_step(s, &script.steps[i]);
		if (e == EINVAL && script.steps[i].verb == VERB_PTRACER &&
		    !kernel_has_levels(&kernel))
			e = 0;
		if (e != 0)
			printf("# %s: step %zu (%s): %s\n", r->name, i + 1,
			       verb_word(script.steps[i].verb), errno_name(abs(e)));
	}
	return e;
}

static pid_t tracee_pid(const struct relation *r, const struct stage *s)
{
	return r->tracee < 0 ? -r->tracee : s->actors[r->tracee].tid;
}

/* pidfd_open(2) is for processes, not for threads; TRACEME is for those that can be told to. */
static bool applies(const struct relation *r, const struct stage *s, enum access_operation op)
{
	const struct actor *a = r->tracee < 0 ? NULL : &s->actors[r->tracee];

	if (op == ACCESS_TRACEME)
		return a && a->state == ACTOR_ALIVE;
	if (op == ACCESS_PIDFD_GETFD || op == ACCESS_MADVISE)
		return !a || a->tid == a->tgid;
	return true;
}

static int ask_kernel(const struct relation *r, struct stage *s, enum access_operation op)
{
	if (op == ACCESS_TRACEME)
		return stage_operate(s, r->tracee, op, s->actors[r->tracee].tid);
	return stage_operate(s, r->tracer, op, tracee_pid(r, s));
}

/* TRACEME leaves the tracee traced: it is the last. */
static enum access_operation nth_operation(unsigned i)
{
	if (i == _ACCESS_OPERATION_MAX - 1)
		return ACCESS_TRACEME;
	return (enum access_operation)(i < ACCESS_TRACEME ? i : i + 1);
}

static unsigned compare(const struct relation *r, const struct model *m, enum access_operation op,
			int kernels)
{
	struct access_verdict v = model_decide(m, op);
	const char *word = access_operation_info(op)->word;

	if (v.result != ACCESS_UNKNOWN && v.err == kernels)
		return 0;
	printf("# %d %s %s: the kernel says %s, the model %s%s (%s: %s)\n", m->env.level, r->name,
	       word, errno_name(kernels), v.result == ACCESS_UNKNOWN ? "unknown, or " : "",
	       errno_name(v.err), access_check_word(v.decided),
	       access_reason_word(v.steps[v.decided].reason));
	return 1;
}

static void try_all(const struct relation *r, struct stage *s, int level, bool print)
{
	const struct model_pair pair = {.stage = s,
					.tracer = r->tracer,
					.tracee = r->tracee,
					.tracer_tid = s->actors[r->tracer].tid,
					.tracee_tid = tracee_pid(r, s)};
	struct model m;
	unsigned differ = 0, lost = 0;
	int e;

	stage_refresh(s);
	e = model_init(&m, &pair, &kernel, level);
	if (e < 0) {
		report(false, level, r->name, "no facts");
		return;
	}
	for (unsigned i = 0; i < _ACCESS_OPERATION_MAX; i++) {
		enum access_operation op = nth_operation(i);
		int kernels;

		if (!applies(r, s, op))
			continue;
		kernels = ask_kernel(r, s, op);
		if (kernels < 0) {
			printf("# %d %s %s: no answer: %s\n", level, r->name,
			       access_operation_info(op)->word, errno_name(-kernels));
			lost++;
			break;
		}
		totals.cells++;
		if (print)
			printf("%d\t%s\t%s\t%s\n", level, r->name, access_operation_info(op)->word,
			       errno_name(kernels));
		differ += compare(r, &m, op, kernels);
	}
	totals.differ += differ;
	model_done(&m);
	report(differ == 0 && lost == 0, level, r->name,
	       lost	? "no answer"
	       : differ ? "differs"
			: "");
}

static bool wanted(const struct relation *r, const char *only)
{
	return !only || streq(only, r->name);
}

static void one_by_one(const struct options *o, int level)
{
	for (const struct relation *r = relations; r->name; r++) {
		struct stage s;

		if (!wanted(r, o->only))
			continue;
		if (build(r, &s) != 0 ||
		    (level != NO_LEVEL && kernel_set_level(&kernel, level) < 0))
			report(false, level, r->name, "cannot be made");
		else
			try_all(r, &s, level, o->print);
		stage_done(&s);
	}
}

/* The last level: nothing can be made once it is set, since tracers are made, too. */
static int all_at_once(const struct options *o, int level)
{
	size_t n = 0;
	struct stage *stages;
	bool *made;

	while (relations[n].name)
		n++;
	stages = calloc(n, sizeof(*stages));
	made = calloc(n, sizeof(*made));
	if (!stages || !made)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (wanted(&relations[i], o->only))
			made[i] = build(&relations[i], &stages[i]) == 0;
	if (kernel_set_level(&kernel, level) < 0)
		report(false, level, "level", "cannot be set");
	for (size_t i = 0; i < n; i++) {
		if (!wanted(&relations[i], o->only))
			continue;
		if (made[i])
			try_all(&relations[i], &stages[i], level, o->print);
		else
			report(false, level, relations[i].name, "cannot be made");
	}
	for (size_t i = 0; i < n; i++)
		if (made[i])
			stage_done(&stages[i]);
	free(stages);
	free(made);
	return 0;
}

static int run(const struct options *o)
{
	struct rlimit many = {16384, 16384};
	int r = kernel_init(&kernel, o->set);

	r = r ? r : stage_files_make();
	if (r < 0 || setrlimit(RLIMIT_NOFILE, &many) < 0) {
		printf("Bail out! not root, or no /tmp: %s\n", errno_name(-r));
		return 1;
	}
	if (!kernel_has_levels(&kernel)) {
		one_by_one(o, NO_LEVEL);
	} else {
		for (const char *p = o->levels; *p; p++) {
			if (*p < '3')
				one_by_one(o, *p - '0');
			else
				r = all_at_once(o, *p - '0');
		}
	}
	printf("1..%u\n# %u cells, %u differ\n", totals.tests, totals.cells, totals.differ);
	return r < 0 || totals.failed || totals.tests == 0;
}

int main(int argc, char **argv)
{
	struct options o = {.levels = "0123"};

	if (argc > 1 && streq(argv[1], ACTOR_ARGUMENT))
		actor_resume(argc, argv);
	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (streq(argv[i], "--print")) {
			o.print = true;
			continue;
		}
		i++;
		if (streq(argv[i - 1], "--levels"))
			o.levels = value;
		else if (streq(argv[i - 1], "--only"))
			o.only = value;
		else if (streq(argv[i - 1], "--set"))
			o.set = value;
		else
			return 2;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	return run(&o);
}
