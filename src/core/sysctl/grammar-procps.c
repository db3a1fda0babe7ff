/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How procps reads a line: two programs under one name. Up to 3.3.17 the line is cut with strtok(3)
 * and trimmed of four blanks only; 4.0 was written anew, knows patterns and exclusions, and keeps
 * the path that it made of each key, since it later compares these paths byte by byte.
 */
#include "grammar.h"

static bool is_comment(struct piece line)
{
	return line.s[0] == '#' || line.s[0] == ';';
}

static void skip(struct piece *p, size_t n)
{
	p->s += n;
	p->n -= n;
}

/* What strtok(NULL, "\n\r") gives: carriage returns before it are passed over, the next one ends
 * it. */
static struct piece value_to_carriage_return(struct piece value)
{
	const char *end;

	while (value.n > 0 && value.s[0] == '\r')
		skip(&value, 1);
	end = value.n ? memchr(value.s, '\r', value.n) : NULL;
	if (end)
		value.n = (size_t)(end - value.s);
	return value;
}

/* 3.x never sets these two, whatever they are below. */
static bool is_deprecated(const char *key)
{
	const char *last = strrchr(key, '/');

	last = last ? last + 1 : key;
	return streq(last, "base_reachable_time") || streq(last, "retrans_time");
}

int grammar_procps3(quirks_t q, const char *line, size_t n, struct parsed *ret)
{
	struct piece all = {line, n}, name, value;
	bool dash;
	int r;

	all = piece_trim_right(all, " \t\n\r");
	all = piece_trim_left(all, " \t");
	if (all.n < 2 || is_comment(all))
		return 0;

	while ((q & Q(TOKENS)) && all.n > 0 && all.s[0] == '=')
		skip(&all, 1);
	if (!piece_split(all, '=', &name, &value)) {
		/* The '=' that it appends to the name, in the line's own buffer, ends up as the
		 * value, unless the name was moved to the front from further on. */
		if (!(q & Q(STALE_VALUE)) || all.s != line)
			return parsed_bad(ret, REASON_NO_EQUALS);
		name = all;
		value = (struct piece){"=", 1};
	}
	name = piece_trim_right(name, " \t\n\r");

	dash = name.n > 0 && name.s[0] == '-';
	if (dash && !(q & Q(DASH)))
		return parsed_bad(ret, REASON_NOT_SUPPORTED);
	if (dash)
		skip(&name, 1);
	ret->ignore_failure = dash;
	r = parsed_set_key(ret, q, key_spell(q, name.s, name.n));
	if (r != 0)
		return r;
	if (is_deprecated(ret->key))
		return parsed_bad(ret, REASON_NOT_SUPPORTED);

	if (q & Q(CR_ENDS_VALUE))
		value = value_to_carriage_return(value);
	if (value.n == 0)
		return parsed_bad(ret, REASON_NO_VALUE);
	value = piece_trim_left(value, " \t");
	if (value.n == 0 && !(q & Q(EMPTY_WRITES)))
		return parsed_bad(ret, REASON_NO_VALUE);
	ret->kind = ENTRY_ASSIGN;
	r = parsed_set_value(ret, value);
	return r < 0 ? r : 1;
}

/* The key of 4.x: the program takes off one '-' as the mark, and one more when it makes the path.
 */
static int set_key4(quirks_t q, struct piece name, struct parsed *ret)
{
	if (name.n > 0 && name.s[0] == '-')
		skip(&name, 1);
	return parsed_set_key(ret, q, key_spell(q, name.s, name.n));
}

int grammar_procps4(quirks_t q, const char *line, size_t n, struct parsed *ret)
{
	const char *blanks = (q & Q(TRIMS_ALL)) ? NULL : " \t\n\r";
	struct piece name = piece_trim_left((struct piece){line, n}, blanks), value;
	bool assigns, dash;
	int r;

	if (name.n == 0 || is_comment(name))
		return 0;

	assigns = piece_split(name, '=', &name, &value);
	dash = name.n > 0 && name.s[0] == '-';
	if (!assigns && !(dash && (q & Q(EXCLUDES))))
		return parsed_bad(ret, REASON_NO_EQUALS);
	if (assigns && dash && !(q & Q(DASH)))
		return parsed_bad(ret, REASON_NOT_SUPPORTED);
	if (dash)
		skip(&name, 1);
	ret->kind = assigns ? ENTRY_ASSIGN : ENTRY_EXCLUDE;
	ret->ignore_failure = assigns && dash;
	r = set_key4(q, piece_trim_right(name, blanks), ret);
	if (r != 0 || !assigns)
		return r < 0 ? r : 1;

	value = piece_trim_right(piece_trim_left(value, blanks), blanks);
	if (value.n == 0 && !(q & Q(EMPTY_WRITES)))
		return parsed_bad(ret, REASON_NO_VALUE);
	r = parsed_set_value(ret, value);
	return r < 0 ? r : 1;
}
