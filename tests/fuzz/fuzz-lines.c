/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A whole file, against a plain cutting into lines and the oracle for each: lines.c passes over
 * chunks that cannot matter, joins and cuts lines, and none of this may be seen. The first byte
 * says which loader and whether patterns are wanted too, the next two how much filler stands before
 * the rest, and of what kind: lines, or one long line that the rest goes on with, so that small
 * inputs reach the ends of buffers.
 */
#include "fuzz.h"
#include "oracle.h"
#include "str.h"

#include <fnmatch.h>

static const struct reader {
	const char *spec, *path;
	unsigned version;
	oracle_fn *oracle;
	bool cr, nul, joins, pieces; /* what else ends a line; a backslash goes on; 4095 bytes */
} readers[] = {
	{"systemd-sysctl@252", "/etc/sysctl.d/x.conf", 252, oracle_systemd, true, true, false,
	 false},
	{"procps-p@3.3.10", "/etc/sysctl.conf", 30310, oracle_procps3, false, false, false, true},
	{"procps-p@3.3.17", "/etc/sysctl.conf", 30317, oracle_procps3, false, false, false, false},
	{"procps-p@4.0.2", "/etc/sysctl.conf", 40002, oracle_procps4, false, false, false, false},
	{"busybox@1.0", "/etc/sysctl.conf", 100, oracle_busybox, false, false, true, false},
	{"busybox@1.35", "/etc/sysctl.conf", 135, oracle_busybox, false, false, true, false},
};

#define PIECE	  4095
#define LONG_LINE (1024 * 1024)
#define LITERAL	  "ptrace_scope"

/* What is seen of one line that concerns the key. */
struct seen {
	unsigned line;
	enum entry_kind kind;
	char *value; /* owned, or NULL */
	size_t n;
};

struct list {
	struct seen *at;
	size_t n;
};

static void add(struct list *l, struct seen s)
{
	l->at = realloc(l->at, (l->n + 1) * sizeof(*l->at));
	FUZZ_CHECK(l->at);
	l->at[l->n++] = s;
}

static void list_done(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->at[i].value);
	free(l->at);
}

static bool contains(const char *s, size_t n, const char *what)
{
	return memmem(s, n, what, strlen(what)) != NULL;
}

static bool concerns(const struct said *said, const char *line, size_t n)
{
	if (said->kind == ENTRY_MALFORMED)
		return contains(line, n, LITERAL);
	/* A pattern with braces is decided on later. */
	if (said->pattern && text_has(&said->key, "{"))
		return false;
	return said->pattern
		       ? fnmatch(said->key.s, PTRACE_SCOPE_KEY, FNM_PATHNAME | FNM_PERIOD) == 0
		       : text_is(&said->key, PTRACE_SCOPE_KEY);
}

/* False when a line is too long for the oracle. */
static bool take(const struct reader *r, unsigned number, const char *line, size_t n,
		 struct list *ret)
{
	const char *nul = memchr(line, '\0', n);
	size_t visible = nul ? (size_t)(nul - line) : n;
	struct said said;

	/* Filler: a comment for all, unless it comes in pieces. */
	if (line[0] == '#' && !r->pieces)
		return true;
	if (visible > ORACLE_MAX)
		return false;
	said = r->oracle(r->version, text_of(line, visible));
	if (!said.nothing && concerns(&said, line, n))
		add(ret, (struct seen){number, said.kind,
				       said.kind == ENTRY_ASSIGN
					       ? fuzz_string(said.value.s, said.value.n)
					       : NULL,
				       said.kind == ENTRY_ASSIGN ? said.value.n : 0});
	return true;
}

