/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tuned: the daemon writes the [sysctl] options of its active profile and then, unless
 * reapply_sysctl is off, sets again what /run/sysctl.d, /etc/sysctl.d and /etc/sysctl.conf say, by
 * line rules of its own (tuned/plugins/plugin_sysctl.py).
 *
 * What depends on the machine (the profile that it would recommend, conditions on the CPU, ">
 * value") cannot be told from files: the file that asks for it is then noted as unreadable, if it
 * concerns a wanted key.
 */
#include "grammar.h"
#include "limits.h"
#include "lines.h"
#include "tuned-profile.h"

#include <fnmatch.h>

#define MAIN_CONF   "/etc/tuned/tuned-main.conf"
#define ACTIVE	    "/etc/tuned/active_profile"
#define MODE	    "/etc/tuned/profile_mode"
#define POST_LOADED "/etc/tuned/post_loaded_profile"

/* The section that holds what stands in tuned-main.conf, which has none. */
#define MAIN_SECTION "main"

struct settings {
	bool reapply;
	char *exclude; /* patterns, or NULL; owned */
	char *dirs_text;
	const char *dirs[16]; /* of profiles, strongest first; ends in NULL */
};

static void settings_done(struct settings *s)
{
	free(s->exclude);
	free(s->dirs_text);
}

/*
 * Reads a small file. Returns 1; 0 when it is absent; 2 when it cannot be read, which is noted; or
 * -ENOMEM.
 */
static int read_small(struct read_ctx *c, const char *path, char **ret, size_t *ret_n)
{
	int r = tree_read_file(c->tree, path, LIMIT_SMALL_FILE, ret, ret_n);

	if (r == 0)
		return 1;
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r == -ENOMEM)
		return r;
	r = ctx_note_opaque(c, path, OPAQUE_MAY_SET, REASON_UNREADABLE, -r);
	return r < 0 ? r : 2;
}

static bool is_word(const char *s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(s, words[i]) == 0)
			return true;
	return false;
}

/* A truth value. Returns 1 or 0, or -EINVAL where the daemon would not start. */
static int parse_bool(quirks_t q, const char *s)
{
	static const char *const old_yes[] = {"y", "yes", "t", "true", "1"};
	static const char *const yes[] = {"1", "yes", "true", "on"};
	static const char *const no[] = {"0", "no", "false", "off"};

	if (q & Q(CONFIGOBJ))
		return is_word(s, old_yes, ELEMENTSOF(old_yes));
	if (is_word(s, yes, ELEMENTSOF(yes)))
		return 1;
	return is_word(s, no, ELEMENTSOF(no)) ? 0 : -EINVAL;
}

/* Directories of profiles: those of the version, or those that the configuration names. */
static int set_dirs(struct settings *s, quirks_t q, const char *configured)
{
	size_t n = 0;

	if (!configured) {
		s->dirs[0] = (q & Q(PROFILES_DIR)) ? "/etc/tuned/profiles" : "/etc/tuned";
		s->dirs[1] = (q & Q(PROFILES_DIR)) ? "/usr/lib/tuned/profiles" : "/usr/lib/tuned";
		return 0;
	}
	s->dirs_text = strdup(configured);
	if (!s->dirs_text)
		return -ENOMEM;
	/* The list goes from the weakest to the strongest. */
	for (char *end = s->dirs_text + strlen(s->dirs_text); n + 1 < ELEMENTSOF(s->dirs);) {
		char *p = end;
		const char *dir;
		size_t len;

		while (p > s->dirs_text && p[-1] != ',' && p[-1] != ';')
			p--;
		dir = p;
		len = (size_t)(end - p);
		python_strip(&dir, &len);
		s->dirs_text[(size_t)(dir - s->dirs_text) + len] = '\0';
		if (len > 0)
			s->dirs[n++] = dir;
		if (p == s->dirs_text)
			break;
		end = p - 1;
	}
	return 0;
}

