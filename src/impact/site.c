/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Programs that a site adds, from an INI file as policies are. Whatever is not understood is an
 * error with its line: a row that is half understood would tell somebody that all is well.
 */
#include "impact.h"

#include "limits.h"
#include "str.h"

#include <unistd.h>

enum setting { NAME, COMMAND, ACCESS, BY_HAND, FALLS_BACK, INSTEAD, _SETTING_MAX };

static const char *const setting_names[] = {
	[NAME] = "Name",      [COMMAND] = "Command",	  [ACCESS] = "Access",
	[BY_HAND] = "ByHand", [FALLS_BACK] = "FallsBack", [INSTEAD] = "Instead",
};

struct reader {
	const char *path;
	unsigned line;
	struct impact_site *site;
	bool seen[_SETTING_MAX]; /* in the section that is being read */
	struct error *e;
};

static void program_done(struct impact_program *p)
{
	free((char *)(uintptr_t)p->id);
	free((char *)(uintptr_t)p->name);
	free((char *)(uintptr_t)p->commands);
	free((char *)(uintptr_t)p->instead);
}

void impact_site_done(struct impact_site *s)
{
	for (size_t i = 0; i < s->n; i++)
		program_done(&s->programs[i]);
	free(s->programs);
	free(s->lines);
	*s = (struct impact_site){0};
}

static int bad(const struct reader *r, const char *what, const char *text)
{
	return error_set(r->e, EINVAL, r->path, r->line, "%s \"%s\"", what, text);
}

/* Takes blanks off both ends, in place. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	for (n = strlen(s); n > 0 && strchr(" \t\r", s[n - 1]); n--)
		s[n - 1] = '\0';
	return s;
}

/* What a section needs, once it is over. */
static int end_section(const struct reader *r)
{
	const struct impact_site *s = r->site;

	if (s->n == 0)
		return 0;
	for (int i = NAME; i <= ACCESS; i++)
		if (!r->seen[i])
			return error_set(r->e, EINVAL, r->path, s->lines[s->n - 1],
					 "[Program] without %s=", setting_names[i]);
	return 0;
}

static int begin_section(struct reader *r, const char *word)
{
	struct impact_site *s = r->site;
	_cleanup_strbuf_ struct strbuf id = {0};
	char *none;
	unsigned *lines;
	int k = end_section(r);

	if (k < 0)
		return k;
	if (!streq(word, "[Program]")) {
		(void)bad(r, "unknown section", word);
		error_hint(r->e, "each program has a section [Program]");
		return -EINVAL;
	}
	k = array_reserve(&s->programs, s->n, &s->cap, sizeof(*s->programs));
	lines = k == 0 ? realloc(s->lines, s->cap * sizeof(*lines)) : NULL;
	if (!lines)
		return -ENOMEM;
	s->lines = lines;
	(void)strbuf_addf(&id, "site-%zu", s->n + 1);
	none = strdup("");
	s->programs[s->n] = (struct impact_program){
		.id = strbuf_take(&id), .instead = none, .verified = IMPACT_VERIFIED_SITE};
	s->lines[s->n++] = r->line;
	memset(r->seen, 0, sizeof(r->seen));
	return s->programs[s->n - 1].id && none ? 0 : -ENOMEM;
}

static int set_text(const char **slot, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free((char *)(uintptr_t)*slot);
	*slot = copy;
	return 0;
}

static int set_bool(const struct reader *r, bool *slot, const char *value)
{
	if (!streq(value, "yes") && !streq(value, "no"))
		return bad(r, "neither yes nor no:", value);
	*slot = streq(value, "yes");
	return 0;
}

static int set_access(const struct reader *r, enum impact_access *slot, const char *value)
{
	for (int i = 0; i < _IMPACT_ACCESS_MAX; i++) {
		if (streq(value, impact_access_word((enum impact_access)i))) {
			*slot = (enum impact_access)i;
			return 0;
		}
	}
	(void)bad(r, "unknown way of access", value);
	error_hint(r->e, "known are attach, launch, declared, container, namespace, root, read "
			 "and none");
	return -EINVAL;
}