/* False when there is no telling. */
static bool expected(const struct reader *r, const char *s, size_t n, struct list *ret)
{
	_cleanup_strbuf_ struct strbuf line = {0};
	unsigned number = 1, first = 1;

	for (size_t i = 0; i <= n; i++) {
		bool end = i == n || s[i] == '\n' || (r->cr && s[i] == '\r') ||
			   (r->nul && s[i] == '\0');

		if (!end)
			(void)strbuf_addc(&line, s[i]);
		if (!end && !(r->pieces && line.len == PIECE))
			continue;
		if (end && r->joins && i < n && line.len > 0 && line.bytes[line.len - 1] == '\\') {
			line.bytes[--line.len] = '\0';
			number++;
			continue;
		}
		/* A backslash at the very end goes on with nothing. */
		if (i == n && r->joins && line.len > 0 && line.bytes[line.len - 1] == '\\')
			line.bytes[--line.len] = '\0';
		if (r->nul && line.len >= LONG_LINE)
			return true;
		if (line.len > 0 && !take(r, first, line.bytes, line.len, ret))
			return false;
		strbuf_clear(&line);
		number += i < n && s[i] == '\n';
		first = number;
	}
	return true;
}

static void got(const struct loader_script *s, struct list *ret)
{
	for (size_t i = 0; i < s->n_entries; i++) {
		const struct sysctl_entry *e = &s->entries[i];

		/* A line that is wrong and finds the key by a pattern. */
		if (e->kind == ENTRY_MALFORMED && !contains(e->text, e->text_len, LITERAL))
			continue;
		if (e->is_glob && strchr(e->key, '{'))
			continue;
		add(ret, (struct seen){e->line, e->kind,
				       e->value ? fuzz_string(e->value, e->value_len) : NULL,
				       e->value_len});
	}
}

static char *with_filler(const uint8_t *data, size_t size, size_t *ret_n)
{
	size_t filler = (size_t)(data[1] & 0x3f) << 8 | data[2];
	_cleanup_strbuf_ struct strbuf b = {0};

	/* One line may be longer than any that is read whole. */
	if (data[1] & 0x80)
		filler *= data[1] & 0x40 ? 65 : 9;
	if (filler > 0 && (data[1] & 0x40)) {
		(void)strbuf_addc(&b, '#');
		for (size_t i = 1; i < filler; i++)
			(void)strbuf_addc(&b, 'x');
	} else {
		for (size_t i = 0; i < filler; i++)
			(void)strbuf_addc(&b, i % 64 == 63 || i + 1 == filler ? '\n' : '#');
	}
	(void)strbuf_add(&b, (const char *)data + 3, size - 3);
	*ret_n = b.len;
	return strbuf_take(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = {PTRACE_SCOPE_KEY, "kernel/*", "*/yama/*",
					   "net/[a-z]*/?"};
	struct key_filter filter = {keys, 1};
	struct loader_instance li = {0};
	struct loader_script *s = NULL;
	struct list want = {0}, have = {0};
	_cleanup_tree_ struct tree *tree = NULL;
	_cleanup_free_ char *text = NULL;
	const struct reader *r;
	size_t n;

	if (size < 3 || size > 4 * ORACLE_MAX)
		return 0;
	r = &readers[(data[0] & 0x3f) % ELEMENTSOF(readers)];
	text = with_filler(data, size, &n);
	FUZZ_CHECK(text && tree_new_memory(&tree) == 0);
	FUZZ_CHECK(tree_add_file(tree, r->path, text, n) == 0);
	FUZZ_CHECK(loader_instance_parse(r->spec, &li, NULL) == 0);
	/* With patterns among what is wanted there is no oracle: every entry still has its line. */
	filter.n = 1 + data[0] / 0x40;
	FUZZ_CHECK(loader_read(&li, tree, &filter, /* volatile_too= */ true, &s, NULL) == 0);
	for (size_t i = 0; i < s->n_entries; i++)
		FUZZ_CHECK(s->entries[i].line >= 1 && s->entries[i].line <= n + 1);
	if (filter.n == 1 && expected(r, text, n, &want)) {
		got(s, &have);
		FUZZ_CHECK(have.n == want.n);
		for (size_t i = 0; i < want.n; i++) {
			FUZZ_CHECK(have.at[i].line == want.at[i].line);
			FUZZ_CHECK(have.at[i].kind == want.at[i].kind);
			FUZZ_CHECK(have.at[i].n == want.at[i].n);
			fuzz_same("value", have.at[i].value, want.at[i].value);
		}
	}
	list_done(&want);
	list_done(&have);
	loader_script_free(s);
	loader_instance_done(&li);
	return 0;
}