/* Returns 1 when the daemon starts, 0 when it does not or cannot be told, or a negative errno. */
static int read_settings(struct read_ctx *c, struct settings *s)
{
	quirks_t q = c->li->quirks;
	_cleanup_(ini_done) struct ini ini = {0};
	_cleanup_free_ char *text = NULL;
	const char *value;
	unsigned line;
	size_t n = 0;
	int r;

	r = read_small(c, MAIN_CONF, &text, &n);
	if (r != 1)
		return r < 0 ? r : 0;
	r = ini_parse(text, n,
		      (q & Q(CONFIGOBJ))    ? INI_CONFIGOBJ
		      : (q & Q(STRICT_INI)) ? INI_STRICT
					    : INI_CONFIGPARSER,
		      MAIN_SECTION, &ini, &line);
	if (r == -EOPNOTSUPP)
		return ctx_note_opaque(c, MAIN_CONF, OPAQUE_MAY_SET, REASON_NOT_SUPPORTED, 0);
	if (r < 0)
		return r == -EINVAL ? 0 : r;
	value = ini_get(&ini, MAIN_SECTION, "reapply_sysctl");
	r = value ? parse_bool(q, value) : 1;
	if (r < 0)
		return 0;
	s->reapply = r;
	value = (q & Q(EXCLUDE_LIST)) ? ini_get(&ini, MAIN_SECTION, "reapply_sysctl_exclude")
				      : NULL;
	if (value && !(s->exclude = strdup(value)))
		return -ENOMEM;
	r = set_dirs(s, q,
		     (q & Q(PROFILES_DIR)) ? ini_get(&ini, MAIN_SECTION, "profile_dirs") : NULL);
	return r < 0 ? r : 1;
}

static const char *stripped(char *text, size_t n)
{
	const char *s = text;

	python_strip(&s, &n);
	text[(size_t)(s - text) + n] = '\0';
	return s;
}

static bool has_nul(const char *s, size_t n)
{
	return n > 0 && memchr(s, '\0', n);
}

enum chosen { CHOSEN_NONE, CHOSEN_NAMED, CHOSEN_BY_MACHINE };

/* Which profiles are active. Returns an enum chosen, or a negative errno. */
static int active_profiles(struct read_ctx *c, struct strbuf *names)
{
	_cleanup_free_ char *active = NULL, *mode = NULL, *post = NULL;
	size_t n_active = 0, n_mode = 0, n_post = 0;
	const char *name = "", *how = "";
	bool odd = false, odd_mode = false; /* a NUL is in it */
	int r;

	r = read_small(c, ACTIVE, &active, &n_active);
	odd = has_nul(active, n_active);
	if (r == 1)
		name = stripped(active, n_active);
	if (r >= 0 && r < 2)
		r = read_small(c, MODE, &mode, &n_mode);
	odd_mode = has_nul(mode, n_mode);
	if (r == 1)
		how = stripped(mode, n_mode);
	if (r >= 0 && r < 2)
		r = read_small(c, POST_LOADED, &post, &n_post);
	odd = odd || has_nul(post, n_post);
	if (r < 0 || r == 2)
		return r < 0 ? r : CHOSEN_NONE;
	if ((*how && !streq(how, "auto") && !streq(how, "manual")) || odd_mode)
		return CHOSEN_NONE;
	/* No profile has a name with a NUL in it. */
	if (!streq(how, "auto") && odd)
		return CHOSEN_NONE;
	if (streq(how, "auto") || (!*how && !*name))
		return CHOSEN_BY_MACHINE;
	(void)strbuf_adds(names, name);
	if (post) {
		const char *more = stripped(post, n_post);

		/* It is one name, and no profile's has blanks in it. */
		if (strpbrk(more, " \t\n\r\f\v"))
			return CHOSEN_NONE;
		(void)strbuf_addc(names, ' ');
		(void)strbuf_adds(names, more);
	}
	return names->failed ? -ENOMEM : CHOSEN_NAMED;
}

/* The script's file for a path of the profile, noted when it is first met. */
static ssize_t profile_file(struct read_ctx *c, const char *path)
{
	for (size_t i = 0; i < c->script->n_files; i++)
		if (c->script->files[i].status == FILE_READ &&
		    streq(c->script->files[i].path, path))
			return (ssize_t)i;
	return ctx_note_file(c, path, FILE_READ, REASON_NONE, -1);
}

