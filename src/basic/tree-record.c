/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An array of answers, sorted by path. Answers are kept at the level of the backend's operations,
 * on paths without links, so that the walker itself need not be recorded.
 */
#include "tree-record.h"

#include "fd.h"
#include "limits.h"
#include "str.h"
#include "tree-impl.h"

struct record {
	struct recorded **items;
	size_t n, cap;
	size_t bytes; /* of all files */
	struct answer *answers;
	size_t n_answers, cap_answers;
};

void recorded_done(struct recorded *r)
{
	free(r->path);
	free(r->target);
	free(r->bytes);
	tree_list_done(&r->entries);
	*r = (struct recorded){0};
}

struct record *record_free(struct record *r)
{
	if (!r)
		return NULL;
	for (size_t i = 0; i < r->n; i++) {
		recorded_done(r->items[i]);
		free(r->items[i]);
	}
	for (size_t i = 0; i < r->n_answers; i++) {
		free(r->answers[i].question);
		free(r->answers[i].text);
	}
	free(r->answers);
	free(r->items);
	free(r);
	return NULL;
}

/* Index of the first that does not come before path. */
static size_t lower_bound(const struct record *r, const char *path)
{
	size_t low = 0, high = r->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(r->items[mid]->path, path) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct recorded *find(const struct record *r, const char *path)
{
	size_t i = lower_bound(r, path);

	return i < r->n && streq(r->items[i]->path, path) ? r->items[i] : NULL;
}

static int insert(struct record *r, struct recorded *node)
{
	size_t i = lower_bound(r, node->path);

	if (r->n >= LIMIT_RECORD_PATHS)
		return -E2BIG;
	if (array_reserve(&r->items, r->n, &r->cap, sizeof(*r->items)) < 0)
		return -ENOMEM;
	memmove(r->items + i + 1, r->items + i, (r->n - i) * sizeof(*r->items));
	r->items[i] = node;
	r->n++;
	return 0;
}

/* The path's place, made where there is none. */
static int place_of(struct tree *t, const char *path, struct recorded **ret)
{
	struct recorded *node = find(t->record, path);
	int r;

	if (!node) {
		node = calloc(1, sizeof(*node));
		if (node)
			node->path = strdup(path);
		r = node && node->path ? insert(t->record, node) : -ENOMEM;
		if (r < 0) {
			if (node)
				free(node->path);
			free(node);
			return r;
		}
	}
	*ret = node;
	return 0;
}

/* Errors that say something about this moment, not about the file. */
static bool passes_by(int r)
{
	return r == -ENOMEM || r == -EAGAIN || r == -EMFILE || r == -ENFILE;
}

/* Where there is no base, what was not asked then is not there. */
static int record_lstat(struct tree *t, const char *path, struct tree_stat *ret)
{
	struct recorded *node = find(t->record, path);
	int r;

	if (node && node->looked) {
		if (node->look == 0)
			*ret = node->st;
		return node->look;
	}
	if (!t->base)
		return -ENOENT;
	r = place_of(t, path, &node);
	if (r < 0)
		return r;
	r = t->base->ops->lstat(t->base, path, &node->st);
	if (passes_by(r))
		return r;
	node->looked = true;
	node->look = r;
	if (r == 0)
		*ret = node->st;
	return r;
}

static int record_readlink(struct tree *t, const char *path, char **ret)
{
	struct recorded *node = find(t->record, path);
	int r;

	if (!node || !node->linked) {
		if (!t->base)
			return -EINVAL;
		r = place_of(t, path, &node);
		if (r < 0)
			return r;
		r = t->base->ops->readlink(t->base, path, &node->target);
		if (passes_by(r))
			return r;
		node->linked = true;
		node->link = r;
	}
	if (node->link < 0)
		return node->link;
	*ret = strdup(node->target);
	return *ret ? 0 : -ENOMEM;
}

static int record_list(struct tree *t, const char *path, struct tree_list *ret)
{
	struct recorded *node = find(t->record, path);
	size_t cap = 0;
	int r;

	if (!node || !node->listed) {
		if (!t->base)
			return -ENOENT;
		r = place_of(t, path, &node);
		if (r < 0)
			return r;
		r = t->base->ops->list(t->base, path, &node->entries);
		if (r < 0)
			tree_list_done(&node->entries);
		if (passes_by(r))
			return r;
		node->listed = true;
		node->list = r;
	}
	r = node->list;
	for (size_t i = 0; r == 0 && i < node->entries.n; i++)
		r = tree_list_add(ret, &cap, node->entries.entries[i].name,
				  node->entries.entries[i].type);
	return r;
}

/* Reads a file of the base to its end. */
static int read_base(struct tree *t, struct recorded *node)
{
	struct tree_file f = {.tree = t->base, .fd = -EBADF};
	struct strbuf b = {0};
	char chunk[16384];
	struct sha256 h;
	ssize_t k;
	int r;

	r = t->base->ops->open(t->base, node->path, &f);
	if (r < 0)
		return r;
	sha256_init(&h);
	while ((k = tree_file_read(&f, chunk, sizeof(chunk))) > 0) {
		if ((size_t)k > LIMIT_RECORD_BYTES - t->record->bytes - b.len) {
			k = -E2BIG;
			break;
		}
		sha256_add(&h, chunk, (size_t)k);
		if (strbuf_add(&b, chunk, (size_t)k) < 0) {
			k = -ENOMEM;
			break;
		}
	}
	tree_file_close(&f);
	if (k < 0) {
		strbuf_done(&b);
		return (int)k;
	}
	node->n = b.len;
	node->bytes = strbuf_take(&b);
	if (!node->bytes)
		return -ENOMEM;
	sha256_end(&h, node->sha256);
	node->hashed = node->whole = true;
	t->record->bytes += node->n;
	return 0;
}

static int record_open(struct tree *t, const char *path, struct tree_file *ret)
{
	struct recorded *node = find(t->record, path);
	int r;

	if (!node || !node->opened) {
		if (!t->base)
			return -ENOENT;
		r = place_of(t, path, &node);
		if (r == 0)
			r = read_base(t, node);
		if (passes_by(r) || r == -E2BIG || !node)
			return r;
		node->opened = true;
		node->open = r;
	}
	if (node->open < 0)
		return node->open;
	ret->bytes = node->bytes ? node->bytes : "";
	ret->off = 0;
	ret->len = node->n;
	return 0;
}

static int record_fstype(struct tree *t, const char *path, uint64_t *ret)
{
	return t->base ? t->base->ops->fstype(t->base, path, ret) : -ENOTSUP;
}

static const struct tree_ops record_ops = {
	.lstat = record_lstat,
	.readlink = record_readlink,
	.list = record_list,
	.open = record_open,
	.fstype = record_fstype,
};

int tree_new_record(struct tree **ret, struct tree *base)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->ops = &record_ops;
	t->fd = -EBADF;
	t->base = base;
	t->record = calloc(1, sizeof(*t->record));
	if (!t->record) {
		free(t);
		return -ENOMEM;
	}
	*ret = t;
	return 0;
}

