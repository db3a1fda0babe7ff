/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verdict, on answers of the resolver that are made here by hand: each case is a few lines and
 * where they come to. So a wrong rule cannot hide behind a resolver that is wrong in the same way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit.h"

#include <stdio.h>

#define ADMIN  "/etc/sysctl.d/60-a.conf"
#define ADMIN2 "/etc/sysctl.d/70-b.conf"
#define VENDOR "/usr/lib/sysctl.d/99-v.conf"
#define LOST   ENTRY_OVERRIDDEN, REASON_LATER_FILE
#define WINS   ENTRY_WINNING, REASON_NONE
#define MAX    4

/* A line that systemd-sysctl reads at boot. */
struct line {
	const char *path;
	const char *value; /* NULL ends the list */
	enum entry_status status;
	enum reason reason;
};

struct situation {
	/* The kernel. */
	enum runtime_state runtime;
	int level;
	enum fact container, built;
	bool offline;
	/* The files. */
	struct line lines[MAX];
	bool no_loader;
	int others[MAX];   /* level + 1 of each other possible outcome; 0 ends the list */
	bool versions;	   /* ... because of the loader's version, not of a file */
	const char *entry; /* command line of the only boot entry */
	/* What is asked. */
	const char *policy; /* NULL: cis */
	bool only_now, only_boot;
};

/* Everything that a situation needs, in one place. */
struct stage {
	struct sysctl_file files[MAX];
	struct sysctl_entry entries[MAX];
	struct entry_fate fates[MAX];
	struct loader_script script;
	struct boot_step step;
	struct boot_cmdline cmdline;
	struct boot_plan plan;
	struct resolve_loader loader;
	struct resolve_view view;
	struct key_result fold;
	struct resolve_boot variants[MAX];
	char *unreadable[1];
	struct resolve_key key;
	struct resolve resolve;
	struct evidence ev;
	struct policy policy;
	struct tree *tree;
	struct audit *audit;
};

static char *mutable(const char *s)
{
	return (char *)(uintptr_t)s;
}

/* The lines, and the last winning one as the outcome. */
static void set_lines(struct stage *s, const struct situation *in)
{
	s->key.boot = (struct resolve_boot){.state = RESOLVE_UNSET, .level = LEVEL_NONE};
	s->fold = (struct key_result){.fates = s->fates, .winner = -1, .level = LEVEL_NONE};
	for (size_t i = 0; i < MAX && in->lines[i].value; i++) {
		const struct line *l = &in->lines[i];

		s->files[i] = (struct sysctl_file){
			.path = mutable(l->path), .status = FILE_READ, .by = -1};
		s->entries[i] = (struct sysctl_entry){
			.kind = ENTRY_ASSIGN,
			.file = i,
			.line = 3,
			.text = mutable(l->value),
			.text_len = strlen(l->value),
			.key = mutable(PTRACE_SCOPE_KEY),
			.value = mutable(l->value),
			.value_len = strlen(l->value),
		};
		s->fates[i] =
			(struct entry_fate){.status = l->status, .reason = l->reason, .by = -1};
		s->script.n_files = s->script.n_entries = i + 1;
		if (l->status != ENTRY_WINNING)
			continue;
		s->fold.winner = (ssize_t)i;
		s->fold.n_writes = 1;
		s->fold.level = l->value[0] - '0';
		s->key.boot = (struct resolve_boot){
			.state = RESOLVE_SET,
			.level = s->fold.level,
			.value = l->value,
			.value_len = 1,
			.has_source = true,
			.source = {.path = l->path,
				   .line = 3,
				   .from_file = !startswith(l->path, "/proc/")},
		};
	}
	s->script.files = s->files;
	s->script.entries = s->entries;
}

