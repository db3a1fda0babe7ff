/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waivers: what a file may say, and what becomes of an audit that they are applied to. */
#include "audit-stage.h"
#include "date.h"
#include "str.h"
#include "waivers.h"

#define TODAY 20781 /* 2026-11-24 */
#define HOST  "build-4"

static const struct situation boot_fails = {
	.runtime = RUNTIME_SET, .level = 1, .lines = {{ADMIN, "0", WINS}}, .built = FACT_YES};

/* A waiver; NULL leaves a setting out. */
static char *section(const char *finding, const char *host, const char *expires)
{
	char *s;

	assert_true(asprintf(&s,
			     "[Waiver]\nId=W-1\nFinding=%s\nHost=%s\nReason=because\n"
			     "Owner=alice\nExpires=%s\n",
			     finding, host, expires) > 0);
	return s;
}

static int parse(const char *text, struct waivers *ret, struct error *e)
{
	return waivers_parse("/w.conf", text, strlen(text), TODAY, ret, e);
}

static void all_that_a_waiver_says(void **state)
{
	_cleanup_(waivers_done) struct waivers w = {0};
	static const char text[] = "; ours\n\n[Waiver]\nId = W-1\nFinding=not-persisted\n"
				   "Host=*\nReason=a = b # no comment\nOwner=alice\n"
				   "Expires=2026-11-24\n"
				   "[Waiver]\nExpires=2027-11-25\nOwner=bob\nReason=x\nHost=a\n"
				   "Finding=boot-not-restricted\nId=W-2";

	assert_int_equal(parse(text, &w, NULL), 0);
	assert_int_equal(w.n, 2);
	assert_string_equal(w.source, "/w.conf");
	assert_int_equal(strlen(w.sha256), 64);
	assert_string_equal(w.items[0].id, "W-1");
	assert_int_equal(w.items[0].finding, FINDING_NOT_PERSISTED);
	assert_string_equal(w.items[0].host, "*");
	assert_string_equal(w.items[0].reason, "a = b # no comment");
	assert_string_equal(w.items[0].owner, "alice");
	assert_int_equal(w.items[0].expires, TODAY);
	assert_int_equal(w.items[0].line, 3);
	assert_string_equal(w.items[1].id, "W-2");
	assert_int_equal(w.items[1].expires, TODAY + WAIVER_DAYS_MAX);
	assert_int_equal(w.items[1].line, 10);
}

static void a_file_may_be_empty(void **state)
{
	struct waivers w;

	assert_int_equal(parse("# none yet\n", &w, NULL), 0);
	assert_int_equal(w.n, 0);
	waivers_done(&w);
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *finding, *host, *expires;
		unsigned line;
		const char *says;
	} cases[] = {
		{"boot-not-restricted", "*", "2027-11-26", 7, "more than a year ahead"},
		{"boot-not-restricted", "*", "31 Jan 2027", 7, "must be a day"},
		{"boot-not-restricted", "*", "2027-02-29", 7, "must be a day"},
		{"boot-not-restricted", "*", "", 7, "must be a day"},
		{"boot-not-restricted", "", "2027-01-01", 4, "must not be empty"},
		{"everything", "*", "2027-01-01", 3, "names no finding"},
		{"unreadable", "*", "2027-01-01", 3, "could not be seen"},
		{"runtime-not-visible", "*", "2027-01-01", 3, "could not be seen"},
		{"container", "*", "2027-01-01", 3, "never fails"},
		{"boot-not-restricted", "*\nUntil=never", "2027-01-01", 5,
		 "unknown setting \"Until\""},
		{"boot-not-restricted", "*\nHost=x", "2027-01-01", 5,
		 "stands twice, first in line 4"},
		{"boot-not-restricted", "*\n[Policy]", "2027-01-01", 5, "unknown section"},
		{"boot-not-restricted", "*\n[Waiver]", "2027-01-01", 1, "without Reason="},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_free_ char *text =
			section(cases[i].finding, cases[i].host, cases[i].expires);
		_cleanup_error_ struct error e = {0};
		struct waivers w = {.n = 42};

		assert_int_equal(parse(text, &w, &e), -EINVAL);
		assert_int_equal(w.n, 42);
		assert_string_equal(e.path, "/w.conf");
		if (!strstr(e.what, cases[i].says))
			fail_msg("\"%s\" does not say \"%s\"", e.what, cases[i].says);
		assert_int_equal(e.line, cases[i].line);
	}
}

static void every_setting_has_to_be_there(void **state)
{
	static const char *const lines[] = {"Id=W\n",	 "Finding=not-read\n",
					    "Host=*\n",	 "Reason=r\n",
					    "Owner=o\n", "Expires=2027-01-01\n"};

	for (size_t left_out = 0; left_out < ELEMENTSOF(lines); left_out++) {
		_cleanup_strbuf_ struct strbuf b = {0};
		_cleanup_error_ struct error e = {0};
		struct waivers w;

		(void)strbuf_adds(&b, "\n[Waiver]\n");
		for (size_t i = 0; i < ELEMENTSOF(lines); i++)
			(void)strbuf_adds(&b, i == left_out ? "" : lines[i]);
		assert_int_equal(parse(b.bytes, &w, &e), -EINVAL);
		assert_int_equal(e.line, 2);
		assert_non_null(strstr(e.what, "without"));
		assert_non_null(e.hint);
	}
}

