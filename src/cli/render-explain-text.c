/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verdict, a row for each check in the kernel's order with what it saw, then the other levels
 * and what works instead. Names of processes are under others' control and are escaped.
 */
#include "explain.h"

#include <stdio.h>
#include <unistd.h>

enum { COLUMN_RESULT = 16, COLUMN_TEXT = 23, COLUMN_REMEDY = 30 };

/* Parents that a row names. */
#define PARENTS_SHOWN 6

struct page {
	struct strbuf *out;
	const struct layout *layout;
	const struct explanation *x;
};

static void add_pid(struct strbuf *b, const struct explanation *x, uint32_t pid)
{
	const struct snapshot_process *p = snapshot_find(&x->processes.snapshot, pid);

	(void)strbuf_addf(b, "%u", pid);
	if (!p)
		return;
	(void)strbuf_adds(b, " (");
	text_comm(b, p->comm);
	(void)strbuf_adds(b, ")");
}

static void add_user(struct strbuf *b, const struct explanation *x, uint32_t uid)
{
	(void)users_add_name(&x->processes.users, uid, b);
}

/* The tracer in full, as the subject of a sentence. */
static void add_tracer(struct strbuf *b, const struct explanation *x)
{
	const struct side *s = &x->tracer;

	switch (s->kind) {
	case SIDE_TASK:
		add_pid(b, x, s->pid);
		break;
	case SIDE_USER:
		(void)strbuf_add_escaped(b, s->word, strlen(s->word));
		break;
	case SIDE_PROGRAM:
		text_path(b, s->word);
		(void)strbuf_adds(b, ", started by ");
		add_user(b, x, s->task.ruid);
		(void)strbuf_adds(b, ",");
		break;
	case SIDE_NEW:
		add_user(b, x, s->task.ruid);
		if (snapshot_find(&x->processes.snapshot, s->pid)) {
			const struct snapshot_process *p =
				snapshot_find(&x->processes.snapshot, s->pid);

			(void)strbuf_adds(b, ", from ");
			text_comm(b, p->comm);
			(void)strbuf_addf(b, " (pid %u),", s->pid);
		}
		break;
	}
}

/* The tracer in short. */
static void add_who(struct strbuf *b, const struct explanation *x)
{
	if (x->tracer.kind == SIDE_TASK)
		(void)strbuf_addf(b, "%u", x->tracer.pid);
	else if (x->tracer.kind == SIDE_PROGRAM)
		text_path(b, x->tracer.word);
	else
		add_user(b, x, x->tracer.task.ruid);
}

static void add_id(struct strbuf *b, uint32_t id)
{
	if (id == ACCESS_ID_UNSEEN)
		(void)strbuf_addc(b, '?');
	else
		(void)strbuf_addf(b, "%u", id);
}

/* "1000", or "0/1000/0" where they differ. */
static void add_ids(struct strbuf *b, uint32_t r, uint32_t e, uint32_t s)
{
	add_id(b, r);
	if (r == e && e == s)
		return;
	(void)strbuf_addc(b, '/');
	add_id(b, e);
	(void)strbuf_addc(b, '/');
	add_id(b, s);
}

static void credentials(struct strbuf *b, const struct explanation *x, const struct access_step *s)
{
	const struct access_task *a = &x->tracer.task, *t = &x->tracee.task;
	const bool real = !x->read;

	if (s->reason == ACCESS_REASON_IDS_EQUAL) {
		(void)strbuf_adds(b, "both uid ");
		add_id(b, t->euid);
		(void)strbuf_adds(b, ", gid ");
		add_id(b, t->egid);
		return;
	}
	if (s->reason == ACCESS_REASON_CAPABLE) {
		add_who(b, x);
		(void)strbuf_addf(b, " has CAP_SYS_PTRACE over %u", x->tracee.pid);
		return;
	}
	add_who(b, x);
	(void)strbuf_addf(b, " is %suid ", real ? "" : "fs ");
	add_id(b, real ? a->ruid : a->fsuid);
	(void)strbuf_adds(b, ", gid ");
	add_id(b, real ? a->rgid : a->fsgid);
	(void)strbuf_addf(b, "; %u has uid ", x->tracee.pid);
	add_ids(b, t->ruid, t->euid, t->suid);
	(void)strbuf_adds(b, ", gid ");
	add_ids(b, t->rgid, t->egid, t->sgid);
	(void)strbuf_adds(b, " (all must be equal)");
}

