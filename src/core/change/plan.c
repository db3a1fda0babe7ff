/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a request to a plan: judge what is there, choose the level, search the changes of files, add
 * the running kernel, judge the overlay, and check every prefix, since a plan may be cut off
 * anywhere.
 */
#include "plan-impl.h"

#include <stdio.h>

#define KEY_PATH "/proc/sys/" PTRACE_SCOPE_KEY

struct plan *plan_free(struct plan *p)
{
	if (!p)
		return NULL;
	for (size_t i = 0; i < p->n; i++)
		change_done(&p->changes[i]);
	free(p->changes);
	free(p->obstacle);
	free(p->hint);
	(void)audit_free(p->before);
	(void)audit_free(p->after);
	(void)resolve_free(p->after_evidence.resolve);
	(void)tree_free(p->overlay);
	free(p);
	return NULL;
}

static int set_sentence(char **field, const char *s)
{
	free(*field);
	*field = strdup(s);
	return *field ? 0 : -ENOMEM;
}

/* Whether the level asked for holds in the halves that are wanted. */
static bool holds(const struct plan_request *req, int level)
{
	const struct evidence *ev = req->evidence;
	int now = level_now(ev);

	if (ev->want_now && ev->subject.live && now != LEVEL_NONE && now != level)
		return false;
	return !ev->want_boot || level_boot(ev->resolve) == level;
}

/* The running kernel's part: what it has to be set to, or LEVEL_NONE. */
static int runtime_target(const struct plan_request *req, struct plan *p)
{
	const struct evidence *ev = req->evidence;
	const struct runtime *run = &ev->runtime;
	bool wrong;

	if (!ev->want_now || !ev->subject.live ||
	    (run->state != RUNTIME_SET && run->state != RUNTIME_OUT_OF_RANGE))
		return LEVEL_NONE;
	wrong = run->state != RUNTIME_SET || !policy_allows(req->policy, run->level) ||
		(req->level != LEVEL_NONE && run->level != req->level);
	if (!wrong)
		return LEVEL_NONE;
	if (run->state == RUNTIME_SET && run->level == 3) {
		p->locked = true;
		return LEVEL_NONE;
	}
	return p->level;
}

static int add_runtime(const struct plan_request *req, struct plan *p, int level)
{
	const char *before = req->evidence->runtime.value;
	struct change c = {.kind = CHANGE_SYSCTL};
	char after = (char)('0' + level);

	c.path = strdup(PTRACE_SCOPE_KEY);
	c.why = strdup("the running kernel");
	if (!c.path || !c.why || content_set(&c.before, before, strlen(before)) < 0 ||
	    content_set(&c.after, &after, 1) < 0 ||
	    array_reserve(&p->changes, p->n, &p->cap, sizeof(c)) < 0) {
		change_done(&c);
		return -ENOMEM;
	}
	p->changes[p->n++] = c;
	return 0;
}

/* Judges an overlay with the level that the kernel would then hold. ret gets the audit; ev keeps
 * what it was judged from. */
static int judge_after(const struct plan_request *req, struct tree *overlay,
		       struct resolve *resolve, int now, struct evidence *ev, struct audit **ret)
{
	*ev = *req->evidence;
	ev->resolve = resolve;
	if (now != LEVEL_NONE) {
		ev->runtime.state = RUNTIME_SET;
		ev->runtime.level = now;
	}
	return audit_run(overlay, ev, req->policy, ret);
}

static bool passes(const struct plan *p, const struct plan_request *req)
{
	const struct audit *a = p->after;

	if (req->inert)
		return true; /* the search judged the files; the kernel cannot pass */
	if (p->locked)
		return a->boot == VERDICT_PASS || a->boot == VERDICT_SKIPPED;
	/* What cannot be seen now is told after the fact; it does not keep files from being
	 * written. */
	return a->verdict == VERDICT_PASS || (a->boot == VERDICT_PASS && a->now == VERDICT_UNKNOWN);
}

/* After k changes the boot must be no weaker than before the first, and never pass through 3. */
static int check_prefixes(struct draft *d, struct plan *p)
{
	const int start = level_boot(d->req->evidence->resolve);
	const int floor = start < d->level ? start : d->level;

	for (size_t k = 1; k < d->n; k++) {
		int r = draft_try(d, k), level = level_boot(d->after);

		if (r < 0)
			return r;
		if (level < floor || (level == 3 && start != 3 && d->level != 3)) {
			p->state = PLAN_NONE;
			return set_sentence(&p->obstacle,
					    "half done, these changes would be weaker than now");
		}
	}
	return 0;
}

