/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The vectors of FIPS 180-4's examples, and every length around the edges of a block. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sha256.h"

static void hash(const void *bytes, size_t n, char ret[2 * SHA256_SIZE + 1])
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, bytes, n);
	sha256_end(&h, digest);
	sha256_hex(digest, ret);
}

static void known_messages(void **state)
{
	static const struct {
		const char *message, *digest;
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
		 "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		 "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	};
	char hex[2 * SHA256_SIZE + 1];

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		hash(cases[i].message, strlen(cases[i].message), hex);
		assert_string_equal(hex, cases[i].digest);
	}
}

static void a_million_letters(void **state)
{
	char hex[2 * SHA256_SIZE + 1], block[1000];
	uint8_t digest[SHA256_SIZE];
	struct sha256 h;

	memset(block, 'a', sizeof(block));
	sha256_init(&h);
	for (unsigned i = 0; i < 1000; i++)
		sha256_add(&h, block, sizeof(block));
	sha256_end(&h, digest);
	sha256_hex(digest, hex);
	assert_string_equal(hex,
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Zeros of length 55 to 65, where the padding moves to a block of its own; sha256sum(1) agrees. */
static void edges_of_a_block(void **state)
{
	static const struct {
		size_t n;
		const char *digest;
	} cases[] = {
		{55, "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"},
		{56, "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"},
		{57, "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785"},
		{63, "c7723fa1e0127975e49e62e753db53924c1bd84b8ac1ac08df78d09270f3d971"},
		{64, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"},
		{65, "98ce42deef51d40269d542f5314bef2c7468d401ad5d85168bfab4c0108f75f7"},
		{119, "f616b0d54e78571a9611f343c9f8e022e859e920381ab0e4d3da01e193a7bd7e"},
		{120, "6edd9f6f9cc92cded36e6c4a580933f9c9f1b90562b46903b806f21902a1a54f"},
		{128, "38723a2e5e8a17aa7950dc008209944e898f69a7bd10a23c839d341e935fd5ca"},
	};
	static const uint8_t zeros[128];
	char hex[2 * SHA256_SIZE + 1];

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		hash(zeros, cases[i].n, hex);
		assert_string_equal(hex, cases[i].digest);
	}
}

static void pieces_make_no_difference(void **state)
{
	char whole[2 * SHA256_SIZE + 1], parts[2 * SHA256_SIZE + 1];
	uint8_t digest[SHA256_SIZE], bytes[300];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	hash(bytes, sizeof(bytes), whole);
	for (size_t step = 1; step < sizeof(bytes); step++) {
		struct sha256 h;

		sha256_init(&h);
		for (size_t at = 0; at < sizeof(bytes); at += step)
			sha256_add(&h, bytes + at,
				   sizeof(bytes) - at < step ? sizeof(bytes) - at : step);
		sha256_end(&h, digest);
		sha256_hex(digest, parts);
		assert_string_equal(parts, whole);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_messages),
		cmocka_unit_test(a_million_letters),
		cmocka_unit_test(edges_of_a_block),
		cmocka_unit_test(pieces_make_no_difference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
