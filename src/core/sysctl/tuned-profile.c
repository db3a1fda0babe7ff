/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The daemon's way to its settings (tuned/profiles/{locator,loader,merger,unit,variables}.py
 * of 2.15 to 2.27): what a profile includes comes first, then the profile's own sections go over
 * it, option by option, an option that is there already keeping its place.
 */
#include "tuned-profile.h"
#include "limits.h"
#include "parse.h"

#include <ctype.h>

/* Profiles that one may include, all together. */
#define PROFILES_MAX 64

struct load {
	struct tree *tree;
	quirks_t q;
	const char *const *dirs;
	struct tuned_profile *profile;
	char **bad;
};

static void unit_done(struct tuned_unit *u)
{
	free(u->name);
	free(u->type);
	free(u->drop);
	ini_section_done(&u->options);
	*u = (struct tuned_unit){0};
}

void tuned_profile_done(struct tuned_profile *p)
{
	for (size_t i = 0; i < p->n_units; i++)
		unit_done(&p->units[i]);
	for (size_t i = 0; i < p->n_paths; i++)
		free(p->paths[i]);
	free(p->units);
	free(p->paths);
	*p = (struct tuned_profile){0};
}

static bool is_true(const char *s)
{
	return streq(s, "True") || streq(s, "true") || streq(s, "1");
}

/* Takes the options that are about the unit itself out of a section, into u. */
static int unit_from_section(const struct ini_section *s, unsigned source, struct tuned_unit *u)
{
	static const char *const own[] = {"devices", "devices_udev_regex", "script_pre",
					  "script_post"};
	int r = 0;

	u->enabled = true;
	u->name = strdup(s->name);
	for (size_t i = 0; r == 0 && i < s->n; i++) {
		const struct ini_option *o = &s->options[i];
		bool mine = false;

		for (size_t k = 0; k < ELEMENTSOF(own); k++)
			mine = mine || streq(o->name, own[k]);
		if (streq(o->name, "type")) {
			u->type = strdup(o->value);
		} else if (streq(o->name, "enabled")) {
			u->enabled = is_true(o->value);
		} else if (streq(o->name, "replace")) {
			u->replace = is_true(o->value);
		} else if (streq(o->name, "drop")) {
			u->drop = strdup(o->value);
		} else if (streq(o->name, "cpuinfo_regex") || streq(o->name, "uname_regex")) {
			u->conditional = true;
		} else if (streq(o->name, "priority")) {
			uint64_t v = 0;

			if (parse_uint(o->value, INT32_MAX, &v) == 0)
				u->priority = (long)v;
		} else if (!mine) {
			r = ini_section_set(&u->options, o->name, o->value, o->line, source);
		}
	}
	if (!u->type)
		u->type = strdup(s->name);
	return r < 0 || !u->name || !u->type ? -ENOMEM : 0;
}

static struct tuned_unit *find_unit(const struct tuned_profile *p, const char *name)
{
	for (size_t i = 0; i < p->n_units; i++)
		if (streq(p->units[i].name, name))
			return &p->units[i];
	return NULL;
}

/* re.split(r"\b\s*[,;]\s*", drop): names separated by ',' or ';' with blanks. */
static void drop_options(struct tuned_unit *u, const char *drop)
{
	while (*drop) {
		size_t n = strcspn(drop, ",;"), len = n;
		const char *name = drop;
		char copy[LIMIT_PATH];

		python_strip(&name, &len);
		if (len < sizeof(copy)) {
			memcpy(copy, name, len);
			copy[len] = '\0';
			ini_section_unset(&u->options, copy);
		}
		drop += n + (drop[n] != '\0');
	}
}

/* Puts a unit of a later profile over what is there. Takes the unit over. */
static int merge_unit(struct tuned_profile *p, struct tuned_unit *u)
{
	struct tuned_unit *old = find_unit(p, u->name);
	int r = 0;

	if (!old) {
		if (array_reserve(&p->units, p->n_units, &p->cap_units, sizeof(*u)) < 0) {
			unit_done(u);
			return -ENOMEM;
		}
		p->units[p->n_units++] = *u;
		*u = (struct tuned_unit){0};
		return 0;
	}
	if (u->replace) {
		unit_done(old);
		*old = *u;
		*u = (struct tuned_unit){0};
		return 0;
	}
	free(old->type);
	old->type = TAKE_PTR(u->type);
	old->enabled = u->enabled;
	old->conditional = old->conditional || u->conditional;
	if (u->priority)
		old->priority = u->priority;
	if (u->drop)
		drop_options(old, u->drop);
	for (size_t i = 0; r == 0 && i < u->options.n; i++) {
		const struct ini_option *o = &u->options.options[i];

		r = ini_section_set(&old->options, o->name, o->value, o->line, o->source);
	}
	unit_done(u);
	return r;
}

