/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Days against gmtime(3), and what is no day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "date.h"

#include <time.h>

static void days_agree_with_the_c_library(void **state)
{
	/* 400 years, each day of them. */
	for (int64_t day = 0; day < 146097; day++) {
		time_t t = (time_t)(day * 86400);
		char iso[DATE_ISO_SIZE], words[DATE_WORDS_SIZE], want[40];
		struct tm tm;
		int64_t back;

		assert_non_null(gmtime_r(&t, &tm));
		(void)strftime(want, sizeof(want), "%Y-%m-%d", &tm);
		date_iso(day, iso);
		assert_string_equal(iso, want);
		(void)strftime(want, sizeof(want), "%e %b %Y", &tm);
		date_words(day, words);
		assert_string_equal(words, want + (want[0] == ' '));
		assert_int_equal(date_parse(iso, &back), 0);
		assert_int_equal(back, day);
	}
}

static void ends_of_the_range(void **state)
{
	char iso[DATE_ISO_SIZE];
	int64_t day;

	assert_int_equal(date_parse("9999-12-31", &day), 0);
	date_iso(day, iso);
	assert_string_equal(iso, "9999-12-31");
	date_iso(day + 1, iso);
	assert_string_equal(iso, "9999-12-31");
	date_iso(-1, iso);
	assert_string_equal(iso, "1970-01-01");
}

static void what_is_no_day(void **state)
{
	static const char *const cases[] = {
		"",	      "2027",	    "2027-1-31",   "2027-01-32", "2027-02-29",
		"2100-02-29", "2027-13-01", "2027-00-01",  "2027-01-00", "1969-12-31",
		"2027/01/31", "27-01-31",   "2027-01-31 ", "+027-01-31", "2027-01-3x",
		"2027-0131-", "tomorrow"};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		int64_t day = 42;

		assert_int_equal(date_parse(cases[i], &day), -EINVAL);
		assert_int_equal(day, 42);
	}
}

static void a_time_falls_on_its_day(void **state)
{
	assert_int_equal(date_of_time(0), 0);
	assert_int_equal(date_of_time(86399), 0);
	assert_int_equal(date_of_time(86400), 1);
	assert_int_equal(date_of_time(-1), -1);
	assert_int_equal(date_of_time(-86400), -1);
	assert_int_equal(date_of_time(-86401), -2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_agree_with_the_c_library),
		cmocka_unit_test(ends_of_the_range),
		cmocka_unit_test(what_is_no_day),
		cmocka_unit_test(a_time_falls_on_its_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
