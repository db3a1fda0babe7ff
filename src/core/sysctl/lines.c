/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of a configuration file. Files are read through one buffer in chunks that end at a line's
 * end. A chunk in which no wanted key can stand, since its longest literal part occurs nowhere and
 * no pattern or backslash does either, is passed over as a whole: that is what makes a million
 * lines cheap. What is kept is bounded by the lines that match.
 */
#include "lines.h"

#include "limits.h"

#define CHUNK (64 * 1024)

/* Text of a line kept for people. */
#define TEXT_MAX 4096

static void longest_literal(const char *pattern, const char **ret, size_t *ret_n)
{
	*ret = pattern;
	*ret_n = 0;
	for (const char *p = pattern; *p;) {
		size_t n = strcspn(p, "/.*?[]\\");

		if (n > *ret_n) {
			*ret = p;
			*ret_n = n;
		}
		p += n;
		p += *p != '\0';
	}
}

static bool mentions_wanted(const struct key_filter *f, const char *bytes, size_t n)
{
	for (size_t i = 0; i < f->n; i++) {
		const char *needle;
		size_t len;

		longest_literal(f->patterns[i], &needle, &len);
		if (len == 0 || memmem(bytes, n, needle, len))
			return true;
	}
	return false;
}

static bool chunk_matters(const struct read_ctx *c, const char *bytes, size_t n)
{
	if ((c->quirks & Q(GLOBS)) &&
	    (memchr(bytes, '*', n) || memchr(bytes, '?', n) || memchr(bytes, '[', n)))
		return true;
	if ((c->quirks & (Q(CONTINUES) | Q(BACKSLASH_EATEN))) && memchr(bytes, '\\', n))
		return true;
	return n >= LIMIT_LINE || mentions_wanted(c->filter, bytes, n);
}

static int keep_entry(struct read_ctx *c, struct parsed *p, const struct line_place *at,
		      const char *text, size_t n)
{
	struct loader_script *s = c->script;
	struct sysctl_entry *e;

	if (s->n_entries >= LIMIT_ENTRIES || s->bytes > LIMIT_SCRIPT_BYTES)
		return error_set(c->e, E2BIG, s->files[at->file].path, at->line,
				 "too many lines set the key");
	if (array_reserve(&s->entries, s->n_entries, &s->cap_entries, sizeof(*e)) < 0)
		return -ENOMEM;
	e = &s->entries[s->n_entries];
	*e = (struct sysctl_entry){
		.kind = p->kind,
		.file = at->file,
		.line = at->line,
		.text_len = n < TEXT_MAX ? n : TEXT_MAX,
		.is_glob = p->is_glob,
		.ignore_failure = p->ignore_failure,
		.too_long = at->cut,
		.run = c->run,
		.reason = p->reason,
		.value_len = p->value_len,
	};
	e->text = malloc(e->text_len + 1);
	if (!e->text)
		return -ENOMEM;
	memcpy(e->text, text, e->text_len);
	e->text[e->text_len] = '\0';
	e->spelled = TAKE_PTR(p->spelled);
	e->key = TAKE_PTR(p->key);
	e->value = TAKE_PTR(p->value);
	s->bytes += e->text_len + e->value_len + sizeof(*e);
	s->n_entries++;
	if (at->cut && s->files[at->file].status == FILE_READ)
		s->incomplete = true;
	return 0;
}

int lines_add(struct read_ctx *c, const struct line_place *at, const char *line, size_t n)
{
	_cleanup_(parsed_done) struct parsed p = {0};
	const char *nul =
		c->quirks & (Q(NUL_ENDS_LINE) | Q(KEEPS_NUL)) ? NULL : memchr(line, '\0', n);
	bool wanted;
	int r;

	r = c->grammar(c->quirks, line, nul ? (size_t)(nul - line) : n, &p);
	if (r <= 0)
		return r;
	wanted = p.key && key_filter_match(c->filter, p.key, p.is_glob);
	if (!wanted && p.kind == ENTRY_MALFORMED)
		wanted = mentions_wanted(c->filter, line, n);
	if (!wanted && at->cut && !p.key)
		wanted = true;
	return wanted ? keep_entry(c, &p, at, line, n) : 0;
}

static bool ends_line(quirks_t q, char ch)
{
	return ch == '\n' || (ch == '\r' && (q & Q(CR_ENDS_LINE))) ||
	       (ch == '\0' && (q & Q(NUL_ENDS_LINE)));
}

/* End of the physical line at s: the first terminator, or end. */
static const char *line_end(quirks_t q, const char *s, const char *end)
{
	const char *nl = memchr(s, '\n', (size_t)(end - s));
	const char *stop = nl ? nl : end, *p;

	if ((q & Q(CR_ENDS_LINE)) && (p = memchr(s, '\r', (size_t)(stop - s))))
		stop = p;
	if ((q & Q(NUL_ENDS_LINE)) && (p = memchr(s, '\0', (size_t)(stop - s))))
		stop = p;
	return stop;
}

/* Joins lines that end in a backslash. s is a line's start, stop its end, both moved on. */
static int join_lines(struct read_ctx *c, const char **stop, const char *s, const char *end,
		      unsigned *line, struct strbuf *joined)
{
	strbuf_clear(joined);
	while (*stop > s && (*stop)[-1] == '\\') {
		(void)strbuf_add(joined, s, (size_t)(*stop - s) - 1);
		if (*stop == end)
			return joined->failed ? -ENOMEM : 1;
		s = *stop + 1;
		(*line)++;
		*stop = line_end(c->quirks, s, end);
		if (s == end)
			return joined->failed ? -ENOMEM : 1;
	}
	(void)strbuf_add(joined, s, (size_t)(*stop - s));
	return joined->failed ? -ENOMEM : 1;
}