static bool is_loaded(const struct tuned_profile *p, const char *path)
{
	for (size_t i = 0; i < p->n_paths; i++)
		if (streq(p->paths[i], path))
			return true;
	return false;
}

/*
 * The file of a profile: the strongest directory's that is not loaded yet. Returns 1 with its path,
 * 0 when there is none (ret_skip: which is no error, since it is loaded or said to be optional), or
 * a negative errno.
 */
static int locate(struct load *l, const char *name, char **ret, bool *ret_skip)
{
	const char *base;
	/* Seen in 2.20, not in 2.15; taken to have come with the other. */
	bool optional = *name == '-' && (l->q & Q(TAKES_ONCE));

	name += optional;
	base = strrchr(name, '/');
	base = base ? base + 1 : name;
	*ret_skip = optional;
	for (size_t i = 0; l->dirs[i]; i++) {
		_cleanup_strbuf_ struct strbuf path = {0};
		struct tree_stat st;
		int r;

		if (strbuf_addf(&path, "%s/%s%stuned.conf", l->dirs[i], base, *base ? "/" : "") < 0)
			return -ENOMEM;
		if (is_loaded(l->profile, path.bytes)) {
			*ret_skip = *ret_skip || (l->q & Q(TAKES_ONCE));
			continue;
		}
		r = tree_stat(l->tree, path.bytes, &st, NULL);
		if (r == -ENOMEM)
			return r;
		if (r == -EACCES || r == -EPERM || r == -EIO || (r == 0 && st.type == TREE_REG)) {
			*ret = strbuf_take(&path);
			return *ret ? 1 : -ENOMEM;
		}
	}
	return 0;
}

static int set_bad(struct load *l, const char *path)
{
	free(*l->bad);
	*l->bad = strdup(path);
	return *l->bad ? 0 : -ENOMEM;
}

static enum ini_dialect dialect_of(quirks_t q)
{
	return (q & Q(CONFIGOBJ))    ? INI_CONFIGOBJ
	       : (q & Q(STRICT_INI)) ? INI_STRICT
				     : INI_CONFIGPARSER;
}

static int load_names(struct load *l, const char *names, const char *separators);

/* Puts a parsed file's sections over the profile, those that it includes first. */
static int load_sections(struct load *l, const struct ini *ini, unsigned source)
{
	const char *include = ini_get(ini, "main", "include");
	int r = 1;

	if (include && strstr(include, "${"))
		return set_bad(l, l->profile->paths[source]);
	if (include)
		r = load_names(l, include, ",;");
	for (size_t i = 0; r == 1 && i < ini->n; i++) {
		struct tuned_unit u = {0};

		if (streq(ini->sections[i].name, "main"))
			continue;
		r = unit_from_section(&ini->sections[i], source, &u);
		if (r == 0)
			r = merge_unit(l->profile, &u);
		unit_done(&u);
		r = r == 0 ? 1 : r;
	}
	return r;
}

static int load_one(struct load *l, const char *name)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	_cleanup_(ini_done) struct ini ini = {0};
	struct tuned_profile *p = l->profile;
	unsigned line, source;
	bool skip = false;
	size_t n = 0;
	int r;

	if (!*name)
		return 0;
	r = locate(l, name, &path, &skip);
	if (r <= 0)
		return r < 0 ? r : skip;
	if (p->n_paths >= PROFILES_MAX)
		return -E2BIG;
	r = tree_read_file(l->tree, path, LIMIT_SMALL_FILE, &text, &n);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return set_bad(l, path);
	if (array_reserve(&p->paths, p->n_paths, &p->cap_paths, sizeof(*p->paths)) < 0)
		return -ENOMEM;
	source = (unsigned)p->n_paths;
	p->paths[p->n_paths++] = TAKE_PTR(path);
	r = ini_parse(text, n, dialect_of(l->q), NULL, &ini, &line);
	if (r == -EINVAL)
		return 0;
	if (r == -EOPNOTSUPP)
		return set_bad(l, p->paths[source]);
	return r < 0 ? r : load_sections(l, &ini, source);
}

/* Returns 1 when all were loaded, 0 when one spoils it, or a negative errno. */
static int load_names(struct load *l, const char *names, const char *separators)
{
	int r = 1;

	while (r == 1) {
		size_t n = strcspn(names, separators), len = n;
		const char *name = names;
		_cleanup_free_ char *copy = NULL;

		python_strip(&name, &len);
		copy = strndup(name, len);
		if (!copy)
			return -ENOMEM;
		/* Blanks at both ends separate nothing in a list of words. */
		if (*copy || *separators == ',')
			r = load_one(l, copy);
		if (!names[n])
			break;
		names += n + 1;
	}
	return r;
}

