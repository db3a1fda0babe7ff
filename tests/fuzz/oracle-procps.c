/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A line of procps: the program of 3.x around strtok(3), and that of 4.x. */
#include "oracle.h"

struct said oracle_procps3(unsigned version, struct text line)
{
	struct said said = {.kind = ENTRY_ASSIGN};
	struct text name, value, spelled;
	bool moved;

	line = text_strip_right(line, " \t\n\r");
	moved = line.n > 0 && strchr(" \t=", line.s[0]);
	line = text_strip_left(line, " \t");
	if (line.n < 2 || line.s[0] == '#' || line.s[0] == ';')
		return said_nothing();

	/* strtok(line, "=") */
	line = text_strip_left(line, "=");
	if (!text_cut(&line, '=', &name, &value)) {
		if (version < 30313 || moved)
			return said_wrong(REASON_NO_EQUALS);
		name = line;
		value = text_of_string("="); /* what it put into the buffer itself */
	}
	name = text_strip_right(name, " \t\n\r");

	said.forgiving = name.n > 0 && name.s[0] == '-';
	if (said.forgiving && version < 30316)
		return said_wrong(REASON_NOT_SUPPORTED);
	if (said.forgiving)
		name = text_from(&name, 1);
	spelled = oracle_first_separator(name);
	if (oracle_is_pattern(&spelled))
		return said_wrong(REASON_NOT_SUPPORTED);
	if (!oracle_walk_appended(&spelled, &said.key))
		return said_wrong(REASON_BAD_KEY);
	if (oracle_is_deprecated(&said.key))
		return said_wrong(REASON_NOT_SUPPORTED);

	/* strtok(NULL, "\n\r") */
	value = text_strip_left(value, "\n\r");
	if (value.n == 0)
		return said_wrong(REASON_NO_VALUE);
	(void)text_cut(&value, '\r', &value, &name);
	said.value = text_strip_left(value, " \t");
	if (said.value.n == 0 && version < 30313)
		return said_wrong(REASON_NO_VALUE);
	return said;
}

struct said oracle_procps4(unsigned version, struct text line)
{
	struct said said = {0};
	struct text name, value = {0}, spelled;
	bool assigns, dash;

	line = text_strip_left(line, C_BLANKS);
	if (line.n == 0 || line.s[0] == '#' || line.s[0] == ';')
		return said_nothing();
	assigns = text_cut(&line, '=', &name, &value);
	if (!assigns)
		name = line;
	dash = name.n > 0 && name.s[0] == '-';
	if (!assigns && !dash)
		return said_wrong(REASON_NO_EQUALS);
	if (dash)
		name = text_from(&name, 1);
	name = text_strip_right(name, C_BLANKS);
	/* A second one goes when the path is made. */
	if (name.n > 0 && name.s[0] == '-')
		name = text_from(&name, 1);
	spelled = oracle_first_separator(name);
	if (!oracle_walk_appended(&spelled, &said.key))
		return said_wrong(REASON_BAD_KEY);
	said.kind = assigns ? ENTRY_ASSIGN : ENTRY_EXCLUDE;
	said.pattern = oracle_is_pattern(&spelled);
	said.forgiving = assigns && dash;
	said.value = text_strip(value, C_BLANKS);
	return said;
}
