/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ptscope about: explains the control, the findings and the JSON formats. Works without looking at
 * the machine: everything is built in.
 */
#include "about.h"
#include "cli.h"
#include "findings.h"
#include "jsonx.h"
#include "kernel-model.h"
#include "suggest.h"
#include "term.h"

#define INDENT 2

static void heading(const struct invocation *in, const char *title)
{
	(void)strbuf_addc(in->out, '\n');
	(void)term_add(in->out, in->color, STYLE_BOLD, title);
	(void)strbuf_addc(in->out, '\n');
}

/* A paragraph, or a command, which stands on one line uncut so that it can be pasted. */
static void paragraph(const struct invocation *in, const char *text, bool item)
{
	unsigned indent = item ? INDENT + 2 : INDENT;

	if (startswith(text, "$ ")) {
		(void)strbuf_addf(in->out, "%*s%s\n", INDENT + 2, "", text + 2);
		return;
	}
	(void)strbuf_addf(in->out, "%*s%s", INDENT, "", item ? "- " : "");
	(void)term_wrap(in->out, text, indent, indent, in->width);
}

static void text_levels(const struct invocation *in)
{
	for (int i = 0; i <= 3; i++) {
		(void)strbuf_addf(in->out, "%*s%d %-12s", INDENT + 2, "", i, level_name(i));
		(void)term_wrap(in->out, about_control.levels[i].allows, INDENT + 16, INDENT + 16,
				in->width);
	}
}

static void text_control(const struct invocation *in)
{
	const struct about_control *c = &about_control;

	(void)strbuf_addf(in->out, "%s  %s\n\n", c->id, c->title);
	(void)strbuf_addf(in->out, "  Key        %s\n  Category   %s\n", c->key, c->category);
	(void)strbuf_addf(in->out, "  Benchmark  %s\n", c->benchmark);
	for (const struct about_section *s = c->sections; s->id; s++) {
		heading(in, s->title);
		for (const char *const *p = s->paragraphs; *p; p++)
			paragraph(in, *p, s->list);
		if (streq(s->id, "what"))
			text_levels(in);
	}
	heading(in, "References");
	for (const struct about_reference *r = c->references; r->id; r++)
		(void)strbuf_addf(in->out, "  %-8s%-6s%s\n", r->catalogue, r->id, r->title);
}

static struct json_object *json_begin(void)
{
	struct json_object *o = json_object_new_object();

	jx_add_str(o, "schema", "ptscope.about/1");
	jx_add_int(o, "exit", EXIT_PASS);
	return o;
}

/* Appends the object to the result. Returns the exit code, with e set when there is no memory. */
static int json_end(const struct invocation *in, struct json_object *o, struct error *e)
{
	if (jx_finish(o, in->out) == 0)
		return EXIT_PASS;
	(void)error_set(e, ENOMEM, NULL, 0, "cannot hold the result");
	return EXIT_ERROR;
}

static int json_control(const struct invocation *in, struct error *e)
{
	const struct about_control *c = &about_control;
	struct json_object *o = json_begin(), *control = jx_add_object(o, "control"), *list;

	jx_add_str(control, "id", c->id);
	jx_add_str(control, "title", c->title);
	jx_add_str(control, "key", c->key);
	jx_add_str(control, "category", c->category);
	jx_add_str(control, "benchmark", c->benchmark);
	list = jx_add_array(control, "references");
	for (const struct about_reference *r = c->references; r->id; r++) {
		struct json_object *item = json_object_new_object();

		jx_add_str(item, "catalogue", r->catalogue);
		jx_add_str(item, "id", r->id);
		jx_add_str(item, "title", r->title);
		json_object_array_add(list, item);
	}
	list = jx_add_array(control, "levels");
	for (int i = 0; i <= 3; i++) {
		struct json_object *item = json_object_new_object();

		jx_add_int(item, "level", i);
		jx_add_str(item, "name", level_name(i));
		jx_add_str(item, "allows", c->levels[i].allows);
		json_object_array_add(list, item);
	}
	list = jx_add_array(control, "sections");
	for (const struct about_section *s = c->sections; s->id; s++) {
		struct json_object *item = json_object_new_object(), *lines;

		jx_add_str(item, "id", s->id);
		jx_add_str(item, "title", s->title);
		lines = jx_add_array(item, "text");
		for (const char *const *p = s->paragraphs; *p; p++)
			json_object_array_add(lines, json_object_new_string(*p));
		json_object_array_add(list, item);
	}
	return json_end(in, o, e);
}

static int json_findings(const struct invocation *in, size_t first, size_t n, struct error *e)
{
	struct json_object *o = json_begin(), *list = jx_add_array(o, "findings");

	for (size_t i = first; i < first + n; i++) {
		const struct finding_doc *d = &finding_docs[i];
		struct json_object *item = json_object_new_object();

		jx_add_str(item, "id", d->id);
		jx_add_str(item, "severity", severity_word(d->worst));
		jx_add_str(item, "title", d->title);
		jx_add_str(item, "meaning", d->meaning);
		jx_add_str(item, "remedy", d->remedy);
		json_object_array_add(list, item);
	}
	return json_end(in, o, e);
}

