/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stage for tests of the verdict: answers of the resolver that are made here by hand, a few
 * lines each. So a wrong rule cannot hide behind a resolver that is wrong in the same way.
 */
#pragma once

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
	struct audit_probe probe; /* counts where it has a sentence */
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

_unused_ static char *mutable(const char *s)
{
	return (char *)(uintptr_t)s;
}

/* The lines, and the last winning one as the outcome. */
_unused_ static void set_lines(struct stage *s, const struct situation *in)
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

_unused_ static void set_resolve(struct stage *s, const struct situation *in)
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

_unused_ static void run(struct stage *s, const struct situation *in)
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
		.probe = in->probe.sentence ? &in->probe : NULL,
	};
	assert_int_equal(policy_builtin(in->policy ? in->policy : "cis", &s->policy), 0);
	assert_int_equal(tree_new_memory(&s->tree), 0);
	assert_int_equal(audit_run(s->tree, &s->ev, &s->policy, &s->audit), 0);
}

_unused_ static void done(struct stage *s)
{
	(void)audit_free(s->audit);
	(void)tree_free(s->tree);
	policy_done(&s->policy);
}

_unused_ static const struct finding *find(const struct audit *a, enum finding_id id)
{
	for (size_t i = 0; i < a->n_findings; i++) {
		if (a->findings[i].id == id)
			return &a->findings[i];
	}
	return NULL;
}

_unused_ static size_t count(const struct audit *a, enum severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_findings; i++)
		n += a->findings[i].severity == severity;
	return n;
}
