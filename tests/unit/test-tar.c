/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Archives: what is written is read, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tar.h"

static void what_is_written_is_read(void **state)
{
	static const size_t sizes[] = {0, 1, 511, 512, 513, 5000};
	_cleanup_strbuf_ struct strbuf out = {0};
	char bytes[5000];
	struct tar_reader r;
	struct tar_member m;
	const char *wrong = NULL;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7 + 1);
	for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
		char name[] = "root/a";

		name[5] = (char)('a' + i);
		assert_int_equal(tar_add(&out, name, bytes, sizes[i], 1764000000), 0);
	}
	assert_int_equal(tar_end(&out), 0);
	r = (struct tar_reader){.bytes = out.bytes, .n = out.len};
	for (size_t i = 0; i < ELEMENTSOF(sizes); i++) {
		assert_int_equal(tar_next(&r, &m, &wrong), 1);
		assert_int_equal(m.name[5], 'a' + (int)i);
		assert_int_equal(m.n, sizes[i]);
		assert_memory_equal(m.bytes, bytes, sizes[i]);
	}
	assert_int_equal(tar_next(&r, &m, &wrong), 0);
}

static void names_of_every_length(void **state)
{
	for (size_t n = 1; n <= 300; n++) {
		_cleanup_strbuf_ struct strbuf out = {0};
		char name[301];
		struct tar_member m;
		const char *wrong = NULL;

		/* A slash every 50 bytes. */
		for (size_t i = 0; i < n; i++)
			name[i] = i % 50 == 49 && i + 1 < n ? '/' : 'x';
		name[n] = '\0';
		if (tar_add(&out, name, "", 0, 0) < 0) {
			assert_true(n > 250);
			continue;
		}
		assert_int_equal(tar_end(&out), 0);
		assert_int_equal(tar_next(&(struct tar_reader){.bytes = out.bytes, .n = out.len},
					  &m, &wrong),
				 1);
		assert_string_equal(m.name, name);
	}
}

static void names_that_fit_nothing(void **state)
{
	static const char *const names[] = {"",	     "/a",   "a/",    "a//b", "./a", "../a", "a/..",
					    "a/./b", "a\nb", "a\x1b", "\xff", "..",  "."};
	char longest[102];

	for (size_t i = 0; i < ELEMENTSOF(names); i++) {
		struct strbuf out = {0};

		assert_false(tar_name_is_fit(names[i]));
		assert_int_equal(tar_add(&out, names[i], "", 0, 0), -EINVAL);
		assert_int_equal(out.len, 0);
	}
	memset(longest, 'x', sizeof(longest));
	longest[101] = '\0';
	assert_false(tar_name_is_fit(longest));
	assert_true(tar_name_is_fit(longest + 1));
}

/* Reads to the end. */
static int read_all(const char *bytes, size_t n)
{
	struct tar_reader r = {.bytes = bytes, .n = n};
	struct tar_member m;
	const char *wrong = NULL;
	int k;

	while ((k = tar_next(&r, &m, &wrong)) > 0)
		;
	assert_true(k == 0 || (k == -EBADMSG && wrong));
	return k;
}

static void every_cut_is_noticed(void **state)
{
	_cleanup_strbuf_ struct strbuf out = {0};

	assert_int_equal(tar_add(&out, "a", "some bytes", 10, 0), 0);
	assert_int_equal(tar_end(&out), 0);
	for (size_t n = 0; n < out.len; n++) {
		/* Its own memory, so that a look behind the end is seen. */
		_cleanup_free_ char *copy = malloc(n + 1);

		assert_non_null(copy);
		memcpy(copy, out.bytes, n);
		assert_int_equal(read_all(copy, n), -EBADMSG);
	}
	assert_int_equal(read_all(out.bytes, out.len), 0);
}

static void every_changed_byte_of_a_header_is_noticed(void **state)
{
	_cleanup_strbuf_ struct strbuf out = {0};

	assert_int_equal(tar_add(&out, "a", "b", 1, 0), 0);
	assert_int_equal(tar_end(&out), 0);
	for (size_t i = 0; i < 512; i++) {
		out.bytes[i] ^= 1;
		/* The end of the checksum's field may be a blank or a NUL. */
		if (i < 154 || i > 155)
			assert_int_equal(read_all(out.bytes, out.len), -EBADMSG);
		out.bytes[i] ^= 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(names_of_every_length),
		cmocka_unit_test(names_that_fit_nothing),
		cmocka_unit_test(every_cut_is_noticed),
		cmocka_unit_test(every_changed_byte_of_a_header_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
