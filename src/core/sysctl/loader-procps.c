/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * procps: "sysctl --system", which reads every directory and then /etc/sysctl.conf, and "sysctl
 * -p", which reads that file alone. The versions of the line dialect stand in procps.h, since ufw
 * and Void's script run the same program.
 */
#include "procps.h"

grammar_fn procps_grammar(quirks_t q)
{
	return (q & Q(TOKENS)) ? grammar_procps3 : grammar_procps4;
}

int ctx_read_optional(struct read_ctx *c, const char *path)
{
	struct tree_stat st;
	ssize_t file;
	int r;

	r = tree_lstat(c->tree, path, &st);
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	file = ctx_read_file(c, path);
	return file < 0 ? (int)file : 0;
}

int procps_read_system(struct read_ctx *c)
{
	quirks_t q = c->li->quirks;
	const char *dirs[5];
	size_t n = 0;
	int r;

	dirs[n++] = (q & Q(RUN_BEATS_ETC)) ? "/run/sysctl.d" : "/etc/sysctl.d";
	dirs[n++] = (q & Q(RUN_BEATS_ETC)) ? "/etc/sysctl.d" : "/run/sysctl.d";
	dirs[n++] = "/usr/local/lib/sysctl.d";
	dirs[n++] = "/usr/lib/sysctl.d";
	if ((q & Q(READS_LIB)) && !ctx_lib_is_usr_lib(c))
		dirs[n++] = "/lib/sysctl.d";

	if (!(q & Q(CONF_LAST))) {
		r = ctx_read_optional(c, "/etc/sysctl.conf");
		if (r < 0)
			return r;
	}
	r = ctx_read_merged(c, dirs, n);
	if (r < 0 || !(q & Q(CONF_LAST)))
		return r;
	return ctx_read_optional(c, "/etc/sysctl.conf");
}

static int read_conf(struct read_ctx *c)
{
	return ctx_read_optional(c, "/etc/sysctl.conf");
}

#define SYSTEM(version, more, builds)                                             \
	{                                                                         \
		version, PROCPS_##more | PROCPS_FILES_##more, builds,             \
			PROCPS_CONSULTS_OF(PROCPS_##more) | PROCPS_FILES_CONSULTS \
	}
#define ONE_FILE(version, more, builds)                                           \
	{                                                                         \
		version, PROCPS_##more, builds, PROCPS_CONSULTS_OF(PROCPS_##more) \
	}

static const struct version_span system_spans[] = {PROCPS_SPANS(SYSTEM)};
static const struct version_span one_file_spans[] = {PROCPS_SPANS(ONE_FILE)};

const struct loader loader_procps = {
	.id = LOADER_PROCPS,
	.spans = system_spans,
	.n_spans = ELEMENTSOF(system_spans),
	.grammar = procps_grammar,
	.read = procps_read_system,
};

const struct loader loader_procps_p = {
	.id = LOADER_PROCPS_P,
	.spans = one_file_spans,
	.n_spans = ELEMENTSOF(one_file_spans),
	.grammar = procps_grammar,
	.read = read_conf,
};
