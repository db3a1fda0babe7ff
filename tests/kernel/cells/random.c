/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tree is a script made while it is done: each step is chosen from what the actors that are there
 * can do, and kept whether the kernel refuses it or not. Left out is only what would wait for ever:
 * a wait for a task that has not ended, the end of a pid namespace's first process, an exec past a
 * traced thread.
 */
#include "random.h"

#include "model.h"
#include "outside.h"

#include <stdio.h>

enum {
	STEPS = 10,
	QUESTIONS = 2, /* pairs asked about in each tree */
	SHOWN = 3,     /* so many that differ are made small */
	LAST_AT_ONCE = 40,
};

struct question {
	int tracer, tracee;
	enum access_operation op;
};

static uint64_t state;

/* splitmix64 */
static unsigned pick(unsigned n)
{
	uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ (z >> 31)) % n);
}

/* ---- making one ---- */

static int pick_actor(const struct stage *s, bool alive)
{
	for (int tries = 0; tries < 100; tries++) {
		int i = (int)pick(ACTORS_MAX);

		if (alive ? s->actors[i].state == ACTOR_ALIVE : s->actors[i].state != ACTOR_NONE)
			return i;
	}
	return 0;
}

static int64_t pick_caps(void)
{
	static const int64_t sets[] = {0, 1 << 19, 1 << 13, 1 << 2 | 1 << 19,
				       (INT64_C(1) << 41) - 1};

	return sets[pick(ELEMENTSOF(sets))];
}

static int64_t pick_id(void)
{
	static const int64_t ids[] = {1000, 1000, 1000, 1001, 0};

	return ids[pick(ELEMENTSOF(ids))];
}

static int free_actor(const struct stage *s)
{
	for (int i = 0; i < ACTORS_MAX; i++)
		if (s->actors[i].state == ACTOR_NONE)
			return i;
	return -1;
}

static enum verb pick_verb(void)
{
	static const enum verb often[] = {
		VERB_FORK,    VERB_FORK,    VERB_FORK, VERB_FORK, VERB_THREAD,
		VERB_PTRACER, VERB_PTRACER, VERB_EXIT, VERB_USER, VERB_EXEC,
	};

	return pick(2) ? often[pick(ELEMENTSOF(often))] : (enum verb)pick(_VERB_MAX);
}

static bool fill_args(const struct stage *s, struct step *st)
{
	const char *kinds = verb_kinds(st->verb);
	int64_t same = pick_id();

	for (size_t i = 0; kinds[i]; i++) {
		int64_t *arg = &st->args[i];

		if (kinds[i] == 'a')
			*arg = free_actor(s);
		else if (kinds[i] == '@')
			*arg = pick_actor(s, /* alive= */ false);
		else if (kinds[i] == 'p')
			*arg = pick(4)	 ? pick_actor(s, false)
			       : pick(2) ? PTRACER_ANY
					 : PTRACER_NONE;
		else if (kinds[i] == 'c')
			*arg = pick_caps();
		else if (kinds[i] == 'f')
			*arg = pick(6);
		else if (kinds[i] == 'm')
			*arg = pick(3);
		else
			*arg = st->verb == VERB_DUMPABLE ? pick(2) : pick(3) ? same : pick_id();
		if (kinds[i] == 'a' && *arg < 0)
			return false;
	}
	return true;
}

/* What would wait for ever, or what an actor without memory of its own cannot do. */
static bool is_safe(const struct stage *s, const struct step *st)
{
	const struct actor *a = &s->actors[st->who],
			   *b = &s->actors[st->args[0] >= 0 ? st->args[0] % ACTORS_MAX : 0];
	unsigned alive = 0;

	for (int i = 0; i < ACTORS_MAX; i++)
		alive += s->actors[i].state == ACTOR_ALIVE;
	switch ((int)st->verb) {
	case VERB_EXIT:
		return alive > 1 && stage_pid_in(a->tid, a->tid) != 1;
	case VERB_REAP:
		return b->state == ACTOR_ENDED;
	case VERB_TRACE:
		return b->leader != a->leader;
	case VERB_EXEC:
		for (int i = 0; i < ACTORS_MAX; i++)
			if (s->actors[i].state != ACTOR_NONE && s->actors[i].leader == a->leader &&
			    (s->actors[i].tracer >= 0 || a->shared || s->actors[i].shared))
				return false;
		return true;
	case VERB_THREAD:
	case VERB_FORK_VM:
		return !a->shared;
	default:
		return true;
	}
}

