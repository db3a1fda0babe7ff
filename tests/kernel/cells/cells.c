/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every relation, every operation, every level: what this kernel does, and whether the model says
 * so.
 *
 *   cells [--levels 012] [--explain 012] [--only RELATION] [--print] [--set PROGRAM]
 *   cells --random N [--seed S] [--set PROGRAM]
 *
 * At the levels of --explain, by default all, the shipped explain is asked as well. Each relation
 * is made at level 0 and thrown away afterwards. Level 3 comes last and cannot be undone: for it
 * all relations are made before it is set. --print writes a line
 * "LEVEL<TAB>RELATION<TAB>OPERATION<TAB>RESULT" for each cell. --set names a program that sets a
 * level, for a kernel without Yama whose rule somebody else enforces.
 */
#include "actor.h"
#include "kernel.h"
#include "model.h"
#include "outside.h"
#include "parse.h"
#include "random.h"
#include "relations.h"
#include "stage.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { LEVELS_MAX = 4, NO_LEVEL = -1 };

struct options {
	const char *levels, *only, *set;
	const char *explain; /* levels at which explain is run, too */
	uint64_t trees, seed;
	bool print;
};

struct totals {
	unsigned tests, failed, cells, differ;
	unsigned unknown; /* cells without an answer from outside */
	unsigned explained, explained_unknown;
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

static unsigned say(const struct relation *r, const struct model *m, enum access_operation op,
		    int kernels, const char *who, struct access_verdict v)
{
	const enum access_check at = v.decided < _ACCESS_CHECK_MAX ? v.decided : ACCESS_CHECK_STATE;

	printf("# %d %s %s: the kernel says %s, %s %s%s (%s: %s, unseen %x)\n", m->env.level,
	       r->name, access_operation_info(op)->word, errno_name(kernels), who,
	       v.result == ACCESS_UNKNOWN ? "unknown, or " : "", errno_name(v.err),
	       access_check_word(at), access_reason_word(v.steps[at].reason), v.steps[at].unseen);
	return 1;
}

/* Then a denial is certain, but another check may have made it, with another errno. */
static bool has_unknown_step(const struct access_verdict *v)
{
	for (int c = 0; c < _ACCESS_CHECK_MAX; c++)
		if (v->steps[c].result == ACCESS_UNKNOWN)
			return true;
	return false;
}

/* All facts known: the same answer. From outside: the same, or none. */
static unsigned compare(const struct relation *r, struct outside *o, enum access_operation op,
			int kernels)
{
	struct access_verdict v = model_decide(o->model, op);
	unsigned differ = 0;

	if (v.result == ACCESS_UNKNOWN || v.err != kernels)
		differ += say(r, o->model, op, kernels, "the model", v);
	if (!outside_sees(o, op))
		return differ;
	v = outside_decide(o, op, /* declared= */ true);
	if (v.result == ACCESS_UNKNOWN) {
		totals.unknown++;
		if (!relation_may_be_unknown(r))
			differ += say(r, o->model, op, kernels, "from outside", v);
	} else if (v.err != kernels && !(v.err != 0 && kernels != 0 && has_unknown_step(&v))) {
		differ += say(r, o->model, op, kernels, "from outside", v);
	}
	return differ;
}

/* What explain said before the kernel was asked. */
struct explained {
	int attach, read;
	bool attach_unknown; /* may be: at level 1 by a declared tracer, or the relation is listed
			      */
};

static struct explained explain(const struct relation *r, const struct model_pair *p,
				struct outside *o, const char *levels)
{
	const int level = o->model->env.level;
	struct explained e = {.attach = -ENOENT, .read = -ENOENT};

