/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How tuned reads a line of sysctl configuration when it sets again what the system's files say:
 * Python's idea of blanks, the first '=', no prefix, no patterns.
 */
#include "grammar.h"
#include "ini.h"

/* tuned never writes these two, whatever they are below. */
static bool is_deprecated(const char *key)
{
	const char *last = strrchr(key, '/');

	last = last ? last + 1 : key;
	return streq(last, "base_reachable_time") || streq(last, "retrans_time");
}

int grammar_tuned(quirks_t q, const char *line, size_t n, struct parsed *ret)
{
	struct piece all = {line, n}, name, value;
	int r;

	python_strip(&all.s, &all.n);
	if (all.n == 0 || all.s[0] == '#' || all.s[0] == ';')
		return 0;
	if (!piece_split(all, '=', &name, &value))
		return parsed_bad(ret, REASON_NO_EQUALS);
	python_strip(&name.s, &name.n);
	python_strip(&value.s, &value.n);
	if (name.n == 0 || memchr(name.s, '\0', name.n))
		return parsed_bad(ret, REASON_BAD_KEY);
	ret->kind = ENTRY_ASSIGN;
	r = parsed_set_key(ret, q, key_spell(q, name.s, name.n));
	if (r != 0)
		return r;
	if (is_deprecated(ret->key))
		return parsed_bad(ret, REASON_NOT_SUPPORTED);
	/* A write of no bytes is none. */
	if (value.n == 0)
		return parsed_bad(ret, REASON_NO_VALUE);
	r = parsed_set_value(ret, value);
	return r < 0 ? r : 1;
}
