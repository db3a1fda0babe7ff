/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard.conf is read as a policy is: what is not known is an error with its line. It is written by
 * us, whole, so comments of others do not survive a set; the first line says so.
 */
#include "settings.h"

#include "fd.h"
#include "site-conf.h"

#include <sys/stat.h>
#include <unistd.h>

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

/* What one section says. */
struct section {
	char *cgroup; /* owned; NULL: everybody's */
	int level;    /* -1: not said */
	bool restrict_read, tell_allowed;
};

struct reader {
	struct guard_settings *settings;
	struct section section;
	const char *path;
	unsigned line; /* of the section's header */
	bool seen;     /* a section for everybody */
};

enum setting { CGROUP, LEVEL, RESTRICT_READ, TELL_ALLOWED };

static const char *set_cgroup(void *arg, const char *value)
{
	struct reader *r = arg;

	if (value[0] != '/' || !value[1])
		return "must be the path of a cgroup below the first, as in /build.slice";
	r->section.cgroup = strdup(value);
	return r->section.cgroup ? NULL : "";
}

static const char *set_level(void *arg, const char *value)
{
	struct reader *r = arg;

	if (value[0] < '0' || value[0] > '3' || value[1])
		return "must be a level, 0 to 3";
	r->section.level = value[0] - '0';
	return NULL;
}

static const char *set_restrict_read(void *arg, const char *value)
{
	return conf_bool(value, &((struct reader *)arg)->section.restrict_read);
}

static const char *set_tell_allowed(void *arg, const char *value)
{
	return conf_bool(value, &((struct reader *)arg)->section.tell_allowed);
}

static int begin_section(void *arg, unsigned line, struct error *e)
{
	struct reader *r = arg;

	(void)e;
	free(r->section.cgroup);
	r->section = (struct section){.level = -1};
	r->line = line;
	return 0;
}

static int end_section(void *arg, const unsigned lines[CONF_SETTINGS_MAX], struct error *e)
{
	struct reader *r = arg;
	const struct section *s = &r->section;

	if (!s->cgroup) {
		if (r->seen)
			return error_set(e, EINVAL, r->path, r->line,
					 "a second section without Cgroup=");
		r->seen = true;
		r->settings->level = s->level < 0 ? r->settings->level : s->level;
		r->settings->restrict_read = s->restrict_read;
		r->settings->tell_allowed = s->tell_allowed;
		return 0;
	}
	if (s->level < 0)
		return error_set(e, EINVAL, r->path, r->line, "Cgroup= goes with Level=");
	if (lines[RESTRICT_READ] || lines[TELL_ALLOWED])
		return error_set(e, EINVAL, r->path, r->line,
				 "a section with Cgroup= has Level= and nothing else");
	return guard_settings_cgroup(r->settings, s->cgroup, s->level);
}

static const struct conf_format format = {
	.section = "[Guard]",
	.hint = "all sections are [Guard]; those for cgroups have Cgroup=",
	.many = true,
	.may_be_empty = true,
	.settings =
		(const struct conf_setting[]){
			[CGROUP] = {"Cgroup", set_cgroup},
			[LEVEL] = {"Level", set_level},
			[RESTRICT_READ] = {"RestrictRead", set_restrict_read},
			[TELL_ALLOWED] = {"TellAllowed", set_tell_allowed},
			{NULL},
		},
	.begin = begin_section,
	.end = end_section,
};

int guard_settings_parse(const char *path, const char *bytes, size_t n, struct guard_settings *ret,
			 struct error *e)
{
	_cleanup_(guard_settings_done) struct guard_settings s = {0};
	struct reader r = {.settings = &s, .path = path};
	int k;

	guard_settings_init(&s);
	k = conf_parse(path, bytes, n, &format, &r, e);
	free(r.section.cgroup);
	if (k == -ENOMEM)
		return error_set(e, ENOMEM, path, 0, "out of memory");
	if (k < 0)
		return k;
	*ret = s;
	s = (struct guard_settings){0};
	return 0;
}

int guard_settings_load(struct guard_settings *ret, bool *ret_there, struct error *e)
{
	_cleanup_strbuf_ struct strbuf text = {0};
	bool there = access(GUARD_CONF, F_OK) == 0 || errno != ENOENT;
	int r;

	if (ret_there)
		*ret_there = there;
	if (!there) {
		guard_settings_init(ret);
		return 0;
	}
	r = conf_load(GUARD_CONF, "the settings", &text, e);
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
		(void)strbuf_addf(&b, "\n[Guard]\nCgroup=%s\nLevel=%d\n", s->cgroups[i].path,
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
