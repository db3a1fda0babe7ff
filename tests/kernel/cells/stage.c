/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stage.h"

#include "actor.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/membarrier.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { PATIENCE_MS = 15000 };

/* ---- programs ---- */

static int copy_self(const char *name, uid_t uid, gid_t gid, mode_t mode)
{
	char path[64], bytes[65536];
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), out, r = 0;
	ssize_t n;

	(void)snprintf(path, sizeof(path), STAGE_FILES "/%s", name);
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	if (in < 0 || out < 0)
		return -errno;
	while (r == 0 && (n = read(in, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, (size_t)n) != n)
			r = -EIO;
	if (r == 0 && (fchown(out, uid, gid) < 0 || fchmod(out, mode) < 0))
		r = -errno;
	(void)close(in);
	(void)close(out);
	return r;
}

static int set_file_caps(const char *name, uint32_t set)
{
	struct vfs_cap_data data = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data = {{.permitted = set}},
	};
	char path[64];

	(void)snprintf(path, sizeof(path), STAGE_FILES "/%s", name);
	return setxattr(path, "security.capability", &data, sizeof(data), 0) < 0 ? -errno : 0;
}

int stage_files_make(void)
{
	int r = 0;

	if (mkdir(STAGE_FILES, 0755) < 0 && errno != EEXIST)
		return -errno;
	r = r ? r : copy_self("self", 0, 0, 0755);
	r = r ? r : copy_self("suid-root", 0, 0, 04755);
	r = r ? r : copy_self("suid-user", 1001, 1001, 04755);
	r = r ? r : copy_self("sgid-user", 1001, 1001, 02755);
	r = r ? r : copy_self("filecaps", 0, 0, 0755);
	r = r ? r : copy_self("unreadable", 0, 0, 0711);
	return r ? r : set_file_caps("filecaps", UINT32_C(1) << CAP_NET_RAW);
}

/* ---- talking ---- */

static int send_order(struct stage *s, int who, const struct order *o)
{
	return send(s->near_end[who], o, sizeof(*o), MSG_NOSIGNAL) == sizeof(*o) ? 0 : -errno;
}

/* Receives an answer, and which process sent it. Returns 0 or negative errno. */
static int hear(struct stage *s, int who, struct answer *ret, pid_t *ret_tgid)
{
	struct pollfd pfd = {.fd = s->near_end[who], .events = POLLIN};
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec iov = {ret, sizeof(*ret)};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = &control,
			   .msg_controllen = sizeof(control)};
	struct cmsghdr *c;

	if (poll(&pfd, 1, PATIENCE_MS) <= 0)
		return -ETIMEDOUT;
	if (recvmsg(s->near_end[who], &m, 0) != sizeof(*ret))
		return -EPIPE;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_type != SCM_CREDENTIALS)
		return -EPROTO;
	if (ret_tgid) {
		struct ucred cred;

		memcpy(&cred, CMSG_DATA(c), sizeof(cred));
		*ret_tgid = cred.pid;
	}
	return 0;
}

static int ask(struct stage *s, int who, const struct order *o, struct answer *ret)
{
	int r = send_order(s, who, o);

	return r < 0 ? r : hear(s, who, ret, NULL);
}

/* ---- looking ---- */

/* The state letter of a thread, 0 when it is not there. */
static char state_of(pid_t tgid, pid_t tid)
{
	char path[64], text[512], *p;
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", tgid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	p = strrchr(text, ')');
	return p && p[1] ? p[2] : 0;
}

static enum actor_state look(const struct actor *a)
{
	char c = state_of(a->tgid, a->tid);

	return c == 0 || c == 'X' ? ACTOR_GONE : c == 'Z' ? ACTOR_ENDED : ACTOR_ALIVE;
}

/* Line "NSpid:" of a task: its pid in each namespace, from ours down. Returns how many. */
static int ns_pids(pid_t pid, pid_t *ret, int max)
{
	char path[64], line[256];
	int n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f && n == 0 && fgets(line, sizeof(line), f))
		if (startswith(line, "NSpid:"))
			for (char *p = line + 6; n < max && *p && *p != '\n'; n++)
				ret[n] = (pid_t)strtol(p, &p, 10);
	if (f)
		(void)fclose(f);
	return n;
}