static void set_resolve(struct stage *s, const struct situation *in)
{
	set_lines(s, in);
	s->step = (struct boot_step){.loader = {.id = LOADER_SYSTEMD}, .runs_at_boot = true};
	s->plan = (struct boot_plan){.steps = &s->step, .n_steps = 1};
	if (in->entry) {
		s->cmdline = (struct boot_cmdline){.path = mutable("/boot/loader/entries/a.conf"),
						   .line = 2,
						   .text = mutable(in->entry)};
		s->plan.cmdlines = &s->cmdline;
		s->plan.n_cmdlines = 1;
	}
	s->loader = (struct resolve_loader){.step = &s->step, .script = &s->script};
	s->view = (struct resolve_view){.result = s->fold};
	s->key.key = mutable(PTRACE_SCOPE_KEY);
	s->key.views = &s->view;
	s->key.fold = &s->fold;
	s->key.boot_now = s->key.boot;
	for (size_t i = 0; i < MAX && in->others[i]; i++) {
		s->variants[i] = (struct resolve_boot){.level = in->others[i] - 1,
						       .state = RESOLVE_SET,
						       .has_source = true,
						       .source.from_file = true};
		if (in->others[i] - 1 == 9)
			s->variants[i] =
				(struct resolve_boot){.level = LEVEL_NONE, .state = RESOLVE_UNSET};
		s->key.n_variants = i + 1;
	}
	s->key.variants = s->variants;
	if (s->key.n_variants && !in->versions) {
		s->unreadable[0] = mutable("/etc/sysctl.d/90-x.conf");
		s->key.unreadable = s->unreadable;
		s->key.n_unreadable = 1;
	}
	s->resolve = (struct resolve){
		.plan = &s->plan,
		.loaders = &s->loader,
		.n_loaders = in->no_loader ? 0 : 1,
		.boot_loaders = &s->loader,
		.n_boot_loaders = in->no_loader ? 0 : 1,
		.keys = &s->key,
		.n_keys = 1,
	};
}

/* Level 9 among the others means "nothing sets it". */
#define UNSET	     10
#define OTHER(level) ((level) + 1)

static void run(struct stage *s, const struct situation *in)
{
	*s = (struct stage){0};
	set_resolve(s, in);
	s->ev = (struct evidence){
		.subject = {.kind = in->offline ? SUBJECT_ROOT : SUBJECT_LIVE,
			    .path = in->offline ? "/img" : "/",
			    .live = !in->offline},
		.runtime = {.state = in->offline ? RUNTIME_SKIPPED : in->runtime,
			    .level = in->runtime == RUNTIME_SET && !in->offline ? in->level
										: LEVEL_NONE,
			    .value = mutable("v"),
			    .why = mutable("why")},
		.kernel = {.container = in->container,
			   .yama_built = in->built,
			   .yama_running = FACT_UNKNOWN},
		.resolve = in->only_now ? NULL : &s->resolve,
		.want_now = !in->only_boot,
		.want_boot = !in->only_now,
	};
	assert_int_equal(policy_builtin(in->policy ? in->policy : "cis", &s->policy), 0);
	assert_int_equal(tree_new_memory(&s->tree), 0);
	assert_int_equal(audit_run(s->tree, &s->ev, &s->policy, &s->audit), 0);
}

static void done(struct stage *s)
{
	(void)audit_free(s->audit);
	(void)tree_free(s->tree);
	policy_done(&s->policy);
}

static const struct finding *find(const struct audit *a, enum finding_id id)
{
	for (size_t i = 0; i < a->n_findings; i++) {
		if (a->findings[i].id == id)
			return &a->findings[i];
	}
	return NULL;
}

static size_t count(const struct audit *a, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_findings; i++)
		n += a->findings[i].severity == severity;
	return n;
}

