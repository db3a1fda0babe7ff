/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Units are read as systemd reads them: sections, "name = value", '#' and ';' comments, a backslash
 * at the end of a line; drop-ins of the unit, of its prefix ("systemd-.service.d") and of its type
 * ("service.d"), the strongest of each name, in order of their names.
 */
#include "unit-file.h"

#include "limits.h"

#include <stdio.h>

void unit_dirs_find(struct tree *t, struct unit_dirs *ret)
{
	struct unit_dirs d = {.n = 0};
	struct tree_stat st;

	d.paths[d.n++] = "/etc/systemd/system";
	if (tree_stat(t, "/usr/local/lib/systemd/system", &st, NULL) == 0)
		d.paths[d.n++] = "/usr/local/lib/systemd/system";
	d.paths[d.n++] = "/usr/lib/systemd/system";
	if (tree_lstat(t, "/lib", &st) == 0 && st.type == TREE_DIR)
		d.paths[d.n++] = "/lib/systemd/system";
	*ret = d;
}

static void setting_done(struct unit_setting *s)
{
	free(s->name);
	free(s->value);
	free(s->path);
}

void unit_done(struct unit *u)
{
	for (size_t i = 0; i < u->n; i++)
		setting_done(&u->settings[i]);
	for (size_t i = 0; i < u->n_unreadable; i++)
		free(u->unreadable[i]);
	free(u->settings);
	free(u->unreadable);
	*u = (struct unit){0};
}

static int add_unreadable(struct unit *u, const char *path)
{
	if (array_reserve(&u->unreadable, u->n_unreadable, &u->cap_unreadable,
			  sizeof(*u->unreadable)) < 0)
		return -ENOMEM;
	u->unreadable[u->n_unreadable] = strdup(path);
	return u->unreadable[u->n_unreadable++] ? 0 : -ENOMEM;
}

bool unit_is_condition(const char *name)
{
	return startswith(name, "Condition") || startswith(name, "Assert");
}

/* Drops what an empty assignment of that name takes back: itself, or all conditions. */
static void take_back(struct unit *u, const char *name)
{
	const char *family = startswith(name, "Condition") ? "Condition"
			     : startswith(name, "Assert")  ? "Assert"
							   : name;
	size_t kept = 0;

	for (size_t i = 0; i < u->n; i++) {
		if (startswith(u->settings[i].name, family))
			setting_done(&u->settings[i]);
		else
			u->settings[kept++] = u->settings[i];
	}
	u->n = kept;
}

