/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A shell's reading of a file of assignments, as far as it can be told without running anything. A
 * scanner cuts words by the shell's quoting rules; a command is then a list of assignments,
 * "export" of some, ":" or nothing; any other ends the reading, as not understood or, if there is
 * no program of that name, as the end of a script under "set -e".
 */
#include "shell-assign.h"

#include <ctype.h>

struct word {
	struct strbuf text;
	size_t assign; /* length of the name before '='; 0 when this is no assignment */
	bool unknown;  /* holds an expansion that cannot be told */
	bool any;      /* there is a word, perhaps an empty one in quotes */
	bool quoted;   /* part of it was quoted, so that it is no keyword */
};

struct scan {
	const struct shell_vars *vars;
	const char *s, *end;
	unsigned line;
	bool bad; /* a construct that is not understood */
};

void shell_vars_done(struct shell_vars *v)
{
	for (size_t i = 0; i < v->n; i++) {
		free(v->items[i].name);
		free(v->items[i].value);
	}
	free(v->items);
	*v = (struct shell_vars){0};
}

const struct shell_var *shell_vars_get(const struct shell_vars *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++)
		if (streq(v->items[i].name, name))
			return &v->items[i];
	return NULL;
}

/* Sets a variable. Takes both strings over. */
static int set_var(struct shell_vars *v, char *name, char *value)
{
	for (size_t i = 0; i < v->n; i++) {
		if (streq(v->items[i].name, name)) {
			free(name);
			free(v->items[i].value);
			v->items[i].value = value;
			return 0;
		}
	}
	if (array_reserve(&v->items, v->n, &v->cap, sizeof(*v->items)) < 0) {
		free(name);
		free(value);
		return -ENOMEM;
	}
	v->items[v->n++] = (struct shell_var){name, value};
	return 0;
}

static bool name_char(char c, bool first)
{
	return c == '_' || (first ? isalpha((unsigned char)c) : isalnum((unsigned char)c));
}

/* $NAME or ${NAME}, s->s on the '$'. */
static void expand(struct scan *s, struct word *w)
{
	const char *p = s->s + 1, *start;
	bool braces = p < s->end && *p == '{';
	_cleanup_free_ char *name = NULL;
	const struct shell_var *v;

	start = p += braces;
	while (p < s->end && name_char(*p, p == start))
		p++;
	if (p == start || (braces && (p == s->end || *p != '}'))) {
		/* "$" before anything else stands for itself only before blanks and quotes: be
		 * careful. */
		s->bad = true;
		return;
	}
	name = strndup(start, (size_t)(p - start));
	s->s = p + braces;
	v = name ? shell_vars_get(s->vars, name) : NULL;
	if (!v || !v->value)
		w->unknown = true; /* from the environment, perhaps */
	else
		(void)strbuf_adds(&w->text, v->value);
	w->text.failed = w->text.failed || !name;
}

/* A backslash. Inside double quotes it counts only before $ ` " \ and newline. */
static void escape(struct scan *s, struct word *w, bool in_quotes)
{
	char c = s->s + 1 < s->end ? s->s[1] : '\0';

	s->s += s->s + 1 < s->end ? 2 : 1;
	if (c == '\n') {
		s->line++;
		return;
	}
	w->any = true;
	w->quoted = true;
	if (in_quotes && !(c && strchr("$`\"\\", c)))
		(void)strbuf_addc(&w->text, '\\');
	if (c)
		(void)strbuf_addc(&w->text, c);
}

/* A quoted part, s->s on the quote. */
static void quoted(struct scan *s, struct word *w)
{
	char quote = *s->s++;

	w->any = w->quoted = true;
	while (s->s < s->end && *s->s != quote && !s->bad) {
		if (*s->s == '\n')
			s->line++;
		if (quote == '"' && *s->s == '\\')
			escape(s, w, true);
		else if (quote == '"' && *s->s == '$')
			expand(s, w);
		else if (quote == '"' && *s->s == '`')
			s->bad = true;
		else
			(void)strbuf_addc(&w->text, *s->s++);
	}
	if (s->s == s->end)
		s->bad = true;
	else
		s->s++;
}

/* Remembers that what stands before this '=' is the name of an assignment. */
static void mark_assignment(struct word *w)
{
	if (w->assign > 0 || w->quoted || w->unknown || w->text.len == 0)
		return;
	for (size_t i = 0; i < w->text.len; i++)
		if (!name_char(w->text.bytes[i], i == 0))
			return;
	w->assign = w->text.len;
}

