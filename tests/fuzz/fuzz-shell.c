/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that a shell sources. What is understood to its end, written out with every value in single
 * quotes, gives the same variables.
 */
#include "fuzz.h"
#include "shell-assign.h"

static struct tree *root(void)
{
	struct tree *t = NULL;

	FUZZ_CHECK(tree_new_memory(&t) == 0);
	FUZZ_CHECK(tree_add_file(t, "/bin/ls", "x", 1) == 0);
	FUZZ_CHECK(tree_add_error(t, "/usr/bin/secret", EACCES) == 0);
	return t;
}

static void check_names(const struct shell_vars *v)
{
	for (size_t i = 0; i < v->n; i++) {
		const char *name = v->items[i].name;

		FUZZ_CHECK(shell_vars_get(v, name) == &v->items[i]);
		FUZZ_CHECK(*name && !(*name >= '0' && *name <= '9'));
		FUZZ_CHECK(strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
					"0123456789") == strlen(name));
	}
}

static void add_quoted(struct strbuf *b, const char *value)
{
	(void)strbuf_addc(b, '\'');
	for (; *value; value++) {
		if (*value == '\'')
			(void)strbuf_adds(b, "'\\'");
		(void)strbuf_addc(b, *value);
	}
	(void)strbuf_adds(b, "'\n");
}

static void round_trip(struct tree *tree, const struct shell_vars *v)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	_cleanup_(shell_vars_done) struct shell_vars again = {0};
	enum shell_end end = SHELL_UNKNOWN;
	unsigned line = 0;

	for (size_t i = 0; i < v->n; i++) {
		if (!v->items[i].value)
			continue;
		(void)strbuf_addf(&b, "%s%s=", i % 2 ? "export " : "", v->items[i].name);
		add_quoted(&b, v->items[i].value);
	}
	FUZZ_CHECK(shell_vars_run(&again, tree, b.bytes ? b.bytes : "", b.len, &end, &line) == 0);
	FUZZ_CHECK(end == SHELL_DONE);
	for (size_t i = 0; i < v->n; i++) {
		const struct shell_var *var = shell_vars_get(&again, v->items[i].name);

		fuzz_same("variable", var ? var->value : NULL, v->items[i].value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_copy(data, size);
	_cleanup_(shell_vars_done) struct shell_vars v = {0};
	_cleanup_tree_ struct tree *tree = root();
	enum shell_end end = SHELL_DONE;
	unsigned line = 0, lines = 1;

	if (size > 8192)
		return 0;
	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	FUZZ_CHECK(shell_vars_run(&v, tree, text, size, &end, &line) == 0);
	FUZZ_CHECK(size == 0 || (line >= 1 && line <= lines));
	check_names(&v);
	if (end == SHELL_DONE)
		round_trip(tree, &v);
	return 0;
}
