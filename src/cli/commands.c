/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of commands. */
#include "cli.h"

#include <assert.h>

const struct command *const commands[] = {
	&cmd_audit, &cmd_resolve, &cmd_about, &cmd_help, NULL,
};

const char *invocation_value(const struct invocation *in, const char *name)
{
	const struct option_spec *o = in->command->options;

	for (size_t i = 0; o && o[i].name; i++)
		if (streq(o[i].name, name))
			return in->values[i];
	assert(!"an option that the command does not have");
	return NULL;
}
