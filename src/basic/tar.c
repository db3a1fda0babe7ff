/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Headers are a block of 512 bytes of text fields; a file's bytes follow, filled up to a block. */
#include "tar.h"

#include <stdio.h>

#define BLOCK 512

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
	char link[100], magic[6], version[2], uname[32], gname[32], major[8], minor[8];
	char prefix[155], pad[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

/* Where a long name is cut: at a slash, the part behind it fits the name and the one before it the
 * prefix. Returns the length of the prefix, 0 for none, -1 where no cut fits. */
static int cut(const char *name, size_t n)
{
	const struct header *h = NULL;

	if (n <= sizeof(h->name))
		return 0;
	for (size_t i = n - sizeof(h->name) - 1; i < n - 1 && i <= sizeof(h->prefix); i++) {
		if (name[i] == '/' && i > 0)
			return (int)i;
	}
	return -1;
}

bool tar_name_is_fit(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > 255 || cut(name, n) < 0)
		return false;
	for (const char *s = name;; s++) {
		size_t k = strcspn(s, "/");

		if (k == 0 || (k == 1 && s[0] == '.') || (k == 2 && s[0] == '.' && s[1] == '.'))
			return false;
		for (size_t i = 0; i < k; i++) {
			if (s[i] < ' ' || s[i] > '~')
				return false;
		}
		s += k;
		if (!*s)
			return true;
	}
}

static unsigned checksum(const struct header *h)
{
	const unsigned char *p = (const unsigned char *)h;
	unsigned sum = 0;

	/* Its own field counts as blanks. */
	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= offsetof(struct header, checksum) && i < offsetof(struct header, type)
			       ? ' '
			       : p[i];
	return sum;
}

/* Digits of an octal number, filled up with zeros, and a NUL. */
static void put_octal(char *field, size_t n, uint64_t v)
{
	field[n - 1] = '\0';
	for (size_t i = n - 1; i-- > 0; v /= 8)
		field[i] = (char)('0' + v % 8);
}

int tar_add(struct strbuf *out, const char *name, const void *bytes, size_t n, int64_t mtime)
{
	static const char zeros[BLOCK];
	size_t len = strlen(name);
	struct header h = {.type = '0', .magic = "ustar", .version = {'0', '0'}};
	int k;

	if (!tar_name_is_fit(name))
		return -EINVAL;
	if (n >= (uint64_t)8 << 30)
		return -EFBIG;
	k = cut(name, len);
	if (k < 0)
		return -EINVAL;
	memcpy(h.prefix, name, (size_t)k);
	name += k > 0 ? k + 1 : 0;
	memcpy(h.name, name, strlen(name));
	put_octal(h.mode, sizeof(h.mode), 0644);
	put_octal(h.uid, sizeof(h.uid), 0);
	put_octal(h.gid, sizeof(h.gid), 0);
	put_octal(h.size, sizeof(h.size), n);
	put_octal(h.mtime, sizeof(h.mtime), mtime > 0 ? (uint64_t)mtime & 077777777777 : 0);
	put_octal(h.major, sizeof(h.major), 0);
	put_octal(h.minor, sizeof(h.minor), 0);
	put_octal(h.checksum, sizeof(h.checksum) - 1, checksum(&h));
	h.checksum[7] = ' ';
	(void)strbuf_add(out, (const char *)&h, sizeof(h));
	(void)strbuf_add(out, bytes, n);
	return strbuf_add(out, zeros, (BLOCK - n % BLOCK) % BLOCK);
}

int tar_end(struct strbuf *out)
{
	static const char zeros[2 * BLOCK];

	return strbuf_add(out, zeros, sizeof(zeros));
}

/* Reads an octal number that ends in NUL or a blank. Returns false for anything else. */
static bool get_octal(const char *field, size_t n, uint64_t *ret)
{
	uint64_t v = 0;
	size_t i = 0;

	for (; i < n && field[i] >= '0' && field[i] <= '7'; i++)
		v = v * 8 + (uint64_t)(field[i] - '0');
	if (i == 0 || i == n)
		return false;
	for (; i < n; i++) {
		if (field[i] != '\0' && field[i] != ' ')
			return false;
	}
	*ret = v;
	return true;
}

static bool is_zero(const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

static void get_name(const struct header *h, char ret[257])
{
	size_t k = strnlen(h->prefix, sizeof(h->prefix)), n = strnlen(h->name, sizeof(h->name));

	memcpy(ret, h->prefix, k);
	if (k > 0)
		ret[k++] = '/';
	memcpy(ret + k, h->name, n);
	ret[k + n] = '\0';
}

static const char *check_header(const struct header *h, uint64_t *ret_size)
{
	uint64_t sum;

	if (memcmp(h->magic, "ustar", sizeof(h->magic)) != 0 || memcmp(h->version, "00", 2) != 0)
		return "no header of a ustar archive";
	if (!get_octal(h->checksum, sizeof(h->checksum), &sum) || sum != checksum(h))
		return "a header that does not match its checksum";
	if (h->type != '0' || h->link[0])
		return "a link, a directory, a device or an extension, where only files may be";
	if (!get_octal(h->size, sizeof(h->size), ret_size))
		return "a size that is no number";
	return NULL;
}

static int bad(const char **ret_wrong, const char *what)
{
	*ret_wrong = what;
	return -EBADMSG;
}

int tar_next(struct tar_reader *r, struct tar_member *ret, const char **ret_wrong)
{
	const char *wrong;
	struct header h;
	uint64_t size = 0;

	if (r->n - r->at < sizeof(h))
		return bad(ret_wrong, "cut off: its end is missing");
	memcpy(&h, r->bytes + r->at, sizeof(h));
	if (is_zero((const char *)&h, sizeof(h))) {
		if (r->n - r->at < 2 * sizeof(h))
			return bad(ret_wrong, "cut off: its end is missing");
		if (!is_zero(r->bytes + r->at, r->n - r->at))
			return bad(ret_wrong, "something behind its end");
		return 0;
	}
	wrong = check_header(&h, &size);
	if (wrong)
		return bad(ret_wrong, wrong);
	r->at += sizeof(h);
	if (size > r->n - r->at)
		return bad(ret_wrong, "cut off: a file is longer than what is left");
	get_name(&h, ret->name);
	if (!tar_name_is_fit(ret->name))
		return bad(ret_wrong, "a name that leads elsewhere, or is not plain text");
	ret->bytes = r->bytes + r->at;
	ret->n = (size_t)size;
	size += (BLOCK - size % BLOCK) % BLOCK;
	if (size > r->n - r->at)
		return bad(ret_wrong, "cut off: a file is longer than what is left");
	if (!is_zero(ret->bytes + ret->n, (size_t)size - ret->n))
		return bad(ret_wrong, "something between two files");
	r->at += (size_t)size;
	return 1;
}
