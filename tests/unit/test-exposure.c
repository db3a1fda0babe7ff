/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Counts of who can attach to whom. One system is counted by hand. On many random ones the counts,
 * which go by classes, are compared with asking the model about every pair, which is slow and has
 * no classes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exposure.h"
#include "recorded-proc.h"

#define PTRACE	 ACCESS_CAP_BIT(ACCESS_CAP_SYS_PTRACE)
#define ALL_CAPS UINT64_C(0x1ffffffffff)

static const struct exposure_filter everything = {.all = true, .uid = ACCESS_ID_UNSEEN};

static void read_all(struct tree *t, const struct recorded *all, size_t n, struct snapshot *s)
{
	for (size_t i = 0; i < n; i++)
		record(t, &all[i]);
	assert_int_equal(snapshot_open(t, s, NULL), 0);
	assert_int_equal(snapshot_read(s, NULL), 0);
}

static const struct exposure_target *target_of(const struct snapshot *s, const struct exposure *x,
					       uint32_t pid)
{
	for (size_t i = 0; i < x->n_targets; i++) {
		if (s->processes[x->targets[i].process].pid == pid)
			return &x->targets[i];
	}
	return NULL;
}

static void a_small_system_counted_by_hand(void **state)
{
	_cleanup_tree_ struct tree *t = NULL;
	_cleanup_(snapshot_done) struct snapshot s = {0};
	_cleanup_(holders_done) struct holders h = {0};
	_cleanup_(exposure_done) struct exposure x = {0};
	const struct exposure_filter holders = {.uid = ACCESS_ID_UNSEEN};
	/* alice: 10 a shell, below it 11, 12 and 13 an agent, beside it 14; bob: 20; two of root */
	const struct recorded all[] = {
		{.pid = 1, .caps = ALL_CAPS},
		{.pid = 2, .kthread = true, .no_memory = true, .caps = ALL_CAPS},
		{.pid = 10, .ppid = 1, .uid = 1000, .gid = 1000, .owner = 1000, .comm = "bash"},
		{.pid = 11, .ppid = 10, .uid = 1000, .gid = 1000, .owner = 1000, .comm = "vim"},
		{.pid = 12, .ppid = 11, .uid = 1000, .gid = 1000, .owner = 1000, .comm = "sh"},
		{.pid = 13, .ppid = 10, .uid = 1000, .gid = 1000, .owner = 0, .comm = "ssh-agent"},
		{.pid = 14, .ppid = 1, .uid = 1000, .gid = 1000, .owner = 1000},
		{.pid = 15, .ppid = 1, .uid = 1000, .gid = 1000, .state = "Z", .no_memory = true},
		{.pid = 16,
		 .ppid = 1,
		 .uid = 1000,
		 .gid = 1000,
		 .owner = 1000,
		 .caps = PTRACE,
		 .comm = "bash"},
		{.pid = 20, .ppid = 10, .uid = 1001, .gid = 1001, .owner = 1001, .comm = "nginx"},
		{.pid = 30, .ppid = 1, .caps = ALL_CAPS, .comm = "sshd"},
	};
	static const struct {
		uint32_t pid, now, at_1, privileged;
	} expected[] = {
		{10, 4, 0, 3}, /* 11, 12, 13, 14; nobody above it is alice */
		{11, 4, 1, 3}, /* 10, 12, 13, 14; above it 10 */
		{12, 4, 2, 3}, /* 10, 11, 13, 14; above it 10 and 11 */
		{13, 0, 0, 3}, /* not dumpable */
		{16, 0, 0, 2}, /* has a capability that her others lack; 1 and 30 have it too */
		{20, 0, 0, 3}, /* bob has nothing else */
		{30, 0, 0, 2},
	};

	assert_int_equal(tree_new_memory(&t), 0);
	read_all(t, all, ELEMENTSOF(all), &s);
	assert_int_equal(holders_builtin(&h), 0);
	assert_int_equal(exposure_make(&s, &h, &holders, &x), 0);
	assert_int_equal(x.n_targets, ELEMENTSOF(expected));
	for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
		const struct exposure_target *g = target_of(&s, &x, expected[i].pid);

		assert_non_null(g);
		assert_int_equal(g->at[0].max, expected[i].now);
		assert_int_equal(g->at[0].min, expected[i].now);
		assert_int_equal(g->at[1].min, expected[i].at_1);
		assert_int_equal(g->at[1].max, expected[i].now);
		assert_int_equal(g->at[2].max, 0);
		assert_int_equal(g->at[3].max, 0);
		assert_int_equal(g->privileged, expected[i].privileged);
		assert_int_equal(g->self_protected, expected[i].pid == 13);
	}
	assert_string_equal(target_of(&s, &x, 13)->holder->secret, "ssh keys");
	assert_int_equal(x.processes, 9);
	assert_int_equal(x.privileged, 3);
	assert_int_equal(x.privileged_not_root, 1);
	assert_int_equal(x.unseen, 0);
}

