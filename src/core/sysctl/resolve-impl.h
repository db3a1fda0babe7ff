/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What resolve.c and uncertain.c share. Not for use outside this folder. */
#pragma once

#include "loader-impl.h"
#include "resolve.h"

struct resolve_view_request {
	const struct boot_plan *plan;
	struct tree *tree;
	const struct key_filter *filter;
	bool boot_only; /* only loaders that run at boot, on what survives a reboot ... */
	bool with_run;	/* ... or, with this, on /run as well */
};

/* Reads the scripts of the plan's loaders. Errnos as loader_read(). */
int resolve_read_loaders(const struct resolve_view_request *req, struct resolve_loader **ret,
			 size_t *ret_n, struct error *e);
void resolve_loaders_done(struct resolve_loader *l, size_t n);

/*
 * Folds loaders over one kernel model.
 *
 * @results: gets each loader's part, or NULL
 *
 * Returns 0 or -ENOMEM.
 */
int resolve_fold(const struct resolve_loader *loaders, size_t n, const char *key,
		 struct key_result *results, struct resolve_boot *ret);

/*
 * Whether what could not be read, or which version it is, could change what one loader does.
 * Returns 1 or 0, -ENOMEM.
 */
int uncertain_view(struct tree *tree, const struct key_filter *filter,
		   const struct resolve_loader *l, const char *key, const struct key_result *base);

/*
 * Fills k->variants and k->unreadable and, when an outcome differs, sets k->boot.state to unknown.
 * Returns 0 or -ENOMEM, -E2BIG.
 */
int uncertain_boot(const struct resolve_request *req, const struct key_filter *filter,
		   struct resolve *r, struct resolve_key *k, struct error *e);
