/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope explain: may this process attach to that one, check by check. */
#include "explain.h"

static const struct option_spec options[] = {
	{"mode", 0, "attach|read", "what the tracer asks for (attach)"},
	{"level", 0, "N", "answer for level N instead of the one in force"},
	{"test", 0, NULL, "let the kernel answer too; a denied try is logged"},
	{NULL},
};

static int run(const struct invocation *in, struct error *e)
{
	_cleanup_(explanation_done) struct explanation x = {0};
	const struct layout layout = {.width = in->width, .color = in->color};

	if (explanation_make(in, &x, e) < 0)
		return EXIT_ERROR;
	if (in->options.format == FORMAT_JSON)
		(void)render_explain_json(in->out, &x);
	else
		render_explain_text(in->out, &layout, &x);
	if (in->out->failed) {
		(void)error_set(e, ENOMEM, NULL, 0, "out of memory");
		return EXIT_ERROR;
	}
	return x.exit_code;
}

const struct command cmd_explain = {
	.name = "explain",
	.args = "[TRACER] TRACEE",
	.summary = "why a process may, or may not, attach to another",
	.help = "Goes through every check of the kernel in its order, with the facts that it sees, "
		"and tells what the answer is at each level and what works instead. Without TRACER "
		"it is a program that you start from here. Each is a pid or the name of one "
		"process; TRACER also @USER, or the path of an executable with capabilities or "
		"set-id bits.",
	.options = options,
	.globals = GLOBAL_ROOT | GLOBAL_LIVE | GLOBAL_JSON,
	.exits =
		{
			[EXIT_PASS] = "allowed",
			[EXIT_FAIL] = "denied",
			[EXIT_ERROR] = "no such process, wrong usage, or it could not run",
			[EXIT_UNKNOWN] = "it depends on what cannot be seen",
		},
	.run = run,
};