static void dumpable(struct strbuf *b, const struct explanation *x, const struct access_step *s)
{
	const struct access_task *t = &x->tracee.task;

	if (s->reason == ACCESS_REASON_CAPABLE) {
		add_who(b, x);
		(void)strbuf_adds(b, " has CAP_SYS_PTRACE, so it does not matter");
		return;
	}
	if (s->result == ACCESS_UNKNOWN) {
		(void)strbuf_addf(b, "cannot be seen: the files of %u belong to ", x->tracee.pid);
		add_user(b, x, t->file_uid);
		(void)strbuf_adds(b, " either way");
		return;
	}
	(void)strbuf_addf(b, "the files in /proc/%u belong to ", x->tracee.pid);
	add_user(b, x, t->file_uid);
	if (s->result != ACCESS_DENY)
		return;
	(void)strbuf_adds(b, ", not to ");
	add_user(b, x, t->euid);
	(void)strbuf_adds(b, ": it is not dumpable, so only CAP_SYS_PTRACE helps");
}

static void add_caps(struct strbuf *b, uint64_t caps)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 64; i++) {
		if (!(caps & (UINT64_C(1) << i)))
			continue;
		if (n == 3) {
			(void)strbuf_adds(b, ", ...");
			return;
		}
		(void)strbuf_adds(b, n++ ? ", " : "");
		if (cap_name(i))
			(void)strbuf_adds(b, cap_name(i));
		else
			(void)strbuf_addf(b, "capability %u", i);
	}
}

static void capabilities(struct strbuf *b, const struct explanation *x, const struct access_step *s)
{
	const struct access_task *a = &x->tracer.task, *t = &x->tracee.task;
	const uint64_t own = x->read ? a->cap_effective : a->cap_permitted;

	switch (s->reason) {
	case ACCESS_REASON_CAPS_SUBSET:
		(void)strbuf_addf(b, "%u has none that ", x->tracee.pid);
		add_who(b, x);
		(void)strbuf_adds(b, " lacks");
		break;
	case ACCESS_REASON_CAPABLE:
		add_who(b, x);
		(void)strbuf_addf(b, " has CAP_SYS_PTRACE in the user namespace of %u",
				  x->tracee.pid);
		break;
	case ACCESS_REASON_OTHER_USERNS:
		(void)strbuf_addf(b, "%u is in another user namespace", x->tracee.pid);
		if (t->userns)
			(void)strbuf_addf(b, " (%ju)", (uintmax_t)t->userns->inode);
		(void)strbuf_adds(b, s->result == ACCESS_UNKNOWN
					     ? "; whose that is cannot be seen"
					     : ", in which one has no CAP_SYS_PTRACE");
		break;
	default:
		if (s->unseen & ACCESS_UNSEEN_USERNS && !t->userns) {
			(void)strbuf_addf(b, "the user namespace of %u cannot be seen",
					  x->tracee.pid);
			break;
		}
		(void)strbuf_addf(b, "%u has ", x->tracee.pid);
		add_caps(b, t->cap_permitted & ~own);
		(void)strbuf_adds(b, ", which ");
		add_who(b, x);
		(void)strbuf_adds(b, " lacks");
		break;
	}
}

static void add_parents(struct strbuf *b, const struct explanation *x)
{
	const struct snapshot *s = &x->processes.snapshot;
	const struct snapshot_process *p = snapshot_find(s, x->tracee.pid);
	unsigned n = 0;

	for (; p && p->ppid && n < PARENTS_SHOWN; p = snapshot_find(s, p->ppid)) {
		(void)strbuf_adds(b, n++ ? ", " : "");
		add_pid(b, x, p->ppid);
	}
	if (n == 0)
		(void)strbuf_adds(b, "none that is seen");
	else if (p && p->ppid)
		(void)strbuf_adds(b, ", ...");
}