/* Whether an option's key is one of those wanted. Returns 1, 0 or -ENOMEM. */
static int is_wanted(const struct read_ctx *c, const char *name)
{
	_cleanup_(parsed_done) struct parsed p = {0};
	int r = parsed_set_key(&p, c->quirks, key_spell(c->quirks, name, strlen(name)));

	return r < 0 ? r : p.key && key_filter_match(c->filter, p.key, p.is_glob);
}

static int apply_option(struct read_ctx *c, const struct tuned_profile *p,
			const struct ini_option *o)
{
	_cleanup_strbuf_ struct strbuf text = {0};
	_cleanup_free_ char *value = NULL;
	struct line_place at = {.line = o->line};
	ssize_t file;
	int r;

	r = is_wanted(c, o->name);
	if (r <= 0)
		return r;
	r = tuned_profile_value(p, o->value, &value);
	if (r < 0)
		return r;
	/* "> value" compares with what the kernel holds. */
	if (r == 0 || ((value[0] == '>' || value[0] == '<') && value[1]))
		return ctx_note_opaque(c, p->paths[o->source], OPAQUE_MAY_SET, REASON_NOT_SUPPORTED,
				       0);
	file = profile_file(c, p->paths[o->source]);
	if (file < 0)
		return (int)file;
	at.file = (size_t)file;
	(void)strbuf_adds(&text, o->name);
	(void)strbuf_adds(&text, " = ");
	(void)strbuf_adds(&text, value);
	return text.failed ? -ENOMEM : lines_add(c, &at, text.bytes, text.len);
}

/* Whether tuned keeps its hands off a key when it sets the files' values again. */
static bool is_excluded(const char *patterns, const char *option, size_t n)
{
	char name[LIMIT_PATH], pattern[LIMIT_PATH];

	if (n >= sizeof(name))
		return false;
	memcpy(name, option, n);
	name[n] = '\0';
	while (*patterns) {
		size_t k = strcspn(patterns, ",;"), len = k;
		const char *s = patterns;

		python_strip(&s, &len);
		if (len < sizeof(pattern)) {
			memcpy(pattern, s, len);
			pattern[len] = '\0';
			if (fnmatch(pattern, name, FNM_NOESCAPE) == 0)
				return true;
		}
		patterns += k + (patterns[k] != '\0');
	}
	return false;
}

/* Goes over what was read of the system's files: exclusions, and the end at text that is no UTF-8,
 * which Python refuses (what it has read of such a file before that is small and passed over). */
static int settle_files(struct read_ctx *c, const struct settings *s, size_t first_file,
			size_t first_entry)
{
	bool ended = false;

	for (size_t i = first_file; i < c->script->n_files; i++) {
		struct sysctl_file *f = &c->script->files[i];
		_cleanup_free_ char *text = NULL;
		size_t n = 0;

		if (f->status != FILE_READ)
			continue;
		if (ended) {
			f->status = FILE_IGNORED;
			f->reason = REASON_DIED;
			continue;
		}
		if (tree_read_file(c->tree, f->path, LIMIT_CONF_FILE, &text, &n) == 0 &&
		    !python_is_utf8(text, n)) {
			f->status = FILE_IGNORED;
			f->reason = REASON_NOT_SUPPORTED;
			ended = true;
		}
	}
	for (size_t i = first_entry; s->exclude && i < c->script->n_entries; i++) {
		struct sysctl_entry *e = &c->script->entries[i];
		const char *text = e->text;
		size_t n = strcspn(text, "=");

		python_strip(&text, &n);
		if (e->kind == ENTRY_ASSIGN && is_excluded(s->exclude, text, n)) {
			e->kind = ENTRY_MALFORMED;
			e->reason = REASON_NOT_AGAIN;
		}
	}
	return 0;
}

