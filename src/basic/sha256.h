/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SHA-256 (FIPS 180-4), incremental. Our own since the core links nothing but libc and json-c. */
#pragma once

#include "macro.h"

#define SHA256_SIZE 32

struct sha256 {
	uint32_t state[8];
	uint64_t total; /* bytes so far */
	uint8_t block[64];
};

void sha256_init(struct sha256 *h);

/* Adds n bytes. */
void sha256_add(struct sha256 *h, const void *bytes, size_t n);

/* Ends and gives the digest; h must be initialised again before the next use. */
void sha256_end(struct sha256 *h, uint8_t ret[SHA256_SIZE]);

/* Writes a digest as 64 lower-case hex digits and a NUL. */
void sha256_hex(const uint8_t digest[SHA256_SIZE], char ret[2 * SHA256_SIZE + 1]);
