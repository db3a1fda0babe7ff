/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The value grammar of proc_dointvec_minmax() (kernel/sysctl.c: proc_skip_spaces(),
 * proc_get_long()) and the range and lock of yama_dointvec_minmax() (security/yama/yama_lsm.c),
 * each rule behind a bit so that the suite can show that it is needed.
 */
#include "kernel-model.h"

/* proc_get_long() copies the number into a buffer of this size (TMPBUFLEN), NUL included. */
#define TOKEN_MAX 22

static bool rule(const struct kernel_model *m, enum kernel_rule r)
{
	return !(m->inverted >> r & 1);
}

struct kernel_model kernel_model_for(const char *key)
{
	return (struct kernel_model){
		.ptrace_scope = streq(key, PTRACE_SCOPE_KEY),
		.level = LEVEL_NONE,
	};
}

/* The kernel's isspace(): C's, and 0xA0. */
static bool is_blank(const struct kernel_model *m, unsigned char c)
{
	if (c == 0xa0)
		return rule(m, KERNEL_RULE_LEADING_NBSP);
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* Base by prefix, as simple_strtoul(..., 0): p is moved past "0x". */
static unsigned number_base(const struct kernel_model *m, const char **p, const char *end)
{
	const char *s = *p;

	if (s == end || *s != '0')
		return 10;
	if (end - s > 2 && (s[1] == 'x' || s[1] == 'X') && digit((unsigned char)s[2]) < 16 &&
	    rule(m, KERNEL_RULE_HEX)) {
		*p = s + 2;
		return 16;
	}
	return rule(m, KERNEL_RULE_OCTAL) ? 8 : 10;
}

/* The digits at s. Returns the first byte after them, or NULL for overflow of unsigned long. */
static const char *read_digits(const char *s, const char *end, unsigned base, uint64_t *ret)
{
	uint64_t v = 0;

	for (; s < end && digit((unsigned char)*s) < (int)base; s++) {
		uint64_t d = (uint64_t)digit((unsigned char)*s);

		if (v > (UINT64_MAX - d) / base)
			return NULL;
		v = v * base + d;
	}
	*ret = v;
	return s;
}

enum value_state kernel_value_parse(const struct kernel_model *m, const char *bytes, size_t n,
				    int *ret_level)
{
	const char *s = bytes, *end, *token;
	bool negative = false;
	uint64_t v = 0;
	unsigned base;

	if (n > 4095)
		n = 4095; /* proc_first_pos_non_zero_ignore() aside, a write is cut at PAGE_SIZE - 1
			   */
	end = bytes + n;
	if (rule(m, KERNEL_RULE_LEADING_BLANKS)) {
		while (s < end && is_blank(m, (unsigned char)*s))
			s++;
	}
	token = s;
	if (s < end && *s == '-' && rule(m, KERNEL_RULE_MINUS)) {
		negative = true;
		s++;
	}
	if (s == end || *s < '0' || *s > '9')
		return VALUE_MALFORMED;
	base = number_base(m, &s, end);
	s = read_digits(s, end, base, &v);
	if (!s)
		return VALUE_MALFORMED;
	if (s - token >= TOKEN_MAX - 1 && rule(m, KERNEL_RULE_TOKEN_LENGTH))
		return VALUE_MALFORMED;
	if (s < end && *s != ' ' && *s != '\t' && *s != '\n' && rule(m, KERNEL_RULE_TRAILING))
		return VALUE_MALFORMED;
	if (s < end && !rule(m, KERNEL_RULE_REST_IGNORED)) {
		for (; s < end; s++) {
			if (*s != ' ' && *s != '\t' && *s != '\n')
				return VALUE_MALFORMED;
		}
	}
	if (negative && v != 0)
		return VALUE_OUT_OF_RANGE;
	if (v > 3 && (rule(m, KERNEL_RULE_RANGE) || v > INT32_MAX))
		return VALUE_OUT_OF_RANGE;
	*ret_level = (int)v;
	return VALUE_OK;
}

int kernel_model_write(struct kernel_model *m, const char *bytes, size_t n)
{
	int level;

	if (n == 0 || !m->ptrace_scope)
		return 0;
	if (kernel_value_parse(m, bytes, n, &level) != VALUE_OK)
		return -EINVAL;
	if (m->level == 3 && level < 3 && rule(m, KERNEL_RULE_LOCK))
		return -EINVAL;
	m->level = level;
	return 0;
}

const char *level_name(int level)
{
	static const char *const names[] = {"classic", "restricted", "admin-only", "no-attach"};

	return level >= 0 && level <= 3 ? names[level] : NULL;
}
