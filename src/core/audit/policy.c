/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies: five built in, others from INI files as systemd units are written. A file is collected
 * whole before it is applied, so that the order of its lines does not matter; anything in it that
 * is not known is an error with its line, since a policy that is half understood is worse than
 * none.
 */
#include "policy.h"

#include "parse.h"
#include "site-conf.h"
#include "str.h"

#define LEVEL_BIT(n) (1u << (n))

static const struct builtin {
	const char *name;
	uint8_t allow;
	bool strict_files, vendor_files;
	int fix_level;
} builtins[] = {
	{"cis", LEVEL_BIT(1) | LEVEL_BIT(2) | LEVEL_BIT(3), false, true, 1},
	{"stig", LEVEL_BIT(1), true, false, 1},
	{"workstation", LEVEL_BIT(1) | LEVEL_BIT(2), false, true, 1},
	{"server", LEVEL_BIT(2) | LEVEL_BIT(3), false, true, 2},
	{"locked", LEVEL_BIT(3), false, true, 3},
};

const char *const policy_builtin_names[] = {"cis", "stig", "workstation", "server", "locked", NULL};

_Static_assert(ELEMENTSOF(builtins) + 1 == ELEMENTSOF(policy_builtin_names), "a name is missing");

void policy_done(struct policy *p)
{
	free(p->name);
	free(p->source);
	*p = (struct policy){0};
}

static const char *yes_no(bool b)
{
	return b ? "yes" : "no";
}

/* A policy as the file that would say it: what the hash of a built-in one is taken of. */
static int canonical_text(const struct policy *p, struct strbuf *b)
{
	const char *comma = "";

	(void)strbuf_addf(b, "[Policy]\nName=%s\nAllow=", p->name);
	for (unsigned i = 0; i <= 3; i++) {
		if (p->allow & LEVEL_BIT(i)) {
			(void)strbuf_addf(b, "%s%u", comma, i);
			comma = ",";
		}
	}
	(void)strbuf_addf(b, "\nStrictFiles=%s\nAcceptGuard=%s\nVendorFiles=%s\nFixLevel=%d\n",
			  yes_no(p->strict_files), yes_no(p->accept_guard), yes_no(p->vendor_files),
			  p->fix_level);
	return b->failed ? -ENOMEM : 0;
}

int policy_builtin(const char *name, struct policy *ret)
{
	for (size_t i = 0; i < ELEMENTSOF(builtins); i++) {
		const struct builtin *b = &builtins[i];
		_cleanup_(policy_done) struct policy p = {0};
		_cleanup_strbuf_ struct strbuf text = {0};

		if (!streq(b->name, name))
			continue;
		p = (struct policy){
			.name = strdup(name),
			.source = strdup("built in"),
			.allow = b->allow,
			.strict_files = b->strict_files,
			.vendor_files = b->vendor_files,
			.fix_level = b->fix_level,
		};
		if (!p.name || !p.source || canonical_text(&p, &text) < 0)
			return -ENOMEM;
		conf_sha256(text.bytes, text.len, p.sha256);
		*ret = p;
		p = (struct policy){0};
		return 0;
	}
	return -ENOENT;
}

int policy_parse_levels(const char *list, uint8_t *ret)
{
	uint8_t allow = 0;

	for (const char *s = list;; s++) {
		s += strspn(s, " \t");
		if (*s < '0' || *s > '3')
			return -EINVAL;
		allow |= (uint8_t)LEVEL_BIT(*s - '0');
		s++;
		s += strspn(s, " \t");
		if (!*s)
			break;
		if (*s != ',')
			return -EINVAL;
	}
	*ret = allow;
	return 0;
}

char *policy_levels_text(uint8_t allow)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	uint8_t left = allow & 15;

	for (unsigned i = 0; i <= 3; i++) {
		if (!(left & LEVEL_BIT(i)))
			continue;
		left &= (uint8_t)~LEVEL_BIT(i);
		(void)strbuf_addf(&b, "%s%u", b.len == 0 ? "" : left ? ", " : " or ", i);
	}
	return strbuf_take(&b);
}

/* What a file says, before it is laid over its base. */
struct draft {
	char *name, *base;
	uint8_t allow;
	bool strict_files, accept_guard, vendor_files;
	uint64_t fix_level;
	unsigned
		lines[CONF_SETTINGS_MAX]; /* by setting: the line that says it, 0 where none does */
};

static void draft_done(struct draft *d)
{
	free(d->name);
	free(d->base);
}

/* The setters return NULL, or what is wrong; "" for lack of memory. */
static const char *set_word(char **slot, const char *value)
{
	if (!*value || strpbrk(value, "/\n"))
		return "must be a word without \"/\"";
	*slot = strdup(value);
	return *slot ? NULL : "";
}

static const char *set_name(void *arg, const char *value)
{
	struct draft *d = arg;

	return set_word(&d->name, value);
}

