/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line of what the program ptscope-guard runs. It stands here since two programs know
 * it: ptscope checks it, offers help and hands it on; ptscope-guard does it.
 */
#pragma once

#include "cli.h"

#define GUARD_PROGRAM "ptscope-guard"

static const struct option_spec guard_options[] = {
	{"level", 0, "N", "start, set: the level to enforce, 0 to 3"},
	{"cgroup", 0, "PATH", "set: the level of this cgroup and what is below it"},
	{"clear", 0, NULL, "set: take the cgroup's own level back"},
	{"restrict-read", 0, "yes|no", "start, set: hold reading (environ, maps) to the level too"},
	{"tell-allowed", 0, "yes|no", "start, set: events for allowed attaches as well"},
	{"follow", 0, NULL, "events: wait for more"},
	{NULL},
};

/* The members of struct command but for who runs it. */
#define GUARD_COMMAND                                                                            \
	.name = "guard", .args = "check|start|stop|status|set|events",                           \
	.summary = "enforce the levels by BPF where Yama is missing",                            \
	.help = "Denies what Yama would deny, by BPF programs on the kernel's own hooks. check " \
		"tries whether this kernel can and names what is in the way; start, stop and "   \
		"set change what is enforced, and keep it in /etc/ptscope/guard.conf; status "   \
		"proves by trying that it is; events prints what was denied.",                   \
	.options = guard_options, .globals = GLOBAL_JSON,                                        \
	.exits = {                                                                               \
		[EXIT_PASS] = "done; status: enforcing, and proved by trying",                   \
		[EXIT_FAIL] = "check: this kernel cannot; status: not running, or only in part", \
		[EXIT_ERROR] = "error",                                                          \
		[EXIT_UNKNOWN] = "status: cannot be told (not root)",                            \
	}
