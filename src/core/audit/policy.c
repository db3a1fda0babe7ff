/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies: five built in, others from INI files as systemd units are written. A file is collected
 * whole before it is applied, so that the order of its lines does not matter; anything in it that
 * is not known is an error with its line, since a policy that is half understood is worse than
 * none.
 */
#include "policy.h"

#include "parse.h"
#include "policy-impl.h"
#include "sha256.h"
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

static void hash_hex(const char *bytes, size_t n, char ret[65])
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, bytes, n);
	sha256_end(&h, digest);
	for (size_t i = 0; i < sizeof(digest); i++) {
		ret[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		ret[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	ret[64] = '\0';
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
		hash_hex(text.bytes, text.len, p.sha256);
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
	unsigned lines[8]; /* by setting: the line that says it, 0 where none does */
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

static const char *set_name(struct draft *d, const char *value)
{
	return set_word(&d->name, value);
}

static const char *set_base(struct draft *d, const char *value)
{
	for (size_t i = 0; i < ELEMENTSOF(builtins); i++) {
		if (streq(builtins[i].name, value))
			return set_word(&d->base, value);
	}
	return "must be a policy that is built in: cis, stig, workstation, server or locked";
}

static const char *set_allow(struct draft *d, const char *value)
{
	return policy_parse_levels(value, &d->allow) < 0 ? "must be levels 0 to 3, as in \"1,2,3\""
							 : NULL;
}

static const char *set_bool(bool *slot, const char *value)
{
	static const char *const words[] = {"no", "false", "off", "0", "yes", "true", "on", "1"};

	for (size_t i = 0; i < ELEMENTSOF(words); i++) {
		if (streq(words[i], value)) {
			*slot = i >= ELEMENTSOF(words) / 2;
			return NULL;
		}
	}
	return "must be yes or no";
}

static const char *set_strict(struct draft *d, const char *value)
{
	return set_bool(&d->strict_files, value);
}

static const char *set_guard(struct draft *d, const char *value)
{
	return set_bool(&d->accept_guard, value);
}

static const char *set_vendor(struct draft *d, const char *value)
{
	return set_bool(&d->vendor_files, value);
}

static const char *set_fix(struct draft *d, const char *value)
{
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

static const struct {
	const char *name;
	const char *(*set)(struct draft *d, const char *value);
} settings[] = {
	[NAME] = {"Name", set_name},
	[BASE] = {"Base", set_base},
	[ALLOW] = {"Allow", set_allow},
	[STRICT_FILES] = {"StrictFiles", set_strict},
	[ACCEPT_GUARD] = {"AcceptGuard", set_guard},
	[VENDOR_FILES] = {"VendorFiles", set_vendor},
	[FIX_LEVEL] = {"FixLevel", set_fix},
};

/* One line at a time. */
struct reader {
	const char *path;
	unsigned line;
	bool in_policy;
	struct draft draft;
	struct error *e;
};

/* Takes blanks off both ends, in place. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	for (n = strlen(s); n > 0 && strchr(" \t\r", s[n - 1]); n--)
		s[n - 1] = '\0';
	return s;
}

static int bad(struct reader *r, const char *what, const char *text)
{
	return error_set(r->e, EINVAL, r->path, r->line, "%s \"%s\"", what, text);
}

static int read_section(struct reader *r, char *s)
{
	if (!streq(s, "[Policy]")) {
		(void)bad(r, "unknown section", s);
		error_hint(r->e, "a policy has one section, [Policy]");
		return -EINVAL;
	}
	r->in_policy = true;
	return 0;
}

static int unknown_setting(struct reader *r, const char *name)
{
	(void)bad(r, "unknown setting", name);
	error_hint(
		r->e,
		"known are Name, Base, Allow, StrictFiles, AcceptGuard, VendorFiles and FixLevel");
	return -EINVAL;
}

static int apply_setting(struct reader *r, const char *name, const char *value)
{
	for (size_t i = 0; i < ELEMENTSOF(settings); i++) {
		const char *wrong;

		if (!streq(settings[i].name, name))
			continue;
		if (r->draft.lines[i])
			return error_set(r->e, EINVAL, r->path, r->line,
					 "%s= stands twice, first in line %u", name,
					 r->draft.lines[i]);
		r->draft.lines[i] = r->line;
		wrong = settings[i].set(&r->draft, value);
		if (wrong && !*wrong)
			return -ENOMEM;
		return wrong ? error_set(r->e, EINVAL, r->path, r->line, "%s= %s", name, wrong) : 0;
	}
	return unknown_setting(r, name);
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
	if (!r->in_policy)
		return error_set(r->e, EINVAL, r->path, r->line, "a setting before [Policy]");
	*eq = '\0';
	return apply_setting(r, trim(s), trim(eq + 1));
}

static int read_lines(struct reader *r, const char *bytes, size_t n)
{
	const char *end = bytes + n;

	while (bytes < end) {
		const char *nl = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t len = (size_t)((nl ? nl : end) - bytes);
		_cleanup_free_ char *line = NULL;
		int k;

		r->line++;
		if (memchr(bytes, '\0', len))
			return error_set(r->e, EINVAL, r->path, r->line,
					 "a NUL byte; this is no text");
		line = strndup(bytes, len);
		if (!line)
			return -ENOMEM;
		k = read_line(r, line);
		if (k < 0)
			return k;
		bytes += len + 1;
	}
	if (!r->in_policy)
		return error_set(r->e, EINVAL, r->path, 0, "has no section [Policy]");
	return 0;
}

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
static int apply_draft(struct reader *r, struct policy *p)
{
	const struct draft *d = &r->draft;

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
	return error_set(r->e, EINVAL, r->path, d->lines[FIX_LEVEL],
			 "FixLevel=%d is not among the levels that Allow= names", p->fix_level);
}

int policy_parse(const char *path, const char *bytes, size_t n, struct policy *ret, struct error *e)
{
	_cleanup_(policy_done) struct policy p = {0};
	struct reader r = {.path = path, .e = e};
	int k = read_lines(&r, bytes, n);

	if (k == 0)
		k = policy_builtin(r.draft.base ? r.draft.base : "cis", &p);
	if (k == 0)
		k = apply_draft(&r, &p);
	if (k == 0) {
		free(p.name);
		free(p.source);
		p.name = r.draft.name ? TAKE_PTR(r.draft.name) : name_of_path(path);
		p.source = strdup(path);
		hash_hex(bytes, n, p.sha256);
		k = p.name && p.source ? 0 : -ENOMEM;
	}
	draft_done(&r.draft);
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