static int reapply(struct read_ctx *c, const struct settings *s)
{
	bool run_first = c->li->quirks & Q(RUN_BEATS_ETC);
	const char *const dirs[] = {run_first ? "/run/sysctl.d" : "/etc/sysctl.d",
				    run_first ? "/etc/sysctl.d" : "/run/sysctl.d"};
	size_t first_file = c->script->n_files, first_entry = c->script->n_entries;
	struct tree_stat st;
	int r;

	r = ctx_read_merged(c, dirs, ELEMENTSOF(dirs));
	if (r == 0 && tree_lstat(c->tree, "/etc/sysctl.conf", &st) == 0) {
		ssize_t file = ctx_read_file(c, "/etc/sysctl.conf");

		r = file < 0 ? (int)file : 0;
	}
	return r < 0 ? r : settle_files(c, s, first_file, first_entry);
}

/* As reapply(), where it depends on the machine whether tuned comes to it: path says so. */
static int reapply_perhaps(struct read_ctx *c, const struct settings *s, const char *path)
{
	size_t before = c->script->n_entries;
	int r = reapply(c, s);

	if (r < 0 || c->script->n_entries == before)
		return r;
	return ctx_note_opaque(c, path, OPAQUE_MAY_SKIP, REASON_NOT_SUPPORTED, 0);
}

static int by_priority(const void *a, const void *b)
{
	const struct tuned_unit *const *x = a, *const *y = b;

	if ((*x)->priority != (*y)->priority)
		return (*x)->priority < (*y)->priority ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

/* Carries out the sysctl units, in order of priority: options, then the files again. */
static int apply_profile(struct read_ctx *c, const struct settings *s,
			 const struct tuned_profile *p)
{
	_cleanup_free_ const struct tuned_unit **order = calloc(p->n_units + 1, sizeof(*order));
	size_t n = 0;
	int r = 0;

	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_units; i++)
		if (p->units[i].enabled && streq(p->units[i].type, "sysctl"))
			order[n++] = &p->units[i];
	qsort(order, n, sizeof(*order), by_priority);
	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct ini_section *options = &order[i]->options;
		const char *path = p->paths[0];

		for (size_t k = 0; r == 0 && k < options->n; k++) {
			path = p->paths[options->options[k].source];
			r = order[i]->conditional ? is_wanted(c, options->options[k].name) : 0;
			if (r > 0)
				r = ctx_note_opaque(c, path, OPAQUE_MAY_SET, REASON_NOT_SUPPORTED,
						    0);
			else if (r == 0 && !order[i]->conditional)
				r = apply_option(c, p, &options->options[k]);
		}
		if (r == 0 && s->reapply)
			r = order[i]->conditional ? reapply_perhaps(c, s, path) : reapply(c, s);
	}
	return r;
}

/* Whether one of the profile's sysctl units sets a wanted key (2), or there is one at all (1). */
static int what_profile_does(struct read_ctx *c, const struct tuned_profile *p)
{
	int found = 0;

	for (size_t u = 0; u < p->n_units; u++) {
		const struct ini_section *o = &p->units[u].options;

		if (!streq(p->units[u].type, "sysctl") || !p->units[u].enabled)
			continue;
		found = 1;
		for (size_t i = 0; i < o->n; i++) {
			int r = is_wanted(c, o->options[i].name);

			if (r != 0)
				return r < 0 ? r : 2;
		}
	}
	return found;
}

/* The profile depends on the machine: it matters whether one of those there are sets a wanted key;
 * where one has a sysctl unit at all, the files may be set again. */
static int apply_unknown_profile(struct read_ctx *c, const struct settings *s)
{
	bool any = false;

	for (size_t i = 0; s->dirs[i]; i++) {
		_cleanup_(tree_list_done) struct tree_list list = {0};
		int r = tree_list(c->tree, s->dirs[i], &list);

		if (r == -ENOMEM)
			return r;
		for (size_t k = 0; r == 0 && k < list.n; k++) {
			_cleanup_(tuned_profile_done) struct tuned_profile p = {0};
			_cleanup_free_ char *bad = NULL;
			int found;

			if (tuned_profile_load(c->tree, c->li->quirks, s->dirs,
					       list.entries[k].name, &p, &bad) == -ENOMEM)
				return -ENOMEM;
			found = what_profile_does(c, &p);
			if (found < 0)
				return found;
			if (found == 2)
				return ctx_note_opaque(c, ACTIVE, OPAQUE_MAY_SET,
						       REASON_NOT_SUPPORTED, 0);
			any = any || found;
		}
	}
	return any && s->reapply ? reapply_perhaps(c, s, ACTIVE) : 0;
}

