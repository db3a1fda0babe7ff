/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ptscope: reads the command line, runs one command, writes its result once, and turns an error
 * into one message. All that a command prints is collected first, so a result is whole or it is not
 * there.
 */
#include "cli.h"
#include "help.h"
#include "options.h"
#include "output.h"
#include "render-audit.h"
#include "term.h"

#include <unistd.h>

struct run {
	struct command_line cl;
	struct strbuf out;
	bool stdout_open;
};

/*
 * Errors go to standard error for people, and, where a format for programs was asked for, in that
 * format to where the result would have gone: a host that fails does not vanish from a loop over
 * many, and a monitoring system shows why.
 *
 * code: the exit status; that of a monitoring plugin is its own.
 *
 * Returns the exit status.
 */
static int report(struct run *run, int code, const struct error *e)
{
	const struct invocation *in = &run->cl.in;
	_cleanup_strbuf_ struct strbuf text = {0};

	(void)output_error_text(in->command ? in->command->name : NULL, e, &text);
	if (text.bytes)
		(void)!write(STDERR_FILENO, text.bytes, text.len);
	if (in->options.format == FORMAT_JSON)
		(void)output_error_json(e, code, &run->out);
	if (in->options.format != FORMAT_NAGIOS || !in->command ||
	    !(in->command->globals & GLOBAL_NAGIOS))
		return code;
	render_error_nagios(&run->out, e);
	return EXIT_UNKNOWN;
}

static int run_command(struct run *run, struct error *e)
{
	struct invocation *in = &run->cl.in;

	if (run->cl.want_version) {
		(void)strbuf_adds(&run->out, "ptscope " VERSION "\n");
		return EXIT_PASS;
	}
	if (run->cl.want_help) {
		if (in->command)
			(void)help_command(&run->out, in->command, in->width);
		else
			(void)help_overview(&run->out, in->width);
		return EXIT_PASS;
	}
	if (!in->command) {
		(void)help_first(&run->out);
		return EXIT_PASS;
	}
	return in->command->run(in, e);
}

/* Writes what has been collected; when that fails, says so, and the exit status with it. */
static int finish(struct run *run, int status, const char *file, bool drop)
{
	_cleanup_error_ struct error e = {0};

	if (drop)
		return status;
	if (output_write(&run->out, file, run->stdout_open, &e) == 0)
		return status;
	strbuf_done(&run->out);
	status = report(run, EXIT_ERROR, &e);
	/* The object of the error may still find its way, if it was a file that failed. */
	if (file && run->out.len)
		(void)output_write(&run->out, NULL, run->stdout_open, NULL);
	return status;
}

int main(int argc, char **argv)
{
	_cleanup_error_ struct error e = {0};
	struct run run = {0};
	struct invocation *in = &run.cl.in;
	int r, status;

	r = output_prepare();
	if (r < 0)
		return EXIT_ERROR;
	run.stdout_open = r > 0;

	r = command_line_parse(commands, argc, argv, &run.cl, &e);
	in->out = &run.out;
	in->color = in->options.output ? in->options.color == COLOR_ALWAYS
				       : term_color(in->options.color, STDOUT_FILENO);
	in->width = in->options.output ? TERM_WIDTH : term_width(STDOUT_FILENO);
	if (r < 0 && !run.cl.want_help) {
		if (!e.err)
			(void)error_set(&e, -r, NULL, 0, "cannot read the command line");
		status = report(&run, EXIT_ERROR, &e);
		status = finish(&run, status, NULL, false);
	} else {
		bool failed, drop;

		error_done(&e);
		status = run_command(&run, &e);
		failed = e.err != 0;
		if (failed)
			status = report(&run, status, &e);
		/* An error that has no object to write leaves an earlier result's file alone. */
		drop = failed ? run.out.len == 0 : in->options.quiet && !in->options.output;
		status = finish(&run, status, in->options.output, drop);
	}
	strbuf_done(&run.out);
	command_line_done(&run.cl);
	return status;
}
