/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random process trees: what the table of relations does not have. */
#pragma once

#include "kernel.h"

/*
 * Makes n trees and asks in each. A tree depends on the seed and its number only; one that differs
 * is made small and printed as a script. Prints one line of TAP.
 *
 * @last: at level 3, which cannot be left, so that it must be the last: the trees are made before
 * it is set
 *
 * Returns 0, or 1 when an answer differs.
 */
int random_trees(const struct kernel *k, unsigned n, uint64_t seed, bool last);