static int read_tuned(struct read_ctx *c)
{
	_cleanup_(settings_done) struct settings s = {.reapply = true};
	_cleanup_(tuned_profile_done) struct tuned_profile p = {0};
	_cleanup_strbuf_ struct strbuf names = {0};
	_cleanup_free_ char *bad = NULL;
	int r;

	r = read_settings(c, &s);
	if (r <= 0)
		return r;
	r = active_profiles(c, &names);
	if (r < 0 || r == CHOSEN_NONE)
		return r < 0 ? r : 0;
	if (r == CHOSEN_BY_MACHINE)
		return apply_unknown_profile(c, &s);
	r = tuned_profile_load(c->tree, c->li->quirks, s.dirs, names.bytes ? names.bytes : "", &p,
			       &bad);
	if (r == -E2BIG)
		return error_set(c->e, E2BIG, ACTIVE, 0, "too many profiles are included");
	if (r < 0)
		return r;
	if (bad)
		return ctx_note_opaque(c, bad, OPAQUE_MAY_SET, REASON_UNREADABLE, 0);
	return r ? apply_profile(c, &s, &p) : 0;
}

static grammar_fn tuned_grammar(quirks_t q)
{
	return grammar_tuned;
}

#define BASE                                                                                     \
	(Q(RUN_BEATS_ETC) | Q(READS_HIDDEN) | Q(OTHERS_MASK) | Q(LOOP_MASKS) | Q(CR_ENDS_LINE) | \
	 Q(KEEPS_NUL))

/* What changed: 2.16 takes a profile named twice once (bd6697f8); 2.17 reads profiles with
 * configparser, 2.20 takes what is twice in them (11e9929a); 2.22 knows slashes in keys (6ca3f5a6);
 * 2.23 does not write what is there already (ea9fce1f, ec858846); 2.24.1 moved the profiles
 * (90ea23bd); 2.27 can leave keys out (4e300527). */
#define FROM_2_16 (BASE | Q(TAKES_ONCE))
#define FROM_2_23 (FROM_2_16 | Q(SWAPS) | Q(SKIPS_EQUAL))
#define FROM_2_24 (FROM_2_23 | Q(PROFILES_DIR))

#define CONSULTS                                                                                \
	(Q(RUN_BEATS_ETC) | Q(READS_HIDDEN) | Q(OTHERS_MASK) | Q(CR_ENDS_LINE) | Q(KEEPS_NUL) | \
	 Q(SWAPS) | Q(CONFIGOBJ) | Q(SKIPS_EQUAL) | Q(PROFILES_DIR) | Q(ADDS_NEWLINE) |         \
	 Q(TAKES_ONCE))
#define OLDEST (CONSULTS | Q(ALL_DOTS))
#define OLD    (OLDEST | Q(STRICT_INI))
#define NEW    (CONSULTS | Q(STRICT_INI))

static const struct version_span spans[] = {
	{"2.10", BASE | Q(ALL_DOTS) | Q(CONFIGOBJ), "2.15 (Debian 11)", OLDEST},
	{"2.16", FROM_2_16 | Q(ALL_DOTS) | Q(CONFIGOBJ), NULL, OLDEST},
	{"2.17", FROM_2_16 | Q(ALL_DOTS) | Q(STRICT_INI), NULL, OLD},
	{"2.20", FROM_2_16 | Q(ALL_DOTS), "2.20 (Debian 12)", OLD},
	{"2.22", FROM_2_16 | Q(SWAPS), NULL, NEW},
	{"2.23", FROM_2_23, NULL, NEW},
	{"2.24.1", FROM_2_24, "2.25 (Debian 13)", NEW},
	{"2.27", FROM_2_24 | Q(EXCLUDE_LIST), NULL, NEW | Q(EXCLUDE_LIST)},
};

const struct loader loader_tuned = {
	.id = LOADER_TUNED,
	.spans = spans,
	.n_spans = ELEMENTSOF(spans),
	.grammar = tuned_grammar,
	.read = read_tuned,
};
