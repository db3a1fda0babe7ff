/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * OpenRC's own boot script (init.d/sysctl.in). On Linux it runs "sysctl --system", whatever sysctl
 * is installed: with procps it is that loader; busybox, which is meant here, does not know the
 * option, so that nothing at all is applied.
 *
 * A change that was proposed as number 291 in 2019 and is in no release reads the lines in the
 * shell and hands each to "sysctl -w", a process of its own. It is found told as what OpenRC does,
 * so it can be asked for, as version 291.
 */
#include "busybox.h"
#include "limits.h"
#include "lines.h"

/* Whether the shell's "read" goes on after this line: it ends in an odd number of backslashes. */
static bool is_continued(quirks_t q, const char *s, size_t n)
{
	size_t k = 0;

	while (k < n && s[n - 1 - k] == '\\')
		k++;
	return (q & Q(CONTINUES)) && k % 2 == 1;
}

/* Adds the lines, those that are continued as one. */
static int add_lines(struct read_ctx *c, size_t file, const char *s, size_t n)
{
	const char *end = s + n, *start = s;
	struct line_place at = {.file = file, .line = 1};
	unsigned line = 1;
	int r = 0;

	while (r == 0 && s < end) {
		const char *stop = memchr(s, '\n', (size_t)(end - s));
		bool last = !stop;

		if (last && (c->quirks & Q(NEEDS_NEWLINE)))
			return 0;
		stop = last ? end : stop;
		line++;
		if (last || !is_continued(c->quirks, s, (size_t)(stop - s))) {
			r = lines_add(c, &at, start, (size_t)(stop - start));
			start = stop + 1;
			at.line = line;
		}
		s = stop + 1;
	}
	return r;
}

static enum reason reason_of(int r)
{
	switch (r) {
	case -ENOENT:
	case -ENOTDIR:
		return REASON_DANGLING;
	case -ELOOP:
		return REASON_LOOP;
	case -EISDIR:
		return REASON_DIRECTORY;
	case -EBADFD:
		return REASON_NOT_REGULAR;
	case -EFBIG:
		return REASON_TOO_BIG;
	default:
		return REASON_UNREADABLE;
	}
}

static int read_file(struct read_ctx *c, const char *path)
{
	_cleanup_free_ char *text = NULL;
	enum reason reason = REASON_NONE;
	enum file_status status = FILE_READ;
	size_t n = 0;
	ssize_t file;
	int r;

	r = tree_read_file(c->tree, path, LIMIT_CONF_FILE, &text, &n);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		reason = reason_of(r);
		status = reason == REASON_DANGLING || reason == REASON_LOOP ||
					 reason == REASON_DIRECTORY
				 ? FILE_IGNORED
				 : FILE_UNREADABLE;
	}
	file = ctx_note_file(c, path, status, reason, -1);
	if (file < 0)
		return (int)file;
	c->script->files[file].err = status == FILE_UNREADABLE ? -r : 0;
	return r < 0 ? 0 : add_lines(c, (size_t)file, text, n);
}

static int note(struct read_ctx *c, const char *path, enum reason reason)
{
	return ctx_note_file(c, path, FILE_IGNORED, reason, -1) < 0 ? -ENOMEM : 0;
}

static int read_openrc(struct read_ctx *c)
{
	quirks_t q = c->li->quirks;
	_cleanup_(dropins_done) struct dropins list = {0};
	struct tree_stat st;
	bool exists = tree_stat(c->tree, "/etc/sysctl.conf", &st, NULL) == 0;
	int r = 0;

	if (q & Q(ASKS_SYSTEM))
		return exists ? note(c, "/etc/sysctl.conf", REASON_NOT_READ) : 0;
	if (!exists && (q & Q(NEEDS_CONF)))
		return note(c, "/etc/sysctl.d", REASON_NO_SYSCTL_CONF);
	if (exists)
		r = read_file(c, "/etc/sysctl.conf");
	if (r == 0)
		r = ctx_list_dropins(c, "/etc/sysctl.d", 0, &list);
	for (size_t i = 0; r == 0 && i < list.n; i++)
		r = read_file(c, list.items[i].path);
	return r;
}

static grammar_fn openrc_grammar(quirks_t q)
{
	return grammar_openrc;
}

#define OPENRC_291                                                                               \
	(Q(NEEDS_CONF) | Q(SPACES_ONLY) | Q(BACKSLASH_EATEN) | Q(CONTINUES) | Q(NEEDS_NEWLINE) | \
	 Q(KEEPS_NUL) | Q(GREEDY_DOTS) | Q(SWAPS_MIXED))

static const struct version_span spans[] = {
	{"0.13", OPENRC_291 | Q(ASKS_SYSTEM), "the script, with busybox 1.35 (Debian 12)",
	 Q(ASKS_SYSTEM)},
	{"291", OPENRC_291, "the script, with busybox 1.35 (Debian 12)", 0},
};

const struct loader loader_openrc = {
	.id = LOADER_OPENRC,
	.spans = spans,
	.n_spans = ELEMENTSOF(spans),
	.consults = OPENRC_291 | Q(ASKS_SYSTEM) | Q(ADDS_NEWLINE) | Q(READS_HIDDEN),
	.grammar = openrc_grammar,
	.read = read_openrc,
};
