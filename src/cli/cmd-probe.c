/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope probe: tries on child processes what this kernel grants, and compares it with a level. */
#include "cli.h"
#include "gather.h"
#include "render-probe.h"

static const struct option_spec options[] = {
	{"expect", 0, "N", "compare with level N rather than with the sysctl's"},
	{NULL},
};

static int expect_from(const struct invocation *in, int *ret, struct error *e)
{
	const char *word = invocation_value(in, "expect");

	*ret = LEVEL_NONE;
	if (!word)
		return 0;
	if (word[0] < '0' || word[0] > '3' || word[1])
		return error_set(e, EINVAL, NULL, 0, "--expect takes a level, 0 to 3, not \"%s\"",
				 word);
	*ret = word[0] - '0';
	return 0;
}

static int exit_code(const struct probe_report *r)
{
	int level = probe_report_level(r);

	if (r->verdict.forbidden || level == LEVEL_NONE)
		return EXIT_UNKNOWN;
	return r->verdict.behaves == PROBE_BEHAVES_LEVEL && r->verdict.level == level ? EXIT_PASS
										      : EXIT_FAIL;
}

static int run(const struct invocation *in, struct error *e)
{
	_cleanup_(gather_done) struct gather g = {0};
	_cleanup_(runtime_done) struct runtime claimed = {0};
	const struct layout layout = {.width = in->width, .color = in->color};
	struct probe_report r = {.claimed = &claimed};
	struct kernel_env env;
	struct probe probe;

	if (in->n_args > 0) {
		(void)error_set(e, EINVAL, NULL, 0, "probe takes no argument");
		return EXIT_ERROR;
	}
	if (expect_from(in, &r.expect, e) < 0 || gather_open(NULL, false, &g, e) < 0)
		return EXIT_ERROR;
	env = (struct kernel_env){.live = true, .proc_tree = g.proc_tree};
	if (runtime_read(&env, &claimed) < 0) {
		(void)error_set(e, ENOMEM, NULL, 0, "out of memory");
		return EXIT_ERROR;
	}
	if (probe_run(PROBE_TIMEOUT_MS, &probe, e) < 0)
		return EXIT_ERROR;
	r.probe = &probe;
	r.verdict = probe_judge(&probe, probe_report_level(&r));
	r.exit_code = exit_code(&r);
	if (in->options.format == FORMAT_JSON)
		(void)render_probe_json(in->out, &r);
	else
		render_probe_text(in->out, &layout, &r, in->options.verbose);
	if (in->out->failed) {
		(void)error_set(e, ENOMEM, NULL, 0, "out of memory");
		return EXIT_ERROR;
	}
	return r.exit_code;
}

const struct command cmd_probe = {
	.name = "probe",
	.args = "",
	.summary = "try on child processes what this kernel really grants",
	.help = "Tries every way to attach to and to read a process, among child processes of its "
		"own, and tells which level the kernel behaves like, beside the level that its "
		"sysctl says. Works for any user; as root it tries more.",
	.options = options,
	.globals = GLOBAL_JSON | GLOBAL_VERBOSE,
	.exits =
		{
			[EXIT_PASS] = "behaves as claimed, or as expected",
			[EXIT_FAIL] = "does not",
			[EXIT_ERROR] = "wrong usage, or it could not run",
			[EXIT_UNKNOWN] = "ptrace is forbidden here altogether, or the level that "
					 "is claimed cannot be seen",
		},
	.run = run,
};
