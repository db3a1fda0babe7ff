/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one parser of numbers and small words. */
#pragma once

#include "macro.h"

/*
 * Reads a whole string as an unsigned decimal number: digits only, no sign, no blanks.
 *
 * Returns 0; -EINVAL when it is anything else; -ERANGE when it is above max.
 */
int parse_uint(const char *s, uint64_t max, uint64_t *ret);
