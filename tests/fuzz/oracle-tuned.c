/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line of tuned, where it sets again what the system's files say: Python code. */
#include "oracle.h"

struct said oracle_tuned(unsigned version, struct text line)
{
	struct said said = {.kind = ENTRY_ASSIGN};
	struct text name, value;

	line = text_strip_python(line);
	if (line.n == 0 || line.s[0] == '#' || line.s[0] == ';')
		return said_nothing();
	if (!text_cut(&line, '=', &name, &value))
		return said_wrong(REASON_NO_EQUALS);
	name = text_strip_python(name);
	said.value = text_strip_python(value);
	if (name.n == 0 || memchr(name.s, '\0', name.n))
		return said_wrong(REASON_BAD_KEY);
	for (size_t i = 0; i < name.n; i++) {
		if (name.s[i] == '.')
			name.s[i] = '/';
		else if (name.s[i] == '/' && version >= 222)
			name.s[i] = '.';
	}
	if (oracle_is_pattern(&name))
		return said_wrong(REASON_NOT_SUPPORTED);
	if (!oracle_walk_appended(&name, &said.key))
		return said_wrong(REASON_BAD_KEY);
	if (oracle_is_deprecated(&said.key))
		return said_wrong(REASON_NOT_SUPPORTED);
	return said.value.n ? said : said_wrong(REASON_NO_VALUE);
}
