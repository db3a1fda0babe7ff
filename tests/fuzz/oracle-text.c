/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts as values: every step makes a new one. */
#include "fuzz.h"
#include "oracle.h"

struct text text_of(const char *bytes, size_t n)
{
	struct text t = {.n = n};

	FUZZ_CHECK(n < sizeof(t.s));
	memcpy(t.s, bytes, n);
	return t;
}

struct text text_of_string(const char *s)
{
	return text_of(s, strlen(s));
}

bool text_is(const struct text *t, const char *s)
{
	return t->n == strlen(s) && memcmp(t->s, s, t->n) == 0;
}

bool text_has(const struct text *t, const char *bytes)
{
	for (size_t i = 0; i < t->n; i++)
		for (const char *b = bytes; *b; b++)
			if (t->s[i] == *b)
				return true;
	return false;
}

static bool in_set(char c, const char *set)
{
	return c && strchr(set, c);
}

struct text text_from(const struct text *t, size_t i)
{
	return text_of(t->s + i, t->n - i);
}

struct text text_strip_left(struct text t, const char *set)
{
	size_t i = 0;

	while (i < t.n && in_set(t.s[i], set))
		i++;
	return text_from(&t, i);
}

struct text text_strip_right(struct text t, const char *set)
{
	while (t.n > 0 && in_set(t.s[t.n - 1], set))
		t.s[--t.n] = '\0';
	return t;
}

struct text text_strip(struct text t, const char *set)
{
	return text_strip_right(text_strip_left(t, set), set);
}

bool text_cut(const struct text *t, char c, struct text *ret_before, struct text *ret_after)
{
	struct text whole = *t;

	for (size_t i = 0; i < whole.n; i++) {
		if (whole.s[i] == c) {
			*ret_before = text_of(whole.s, i);
			*ret_after = text_from(&whole, i + 1);
			return true;
		}
	}
	return false;
}

void text_append(struct text *t, char c)
{
	FUZZ_CHECK(t->n + 1 < sizeof(t->s));
	t->s[t->n++] = c;
	t->s[t->n] = '\0';
}

/* The code point at s and its length; 0 for what is not UTF-8. */
static size_t decode(const unsigned char *s, size_t n, uint32_t *ret)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {
		{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t extra = 0; extra < ELEMENTSOF(forms); extra++) {
		uint32_t point = s[0] & (unsigned char)~forms[extra].mask;

		if ((s[0] & forms[extra].mask) != forms[extra].lead)
			continue;
		if (n < extra + 1)
			return 0;
		for (size_t i = 1; i <= extra; i++) {
			if ((s[i] & 0xc0) != 0x80)
				return 0;
			point = point << 6 | (s[i] & 0x3f);
		}
		if (point < forms[extra].least || point > 0x10ffff ||
		    (point >= 0xd800 && point <= 0xdfff))
			return 0;
		*ret = point;
		return extra + 1;
	}
	return 0;
}

bool oracle_is_utf8(const char *bytes, size_t n)
{
	uint32_t point;

	for (size_t i = 0, k; i < n; i += k) {
		k = decode((const unsigned char *)bytes + i, n - i, &point);
		if (k == 0)
			return false;
	}
	return true;
}

/* str.isspace(): Unicode's blanks, and four separators of ASCII. */
static bool is_python_blank(uint32_t point)
{
	static const uint32_t blanks[] = {0x85,	  0xa0,	  0x1680, 0x2028,
					  0x2029, 0x202f, 0x205f, 0x3000};

	for (size_t i = 0; i < ELEMENTSOF(blanks); i++)
		if (point == blanks[i])
			return true;
	return (point >= 0x09 && point <= 0x0d) || (point >= 0x1c && point <= 0x20) ||
	       (point >= 0x2000 && point <= 0x200a);
}

struct text text_strip_python(struct text t)
{
	size_t first = t.n, last = 0, k;
	uint32_t point = 0;

	for (size_t i = 0; i < t.n; i += k) {
		k = decode((unsigned char *)t.s + i, t.n - i, &point);
		FUZZ_CHECK(k > 0);
		if (is_python_blank(point))
			continue;
		if (first == t.n)
			first = i;
		last = i + k;
	}
	return first < last ? text_of(t.s + first, last - first) : text_of("", 0);
}
