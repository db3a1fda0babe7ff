/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tree that remembers: what was seen of a path once is the answer from then on, until the tree is
 * freed. One run then judges one state of the system, however often its parts ask, and asks the
 * kernel once. Kept are what paths are, links, listings, and the content of small files; past the
 * bounds below nothing more is kept, and everything is asked again.
 *
 * What is kept also answers for its neighbours: below what is missing all is missing, and what a
 * listing does not name is not there.
 */
#include "tree-impl.h"

#include "fd.h"

#define ITEMS_MAX   2048	/* paths */
#define CONTENT_MAX (16 * 1024) /* bytes of one file */
#define TOTAL_MAX   (512 * 1024)
#define BUCKETS	    256

enum {
	SEEN_LSTAT = 1,
	SEEN_STAT = 2,
	SEEN_REAL = 4,
	SEEN_LINK = 8,
	SEEN_LIST = 16,
	SEEN_OPEN = 32
};

struct memo_item {
	struct memo_item *next;
	unsigned seen;
	int lstat_r, stat_r, link_r, list_r, open_r;
	struct tree_stat lst, st, open_st;
	char *real, *target; /* owned */
	struct tree_list list;
	char *content; /* owned; of open_len bytes; NULL: read it again */
	size_t open_len;
	char path[]; /* as it was asked for */
};

struct tree_memo {
	struct memo_item *buckets[BUCKETS];
	size_t n, bytes;
};

int tree_remember(struct tree *t)
{
	if (!t->memo)
		t->memo = calloc(1, sizeof(*t->memo));
	return t->memo ? 0 : -ENOMEM;
}

struct tree_memo *tree_memo_free(struct tree_memo *m)
{
	for (size_t i = 0; m && i < BUCKETS; i++) {
		while (m->buckets[i]) {
			struct memo_item *item = m->buckets[i];

			m->buckets[i] = item->next;
			free(item->real);
			free(item->target);
			free(item->content);
			tree_list_done(&item->list);
			free(item);
		}
	}
	free(m);
	return NULL;
}

/* FNV-1a. */
static unsigned bucket_of(const char *path, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)path[i]) * 16777619u;
	return h % BUCKETS;
}

static struct memo_item *find(const struct tree_memo *m, const char *path, size_t n)
{
	for (struct memo_item *i = m->buckets[bucket_of(path, n)]; i; i = i->next)
		if (strncmp(i->path, path, n) == 0 && !i->path[n])
			return i;
	return NULL;
}

static int compare_name(const void *name, const void *entry)
{
	return strcmp(name, ((const struct tree_entry *)entry)->name);
}

/* True when the listing of a directory lacks what follows its slash. */
static bool list_lacks(const struct memo_item *dir, const char *name)
{
	char copy[256];
	size_t n = strcspn(name, "/");

	if (!(dir->seen & SEEN_LIST) || dir->list_r < 0 || n >= sizeof(copy))
		return false;
	memcpy(copy, name, n);
	copy[n] = '\0';
	return n > 0 && !streq(copy, ".") && !streq(copy, "..") &&
	       (dir->list.n == 0 || !bsearch(copy, dir->list.entries, dir->list.n,
					     sizeof(*dir->list.entries), compare_name));
}

/* True when what is known of the directories above a path says that it is not there. */
static bool known_missing(const struct tree_memo *m, const char *path)
{
	const char *slash = strrchr(path, '/');

	/* A /dev that is missing has its null all the same; what goes up again may be anywhere. */
	if (startswith(path, "/dev/") || strstr(path, "/.."))
		return false;
	while (slash && slash > path) {
		const struct memo_item *dir = find(m, path, (size_t)(slash - path));

		if (dir && (((dir->seen & SEEN_LSTAT) && dir->lstat_r == -ENOENT) ||
			    ((dir->seen & SEEN_LIST) && dir->list_r == -ENOENT) ||
			    list_lacks(dir, slash + 1)))
			return true;
		slash = memrchr(path, '/', (size_t)(slash - path));
	}
	return false;
}

/* The item of a path, made where there is none. NULL when nothing can be kept. */
static struct memo_item *item_of(struct tree *t, const char *path)
{
	struct tree_memo *m = t->memo;
	size_t n = strlen(path);
	struct memo_item *i, **bucket;

