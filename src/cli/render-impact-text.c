/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The impact for people. Programs that fare alike and have the same way out share a row; what no
 * level touches is one line below.
 */
#include "render-impact.h"

enum { INDENT = 2, COLUMN_FIRST = 42, COLUMN_WIDTH = 12, NAME_END = COLUMN_FIRST - 2 };

static bool shown(const struct impact_report *r, size_t i)
{
	return r->all || impact_is_there(&r->impact->programs[i]);
}

static bool unaffected(const struct impact_program *p)
{
	for (int level = 1; level <= 3; level++)
		if (impact_effect_of(p, level) != IMPACT_WORKS)
			return false;
	return true;
}

static bool alike(const struct impact_program *a, const struct impact_program *b)
{
	for (int level = 1; level <= 3; level++)
		if (impact_effect_of(a, level) != impact_effect_of(b, level))
			return false;
	return streq(a->instead, b->instead);
}

static void add_name(struct strbuf *b, const char *name)
{
	if (b->len)
		(void)strbuf_adds(b, ", ");
	(void)strbuf_add_escaped(b, name, strlen(name));
}

static void add_effects(struct strbuf *out, const struct impact_report *r,
			const struct impact_program *p, size_t column)
{
	text_pad(out, COLUMN_FIRST - column);
	for (int level = 1; level <= 3; level++) {
		const char *word = impact_effect_word(impact_effect_of(p, level));

		(void)strbuf_adds(out, word);
		if (level < 3)
			text_pad(out, COLUMN_WIDTH - strlen(word));
	}
	(void)strbuf_addc(out, '\n');
}

/* The names wrap in their column; what is to be done instead stands below. */
static void add_row(struct strbuf *out, const struct layout *layout, const struct impact_report *r,
		    size_t first)
{
	const struct layout narrow = {.width = NAME_END};
	const struct impact_program *p = r->impact->programs[first].program;
	_cleanup_strbuf_ struct strbuf names = {0}, wrapped = {0};
	const char *end;
	size_t column;

	for (size_t i = first; i < r->impact->n_programs; i++)
		if (shown(r, i) && alike(p, r->impact->programs[i].program))
			add_name(&names, r->impact->programs[i].program->name);
	text_pad(&wrapped, INDENT);
	column = text_wrap(&wrapped, &narrow, INDENT, INDENT, names.bytes ? names.bytes : "");
	if (wrapped.failed || names.failed) {
		out->failed = true;
		return;
	}
	/* The effects stand beside the first line of the names. */
	end = strchr(wrapped.bytes, '\n');
	(void)strbuf_add(out, wrapped.bytes, end ? (size_t)(end - wrapped.bytes) : wrapped.len);
	add_effects(out, r, p,
		    end ? text_columns(wrapped.bytes, (size_t)(end - wrapped.bytes)) : column);
	if (end)
		(void)strbuf_addf(out, "%s\n", end + 1);
	if (*p->instead) {
		_cleanup_strbuf_ struct strbuf instead = {0};

		(void)strbuf_adds(&instead, "instead: ");
		(void)strbuf_add_escaped(&instead, p->instead, strlen(p->instead));
		text_pad(out, INDENT + 4);
		(void)text_wrap(out, layout, INDENT + 4, INDENT + 6,
				instead.bytes ? instead.bytes : "");
		(void)strbuf_addc(out, '\n');
	}
}

static void add_table(struct strbuf *out, const struct layout *layout,
		      const struct impact_report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->impact->n_programs; i++) {
		const struct impact_program *p = r->impact->programs[i].program;
		bool first = true;

		if (!shown(r, i) || unaffected(p))
			continue;
		for (size_t k = 0; k < i && first; k++)
			first = !shown(r, k) || !alike(r->impact->programs[k].program, p);
		if (!first)
			continue;
		if (!any)
			(void)strbuf_addf(out, "  %-*s%-*s%-*s%s\n", COLUMN_FIRST - INDENT,
					  "program", COLUMN_WIDTH, "at 1", COLUMN_WIDTH, "at 2",
					  "at 3");
		any = true;
		add_row(out, layout, r, i);
	}
	if (!any)
		(void)strbuf_adds(out, "  Nothing that is known and that a level would touch.\n");
}

static void add_sentence(struct strbuf *out, const struct layout *layout, const char *lead,
			 const struct strbuf *s)
{
	if (!s->len) {
		out->failed |= s->failed;
		return;
	}
	(void)strbuf_addf(out, "  %s: ", lead);
	(void)text_wrap(out, layout, INDENT + strlen(lead) + 2, INDENT + 2, s->bytes);
	(void)strbuf_addc(out, '\n');
}

