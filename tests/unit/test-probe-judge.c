/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verdict of the probe, on tables of answers. What each level answers is written down here by
 * the rules of security/yama/yama_lsm.c, and not taken from the code under test; booted kernels
 * judge both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe.h"

/* The highest level at which the tracer may still attach; NEVER: credentials forbid it. */
enum { NEVER = -1 };

static const struct {
	enum probe_relation relation;
	int attach;  /* up to this level */
	int traceme; /* the same; NEVER where it is not tried */
	bool self;   /* ptrace_attach() refuses its own process: not tried */
	bool privileged;
} rows[] = {
	{PROBE_SELF, 3, NEVER, true, false},
	{PROBE_THREAD, 3, NEVER, true, false},
	{PROBE_CHILD, 1, 1, false, false},
	{PROBE_GRANDCHILD, 1, NEVER, false, false},
	{PROBE_CHILD_EXEC, 1, NEVER, false, false},
	{PROBE_TRACED, 1, NEVER, true, false},
	{PROBE_DECLARED, 1, NEVER, false, false},
	{PROBE_DECLARED_ANY, 1, NEVER, false, false},
	{PROBE_DECLARED_THREAD, 1, NEVER, false, false},
	{PROBE_DECLARED_ANCESTOR, 1, NEVER, false, false},
	{PROBE_DECLARED_EXEC, 1, NEVER, false, false},
	{PROBE_NAMESPACE, 2, NEVER, false, false},
	{PROBE_SIBLING, 0, NEVER, false, false},
	{PROBE_ORPHAN, 0, NEVER, false, false},
	{PROBE_PARENT, 0, NEVER, false, false},
	{PROBE_DECLARED_OTHER, 0, NEVER, false, false},
	{PROBE_DECLARED_CLEARED, 0, NEVER, false, false},
	{PROBE_NONDUMPABLE, NEVER, NEVER, false, false},
	{PROBE_CHILD_CAPS, NEVER, NEVER, false, true},
	{PROBE_OTHER_UID, NEVER, NEVER, false, true},
	{PROBE_CAP_CHILD, 2, 2, false, true},
	{PROBE_CAP_SIBLING, 2, NEVER, false, true},
	{PROBE_CAP_NONDUMPABLE, 2, NEVER, false, true},
	{PROBE_CAP_OTHER_UID, 2, NEVER, false, true},
};

static int answer(size_t row, enum probe_operation o, int level)
{
	bool file = o == PROBE_MEM || o == PROBE_ENVIRON || o == PROBE_MAPS || o == PROBE_CWD;
	int denied = file ? EACCES : EPERM;

	switch (o) {
	case PROBE_ATTACH:
	case PROBE_SEIZE:
		if (rows[row].self)
			return PROBE_NOT_TRIED;
		break;
	case PROBE_TRACEME:
		if (rows[row].traceme == NEVER)
			return PROBE_NOT_TRIED;
		return level <= rows[row].traceme ? 0 : denied;
	case PROBE_GETFD:
		if (rows[row].relation == PROBE_THREAD)
			return PROBE_NOT_TRIED;
		break;
	case PROBE_ENVIRON:
	case PROBE_MAPS:
	case PROBE_CWD:
	case PROBE_KCMP:
		return rows[row].attach == NEVER ? denied : 0;
	default:
		break;
	}
	return level <= rows[row].attach ? 0 : denied;
}

/* The answers of a kernel with Yama at this level; some relations are left out. */
static struct probe kernel(int level, bool privileged, bool namespaces)
{
	struct probe p = {.declares = true};

	for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
		enum probe_relation r = rows[i].relation;
		bool left_out = (rows[i].privileged && !privileged) ||
				(r == PROBE_NAMESPACE && !namespaces) ||
				(r == PROBE_TRACED && level > 1);

		p.skipped[r] = left_out ? EPERM : 0;
		for (int o = 0; o < _PROBE_OPERATION_MAX; o++)
			p.result[r][o] =
				(int16_t)(left_out ? PROBE_NOT_TRIED
						   : answer(i, (enum probe_operation)o, level));
	}
	return p;
}

static void expects_what_the_kernel_answers(void **state)
{
	for (int level = 0; level <= 3; level++) {
		struct probe p = kernel(level, true, true);

		for (int r = 0; r < _PROBE_RELATION_MAX; r++)
			for (int o = 0; o < _PROBE_OPERATION_MAX; o++)
				assert_int_equal(p.result[r][o],
						 probe_expected(&p, (enum probe_relation)r,
								(enum probe_operation)o, level));
	}
}