/* Facts as enum fact counts: NO is 0, so a case says only what is special. */
static const struct verdict_case {
	const char *name;
	struct situation in;
	enum verdict now, boot, verdict;
	enum summary summary;
	enum cis cis;
	size_t fails; /* one violation, one fail */
} verdict_cases[] = {
	{"both good",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "1", WINS}}},
	 VERDICT_PASS,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},
	{"level 3",
	 {RUNTIME_SET, 3, .lines = {{ADMIN, "3", WINS}}},
	 VERDICT_PASS,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},
	{"now 0",
	 {RUNTIME_SET, 0, .lines = {{ADMIN, "1", WINS}}},
	 VERDICT_FAIL,
	 VERDICT_PASS,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_NOW,
	 CIS_SAME,
	 1},
	{"boot 0",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "1", LOST}, {VENDOR, "0", WINS}}},
	 VERDICT_PASS,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_BOOT,
	 CIS_SAME,
	 1},
	{"both 0",
	 {RUNTIME_SET, 0, .lines = {{ADMIN, "0", WINS}}},
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_BOTH,
	 CIS_SAME,
	 2},
	{"a level that does not exist",
	 {RUNTIME_OUT_OF_RANGE, .lines = {{ADMIN, "1", WINS}}},
	 VERDICT_FAIL,
	 VERDICT_PASS,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_NOW,
	 CIS_SAME,
	 1},
	{"only the kernel's default",
	 {RUNTIME_SET, 1},
	 VERDICT_PASS,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_NOT_WRITTEN,
	 CIS_SAME,
	 1},
	{"an offline root that sets nothing",
	 {.offline = true, .built = FACT_UNKNOWN},
	 VERDICT_SKIPPED,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_UNSET,
	 CIS_SAME,
	 1},
	{"an offline root that is good",
	 {.offline = true, .built = FACT_UNKNOWN, .lines = {{ADMIN, "2", WINS}}},
	 VERDICT_SKIPPED,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},
	{"an offline root whose kernels lack Yama",
	 {.offline = true, .built = FACT_NO, .lines = {{ADMIN, "2", WINS}}},
	 VERDICT_SKIPPED,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_NO_YAMA,
	 CIS_SAME,
	 1},
	{"a vendor's file counts",
	 {RUNTIME_SET, 1, .lines = {{VENDOR, "1", WINS}}},
	 VERDICT_PASS,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},
	{"but not for stig",
	 {RUNTIME_SET, 1, .lines = {{VENDOR, "1", WINS}}, .policy = "stig"},
	 VERDICT_PASS,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_VENDOR,
	 CIS_PASSES,
	 1},
	{"a weaker line that loses",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "0", LOST}, {ADMIN2, "1", WINS}}},
	 VERDICT_PASS,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},
	{"is forbidden by stig",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "0", LOST}, {ADMIN2, "1", WINS}}, .policy = "stig"},
	 VERDICT_PASS,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_WEAKER_LINE,
	 CIS_PASSES,
	 1},
	{"a vendor's weaker line is not",
	 {RUNTIME_SET, 1, .lines = {{VENDOR, "0", LOST}, {ADMIN2, "1", WINS}}, .policy = "stig"},
	 VERDICT_PASS,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},
	{"a stricter policy",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "1", WINS}}, .policy = "server"},
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_STRICTER,
	 CIS_PASSES,
	 2},
	{"a level above the policy",
	 {RUNTIME_SET, 2, .lines = {{ADMIN, "2", WINS}}, .policy = "stig"},
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_OTHER_LEVEL,
	 CIS_PASSES,
	 2},
	{"a stricter policy, and CIS fails too",
	 {RUNTIME_SET, 0, .lines = {{ADMIN, "1", WINS}}, .policy = "server"},
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_BOTH,
	 CIS_SAME,
	 2},

	{"no Yama, whatever the files say",
	 {RUNTIME_ABSENT, .lines = {{ADMIN, "1", WINS}}},
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_NO_YAMA,
	 CIS_SAME,
	 1},
	{"no Yama, only the files asked for",
	 {RUNTIME_ABSENT, .lines = {{ADMIN, "1", WINS}}, .only_boot = true},
	 VERDICT_SKIPPED,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_NO_YAMA,
	 CIS_SAME,
	 1},
	{"Yama built and off",
	 {RUNTIME_ABSENT, .built = FACT_YES, .lines = {{ADMIN, "1", WINS}}},
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_YAMA_OFF,
	 CIS_SAME,
	 1},
	{"Yama off, on again after a reboot",
	 {RUNTIME_ABSENT, .built = FACT_YES, .lines = {{ADMIN, "1", WINS}}, .entry = "lsm=yama"},
	 VERDICT_FAIL,
	 VERDICT_PASS,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_YAMA_OFF,
	 CIS_SAME,
	 1},
	{"Yama left out of the next boot",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "1", WINS}}, .entry = "ro lsm=bpf"},
	 VERDICT_PASS,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_BOOT,
	 CIS_SAME,
	 1},
	{"Yama named by the next boot",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "1", WINS}}, .entry = "ro lsm=bpf,yama"},
	 VERDICT_PASS,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},

	{"not visible",
	 {RUNTIME_NOT_VISIBLE, .lines = {{ADMIN, "1", WINS}}},
	 VERDICT_UNKNOWN,
	 VERDICT_PASS,
	 VERDICT_UNKNOWN,
	 SUMMARY_UNKNOWN_NOW,
	 CIS_SAME,
	 0},
	{"not visible, and boot 0",
	 {RUNTIME_NOT_VISIBLE, .lines = {{ADMIN, "0", WINS}}},
	 VERDICT_UNKNOWN,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_BOOT,
	 CIS_SAME,
	 1},
	{"not readable",
	 {RUNTIME_UNREADABLE, .lines = {{ADMIN, "1", WINS}}},
	 VERDICT_UNKNOWN,
	 VERDICT_PASS,
	 VERDICT_UNKNOWN,
	 SUMMARY_UNKNOWN_NOW,
	 CIS_SAME,
	 0},
	{"no level",
	 {RUNTIME_MALFORMED, .lines = {{ADMIN, "1", WINS}}},
	 VERDICT_UNKNOWN,
	 VERDICT_PASS,
	 VERDICT_UNKNOWN,
	 SUMMARY_UNKNOWN_NOW,
	 CIS_SAME,
	 0},
	{"not visible, only files asked for",
	 {RUNTIME_NOT_VISIBLE, .lines = {{ADMIN, "1", WINS}}, .only_boot = true},
	 VERDICT_SKIPPED,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},

	{"an unreadable file could set 0",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "1", WINS}}, .others = {OTHER(1), OTHER(0)}},
	 VERDICT_PASS,
	 VERDICT_UNKNOWN,
	 VERDICT_UNKNOWN,
	 SUMMARY_UNKNOWN_FILE,
	 CIS_SAME,
	 0},
	{"an unreadable file could only set what is allowed",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "1", WINS}}, .others = {OTHER(1), OTHER(2), OTHER(3)}},
	 VERDICT_PASS,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},
	{"an unreadable file could undo it",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "1", WINS}}, .others = {UNSET}},
	 VERDICT_PASS,
	 VERDICT_UNKNOWN,
	 VERDICT_UNKNOWN,
	 SUMMARY_UNKNOWN_FILE,
	 CIS_SAME,
	 0},
	{"an unreadable file could repair it",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "0", WINS}}, .others = {OTHER(0), OTHER(2)}},
	 VERDICT_PASS,
	 VERDICT_UNKNOWN,
	 VERDICT_UNKNOWN,
	 SUMMARY_UNKNOWN_FILE,
	 CIS_SAME,
	 0},
	{"a 0 in the kernel fails, whatever is unreadable",
	 {RUNTIME_SET, 0, .lines = {{ADMIN, "1", WINS}}, .others = {OTHER(0)}},
	 VERDICT_FAIL,
	 VERDICT_UNKNOWN,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_NOW,
	 CIS_SAME,
	 1},
	{"no outcome is good",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "0", WINS}}, .others = {OTHER(0), UNSET}},
	 VERDICT_PASS,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_BOOT,
	 CIS_SAME,
	 1},
	{"versions disagree",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "1", WINS}}, .others = {OTHER(0)}, .versions = true},
	 VERDICT_PASS,
	 VERDICT_UNKNOWN,
	 VERDICT_UNKNOWN,
	 SUMMARY_UNKNOWN_VERSION,
	 CIS_SAME,
	 0},
	{"a forbidden line fails, whatever is unreadable",
	 {RUNTIME_SET, 1, .lines = {{ADMIN, "0", LOST}, {ADMIN2, "1", WINS}}, .others = {OTHER(0)},
	  .policy = "stig"},
	 VERDICT_PASS,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_WEAKER_LINE,
	 CIS_SAME,
	 1},

	{"no known loader",
	 {RUNTIME_SET, 1, .no_loader = true},
	 VERDICT_PASS,
	 VERDICT_UNKNOWN,
	 VERDICT_UNKNOWN,
	 SUMMARY_UNKNOWN_LOADER,
	 CIS_SAME,
	 0},
	{"no known loader, no Yama",
	 {RUNTIME_ABSENT, .no_loader = true},
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_NO_YAMA,
	 CIS_SAME,
	 1},

	{"a container",
	 {RUNTIME_SET, 1, .container = FACT_YES, .lines = {{ADMIN, "1", WINS}}},
	 VERDICT_PASS,
	 VERDICT_UNKNOWN,
	 VERDICT_UNKNOWN,
	 SUMMARY_UNKNOWN_CONTAINER,
	 CIS_SAME,
	 0},
	{"a container on a host at 0",
	 {RUNTIME_SET, 0, .container = FACT_YES, .lines = {{ADMIN, "1", WINS}}},
	 VERDICT_FAIL,
	 VERDICT_UNKNOWN,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_HOST,
	 CIS_SAME,
	 1},
	{"a container, only now",
	 {RUNTIME_SET, 1, .container = FACT_YES, .only_now = true},
	 VERDICT_PASS,
	 VERDICT_SKIPPED,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},
	{"perhaps a container",
	 {RUNTIME_SET, 1, .container = FACT_UNKNOWN, .lines = {{ADMIN, "1", WINS}}},
	 VERDICT_PASS,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},

	{"this boot's command line only",
	 {RUNTIME_SET, 1, .lines = {{"/proc/cmdline", "1", WINS}}},
	 VERDICT_PASS,
	 VERDICT_FAIL,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_NOT_WRITTEN,
	 CIS_SAME,
	 1},
	{"this boot's command line, as every boot entry has it",
	 {RUNTIME_SET, 1, .lines = {{"/proc/cmdline", "1", WINS}}, .entry = "sysctl.x=1"},
	 VERDICT_PASS,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},
	{"only now",
	 {RUNTIME_SET, 0, .lines = {{ADMIN, "1", WINS}}, .only_now = true},
	 VERDICT_FAIL,
	 VERDICT_SKIPPED,
	 VERDICT_FAIL,
	 SUMMARY_FAIL_NOW,
	 CIS_SAME,
	 1},
	{"only boot",
	 {RUNTIME_SET, 0, .lines = {{ADMIN, "1", WINS}}, .only_boot = true},
	 VERDICT_SKIPPED,
	 VERDICT_PASS,
	 VERDICT_PASS,
	 SUMMARY_PASS,
	 CIS_SAME,
	 0},
};