static void add_unaffected(struct strbuf *out, const struct layout *layout,
			   const struct impact_report *r)
{
	_cleanup_strbuf_ struct strbuf s = {0};

	for (size_t i = 0; i < r->impact->n_programs; i++)
		if (shown(r, i) && unaffected(r->impact->programs[i].program))
			add_name(&s, r->impact->programs[i].program->name);
	add_sentence(out, layout, "not affected", &s);
}

static void add_attached(struct strbuf *out, const struct layout *layout,
			 const struct impact_report *r)
{
	for (size_t i = 0; i < r->impact->n_attached; i++) {
		const struct impact_attached *a = &r->impact->attached[i];
		_cleanup_strbuf_ struct strbuf s = {0};

		(void)strbuf_add_escaped(&s, a->tracer->comm, strlen(a->tracer->comm));
		(void)strbuf_addf(&s, " (pid %u) is attached to ", a->tracer->pid);
		(void)strbuf_add_escaped(&s, a->tracee->comm, strlen(a->tracee->comm));
		(void)strbuf_addf(&s, " (pid %u); raising the level does not detach it",
				  a->tracee->pid);
		add_sentence(out, layout, "in use now", &s);
	}
}

static void add_holes(struct strbuf *out, const struct layout *layout,
		      const struct impact_report *r)
{
	for (size_t i = 0; i < r->impact->n_holes; i++) {
		const struct impact_hole *h = &r->impact->holes[i];
		_cleanup_strbuf_ struct strbuf s = {0};

		text_path(&s, h->path);
		(void)strbuf_addf(&s,
				  " %s; whoever may run it may attach to anything, at 0, 1 and 2",
				  h->setuid ? "is set-uid root" : "has cap_sys_ptrace");
		add_sentence(out, layout, "hole", &s);
	}
}

static void add_strictest(struct strbuf *out, const struct layout *layout,
			  const struct impact_report *r)
{
	int level = impact_strictest(r->impact);
	_cleanup_strbuf_ struct strbuf s = {0};
	bool by_pid = false, falls_back = false;

	for (size_t i = 0; i < r->impact->n_programs; i++) {
		const struct impact_found *f = &r->impact->programs[i];
		enum impact_effect e = impact_effect_of(f->program, level);

		if (!impact_is_there(f))
			continue;
		by_pid |= e == IMPACT_ROOT_ONLY;
		falls_back |= e == IMPACT_FALLS_BACK;
	}
	(void)strbuf_adds(&s, "Strictest level with nothing lost");
	if (by_pid)
		(void)strbuf_adds(&s, " but attaching by pid as a user");
	(void)strbuf_adds(&s, ": ");
	text_level(&s, level);
	(void)strbuf_addc(&s, '.');
	if (falls_back)
		(void)strbuf_adds(&s, " What falls back is slower there.");
	(void)text_wrap(out, layout, 0, 0, s.bytes ? s.bytes : "");
	(void)strbuf_addc(out, '\n');
	if (level >= 3)
		return;
	strbuf_clear(&s);
	for (size_t i = 0; i < r->impact->n_programs; i++)
		if (impact_is_there(&r->impact->programs[i]) &&
		    impact_is_lost(&r->impact->programs[i], level + 1))
			add_name(&s, r->impact->programs[i].program->name);
	(void)strbuf_addf(out, "At %d, what is lost is: ", level + 1);
	(void)text_wrap(out, layout, strlen("At 1, what is lost is: "), INDENT,
			s.bytes ? s.bytes : "");
	(void)strbuf_adds(out, ".\n");
}

void render_impact_text(struct strbuf *out, const struct layout *layout,
			const struct impact_report *r)
{
	_cleanup_strbuf_ struct strbuf head = {0};

	text_path(&head, r->name);
	if (r->level != LEVEL_NONE)
		(void)strbuf_addf(&head, ", level %d now", r->level);
	(void)strbuf_adds(&head, ": what would change. From what is installed");
	if (r->processes)
		(void)strbuf_adds(&head, " and running");
	(void)strbuf_adds(&head, r->all ? ", and all else that is known." : ".");
	(void)text_wrap(out, layout, 0, INDENT, head.bytes ? head.bytes : "");
	(void)strbuf_adds(out, "\n\n");
	add_table(out, layout, r);
	add_unaffected(out, layout, r);
	if (r->impact->n_attached || r->impact->n_holes)
		(void)strbuf_addc(out, '\n');
	add_attached(out, layout, r);
	add_holes(out, layout, r);
	(void)strbuf_addc(out, '\n');
	add_strictest(out, layout, r);
	if (r->unseen)
		(void)strbuf_addf(out, "Not all of %zu processes could be seen; root sees them.\n",
				  r->unseen);
	out->failed |= head.failed;
}