/* Whether tuned lists a profile of that name, as it wants of those that are chosen: a file that
 * cannot be looked at is taken for one. Returns 1, 0 or -ENOMEM. */
static int is_known(const struct load *l, const char *name, size_t n)
{
	if (n == 0 || memchr(name, '/', n) || (n == 1 && *name == '.') ||
	    (n == 2 && memcmp(name, "..", 2) == 0))
		return 0;
	for (size_t i = 0; l->dirs[i]; i++) {
		_cleanup_strbuf_ struct strbuf path = {0};
		struct tree_stat st;
		int r;

		(void)strbuf_addf(&path, "%s/%.*s/tuned.conf", l->dirs[i], (int)n, name);
		if (path.failed)
			return -ENOMEM;
		r = tree_stat(l->tree, path.bytes, &st, NULL);
		if (r == -ENOMEM || (r == 0 && st.type == TREE_REG) || r == -EACCES ||
		    r == -EPERM || r == -EIO)
			return r == -ENOMEM ? r : 1;
	}
	return 0;
}

/* As is_known(), for all of a list of words. */
static int are_known(const struct load *l, const char *names, const char *separators)
{
	int r = 1;

	while (r == 1 && *(names += strspn(names, separators))) {
		size_t n = strcspn(names, separators);

		r = is_known(l, names, n);
		names += n;
	}
	return r;
}

int tuned_profile_load(struct tree *tree, quirks_t q, const char *const *dirs, const char *names,
		       struct tuned_profile *ret, char **ret_bad)
{
	_cleanup_(tuned_profile_done) struct tuned_profile p = {0};
	struct load l = {.tree = tree, .q = q, .dirs = dirs, .profile = &p, .bad = ret_bad};
	static const char blanks[] = " \t\n\r\f\v\x1c\x1d\x1e\x1f";
	int r;

	r = are_known(&l, names, blanks);
	if (r == 1)
		r = load_names(&l, names, blanks);
	if (r != 1)
		return r;
	*ret = p;
	p = (struct tuned_profile){0};
	return 1;
}

static int expand(const struct tuned_profile *p, const char *raw, size_t upto, char **ret);

/* The value of variable number i, as it was when it was defined. */
static int variable(const struct tuned_profile *p, const struct ini_section *vars, size_t i,
		    char **ret)
{
	return expand(p, vars->options[i].value, i, ret);
}

/*
 * Replaces ${NAME} by the variables before number upto. "\${NAME}" becomes ${NAME}.
 *
 * Returns 1, 0 when a function is called, or -ENOMEM.
 */
static int expand(const struct tuned_profile *p, const char *raw, size_t upto, char **ret)
{
	const struct tuned_unit *unit = find_unit(p, "variables");
	const struct ini_section *vars = unit ? &unit->options : NULL;
	_cleanup_strbuf_ struct strbuf out = {0};

	for (const char *s = raw; *s;) {
		const char *close = s[0] == '$' && s[1] == '{' ? strchr(s, '}') : NULL;
		size_t n = close ? (size_t)(close - s) - 2 : 0, found = upto;

		if (close && s[2] == 'f' && s[3] == ':')
			return 0;
		for (size_t i = 0; close && vars && i < upto && i < vars->n; i++)
			if (strlen(vars->options[i].name) == n &&
			    memcmp(vars->options[i].name, s + 2, n) == 0)
				found = i;
		if (close && s > raw && s[-1] == '\\') {
			out.len--; /* the backslash */
			(void)strbuf_add(&out, s, n + 3);
			s = close + 1;
		} else if (close && found < upto) {
			_cleanup_free_ char *value = NULL;
			int r = variable(p, vars, found, &value);

			if (r <= 0)
				return r;
			(void)strbuf_adds(&out, value);
			s = close + 1;
		} else {
			(void)strbuf_addc(&out, *s++);
		}
	}
	*ret = strbuf_take(&out);
	return *ret ? 1 : -ENOMEM;
}

int tuned_profile_value(const struct tuned_profile *p, const char *raw, char **ret)
{
	const struct tuned_unit *vars = find_unit(p, "variables");
	_cleanup_free_ char *plain = NULL;
	size_t n = strlen(raw);

	if (n >= 2 && raw[0] == '"' && raw[n - 1] == '"')
		plain = strndup(raw + 1, n - 2);
	else
		plain = strdup(raw);
	if (!plain)
		return -ENOMEM;
	/* Variables of another file are not followed. */
	if (vars && strstr(plain, "${"))
		for (size_t i = 0; i < vars->options.n; i++)
			if (streq(vars->options.options[i].name, "include"))
				return 0;
	return expand(p, plain, vars ? vars->options.n : 0, ret);
}
