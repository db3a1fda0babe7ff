/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The sandbox of one judge. All of its mounts live on a tmpfs over /sys, which nothing here needs
 * and which exists everywhere, so that no directory has to be made and removed on the machine;
 * they vanish with the process, whose namespace is private.
 *
 *   /sys/builds/NAME   bind mount of one build
 *   /sys/skeleton      dev/null and an empty proc
 *   /sys/proc          procfs, with the stand-in over its sys
 *   /sys/scratch       per run, where the loader writes: tmpfs with the upper layer
 *   /sys/root          per run: overlay of ROOT : skeleton : build, read-only but for the scratch;
 *                      proc bound into it
 *
 * Overlay takes its layers by relative or plain names only (the root by fchdir and "."), so that
 * no path has to be escaped.
 */

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE "/sys"

enum {
	BUILDS_MAX = 16,
	BUILD_NAME_MAX = 32,
	OUTPUT_MAX = 1 << 20, /* what a loader may print; more kills it with SIGXFSZ */
};

struct sandbox {
	struct standin *standin;
	int cwd_fd;
	int cache_fd;
	int null_fd;
	char builds[BUILDS_MAX][BUILD_NAME_MAX];
	size_t n_builds;
};

/* A failed step, named for the message. */
#define STEP(call, what)                              \
	do {                                          \
		if ((call) < 0) {                     \
			*ret_what = what;             \
			return errno ? -errno : -EIO; \
		}                                     \
	} while (0)

/* The descriptors come after the namespace: one from outside cannot be a source of a mount. */
static int enter_namespaces(struct sandbox *s, const char *cache, const char **ret_what)
{
	STEP(unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS), "unshare");
	STEP(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "make mounts private");
	STEP(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "become the reaper");
	STEP(s->cwd_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC), "open the directory");
	STEP(s->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC), "open /dev/null");
	STEP(s->cache_fd = open(cache, O_PATH | O_DIRECTORY | O_CLOEXEC), "open the cache");
	return 0;
}

