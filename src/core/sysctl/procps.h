/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The versions of procps as quirk bits, once, for all loaders that run it: procps, procps-p, ufw
 * and Void's script. Not for use outside this folder.
 */
#pragma once

#include "loader-impl.h"

/* The line dialect and how values are written. */
#define PROCPS_3 (Q(TOKENS) | Q(CR_ENDS_VALUE) | Q(FIRST_SEPARATOR) | Q(ADDS_NEWLINE))
#define PROCPS_4                                                                                  \
	(Q(TRIMS_ALL) | Q(DASH) | Q(EXCLUDES) | Q(EMPTY_WRITES) | Q(FIRST_SEPARATOR) | Q(GLOBS) | \
	 Q(LISTS) | Q(ADDS_NEWLINE))

#define PROCPS_3_3_10 (PROCPS_3 | Q(SHORT_BUFFER))
#define PROCPS_3_3_13 (PROCPS_3 | Q(EMPTY_WRITES) | Q(STALE_VALUE))
#define PROCPS_3_3_16 (PROCPS_3_3_13 | Q(DASH))
#define PROCPS_3_3_17 PROCPS_3_3_16
#define PROCPS_4_0_0  PROCPS_4
#define PROCPS_4_0_5  (PROCPS_4 | Q(EXCLUDES_BY_GLOB))

/* Which files --system reads. */
#define PROCPS_FILES                                                                      \
	(Q(READS_LIB) | Q(READS_HIDDEN) | Q(GLOBS_NAMES) | Q(CONF_LAST) | Q(LOOP_MASKS) | \
	 Q(OTHERS_MASK))
#define PROCPS_FILES_3_3_10 (PROCPS_FILES | Q(RUN_BEATS_ETC))
#define PROCPS_FILES_3_3_13 PROCPS_FILES_3_3_10
#define PROCPS_FILES_3_3_16 PROCPS_FILES_3_3_10
#define PROCPS_FILES_3_3_17 PROCPS_FILES
#define PROCPS_FILES_4_0_0  PROCPS_FILES
#define PROCPS_FILES_4_0_5  PROCPS_FILES

/*
 * X(first version, suffix of the masks above, builds that the suite runs). What changed:
 * 3.3.13 reads lines of any length (1ca49b93), into a buffer that it also writes the setting to,
 * and takes an empty value (2e302406); 3.3.16 knows "-key = value" (a6c0795d); 3.3.17 lets /etc win
 * over /run (5da3024e); 4.0.0 was written anew (6389deca); 4.0.5 excludes by pattern (39748b78).
 */
#define PROCPS_SPANS(X)                                                                  \
	X("3.3.10", 3_3_10, NULL), X("3.3.13", 3_3_13, NULL), X("3.3.16", 3_3_16, NULL), \
		X("3.3.17", 3_3_17, "3.3.17 (Debian 11)"),                               \
		X("4.0.0", 4_0_0, "4.0.2 (Debian 12), 4.0.4 (Debian 13)"), X("4.0.5", 4_0_5, NULL)

/* What lines.c looks at, for any loader. */
#define LINES_CONSULTS                                                                         \
	(Q(CR_ENDS_LINE) | Q(NUL_ENDS_LINE) | Q(LINE_LIMIT) | Q(SHORT_BUFFER) | Q(CONTINUES) | \
	 Q(NEEDS_NEWLINE))

#define PROCPS_CONSULTS                                                                           \
	(LINES_CONSULTS | Q(TOKENS) | Q(DASH) | Q(EMPTY_WRITES) | Q(FIRST_SEPARATOR) | Q(GLOBS) | \
	 Q(ADDS_NEWLINE) | Q(DIES))
#define PROCPS_CONSULTS_3 (PROCPS_CONSULTS | Q(CR_ENDS_VALUE) | Q(STALE_VALUE))
#define PROCPS_CONSULTS_4 \
	(PROCPS_CONSULTS | Q(TRIMS_ALL) | Q(EXCLUDES) | Q(EXCLUDES_BY_GLOB) | Q(LISTS))
#define PROCPS_CONSULTS_OF(q) (((q)&Q(TOKENS)) ? PROCPS_CONSULTS_3 : PROCPS_CONSULTS_4)
#define PROCPS_FILES_CONSULTS (PROCPS_FILES | Q(RUN_BEATS_ETC))

/* The grammar of the dialect: that of 3.x with Q(TOKENS), else that of 4.x. */
grammar_fn procps_grammar(quirks_t q);

/* What "sysctl --system" reads. As struct loader's read. */
int procps_read_system(struct read_ctx *c);

/* Reads a file unless nothing stands at its path. Returns 0, -ENOMEM, or -E2BIG with c->e set. */
int ctx_read_optional(struct read_ctx *c, const char *path);
