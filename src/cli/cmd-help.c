/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope help: what there is, from the tables alone, so that it cannot fall behind the code. */
#include "help.h"

#include "options.h"
#include "term.h"

/* Column at which descriptions start; a longer name gets a line of its own. */
#define HELP_COLUMN 28

static void add_entry(struct strbuf *out, const char *name, const char *text, unsigned width)
{
	unsigned n = (unsigned)strlen(name) + 2;

	(void)strbuf_addf(out, "  %s", name);
	if (n + 2 > HELP_COLUMN) {
		(void)strbuf_addc(out, '\n');
		n = 0;
	}
	(void)strbuf_addf(out, "%*s", (int)(HELP_COLUMN - n), "");
	(void)term_wrap(out, text, HELP_COLUMN, HELP_COLUMN, width);
}

static void add_option(struct strbuf *out, const struct option_spec *o, unsigned width)
{
	_cleanup_strbuf_ struct strbuf name = {0};

	if (o->letter)
		(void)strbuf_addf(&name, "-%c, ", o->letter);
	else
		(void)strbuf_adds(&name, "    ");
	(void)strbuf_addf(&name, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	if (name.failed)
		out->failed = true;
	else
		add_entry(out, name.bytes, o->help, width);
}

int help_first(struct strbuf *out)
{
	static const struct {
		const char *command, *line, *what;
	} lines[] = {
		{"audit", "ptscope audit", "is it restricted, now and after the next boot?"},
		{"fix", "ptscope fix -n", "what would make it so (then: fix; undo: rollback)"},
		{"impact", "ptscope impact", "what would stop working?"},
		{"explain", "ptscope explain PID", "why can I not attach to PID?"},
		{"help", "ptscope help", "all commands"},
	};

	(void)strbuf_adds(out, "ptscope: make sure ptrace is restricted\n");
	for (size_t i = 0; i < ELEMENTSOF(lines); i++)
		if (command_find(commands, lines[i].command))
			(void)strbuf_addf(out, "  %-25s %s\n", lines[i].line, lines[i].what);
	return out->failed ? -ENOMEM : 0;
}

int help_overview(struct strbuf *out, unsigned width)
{
	(void)strbuf_adds(out, "Usage: ptscope [OPTION...] COMMAND [ARGUMENT...]\n\n"
			       "Makes sure that ptrace is restricted (CIS 1.5.2).\n\nCommands:\n");
	for (const struct command *const *c = commands; *c; c++)
		add_entry(out, (*c)->name, (*c)->summary, width);
	(void)strbuf_adds(
		out,
		"\nOptions for all commands that can honour them, before or after the name:\n");
	for (const struct global_spec *g = global_options; g->spec.name; g++)
		add_option(out, &g->spec, width);
	(void)strbuf_adds(out,
			  "\n\"ptscope COMMAND --help\" tells more of one; ptscope(1) of all.\n");
	return out->failed ? -ENOMEM : 0;
}

static void add_exits(struct strbuf *out, const struct command *c, unsigned width)
{
	bool any = false;

	for (int i = 0; i < EXIT_MAX; i++) {
		char number[] = {(char)('0' + i), '\0'};

		if (!c->exits[i])
			continue;
		if (!any)
			(void)strbuf_adds(out, "\nExit status:\n");
		any = true;
		add_entry(out, number, c->exits[i], width);
	}
}

int help_command(struct strbuf *out, const struct command *c, unsigned width)
{
	(void)strbuf_addf(out, "Usage: ptscope %s [OPTION...]%s%s\n\n", c->name,
			  *c->args ? " " : "", c->args);
	(void)term_wrap(out, c->help ? c->help : c->summary, 0, 0, width);
	if (c->options && c->options->name)
		(void)strbuf_adds(out, "\nOptions:\n");
	for (const struct option_spec *o = c->options; o && o->name; o++)
		add_option(out, o, width);
	(void)strbuf_adds(out, "\nGlobal options:\n");
	for (const struct global_spec *g = global_options; g->spec.name; g++) {
		struct option_spec o = g->spec;

		if (g->need && !(c->globals & g->need))
			continue;
		if (streq(o.name, "format") && !(c->globals & GLOBAL_NAGIOS))
			o.help = "text or json";
		add_option(out, &o, width);
	}
	add_exits(out, c, width);
	return out->failed ? -ENOMEM : 0;
}

static int run_help(const struct invocation *in, struct error *e)
{
	const struct command *c;

	if (in->n_args > 1) {
		(void)error_set(e, EINVAL, NULL, 0, "help takes one command, not %d", in->n_args);
		return EXIT_ERROR;
	}
	if (in->n_args == 0) {
		(void)help_overview(in->out, in->width);
		return EXIT_PASS;
	}
	c = command_find(commands, in->args[0]);
	if (!c) {
		(void)command_unknown(commands, in->args[0], e);
		return EXIT_ERROR;
	}
	(void)help_command(in->out, c, in->width);
	return EXIT_PASS;
}

const struct command cmd_help = {
	.name = "help",
	.args = "[COMMAND]",
	.summary = "list the commands, or explain one",
	.help = "Lists the commands, or explains one as \"ptscope COMMAND --help\" does.",
	.exits = {[EXIT_PASS] = "printed",
		  [EXIT_ERROR] = "usage, or the output could not be written"},
	.run = run_help,
};
