/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a use gets at a level: from the level rule and from the facts that its way of asking brings.
 */
#include "impact.h"

#include "access-rule.h"

static const struct {
	const char *word, *text;
} accesses[] = {
#define X(id, word, meaning) {word, meaning},
	IMPACT_ACCESSES(X)
#undef X
};

static const char *const effects[] = {
#define X(id, word, meaning) word,
	IMPACT_EFFECTS(X)
#undef X
};

static const char *const verified[] = {
#define X(id, word, meaning) word,
	IMPACT_VERIFIED(X)
#undef X
};

const char *impact_access_word(enum impact_access a)
{
	return accesses[a].word;
}

const char *impact_access_text(enum impact_access a)
{
	return accesses[a].text;
}

const char *impact_effect_word(enum impact_effect e)
{
	return effects[e];
}

const char *impact_verified_word(enum impact_verified v)
{
	return verified[v];
}

enum impact_effect impact_effect_of(const struct impact_program *p, int level)
{
	static const unsigned facts[_IMPACT_ACCESS_MAX] = {
		[IMPACT_LAUNCH] = ACCESS_FACT_DESCENDANT,
		[IMPACT_DECLARED] = ACCESS_FACT_DECLARED,
		[IMPACT_NAMESPACE] = ACCESS_FACT_CAPABLE,
		[IMPACT_ROOT] = ACCESS_FACT_CAPABLE,
	};
	const bool reads = p->access == IMPACT_READ || p->access == IMPACT_NONE;
	unsigned need =
		access_rule_need(reads ? ACCESS_RULE_READ : ACCESS_RULE_ATTACH, (unsigned)level);

	if (need == ACCESS_RULE_ALLOW || (need & facts[p->access]))
		return IMPACT_WORKS;
	if (p->falls_back)
		return IMPACT_FALLS_BACK;
	return p->by_hand && (need & ACCESS_FACT_CAPABLE) ? IMPACT_ROOT_ONLY : IMPACT_DENIED;
}
