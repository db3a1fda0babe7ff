/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a line fares where a shell script hands it to "sysctl -w": sed joins the first " = " of each
 * line, then "read" without -r drops NULs, joins continued lines and takes the first word, eating
 * backslashes.
 */
#include "busybox.h"

/* One line with its first " = " as "=". */
static void join_equals(quirks_t q, struct piece line, struct strbuf *out)
{
	const char *at = (q & Q(SPACES_ONLY)) ? memmem(line.s, line.n, " = ", 3) : NULL;
	size_t before = at ? (size_t)(at - line.s) : line.n;

	(void)strbuf_add(out, line.s, before);
	if (at) {
		(void)strbuf_addc(out, '=');
		(void)strbuf_add(out, at + 3, line.n - before - 3);
	}
}

/* What "read" gets of a continued line. To busybox sed a NUL ends a line as well; read drops it. */
static int join_lines(quirks_t q, const char *line, size_t n, struct strbuf *out)
{
	const char *end = line + n;

	while (line <= end) {
		const char *stop = line;

		while (stop < end && *stop != '\n' && *stop != '\0')
			stop++;
		join_equals(q, (struct piece){line, (size_t)(stop - line)}, out);
		if (stop < end && *stop == '\n')
			(void)strbuf_addc(out, '\n');
		line = stop + 1;
	}
	return out->failed ? -ENOMEM : 0;
}

/* The first of two words that "read" splits. One that takes the whole line loses the blanks at its
 * end, also those behind a backslash. */
static int first_word(quirks_t q, const struct strbuf *line, struct strbuf *out)
{
	struct piece left = {line->bytes, line->len};
	bool any = false, whole = true;

	for (size_t i = 0; i < left.n; i++) {
		bool escaped = left.s[i] == '\\' && (q & Q(BACKSLASH_EATEN));

		if (escaped && ++i == left.n)
			break;
		if (escaped && left.s[i] == '\n')
			continue;
		if (!escaped && strchr(" \t\n", left.s[i])) {
			whole = !any;
			if (any)
				break;
			continue;
		}
		any = true;
		(void)strbuf_addc(out, left.s[i]);
	}
	if (whole && out->len > 0)
		out->len = piece_trim_right((struct piece){out->bytes, out->len}, " \t\n").n;
	return out->failed ? -ENOMEM : 0;
}

int grammar_openrc(quirks_t q, const char *line, size_t n, struct parsed *ret)
{
	_cleanup_strbuf_ struct strbuf joined = {0}, word = {0};
	struct piece name, value;
	int r;

	r = join_lines(q, line, n, &joined);
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
