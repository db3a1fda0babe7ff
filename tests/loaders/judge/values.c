/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The values: a table of those with a reason of their own, and products (prefix, number, suffix)
 * whose expectation is composed from that of the parts, so that it does not repeat the parser.
 */

#include "values.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define V(text, expected)                                  \
	{                                                  \
		(char *)(text), sizeof(text) - 1, expected \
	}

static const struct value single[] = {
	V("", -1),
	V(" ", -1),
	V("\n", -1),
	V(" \t\n\v\f\r\xa0", -1),
	V("-", -1),
	V("- 1", -1),
	V("--1", -1),
	V("-+0", -1),
	V("+0", -1),
	V("true", -1),
	V("one", -1),
	V("a", -1),
	V("\"1\"", -1),
	V("'1'", -1),
	V("$1", -1),
	V("=1", -1),
	V("1=", -1),
	V("1e0", -1),
	V("0b1", -1),
	V("0o1", -1),
	V("0x", -1),
	V("0xg", -1),
	V("00x1", -1),
	V("x1", -1),
	V("08", -1),
	V("09", -1),
	V("018", -1),
	V("\xc2\xa0"
	  "1",
	  -1), /* a no-break space in UTF-8 */
	V("\xef\xbb\xbf"
	  "1",
	  -1), /* a byte order mark */
	V("\0"
	  "1",
	  -1),
	V("1\0", -1),
	V("1\0\n", -1),
	V("1\r\n", -1),
	V("18446744073709551615", -1), /* ULONG_MAX */
	V("18446744073709551616", -1),
	V("18446744073709551617", -1), /* 1 in an unchecked parser */
	V("36893488147419103233", -1),
	V("99999999999999999999", -1),
	V("4294967296", -1),
	V("4294967297", -1), /* 1 in 32 bits */
	V("2147483647", -1),
	V("2147483648", -1),
	V("-2147483648", -1),
	V("-2147483649", -1),
	V("-4294967295", -1),		/* 1 in 32 bits */
	V("-18446744073709551615", -1), /* 21 characters, and 1 in 64 bits */
	V("0xffffffffffffffff", -1),
	V("0x10000000000000001", -1),
	V("00000000000000000001", 1),	/* 20 characters */
	V("000000000000000000001", -1), /* 21 */
	V("0000000000000000000001", -1),
	V("-0000000000000000000", 0), /* 20, with the sign */
	V("-00000000000000000000", -1),
	V("0x000000000000000001", 1),
	V("0x0000000000000000001", -1),
	V("00000000000000000001 ", 1),
	V("000000000000000000001 ", -1),
	V("  00000000000000000001", 1), /* blanks before do not count */
};

static const struct value prefixes[] = {
	V("", 0),   V(" ", 0),	  V("\t", 0),	    V("\n", 0), V("\v", 0),    V("\f", 0),
	V("\r", 0), V("\xa0", 0), V(" \t \r\n", 0), V("#", -1), V("\x1c", -1), V("\x85", -1),
};

static const struct value numbers[] = {
	V("0", 0),    V("1", 1),   V("2", 2),	 V("3", 3),	V("4", -1),   V("-0", 0),
	V("-1", -1),  V("-3", -1), V("00", 0),	 V("01", 1),	V("003", 3),  V("007", -1),
	V("0x0", 0),  V("0x1", 1), V("0X2", 2),	 V("0x03", 3),	V("0x4", -1), V("-0x0", 0),
	V("0xA", -1), V("10", -1), V("010", -1), V("-0x1", -1),
};

static const struct value suffixes[] = {
	V("", 0),	V("\n", 0),  V(" ", 0),	    V("\t", 0),	 V("\n\n", 0), V(" 2", 0),
	V(" # c\n", 0), V("\tx", 0), V("\nx\n", 0), V(" \v", 0), V(" \0", 0),  V("\r", -1),
	V("\v", -1),	V("\f", -1), V("\xa0", -1), V(";", -1),	 V(",2", -1),  V("#c", -1),
	V(".0", -1),	V("u", -1),  V("-", -1),    V("\0", -1), V("\"", -1),  V("//", -1),
};

enum {
	WINDOW = 4095,
	N_EDGE = 5,
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int add(struct value *v, const struct value *const *parts, size_t n_parts, int level)
{
	size_t len = 0;

	for (size_t i = 0; i < n_parts; i++)
		len += parts[i]->len;
	v->data = malloc(len + 1);
	if (!v->data)
		return -ENOMEM;
	v->len = 0;
	v->level = level;
	for (size_t i = 0; i < n_parts; i++) {
		memcpy(v->data + v->len, parts[i]->data, parts[i]->len);
		v->len += parts[i]->len;
	}
	return 0;
}

/* "12" with its first digit at byte @at of a write of blanks. */
static int add_edge(struct value *v, size_t at, int level)
{
	v->len = at + 2;
	v->level = level;
	v->data = malloc(v->len);
	if (!v->data)
		return -ENOMEM;
	memset(v->data, ' ', v->len);
	memcpy(v->data + at, "12", 2);
	return 0;
}

/* A product of three is accepted when each part is. */
static int add_products(struct value *values, size_t *n)
{
	int r = 0;

	for (size_t i = 0; i < COUNT(prefixes) * COUNT(numbers) * COUNT(suffixes) && r == 0; i++) {
		const struct value *parts[] = {
			&prefixes[i % COUNT(prefixes)],
			&numbers[i / COUNT(prefixes) % COUNT(numbers)],
			&suffixes[i / COUNT(prefixes) / COUNT(numbers)],
		};
		bool good = parts[0]->level == 0 && parts[2]->level == 0;

		r = add(&values[(*n)++], parts, 3, good ? parts[1]->level : -1);
	}
	return r;
}

int values_new(struct value **ret, size_t *ret_n)
{
	size_t room = COUNT(single) + COUNT(prefixes) * COUNT(numbers) * COUNT(suffixes) + N_EDGE;
	struct value *values = calloc(room, sizeof(*values));
	size_t n = 0;
	int r = values ? 0 : -ENOMEM;

	for (size_t i = 0; i < COUNT(single) && r == 0; i++) {
		const struct value *part = &single[i];

		r = add(&values[n++], &part, 1, part->level);
	}
	if (r == 0)
		r = add_products(values, &n);

	/* The kernel looks at one page less one byte: 12 is whole before its end, 1 across it. */
	if (r == 0)
		r = add_edge(&values[n++], WINDOW - 3, -1);
	if (r == 0)
		r = add_edge(&values[n++], WINDOW - 2, -1);
	if (r == 0)
		r = add_edge(&values[n++], WINDOW - 1, 1);
	if (r == 0)
		r = add_edge(&values[n++], WINDOW, -1);
	if (r == 0)
		r = add_edge(&values[n++], (size_t)WINDOW * 2, -1);

	if (r < 0) {
		values_free(values, n);
		return r;
	}
	*ret = values;
	*ret_n = n;
	return 0;
}

void values_free(struct value *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(values[i].data);
	free(values);
}