static void verdicts(void **state)
{
	size_t wrong = 0;

	for (size_t i = 0; i < ELEMENTSOF(verdict_cases); i++) {
		const struct verdict_case *c = &verdict_cases[i];
		struct stage s;
		const struct audit *a;

		run(&s, &c->in);
		a = s.audit;
		if (a->now != c->now || a->boot != c->boot || a->verdict != c->verdict ||
		    a->summary != c->summary || a->cis != c->cis ||
		    count(a, SEVERITY_FAIL) != c->fails) {
			print_error("%s: now %s, boot %s, %s, \"%s\", %s, %zu fails\n", c->name,
				    verdict_word(a->now), verdict_word(a->boot),
				    verdict_word(a->verdict), summary_sentence(a->summary),
				    cis_phrase(a->cis), count(a, SEVERITY_FAIL));
			wrong++;
		}
		done(&s);
	}
	assert_int_equal(wrong, 0);
}

/* No verdict without its reason. */
static void every_verdict_has_a_finding_of_its_kind(void **state)
{
	for (size_t i = 0; i < ELEMENTSOF(verdict_cases); i++) {
		const struct verdict_case *c = &verdict_cases[i];
		struct stage s;

		run(&s, &c->in);
		if (c->verdict == VERDICT_FAIL)
			assert_int_equal(s.audit->findings[0].severity, SEVERITY_FAIL);
		else
			assert_int_equal(count(s.audit, SEVERITY_FAIL), 0);
		if (c->verdict == VERDICT_UNKNOWN && c->boot != VERDICT_UNKNOWN)
			assert_int_equal(s.audit->findings[0].severity, SEVERITY_UNKNOWN);
		for (size_t k = 1; k < s.audit->n_findings; k++)
			assert_true(s.audit->findings[k - 1].severity <=
				    s.audit->findings[k].severity);
		done(&s);
	}
}