	if (!m)
		return NULL;
	i = find(m, path, n);
	if (i || m->n >= ITEMS_MAX)
		return i;
	i = calloc(1, sizeof(*i) + n + 1);
	if (!i)
		return NULL;
	memcpy(i->path, path, n + 1);
	if (known_missing(m, path)) {
		i->seen = SEEN_LSTAT;
		i->lstat_r = -ENOENT;
	}
	bucket = &m->buckets[bucket_of(path, n)];
	i->next = *bucket;
	*bucket = i;
	m->n++;
	return i;
}

/* Answers that another try might change are not kept. */
static bool lasts(int r)
{
	return r != -ENOMEM && r != -EAGAIN && r != -EINTR && r != -EMFILE && r != -ENFILE;
}

int tree_lstat(struct tree *t, const char *path, struct tree_stat *ret)
{
	struct memo_item *i = item_of(t, path);
	int r;

	if (!i || !(i->seen & SEEN_LSTAT)) {
		struct tree_stat st = {0};

		r = tree_plain_lstat(t, path, &st);
		if (r == 0)
			*ret = st;
		if (i && lasts(r)) {
			i->seen |= SEEN_LSTAT;
			i->lstat_r = r;
			i->lst = st;
		}
		return r;
	}
	if (i->lstat_r == 0)
		*ret = i->lst;
	return i->lstat_r;
}

/* Whether what tree_lstat() saw answers for the path with links followed. */
static bool is_final(const struct memo_item *i)
{
	return (i->seen & SEEN_LSTAT) && (i->lstat_r < 0 || i->lst.type != TREE_LNK);
}

static int give(int r, const struct tree_stat *st, struct tree_stat *ret)
{
	if (r == 0)
		*ret = *st;
	return r;
}

static int stat_real(struct tree *t, const char *path, struct memo_item *i, struct tree_stat *ret,
		     char **ret_real)
{
	_cleanup_free_ char *real = NULL;
	struct tree_stat st = {0};
	int r;

	if (i && (i->seen & SEEN_REAL)) {
		real = i->real ? strdup(i->real) : NULL;
		if (i->real && !real)
			return -ENOMEM;
		r = i->stat_r;
		st = i->st;
	} else {
		r = tree_plain_stat(t, path, &st, &real);
		if (i && lasts(r) && (r < 0 || (i->real = strdup(real)))) {
			i->seen |= SEEN_STAT | SEEN_REAL;
			i->stat_r = r;
			i->st = st;
		}
	}
	if (r == 0)
		*ret_real = TAKE_PTR(real);
	return give(r, &st, ret);
}

int tree_stat(struct tree *t, const char *path, struct tree_stat *ret, char **ret_real)
{
	struct memo_item *i = item_of(t, path);
	struct tree_stat st = {0};
	int r;

	if (ret_real && !(i && is_final(i) && i->lstat_r < 0))
		return stat_real(t, path, i, ret, ret_real);
	if (i && is_final(i))
		return give(i->lstat_r, &i->lst, ret);
	if (i && (i->seen & SEEN_STAT))
		return give(i->stat_r, &i->st, ret);
	/* Of most paths one look tells both. */
	if (i && tree_lstat(t, path, &st) < 0)
		return i->seen & SEEN_LSTAT ? i->lstat_r : tree_plain_stat(t, path, ret, NULL);
	if (i && is_final(i))
		return give(0, &st, ret);
	r = tree_plain_stat(t, path, &st, NULL);
	if (i && lasts(r)) {
		i->seen |= SEEN_STAT;
		i->stat_r = r;
		i->st = st;
	}
	return give(r, &st, ret);
}

int tree_readlink(struct tree *t, const char *path, char **ret)
{
	struct memo_item *i = item_of(t, path);
	_cleanup_free_ char *target = NULL;
	int r;

	if (i && (i->seen & SEEN_LSTAT) && i->lstat_r < 0)
		return i->lstat_r;
	if (i && (i->seen & SEEN_LSTAT) && i->lst.type != TREE_LNK)
		return -EINVAL;
	if (i && (i->seen & SEEN_LINK)) {
		target = i->target ? strdup(i->target) : NULL;
		r = i->target && !target ? -ENOMEM : i->link_r;
	} else {
		r = tree_plain_readlink(t, path, &target);
		if (i && lasts(r) && (r < 0 || (i->target = strdup(target)))) {
			i->seen |= SEEN_LINK;
			i->link_r = r;
		}
	}
	if (r == 0)
		*ret = TAKE_PTR(target);
	return r;
}

