/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCOPE	 "/proc/sys/kernel/yama/ptrace_scope"
#define PARANOID "/proc/sys/kernel/perf_event_paranoid"

static int put(const char *path, int value)
{
	char text[16];
	int fd = open(path, O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	(void)snprintf(text, sizeof(text), "%d", value);
	if (write(fd, text, strlen(text)) < 0)
		r = -errno;
	(void)close(fd);
	return r;
}

static int get(const char *path)
{
	char text[16] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (read(fd, text, sizeof(text) - 1) <= 0)
		text[0] = '\0';
	(void)close(fd);
	return text[0] >= '0' && text[0] <= '9' ? text[0] - '0' : -EIO;
}

int kernel_init(struct kernel *k, const char *setter)
{
	k->yama = access(SCOPE, F_OK) == 0;
	k->setter = setter;
	/* Debian's 3 would refuse every unprivileged perf_event_open(2) before ptrace is asked. */
	return put(PARANOID, 1);
}

static int call_setter(const char *setter, int level)
{
	char text[4];
	int status;
	pid_t pid;

	(void)snprintf(text, sizeof(text), "%d", level);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		(void)execlp(setter, setter, text, NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

int kernel_set_level(const struct kernel *k, int level)
{
	int r;

	if (k->setter)
		return call_setter(k->setter, level);
	if (!k->yama)
		return 0;
	r = put(SCOPE, level);
	return r < 0 ? r : get(SCOPE) == level ? 0 : -EIO;
}

const char *errno_name(int e)
{
	return e == 0 ? "ok" : strerrorname_np(e) ?: "?";
}
