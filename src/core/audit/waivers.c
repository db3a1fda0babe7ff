/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a file of waivers may say. Every setting has to be there: a waiver that nobody owns, or that
 * never ends, is a hole that nobody closes. */
#include "waivers.h"

#include "date.h"
#include "site-conf.h"

#include <sys/stat.h>

/* The file as far as it has been read. */
struct draft {
	struct waivers w;
	struct waiver now; /* the section that is being read */
	const char *path;
	int64_t today;
};

static void waiver_done(struct waiver *w)
{
	free(w->id);
	free(w->host);
	free(w->reason);
	free(w->owner);
	*w = (struct waiver){0};
}

void waivers_done(struct waivers *w)
{
	for (size_t i = 0; i < w->n; i++)
		waiver_done(&w->items[i]);
	free(w->items);
	free(w->source);
	*w = (struct waivers){0};
}

static const char *set_text(char **slot, const char *value)
{
	if (!*value)
		return "must not be empty";
	*slot = strdup(value);
	return *slot ? NULL : "";
}

static const char *set_id(void *arg, const char *value)
{
	return set_text(&((struct draft *)arg)->now.id, value);
}

static const char *set_finding(void *arg, const char *value)
{
	struct draft *d = arg;

	if (finding_by_name(value, &d->now.finding) < 0)
		return "names no finding; \"ptscope about --findings\" lists them";
	if (finding_docs[d->now.finding].worst == SEVERITY_FAIL)
		return NULL;
	return finding_docs[d->now.finding].worst == SEVERITY_UNKNOWN
		       ? "names a finding that stands for what could not be seen; that cannot be "
			 "waived"
		       : "names a finding that never fails; there is nothing to waive";
}

static const char *set_host(void *arg, const char *value)
{
	return set_text(&((struct draft *)arg)->now.host, value);
}

static const char *set_reason(void *arg, const char *value)
{
	return set_text(&((struct draft *)arg)->now.reason, value);
}

static const char *set_owner(void *arg, const char *value)
{
	return set_text(&((struct draft *)arg)->now.owner, value);
}

static const char *set_expires(void *arg, const char *value)
{
	struct draft *d = arg;

	if (date_parse(value, &d->now.expires) < 0)
		return "must be a day, as in 2027-01-31";
	return d->now.expires - d->today > WAIVER_DAYS_MAX ? "is more than a year ahead" : NULL;
}

static const struct conf_setting settings[] = {
	{"Id", set_id},
	{"Finding", set_finding},
	{"Host", set_host},
	{"Reason", set_reason},
	{"Owner", set_owner},
	{"Expires", set_expires},
	{NULL},
};

_Static_assert(ELEMENTSOF(settings) - 1 <= CONF_SETTINGS_MAX, "more than a section can have");

static int begin(void *arg, unsigned line, struct error *e)
{
	struct draft *d = arg;

	(void)e;
	d->now.line = line;
	return 0;
}

static int end(void *arg, const unsigned lines[CONF_SETTINGS_MAX], struct error *e)
{
	struct draft *d = arg;

	for (size_t i = 0; settings[i].name; i++) {
		if (lines[i])
			continue;
		(void)error_set(e, EINVAL, d->path, d->now.line,
				"a waiver without %s=", settings[i].name);
		error_hint(e, "Id, Finding, Host, Reason, Owner and Expires all have to be there");
		return -EINVAL;
	}
	if (array_reserve(&d->w.items, d->w.n, &d->w.cap, sizeof(*d->w.items)) < 0)
		return -ENOMEM;
	d->w.items[d->w.n++] = d->now;
	d->now = (struct waiver){0};
	return 0;
}

static const struct conf_format format = {
	.section = "[Waiver]",
	.hint = "a file of waivers has sections [Waiver] only",
	.many = true,
	.may_be_empty = true,
	.settings = settings,
	.begin = begin,
	.end = end,
};

int waivers_parse(const char *path, const char *bytes, size_t n, int64_t today, struct waivers *ret,
		  struct error *e)
{
	struct draft d = {.path = path, .today = today};
	int r = conf_parse(path, bytes, n, &format, &d, e);

	if (r == 0) {
		conf_sha256(bytes, n, d.w.sha256);
		d.w.source = strdup(path);
		r = d.w.source ? 0 : -ENOMEM;
	}
	waiver_done(&d.now);
	if (r == -ENOMEM)
		(void)error_set(e, ENOMEM, path, 0, "out of memory");
	if (r < 0) {
		waivers_done(&d.w);
		return r;
	}
	*ret = d.w;
	return 0;
}

int waivers_load(const char *path, bool must_exist, int64_t today, struct waivers *ret,
		 struct error *e)
{
	_cleanup_strbuf_ struct strbuf text = {0};
	struct stat st;
	int r;

	if (!must_exist && stat(path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		*ret = (struct waivers){0};
		return 0;
	}
	r = conf_load(path, "the waivers", &text, e);
	if (r < 0)
		return r;
	return waivers_parse(path, text.bytes ? text.bytes : "", text.len, today, ret, e);
}