/* Returns 0, or negative errno when the stage is broken. */
static int make(struct stage *s, struct script *script)
{
	int r = stage_init(s);

	*script = (struct script){0};
	for (int tries = 0; r == 0 && script->n < STEPS && tries < 10 * STEPS; tries++) {
		struct step st = {.who = pick_actor(s, /* alive= */ true), .verb = pick_verb()};

		/* An ordinary user's tree, mostly. */
		if (script->n == 0 && pick(4))
			st = (struct step){.verb = VERB_USER, .args = {1000}};
		else if (!fill_args(s, &st) || !is_safe(s, &st))
			continue;
		script->steps[script->n++] = st;
		r = stage_step(s, &st);
		r = r == -ESRCH || r > 0 ? 0 : r;
		stage_look(s);
	}
	stage_refresh(s);
	return r;
}

/* The same again, of a script. */
static int remake(struct stage *s, const struct script *script)
{
	int r = stage_init(s);

	for (size_t i = 0; r == 0 && i < script->n; i++) {
		r = stage_step(s, &script->steps[i]);
		r = r == -ESRCH || r > 0 ? 0 : r;
		stage_look(s);
	}
	stage_refresh(s);
	return r;
}

/* ---- asking ---- */

/* What is known of a pair, once for all operations: none but TRACEME, the last, changes it. */
struct known {
	struct model model;
	struct outside outside;
	bool seen;
};

static int know(struct stage *s, const struct kernel *k, int level, const struct question *q,
		struct known *ret)
{
	const struct model_pair p = {.stage = s,
				     .tracer = q->tracer,
				     .tracee = q->tracee,
				     .tracer_tid = s->actors[q->tracer].tid,
				     .tracee_tid = s->actors[q->tracee].tid};
	int r = model_init(&ret->model, &p, k, level);

	if (r == 0)
		ret->seen = outside_init(&ret->outside, &p, &ret->model) == 0;
	return r;
}

static void forget(struct known *w)
{
	outside_done(&w->outside);
	model_done(&w->model);
}

/* Returns 1 when an answer differs, 0 when not, negative when there is none. */
static int ask(struct stage *s, struct known *w, const struct question *q, bool say)
{
	struct access_verdict v = model_decide(&w->model, q->op), seen = v;
	int kernels;

	if (w->seen && outside_sees(&w->outside, q->op))
		seen = outside_decide(&w->outside, q->op, /* declared= */ true);
	kernels = stage_operate(s, q->op == ACCESS_TRACEME ? q->tracee : q->tracer, q->op,
				s->actors[q->tracee].tid);
	if (kernels < 0)
		return kernels;
	/* From outside: never the opposite. */
	if (v.result != ACCESS_UNKNOWN && v.err == kernels &&
	    (seen.result == ACCESS_UNKNOWN || (seen.err == 0) == (kernels == 0)))
		return 0;
	if (say)
		printf("#   level %d, %d asks %s of %d: the kernel says %s, the model %s, from "
		       "outside "
		       "%s%s\n",
		       w->model.env.level, q->tracer, access_operation_info(q->op)->word, q->tracee,
		       errno_name(kernels), errno_name(v.err),
		       seen.result == ACCESS_UNKNOWN ? "unknown, or " : "", errno_name(seen.err));
	return 1;
}

/* Its number went to the thread of its process that executed a program. */
static bool is_replaced(const struct stage *s, const struct actor *a)
{
	for (int i = 0; a->state == ACTOR_GONE && i < ACTORS_MAX; i++)
		if (s->actors[i].state != ACTOR_NONE && s->actors[i].state != ACTOR_GONE &&
		    s->actors[i].tid == a->tid)
			return true;
	return false;
}

static bool applies(const struct stage *s, const struct question *q)
{
	const struct actor *e = &s->actors[q->tracee];

	if (is_replaced(s, e))
		return false;
	if (s->actors[q->tracer].state != ACTOR_ALIVE)
		return false;
	if (q->op == ACCESS_TRACEME)
		return e->state == ACTOR_ALIVE;
	if (q->op == ACCESS_PIDFD_GETFD || q->op == ACCESS_MADVISE)
		return e->tid == e->tgid;
	return true;
}

static bool still_differs(const struct script *script, const struct kernel *k, int level,
			  const struct question *q)
{
	struct known w = {0};
	struct stage s;
	bool ret = false;

	if (kernel_set_level(k, 0) < 0)
		return false;
	if (remake(&s, script) == 0 && kernel_set_level(k, level) == 0 &&
	    s.actors[q->tracee].state != ACTOR_NONE && applies(&s, q) &&
	    know(&s, k, level, q, &w) == 0) {
		ret = ask(&s, &w, q, /* say= */ false) == 1;
		forget(&w);
	}
	stage_done(&s);
	return ret;
}