static int about_findings(const struct invocation *in, struct error *e)
{
	if (in->options.format == FORMAT_JSON)
		return json_findings(in, 0, _FINDING_MAX, e);
	for (size_t i = 0; i < _FINDING_MAX; i++) {
		const struct finding_doc *d = &finding_docs[i];

		(void)strbuf_addf(in->out, "%-24s%-9s", d->id, severity_word(d->worst));
		(void)term_wrap(in->out, d->title, 33, 33, in->width);
	}
	return EXIT_PASS;
}

static int about_finding(const struct invocation *in, const char *name, struct error *e)
{
	const struct finding_doc *d;
	enum finding_id id;

	if (finding_by_name(name, &id) < 0) {
		struct suggestion s = suggestion_for(name);

		for (size_t i = 0; i < _FINDING_MAX; i++)
			suggestion_offer(&s, finding_docs[i].id);
		(void)error_set(e, EINVAL, NULL, 0, "no finding \"%s\"%s%s%s", name,
				s.best ? "; did you mean \"" : "", s.best ? s.best : "",
				s.best ? "\"?" : "");
		if (!s.best)
			error_hint(e, "\"ptscope about --findings\" lists them");
		return EXIT_ERROR;
	}
	if (in->options.format == FORMAT_JSON)
		return json_findings(in, id, 1, e);
	d = &finding_docs[id];
	(void)term_add(in->out, in->color, STYLE_BOLD, d->id);
	(void)strbuf_addf(in->out, " (%s at worst)\n", severity_word(d->worst));
	paragraph(in, d->title, false);
	heading(in, "When, and what follows");
	paragraph(in, d->meaning, false);
	heading(in, "What to do");
	paragraph(in, d->remedy, false);
	return EXIT_PASS;
}

/* "audit" is short for "ptscope.audit/1". */
static bool schema_is(const struct about_schema *s, const char *name)
{
	const char *inner = s->name + strlen("ptscope.");
	size_t n = strcspn(inner, "/");

	return streq(s->name, name) || (strlen(name) == n && memcmp(inner, name, n) == 0);
}

static int about_schema(const struct invocation *in, const char *name, struct error *e)
{
	for (const struct about_schema *s = about_schemas; s->name; s++)
		if (schema_is(s, name)) {
			(void)strbuf_add(in->out, s->text, s->n);
			return EXIT_PASS;
		}
	(void)error_set(e, EINVAL, NULL, 0, "no schema \"%s\"", name);
	error_hint(e, "\"ptscope about --schemas\" lists them");
	return EXIT_ERROR;
}

static int list_schemas(const struct invocation *in, struct error *e)
{
	struct json_object *o, *list;

	if (in->options.format == FORMAT_TEXT) {
		for (const struct about_schema *s = about_schemas; s->name; s++)
			(void)strbuf_addf(in->out, "%s\n", s->name);
		return EXIT_PASS;
	}
	o = json_begin();
	list = jx_add_array(o, "schemas");
	for (const struct about_schema *s = about_schemas; s->name; s++)
		json_object_array_add(list, json_object_new_string(s->name));
	return json_end(in, o, e);
}

static int run_about(const struct invocation *in, struct error *e)
{
	const char *schema = invocation_value(in, "schema");
	bool findings = invocation_value(in, "findings"), schemas = invocation_value(in, "schemas");

	if (in->n_args + findings + schemas + (schema != NULL) > 1) {
		(void)error_set(e, EINVAL, NULL, 0,
				"about takes one of FINDING, --findings, --schema and --schemas");
		return EXIT_ERROR;
	}
	if (schema)
		return about_schema(in, schema, e);
	if (schemas)
		return list_schemas(in, e);
	if (findings)
		return about_findings(in, e);
	if (in->n_args)
		return about_finding(in, in->args[0], e);
	if (in->options.format == FORMAT_JSON)
		return json_control(in, e);
	text_control(in);
	return EXIT_PASS;
}

static const struct option_spec about_options[] = {
	{"findings", 0, NULL, "list all findings"},
	{"schema", 0, "NAME", "print the JSON schema NAME, as \"audit\" or \"ptscope.audit/1\""},
	{"schemas", 0, NULL, "list the JSON schemas"},
	{0},
};

const struct command cmd_about = {
	.name = "about",
	.args = "[FINDING]",
	.summary = "explain the control, a finding, or a JSON format",
	.help = "Explains the control, CIS 1.5.2: what ptrace lets a tracer do, the four levels, "
		"why to restrict "
		"it, the remedy by hand, and the references. With FINDING, explains one of audit's "
		"findings. "
		"Looks at nothing on this machine.",
	.options = about_options,
	.globals = GLOBAL_JSON,
	.exits = {[EXIT_PASS] = "printed",
		  [EXIT_ERROR] =
			  "usage, no such finding or schema, or the output could not be written"},
	.run = run_about,
};
