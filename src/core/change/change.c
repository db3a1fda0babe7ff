/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "change.h"

static const char *const kind_words[] = {
#define X(id, word) [CHANGE_##id] = word,
	CHANGE_KINDS(X)
#undef X
};

const char *change_kind_word(enum change_kind k)
{
	return kind_words[k];
}

int change_kind_by_word(const char *word, enum change_kind *ret)
{
	for (size_t i = 0; i < ELEMENTSOF(kind_words); i++) {
		if (streq(kind_words[i], word)) {
			*ret = (enum change_kind)i;
			return 0;
		}
	}
	return -ENOENT;
}

void change_done(struct change *c)
{
	free(c->path);
	free(c->before.bytes);
	free(c->after.bytes);
	free(c->why);
	free(c->note);
	*c = (struct change){0};
}

bool content_equal(const struct content *a, const struct content *b)
{
	if (!a->bytes || !b->bytes)
		return !a->bytes && !b->bytes;
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

int content_set(struct content *c, const char *bytes, size_t n)
{
	char *copy = malloc(n + 1);

	if (!copy)
		return -ENOMEM;
	if (n > 0)
		memcpy(copy, bytes, n);
	copy[n] = '\0';
	free(c->bytes);
	*c = (struct content){copy, n};
	return 0;
}
