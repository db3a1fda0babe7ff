/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs that a site adds. A row that is half understood would tell somebody that all is well, so
 * whatever is not known is an error with its line. */
#include "impact.h"

#include "site-conf.h"

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

/* What is being read. */
struct draft {
	const char *path;
	struct impact_site site;
};

static struct impact_program *last(struct draft *d)
{
	return &d->site.programs[d->site.n - 1];
}

static const char *set_text(const char **slot, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return "";
	free((char *)(uintptr_t)*slot);
	*slot = copy;
	return NULL;
}

static const char *set_name(void *arg, const char *value)
{
	return *value ? set_text(&last(arg)->name, value) : "must not be empty";
}

static const char *set_command(void *arg, const char *value)
{
	return *value ? set_text(&last(arg)->commands, value)
		      : "must be names of files, or absolute paths";
}

static const char *set_access(void *arg, const char *value)
{
	for (int i = 0; i < _IMPACT_ACCESS_MAX; i++) {
		if (streq(value, impact_access_word((enum impact_access)i))) {
			last(arg)->access = (enum impact_access)i;
			return NULL;
		}
	}
	return "must be attach, launch, declared, container, namespace, root, read or none";
}

static const char *set_by_hand(void *arg, const char *value)
{
	return conf_bool(value, &last(arg)->by_hand);
}

static const char *set_falls_back(void *arg, const char *value)
{
	return conf_bool(value, &last(arg)->falls_back);
}

static const char *set_instead(void *arg, const char *value)
{
	return set_text(&last(arg)->instead, value);
}

enum { NAME, COMMAND, ACCESS, BY_HAND, FALLS_BACK, INSTEAD, _SETTING_MAX };

static const struct conf_setting settings[] = {
	[NAME] = {"Name", set_name},
	[COMMAND] = {"Command", set_command},
	[ACCESS] = {"Access", set_access},
	[BY_HAND] = {"ByHand", set_by_hand},
	[FALLS_BACK] = {"FallsBack", set_falls_back},
	[INSTEAD] = {"Instead", set_instead},
	[_SETTING_MAX] = {NULL, NULL},
};

_Static_assert(_SETTING_MAX <= CONF_SETTINGS_MAX, "the reader counts no more");

static int begin(void *arg, unsigned line, struct error *e)
{
	struct impact_site *s = &((struct draft *)arg)->site;
	_cleanup_free_ char *instead = strdup("");
	_cleanup_strbuf_ struct strbuf id = {0};
	unsigned *lines;

	if (!instead || array_reserve(&s->programs, s->n, &s->cap, sizeof(*s->programs)) < 0 ||
	    strbuf_addf(&id, "site-%zu", s->n + 1) < 0)
		return -ENOMEM;
	lines = realloc(s->lines, s->cap * sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	s->lines = lines;
	s->lines[s->n] = line;
	s->programs[s->n++] = (struct impact_program){
		.id = strbuf_take(&id),
		.instead = TAKE_PTR(instead),
		.verified = IMPACT_VERIFIED_SITE,
	};
	return last(arg)->id ? 0 : -ENOMEM;
}

static int end(void *arg, const unsigned lines[CONF_SETTINGS_MAX], struct error *e)
{
	const struct draft *d = arg;

	for (int i = NAME; i <= ACCESS; i++)
		if (!lines[i])
			return error_set(e, EINVAL, d->path, d->site.lines[d->site.n - 1],
					 "[Program] without %s=", settings[i].name);
	return 0;
}

static const struct conf_format format = {
	.section = "[Program]",
	.hint = "each program has a section [Program]",
	.many = true,
	.may_be_empty = true,
	.settings = settings,
	.begin = begin,
	.end = end,
};

int impact_site_load(const char *path, struct impact_site *ret, struct error *e)
{
	_cleanup_strbuf_ struct strbuf text = {0};
	struct draft d = {.path = path};
	int r = conf_load(path, "the site's programs", &text, e);

	if (r == -ENOENT || r == -ENOTDIR) {
		error_done(e);
		*ret = (struct impact_site){0};
		return 0;
	}
	if (r == 0)
		r = conf_parse(path, text.bytes ? text.bytes : "", text.len, &format, &d, e);
	if (r < 0) {
		impact_site_done(&d.site);
		return r == -ENOMEM ? error_set(e, ENOMEM, path, 0, "out of memory") : r;
	}
	*ret = d.site;
	return 0;
}
