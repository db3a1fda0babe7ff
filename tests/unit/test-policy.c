/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies: the built-in ones, what a file may say, and whose files are taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void built_in_policies(void **state)
{
	static const struct {
		const char *name;
		uint8_t allow;
		bool strict, vendor;
		int fix;
	} cases[] = {
		{"cis", 0xe, false, true, 1},	      {"stig", 0x2, true, false, 1},
		{"workstation", 0x6, false, true, 1}, {"server", 0xc, false, true, 2},
		{"locked", 0x8, false, true, 3},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		struct policy p;

		assert_string_equal(policy_builtin_names[i], cases[i].name);
		assert_int_equal(policy_builtin(cases[i].name, &p), 0);
		assert_string_equal(p.name, cases[i].name);
		assert_string_equal(p.source, "built in");
		assert_int_equal(p.allow, cases[i].allow);
		assert_int_equal(p.strict_files, cases[i].strict);
		assert_int_equal(p.vendor_files, cases[i].vendor);
		assert_int_equal(p.fix_level, cases[i].fix);
		assert_false(p.accept_guard);
		assert_int_equal(strlen(p.sha256), 64);
		policy_done(&p);
	}
	assert_null(policy_builtin_names[ELEMENTSOF(cases)]);
}

static void no_other_is_built_in(void **state)
{
	struct policy p;

	assert_int_equal(policy_builtin("CIS", &p), -ENOENT);
}

static void hashes_tell_policies_apart(void **state)
{
	struct policy a, b;

	assert_int_equal(policy_builtin("cis", &a), 0);
	assert_int_equal(policy_builtin("workstation", &b), 0);
	assert_string_not_equal(a.sha256, b.sha256);
	policy_done(&a);
	policy_done(&b);
}

static int parse(const char *text, struct policy *ret, struct error *e)
{
	return policy_parse("/x/site.conf", text, strlen(text), ret, e);
}

static void file_lies_over_its_base(void **state)
{
	static const char text[] = "# ours\n"
				   "; too\n"
				   "\n"
				   "[Policy]\n"
				   "  Name = build hosts \r\n"
				   "Allow=0, 1 ,2\n"
				   "StrictFiles=yes\n"
				   "Base=stig\n"
				   "VendorFiles=on\n"
				   "AcceptGuard=true\n"
				   "FixLevel=2";
	_cleanup_error_ struct error e = {0};
	struct policy p;

	assert_int_equal(parse(text, &p, &e), 0);
	assert_string_equal(p.name, "build hosts");
	assert_string_equal(p.source, "/x/site.conf");
	assert_int_equal(p.allow, 0x7);
	assert_true(p.strict_files && p.vendor_files && p.accept_guard);
	assert_int_equal(p.fix_level, 2);
	policy_done(&p);
}

static void base_gives_what_is_not_said(void **state)
{
	_cleanup_error_ struct error e = {0};
	struct policy p;

	assert_int_equal(parse("[Policy]\nStrictFiles=no\nBase=stig\n", &p, &e), 0);
	assert_string_equal(p.name, "site");
	assert_int_equal(p.allow, 0x2);
	assert_false(p.strict_files);
	assert_false(p.vendor_files);
	policy_done(&p);
	assert_int_equal(parse("[Policy]\n", &p, &e), 0);
	assert_int_equal(p.allow, 0xe);
	assert_int_equal(p.fix_level, 1);
	policy_done(&p);
}

static void fix_level_follows_allow(void **state)
{
	_cleanup_error_ struct error e = {0};
	struct policy p;

	assert_int_equal(parse("[Policy]\nAllow=2,3\n", &p, &e), 0);
	assert_int_equal(p.fix_level, 2);
	policy_done(&p);
}

/* The hash is that of the file's bytes: sha256sum gives the same. */
static void hash_is_of_the_bytes(void **state)
{
	_cleanup_error_ struct error e = {0};
	struct policy p;

	assert_int_equal(parse("[Policy]\nAllow=1\n", &p, &e), 0);
	assert_string_equal(p.sha256,
			    "48c0ba7b4fd29a8d8ef6e0a5c140bc6296382be08653ed165254b6002898d67d");
	policy_done(&p);
}

