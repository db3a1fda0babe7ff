/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guard check: loads, attaches and takes out again, and names what is in the way. */
#include "cmd.h"

#include "jsonx.h"

static void render(const struct invocation *in, bool can, bool success, const struct error *why)
{
	const struct layout layout = {.width = in->width, .color = in->color};

	if (in->options.format == FORMAT_JSON) {
		struct json_object *o = json_object_new_object();

		jx_add_str(o, "schema", "ptscope.guard-check/1");
		jx_add_int(o, "exit", can ? EXIT_PASS : EXIT_FAIL);
		jx_add_bool(o, "can_enforce", can);
		jx_add_bool(o, "declarations_succeed", success);
		jx_add_text(o, "obstacle", can ? NULL : why->what);
		jx_add_text(o, "remedy", can ? NULL : why->hint);
		(void)jx_finish(o, in->out);
		return;
	}
	if (!can) {
		(void)text_wrap(in->out, &layout, 0, 2,
				"This kernel cannot enforce the levels by BPF:");
		(void)strbuf_adds(in->out, "\n  ");
		(void)text_wrap(in->out, &layout, 2, 2, why->what);
		if (why->hint) {
			(void)strbuf_adds(in->out, "\n\n  ");
			(void)text_wrap(in->out, &layout, 2, 2, why->hint);
		}
		(void)strbuf_addc(in->out, '\n');
		return;
	}
	(void)strbuf_adds(in->out, "This kernel can enforce the levels by BPF: the programs were "
				   "loaded,\nattached and taken out again.\n");
	if (!success)
		(void)strbuf_adds(in->out,
				  "Declared tracers count, though prctl(PR_SET_PTRACER) will "
				  "say EINVAL here.\n");
	(void)strbuf_adds(in->out, "\nTo start:\n  sudo ptscope guard start\n");
}

int guard_check(const struct invocation *in, struct error *e)
{
	_cleanup_error_ struct error why = {0};
	bool success = false;
	int r = guard_obstacle(&why);

	if (r == 0)
		r = guard_try(&success, &why);
	if (r == -EPERM || r == -ENOMEM) {
		(void)error_set(e, why.err, why.path, why.line, "%s", why.what);
		if (why.hint)
			error_hint(e, "%s", why.hint);
		return EXIT_ERROR;
	}
	render(in, r == 0, success, &why);
	return r == 0 ? EXIT_PASS : EXIT_FAIL;
}
