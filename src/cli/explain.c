/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who asks. With one argument the tracer is a program that does not run yet: it has the caller's
 * credentials, is a child of where he stands, and so is nobody's ancestor. That is what "gdb -p"
 * typed into the shell is.
 */
#include "explain.h"

#include "jsonx.h"
#include "limits.h"

#include <stdio.h>
#include <unistd.h>

#define LSM_PATH "/sys/kernel/security/lsm"

void explanation_done(struct explanation *x)
{
	processes_done(&x->processes);
	free(x->tracer_label);
	free(x->tracee_label);
	free(x->lsms);
	free(x->exe);
	*x = (struct explanation){0};
}

static int no_memory(struct error *e)
{
	return error_set(e, ENOMEM, NULL, 0, "out of memory");
}

/* A small file without its newline; NULL where it cannot be read. Returns 0 or -ENOMEM. */
static int optional_text(struct tree *t, const char *path, char **ret)
{
	int r = tree_read_file(t, path, LIMIT_SMALL_FILE, ret, NULL);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	(*ret)[strcspn(*ret, "\n")] = '\0';
	return 0;
}

static int use_task(struct explanation *x, uint32_t pid, struct side *ret, struct error *e)
{
	const struct snapshot_process *p;
	int r = processes_add(&x->processes, pid, e);

	if (r < 0)
		return r;
	p = snapshot_find(&x->processes.snapshot, pid);
	ret->pid = pid;
	ret->task = snapshot_task(&x->processes.snapshot, p);
	memcpy(ret->comm, p->comm, sizeof(ret->comm));
	ret->seccomp = p->seccomp;
	return 0;
}

/* The caller himself, as a program that he starts would be. */
static int use_new(struct explanation *x, struct side *ret, struct error *e)
{
	struct snapshot *s = &x->processes.snapshot;
	const struct snapshot_process *me;
	int r;

	if (!s->self) {
		(void)error_set(e, EINVAL, NULL, 0, "this /proc does not show who asks");
		error_hint(e, "name the tracer too: ptscope explain TRACER TRACEE");
		return -EINVAL;
	}
	r = use_task(x, s->self, ret, e);
	if (r < 0)
		return r;
	me = snapshot_find(s, s->self);
	ret->kind = SIDE_NEW;
	ret->pid = me->ppid;
	memset(ret->comm, 0, sizeof(ret->comm));
	return 0;
}

static const struct access_userns *first_userns(const struct snapshot *s)
{
	for (size_t i = 0; i < s->n_userns; i++) {
		if (s->userns[i]->first)
			return s->userns[i];
	}
	return NULL;
}

/* A login of a user: his ids, no capability but root's. */
static int use_user(struct explanation *x, const char *name, struct side *ret, struct error *e)
{
	const struct user *u = users_by_name(&x->processes.users, name);
	uint64_t caps = u && u->uid == 0 ? UINT64_MAX : 0;

	if (!u) {
		(void)error_set(e, ENOENT, NULL, 0, "there is no user \"%s\" in /etc/passwd", name);
		return -ENOENT;
	}
	*ret = (struct side){
		.kind = SIDE_USER,
		.word = name,
		.task = {.ruid = u->uid,
			 .euid = u->uid,
			 .suid = u->uid,
			 .fsuid = u->uid,
			 .rgid = u->gid,
			 .egid = u->gid,
			 .sgid = u->gid,
			 .fsgid = u->gid,
			 .cap_effective = caps,
			 .cap_permitted = caps,
			 .caps_seen = true,
			 .userns = first_userns(&x->processes.snapshot),
			 .has_mm = FACT_YES},
	};
	return 0;
}

/* What execve(2) makes of the caller's credentials: capabilities(7), "Transformation". */
static void apply_file(struct side *s, const struct tree_stat *st)
{
	struct access_task *t = &s->task;

	if (s->set_uid)
		t->euid = t->suid = t->fsuid = st->uid;
	if (s->set_gid)
		t->egid = t->sgid = t->fsgid = st->gid;
	if (s->has_file_caps) {
		t->cap_permitted = s->file.permitted;
		t->cap_effective = s->file.effective ? s->file.permitted : 0;
	} else if (s->set_uid) {
		t->cap_permitted = t->cap_effective = st->uid == 0 ? UINT64_MAX : 0;
	}
}

