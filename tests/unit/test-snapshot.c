/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Facts from /proc: recorded in memory, where every oddity can be put, and the live one, where this
 * program and its children are known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recorded-proc.h"
#include "snapshot-impl.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void read_all(struct tree *t, struct snapshot *s)
{
	assert_int_equal(snapshot_open(t, s, NULL), 0);
	assert_int_equal(snapshot_read(s, NULL), 0);
}

static void processes_become_facts(void **state)
{
	_cleanup_tree_ struct tree *t = NULL;
	_cleanup_(snapshot_done) struct snapshot s = {0};
	const struct recorded all[] = {
		{.pid = 1, .comm = "systemd"},
		{.pid = 2, .comm = "kthreadd", .kthread = true, .no_memory = true},
		{.pid = 10, .ppid = 1, .uid = 1000, .gid = 1000, .owner = 1000, .comm = "sh"},
		{.pid = 11, .ppid = 10, .uid = 1000, .gid = 1000, .owner = 0, .comm = "ssh-agent"},
		{.pid = 9, .ppid = 10, .uid = 1000, .gid = 1000, .state = "Z", .no_memory = true},
		{.pid = 4194303, .ppid = 11, .uid = 1000, .gid = 1000, .owner = 1000, .tracer = 10},
		{.pid = 12,
		 .ppid = 77,
		 .uid = 1000,
		 .gid = 1000,
		 .owner = 1000,
		 .comm = ") R 1 (\n\x1b"},
	};
	const struct snapshot_process *p;
	struct access_task task;

	assert_int_equal(tree_new_memory(&t), 0);
	for (size_t i = 0; i < ELEMENTSOF(all); i++)
		record(t, &all[i]);
	read_all(t, &s);
	assert_int_equal(s.n, ELEMENTSOF(all));
	assert_int_equal(s.unseen, 0);
	for (size_t i = 1; i < s.n; i++)
		assert_true(s.processes[i - 1].pid < s.processes[i].pid);
	/* root, and alice's three: dumpable is no credential */
	assert_int_equal(s.n_creds, 2);

	p = snapshot_find(&s, 10);
	assert_non_null(p);
	assert_string_equal(p->comm, "sh");
	assert_int_equal(p->start, 1010);
	assert_int_equal(p->seccomp, 2);
	task = snapshot_task(&s, p);
	assert_int_equal(task.dumpable, FACT_YES);
	assert_int_equal(task.has_mm, FACT_YES);
	assert_int_equal(task.traced, FACT_NO);
	assert_true(task.userns->first);

	task = snapshot_task(&s, snapshot_find(&s, 11));
	assert_int_equal(task.dumpable, FACT_NO);
	task = snapshot_task(&s, snapshot_find(&s, 1)); /* root's files are root's either way */
	assert_int_equal(task.dumpable, FACT_UNKNOWN);
	task = snapshot_task(&s, snapshot_find(&s, 2));
	assert_int_equal(task.kthread, FACT_YES);
	assert_int_equal(task.has_mm, FACT_NO);
	task = snapshot_task(&s, snapshot_find(&s, 9));
	assert_int_equal(task.exited, FACT_YES);
	assert_int_equal(task.dumpable, FACT_UNKNOWN);
	assert_int_equal(snapshot_task(&s, snapshot_find(&s, 4194303)).traced, FACT_YES);
	assert_string_equal(snapshot_find(&s, 12)->comm, ") R 1 (\n\x1b");

	p = snapshot_find(&s, 4194303);
	assert_int_equal(snapshot_descends(&s, p, 4194303), FACT_YES);
	assert_int_equal(snapshot_descends(&s, p, 11), FACT_YES);
	assert_int_equal(snapshot_descends(&s, p, 10), FACT_YES);
	assert_int_equal(snapshot_descends(&s, p, 1), FACT_YES);
	assert_int_equal(snapshot_descends(&s, p, 2), FACT_NO);
	assert_int_equal(snapshot_descends(&s, snapshot_find(&s, 10), 4194303), FACT_NO);
	/* its parent has gone while we read */
	assert_int_equal(snapshot_descends(&s, snapshot_find(&s, 12), 10), FACT_UNKNOWN);
	assert_int_equal(snapshot_descends(&s, snapshot_find(&s, 12), 77), FACT_YES);

	struct access_pair pair = snapshot_pair(&s, snapshot_find(&s, 10), p);
	assert_int_equal(pair.tracing, FACT_YES);
	assert_int_equal(pair.descendant, FACT_YES);
	assert_int_equal(pair.declared, FACT_UNKNOWN);
	assert_int_equal(pair.same_group, FACT_NO);
	pair = snapshot_pair(&s, snapshot_find(&s, 11), p);
	assert_int_equal(pair.tracing, FACT_NO);
	assert_int_equal(pair.same_mm, FACT_UNKNOWN); /* of one size: it may be the same */
	pair = snapshot_pair(&s, snapshot_find(&s, 2), p);
	assert_int_equal(pair.same_mm, FACT_NO);
}