static void targets_are_filtered(void **state)
{
	_cleanup_tree_ struct tree *t = NULL;
	_cleanup_(snapshot_done) struct snapshot s = {0};
	_cleanup_(holders_done) struct holders h = {0};
	const struct exposure_filter alices = {.all = true, .uid = 1000};
	const struct recorded all[] = {
		{.pid = 1, .caps = ALL_CAPS},
		{.pid = 10, .ppid = 1, .uid = 1000, .gid = 1000, .owner = 1000},
		{.pid = 11, .ppid = 10, .uid = 1000, .gid = 1000, .owner = 1000, .tracer = 12},
		{.pid = 12, .ppid = 1, .uid = 1000, .gid = 1000, .owner = 1000},
		{.pid = 20, .ppid = 21, .uid = 1001, .gid = 1001, .owner = 1001},
		{.pid = 21, .ppid = 20, .uid = 1001, .gid = 1001, .owner = 1001},
	};
	struct exposure x = {0};

	assert_int_equal(tree_new_memory(&t), 0);
	read_all(t, all, ELEMENTSOF(all), &s);
	assert_int_equal(exposure_make(&s, &h, &alices, &x), 0);
	assert_int_equal(x.n_targets, 3);
	/* above it 10, and 12 traces it already */
	assert_int_equal(target_of(&s, &x, 11)->at[1].min, 2);
	exposure_done(&x);
	/* a ring of parents is no reason to leave anybody out */
	assert_int_equal(exposure_make(&s, &h, &everything, &x), 0);
	assert_int_equal(x.n_targets, ELEMENTSOF(all));
	exposure_done(&x);
	assert_int_equal(
		exposure_make(&s, &h, &(struct exposure_filter){.uid = ACCESS_ID_UNSEEN}, &x), 0);
	assert_int_equal(x.n_targets, 0);
	exposure_done(&x);
}

static uint32_t seed;

