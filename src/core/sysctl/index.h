/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers by name, so that a file of a million lines about one key takes no longer for each of
 * them. Not for use outside this folder.
 */
#pragma once

#include "macro.h"

struct name_slot {
	const char *name; /* borrowed; NULL: free */
	size_t number;
};

struct name_index {
	struct name_slot *slots; /* owned */
	size_t n_slots;		 /* a power of two */
};

/* Makes an index that holds up to n names. Returns 0 or -ENOMEM. */
int name_index_init(struct name_index *x, size_t n);
void name_index_done(struct name_index *x);

/* The slot of a name: its own, or a free one that may be filled. The name is borrowed. */
struct name_slot *name_index_find(const struct name_index *x, const char *name);
