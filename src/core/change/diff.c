/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unified diffs of the changes that a plan makes. Those replace lines one by one and add lines at
 * the end, so lines that differ are found by comparing line N with line N; nothing has to be
 * guessed.
 */
#include "change.h"

#define CONTEXT 3

struct lines {
	const char **start; /* n + 1 of them; the last is the end */
	size_t n;
};

static int split(const struct content *c, struct lines *ret)
{
	size_t n = 0, i = 0;

	for (size_t k = 0; k < c->len; k++)
		n += c->bytes[k] == '\n';
	n += c->len > 0 && c->bytes[c->len - 1] != '\n';
	ret->start = calloc(n + 1, sizeof(*ret->start));
	if (!ret->start)
		return -ENOMEM;
	ret->n = n;
	for (const char *s = c->bytes; i < n; i++) {
		const char *end = c->bytes + c->len;
		const char *nl = memchr(s, '\n', (size_t)(end - s));

		ret->start[i] = s;
		s = nl ? nl + 1 : end;
		ret->start[i + 1] = s;
	}
	return 0;
}

static size_t line_len(const struct lines *l, size_t i)
{
	return (size_t)(l->start[i + 1] - l->start[i]);
}

static bool same_line(const struct lines *a, const struct lines *b, size_t i)
{
	return i < a->n && i < b->n && line_len(a, i) == line_len(b, i) &&
	       memcmp(a->start[i], b->start[i], line_len(a, i)) == 0;
}

static void add_line(struct strbuf *out, char mark, const struct lines *l, size_t i)
{
	size_t n = line_len(l, i);

	(void)strbuf_addc(out, mark);
	(void)strbuf_add(out, l->start[i], n);
	if (n == 0 || l->start[i][n - 1] != '\n')
		(void)strbuf_adds(out, "\n\\ No newline at end of file\n");
}

/* "-3,2": a range counts from 1; an empty one names the line before it. */
static void add_range(struct strbuf *out, char mark, size_t from, size_t n)
{
	(void)strbuf_addf(out, "%c%zu", mark, n > 0 ? from + 1 : from);
	if (n != 1)
		(void)strbuf_addf(out, ",%zu", n);
}

/* Lines from to end (of the longer side), some of which differ. */
static void add_hunk(struct strbuf *out, const struct lines *a, const struct lines *b, size_t from,
		     size_t end)
{
	size_t a_end = end < a->n ? end : a->n, b_end = end < b->n ? end : b->n;

	(void)strbuf_adds(out, "@@ ");
	add_range(out, '-', from, a_end > from ? a_end - from : 0);
	(void)strbuf_addc(out, ' ');
	add_range(out, '+', from, b_end > from ? b_end - from : 0);
	(void)strbuf_adds(out, " @@\n");
	for (size_t i = from; i < end;) {
		size_t stop = i;

		if (same_line(a, b, i)) {
			add_line(out, ' ', a, i++);
			continue;
		}
		while (stop < end && !same_line(a, b, stop))
			stop++;
		for (size_t k = i; k < stop && k < a->n; k++)
			add_line(out, '-', a, k);
		for (size_t k = i; k < stop && k < b->n; k++)
			add_line(out, '+', b, k);
		i = stop;
	}
}

/* The name as in git's patches. */
static void add_name(struct strbuf *out, const char *prefix, const char *path)
{
	bool quote = false, blank = false;

	for (const char *s = path; *s; s++) {
		quote |= (unsigned char)*s < ' ' || (unsigned char)*s >= 0x7f || *s == '"' ||
			 *s == '\\';
		blank |= *s == ' ';
	}
	if (!quote) {
		/* A tab ends a name that has blanks in it. */
		(void)strbuf_addf(out, "%s%s%s\n", prefix, path, blank ? "\t" : "");
		return;
	}
	(void)strbuf_addf(out, "\"%s", prefix);
	for (const char *s = path; *s; s++) {
		if (*s == '"' || *s == '\\')
			(void)strbuf_addf(out, "\\%c", *s);
		else if ((unsigned char)*s < ' ' || (unsigned char)*s >= 0x7f)
			(void)strbuf_addf(out, "\\%03o", (unsigned)(unsigned char)*s);
		else
			(void)strbuf_addc(out, *s);
	}
	(void)strbuf_adds(out, "\"\n");
}

static void add_hunks(struct strbuf *out, const struct lines *a, const struct lines *b)
{
	size_t n = a->n > b->n ? a->n : b->n;

	for (size_t i = 0; i < n;) {
		size_t from, last = i, end;

		if (same_line(a, b, i)) {
			i++;
			continue;
		}
		from = i > CONTEXT ? i - CONTEXT : 0;
		/* Changes whose context would touch share a hunk. */
		for (size_t k = i; k < n && k <= last + 2 * (size_t)CONTEXT; k++)
			last = same_line(a, b, k) ? last : k;
		end = last + 1 + CONTEXT < n ? last + 1 + CONTEXT : n;
		add_hunk(out, a, b, from, end);
		i = end;
	}
}

int change_diff(const struct change *c, struct strbuf *out)
{
	const struct content none = {0};
	_cleanup_free_ const char **a_start = NULL, **b_start = NULL;
	struct lines a = {0}, b = {0};
	int r = split(c->before.bytes ? &c->before : &none, &a);

	a_start = a.start;
	if (r == 0)
		r = split(&c->after, &b);
	b_start = b.start;
	if (r < 0)
		return r;
	(void)strbuf_adds(out, "--- ");
	if (c->before.bytes)
		add_name(out, "a", c->path);
	else
		(void)strbuf_adds(out, "/dev/null\n");
	(void)strbuf_adds(out, "+++ ");
	add_name(out, "b", c->path);
	add_hunks(out, &a, &b);
	return out->failed ? -ENOMEM : 0;
}
