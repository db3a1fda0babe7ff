/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tree-input.h"

#include "fuzz.h"

#define RECORDS_MAX 64

static int add_record(struct tree *t, const uint8_t *data, size_t size)
{
	static const int errors[] = {EACCES, EPERM, EIO, ENOENT, ELOOP};
	const uint8_t *nl = memchr(data + 1, '\n', size - 1);
	size_t path_len = (nl ? (size_t)(nl - data) : size) - 1;
	const uint8_t *rest = nl ? nl + 1 : data + size;
	size_t n = size - (size_t)(rest - data);
	_cleanup_free_ char *path = fuzz_string(data + 1, path_len), *target = NULL;

	if (path[0] != '/')
		return -EINVAL;
	switch (data[0]) {
	case 'f':
		return tree_add_file(t, path, rest, n);
	case 'l':
		target = fuzz_string(rest, n);
		return tree_add_link(t, path, target);
	case 'd':
		return tree_add_dir(t, path);
	case 'e':
		return tree_add_error(t, path, errors[n > 0 ? rest[0] % ELEMENTSOF(errors) : 0]);
	default:
		return -EINVAL;
	}
}

unsigned tree_input_add(struct tree *t, const uint8_t *data, size_t size)
{
	unsigned taken = 0;

	for (unsigned i = 0; i < RECORDS_MAX && size > 0; i++) {
		const uint8_t *stop = memchr(data, 0xff, size);
		size_t n = stop ? (size_t)(stop - data) : size;

		if (n > 1 && add_record(t, data, n) == 0)
			taken++;
		data += n;
		size -= n;
		if (size > 0) {
			data++;
			size--;
		}
	}
	return taken;
}
