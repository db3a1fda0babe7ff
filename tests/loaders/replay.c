/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compares what our loaders say with what the real ones did, on a corpus of trees (README.md). For
 * each record the tree is read and applied from no level at all, and the sequence of writes to the
 * key, with the errno of each, and the level at the end must be the same. Then the same for some
 * other keys of the stand-in, all asked for at once, that know no grammar. Any one rule of ours can
 * be inverted, to show that the corpus would notice (by ptrace_scope alone).
 *
 * A script with something in it that cannot be told from files (a shell command, "> value" of
 * tuned) has no answer to compare: the resolver calls that unknown. Such records are counted apart.
 */
#include "loader-impl.h"
#include "parse.h"

#include <dirent.h>
#include <stdio.h>

/* The programs' buffers: what is longer may be written, and so recorded, in pieces. */
#define PIECE 1024

/* Keys that the stand-in has besides (judge/standin.c). A name with a dot, which the spellings of
 * keys differ about, and several that one pattern finds. */
static const char *const other_keys[] = {
	"kernel/sysrq",
	"net/ipv4/conf/all/accept_source_route",
	"net/ipv4/conf/all/rp_filter",
	"net/ipv4/conf/default/rp_filter",
	"net/ipv4/conf/eth0.100/rp_filter",
	"net/ipv4/conf/eth0/rp_filter",
	"net/ipv4/conf/lo/rp_filter",
	"net/ipv4/ip_forward",
	"vm/swappiness",
};

struct record_write {
	char *bytes;
	size_t n;
	char error[24];
};

struct record {
	struct record_write *writes;
	size_t n, cap;
	int level;
};

struct run {
	const char *mutation;	/* NAME, or NULL */
	const struct loader *l; /* the loader it is of, or NULL: the kernel */
	const struct version_span *span;
	quirks_t flip;
	uint32_t flip_rules;
	unsigned long compared, mismatches, unknown;
};

static void record_done(struct record *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->writes[i].bytes);
	free(r->writes);
	*r = (struct record){0};
}

