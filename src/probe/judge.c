/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the answers come to. Nothing here asks the kernel: a table of answers in, a verdict out.
 *
 * A level is possible when every answer is what it gives; which errno a denial has does not matter
 * for that. Several are possible where what tells them apart could not be tried: without a user
 * namespace and without capabilities 2 and 3 look alike.
 */
#include "access-rule.h"
#include "probe-impl.h"

static const struct {
	const char *word, *text;
} relation_names[] = {
#define X(id, word, description) {word, description},
	PROBE_RELATIONS(X)
#undef X
};

static const struct {
	const char *word;
	enum probe_mode mode;
	int denial;
} operations[] = {
#define X(id, word, mode, denial) {word, PROBE_MODE_##mode, denial},
	PROBE_OPERATIONS(X)
#undef X
};

const char *probe_relation_word(enum probe_relation r)
{
	return relation_names[r].word;
}

const char *probe_relation_text(enum probe_relation r)
{
	return relation_names[r].text;
}

const char *probe_operation_word(enum probe_operation o)
{
	return operations[o].word;
}

enum probe_mode probe_operation_mode(enum probe_operation o)
{
	return operations[o].mode;
}

const char *probe_behaves_word(const struct probe_verdict *v)
{
	static const char *const levels[] = {"0", "1", "2", "3"};

	switch (v->behaves) {
	case PROBE_BEHAVES_LEVEL:
		return levels[v->level];
	case PROBE_DENIED_BY_OTHER:
		return "denied-by-other";
	case PROBE_UNKNOWN:
		break;
	}
	return "unknown";
}

int probe_expected(const struct probe *p, enum probe_relation relation,
		   enum probe_operation operation, int level)
{
	static const enum access_rule_operation rules[] = {
		[PROBE_MODE_ATTACH] = ACCESS_RULE_ATTACH,
		[PROBE_MODE_READ] = ACCESS_RULE_READ,
		[PROBE_MODE_TRACEME] = ACCESS_RULE_TRACEME,
	};
	const struct relation *r = &probe_relations[relation];
	unsigned facts = p->declares ? r->facts : r->facts & ~(unsigned)ACCESS_FACT_DECLARED;
	const int denial = operations[operation].denial;
	unsigned need = access_rule_need(rules[operations[operation].mode],
					 level == LEVEL_NONE ? 0 : (unsigned)level);

	if (p->result[relation][operation] == PROBE_NOT_TRIED)
		return PROBE_NOT_TRIED;
	if (r->denied)
		return denial;
	return need == ACCESS_RULE_ALLOW || (facts & need) ? 0 : denial;
}

static bool is_ptrace(int operation)
{
	return operation == PROBE_ATTACH || operation == PROBE_SEIZE || operation == PROBE_TRACEME;
}

/* How many answers are not those of the level. */
static void compare(const struct probe *p, int level, unsigned *ret_more, unsigned *ret_less)
{
	*ret_more = *ret_less = 0;
	for (int r = 0; r < _PROBE_RELATION_MAX; r++) {
		for (int o = 0; o < _PROBE_OPERATION_MAX; o++) {
			int want = probe_expected(p, (enum probe_relation)r,
						  (enum probe_operation)o, level);

			if (want == PROBE_NOT_TRIED || (p->blocked[o] && !is_ptrace(o)))
				continue;
			*ret_more += want != 0 && p->result[r][o] == 0;
			*ret_less += want == 0 && p->result[r][o] != 0;
		}
	}
}

struct probe_verdict probe_judge(const struct probe *p, int level)
{
	struct probe_verdict v = {
		.level = LEVEL_NONE,
		.forbidden = p->blocked[PROBE_ATTACH] && p->blocked[PROBE_SEIZE],
	};

	for (int i = 0; i <= 3; i++) {
		unsigned more, less;

		compare(p, i, &more, &less);
		if (more == 0 && less == 0)
			v.possible |= 1U << i;
	}
	compare(p, level == LEVEL_NONE ? 0 : level, &v.allows_more, &v.denies_more);
	if (v.forbidden || (v.possible == 0 && v.allows_more == 0)) {
		v.behaves = PROBE_DENIED_BY_OTHER;
		return v;
	}
	if (v.possible == 0) {
		v.behaves = PROBE_UNKNOWN;
		return v;
	}
	v.behaves = PROBE_BEHAVES_LEVEL;
	for (int i = 3; i >= 0; i--)
		if (v.possible & (1U << i))
			v.level = i;
	if (level != LEVEL_NONE && (v.possible & (1U << level)))
		v.level = level;
	return v;
}
