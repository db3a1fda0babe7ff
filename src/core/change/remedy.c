/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plan is made, and so proved, before the command is named. Where the plan lacks a decision
 * (--lower, --irrevocable) the command has it in it, for the person to see.
 */
#include "remedy.h"

/* "a new /etc/sysctl.d/60-ptscope.conf, the running kernel" */
static void describe(const struct plan *p, struct strbuf *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct change *c = &p->changes[i];

		(void)strbuf_adds(out, i ? ", " : "");
		if (c->kind == CHANGE_SYSCTL) {
			(void)strbuf_addf(out, "the running kernel %s -> %s", c->before.bytes,
					  c->after.bytes);
			continue;
		}
		(void)strbuf_adds(out, c->kind == CHANGE_CREATE ? "a new " : "an edit of ");
		(void)strbuf_add_escaped(out, c->path, strlen(c->path));
	}
}

static int set_remedy(struct finding *f, const char *lead, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(f->remedy);
	f->remedy = copy;
	f->remedy_lead = lead;
	return 0;
}

/* Makes the plan with the fewest decisions that it needs; more names them. */
static int make(struct plan_request *req, struct plan **ret, const char **ret_more)
{
	static const struct {
		bool lower, irrevocable;
		const char *more;
	} ways[] = {
		{false, false, ""},
		{true, false, " --lower"},
		{false, true, " --irrevocable"},
	};
	int r = -EINVAL;

	for (size_t i = 0; i < ELEMENTSOF(ways) && r == -EINVAL; i++) {
		req->lower = ways[i].lower;
		req->irrevocable = ways[i].irrevocable;
		*ret_more = ways[i].more;
		r = plan_make(req, ret, NULL);
	}
	return r;
}

int remedy_add(const struct remedy_request *in, struct audit *a)
{
	_cleanup_(plan_free_p) struct plan *p = NULL;
	_cleanup_strbuf_ struct strbuf text = {0};
	struct plan_request req = in->plan;
	const char *more = "", *sudo = req.evidence->privileged ? "" : "sudo ";
	bool any = false, good;
	int r;

	for (size_t i = 0; i < a->n_findings; i++)
		any |= a->findings[i].fixable;
	if (!any || !req.evidence->boot_env)
		return 0;
	if (!req.id)
		req.id = "ID";
	r = make(&req, &p, &more);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	good = p->state == PLAN_CHANGES;
	if (good) {
		(void)strbuf_addf(&text, "%sptscope fix -n%s%s    # shows the change: ", sudo,
				  in->arguments, more);
		describe(p, &text);
		(void)strbuf_addf(&text, "\n%sptscope fix%s%s", sudo, in->arguments, more);
	} else if (p->obstacle) {
		(void)strbuf_add_escaped(&text, p->obstacle, strlen(p->obstacle));
	}
	if (text.failed)
		return -ENOMEM;
	for (size_t i = 0; text.len > 0 && i < a->n_findings; i++) {
		if (a->findings[i].fixable &&
		    set_remedy(&a->findings[i], good ? "To fix" : "By hand", text.bytes) < 0)
			return -ENOMEM;
	}
	return 0;
}
