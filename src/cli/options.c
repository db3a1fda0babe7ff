/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One pass over argv. Until the command's name only global options are known; after it, the
 * command's own as well. An option that the command cannot honour is refused at the end, when the
 * command is known, and by its name.
 */
#include "options.h"

#include "suggest.h"

#include <assert.h>

enum global_id {
	G_ROOT,
	G_LIVE,
	G_ONLY,
	G_FORMAT,
	G_JSON,
	G_OUTPUT,
	G_QUIET,
	G_VERBOSE,
	G_COLOR,
	G_NO_CONFIG,
	G_HELP,
	G_VERSION,
	_G_MAX
};

/* clang-format off */
const struct global_spec global_options[_G_MAX + 1] = {
	[G_ROOT] = {{"root", 0, "DIR", "look at the system under DIR instead of this one"}, GLOBAL_ROOT},
	[G_LIVE] = {{"live", 0, NULL, "DIR of --root is the root of the running kernel"}, GLOBAL_LIVE},
	[G_ONLY] = {{"only", 0, "now|boot", "judge only the level now, or only the next boot"}, GLOBAL_ONLY},
	[G_FORMAT] = {{"format", 'f', "FORMAT", "text, json or nagios"}, GLOBAL_JSON},
	[G_JSON] = {{"json", 0, NULL, "the same as --format json"}, GLOBAL_JSON},
	[G_OUTPUT] = {{"output", 'o', "FILE", "write the result to FILE, all of it or nothing"}, 0},
	[G_QUIET] = {{"quiet", 'q', NULL, "print nothing but errors; the exit status tells"}, 0},
	[G_VERBOSE] = {{"verbose", 'v', NULL, "say more"}, GLOBAL_VERBOSE},
	[G_COLOR] = {{"color", 0, "WHEN", "auto, always or never"}, 0},
	[G_NO_CONFIG] = {{"no-config", 0, NULL, "read nothing from /etc/ptscope"}, GLOBAL_NO_CONFIG},
	[G_HELP] = {{"help", 'h', NULL, "print help and exit"}, 0},
	[G_VERSION] = {{"version", 'V', NULL, "print the version and exit"}, 0},
};
/* clang-format on */

struct parser {
	const struct command *const *table;
	struct command_line *cl;
	bool seen[_G_MAX];
	int next; /* index of the next word of argv */
};

struct word_value {
	const char *word;
	int value;
};

void command_line_done(struct command_line *cl)
{
	free(cl->values);
	free(cl->args);
	*cl = (struct command_line){0};
}

const struct command *command_find(const struct command *const *table, const char *name)
{
	for (; *table; table++)
		if (streq((*table)->name, name))
			return *table;
	return NULL;
}

int command_unknown(const struct command *const *table, const char *name, struct error *e)
{
	struct suggestion s = suggestion_for(name);
	int r;

	for (; *table; table++)
		suggestion_offer(&s, (*table)->name);
	if (s.best)
		return error_set(e, EINVAL, NULL, 0, "no command \"%s\"; did you mean \"%s\"?",
				 name, s.best);
	r = error_set(e, EINVAL, NULL, 0, "no command \"%s\"", name);
	error_hint(e, "\"ptscope help\" lists the commands");
	return r;
}

/* Finds the value of a word in a NULL-terminated table of words. */
static int parse_word(const struct word_value *words, const char *option, const char *arg, int *ret,
		      struct error *e)
{
	struct suggestion s = suggestion_for(arg);
	_cleanup_strbuf_ struct strbuf list = {0};

	for (const struct word_value *w = words; w->word; w++) {
		if (streq(w->word, arg)) {
			*ret = w->value;
			return 0;
		}
		suggestion_offer(&s, w->word);
		(void)strbuf_adds(&list, w == words ? "" : w[1].word ? ", " : " or ");
		(void)strbuf_adds(&list, w->word);
	}
	if (list.failed)
		return -ENOMEM;
	if (s.best)
		return error_set(e, EINVAL, NULL, 0, "--%s \"%s\": did you mean \"%s\"?", option,
				 arg, s.best);
	return error_set(e, EINVAL, NULL, 0, "--%s takes %s, not \"%s\"", option, list.bytes, arg);
}

static int set_format(struct options *o, const char *arg, struct error *e)
{
	static const struct word_value words[] = {
		{"text", FORMAT_TEXT}, {"json", FORMAT_JSON}, {"nagios", FORMAT_NAGIOS}, {0}};
	int v, r = parse_word(words, "format", arg, &v, e);

	if (r == 0)
		o->format = (enum format)v;
	return r;
}

static int set_only(struct options *o, const char *arg, struct error *e)
{
	static const struct word_value words[] = {{"now", ONLY_NOW}, {"boot", ONLY_BOOT}, {0}};
	int v, r = parse_word(words, "only", arg, &v, e);

	if (r == 0)
		o->only = (enum only)v;
	return r;
}

