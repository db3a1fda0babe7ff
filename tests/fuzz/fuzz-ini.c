/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Profiles of tuned as Python's modules read them; the first byte says which. What is read keeps
 * the modules' promises, and written out plainly it reads the same again.
 */
#include "fuzz.h"
#include "ini.h"
#include "oracle.h"

static void check_stripped(const char *s)
{
	const char *from = s;
	size_t n = strlen(s);

	python_strip(&from, &n);
	FUZZ_CHECK(from == s && n == strlen(s));
}

static void check_section(const struct ini *ini, size_t i)
{
	const struct ini_section *s = &ini->sections[i];

	FUZZ_CHECK(ini_section_get(ini, s->name) == s); /* one of a name */
	for (size_t k = 0; k < s->n; k++) {
		fuzz_same("option", ini_get(ini, s->name, s->options[k].name), s->options[k].value);
		FUZZ_CHECK(s->options[k].line >= 1);
		check_stripped(s->options[k].name);
	}
}

/* A value that neither module would take for anything else. */
static bool is_plain(const char *s)
{
	return *s && !strpbrk(s, "#;\n\r'\"[]=") && oracle_is_utf8(s, strlen(s));
}

static void round_trip(const struct ini *ini, enum ini_dialect dialect)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	struct ini again = {0};
	unsigned line;

	for (size_t i = 0; i < ini->n; i++) {
		const struct ini_section *s = &ini->sections[i];

		if (!is_plain(s->name))
			continue;
		(void)strbuf_addf(&b, "[%s]\n", s->name);
		for (size_t k = 0; k < s->n; k++)
			if (is_plain(s->options[k].name) && is_plain(s->options[k].value))
				(void)strbuf_addf(&b, "%s = %s\n", s->options[k].name,
						  s->options[k].value);
	}
	if (!b.bytes)
		return;
	FUZZ_CHECK(ini_parse(b.bytes, b.len, dialect, NULL, &again, &line) == 0);
	for (size_t i = 0; i < ini->n; i++) {
		const struct ini_section *s = &ini->sections[i];
		const char *name = s->name;
		size_t n = strlen(name);

		/* configobj strips what stands between the brackets. */
		python_strip(&name, &n);
		if (!is_plain(s->name) || n != strlen(s->name))
			continue;
		for (size_t k = 0; k < s->n; k++)
			if (is_plain(s->options[k].name) && is_plain(s->options[k].value))
				fuzz_same("again", ini_get(&again, s->name, s->options[k].name),
					  s->options[k].value);
	}
	ini_done(&again);
}

/* Where nothing may stand twice, a file that begins with a section cannot follow itself. */
static void check_twice(const char *text, size_t n, enum ini_dialect dialect)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	struct ini ini = {0};
	unsigned line;

	if (n == 0 || text[0] != '[' || dialect == INI_CONFIGPARSER)
		return;
	(void)strbuf_add(&b, text, n);
	(void)strbuf_addc(&b, '\n');
	(void)strbuf_add(&b, text, n);
	FUZZ_CHECK(ini_parse(b.bytes, b.len, dialect, NULL, &ini, &line) == -EINVAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = NULL;
	enum ini_dialect dialect;
	struct ini ini = {0};
	unsigned line = 0;
	int r;

	if (size < 1 || size > 8192)
		return 0;
	dialect = data[0] % 3;
	text = fuzz_copy(data + 1, size - 1);
	r = ini_parse(text, size - 1, dialect, data[0] & 4 ? "MAGIC" : NULL, &ini, &line);
	/* A NUL is not followed, but for one in a comment. */
	FUZZ_CHECK(r == 0 || r == -EINVAL || (r == -EOPNOTSUPP && memchr(text, '\0', size - 1)));
	FUZZ_CHECK(python_is_utf8(text, size - 1) == oracle_is_utf8(text, size - 1));
	if (!oracle_is_utf8(text, size - 1))
		FUZZ_CHECK(r == -EINVAL);
	if (r < 0)
		return 0;
	for (size_t i = 0; i < ini.n; i++)
		check_section(&ini, i);
	round_trip(&ini, dialect);
	check_twice(text, size - 1, dialect);
	if (ini.n > 0 && ini.sections[0].n > 0) {
		_cleanup_free_ char *name = strdup(ini.sections[0].options[0].name);
		size_t n = ini.sections[0].n;

		ini_section_unset(&ini.sections[0], name);
		FUZZ_CHECK(ini.sections[0].n == n - 1 &&
			   !ini_get(&ini, ini.sections[0].name, name));
	}
	ini_done(&ini);
	return 0;
}
