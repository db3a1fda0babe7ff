/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Times commands in turns, so that what else the machine does hits all alike. Prints one line a
 * command: the medians of the wall time of the whole process and of its processor time in
 * nanoseconds, its peak memory in KiB, and of the last run the minor page faults and the exit
 * status. The commands' output goes to /dev/null.
 *
 *	measure ROUNDS COMMAND [ARGUMENT...] [-- COMMAND...]...
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 16
#define ROUNDS_MAX   10000

struct command {
	char **argv;
	uint64_t *wall;
	uint64_t *cpu;
	long peak, faults;
	int status;
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t in_ns(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

static int run(struct command *c, unsigned round)
{
	uint64_t start = now();
	struct rusage usage;
	int status;
	pid_t pid = vfork();

	if (pid < 0)
		return -1;
	if (pid == 0) {
		execv(c->argv[0], c->argv);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		return -1;
	c->wall[round] = now() - start;
	c->cpu[round] = in_ns(usage.ru_utime) + in_ns(usage.ru_stime);
	c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (usage.ru_maxrss > c->peak)
		c->peak = usage.ru_maxrss;
	c->faults = usage.ru_minflt;
	return c->status == 127 ? -1 : 0;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* The median, of values that it sorts and frees. */
static uint64_t median(uint64_t *values, unsigned n)
{
	uint64_t value;

	qsort(values, n, sizeof(*values), by_value);
	value = values[n / 2];
	free(values);
	return value;
}

/* Splits the arguments at "--" in place; returns the number of commands. */
static unsigned split(char **argv, struct command *commands)
{
	unsigned n = 0;

	while (*argv && n < COMMANDS_MAX) {
		commands[n++].argv = argv;
		while (*argv && strcmp(*argv, "--") != 0)
			argv++;
		if (*argv)
			*argv++ = NULL;
	}
	return n;
}

int main(int argc, char **argv)
{
	static struct command commands[COMMANDS_MAX];
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	unsigned n;
	int out, null;

	if (rounds == 0 || rounds > ROUNDS_MAX)
		return 2;
	n = split(argv + 2, commands);
	out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (out < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return 2;

	for (unsigned i = 0; i < n; i++) {
		commands[i].wall = calloc(rounds, sizeof(uint64_t));
		commands[i].cpu = calloc(rounds, sizeof(uint64_t));
		/* The first run fills the caches, and is not counted. */
		if (!commands[i].wall || !commands[i].cpu || run(&commands[i], 0) < 0)
			return 2;
	}
	for (unsigned r = 0; r < rounds; r++)
		for (unsigned i = 0; i < n; i++)
			if (run(&commands[i], r) < 0)
				return 2;

	for (unsigned i = 0; i < n; i++) {
		unsigned long long wall = median(commands[i].wall, rounds);
		unsigned long long cpu = median(commands[i].cpu, rounds);

		dprintf(out, "%llu %llu %ld %ld %d\n", wall, cpu, commands[i].peak,
			commands[i].faults, commands[i].status);
	}
	return 0;
}
