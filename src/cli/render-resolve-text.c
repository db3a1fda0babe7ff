/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The screen of resolve: the value at the next boot, then for each loader the assignments in the
 * order in which they are applied, values in front, an arrow at the one that wins, and beside each
 * other why it loses. With --loader, that loader's own account instead. A pattern gets one line a
 * key.
 */
#include "limits.h"
#include "render-resolve.h"

/* Indent of a row's value column, after the arrow. */
#define INDENT		 2
#define VALUE_COLUMN_MAX 12

/* One row of a block. */
struct row {
	struct strbuf value, place, note; /* escaped; owned */
	bool winner;
};

struct rows {
	struct row *items;
	size_t n, cap;
};

/* A loader's script with what became of it for one key. Borrowed. */
struct account {
	const struct loader_instance *li;
	const struct loader_script *script;
	const struct key_result *result;
	bool is_last_word; /* the boot value comes from here */
	const char *later; /* else the loader that has the last word, or NULL */
};

static void rows_done(struct rows *r)
{
	for (size_t i = 0; i < r->n; i++) {
		strbuf_done(&r->items[i].value);
		strbuf_done(&r->items[i].place);
		strbuf_done(&r->items[i].note);
	}
	free(r->items);
}

static struct row *rows_add(struct rows *r, struct strbuf *out)
{
	if (array_reserve(&r->items, r->n, &r->cap, sizeof(*r->items)) < 0) {
		out->failed = true;
		return NULL;
	}
	r->items[r->n] = (struct row){0};
	return &r->items[r->n++];
}

struct resolve_answer resolve_answer_of(const struct resolve_view_options *o, size_t index)
{
	const struct resolve_key *key = &o->resolve->keys[index];
	struct resolve_answer a = {.state = key->boot.state, .level = LEVEL_NONE};
	const struct resolve_loader *l;
	const struct resolve_view *view;
	const struct sysctl_entry *e;