	/* Of a guard, explain says only that one is there. */
	if (kernel.setter || !outside_sees(o, ACCESS_ATTACH) || relation_is_hidden(r) ||
	    (level != NO_LEVEL && !strchr(levels, '0' + level)))
		return e;
	e.attach = outside_explain(p, "attach");
	/* No level restricts reading: once is enough. */
	if (level == NO_LEVEL || level == levels[0] - '0')
		e.read = outside_explain(p, "read");
	e.attach_unknown =
		relation_may_be_unknown(r) ||
		(level == 1 &&
		 outside_decide(o, ACCESS_ATTACH, /* declared= */ false).result == ACCESS_UNKNOWN);
	return e;
}

static unsigned check_explained(const struct relation *r, int level, const char *mode, int status,
				bool may_be_unknown, int kernels)
{
	if (status == -ENOENT)
		return 0;
	totals.explained++;
	totals.explained_unknown += status == 3;
	if (status == (kernels == 0 ? 0 : 1) || (status == 3 && may_be_unknown))
		return 0;
	printf("# %d %s: the kernel says %s, explain --mode %s exits with %d\n", level, r->name,
	       errno_name(kernels), mode, status);
	return 1;
}

static unsigned ask_all(const struct relation *r, struct stage *s, struct outside *o, bool print,
			const struct explained *e)
{
	const int level = o->model->env.level;
	unsigned differ = 0;

	for (unsigned i = 0; i < _ACCESS_OPERATION_MAX; i++) {
		enum access_operation op = nth_operation(i);
		int kernels;

		if (!applies(r, s, op))
			continue;
		kernels = ask_kernel(r, s, op);
		if (kernels < 0) {
			printf("# %d %s %s: no answer: %s\n", level, r->name,
			       access_operation_info(op)->word, errno_name(-kernels));
			return differ + 1;
		}
		totals.cells++;
		if (print)
			printf("%d\t%s\t%s\t%s\n", level, r->name, access_operation_info(op)->word,
			       errno_name(kernels));
		differ += compare(r, o, op, kernels);
		if (op == ACCESS_ATTACH)
			differ += check_explained(r, level, "attach", e->attach, e->attach_unknown,
						  kernels);
		if (op == ACCESS_ENVIRON)
			differ += check_explained(r, level, "read", e->read,
						  relation_may_be_unknown(r), kernels);
	}
	return differ;
}

static void try_all(const struct relation *r, struct stage *s, int level,
		    const struct options *options)
{
	const struct model_pair pair = {.stage = s,
					.tracer = r->tracer,
					.tracee = r->tracee,
					.tracer_tid = s->actors[r->tracer].tid,
					.tracee_tid = tracee_pid(r, s)};
	struct outside outside;
	struct explained e;
	struct model m;
	unsigned differ;

	stage_refresh(s);
	if (model_init(&m, &pair, &kernel, level) < 0 || outside_init(&outside, &pair, &m) < 0) {
		report(false, level, r->name, "no facts");
		return;
	}
	e = explain(r, &pair, &outside, options->explain);
	differ = ask_all(r, s, &outside, options->print, &e);
	totals.differ += differ;
	outside_done(&outside);
	model_done(&m);
	report(differ == 0, level, r->name, differ ? "differs" : "");
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
			try_all(r, &s, level, o);
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
			try_all(&relations[i], &stages[i], level, o);
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
	if (o->trees > 0)
		return random_trees(&kernel, (unsigned)o->trees, o->seed,
				    strchr(o->levels, '3') != NULL);
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
	printf("1..%u\n# %u cells, %u differ; from outside %u are unknown; %u explained, %u "
	       "unknown\n",
	       totals.tests, totals.cells, totals.differ, totals.unknown, totals.explained,
	       totals.explained_unknown);
	return r < 0 || totals.failed || totals.tests == 0;
}

int main(int argc, char **argv)
{
	struct options o = {.levels = "0123", .explain = "0123", .seed = (uint64_t)time(NULL)};

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
		else if (streq(argv[i - 1], "--explain"))
			o.explain = value;
		else if (streq(argv[i - 1], "--random") &&
			 parse_uint(value, 1000000, &o.trees) == 0)
			continue;
		else if (streq(argv[i - 1], "--seed") &&
			 parse_uint(value, UINT32_MAX, &o.seed) == 0)
			continue;
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