static int use_program(struct explanation *x, const char *path, struct side *ret, struct error *e)
{
	_cleanup_free_ char *real = NULL;
	struct tree_stat st;
	int r = tree_stat(x->processes.tree, path, &st, &real);

	if (r < 0)
		return error_set(e, -r, path, 0, "cannot look at the program");
	if (st.type != TREE_REG || !(st.mode & 0111))
		return error_set(e, EINVAL, path, 0, "is no program");
	r = use_new(x, ret, e);
	if (r < 0)
		return r;
	ret->kind = SIDE_PROGRAM;
	ret->word = path;
	ret->set_uid = (st.mode & 04000) != 0;
	ret->set_gid = (st.mode & 02010) == 02010;
	r = file_caps_read(x->processes.tree, real, &ret->file);
	if (r == -EBADMSG)
		return error_set(e, EBADMSG, path, 0,
				 "its capabilities are not what setcap writes");
	/* Those of a namespace hold only in it. */
	ret->has_file_caps = r == 0 && ret->file.root_uid == 0;
	apply_file(ret, &st);
	return 0;
}

static int use_tracer(struct explanation *x, const char *word, struct side *ret, struct error *e)
{
	uint32_t pid;
	int r;

	if (!word)
		return use_new(x, ret, e);
	if (word[0] == '@')
		return use_user(x, word + 1, ret, e);
	if (strchr(word, '/'))
		return use_program(x, word, ret, e);
	r = processes_find(&x->processes, word, "tracer", &pid, e);
	return r < 0 ? r : use_task(x, pid, ret, e);
}

static void make_pair(struct explanation *x)
{
	struct snapshot *s = &x->processes.snapshot;
	const struct snapshot_process *tracee = snapshot_find(s, x->tracee.pid);
	const struct access_userns *ns = x->tracer.task.userns;

	if (x->tracer.kind == SIDE_TASK) {
		x->pair = snapshot_pair(s, snapshot_find(s, x->tracer.pid), tracee);
		return;
	}
	/* It does not run yet: it has started nothing and traces nothing. */
	x->pair = (struct access_pair){
		.declared = FACT_UNKNOWN,
		.file_mapped = ns && ns->first ? FACT_YES : FACT_UNKNOWN,
	};
}

/* A kernel thread and what has exited have declared nothing. */
static void settle_declared(struct explanation *x)
{
	const struct access_task *t = &x->tracee.task;

	if (t->kthread == FACT_YES || t->exited == FACT_YES)
		x->pair.declared = FACT_NO;
}

static bool is_unconfined(const char *label)
{
	/* AppArmor: no profile, or one that only complains */
	return !label || streq(label, "unconfined") || endswith(label, "(complain)") ||
	       endswith(label, "(unconfined)");
}

/* Labels of AppArmor, SELinux or Smack. Only what surely does not concern the two is left out. */
static int look_at_labels(struct explanation *x)
{
	struct tree *t = x->processes.tree;
	_cleanup_free_ char *enforce = NULL;
	char path[64];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%u/attr/current", x->tracee.pid);
	r = optional_text(t, path, &x->tracee_label);
	if (x->tracer.kind == SIDE_TASK)
		(void)snprintf(path, sizeof(path), "/proc/%u/attr/current", x->tracer.pid);
	else
		(void)snprintf(path, sizeof(path), "/proc/self/attr/current");
	if (r == 0 && x->tracer.kind != SIDE_USER)
		r = optional_text(t, path, &x->tracer_label);
	if (r == 0)
		r = optional_text(t, LSM_PATH, &x->lsms);
	if (r == 0)
		r = optional_text(t, "/sys/fs/selinux/enforce", &enforce);
	if (r < 0)
		return r;
	if ((enforce && streq(enforce, "0")) ||
	    (is_unconfined(x->tracer_label) && is_unconfined(x->tracee_label)))
		return 0;
	x->pair.others = FACT_UNKNOWN;
	return 0;
}

static int look_at_exe(struct explanation *x)
{
	char path[32];
	int r;

	(void)snprintf(path, sizeof(path), "/proc/%u/exe", x->tracee.pid);
	r = tree_readlink(x->processes.tree, path, &x->exe);
	return r == -ENOMEM ? r : 0;
}

static void decide(struct explanation *x)
{
	const struct access_task *a = &x->tracer.task, *b = &x->tracee.task;
	const enum access_operation op = x->read ? ACCESS_ENVIRON : ACCESS_ATTACH;
	struct access_env env = x->processes.env;

	x->verdict = access_decide(op, a, b, &x->pair, &env);
	x->reading = access_decide(ACCESS_ENVIRON, a, b, &x->pair, &env);
	env.yama = FACT_YES;
	for (int level = 0; level < 4; level++) {
		env.level = level;
		x->at[level] = access_decide(op, a, b, &x->pair, &env);
	}
	x->answer = x->verdict.result;
}

