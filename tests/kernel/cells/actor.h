/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Actors: the processes and threads of a stage. Each waits on its own socket for one order at a
 * time, does it, and answers. Sockets are made before the first fork, so that all are inherited.
 */
#pragma once

#include "script.h"

#include <sys/types.h>

struct order {
	int32_t verb;
	int32_t new_actor;	/* for those that make one */
	int64_t args[ARGS_MAX]; /* of kind @ and p: already a pid in the actor's pid namespace */
	char path[64];		/* exec: the program; join-user: the namespace */
};

/* Answers, and the first words of an actor that has just begun. */
struct answer {
	int32_t err; /* positive errno, 0: done */
	int32_t tid; /* as the actor sees itself */
	int64_t value;
	int64_t more[4];
};

/* A program that an actor executes gets the number of its actor and of its socket. */
#define ACTOR_ARGUMENT "--actor"

/*
 * Runs an actor on the socket fd for ever. Never returns.
 *
 * @far: the sockets of all actors, by number
 */
_Noreturn void actor_run(int number, const int *far);

/* Goes on as an actor after an exec: argv[2..] as actor_run() passed them on. */
_Noreturn void actor_resume(int argc, char **argv);