static void no_relation(struct strbuf *b, const struct explanation *x, const struct access_step *s)
{
	const uint32_t pid = x->tracee.pid;

	if (x->tracer.kind != SIDE_TASK)
		(void)strbuf_addf(b, "%u was not started by it: its parents are ", pid);
	else if (x->pair.descendant == FACT_UNKNOWN)
		(void)strbuf_addf(b, "whether %u is a descendant cannot be seen: its parents are ",
				  pid);
	else
		(void)strbuf_addf(b, "%u is no descendant of %u: its parents are ", pid,
				  x->tracer.pid);
	add_parents(b, x);
	(void)strbuf_addf(b, "\na tracer declared by %u (PR_SET_PTRACER): ", pid);
	if (x->pair.declared == FACT_UNKNOWN)
		(void)strbuf_adds(b, "cannot be seen from outside; allowed if it has declared one, "
				     "else denied");
	else
		(void)strbuf_adds(b, x->oracle == ORACLE_DENIED ? "none for you, the kernel says"
								: "none");
	if (s->unseen & ACCESS_UNSEEN_USERNS)
		(void)strbuf_adds(b, "\nwho owns its user namespace cannot be seen");
}

static void yama(struct strbuf *b, const struct explanation *x, const struct access_step *s)
{
	const struct processes *p = &x->processes;

	switch (s->reason) {
	case ACCESS_REASON_NO_YAMA:
		(void)strbuf_adds(b, "this kernel has no Yama, which is as level 0");
		break;
	case ACCESS_REASON_READ_MODE:
		(void)strbuf_adds(b, "does not restrict reading, at any level");
		break;
	case ACCESS_REASON_LEVEL_ALLOWS:
		(void)strbuf_adds(b, "the level restricts nothing");
		break;
	case ACCESS_REASON_DESCENDANT:
		(void)strbuf_addf(b, "%u is a descendant of %u", x->tracee.pid, x->tracer.pid);
		break;
	case ACCESS_REASON_TRACING:
		(void)strbuf_addf(b, "%u traces it already", x->tracer.pid);
		break;
	case ACCESS_REASON_DECLARED:
		(void)strbuf_addf(b, "%u has declared a tracer (PR_SET_PTRACER): the kernel says",
				  x->tracee.pid);
		break;
	case ACCESS_REASON_CAPABLE:
		add_who(b, x);
		(void)strbuf_addf(b, " has CAP_SYS_PTRACE over %u", x->tracee.pid);
		break;
	case ACCESS_REASON_NO_RELATION:
		no_relation(b, x, s);
		break;
	case ACCESS_REASON_NOT_CAPABLE:
		(void)strbuf_adds(b, "only CAP_SYS_PTRACE helps, which ");
		add_who(b, x);
		(void)strbuf_adds(b, s->result == ACCESS_UNKNOWN ? " may have there" : " lacks");
		break;
	case ACCESS_REASON_LEVEL_FORBIDS:
		(void)strbuf_adds(b, "nobody attaches at this level, not even root");
		break;
	default:
		(void)strbuf_addf(b, "the level cannot be seen%s%s", p->level_why ? ": " : "",
				  p->level_why ? p->level_why : "");
		break;
	}
}

/* Modules that have a say in ptrace and whose rules are not modelled. */
static void add_modules(struct strbuf *b, const char *lsms)
{
	static const char *const names[] = {"apparmor", "selinux", "smack", "landlock", "bpf"};
	unsigned n = 0;

	for (size_t i = 0; i < ELEMENTSOF(names); i++) {
		if (lsm_list_has(lsms, names[i]))
			(void)strbuf_addf(b, "%s%s", n++ ? ", " : "", names[i]);
	}
	if (n == 0)
		(void)strbuf_adds(b, "none that runs restricts ptrace");
	else
		(void)strbuf_adds(b, " may deny further");
}

