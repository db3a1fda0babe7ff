/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Days of the Gregorian calendar in UTC, counted from 1 January 1970. No clock is read here. */
#pragma once

#include "macro.h"

#define DATE_ISO_SIZE	11 /* "2027-01-31" and a NUL */
#define DATE_WORDS_SIZE 12 /* "31 Jan 2027" and a NUL */

/* Reads "YYYY-MM-DD", years 1970 to 9999. Returns 0, or -EINVAL for anything else, such as a day
 * that the month does not have. */
int date_parse(const char *s, int64_t *ret_day);

/* The day that a time in seconds since 1970 falls on. */
int64_t date_of_time(int64_t seconds);

/* Write a day from 1970 to 9999; another one is written as the nearest of these. */
void date_iso(int64_t day, char ret[DATE_ISO_SIZE]);
void date_words(int64_t day, char ret[DATE_WORDS_SIZE]);
