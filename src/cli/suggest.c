/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Optimal string alignment distance over three rows; words are short, so the rows are on the stack.
 */
#include "suggest.h"

#define ERRORS_MAX 2

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

static unsigned edit_distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned rows[3][SUGGEST_WORD_MAX + 1];

	for (size_t j = 0; j <= m; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *row = rows[i % 3], *before = rows[(i + 2) % 3],
			 *before2 = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned cost = a[i - 1] == b[j - 1] ? 0 : 1;

			row[j] = min3(row[j - 1] + 1, before[j] + 1, before[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before2[j - 2] + 1 < row[j])
				row[j] = before2[j - 2] + 1;
		}
	}
	return rows[n % 3][m];
}

struct suggestion suggestion_for(const char *word)
{
	return (struct suggestion){.word = word, .distance = ERRORS_MAX + 1};
}

void suggestion_offer(struct suggestion *s, const char *candidate)
{
	size_t n = strlen(s->word), m = strlen(candidate);
	unsigned d;

	if (n == 0 || n > SUGGEST_WORD_MAX || m > SUGGEST_WORD_MAX)
		return;
	d = edit_distance(s->word, n, candidate, m);
	if (n >= 2 && n < m && strncmp(s->word, candidate, n) == 0)
		d = 1;
	else if (d * 2 >= m)
		return;
	if (d < s->distance) {
		s->distance = d;
		s->best = candidate;
	}
}
