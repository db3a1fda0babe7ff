/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines that say an allowed level where no program looks at boot: in a file that only an idle
 * program reads, in one that is masked, or whose name is passed over. They are looked for when the
 * boot fails, since they are then most often the reason. What no loader reads has no grammar of its
 * own; it is read as sysctl.conf(5) describes, which is enough to tell a person.
 */
#include "audit-impl.h"

#include "limits.h"

/* Lines that are kept: many more than are shown, and few enough to look through. */
#define UNREAD_MAX (4 * SHOWN_MAX)

struct unread {
	char *path, *real, *text; /* owned; real: after links */
	unsigned line;
	int level;
	enum reason reason;
};

struct unread_list {
	struct unread *items;
	size_t n, cap;
	struct path_names read; /* files read at boot, by the names before and after links */
};

static void unread_done(struct unread_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->items[i].path);
		free(l->items[i].real);
		free(l->items[i].text);
	}
	free(l->items);
	path_names_done(&l->read);
}

static int unread_add(struct unread_list *l, const struct unread *u, const char *text, size_t n)
{
	_cleanup_free_ char *p = strdup(u->path), *real = strdup(u->real), *t = strndup(text, n);

	if (!p || !real || !t || array_reserve(&l->items, l->n, &l->cap, sizeof(*l->items)) < 0)
		return -ENOMEM;
	l->items[l->n] = *u;
	l->items[l->n].path = TAKE_PTR(p);
	l->items[l->n].real = TAKE_PTR(real);
	l->items[l->n++].text = TAKE_PTR(t);
	return 0;
}

static int note_read_files(const struct resolve *r, struct path_names *ret)
{
	for (size_t i = 0; i < r->n_boot_loaders; i++) {
		const struct loader_script *s = r->boot_loaders[i].script;

		for (size_t k = 0; k < s->n_files; k++) {
			const struct sysctl_file *f = &s->files[k];

			if (f->status == FILE_READ &&
			    (path_names_add(ret, f->path) < 0 ||
			     (f->real && path_names_add(ret, f->real) < 0)))
				return -ENOMEM;
		}
	}
	path_names_sort(ret);
	return 0;
}

static bool is_listed(const struct unread_list *l, const char *real)
{
	for (size_t i = l->n; i-- > 0;) {
		if (streq(l->items[i].real, real))
			return true;
	}
	return false;
}

/* True when the n bytes spell the key: dots or slashes, with or without the "-" of "ignore errors".
 */
static bool is_our_key(const char *s, size_t n)
{
	static const char key[] = PTRACE_SCOPE_KEY;

	if (n > 0 && *s == '-') {
		s++;
		n--;
	}
	if (n != strlen(key))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] != key[i] && !(s[i] == '.' && key[i] == '/'))
			return false;
	}
	return true;
}

/* The level that a line of sysctl.conf(5) sets for the key, or LEVEL_NONE. */
static int line_level(const char *line, size_t n)
{
	const struct kernel_model model = kernel_model_for(PTRACE_SCOPE_KEY);
	const char *eq = memchr(line, '=', n), *end = line + n, *key_end;
	int level = LEVEL_NONE;

	while (line < end && (*line == ' ' || *line == '\t'))
		line++;
	if (!eq || line >= eq || *line == '#' || *line == ';')
		return LEVEL_NONE;
	for (key_end = eq; key_end > line && (key_end[-1] == ' ' || key_end[-1] == '\t'); key_end--)
		;
	if (!is_our_key(line, (size_t)(key_end - line)))
		return LEVEL_NONE;
	if (kernel_value_parse(&model, eq + 1, (size_t)(end - eq - 1), &level) != VALUE_OK)
		return LEVEL_NONE;
	return level;
}

static int scan_file(struct judge *j, const char *path, enum reason reason, struct unread_list *l)
{
	_cleanup_free_ char *text = NULL, *real = NULL;
	struct unread u = {.path = (char *)(uintptr_t)path, .reason = reason};
	struct tree_stat st;
	size_t len = 0;
	int r = tree_stat(j->tree, path, &st, &real);

	/* One file by two names (/lib on a merged /usr) is told once. */
	if (r < 0 || st.type != TREE_REG || is_listed(l, real) || path_names_has(&l->read, real))
		return r == -ENOMEM ? r : 0;
	u.real = real;
	r = tree_read_file(j->tree, path, LIMIT_SMALL_FILE, &text, &len);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (const char *s = text, *end = text + len; s < end && l->n < UNREAD_MAX;) {
		const char *nl = memchr(s, '\n', (size_t)(end - s));
		size_t n = (size_t)((nl ? nl : end) - s);

		u.line++;
		u.level = line_level(s, n);
		if (policy_allows(j->policy, u.level) && unread_add(l, &u, s, n) < 0)
			return -ENOMEM;
		s += n + 1;
	}
	return 0;
}

/* Files that loaders at boot came across and did not read. */
static int scan_passed_over(struct judge *j, struct unread_list *l)
{
	const struct resolve *r = j->ev->resolve;

	for (size_t i = 0; i < r->n_boot_loaders; i++) {
		const struct loader_script *s = r->boot_loaders[i].script;

		for (size_t k = 0; k < s->n_files && l->n < UNREAD_MAX; k++) {
			const struct sysctl_file *f = &s->files[k];
			int e;

			if (f->status == FILE_READ || f->status == FILE_UNREADABLE ||
			    f->is_volatile)
				continue;
			e = scan_file(j, f->path, f->reason, l);
			if (e < 0)
				return e;
		}
	}
	return 0;
}