static void others(struct strbuf *b, const struct explanation *x, const struct access_step *s)
{
	if (s->result == ACCESS_UNKNOWN) {
		(void)strbuf_adds(b, "the tracer is ");
		text_bytes(b, x->tracer_label ? x->tracer_label : "not labelled",
			   strlen(x->tracer_label ? x->tracer_label : "not labelled"));
		(void)strbuf_addf(b, ", %u is ", x->tracee.pid);
		text_bytes(b, x->tracee_label ? x->tracee_label : "not labelled",
			   strlen(x->tracee_label ? x->tracee_label : "not labelled"));
		(void)strbuf_adds(b, ": what that policy says is not modelled");
		return;
	}
	if (x->lsms)
		add_modules(b, x->lsms);
	else
		(void)strbuf_adds(b,
				  "which run cannot be seen (securityfs); they may deny further");
}

static void task(struct strbuf *b, const struct explanation *x, const struct access_step *s)
{
	if (s->reason == ACCESS_REASON_KERNEL_THREAD)
		(void)strbuf_addf(b, "%u is a kernel thread, to which nothing attaches",
				  x->tracee.pid);
	else if (s->reason == ACCESS_REASON_OWN_PROCESS)
		(void)strbuf_adds(b, "a process does not attach to itself or its own threads");
	else
		(void)strbuf_adds(b, access_reason_word(s->reason));
}

static void state(struct strbuf *b, const struct explanation *x, const struct access_step *s)
{
	const struct snapshot_process *p = snapshot_find(&x->processes.snapshot, x->tracee.pid);

	if (s->reason == ACCESS_REASON_EXITED) {
		(void)strbuf_addf(b, "%u has exited (a zombie): nothing is left to attach to",
				  x->tracee.pid);
	} else if (s->reason == ACCESS_REASON_TRACED) {
		add_pid(b, x, p ? p->tracer : 0);
		(void)strbuf_adds(b, " traces it already, and a task has one tracer");
	} else {
		(void)strbuf_adds(b, access_reason_word(s->reason));
	}
}

static void file(struct strbuf *b, const struct explanation *x, const struct access_step *s)
{
	(void)strbuf_addf(b, "/proc/%u/environ belongs to ", x->tracee.pid);
	add_user(b, x, x->tracee.task.file_uid);
	if (s->reason == ACCESS_REASON_FILE_CAPABLE)
		(void)strbuf_adds(b, ", which a capability passes over");
	else if (s->result == ACCESS_UNKNOWN)
		(void)strbuf_adds(b, "; whether a capability passes over that cannot be seen");
}

static void group(struct strbuf *b, const struct explanation *x, const struct access_step *s)
{
	(void)x;
	(void)s;
	(void)strbuf_adds(b, "threads of one process may do everything to each other");
}

/* One row for each check. always: also where it passed or was not asked. */
static const struct row {
	void (*words)(struct strbuf *b, const struct explanation *x, const struct access_step *s);
	const char *name;
	bool always;
} rows[_ACCESS_CHECK_MAX] = {
	[ACCESS_CHECK_TASK] = {task, "process", false},
	[ACCESS_CHECK_FILE] = {file, "file", false},
	[ACCESS_CHECK_PRIVILEGE] = {task, "privilege", false},
	[ACCESS_CHECK_MEMORY] = {task, "memory", false},
	[ACCESS_CHECK_GROUP] = {group, "process", false},
	[ACCESS_CHECK_CREDENTIALS] = {credentials, "credentials", true},
	[ACCESS_CHECK_DUMPABLE] = {dumpable, "dumpable", true},
	[ACCESS_CHECK_CAPABILITIES] = {capabilities, "capabilities", true},
	[ACCESS_CHECK_YAMA] = {yama, "yama", true},
	[ACCESS_CHECK_OTHERS] = {others, "other modules", true},
	[ACCESS_CHECK_STATE] = {state, "state", false},
};