static ino_t pid_ns(pid_t pid, int up)
{
	char path[64];
	struct stat st = {0};
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && up-- > 0) {
		int above = ioctl(fd, NS_GET_PARENT);

		(void)close(fd);
		fd = above;
	}
	if (fd >= 0) {
		(void)fstat(fd, &st);
		(void)close(fd);
	}
	return st.st_ino;
}

pid_t stage_pid_in(pid_t viewer, pid_t pid)
{
	pid_t his[8], mine[8];
	int n_his = ns_pids(viewer, his, 8), n_mine = ns_pids(pid, mine, 8);

	if (n_his <= 1)
		return pid;
	if (n_mine < n_his || pid_ns(viewer, 0) != pid_ns(pid, n_mine - n_his))
		return INT32_MAX;
	return mine[n_his - 1];
}

ino_t stage_userns(pid_t pid)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	return stat(path, &st) < 0 ? 0 : st.st_ino;
}

bool stage_domain_covers(const struct stage *s, int outer, int inner)
{
	while (outer != 0 && inner != 0 && inner != outer)
		inner = s->domain_parent[inner];
	return outer == 0 || inner == outer;
}

/* The tid in our namespace of a thread that knows its own. */
static pid_t find_tid(pid_t tgid, pid_t own)
{
	char path[64];
	struct dirent *d;
	pid_t pids[8], ret = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", tgid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		pid_t tid = (pid_t)strtol(d->d_name, NULL, 10);
		int n = tid > 0 ? ns_pids(tid, pids, 8) : 0;

		if (n > 0 && pids[n - 1] == own)
			ret = tid;
	}
	if (dir)
		(void)closedir(dir);
	return ret;
}

/* ---- starting and ending ---- */

int stage_init(struct stage *s)
{
	struct answer a;
	pid_t pid;
	int on = 1, r;

	memset(s, 0, sizeof(*s));
	for (int i = 0; i < ACTORS_MAX; i++) {
		int pair[2];

		s->actors[i] = (struct actor){
			.leader = i, .declared = PTRACER_NONE, .dumpable = -1, .tracer = -1};
		if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0 ||
		    setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0)
			return -errno;
		(void)fcntl(pair[0], F_SETFD, FD_CLOEXEC);
		s->near_end[i] = pair[0];
		s->far_end[i] = pair[1];
	}
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		sigset_t children;

		/* A traced actor would stop, for ever, at the news of a tracee or child of its own.
		 */
		(void)sigemptyset(&children);
		(void)sigaddset(&children, SIGCHLD);
		(void)sigprocmask(SIG_BLOCK, &children, NULL);
		for (int i = 0; i < ACTORS_MAX; i++)
			(void)close(s->near_end[i]);
		actor_run(0, s->far_end);
	}
	s->actors[0].state = ACTOR_ALIVE;
	s->actors[0].tgid = s->actors[0].tid = pid;
	for (int i = 0; i < ACTORS_MAX; i++)
		(void)close(s->far_end[i]);
	r = hear(s, 0, &a, NULL);
	return r;
}

void stage_done(struct stage *s)
{
	for (int i = 0; i < ACTORS_MAX; i++)
		if (s->actors[i].state != ACTOR_NONE && s->actors[i].state != ACTOR_GONE &&
		    look(&s->actors[i]) != ACTOR_GONE)
			(void)kill(s->actors[i].tgid, SIGKILL);
	for (int tries = 0; tries < PATIENCE_MS; tries++) {
		bool left = false;

		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			;
		for (int i = 0; i < ACTORS_MAX; i++)
			left = left || (s->actors[i].state != ACTOR_NONE &&
					s->actors[i].state != ACTOR_GONE &&
					look(&s->actors[i]) != ACTOR_GONE);
		if (!left)
			break;
		(void)usleep(1000);
	}
	for (int i = 0; i < ACTORS_MAX; i++)
		(void)close(s->near_end[i]);
	memset(s->actors, 0, sizeof(s->actors));
}