/* fgets(3) with a small buffer: a long line comes in pieces. */
static int add_pieces(struct read_ctx *c, const struct line_place *at, const char *s, size_t n)
{
	int r = 0;

	while (r >= 0 && n > 0) {
		size_t k = n < SHORT_BUFFER_SIZE ? n : SHORT_BUFFER_SIZE;

		r = lines_add(c, at, s, k);
		s += k;
		n -= k;
	}
	return r;
}

/* All lines of a chunk; the last one may lack its terminator only at the end of the file. Returns 1
 * when the loader stops reading the file here. */
static int add_chunk(struct read_ctx *c, struct line_place *at, const char *s, const char *end)
{
	_cleanup_strbuf_ struct strbuf joined = {0};
	int r;

	while (s < end) {
		const char *stop = line_end(c->quirks, s, end);
		unsigned next = at->line;

		if ((c->quirks & Q(LINE_LIMIT)) && stop - s >= LIMIT_LINE) {
			c->script->files[at->file].reason = REASON_LINE_TOO_LONG;
			return 1;
		}
		if (stop == end && (c->quirks & Q(NEEDS_NEWLINE)))
			return 0;
		if ((c->quirks & Q(CONTINUES)) && stop > s && stop[-1] == '\\') {
			r = join_lines(c, &stop, s, end, &next, &joined);
			if (r >= 0)
				r = lines_add(c, at, joined.bytes ? joined.bytes : "", joined.len);
		} else if (c->quirks & Q(SHORT_BUFFER)) {
			r = add_pieces(c, at, s, (size_t)(stop - s));
		} else {
			r = lines_add(c, at, s, (size_t)(stop - s));
		}
		if (r < 0)
			return r;
		at->line = next + (stop < end && *stop == '\n');
		s = stop + 1;
	}
	return 0;
}

static unsigned count_newlines(const char *s, size_t n)
{
	unsigned k = 0;

	for (size_t i = 0; i < n; i++)
		k += s[i] == '\n';
	return k;
}

/* Length of the part of the buffer that ends with a whole logical line; 0 when there is none. */
static size_t whole_lines(quirks_t q, const char *b, size_t n)
{
	while (n > 0) {
		if (ends_line(q, b[n - 1]) && !((q & Q(CONTINUES)) && n > 1 && b[n - 2] == '\\'))
			return n;
		n--;
	}
	return 0;
}

/* Length of what is left of a line that began before the buffer, its end included. */
static size_t rest_of_line(quirks_t q, const char *b, size_t n)
{
	const char *s = b, *end = b + n;

	for (;;) {
		const char *stop = line_end(q, s, end);

		if (stop == end)
			return n;
		s = stop + 1;
		if (!(q & Q(CONTINUES)) || stop == b || stop[-1] != '\\')
			return (size_t)(s - b);
	}
}

static int buffer_reserve(struct read_ctx *c, size_t n)
{
	size_t want = c->buffer_size ? c->buffer_size : CHUNK;
	char *q;

	if (n < c->buffer_size)
		return 0;
	while (want <= n)
		want *= 2;
	q = realloc(c->buffer, want);
	if (!q)
		return -ENOMEM;
	c->buffer = q;
	c->buffer_size = want;
	return 0;
}

/* Handles what the buffer holds. Returns 1 when the loader stops here; *len is what is left over.
 */
static int consume(struct read_ctx *c, struct line_place *at, size_t *len, bool eof)
{
	size_t n = eof ? *len : whole_lines(c->quirks, c->buffer, *len);
	int r = 0;

	if (n == 0 && *len > LIMIT_LINE) {
		/* No end in sight: what is known of this line is looked at, the rest passed over.
		 */
		if (c->quirks & Q(LINE_LIMIT)) {
			c->script->files[at->file].reason = REASON_LINE_TOO_LONG;
			return 1;
		}
		if (!at->cut) {
			at->cut = true;
			r = lines_add(c, at, c->buffer, LIMIT_LINE);
		}
		*len = 0;
		return r;
	}
	if (n > 0 && at->cut) {
		size_t skip = rest_of_line(c->quirks, c->buffer, n);

		at->cut = false;
		at->line += count_newlines(c->buffer, skip);
		memmove(c->buffer, c->buffer + skip, *len - skip);
		*len -= skip;
		return consume(c, at, len, eof);
	}
	if (n > 0 && !chunk_matters(c, c->buffer, n))
		at->line += count_newlines(c->buffer, n);
	else if (n > 0)
		r = add_chunk(c, at, c->buffer, c->buffer + n);
	memmove(c->buffer, c->buffer + n, *len - n);
	*len -= n;
	return r;
}

int lines_read(struct read_ctx *c, size_t file, struct tree_file *f)
{
	struct line_place at = {.file = file, .line = 1};
	uint64_t total = 0;
	size_t len = 0;
	int r = 0;

	if (f->st.type == TREE_REG && f->st.size > LIMIT_CONF_FILE)
		return -EFBIG;
	while (r == 0) {
		ssize_t k;

		r = buffer_reserve(c, len + CHUNK / 2);
		if (r < 0)
			return r;
		k = tree_file_read(f, c->buffer + len, c->buffer_size - len);
		if (k < 0)
			return (int)k;
		total += (uint64_t)k;
		if (total > LIMIT_CONF_FILE)
			return -EFBIG;
		len += (size_t)k;
		r = consume(c, &at, &len, k == 0);
		if (k == 0)
			break;
	}
	return r < 0 ? r : 0;
}
