/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Built without zlib's header: /proc/config.gz is not read, and the caller says so. */
#include "kernel-impl.h"

int gunzip(const char *bytes, size_t n, size_t max, char **ret, size_t *ret_len)
{
	(void)bytes;
	(void)n;
	(void)max;
	(void)ret;
	(void)ret_len;
	return -ENOTSUP;
}
