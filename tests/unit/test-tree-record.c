/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A tree that remembers: the same answers as its base, and after that without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tree-record.h"

#include <stdio.h>

static struct tree *base(void)
{
	struct tree *t;

	assert_int_equal(tree_new_memory(&t), 0);
	assert_int_equal(tree_add_file(t, "/etc/a/x", "one", 3), 0);
	assert_int_equal(tree_add_link(t, "/etc/b", "a"), 0);
	assert_int_equal(tree_add_link(t, "/etc/loop", "loop"), 0);
	assert_int_equal(tree_add_link(t, "/etc/out", "../../etc/a/x"), 0);
	assert_int_equal(tree_add_error(t, "/etc/secret", EACCES), 0);
	return t;
}

/* Every kind of question, as one text. */
static char *ask(struct tree *t)
{
	static const char *const paths[] = {"/etc/a/x",	   "/etc/b/x",	"/etc/loop",  "/etc/out",
					    "/etc/secret", "/etc/none", "/etc/a/x/y", "/etc/a"};
	size_t n = 0;
	FILE *f;
	char *text;

	f = open_memstream(&text, &n);
	assert_non_null(f);
	for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
		struct tree_list l = {0};
		struct tree_stat st = {0};
		char *real = NULL, *target = NULL, *bytes = NULL;
		size_t len = 0;

		(void)fprintf(f, "%s stat %d", paths[i], tree_stat(t, paths[i], &st, &real));
		(void)fprintf(f, " %d %d %s", (int)st.type, (int)st.size, real ? real : "-");
		(void)fprintf(f, " lstat %d", tree_lstat(t, paths[i], &st));
		(void)fprintf(f, " link %d", tree_readlink(t, paths[i], &target));
		(void)fprintf(f, " %s", target ? target : "-");
		(void)fprintf(f, " read %d", tree_read_file(t, paths[i], 100, &bytes, &len));
		(void)fprintf(f, " %s", bytes ? bytes : "-");
		(void)fprintf(f, " list %d", tree_list(t, paths[i], &l));
		for (size_t k = 0; k < l.n; k++)
			(void)fprintf(f, " %s:%d", l.entries[k].name, (int)l.entries[k].type);
		(void)fprintf(f, "\n");
		tree_list_done(&l);
		free(real);
		free(target);
		free(bytes);
	}
	assert_int_equal(fclose(f), 0);
	return text;
}

/* What a recording tree keeps, in a tree of its own. */
static struct tree *copy_of(struct tree *from)
{
	struct tree *to;
	struct recorded *r;

	assert_int_equal(tree_new_record(&to, NULL), 0);
	for (size_t i = 0; (r = tree_record_at(from, i)); i++) {
		struct recorded node = *r;
		size_t cap = 0;

		node.path = strdup(r->path);
		node.target = r->target ? strdup(r->target) : NULL;
		node.bytes = r->bytes ? strdup(r->bytes) : NULL;
		node.entries = (struct tree_list){0};
		for (size_t k = 0; k < r->entries.n; k++) {
			assert_int_equal(array_reserve(&node.entries.entries, k, &cap,
						       sizeof(*node.entries.entries)),
					 0);
			node.entries.entries[k].name = strdup(r->entries.entries[k].name);
			node.entries.entries[k].type = r->entries.entries[k].type;
			node.entries.n = k + 1;
		}
		assert_int_equal(tree_record_add(to, &node), 0);
		assert_null(node.path);
	}
	return to;
}

static void the_same_answers_with_and_without_the_base(void **state)
{
	struct tree *plain = base(), *recording, *alone;
	_cleanup_free_ char *want = ask(plain), *first = NULL, *again = NULL, *replayed = NULL;

	assert_int_equal(tree_new_record(&recording, plain), 0);
	first = ask(recording);
	assert_string_equal(first, want);
	/* What changes now is not seen any more: it is a snapshot. */
	assert_int_equal(tree_add_file(plain, "/etc/a/x", "two", 3), 0);
	assert_int_equal(tree_add_file(plain, "/etc/none", "", 0), 0);
	again = ask(recording);
	assert_string_equal(again, want);
	alone = copy_of(recording);
	(void)tree_free(recording);
	(void)tree_free(plain);
	replayed = ask(alone);
	assert_string_equal(replayed, want);
	(void)tree_free(alone);
}

static void what_was_not_asked_is_not_there(void **state)
{
	struct tree *plain = base(), *recording, *alone;
	char *bytes = NULL;
	size_t n;

	assert_int_equal(tree_new_record(&recording, plain), 0);
	assert_int_equal(tree_read_file(recording, "/etc/a/x", 100, &bytes, &n), 0);
	free(bytes);
	alone = copy_of(recording);
	assert_int_equal(tree_read_file(alone, "/etc/b/x", 100, &bytes, &n), -ENOENT);
	assert_int_equal(tree_read_file(alone, "/etc/a/x", 100, &bytes, &n), 0);
	free(bytes);
	(void)tree_free(alone);
	(void)tree_free(recording);
	(void)tree_free(plain);
}

static void the_hash_is_of_the_whole_file(void **state)
{
	struct tree *plain = base(), *recording;
	char *bytes = NULL, hex[2 * SHA256_SIZE + 1];
	uint8_t hash[SHA256_SIZE];
	size_t n;

	assert_int_equal(tree_new_record(&recording, plain), 0);
	assert_int_equal(tree_record_sha256(recording, "/etc/b/x", hash), -ENODATA);
	assert_int_equal(tree_read_file(recording, "/etc/a/x", 100, &bytes, &n), 0);
	free(bytes);
	assert_int_equal(tree_record_sha256(recording, "/etc/b/x", hash), 0);
	sha256_hex(hash, hex);
	/* sha256sum of "one" */
	assert_string_equal(hex,
			    "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed");
	assert_int_equal(tree_record_sha256(plain, "/etc/a/x", hash), -ENOTSUP);
	(void)tree_free(recording);
	(void)tree_free(plain);
}

static void a_path_is_there_once(void **state)
{
	struct tree *t;
	struct recorded r = {.path = strdup("/x")}, same = {.path = strdup("/x")};

	assert_int_equal(tree_new_record(&t, NULL), 0);
	assert_int_equal(tree_record_add(t, &r), 0);
	assert_int_equal(tree_record_add(t, &same), -EEXIST);
	recorded_done(&same);
	(void)tree_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_answers_with_and_without_the_base),
		cmocka_unit_test(what_was_not_asked_is_not_there),
		cmocka_unit_test(the_hash_is_of_the_whole_file),
		cmocka_unit_test(a_path_is_there_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