static int set(const struct reader *r, enum setting what, const char *value)
{
	struct impact_program *p = &r->site->programs[r->site->n - 1];

	switch (what) {
	case NAME:
		return *value ? set_text(&p->name, value)
			      : bad(r, "a program needs a name, not", value);
	case COMMAND:
		return *value ? set_text(&p->commands, value)
			      : bad(r, "names of files, or absolute paths, not", value);
	case ACCESS:
		return set_access(r, &p->access, value);
	case BY_HAND:
		return set_bool(r, &p->by_hand, value);
	case FALLS_BACK:
		return set_bool(r, &p->falls_back, value);
	case INSTEAD:
		return set_text(&p->instead, value);
	case _SETTING_MAX:
		break;
	}
	return -EINVAL;
}

static int apply(struct reader *r, const char *name, const char *value)
{
	if (r->site->n == 0)
		return error_set(r->e, EINVAL, r->path, r->line, "a setting before [Program]");
	for (int i = 0; i < _SETTING_MAX; i++) {
		if (!streq(name, setting_names[i]))
			continue;
		if (r->seen[i])
			return error_set(r->e, EINVAL, r->path, r->line, "%s= stands twice", name);
		r->seen[i] = true;
		return set(r, (enum setting)i, value);
	}
	(void)bad(r, "unknown setting", name);
	error_hint(r->e, "known are Name, Command, Access, ByHand, FallsBack and Instead");
	return -EINVAL;
}

static int read_line(struct reader *r, char *line)
{
	char *s = trim(line), *eq;

	if (!*s || *s == '#' || *s == ';')
		return 0;
	if (*s == '[')
		return begin_section(r, s);
	eq = strchr(s, '=');
	if (!eq)
		return bad(r, "neither a section nor NAME=VALUE:", s);
	*eq = '\0';
	return apply(r, trim(s), trim(eq + 1));
}

static int read_lines(struct reader *r, char *text, size_t n)
{
	if (memchr(text, '\0', n))
		return error_set(r->e, EINVAL, r->path, 0, "a NUL byte; this is no text");
	while (text) {
		char *next = strchr(text, '\n');
		int k;

		r->line++;
		if (next)
			*next++ = '\0';
		k = read_line(r, text);
		if (k < 0)
			return k;
		text = next;
	}
	return end_section(r);
}

static int check_owner(struct tree *tree, const char *path, struct error *e)
{
	struct tree_stat st;
	int r = tree_stat(tree, path, &st, NULL);

	if (r < 0)
		return r;
	if (st.uid != 0 && st.uid != geteuid())
		return error_set(e, EPERM, path, 0, "belongs to uid %u, neither root nor you",
				 (unsigned)st.uid);
	if (st.mode & 022) {
		(void)error_set(e, EPERM, path, 0, "can be written by others (mode %04o)",
				(unsigned)(st.mode & 07777));
		error_hint(e, "chmod go-w %s", path);
		return -EPERM;
	}
	return 0;
}

int impact_site_load(struct tree *tree, const char *path, struct impact_site *ret, struct error *e)
{
	_cleanup_(impact_site_done) struct impact_site site = {0};
	_cleanup_free_ char *text = NULL;
	struct reader r = {.path = path, .site = &site, .e = e};
	size_t n = 0;
	int k = check_owner(tree, path, e);

	if (k == -ENOENT || k == -ENOTDIR) {
		*ret = (struct impact_site){0};
		return 0;
	}
	if (k == -EPERM)
		return k;
	if (k == 0)
		k = tree_read_file(tree, path, LIMIT_SMALL_FILE, &text, &n);
	if (k < 0)
		return error_set(e, -k, path, 0, "cannot read the site's programs");
	k = read_lines(&r, text, n);
	if (k == -ENOMEM)
		return error_set(e, ENOMEM, path, 0, "out of memory");
	if (k < 0)
		return k;
	*ret = site;
	site = (struct impact_site){0};
	return 0;
}