	if (!o->loader) {
		a.level = key->boot.level;
		a.value = key->boot.value;
		a.value_len = key->boot.value_len;
		if (key->boot.has_source) {
			a.path = key->boot.source.path;
			a.line = key->boot.source.line;
			a.loader = resolve_source_loader(o->resolve, &key->boot.source);
		}
		return a;
	}
	l = &o->resolve->loaders[0];
	view = &key->views[0];
	a.state = view->state;
	if (view->result.winner < 0)
		return a;
	e = &l->script->entries[view->result.winner];
	a.level = view->result.level;
	a.value = e->value;
	a.value_len = e->value_len;
	a.path = l->script->files[e->file].path;
	a.line = e->line;
	a.loader = loader_name(l->step->loader.id);
	return a;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* True when both are drop-ins, which are applied in the order of their names. */
static bool loses_by_name(const struct sysctl_file *f, const struct sysctl_file *by)
{
	return strstr(f->path, ".d/") && strstr(by->path, ".d/") &&
	       strcmp(base_name(f->path), base_name(by->path)) < 0;
}

static void note_loses(struct strbuf *b, const struct account *a, const struct sysctl_entry *e,
		       const struct entry_fate *f)
{
	const struct sysctl_entry *by = &a->script->entries[f->by];
	const struct sysctl_file *file = &a->script->files[e->file];
	const struct sysctl_file *by_file = &a->script->files[by->file];

	(void)strbuf_adds(b, "loses to ");
	if (by->file == e->file) {
		(void)strbuf_addf(b, "line %u (same file, later line)", by->line);
	} else if (f->reason == REASON_LATER_FILE && loses_by_name(file, by_file)) {
		text_path(b, base_name(by_file->path));
		(void)strbuf_adds(b, " (later name)");
	} else {
		text_place(b, by_file->path, by->line);
		(void)strbuf_adds(b, f->reason == REASON_EXPLICIT ? " (which names the key in full)"
								  : " (read later)");
	}
}

static void note_ignored(struct strbuf *b, const struct account *a, const struct sysctl_entry *e,
			 const struct entry_fate *f)
{
	const struct sysctl_file *file = &a->script->files[e->file];

	if (file->by >= 0 && (f->reason == REASON_MASKED || f->reason == REASON_MASKED_NULL ||
			      f->reason == REASON_SHADOWED)) {
		(void)strbuf_adds(b, f->reason == REASON_SHADOWED ? "replaced by " : "masked by ");
		text_path(b, a->script->files[file->by].path);
		if (f->reason == REASON_MASKED_NULL)
			(void)strbuf_adds(b, " -> /dev/null");
		return;
	}
	if (e->kind == ENTRY_MALFORMED) {
		(void)strbuf_addc(b, '"');
		text_bytes(b, e->text, e->text_len);
		(void)strbuf_adds(b, "\": ");
	}
	(void)strbuf_adds(b, reason_sentence(f->reason));
}

static void note(struct strbuf *b, const struct account *a, size_t index)
{
	const struct sysctl_entry *e = &a->script->entries[index];
	const struct entry_fate *f = &a->result->fates[index];

	switch (f->status) {
	case ENTRY_WINNING:
		if (a->is_last_word)
			(void)strbuf_adds(b, "wins");
		else if (a->later)
			(void)strbuf_addf(b, "the last here; %s runs later and changes it",
					  a->later);
		else
			(void)strbuf_adds(b, "the last here");
		break;
	case ENTRY_OVERRIDDEN:
		if (f->by >= 0)
			note_loses(b, a, e, f);
		else
			(void)strbuf_adds(b, reason_sentence(f->reason));
		break;
	default:
		note_ignored(b, a, e, f);
		break;
	}
}

static bool is_applied(enum entry_status s)
{
	return s == ENTRY_WINNING || s == ENTRY_OVERRIDDEN || s == ENTRY_REFUSED ||
	       s == ENTRY_NOT_REACHED;
}

/*
 * True for a line of a file that is also reached by another name: with /usr merged, /lib/sysctl.d
 * is /usr/lib/sysctl.d, and some loaders visit both.
 */
static bool is_second_name(const struct loader_script *s, size_t index)
{
	const struct sysctl_entry *e = &s->entries[index];
	const char *path = s->files[e->file].path;

	if (!startswith(path, "/lib/"))
		return false;
	for (size_t i = 0; i < s->n_entries; i++) {
		const struct sysctl_entry *o = &s->entries[i];
		const char *other = s->files[o->file].path;

		if (startswith(other, "/usr/") && streq(other + strlen("/usr"), path) &&
		    o->line == e->line && o->text_len == e->text_len &&
		    memcmp(o->text, e->text, e->text_len) == 0)
			return true;
	}
	return false;
}

/* Adds the rows of the entries that are applied, or of those that are not. */
static void collect(struct strbuf *out, const struct account *a, bool applied, struct rows *rows)
{
	for (size_t i = 0; i < a->script->n_entries; i++) {
		const struct sysctl_entry *e = &a->script->entries[i];
		const struct entry_fate *f = &a->result->fates[i];
		struct row *row;

		if (f->status == ENTRY_OTHER_KEY || is_applied(f->status) != applied ||
		    (!applied && is_second_name(a->script, i)))
			continue;
		row = rows_add(rows, out);
		if (!row)
			return;
		row->winner = f->status == ENTRY_WINNING && a->is_last_word;
		if (e->kind == ENTRY_MALFORMED)
			(void)strbuf_addc(&row->value, 'x');
		else if (e->value)
			text_bytes(&row->value, e->value, e->value_len);
		else
			(void)strbuf_addc(&row->value, '-');
		text_place(&row->place, a->script->files[e->file].path, e->line);
		note(&row->note, a, i);
	}
}

static size_t columns_of(const struct strbuf *b)
{
	return b->bytes ? text_columns(b->bytes, b->len) : 0;
}

static void print_row(struct strbuf *out, const struct layout *layout, const struct row *row,
		      size_t value_width, size_t place_width, bool beside)
{
	size_t value = columns_of(&row->value);
	size_t column = INDENT + 3 + value_width + 2;
	struct strbuf line = {0};

	(void)strbuf_adds(&line, row->winner ? "-> " : "   ");
	text_pad(&line, value < value_width ? value_width - value : 0);
	(void)strbuf_adds(&line, row->value.bytes ? row->value.bytes : "");
	(void)strbuf_adds(&line, "  ");
	(void)strbuf_adds(&line, row->place.bytes ? row->place.bytes : "");
	text_pad(out, INDENT);
	(void)term_add(out, layout->color, row->winner ? STYLE_WINNER : STYLE_PLAIN,
		       line.bytes ? line.bytes : "");
	out->failed |= line.failed;
	strbuf_done(&line);
	if (row->note.len > 0) {
		size_t place = columns_of(&row->place);

		if (beside ||
		    (row->winner && column + place + 2 + row->note.len <= layout->width)) {
			text_pad(out, (beside ? place_width - place : 0) + 2);
			(void)strbuf_adds(out, row->note.bytes);
		} else {
			(void)strbuf_addc(out, '\n');
			text_pad(out, column + 4);
			(void)text_wrap(out, layout, column + 4, column + 4, row->note.bytes);
		}
	}
	(void)strbuf_addc(out, '\n');
}

/* Prints rows in columns: the notes beside the places where all fit, else below them. */
static void print_rows(struct strbuf *out, const struct layout *layout, const struct rows *rows)
{
	size_t value_width = 1, place_width = 0, note_width = 0;
	bool beside;

	for (size_t i = 0; i < rows->n; i++) {
		size_t value = columns_of(&rows->items[i].value);
		size_t place = columns_of(&rows->items[i].place);
		size_t text = columns_of(&rows->items[i].note);

		if (value > value_width && value <= VALUE_COLUMN_MAX)
			value_width = value;
		place_width = place > place_width ? place : place_width;
		note_width = text > note_width ? text : note_width;
	}
	beside = INDENT + 3 + value_width + 2 + place_width + 2 + note_width <= layout->width;
	for (size_t i = 0; i < rows->n; i++)
		print_row(out, layout, &rows->items[i], value_width, place_width, beside);
}

static void print_loader_heading(struct strbuf *out, const struct layout *layout,
				 const struct boot_step *step)
{
	struct strbuf b = {0};

	text_loader(&b, &step->loader);
	(void)strbuf_adds(&b, step->runs_at_boot ? ", runs at boot, in this order:"
						 : " (does not run at boot here), in this order:");
	text_pad(out, INDENT);
	(void)text_wrap(out, layout, INDENT, INDENT, b.bytes ? b.bytes : "");
	(void)strbuf_addc(out, '\n');
	out->failed |= b.failed;
	strbuf_done(&b);
}

static void print_files(struct strbuf *out, const struct account *a)
{
	text_pad(out, INDENT);
	(void)strbuf_adds(out, a->script->n_files ? "all files:\n" : "no files\n");
	for (size_t i = 0; i < a->script->n_files; i++) {
		const struct sysctl_file *f = &a->script->files[i];

		text_pad(out, INDENT + 3);
		(void)strbuf_addf(out, "%-10s  ", file_status_word(f->status));
		text_path(out, f->path);
		if (f->real) {
			(void)strbuf_adds(out, " -> ");
			text_path(out, f->real);
		}
		if (f->by >= 0) {
			(void)strbuf_adds(out, "  by ");
			text_path(out, a->script->files[f->by].path);
		} else if (f->reason != REASON_NONE) {
			(void)strbuf_addf(out, "  (%s)", reason_word(f->reason));
		}
		(void)strbuf_addc(out, '\n');
	}
}

/* The block of one loader; nothing where it has nothing to say about the key. */
static void print_account(struct strbuf *out, const struct layout *layout, const struct account *a,
			  const struct boot_step *step, bool all)
{
	_cleanup_(rows_done) struct rows applied = {0}, unused = {0};

	collect(out, a, /* applied= */ true, &applied);
	collect(out, a, /* applied= */ false, &unused);
	if (applied.n == 0 && unused.n == 0 && !all)
		return;
	(void)strbuf_addc(out, '\n');
	print_loader_heading(out, layout, step);
	print_rows(out, layout, &applied);
	if (applied.n == 0)
		(void)strbuf_adds(out, "     nothing\n");
	if (unused.n > 0) {
		text_pad(out, INDENT);
		(void)strbuf_adds(out, "not used:\n");
		print_rows(out, layout, &unused);
	}
	if (all)
		print_files(out, a);
}

/* Lines under /run: true now, gone after a reboot. */
static void print_volatile(struct strbuf *out, const struct layout *layout, const struct resolve *r,
			   const struct resolve_key *key)
{
	_cleanup_(rows_done) struct rows rows = {0};

	for (size_t j = 0; j < r->n_loaders; j++) {
		const struct loader_script *s = r->loaders[j].script;

		if (!r->loaders[j].step->runs_at_boot)
			continue;
		for (size_t i = 0; i < s->n_entries; i++) {
			const struct sysctl_entry *e = &s->entries[i];
			struct row *row;

			if (!s->files[e->file].is_volatile ||
			    key->views[j].result.fates[i].status == ENTRY_OTHER_KEY)
				continue;
			row = rows_add(&rows, out);
			if (!row)
				return;
			text_bytes(&row->value, e->value ? e->value : "x",
				   e->value ? e->value_len : 1);
			text_place(&row->place, s->files[e->file].path, e->line);
			(void)strbuf_addf(&row->note, "%s reads it now; gone after a reboot",
					  loader_name(r->loaders[j].step->loader.id));
		}
	}
	if (rows.n == 0)
		return;
	(void)strbuf_adds(out, "\n  only until the reboot:\n");
	print_rows(out, layout, &rows);
}

static size_t count_read(const struct loader_script *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_files; i++)
		n += s->files[i].status == FILE_READ;
	return n;
}