/* Leaves out each step that the difference does not need. */
static void shrink(struct script *script, const struct kernel *k, int level,
		   const struct question *q)
{
	for (size_t i = script->n; i-- > 0;) {
		struct script less = *script;

		memmove(&less.steps[i], &less.steps[i + 1],
			(less.n - i - 1) * sizeof(less.steps[0]));
		less.n--;
		if (still_differs(&less, k, level, q))
			*script = less;
	}
}

struct tally {
	unsigned questions, differ, broken;
	unsigned number; /* of the tree */
	bool last_pair;
};

static void differ(struct script script, const struct kernel *k, int level,
		   const struct question *q, unsigned number)
{
	printf("# tree %u: ", number);
	if (level < 3)
		shrink(&script, k, level, q);
	script_print(&script);
	(void)putchar('\n');
}

/* Returns false when the rest of the tree is not worth asking. */
static bool ask_pair(struct stage *s, const struct script *script, struct known *w,
		     const struct kernel *k, struct question *q, struct tally *t)
{
	for (int op = 0; op < _ACCESS_OPERATION_MAX; op++) {
		int r;

		q->op = (enum access_operation)op;
		if (!applies(s, q) || (q->op == ACCESS_TRACEME && !t->last_pair))
			continue;
		r = ask(s, w, q, /* say= */ t->differ < SHOWN);
		t->questions++;
		if (r < 0)
			t->broken++;
		else if (r > 0 && t->differ++ < SHOWN)
			differ(*script, k, w->model.env.level, q, t->number);
		if (r != 0 || q->op == ACCESS_TRACEME)
			return false;
	}
	return true;
}

static void ask_tree(struct stage *s, const struct script *script, const struct kernel *k,
		     int level, struct tally *t)
{
	for (int i = 0; i < QUESTIONS; i++) {
		struct question q = {.tracer = pick_actor(s, true), .tracee = pick_actor(s, false)};
		struct known w = {0};
		bool more = false;

		/* TRACEME changes the tracee: once, and at the end. */
		t->last_pair = i + 1 == QUESTIONS;
		if (s->actors[q.tracer].state == ACTOR_ALIVE && know(s, k, level, &q, &w) == 0) {
			more = ask_pair(s, script, &w, k, &q, t);
			forget(&w);
		}
		if (!more)
			return;
	}
}

static void one(const struct kernel *k, unsigned number, uint64_t seed, struct tally *t)
{
	struct script script;
	struct stage s;
	int level;

	state = seed * UINT64_C(1000003) + number;
	level = kernel_has_levels(k) ? (int)pick(3) : -1;
	if (kernel_set_level(k, 0) < 0 || make(&s, &script) < 0 ||
	    (level > 0 && kernel_set_level(k, level) < 0)) {
		printf("# tree %u cannot be made: ", number);
		script_print(&script);
		(void)putchar('\n');
		t->broken++;
	} else {
		t->number = number;
		ask_tree(&s, &script, k, level, t);
	}
	stage_done(&s);
}

static int all_last(const struct kernel *k, unsigned n, uint64_t seed, struct tally *t)
{
	struct stage *stages = calloc(n, sizeof(*stages));
	struct script *scripts = calloc(n, sizeof(*scripts));

	if (!stages || !scripts || kernel_set_level(k, 0) < 0)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++) {
		state = seed * UINT64_C(7000003) + i;
		t->broken += make(&stages[i], &scripts[i]) < 0;
	}
	if (kernel_set_level(k, 3) < 0)
		t->broken++;
	for (unsigned i = 0; i < n; i++) {
		t->number = i;
		ask_tree(&stages[i], &scripts[i], k, 3, t);
	}
	for (unsigned i = 0; i < n; i++)
		stage_done(&stages[i]);
	free(stages);
	free(scripts);
	return 0;
}

int random_trees(const struct kernel *k, unsigned n, uint64_t seed, bool last)
{
	struct tally t = {0};

	printf("# seed %llu\n", (unsigned long long)seed);
	for (unsigned i = 0; i < n; i++)
		one(k, i, seed, &t);
	if (last && k->yama && all_last(k, LAST_AT_ONCE, seed, &t) == 0)
		n += LAST_AT_ONCE;
	printf("# %u trees, %u questions, %u differ, %u broken\n", n, t.questions, t.differ,
	       t.broken);
	printf("%sok - random trees\n", t.differ || t.broken || !t.questions ? "not " : "");
	return t.differ || t.broken || !t.questions;
}
