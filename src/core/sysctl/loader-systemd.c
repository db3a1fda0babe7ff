/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * systemd-sysctl: drop-ins of all directories in the order of their names, the strongest
 * directory's file of a name, all merged into one map by key. /etc/sysctl.conf only through a link.
 */
#include "loader-impl.h"

#define BASE                                                                                   \
	(Q(CR_ENDS_LINE) | Q(NUL_ENDS_LINE) | Q(LINE_LIMIT) | Q(DASH) | Q(DASH_BLANK) |        \
	 Q(EXCLUDES) | Q(EMPTY_WRITES) | Q(FIRST_SEPARATOR) | Q(SIMPLIFIES) | Q(GLOBS) |       \
	 Q(MERGES) | Q(SAME_KEEPS_PLACE) | Q(EXCLUSION_UNSETS) | Q(BRACES) | Q(ADDS_NEWLINE) | \
	 Q(OTHERS_MASK))

/* /lib/sysctl.d counts only in builds for a split /usr: Debian's up to 12. 250 writes no value that
 * is there already, and wants keys without ".." (pull requests 20676 and 20746). A loop was seen to
 * mask in 257, and not in 262. */
static const struct version_span spans[] = {
	{"247", BASE | Q(LOOP_MASKS) | Q(READS_LIB), "247 (Debian 11)"},
	{"250", BASE | Q(SKIPS_EQUAL) | Q(LOOP_MASKS) | Q(READS_LIB) | Q(REJECTS_DOTDOT),
	 "252 (Debian 12)"},
	{"255", BASE | Q(SKIPS_EQUAL) | Q(LOOP_MASKS) | Q(REJECTS_DOTDOT), "257 (Debian 13)"},
	{"262", BASE | Q(SKIPS_EQUAL) | Q(REJECTS_DOTDOT), NULL},
};

static grammar_fn grammar(quirks_t q)
{
	return grammar_systemd;
}

/* Notes /etc/sysctl.conf when no drop-in leads to it, so that a person is told why it is inert. */
static int note_sysctl_conf(struct read_ctx *c)
{
	struct tree_stat st;

	if (tree_stat(c->tree, "/etc/sysctl.conf", &st, NULL) < 0 || st.type != TREE_REG)
		return 0;
	for (size_t i = 0; i < c->script->n_files; i++) {
		const struct sysctl_file *f = &c->script->files[i];

		if (f->status == FILE_READ && f->real && streq(f->real, "/etc/sysctl.conf"))
			return 0;
	}
	return ctx_pass_over(c, "/etc/sysctl.conf", TREE_LNK, FILE_IGNORED, REASON_NO_LINK, -1);
}

static int read_files(struct read_ctx *c)
{
	static const char *const dirs[] = {"/etc/sysctl.d", "/run/sysctl.d",
					   "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d",
					   "/lib/sysctl.d"};
	bool lib = (c->li->quirks & Q(READS_LIB)) && !ctx_lib_is_usr_lib(c);
	size_t n = ELEMENTSOF(dirs) - !lib;
	int r;

	r = ctx_read_merged(c, dirs, n);
	return r < 0 ? r : note_sysctl_conf(c);
}

const struct loader loader_systemd = {
	.id = LOADER_SYSTEMD,
	.spans = spans,
	.n_spans = ELEMENTSOF(spans),
	.consults = BASE | Q(SKIPS_EQUAL) | Q(LOOP_MASKS) | Q(READS_LIB) | Q(REJECTS_DOTDOT) |
		    Q(READS_HIDDEN) | Q(TRIMS_ALL),
	.grammar = grammar,
	.read = read_files,
};