/* "not set (systemd-sysctl read 14 files, none sets it); the kernel's default applies" */
static void add_unset(struct strbuf *b, const struct resolve *r)
{
	bool any = false;

	(void)strbuf_adds(b, "not set");
	for (size_t i = 0; i < r->n_boot_loaders; i++) {
		const struct resolve_loader *l = &r->boot_loaders[i];
		size_t n = count_read(l->script);

		if (l->step->loader.id == LOADER_CMDLINE)
			continue;
		(void)strbuf_addf(b, "%s%s read %zu %s", any ? ", " : " (",
				  loader_name(l->step->loader.id), n, n == 1 ? "file" : "files");
		any = true;
	}
	(void)strbuf_adds(b, any ? ", none sets it); the kernel's default applies"
				 : "; the kernel's default applies");
}

/* "not known", and why where nothing unreadable says it below. */
static void add_unknown(struct strbuf *b, const struct resolve *r, const struct resolve_key *key)
{
	const char *nobody = boot_plan_nobody(r->plan);

	(void)strbuf_adds(b, "not known");
	if (nobody) {
		(void)strbuf_adds(b, ": no loader is known to run at boot here (");
		(void)strbuf_add_escaped(b, nobody, strlen(nobody));
		(void)strbuf_addc(b, ')');
	} else if (key->n_unreadable == 0) {
		(void)strbuf_adds(b, ": versions of a loader that are all possible here disagree");
	}
}