static int set_color(struct options *o, const char *arg, struct error *e)
{
	static const struct word_value words[] = {
		{"auto", COLOR_AUTO}, {"always", COLOR_ALWAYS}, {"never", COLOR_NEVER}, {0}};
	int v, r = parse_word(words, "color", arg, &v, e);

	if (r == 0)
		o->color = (enum color_mode)v;
	return r;
}

static int set_path(const char **field, const char *option, const char *arg, struct error *e)
{
	if (*arg == '\0')
		return error_set(e, EINVAL, NULL, 0, "--%s needs a path, not an empty argument",
				 option);
	*field = arg;
	return 0;
}

static int set_global(struct parser *p, enum global_id id, const char *arg, struct error *e)
{
	struct options *o = &p->cl->in.options;

	p->seen[id] = true;
	switch (id) {
	case G_ROOT:
		return set_path(&o->root, "root", arg, e);
	case G_OUTPUT:
		return set_path(&o->output, "output", arg, e);
	case G_ONLY:
		return set_only(o, arg, e);
	case G_FORMAT:
		return set_format(o, arg, e);
	case G_COLOR:
		return set_color(o, arg, e);
	case G_JSON:
		o->format = FORMAT_JSON;
		return 0;
	case G_LIVE:
		o->live = true;
		return 0;
	case G_QUIET:
		o->quiet = true;
		return 0;
	case G_VERBOSE:
		o->verbose = true;
		return 0;
	case G_NO_CONFIG:
		o->no_config = true;
		return 0;
	case G_HELP:
		p->cl->want_help = true;
		return 0;
	case G_VERSION:
		p->cl->want_version = true;
		return 0;
	case _G_MAX:
		break;
	}
	return -EINVAL;
}

/* An option as written: "--name" or "-n". */
struct spelled {
	const char *name; /* long name, n bytes; NULL for a letter */
	size_t n;
	char letter;
};

static bool spec_is(const struct option_spec *spec, const struct spelled *sp)
{
	if (!sp->name)
		return spec->letter && spec->letter == sp->letter;
	return strlen(spec->name) == sp->n && memcmp(spec->name, sp->name, sp->n) == 0;
}

static int unknown_option(const struct parser *p, const struct spelled *sp, struct error *e)
{
	const struct command *c = p->cl->in.command;
	_cleanup_free_ char *name = NULL;
	struct suggestion s;
	int r;

	if (!sp->name) {
		r = error_set(e, EINVAL, NULL, 0, "no option \"-%c\"", sp->letter);
	} else {
		name = strndup(sp->name, sp->n);
		if (!name)
			return -ENOMEM;
		s = suggestion_for(name);
		for (const struct global_spec *g = global_options; g->spec.name; g++)
			if (!c || !g->need || (c->globals & g->need))
				suggestion_offer(&s, g->spec.name);
		for (const struct option_spec *o = c ? c->options : NULL; o && o->name; o++)
			suggestion_offer(&s, o->name);
		if (s.best)
			return error_set(e, EINVAL, NULL, 0,
					 "no option \"--%s\"; did you mean \"--%s\"?", name,
					 s.best);
		r = error_set(e, EINVAL, NULL, 0, "no option \"--%s\"", name);
	}
	if (c)
		error_hint(e, "\"ptscope %s --help\" lists the options", c->name);
	else
		error_hint(e, "the options of a command stand after its name; \"ptscope help\" "
			      "lists the commands");
	return r;
}

static int set_option(struct parser *p, const struct option_spec *spec, int global, int own,
		      const char *arg, struct error *e)
{
	if (global >= 0)
		return set_global(p, (enum global_id)global, arg, e);
	(void)spec;
	p->cl->values[own] = arg ? arg : "";
	return 0;
}

/* Looks an option up. Returns its spec; exactly one of the indices is then not negative. */
static const struct option_spec *find_option(const struct parser *p, const struct spelled *sp,
					     int *ret_global, int *ret_own)
{
	const struct command *c = p->cl->in.command;

	*ret_global = *ret_own = -1;
	for (int i = 0; i < _G_MAX; i++)
		if (spec_is(&global_options[i].spec, sp)) {
			*ret_global = i;
			return &global_options[i].spec;
		}
	for (int i = 0; c && c->options && c->options[i].name; i++)
		if (spec_is(&c->options[i], sp)) {
			*ret_own = i;
			return &c->options[i];
		}
	return NULL;
}

static const char *next_word(struct parser *p)
{
	struct invocation *in = &p->cl->in;

	return p->next < in->argc ? in->argv[p->next++] : NULL;
}

static int parse_long(struct parser *p, const char *word, struct error *e)
{
	const char *eq = strchr(word, '='), *arg = eq ? eq + 1 : NULL;
	struct spelled sp = {.name = word, .n = eq ? (size_t)(eq - word) : strlen(word)};
	int global, own;
	const struct option_spec *spec = find_option(p, &sp, &global, &own);

	if (!spec)
		return unknown_option(p, &sp, e);
	if (!spec->arg && arg)
		return error_set(e, EINVAL, NULL, 0, "--%s takes no argument", spec->name);
	if (spec->arg && !arg)
		arg = next_word(p);
	if (spec->arg && !arg)
		return error_set(e, EINVAL, NULL, 0, "--%s needs an argument: %s", spec->name,
				 spec->arg);
	return set_option(p, spec, global, own, arg, e);
}

