/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel makes of a value, with the reason, which no write shows. */
#include "kernel-model.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum value_state parse(uint32_t inverted, const char *value, size_t n, int *level)
{
	struct kernel_model m = kernel_model_for(PTRACE_SCOPE_KEY);

	*level = LEVEL_NONE;
	m.inverted = inverted;
	return kernel_value_parse(&m, value, n, level);
}

static void values_mean_levels(void **state)
{
	static const struct {
		const char *value;
		int level;
	} rows[] = {
		{"0", 0},
		{"1", 1},
		{"2\n", 2},
		{"3", 3},
		{"01", 1},
		{"0x1", 1},
		{"0X2\n", 2},
		{" 1 ", 1},
		{"1 2", 1},
		{"1\t", 1},
		{"-0", 0},
		{"\v\f\r1", 1},
		{"\xa0"
		 "1",
		 1},
		{"1 \xff", 1},
		{"2 # why", 2},
		{"00000000000000000001", 1},
	};

	for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
		int level;

		assert_int_equal(parse(0, rows[i].value, strlen(rows[i].value), &level), VALUE_OK);
		assert_int_equal(level, rows[i].level);
	}
}

static void values_are_refused_for_a_reason(void **state)
{
	static const struct {
		const char *value;
		enum value_state state;
	} rows[] = {
		{"", VALUE_MALFORMED},
		{" ", VALUE_MALFORMED},
		{"+1", VALUE_MALFORMED},
		{"- 1", VALUE_MALFORMED},
		{"1e0", VALUE_MALFORMED},
		{"\"1\"", VALUE_MALFORMED},
		{"0x", VALUE_MALFORMED},
		{"08", VALUE_MALFORMED},
		{"1#c", VALUE_MALFORMED},
		{"1\r", VALUE_MALFORMED},
		{"\xff", VALUE_MALFORMED},
		{"\xc2\xa0"
		 "1",
		 VALUE_MALFORMED},
		{"4", VALUE_OUT_OF_RANGE},
		{"-1", VALUE_OUT_OF_RANGE},
		{"010", VALUE_OUT_OF_RANGE},
		{"0x4", VALUE_OUT_OF_RANGE},
		{"4294967297", VALUE_OUT_OF_RANGE},
		{"000000000000000000001", VALUE_MALFORMED},
		{"18446744073709551616", VALUE_MALFORMED},
	};

	for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
		int level;

		assert_int_equal(parse(0, rows[i].value, strlen(rows[i].value), &level),
				 rows[i].state);
		assert_int_equal(level, LEVEL_NONE);
	}
}

static void a_nul_is_no_end(void **state)
{
	int level;

	assert_int_equal(parse(0, "1\0", 2, &level), VALUE_MALFORMED);
}

static void octal_shows_in_the_reason_only(void **state)
{
	uint32_t without = UINT32_C(1) << KERNEL_RULE_OCTAL;
	int level;

	assert_int_equal(parse(0, "08", 2, &level), VALUE_MALFORMED);
	assert_int_equal(parse(without, "08", 2, &level), VALUE_OUT_OF_RANGE);
}

static void three_is_locked(void **state)
{
	struct kernel_model m = kernel_model_for(PTRACE_SCOPE_KEY);

	assert_int_equal(kernel_model_write(&m, "2\n", 2), 0);
	assert_int_equal(kernel_model_write(&m, "1", 1), 0);
	assert_int_equal(kernel_model_write(&m, "3", 1), 0);
	assert_int_equal(kernel_model_write(&m, "2", 1), -EINVAL);
	assert_int_equal(kernel_model_write(&m, "3", 1), 0);
	assert_int_equal(kernel_model_write(&m, "", 0), 0);
	assert_int_equal(m.level, 3);
}

static void other_keys_take_anything(void **state)
{
	struct kernel_model m = kernel_model_for("kernel/sysrq");

	assert_int_equal(kernel_model_write(&m, "x", 1), 0);
	assert_int_equal(m.level, LEVEL_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_mean_levels),
		cmocka_unit_test(values_are_refused_for_a_reason),
		cmocka_unit_test(a_nul_is_no_end),
		cmocka_unit_test(octal_shows_in_the_reason_only),
		cmocka_unit_test(three_is_locked),
		cmocka_unit_test(other_keys_take_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
