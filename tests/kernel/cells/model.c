/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Facts about the actors, as exactly as the stage knows them: /proc read by root, and what the
 * stage saw being done (declared tracers, Landlock domains, dumpable, where a program was
 * executed).
 */
#include "model.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

struct status {
	pid_t tgid, ppid, tracer;
	char state;
	uint32_t uid[4], gid[4];
	uint64_t effective, permitted;
};

static void read_ids(const char *p, uint32_t *ret, size_t n)
{
	char *end;

	for (size_t i = 0; i < n; i++, p = end)
		ret[i] = (uint32_t)strtoul(p, &end, 10);
}

static void read_line(const char *line, struct status *s)
{
	const char *p = strchr(line, ':');

	if (!p)
		return;
	p++;
	if (startswith(line, "Tgid:"))
		s->tgid = (pid_t)strtol(p, NULL, 10);
	else if (startswith(line, "PPid:"))
		s->ppid = (pid_t)strtol(p, NULL, 10);
	else if (startswith(line, "TracerPid:"))
		s->tracer = (pid_t)strtol(p, NULL, 10);
	else if (startswith(line, "State:"))
		s->state = p[1];
	else if (startswith(line, "Uid:"))
		read_ids(p, s->uid, 4);
	else if (startswith(line, "Gid:"))
		read_ids(p, s->gid, 4);
	else if (startswith(line, "CapEff:"))
		s->effective = strtoull(p, NULL, 16);
	else if (startswith(line, "CapPrm:"))
		s->permitted = strtoull(p, NULL, 16);
}

/* False when the task is not there. */
static bool read_status(pid_t tid, struct status *ret)
{
	char path[64], line[1024];
	FILE *f;

	*ret = (struct status){0};
	(void)snprintf(path, sizeof(path), "/proc/%d/status", tid);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f))
		read_line(line, ret);
	(void)fclose(f);
	return ret->tgid > 0;
}

/* ---- user namespaces ---- */

static ino_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? 0 : st.st_ino;
}

/* What its uid 0 and gid 0 are outside. */
static void read_map(pid_t tid, const char *name, uint32_t *ret, bool *unmapped)
{
	char path[64];
	unsigned inside, outside, n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", tid, name);
	f = fopen(path, "re");
	*unmapped = true;
	while (f && fscanf(f, "%u %u %u", &inside, &outside, &n) == 3) // NOLINT
		if (inside == 0) {
			*ret = outside;
			*unmapped = false;
		}
	if (f)
		(void)fclose(f);
}

static struct access_userns *known(struct model *m, uint64_t inode)
{
	for (size_t i = 0; i < m->n_userns; i++)
		if (m->userns[i].inode == inode)
			return &m->userns[i];
	return NULL;
}

/* The namespace behind a descriptor, which is closed, with all above it. */
static struct access_userns *add_userns(struct model *m, int fd)
{
	struct access_userns *found = known(m, inode_of(fd)), *above;
	uid_t owner;
	int up;

	if (found || m->n_userns == USERNS_MAX) {
		(void)close(fd);
		return found;
	}
	found = &m->userns[m->n_userns++];
	*found = (struct access_userns){.inode = inode_of(fd),
					.owner = ACCESS_ID_UNSEEN,
					.root_uid = ACCESS_ID_UNSEEN,
					.root_gid = ACCESS_ID_UNSEEN};
	up = ioctl(fd, NS_GET_PARENT);
	if (up < 0) { /* EPERM: there is none above */
		found->first = true;
		found->root_uid = found->root_gid = 0;
	} else {
		if (ioctl(fd, NS_GET_OWNER_UID, &owner) == 0)
			found->owner = owner;
		above = add_userns(m, up);
		found->parent = above;
		found->level = above ? above->level + 1 : 0;
	}
	(void)close(fd);
	return found;
}

static struct access_userns *userns_of(struct model *m, pid_t tid)
{
	struct access_userns *ns;
	char path[64];
	bool no_uid, no_gid;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	ns = add_userns(m, fd);
	if (ns && !ns->first) {
		read_map(tid, "uid_map", &ns->root_uid, &no_uid);
		read_map(tid, "gid_map", &ns->root_gid, &no_gid);
		ns->root_unmapped = no_uid || no_gid;
	}
	return ns;
}