int tree_record_add(struct tree *t, struct recorded *r)
{
	struct recorded *node;
	int k;

	if (find(t->record, r->path))
		return -EEXIST;
	if (r->n > LIMIT_RECORD_BYTES - t->record->bytes)
		return -E2BIG;
	node = malloc(sizeof(*node));
	if (!node)
		return -ENOMEM;
	*node = *r;
	k = insert(t->record, node);
	if (k < 0) {
		free(node);
		return k;
	}
	t->record->bytes += node->n;
	*r = (struct recorded){0};
	return 0;
}

struct recorded *tree_record_at(const struct tree *t, size_t i)
{
	return i < t->record->n ? t->record->items[i] : NULL;
}

void tree_record_filter(struct tree *t, bool (*keep)(const struct recorded *r, void *arg),
			void *arg)
{
	struct record *r = t->record;
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (keep(r->items[i], arg)) {
			r->items[n++] = r->items[i];
			continue;
		}
		recorded_done(r->items[i]);
		free(r->items[i]);
	}
	r->n = n;
}

static const struct answer *find_answer(const struct record *r, const char *question)
{
	for (size_t i = 0; i < r->n_answers; i++) {
		if (streq(r->answers[i].question, question))
			return &r->answers[i];
	}
	return NULL;
}

const struct answer *tree_answer(const struct tree *t, const char *question)
{
	while (t && !t->record)
		t = t->base;
	return t ? find_answer(t->record, question) : NULL;
}

static int add_answer(struct record *r, struct answer a)
{
	if (r->n_answers >= LIMIT_RECORD_ANSWERS)
		return -E2BIG;
	if (array_reserve(&r->answers, r->n_answers, &r->cap_answers, sizeof(a)) < 0)
		return -ENOMEM;
	r->answers[r->n_answers++] = a;
	return 0;
}

int tree_answer_keep(struct tree *t, const char *question, int err, const char *text)
{
	struct answer a = {.err = err};
	int r;

	while (t && !t->record)
		t = t->base;
	if (!t || !t->base)
		return 0;
	a.question = strdup(question);
	a.text = text ? strdup(text) : NULL;
	r = a.question && (a.text || !text) ? add_answer(t->record, a) : -ENOMEM;
	if (r < 0) {
		free(a.question);
		free(a.text);
	}
	return r;
}

int tree_answer_add(struct tree *t, struct answer *a)
{
	int r;

	if (find_answer(t->record, a->question))
		return -EEXIST;
	r = add_answer(t->record, *a);
	if (r == 0)
		*a = (struct answer){0};
	return r;
}

const struct answer *tree_answer_at(const struct tree *t, size_t i)
{
	return i < t->record->n_answers ? &t->record->answers[i] : NULL;
}

int tree_record_sha256(struct tree *t, const char *path, uint8_t ret[SHA256_SIZE])
{
	_cleanup_free_ char *real = NULL;
	const struct recorded *node;
	struct tree_stat st;
	int r;

	if (!t->record)
		return -ENOTSUP;
	r = tree_stat(t, path, &st, &real);
	if (r < 0)
		return r;
	node = find(t->record, real);
	if (!node || !node->hashed)
		return -ENODATA;
	memcpy(ret, node->sha256, SHA256_SIZE);
	return 0;
}