static int parse_letters(struct parser *p, const char *word, struct error *e)
{
	for (; *word; word++) {
		struct spelled sp = {.letter = *word};
		int global, own, r;
		const struct option_spec *spec = find_option(p, &sp, &global, &own);
		const char *arg = NULL;

		if (!spec)
			return unknown_option(p, &sp, e);
		if (spec->arg) {
			arg = word[1] ? word + 1 : next_word(p);
			if (!arg)
				return error_set(e, EINVAL, NULL, 0, "-%c needs an argument: %s",
						 spec->letter, spec->arg);
		}
		r = set_option(p, spec, global, own, arg, e);
		if (r < 0 || arg)
			return r;
	}
	return 0;
}

static int set_command(struct parser *p, const char *name, struct error *e)
{
	struct command_line *cl = p->cl;
	size_t n = 0;

	cl->in.command = command_find(p->table, name);
	if (!cl->in.command)
		return command_unknown(p->table, name, e);
	while (cl->in.command->options && cl->in.command->options[n].name)
		n++;
	cl->values = calloc(n + 1, sizeof(*cl->values));
	if (!cl->values)
		return -ENOMEM;
	cl->in.values = cl->values;
	return 0;
}

static int parse_words(struct parser *p, struct error *e)
{
	struct invocation *in = &p->cl->in;
	bool options_over = false;
	const char *word;
	int r = 0;

	while (r == 0 && (word = next_word(p))) {
		if (!options_over && streq(word, "--"))
			options_over = true;
		else if (!options_over && startswith(word, "--"))
			r = parse_long(p, word + 2, e);
		else if (!options_over && word[0] == '-' && word[1])
			r = parse_letters(p, word + 1, e);
		else if (!in->command)
			r = set_command(p, word, e);
		else
			in->args[in->n_args++] = in->argv[p->next - 1];
	}
	return r;
}

/* What can only be said once the whole line is known. */
static int check(const struct parser *p, struct error *e)
{
	const struct invocation *in = &p->cl->in;
	const struct command *c = in->command;
	const struct options *o = &in->options;

	for (int i = 0; c && i < _G_MAX; i++) {
		const struct global_spec *g = &global_options[i];

		if (p->seen[i] && g->need && !(c->globals & g->need))
			return error_set(e, EINVAL, NULL, 0, "%s cannot honour --%s", c->name,
					 g->spec.name);
	}
	if (c && o->format == FORMAT_NAGIOS && !(c->globals & GLOBAL_NAGIOS))
		return error_set(e, EINVAL, NULL, 0, "%s cannot honour --format nagios", c->name);
	if (o->live && !o->root && in->n_args == 0) {
		int r = error_set(e, EINVAL, NULL, 0, "--live goes with a directory: --root DIR");

		error_hint(e, "without one the running system is looked at anyway");
		return r;
	}
	return 0;
}

/* An error of the line itself is reported in the format asked for, wherever in the line that
 * stands. */
static enum format scan_format(int argc, char **argv)
{
	enum format format = FORMAT_TEXT;

	for (int i = 1; i < argc && !streq(argv[i], "--"); i++) {
		const char *arg = NULL;

		if (streq(argv[i], "--json"))
			arg = "json";
		else if (startswith(argv[i], "--format="))
			arg = argv[i] + strlen("--format=");
		else if (streq(argv[i], "--format") || streq(argv[i], "-f"))
			arg = i + 1 < argc ? argv[i + 1] : NULL;
		else if (startswith(argv[i], "-f"))
			arg = argv[i] + 2;
		if (arg && streq(arg, "json"))
			format = FORMAT_JSON;
		else if (arg && streq(arg, "nagios"))
			format = FORMAT_NAGIOS;
	}
	return format;
}

int command_line_parse(const struct command *const *table, int argc, char **argv,
		       struct command_line *ret, struct error *e)
{
	struct parser p = {.table = table, .cl = ret, .next = 1};
	int r;

	*ret = (struct command_line){.in = {.argc = argc, .argv = argv}};
	ret->args = calloc((size_t)(argc > 0 ? argc : 1), sizeof(*ret->args));
	if (!ret->args)
		return -ENOMEM;
	ret->in.args = ret->args;
	r = parse_words(&p, e);
	if (r == 0)
		r = check(&p, e);
	if (r < 0 && ret->in.options.format == FORMAT_TEXT)
		ret->in.options.format = scan_format(argc, argv);
	return r;
}

const char *invocation_value(const struct invocation *in, const char *name)
{
	const struct option_spec *o = in->command->options;

	for (size_t i = 0; o && o[i].name; i++)
		if (streq(o[i].name, name))
			return in->values[i];
	assert(!"an option that the command does not have");
	return NULL;
}
