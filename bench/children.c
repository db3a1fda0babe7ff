/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes sleeping processes, then runs a command among them: what a process table of that size costs
 * to read. Half of them are root's, the others of 50 users. They
 * end with this program.
 *
 *	children NUMBER COMMAND [ARGUMENT...]
 *
 * Run in a pid namespace of its own: unshare --fork --pid --mount-proc.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define NUMBER_MAX 100000
#define USERS	   50

static void be_user(unsigned i)
{
	const uid_t id = 1000 + i % USERS;

	if (i % 2 == 0)
		return;
	if (setresgid(id, id, id) < 0 || setresuid(id, id, id) < 0)
		_exit(1);
	/* A change of ids takes both of these away. */
	(void)prctl(PR_SET_DUMPABLE, 1);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void sleep_on(unsigned i, int ready)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	be_user(i);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		(void)pause();
}

int main(int argc, char **argv)
{
	unsigned number = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	int ready[2], status;
	pid_t pid;
	char c;

	if (number == 0 || number > NUMBER_MAX || pipe(ready) < 0)
		return 2;
	for (unsigned i = 0; i < number; i++) {
		pid = fork();
		if (pid < 0)
			return 2;
		if (pid == 0)
			sleep_on(i, ready[1]);
	}
	for (unsigned i = 0; i < number; i++) {
		if (read(ready[0], &c, 1) != 1)
			return 2;
	}
	pid = fork();
	if (pid < 0)
		return 2;
	if (pid == 0) {
		(void)close(ready[0]);
		(void)close(ready[1]);
		execv(argv[2], argv + 2);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid)
		return 2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
