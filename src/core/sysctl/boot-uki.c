/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line inside a unified kernel image: its section ".cmdline". The image is a PE file
 * (Microsoft PE format, "COFF File Header" and "Section Table"): a DOS header with the offset of
 * the PE header at 0x3c, then the count of sections, then, after the optional header, the sections.
 * All numbers are little-endian.
 */
#include "boot-impl.h"

/* Bytes of the headers that are looked at, and of a command line. */
#define HEADERS_MAX 8192
#define CMDLINE_MAX 65536

static uint32_t get16(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get32(const unsigned char *p)
{
	return get16(p) | get16(p + 2) << 16;
}

/* Reads up to n bytes. Returns how many, fewer only at the end of the file, or the errno of
 * read(2). */
static ssize_t read_all(struct tree_file *f, unsigned char *buf, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t k = tree_file_read(f, buf + done, n - done);

		if (k < 0)
			return k;
		if (k == 0)
			break;
		done += (size_t)k;
	}
	return (ssize_t)done;
}

/* Finds the section in the headers. Returns 0, -ENODATA when there is none, -EBADMSG. */
static int find_section(const unsigned char *h, size_t n, uint32_t *ret_offset, uint32_t *ret_size)
{
	static const char name[8] = ".cmdline";
	uint32_t pe = n >= 0x40 ? get32(h + 0x3c) : 0;
	size_t table, count;

	if (n < 0x40 || memcmp(h, "MZ", 2) != 0 || pe > n - 24 || memcmp(h + pe, "PE\0", 4) != 0)
		return -EBADMSG;
	count = get16(h + pe + 6);
	table = pe + 24 + get16(h + pe + 20);
	for (size_t i = 0; i < count; i++) {
		const unsigned char *s = h + table + i * 40;
		uint32_t virtual_size, raw_size;

		if (table + (i + 1) * 40 > n)
			return -EBADMSG;
		if (memcmp(s, name, sizeof(name)) != 0)
			continue;
		virtual_size = get32(s + 8);
		raw_size = get32(s + 16);
		*ret_size = virtual_size < raw_size ? virtual_size : raw_size;
		*ret_offset = get32(s + 20);
		return *ret_size > CMDLINE_MAX ? -EBADMSG : 0;
	}
	return -ENODATA;
}

static int read_cmdline(struct tree_file *f, char **ret)
{
	unsigned char headers[HEADERS_MAX];
	_cleanup_free_ char *text = NULL;
	uint32_t offset = 0, size = 0;
	ssize_t n = read_all(f, headers, sizeof(headers));
	int r = n < 0 ? (int)n : find_section(headers, (size_t)n, &offset, &size);

	if (r < 0)
		return r;
	text = calloc(1, (size_t)size + 1);
	if (!text)
		return -ENOMEM;
	r = tree_file_seek(f, offset);
	if (r < 0)
		return r;
	n = read_all(f, (unsigned char *)text, size);
	if (n < (ssize_t)size)
		return n < 0 ? (int)n : -EBADMSG;
	while (n > 0 && strchr(" \t\r\n", text[n - 1]))
		text[--n] = '\0';
	*ret = TAKE_PTR(text);
	return 0;
}

int boot_uki_cmdline(struct tree *tree, const char *path, char **ret)
{
	struct tree_file f = {.fd = -EBADF};
	int r = tree_open_file(tree, path, &f);

	if (r < 0)
		return r;
	r = read_cmdline(&f, ret);
	tree_file_close(&f);
	return r;
}
