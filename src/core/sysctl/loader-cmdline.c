/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel itself: sysctl.KEY=VALUE on its command line, from 5.8 on, applied just before init
 * starts (do_sysctl_args() in fs/proc/proc_sysctl.c). Parameters are cut as next_arg() does it
 * (lib/cmdline.c): at blanks outside of double quotes; "--" ends them.
 *
 * Each parameter is handed to lines.c as a line of its own, so that it is filtered and kept alike.
 */
#include "grammar.h"
#include "lines.h"

/* Parameters of their own name that stand for a key since 5.8. */
static const struct {
	const char *param, *key;
} aliases[] = {
	{"hardlockup_all_cpu_backtrace", "kernel/hardlockup_all_cpu_backtrace"},
	{"hung_task_panic", "kernel/hung_task_panic"},
	{"numa_zonelist_order", "vm/numa_zonelist_order"},
	{"softlockup_all_cpu_backtrace", "kernel/softlockup_all_cpu_backtrace"},
	{"softlockup_panic", "kernel/softlockup_panic"},
};

/* As the kernel's isspace(): 0xA0 too. */
static bool is_space(char c)
{
	return piece_is_blank(c) || c == '\xa0';
}

/* Length of the parameter at s, up to a blank outside of quotes. */
static size_t param_length(const char *s)
{
	bool quoted = false;
	size_t n;

	for (n = 0; s[n] && (quoted || !is_space(s[n])); n++)
		if (s[n] == '"')
			quoted = !quoted;
	return n;
}

/*
 * Name and value of a parameter, without the quotes around either or both. Only the first '=' that
 * is not the first byte counts. Returns false when there is none.
 */
static bool split_param(struct piece param, struct piece *ret_name, struct piece *ret_value)
{
	bool quoted = param.n > 0 && param.s[0] == '"', closed = false;
	const char *equals;

	if (quoted) {
		param.s++;
		param.n--;
	}
	equals = param.n > 1 ? memchr(param.s + 1, '=', param.n - 1) : NULL;
	*ret_value = (struct piece){NULL, 0};
	if (equals) {
		*ret_value = (struct piece){equals + 1, param.n - (size_t)(equals - param.s) - 1};
		if (ret_value->n > 0 && ret_value->s[0] == '"') {
			ret_value->s++;
			ret_value->n--;
			closed = true;
		}
		if ((closed || quoted) && ret_value->n > 0 && ret_value->s[ret_value->n - 1] == '"')
			ret_value->n--;
		param.n = (size_t)(equals - param.s);
	} else if (quoted && param.n > 0 && param.s[param.n - 1] == '"') {
		param.n--;
	}
	*ret_name = param;
	return equals != NULL;
}

static const char *alias_key(struct piece name)
{
	for (size_t i = 0; i < ELEMENTSOF(aliases); i++)
		if (name.n == strlen(aliases[i].param) &&
		    memcmp(name.s, aliases[i].param, name.n) == 0)
			return aliases[i].key;
	return NULL;
}

int grammar_cmdline(quirks_t q, const char *line, size_t n, struct parsed *ret)
{
	static const char prefix[] = "sysctl";
	const size_t len = strlen(prefix);
	struct piece name, value;
	bool has_value = split_param((struct piece){line, n}, &name, &value);
	const char *alias = alias_key(name);
	int r;

	if (alias) {
		r = parsed_set_key(ret, q, strdup(alias));
	} else {
		if (name.n <= len || memcmp(name.s, prefix, len) != 0 ||
		    (name.s[len] != '.' && name.s[len] != '/'))
			return 0;
		r = parsed_set_key(ret, q, key_spell(q, name.s + len + 1, name.n - len - 1));
	}
	if (r != 0)
		return r;
	ret->kind = ENTRY_ASSIGN;
	if (!has_value || value.n == 0)
		return parsed_bad(ret, has_value ? REASON_NO_VALUE : REASON_NO_EQUALS);
	r = parsed_set_value(ret, value);
	return r < 0 ? r : 1;
}

static grammar_fn cmdline_grammar(quirks_t q)
{
	return grammar_cmdline;
}

static int read_cmdline(struct read_ctx *c)
{
	const char *s = c->li->cmdline;
	struct line_place at = {.line = c->li->cmdline_line ? c->li->cmdline_line : 1};
	ssize_t file;
	int r = 0;

	if (!s)
		return 0;
	file = ctx_note_file(c, c->li->cmdline_path ? c->li->cmdline_path : "/proc/cmdline",
			     FILE_READ, REASON_NONE, -1);
	if (file < 0)
		return (int)file;
	at.file = (size_t)file;
	while (r == 0) {
		size_t n;

		while (is_space(*s))
			s++;
		n = param_length(s);
		if (n == 0 || (n == 2 && memcmp(s, "--", 2) == 0))
			break;
		r = lines_add(c, &at, s, n);
		s += n;
	}
	return r;
}

static const struct version_span spans[] = {
	{.from = "5.8", .quirks = Q(ALL_DOTS)},
};

const struct loader loader_cmdline = {
	.id = LOADER_CMDLINE,
	.spans = spans,
	.n_spans = ELEMENTSOF(spans),
	.consults = Q(ALL_DOTS) | Q(ADDS_NEWLINE),
	.grammar = cmdline_grammar,
	.read = read_cmdline,
};