/* ---- a task ---- */

static void file_owner(pid_t tid, struct access_task *t)
{
	char path[64];
	struct stat st;

	(void)snprintf(path, sizeof(path), "/proc/%d/environ", tid);
	t->file_uid = t->file_gid = ACCESS_ID_UNSEEN;
	if (stat(path, &st) == 0) {
		t->file_uid = st.st_uid;
		t->file_gid = st.st_gid;
	}
}

static void fill_task(struct model *m, pid_t tid, const struct actor *a, struct access_task *t)
{
	struct status s;

	*t = (struct access_task){.reaped = FACT_NO};
	if (!read_status(tid, &s)) {
		t->reaped = FACT_YES;
		return;
	}
	t->ruid = s.uid[0], t->euid = s.uid[1], t->suid = s.uid[2], t->fsuid = s.uid[3];
	t->rgid = s.gid[0], t->egid = s.gid[1], t->sgid = s.gid[2], t->fsgid = s.gid[3];
	t->cap_effective = s.effective;
	t->cap_permitted = s.permitted;
	t->caps_seen = FACT_YES;
	t->userns = userns_of(m, tid);
	t->kthread = fact_of(tid == 2 || s.ppid == 2);
	t->exited = fact_of(s.state == 'Z' || s.state == 'X');
	t->has_mm = fact_of(t->kthread != FACT_YES && t->exited != FACT_YES);
	t->traced = fact_of(s.tracer != 0);
	t->dumpable = fact_of(a ? a->dumpable == 1 : t->kthread != FACT_YES);
	t->mm_userns = a && a->mm_userns ? known(m, a->mm_userns) : NULL;
	/* All that is known hangs below the first, which has been added with any other. */
	for (size_t i = 0; !t->mm_userns && i < m->n_userns; i++)
		if (m->userns[i].first)
			t->mm_userns = &m->userns[i];
	file_owner(tid, t);
}

/* ---- two tasks ---- */

/* By the leaders' parents, as /proc shows them. */
static bool is_descendant(pid_t ancestor, pid_t tgid)
{
	struct status s;

	for (int i = 0; tgid > 0 && i < 1000; i++) {
		if (tgid == ancestor)
			return true;
		if (!read_status(tgid, &s))
			return false;
		tgid = s.ppid;
	}
	return false;
}

static bool is_declared(const struct stage *s, const struct actor *tracee, pid_t tracer_tgid)
{
	int declared = s->actors[tracee->leader].declared;
	const struct actor *d;

	if (declared == PTRACER_NONE || s->actors[tracee->leader].state == ACTOR_GONE)
		return false;
	if (declared == PTRACER_ANY)
		return true;
	d = &s->actors[declared];
	return d->state != ACTOR_GONE && is_descendant(d->tgid, tracer_tgid);
}

/* Whether an id has another name in the namespace of a task. */
static bool is_mapped(pid_t tid, const char *map, uint32_t id)
{
	char path[64];
	unsigned inside, outside, n;
	bool found = false;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", tid, map);
	f = fopen(path, "re");
	while (f && fscanf(f, "%u %u %u", &inside, &outside, &n) == 3) // NOLINT
		found = found || id - outside < n;
	if (f)
		(void)fclose(f);
	return found;
}