/* Lines that idle loaders read. */
static int take_idle(struct judge *j, struct unread_list *l)
{
	for (size_t i = 0; i < j->said.n && l->n < UNREAD_MAX; i++) {
		const struct said *s = &j->said.items[i];
		const char *path = s->file->real ? s->file->real : s->file->path;
		const struct unread u = {.path = s->file->path,
					 .real = (char *)(uintptr_t)path,
					 .line = s->entry->line,
					 .level = s->level,
					 .reason = REASON_NOT_READ};

		if (s->boot || s->file->is_volatile || !policy_allows(j->policy, s->level) ||
		    startswith(path, "/proc/") || is_listed(l, path) ||
		    path_names_has(&l->read, path))
			continue;
		if (unread_add(l, &u, s->entry->text, s->entry->text_len) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int collect(struct judge *j, struct unread_list *l)
{
	int r = note_read_files(j->ev->resolve, &l->read);

	if (r == 0)
		r = scan_passed_over(j, l);
	if (r == 0)
		r = take_idle(j, l);
	/* The file that the control itself names, where not even an idle loader knows it. */
	return r < 0 ? r : scan_file(j, "/etc/sysctl.conf", REASON_NOT_READ, l);
}

static enum finding_id finding_of(enum reason r)
{
	switch (r) {
	case REASON_BAD_SUFFIX:
	case REASON_HIDDEN:
		return FINDING_BAD_SUFFIX;
	case REASON_MASKED:
	case REASON_MASKED_NULL:
	case REASON_SHADOWED:
		return FINDING_MASKED;
	default:
		return FINDING_NOT_READ;
	}
}

/* What by hand would read the file, so that the setting seems to work. */
static const char *idle_reader(const struct judge *j, const char *path)
{
	const struct resolve *r = j->ev->resolve;

	for (size_t i = 0; i < r->n_loaders; i++) {
		const struct loader_script *s = r->loaders[i].script;

		if (r->loaders[i].step->runs_at_boot)
			continue;
		for (size_t k = 0; k < s->n_files; k++) {
			if (s->files[k].status == FILE_READ && streq(s->files[k].path, path))
				return loader_name(r->loaders[i].step->loader.id);
		}
	}
	return NULL;
}

static void explain(struct judge *j, struct finding *f, const struct unread *u)
{
	const char *idle = idle_reader(j, u->path);

	if (u->reason == REASON_NO_LINK)
		add_detail(j, f,
			   "systemd-sysctl reads %s only through /etc/sysctl.d/99-sysctl.conf, "
			   "which is missing.",
			   u->path);
	if (idle && (streq(idle, "procps") || streq(idle, "procps-p")))
		add_detail(j, f, "\"sysctl %s\" by hand would read it.",
			   streq(idle, "procps") ? "--system" : "-p");
	else if (idle)
		add_detail(j, f, "%s would read it, and does not run at boot.", idle);
}

bool tell_unread_lines(struct judge *j)
{
	_cleanup_(unread_done) struct unread_list l = {0};
	struct finding *f;

	if (collect(j, &l) < 0)
		j->failed = true;
	if (l.n == 0)
		return false;
	f = add_finding(j, FINDING_NOT_READ, SEVERITY_FAIL,
			l.n == 1 ? "The only line is in a file that nothing reads at boot."
				 : "The only lines are in files that nothing reads at boot.");
	for (size_t i = 0; i < l.n; i++) {
		const struct unread *u = &l.items[i];

		add_evidence(j, f, u->path, u->line, u->text);
		if (u->reason != REASON_NO_LINK)
			add_because(j, f, "%s: %s is not read: %s.",
				    finding_docs[finding_of(u->reason)].id, u->path,
				    u->reason == REASON_NOT_READ
					    ? "no program that runs at boot looks there"
					    : reason_sentence(u->reason));
	}
	explain(j, f, &l.items[0]);
	mark_fixable(j, f);
	return true;
}

void note_unread_lines(struct judge *j)
{
	static const struct {
		enum finding_id id;
		const char *message;
	} kinds[] = {
		{FINDING_BAD_SUFFIX,
		 "A file that says an allowed level has a name that is passed over."},
		{FINDING_MASKED,
		 "A file that says an allowed level is hidden by another of its name."},
		{FINDING_NOT_READ, "A file that says an allowed level is not read at boot."},
	};
	_cleanup_(unread_done) struct unread_list l = {0};

	if (j->ruling.boot != BOOT_WEAK)
		return;
	if (collect(j, &l) < 0)
		j->failed = true;
	for (size_t k = 0; k < ELEMENTSOF(kinds); k++) {
		struct finding *f = NULL;

		for (size_t i = 0; i < l.n; i++) {
			if (finding_of(l.items[i].reason) != kinds[k].id)
				continue;
			if (!f)
				f = add_finding(j, kinds[k].id, SEVERITY_INFO, "%s",
						kinds[k].message);
			add_evidence(j, f, l.items[i].path, l.items[i].line, l.items[i].text);
		}
	}
}
