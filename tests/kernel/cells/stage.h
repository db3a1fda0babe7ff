/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stage: the actors of one relation, and the one process that directs them. */
#pragma once

#include "access.h"
#include "script.h"

#include <sys/types.h>

/* The programs that actors may execute. */
#define STAGE_FILES "/tmp/cells"

enum actor_state {
	ACTOR_NONE,
	ACTOR_ALIVE,
	ACTOR_ENDED, /* a zombie */
	ACTOR_GONE,  /* reaped, or a thread that ended */
};

struct actor {
	enum actor_state state;
	int leader;	 /* actor that leads its process; itself, unless it is a thread */
	int declared;	 /* actor, PTRACER_ANY or PTRACER_NONE; of leaders only */
	pid_t tgid, tid; /* in the stage's pid namespace */
	int dumpable;	 /* as it says itself; -1: it cannot be asked */
	int domain;	 /* of Landlock: number, 0 for none; inherited */
	ino_t mm_userns; /* the user namespace that its program was executed in; 0: the first */
	int tracer;	 /* actor that traces it, or -1 */
	bool shared;	 /* made by fork-vm, or has made one: its memory is not its own */
};

struct stage {
	struct actor actors[ACTORS_MAX];
	int near_end[ACTORS_MAX], far_end[ACTORS_MAX];
	int domain_parent[STEPS_MAX + 1], n_domains;
};

/* Makes the directory of programs: copies of this one. Returns 0 or negative errno. */
int stage_files_make(void);

/* Starts actor 0. Returns 0 or negative errno; the caller ends it with stage_done(). */
int stage_init(struct stage *s);

/* Ends all actors and waits until none is left. */
void stage_done(struct stage *s);

/*
 * Does one step.
 *
 * Returns 0; the positive errno with which the kernel refused it; -ESRCH where the actor is not
 * there (or is to be made and is there already); another negative errno when an actor does not
 * answer.
 */
int stage_step(struct stage *s, const struct step *step);

/* Does all steps. Returns as stage_step() of the first that fails, its number in ret_at. */
int stage_run(struct stage *s, const struct script *script, size_t *ret_at);

/*
 * Lets an actor do an operation.
 *
 * @pid: of the tracee, in the stage's pid namespace; of no meaning for TRACEME
 *
 * Returns 0 or the positive errno; negative when the actor does not answer.
 */
int stage_operate(struct stage *s, int who, enum access_operation op, pid_t pid);

/* Looks which actors are still there. */
void stage_look(struct stage *s);

/* Asks all living actors what only they know, and looks which are still there. */
void stage_refresh(struct stage *s);

/* Whether a Landlock domain is the other one or around it; 0, no domain, is around all. */
bool stage_domain_covers(const struct stage *s, int outer, int inner);

/* Number of the user namespace of a process, 0 when it cannot be seen. */
ino_t stage_userns(pid_t pid);

/* The pid of a task as another one sees it; INT32_MAX where it does not. */
pid_t stage_pid_in(pid_t viewer, pid_t pid);
