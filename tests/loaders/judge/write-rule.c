/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The write rule of an integer sysctl; see the header. The order of the checks follows the
 * kernel's, because the count that write(2) returns, and so what a loader does next, depends on
 * where the scan stopped.
 */

#include "write-rule.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* The kernel's own table, Latin-1: no-break space counts, the C locale of the loaders differs. */
static bool is_kernel_space(unsigned char c)
{
	return (c >= '\t' && c <= '\r') || c == ' ' || c == 0xa0;
}

static bool is_separator(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static size_t skip_space(const unsigned char *p, size_t n)
{
	size_t i = 0;

	while (i < n && is_kernel_space(p[i]))
		i++;
	return i;
}

static int digit_value(unsigned char c)
{
	unsigned char lower = c | 0x20;

	if (c >= '0' && c <= '9')
		return c - '0';
	if (lower >= 'a' && lower <= 'f')
		return lower - 'a' + 10;
	return INT_MAX;
}

/* Digits at @p, which ends in a NUL. Returns how many characters they took, 0 on overflow. */
static size_t scan_unsigned(const unsigned char *p, unsigned long *ret_number)
{
	unsigned long number = 0;
	unsigned base = 10;
	size_t i = 0;

	if (p[0] == '0') {
		base = 8;
		if ((p[1] | 0x20) == 'x' && digit_value(p[2]) < 16) {
			base = 16;
			i = 2;
		}
	}

	for (; (unsigned)digit_value(p[i]) < base; i++) {
		unsigned digit = (unsigned)digit_value(p[i]);

		if (number > (ULONG_MAX - digit) / base)
			return 0;
		number = number * base + digit;
	}

	*ret_number = number;
	return i;
}

/* One number at @p. Returns 0 and how many bytes it took, or -EINVAL. */
static int scan_number(const unsigned char *p, size_t n, bool *ret_negative,
		       unsigned long *ret_number, size_t *ret_taken)
{
	unsigned char token[WRITE_RULE_TOKEN_MAX + 2] = {};
	size_t length = n < WRITE_RULE_TOKEN_MAX + 1 ? n : WRITE_RULE_TOKEN_MAX + 1;
	bool negative = n > 1 && p[0] == '-';
	unsigned long number;
	size_t taken;

	memcpy(token, p, length);
	if (digit_value(token[negative]) > 9)
		return -EINVAL;

	taken = scan_unsigned(token + negative, &number);
	if (taken == 0)
		return -EINVAL;
	taken += negative;

	if (taken > WRITE_RULE_TOKEN_MAX)
		return -EINVAL;
	if (taken < n && !is_separator(token[taken]))
		return -EINVAL;

	*ret_negative = negative;
	*ret_number = number;
	*ret_taken = taken;
	return 0;
}

static int to_int(bool negative, unsigned long number, int *ret)
{
	if (number > (unsigned long)INT_MAX + negative)
		return -EINVAL;
	*ret = negative ? (int)-(long)number : (int)number;
	return 0;
}

int write_rule_apply(const struct write_rule *rule, int *value, const void *data, size_t len,
		     off_t offset, size_t *ret_count)
{
	const unsigned char *p = data;
	size_t window = len < WRITE_RULE_WINDOW ? len : WRITE_RULE_WINDOW;
	size_t at, taken;
	unsigned long number;
	bool negative;
	int r, min, wanted;

	/* kernel.sysctl_writes_strict=1: only what is written at the start counts. */
	if (len == 0 || offset != 0) {
		*ret_count = len;
		return 0;
	}

	at = skip_space(p, window);
	if (at == window)
		return -EINVAL;

	r = scan_number(p + at, window - at, &negative, &number, &taken);
	if (r < 0)
		return r;
	at += taken;

	r = to_int(negative, number, &wanted);
	if (r < 0)
		return r;

	min = rule->lock_at_max && *value == rule->max ? rule->max : rule->min;
	if (wanted < min || wanted > rule->max)
		return -EINVAL;

	at += skip_space(p + at, window - at);
	*value = wanted;
	*ret_count = len - (window - at);
	return 0;
}
