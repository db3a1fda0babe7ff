/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope impact: what a level changes for the programs of this system. */
#include "cli.h"
#include "render-impact.h"

#define SITE_FILE "/etc/ptscope/impact.conf"

static const struct option_spec options[] = {
	{"all", 0, NULL, "show every program that is known, there or not"},
	{NULL},
};

/* Processes, and the level now, where a kernel runs. */
static int read_live(const struct gather *g, struct snapshot *s, struct runtime *now,
		     struct error *e)
{
	const struct kernel_env env = {.live = true, .proc_tree = g->proc_tree};
	int r;

	if (runtime_read(&env, now) < 0)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	r = snapshot_open(g->proc_tree, s, e);
	return r < 0 ? r : snapshot_read(s, e);
}

static int render(const struct invocation *in, const struct impact_report *r, struct error *e)
{
	const struct layout layout = {.width = in->width, .color = in->color};

	if (in->options.format == FORMAT_JSON)
		(void)render_impact_json(in->out, r);
	else
		render_impact_text(in->out, &layout, r);
	if (!in->out->failed)
		return EXIT_PASS;
	(void)error_set(e, ENOMEM, NULL, 0, "out of memory");
	return EXIT_ERROR;
}

static int run(const struct invocation *in, struct error *e)
{
	_cleanup_(gather_done) struct gather g = {0};
	_cleanup_(impact_site_done) struct impact_site site = {0};
	_cleanup_(snapshot_done) struct snapshot processes = {0};
	_cleanup_(runtime_done) struct runtime now = {.level = LEVEL_NONE};
	_cleanup_(impact_done) struct impact impact = {0};
	_cleanup_free_ char *name = NULL;
	struct impact_report r = {.gather = &g, .impact = &impact};
	int k;

	if (in->n_args > 0) {
		(void)error_set(e, EINVAL, NULL, 0, "impact takes no argument");
		return EXIT_ERROR;
	}
	if (gather_open(in->options.root, in->options.live, &g, e) < 0 ||
	    (!in->options.no_config && impact_site_load(SITE_FILE, &site, e) < 0))
		return EXIT_ERROR;
	r.processes = g.subject.live;
	if (r.processes && read_live(&g, &processes, &now, e) < 0)
		return EXIT_ERROR;
	k = impact_detect(g.tree, &site, SITE_FILE, r.processes ? &processes : NULL, &impact);
	if (k == 0)
		k = gather_host_name(&g, &name);
	if (k < 0) {
		(void)error_set(e, -k, NULL, 0, "cannot look the programs up");
		return EXIT_ERROR;
	}
	r.name = g.subject.kind == SUBJECT_ROOT || !name ? g.subject.path : name;
	r.level = now.state == RUNTIME_SET ? now.level : LEVEL_NONE;
	r.all = invocation_value(in, "all");
	r.unseen = processes.unseen;
	return render(in, &r, e);
}

const struct command cmd_impact = {
	.name = "impact",
	.args = "",
	.summary = "which programs stop working at each level, and what to do",
	.help = "Looks for programs that attach to others, installed and running, and tells what "
		"each level changes for them, what to do instead, and the strictest level at which "
		"nothing but attaching by pid is lost.",
	.options = options,
	.globals = GLOBAL_ROOT | GLOBAL_LIVE | GLOBAL_JSON | GLOBAL_NO_CONFIG,
	.exits = {[EXIT_PASS] = "produced", [EXIT_ERROR] = "wrong usage, or it could not run"},
	.run = run,
};
