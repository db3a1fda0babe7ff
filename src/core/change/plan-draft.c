/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The search. One drop-in of our own is tried first, under names that sort later and later; then
 * what only an edit can win: the line that has the last word is replaced, for as long as another
 * one takes its place. Whatever turned out not to be needed is taken out again. So a file name is
 * never merely believed to come last, and a vendor's file is never touched.
 */
#include "plan-impl.h"

#include "package.h"

#include <stdarg.h>
#include <stdio.h>

/* Edits that a search makes before it gives up. */
#define EDITS_MAX 16

void draft_done(struct draft *d)
{
	for (size_t i = 0; i < d->n; i++)
		change_done(&d->changes[i]);
	free(d->changes);
	free(d->obstacle);
	(void)tree_free(d->overlay);
	(void)resolve_free(d->after);
	*d = (struct draft){0};
}

static int obstacle(struct draft *d, const char *fmt, ...) _printf_(2, 3);

static int obstacle(struct draft *d, const char *fmt, ...)
{
	va_list ap;
	int r;

	free(d->obstacle);
	d->obstacle = NULL;
	va_start(ap, fmt);
	r = vasprintf(&d->obstacle, fmt, ap);
	va_end(ap);
	if (r < 0) {
		d->obstacle = NULL;
		return -ENOMEM;
	}
	return 0;
}

const struct resolve_key *draft_key(const struct draft *d)
{
	for (size_t i = 0; d->after && i < d->after->n_keys; i++) {
		if (streq(d->after->keys[i].key, PTRACE_SCOPE_KEY))
			return &d->after->keys[i];
	}
	return NULL;
}