static int mount_shared(struct sandbox *s, const struct write_rule *rule, const char **ret_what)
{
	int r;

	STEP(mount("tmpfs", BASE, "tmpfs", MS_NOSUID, "mode=0755"), "mount tmpfs");
	STEP(mkdir(BASE "/builds", 0755), "mkdir");
	STEP(mkdir(BASE "/root", 0755), "mkdir");
	STEP(mkdir(BASE "/scratch", 0755), "mkdir");
	STEP(mkdir(BASE "/proc", 0755), "mkdir");
	STEP(mkdir(BASE "/skeleton", 0755), "mkdir");
	STEP(mkdir(BASE "/skeleton/proc", 0755), "mkdir");
	STEP(mkdir(BASE "/skeleton/dev", 0755), "mkdir");
	STEP(mknod(BASE "/skeleton/dev/null", S_IFCHR | 0666, makedev(1, 3)), "mknod null");
	STEP(chmod(BASE "/skeleton/dev/null", 0666), "chmod null");
	STEP(mount("proc", BASE "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL),
	     "mount proc");

	r = standin_new(&s->standin, BASE "/proc/sys", rule);
	if (r < 0)
		*ret_what = "mount the stand-in";
	return r;
}

int sandbox_new(struct sandbox **ret, const char *cache, const struct write_rule *rule,
		const char **ret_what)
{
	struct sandbox *s = calloc(1, sizeof(*s));
	int r = -ENOMEM;

	*ret_what = "allocate";
	if (!s)
		return r;

	s->cwd_fd = s->cache_fd = s->null_fd = -1;
	r = enter_namespaces(s, cache, ret_what);
	if (r == 0)
		r = mount_shared(s, rule, ret_what);
	if (r < 0) {
		(void)sandbox_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

struct sandbox *sandbox_free(struct sandbox *s)
{
	if (!s)
		return NULL;
	(void)standin_free(s->standin);
	if (s->cwd_fd >= 0)
		(void)close(s->cwd_fd);
	if (s->cache_fd >= 0)
		(void)close(s->cache_fd);
	if (s->null_fd >= 0)
		(void)close(s->null_fd);
	free(s);
	return NULL;
}

struct standin *sandbox_standin(struct sandbox *s)
{
	return s->standin;
}

/* Binds a build on its first use, so that one that is never asked for need not be there. */
static int need_build(struct sandbox *s, const char *name, const char **ret_what)
{
	char from[BUILD_NAME_MAX + 32], to[BUILD_NAME_MAX + 32];

	for (size_t i = 0; i < s->n_builds; i++)
		if (strcmp(s->builds[i], name) == 0)
			return 0;

	*ret_what = "build name";
	if (s->n_builds == BUILDS_MAX || strlen(name) >= BUILD_NAME_MAX || name[0] == '.' ||
	    name[strcspn(name, "/:,\\")] != '\0')
		return -EINVAL;

	(void)snprintf(from, sizeof(from), "%s", name);
	(void)snprintf(to, sizeof(to), BASE "/builds/%s", name);
	STEP(fchdir(s->cache_fd), "enter the cache");
	STEP(access(from, F_OK), "find the build; has it been prepared?");
	STEP(mkdir(to, 0755), "mkdir");
	STEP(mount(from, to, NULL, MS_BIND, NULL), "bind the build");
	STEP(fchdir(s->cwd_fd), "go back");
	strcpy(s->builds[s->n_builds++], name);
	return 0;
}

static int mount_scratch(const char **ret_what)
{
	STEP(mount("tmpfs", BASE "/scratch", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=4m"),
	     "mount scratch");
	STEP(mkdir(BASE "/scratch/upper", 0755), "mkdir");
	STEP(mkdir(BASE "/scratch/work", 0755), "mkdir");
	return 0;
}

static int mount_root(struct sandbox *s, const struct sandbox_job *job, const char **ret_what)
{
	char options[BUILD_NAME_MAX + 128];

	(void)snprintf(options, sizeof(options),
		       "lowerdir=.:" BASE "/skeleton:" BASE "/builds/%s%s", job->build,
		       job->writable ? ",upperdir=" BASE "/scratch/upper,workdir=" BASE
				       "/scratch/work"
				     : "");
	STEP(fchdir(s->cwd_fd), "go back");
	STEP(chdir(job->root), "enter the root");
	STEP(mount("overlay", BASE "/root", "overlay", job->writable ? 0 : MS_RDONLY, options),
	     "mount overlay");
	STEP(mount(BASE "/proc", BASE "/root/proc", NULL, MS_BIND | MS_REC, NULL), "bind proc");
	STEP(fchdir(s->cwd_fd), "go back");
	return 0;
}

/* Also after a mount_root() that failed half way: then there may be nothing to unmount. */
static int unmount_root(const struct sandbox_job *job)
{
	int r = umount2(BASE "/root", MNT_DETACH);

	if (job->writable && umount2(BASE "/scratch", MNT_DETACH) < 0)
		r = -1;
	return r;
}

/* The scripts of a tree are shell code that runs as root: leave it no more than loaders need. */
static void drop_capabilities(void)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (cap != CAP_DAC_OVERRIDE && cap != CAP_DAC_READ_SEARCH && cap != CAP_SYS_PTRACE)
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

/* Only returns when it failed. */
static int become_loader(const struct sandbox *s, const char *const *argv, int output_fd)
{
	static const char *const environment[] = {
		"PATH=/.judge/bb",
		"LD_LIBRARY_PATH=/.judge/lib",
		"LC_ALL=C",
		"SYSTEMD_LOG_TARGET=console",
		"SYSTEMD_LOG_COLOR=0",
		NULL,
	};
	const struct rlimit output = {OUTPUT_MAX, OUTPUT_MAX}, core = {0, 0};

	if (setpgid(0, 0) < 0 || dup2(s->null_fd, 0) < 0 || dup2(output_fd, 1) < 0 ||
	    dup2(output_fd, 2) < 0 || chroot(BASE "/root") < 0 || chdir("/") < 0 ||
	    setrlimit(RLIMIT_CORE, &core) < 0 || setrlimit(RLIMIT_FSIZE, &output) < 0)
		return -errno;
	drop_capabilities();
	(void)umask(022);
	(void)execve(argv[0], (char *const *)argv, (char *const *)environment);
	return -errno;
}

static int start_loader(const struct sandbox *s, const char *const *argv, int output_fd,
			pid_t *ret_pid, const char **ret_what)
{
	int failed[2], r = 0;
	pid_t pid;

	STEP(pipe2(failed, O_CLOEXEC), "pipe");
	pid = fork();
	if (pid == 0) {
		r = become_loader(s, argv, output_fd);
		(void)!write(failed[1], &r, sizeof(r));
		_exit(127);
	}
	r = pid < 0 ? -errno : 0;
	(void)close(failed[1]);
	*ret_what = "start the loader";
	if (pid >= 0 && read(failed[0], &r, sizeof(r)) == (ssize_t)sizeof(r))
		(void)waitpid(pid, NULL, 0);
	(void)close(failed[0]);
	if (r < 0)
		return r;
	*ret_pid = pid;
	return 0;
}

/* Waits for @pid, then ends and reaps everything else that it started. */
static int finish_loader(pid_t pid, int timeout_ms, struct sandbox_result *ret)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), n = -1;
	siginfo_t info;

	if (fd >= 0) {
		n = poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, timeout_ms);
		(void)close(fd);
	}
	ret->timed_out = n == 0;

	/* The group must outlive its leader until it is killed: peek, kill, then reap. */
	if (n > 0 && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0)
		n = -1;
	(void)kill(-pid, SIGKILL);
	if (waitpid(pid, &ret->status, 0) < 0)
		return -errno;
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	return n < 0 ? -EIO : 0;
}

static int read_output(int fd, struct sandbox_result *ret)
{
	struct stat st;
	char *text;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return -errno;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	n = pread(fd, text, (size_t)st.st_size, 0);
	if (n < 0) {
		free(text);
		return -errno;
	}
	ret->output = text;
	ret->output_len = (size_t)n;
	return 0;
}

static int run_mounted(struct sandbox *s, const struct sandbox_job *job, struct sandbox_result *ret,
		       const char **ret_what)
{
	int fd, r;
	pid_t pid;

	/* A file, not a pipe: a loader that prints much must not wait for us. */
	STEP(fd = memfd_create("output", MFD_CLOEXEC), "memfd");
	(void)fcntl(fd, F_SETFL, O_APPEND);
	r = start_loader(s, job->argv, fd, &pid, ret_what);
	if (r == 0) {
		*ret_what = "wait for the loader";
		r = finish_loader(pid, job->timeout_ms, ret);
	}
	if (r == 0) {
		*ret_what = "read its output";
		r = read_output(fd, ret);
	}
	(void)close(fd);
	return r;
}

int sandbox_run(struct sandbox *s, const struct sandbox_job *job, struct sandbox_result *ret,
		const char **ret_what)
{
	struct sandbox_result result = {};
	int r;

	r = need_build(s, job->build, ret_what);
	if (r == 0 && job->writable)
		r = mount_scratch(ret_what);
	if (r == 0)
		r = mount_root(s, job, ret_what);
	if (r < 0) {
		(void)fchdir(s->cwd_fd);
		(void)unmount_root(job);
		return r;
	}

	r = run_mounted(s, job, &result, ret_what);
	if (unmount_root(job) < 0 && r == 0) {
		*ret_what = "unmount the root";
		r = -EBUSY;
	}
	if (r < 0) {
		sandbox_result_done(&result);
		return r;
	}
	*ret = result;
	return 0;
}

void sandbox_result_done(struct sandbox_result *r)
{
	free(r->output);
	*r = (struct sandbox_result){};
}
