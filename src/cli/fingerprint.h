/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hashes in reports: of the files that a verdict rests on, and of findings, so that the same
 * finding on the same host is known again in the next report. */
#pragma once

#include "audit.h"

#define FINGERPRINT_HEX 32
#define FILE_HASH_HEX	64

/* Hash of a finding's id, the paths of its evidence and the host's id (NULL: none). Stable from one
 * report to the next, whatever the words are. */
void finding_fingerprint(const struct finding *f, const char *host_id,
			 char ret[FINGERPRINT_HEX + 1]);

/* SHA-256 of a file's bytes. Returns 0, -EFBIG above LIMIT_CONF_FILE, or the errno of
 * tree_open_file() or read(2). */
int file_sha256(struct tree *tree, const char *path, char ret[FILE_HASH_HEX + 1]);

/* Paths, sorted, each once. Borrowed strings; the array is owned. */
struct path_set {
	const char **paths;
	size_t n, cap;
};

void path_set_done(struct path_set *s);

/* The files that say the key, or that stand in a finding, /proc and /sys left out. res may be NULL.
 * Returns 0 or -ENOMEM. */
int path_set_of_report(struct path_set *s, const struct resolve *res, const struct audit *a);