/* What makes the answer uncertain: boot entries that differ, or what cannot be read. */
static void print_uncertain(struct strbuf *out, const struct resolve_key *key,
			    const struct boot_plan *plan, bool entries)
{
	bool any = false;

	for (size_t i = 0; i < key->n_unreadable; i++) {
		const struct boot_cmdline *c = boot_plan_entry(plan, key->unreadable[i]);

		if (!c != !entries)
			continue;
		if (!any)
			(void)strbuf_adds(
				out, entries ? "which entry boots next cannot be told, and they "
					       "differ:\n"
					     : "could be changed by what cannot be read here:\n");
		any = true;
		text_pad(out, INDENT);
		text_path(out, key->unreadable[i]);
		(void)strbuf_addc(out, '\n');
	}
}

/* Headline of a key, and where its boot value comes from. */
static void print_boot_headline(struct strbuf *out, const struct layout *layout,
				const struct resolve *r, const struct resolve_key *key)
{
	const struct resolve_boot *boot = &key->boot;
	size_t start = out->len, column;
	struct strbuf b = {0};

	text_key(out, key->key);
	(void)strbuf_adds(out, "   ");
	column = text_columns(out->bytes + start, out->len - start);
	(void)strbuf_adds(&b, "next boot: ");
	if (boot->state == RESOLVE_UNSET)
		add_unset(&b, r);
	else if (boot->state == RESOLVE_SET)
		text_boot_value(&b, boot);
	else
		add_unknown(&b, r, key);
	(void)text_wrap(out, layout, column, INDENT, b.bytes ? b.bytes : "");
	(void)strbuf_addc(out, '\n');
	out->failed |= b.failed;
	strbuf_done(&b);
	if (boot->has_source && boot->state != RESOLVE_UNSET) {
		(void)strbuf_adds(out, boot->state == RESOLVE_SET ? "set by " : "so far set by ");
		text_place(out, boot->source.path, boot->source.line);
		(void)strbuf_adds(out, ", ");
		text_loader(out, &r->boot_loaders[boot->source.loader].step->loader);
		(void)strbuf_addc(out, '\n');
	}
	print_uncertain(out, key, r->plan, /* entries= */ true);
	print_uncertain(out, key, r->plan, /* entries= */ false);
}

