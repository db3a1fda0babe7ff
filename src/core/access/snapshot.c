/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A process costs two files and a link: stat (name, kernel thread, start time), status (ids,
 * capabilities, parent, tracer) and ns/user. The owner of status tells whether it is dumpable
 * (fs/proc/base.c:task_dump_owner()).
 */
#include "snapshot-impl.h"

#include "limits.h"
#include "parse.h"
#include "str.h"

#include <stdio.h>

#define PF_KTHREAD 0x00200000 /* include/linux/sched.h */

/* Bytes of a status: 65536 groups make the longest. */
#define STATUS_MAX (1024 * 1024)

/* Parents that are followed; a chain in /proc is no longer than its processes. */
#define PARENTS_MAX 100000

void snapshot_done(struct snapshot *s)
{
	free(s->processes);
	free(s->creds);
	free(s->creds_index);
	userns_done(s);
	*s = (struct snapshot){0};
}

/* Reads a whole file of procfs into a buffer that is used again. */
static int read_whole(struct tree *t, const char *path, struct strbuf *b, struct tree_stat *ret_st)
{
	char chunk[8192];
	struct tree_file f;
	ssize_t k;
	int r = tree_open_file(t, path, &f);

	if (r < 0)
		return r;
	strbuf_clear(b);
	/* What is short is the end: procfs gives what fits. */
	do {
		k = tree_file_read(&f, chunk, sizeof(chunk));
		if (k > 0 && strbuf_add(b, chunk, (size_t)k) < 0)
			k = -ENOMEM;
		if (k > 0 && b->len > STATUS_MAX)
			k = -EFBIG;
	} while (k == (ssize_t)sizeof(chunk));
	if (ret_st)
		*ret_st = f.st;
	tree_file_close(&f);
	return k < 0 ? (int)k : 0;
}

static uint32_t creds_hash(const struct snapshot_creds *c)
{
	const uint64_t parts[] = {c->uids[0],	    c->uids[1],		 c->uids[2],
				  c->uids[3],	    c->gids[0],		 c->gids[1],
				  c->gids[2],	    c->gids[3],		 c->cap_effective,
				  c->cap_permitted, (uintptr_t)c->userns};
	uint64_t h = 14695981039346656037U;

	for (size_t i = 0; i < ELEMENTSOF(parts); i++)
		h = (h ^ parts[i]) * 1099511628211U;
	return (uint32_t)(h ^ (h >> 32));
}

static bool creds_equal(const struct snapshot_creds *a, const struct snapshot_creds *b)
{
	return memcmp(a->uids, b->uids, sizeof(a->uids)) == 0 &&
	       memcmp(a->gids, b->gids, sizeof(a->gids)) == 0 &&
	       a->cap_effective == b->cap_effective && a->cap_permitted == b->cap_permitted &&
	       a->userns == b->userns;
}

static int index_grow(struct snapshot *s)
{
	size_t n = s->n_index ? s->n_index * 2 : 64;
	uint32_t *index;

	if (s->n_creds * 2 < s->n_index)
		return 0;
	index = calloc(n, sizeof(*index));
	if (!index)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_creds; i++) {
		size_t at = creds_hash(&s->creds[i]) & (n - 1);

		while (index[at])
			at = (at + 1) & (n - 1);
		index[at] = (uint32_t)i + 1;
	}
	free(s->creds_index);
	s->creds_index = index;
	s->n_index = n;
	return 0;
}

/* The number of a set of credentials, which is added when it is new. */
static int creds_intern(struct snapshot *s, const struct snapshot_creds *c, uint32_t *ret)
{
	size_t at;

	if (index_grow(s) < 0)
		return -ENOMEM;
	for (at = creds_hash(c) & (s->n_index - 1); s->creds_index[at];
	     at = (at + 1) & (s->n_index - 1)) {
		if (creds_equal(&s->creds[s->creds_index[at] - 1], c)) {
			*ret = s->creds_index[at] - 1;
			return 0;
		}
	}
	if (array_reserve(&s->creds, s->n_creds, &s->cap_creds, sizeof(*s->creds)) < 0)
		return -ENOMEM;
	s->creds[s->n_creds] = *c;
	s->creds_index[at] = (uint32_t)s->n_creds + 1;
	*ret = (uint32_t)s->n_creds++;
	return 0;
}

