/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard.conf is read as a policy is: what is not known is an error with its line. It is written by
 * us, whole, so comments of others do not survive a set; the first line says so.
 */
#include "settings.h"

#include "fd.h"
#include "limits.h"
#include "str.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define CGROUP_SECTION "[Cgroup "

void guard_settings_done(struct guard_settings *s)
{
	for (size_t i = 0; i < s->n_cgroups; i++)
		free(s->cgroups[i].path);
	free(s->cgroups);
	*s = (struct guard_settings){0};
}

void guard_settings_init(struct guard_settings *s)
{
	*s = (struct guard_settings){.level = 1};
}

int guard_settings_cgroup(struct guard_settings *s, const char *path, int level)
{
	struct guard_cgroup_setting *c;
	size_t i;

	for (i = 0; i < s->n_cgroups && !streq(s->cgroups[i].path, path); i++)
		;
	if (level < 0) {
		if (i == s->n_cgroups)
			return -ENOENT;
		free(s->cgroups[i].path);
		s->cgroups[i] = s->cgroups[--s->n_cgroups];
		return 0;
	}
	if (i == s->n_cgroups) {
		if (array_reserve(&s->cgroups, s->n_cgroups, &s->cap_cgroups, sizeof(*c)) < 0)
			return -ENOMEM;
		c = &s->cgroups[i];
		c->path = strdup(path);
		if (!c->path)
			return -ENOMEM;
		s->n_cgroups++;
	}
	s->cgroups[i].level = level;
	return 0;
}

/* One line at a time. */
struct reader {
	struct guard_settings *settings;
	const char *path;
	unsigned line;
	bool in_guard;
	char *cgroup; /* whose section it is; owned; or NULL */
	struct error *e;
};

static int bad(struct reader *r, const char *what, const char *text)
{
	return error_set(r->e, EINVAL, r->path, r->line, "%s \"%s\"", what, text);
}

static int read_section(struct reader *r, char *s)
{
	size_t n = strlen(s);

	free(r->cgroup);
	r->cgroup = NULL;
	r->in_guard = streq(s, "[Guard]");
	if (r->in_guard)
		return 0;
	if (!startswith(s, CGROUP_SECTION "/") || s[n - 1] != ']')
		return bad(r, "unknown section", s);
	r->cgroup = strndup(s + strlen(CGROUP_SECTION), n - strlen(CGROUP_SECTION) - 1);
	return r->cgroup ? 0 : -ENOMEM;
}

static int read_level(struct reader *r, const char *value)
{
	if (value[0] < '0' || value[0] > '3' || value[1])
		return bad(r, "Level= takes 0 to 3, not", value);
	if (r->cgroup)
		return guard_settings_cgroup(r->settings, r->cgroup, value[0] - '0');
	r->settings->level = value[0] - '0';
	return 0;
}

