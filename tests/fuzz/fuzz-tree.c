/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A whole root: resolved and audited. There is no oracle here, so what holds of every answer is
 * checked: the winner is the last write that the kernel takes, the level what comes of the writes
 * one by one, references point at something, the same question has the same answer, an empty
 * overlay changes nothing, and the verdict follows from the two levels. The first two bytes say
 * what is asked and what is known of the running system; the rest is the tree (tree-input.h).
 */
#include "audit.h"
#include "fuzz.h"
#include "tree-input.h"

static const char *const loaders[] = {
	NULL,
	"systemd-sysctl@247",
	"systemd-sysctl@262",
	"procps@3.3.10",
	"procps@3.3.17",
	"procps@4.0.5",
	"procps-p@4.0.2",
	"busybox@1.35",
	"alpine",
	"openrc",
	"void",
	"ufw",
	"tuned@2.20",
	"tuned@2.27",
	"systemd-sysctl",
	"procps",
};

static const char *const inits[] = {NULL, "systemd", "init", "runit", "busybox", "openrc-init"};

/* Levels by the kernel's rule for the values that need no grammar; -2: not one of them. */
static int plain_level(const char *value, size_t n)
{
	return value && n == 1 && value[0] >= '0' && value[0] <= '3' ? value[0] - '0' : -2;
}

static void check_script(const struct loader_script *s)
{
	for (size_t i = 0; i < s->n_files; i++) {
		FUZZ_CHECK(s->files[i].path && s->files[i].path[0] == '/');
		FUZZ_CHECK(s->files[i].by < (ssize_t)s->n_files);
	}
	for (size_t i = 0; i < s->n_entries; i++) {
		const struct sysctl_entry *e = &s->entries[i];

		FUZZ_CHECK(e->file < s->n_files);
		FUZZ_CHECK(e->line >= 1);
		FUZZ_CHECK(e->text);
		FUZZ_CHECK(e->kind != ENTRY_ASSIGN || e->value);
		FUZZ_CHECK((e->kind == ENTRY_MALFORMED) == (e->reason != REASON_NONE));
	}
}

static void check_fates(const struct loader_script *s, const struct key_result *r)
{
	for (size_t i = 0; i < s->n_entries; i++) {
		const struct entry_fate *f = &r->fates[i];

		FUZZ_CHECK(f->by < (ssize_t)s->n_entries);
		FUZZ_CHECK((f->status == ENTRY_WINNING) == (r->winner == (ssize_t)i));
		FUZZ_CHECK(f->status != ENTRY_REFUSED || f->err != 0);
		FUZZ_CHECK(f->status != ENTRY_OVERRIDDEN || f->by >= 0 ||
			   f->reason == REASON_LATER_LOADER);
		FUZZ_CHECK((f->status != ENTRY_IGNORED && f->status != ENTRY_OVERRIDDEN &&
			    f->status != ENTRY_REFUSED && f->status != ENTRY_NOT_REACHED) ||
			   f->reason != REASON_NONE);
	}
}

/* start: what the kernel held before. */
static void check_result(const struct loader_script *s, const struct key_result *r, int start)
{
	ssize_t last = -1;
	int level = start;

	for (size_t i = 0; i < r->n_writes; i++) {
		const struct sysctl_write *w = &r->writes[i];
		const struct sysctl_entry *e = &s->entries[w->entry];
		int plain;

		FUZZ_CHECK(w->entry < s->n_entries && e->kind == ENTRY_ASSIGN);
		plain = plain_level(e->value, e->value_len);
		if (plain >= 0)
			FUZZ_CHECK((w->err == 0) == (level != 3 || plain == 3));
		if (w->err == 0) {
			last = (ssize_t)w->entry;
			level = plain >= 0 ? plain : i + 1 == r->n_writes ? r->level : level;
		}
	}
	FUZZ_CHECK(r->level >= LEVEL_NONE && r->level <= 3);
	FUZZ_CHECK(start != 3 || r->level == 3);
	FUZZ_CHECK(last >= 0 || r->winner < 0);
	FUZZ_CHECK(last < 0 || r->winner >= 0);
	if (last < 0)
		FUZZ_CHECK(r->level == start);
	if (r->winner >= 0 &&
	    plain_level(s->entries[r->winner].value, s->entries[r->winner].value_len) >= 0)
		FUZZ_CHECK(r->level == plain_level(s->entries[r->winner].value,
						   s->entries[r->winner].value_len));
	check_fates(s, r);
}

static void check_boot(const struct resolve *r, const struct resolve_boot *b)
{
	FUZZ_CHECK(b->level >= LEVEL_NONE && b->level <= 3);
	FUZZ_CHECK(b->state != RESOLVE_SET || (b->level >= 0 && b->value && b->has_source));
	FUZZ_CHECK(b->state != RESOLVE_UNSET || (b->level == LEVEL_NONE && !b->value));
	if (b->has_source) {
		FUZZ_CHECK(b->source.loader < r->n_boot_loaders);
		FUZZ_CHECK(resolve_source_loader(r, &b->source));
	}
}

