/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * basic: what any C program of ours needs and that knows nothing of ptrace or sysctl. Uses libc
 * and, in jsonx only, json-c; nothing else of this project.
 *
 * This header: ownership and array helpers.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define _cleanup_(f)   __attribute__((cleanup(f)))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _unused_       __attribute__((unused))

#define ELEMENTSOF(x) (sizeof(x) / sizeof((x)[0]))

/* Gives the pointer away: the variable is NULL afterwards, so its cleanup does nothing. */
#define TAKE_PTR(p)                        \
	({                                 \
		__typeof__(p) *_pp = &(p); \
		__typeof__(p) _v = *_pp;   \
		*_pp = NULL;               \
		_v;                        \
	})

/* Gives the descriptor away: the variable is -EBADF afterwards. */
#define TAKE_FD(fd)                \
	({                         \
		int *_pfd = &(fd); \
		int _v = *_pfd;    \
		*_pfd = -EBADF;    \
		_v;                \
	})

/* Defines f_p(), for _cleanup_ on a pointer whose destructor takes NULL. */
#define DEFINE_CLEANUP(type, f)           \
	static inline void f##_p(type *p) \
	{                                 \
		if (*p)                   \
			(void)f(*p);      \
	}

static inline void free_p(void *p)
{
	free(*(void **)p);
}

#define _cleanup_free_ _cleanup_(free_p)

static inline bool streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static inline bool startswith(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static inline bool endswith(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

/*
 * Makes room for one more element in an array that grows by doubling.
 *
 * @array: pointer to the array variable (NULL at the start); owned by the caller
 * @n: elements in use
 * @cap: elements allocated, updated
 * @size: of one element, in bytes
 *
 * Returns 0, or -ENOMEM, when nothing has changed.
 */
static inline int array_reserve(void *array, size_t n, size_t *cap, size_t size)
{
	void **p = array;
	size_t want;
	void *q;

	if (n < *cap)
		return 0;
	want = *cap ? *cap * 2 : 8;
	if (want > SIZE_MAX / size)
		return -ENOMEM;
	q = realloc(*p, want * size);
	if (!q)
		return -ENOMEM;
	*p = q;
	*cap = want;
	return 0;
}