static const char *set_base(void *arg, const char *value)
{
	struct draft *d = arg;

	for (size_t i = 0; i < ELEMENTSOF(builtins); i++) {
		if (streq(builtins[i].name, value))
			return set_word(&d->base, value);
	}
	return "must be a policy that is built in: cis, stig, workstation, server or locked";
}

static const char *set_allow(void *arg, const char *value)
{
	struct draft *d = arg;

	return policy_parse_levels(value, &d->allow) < 0 ? "must be levels 0 to 3, as in \"1,2,3\""
							 : NULL;
}

static const char *set_strict(void *arg, const char *value)
{
	struct draft *d = arg;

	return conf_bool(value, &d->strict_files);
}

static const char *set_guard(void *arg, const char *value)
{
	struct draft *d = arg;

	return conf_bool(value, &d->accept_guard);
}

static const char *set_vendor(void *arg, const char *value)
{
	struct draft *d = arg;

	return conf_bool(value, &d->vendor_files);
}

static const char *set_fix(void *arg, const char *value)
{
	struct draft *d = arg;

	return parse_uint(value, 3, &d->fix_level) < 0 ? "must be a level, 0 to 3" : NULL;
}

enum setting {
	NAME,
	BASE,
	ALLOW,
	STRICT_FILES,
	ACCEPT_GUARD,
	VENDOR_FILES,
	FIX_LEVEL,
	_SETTING_MAX
};

static const struct conf_setting settings[] = {
	[NAME] = {"Name", set_name},
	[BASE] = {"Base", set_base},
	[ALLOW] = {"Allow", set_allow},
	[STRICT_FILES] = {"StrictFiles", set_strict},
	[ACCEPT_GUARD] = {"AcceptGuard", set_guard},
	[VENDOR_FILES] = {"VendorFiles", set_vendor},
	[FIX_LEVEL] = {"FixLevel", set_fix},
	[_SETTING_MAX] = {0},
};

_Static_assert(_SETTING_MAX <= CONF_SETTINGS_MAX, "more settings than a section can have");

static int keep_lines(void *arg, const unsigned lines[CONF_SETTINGS_MAX], struct error *e)
{
	struct draft *d = arg;

	(void)e;
	memcpy(d->lines, lines, sizeof(d->lines));
	return 0;
}

static const struct conf_format format = {
	.section = "[Policy]",
	.hint = "a policy has one section, [Policy]",
	.settings = settings,
	.end = keep_lines,
};

/* "/etc/ptscope/site.conf" is named "site". */
static char *name_of_path(const char *path)
{
	const char *base = strrchr(path, '/');
	size_t n;

	base = base ? base + 1 : path;
	n = strlen(base);
	if (n > 5 && endswith(base, ".conf"))
		n -= 5;
	return strndup(base, n);
}

static int lowest_restricted(uint8_t allow)
{
	for (int i = 1; i <= 3; i++) {
		if (allow & LEVEL_BIT(i))
			return i;
	}
	return 0;
}

/* Lays the draft over its base. p holds the base. */
static int apply_draft(const char *path, const struct draft *d, struct policy *p, struct error *e)
{
	if (d->lines[ALLOW])
		p->allow = d->allow;
	if (d->lines[STRICT_FILES])
		p->strict_files = d->strict_files;
	if (d->lines[ACCEPT_GUARD])
		p->accept_guard = d->accept_guard;
	if (d->lines[VENDOR_FILES])
		p->vendor_files = d->vendor_files;
	if (d->lines[FIX_LEVEL])
		p->fix_level = (int)d->fix_level;
	else if (!(p->allow & LEVEL_BIT(p->fix_level)))
		p->fix_level = lowest_restricted(p->allow);
	if (p->allow & LEVEL_BIT(p->fix_level))
		return 0;
	return error_set(e, EINVAL, path, d->lines[FIX_LEVEL],
			 "FixLevel=%d is not among the levels that Allow= names", p->fix_level);
}

int policy_parse(const char *path, const char *bytes, size_t n, struct policy *ret, struct error *e)
{
	_cleanup_(policy_done) struct policy p = {0};
	struct draft d = {0};
	int k = conf_parse(path, bytes, n, &format, &d, e);

	if (k == 0)
		k = policy_builtin(d.base ? d.base : "cis", &p);
	if (k == 0)
		k = apply_draft(path, &d, &p, e);
	if (k == 0) {
		free(p.name);
		free(p.source);
		p.name = d.name ? TAKE_PTR(d.name) : name_of_path(path);
		p.source = strdup(path);
		conf_sha256(bytes, n, p.sha256);
		k = p.name && p.source ? 0 : -ENOMEM;
	}
	draft_done(&d);
	if (k == -ENOMEM)
		(void)error_set(e, ENOMEM, path, 0, "out of memory");
	if (k < 0)
		return k;
	*ret = p;
	p = (struct policy){0};
	return 0;
}

bool policy_allows(const struct policy *p, int level)
{
	return level >= 0 && level <= 3 && (p->allow & LEVEL_BIT(level));
}