static void check_answer(const struct resolve *r)
{
	FUZZ_CHECK(r->n_keys == 1);
	for (size_t i = 0; i < r->n_loaders; i++) {
		check_script(r->loaders[i].script);
		check_result(r->loaders[i].script, &r->keys[0].views[i].result, LEVEL_NONE);
	}
	for (size_t i = 0; i < r->n_boot_loaders; i++) {
		int start = i ? r->keys[0].fold[i - 1].level : LEVEL_NONE;

		check_script(r->boot_loaders[i].script);
		check_result(r->boot_loaders[i].script, &r->keys[0].fold[i], start);
	}
	check_boot(r, &r->keys[0].boot);
}

static void same_answer(const struct resolve *a, const struct resolve *b)
{
	FUZZ_CHECK(a->n_loaders == b->n_loaders && a->n_boot_loaders == b->n_boot_loaders);
	FUZZ_CHECK(a->keys[0].boot.state == b->keys[0].boot.state);
	FUZZ_CHECK(a->keys[0].boot.level == b->keys[0].boot.level);
	for (size_t i = 0; i < a->n_loaders; i++) {
		const struct key_result *x = &a->keys[0].views[i].result;
		const struct key_result *y = &b->keys[0].views[i].result;

		FUZZ_CHECK(x->winner == y->winner && x->level == y->level);
		FUZZ_CHECK(x->n_writes == y->n_writes);
		FUZZ_CHECK(a->keys[0].views[i].state == b->keys[0].views[i].state);
	}
}

/* Takes r over. */
static void check_verdict(struct tree *tree, const struct boot_env *env, struct resolve *r,
			  unsigned how)
{
	struct evidence ev = {
		.subject = {.kind = env->live ? SUBJECT_LIVE : SUBJECT_ROOT,
			    .path = "/",
			    .live = env->live},
		.resolve = r,
		.want_now = env->live,
		.want_boot = true,
		.boot_env = env,
	};
	struct policy policy = {0};
	struct audit *a = NULL;

	FUZZ_CHECK(policy_builtin(policy_builtin_names[how % 5], &policy) == 0);
	ev.runtime = env->live ? (struct runtime){.state = RUNTIME_SET, .level = (int)(how / 5 % 4)}
			       : (struct runtime){.state = RUNTIME_SKIPPED, .level = LEVEL_NONE};
	FUZZ_CHECK(audit_run(tree, &ev, &policy, &a) == 0);
	if (a->verdict == VERDICT_PASS) {
		for (size_t i = 0; i < a->n_findings; i++)
			FUZZ_CHECK(a->findings[i].severity != SEVERITY_FAIL);
		if (env->live)
			FUZZ_CHECK(policy.allow >> ev.runtime.level & 1);
		if (r->keys[0].boot.state == RESOLVE_SET)
			FUZZ_CHECK(policy.allow >> r->keys[0].boot.level & 1);
		FUZZ_CHECK(r->keys[0].boot.state != RESOLVE_UNKNOWN);
	}
	for (size_t i = 0; i < a->n_findings; i++)
		FUZZ_CHECK(a->findings[i].message && *a->findings[i].message);
	audit_free(a);
	policy_done(&policy);
	evidence_done(&ev);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = {PTRACE_SCOPE_KEY};
	_cleanup_tree_ struct tree *tree = NULL, *overlay = NULL;
	struct boot_env env = {0};
	struct resolve_request req = {.env = &env, .patterns = keys, .n_patterns = 1};
	struct resolve *r = NULL, *again = NULL;
	int err;

	if (size < 2)
		return 0;
	req.loader = loaders[data[0] % ELEMENTSOF(loaders)];
	env.live = data[1] & 1;
	if (env.live) {
		env.pid1_comm = inits[(data[1] >> 1) % ELEMENTSOF(inits)];
		env.systemd_booted = data[1] & 0x20;
		env.proc_cmdline = data[1] & 0x40 ? "ro sysctl.kernel.yama.ptrace_scope=2" : "";
	}
	FUZZ_CHECK(tree_new_memory(&tree) == 0);
	(void)tree_input_add(tree, data + 2, size - 2);

	req.tree = tree;
	err = resolve_run(&req, &r, NULL);
	FUZZ_CHECK(err == 0 || err == -E2BIG);
	if (err < 0)
		return 0;
	check_answer(r);

	FUZZ_CHECK(tree_new_overlay(&overlay, tree) == 0);
	req.tree = overlay;
	FUZZ_CHECK(resolve_run(&req, &again, NULL) == 0);
	same_answer(r, again);
	resolve_free(again);
	if (req.loader)
		resolve_free(r);
	else
		check_verdict(tree, &env, r, data[1] >> 1);
	return 0;
}
