/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What becomes of each entry of a script for one key: the writes in the loader's order over the
 * kernel model, then who won and why the others did not.
 */
#include "index.h"
#include "loader-impl.h"

#include <fnmatch.h>
#include <stdio.h>

struct apply {
	const struct loader_instance *li;
	const struct loader_script *s;
	const char *key;
	struct kernel_model *m;
	struct key_result *res;
	ssize_t locker; /* entry that brought the kernel to 3 */
};

void key_result_done(struct key_result *r)
{
	free(r->fates);
	free(r->writes);
	*r = (struct key_result){.winner = -1, .level = LEVEL_NONE};
}

static void set_fate(struct apply *a, size_t i, enum entry_status status, enum reason reason,
		     ssize_t by)
{
	a->res->fates[i] = (struct entry_fate){.status = status, .reason = reason, .by = by};
}

/* True when the kernel shows that very text for the key. */
static bool shows(const struct kernel_model *m, const char *value, size_t n)
{
	char text[16];
	int len;

	if (!m->ptrace_scope || m->level == LEVEL_NONE)
		return false;
	while (n > 0 && value[n - 1] == '\n')
		n--;
	len = snprintf(text, sizeof(text), "%d", m->level);
	return (size_t)len == n && memcmp(text, value, n) == 0;
}

static void won(struct apply *a, size_t i)
{
	a->res->winner = (ssize_t)i;
	set_fate(a, i, ENTRY_WINNING, REASON_NONE, -1);
}

static void refused(struct apply *a, size_t i)
{
	const struct sysctl_entry *e = &a->s->entries[i];
	enum reason reason = REASON_LOCKED;
	ssize_t by = a->locker;
	int level;

	switch (kernel_value_parse(a->m, e->value, e->value_len, &level)) {
	case VALUE_MALFORMED:
		reason = REASON_MALFORMED_VALUE;
		by = -1;
		break;
	case VALUE_OUT_OF_RANGE:
		reason = REASON_RANGE;
		by = -1;
		break;
	case VALUE_OK:
		break;
	}
	set_fate(a, i, ENTRY_REFUSED, reason, by);
	a->res->fates[i].err = EINVAL;
}

/* Writes an entry's value. Returns 0 when the kernel took it, 1 when it refused, -ENOMEM. */
static int write_entry(struct apply *a, size_t i)
{
	const struct sysctl_entry *e = &a->s->entries[i];
	struct key_result *res = a->res;
	quirks_t q = a->li->quirks;
	_cleanup_strbuf_ struct strbuf b = {0};
	int r, before = a->m->level;

	if ((q & Q(SKIPS_EQUAL)) && shows(a->m, e->value, e->value_len)) {
		won(a, i);
		return 0;
	}
	(void)strbuf_add(&b, e->value, e->value_len);
	if (q & Q(ADDS_NEWLINE))
		(void)strbuf_addc(&b, '\n');
	if (b.failed ||
	    array_reserve(&res->writes, res->n_writes, &res->cap_writes, sizeof(*res->writes)) < 0)
		return -ENOMEM;
	r = kernel_model_write(a->m, b.bytes, b.len);
	res->writes[res->n_writes++] = (struct sysctl_write){.entry = i, .err = -r};
	if (r < 0) {
		refused(a, i);
		return 1;
	}
	if (a->m->level == 3 && before != 3)
		a->locker = (ssize_t)i;
	won(a, i);
	return 0;
}

static bool counts(const struct apply *a, const struct sysctl_entry *e)
{
	return a->s->files[e->file].status == FILE_READ && e->key && e->kind != ENTRY_MALFORMED;
}

static bool names_key(const struct apply *a, const struct sysctl_entry *e)
{
	if (!e->is_glob)
		return streq(e->key, a->key);
	return a->li->quirks & Q(BRACES) ? key_glob_match_braces(e->key, a->key)
					 : key_glob_match(e->key, a->key);
}

/* Entry i is kept away from the key by another one. */
static void set_kept_away(struct apply *a, size_t i, ssize_t by)
{
	bool excluded = a->s->entries[by].kind == ENTRY_EXCLUDE;

	set_fate(a, i, ENTRY_OVERRIDDEN, excluded ? REASON_EXCLUDED : REASON_EXPLICIT, by);
}

/* systemd's map: an item for each spelled-out key or pattern. value_entry's line gives the value.
 */
struct map_item {
	size_t latest; /* entry that said the same value last */
	bool gone;
};

static bool same_value(const struct sysctl_entry *a, const struct sysctl_entry *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == ENTRY_EXCLUDE ||
	       (a->value_len == b->value_len && memcmp(a->value, b->value, a->value_len) == 0);
}

/* Why entry i loses to entry by. */
static enum reason later_reason(const struct loader_script *s, size_t i, size_t by)
{
	const struct sysctl_entry *a = &s->entries[i], *b = &s->entries[by];

