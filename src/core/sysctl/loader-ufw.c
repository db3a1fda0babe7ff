/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ufw: at boot "ufw-init start" sources /etc/default/ufw and /etc/ufw/ufw.conf and, when the
 * firewall is enabled, runs "sysctl -e -q -p $IPT_SYSCTL": procps or busybox, whichever is
 * installed. Its version is therefore that of the sysctl: 1.x is busybox, 3.x and 4.x procps.
 *
 * Where the two files do something that cannot be told without a shell, the file that does it is
 * noted as unreadable, so that the answer is unknown where it matters.
 */
#include "busybox.h"
#include "limits.h"
#include "procps.h"
#include "shell-assign.h"

/* Sources one file. Returns 1 when the script goes on, 0 when it ends here, or a negative errno. */
static int source(struct read_ctx *c, struct shell_vars *v, const char *path)
{
	_cleanup_free_ char *text = NULL;
	enum shell_end end = SHELL_DONE;
	unsigned line = 0;
	size_t n = 0;
	int r;

	r = tree_read_file(c->tree, path, LIMIT_SMALL_FILE, &text, &n);
	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP || r == -EISDIR || (r == 0 && n == 0))
		return 0;
	if (r < 0)
		return ctx_note_opaque(c, path, OPAQUE_MAY_SET, REASON_UNREADABLE, -r);
	r = shell_vars_run(v, c->tree, text, n, &end, &line);
	if (r < 0)
		return r;
	if (end == SHELL_UNKNOWN)
		return ctx_note_opaque(c, path, OPAQUE_MAY_SET, REASON_NOT_SUPPORTED, 0);
	return end == SHELL_DONE;
}

/* "[ -s path ]" */
static int is_not_empty(struct read_ctx *c, const char *path, bool *ret)
{
	struct tree_stat st;
	int r = tree_stat(c->tree, path, &st, NULL);

	if (r == -ENOMEM)
		return r;
	/* What cannot be looked at is left to ctx_read_file() to note. */
	*ret = (r < 0 && r != -ENOENT && r != -ENOTDIR && r != -ELOOP) ||
	       (r == 0 && st.type != TREE_NULL && (st.type != TREE_REG || st.size > 0));
	return 0;
}

static int read_conf(struct read_ctx *c, const char *value, bool enabled)
{
	_cleanup_strbuf_ struct strbuf path = {0};
	bool there = false;
	ssize_t file;
	int r;

	/* The unit starts in the root directory. */
	if (value[0] != '/')
		(void)strbuf_addc(&path, '/');
	if (strbuf_adds(&path, value) < 0)
		return -ENOMEM;
	r = is_not_empty(c, path.bytes, &there);
	if (r < 0 || !there)
		return r;
	if (!enabled)
		file = ctx_note_file(c, path.bytes, FILE_IGNORED, REASON_DISABLED, -1);
	else
		file = ctx_read_file(c, path.bytes);
	return file < 0 ? (int)file : 0;
}

static int read_ufw(struct read_ctx *c)
{
	static const char *const files[] = {"/etc/default/ufw", "/etc/ufw/ufw.conf"};
	_cleanup_(shell_vars_done) struct shell_vars v = {0};
	const struct shell_var *enabled, *conf;
	bool on;

	for (size_t i = 0; i < ELEMENTSOF(files); i++) {
		int r = source(c, &v, files[i]);

		if (r <= 0)
			return r;
	}
	enabled = shell_vars_get(&v, "ENABLED");
	conf = shell_vars_get(&v, "IPT_SYSCTL");
	/* The init script does not run with either in its environment. */
	if (!conf || !enabled || (conf->value && !*conf->value))
		return 0;
	if (!enabled->value || !conf->value || strpbrk(conf->value, " \t\n*?["))
		return ctx_note_opaque(c, files[0], OPAQUE_MAY_SET, REASON_NOT_SUPPORTED, 0);
	on = streq(enabled->value, "yes") || streq(enabled->value, "YES");
	return read_conf(c, conf->value, on);
}

static grammar_fn ufw_grammar(quirks_t q)
{
	return (q & Q(GREEDY_DOTS)) ? grammar_busybox : procps_grammar(q);
}

#define BUSYBOX(version, mask, builds)                \
	{                                             \
		version, mask, NULL, BUSYBOX_CONSULTS \
	}
#define PROCPS(version, more, builds)                                             \
	{                                                                         \
		version, PROCPS_##more, builds, PROCPS_CONSULTS_OF(PROCPS_##more) \
	}

static const struct version_span spans[] = {BUSYBOX_SPANS(BUSYBOX), VERSION_GAP,
					    PROCPS_SPANS(PROCPS)};

const struct loader loader_ufw = {
	.id = LOADER_UFW,
	.spans = spans,
	.n_spans = ELEMENTSOF(spans),
	.grammar = ufw_grammar,
	.read = read_ufw,
};