/* ---- steps ---- */

static bool is_there(const struct stage *s, int64_t who)
{
	return who >= 0 && who < ACTORS_MAX && s->actors[who].state == ACTOR_ALIVE;
}

static int born(struct stage *s, const struct step *step)
{
	int number = (int)step->args[0];
	struct actor *maker = &s->actors[step->who], *new = &s->actors[number];
	struct answer a;
	pid_t tgid;
	int r = hear(s, number, &a, &tgid);

	if (r < 0)
		return r;
	*new = *maker;
	new->state = ACTOR_ALIVE;
	new->tgid = tgid;
	new->tid = step->verb != VERB_THREAD ? tgid : find_tid(tgid, a.tid);
	new->leader = step->verb == VERB_THREAD ? maker->leader : number;
	new->declared = PTRACER_NONE;
	new->tracer = -1;
	if (step->verb == VERB_FORK_VM)
		maker->shared = new->shared = true;
	else if (step->verb != VERB_THREAD)
		new->shared = false;
	return new->tid > 0 ? 0 : -ESRCH;
}

/* A task's memory is freed some time after its end: what holds on to it is then over. */
static void let_pass(void)
{
	for (int i = 0; i < 3; i++) {
		(void)syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
		(void)usleep(10000);
	}
}

static int step_exit(struct stage *s, int who)
{
	const struct order last = {.verb = VERB_SELF}, o = {.verb = VERB_EXIT};
	struct actor *a = &s->actors[who];
	struct answer words;
	int r = ask(s, who, &last, &words);

	if (r == 0)
		a->dumpable = (int)words.value;
	r = r ? r : send_order(s, who, &o);

	for (int i = 0; r == 0 && look(a) == ACTOR_ALIVE; i++) {
		if (i == PATIENCE_MS)
			r = -ETIMEDOUT;
		(void)usleep(1000);
	}
	a->state = look(a);
	if (a->state == ACTOR_GONE)
		let_pass();
	return r;
}

/* Whoever executes leads the process afterwards, and the others of it are gone. */
static int executed(struct stage *s, int who, bool readable)
{
	struct actor *a = &s->actors[who];
	int old = a->leader;
	struct answer hello;
	int r = hear(s, who, &hello, NULL);

	if (r < 0 || hello.err != 0)
		return r < 0 ? r : hello.err;
	for (int i = 0; i < ACTORS_MAX; i++)
		if (i != who && s->actors[i].state != ACTOR_NONE && s->actors[i].leader == old)
			s->actors[i].state = ACTOR_GONE;
	a->leader = who;
	a->tid = a->tgid;
	/* One that may not be read belongs to the nearest namespace that has its owner: the first.
	 */
	a->mm_userns = readable ? stage_userns(a->tgid) : 0;
	if (old != who)
		let_pass();
	return 0;
}

static int write_map(pid_t pid, const char *name)
{
	char path[64];
	static const char range[] = "0 100000 65536\n";
	int fd, r = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, range, sizeof(range) - 1) < 0)
		r = -errno;
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* Who has the number of an actor now: a thread that executes a program takes its leader's. */
static int successor(const struct stage *s, int64_t who)
{
	for (int i = 0; who >= 0 && s->actors[who].state == ACTOR_GONE && i < ACTORS_MAX; i++)
		if (s->actors[i].state != ACTOR_NONE && s->actors[i].state != ACTOR_GONE &&
		    s->actors[i].tid == s->actors[who].tid)
			return i;
	return (int)who;
}