/* An id as this /proc shows it. */
static uint32_t known_id(uint32_t id, uint32_t overflow)
{
	return id == overflow ? ACCESS_ID_UNSEEN : id;
}

/* Whether uid and gid are those that the files of a process of this namespace, or of one above,
 * have when it is not dumpable. */
static bool may_be_root_of(const struct access_userns *ns, uint32_t uid, uint32_t gid)
{
	for (; ns; ns = ns->parent) {
		if (ns->first)
			return uid == 0 && gid == 0;
		if (ns->root_uid == ACCESS_ID_UNSEEN || ns->root_gid == ACCESS_ID_UNSEEN) {
			if (!ns->root_unmapped)
				return true;
		} else if (ns->root_uid == uid && ns->root_gid == gid) {
			return true;
		}
	}
	return true; /* not seen up to the first */
}

static enum fact dumpable_of(const struct snapshot *s, const struct snapshot_process *p)
{
	const struct snapshot_creds *c = &s->creds[p->creds];

	if (p->vm_kib == 0 || p->file_uid == ACCESS_ID_UNSEEN || p->file_gid == ACCESS_ID_UNSEEN ||
	    c->uids[1] == ACCESS_ID_UNSEEN || c->gids[1] == ACCESS_ID_UNSEEN)
		return FACT_UNKNOWN;
	if (p->file_uid != c->uids[1] || p->file_gid != c->gids[1])
		return FACT_NO;
	/* The files are its own; so are they when it is not dumpable and that root itself. */
	return may_be_root_of(c->userns, p->file_uid, p->file_gid) ? FACT_UNKNOWN : FACT_YES;
}

static int fill(struct snapshot *s, const struct proc_text *t, const struct tree_stat *st,
		const struct access_userns *userns, struct snapshot_process *ret)
{
	struct snapshot_creds c = {
		.cap_effective = t->cap_effective,
		.cap_permitted = t->cap_permitted,
		.userns = userns,
	};
	int r;

	for (size_t i = 0; i < 4; i++) {
		c.uids[i] = known_id(t->uids[i], s->overflow_uid);
		c.gids[i] = known_id(t->gids[i], s->overflow_gid);
	}
	ret->start = t->start;
	ret->vm_kib = t->vm_kib;
	ret->tgid = t->tgid;
	ret->ppid = t->ppid;
	ret->tracer = t->tracer;
	ret->file_uid = known_id(st->uid, s->overflow_uid);
	ret->file_gid = known_id(st->gid, s->overflow_gid);
	memcpy(ret->comm, t->comm, sizeof(ret->comm));
	ret->state = t->state;
	ret->seccomp = t->seccomp;
	ret->kthread = (t->flags & PF_KTHREAD) != 0;
	ret->no_new_privs = t->no_new_privs;
	r = creds_intern(s, &c, &ret->creds);
	if (r == 0)
		ret->dumpable = (uint8_t)dumpable_of(s, ret);
	return r;
}

