/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The arguments of a command in grub's script: words are cut by its quoting rules (grub manual,
 * "Quoting"), then joined for the kernel as grub_create_loader_cmdline() does (grub-core/lib/
 * cmdline.c): a word with a blank in double quotes, and a backslash before quotes and backslashes.
 */
#include "boot-impl.h"

#include <ctype.h>

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The value of a variable in an environment block: lines NAME=VALUE, a backslash keeps the byte
 * after it. Adds it to out; adds nothing where it is not set. */
static void add_variable(struct strbuf *out, const char *env, const char *name, size_t n)
{
	for (const char *s = env; s && *s; s += strcspn(s, "\n"), s += *s == '\n') {
		if (strncmp(s, name, n) != 0 || s[n] != '=')
			continue;
		for (s += n + 1; *s && *s != '\n'; s++) {
			if (*s == '\\' && s[1])
				s++;
			(void)strbuf_addc(out, *s);
		}
		return;
	}
}

/* $name or ${name} at s, on the '$'. Returns what follows it. */
static const char *expand(const char *s, const char *env, struct strbuf *out)
{
	bool braces = s[1] == '{';
	const char *name = s + 1 + braces;
	size_t n = 0;

	while (is_name(name[n]))
		n++;
	if (n == 0 || (braces && name[n] != '}')) {
		(void)strbuf_addc(out, '$');
		return s + 1;
	}
	add_variable(out, env, name, n);
	return name + n + braces;
}

/* One word. quoted: some of it was, so that it counts even when it is empty. Returns what follows.
 */
static const char *next_word(const char *s, const char *env, struct strbuf *word, bool *ret_quoted)
{
	char quote = '\0';

	*ret_quoted = false;
	for (; *s && (quote || !strchr(" \t;", *s)); s++) {
		if (quote != '\'' && *s == '\\' && s[1]) {
			/* In double quotes it counts only before $, ", \ and a newline. */
			if (quote && !strchr("$\"\\", s[1]))
				(void)strbuf_addc(word, '\\');
			(void)strbuf_addc(word, *++s);
		} else if (quote != '\'' && *s == '$') {
			s = expand(s, env, word) - 1;
		} else if (*s == quote || (!quote && (*s == '\'' || *s == '"'))) {
			quote = quote ? '\0' : *s;
			*ret_quoted = true;
		} else {
			(void)strbuf_addc(word, *s);
		}
	}
	return s;
}

/* A word as the kernel gets it. */
static void add_word(struct strbuf *out, const struct strbuf *word)
{
	bool blank = word->len && memchr(word->bytes, ' ', word->len);

	if (out->len)
		(void)strbuf_addc(out, ' ');
	if (blank)
		(void)strbuf_addc(out, '"');
	for (size_t i = 0; i < word->len; i++) {
		if (strchr("\\'\"", word->bytes[i]) && word->bytes[i])
			(void)strbuf_addc(out, '\\');
		(void)strbuf_addc(out, word->bytes[i]);
	}
	if (blank)
		(void)strbuf_addc(out, '"');
}

/* A variable outside of quotes is several words. */
static void add_words_of(struct strbuf *out, const char *text)
{
	while (*(text += strspn(text, " \t"))) {
		size_t n = strcspn(text, " \t");

		if (out->len)
			(void)strbuf_addc(out, ' ');
		(void)strbuf_add(out, text, n);
		text += n;
	}
}

int boot_grub_words(const char *args, const char *grubenv, struct strbuf *out)
{
	while (*(args += strspn(args, " \t")) && *args != ';' && *args != '#') {
		_cleanup_strbuf_ struct strbuf word = {0};
		bool quoted = false, variable = *args == '$';

		args = next_word(args, grubenv, &word, &quoted);
		if (word.failed)
			out->failed = true;
		else if (variable && !quoted)
			add_words_of(out, word.bytes ? word.bytes : "");
		else if (word.len || quoted)
			add_word(out, &word);
	}
	return out->failed ? -ENOMEM : 0;
}