/* Copies a listing. Returns 0 or -ENOMEM. */
static int copy_list(const struct tree_list *l, struct tree_list *ret)
{
	struct tree_list copy = {0};
	size_t cap = 0;

	for (size_t k = 0; k < l->n; k++) {
		int r = tree_list_add(&copy, &cap, l->entries[k].name, l->entries[k].type);

		if (r < 0) {
			tree_list_done(&copy);
			return r;
		}
	}
	*ret = copy;
	return 0;
}

int tree_list(struct tree *t, const char *path, struct tree_list *ret)
{
	struct memo_item *i = item_of(t, path);
	int r;

	if (i && (i->seen & SEEN_LIST))
		return i->list_r < 0 ? i->list_r : copy_list(&i->list, ret);
	if (i && is_final(i) && (i->lstat_r < 0 || i->lst.type != TREE_DIR))
		return i->lstat_r < 0 ? i->lstat_r : -ENOTDIR;
	r = tree_plain_list(t, path, ret);
	/* Names count as much as paths do, so that a directory of a million is not held twice. */
	if (i && lasts(r) &&
	    (r < 0 || (t->memo->n + ret->n <= ITEMS_MAX && copy_list(ret, &i->list) == 0))) {
		i->seen |= SEEN_LIST;
		i->list_r = r;
		t->memo->n += i->list.n;
	}
	return r;
}

/* Reads a small file whole, so that it can be kept. Returns 1 when that was done, 0 when it is too
 * large: then f is as it was; or the errno of read(2). */
static int keep_content(struct tree *t, struct memo_item *i, struct tree_file *f)
{
	size_t room = f->st.size > 0 ? (size_t)f->st.size + 1 : CONTENT_MAX, n = 0;
	_cleanup_free_ char *bytes = NULL;
	ssize_t k;

	if (f->st.type != TREE_REG || f->fd < 0 || f->st.size >= CONTENT_MAX ||
	    t->memo->bytes + room > TOTAL_MAX)
		return 0;
	bytes = malloc(room);
	if (!bytes)
		return 0;
	do {
		k = tree_file_read(f, bytes + n, room - n);
		if (k < 0)
			return (int)k;
		n += (size_t)k;
		/* A file that has a size ends where a read comes short of what was asked for; one
		 * of procfs has none. */
	} while (k > 0 && n < room && (f->st.size == 0 || n < f->st.size));
	if (n == room) {
		/* It has grown, or is one of procfs that is large. */
		k = tree_file_seek(f, 0);
		return k < 0 ? (int)k : 0;
	}
	i->content = TAKE_PTR(bytes);
	i->open_len = n;
	t->memo->bytes += n;
	if (room - n > 1) { /* what was too much; where it cannot be given back, it stays */
		bytes = realloc(i->content, n + 1);
		i->content = bytes ? TAKE_PTR(bytes) : i->content;
	}
	return 1;
}

int tree_open_file(struct tree *t, const char *path, struct tree_file *ret)
{
	struct memo_item *i = item_of(t, path);
	struct tree_file f = {.tree = t, .fd = -EBADF};
	int r;

	if (i && is_final(i) && i->lstat_r < 0)
		return i->lstat_r;
	if (i && (i->seen & SEEN_OPEN) && (i->open_r < 0 || i->content)) {
		if (i->open_r < 0)
			return i->open_r;
		f.st = i->open_st;
		f.bytes = i->content;
		f.len = i->open_len;
		*ret = f;
		return 0;
	}
	/* Where it leads to is known. */
	if (i && (i->seen & SEEN_REAL) && i->stat_r == 0)
		path = i->real;
	r = tree_plain_open_file(t, path, &f);
	if (r == 0 && i && !(i->seen & SEEN_OPEN)) {
		r = keep_content(t, i, &f);
		if (r != 0)
			tree_file_close(&f);
		if (r > 0) {
			f.bytes = i->content;
			f.len = i->open_len;
			r = 0;
		}
	}
	if (i && lasts(r)) {
		i->seen |= SEEN_OPEN;
		i->open_r = r;
		i->open_st = f.st;
	}
	if (r == 0)
		*ret = f;
	return r;
}
