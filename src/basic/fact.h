/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Facts with three values: what could not be seen is neither yes nor no. */
#pragma once

enum fact { FACT_NO, FACT_YES, FACT_UNKNOWN };

/* Yes where one of the two is; no where both are no. */
static inline enum fact fact_or(enum fact a, enum fact b)
{
	if (a == FACT_YES || b == FACT_YES)
		return FACT_YES;
	return a == FACT_NO && b == FACT_NO ? FACT_NO : FACT_UNKNOWN;
}

/* Yes where both are; no where one of them is no. */
static inline enum fact fact_and(enum fact a, enum fact b)
{
	if (a == FACT_NO || b == FACT_NO)
		return FACT_NO;
	return a == FACT_YES && b == FACT_YES ? FACT_YES : FACT_UNKNOWN;
}

/* The fact that a condition holds, which is known. */
static inline enum fact fact_of(int condition)
{
	return condition ? FACT_YES : FACT_NO;
}