static bool is_shown(enum access_check c, const struct access_step *s)
{
	if (s->result == ACCESS_SKIPPED)
		return rows[c].always && s->reason != ACCESS_REASON_NOT_ASKED;
	if (s->result == ACCESS_PASS && !rows[c].always)
		return s->reason != ACCESS_REASON_THERE && s->reason != ACCESS_REASON_OTHER_GROUP;
	return true;
}

static void add_result(const struct page *p, enum access_check c, const struct access_step *s)
{
	static const struct {
		const char *word;
		enum style style;
	} results[] = {
		[ACCESS_PASS] = {"pass", STYLE_PASS},
		[ACCESS_DENY] = {"DENY", STYLE_FAIL},
		[ACCESS_UNKNOWN] = {"?", STYLE_UNKNOWN},
		[ACCESS_SKIPPED] = {"-", STYLE_DIM},
	};
	/* That no refusal was seen is no grant. */
	enum access_result r =
		c == ACCESS_CHECK_OTHERS && s->result == ACCESS_PASS ? ACCESS_SKIPPED : s->result;
	size_t n = strlen(results[r].word);

	(void)term_add(p->out, p->layout->color, results[r].style, results[r].word);
	text_pad(p->out, COLUMN_TEXT - COLUMN_RESULT - n);
}

static void add_row(const struct page *p, enum access_check c, const struct access_step *s)
{
	_cleanup_strbuf_ struct strbuf words = {0}, name = {0};
	const struct access_env *env = &p->x->processes.env;

	(void)strbuf_adds(&name, rows[c].name);
	if (c == ACCESS_CHECK_YAMA && env->yama != FACT_NO && env->level >= 0)
		(void)strbuf_addf(&name, ", %d", env->level);
	if (s->result == ACCESS_SKIPPED && s->reason == ACCESS_REASON_NOT_REACHED)
		(void)strbuf_adds(&words, "not reached");
	else
		rows[c].words(&words, p->x, s);
	if (words.failed || name.failed) {
		p->out->failed = true;
		return;
	}
	text_pad(p->out, 2);
	(void)strbuf_adds(p->out, name.bytes);
	text_pad(p->out, name.len + 2 < COLUMN_RESULT ? COLUMN_RESULT - 2 - name.len : 1);
	add_result(p, c, s);
	(void)text_wrap(p->out, p->layout, COLUMN_TEXT, COLUMN_TEXT, words.bytes);
	(void)strbuf_addc(p->out, '\n');
}

static const char *answer_word(enum access_result r)
{
	return r == ACCESS_PASS ? "allowed" : r == ACCESS_DENY ? "denied" : "not known";
}

static void add_headline(const struct page *p)
{
	_cleanup_strbuf_ struct strbuf words = {0};
	const struct explanation *x = p->x;
	const char *verdict = x->answer == ACCESS_PASS	 ? "ALLOWED"
			      : x->answer == ACCESS_DENY ? "DENIED"
							 : "UNKNOWN";

	if (x->answer == ACCESS_UNKNOWN)
		(void)strbuf_adds(&words, "it cannot be seen whether ");
	add_tracer(&words, x);
	(void)strbuf_addf(&words, " %s %s ", x->answer == ACCESS_DENY ? "may not" : "may",
			  x->read ? "read" : "attach to");
	add_pid(&words, x, x->tracee.pid);
	if (x->processes.level_asked)
		(void)strbuf_addf(&words, " at level %d", x->processes.env.level);
	if (words.failed) {
		p->out->failed = true;
		return;
	}
	(void)term_add(p->out, p->layout->color,
		       x->answer == ACCESS_PASS	  ? STYLE_PASS
		       : x->answer == ACCESS_DENY ? STYLE_FAIL
						  : STYLE_UNKNOWN,
		       verdict);
	text_pad(p->out, 2);
	(void)text_wrap(p->out, p->layout, strlen(verdict) + 2, strlen(verdict) + 2, words.bytes);
	(void)strbuf_adds(p->out, "\n\n");
}

