/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loaders by name and version, the life of a script, and the words of the contract. */
#include "loader-impl.h"

#include "parse.h"

static const struct loader *const loaders[_LOADER_MAX] = {
	[LOADER_CMDLINE] = &loader_cmdline, [LOADER_SYSTEMD] = &loader_systemd,
	[LOADER_PROCPS] = &loader_procps,   [LOADER_PROCPS_P] = &loader_procps_p,
	[LOADER_BUSYBOX] = &loader_busybox, [LOADER_ALPINE] = &loader_alpine,
	[LOADER_OPENRC] = &loader_openrc,   [LOADER_VOID] = &loader_void,
	[LOADER_UFW] = &loader_ufw,	    [LOADER_TUNED] = &loader_tuned,
};

const struct loader *loader_get(enum loader_id id)
{
	return loaders[id];
}

const char *loader_name(enum loader_id id)
{
	static const char *const names[] = {
#define X(id, name) name,
		LOADERS(X)
#undef X
	};

	return names[id];
}

const char *reason_word(enum reason r)
{
	static const char *const words[] = {
#define X(id, word, sentence) word,
		REASONS(X)
#undef X
	};

	return words[r];
}

const char *reason_sentence(enum reason r)
{
	static const char *const sentences[] = {
#define X(id, word, sentence) sentence,
		REASONS(X)
#undef X
	};

	return sentences[r];
}

const char *file_status_word(enum file_status s)
{
	static const char *const words[] = {"read", "masked", "shadowed", "ignored", "unreadable"};

	return words[s];
}

const char *entry_status_word(enum entry_status s)
{
	static const char *const words[] = {"other-key", "winning",	"overridden",
					    "refused",	 "not-reached", "ignored"};

	return words[s];
}

const char *version_from_word(enum version_from v)
{
	static const char *const words[] = {"package", "binary", "asked", "assumed"};

	return words[v];
}

const char *quirk_name(unsigned i)
{
	static const char *const names[] = {
#define X(name, meaning) #name,
		QUIRKS(X)
#undef X
	};

	return names[i];
}

const char *quirk_meaning(unsigned i)
{
	static const char *const meanings[] = {
#define X(name, meaning) meaning,
		QUIRKS(X)
#undef X
	};

	return meanings[i];
}

void parsed_done(struct parsed *p)
{
	free(p->spelled);
	free(p->key);
	free(p->value);
	*p = (struct parsed){0};
}

struct loader_script *loader_script_free(struct loader_script *s)
{
	if (!s)
		return NULL;
	for (size_t i = 0; i < s->n_files; i++) {
		free(s->files[i].path);
		free(s->files[i].real);
	}
	for (size_t i = 0; i < s->n_entries; i++) {
		free(s->entries[i].text);
		free(s->entries[i].spelled);
		free(s->entries[i].key);
		free(s->entries[i].value);
	}
	free(s->files);
	free(s->entries);
	free(s);
	return NULL;
}

void loader_instance_done(struct loader_instance *li)
{
	free(li->version);
	for (size_t i = 0; i < li->n_others; i++)
		free(li->other_versions[i]);
	free(li->other_versions);
	free(li->other_quirks);
	*li = (struct loader_instance){0};
}

int loader_by_name(const char *name, enum loader_id *ret)
{
	for (unsigned i = 0; i < _LOADER_MAX; i++) {
		if (streq(name, loader_name(i))) {
			*ret = i;
			return 0;
		}
	}
	return -ENOENT;
}

/* One numeric part of a version, moved past; -1 where there is none. */
static long version_part(const char **s)
{
	long v = 0;

	if (**s < '0' || **s > '9')
		return -1;
	for (; **s >= '0' && **s <= '9'; (*s)++)
		v = v < 100000000 ? v * 10 + (**s - '0') : v;
	if (**s == '.')
		(*s)++;
	return v;
}

/* Compares dotted numbers; what follows them (a suffix) does not count. */
static int version_compare(const char *a, const char *b)
{
	for (;;) {
		long x = version_part(&a), y = version_part(&b);

		if (x < 0 && y < 0)
			return 0;
		x = x < 0 ? 0 : x;
		y = y < 0 ? 0 : y;
		if (x != y)
			return x < y ? -1 : 1;
	}
}

