/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ptscope resolve: what each loader, and the next boot, make of any sysctl key on a root, and why.
 * Gathers, asks the resolver, renders; decides the exit code.
 */
#include "cli.h"
#include "gather.h"
#include "render-resolve.h"

static const struct option_spec options[] = {
	{"value", 0, NULL, "print the value alone; exit 1 when nothing sets it"},
	{"loader", 0, "NAME[@VERSION]", "what this loader alone would do, installed here or not"},
	{"all", 0, NULL, "show every file that was read, masked or left out, and every key"},
	{NULL},
};

/* The keys asked for, in canonical form. */
struct patterns {
	char **keys; /* owned */
	size_t n;
	bool glob;
};

static void patterns_done(struct patterns *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->keys[i]);
	free(p->keys);
}

static int patterns_from(const struct invocation *in, struct patterns *p, struct error *e)
{
	size_t n = in->n_args > 0 ? (size_t)in->n_args : 1;

	p->keys = calloc(n, sizeof(char *));
	if (!p->keys)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	for (size_t i = 0; i < n; i++) {
		const char *arg = in->n_args > 0 ? in->args[i] : PTRACE_SCOPE_KEY;
		int r = key_from_argument(arg, &p->keys[i]);

		if (r == -ENOMEM)
			return error_set(e, ENOMEM, NULL, 0, "out of memory");
		if (r < 0) {
			(void)error_set(e, EINVAL, NULL, 0, "\"%s\" is not a sysctl key", arg);
			error_hint(e, "a key looks like kernel.yama.ptrace_scope");
			return -EINVAL;
		}
		p->n++;
		p->glob |= p->keys[i][strcspn(p->keys[i], "*?[")] != '\0';
	}
	return 0;
}

static int exit_code(const struct resolve_view_options *o, bool value_only)
{
	int code = EXIT_PASS;

	for (size_t i = 0; i < o->resolve->n_keys; i++) {
		struct resolve_answer a = resolve_answer_of(o, i);

		if (a.state == RESOLVE_UNKNOWN)
			return EXIT_UNKNOWN;
		if (a.state == RESOLVE_UNSET && value_only)
			code = EXIT_FAIL;
	}
	/* A pattern that matches nothing: no value either. */
	if (value_only && o->resolve->n_keys == 0)
		code = EXIT_FAIL;
	return code;
}

/* The values, one a line; bytes as they are: this is for scripts. */
static void render_values(struct strbuf *out, const struct resolve_view_options *o)
{
	for (size_t i = 0; i < o->resolve->n_keys; i++) {
		struct resolve_answer a = resolve_answer_of(o, i);

		if (a.state != RESOLVE_SET)
			continue;
		if (a.level != LEVEL_NONE)
			(void)strbuf_addf(out, "%d", a.level);
		else
			(void)strbuf_add(out, a.value, a.value_len);
		(void)strbuf_addc(out, '\n');
	}
}

static int render(const struct invocation *in, const struct resolve_view_options *o,
		  struct error *e)
{
	bool value_only = invocation_value(in, "value");
	int code = exit_code(o, value_only);

	if (value_only) {
		render_values(in->out, o);
	} else if (in->options.format == FORMAT_JSON) {
		(void)render_resolve_json(in->out, o, code);
	} else {
		const struct layout layout = {.width = in->width, .color = in->color};

		render_resolve_text(in->out, &layout, o);
	}
	if (in->out->failed) {
		(void)error_set(e, ENOMEM, NULL, 0, "out of memory");
		return EXIT_ERROR;
	}
	return code;
}

static int run(const struct invocation *in, struct error *e)
{
	_cleanup_(patterns_done) struct patterns p = {0};
	_cleanup_(gather_done) struct gather g = {0};
	_cleanup_(resolve_free_p) struct resolve *r = NULL;
	bool value_only = invocation_value(in, "value");
	struct resolve_view_options o = {
		.loader = invocation_value(in, "loader"),
		.all = invocation_value(in, "all"),
	};

	if (value_only && in->options.format == FORMAT_JSON) {
		(void)error_set(e, EINVAL, NULL, 0, "--value and --json cannot go together");
		return EXIT_ERROR;
	}
	if (patterns_from(in, &p, e) < 0 ||
	    gather_open(in->options.root, in->options.live, &g, e) < 0 ||
	    gather_remember(&g, e) < 0 || gather_boot_env(&g, e) < 0)
		return EXIT_ERROR;
	if (resolve_run(
		    &(struct resolve_request){
			    .tree = g.tree,
			    .env = &g.boot_env,
			    .patterns = (const char *const *)p.keys,
			    .n_patterns = p.n,
			    .loader = o.loader,
			    .flags = value_only ? 0 : BOOT_IDLE | BOOT_EXACT,
		    },
		    &r, e) < 0)
		return EXIT_ERROR;
	o.resolve = r;
	o.root = g.subject.path;
	o.folded = p.glob && !o.all;
	o.proc_tree = g.proc_tree;
	return render(in, &o, e);
}

const struct command cmd_resolve = {
	.name = "resolve",
	.args = "[KEY...]",
	.summary = "which files set a sysctl key, which one wins, and why",
	.help = "Shows every assignment of the keys in the files that are read at boot, the one "
		"that "
		"wins, and why each other loses. KEY is dotted or slashed and may be a pattern; "
		"without one, kernel.yama.ptrace_scope.",
	.options = options,
	.globals = GLOBAL_ROOT | GLOBAL_LIVE | GLOBAL_JSON,
	.exits =
		{
			[EXIT_PASS] = "answered",
			[EXIT_FAIL] = "--value, and nothing sets the key",
			[EXIT_ERROR] = "error",
			[EXIT_UNKNOWN] = "something unreadable could change the answer",
		},
	.run = run,
};
