/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON output: bytes that are not UTF-8 are shown and kept exactly; what is missing is null. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "jsonx.h"

/* Ends the object and compares its text. */
static void expect(struct json_object *o, const char *expected)
{
	_cleanup_strbuf_ struct strbuf b = {0};

	assert_int_equal(jx_finish(o, &b), 0);
	assert_string_equal(b.bytes, expected);
}

static void members_stand_in_order_on_one_line(void **state)
{
	struct json_object *o = json_object_new_object(), *a, *inner;

	jx_add_str(o, "schema", "x/1");
	jx_add_int(o, "n", INT64_MIN);
	jx_add_bool(o, "yes", true);
	jx_add_level(o, "level", 0);
	jx_add_level(o, "none", -1);
	a = jx_add_array(o, "list");
	assert_non_null(a);
	inner = jx_add_object(o, "inner");
	jx_add_str(inner, "path", "/etc/x");
	jx_add_str(o, "null", NULL);
	(void)jx_add(o, "null too", NULL);
	expect(o, "{\"schema\":\"x/1\",\"n\":-9223372036854775808,\"yes\":true,\"level\":0,"
		  "\"none\":null,\"list\":[],\"inner\":{\"path\":\"/etc/x\"},\"null\":null,"
		  "\"null too\":null}\n");
}

static void bytes_are_kept_exactly(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *json;
	} cases[] = {
		{"text", 4, "{\"k\":\"text\"}\n"},
		{"", 0, "{\"k\":\"\"}\n"},
		{"gr\xc3\xbc", 4, "{\"k\":\"gr\xc3\xbc\"}\n"},
		{"line\n\"q\"\\", 9, "{\"k\":\"line\\n\\\"q\\\"\\\\\"}\n"},
		{"\033[0m", 4, "{\"k\":\"\\u001b[0m\"}\n"},
		{"\xff", 1, "{\"k\":\"\xef\xbf\xbd\",\"k_b64\":\"/w==\"}\n"},
		{"\xff\xfe", 2, "{\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\",\"k_b64\":\"//4=\"}\n"},
		{"a\xffz", 3, "{\"k\":\"a\xef\xbf\xbdz\",\"k_b64\":\"Yf96\"}\n"},
		{"a\0b", 3,
		 "{\"k\":\"a\xef\xbf\xbd"
		 "b\",\"k_b64\":\"YQBi\"}\n"},
		{"\xed\xa0\x80", 3,
		 "{\"k\":\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\"k_b64\":\"7aCA\"}\n"},
		{"caf\xe9 1", 6, "{\"k\":\"caf\xef\xbf\xbd 1\",\"k_b64\":\"Y2Fm6SAx\"}\n"},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		struct json_object *o = json_object_new_object();

		jx_add_bytes(o, "k", cases[i].bytes, cases[i].n);
		expect(o, cases[i].json);
	}
}

static void strings_are_bytes_up_to_their_end(void **state)
{
	struct json_object *o = json_object_new_object();

	jx_add_text(o, "a", "b");
	jx_add_text(o, "c", NULL);
	jx_add_bytes(o, "d", NULL, 0);
	jx_add_text(o, "e", "\x80");
	expect(o, "{\"a\":\"b\",\"c\":null,\"d\":null,\"e\":\"\xef\xbf\xbd\","
		  "\"e_b64\":\"gA==\"}\n");
}

static void a_hole_is_an_error(void **state)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	struct json_object *o = json_object_new_object();

	/* A member of an object that could not be made. */
	jx_add_int(NULL, "lost", 1);
	assert_int_equal(jx_finish(o, &b), -ENOMEM);
	assert_int_equal(b.len, 0);
	assert_int_equal(jx_finish(NULL, &b), -ENOMEM);
	expect(json_object_new_object(), "{}\n");
}

static void objects_follow_each_other(void **state)
{
	_cleanup_strbuf_ struct strbuf b = {0};

	assert_int_equal(jx_finish(json_object_new_object(), &b), 0);
	assert_int_equal(jx_finish(json_object_new_array(), &b), 0);
	assert_string_equal(b.bytes, "{}\n[]\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_stand_in_order_on_one_line),
		cmocka_unit_test(bytes_are_kept_exactly),
		cmocka_unit_test(strings_are_bytes_up_to_their_end),
		cmocka_unit_test(a_hole_is_an_error),
		cmocka_unit_test(objects_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
