/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* "Did you mean": the candidate nearest to a mistyped word. */
#pragma once

#include "macro.h"

/* Longest word, in bytes, for which a suggestion is looked for. */
#define SUGGEST_WORD_MAX 63

struct suggestion {
	const char *word;  /* what was typed; borrowed */
	const char *best;  /* nearest candidate so far, or NULL; borrowed */
	unsigned distance; /* of best */
};

/* Starts the search for a word. */
struct suggestion suggestion_for(const char *word);

/* Offers a candidate. It is kept when it is nearer than all before: at most two typing errors
 * (insert, delete, replace, swap) and fewer than half of its letters, or the word is its beginning.
 */
void suggestion_offer(struct suggestion *s, const char *candidate);
