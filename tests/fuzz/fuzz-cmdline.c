/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel command line as a whole, against a second reading of how the kernel cuts it: one pass
 * that knows whether it is in quotes, and where the first '=' was.
 */
#include "fuzz.h"
#include "loader.h"
#include "oracle.h"

#define VALUES_MAX 512

struct values {
	size_t n;
	struct text at[VALUES_MAX];
};

static bool is_blank(char c)
{
	return c && strchr(C_BLANKS "\xa0", c);
}

/* Takes one parameter off the line. Its name and value without their quotes; has_value is whether
 * there was a '='. */
static struct text take_parameter(struct text *line, struct text *ret_value, bool *ret_has_value)
{
	size_t i = 0, equals = 0, end;
	struct text name;
	bool outer = line->s[0] == '"', in_quotes = outer;

	if (outer)
		*line = text_from(line, 1);
	for (; i < line->n && (in_quotes || !is_blank(line->s[i])); i++) {
		if (line->s[i] == '=' && equals == 0)
			equals = i;
		if (line->s[i] == '"')
			in_quotes = !in_quotes;
	}
	end = i;
	*ret_has_value = equals > 0;
	*ret_value = text_of("", 0);
	if (equals > 0) {
		struct text value = text_of(line->s + equals + 1, end - equals - 1);
		bool inner = value.n > 0 && value.s[0] == '"';

		if (inner)
			value = text_from(&value, 1);
		if ((inner || outer) && value.n > 0 && value.s[value.n - 1] == '"')
			value = text_of(value.s, value.n - 1);
		*ret_value = value;
		name = text_of(line->s, equals);
	} else {
		name = text_of(line->s, end);
		if (outer && name.n > 0 && name.s[name.n - 1] == '"')
			name = text_of(name.s, name.n - 1);
	}
	*line = text_from(line, end);
	return name;
}

static bool means_the_key(struct text name)
{
	struct text key;

	if (name.n < 7 || memcmp(name.s, "sysctl", 6) != 0 ||
	    (name.s[6] != '.' && name.s[6] != '/'))
		return false;
	name = text_from(&name, 7);
	for (size_t i = 0; i < name.n; i++)
		if (name.s[i] == '.')
			name.s[i] = '/';
	return !oracle_is_pattern(&name) && oracle_walk_appended(&name, &key) &&
	       text_is(&key, PTRACE_SCOPE_KEY);
}

/* The values that the kernel would write to the key, in order. */
static void expected(struct text line, struct values *ret)
{
	ret->n = 0;
	for (;;) {
		struct text name, value;
		bool has_value;

		while (line.n > 0 && is_blank(line.s[0]))
			line = text_from(&line, 1);
		if (line.n == 0)
			return;
		if (line.n >= 2 && memcmp(line.s, "--", 2) == 0 &&
		    (line.n == 2 || is_blank(line.s[2])))
			return;
		name = take_parameter(&line, &value, &has_value);
		if (has_value && value.n > 0 && means_the_key(name) && ret->n < VALUES_MAX)
			ret->at[ret->n++] = value;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const keys[] = {PTRACE_SCOPE_KEY};
	const struct key_filter filter = {keys, 1};
	static struct values want;
	struct loader_instance li = {0};
	struct loader_script *s = NULL;
	_cleanup_free_ char *line = NULL;
	_cleanup_tree_ struct tree *tree = NULL;
	size_t k = 0;

	if (size > ORACLE_MAX)
		return 0;
	line = fuzz_string(data, size);
	expected(text_of_string(line), &want);

	FUZZ_CHECK(tree_new_memory(&tree) == 0);
	FUZZ_CHECK(loader_instance_parse("cmdline@6.1", &li, NULL) == 0);
	li.cmdline = line;
	FUZZ_CHECK(loader_read(&li, tree, &filter, /* volatile_too= */ true, &s, NULL) == 0);
	for (size_t i = 0; i < s->n_entries; i++) {
		const struct sysctl_entry *e = &s->entries[i];

		if (e->kind != ENTRY_ASSIGN)
			continue;
		FUZZ_CHECK(k < want.n);
		fuzz_same("key", e->key, PTRACE_SCOPE_KEY);
		fuzz_same("value", e->value, want.at[k].s);
		k++;
	}
	FUZZ_CHECK(k == want.n);
	loader_script_free(s);
	loader_instance_done(&li);
	return 0;
}
