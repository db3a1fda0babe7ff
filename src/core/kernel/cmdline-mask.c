/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What may be shown and kept of a kernel command line. People put passwords and tokens there, for
 * installers, network mounts and clouds, so only words that decide about ptrace are taken over.
 */
#include "kernel-facts.h"

#include "str.h"

/* Length of the word at s; blanks inside quotes belong to it. */
static size_t word_length(const char *s)
{
	char quote = '\0';
	size_t n = 0;

	for (; s[n] && (quote || !strchr(" \t\n", s[n])); n++) {
		if (quote == s[n])
			quote = '\0';
		else if (!quote && (s[n] == '"' || s[n] == '\''))
			quote = s[n];
	}
	return n;
}

static bool starts(const char *s, size_t n, const char *prefix)
{
	size_t k = strlen(prefix);

	return n >= k && memcmp(s, prefix, k) == 0;
}

/* A sysctl parameter for the key: by name, or by a pattern that could mean it. */
static bool names_the_key(const char *s, size_t n)
{
	const char *equals = memchr(s, '=', n);
	size_t len = equals ? (size_t)(equals - s) : n;

	return memmem(s, len, "yama", 4) || memmem(s, len, "ptrace_scope", 12) ||
	       memchr(s, '*', len) || memchr(s, '?', len);
}

static bool is_ours(const char *s, size_t n)
{
	static const char *const prefixes[] = {"lsm=",		"security=", "selinux=",
					       "enforcing=",	"apparmor=", "yama.",
					       "systemd.mask=", "init=",     "rdinit="};

	if (n > 0 && *s == '"') {
		s++;
		n--;
	}
	if (n == 2 && memcmp(s, "--", 2) == 0)
		return true;
	if (starts(s, n, "sysctl.") || starts(s, n, "sysctl/"))
		return names_the_key(s, n);
	for (size_t i = 0; i < ELEMENTSOF(prefixes); i++) {
		if (starts(s, n, prefixes[i]))
			return true;
	}
	return false;
}

/* The name of a credential for systemd-sysctl, without what is in it. Returns its length, or 0. */
static size_t credential_name(const char *s, size_t n)
{
	static const char *const names[] = {"systemd.set_credential=sysctl.extra:",
					    "systemd.set_credential_binary=sysctl.extra:"};

	for (size_t i = 0; i < ELEMENTSOF(names); i++) {
		if (starts(s, n, names[i]))
			return strlen(names[i]);
	}
	return 0;
}

/* VARIABLE="..." of a shell file. Returns the length up to the first byte inside, or 0. */
static size_t assignment(const char *s, size_t n)
{
	const char *equals = memchr(s, '=', n);
	size_t k = equals ? (size_t)(equals - s) + 2 : 0;

	if (k < 3 || n < k + 1 || (s[k - 1] != '"' && s[k - 1] != '\'') || s[n - 1] != s[k - 1])
		return 0;
	for (const char *c = s; c < equals; c++) {
		if ((*c < 'A' || *c > 'Z') && *c != '_' && *c != '+')
			return 0;
	}
	return k;
}

/* Adds a word, or "..." for a run of those that are left out. */
static void add_word(struct strbuf *out, const char *s, size_t n, bool first, bool *left_out)
{
	const size_t credential = credential_name(s, n);
	const bool ours = is_ours(s, n), again = *left_out;

	*left_out = !ours && credential == 0;
	if (*left_out && again)
		return;
	if (!first)
		(void)strbuf_addc(out, ' ');
	if (ours)
		(void)strbuf_add(out, s, n);
	else
		(void)strbuf_addf(out, "%.*s...", (int)credential, s);
}

/* The words of one line, or those inside the quotes of an assignment. */
static void mask_words(struct strbuf *out, const char *s, const char *end)
{
	bool left_out = false, first = true;

	for (s += strspn(s, " \t\n"); s < end; s += strspn(s, " \t\n")) {
		size_t n = word_length(s);

		if (n > (size_t)(end - s))
			n = (size_t)(end - s);
		add_word(out, s, n, first, &left_out);
		first = false;
		s += n;
	}
}

int cmdline_mask(const char *text, char **ret)
{
	const char *start = text + strspn(text, " \t");
	const size_t n = word_length(start), k = assignment(start, n);
	struct strbuf b = {0};

	if (k > 0) {
		(void)strbuf_add(&b, start, k);
		mask_words(&b, start + k, start + n - 1);
		(void)strbuf_addc(&b, start[n - 1]);
	} else {
		mask_words(&b, text, text + strlen(text));
	}
	*ret = strbuf_take(&b);
	return *ret ? 0 : -ENOMEM;
}
