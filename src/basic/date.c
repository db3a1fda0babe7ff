/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By counting years and months: dates here are few, and near. */
#include "date.h"

#include "parse.h"

#include <stdio.h>

#define FIRST_YEAR 1970
#define LAST_YEAR  9999
#define LAST_DAY   2932896 /* 9999-12-31 */

static bool is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

static unsigned days_in_year(unsigned year)
{
	return 365 + is_leap(year);
}

/* n digits as a number. */
static int digits(const char *s, size_t n, uint64_t max, unsigned *ret)
{
	char buf[8] = {0};
	uint64_t v;

	memcpy(buf, s, n);
	if (parse_uint(buf, max, &v) < 0)
		return -EINVAL;
	*ret = (unsigned)v;
	return 0;
}

int date_parse(const char *s, int64_t *ret_day)
{
	unsigned year, month, day;
	int64_t n = 0;

	if (strlen(s) != DATE_ISO_SIZE - 1 || s[4] != '-' || s[7] != '-' ||
	    digits(s, 4, LAST_YEAR, &year) < 0 || digits(s + 5, 2, 12, &month) < 0 ||
	    digits(s + 8, 2, 31, &day) < 0)
		return -EINVAL;
	if (year < FIRST_YEAR || month == 0 || day == 0 || day > days_in_month(year, month))
		return -EINVAL;
	for (unsigned y = FIRST_YEAR; y < year; y++)
		n += days_in_year(y);
	for (unsigned m = 1; m < month; m++)
		n += days_in_month(year, m);
	*ret_day = n + day - 1;
	return 0;
}

int64_t date_of_time(int64_t seconds)
{
	int64_t day = seconds / 86400;

	return seconds % 86400 < 0 ? day - 1 : day;
}

static void split(int64_t day, unsigned *year, unsigned *month, unsigned *ret_day)
{
	unsigned left = day < 0 ? 0 : day > LAST_DAY ? LAST_DAY : (unsigned)day;

	for (*year = FIRST_YEAR; left >= days_in_year(*year); (*year)++)
		left -= days_in_year(*year);
	for (*month = 1; left >= days_in_month(*year, *month); (*month)++)
		left -= days_in_month(*year, *month);
	*ret_day = left + 1;
}

void date_iso(int64_t day, char ret[DATE_ISO_SIZE])
{
	unsigned y, m, d;

	split(day, &y, &m, &d);
	(void)snprintf(ret, DATE_ISO_SIZE, "%04u-%02u-%02u", y % 10000, m % 100, d % 100);
}

void date_words(int64_t day, char ret[DATE_WORDS_SIZE])
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	unsigned y, m, d;

	split(day, &y, &m, &d);
	(void)snprintf(ret, DATE_WORDS_SIZE, "%u %s %04u", d % 100, months[m - 1], y % 10000);
}
