/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <stdio.h>

_Noreturn void fuzz_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
	abort();
}

void fuzz_same(const char *what, const char *got, const char *expected)
{
	if (got && expected ? streq(got, expected) : got == expected)
		return;
	fprintf(stderr, "%s: got %s, expected %s\n", what, got ? got : "nothing",
		expected ? expected : "nothing");
	abort();
}

char *fuzz_copy(const void *bytes, size_t n)
{
	char *copy = malloc(n ? n : 1);

	if (!copy)
		abort();
	if (n)
		memcpy(copy, bytes, n);
	return copy;
}

char *fuzz_string(const void *bytes, size_t n)
{
	char *copy = malloc(n + 1);

	if (!copy)
		abort();
	if (n)
		memcpy(copy, bytes, n);
	copy[n] = '\0';
	return copy;
}
