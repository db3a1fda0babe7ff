/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of this folder share about policies. Not for use outside it. */
#pragma once

#include "policy.h"

/* True when the policy allows the level; false for LEVEL_NONE and anything else outside 0..3. */
bool policy_allows(const struct policy *p, int level);
