/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of commands. */
#include "cli.h"

const struct command *const commands[] = {
	&cmd_audit,    &cmd_resolve, &cmd_probe, &cmd_explain, &cmd_fix,  &cmd_rollback,
	&cmd_exposure, &cmd_impact,  &cmd_guard, &cmd_about,   &cmd_help, NULL,
};