static uint32_t pick(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* What each pair says, summed. */
static struct exposure_target by_pairs(struct snapshot *s, const struct snapshot_process *p)
{
	const struct access_task tracee = snapshot_task(s, p);
	struct exposure_target t = {0};

	for (size_t i = 0; i < s->n; i++) {
		const struct snapshot_process *q = &s->processes[i];
		const struct access_task tracer = snapshot_task(s, q);
		struct access_pair pair = snapshot_pair(s, q, p);
		struct access_env env = {.yama = FACT_YES};

		if (q == p || !exposure_counts(q))
			continue;
		if (access_capable(&tracer, tracee.userns, ACCESS_CAP_SYS_PTRACE) == FACT_YES) {
			t.privileged++;
			continue;
		}
		for (env.level = 0; env.level < 4; env.level++) {
			enum access_result r =
				access_decide(ACCESS_PIDFD_GETFD, &tracer, &tracee, &pair, &env)
					.result;

			t.at[env.level].min += r == ACCESS_PASS;
			t.at[env.level].max += r != ACCESS_DENY;
		}
	}
	return t;
}

/* A system of up to 40 processes of 3 users, with odd ids, capabilities, namespaces and states. */
static size_t make_system(struct recorded all[40])
{
	static const uint64_t caps[] = {0, 0, 0, PTRACE, 1, PTRACE | 1, ALL_CAPS};
	static const char *const spaces[] = {NULL, NULL, NULL, "user:[5]", "user:[6]"};
	size_t n = 2 + pick(39);

	for (size_t i = 0; i < n; i++) {
		uint32_t uid = pick(3) * 1000;

		all[i] = (struct recorded){
			.pid = (uint32_t)i + 1,
			.ppid = i ? 1 + pick((uint32_t)i) : 0,
			.uid = uid,
			.gid = pick(5) ? uid : 7,
			.owner = pick(4) ? uid : 0,
			.caps = uid == 0 && pick(3) ? ALL_CAPS : caps[pick(ELEMENTSOF(caps))],
			.userns = spaces[pick(ELEMENTSOF(spaces))],
			.tracer = pick(8) ? 0 : 1 + pick((uint32_t)n),
			.kthread = pick(12) == 0,
			.state = pick(12) ? "S" : "Z",
		};
		all[i].no_memory = all[i].kthread || all[i].state[0] == 'Z';
	}
	return n;
}

/* A recording does not say who made a namespace, and where. */
static void give_owners(struct snapshot *s)
{
	struct access_userns *one = NULL, *two = NULL;

	for (size_t i = 0; i < s->n_userns; i++) {
		if (s->userns[i]->first)
			one = s->userns[i];
		if (s->userns[i]->inode == 5)
			two = s->userns[i];
	}
	for (size_t i = 0; one && i < s->n_userns; i++) {
		struct access_userns *u = s->userns[i];

		if (u->first || pick(3) == 0)
			continue;
		u->parent = u != two && two && pick(2) ? two : one;
		u->owner = pick(3) ? pick(3) * 1000 : ACCESS_ID_UNSEEN;
	}
}

static void classes_say_what_pairs_say(void **state)
{
	size_t pairs = 0, some = 0;

	for (uint32_t round = 1; round <= 1000; round++) {
		_cleanup_tree_ struct tree *t = NULL;
		_cleanup_(snapshot_done) struct snapshot s = {0};
		_cleanup_(exposure_done) struct exposure x = {0};
		const struct holders none = {0};
		struct recorded all[40];
		size_t n;

		seed = round;
		n = make_system(all);
		assert_int_equal(tree_new_memory(&t), 0);
		read_all(t, all, n, &s);
		give_owners(&s);
		assert_int_equal(exposure_make(&s, &none, &everything, &x), 0);
		for (size_t i = 0; i < x.n_targets; i++) {
			const struct exposure_target *g = &x.targets[i];
			const struct snapshot_process *p = &s.processes[g->process];
			struct exposure_target w = by_pairs(&s, p);

			if (memcmp(g->at, w.at, sizeof(w.at)) != 0 || g->privileged != w.privileged)
				fail_msg("round %u, pid %u: now %u-%u not %u-%u, at 1 %u-%u not "
					 "%u-%u, "
					 "privileged %u not %u",
					 round, p->pid, g->at[0].min, g->at[0].max, w.at[0].min,
					 w.at[0].max, g->at[1].min, g->at[1].max, w.at[1].min,
					 w.at[1].max, g->privileged, w.privileged);
			pairs += n;
			some += w.at[1].min;
		}
	}
	/* otherwise it was no test */
	assert_true(pairs > 50000);
	assert_true(some > 300);
}

static void a_site_extends_the_table(void **state)
{
	_cleanup_(holders_done) struct holders h = {0};
	_cleanup_(error_done) struct error e = {0};
	static const char good[] = "[Holder]\nName=vaultd\nSecret=signing keys\n"
				   "[Holder]\nName=bash\nSecret=\n[Holder]\nName=nginx\nSecret=x\n";
	static const struct {
		const char *text, *what;
		unsigned line;
	} bad[] = {
		{"[Holder]\nName=a\n", "lacks Secret=", 1},
		{"\n[Holder]\nSecret=a\n", "lacks Name=", 2},
		{"[Holder]\nName=\nSecret=a\n", "1 to 15 bytes", 2},
		{"[Holder]\nName=sixteen-letters-\nSecret=a\n", "1 to 15 bytes", 2},
		{"[Holder]\nSecrets=a\n", "Secrets", 2},
		{"[Holders]\n", "Holders", 1},
	};

	assert_int_equal(holders_builtin(&h), 0);
	assert_string_equal(holders_find(&h, "bash")->secret, "shells");
	assert_string_equal(holders_find(&h, "tmux: server")->secret, "terminals");
	assert_null(holders_find(&h, "cat"));
	for (size_t i = 0; i < h.n; i++) /* the kernel cuts what is longer */
		assert_true(strlen(h.table[i].name) <= 15);
	assert_int_equal(holders_parse("f", good, strlen(good), &h, NULL), 0);
	assert_string_equal(holders_find(&h, "vaultd")->secret, "signing keys");
	assert_string_equal(holders_find(&h, "nginx")->secret, "x");
	assert_null(holders_find(&h, "bash"));
	for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
		assert_int_equal(holders_parse("f", bad[i].text, strlen(bad[i].text), &h, &e),
				 -EINVAL);
		assert_non_null(strstr(e.what, bad[i].what));
		assert_int_equal(e.line, bad[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_system_counted_by_hand),
		cmocka_unit_test(targets_are_filtered),
		cmocka_unit_test(classes_say_what_pairs_say),
		cmocka_unit_test(a_site_extends_the_table),
	};

	return cmocka_run_group_tests_name("exposure", tests, NULL, NULL);
}