	if (b->kind == ENTRY_EXCLUDE)
		return REASON_UNSET_LATER;
	if (by < i)
		return REASON_LATER_WRITE;
	return a->file == b->file ? REASON_LATER_LINE : REASON_LATER_FILE;
}

struct map {
	struct map_item *items; /* in order */
	size_t n;
	struct name_index by_name; /* where each spelled key or pattern stands now */
};

static void map_done(struct map *m)
{
	free(m->items);
	name_index_done(&m->by_name);
}

/* Puts entry i into the map. */
static void map_put(struct apply *a, struct map *m, size_t i)
{
	const struct sysctl_entry *e = &a->s->entries[i];
	struct name_slot *slot = name_index_find(&m->by_name, e->spelled);
	quirks_t q = a->li->quirks;

	if (slot->name) {
		struct map_item *item = &m->items[slot->number];
		const struct sysctl_entry *old = &a->s->entries[item->latest];

		if (e->kind == ENTRY_EXCLUDE && !(q & Q(EXCLUSION_UNSETS)) &&
		    old->kind == ENTRY_ASSIGN)
			return;
		if (old->kind == ENTRY_ASSIGN)
			set_fate(a, item->latest, ENTRY_OVERRIDDEN,
				 later_reason(a->s, item->latest, i), (ssize_t)i);
		if (same_value(old, e) && (q & Q(SAME_KEEPS_PLACE))) {
			item->latest = i;
			return;
		}
		item->gone = true;
	}
	*slot = (struct name_slot){.name = e->spelled, .number = m->n};
	m->items[m->n++] = (struct map_item){.latest = i};
}

/* The entry that gives the key by its full name, or -1. */
static ssize_t map_explicit(const struct apply *a, const struct map *m)
{
	const struct name_slot *slot = name_index_find(&m->by_name, a->key);

	return slot->name ? (ssize_t)m->items[slot->number].latest : -1;
}

static int apply_merged(struct apply *a)
{
	_cleanup_(map_done) struct map m = {.items = calloc(a->s->n_entries + 1, sizeof(*m.items))};
	ssize_t explicit;

	if (!m.items || name_index_init(&m.by_name, a->s->n_entries) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < a->s->n_entries; i++) {
		if (counts(a, &a->s->entries[i]) && names_key(a, &a->s->entries[i]))
			map_put(a, &m, i);
	}
	explicit = map_explicit(a, &m);
	for (size_t k = 0; k < m.n; k++) {
		size_t i = m.items[k].latest;
		const struct sysctl_entry *e = &a->s->entries[i];

		if (m.items[k].gone || e->kind == ENTRY_EXCLUDE)
			continue;
		if (e->is_glob && explicit >= 0 && !key_has_dotdot(e->spelled))
			set_kept_away(a, i, explicit);
		else if (write_entry(a, i) == -ENOMEM)
			return -ENOMEM;
	}
	return 0;
}

/* procps 4: the list that one process has. An entry keeps patterns away from a path that one of
 * them found: by its spelling, or as an exclusion by pattern. */
struct list {
	size_t start, end;	   /* its entries */
	struct name_index by_name; /* the first of each spelling */
	bool any_exclusion;	   /* one by pattern is among them */
};

static bool excludes_by_pattern(const struct apply *a, const struct sysctl_entry *e)
{
	return e->kind == ENTRY_EXCLUDE && e->is_glob && (a->li->quirks & Q(EXCLUDES_BY_GLOB)) &&
	       counts(a, e);
}

static bool spells(const struct apply *a, const struct sysctl_entry *e)
{
	return counts(a, e) && !e->is_glob && e->spelled;
}

static void list_done(struct list *l)
{
	name_index_done(&l->by_name);
}

/* Makes the list that begins with entry i. Returns 0 or -ENOMEM. */
static int list_start(const struct apply *a, size_t i, struct list *ret)
{
	const struct sysctl_entry *entries = a->s->entries;

	name_index_done(&ret->by_name);
	*ret = (struct list){.start = i, .end = i};
	while (ret->end < a->s->n_entries && entries[ret->end].run == entries[i].run)
		ret->end++;
	if (name_index_init(&ret->by_name, ret->end - i) < 0)
		return -ENOMEM;
	for (; i < ret->end; i++) {
		struct name_slot *slot =
			spells(a, &entries[i]) ? name_index_find(&ret->by_name, entries[i].spelled)
					       : NULL;

		if (slot && !slot->name)
			*slot = (struct name_slot){.name = entries[i].spelled, .number = i};
		ret->any_exclusion = ret->any_exclusion || excludes_by_pattern(a, &entries[i]);
	}
	return 0;
}