static void causes_stand_inside_the_one_failure(void **state)
{
	const struct situation in = {RUNTIME_SET, 1,
				     .lines = {{ADMIN, "1", LOST}, {VENDOR, "0", WINS}}};
	const struct finding *f;
	struct stage s;

	run(&s, &in);
	f = find(s.audit, FINDING_BOOT_NOT_RESTRICTED);
	assert_non_null(f);
	assert_string_equal(f->message, "A later file sets 0.");
	assert_int_equal(f->n_evidence, 1);
	assert_string_equal(f->evidence[0].path, VENDOR);
	assert_int_equal(f->evidence[0].line, 3);
	assert_int_equal(f->n_because, 1);
	assert_true(startswith(f->because[0], "overridden: " ADMIN ":3 sets 1"));
	assert_non_null(strstr(f->detail, "99-v.conf comes after 60-a.conf"));
	assert_null(find(s.audit, FINDING_OVERRIDDEN));
	assert_int_equal(find(s.audit, FINDING_NOW_DIFFERS)->severity, SEVERITY_WARN);
	done(&s);
}

static void lines_that_set_nothing_are_causes(void **state)
{
	const struct situation in = {
		RUNTIME_SET, 1,
		.lines = {{ADMIN, "\"1\"", ENTRY_REFUSED, REASON_MALFORMED_VALUE},
			  {ADMIN2, "4", ENTRY_REFUSED, REASON_RANGE}}};
	const struct finding *f;
	struct stage s;

	run(&s, &in);
	f = find(s.audit, FINDING_NOT_PERSISTED);
	assert_non_null(f);
	assert_int_equal(f->n_because, 2);
	assert_true(startswith(f->because[0], "malformed: " ADMIN ":3"));
	assert_true(startswith(f->because[1], "out-of-range: " ADMIN2 ":3"));
	assert_null(find(s.audit, FINDING_MALFORMED));
	done(&s);
}

