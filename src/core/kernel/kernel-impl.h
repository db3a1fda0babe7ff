/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of this folder share. Not for use outside it. */
#pragma once

#include "kernel-facts.h"
#include "str.h"

/*
 * Reads a small file of one or more lines without its final newline.
 *
 * Returns 0 or the errno of tree_read_file(). Caller frees.
 */
int fact_read_text(struct tree *t, const char *path, char **ret);

/* Fills a source with copies; text may be NULL. Returns 0 or -ENOMEM. */
int fact_source_set(struct fact_source *s, const char *path, unsigned line, const char *text,
		    size_t text_len);

/* Calls per line (without its newline) until it returns non-zero, which is then returned; else 0.
 */
int fact_each_line(const char *text,
		   int (*per)(const char *line, size_t n, unsigned number, void *arg), void *arg);

/* Fills container and container_why. Returns 0 or -ENOMEM. (container.c) */
int container_detect(const struct kernel_env *env, bool full, struct kernel_facts *f);

/* Fills what the kernel's configuration says. Returns 0 or -ENOMEM. (kernel-config.c) */
int kernel_config_gather(struct tree *tree, const struct kernel_env *env, struct kernel_facts *f);

/* Fills yama_running, lsm_param and where they come from. Returns 0 or -ENOMEM. (lsm-list.c) */
int lsm_list_gather(struct tree *tree, const struct kernel_env *env, struct kernel_facts *f);

/*
 * Unpacks a gzip file in memory. (gunzip.c, or gunzip-fallback.c where zlib's header was not there
 * to build with)
 *
 * Returns 0 with NUL-terminated bytes that the caller frees; -ENOTSUP without zlib on this machine,
 * -EBADMSG (no gzip, or damaged), -EFBIG above max bytes, -ENOMEM.
 */
int gunzip(const char *bytes, size_t n, size_t max, char **ret, size_t *ret_len);
