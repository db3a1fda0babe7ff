/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The versions of busybox sysctl as quirk bits, for all loaders that run it: busybox, Alpine's and
 * OpenRC's scripts, ufw. Not for use outside this folder. */
#pragma once

#include "grammar.h"

#define BUSYBOX_1_0  (Q(CONTINUES) | Q(WORDS) | Q(GREEDY_DOTS) | Q(DIES))
#define BUSYBOX_1_28 (Q(CONTINUES) | Q(TRIMS_ALL) | Q(GREEDY_DOTS) | Q(DIES))
#define BUSYBOX_1_31 (BUSYBOX_1_28 | Q(SWAPS_MIXED))

/* X(first version, quirks, builds that the suite runs). 1.28 reads lines its own way (9cf89cdf,
 * 50db1f29); 1.31 knows keys with both separators (c89764c0). */
#define BUSYBOX_SPANS(X)                                                          \
	X("1.0", BUSYBOX_1_0, NULL), X("1.28", BUSYBOX_1_28, "1.30 (Debian 11)"), \
		X("1.31", BUSYBOX_1_31, "1.35 (Debian 12), 1.37 (Debian 13)")

#define BUSYBOX_CONSULTS                                                                       \
	(Q(CR_ENDS_LINE) | Q(NUL_ENDS_LINE) | Q(LINE_LIMIT) | Q(SHORT_BUFFER) | Q(CONTINUES) | \
	 Q(NEEDS_NEWLINE) | Q(WORDS) | Q(TRIMS_ALL) | Q(GREEDY_DOTS) | Q(SWAPS_MIXED) |        \
	 Q(ADDS_NEWLINE) | Q(DIES))

/*
 * Finds the key that a name given to busybox means (slash rules as in grammar-busybox.c).
 *
 * Returns 0, 1 when no file can be meant (p is malformed then), -ENOMEM.
 */
int busybox_set_key(struct parsed *p, quirks_t q, struct piece name);