static int read_setting(struct reader *r, const char *name, const char *value)
{
	const struct {
		const char *name;
		bool *slot;
	} flags[] = {
		{"RestrictRead", &r->settings->restrict_read},
		{"TellAllowed", &r->settings->tell_allowed},
	};

	if (streq(name, "Level"))
		return read_level(r, value);
	for (size_t i = 0; r->in_guard && i < ELEMENTSOF(flags); i++) {
		if (!streq(flags[i].name, name))
			continue;
		if (!streq(value, "yes") && !streq(value, "no"))
			return bad(r, "it takes yes or no, not", value);
		*flags[i].slot = streq(value, "yes");
		return 0;
	}
	return bad(r, "unknown setting", name);
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

static int read_line(struct reader *r, char *line)
{
	char *s = trim(line), *eq;

	if (!*s || *s == '#' || *s == ';')
		return 0;
	if (*s == '[')
		return read_section(r, s);
	eq = strchr(s, '=');
	if (!eq)
		return bad(r, "neither a section nor NAME=VALUE:", s);
	if (!r->in_guard && !r->cgroup)
		return error_set(r->e, EINVAL, r->path, r->line, "a setting before a section");
	*eq = '\0';
	return read_setting(r, trim(s), trim(eq + 1));
}

int guard_settings_parse(const char *path, const char *bytes, size_t n, struct guard_settings *ret,
			 struct error *e)
{
	_cleanup_(guard_settings_done) struct guard_settings s = {0};
	struct reader r = {.settings = &s, .path = path, .e = e};
	_cleanup_free_ char *text = strndup(bytes, n);
	int k = 0;

	guard_settings_init(&s);
	if (!text)
		return error_set(e, ENOMEM, path, 0, "out of memory");
	for (char *next = text, *line; k == 0 && (line = strsep(&next, "\n"));) {
		r.line++;
		k = read_line(&r, line);
	}
	free(r.cgroup);
	if (k == -ENOMEM)
		return error_set(e, ENOMEM, path, 0, "out of memory");
	if (k < 0)
		return k;
	*ret = s;
	s = (struct guard_settings){0};
	return 0;
}

/* Whoever can write the file decides what is enforced. */
static int check_owner(int fd, struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_set(e, errno, GUARD_CONF, 0, "cannot look at it");
	if (!S_ISREG(st.st_mode))
		return error_set(e, EINVAL, GUARD_CONF, 0, "is not a regular file");
	if (st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	(void)error_set(e, EPERM, GUARD_CONF, 0, "can be written by others than root");
	error_hint(e, "chown root:root " GUARD_CONF " && chmod 0644 " GUARD_CONF);
	return -EPERM;
}

static int read_all(int fd, struct strbuf *ret, struct error *e)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(e, errno, GUARD_CONF, 0, "cannot read it");
		if (ret->len + (size_t)n > LIMIT_SMALL_FILE)
			return error_set(e, EFBIG, GUARD_CONF, 0, "is too large");
		if (strbuf_add(ret, buf, (size_t)n) < 0)
			return error_set(e, ENOMEM, NULL, 0, "out of memory");
	}
	return 0;
}

int guard_settings_load(struct guard_settings *ret, bool *ret_there, struct error *e)
{
	_cleanup_fd_ int fd = open(GUARD_CONF, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	_cleanup_strbuf_ struct strbuf text = {0};
	int r;

	if (ret_there)
		*ret_there = fd >= 0;
	if (fd < 0 && errno == ENOENT) {
		guard_settings_init(ret);
		return 0;
	}
	if (fd < 0)
		return error_set(e, errno, GUARD_CONF, 0, "cannot open it");
	r = check_owner(fd, e);
	if (r == 0)
		r = read_all(fd, &text, e);
	return r < 0 ? r
		     : guard_settings_parse(GUARD_CONF, text.bytes ? text.bytes : "", text.len, ret,
					    e);
}

static const char *word(bool b)
{
	return b ? "yes" : "no";
}

int guard_settings_store(const struct guard_settings *s, struct error *e)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	int r;

	(void)strbuf_adds(
		&b, "# Written by \"ptscope guard start\" and \"set\"; see ptscope-guard(1).\n");
	(void)strbuf_addf(&b, "[Guard]\nLevel=%d\nRestrictRead=%s\nTellAllowed=%s\n", s->level,
			  word(s->restrict_read), word(s->tell_allowed));
	for (size_t i = 0; i < s->n_cgroups; i++)
		(void)strbuf_addf(&b, "\n" CGROUP_SECTION "%s]\nLevel=%d\n", s->cgroups[i].path,
				  s->cgroups[i].level);
	if (b.failed)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	if (mkdir("/etc/ptscope", 0755) < 0 && errno != EEXIST)
		return error_set(e, errno, "/etc/ptscope", 0,
				 "enforcing, and cannot keep it for the next boot");
	r = fd_write_file_atomic(GUARD_CONF, b.bytes, b.len);
	return r < 0 ? error_set(e, -r, GUARD_CONF, 0,
				 "enforcing, and cannot keep it for the next boot")
		     : 0;
}
