/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fix as the remedy of an audit, in the words of a command line. */
#pragma once

#include "gather.h"

/*
 * Adds to each finding that a fix would remove the command for it, proved by its plan. It is made
 * from the evidence and the policy alone, so that a record comes to the same.
 *
 * Returns 0 or -ENOMEM.
 */
int audit_add_remedies(const struct gather *g, const struct evidence *ev,
		       const struct policy *policy, struct audit *a);