static void namespaces_are_told_apart(void **state)
{
	_cleanup_tree_ struct tree *t = NULL;
	_cleanup_(snapshot_done) struct snapshot s = {0};
	const struct recorded all[] = {
		{.pid = 1},
		{.pid = 10, .uid = 1000, .gid = 1000, .owner = 1000, .userns = "user:[4026532000]"},
		{.pid = 11, .uid = 1000, .gid = 1000, .owner = 1000, .userns = "user:[4026532000]"},
		{.pid = 12, .uid = 1000, .gid = 1000, .owner = 1000, .userns = "user:[4026532001]"},
		{.pid = 13, .uid = 1001, .gid = 1001, .owner = 1001, .userns = ""},
		{.pid = 14, .uid = 1001, .gid = 1001, .owner = 1001, .userns = ""},
	};
	static const char rootless[] = "         0       1000          1\n";
	static const char whole[] = "         0          0 4294967295\n";
	struct access_task a, b, c;

	assert_int_equal(tree_new_memory(&t), 0);
	for (size_t i = 0; i < ELEMENTSOF(all); i++)
		record(t, &all[i]);
	for (int i = 0; i < 2; i++) {
		const char *const map = i ? "/proc/10/gid_map" : "/proc/10/uid_map";

		assert_int_equal(tree_add_file(t, map, rootless, strlen(rootless)), 0);
	}
	assert_int_equal(tree_add_file(t, "/proc/13/uid_map", whole, strlen(whole)), 0);
	assert_int_equal(tree_add_file(t, "/proc/14/uid_map", rootless, strlen(rootless)), 0);
	read_all(t, &s);
	a = snapshot_task(&s, snapshot_find(&s, 10));
	b = snapshot_task(&s, snapshot_find(&s, 11));
	c = snapshot_task(&s, snapshot_find(&s, 12));
	assert_ptr_equal(a.userns, b.userns);
	assert_ptr_not_equal(a.userns, c.userns);
	assert_int_equal(a.userns->root_uid, 1000);
	assert_int_equal(a.userns->owner, ACCESS_ID_UNSEEN); /* a recording does not say */
	assert_null(a.mm_userns);
	assert_int_equal(a.dumpable, FACT_UNKNOWN); /* uid 1000 is its root */
	assert_true(snapshot_task(&s, snapshot_find(&s, 13)).userns->first);
	assert_null(snapshot_task(&s, snapshot_find(&s, 14)).userns);
}