static void mistakes_are_named_with_their_line(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *what;
	} cases[] = {
		{"[Policy]\nAllow=1\nAlow=2\n", 3, "unknown setting \"Alow\""},
		{"[Policy]\nallow=1\n", 2, "unknown setting \"allow\""},
		{"[Polcy]\n", 1, "unknown section \"[Polcy]\""},
		{"[Policy]\nAllow=1\n[Other]\n", 3, "unknown section \"[Other]\""},
		{"\nAllow=1\n[Policy]\n", 2, "a setting before [Policy]"},
		{"[Policy]\nAllow=1\n\nAllow=2\n", 4, "Allow= stands twice, first in line 2"},
		{"[Policy]\nAllow 1\n", 2, "neither a section nor NAME=VALUE: \"Allow 1\""},
		{"[Policy]\nAllow=4\n", 2, "Allow= must be levels 0 to 3, as in \"1,2,3\""},
		{"[Policy]\nAllow=\n", 2, "Allow= must be levels 0 to 3, as in \"1,2,3\""},
		{"[Policy]\nAllow=1,\n", 2, "Allow= must be levels 0 to 3, as in \"1,2,3\""},
		{"[Policy]\nAllow=1 2\n", 2, "Allow= must be levels 0 to 3, as in \"1,2,3\""},
		{"[Policy]\nStrictFiles=maybe\n", 2, "StrictFiles= must be yes or no"},
		{"[Policy]\nFixLevel=4\n", 2, "FixLevel= must be a level, 0 to 3"},
		{"[Policy]\nFixLevel=+1\n", 2, "FixLevel= must be a level, 0 to 3"},
		{"[Policy]\nAllow=2,3\nFixLevel=1\n", 3,
		 "FixLevel=1 is not among the levels that Allow= names"},
		{"[Policy]\nName=\n", 2, "Name= must be a word without \"/\""},
		{"[Policy]\nName=../x\n", 2, "Name= must be a word without \"/\""},
		{"[Policy]\nBase=mine\n", 2,
		 "Base= must be a policy that is built in: cis, stig, workstation, server or "
		 "locked"},
		{"", 0, "has no section [Policy]"},
		{"# nothing\n", 0, "has no section [Policy]"},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_error_ struct error e = {0};
		struct policy p = {.name = (char *)(uintptr_t) "untouched"};

		assert_int_equal(parse(cases[i].text, &p, &e), -EINVAL);
		assert_string_equal(e.what, cases[i].what);
		assert_string_equal(e.path, "/x/site.conf");
		assert_int_equal(e.line, cases[i].line);
		assert_string_equal(p.name, "untouched");
	}
}

static void bytes_that_are_no_text_are_refused(void **state)
{
	static const char text[] = "[Policy]\nAllow=1\0\n";
	_cleanup_error_ struct error e = {0};
	struct policy p;

	assert_int_equal(policy_parse("x", text, sizeof(text) - 1, &p, &e), -EINVAL);
	assert_int_equal(e.line, 2);
}

static void levels_as_text(void **state)
{
	static const struct {
		uint8_t allow;
		const char *text;
	} cases[] = {{0x2, "1"},
		     {0xc, "2 or 3"},
		     {0xe, "1, 2 or 3"},
		     {0xf, "0, 1, 2 or 3"},
		     {0xa, "1 or 3"}};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_free_ char *s = policy_levels_text(cases[i].allow);

		assert_string_equal(s, cases[i].text);
	}
}

/* A directory with one policy file in it. */
struct place {
	char dir[32], path[64];
};

static int make_place(void **state)
{
	static struct place p;
	FILE *f;

	(void)snprintf(p.dir, sizeof(p.dir), "/tmp/ptscope-test-XXXXXX");
	if (!mkdtemp(p.dir))
		return -1;
	(void)snprintf(p.path, sizeof(p.path), "%s/site.conf", p.dir);
	f = fopen(p.path, "we");
	if (!f)
		return -1;
	(void)fputs("[Policy]\nAllow=2\n", f);
	(void)fclose(f);
	*state = &p;
	return chmod(p.path, 0644);
}

static int remove_place(void **state)
{
	struct place *p = *state;

	(void)remove(p->path);
	return rmdir(p->dir);
}