/*
 * Asks the kernel, whose answer is about reaching into memory: what ptrace() refuses afterwards
 * (exited, traced already) stays as it was found. A denial where only the declaration was unknown
 * tells that there is none.
 */
static void ask(struct explanation *x)
{
	const struct access_step *yama = &x->verdict.steps[ACCESS_CHECK_YAMA];
	struct snapshot *s = &x->processes.snapshot;
	struct access_verdict memory =
		access_decide(x->read ? ACCESS_ROBUST_LIST : ACCESS_VM_READV, &x->tracer.task,
			      &x->tracee.task, &x->pair, &x->processes.env);
	enum access_result said;

	x->oracle = explain_ask(x->tracee.pid, x->read, &x->oracle_err);
	/* The number may be another's by now; then the answer is about that one. */
	if (!snapshot_still_there(s, snapshot_find(s, x->tracee.pid)))
		x->oracle = ORACLE_GONE;
	if (x->oracle != ORACLE_ALLOWED && x->oracle != ORACLE_DENIED)
		return;
	said = x->oracle == ORACLE_ALLOWED ? ACCESS_PASS : ACCESS_DENY;
	if (yama->result == ACCESS_UNKNOWN && yama->unseen == ACCESS_UNSEEN_DECLARED) {
		x->pair.declared = fact_of(said == ACCESS_PASS);
		decide(x);
	}
	if (x->verdict.result == ACCESS_UNKNOWN)
		x->answer = said;
	x->contradicts = memory.result != ACCESS_UNKNOWN && memory.result != said &&
			 memory.decided != ACCESS_CHECK_MEMORY;
	if (x->contradicts)
		x->answer = said;
}

static int may_test(const struct invocation *in, const struct explanation *x, struct error *e)
{
	const struct processes *p = &x->processes;

	if (x->tracer.kind != SIDE_NEW || p->level_asked)
		return error_set(e, EINVAL, NULL, 0,
				 "--test asks the kernel about you and now: it goes with neither a "
				 "tracer nor --level");
	if (in->options.root || p->snapshot.self != (uint32_t)getpid())
		return error_set(
			e, EINVAL, NULL, 0,
			"--test asks the kernel that runs here, about processes of this pid "
			"namespace");
	return 0;
}

static int exit_code(const struct explanation *x)
{
	return x->answer == ACCESS_PASS	  ? EXIT_PASS
	       : x->answer == ACCESS_DENY ? EXIT_FAIL
					  : EXIT_UNKNOWN;
}

static int mode_from(const struct invocation *in, bool *ret, struct error *e)
{
	const char *mode = invocation_value(in, "mode");

	if (mode && !streq(mode, "attach") && !streq(mode, "read"))
		return error_set(e, EINVAL, NULL, 0, "--mode is attach or read, not \"%s\"", mode);
	*ret = mode && streq(mode, "read");
	return 0;
}

int explanation_make(const struct invocation *in, struct explanation *ret, struct error *e)
{
	struct explanation *x = ret;
	uint32_t pid;
	int r;

	*x = (struct explanation){0};
	if (in->n_args < 1 || in->n_args > 2) {
		r = error_set(e, EINVAL, NULL, 0, "explain takes a process, or two");
		error_hint(e, "ptscope explain TRACEE, or ptscope explain TRACER TRACEE");
		return r;
	}
	r = mode_from(in, &x->read, e);
	if (r == 0)
		r = processes_open(in, &x->processes, e);
	if (r == 0)
		r = processes_find(&x->processes, in->args[in->n_args - 1], "tracee", &pid, e);
	if (r == 0)
		r = use_task(x, pid, &x->tracee, e);
	if (r == 0)
		r = use_tracer(x, in->n_args == 2 ? in->args[0] : NULL, &x->tracer, e);
	if (r < 0)
		return r;
	make_pair(x);
	settle_declared(x);
	if (look_at_labels(x) < 0 || look_at_exe(x) < 0)
		return no_memory(e);
	decide(x);
	if (invocation_value(in, "test")) {
		r = may_test(in, x, e);
		if (r < 0)
			return r;
		ask(x);
	}
	x->exit_code = exit_code(x);
	return 0;
}
