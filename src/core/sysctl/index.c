/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A table of twice as many slots as names, probed one after the other. */
#include "index.h"

int name_index_init(struct name_index *x, size_t n)
{
	size_t n_slots = 8;

	while (n_slots / 2 < n + 1)
		n_slots *= 2;
	x->slots = calloc(n_slots, sizeof(*x->slots));
	if (!x->slots)
		return -ENOMEM;
	x->n_slots = n_slots;
	return 0;
}

void name_index_done(struct name_index *x)
{
	free(x->slots);
	*x = (struct name_index){0};
}

/* FNV-1a. Names that collide on purpose only cost time. */
static uint64_t hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

struct name_slot *name_index_find(const struct name_index *x, const char *name)
{
	size_t i = (size_t)hash(name) & (x->n_slots - 1);

	while (x->slots[i].name && !streq(x->slots[i].name, name))
		i = (i + 1) & (x->n_slots - 1);
	return &x->slots[i];
}