static int fail(const char *what, const char *path)
{
	(void)fprintf(stderr, "replay: %s: %s\n", path, what);
	return 2;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool unhex(const char *s, struct record_write *w)
{
	size_t n = strlen(s) / 2;

	w->bytes = malloc(n + 1);
	if (!w->bytes || strlen(s) % 2)
		return false;
	for (size_t i = 0; i < n; i++) {
		int a = hex_digit(s[2 * i]), b = hex_digit(s[2 * i + 1]);

		if (a < 0 || b < 0)
			return false;
		w->bytes[i] = (char)(a << 4 | b);
	}
	w->n = n;
	return true;
}

/* procps writes a refused value once more when it closes the stream. With Q(STALE_VALUE), it writes
 * "=" and bytes that an earlier line left behind, which we do not follow: such are counted as one.
 */
static bool is_repeat(quirks_t q, const struct record *r, const struct record_write *w)
{
	const struct record_write *last = r->n ? &r->writes[r->n - 1] : NULL;

	if (!last || streq(w->error, "ok") || !streq(last->error, w->error))
		return false;
	if ((q & Q(STALE_VALUE)) && last->bytes[0] == '=' && w->bytes[0] == '=')
		return true;
	return last->n == w->n && memcmp(last->bytes, w->bytes, w->n) == 0;
}

/* write KEY HEX ERRNO OFFSET; those to other keys than the one wanted are passed over */
static bool add_write(quirks_t q, const char *wanted, struct record *r, char *fields)
{
	char *key = strsep(&fields, "\t"), *hex = strsep(&fields, "\t");
	char *error = strsep(&fields, "\t"), *offset = strsep(&fields, "\t");
	struct record_write w = {0};

	if (!offset)
		return false;
	if (!streq(key, wanted) || !streq(offset, "0"))
		return true;
	(void)snprintf(w.error, sizeof(w.error), "%s", error);
	if (!unhex(hex, &w) || array_reserve(&r->writes, r->n, &r->cap, sizeof(w)) < 0) {
		free(w.bytes);
		return false;
	}
	if (is_repeat(q, r, &w))
		free(w.bytes);
	else
		r->writes[r->n++] = w;
	return true;
}

static bool read_record(quirks_t q, const char *key, const char *path, struct record *ret)
{
	_cleanup_(record_done) struct record r = {.level = -2};
	_cleanup_free_ char *line = NULL;
	FILE *f = fopen(path, "re");
	size_t cap = 0;
	bool ok = f;
	ssize_t n;

	while (ok && (n = getline(&line, &cap, f)) > 0) {
		char *fields = line, *kind;

		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		kind = strsep(&fields, "\t");
		if (streq(kind, "write"))
			ok = fields && add_write(q, key, &r, fields);
		else if (streq(kind, "level"))
			r.level = fields && streq(fields, "none") ? LEVEL_NONE
				  : fields			  ? fields[0] - '0'
								  : -2;
	}
	if (f)
		(void)fclose(f);
	if (!ok || r.level == -2)
		return false;
	*ret = r;
	r = (struct record){0};
	return true;
}

/* Whether the script rests on something that files cannot tell. */
static bool is_unknown(const struct loader_script *s)
{
	for (size_t i = 0; i < s->n_files; i++)
		if (s->files[i].opaque != OPAQUE_NO)
			return true;
	return false;
}

static bool same_bytes(quirks_t q, const struct record_write *real, const struct record_write *ours)
{
	size_t min = real->n < ours->n ? real->n : ours->n;

	if ((q & Q(STALE_VALUE)) && ours->bytes[0] == '=' && real->bytes[0] == '=')
		return true;
	return (real->n == ours->n || min >= PIECE) && memcmp(real->bytes, ours->bytes, min) == 0;
}

/* Of a key without grammar we do not know what the kernel shows; the stand-in shows what was
 * written last, and some programs do not write that again. */
static bool is_shown(quirks_t q, const struct record *r, const struct record_write *w)
{
	const struct record_write *last = r->n ? &r->writes[r->n - 1] : NULL;

	return (q & Q(SKIPS_EQUAL)) && last && last->n == w->n &&
	       memcmp(last->bytes, w->bytes, w->n) == 0;
}

/* Our writes in the form of the judge's. */
static bool our_record(const struct loader_instance *li, const struct loader_script *s,
		       const struct key_result *res, bool any_value, struct record *ret)
{
	for (size_t i = 0; i < res->n_writes; i++) {
		const struct sysctl_entry *e = &s->entries[res->writes[i].entry];
		_cleanup_strbuf_ struct strbuf b = {0};
		struct record_write w = {.n = e->value_len};

		(void)strbuf_add(&b, e->value, e->value_len);
		if (li->quirks & Q(ADDS_NEWLINE))
			(void)strbuf_addc(&b, '\n');
		w.n = b.len;
		w.bytes = strbuf_take(&b);
		(void)snprintf(w.error, sizeof(w.error), "%s",
			       res->writes[i].err ? strerrorname_np(res->writes[i].err) : "ok");
		if (!w.bytes || array_reserve(&ret->writes, ret->n, &ret->cap, sizeof(w)) < 0) {
			free(w.bytes);
			return false;
		}
		if (is_repeat(li->quirks, ret, &w) || (any_value && is_shown(li->quirks, ret, &w)))
			free(w.bytes);
		else
			ret->writes[ret->n++] = w;
	}
	ret->level = res->level;
	return true;
}

static void add_one(struct strbuf *why, const struct record *r, size_t i)
{
	if (i < r->n) {
		const struct record_write *w = &r->writes[i];

		(void)strbuf_adds(why, "\"");
		(void)strbuf_add_escaped(why, w->bytes, w->n < 80 ? w->n : 80);
		(void)strbuf_addf(why, "\" %s", w->error);
	} else {
		(void)strbuf_adds(why, "none");
	}
}

/* What differs, as a sentence in why; false when nothing does. */
static bool differs(quirks_t q, const struct record *ours, const struct record *real,
		    struct strbuf *why)
{
	for (size_t i = 0; i < ours->n || i < real->n; i++) {
		const struct record_write *a = &ours->writes[i], *b = &real->writes[i];

		if (i < ours->n && i < real->n && streq(a->error, b->error) && same_bytes(q, b, a))
			continue;
		(void)strbuf_addf(why, "write %zu: ours ", i + 1);
		add_one(why, ours, i);
		(void)strbuf_adds(why, ", real ");
		add_one(why, real, i);
		return true;
	}
	if (ours->level == real->level)
		return false;
	(void)strbuf_addf(why, "level: ours %d, real %d", ours->level, real->level);
	return true;
}

/* What is compared: one record of the judge. */
struct record_place {
	struct tree *tree;
	const char *name;  /* of the case */
	const char *label; /* LOADER@VERSION */
	const char *path;  /* of the record */
};

/* One key of a record. Returns 0, or 2 for an error of the suite itself. */
static int compare_key(struct run *run, const struct record_place *at,
		       const struct loader_instance *li, const struct loader_script *s,
		       const char *key)
{
	_cleanup_(key_result_done) struct key_result res = {0};
	_cleanup_(record_done) struct record rec = {0}, ours = {0};
	_cleanup_strbuf_ struct strbuf why = {0};
	struct kernel_model m = kernel_model_for(key);

	if (!read_record(li->quirks, key, at->path, &rec))
		return fail("not a record of the judge", at->path);
	if (loader_apply(li, s, key, &m, &res) < 0 ||
	    !our_record(li, s, &res, !m.ptrace_scope, &ours))
		return fail("out of memory", at->name);
	/* The record's level is that of ptrace_scope. */
	if (!m.ptrace_scope)
		rec.level = ours.level;
	run->compared++;
	if (differs(li->quirks, &ours, &rec, &why)) {
		run->mismatches++;
		(void)printf("MISMATCH %s %s: %s%s%s\n", at->name, at->label,
			     m.ptrace_scope ? "" : key, m.ptrace_scope ? "" : ": ",
			     why.bytes ? why.bytes : "");
	}
	return 0;
}

/*
 * The same tree, read for other keys. busybox ends at a value that is refused, whichever key it is
 * for; who asks for another key is not told of ptrace_scope, so that such a record is left out.
 */
static int compare_others(struct run *run, const struct record_place *at,
			  const struct loader_instance *li)
{
	const struct key_filter filter = {other_keys, ELEMENTSOF(other_keys)};
	_cleanup_(loader_script_free_p) struct loader_script *s = NULL;
	_cleanup_(record_done) struct record rec = {0};
	_cleanup_error_ struct error e = {0};
	int r = 0;

	if (!read_record(li->quirks, PTRACE_SCOPE_KEY, at->path, &rec))
		return fail("not a record of the judge", at->path);
	for (size_t i = 0; (li->quirks & Q(DIES)) && i < rec.n; i++)
		if (!streq(rec.writes[i].error, "ok"))
			return 0;
	if (loader_read(li, at->tree, &filter, /* volatile_too= */ true, &s, &e) < 0)
		return fail(e.what ? e.what : "cannot be read", at->name);
	for (size_t i = 0; r == 0 && !is_unknown(s) && i < ELEMENTSOF(other_keys); i++)
		r = compare_key(run, at, li, s, other_keys[i]);
	return r;
}

/* One record. Returns 0, or 2 for an error of the suite itself. */
static int compare(struct run *run, const struct record_place *at)
{
	static const char *const keys[] = {PTRACE_SCOPE_KEY};
	const struct key_filter filter = {keys, 1};
	_cleanup_(loader_instance_done) struct loader_instance li = {0};
	_cleanup_(loader_script_free_p) struct loader_script *s = NULL;
	_cleanup_error_ struct error e = {0};
	int r;

	if (loader_instance_parse(at->label, &li, &e) < 0)
		return fail(e.what ? e.what : "no such loader", at->label);
	if (run->l && (loader_get(li.id) != run->l || li.quirks != run->span->quirks))
		return 0;
	li.quirks ^= run->flip;
	li.kernel_rules_inverted = run->flip_rules;
	if (loader_read(&li, at->tree, &filter, /* volatile_too= */ true, &s, &e) < 0)
		return fail(e.what ? e.what : "cannot be read", at->name);
	if (is_unknown(s)) {
		run->unknown++;
		return 0;
	}
	r = compare_key(run, at, &li, s, PTRACE_SCOPE_KEY);
	return r || run->mutation ? r : compare_others(run, at, &li);
}

static int is_record(const struct dirent *d)
{
	return d->d_name[0] != '.' && endswith(d->d_name, ".out");
}

static int is_case(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void free_names(struct dirent **names, int n)
{
	while (n-- > 0)
		free(names[n]);
	free(names);
}

static int replay_case(struct run *run, const char *top, const char *name)
{
	_cleanup_free_ char *dir = NULL, *root = NULL;
	_cleanup_tree_ struct tree *tree = NULL;
	struct dirent **outs = NULL;
	int n, r = 0;

	if (asprintf(&dir, "%s/%s", top, name) < 0 || asprintf(&root, "%s/root", dir) < 0)
		return fail("out of memory", name);
	n = scandir(dir, &outs, is_record, alphasort);
	if (n <= 0)
		return 0;
	if (tree_open(&tree, root) < 0)
		r = fail("cannot be opened", root);
	for (int i = 0; r == 0 && i < n; i++) {
		_cleanup_free_ char *path = NULL, *label = NULL;
		const char *file = outs[i]->d_name;

		label = strndup(file, strlen(file) - strlen(".out"));
		if (!label || asprintf(&path, "%s/%s", dir, file) < 0)
			r = fail("out of memory", name);
		else
			r = compare(run, &(struct record_place){tree, name, label, path});
	}
	free_names(outs, n);
	return r;
}

static int replay(struct run *run, const char *top)
{
	struct dirent **cases = NULL;
	int n = scandir(top, &cases, is_case, alphasort), r = 0;

	if (n < 0)
		return fail("not a directory", top);
	for (int i = 0; r == 0 && i < n; i++)
		r = replay_case(run, top, cases[i]->d_name);
	free_names(cases, n);
	if (r)
		return r;
	(void)printf("replay: %lu compared, %lu mismatches, %lu unknown\n", run->compared,
		     run->mismatches, run->unknown);
	return run->mismatches > 0;
}

/* Calls f for each mutation until it returns true. */
static bool each_mutation(bool (*f)(struct run *m, const char *name, void *arg), void *arg)
{
	static const char *const rules[] = {
#define X(name, meaning) #name,
		KERNEL_RULES(X)
#undef X
	};
	char name[128];

	for (unsigned id = 0; id < _LOADER_MAX; id++) {
		const struct loader *l = loader_get(id);

		for (size_t i = 0; i < l->n_spans; i++) {
			quirks_t consults =
				l->spans[i].consults ? l->spans[i].consults : l->consults;

			for (unsigned bit = 0; l->spans[i].judged && bit < _QUIRK_INDEX_MAX;
			     bit++) {
				struct run m = {
					.l = l, .span = &l->spans[i], .flip = UINT64_C(1) << bit};

				if (!(consults & m.flip))
					continue;
				(void)snprintf(name, sizeof(name), "%s@%s:%s", loader_name(id),
					       l->spans[i].from, quirk_name(bit));
				if (f(&m, name, arg))
					return true;
			}
		}
	}
	for (unsigned i = 0; i < _KERNEL_RULE_MAX; i++) {
		struct run m = {.flip_rules = UINT32_C(1) << i};

		(void)snprintf(name, sizeof(name), "kernel:%s", rules[i]);
		/* Digits up to 3 are the same in base 8 and 10, and whatever else begins with 0 is
		 * refused in both, only for another reason: tests/unit/test-kernel-model.c. */
		if (i != KERNEL_RULE_OCTAL && f(&m, name, arg))
			return true;
	}
	return false;
}

static bool print_mutation(struct run *m, const char *name, void *arg)
{
	(void)printf("%s\t%s%s%s\n", name, m->l ? loader_name(m->l->id) : "all", m->l ? "@" : "",
		     m->l ? m->span->from : "");
	return false;
}

static bool find_mutation(struct run *m, const char *name, void *arg)
{
	struct run *ret = arg;

	if (!streq(name, ret->mutation))
		return false;
	m->mutation = ret->mutation;
	*ret = *m;
	return true;
}

/* The versions that have a quirk: "all, until 3.3.10; 4.0.0" */
static void print_versions(const struct loader *l, quirks_t quirk)
{
	bool had = false, any = false;

	for (size_t i = 0; i < l->n_spans; i++) {
		bool has = l->spans[i].quirks & quirk;

		if (has && !had)
			(void)printf("%s%s", any ? "; " : "", i == 0 ? "all" : l->spans[i].from);
		else if (!has && had)
			(void)printf(", until %s", l->spans[i].from);
		any = any || has;
		had = has;
	}
}

/* The quirks of each loader by version, as docs/loaders.md shows them. */
static void print_quirk_table(void)
{
	for (unsigned id = 0; id < _LOADER_MAX; id++) {
		const struct loader *l = loader_get(id);
		quirks_t any = 0;

		(void)printf("### %s\n\n| from version | the suite runs |\n|---|---|\n",
			     loader_name(id));
		for (size_t i = 0; i < l->n_spans; i++) {
			const char *what = l->spans[i].is_gap ? "nothing: there are none"
							      : "nothing: recorded";

			any |= l->spans[i].quirks;
			(void)printf("| %s | %s |\n", l->spans[i].from,
				     l->spans[i].judged ? l->spans[i].judged : what);
		}
		(void)printf("\n| quirk | from version | meaning |\n|---|---|---|\n");
		for (unsigned bit = 0; bit < _QUIRK_INDEX_MAX; bit++) {
			quirks_t q = UINT64_C(1) << bit;

			if (!(any & q))
				continue;
			(void)printf("| %s | ", quirk_name(bit));
			print_versions(l, q);
			(void)printf(" | %s |\n", quirk_meaning(bit));
		}
		(void)printf("\n");
	}
}

int main(int argc, char **argv)
{
	struct run run = {0};

	if (argc == 2 && streq(argv[1], "--list-mutations"))
		return (int)each_mutation(print_mutation, NULL);
	if (argc == 2 && streq(argv[1], "--quirk-table")) {
		print_quirk_table();
		return 0;
	}
	if (argc == 4 && streq(argv[2], "--mutate")) {
		run.mutation = argv[3];
		if (!each_mutation(find_mutation, &run))
			return fail("no such mutation", argv[3]);
	} else if (argc != 2 || argv[1][0] == '-') {
		(void)fprintf(stderr, "usage: replay CORPUS [--mutate NAME]\n"
				      "       replay --list-mutations | --quirk-table\n");
		return 2;
	}
	return replay(&run, argv[1]);
}