/* The next word of this command. Stops at a newline, ';', or what is not understood. */
static int next_word(struct scan *s, struct word *w)
{
	while (s->s < s->end && !s->bad) {
		char c = *s->s;

		if (c == '\n' || c == ';' || ((c == ' ' || c == '\t') && w->any))
			break;
		if (c == ' ' || c == '\t') {
			s->s++;
		} else if (c == '#' && !w->any) {
			while (s->s < s->end && *s->s != '\n')
				s->s++;
		} else if (c == '\\') {
			escape(s, w, false);
		} else if (c == '\'' || c == '"') {
			quoted(s, w);
		} else if (c == '$') {
			w->any = true;
			expand(s, w);
		} else if (strchr("`&|<>()", c) ||
			   (c == '~' && (!w->any || (w->assign && w->text.len == w->assign + 1)))) {
			s->bad = true;
		} else {
			if (c == '=')
				mark_assignment(w);
			w->any = true;
			(void)strbuf_addc(&w->text, c);
			s->s++;
		}
	}
	return w->text.failed ? -ENOMEM : 0;
}

static int assign(struct shell_vars *v, struct word *w)
{
	char *text = strbuf_take(&w->text), *name, *value = NULL;

	if (!text)
		return -ENOMEM;
	name = strndup(text, w->assign);
	if (!w->unknown)
		value = strdup(text + w->assign + 1);
	free(text);
	if (!name || (!w->unknown && !value)) {
		free(name);
		free(value);
		return -ENOMEM;
	}
	return set_var(v, name, value);
}

/* What a command of that name would be: nothing that exists, or something. */
static enum shell_end unknown_command(struct tree *tree, const struct word *w)
{
	static const char *const dirs[] = {"/sbin", "/bin", "/usr/sbin", "/usr/bin"};
	static const char *const words[] = {
		".",	    "[",      "alias",	"bg",	    "break",  "case",	"cd",	"command",
		"continue", "do",     "done",	"echo",	    "elif",   "else",	"esac", "eval",
		"exec",	    "exit",   "export", "false",    "fg",     "fi",	"for",	"function",
		"getopts",  "hash",   "if",	"in",	    "jobs",   "kill",	"let",	"local",
		"printf",   "pwd",    "read",	"readonly", "return", "select", "set",	"shift",
		"source",   "test",   "then",	"time",	    "times",  "trap",	"true", "type",
		"typeset",  "ulimit", "umask",	"unalias",  "unset",  "until",	"wait", "while",
		"{",	    "}",      "!",
	};

	if (w->unknown || !w->text.bytes || strchr(w->text.bytes, '/'))
		return SHELL_UNKNOWN;
	for (size_t i = 0; i < ELEMENTSOF(words); i++)
		if (streq(words[i], w->text.bytes))
			return SHELL_UNKNOWN;
	for (size_t i = 0; i < ELEMENTSOF(dirs); i++) {
		_cleanup_strbuf_ struct strbuf path = {0};
		struct tree_stat st;
		int r;

		if (strbuf_addf(&path, "%s/%s", dirs[i], w->text.bytes) < 0)
			return SHELL_UNKNOWN;
		r = tree_lstat(tree, path.bytes, &st);
		if (r != -ENOENT && r != -ENOTDIR)
			return SHELL_UNKNOWN;
	}
	return SHELL_ABORTED;
}

/* One simple command, up to a newline or ';'. */
static int command(struct shell_vars *v, struct tree *tree, struct scan *s, enum shell_end *ret)
{
	bool exports = false, nothing = false;

	*ret = SHELL_DONE;
	for (;;) {
		struct word w = {0};
		int r = next_word(s, &w);

		if (r == 0 && s->bad)
			*ret = SHELL_UNKNOWN;
		if (r < 0 || s->bad || !w.any) {
			strbuf_done(&w.text);
			return r;
		}
		if (w.assign && !nothing) {
			r = assign(v, &w);
		} else if (!exports && !nothing && !w.quoted && !w.unknown &&
			   streq(w.text.bytes, "export")) {
			exports = true;
		} else if (!exports && !nothing && !w.unknown && w.text.bytes &&
			   streq(w.text.bytes, ":")) {
			nothing = true;
		} else if (!exports && !nothing) {
			*ret = unknown_command(tree, &w);
		}
		strbuf_done(&w.text);
		if (r < 0 || *ret != SHELL_DONE)
			return r;
	}
}

int shell_vars_run(struct shell_vars *v, struct tree *tree, const char *text, size_t n,
		   enum shell_end *ret, unsigned *ret_line)
{
	struct scan s = {.vars = v, .s = text, .end = text + n, .line = 1};
	enum shell_end end = SHELL_DONE;

	while (s.s < s.end && end == SHELL_DONE) {
		int r;

		*ret_line = s.line;
		r = command(v, tree, &s, &end);
		if (r < 0)
			return r;
		if (s.s < s.end && *s.s == '\n')
			s.line++;
		if (end == SHELL_DONE && s.s < s.end)
			s.s++;
	}
	*ret = end;
	return 0;
}
