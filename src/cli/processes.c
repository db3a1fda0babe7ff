/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A root that is not said to be live is a recording: its level stands in a file, whatever file
 * system that is on. Of the live system only procfs is believed.
 */
#include "processes.h"

#include "limits.h"
#include "parse.h"
#include "render-common.h"

#define RELEASE_PATH "/proc/sys/kernel/osrelease"
#define LEVEL_PATH   "/proc/sys/" PTRACE_SCOPE_KEY

/* Processes of one name that an error names. */
#define NAMED_MAX 8

void processes_done(struct processes *p)
{
	snapshot_done(&p->snapshot);
	users_done(&p->users);
	free(p->level_why);
	gather_done(&p->gather);
	*p = (struct processes){0};
}

static int level_of_live(struct processes *p)
{
	const struct kernel_env env = {.live = true, .proc_tree = p->tree};
	_cleanup_(runtime_done) struct runtime rt = {0};
	int r = runtime_read(&env, &rt);

	if (r < 0)
		return r;
	p->env.level = -1;
	p->env.yama = rt.state == RUNTIME_ABSENT ? FACT_NO
		      : rt.state == RUNTIME_SET	 ? FACT_YES
						 : FACT_UNKNOWN;
	if (rt.state == RUNTIME_SET)
		p->env.level = rt.level;
	p->level_why = TAKE_PTR(rt.why);
	return 0;
}

static int level_of_recording(struct processes *p)
{
	const struct kernel_model model = kernel_model_for(PTRACE_SCOPE_KEY);
	_cleanup_free_ char *text = NULL;
	struct tree_stat st;
	size_t n;
	int level = LEVEL_NONE,
	    r = tree_read_file(p->tree, LEVEL_PATH, LIMIT_KERNEL_VALUE, &text, &n);

	if (r == -ENOMEM)
		return r;
	p->env.level = -1;
	p->env.yama = FACT_UNKNOWN;
	if (r == 0 && kernel_value_parse(&model, text, n, &level) == VALUE_OK) {
		p->env.level = level;
		p->env.yama = FACT_YES;
	} else if (r == -ENOENT && tree_stat(p->tree, "/proc/sys/kernel", &st, NULL) == 0) {
		p->env.yama = FACT_NO;
	} else {
		p->level_why = strdup("the recording does not say");
		if (!p->level_why)
			return -ENOMEM;
	}
	return 0;
}

static int level_from(const char *word, struct processes *p, struct error *e)
{
	if (word[0] < '0' || word[0] > '3' || word[1])
		return error_set(e, EINVAL, NULL, 0, "--level takes a level, 0 to 3, not \"%s\"",
				 word);
	p->env.level = word[0] - '0';
	p->env.yama = FACT_YES;
	p->level_asked = true;
	return 0;
}

/* What differs between kernels; one that is not named is taken as a new one. */
static int release(struct processes *p)
{
	_cleanup_free_ char *text = NULL;
	int r = tree_read_file(p->tree, RELEASE_PATH, LIMIT_KERNEL_VALUE, &text, NULL);

	if (r == -ENOMEM)
		return r;
	access_env_set_release(&p->env, r < 0 ? "" : text);
	return 0;
}

int processes_open(const struct invocation *in, struct processes *ret, struct error *e)
{
	const struct options *o = &in->options;
	const char *level = invocation_value(in, "level");
	struct processes *p = ret;
	int r;

	*p = (struct processes){0};
	r = gather_open(o->root, o->live, &p->gather, e);
	if (r < 0)
		return r;
	p->tree = p->gather.tree;
	if (level) {
		r = level_from(level, p, e);
		if (r < 0)
			return r;
	}
	r = snapshot_open(p->tree, &p->snapshot, e);
	if (r < 0)
		return r;
	if (!level)
		r = p->gather.subject.live ? level_of_live(p) : level_of_recording(p);
	if (r == 0)
		r = release(p);
	if (r == 0)
		r = users_read(p->tree, &p->users);
	return r < 0 ? error_set(e, -r, NULL, 0, "out of memory") : 0;
}

