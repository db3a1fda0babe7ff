/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The containers of rpm's database: an SQLite file (rpm 4.16 and later;
 * sqlite.org/fileformat2.html), a Packages.db of rpm's own (ndb, SUSE; lib/backend/ndb/rpmpkg.c),
 * and a hash of Berkeley DB (up to RHEL 8; dbinc/db_page.h). Each is read page by page, since it
 * may be larger than what should be held, and each number in it is checked before it is used: a
 * root may be anybody's. Pages that are only in a write-ahead log do not count.
 */
#include "rpm-db.h"

/* Levels of a B-tree, and pages that a walk may visit in all: more is a circle. */
#define DEPTH_MAX 20
#define PAGES_MAX 4000000

struct db {
	struct tree_file file;
	uint32_t page_size;
	uint32_t usable;  /* sqlite: bytes of a page that hold data */
	bool big_endian;  /* Berkeley DB: of the machine that wrote it */
	unsigned visited; /* pages */
	size_t max;
	rpm_header_fn fn;
	void *arg;
	unsigned char *header; /* the one at hand; owned */
	size_t len, cap;
};

static uint32_t le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t be16(const unsigned char *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

/* Reads n bytes at a place. -EBADMSG where the file ends before. */
static int read_at(struct db *d, uint64_t at, unsigned char *buf, size_t n)
{
	int r = tree_file_seek(&d->file, at);

	while (r == 0 && n > 0) {
		ssize_t k = tree_file_read(&d->file, buf, n);

		if (k <= 0)
			return k < 0 ? (int)k : -EBADMSG;
		buf += k;
		n -= (size_t)k;
	}
	return r;
}

/* Reads a page; counts from 0. */
static int read_page(struct db *d, uint32_t index, unsigned char *buf)
{
	if (++d->visited > PAGES_MAX)
		return -EBADMSG;
	return read_at(d, (uint64_t)index * d->page_size, buf, d->page_size);
}

/* Starts a header of n bytes. Returns how many of them are wanted, or -ENOMEM, -EBADMSG. */
static int begin_header(struct db *d, uint64_t n)
{
	size_t want = n < d->max ? (size_t)n : d->max;

	if (n > INT32_MAX)
		return -EBADMSG;
	d->len = 0;
	if (want > d->cap) {
		unsigned char *p = realloc(d->header, want);

		if (!p)
			return -ENOMEM;
		d->header = p;
		d->cap = want;
	}
	return (int)want;
}

/* Adds bytes, no more than are wanted. Returns how many more are. */
static size_t add_bytes(struct db *d, size_t want, const unsigned char *s, size_t n)
{
	if (n > want - d->len)
		n = want - d->len;
	memcpy(d->header + d->len, s, n);
	d->len += n;
	return want - d->len;
}

/* A number of 7 bits a byte, at most 9 bytes. Moves *s past it; returns false past end. */
static bool varint(const unsigned char **s, const unsigned char *end, uint64_t *ret)
{
	uint64_t v = 0;

	for (int i = 0; i < 9 && *s < end; i++) {
		unsigned char c = *(*s)++;

		v = i == 8 ? v << 8 | c : v << 7 | (c & 0x7f);
		if (i == 8 || !(c & 0x80)) {
			*ret = v;
			return true;
		}
	}
	return false;
}

/* A record of a table, as far as it stands on its page, and where it goes on. */
struct record {
	const unsigned char *s, *end;
	uint64_t size;
	uint32_t overflow; /* page, from 1; 0: none */
};

/* Where a column begins in a record. Returns false when there is none, or it is not on the page. */
static bool column(const struct record *rec, unsigned index, const unsigned char **ret,
		   uint64_t *ret_size, uint64_t *ret_type)
{
	static const unsigned char sizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
	const unsigned char *s = rec->s, *types_end;
	uint64_t header, offset, type;

	if (!varint(&s, rec->end, &header) || header > (uint64_t)(rec->end - rec->s))
		return false;
	types_end = rec->s + header;
	offset = header;
	for (unsigned i = 0;; i++) {
		uint64_t size;

		if (!varint(&s, types_end, &type))
			return false;
		size = type < 10 ? sizes[type] : type >= 12 ? (type - 12) / 2 : 0;
		if (i == index) {
			if (offset > (uint64_t)(rec->end - rec->s) || size > rec->size)
				return false;
			*ret = rec->s + offset;
			*ret_size = size;
			*ret_type = type;
			return true;
		}
		offset += size;
		if (offset > rec->size)
			return false;
	}
}

typedef int (*record_fn)(struct db *d, const struct record *rec, void *arg);

static int leaf_cell(struct db *d, const unsigned char *page, uint32_t at, record_fn fn, void *arg)
{
	const unsigned char *s = page + at, *end = page + d->usable;
	uint32_t most = d->usable - 35, least = (d->usable - 12) * 32 / 255 - 23;
	uint64_t size, rowid, local;
	struct record rec;

	if (at >= d->usable || !varint(&s, end, &size) || !varint(&s, end, &rowid) ||
	    size > INT32_MAX)
		return -EBADMSG;
	local = size;
	if (size > most) {
		local = least + (size - least) % (d->usable - 4);
		if (local > most)
			local = least;
	}
	if (local + (size > most ? 4 : 0) > (uint64_t)(end - s))
		return -EBADMSG;
	rec = (struct record){.s = s, .end = s + local, .size = size};
	if (size > most)
		rec.overflow = be32(s + local);
	return fn(d, &rec, arg);
}

/* Hands the records of a table to fn. page: from 1 */
static int walk_table(struct db *d, uint32_t number, unsigned depth, record_fn fn, void *arg)
{
	_cleanup_free_ unsigned char *page = malloc(d->page_size);
	const uint32_t h = number == 1 ? 100 : 0;
	bool leaf;
	uint32_t cells;
	int r;

	if (!page)
		return -ENOMEM;
	if (number == 0 || depth > DEPTH_MAX)
		return -EBADMSG;
	r = read_page(d, number - 1, page);
	if (r < 0)
		return r;
	leaf = page[h] == 13;
	cells = be16(page + h + 3);
	if ((!leaf && page[h] != 5) || h + (leaf ? 8 : 12) + 2 * cells > d->usable)
		return -EBADMSG;
	for (uint32_t i = 0; r == 0 && i < cells; i++) {
		uint32_t at = be16(page + h + (leaf ? 8 : 12) + 2 * i);

		if (leaf)
			r = leaf_cell(d, page, at, fn, arg);
		else if (at + 4 > d->usable)
			r = -EBADMSG;
		else
			r = walk_table(d, be32(page + at), depth + 1, fn, arg);
	}
	if (r == 0 && !leaf)
		r = walk_table(d, be32(page + h + 8), depth + 1, fn, arg);
	return r;
}

/* Adds the rest of a record from its overflow pages. */
static int add_overflow(struct db *d, size_t want, uint32_t number)
{
	_cleanup_free_ unsigned char *page = malloc(d->page_size);

	if (!page)
		return -ENOMEM;
	while (d->len < want) {
		int r = number ? read_page(d, number - 1, page) : -EBADMSG;

		if (r < 0)
			return r;
		(void)add_bytes(d, want, page + 4, d->usable - 4);
		number = be32(page);
	}
	return 0;
}

/* A row of Packages: its number and the header. */
static int package_record(struct db *d, const struct record *rec, void *arg)
{
	const unsigned char *s;
	uint64_t size, type;
	int want;

	(void)arg;
	if (!column(rec, 1, &s, &size, &type) || type < 12 || type % 2)
		return -EBADMSG;
	want = begin_header(d, size);
	if (want < 0)
		return want;
	if (add_bytes(d, (size_t)want, s, (size_t)(rec->end - s)) > 0) {
		int r = add_overflow(d, (size_t)want, rec->overflow);

		if (r < 0)
			return r;
	}
	return d->fn(d->header, d->len, d->arg);
}

/* A row of the schema: type, name, table, first page, SQL. Stops at the table of packages. */
static int schema_record(struct db *d, const struct record *rec, void *arg)
{
	static const char table[] = "Packages";
	const unsigned char *s;
	uint64_t size, type, page = 0;

	(void)d;
	if (!column(rec, 0, &s, &size, &type) || size != 5 || rec->end - s < 5 ||
	    memcmp(s, "table", 5) != 0)
		return 0;
	if (!column(rec, 1, &s, &size, &type) || size != strlen(table) ||
	    (size_t)(rec->end - s) < size || memcmp(s, table, size) != 0)
		return 0;
	if (!column(rec, 3, &s, &size, &type) || size > 4 || (uint64_t)(rec->end - s) < size)
		return -EBADMSG;
	for (uint64_t i = 0; i < size; i++)
		page = page << 8 | s[i];
	*(uint32_t *)arg = type == 9 ? 1 : (uint32_t)page;
	return 1;
}

static int walk_sqlite(struct db *d)
{
	unsigned char h[100];
	uint32_t first = 0;
	int r = read_at(d, 0, h, sizeof(h));

	if (r < 0)
		return r;
	d->page_size = be16(h + 16) == 1 ? 65536 : be16(h + 16);
	if (memcmp(h, "SQLite format 3", 16) != 0 || d->page_size < 512 ||
	    (d->page_size & (d->page_size - 1)) || h[20] > d->page_size - 480)
		return -EBADMSG;
	d->usable = d->page_size - h[20];
	r = walk_table(d, 1, 0, schema_record, &first);
	if (r <= 0)
		return r < 0 ? r : -EBADMSG;
	return walk_table(d, first, 0, package_record, NULL);
}

/* rpm's own: a header of 32 bytes, slots of 16 bytes to the end of some pages, blobs in blocks of
 * 16 bytes, each behind a head of 16. All little-endian. */
static int ndb_blob(struct db *d, const unsigned char *slot)
{
	unsigned char head[16];
	uint64_t at = (uint64_t)le32(slot + 8) * 16;
	int want, r = read_at(d, at, head, sizeof(head));

	if (r < 0)
		return r;
	if (memcmp(head, "BlbS", 4) != 0 || le32(head + 4) != le32(slot + 4))
		return -EBADMSG;
	want = begin_header(d, le32(head + 12));
	if (want < 0)
		return want;
	r = read_at(d, at + sizeof(head), d->header, (size_t)want);
	return r < 0 ? r : d->fn(d->header, (size_t)want, d->arg);
}

static int walk_ndb(struct db *d)
{
	unsigned char head[32], page[4096];
	uint32_t pages;
	int r = read_at(d, 0, head, sizeof(head));

	if (r < 0)
		return r;
	d->page_size = sizeof(page);
	pages = le32(head + 12);
	if (memcmp(head, "RpmP", 4) != 0)
		return -EBADMSG;
	for (uint32_t i = 0; r == 0 && i < pages; i++) {
		r = read_page(d, i, page);
		for (size_t at = i == 0 ? sizeof(head) : 0; r == 0 && at < sizeof(page); at += 16) {
			if (memcmp(page + at, "Slot", 4) != 0)
				r = -EBADMSG;
			else if (le32(page + at + 8))
				r = ndb_blob(d, page + at);
		}
	}
	return r;
}

static uint32_t bdb32(const struct db *d, const unsigned char *p)
{
	return d->big_endian ? be32(p) : le32(p);
}

static uint32_t bdb16(const struct db *d, const unsigned char *p)
{
	return d->big_endian ? be16(p) : (uint32_t)p[1] << 8 | p[0];
}

/* Head of a page, and what stands at its places. */
enum { BDB_HEAD = 26, BDB_NEXT = 16, BDB_ENTRIES = 20, BDB_OFFSET = 22, BDB_TYPE = 25 };
enum { BDB_HASH_UNSORTED = 2, BDB_OVERFLOW = 7, BDB_HASH = 13, BDB_ITEM_ELSEWHERE = 3 };

/* An item that stands on pages of its own. */
static int bdb_item(struct db *d, const unsigned char *item)
{
	_cleanup_free_ unsigned char *page = malloc(d->page_size);
	uint32_t number = bdb32(d, item + 4);
	int want = begin_header(d, bdb32(d, item + 8));

	if (!page)
		return -ENOMEM;
	if (want < 0)
		return want;
	while (d->len < (size_t)want) {
		int r = number ? read_page(d, number, page) : -EBADMSG;

		if (r < 0)
			return r;
		if (page[BDB_TYPE] != BDB_OVERFLOW ||
		    bdb16(d, page + BDB_OFFSET) > d->page_size - BDB_HEAD)
			return -EBADMSG;
		(void)add_bytes(d, (size_t)want, page + BDB_HEAD, bdb16(d, page + BDB_OFFSET));
		number = bdb32(d, page + BDB_NEXT);
	}
	return d->fn(d->header, d->len, d->arg);
}

/* Keys and data take turns. Headers of packages with files are too large to stand beside their key.
 */
static int bdb_page(struct db *d, const unsigned char *page)
{
	uint32_t entries = bdb16(d, page + BDB_ENTRIES);

	if (page[BDB_TYPE] != BDB_HASH && page[BDB_TYPE] != BDB_HASH_UNSORTED)
		return 0;
	if (BDB_HEAD + 2 * entries > d->page_size)
		return -EBADMSG;
	for (uint32_t i = 1; i < entries; i += 2) {
		uint32_t at = bdb16(d, page + BDB_HEAD + 2 * i);
		int r;

		if (at + 12 > d->page_size || page[at] != BDB_ITEM_ELSEWHERE)
			continue;
		r = bdb_item(d, page + at);
		if (r != 0)
			return r;
	}
	return 0;
}

static int walk_bdb(struct db *d)
{
	enum { MAGIC = 0x061561 };
	_cleanup_free_ unsigned char *page = NULL;
	unsigned char meta[72];
	uint32_t last;
	int r = read_at(d, 0, meta, sizeof(meta));

	if (r < 0)
		return r;
	d->big_endian = be32(meta + 12) == MAGIC;
	d->page_size = bdb32(d, meta + 20);
	last = bdb32(d, meta + 32);
	if (bdb32(d, meta + 12) != MAGIC)
		return -ENOTSUP;
	if (d->page_size < 512 || d->page_size > 65536 || (d->page_size & (d->page_size - 1)))
		return -EBADMSG;
	page = malloc(d->page_size);
	if (!page)
		return -ENOMEM;
	for (uint32_t i = 1; r == 0 && i <= last; i++) {
		r = read_page(d, i, page);
		if (r == 0)
			r = bdb_page(d, page);
	}
	return r;
}

int rpm_db_walk(struct tree *tree, size_t max, rpm_header_fn fn, void *arg)
{
	static const struct {
		const char *path;
		int (*walk)(struct db *d);
	} places[] = {
		{"/usr/lib/sysimage/rpm/rpmdb.sqlite", walk_sqlite},
		{"/var/lib/rpm/rpmdb.sqlite", walk_sqlite},
		{"/usr/lib/sysimage/rpm/Packages.db", walk_ndb},
		{"/var/lib/rpm/Packages.db", walk_ndb},
		{"/var/lib/rpm/Packages", walk_bdb},
	};
	int r = -ENOENT;

	for (size_t i = 0; i < ELEMENTSOF(places) && (r == -ENOENT || r == -ENOTDIR); i++) {
		struct db d = {.max = max, .fn = fn, .arg = arg};

		r = tree_open_file(tree, places[i].path, &d.file);
		if (r < 0)
			continue;
		r = places[i].walk(&d);
		tree_file_close(&d.file);
		free(d.header);
	}
	return r == -ENOTDIR ? -ENOENT : r;
}