static int add_setting(struct unit *u, const char *name, const char *value, const char *path,
		       unsigned line)
{
	struct unit_setting *s;

	if (!*value) {
		take_back(u, name);
		return 0;
	}
	if (array_reserve(&u->settings, u->n, &u->cap, sizeof(*s)) < 0)
		return -ENOMEM;
	s = &u->settings[u->n];
	*s = (struct unit_setting){
		.name = strdup(name), .value = strdup(value), .path = strdup(path), .line = line};
	if (!s->name || !s->value || !s->path) {
		setting_done(s);
		return -ENOMEM;
	}
	u->n++;
	return 0;
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	n = strlen(s);
	while (n > 0 && strchr(" \t\r", s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

/* One whole line. section is updated by a header. */
static int parse_line(struct unit *u, char *text, char *section, size_t size, const char *path,
		      unsigned line)
{
	char *s = trim(text), *value, *name;

	if (*s == '[') {
		(void)snprintf(section, size, "%s", s);
		return 0;
	}
	value = strchr(s, '=');
	if (!value)
		return 0;
	*value++ = '\0';
	name = trim(s);
	value = trim(value);
	if ((streq(section, "[Service]") && streq(name, "ExecStart")) ||
	    (streq(section, "[Unit]") && unit_is_condition(name)))
		return add_setting(u, name, value, path, line);
	return 0;
}

static int parse_text(struct unit *u, char *text, const char *path)
{
	_cleanup_strbuf_ struct strbuf whole = {0};
	char section[32] = "";
	unsigned number = 0, first = 0;
	int r = 0;

	for (char *l = text, *end; r == 0 && *l; l = end) {
		size_t n;
		bool goes_on;

		number++;
		end = l + strcspn(l, "\n");
		if (*end)
			*end++ = '\0';
		if (l[strspn(l, " \t")] == '#' || l[strspn(l, " \t")] == ';')
			continue;
		n = strlen(l);
		goes_on = n > 0 && l[n - 1] == '\\';
		if (!whole.len)
			first = number;
		(void)strbuf_add(&whole, l, n - goes_on);
		(void)strbuf_addc(&whole, ' ');
		if (goes_on)
			continue;
		if (whole.failed)
			return -ENOMEM;
		r = parse_line(u, whole.bytes, section, sizeof(section), path, first);
		strbuf_clear(&whole);
	}
	if (whole.failed)
		return -ENOMEM;
	return r == 0 && whole.len
		       ? parse_line(u, whole.bytes, section, sizeof(section), path, first)
		       : r;
}

static int parse_file(struct tree *t, struct unit *u, const char *path)
{
	_cleanup_free_ char *text = NULL;
	int r = tree_read_file(t, path, LIMIT_SMALL_FILE, &text, NULL);

	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	return r < 0 ? add_unreadable(u, path) : parse_text(u, text, path);
}

struct dropin_file {
	char *name, *path; /* owned */
};

struct dropin_files {
	struct dropin_file *items;
	size_t n, cap;
};

static void dropin_files_done(struct dropin_files *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->items[i].name);
		free(d->items[i].path);
	}
	free(d->items);
}

static int compare_dropins(const void *a, const void *b)
{
	return strcmp(((const struct dropin_file *)a)->name, ((const struct dropin_file *)b)->name);
}

static bool has_dropin(const struct dropin_files *d, const char *name)
{
	for (size_t i = 0; i < d->n; i++) {
		if (streq(d->items[i].name, name))
			return true;
	}
	return false;
}

/* Adds the drop-ins of one directory whose names are not there yet. */
static int add_dropins(struct tree *t, struct unit *u, struct dropin_files *d, const char *dir)
{
	_cleanup_(tree_list_done) struct tree_list list = {0};
	int r = tree_list(t, dir, &list);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0)
		return r == -ENOMEM ? r : add_unreadable(u, dir);
	for (size_t i = 0; i < list.n; i++) {
		const char *name = list.entries[i].name;
		struct dropin_file *f;

		if (name[0] == '.' || !endswith(name, ".conf") || has_dropin(d, name))
			continue;
		if (array_reserve(&d->items, d->n, &d->cap, sizeof(*f)) < 0)
			return -ENOMEM;
		f = &d->items[d->n];
		*f = (struct dropin_file){.name = strdup(name)};
		if (!f->name)
			return -ENOMEM;
		if (asprintf(&f->path, "%s/%s", dir, name) < 0) {
			free(f->name);
			return -ENOMEM;
		}
		d->n++;
	}
	return 0;
}

static int add_dropins_in(struct tree *t, struct unit *u, struct dropin_files *d, const char *dir,
			  const char *base)
{
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s.d", dir, base) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	return add_dropins(t, u, d, path);
}

static int parse_dropins(struct tree *t, const struct unit_dirs *dirs, const char *name,
			 struct unit *u)
{
	_cleanup_(dropin_files_done) struct dropin_files d = {0};
	const char *dash = strchr(name, '-'), *type = strrchr(name, '.');
	_cleanup_free_ char *prefix = NULL;
	int r = 0;