/* The owner of its files tells where a program was executed, if it is not dumpable. */
static void files_tell_where_a_program_was_executed(void **state)
{
	struct access_userns first = {.first = true}, inner, nested;
	struct access_userns *const all[] = {&inner, &nested};
	struct snapshot_creds creds = {.cap_effective = 0};
	struct snapshot s = {.creds = &creds, .n_creds = 1};
	static const struct {
		uint32_t euid, owner;
		uint8_t dumpable;
		bool nested;
		int in; /* 0 not known, 1 first, 2 inner, 3 nested */
	} cases[] = {
		{1000, 1000, FACT_UNKNOWN, false, 2}, /* its own, or those of the root inside */
		{1000, 1000, FACT_UNKNOWN, true, 2},  /* ... of either: the higher one */
		{1000, 0, FACT_NO, false, 1},	      /* executed before it entered */
		{5000, 1000, FACT_NO, false, 2},
		{5000, 1000, FACT_NO, true, 0}, /* of either, and it matters which */
	};

	for (size_t i = 0; i < ELEMENTSOF(all); i++)
		*all[i] = (struct access_userns){.parent = i ? &inner : &first,
						 .owner = 1000,
						 .root_uid = 1000,
						 .root_gid = 1000};
	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		const struct access_userns *const expected[] = {NULL, &first, &inner, &nested};
		const struct snapshot_process p = {.vm_kib = 1,
						   .state = 'S',
						   .file_uid = cases[i].owner,
						   .file_gid = cases[i].owner,
						   .dumpable = cases[i].dumpable};

		creds.userns = cases[i].nested ? &nested : &inner;
		for (int k = 0; k < 4; k++)
			creds.uids[k] = creds.gids[k] = cases[i].euid;
		assert_ptr_equal(snapshot_task(&s, &p).mm_userns, expected[cases[i].in]);
	}
	inner.parent = NULL; /* what is above is not seen */
	creds.userns = &inner;
	assert_null(snapshot_task(&s, &(struct snapshot_process){.vm_kib = 1,
								 .file_uid = 1000,
								 .file_gid = 1000,
								 .dumpable = FACT_UNKNOWN})
			    .mm_userns);
}

static void what_is_no_process_is_left_out(void **state)
{
	_cleanup_tree_ struct tree *t = NULL;
	_cleanup_(snapshot_done) struct snapshot s = {0};
	_cleanup_(error_done) struct error e = {0};
	const struct recorded one = {.pid = 1};

	assert_int_equal(tree_new_memory(&t), 0);
	assert_int_equal(snapshot_open(t, &s, &e), -ENOENT);
	assert_string_equal(e.path, "/proc");
	record(t, &one);
	assert_int_equal(tree_add_dir(t, "/proc/5"), 0); /* it has gone */
	assert_int_equal(tree_add_dir(t, "/proc/99999999999"), 0);
	assert_int_equal(tree_add_file(t, "/proc/6/stat", "6 (a", 4), 0);
	assert_int_equal(tree_add_error(t, "/proc/7", EPERM), 0); /* hidepid=1 */
	assert_int_equal(tree_add_file(t, "/proc/version", "x", 1), 0);
	read_all(t, &s);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.unseen, 2);
	assert_int_equal(snapshot_add(&s, 5, NULL), -ESRCH);
	assert_int_equal(snapshot_add(&s, 6, NULL), -EBADMSG);
	assert_int_equal(snapshot_add(&s, 7, NULL), -EPERM);
	assert_int_equal(snapshot_add(&s, 4194304, NULL), -ESRCH);
}

static void text_of_the_kernel_is_read(void **state)
{
	static const char *const bad_stats[] = {
		"",
		"1",
		"1 (a",
		"1 (a)",
		"1 (a) ",
		"1 (a) S",
		"1 (a) S 0 0 0 0 -1 0",
		"1 (a) S 0 0 0 0 -1 x 0 0 0 0 0 0 0 0 20 0 1 0 5 1",
		"1 (a) S 0 0 0 0 -1 99999999999999999999 0 0 0 0 0 0 0 0 20 0 1 0 5 1"};
	static const char *const bad_status[] = {
		"", "State:\tS\n",
		"State:\tS\nTgid:\t1\nPPid:\t0\nTracerPid:\t0\nUid:\t0\t0\t0\nGid:\t0\t0\t0\t0\n"
		"CapPrm:\t0\nCapEff:\t0\n",
		"State:\tS\nTgid:\t4294967296\nPPid:\t0\nTracerPid:\t0\nUid:\t0\t0\t0\t0\n"
		"Gid:\t0\t0\t0\t0\nCapPrm:\t0\nCapEff:\t0\n"};
	struct proc_text p;
	uint32_t root = 7;
	bool all = true;

	for (size_t i = 0; i < ELEMENTSOF(bad_stats); i++)
		assert_int_equal(proc_text_stat(bad_stats[i], strlen(bad_stats[i]), &p), -EBADMSG);
	for (size_t i = 0; i < ELEMENTSOF(bad_status); i++)
		assert_int_equal(proc_text_status(bad_status[i], &p), -EBADMSG);
	/* a name longer than the kernel's own, as workers have */
	static const char worker[] =
		"9 (kworker/u8:2-events_unbound) I 2 0 0 0 -1 69238880 0 0 0 0 0 0 "
		"0 0 20 0 1 0 42 0 0";
	assert_int_equal(proc_text_stat(worker, strlen(worker), &p), 0);
	assert_string_equal(p.comm, "kworker/u8:2-ev");
	assert_int_equal(p.start, 42);
	assert_int_equal(p.flags, 69238880);
	assert_int_equal(proc_text_map("", &all, &root), 0);
	assert_false(all);
	assert_int_equal(root, ACCESS_ID_UNSEEN);
	assert_int_equal(proc_text_map("0 100000 65536\n", &all, &root), 0);
	assert_int_equal(root, 100000);
	assert_int_equal(proc_text_map("0 0\n", &all, &root), -EBADMSG);
}