static void fill_pair(const struct model_pair *p, pid_t tracer_tid, const struct actor *tracer,
		      const struct access_task *tracee, struct access_pair *pair)
{
	const struct actor *e = p->tracee < 0 ? NULL : &p->stage->actors[p->tracee];
	struct status a, b, by;

	*pair = (struct access_pair){.same_group = FACT_NO,
				     .descendant = FACT_NO,
				     .tracing = FACT_NO,
				     .declared = FACT_NO,
				     .same_mm = FACT_NO,
				     .file_mapped = FACT_NO,
				     .others = FACT_NO};
	if (!read_status(tracer_tid, &a) || !read_status(p->tracee_tid, &b))
		return;
	pair->same_group = fact_of(a.tgid == b.tgid);
	pair->descendant = fact_of(is_descendant(a.tgid, b.tgid));
	pair->tracing = fact_of(b.tracer != 0 && read_status(b.tracer, &by) && by.tgid == a.tgid);
	if (e)
		pair->declared = fact_of(is_declared(p->stage, e, a.tgid));
	pair->same_mm =
		fact_of(syscall(SYS_kcmp, tracer_tid, p->tracee_tid, KCMP_VM, 0UL, 0UL) == 0);
	pair->file_mapped = fact_of(is_mapped(tracer_tid, "uid_map", tracee->file_uid) &&
				    is_mapped(tracer_tid, "gid_map", tracee->file_gid));
	if (tracer)
		pair->others =
			fact_of(!stage_domain_covers(p->stage, tracer->domain, e ? e->domain : 0));
}

static const struct actor *actor_of(const struct stage *s, pid_t tid)
{
	for (int i = 0; i < ACTORS_MAX; i++)
		if (s->actors[i].state != ACTOR_NONE && s->actors[i].state != ACTOR_GONE &&
		    s->actors[i].tid == tid)
			return &s->actors[i];
	return NULL;
}

static bool has_child(pid_t tgid, pid_t tid, pid_t child)
{
	char path[64];
	bool found = false;
	int pid;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", tgid, tid);
	f = fopen(path, "re");
	while (f && !found && fscanf(f, "%d", &pid) == 1) // NOLINT
		found = pid == child;
	if (f)
		(void)fclose(f);
	return found;
}

/* The thread that is the real parent: its credentials may be others than its leader's. */
static pid_t parent_thread(pid_t tgid, pid_t child)
{
	char path[64];
	struct dirent *d;
	pid_t ret = tgid;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", tgid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		pid_t tid = (pid_t)strtol(d->d_name, NULL, 10);

		if (tid > 0 && has_child(tgid, tid, child))
			ret = tid;
	}
	if (dir)
		(void)closedir(dir);
	return ret;
}

static void fill_env(const struct kernel *k, int level, struct access_env *env)
{
	struct utsname u;

	*env = (struct access_env){
		.yama = fact_of(kernel_has_levels(k)), .level = level, .perf_event_paranoid = 1};
	if (uname(&u) == 0)
		access_env_set_release(env, u.release);
}

int model_init(struct model *m, const struct model_pair *p, const struct kernel *k, int level)
{
	const struct actor *e = p->tracee < 0 ? NULL : &p->stage->actors[p->tracee];
	const struct actor *t = &p->stage->actors[p->tracer], *parent;
	struct status s;

	*m = (struct model){0};
	fill_env(k, level, &m->env);
	fill_task(m, p->tracer_tid, t, &m->tracer);
	fill_task(m, p->tracee_tid, e, &m->tracee);
	m->unseen = stage_pid_in(p->tracer_tid, p->tracee_tid) == INT32_MAX;
	fill_pair(p, p->tracer_tid, t, &m->tracee, &m->pair);
	if (read_status(p->tracee_tid, &s) && s.ppid > 0) {
		m->parent_tid = parent_thread(s.ppid, s.tgid);
		parent = actor_of(p->stage, m->parent_tid);
		fill_task(m, m->parent_tid, parent, &m->parent);
		fill_pair(p, m->parent_tid, parent, &m->tracee, &m->parent_pair);
	}
	return m->tracer.reaped == FACT_YES ? -ESRCH : 0;
}

void model_done(struct model *m)
{
	*m = (struct model){0};
}

struct access_verdict model_decide(const struct model *m, enum access_operation op)
{
	struct access_task tracee = m->tracee;

	if (op == ACCESS_TRACEME)
		return access_decide(op, &m->parent, &tracee, &m->parent_pair, &m->env);
	/* A pid that the tracer's namespace does not have; the files are those of another /proc. */
	if (m->unseen && !(access_operation_info(op)->quirks & ACCESS_QUIRK_PROC))
		tracee.reaped = FACT_YES;
	return access_decide(op, &m->tracer, &tracee, &m->pair, &m->env);
}