/* What the stage must know of a step that was done. */
static int note(struct stage *s, const struct step *step)
{
	struct actor *a = &s->actors[step->who];

	switch ((int)step->verb) {
	case VERB_FORK:
	case VERB_FORK_PARENT:
	case VERB_FORK_VM:
	case VERB_THREAD:
		return born(s, step);
	case VERB_REAP:
		s->actors[step->args[0]].state = look(&s->actors[step->args[0]]);
		let_pass();
		return 0;
	case VERB_PTRACER:
		s->actors[a->leader].declared = successor(s, step->args[0]);
		return 0;
	case VERB_TRACE:
		s->actors[successor(s, step->args[0])].tracer = step->who;
		return 0;
	case VERB_LANDLOCK:
		if (s->n_domains < STEPS_MAX) {
			s->domain_parent[++s->n_domains] = a->domain;
			a->domain = s->n_domains;
		}
		return 0;
	case VERB_UNSHARE_USER:
		if (step->args[0] != MAP_RANGE)
			return 0;
		return write_map(a->tgid, "uid_map") < 0 || write_map(a->tgid, "gid_map") < 0
			       ? EPERM
			       : 0;
	default:
		return 0;
	}
}

/* Pids are told as the actor sees them. */
static int make_order(const struct stage *s, const struct step *step, struct order *ret)
{
	const char *kinds = verb_kinds(step->verb);
	struct order o = {.verb = step->verb};

	for (size_t i = 0; kinds[i]; i++) {
		int64_t arg = step->args[i];

		o.args[i] = arg;
		if (kinds[i] == '@' || (kinds[i] == 'p' && arg >= 0)) {
			if (s->actors[arg].state == ACTOR_NONE)
				return -ESRCH;
			o.args[i] = stage_pid_in(s->actors[step->who].tgid, s->actors[arg].tid);
		} else if (kinds[i] == 'a') {
			if (s->actors[arg].state != ACTOR_NONE)
				return -ESRCH;
			o.new_actor = (int32_t)arg;
		} else if (kinds[i] == 'f') {
			(void)snprintf(o.path, sizeof(o.path), STAGE_FILES "/%s", script_file(arg));
		}
	}
	if (step->verb == VERB_JOIN_USER)
		(void)snprintf(o.path, sizeof(o.path), "/proc/%d/ns/user",
			       s->actors[step->args[0]].tgid);
	*ret = o;
	return 0;
}

int stage_step(struct stage *s, const struct step *step)
{
	struct order o;
	struct answer a;
	int r;

	if (!is_there(s, step->who))
		return -ESRCH;
	r = make_order(s, step, &o);
	if (r < 0)
		return r;
	if (step->verb == VERB_EXIT)
		return step_exit(s, step->who);
	if (step->verb == VERB_EXEC) {
		r = send_order(s, step->who, &o);
		return r < 0 ? r
			     : executed(s, step->who,
					!streq(script_file(step->args[0]), "unreadable"));
	}
	r = ask(s, step->who, &o, &a);
	if (r < 0 || a.err != 0)
		return r < 0 ? r : a.err;
	return note(s, step);
}

int stage_run(struct stage *s, const struct script *script, size_t *ret_at)
{
	for (size_t i = 0; i < script->n; i++) {
		int r = stage_step(s, &script->steps[i]);

		if (r != 0) {
			*ret_at = i;
			return r;
		}
	}
	return 0;
}

int stage_operate(struct stage *s, int who, enum access_operation op, pid_t pid)
{
	struct order o = {.verb = VERB_OPERATE};
	struct answer a;
	int r;

	o.args[0] = op;
	o.args[1] = stage_pid_in(s->actors[who].tgid, pid);
	o.args[2] = pid;
	r = ask(s, who, &o, &a);
	return r < 0 ? r : a.err;
}

void stage_look(struct stage *s)
{
	for (int i = 0; i < ACTORS_MAX; i++)
		if (s->actors[i].state == ACTOR_ALIVE || s->actors[i].state == ACTOR_ENDED)
			s->actors[i].state = look(&s->actors[i]);
}

void stage_refresh(struct stage *s)
{
	const struct order o = {.verb = VERB_SELF};
	struct answer answer;

	stage_look(s);
	for (int i = 0; i < ACTORS_MAX; i++) {
		struct actor *a = &s->actors[i];

		if (a->state == ACTOR_ALIVE && ask(s, i, &o, &answer) == 0)
			a->dumpable = (int)answer.value;
	}
}
