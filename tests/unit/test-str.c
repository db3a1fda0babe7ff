/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers; and that no text drives a terminal, or reaches JSON as anything but UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "str.h"

static void buffers_grow_and_are_taken(void **state)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	char *s;

	assert_int_equal(strbuf_adds(&b, "one"), 0);
	assert_int_equal(strbuf_addc(&b, ' '), 0);
	assert_int_equal(strbuf_add(&b, "two\0x", 5), 0);
	assert_int_equal(strbuf_addf(&b, " %d%%", 3), 0);
	assert_int_equal(b.len, 12);
	assert_memory_equal(b.bytes, "one two\0x 3%", 13);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(strbuf_adds(&b, "0123456789"), 0);
	assert_int_equal(b.len, 10012);
	s = strbuf_take(&b);
	assert_non_null(s);
	assert_int_equal(s[10011], '9');
	assert_int_equal(s[10012], '\0');
	free(s);
	assert_null(b.bytes);
	assert_int_equal(b.len, 0);
}

static void empty_buffers_are_strings_when_taken(void **state)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	_cleanup_free_ char *s = strbuf_take(&b);

	assert_string_equal(s, "");
	assert_int_equal(strbuf_add(&b, NULL, 0), 0);
	strbuf_clear(&b);
	assert_string_equal(b.bytes, "");
}

static void failures_stick(void **state)
{
	_cleanup_strbuf_ struct strbuf b = {0};

	assert_int_equal(strbuf_adds(&b, "x"), 0);
	assert_int_equal(strbuf_add(&b, "y", SIZE_MAX), -ENOMEM);
	assert_true(b.failed);
	assert_int_equal(strbuf_adds(&b, "z"), -ENOMEM);
	assert_null(strbuf_take(&b));
	assert_false(b.failed);
	assert_int_equal(strbuf_add(&b, "y", SIZE_MAX), -ENOMEM);
	strbuf_clear(&b);
	assert_int_equal(strbuf_adds(&b, "w"), 0);
	assert_string_equal(b.bytes, "w");
}

static const struct {
	const char *bytes, *escaped, *utf8; /* utf8: NULL where it is the bytes */
	bool clean;
} texts[] = {
	{"plain ~", "plain ~", NULL, true},
	{"back\\slash", "back\\\\slash", NULL, true},
	{"\033[31mred\033[0m", "\\x1b[31mred\\x1b[0m", NULL, true},
	{"a\nb\tc\r\a\b\x7f", "a\\x0ab\\x09c\\x0d\\x07\\x08\\x7f", NULL, true},
	{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", NULL, true},
	{"\xe2\x82\xac \xf0\x9f\x90\xa7", "\xe2\x82\xac \xf0\x9f\x90\xa7", NULL, true},
	/* C1 controls as code points (CSI), and as bytes */
	{"\xc2\x9b"
	 "31m",
	 "\\xc2\\x9b31m", NULL, true},
	{"\x9b"
	 "31m",
	 "\\x9b31m",
	 "\xef\xbf\xbd"
	 "31m",
	 false},
	/* right-to-left override, isolate, zero-width space, byte-order mark, soft hyphen, tag */
	{"\xe2\x80\xae", "\\xe2\\x80\\xae", NULL, true},
	{"\xe2\x81\xa6", "\\xe2\\x81\\xa6", NULL, true},
	{"\xe2\x80\x8b", "\\xe2\\x80\\x8b", NULL, true},
	{"\xef\xbb\xbf", "\\xef\\xbb\\xbf", NULL, true},
	{"\xc2\xad", "\\xc2\\xad", NULL, true},
	{"\xf3\xa0\x80\xa0", "\\xf3\\xa0\\x80\\xa0", NULL, true},
	{"\xe2\x80\xa8", "\\xe2\\x80\\xa8", NULL, true},
	/* overlong, surrogate, above U+10FFFF, cut off, stray continuation */
	{"\xc0\xaf", "\\xc0\\xaf", "\xef\xbf\xbd\xef\xbf\xbd", false},
	{"\xe0\x80\xaf", "\\xe0\\x80\\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", false},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", false},
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80",
	 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", false},
	{"\xf5x", "\\xf5x", "\xef\xbf\xbdx", false},
	{"\xe2\x82", "\\xe2\\x82", "\xef\xbf\xbd\xef\xbf\xbd", false},
	{"\xe2\x82x", "\\xe2\\x82x", "\xef\xbf\xbd\xef\xbf\xbdx", false},
	{"\x80", "\\x80", "\xef\xbf\xbd", false},
	{"\xff\xfe", "\\xff\\xfe", "\xef\xbf\xbd\xef\xbf\xbd", false},
	/* the edges that are still text */
	{"\xc2\xa1\xdf\xbf\xe0\xa0\x80", "\xc2\xa1\xdf\xbf\xe0\xa0\x80", NULL, true},
	{"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf",
	 NULL, true},
};

static void terminals_get_nothing_but_text(void **state)
{
	for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
		_cleanup_strbuf_ struct strbuf b = {0};

		assert_int_equal(strbuf_add_escaped(&b, texts[i].bytes, strlen(texts[i].bytes)), 0);
		assert_string_equal(b.bytes, texts[i].escaped);
	}
}

static void bytes_become_utf8(void **state)
{
	for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
		_cleanup_strbuf_ struct strbuf b = {0};

		assert_int_equal(strbuf_add_utf8(&b, texts[i].bytes, strlen(texts[i].bytes)),
				 texts[i].clean);
		assert_string_equal(b.bytes, texts[i].utf8 ? texts[i].utf8 : texts[i].bytes);
	}
}

static void a_nul_is_no_text(void **state)
{
	_cleanup_strbuf_ struct strbuf utf8 = {0}, escaped = {0};

	assert_int_equal(strbuf_add_utf8(&utf8, "a\0b", 3), 0);
	assert_string_equal(utf8.bytes, "a\xef\xbf\xbd"
					"b");
	assert_int_equal(strbuf_add_escaped(&escaped, "a\0b", 3), 0);
	assert_string_equal(escaped.bytes, "a\\x00b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffers_grow_and_are_taken),
		cmocka_unit_test(empty_buffers_are_strings_when_taken),
		cmocka_unit_test(failures_stick),
		cmocka_unit_test(terminals_get_nothing_but_text),
		cmocka_unit_test(bytes_become_utf8),
		cmocka_unit_test(a_nul_is_no_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
