/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The remedy of an audit that fails: the fix, where a plan for it passes. */
#pragma once

#include "plan.h"

struct remedy_request {
	struct plan_request plan; /* id may be NULL */
	const char *arguments;	  /* for ptscope fix, as a shell takes them, each after a blank */
};

/*
 * Adds to each finding that a fix would remove the commands for it, or why there is none.
 *
 * Returns 0 or -ENOMEM.
 */
int remedy_add(const struct remedy_request *req, struct audit *a);