static void file_with_a_slash_is_loaded(void **state)
{
	struct place *place = *state;
	_cleanup_error_ struct error e = {0};
	struct policy p;

	assert_int_equal(policy_find(place->path, NULL, &p, &e), 0);
	assert_string_equal(p.name, "site");
	assert_string_equal(p.source, place->path);
	assert_int_equal(p.allow, 0x4);
	policy_done(&p);
}

static void name_is_looked_up_in_the_site_directory(void **state)
{
	struct place *place = *state;
	_cleanup_error_ struct error e = {0};
	struct policy p;

	assert_int_equal(policy_find("site", place->dir, &p, &e), 0);
	assert_int_equal(p.allow, 0x4);
	policy_done(&p);
	assert_int_equal(policy_find("stig", place->dir, &p, &e), 0);
	assert_string_equal(p.source, "built in");
	policy_done(&p);
}

static void never_in_the_working_directory(void **state)
{
	struct place *place = *state;
	_cleanup_free_ char *before = getcwd(NULL, 0);
	_cleanup_error_ struct error e = {0};
	struct policy p;
	int r;

	assert_int_equal(chdir(place->dir), 0);
	r = policy_find("site", "/nonexistent", &p, &e);
	assert_int_equal(chdir(before), 0);
	assert_int_equal(r, -ENOENT);
	assert_non_null(e.hint);
}

static void site_policy_is_the_default(void **state)
{
	struct place *place = *state;
	char own[80];
	_cleanup_error_ struct error e = {0};
	struct policy p;

	(void)snprintf(own, sizeof(own), "%s/policy.conf", place->dir);
	assert_int_equal(policy_find(NULL, place->dir, &p, &e), 0);
	assert_string_equal(p.name, "cis");
	policy_done(&p);
	assert_int_equal(rename(place->path, own), 0);
	assert_int_equal(policy_find(NULL, place->dir, &p, &e), 0);
	assert_int_equal(rename(own, place->path), 0);
	assert_string_equal(p.source, own);
	assert_int_equal(p.allow, 0x4);
	policy_done(&p);
	assert_int_equal(policy_find(NULL, NULL, &p, &e), 0);
	assert_string_equal(p.name, "cis");
	policy_done(&p);
}

static void writable_by_others_is_refused(void **state)
{
	struct place *place = *state;
	_cleanup_error_ struct error e = {0};
	struct policy p;

	assert_int_equal(chmod(place->path, 0646), 0);
	assert_int_equal(policy_load(place->path, &p, &e), -EPERM);
	assert_string_equal(e.path, place->path);
	assert_non_null(e.hint);
}

static void another_owner_is_refused(void **state)
{
	struct place *place = *state;
	_cleanup_error_ struct error e = {0};
	struct policy p;

	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(place->path, 12345, 0), 0);
	assert_int_equal(policy_load(place->path, &p, &e), -EPERM);
}

static void only_regular_files_are_opened(void **state)
{
	struct place *place = *state;
	_cleanup_error_ struct error e = {0};
	struct policy p;

	assert_int_equal(remove(place->path), 0);
	assert_int_equal(mkfifo(place->path, 0600), 0);
	assert_int_equal(policy_load(place->path, &p, &e), -EINVAL); /* and does not hang */
	assert_int_equal(policy_load("/dev/zero", &p, &e), -EINVAL);
	assert_int_equal(policy_load(place->dir, &p, &e), -EINVAL);
	assert_int_equal(policy_load("/nonexistent/x.conf", &p, &e), -ENOENT);
}

int main(void)
{
#define PLACED(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_policies),
		cmocka_unit_test(no_other_is_built_in),
		cmocka_unit_test(hashes_tell_policies_apart),
		cmocka_unit_test(file_lies_over_its_base),
		cmocka_unit_test(base_gives_what_is_not_said),
		cmocka_unit_test(fix_level_follows_allow),
		cmocka_unit_test(hash_is_of_the_bytes),
		cmocka_unit_test(mistakes_are_named_with_their_line),
		cmocka_unit_test(bytes_that_are_no_text_are_refused),
		cmocka_unit_test(levels_as_text),
		PLACED(file_with_a_slash_is_loaded),
		PLACED(name_is_looked_up_in_the_site_directory),
		PLACED(never_in_the_working_directory),
		PLACED(site_policy_is_the_default),
		PLACED(writable_by_others_is_refused),
		PLACED(another_owner_is_refused),
		PLACED(only_regular_files_are_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
