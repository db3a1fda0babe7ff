/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel makes of values written one after the other, 0xFF between them, against
 * strtoull(3). */
#include "fuzz.h"
#include "kernel-model.h"

#include <ctype.h>

/* The level, -1 for what is no integer, -2 for one out of range. */
static int expected(const uint8_t *bytes, size_t n)
{
	_cleanup_free_ char *text = fuzz_string(bytes, n < 4095 ? n : 4095);
	char *number = text, *end;
	unsigned long long value;
	bool minus;

	/* In the C locale isspace(3) is the kernel's, but for one byte. */
	while (isspace((unsigned char)*number) || *number == '\xa0')
		number++;
	end = number;
	minus = *end == '-';
	end += minus;
	if (!isdigit((unsigned char)*end))
		return -1;
	errno = 0;
	value = strtoull(end, &end, 0);
	if (errno != 0 || end - number >= 21)
		return -1;
	/* A NUL among the bytes is none of those that may follow. */
	if (!strchr(" \t\n", *end) || (!*end && (size_t)(end - text) < (n < 4095 ? n : 4095)))
		return -1;
	if (minus ? value != 0 : value > 3)
		return -2;
	return (int)value;
}

static void check_one(struct kernel_model *m, int *held, const uint8_t *bytes, size_t n)
{
	_cleanup_free_ char *exact = fuzz_copy(bytes, n);
	int want = expected(bytes, n), level = 99, r = kernel_model_write(m, exact, n);
	enum value_state state = kernel_value_parse(m, exact, n, &level);

	FUZZ_CHECK(state == (want == -1	  ? VALUE_MALFORMED
			     : want == -2 ? VALUE_OUT_OF_RANGE
					  : VALUE_OK));
	FUZZ_CHECK(level == (want >= 0 ? want : 99));
	if (n > 0 && want >= 0 && (*held != 3 || want == 3)) {
		FUZZ_CHECK(r == 0);
		*held = want;
	} else {
		FUZZ_CHECK(r == (n > 0 ? -EINVAL : 0));
	}
	FUZZ_CHECK(m->level == *held);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_model m = kernel_model_for(PTRACE_SCOPE_KEY);
	struct kernel_model other = kernel_model_for("kernel/other");
	int held = LEVEL_NONE;

	for (size_t at = 0; at <= size;) {
		const uint8_t *stop = at < size ? memchr(data + at, 0xff, size - at) : NULL;
		size_t n = (stop ? (size_t)(stop - data) : size) - at;

		check_one(&m, &held, data + at, n);
		FUZZ_CHECK(kernel_model_write(&other, (const char *)data + at, n) == 0);
		at += n + 1;
	}
	/* Any rule inverted: still an answer. */
	for (unsigned rule = 0; size > 0 && rule < _KERNEL_RULE_MAX; rule++) {
		struct kernel_model odd = kernel_model_for(PTRACE_SCOPE_KEY);

		odd.inverted = UINT32_C(1) << rule;
		(void)kernel_model_write(&odd, (const char *)data, size);
	}
	return 0;
}