/* The entry that keeps patterns away from a path, or -1. */
static ssize_t list_explicit(const struct apply *a, const struct list *l, const char *path)
{
	const struct name_slot *slot = name_index_find(&l->by_name, path);
	size_t end = slot->name ? slot->number : l->end;

	for (size_t i = l->start; l->any_exclusion && i < end; i++)
		if (excludes_by_pattern(a, &a->s->entries[i]) &&
		    fnmatch(a->s->entries[i].spelled, path, 0) == 0)
			return (ssize_t)i;
	return slot->name ? (ssize_t)slot->number : -1;
}

/* The entry that keeps pattern i away, or -1. usual: the answer for a path that is the key itself.
 */
static int pattern_explicit(const struct apply *a, const struct list *l, size_t i, ssize_t usual,
			    ssize_t *ret)
{
	const struct sysctl_entry *e = &a->s->entries[i];
	_cleanup_free_ char *path = NULL;
	int r = key_glob_path(e->spelled, a->key, &path);

	if (r < 0)
		return r;
	*ret = streq(path, a->key) || !l->by_name.slots ? usual : list_explicit(a, l, path);
	return 0;
}

static int apply_sequential(struct apply *a)
{
	_cleanup_(list_done) struct list list = {0};
	bool lists = a->li->quirks & Q(LISTS);
	unsigned dead = UINT32_MAX, run = UINT32_MAX;
	ssize_t explicit = -1;

	for (size_t i = 0; i < a->s->n_entries; i++) {
		const struct sysctl_entry *e = &a->s->entries[i];
		ssize_t by = -1;
		int r = 0;

		if (e->run != run) {
			run = e->run;
			if (lists && list_start(a, i, &list) < 0)
				return -ENOMEM;
			explicit = lists ? list_explicit(a, &list, a->key) : -1;
		}
		if (!lists && spells(a, e) && streq(e->spelled, a->key))
			explicit = (ssize_t)i;
		if (!counts(a, e) || !names_key(a, e) || e->kind == ENTRY_EXCLUDE)
			continue;
		if (e->run == dead) {
			set_fate(a, i, ENTRY_NOT_REACHED, REASON_DIED, -1);
			continue;
		}
		if (e->is_glob)
			r = pattern_explicit(a, &list, i, explicit, &by);
		if (r == 0 && by >= 0)
			set_kept_away(a, i, by);
		else if (r == 0)
			r = write_entry(a, i);
		if (r < 0)
			return r;
		if (r > 0 && (a->li->quirks & Q(DIES)))
			dead = e->run;
	}
	return 0;
}

/* Whether a person who asks for the key wants to hear of the entry. A line that the loader makes
 * nothing of has no key that could be trusted: saying the key's last component is enough. */
static bool is_about_key(const struct apply *a, const struct sysctl_entry *e)
{
	const char *last = strrchr(a->key, '/');

	if (e->key && names_key(a, e))
		return true;
	if (e->kind != ENTRY_MALFORMED)
		return !e->key;
	last = last ? last + 1 : a->key;
	return memmem(e->text, e->text_len, last, strlen(last)) != NULL;
}

/* What each entry is before anything is written. */
static void first_fates(struct apply *a)
{
	for (size_t i = 0; i < a->s->n_entries; i++) {
		const struct sysctl_entry *e = &a->s->entries[i];
		const struct sysctl_file *f = &a->s->files[e->file];

		if (!is_about_key(a, e))
			set_fate(a, i, ENTRY_OTHER_KEY, REASON_NONE, -1);
		else if (f->status != FILE_READ)
			set_fate(a, i, ENTRY_IGNORED, f->reason, -1);
		else if (e->kind == ENTRY_EXCLUDE)
			set_fate(a, i, ENTRY_IGNORED, REASON_EXCLUSION, -1);
		else
			set_fate(a, i, ENTRY_IGNORED, e->reason, -1);
	}
}

/* Entries that were written and lost to the last one. */
static void settle(struct apply *a)
{
	ssize_t w = a->res->winner;

	for (size_t i = 0; w >= 0 && i < a->s->n_entries; i++) {
		if (a->res->fates[i].status == ENTRY_WINNING && i != (size_t)w)
			set_fate(a, i, ENTRY_OVERRIDDEN, later_reason(a->s, i, (size_t)w), w);
	}
}

int loader_apply(const struct loader_instance *li, const struct loader_script *s, const char *key,
		 struct kernel_model *m, struct key_result *ret)
{
	_cleanup_(key_result_done) struct key_result res = {.winner = -1, .level = LEVEL_NONE};
	struct apply a = {.li = li, .s = s, .key = key, .m = m, .res = &res, .locker = -1};
	int r;

	m->inverted = li->kernel_rules_inverted;
	res.fates = calloc(s->n_entries + 1, sizeof(*res.fates));
	if (!res.fates)
		return -ENOMEM;
	first_fates(&a);
	r = li->quirks & Q(MERGES) ? apply_merged(&a) : apply_sequential(&a);
	if (r < 0)
		return r;
	settle(&a);
	res.level = m->level;
	*ret = res;
	res = (struct key_result){0};
	return 0;
}