/* Runs a situation and applies waivers. */
static void run_waived(struct stage *s, const struct situation *in, const char *text,
		       const char *host, struct waivers *w)
{
	assert_int_equal(parse(text, w, NULL), 0);
	run(s, in);
	assert_int_equal(audit_waive(s->audit, w, host, TODAY), 0);
}

static void an_accepted_failure_is_waived(void **state)
{
	_cleanup_free_ char *text = section("boot-not-restricted", "BUILD-?", "2027-01-31");
	_cleanup_(waivers_done) struct waivers w = {0};
	const struct finding *f;
	struct stage s;

	run_waived(&s, &boot_fails, text, HOST, &w);
	f = find(s.audit, FINDING_BOOT_NOT_RESTRICTED);
	assert_int_equal(s.audit->verdict, VERDICT_WAIVED);
	assert_int_equal(s.audit->boot, VERDICT_WAIVED);
	assert_int_equal(s.audit->now, VERDICT_PASS);
	assert_int_equal(s.audit->summary, SUMMARY_FAIL_BOOT);
	assert_int_equal(f->severity, SEVERITY_WAIVED);
	assert_ptr_equal(f->waiver, &w.items[0]);
	assert_ptr_equal(s.audit->accepted, &w.items[0]);
	assert_int_equal(audit_exit_code(s.audit, FAIL_ON_UNKNOWN), 0);
	assert_null(find(s.audit, FINDING_WAIVER_UNUSED));
	done(&s);
}

static void one_failure_of_two_is_not_enough(void **state)
{
	static const struct situation in = {
		.runtime = RUNTIME_ABSENT, .lines = {{ADMIN, "1", WINS}}, .built = FACT_NO};
	static const struct situation both = {.runtime = RUNTIME_SET,
					      .level = 0,
					      .lines = {{VENDOR, "1", WINS}},
					      .built = FACT_YES,
					      .policy = "stig"};
	_cleanup_free_ char *text = section("not-persisted", "*", "2027-01-31");
	_cleanup_(waivers_done) struct waivers w = {0}, w2 = {0};
	struct stage s;

	run_waived(&s, &both, text, HOST, &w);
	assert_int_equal(s.audit->verdict, VERDICT_FAIL);
	assert_int_equal(s.audit->now, VERDICT_FAIL);
	assert_int_equal(count(s.audit, SEVERITY_WAIVED), 1);
	assert_int_equal(audit_exit_code(s.audit, FAIL_ON_UNKNOWN), 1);
	done(&s);
	run_waived(&s, &in, text, HOST, &w2);
	assert_int_equal(s.audit->verdict, VERDICT_FAIL);
	done(&s);
}

static void unknown_stays_unknown(void **state)
{
	/* The level now fails; whether the next boot does cannot be told. */
	static const struct situation in = {.runtime = RUNTIME_SET,
					    .level = 0,
					    .lines = {{ADMIN, "1", WINS}},
					    .others = {OTHER(0)},
					    .built = FACT_YES};
	_cleanup_free_ char *text = section("runtime-not-restricted", "*", "2027-01-31");
	_cleanup_(waivers_done) struct waivers w = {0};
	struct stage s;

	run_waived(&s, &in, text, HOST, &w);
	assert_int_equal(s.audit->verdict, VERDICT_UNKNOWN);
	assert_int_equal(s.audit->now, VERDICT_WAIVED);
	assert_int_equal(s.audit->boot, VERDICT_UNKNOWN);
	assert_int_equal(s.audit->summary, SUMMARY_UNKNOWN_FILE);
	assert_int_equal(audit_exit_code(s.audit, FAIL_ON_UNKNOWN), 3);
	done(&s);
}

static void the_level_now_goes_with_the_one_at_boot(void **state)
{
	static const struct {
		int now, boot;
		const char *finding;
		enum verdict verdict;
	} cases[] = {
		{0, 0, "boot-not-restricted", VERDICT_WAIVED},
		{0, 0, "runtime-not-restricted", VERDICT_FAIL},
		{0, 1, "boot-not-restricted", VERDICT_FAIL},
		{1, 0, "boot-not-restricted", VERDICT_FAIL},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		const struct situation in = {
			.runtime = RUNTIME_SET,
			.level = cases[i].now,
			.lines = {{ADMIN, cases[i].boot ? "1" : "0", WINS}},
			.built = FACT_YES,
			.policy = "server",
		};
		_cleanup_free_ char *text = section(cases[i].finding, "*", "2027-01-31");
		_cleanup_(waivers_done) struct waivers w = {0};
		const struct finding *f;
		struct stage s;

		run_waived(&s, &in, text, HOST, &w);
		assert_int_equal(s.audit->verdict, cases[i].verdict);
		f = find(s.audit, FINDING_RUNTIME_NOT_RESTRICTED);
		assert_int_equal(f->waived_with_boot, i == 0);
		done(&s);
	}
}

