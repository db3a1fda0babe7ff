/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the fuzz targets share. A target is one file with LLVMFuzzerTestOneInput(): bytes in, and it
 * aborts when something does not hold. With libFuzzer it is a fuzzer; with standalone.c it is a
 * program that replays a corpus, for any compiler.
 */
#pragma once

#include "macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what does not hold and aborts. */
_Noreturn void fuzz_failed(const char *file, int line, const char *what);

#define FUZZ_CHECK(condition)                                        \
	do {                                                         \
		if (!(condition))                                    \
			fuzz_failed(__FILE__, __LINE__, #condition); \
	} while (0)

/* Both strings are NULL, or they are equal. */
void fuzz_same(const char *what, const char *got, const char *expected);

/* The bytes in a block of just that size, so that reading past them is seen. Never NULL. The caller
 * frees it. */
char *fuzz_copy(const void *bytes, size_t n);

/* The bytes as a string: a NUL among them ends it. The caller frees it. */
char *fuzz_string(const void *bytes, size_t n);
