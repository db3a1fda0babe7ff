/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers: what counts as one, and the edges of their range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parse.h"

static void numbers_are_digits_only(void **state)
{
	static const char *const bad[] = {"",	" 1",  "1 ",  "+1",	  "-1",	 "0x1", "1e0",
					  "1.", "1\n", "one", "\xd9\xa1", "1\r", "--1"};

	for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
		uint64_t v = 7;

		assert_int_equal(parse_uint(bad[i], UINT64_MAX, &v), -EINVAL);
		assert_int_equal(v, 7);
	}
}

static void numbers_have_a_range(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		int r;
		uint64_t v;
	} cases[] = {
		{"0", 0, 0, 0},
		{"1", 0, -ERANGE, 0},
		{"007", 7, 0, 7},
		{"3", 3, 0, 3},
		{"4", 3, -ERANGE, 0},
		{"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
		{"18446744073709551616", UINT64_MAX, -ERANGE, 0},
		{"99999999999999999999", UINT64_MAX, -ERANGE, 0},
		{"00000000000000000000000000000001", 1, 0, 1},
		{"99999999999999999999x", UINT64_MAX, -EINVAL, 0},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		uint64_t v = 0;

		assert_int_equal(parse_uint(cases[i].text, cases[i].max, &v), cases[i].r);
		assert_true(v == cases[i].v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_digits_only),
		cmocka_unit_test(numbers_have_a_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
