/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What to make of it: the strictest level that takes nothing away but what a person can do as
 * root. */
#include "impact.h"

bool impact_is_there(const struct impact_found *f)
{
	return f->n_paths > 0 || f->n_pids > 0;
}

bool impact_is_lost(const struct impact_found *f, int level)
{
	const struct impact_program *p = f->program;

	switch (impact_effect_of(p, level)) {
	case IMPACT_WORKS:
	case IMPACT_FALLS_BACK:
		return false;
	case IMPACT_ROOT_ONLY:
		/* Attaching by pid is what a level is there to stop; launching is everyday work. */
		return p->access != IMPACT_ATTACH && p->access != IMPACT_CONTAINER;
	default:
		return true;
	}
}

int impact_strictest(const struct impact *in)
{
	for (int level = 3; level > 0; level--) {
		bool lost = false;

		for (size_t i = 0; i < in->n_programs && !lost; i++)
			lost = impact_is_there(&in->programs[i]) &&
			       impact_is_lost(&in->programs[i], level);
		if (!lost)
			return level;
	}
	return 0;
}