static void but_warnings_beside_a_good_line(void **state)
{
	const struct situation in = {
		RUNTIME_SET, 1,
		.lines = {{ADMIN, "4", ENTRY_REFUSED, REASON_RANGE}, {ADMIN2, "1", WINS}}};
	struct stage s;

	run(&s, &in);
	assert_int_equal(s.audit->verdict, VERDICT_PASS);
	assert_int_equal(find(s.audit, FINDING_OUT_OF_RANGE)->severity, SEVERITY_WARN);
	assert_int_equal(audit_exit_code(s.audit, FAIL_ON_UNKNOWN), 0);
	assert_int_equal(audit_exit_code(s.audit, FAIL_ON_WARN), 1);
	done(&s);
}

static void a_weaker_line_that_loses_is_information(void **state)
{
	const struct situation in = {RUNTIME_SET, 1,
				     .lines = {{VENDOR, "0", LOST}, {ADMIN, "1", WINS}}};
	struct stage s;

	run(&s, &in);
	assert_int_equal(find(s.audit, FINDING_WEAKER_LINE)->severity, SEVERITY_INFO);
	assert_int_equal(s.audit->n_findings, 1);
	done(&s);
}

static void no_yama_makes_files_inert(void **state)
{
	const struct situation in = {RUNTIME_ABSENT, .lines = {{ADMIN, "1", WINS}}};
	struct stage s;

	run(&s, &in);
	assert_false(s.audit->effective);
	assert_non_null(find(s.audit, FINDING_RUNTIME_ABSENT));
	assert_null(find(s.audit, FINDING_BOOT_NOT_RESTRICTED));
	done(&s);
}

