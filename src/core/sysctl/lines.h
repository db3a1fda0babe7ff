/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cutting a file into lines, as each family of loaders does it. */
#pragma once

#include "loader-impl.h"

/* Bytes that fgets(3) of old procps takes at a time. */
#define SHORT_BUFFER_SIZE 4095

struct line_place {
	size_t file;   /* index into the script's files */
	unsigned line; /* from 1; newlines count, whatever else ends a line for the loader */
	bool cut;      /* the line is longer than LIMIT_LINE, and only its beginning is known */
};

/* Adds one logical line to the script if it concerns a wanted key. Returns 0, -ENOMEM, -E2BIG. */
int lines_add(struct read_ctx *c, const struct line_place *at, const char *line, size_t n);

/*
 * Reads an open file to its end and adds its lines.
 *
 * @file: its index in the script
 *
 * Returns 0; -EFBIG (LIMIT_CONF_FILE); -E2BIG (LIMIT_ENTRIES, detail in c->e); -ENOMEM; or the
 * errno of read(2).
 */
int lines_read(struct read_ctx *c, size_t file, struct tree_file *f);