/* This program and a child that is not dumpable, as the live /proc shows them. */
static void the_live_proc_is_read(void **state)
{
	_cleanup_tree_ struct tree *t = NULL;
	_cleanup_(snapshot_done) struct snapshot s = {0};
	const struct snapshot_process *me, *child;
	_cleanup_tree_ struct tree *held = NULL;
	_cleanup_free_ char *text = NULL, *more = NULL;
	struct snapshot_process gone;
	char path[32];
	int ready[2], r;
	size_t i;
	pid_t pid;
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)prctl(PR_SET_DUMPABLE, 0);
		if (write(ready[1], "x", 1) == 1)
			(void)pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(tree_open(&t, "/"), 0);
	assert_int_equal(snapshot_open(t, &s, NULL), 0);
	assert_int_equal(s.self, getpid());
	assert_int_equal(snapshot_add(&s, (uint32_t)pid, &i), 0);
	assert_int_equal(snapshot_add_parents(&s, i), 0);
	me = snapshot_find(&s, (uint32_t)getpid());
	child = snapshot_find(&s, (uint32_t)pid);
	assert_non_null(me);
	assert_int_equal(child->ppid, getpid());
	assert_int_equal(snapshot_descends(&s, child, (uint32_t)getpid()), FACT_YES);
	assert_int_equal(snapshot_descends(&s, me, (uint32_t)pid), FACT_NO);
	assert_int_equal(snapshot_pair(&s, me, child).same_group, FACT_NO);
	assert_int_equal(snapshot_task(&s, me).euid, geteuid());
	assert_ptr_equal(snapshot_task(&s, me).userns,
			 snapshot_task(&s, child).userns ?: snapshot_task(&s, me).userns);
	assert_int_equal(child->dumpable, geteuid() == 0 ? FACT_UNKNOWN : FACT_NO);
	assert_int_equal(me->dumpable, geteuid() == 0 ? FACT_UNKNOWN : FACT_YES);
	assert_true(snapshot_still_there(&s, child));
	gone = *child;
	/* What is held open stays that process's, and shows no other one once it has gone. */
	(void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	assert_int_equal(tree_open_below(t, path, &held), 0);
	assert_int_equal(tree_read_file(held, "/stat", 4096, &text, NULL), 0);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	r = tree_read_file(held, "/status", 4096, &more, NULL);
	assert_true(r == -ESRCH || r == -ENOENT);
	assert_false(snapshot_still_there(&s, &gone));
	gone = *snapshot_find(&s, (uint32_t)getpid());
	assert_true(snapshot_still_there(&s, &gone));
	gone.start++; /* the number is another's now */
	assert_false(snapshot_still_there(&s, &gone));
	assert_int_equal(snapshot_read(&s, NULL), 0);
	assert_non_null(snapshot_find(&s, (uint32_t)getpid()));
	assert_null(snapshot_find(&s, (uint32_t)pid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_become_facts),
		cmocka_unit_test(namespaces_are_told_apart),
		cmocka_unit_test(files_tell_where_a_program_was_executed),
		cmocka_unit_test(what_is_no_process_is_left_out),
		cmocka_unit_test(text_of_the_kernel_is_read),
		cmocka_unit_test(the_live_proc_is_read),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
