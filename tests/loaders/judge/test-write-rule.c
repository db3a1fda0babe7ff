/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The write rule, against expectations derived from the kernel's documentation and source, and
 * byte for byte against the running kernel. That kernel may have no Yama; net.core.somaxconn has
 * the same handler with another range, and a network namespace of our own has its own copy.
 *
 * TAP on stdout. "--kernel" runs only the comparison; it exits with 77 where that cannot be done.
 * "--yama" compares with the real key, and leaves it at 3: for a guest only.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "values.h"
#include "write-rule.h"

static int n_checks, n_failed;

static void check(bool good, const char *what, const struct value *v)
{
	n_checks++;
	if (good)
		return;
	n_failed++;
	printf("# %s:", what);
	for (size_t i = 0; i < v->len && i < 40; i++)
		printf(" %02x", (unsigned char)v->data[i]);
	printf(" (%zu bytes)\n", v->len);
}

/* ---- the range of ptrace_scope ---- */

static void test_expectations(const struct value *values, size_t n)
{
	static const struct write_rule scope = {.min = 0, .max = 3, .lock_at_max = true};

	for (size_t i = 0; i < n; i++) {
		int level = WRITE_RULE_UNSET;
		size_t count;
		int r = write_rule_apply(&scope, &level, values[i].data, values[i].len, 0, &count);

		check(level == values[i].level, "level", &values[i]);
		check((r == 0) == (values[i].level >= 0 || values[i].len == 0), "errno",
		      &values[i]);
	}
}

static void test_lock(void)
{
	static const struct write_rule scope = {.min = 0, .max = 3, .lock_at_max = true};
	const struct value v = {(char *)"lock", 4, 0};
	int level = WRITE_RULE_UNSET;
	size_t count = 0;

	check(write_rule_apply(&scope, &level, "2", 1, 0, &count) == 0 && level == 2, "2", &v);
	check(write_rule_apply(&scope, &level, "0", 1, 0, &count) == 0 && level == 0, "0", &v);
	check(write_rule_apply(&scope, &level, "3", 1, 0, &count) == 0 && level == 3, "3", &v);
	for (const char *p = "012"; *p; p++)
		check(write_rule_apply(&scope, &level, p, 1, 0, &count) == -EINVAL && level == 3,
		      "lower than 3 after 3", &v);
	check(write_rule_apply(&scope, &level, "3", 1, 0, &count) == 0 && level == 3, "3", &v);
}

static void test_position(void)
{
	static const struct write_rule scope = {.min = 0, .max = 3, .lock_at_max = true};
	const struct value v = {(char *)"position", 8, 0};
	int level = WRITE_RULE_UNSET;
	size_t count = 0;

	check(write_rule_apply(&scope, &level, "2", 1, 1, &count) == 0 && count == 1 &&
		      level == WRITE_RULE_UNSET,
	      "not at the start", &v);
	check(write_rule_apply(&scope, &level, "x", 1, 5, &count) == 0 && count == 1, "nor read",
	      &v);
	check(write_rule_apply(&scope, &level, "", 0, 0, &count) == 0 && count == 0, "empty", &v);
	check(write_rule_apply(&scope, &level, "1 # c", 5, 0, &count) == 0 && count == 2,
	      "short count", &v);
}

/* ---- the running kernel ---- */

static int read_int(int fd, int *ret)
{
	char text[32];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return -EIO;
	text[n] = '\0';
	return sscanf(text, "%d", ret) == 1 ? 0 : -EIO;
}

/* The upper bound differs between versions: ask. */
static int kernel_max(int fd)
{
	return pwrite(fd, "65536", 5, 0) == 5 ? INT_MAX : 65535;
}

static void compare_one(int fd, const struct write_rule *rule, int start, const struct value *v)
{
	int mine = start, kernels;
	size_t count = 0;
	int r = write_rule_apply(rule, &mine, v->data, v->len, 0, &count);
	ssize_t n = pwrite(fd, v->data, v->len, 0);
	int e = errno;

	if (read_int(fd, &kernels) < 0)
		abort();

	check(n < 0 ? r == -e : r == 0, "errno, as the kernel", v);
	check(n < 0 || (size_t)n == count, "count, as the kernel", v);
	check(mine == kernels, "value, as the kernel", v);
}

static int test_kernel(const struct value *values, size_t n)
{
	struct write_rule rule = {.min = 0};
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		return 77;
	fd = open("/proc/sys/net/core/somaxconn", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return 77;
	rule.max = kernel_max(fd);
	for (size_t i = 0; i < n; i++) {
		if (pwrite(fd, "77", 2, 0) != 2)
			abort();
		compare_one(fd, &rule, /* start= */ 77, &values[i]);
	}
	(void)close(fd);
	return 0;
}

/* ---- Yama's key ---- */

/* From each level that can be left, all values that do not end at 3; then 3, and all values again.
 */
static int test_yama(const struct value *values, size_t n)
{
	static const struct write_rule scope = {.min = 0, .max = 3, .lock_at_max = true};
	static const char levels[] = "012";
	int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return 77;
	for (const char *level = levels; *level; level++)
		for (size_t i = 0; i < n; i++) {
			if (values[i].level == 3)
				continue;
			if (pwrite(fd, level, 1, 0) != 1)
				abort();
			compare_one(fd, &scope, *level - '0', &values[i]);
		}
	if (pwrite(fd, "3", 1, 0) != 1)
		abort();
	for (size_t i = 0; i < n; i++)
		compare_one(fd, &scope, /* start= */ 3, &values[i]);
	(void)close(fd);
	return 0;
}

static int compare_with(const char *word, const struct value *values, size_t n)
{
	if (strcmp(word, "--yama") == 0)
		return test_yama(values, n);
	return strcmp(word, "--kernel") == 0 ? test_kernel(values, n) : 77;
}

int main(int argc, char **argv)
{
	struct value *values;
	size_t n;

	if (values_new(&values, &n) < 0)
		return 1;
	if (argc > 1) {
		int r = compare_with(argv[1], values, n);

		if (r != 0) {
			puts("1..0 # SKIP no such key here that may be written");
			return r;
		}
	} else {
		test_expectations(values, n);
		test_lock();
		test_position();
	}
	values_free(values, n);

	printf("%sok 1 - %d checks, %d failed\n1..1\n", n_failed ? "not " : "", n_checks, n_failed);
	return n_failed ? 1 : 0;
}