int processes_add(struct processes *p, uint32_t pid, struct error *e)
{
	size_t i;
	int r = snapshot_add(&p->snapshot, pid, &i);

	if (r == 0)
		r = snapshot_add(&p->snapshot, p->snapshot.processes[i].tgid, &i);
	if (r == 0)
		r = snapshot_add_parents(&p->snapshot, i);
	switch (r) {
	case 0:
		return 0;
	case -ESRCH:
		(void)error_set(e, ENOENT, NULL, 0, "there is no process %u", pid);
		if (snapshot_hides(&p->snapshot))
			error_hint(e, "or /proc hides it (hidepid): look as root");
		else if (p->snapshot.self == 0 && p->gather.subject.live)
			error_hint(e, "this /proc shows the processes of another pid namespace");
		return -ESRCH;
	case -EACCES:
	case -EPERM:
		(void)error_set(e, -r, NULL, 0, "/proc hides process %u", pid);
		error_hint(e, "it is mounted with hidepid: look as root");
		return -EACCES;
	case -EBADMSG:
		return error_set(e, EBADMSG, "/proc", 0,
				 "what stands there for process %u is not "
				 "what a kernel writes",
				 pid);
	default:
		return error_set(e, -r, NULL, 0, "cannot look at process %u", pid);
	}
}

/* Names that are longer than what the kernel keeps are compared as far as it does. */
static bool has_comm(const struct snapshot_process *q, const char *word)
{
	return strncmp(q->comm, word, SNAPSHOT_COMM - 1) == 0;
}

static int several(const struct processes *p, const char *word, size_t n, struct error *e)
{
	_cleanup_strbuf_ struct strbuf pids = {0};
	size_t named = 0;

	for (size_t i = 0; i < p->snapshot.n && named < NAMED_MAX; i++) {
		if (!has_comm(&p->snapshot.processes[i], word))
			continue;
		(void)strbuf_addf(&pids, "%s%u", named ? ", " : "", p->snapshot.processes[i].pid);
		named++;
	}
	(void)strbuf_adds(&pids, named < n ? ", ..." : "");
	if (pids.failed)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	(void)error_set(e, EINVAL, NULL, 0, "\"%s\" is %zu processes (%s); give a pid", word, n,
			pids.bytes);
	return -EEXIST;
}

static int find_by_name(struct processes *p, const char *word, const char *what, uint32_t *ret,
			struct error *e)
{
	size_t n = 0;
	int r = snapshot_read(&p->snapshot, e);

	if (r < 0)
		return r;
	for (size_t i = 0; i < p->snapshot.n; i++) {
		const struct snapshot_process *q = &p->snapshot.processes[i];

		if (!*word || !has_comm(q, word))
			continue;
		*ret = q->pid;
		n++;
	}
	if (n == 0) {
		(void)error_set(e, ENOENT, NULL, 0, "no process is named \"%s\"", word);
		error_hint(e, "the %s is a pid, or the name of one process", what);
		return -ESRCH;
	}
	return n > 1 ? several(p, word, n, e) : processes_add(p, *ret, e);
}

int processes_find(struct processes *p, const char *word, const char *what, uint32_t *ret,
		   struct error *e)
{
	uint64_t pid;
	int r = parse_uint(word, UINT32_MAX, &pid);

	if (r == -EINVAL)
		return find_by_name(p, word, what, ret, e);
	if (r < 0 || pid == 0) {
		(void)error_set(e, EINVAL, NULL, 0, "%s is no process id", word);
		return -ESRCH;
	}
	*ret = (uint32_t)pid;
	return processes_add(p, *ret, e);
}

const char *fact_word(enum fact f)
{
	return f == FACT_YES ? "yes" : f == FACT_NO ? "no" : "unknown";
}

void text_comm(struct strbuf *out, const char *comm)
{
	text_path(out, comm);
}
