/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trial.h"

#include "declaration.h"
#include "fd.h"
#include "guard-abi.h"

#include <bpf/bpf.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int set_trial(int state, pid_t pid)
{
	const struct guard_state s = {.abi = GUARD_ABI, .trial = (uint32_t)pid, .fake_success = 1};

	return bpf_map_update_elem(state, &(uint32_t){0}, &s, BPF_ANY) < 0 ? -errno : 0;
}

/* The child: declares, tells what came of it, and stays until the parent has looked. */
static void declare_and_wait(int link)
{
	char c, answer;

	if (read(link, &c, 1) != 1) /* the parent has made us the one on trial */
		_exit(1);
	answer = prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0) == 0;
	(void)!write(link, &answer, 1);
	(void)!read(link, &c, 1);
	_exit(0);
}

/* Whether the map holds a declaration of the process. Returns 1, 0 or a negative errno. */
static int is_kept(int declarations, pid_t pid)
{
	_cleanup_fd_ int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct declaration d;

	if (fd < 0)
		return -errno;
	if (bpf_map_lookup_elem(declarations, &fd, &d) == 0)
		return d.kind == DECLARED_ANY;
	return errno == ENOENT ? 0 : -errno;
}

static int look(int state, int declarations, int link, pid_t pid)
{
	char answer = 0;
	int r = set_trial(state, pid);

	if (r < 0)
		return r;
	if (write(link, "", 1) != 1 || read(link, &answer, 1) != 1)
		return -ECHILD;
	r = is_kept(declarations, pid);
	if (r == 0)
		return -EOPNOTSUPP;
	return r < 0 ? r : answer;
}

int trial_prctl(int state, int declarations)
{
	int pair[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		(void)fd_close(pair[0]);
		declare_and_wait(pair[1]);
	}
	r = pid < 0 ? -errno : 0;
	(void)fd_close(pair[1]);
	if (pid > 0) {
		r = look(state, declarations, pair[0], pid);
		(void)set_trial(state, 0);
	}
	(void)fd_close(pair[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}
