/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a line fares where a shell script hands it to "sysctl -w": sed joins the first " = ", then
 * "read" without -r takes the first word, eating backslashes.
 */
#include "busybox.h"

/* The line with its first " = " as "=". */
static int join_equals(quirks_t q, const char *line, size_t n, struct strbuf *out)
{
	const char *at = (q & Q(SPACES_ONLY)) ? memmem(line, n, " = ", 3) : NULL;
	size_t before = at ? (size_t)(at - line) : n;

	(void)strbuf_add(out, line, before);
	if (at) {
		(void)strbuf_addc(out, '=');
		(void)strbuf_add(out, at + 3, n - before - 3);
	}
	return out->failed ? -ENOMEM : 0;
}

static int first_word(quirks_t q, const struct strbuf *line, struct strbuf *out)
{
	struct piece left = piece_trim_left((struct piece){line->bytes, line->len}, " \t");

	for (size_t i = 0; i < left.n && left.s[i] != ' ' && left.s[i] != '\t'; i++) {
		if (left.s[i] == '\\' && (q & Q(BACKSLASH_EATEN)) && ++i == left.n)
			break;
		(void)strbuf_addc(out, left.s[i]);
	}
	return out->failed ? -ENOMEM : 0;
}

int grammar_openrc(quirks_t q, const char *line, size_t n, struct parsed *ret)
{
	_cleanup_strbuf_ struct strbuf joined = {0}, word = {0};
	struct piece name, value;
	int r;

	r = join_equals(q, line, n, &joined);
	if (r == 0)
		r = first_word(q, &joined, &word);
	if (r < 0)
		return r;
	if (word.len == 0 || word.bytes[0] == '#')
		return 0;

	ret->kind = ENTRY_ASSIGN;
	if (word.bytes[0] == '-')
		return parsed_bad(ret, REASON_NOT_SUPPORTED);
	if (!piece_split((struct piece){word.bytes, word.len}, '=', &name, &value))
		return parsed_bad(ret, REASON_NO_EQUALS);
	r = busybox_set_key(ret, q, name);
	if (r != 0)
		return r;
	if (value.n == 0)
		return parsed_bad(ret, REASON_NO_VALUE);
	r = parsed_set_value(ret, value);
	return r < 0 ? r : 1;
}