/* The upstream version in a package's: "2:4.0.2-3" -> "4.0.2". Caller frees. */
static char *version_upstream(const char *version)
{
	const char *colon = strchr(version, ':');

	if (colon)
		version = colon + 1;
	return strndup(version, strspn(version, "0123456789."));
}

/* The span of a version, or NULL when it is older than all, or nothing has it. */
static const struct version_span *span_of(const struct loader *l, const char *version)
{
	const struct version_span *found = NULL;

	for (size_t i = 0; i < l->n_spans; i++) {
		if (version_compare(version, l->spans[i].from) >= 0)
			found = &l->spans[i];
	}
	return found && !found->is_gap ? found : NULL;
}

/* Every span is possible: the newest stands first, the others beside it. */
static int all_spans(const struct loader *l, struct loader_instance *li)
{
	size_t n = l->n_spans - 1;

	li->quirks = l->spans[n].quirks;
	if (n == 0)
		return 0;
	li->other_quirks = calloc(n, sizeof(*li->other_quirks));
	li->other_versions = calloc(n, sizeof(*li->other_versions));
	if (!li->other_quirks || !li->other_versions)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		if (l->spans[i].is_gap)
			continue;
		li->other_quirks[li->n_others] = l->spans[i].quirks;
		li->other_versions[li->n_others] = strdup(l->spans[i].from);
		if (!li->other_versions[li->n_others])
			return -ENOMEM;
		li->n_others++;
	}
	return 0;
}

int loader_instance_init(enum loader_id id, const char *version, enum version_from from,
			 struct loader_instance *ret)
{
	_cleanup_(loader_instance_done) struct loader_instance li = {.id = id, .from = from};
	const struct loader *l = loader_get(id);
	const struct version_span *span;
	int r;

	if (version && l->n_spans > 0 && l->spans[0].from) {
		li.version = version_upstream(version);
		if (!li.version)
			return -ENOMEM;
		span = *li.version ? span_of(l, li.version) : NULL;
		if (!span)
			return -EINVAL;
		li.quirks = span->quirks;
	} else {
		li.from = VERSION_ASSUMED;
		r = all_spans(l, &li);
		if (r < 0)
			return r;
	}
	*ret = li;
	li = (struct loader_instance){0};
	return 0;
}

int loader_instance_parse(const char *spec, struct loader_instance *ret, struct error *e)
{
	const char *at = strchr(spec, '@');
	_cleanup_free_ char *name = strndup(spec, at ? (size_t)(at - spec) : strlen(spec));
	enum loader_id id;
	int r;

	if (!name)
		return -ENOMEM;
	if (loader_by_name(name, &id) < 0) {
		r = error_set(e, EINVAL, NULL, 0, "no loader is called \"%s\"", name);
		error_hint(e, "loaders: systemd-sysctl, procps, procps-p, busybox, alpine, openrc, "
			      "void, ufw, tuned, cmdline");
		return r;
	}
	r = loader_instance_init(id, at ? at + 1 : NULL, VERSION_ASKED, ret);
	if (r == -EINVAL) {
		(void)error_set(e, EINVAL, NULL, 0, "%s: no version that is known: \"%s\"", name,
				at + 1);
		error_hint(e, "the oldest known is %s", loader_get(id)->spans[0].from);
	}
	return r;
}

int loader_read(const struct loader_instance *li, struct tree *tree,
		const struct key_filter *filter, bool volatile_too, struct loader_script **ret,
		struct error *e)
{
	_cleanup_(loader_script_free_p) struct loader_script *s = calloc(1, sizeof(*s));
	const struct loader *l = loader_get(li->id);
	struct read_ctx c = {
		.li = li,
		.tree = tree,
		.filter = filter,
		.volatile_too = volatile_too,
		.script = s,
		.e = e,
		.grammar = l->grammar(li->quirks),
		.quirks = li->quirks,
	};
	int r;

	if (!s)
		return -ENOMEM;
	r = l->read(&c);
	free(c.buffer);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(s);
	return 0;
}