static void waivers_of_other_hosts_say_nothing(void **state)
{
	static const char *const hosts[] = {"build-4.example.org", "web-1", NULL};
	static const char *const days[] = {"2026-01-01", "2027-01-01"};

	for (size_t i = 0; i < ELEMENTSOF(hosts) * ELEMENTSOF(days); i++) {
		_cleanup_free_ char *text =
			section("boot-not-restricted", "build-?", days[i % ELEMENTSOF(days)]);
		_cleanup_(waivers_done) struct waivers w = {0};
		struct stage s;

		run_waived(&s, &boot_fails, text, hosts[i / ELEMENTSOF(days)], &w);
		assert_int_equal(s.audit->verdict, VERDICT_FAIL);
		assert_null(find(s.audit, FINDING_WAIVER_EXPIRED));
		assert_null(find(s.audit, FINDING_WAIVER_UNUSED));
		done(&s);
	}
}

static void a_host_without_a_name_has_those_of_all(void **state)
{
	_cleanup_free_ char *text = section("boot-not-restricted", "*", "2027-01-31");
	_cleanup_(waivers_done) struct waivers w = {0};
	struct stage s;

	run_waived(&s, &boot_fails, text, NULL, &w);
	assert_int_equal(s.audit->verdict, VERDICT_WAIVED);
	done(&s);
}

static void the_last_day_still_counts(void **state)
{
	static const struct {
		const char *expires;
		enum verdict verdict;
	} cases[] = {{"2026-11-24", VERDICT_WAIVED}, {"2026-11-23", VERDICT_FAIL}};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_free_ char *text = section("boot-not-restricted", "*", cases[i].expires);
		_cleanup_(waivers_done) struct waivers w = {0};
		const struct finding *f;
		struct stage s;

		run_waived(&s, &boot_fails, text, HOST, &w);
		assert_int_equal(s.audit->verdict, cases[i].verdict);
		f = find(s.audit, FINDING_WAIVER_EXPIRED);
		assert_int_equal(f != NULL, i == 1);
		if (f) {
			assert_int_equal(f->severity, SEVERITY_WARN);
			assert_string_equal(f->evidence[0].path, "/w.conf");
			assert_int_equal(f->evidence[0].line, 1);
			assert_non_null(strstr(f->evidence[0].text, "W-1"));
		}
		assert_null(find(s.audit, FINDING_WAIVER_UNUSED));
		done(&s);
	}
}

static void what_waives_nothing_is_named(void **state)
{
	_cleanup_free_ char *text = section("not-persisted", "*", "2027-01-31");
	_cleanup_(waivers_done) struct waivers w = {0};
	const struct finding *f;
	struct stage s;

	run_waived(&s, &boot_fails, text, HOST, &w);
	assert_int_equal(s.audit->verdict, VERDICT_FAIL);
	f = find(s.audit, FINDING_WAIVER_UNUSED);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_INFO);
	assert_int_equal(f->n_evidence, 1);
	done(&s);
}

static void the_first_to_end_is_told(void **state)
{
	_cleanup_free_ char *one = section("runtime-not-restricted", "*", "2027-03-01"),
			    *two = section("boot-not-restricted", "*", "2027-02-01");
	_cleanup_(waivers_done) struct waivers w = {0};
	_cleanup_strbuf_ struct strbuf text = {0};
	static const struct situation in = {.runtime = RUNTIME_SET,
					    .level = 1,
					    .lines = {{ADMIN, "0", WINS}},
					    .built = FACT_YES,
					    .policy = "server"};
	char iso[DATE_ISO_SIZE];
	struct stage s;

	(void)strbuf_addf(&text, "%s%s", one, two);
	run_waived(&s, &in, text.bytes, HOST, &w);
	assert_int_equal(s.audit->verdict, VERDICT_WAIVED);
	date_iso(s.audit->accepted->expires, iso);
	assert_string_equal(iso, "2027-02-01");
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_a_waiver_says),
		cmocka_unit_test(a_file_may_be_empty),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(every_setting_has_to_be_there),
		cmocka_unit_test(an_accepted_failure_is_waived),
		cmocka_unit_test(one_failure_of_two_is_not_enough),
		cmocka_unit_test(unknown_stays_unknown),
		cmocka_unit_test(the_level_now_goes_with_the_one_at_boot),
		cmocka_unit_test(waivers_of_other_hosts_say_nothing),
		cmocka_unit_test(a_host_without_a_name_has_those_of_all),
		cmocka_unit_test(the_last_day_still_counts),
		cmocka_unit_test(what_waives_nothing_is_named),
		cmocka_unit_test(the_first_to_end_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
