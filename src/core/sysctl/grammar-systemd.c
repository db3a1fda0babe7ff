/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line as systemd-sysctl reads it: parse_line() of src/sysctl/sysctl.c, sysctl_normalize() of
 * src/shared/sysctl-util.c, seen in 247 to 262.
 */
#include "grammar.h"

static bool blank(quirks_t q, char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' ||
	       ((q & Q(TRIMS_ALL)) && (c == '\f' || c == '\v'));
}

static void trim(quirks_t q, const char **s, size_t *n)
{
	while (*n > 0 && blank(q, **s))
		(*s)++, (*n)--;
	while (*n > 0 && blank(q, (*s)[*n - 1]))
		(*n)--;
}

/* Strips the dash, and blanks after it where allowed. True when there was one. */
static bool take_dash(quirks_t q, const char **s, size_t *n)
{
	if (*n == 0 || **s != '-' || !(q & Q(DASH)))
		return false;
	(*s)++, (*n)--;
	if (q & Q(DASH_BLANK)) {
		while (*n > 0 && blank(q, **s))
			(*s)++, (*n)--;
	}
	return true;
}

static int set_key(quirks_t q, const char *s, size_t n, struct parsed *p)
{
	p->key = (q & Q(FIRST_SEPARATOR)) ? key_slashdot(s, n) : strndup(s, n);
	if (!p->key)
		return -ENOMEM;
	if (q & Q(SIMPLIFIES))
		key_simplify(p->key);
	/* What the map compares: without it, a key with ".." is another key for the same file. */
	p->spelled = strdup(p->key);
	if (!p->spelled)
		return -ENOMEM;
	p->is_glob = (q & Q(GLOBS)) && key_is_glob(p->key);
	if (key_has_dotdot(p->key)) {
		char *walked = NULL;
		int r = (q & Q(REJECTS_DOTDOT)) ? 0 : key_from_path(p->key, &walked);

		if (r < 0)
			return r;
		free(p->key);
		p->key = walked;
	}
	if (!p->key) {
		p->kind = ENTRY_MALFORMED;
		p->reason = REASON_BAD_KEY;
	}
	return 0;
}

int grammar_systemd(quirks_t q, const char *line, size_t n, struct parsed *ret)
{
	_cleanup_(parsed_done) struct parsed p = {0};
	const char *eq, *key, *value;
	size_t key_len, value_len;
	int r;

	trim(q, &line, &n);
	if (n == 0 || *line == '#' || *line == ';')
		return 0;
	eq = memchr(line, '=', n);
	key = line;
	key_len = eq ? (size_t)(eq - line) : n;
	p.ignore_failure = take_dash(q, &key, &key_len);
	while (key_len > 0 && blank(q, key[key_len - 1]))
		key_len--;
	if (!eq) {
		p.kind = p.ignore_failure && (q & Q(EXCLUDES)) ? ENTRY_EXCLUDE : ENTRY_MALFORMED;
		if (p.kind == ENTRY_MALFORMED)
			p.reason = REASON_NO_EQUALS;
	} else {
		value = eq + 1;
		value_len = n - (size_t)(value - line);
		trim(q, &value, &value_len);
		if (value_len == 0 && !(q & Q(EMPTY_WRITES))) {
			p.kind = ENTRY_MALFORMED;
			p.reason = REASON_NO_VALUE;
		}
		p.value = strndup(value, value_len);
		p.value_len = value_len;
		if (!p.value)
			return -ENOMEM;
	}
	r = set_key(q, key, key_len, &p);
	if (r < 0)
		return r;
	*ret = p;
	p = (struct parsed){0};
	return 1;
}