static void a_line_that_nothing_reads(void **state)
{
	static const char text[] = "# x\nkernel/yama/ptrace_scope=2\n";
	static const struct {
		const char *path;
		enum file_status status;
		enum reason reason;
		const char *cause; /* start of the cause, or NULL: the detail tells it */
	} cases[] = {
		{"/etc/sysctl.conf", FILE_IGNORED, REASON_NO_LINK, NULL},
		{"/etc/sysctl.d/70-hardening", FILE_IGNORED, REASON_BAD_SUFFIX, "bad-suffix: "},
		{"/usr/lib/sysctl.d/20-x.conf", FILE_MASKED, REASON_MASKED_NULL, "masked: "},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		const struct situation in = {RUNTIME_SET, 1};
		const struct finding *f;
		struct audit *again = NULL;
		struct stage s;

		run(&s, &in);
		assert_null(find(s.audit, FINDING_NOT_READ));
		s.files[0] = (struct sysctl_file){.path = mutable(cases[i].path),
						  .status = cases[i].status,
						  .reason = cases[i].reason};
		s.script.n_files = 1;
		assert_int_equal(tree_add_file(s.tree, cases[i].path, text, strlen(text)), 0);
		assert_int_equal(audit_run(s.tree, &s.ev, &s.policy, &again), 0);
		f = find(again, FINDING_NOT_READ);
		assert_non_null(f);
		assert_int_equal(f->severity, SEVERITY_FAIL);
		assert_string_equal(f->evidence[0].path, cases[i].path);
		assert_int_equal(f->evidence[0].line, 2);
		if (cases[i].cause)
			assert_true(startswith(f->because[0], cases[i].cause));
		else
			assert_non_null(strstr(f->detail, "99-sysctl.conf"));
		assert_int_equal(again->summary, SUMMARY_FAIL_BOOT);
		assert_int_equal(count(again, SEVERITY_FAIL), 1);
		(void)audit_free(again);
		done(&s);
	}
}

static void other_writers_are_named_when_something_is_off(void **state)
{
	static const char text[] = "#!/bin/sh\n# ptrace_scope\nsysctl kernel.yama.ptrace_scope=0\n";
	const struct situation differs = {RUNTIME_SET, 2, .lines = {{ADMIN, "1", WINS}}};
	const struct situation calm = {RUNTIME_SET, 1, .lines = {{ADMIN, "1", WINS}}};
	const struct finding *f;
	struct audit *again = NULL;
	struct stage s;

	run(&s, &differs);
	assert_null(find(s.audit, FINDING_UNMODELLED_WRITER));
	assert_int_equal(tree_add_file(s.tree, "/etc/rc.local", text, strlen(text)), 0);
	assert_int_equal(audit_run(s.tree, &s.ev, &s.policy, &again), 0);
	f = find(again, FINDING_UNMODELLED_WRITER);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_WARN);
	assert_string_equal(f->evidence[0].path, "/etc/rc.local");
	assert_int_equal(f->evidence[0].line, 3);
	again = audit_free(again);
	done(&s);

	run(&s, &calm);
	assert_int_equal(tree_add_file(s.tree, "/etc/rc.local", text, strlen(text)), 0);
	assert_int_equal(audit_run(s.tree, &s.ev, &s.policy, &again), 0);
	assert_null(find(again, FINDING_UNMODELLED_WRITER));
	(void)audit_free(again);
	done(&s);
}

