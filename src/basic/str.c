/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* strbuf: doubling growth; escaping decodes UTF-8 strictly (no overlong forms, no surrogates). */
#include "str.h"

#include <stdarg.h>
#include <stdio.h>

void strbuf_done(struct strbuf *b)
{
	free(b->bytes);
	*b = (struct strbuf){0};
}

void strbuf_clear(struct strbuf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->bytes)
		b->bytes[0] = '\0';
}

static int strbuf_reserve(struct strbuf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 64;
	char *q;

	if (b->failed || n > SIZE_MAX / 2 - b->len) {
		b->failed = true;
		return -ENOMEM;
	}
	if (b->len + n < b->cap)
		return 0;
	while (cap <= b->len + n)
		cap *= 2;
	q = realloc(b->bytes, cap);
	if (!q) {
		b->failed = true;
		return -ENOMEM;
	}
	b->bytes = q;
	b->cap = cap;
	return 0;
}

int strbuf_add(struct strbuf *b, const char *bytes, size_t n)
{
	int r = strbuf_reserve(b, n);

	if (r < 0)
		return r;
	if (n)
		memcpy(b->bytes + b->len, bytes, n);
	b->len += n;
	b->bytes[b->len] = '\0';
	return 0;
}

int strbuf_adds(struct strbuf *b, const char *s)
{
	return strbuf_add(b, s, strlen(s));
}

int strbuf_addc(struct strbuf *b, char c)
{
	return strbuf_add(b, &c, 1);
}

int strbuf_addf(struct strbuf *b, const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0) {
		s = NULL;
		b->failed = true;
		return -ENOMEM;
	}
	return strbuf_add(b, s, (size_t)n);
}

char *strbuf_take(struct strbuf *b)
{
	char *s;

	if (b->failed || (!b->bytes && strbuf_add(b, "", 0) < 0)) {
		strbuf_done(b);
		return NULL;
	}
	s = b->bytes;
	b->bytes = NULL;
	strbuf_done(b);
	return s;
}

/* Length of the UTF-8 sequence at s (n bytes left) and its code point; 0 when it is not UTF-8. */
static size_t utf8_decode(const unsigned char *s, size_t n, uint32_t *ret)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len;
	uint32_t c;

	if (s[0] < 0x80) {
		*ret = s[0];
		return 1;
	}
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2, c = s[0] & 0x1fU;
	else if ((s[0] & 0xf0) == 0xe0)
		len = 3, c = s[0] & 0x0fU;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4, c = s[0] & 0x07U;
	else
		return 0;
	if (len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3fU);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return len;
}

/* Code points that change what a terminal or a reader sees without being seen. */
static bool is_hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
	       (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	       (c >= 0xe0000 && c <= 0xe007f);
}

int strbuf_add_escaped(struct strbuf *b, const char *bytes, size_t n)
{
	const unsigned char *s = (const unsigned char *)bytes;

	for (size_t i = 0; i < n;) {
		uint32_t c = 0;
		size_t len = utf8_decode(s + i, n - i, &c);

		if (len == 1 && c == '\\') {
			(void)strbuf_adds(b, "\\\\");
			i++;
			continue;
		}
		if (len > 0 && !is_hidden(c)) {
			(void)strbuf_add(b, bytes + i, len);
			i += len;
			continue;
		}
		if (len == 0)
			len = 1;
		for (size_t k = 0; k < len; k++)
			(void)strbuf_addf(b, "\\x%02x", s[i + k]);
		i += len;
	}
	return b->failed ? -ENOMEM : 0;
}

int strbuf_add_utf8(struct strbuf *b, const char *bytes, size_t n)
{
	const unsigned char *s = (const unsigned char *)bytes;
	int clean = 1;

	for (size_t i = 0; i < n;) {
		uint32_t c = 0;
		size_t len = utf8_decode(s + i, n - i, &c);

		if (len > 0 && c != 0) {
			(void)strbuf_add(b, bytes + i, len);
			i += len;
			continue;
		}
		clean = 0;
		(void)strbuf_adds(b, "\xef\xbf\xbd");
		i++;
	}
	return b->failed ? -ENOMEM : clean;
}

int strbuf_add_quoted(struct strbuf *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_./@:+,=-";

	if (*word && strspn(word, plain) == strlen(word))
		return strbuf_adds(b, word);
	(void)strbuf_addc(b, '\'');
	for (const char *c = word; *c; c++) {
		if (*c == '\'')
			(void)strbuf_adds(b, "'\\''");
		else
			(void)strbuf_addc(b, *c);
	}
	return strbuf_addc(b, '\'');
}
