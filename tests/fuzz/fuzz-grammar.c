/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line, one dialect (GRAMMAR, by the build), against its oracle. The first byte of the input
 * says which version; from 0x80 on, the second is a quirk that is inverted, for which there is no
 * oracle, only what holds of every answer. The rest is the line.
 */
#include "fuzz.h"
#include "loader-impl.h"
#include "oracle.h"

struct dialect {
	const char *spec;
	unsigned version;
	oracle_fn *oracle;
};

/* X(group, spec, version, oracle) */
#define DIALECTS(X)                                           \
	X(systemd, "systemd-sysctl@247", 247, oracle_systemd) \
	X(systemd, "systemd-sysctl@252", 252, oracle_systemd) \
	X(systemd, "systemd-sysctl@255", 255, oracle_systemd) \
	X(systemd, "systemd-sysctl@262", 262, oracle_systemd) \
	X(procps, "procps-p@3.3.10", 30310, oracle_procps3)   \
	X(procps, "procps@3.3.13", 30313, oracle_procps3)     \
	X(procps, "procps@3.3.16", 30316, oracle_procps3)     \
	X(procps, "procps-p@3.3.17", 30317, oracle_procps3)   \
	X(procps, "procps@4.0.0", 40000, oracle_procps4)      \
	X(procps, "procps-p@4.0.5", 40005, oracle_procps4)    \
	X(busybox, "busybox@1.0", 100, oracle_busybox)        \
	X(busybox, "busybox@1.28", 128, oracle_busybox)       \
	X(busybox, "busybox@1.31", 131, oracle_busybox)       \
	X(openrc, "openrc@291", 131, oracle_openrc)           \
	X(tuned, "tuned@2.10", 210, oracle_tuned)             \
	X(tuned, "tuned@2.20", 220, oracle_tuned)             \
	X(tuned, "tuned@2.22", 222, oracle_tuned)             \
	X(tuned, "tuned@2.27", 227, oracle_tuned)

enum group { GROUP_systemd, GROUP_procps, GROUP_busybox, GROUP_openrc, GROUP_tuned };

#define GROUP_NAME2(name) GROUP_##name
#define GROUP_NAME(name)  GROUP_NAME2(name)
#define GROUP		  GROUP_NAME(GRAMMAR)

static const struct {
	enum group group;
	struct dialect dialect;
} table[] = {
#define X(group, spec, version, oracle) {GROUP_##group, {spec, version, oracle}},
	DIALECTS(X)
#undef X
};

/* The n-th dialect of this program's group, counted round and round. */
static const struct dialect *dialect(unsigned n)
{
	unsigned count = 0;

	for (size_t i = 0; i < ELEMENTSOF(table); i++)
		count += table[i].group == GROUP;
	n %= count;
	for (size_t i = 0;; i++)
		if (table[i].group == GROUP && n-- == 0)
			return &table[i].dialect;
}

/* The bytes that lines.c would hand to the grammar: it cuts at what ends a line there. */
static size_t line_length(quirks_t q, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((s[i] == '\n' && GROUP != GROUP_openrc) ||
		    (s[i] == '\r' && (q & Q(CR_ENDS_LINE))) ||
		    (s[i] == '\0' && !(q & Q(KEEPS_NUL))))
			return i;
	return n;
}

static quirks_t inverted(const struct loader *loader, quirks_t q, uint8_t which)
{
	unsigned bit = which % 64;

	/* The next one that the loader consults; where that depends on the version, any. */
	while (loader->consults && !(loader->consults >> bit & 1))
		bit = (bit + 1) % 64;
	return q ^ (UINT64_C(1) << bit);
}

/* A key has no empty component, and none of dots. */
static void check_canonical(const char *key)
{
	for (const char *p = key;; p++) {
		size_t n = strcspn(p, "/");

		FUZZ_CHECK(n > 0);
		FUZZ_CHECK(!(n == 1 && p[0] == '.'));
		FUZZ_CHECK(!(n == 2 && p[0] == '.' && p[1] == '.'));
		p += n;
		if (!*p)
			return;
	}
}

static void check_shape(const struct parsed *p, int r, bool by_rules, const char *line, size_t n)
{
	FUZZ_CHECK(r == 0 || r == 1);
	if (r == 0)
		return;
	FUZZ_CHECK((p->kind == ENTRY_MALFORMED) == (p->reason != REASON_NONE));
	if (p->kind == ENTRY_MALFORMED)
		return;
	FUZZ_CHECK(p->key && p->spelled);
	FUZZ_CHECK(p->is_glob == false || strpbrk(p->key, "*?["));
	/* systemd takes a line without a name, which sets nothing. */
	if (by_rules && !p->is_glob && p->key[0])
		check_canonical(p->key);
	FUZZ_CHECK((p->kind == ENTRY_ASSIGN) == (p->value != NULL));
	if (p->value) {
		FUZZ_CHECK(p->value_len <= n + 1);
		FUZZ_CHECK(p->value[p->value_len] == '\0');
		for (size_t i = 0; i < p->value_len; i++)
			FUZZ_CHECK(memchr(line, p->value[i], n) || p->value[i] == '=');
	}
}

static void check_oracle(const struct dialect *d, const char *line, size_t n,
			 const struct parsed *p, int r)
{
	struct said said = d->oracle(d->version, text_of(line, n));

	if (said.nothing) {
		FUZZ_CHECK(r == 0);
		return;
	}
	FUZZ_CHECK(r == 1);
	if (p->kind != said.kind)
		fuzz_same(d->spec, p->kind == ENTRY_MALFORMED ? reason_word(p->reason) : p->key,
			  said.kind == ENTRY_MALFORMED ? reason_word(said.why) : said.key.s);
	FUZZ_CHECK(p->kind == said.kind);
	if (said.kind == ENTRY_MALFORMED) {
		if (said.why != REASON_NONE)
			fuzz_same("reason", reason_word(p->reason), reason_word(said.why));
		return;
	}
	fuzz_same("key", p->key, said.key.s);
	FUZZ_CHECK(p->is_glob == said.pattern);
	if (said.kind == ENTRY_ASSIGN) {
		FUZZ_CHECK(p->ignore_failure == said.forgiving);
		FUZZ_CHECK(p->value_len == said.value.n &&
			   memcmp(p->value, said.value.s, said.value.n) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dialect *d;
	const struct loader *loader;
	struct loader_instance li = {0};
	struct parsed p = {0};
	_cleanup_free_ char *line = NULL;
	bool free_of_rules;
	quirks_t q;
	size_t n;
	int r;

	if (size < 2 || size > ORACLE_MAX)
		return 0;
	d = dialect(data[0] & 0x7f);
	FUZZ_CHECK(loader_instance_parse(d->spec, &li, NULL) == 0);
	loader = loader_get(li.id);
	free_of_rules = data[0] & 0x80;
	q = free_of_rules ? inverted(loader, li.quirks, data[1]) : li.quirks;
	n = line_length(q, (const char *)data + 2, size - 2);
	line = fuzz_copy(data + 2, n);
	r = loader->grammar(q)(q, line, n, &p);
	check_shape(&p, r, !free_of_rules, line, n);
	/* Python has text, which is UTF-8. */
	if (!free_of_rules && (GROUP != GROUP_tuned || oracle_is_utf8(line, n)))
		check_oracle(d, line, n, &p, r);
	parsed_done(&p);
	loader_instance_done(&li);
	return 0;
}
