/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line of systemd-sysctl. */
#include "oracle.h"

struct said oracle_systemd(unsigned version, struct text line)
{
	static const char blanks[] = " \t\n\r";
	struct said said = {0};
	struct text name, value = {0}, key;
	bool dash, assigns;

	line = text_strip(line, blanks);
	if (line.n == 0 || line.s[0] == '#' || line.s[0] == ';')
		return said_nothing();
	assigns = text_cut(&line, '=', &name, &value);
	if (!assigns)
		name = line;
	dash = name.n > 0 && name.s[0] == '-';
	if (dash)
		name = text_from(&name, 1);
	key = oracle_first_separator(text_strip(name, blanks));
	key = oracle_simplify(&key);
	if (oracle_has_dotdot(&key) && (version >= 252 || !oracle_walk(&key, &key)))
		return said_wrong(assigns || dash ? REASON_BAD_KEY : REASON_NONE);
	if (!assigns && !dash)
		return said_wrong(REASON_NO_EQUALS);
	said.kind = assigns ? ENTRY_ASSIGN : ENTRY_EXCLUDE;
	said.key = key;
	said.pattern = oracle_is_pattern(&key);
	said.value = text_strip(value, blanks);
	said.forgiving = dash;
	return said;
}