static void tells_each_level(void **state)
{
	for (int level = 0; level <= 3; level++) {
		for (int how = 1; how <= 3; how++) {
			struct probe p = kernel(level, how & 1, how & 2);
			struct probe_verdict v = probe_judge(&p, LEVEL_NONE);

			assert_int_equal(v.behaves, PROBE_BEHAVES_LEVEL);
			assert_int_equal(v.level, level);
			assert_int_equal(v.possible, 1U << level);
			v = probe_judge(&p, level);
			assert_int_equal(v.allows_more + v.denies_more, 0);
			assert_int_equal(probe_behaves_word(&v)[0], '0' + level);
		}
	}
}

/* Without capabilities and user namespaces 2 and 3 look alike: what is claimed is believed. */
static void tells_where_two_levels_are_possible(void **state)
{
	struct probe p = kernel(3, false, false);

	assert_int_equal(probe_judge(&p, 2).level, 2);
	assert_int_equal(probe_judge(&p, 3).level, 3);
	assert_int_equal(probe_judge(&p, LEVEL_NONE).level, 2);
	assert_int_equal(probe_judge(&p, 1).level, 2);
	assert_int_equal(probe_judge(&p, 1).possible, 1U << 2 | 1U << 3);
}

static void tells_a_claim_that_is_wrong(void **state)
{
	for (int claim = 0; claim <= 3; claim++) {
		for (int level = 0; level <= 3; level++) {
			struct probe p = kernel(level, true, true);
			struct probe_verdict v = probe_judge(&p, claim);

			assert_int_equal(v.level, level);
			assert_true((v.allows_more > 0) == (level < claim));
			assert_true((v.denies_more > 0) == (level > claim));
		}
	}
}

/* Any one answer that is another shows: the tables have no row that does not count. */
static void one_other_answer_is_seen(void **state)
{
	for (int r = 0; r < _PROBE_RELATION_MAX; r++) {
		for (int o = 0; o < _PROBE_OPERATION_MAX; o++) {
			struct probe p = kernel(1, true, true);
			struct probe_verdict v;

			if (p.result[r][o] == PROBE_NOT_TRIED)
				continue;
			p.result[r][o] = p.result[r][o] == 0 ? EPERM : 0;
			v = probe_judge(&p, 1);
			assert_int_equal(v.allows_more + v.denies_more, 1);
			assert_int_equal(v.behaves,
					 p.result[r][o] ? PROBE_DENIED_BY_OTHER : PROBE_UNKNOWN);
			assert_int_equal(v.possible, 0);
		}
	}
}

static void an_operation_that_is_blocked_does_not_count(void **state)
{
	struct probe p = kernel(1, true, true);
	struct probe_verdict v;

	p.blocked[PROBE_KCMP] = ENOSYS;
	for (int r = 0; r < _PROBE_RELATION_MAX; r++)
		if (p.result[r][PROBE_KCMP] != PROBE_NOT_TRIED)
			p.result[r][PROBE_KCMP] = ENOSYS;
	v = probe_judge(&p, 1);
	assert_int_equal(v.behaves, PROBE_BEHAVES_LEVEL);
	assert_int_equal(v.level, 1);
	assert_false(v.forbidden);
}

static void ptrace_that_is_blocked_is_forbidden(void **state)
{
	struct probe p = kernel(0, true, true);
	struct probe_verdict v;

	p.blocked[PROBE_ATTACH] = p.blocked[PROBE_SEIZE] = EPERM;
	v = probe_judge(&p, 0);
	assert_true(v.forbidden);
	assert_string_equal(probe_behaves_word(&v), "denied-by-other");
}

/* Yama's levels by other means, which do not take declarations. */
static void a_guard_without_declarations_behaves_like_restricted(void **state)
{
	struct probe p = kernel(1, true, true);

	p.declares = false;
	for (int r = PROBE_DECLARED; r <= PROBE_DECLARED_EXEC; r++)
		for (int o = 0; o < _PROBE_OPERATION_MAX; o++)
			p.result[r][o] = p.result[PROBE_SIBLING][o];
	assert_int_equal(probe_judge(&p, LEVEL_NONE).level, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expects_what_the_kernel_answers),
		cmocka_unit_test(tells_each_level),
		cmocka_unit_test(tells_where_two_levels_are_possible),
		cmocka_unit_test(tells_a_claim_that_is_wrong),
		cmocka_unit_test(one_other_answer_is_seen),
		cmocka_unit_test(an_operation_that_is_blocked_does_not_count),
		cmocka_unit_test(ptrace_that_is_blocked_is_forbidden),
		cmocka_unit_test(a_guard_without_declarations_behaves_like_restricted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
