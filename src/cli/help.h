/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Help texts, made from the tables of commands and options. */
#pragma once

#include "cli.h"

/* The few lines for somebody who typed only "ptscope". As strbuf_add(). */
int help_first(struct strbuf *out);

/* All commands and global options. As strbuf_add(). */
int help_overview(struct strbuf *out, unsigned width);

/* One command: synopsis, what it does, its options, the global ones it honours, exit status. As
 * strbuf_add(). */
int help_command(struct strbuf *out, const struct command *c, unsigned width);
