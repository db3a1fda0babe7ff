/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The mounted stand-in: that values written to its file do what the rule says, that it keeps the
 * writes, and that what a loader can see of it besides is as on the running kernel's procfs. In a
 * mount namespace of its own, on a tmpfs over /sys; needs root, and exits with 77 without.
 *
 * TAP on stdout.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "standin.h"
#include "values.h"

#define TREE  "/sys"
#define SCOPE TREE "/" STANDIN_SCOPE_KEY

enum {
	BIG = 3 << 20, /* more than FUSE takes in one request */
};

static int n_tests;
static bool failed;

static void check(bool good, const char *what)
{
	n_tests++;
	failed = failed || !good;
	printf("%sok %d - %s\n", good ? "" : "not ", n_tests, what);
}

static int open_key(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

static bool reads_as(const char *path, const char *expected)
{
	char text[64];
	int fd = open_key(path);
	ssize_t n = read(fd, text, sizeof(text));
	bool at_end = read(fd, text + 32, 1) == 0;

	(void)close(fd);
	return n == (ssize_t)strlen(expected) && memcmp(text, expected, (size_t)n) == 0 && at_end;
}

/* ---- values ---- */

static bool value_holds(struct standin *s, const struct value *v)
{
	struct standin_log log;
	bool good, logged;
	int fd, e;
	ssize_t n;

	standin_reset(s, WRITE_RULE_UNSET);
	fd = open_key(SCOPE);
	n = write(fd, v->data, v->len);
	e = n < 0 ? errno : 0;
	(void)close(fd);

	good = standin_level(s) == v->level && e == (v->level < 0 && v->len > 0 ? EINVAL : 0);
	standin_take_log(s, &log);
	/* The kernel does not pass on a write of nothing. */
	if (v->len == 0)
		logged = log.n_writes == 0;
	else
		logged = log.n_writes == 1 && log.writes[0].len == v->len &&
			 memcmp(log.writes[0].data, v->data, v->len) == 0 &&
			 log.writes[0].error == e && log.writes[0].offset == 0 &&
			 strcmp(log.writes[0].key, STANDIN_SCOPE_KEY) == 0;
	standin_log_done(&log);
	return good && logged;
}

static void test_values(struct standin *s)
{
	struct value *values;
	size_t n, bad = 0;

	if (values_new(&values, &n) < 0)
		exit(1);
	for (size_t i = 0; i < n; i++) {
		if (value_holds(s, &values[i]))
			continue;
		bad++;
		printf("# value %zu, %zu bytes, expected level %d\n", i, values[i].len,
		       values[i].level);
	}
	values_free(values, n);
	check(bad == 0 && n > 6000, "every value has its level and errno, and is kept as written");
}

static void test_levels(struct standin *s)
{
	int fd = open_key(SCOPE);

	standin_reset(s, WRITE_RULE_UNSET);
	check(!reads_as(SCOPE, "0\n") && !reads_as(SCOPE, "1\n"), "unset equals no level");
	check(write(fd, "0x2\n", 4) == 4 && reads_as(SCOPE, "2\n"), "reads as a decimal number");
	check(write(fd, "1", 1) == 1 && reads_as(SCOPE, "2\n"), "a write past the start is void");
	check(pwrite(fd, "3 # c", 5, 0) == 2 && reads_as(SCOPE, "3\n"), "a short count");
	check(pwrite(fd, "1\n", 2, 0) == -1 && errno == EINVAL, "3 stays");
	standin_reset(s, 1);
	check(reads_as(SCOPE, "1\n") && standin_level(s) == 1, "starts at a given level");
	standin_reset(s, WRITE_RULE_UNSET);
	check(pwrite(fd, "0\n", 2, 0) == 2 && standin_level(s) == 0, "a reset unlocks 3");
	(void)close(fd);
}

static void test_log(struct standin *s)
{
	struct iovec parts[] = {{(char *)"1", 1}, {(char *)"\n", 1}};
	int fd = open_key(SCOPE), other = open_key(TREE "/kernel/sysrq");
	char *big = calloc(1, BIG);
	struct standin_log log;

	if (!big)
		exit(1);
	memset(big, 'x', BIG);
	standin_reset(s, WRITE_RULE_UNSET);
	check(writev(fd, parts, 2) == 2, "a gathered write is one");
	check(write(other, big, BIG) == BIG, "a big write to another key");
	check(pwrite(fd, "x", 1, 0) == -1 && write(fd, "y", 1) == 1, "a refused and a late one");
	standin_take_log(s, &log);
	check(log.n_writes == 4 && log.writes[0].len == 2 && log.writes[1].len == BIG &&
		      log.writes[2].error == EINVAL && log.writes[2].offset == 0 &&
		      log.writes[3].error == 0 && log.writes[3].offset == 2,
	      "the log has them in order, the big one whole");
	standin_log_done(&log);
	standin_take_log(s, &log);
	check(log.n_writes == 0, "what is taken is gone");
	check(write(fd, "", 0) == 0, "a write of nothing");
	free(big);
	(void)close(fd);
	(void)close(other);
}

/* ---- as procfs ---- */

static int open_error(const char *tree, const char *name, int flags)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", tree, name);
	fd = open(path, flags | O_CLOEXEC, 0644);
	if (fd < 0)
		return errno;
	(void)close(fd);
	return 0;
}