static int plan_files(const struct plan_request *req, struct plan *p, struct draft *d)
{
	const struct audit *b = p->before;
	bool wrong =
		b->boot != VERDICT_PASS || (req->level != LEVEL_NONE && !holds(req, req->level));
	int r = 0;

	if (req->inert)
		wrong = level_boot(req->evidence->resolve) != p->level;
	if (!req->evidence->want_boot)
		return 1;
	/* Where strict files alone are the trouble, the level is right already. */
	r = draft_try(d, 0);
	if (r < 0)
		return r;
	if (wrong && r == 0)
		r = draft_search(d);
	else
		r = 1;
	if (r > 0 && (req->tidy || req->policy->strict_files)) {
		int n = draft_tidy(d, req->tidy);

		if (n < 0)
			return n;
		if (n > 0 && draft_try(d, d->n) < 0)
			return -ENOMEM;
	}
	return r;
}

/* What the draft came to becomes the plan's. */
static int finish(const struct plan_request *req, struct plan *p, struct draft *d)
{
	int now = runtime_target(req, p), r;

	if (d->after) {
		p->after_evidence.resolve = TAKE_PTR(d->after);
		p->overlay = TAKE_PTR(d->overlay);
	}
	r = judge_after(req, p->overlay ? p->overlay : req->tree, p->after_evidence.resolve, now,
			&p->after_evidence, &p->after);
	if (r < 0)
		return r;
	if (!passes(p, req)) {
		p->state = PLAN_NONE;
		return set_sentence(&p->obstacle, d->obstacle
							  ? d->obstacle
							  : summary_sentence(p->after->summary));
	}
	if (d->n > 1) {
		r = check_prefixes(d, p);
		if (r < 0 || p->state == PLAN_NONE)
			return r;
	}
	p->changes = d->changes;
	p->n = d->n;
	p->cap = d->cap;
	d->changes = NULL;
	d->n = d->cap = 0;
	if (now != LEVEL_NONE)
		r = add_runtime(req, p, now);
	p->state = p->n > 0 ? PLAN_CHANGES : PLAN_NOTHING;
	return r;
}

static bool nothing_to_do(const struct plan_request *req, const struct plan *p)
{
	if (req->tidy || req->inert)
		return false;
	return p->before->verdict == VERDICT_PASS &&
	       (req->level == LEVEL_NONE || holds(req, req->level));
}

/* The level that holds when there is nothing to do. */
static int present_level(const struct plan_request *req)
{
	int boot = level_boot(req->evidence->resolve);

	return boot != LEVEL_NONE ? boot : level_now(req->evidence);
}

static int make(const struct plan_request *req, struct plan *p, struct error *e)
{
	_cleanup_(draft_done) struct draft d = {.req = req};
	int r = audit_run(req->tree, req->evidence, req->policy, &p->before);

	if (r < 0)
		return r;
	if (nothing_to_do(req, p)) {
		p->level = present_level(req);
		return 0;
	}
	r = plan_choose_level(req, &p->level, e);
	if (r < 0)
		return r;
	d.level = p->level;
	p->lowers = (p->level < level_now(req->evidence) && level_now(req->evidence) != 3) ||
		    p->level < level_boot(req->evidence->resolve);
	r = plan_files(req, p, &d);
	if (r < 0)
		return r;
	if (r == 0) {
		p->state = PLAN_NONE;
		p->obstacle = TAKE_PTR(d.obstacle);
		return 0;
	}
	return finish(req, p, &d);
}

int plan_make(const struct plan_request *req, struct plan **ret, struct error *e)
{
	_cleanup_(plan_free_p) struct plan *p = calloc(1, sizeof(*p));
	int r = p ? make(req, p, e) : -ENOMEM;

	if (r == -ENOMEM)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	if (r < 0)
		return r;
	*ret = TAKE_PTR(p);
	return 0;
}

int plan_judge_undone(const struct plan_request *req, const struct change *changes, size_t n,
		      int level, struct audit **ret, int *ret_boot)
{
	static const char *const patterns[] = {PTRACE_SCOPE_KEY};
	_cleanup_tree_ struct tree *overlay = NULL;
	_cleanup_(resolve_free_p) struct resolve *after = NULL;
	struct evidence ev;
	int r = tree_new_overlay(&overlay, req->tree);

	for (size_t i = 0; i < n && r == 0; i++) {
		const struct change *c = &changes[i];

		if (c->kind == CHANGE_SYSCTL)
			continue;
		r = c->before.bytes
			    ? tree_add_file(overlay, c->path, c->before.bytes, c->before.len)
			    : tree_add_error(overlay, c->path, ENOENT);
	}
	if (r == 0)
		r = resolve_run(
			&(struct resolve_request){
				.tree = overlay,
				.env = req->evidence->boot_env,
				.patterns = patterns,
				.n_patterns = ELEMENTSOF(patterns),
			},
			&after, NULL);
	if (r == 0)
		r = judge_after(req, overlay, after, level, &ev, ret);
	if (r == 0)
		*ret_boot = level_boot(after);
	return r;
}