static void add_sentence(const struct page *p, const struct strbuf *words)
{
	if (words->failed) {
		p->out->failed = true;
		return;
	}
	text_pad(p->out, 2);
	(void)text_wrap(p->out, p->layout, 2, 2, words->bytes);
	(void)strbuf_addc(p->out, '\n');
}

static void add_test(const struct page *p)
{
	_cleanup_strbuf_ struct strbuf words = {0};
	const struct explanation *x = p->x;
	char buf[16];

	switch (x->oracle) {
	case ORACLE_NOT_ASKED:
		return;
	case ORACLE_ALLOWED:
		(void)strbuf_adds(&words, "asked, the kernel grants it");
		break;
	case ORACLE_DENIED:
		(void)strbuf_addf(&words, "asked, the kernel refuses (%s)",
				  errno_word(x->oracle_err, buf, sizeof(buf)));
		break;
	case ORACLE_GONE:
		(void)strbuf_adds(&words, "asked, the kernel finds no such process, or nothing in "
					  "it to read");
		break;
	case ORACLE_NO_ANSWER:
		(void)strbuf_adds(&words, "asked, the kernel gives no answer");
		break;
	}
	if (x->contradicts)
		(void)strbuf_adds(&words,
				  x->oracle == ORACLE_DENIED
					  ? ", and none of the above does: a filter of system "
					    "calls, or another security module"
					  : ", though the above refuses it: this kernel does not "
					    "do what its settings say");
	add_sentence(p, &words);
}

static void add_levels(const struct page *p)
{
	const struct explanation *x = p->x;
	const struct access_env *env = &x->processes.env;
	_cleanup_strbuf_ struct strbuf words = {0};
	bool any = false;

	(void)strbuf_addc(p->out, '\n');
	add_test(p);
	for (int level = 0; level < 4; level++) {
		if (env->yama != FACT_NO ? level == env->level : level == 0)
			continue;
		(void)strbuf_addf(&words, "%s%d: %s", any ? "      at " : "at level ", level,
				  answer_word(x->at[level].result));
		any = true;
	}
	text_pad(p->out, 2);
	(void)strbuf_adds(p->out, words.bytes ? words.bytes : "");
	(void)strbuf_addc(p->out, '\n');
	if (x->read)
		return;
	strbuf_clear(&words);
	(void)strbuf_addf(&words, "reading (/proc/%u/environ, maps): %s", x->tracee.pid,
			  answer_word(x->reading.result));
	if (x->reading.result == ACCESS_PASS)
		(void)strbuf_adds(&words, "; no level restricts it");
	add_sentence(p, &words);
}

static void add_remedy(const struct page *p, const struct strbuf *command, const char *words)
{
	if (command->failed) {
		p->out->failed = true;
		return;
	}
	text_pad(p->out, 2);
	(void)strbuf_adds(p->out, command->bytes);
	if (text_columns(command->bytes, command->len) + 4 > COLUMN_REMEDY) {
		(void)strbuf_addc(p->out, '\n');
		text_pad(p->out, COLUMN_REMEDY);
	} else {
		text_pad(p->out, COLUMN_REMEDY - 2 - text_columns(command->bytes, command->len));
	}
	(void)text_wrap(p->out, p->layout, COLUMN_REMEDY, COLUMN_REMEDY, words);
	(void)strbuf_addc(p->out, '\n');
}

static void add_detach(const struct page *p)
{
	const struct snapshot_process *t =
		snapshot_find(&p->x->processes.snapshot, p->x->tracee.pid);
	_cleanup_strbuf_ struct strbuf words = {0};

	(void)strbuf_adds(&words, "Once ");
	add_pid(&words, p->x, t ? t->tracer : 0);
	(void)strbuf_adds(&words, " detaches, the rest of the above decides.");
	if (words.failed) {
		p->out->failed = true;
		return;
	}
	(void)strbuf_addc(p->out, '\n');
	(void)text_wrap(p->out, p->layout, 0, 0, words.bytes);
	(void)strbuf_addc(p->out, '\n');
}