/* True when some assignment at boot gives this value. */
static bool any_file_sets(const struct resolve *r, const struct resolve_key *key, const char *value,
			  size_t n)
{
	for (size_t j = 0; j < r->n_boot_loaders; j++) {
		const struct loader_script *s = r->boot_loaders[j].script;

		for (size_t i = 0; i < s->n_entries; i++) {
			if (is_applied(key->fold[j].fates[i].status) && s->entries[i].value &&
			    s->entries[i].value_len == n &&
			    memcmp(s->entries[i].value, value, n) == 0)
				return true;
		}
	}
	return false;
}

/* What the running kernel has, where that is not what the next boot gives. */
static void print_now(struct strbuf *out, const struct resolve_view_options *o,
		      const struct resolve_key *key)
{
	_cleanup_strbuf_ struct strbuf path = {0};
	_cleanup_free_ char *value = NULL;
	size_t n = 0;

	if (!o->proc_tree)
		return;
	if (strbuf_addf(&path, "/proc/sys/%s", key->key) < 0) {
		out->failed = true;
		return;
	}
	if (tree_read_file(o->proc_tree, path.bytes, LIMIT_SMALL_FILE, &value, &n) < 0)
		return;
	while (n > 0 && value[n - 1] == '\n')
		n--;
	if (key->boot.state == RESOLVE_SET && key->boot.value_len == n && key->boot.value &&
	    memcmp(key->boot.value, value, n) == 0)
		return;
	(void)strbuf_adds(out, "\n  the kernel has ");
	text_bytes(out, value, n);
	(void)strbuf_adds(out, " now");
	if (!any_file_sets(o->resolve, key, value, n))
		(void)strbuf_adds(out, ", which none of these files set");
	(void)strbuf_addc(out, '\n');
}

/* Programs that do not run at boot, and that a person may run: what they would give instead. */
static void print_by_hand(struct strbuf *out, const struct layout *layout, const struct resolve *r,
			  const struct resolve_key *key)
{
	static const struct {
		enum loader_id id;
		const char *command;
	} programs[] = {
		{LOADER_PROCPS, "sysctl --system"},
		{LOADER_PROCPS_P, "sysctl -p"},
		{LOADER_BUSYBOX, "sysctl -p"},
	};

	for (size_t j = 0; j < r->n_loaders; j++) {
		const struct resolve_loader *l = &r->loaders[j];
		const struct key_result *res = &key->views[j].result;
		const struct sysctl_entry *e;
		const char *command = NULL;
		struct strbuf b = {0};

		for (size_t k = 0; k < ELEMENTSOF(programs); k++) {
			if (programs[k].id == l->step->loader.id)
				command = programs[k].command;
		}
		if (!command || l->step->runs_at_boot || res->winner < 0)
			continue;
		e = &l->script->entries[res->winner];
		if (key->boot.has_source && key->boot.value &&
		    (key_is_ptrace_scope(key->key)
			     ? res->level == key->boot.level
			     : e->value_len == key->boot.value_len &&
				       memcmp(e->value, key->boot.value, e->value_len) == 0))
			continue;
		(void)strbuf_addf(&b, "By hand: %s (", command);
		text_loader(&b, &l->step->loader);
		(void)strbuf_adds(&b, ") would give ");
		text_bytes(&b, e->value, e->value_len);
		(void)strbuf_adds(&b, ", from ");
		text_place(&b, l->script->files[e->file].path, e->line);
		(void)strbuf_adds(&b, " [loaders-disagree]");
		(void)strbuf_addc(out, '\n');
		(void)text_wrap(out, layout, 0, 2, b.bytes ? b.bytes : "");
		(void)strbuf_addc(out, '\n');
		out->failed |= b.failed;
		strbuf_done(&b);
	}
}