	if (dash && asprintf(&prefix, "%.*s%s", (int)(dash + 1 - name), name, type) < 0) {
		prefix = NULL;
		return -ENOMEM;
	}
	for (size_t i = 0; r == 0 && i < dirs->n; i++) {
		r = add_dropins_in(t, u, &d, dirs->paths[i], name);
		if (r == 0 && prefix)
			r = add_dropins_in(t, u, &d, dirs->paths[i], prefix);
	}
	for (size_t i = 0; r == 0 && i < dirs->n; i++)
		r = add_dropins_in(t, u, &d, dirs->paths[i], type + 1);
	if (r == 0 && d.n > 1)
		qsort(d.items, d.n, sizeof(*d.items), compare_dropins);
	for (size_t i = 0; r == 0 && i < d.n; i++)
		r = parse_file(t, u, d.items[i].path);
	return r;
}

static bool is_mask(const struct tree_stat *st)
{
	return st->type == TREE_NULL || (st->type == TREE_REG && st->size == 0);
}

/* Looks for the strongest file of that name. Returns 1 with its path (caller frees), 0, -ENOMEM. */
static int find_fragment(struct tree *t, const struct unit_dirs *dirs, struct unit *u,
			 const char *name, char **ret)
{
	for (size_t i = 0; i < dirs->n; i++) {
		_cleanup_free_ char *path = NULL;
		struct tree_stat st;
		int r;

		if (asprintf(&path, "%s/%s", dirs->paths[i], name) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		r = tree_stat(t, path, &st, NULL);
		if (r == -ENOMEM)
			return r;
		if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
			continue;
		if (r < 0) {
			/* It may be a mask or another unit. */
			if (add_unreadable(u, path) < 0)
				return -ENOMEM;
			continue;
		}
		u->state = is_mask(&st) ? UNIT_MASKED : UNIT_LOADED;
		*ret = TAKE_PTR(path);
		return 1;
	}
	return 0;
}

int unit_load(struct tree *t, const struct unit_dirs *dirs, const char *name, struct unit *ret)
{
	_cleanup_(unit_done) struct unit u = {0};
	_cleanup_free_ char *path = NULL;
	int r = find_fragment(t, dirs, &u, name, &path);

	if (r > 0 && u.state == UNIT_LOADED) {
		r = parse_file(t, &u, path);
		if (r == 0)
			r = parse_dropins(t, dirs, name, &u);
	}
	if (r < 0)
		return r;
	*ret = u;
	u = (struct unit){0};
	return 0;
}

/* The strongest entry of that name in a target's directories: 1 when it wants the unit, 0 when
 * there is none or when it is a mask. */
static int target_wants(struct tree *t, const struct unit_dirs *dirs, const char *target,
			const char *kind, const char *name)
{
	for (size_t i = 0; i < dirs->n; i++) {
		_cleanup_free_ char *path = NULL;
		struct tree_stat st;
		int r;

		if (asprintf(&path, "%s/%s.%s/%s", dirs->paths[i], target, kind, name) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		r = tree_lstat(t, path, &st);
		if (r < 0 && r != -ENOMEM)
			continue;
		/* A link counts by its name, wherever it leads, but for /dev/null. */
		if (r == 0 && st.type == TREE_LNK && tree_stat(t, path, &st, NULL) < 0)
			return 1;
		return r < 0 ? r : !is_mask(&st);
	}
	return 0;
}

int unit_is_wanted(struct tree *t, const struct unit_dirs *dirs, const char *name,
		   const char **ret_target)
{
	static const char *const targets[] = {"sysinit.target",	    "multi-user.target",
					      "basic.target",	    "graphical.target",
					      "network-pre.target", "default.target"};
	static const char *const kinds[] = {"wants", "requires"};

	for (size_t k = 0; k < ELEMENTSOF(kinds); k++) {
		for (size_t i = 0; i < ELEMENTSOF(targets); i++) {
			int r = target_wants(t, dirs, targets[i], kinds[k], name);

			if (r > 0 && ret_target)
				*ret_target = targets[i];
			if (r != 0)
				return r;
		}
	}
	return 0;
}