static void absence_is_told_with_its_cause(void **state)
{
	static const struct {
		enum fact built;
		const char *param, *config;
		const char *because, *remedy;
	} cases[] = {
		{FACT_NO, NULL, NULL, "not-built: ", "CONFIG_SECURITY_YAMA=y"},
		{FACT_NO, "bpf", NULL, "not-built: ", "CONFIG_SECURITY_YAMA=y"},
		{FACT_YES, "landlock,lockdown,integrity,apparmor,bpf", NULL,
		 "left-out: lsm= ", "lsm=landlock,lockdown,yama,integrity,apparmor,bpf"},
		{FACT_UNKNOWN, "landlock", NULL, "left-out: lsm= ", "lsm=landlock,yama"},
		{FACT_YES, NULL, "bpf", "left-out: The kernel's own list", "lsm=yama,bpf"},
		{FACT_YES, NULL, "yama,bpf", "left-out: Yama is built in", NULL},
		{FACT_UNKNOWN, NULL, NULL, "not-told: ", NULL},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		const struct situation in = {RUNTIME_ABSENT, .built = cases[i].built};
		const struct finding *f;
		struct audit *again = NULL;
		struct stage s;

		run(&s, &in);
		s.ev.kernel.lsm_param = mutable(cases[i].param);
		s.ev.kernel.config_lsm = mutable(cases[i].config);
		assert_int_equal(audit_run(s.tree, &s.ev, &s.policy, &again), 0);
		f = find(again, FINDING_RUNTIME_ABSENT);
		assert_true(startswith(f->because[0], cases[i].because));
		if (cases[i].remedy)
			assert_non_null(strstr(f->remedy, cases[i].remedy));
		(void)audit_free(again);
		done(&s);
	}
}

static void exit_codes(void **state)
{
	static const struct {
		enum verdict verdict;
		enum severity severity; /* of the one finding */
		int codes[4];		/* by fail_on: fail, unknown, warn, never */
	} cases[] = {
		{VERDICT_PASS, SEVERITY_INFO, {0, 0, 0, 0}},
		{VERDICT_PASS, SEVERITY_WARN, {0, 0, 1, 0}},
		{VERDICT_WAIVED, SEVERITY_WAIVED, {0, 0, 0, 0}},
		{VERDICT_FAIL, SEVERITY_FAIL, {1, 1, 1, 0}},
		{VERDICT_UNKNOWN, SEVERITY_UNKNOWN, {0, 3, 3, 0}},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		struct finding f = {.severity = cases[i].severity};
		const struct audit a = {
			.verdict = cases[i].verdict, .findings = &f, .n_findings = 1};

		for (int on = FAIL_ON_FAIL; on <= FAIL_ON_NEVER; on++)
			assert_int_equal(audit_exit_code(&a, (enum fail_on)on), cases[i].codes[on]);
	}
}

static void a_looser_policy_says_not_cis(void **state)
{
	const struct situation in = {RUNTIME_SET, 0, .lines = {{ADMIN, "0", WINS}}};
	struct audit *again = NULL;
	struct stage s;

	run(&s, &in);
	s.policy.allow |= 1;
	assert_int_equal(audit_run(s.tree, &s.ev, &s.policy, &again), 0);
	assert_int_equal(again->verdict, VERDICT_PASS);
	assert_int_equal(again->cis, CIS_NOT);
	(void)audit_free(again);
	done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),
		cmocka_unit_test(every_verdict_has_a_finding_of_its_kind),
		cmocka_unit_test(causes_stand_inside_the_one_failure),
		cmocka_unit_test(lines_that_set_nothing_are_causes),
		cmocka_unit_test(but_warnings_beside_a_good_line),
		cmocka_unit_test(a_weaker_line_that_loses_is_information),
		cmocka_unit_test(no_yama_makes_files_inert),
		cmocka_unit_test(a_line_that_nothing_reads),
		cmocka_unit_test(other_writers_are_named_when_something_is_off),
		cmocka_unit_test(absence_is_told_with_its_cause),
		cmocka_unit_test(exit_codes),
		cmocka_unit_test(a_looser_policy_says_not_cis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