static void print_key(struct strbuf *out, const struct layout *layout,
		      const struct resolve_view_options *o, const struct resolve_key *key)
{
	const struct resolve *r = o->resolve;
	const struct resolve_boot *boot = &key->boot;

	print_boot_headline(out, layout, r, key);
	for (size_t i = 0; i < r->n_boot_loaders; i++) {
		const struct account a = {
			.li = &r->boot_loaders[i].step->loader,
			.script = r->boot_loaders[i].script,
			.result = &key->fold[i],
			.is_last_word = boot->has_source && boot->source.loader == i,
			.later = boot->has_source && boot->source.loader > i
					 ? resolve_source_loader(r, &boot->source)
					 : NULL,
		};

		print_account(out, layout, &a, r->boot_loaders[i].step, o->all);
	}
	print_volatile(out, layout, r, key);
	print_now(out, o, key);
	print_by_hand(out, layout, r, key);
}

/* --loader: that loader alone, now. */
static void print_one_loader(struct strbuf *out, const struct layout *layout,
			     const struct resolve_view_options *o, size_t index)
{
	const struct resolve_key *key = &o->resolve->keys[index];
	const struct resolve_loader *l = &o->resolve->loaders[0];
	const struct resolve_answer answer = resolve_answer_of(o, index);
	const struct account a = {
		.li = &l->step->loader,
		.script = l->script,
		.result = &key->views[0].result,
		.is_last_word = true,
	};

	text_loader(out, &l->step->loader);
	(void)strbuf_adds(out, l->step->runs_at_boot ? " (runs at boot here)\n"
						     : " (does not run at boot here)\n");
	text_key(out, key->key);
	(void)strbuf_adds(out, "   would be: ");
	if (answer.state == RESOLVE_UNKNOWN)
		(void)strbuf_adds(out, "not known");
	else if (answer.state == RESOLVE_UNSET)
		(void)strbuf_adds(out, "not set");
	else if (answer.level != LEVEL_NONE)
		text_level(out, answer.level);
	else
		text_bytes(out, answer.value, answer.value_len);
	(void)strbuf_addc(out, '\n');
	print_account(out, layout, &a, l->step, o->all);
}

/* One line a key. */
static void print_folded(struct strbuf *out, const struct layout *layout,
			 const struct resolve_view_options *o)
{
	size_t unset = 0;

	for (size_t i = 0; i < o->resolve->n_keys; i++) {
		const struct resolve_answer a = resolve_answer_of(o, i);
		struct strbuf b = {0};

		if (a.state == RESOLVE_UNSET) {
			unset++;
			continue;
		}
		text_key(out, o->resolve->keys[i].key);
		(void)strbuf_adds(out, o->loader ? "   would be: " : "   next boot: ");
		if (a.state == RESOLVE_UNKNOWN)
			(void)term_add(out, layout->color, STYLE_UNKNOWN, "not known");
		else if (a.level != LEVEL_NONE)
			text_level(out, a.level);
		else
			text_bytes(out, a.value, a.value_len);
		if (a.path) {
			(void)strbuf_adds(&b, "  ");
			text_place(&b, a.path, a.line);
			(void)strbuf_addf(&b, " (%s)", a.loader);
			(void)strbuf_adds(out, b.bytes ? b.bytes : "");
		}
		(void)strbuf_addc(out, '\n');
		out->failed |= b.failed;
		strbuf_done(&b);
	}
	if (unset > 0)
		(void)strbuf_addf(out, "%zu more %s no file sets; --all shows %s\n", unset,
				  unset == 1 ? "key that" : "keys that",
				  unset == 1 ? "it" : "them");
	if (o->resolve->n_keys == 0)
		(void)strbuf_adds(out, "no key matches\n");
}

void render_resolve_text(struct strbuf *out, const struct layout *layout,
			 const struct resolve_view_options *o)
{
	if (o->folded || o->resolve->n_keys == 0) {
		print_folded(out, layout, o);
		return;
	}
	for (size_t i = 0; i < o->resolve->n_keys; i++) {
		if (i > 0)
			(void)strbuf_addc(out, '\n');
		if (o->loader)
			print_one_loader(out, layout, o, i);
		else
			print_key(out, layout, o, &o->resolve->keys[i]);
	}
}