static void test_as_procfs(const struct stat *kernels)
{
	static const int flags[] = {O_RDONLY, O_WRONLY, O_RDWR, O_WRONLY | O_CREAT | O_TRUNC};
	static const char *const names[] = {"kernel/no-such-key", "no-such-dir/key", "kernel",
					    "kernel/no-such-key/x"};
	struct stat st;
	bool same = true;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t k = 0; k < sizeof(flags) / sizeof(flags[0]); k++)
			same = same && open_error(TREE, names[i], flags[k]) ==
					       open_error("/proc/sys", names[i], flags[k]);
	check(same, "opening what is no key fails as on procfs");
	check(open_error(TREE, STANDIN_SCOPE_KEY, O_WRONLY | O_CREAT | O_TRUNC) == 0,
	      "a key can be opened with O_CREAT and O_TRUNC");
	check(stat(SCOPE, &st) == 0 && st.st_mode == kernels->st_mode &&
		      st.st_size == kernels->st_size && st.st_blksize == kernels->st_blksize &&
		      st.st_nlink == kernels->st_nlink,
	      "type, mode, size, block size and links of a key as on procfs");
	check(chmod(SCOPE, 0600) == -1 && errno == EPERM, "modes cannot be changed");
}

static size_t count_files(const char *path)
{
	DIR *d = opendir(path);
	size_t n = 0;

	if (!d)
		return 0;
	for (struct dirent *e; (e = readdir(d));) {
		char sub[512];

		(void)snprintf(sub, sizeof(sub), "%s/%s", path, e->d_name);
		if (e->d_type == DT_REG)
			n++;
		else if (e->d_type == DT_DIR && strcmp(e->d_name, ".") != 0 &&
			 strcmp(e->d_name, "..") != 0)
			n += count_files(sub);
	}
	(void)closedir(d);
	return n;
}

static void test_keys(void)
{
	const char *const *keys = standin_keys();
	size_t n = 0;
	bool all = true;

	for (; keys[n]; n++)
		all = all && open_error(TREE, keys[n], O_RDWR) == 0;
	check(all, "every key can be opened");
	check(count_files(TREE) == n, "listing the tree finds every key, and no other");
}

static int enter(void)
{
	if (geteuid() != 0 || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return 77;
	return access("/dev/fuse", R_OK | W_OK) < 0 ? 77 : 0;
}

int main(void)
{
	static const struct write_rule scope = {.min = 0, .max = 3, .lock_at_max = true};
	struct standin *s;
	struct stat kernels;
	int r = enter();

	if (r != 0) {
		puts("1..0 # SKIP needs root, a mount namespace and /dev/fuse");
		return r;
	}
	if (stat("/proc/sys/fs/suid_dumpable", &kernels) < 0 || standin_new(&s, TREE, &scope) < 0)
		return 1;

	test_values(s);
	test_levels(s);
	test_log(s);
	test_as_procfs(&kernels);
	test_keys();
	(void)standin_free(s);

	printf("1..%d\n", n_tests);
	return failed ? 1 : 0;
}