int draft_try(struct draft *d, size_t n)
{
	static const char *const patterns[] = {PTRACE_SCOPE_KEY};
	int r;

	d->after = resolve_free(d->after);
	d->overlay = tree_free(d->overlay);
	r = tree_new_overlay(&d->overlay, d->req->tree);
	for (size_t i = 0; i < n && r == 0; i++)
		r = tree_add_file(d->overlay, d->changes[i].path, d->changes[i].after.bytes,
				  d->changes[i].after.len);
	if (r == 0)
		r = resolve_run(
			&(struct resolve_request){
				.tree = d->overlay,
				.env = d->req->evidence->boot_env,
				.patterns = patterns,
				.n_patterns = ELEMENTSOF(patterns),
				/* Strict files ask about those of idle programs too. */
				.flags = d->req->tidy || d->req->policy->strict_files ? BOOT_IDLE
										      : 0,
			},
			&d->after, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return level_boot(d->after) == d->level && boot_would_pass(d->after, d->req->policy);
}

int draft_read(struct draft *d, const char *path, struct content *ret)
{
	size_t len = 0;
	char *bytes = NULL;
	int r;

	for (size_t i = 0; i < d->n; i++) {
		if (streq(d->changes[i].path, path))
			return content_set(ret, d->changes[i].after.bytes, d->changes[i].after.len);
	}
	r = tree_read_file(d->req->tree, path, LIMIT_EDIT_FILE, &bytes, &len);
	if (r < 0)
		return r;
	free(ret->bytes);
	*ret = (struct content){bytes, len};
	return 0;
}

static int count_missing_dirs(struct tree *t, const char *path, unsigned *ret)
{
	_cleanup_free_ char *dir = strdup(path);
	struct tree_stat st;
	char *slash;

	*ret = 0;
	if (!dir)
		return -ENOMEM;
	while ((slash = strrchr(dir, '/')) && slash != dir) {
		int r;

		*slash = '\0';
		r = tree_stat(t, dir, &st, NULL);
		if (r == 0)
			return st.type == TREE_DIR ? 0 : -ENOTDIR;
		if (r != -ENOENT)
			return r;
		(*ret)++;
	}
	return 0;
}

/* Fills what stands at the path now. */
static int fill_before(struct draft *d, const char *path, struct change *c)
{
	struct tree_stat st;
	int r = tree_lstat(d->req->tree, path, &st);

	c->path = strdup(path);
	if (!c->path)
		return -ENOMEM;
	if (r == -ENOENT) {
		c->kind = CHANGE_CREATE;
		c->mode = 0644;
		return count_missing_dirs(d->req->tree, path, &c->missing_dirs);
	}
	if (r < 0)
		return r;
	if (st.type != TREE_REG)
		return -EEXIST;
	c->kind = CHANGE_EDIT;
	c->mode = st.mode;
	c->uid = st.uid;
	c->gid = st.gid;
	return tree_read_file(d->req->tree, path, LIMIT_EDIT_FILE, &c->before.bytes,
			      &c->before.len);
}

static int set_text(char **field, const char *text)
{
	char *copy;

	if (!text)
		return 0;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

int draft_write(struct draft *d, const char *path, const struct strbuf *after, const char *why,
		const char *note)
{
	struct change *c = NULL;
	int r = 0;

	if (after->failed)
		return -ENOMEM;
	for (size_t i = 0; i < d->n && !c; i++) {
		if (streq(d->changes[i].path, path))
			c = &d->changes[i];
	}
	if (!c) {
		if (array_reserve(&d->changes, d->n, &d->cap, sizeof(*d->changes)) < 0)
			return -ENOMEM;
		c = &d->changes[d->n];
		*c = (struct change){0};
		r = fill_before(d, path, c);
		if (r < 0) {
			change_done(c);
			return r;
		}
		d->n++;
	}
	r = content_set(&c->after, after->bytes ? after->bytes : "", after->len);
	if (r == 0)
		r = set_text(&c->why, why);
	return r == 0 ? set_text(&c->note, note) : r;
}

void draft_remove(struct draft *d, size_t i)
{
	change_done(&d->changes[i]);
	memmove(&d->changes[i], &d->changes[i + 1], (d->n - i - 1) * sizeof(*d->changes));
	d->n--;
}

int replace_line(const struct content *c, unsigned line, const struct content *text,
		 const struct strbuf *with, struct strbuf *ret)
{
	size_t at = 0, end;

	for (unsigned i = 1; i < line; i++) {
		const char *nl = memchr(c->bytes + at, '\n', c->len - at);

		if (!nl)
			return -ESTALE;
		at = (size_t)(nl - c->bytes) + 1;
	}
	for (end = at; end < c->len && c->bytes[end] != '\n';)
		end++;
	/* A line that ends in CR LF keeps its ending. */
	if (end > at && c->bytes[end - 1] == '\r' && end - at == text->len + 1)
		end--;
	if (end - at != text->len || memcmp(c->bytes + at, text->bytes, text->len) != 0 ||
	    memchr(text->bytes, '\r', text->len) || memchr(text->bytes, '\0', text->len))
		return -ESTALE;
	(void)strbuf_add(ret, c->bytes, at);
	(void)strbuf_add(ret, with->bytes, with->len);
	return strbuf_add(ret, c->bytes + end, c->len - end);
}

/* Our line: blanks around "=" and nothing else, which every grammar takes. */
static int add_setting(const struct draft *d, const char *key, struct strbuf *ret)
{
	return strbuf_addf(ret, "%s = %d\n", key, d->level);
}

/* What a drop-in of ours says. other: the place that it has to come after, or NULL. */
static int dropin_text(const struct draft *d, const char *other, int other_level,
		       struct strbuf *ret)
{
	(void)strbuf_addf(ret, "# %s. " OWN_MARK "; undo: ptscope rollback %s\n",
			  d->level == 0 ? "Sets the level of ptrace"
					: "Restricts ptrace (CIS 1.5.2)",
			  d->req->id);
	if (other) {
		(void)strbuf_adds(ret, "# Named to come after ");
		(void)strbuf_add_escaped(ret, other, strlen(other));
		(void)strbuf_addf(ret, ", which sets %d.\n", other_level);
	}
	(void)strbuf_adds(ret, "# Keep it if you remove ptscope.\n");
	return add_setting(d, "kernel.yama.ptrace_scope", ret);
}

static bool is_own(const struct content *c)
{
	return memmem(c->bytes, c->len < 512 ? c->len : 512, OWN_MARK, strlen(OWN_MARK)) != NULL;
}

/* True when a drop-in may be written there: nothing, or one of ours that says something else. */
static int is_free(struct draft *d, const char *path, const char *setting)
{
	_cleanup_free_ char *bytes = NULL;
	struct content c = {0};
	struct tree_stat st;
	int r = tree_lstat(d->req->tree, path, &st);

	if (r == -ENOENT)
		return 1;
	if (r < 0 || st.type != TREE_REG)
		return r == -ENOMEM ? r : 0;
	r = tree_read_file(d->req->tree, path, LIMIT_EDIT_FILE, &bytes, &c.len);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	c.bytes = bytes;
	return is_own(&c) && !strstr(bytes, setting);
}

/* "it must sort after 99-x.conf (acme-debug-tools), which sets 0" */
static int dropin_why(struct draft *d, const char *other, int level, char **ret)
{
	_cleanup_(package_owner_done) struct package_owner owner = {0};
	_cleanup_strbuf_ struct strbuf b = {0};
	const char *slash;

	(void)strbuf_adds(&b, "one new file");
	if (other) {
		_cleanup_free_ char *path = strndup(other, (size_t)(strrchr(other, ':') - other));

		slash = path ? strrchr(path, '/') : NULL;
		(void)strbuf_addf(&b, "; it must sort after %s", slash ? slash + 1 : "");
		if (path && path_is_vendor(path) &&
		    package_owner_of(d->req->tree, path, &owner) == 0)
			(void)strbuf_addf(&b, " (%s)", owner.name);
		(void)strbuf_addf(&b, ", which sets %d", level);
	}
	*ret = strbuf_take(&b);
	return *ret ? 0 : -ENOMEM;
}

/* The winner of the last try, as PATH:LINE; NULL where it is none of a file. */
static int last_winner(const struct draft *d, char **ret, int *ret_level)
{
	const struct resolve_key *k = draft_key(d);

	*ret = NULL;
	if (!k || !k->boot.has_source || !k->boot.source.from_file)
		return 0;
	*ret_level = k->boot.level;
	return asprintf(ret, "%s:%u", k->boot.source.path, k->boot.source.line) < 0 ? -ENOMEM : 0;
}

/* Real path of a drop-in: its directory may be a link. */
static int real_dropin(struct tree *t, const char *path, char **ret)
{
	_cleanup_free_ char *dir = NULL, *real = NULL;
	const char *slash = strrchr(path, '/');
	struct tree_stat st;
	int r;

	dir = strndup(path, (size_t)(slash - path));
	if (!dir)
		return -ENOMEM;
	r = tree_stat(t, dir, &st, &real);
	if (r == -ENOENT) {
		*ret = strdup(path);
		return *ret ? 0 : -ENOMEM;
	}
	if (r < 0)
		return r;
	return asprintf(ret, "%s%s", streq(real, "/") ? "" : real, slash) < 0 ? -ENOMEM : 0;
}

/* Adds a drop-in of that name. Returns 1, 0 when it cannot be there, -ENOMEM. */
static int add_dropin(struct draft *d, const char *name, const char *other, int other_level)
{
	_cleanup_free_ char *path = NULL, *why = NULL;
	_cleanup_strbuf_ struct strbuf text = {0}, setting = {0};
	int r = real_dropin(d->req->tree, name, &path);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (path_is_vendor(path))
		return 0;
	(void)strbuf_addc(&setting, '\n');
	if (add_setting(d, "kernel.yama.ptrace_scope", &setting) < 0)
		return -ENOMEM;
	r = is_free(d, path, setting.bytes);
	if (r <= 0)
		return r;
	r = dropin_why(d, other, other_level, &why);
	if (r == 0)
		r = dropin_text(d, other, other_level, &text);
	if (r == 0)
		r = draft_write(d, path, &text, why, NULL);
	return r == -ENOMEM ? r : r == 0;
}

/* One drop-in alone, under the first name that is enough. */
static int search_dropin(struct draft *d)
{
	static const char *const names[] = {
		DROPIN_DIR "/60-ptscope.conf",
		DROPIN_DIR "/99-zz-ptscope.conf",
		DROPIN_DIR "/zz-ptscope.conf",
		DROPIN_DIR "/zzzz-ptscope.conf",
	};
	_cleanup_free_ char *other = NULL;
	int r, level = LEVEL_NONE;

	for (size_t i = 0; i < ELEMENTSOF(names); i++) {
		r = add_dropin(d, names[i], other, level);
		if (r < 0)
			return r;
		if (r == 0)
			continue;
		r = draft_try(d, d->n);
		if (r != 0)
			return r;
		/* What beat it is what the next name has to come after. */
		free(other);
		r = last_winner(d, &other, &level);
		if (r < 0)
			return r;
		if (i + 1 < ELEMENTSOF(names))
			draft_remove(d, 0);
	}
	return 0;
}

int draft_may_edit(struct draft *d, const char *path, const struct content *c, char **ret_note)
{
	_cleanup_(package_owner_done) struct package_owner owner = {0};
	const char *manager = managed_by(c->bytes, c->len);
	int r = 0;

	if (path_is_vendor(path)) {
		r = obstacle(d, "%s is a vendor's file, which is never edited", path);
		return r;
	}
	if (manager && !d->req->tidy) {
		r = obstacle(d,
			     "only an edit of %s can win, and %s manages it: change it there (or "
			     "say --tidy to edit it all the same)",
			     path, manager);
		return r;
	}
	if (manager)
		r = asprintf(ret_note,
			     "%s is managed by %s, which will put it back; change it there", path,
			     manager);
	else if (package_owner_of(d->req->tree, path, &owner) == 0 && owner.conffile)
		r = asprintf(ret_note,
			     "%s belongs to %s (a conffile): dpkg will ask at its next upgrade",
			     path, owner.name);
	if (r < 0) {
		*ret_note = NULL;
		return -ENOMEM;
	}
	return 1;
}

/* The entry and file of a place in the script of a loader of the boot. */
static const struct sysctl_entry *entry_at(const struct draft *d, const struct resolve_source *s,
					   const struct sysctl_file **ret_file)
{
	const struct loader_script *script = d->after->boot_loaders[s->loader].script;

	for (size_t i = 0; i < script->n_entries; i++) {
		const struct sysctl_entry *e = &script->entries[i];

		if (e->line == s->line && streq(script->files[e->file].path, s->path)) {
			*ret_file = &script->files[e->file];
			return e;
		}
	}
	return NULL;
}

/* A line that was refused by the kernel: some loaders stop there. */
static const struct sysctl_entry *
refused_entry(const struct draft *d, const struct sysctl_file **ret_file, size_t *ret_loader)
{
	const struct resolve_key *k = draft_key(d);

	for (size_t i = 0; k && i < d->after->n_boot_loaders; i++) {
		const struct loader_script *script = d->after->boot_loaders[i].script;

		for (size_t n = 0; n < script->n_entries; n++) {
			const struct sysctl_file *f = &script->files[script->entries[n].file];

			if (k->fold[i].fates[n].status == ENTRY_REFUSED && f->status == FILE_READ &&
			    !path_is_vendor(f->real ? f->real : f->path)) {
				*ret_file = f;
				*ret_loader = i;
				return &script->entries[n];
			}
		}
	}
	return NULL;
}

int real_path_of(struct draft *d, const struct sysctl_file *f, char **ret)
{
	struct tree_stat st;

	/* Of the overlay, where our own changes may have made directories. */
	return tree_stat(d->overlay ? d->overlay : d->req->tree, f->path, &st, ret);
}

/* Puts our setting in the place of a line. Returns 1, 0 with an obstacle, -ENOMEM. */
static int edit_line(struct draft *d, const struct sysctl_entry *entry,
		     const struct sysctl_file *file, size_t loader)
{
	const char *name = loader_name(d->after->boot_loaders[loader].step->loader.id);
	const struct content text = {entry->text, entry->text_len};
	const char *first = entry->text ? strpbrk(entry->text, "/.") : NULL;
	_cleanup_(content_done) struct content c = {0};
	_cleanup_free_ char *path = NULL, *note = NULL, *why = NULL;
	_cleanup_strbuf_ struct strbuf setting = {0}, after = {0};
	int r = real_path_of(d, file, &path);

	if (r == 0)
		r = draft_read(d, path, &c);
	if (r < 0)
		return r == -ENOMEM ? r : obstacle(d, "%s: %s", file->path, strerror(-r));
	r = draft_may_edit(d, path, &c, &note);
	if (r <= 0)
		return r;
	(void)add_setting(
		d, first && *first == '/' ? "kernel/yama/ptrace_scope" : "kernel.yama.ptrace_scope",
		&setting);
	setting.len -= setting.len > 0; /* the line has an end already */
	r = replace_line(&c, entry->line, &text, &setting, &after);
	if (r == -ESTALE)
		return obstacle(d, "%s:%u: the line ends in a way that cannot be edited safely",
				path, entry->line);
	if (asprintf(&why, "only an edit can win: %s applies %s:%u last", name, file->path,
		     entry->line) < 0) {
		why = NULL;
		return -ENOMEM;
	}
	r = r < 0 ? r : draft_write(d, path, &after, why, note);
	return r == -ENOMEM ? r : r == 0 ? 1 : obstacle(d, "%s: %s", path, strerror(-r));
}

/* Adds our setting to the end of sysctl.conf. */
static int append_conf(struct draft *d)
{
	_cleanup_(content_done) struct content c = {0};
	_cleanup_free_ char *note = NULL, *path = NULL;
	_cleanup_strbuf_ struct strbuf after = {0};
	struct tree_stat st;
	int r = tree_stat(d->req->tree, SYSCTL_CONF, &st, &path);

	if (r < 0 && r != -ENOENT)
		return r == -ENOMEM ? r : obstacle(d, "%s: %s", SYSCTL_CONF, strerror(-r));
	if (r == 0 && st.type != TREE_REG)
		return obstacle(d, "%s is no regular file", SYSCTL_CONF);
	r = draft_read(d, path ? path : SYSCTL_CONF, &c);
	if (r < 0 && r != -ENOENT)
		return r == -ENOMEM ? r : obstacle(d, "%s: %s", SYSCTL_CONF, strerror(-r));
	if (r == 0) {
		r = draft_may_edit(d, path ? path : SYSCTL_CONF, &c, &note);
		if (r <= 0)
			return r;
		(void)strbuf_add(&after, c.bytes, c.len);
		if (c.len > 0 && c.bytes[c.len - 1] != '\n')
			(void)strbuf_addc(&after, '\n');
	}
	(void)strbuf_addf(&after, "# " OWN_MARK " %s\n", d->req->id);
	(void)add_setting(d, "kernel.yama.ptrace_scope", &after);
	r = draft_write(d, path ? path : SYSCTL_CONF, &after,
			"only this file can win: it is read last, or nothing else is read", note);
	return r == -ENOMEM ? r : r == 0 ? 1 : obstacle(d, "%s: %s", SYSCTL_CONF, strerror(-r));
}

/* One more edit, for what the last try came to. Returns 1, 0 when there is none, -ENOMEM. */
static int edit_more(struct draft *d, bool *appended)
{
	const struct resolve_key *k = draft_key(d);
	const struct sysctl_file *file = NULL;
	const struct sysctl_entry *entry = NULL;
	size_t loader = 0;

	if (!k)
		return obstacle(d, "the files cannot be resolved");
	if (k->boot.has_source && !k->boot.source.from_file)
		return obstacle(d, "the kernel command line (%s) decides, which is not changed",
				k->boot.source.path);
	if (k->boot.has_source && k->boot.level != d->level) {
		loader = k->boot.source.loader;
		entry = entry_at(d, &k->boot.source, &file);
	}
	if (!entry)
		entry = refused_entry(d, &file, &loader);
	if (entry)
		return edit_line(d, entry, file, loader);
	if (*appended)
		return obstacle(d,
				d->after->n_boot_loaders > 1 || k->boot.has_source
					? "no file that is read at boot would have the last word"
					: "no program that would apply the files at boot is known");
	*appended = true;
	return append_conf(d);
}

/* Takes out each change without which it passes too. */
static int minimise(struct draft *d)
{
	for (size_t i = 0; d->n > 1 && i < d->n;) {
		struct change c = d->changes[i];
		int r;

		memmove(&d->changes[i], &d->changes[i + 1], (d->n - i - 1) * sizeof(c));
		d->changes[d->n - 1] = c;
		r = draft_try(d, d->n - 1);
		if (r < 0)
			return r;
		if (r > 0) {
			change_done(&d->changes[--d->n]);
			continue;
		}
		/* It is needed: back to its place. */
		memmove(&d->changes[i + 1], &d->changes[i], (d->n - i - 1) * sizeof(c));
		d->changes[i++] = c;
	}
	return draft_try(d, d->n);
}

int draft_search(struct draft *d)
{
	bool appended = false;
	int r = search_dropin(d);

	/* No drop-in could be placed: begin with the tree as it is. */
	if (r == 0 && d->n == 0)
		r = draft_try(d, 0);
	if (r != 0)
		return r;
	for (unsigned i = 0; i < EDITS_MAX; i++) {
		r = edit_more(d, &appended);
		if (r <= 0)
			return r;
		r = draft_try(d, d->n);
		if (r < 0)
			return r;
		if (r > 0)
			return minimise(d);
	}
	return obstacle(d, "too many lines would have to be changed");
}
