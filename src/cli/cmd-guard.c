/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ptscope guard: run by a program of its own, which links libbpf. */
#include "external.h"
#include "guard-command.h"

static int run(const struct invocation *in, struct error *e)
{
	return external_run(in, GUARD_PROGRAM, e);
}

const struct command cmd_guard = {GUARD_COMMAND, .run = run};
