/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The policy reader, against a second reader that keeps each setting as text and judges at the end;
 * and what it reads is written out, and must read the same again.
 */
#include "fuzz.h"
#include "policy.h"
#include "str.h"

#include <stdio.h>

/* Settings in the order of the enum. */
static const char *const names[] = {"Name",	   "Base",	  "Allow",   "StrictFiles",
				    "AcceptGuard", "VendorFiles", "FixLevel"};
enum { NAME, BASE, ALLOW, STRICT, GUARD, VENDOR, FIX, SETTINGS };

struct wanted {
	char *text[SETTINGS];
	bool section;
};

static char *stripped(const char *s, size_t n)
{
	while (n > 0 && strchr(" \t\r", s[0])) {
		s++;
		n--;
	}
	while (n > 0 && strchr(" \t\r", s[n - 1]))
		n--;
	return fuzz_string(s, n);
}

/* False when the line makes the file useless. */
static bool take_line(struct wanted *w, const char *s, size_t n)
{
	_cleanup_free_ char *line = stripped(s, n), *name = NULL;
	const char *equals = strchr(line, '=');

	if (!*line || *line == '#' || *line == ';')
		return true;
	if (*line == '[') {
		w->section = true;
		return streq(line, "[Policy]");
	}
	if (!equals || !w->section)
		return false;
	name = stripped(line, (size_t)(equals - line));
	for (unsigned i = 0; i < SETTINGS; i++) {
		if (!streq(names[i], name))
			continue;
		if (w->text[i])
			return false;
		w->text[i] = stripped(equals + 1, strlen(equals + 1));
		return true;
	}
	return false;
}

/* A bit for each level, or -1. */
static int levels_of(const char *list)
{
	int bits = 0;
	bool wants_level = true;

	for (; *list; list++) {
		if (*list == ' ' || *list == '\t')
			continue;
		if (wants_level && *list >= '0' && *list <= '3') {
			bits |= 1 << (*list - '0');
			wants_level = false;
		} else if (!wants_level && *list == ',') {
			wants_level = true;
		} else {
			return -1;
		}
	}
	return wants_level ? -1 : bits;
}

/* 1, 0, or -1 for neither. */
static int truth_of(const char *word)
{
	if (streq(word, "yes") || streq(word, "true") || streq(word, "on") || streq(word, "1"))
		return 1;
	if (streq(word, "no") || streq(word, "false") || streq(word, "off") || streq(word, "0"))
		return 0;
	return -1;
}

/* Whether the settings make a policy, and which. */
static bool judge(const struct wanted *w, struct policy *ret)
{
	const char *base = w->text[BASE] ? w->text[BASE] : "cis";
	int bits = w->text[ALLOW] ? levels_of(w->text[ALLOW]) : 0;
	bool *flags[] = {&ret->strict_files, &ret->accept_guard, &ret->vendor_files};

	if (!w->section || policy_builtin(base, ret) < 0)
		return false;
	if (bits < 0 || (w->text[NAME] && (!*w->text[NAME] || strchr(w->text[NAME], '/'))))
		return false;
	if (bits > 0)
		ret->allow = (uint8_t)bits;
	for (int i = STRICT; i <= VENDOR; i++) {
		int truth = w->text[i] ? truth_of(w->text[i]) : *flags[i - STRICT];

		if (truth < 0)
			return false;
		*flags[i - STRICT] = truth;
	}
	if (w->text[FIX]) {
		const char *digits = w->text[FIX];

		/* Zeros before it are no other number. */
		while (*digits == '0' && digits[1])
			digits++;
		if (strlen(digits) != 1 || *digits < '0' || *digits > '3')
			return false;
		ret->fix_level = *digits - '0';
	} else if (!(ret->allow >> ret->fix_level & 1)) {
		ret->fix_level = 0;
		for (int level = 3; level >= 1; level--)
			if (ret->allow >> level & 1)
				ret->fix_level = level;
	}
	return ret->allow >> ret->fix_level & 1;
}

static bool expected(const char *bytes, size_t n, struct wanted *w, struct policy *ret)
{
	if (memchr(bytes, '\0', n))
		return false;
	for (size_t at = 0; at < n;) {
		const char *nl = memchr(bytes + at, '\n', n - at);
		size_t len = (nl ? (size_t)(nl - bytes) : n) - at;

		if (!take_line(w, bytes + at, len))
			return false;
		at += len + 1;
	}
	return judge(w, ret);
}

static void same(const struct policy *a, const struct policy *b)
{
	FUZZ_CHECK(a->allow == b->allow);
	FUZZ_CHECK(a->strict_files == b->strict_files);
	FUZZ_CHECK(a->accept_guard == b->accept_guard);
	FUZZ_CHECK(a->vendor_files == b->vendor_files);
	FUZZ_CHECK(a->fix_level == b->fix_level);
}

/* Writes the policy as a file and reads that. */
static void round_trip(const struct policy *p)
{
	struct policy again = {0};
	_cleanup_strbuf_ struct strbuf b = {0};

	(void)strbuf_addf(&b, "[Policy]\nName=%s\nAllow=", p->name);
	for (int level = 0, any = 0; level <= 3; level++)
		if (p->allow >> level & 1)
			(void)strbuf_addf(&b, "%s%d", any++ ? " , " : "", level);
	(void)strbuf_addf(&b, "\nStrictFiles=%d\nAcceptGuard=%d\nVendorFiles=%d\nFixLevel=%d",
			  p->strict_files, p->accept_guard, p->vendor_files, p->fix_level);
	FUZZ_CHECK(policy_parse("/etc/ptscope/again.conf", b.bytes, b.len, &again, NULL) == 0);
	same(p, &again);
	fuzz_same("name", again.name, p->name);
	policy_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *bytes = fuzz_copy(data, size);
	struct policy p = {0}, want = {0};
	struct wanted w = {0};
	struct error e = {0};
	bool good = expected(bytes, size, &w, &want);
	int r = policy_parse("/etc/ptscope/site.conf", bytes, size, &p, &e);

	FUZZ_CHECK(r == (good ? 0 : -EINVAL));
	if (good) {
		same(&p, &want);
		fuzz_same("name", p.name, w.text[NAME] ? w.text[NAME] : "site");
		FUZZ_CHECK(strlen(p.sha256) == 64);
		round_trip(&p);
	} else {
		/* The error names the file and says something. */
		fuzz_same("path", e.path, "/etc/ptscope/site.conf");
		FUZZ_CHECK(e.what && *e.what);
	}
	for (unsigned i = 0; i < SETTINGS; i++)
		free(w.text[i]);
	policy_done(&p);
	policy_done(&want);
	error_done(&e);
	return 0;
}