/* Reads a task. What is gone is -ESRCH, also where /proc says so with another errno. */
static int read_task(struct snapshot *s, uint32_t pid, struct strbuf *b,
		     struct snapshot_process *ret)
{
	_cleanup_tree_ struct tree *dir = NULL;
	const struct access_userns *userns = NULL;
	struct proc_text text = {0};
	struct tree_stat st;
	char path[32];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%u", pid);
	*ret = (struct snapshot_process){.pid = pid};
	r = tree_open_below(s->proc, path, &dir);
	if (r == 0)
		r = read_whole(dir, "/stat", b, NULL);
	if (r == 0)
		r = proc_text_stat(b->bytes ? b->bytes : "", b->len, &text);
	if (r == 0)
		r = read_whole(dir, "/status", b, &st);
	if (r == 0)
		r = proc_text_status(b->bytes ? b->bytes : "", &text);
	if (r == 0)
		r = userns_of(s, dir, &userns);
	if (r == 0)
		r = fill(s, &text, &st, userns, ret);
	return r == -ENOENT || r == -ENOTDIR ? -ESRCH : r;
}

/* The reader's own place in this /proc. */
static int look_at_self(struct snapshot *s)
{
	_cleanup_free_ char *self = NULL, *text = NULL;
	uint32_t root;
	uint64_t pid;
	bool all = false;
	int r = tree_readlink(s->proc, "/proc/self", &self);

	if (r == -ENOMEM)
		return r;
	if (r == 0 && parse_uint(self, UINT32_MAX, &pid) == 0)
		s->self = (uint32_t)pid;
	/* Ids are shown as the reader's user namespace has them. A recording is taken as made in
	 * the first: it has no reader. */
	r = s->self ? tree_read_file(s->proc, "/proc/self/uid_map", 65536, &text, NULL) : -ENOENT;
	if (r == -ENOMEM)
		return r;
	s->first_userns = r < 0 || (proc_text_map(text, &all, &root) == 0 && all);
	return 0;
}

bool snapshot_hides(struct snapshot *s)
{
	_cleanup_free_ char *text = NULL;
	bool hides = false;

	if (!s->self ||
	    tree_read_file(s->proc, "/proc/self/mountinfo", LIMIT_SMALL_FILE, &text, NULL) < 0)
		return false;
	/* The last mount on /proc is the one that is seen. */
	for (char *line = text, *next; line && *line; line = next) {
		char *at;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		at = strstr(line, " - proc ");
		if (!strstr(line, " /proc ") || !at)
			continue;
		at = strstr(at, "hidepid=");
		hides = at && !startswith(at, "hidepid=0") && !startswith(at, "hidepid=off");
	}
	return hides;
}

static int read_overflow(struct snapshot *s, const char *path, uint32_t *ret)
{
	_cleanup_free_ char *text = NULL;
	uint64_t v;
	int r = tree_read_file(s->proc, path, 64, &text, NULL);

	*ret = 65534;
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	text[strcspn(text, "\n")] = '\0';
	if (parse_uint(text, UINT32_MAX, &v) == 0)
		*ret = (uint32_t)v;
	return 0;
}

int snapshot_open(struct tree *tree, struct snapshot *ret, struct error *e)
{
	struct snapshot s = {
		.proc = tree,
		.overflow_uid = ACCESS_ID_UNSEEN,
		.overflow_gid = ACCESS_ID_UNSEEN,
	};
	struct tree_stat st;
	int r = tree_stat(tree, "/proc/1", &st, NULL);

	/* With hidepid=2 the first process is another's; our own is always there. */
	if (r == -ENOENT || r == -EACCES)
		r = tree_stat(tree, "/proc/self/status", &st, NULL);
	if (r < 0) {
		(void)error_set(e, -r, "/proc", 0, "shows no processes");
		error_hint(e, "it has to be mounted: mount -t proc proc /proc");
		return r;
	}
	r = look_at_self(&s);
	if (r == 0 && !s.first_userns) {
		r = read_overflow(&s, "/proc/sys/kernel/overflowuid", &s.overflow_uid);
		if (r == 0)
			r = read_overflow(&s, "/proc/sys/kernel/overflowgid", &s.overflow_gid);
	}
	if (r < 0)
		return error_set(e, -r, NULL, 0, "cannot look at /proc");
	*ret = s;
	return 0;
}