/* True for paths that a shell takes as one word. */
static bool is_plain(const char *s)
{
	return s[strspn(s,
			"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-")] ==
	       '\0';
}

static void add_remedies(const struct page *p)
{
	_cleanup_strbuf_ struct strbuf launch = {0}, root = {0}, declare = {0};
	const struct explanation *x = p->x;
	const struct access_env *env = &x->processes.env;
	const struct access_step *y = &x->verdict.steps[ACCESS_CHECK_YAMA];
	const int level = env->yama == FACT_NO ? 0 : env->level;

	if (level == 3) {
		(void)strbuf_adds(p->out, "\nNothing works until the next boot: level 3 stays.\n");
		return;
	}
	(void)strbuf_adds(p->out, "\nWhat works now, least first:\n");
	if (x->exe && is_plain(x->exe) && level <= 1 &&
	    x->verdict.steps[ACCESS_CHECK_CREDENTIALS].reason == ACCESS_REASON_IDS_EQUAL) {
		(void)strbuf_addf(&launch, "gdb --args %s", x->exe);
		add_remedy(p, &launch, "start it under the debugger");
	}
	(void)strbuf_addf(&root, "%sgdb -p %u",
			  geteuid() == 0 && x->processes.snapshot.first_userns ? "" : "sudo ",
			  x->tracee.pid);
	add_remedy(p, &root,
		   x->processes.snapshot.first_userns
			   ? "root may, at 0, 1 and 2"
			   : "root may, at 0, 1 and 2; outside of this user namespace");
	if (y->reason == ACCESS_REASON_NO_RELATION) {
		(void)strbuf_adds(&declare, "prctl(PR_SET_PTRACER, ...)");
		add_remedy(p, &declare, "in the program's own code, for its own debugger");
	}
}

/* Whether anything but this one check stands in the way for good. */
static bool is_final(const struct access_verdict *v)
{
	const enum access_reason reason =
		v->decided < _ACCESS_CHECK_MAX ? v->steps[v->decided].reason : ACCESS_REASON_NONE;

	return reason == ACCESS_REASON_KERNEL_THREAD || reason == ACCESS_REASON_OWN_PROCESS ||
	       reason == ACCESS_REASON_EXITED;
}

static void add_notes(const struct page *p)
{
	const struct explanation *x = p->x;
	const struct snapshot_process *t = snapshot_find(&x->processes.snapshot, x->tracee.pid);
	_cleanup_strbuf_ struct strbuf thread = {0}, filter = {0}, space = {0}, own = {0};

	if (t && t->tgid != t->pid) {
		(void)strbuf_addf(&thread, "%u is a thread of ", t->pid);
		add_pid(&thread, x, t->tgid);
		add_sentence(p, &thread);
	}
	if (x->tracer.seccomp) {
		(void)strbuf_adds(&filter, "the tracer runs under a filter of system calls "
					   "(seccomp), which may forbid ptrace altogether");
		add_sentence(p, &filter);
	}
	if (!x->processes.gather.subject.live || x->processes.snapshot.self == (uint32_t)getpid())
		return;
	(void)strbuf_adds(&space,
			  "this /proc belongs to another pid namespace: the numbers are its");
	add_sentence(p, &space);
}

void render_explain_text(struct strbuf *out, const struct layout *layout,
			 const struct explanation *x)
{
	const struct page p = {out, layout, x};

	add_headline(&p);
	for (int c = 0; c < _ACCESS_CHECK_MAX; c++) {
		const struct access_step *s = &x->verdict.steps[c];

		if (is_shown((enum access_check)c, s))
			add_row(&p, (enum access_check)c, s);
	}
	add_levels(&p);
	add_notes(&p);
	if (x->answer == ACCESS_PASS || is_final(&x->verdict) || x->read)
		return;
	if (x->verdict.decided == ACCESS_CHECK_STATE)
		add_detach(&p);
	else
		add_remedies(&p);
}
