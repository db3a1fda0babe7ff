/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unpacks /proc/config.gz. Only the explanation of a missing Yama needs it, so zlib is not linked,
 * which would cost every run its loading, but opened when it is asked for (an optional dependency
 * of the package). What zlib exports for this has kept its interface since 1.2.
 */
#include "kernel-impl.h"

#include "macro.h"

#include <dlfcn.h>
#include <zlib.h>

#define ZLIB_SONAME "libz.so.1"
/* inflateInit2(): the largest window, and a gzip header is wanted. */
#define GZIP_WINDOW (15 + 16)

struct zlib {
	void *handle;
	__typeof__(&inflateInit2_) init;
	__typeof__(&inflate) run;
	__typeof__(&inflateEnd) end;
};

static void zlib_done(struct zlib *z)
{
	if (z->handle)
		(void)dlclose(z->handle);
}

/* Returns 0 or -ENOTSUP. */
static int zlib_open(struct zlib *z)
{
	z->handle = dlopen(ZLIB_SONAME, RTLD_NOW | RTLD_LOCAL);
	if (!z->handle)
		return -ENOTSUP;
	z->init = (__typeof__(z->init))dlsym(z->handle, "inflateInit2_");
	z->run = (__typeof__(z->run))dlsym(z->handle, "inflate");
	z->end = (__typeof__(z->end))dlsym(z->handle, "inflateEnd");
	return z->init && z->run && z->end ? 0 : -ENOTSUP;
}

/* Inflates all of the stream into a buffer that grows up to max + 1 bytes. */
static int inflate_all(const struct zlib *z, z_stream *s, size_t max, char **ret, size_t *ret_len)
{
	_cleanup_free_ char *out = NULL;
	size_t size = 0;
	int r = Z_OK;

	while (r == Z_OK) {
		size_t used = s->total_out;

		if (used > max)
			return -EFBIG;
		if (used == size) {
			char *bigger;

			size = size ? size * 2 : 64 * 1024;
			if (size > max + 1)
				size = max + 1;
			bigger = realloc(out, size + 1);
			if (!bigger)
				return -ENOMEM;
			out = bigger;
		}
		s->next_out = (Bytef *)out + used;
		s->avail_out = (uInt)(size - used);
		r = z->run(s, Z_NO_FLUSH);
		if (r == Z_BUF_ERROR && s->avail_out == 0)
			r = Z_OK;
	}
	if (r != Z_STREAM_END)
		return r == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
	if (s->total_out > max)
		return -EFBIG;
	out[s->total_out] = '\0';
	*ret_len = s->total_out;
	*ret = TAKE_PTR(out);
	return 0;
}

int gunzip(const char *bytes, size_t n, size_t max, char **ret, size_t *ret_len)
{
	_cleanup_(zlib_done) struct zlib z = {0};
	z_stream s = {0};
	int r;

	if (n > UINT32_MAX || max > UINT32_MAX - 1)
		return -EFBIG;
	r = zlib_open(&z);
	if (r < 0)
		return r;
	s.next_in = (Bytef *)(uintptr_t)bytes;
	s.avail_in = (uInt)n;
	r = z.init(&s, GZIP_WINDOW, ZLIB_VERSION, (int)sizeof(s));
	if (r != Z_OK)
		return r == Z_MEM_ERROR ? -ENOMEM : -ENOTSUP;
	r = inflate_all(&z, &s, max, ret, ret_len);
	(void)z.end(&s);
	return r;
}