static int append(struct snapshot *s, const struct snapshot_process *p)
{
	if (array_reserve(&s->processes, s->n, &s->cap, sizeof(*s->processes)) < 0)
		return -ENOMEM;
	s->processes[s->n++] = *p;
	return 0;
}

static int compare_pids(const void *a, const void *b)
{
	const struct snapshot_process *p = a, *q = b;

	return p->pid < q->pid ? -1 : p->pid > q->pid;
}

int snapshot_read(struct snapshot *s, struct error *e)
{
	_cleanup_(tree_list_done) struct tree_list l = {0};
	_cleanup_strbuf_ struct strbuf b = {0};
	int r = tree_list(s->proc, "/proc", &l);

	if (r < 0)
		return error_set(e, -r, "/proc", 0, "cannot list the processes");
	s->n = 0;
	s->unseen = 0;
	for (size_t i = 0; i < l.n; i++) {
		struct snapshot_process p;
		uint64_t pid;

		if (parse_uint(l.entries[i].name, UINT32_MAX, &pid) < 0)
			continue;
		r = read_task(s, (uint32_t)pid, &b, &p);
		if (r == 0)
			r = append(s, &p);
		if (r == -ENOMEM)
			return error_set(e, ENOMEM, NULL, 0, "cannot hold the processes");
		if (r < 0 && r != -ESRCH)
			s->unseen++;
	}
	if (s->n > 1)
		qsort(s->processes, s->n, sizeof(*s->processes), compare_pids);
	return 0;
}

const struct snapshot_process *snapshot_find(const struct snapshot *s, uint32_t pid)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->processes[mid].pid < pid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->n && s->processes[low].pid == pid ? &s->processes[low] : NULL;
}

int snapshot_add(struct snapshot *s, uint32_t pid, size_t *ret)
{
	const struct snapshot_process *p = snapshot_find(s, pid);
	_cleanup_strbuf_ struct strbuf b = {0};
	struct snapshot_process read;
	size_t i;
	int r;

	if (!p) {
		r = read_task(s, pid, &b, &read);
		if (r == 0)
			r = append(s, &read);
		if (r < 0)
			return r;
		for (i = s->n - 1; i > 0 && s->processes[i - 1].pid > pid; i--)
			s->processes[i] = s->processes[i - 1];
		s->processes[i] = read;
		p = &s->processes[i];
	}
	if (ret)
		*ret = (size_t)(p - s->processes);
	return 0;
}

int snapshot_add_parents(struct snapshot *s, size_t i)
{
	uint32_t pid = s->processes[i].ppid;
	int r = 0;

	for (unsigned n = 0; pid && r == 0 && n < PARENTS_MAX; n++) {
		r = snapshot_add(s, pid, &i);
		if (r == 0)
			pid = s->processes[i].ppid;
	}
	return r == -ESRCH ? 0 : r; /* it was reparented meanwhile: its chain stays unknown */
}

bool snapshot_still_there(struct snapshot *s, const struct snapshot_process *p)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	struct snapshot_process now;

	return read_task(s, p->pid, &b, &now) == 0 && now.start == p->start && now.tgid == p->tgid;
}

/* Whether the files of a process that is not dumpable, executed in this namespace, have this owner.
 */
static bool is_root_of(const struct access_userns *ns, uint32_t uid, uint32_t gid)
{
	if (ns->first || ns->root_unmapped)
		return uid == 0 && gid == 0;
	return ns->root_uid == uid && ns->root_gid == gid;
}

/*
 * Where the program was executed, as far as that matters: in the namespace of its credentials or in
 * one above. If it is not dumpable, then in one whose root owns its files. Of several the highest
 * is given where it is not known whether it is dumpable: who has a capability there has it in all.
 */
static const struct access_userns *executed_in(const struct snapshot_creds *c,
					       const struct snapshot_process *p)
{
	const struct access_userns *found = NULL, *ns = c->userns;
	unsigned n = 0;

	for (; ns; ns = ns->parent) {
		if (!ns->first && !ns->root_unmapped &&
		    (ns->root_uid == ACCESS_ID_UNSEEN || ns->root_gid == ACCESS_ID_UNSEEN))
			return NULL;
		if (is_root_of(ns, p->file_uid, p->file_gid)) {
			found = ns;
			n++;
		}
		if (ns->first)
			return n == 1 || p->dumpable == FACT_UNKNOWN ? found : NULL;
	}
	return NULL; /* not seen up to the first */
}

struct access_task snapshot_task(const struct snapshot *s, const struct snapshot_process *p)
{
	const struct snapshot_creds *c = &s->creds[p->creds];

	return (struct access_task){
		.ruid = c->uids[0],
		.euid = c->uids[1],
		.suid = c->uids[2],
		.fsuid = c->uids[3],
		.rgid = c->gids[0],
		.egid = c->gids[1],
		.sgid = c->gids[2],
		.fsgid = c->gids[3],
		.cap_effective = c->cap_effective,
		.cap_permitted = c->cap_permitted,
		.caps_seen = true,
		.userns = c->userns,
		.mm_userns = c->userns && c->userns->first ? c->userns : executed_in(c, p),
		.has_mm = fact_of(p->vm_kib > 0),
		.dumpable = (enum fact)p->dumpable,
		.kthread = fact_of(p->kthread),
		.exited = fact_of(p->state == 'Z' || p->state == 'X'),
		.traced = fact_of(p->tracer != 0),
		.reaped = FACT_NO,
		.file_uid = p->file_uid,
		.file_gid = p->file_gid,
	};
}

enum fact snapshot_descends(const struct snapshot *s, const struct snapshot_process *tracee,
			    uint32_t tracer_tgid)
{
	uint32_t pid = tracee->tgid, ppid = tracee->ppid;

	for (size_t n = 0; n <= s->n; n++) {
		const struct snapshot_process *p;

		if (pid == tracer_tgid)
			return FACT_YES;
		if (ppid == 0)
			return FACT_NO;
		pid = ppid;
		if (pid == tracer_tgid)
			return FACT_YES;
		p = snapshot_find(s, pid);
		if (!p)
			return FACT_UNKNOWN;
		ppid = p->ppid;
	}
	return FACT_UNKNOWN; /* a ring: it changed while it was read */
}

uint32_t snapshot_tgid(struct snapshot *s, uint32_t tid)
{
	const struct snapshot_process *p = snapshot_find(s, tid);
	_cleanup_strbuf_ struct strbuf b = {0};
	struct snapshot_process read;

	if (p)
		return p->tgid;
	return read_task(s, tid, &b, &read) < 0 ? 0 : read.tgid;
}

static enum fact traces(struct snapshot *s, uint32_t tracer_tgid,
			const struct snapshot_process *tracee)
{
	uint32_t tgid;

	if (tracee->tracer == 0 || tracee->tracer == tracer_tgid)
		return fact_of(tracee->tracer != 0);
	tgid = snapshot_tgid(s, tracee->tracer);
	return tgid ? fact_of(tgid == tracer_tgid) : FACT_UNKNOWN;
}

struct access_pair snapshot_pair(struct snapshot *s, const struct snapshot_process *tracer,
				 const struct snapshot_process *tracee)
{
	const struct access_userns *ns = s->creds[tracer->creds].userns;

	return (struct access_pair){
		.same_group = fact_of(tracer->tgid == tracee->tgid),
		.descendant = snapshot_descends(s, tracee, tracer->tgid),
		.tracing = traces(s, tracer->tgid, tracee),
		.declared = FACT_UNKNOWN,
		.same_mm =
			tracer->vm_kib && tracer->vm_kib == tracee->vm_kib ? FACT_UNKNOWN : FACT_NO,
		.file_mapped = ns && ns->first ? FACT_YES : FACT_UNKNOWN,
		.others = FACT_NO,
	};
}
