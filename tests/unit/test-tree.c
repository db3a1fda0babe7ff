/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One table of look-ups, asked of every kind of tree: they must all answer as the table says, and
 * all alike. Then what only directories on disk can do: special files, permissions, changes below
 * the walk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fd.h"
#include "str.h"
#include "tree-impl.h"

#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { FILE_NODE, DIR_NODE, LINK_NODE };

/* What stands in the tree; parents first, no path leads through a link. */
static const struct node {
	enum kind kind;
	const char *path, *text;
} nodes[] = {
	{DIR_NODE, "/etc", NULL},
	{FILE_NODE, "/etc/passwd", "root"},
	{DIR_NODE, "/etc/sysctl.d", NULL},
	{FILE_NODE, "/etc/sysctl.d/10-a.conf", "a = 1\n"},
	{FILE_NODE, "/etc/sysctl.d/B.conf", ""},
	{LINK_NODE, "/etc/sysctl.d/99-sysctl.conf", "../sysctl.conf"},
	{LINK_NODE, "/etc/sysctl.d/50-null.conf", "/dev/null"},
	{LINK_NODE, "/etc/sysctl.d/51-null.conf", "../../dev/null"},
	{LINK_NODE, "/etc/sysctl.d/52-null.conf", "50-null.conf"},
	{FILE_NODE, "/etc/sysctl.d/new\nline.conf", "n"},
	{FILE_NODE, "/etc/sysctl.d/\033[31mred.conf", "r"},
	{FILE_NODE, "/etc/sysctl.d/\xff\xfe.conf", "x"},
	{FILE_NODE, "/etc/sysctl.conf", "key = 2\n"},
	{FILE_NODE, "/etc/sysctl.conf-old", "old"},
	{DIR_NODE, "/usr", NULL},
	{DIR_NODE, "/usr/lib", NULL},
	{FILE_NODE, "/usr/lib/os-release", "ID=x"},
	{LINK_NODE, "/lib", "usr/lib"},
	{LINK_NODE, "/dev-by-name", "dev"},
	{LINK_NODE, "/through-dev", "dev/../etc/passwd"},
	{LINK_NODE, "/absolute", "/etc/passwd"},
	{LINK_NODE, "/escape", "../../../../etc/passwd"},
	{LINK_NODE, "/etc/escape", "../../../etc/../../etc/passwd"},
	{LINK_NODE, "/dangling", "/nowhere"},
	{LINK_NODE, "/self", "self"},
	{LINK_NODE, "/ping", "pong"},
	{LINK_NODE, "/pong", "ping"},
	{LINK_NODE, "/to-dir", "/etc/sysctl.d"},
	{LINK_NODE, "/to-dir-slash", "/etc/sysctl.d/"},
	{LINK_NODE, "/to-file-slash", "/etc/passwd/"},
	{LINK_NODE, "/root", "/"},
	{LINK_NODE, "/dots", "./etc/./sysctl.d/../."},
	{LINK_NODE, "/lib-link", "lib/os-release"},
};

#define CHAIN 41

/* Where a path leads: result, type, and the path after links. */
static const struct lookup {
	const char *path;
	int r;
	enum tree_type type;
	const char *real;
} lookups[] = {
	{"/", 0, TREE_DIR, "/"},
	{"//", 0, TREE_DIR, "/"},
	{"/.", 0, TREE_DIR, "/"},
	{"/..", 0, TREE_DIR, "/"},
	{"", -ENOENT, 0, NULL},
	{"/etc", 0, TREE_DIR, "/etc"},
	{"/etc/", 0, TREE_DIR, "/etc"},
	{"/etc/.", 0, TREE_DIR, "/etc"},
	{"/etc/..", 0, TREE_DIR, "/"},
	{"/etc/../etc//sysctl.d/..//passwd", 0, TREE_REG, "/etc/passwd"},
	{"/../../etc/passwd", 0, TREE_REG, "/etc/passwd"},
	{"/etc/passwd", 0, TREE_REG, "/etc/passwd"},
	{"/etc/passwd/", -ENOTDIR, 0, NULL},
	{"/etc/passwd/.", -ENOTDIR, 0, NULL},
	{"/etc/passwd/..", -ENOTDIR, 0, NULL},
	{"/etc/passwd/x", -ENOTDIR, 0, NULL},
	{"/etc/none", -ENOENT, 0, NULL},
	{"/etc/none/", -ENOENT, 0, NULL},
	{"/etc/none/..", -ENOENT, 0, NULL},
	{"/none/x", -ENOENT, 0, NULL},
	{"/etc/sysctl.d/new\nline.conf", 0, TREE_REG, "/etc/sysctl.d/new\nline.conf"},
	{"/etc/sysctl.d/\033[31mred.conf", 0, TREE_REG, "/etc/sysctl.d/\033[31mred.conf"},
	{"/etc/sysctl.d/\xff\xfe.conf", 0, TREE_REG, "/etc/sysctl.d/\xff\xfe.conf"},
	{"/etc/sysctl.d/99-sysctl.conf", 0, TREE_REG, "/etc/sysctl.conf"},
	{"/etc/sysctl.d/99-sysctl.conf/", -ENOTDIR, 0, NULL},
	{"/lib/os-release", 0, TREE_REG, "/usr/lib/os-release"},
	{"/lib/../lib", 0, TREE_DIR, "/usr/lib"},
	{"/lib/../../x", -ENOENT, 0, NULL},
	{"/lib-link", 0, TREE_REG, "/usr/lib/os-release"},
	{"/absolute", 0, TREE_REG, "/etc/passwd"},
	{"/escape", 0, TREE_REG, "/etc/passwd"},
	{"/etc/escape", 0, TREE_REG, "/etc/passwd"},
	{"/dangling", -ENOENT, 0, NULL},
	{"/dangling/x", -ENOENT, 0, NULL},
	{"/self", -ELOOP, 0, NULL},
	{"/self/x", -ELOOP, 0, NULL},
	{"/ping", -ELOOP, 0, NULL},
	{"/to-dir", 0, TREE_DIR, "/etc/sysctl.d"},
	{"/to-dir/", 0, TREE_DIR, "/etc/sysctl.d"},
	{"/to-dir/10-a.conf", 0, TREE_REG, "/etc/sysctl.d/10-a.conf"},
	{"/to-dir/../passwd", 0, TREE_REG, "/etc/passwd"},
	{"/to-dir-slash", 0, TREE_DIR, "/etc/sysctl.d"},
	{"/to-file-slash", -ENOTDIR, 0, NULL},
	{"/root", 0, TREE_DIR, "/"},
	{"/root/root/root/etc/passwd", 0, TREE_REG, "/etc/passwd"},
	{"/dots", 0, TREE_DIR, "/etc"},
	{"/dots/passwd", 0, TREE_REG, "/etc/passwd"},
	{"/chain-40", 0, TREE_REG, "/etc/passwd"},
	{"/chain-41", -ELOOP, 0, NULL},
	{"/root/chain-40", -ELOOP, 0, NULL},
	{"/dev", -ENOENT, 0, NULL},
	{"/dev/", -ENOENT, 0, NULL},
	{"/dev/null", 0, TREE_NULL, "/dev/null"},
	{"//dev/.//null", 0, TREE_NULL, "/dev/null"},
	{"/etc/../dev/null", 0, TREE_NULL, "/dev/null"},
	{"/dev/.", -ENOENT, 0, NULL},
	{"/dev/..", 0, TREE_DIR, "/"},
	{"/dev/../etc/passwd", 0, TREE_REG, "/etc/passwd"},
	{"/dev/../dev/null", 0, TREE_NULL, "/dev/null"},
	{"/dev/none/..", -ENOENT, 0, NULL},
	{"/through-dev", 0, TREE_REG, "/etc/passwd"},
	{"/dev/null/", -ENOENT, 0, NULL},
	{"/dev/null/x", -ENOENT, 0, NULL},
	{"/dev/nul", -ENOENT, 0, NULL},
	{"/dev/nullx", -ENOENT, 0, NULL},
	{"/etc/dev/null", -ENOENT, 0, NULL},
	{"/dev-by-name", -ENOENT, 0, NULL},
	{"/dev-by-name/null", 0, TREE_NULL, "/dev/null"},
	{"/etc/sysctl.d/50-null.conf", 0, TREE_NULL, "/dev/null"},
	{"/etc/sysctl.d/51-null.conf", 0, TREE_NULL, "/dev/null"},
	{"/etc/sysctl.d/52-null.conf", 0, TREE_NULL, "/dev/null"},
	{"/etc/sysctl.d/50-null.conf/", -ENOENT, 0, NULL},
};

/* A directory on disk and every kind of tree over the same content. */
struct fixture {
	char dir[32];
	struct tree *fd, *walker, *no_proc, *memory, *over_fd, *over_nothing, *mixed, *base, *empty;
};

static int add_node(struct tree *t, enum kind kind, const char *path, const char *text)
{
	switch (kind) {
	case FILE_NODE:
		return tree_add_file(t, path, text, strlen(text));
	case DIR_NODE:
		return tree_add_dir(t, path);
	default:
		return tree_add_link(t, path, text);
	}
}

static void make_node(const char *dir, enum kind kind, const char *path, const char *text)
{
	char full[256];
	int fd;

	(void)snprintf(full, sizeof(full), "%s%s", dir, path);
	switch (kind) {
	case FILE_NODE:
		fd = open(full, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		assert_true(fd >= 0);
		assert_int_equal(fd_write_all(fd, text, strlen(text)), 0);
		(void)fd_close(fd);
		break;
	case DIR_NODE:
		assert_int_equal(mkdir(full, 0755), 0);
		break;
	default:
		assert_int_equal(symlink(text, full), 0);
	}
}

/* Puts one node everywhere; every other one of the mixed tree is the base's. */
static void put_everywhere(struct fixture *f, size_t i, enum kind kind, const char *path,
			   const char *text)
{
	make_node(f->dir, kind, path, text);
	assert_int_equal(add_node(f->memory, kind, path, text), 0);
	assert_int_equal(add_node(f->over_nothing, kind, path, text), 0);
	if (kind == DIR_NODE || i % 2)
		assert_int_equal(add_node(f->base, kind, path, text), 0);
	else
		assert_int_equal(add_node(f->mixed, kind, path, text), 0);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)strcpy(f->dir, "/tmp/test-tree-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(tree_open(&f->fd, f->dir), 0);
	assert_int_equal(tree_open_walker(&f->walker, f->dir), 0);
	assert_int_equal(tree_open(&f->no_proc, f->dir), 0);
	f->no_proc->proc = PROC_MISSING;
	assert_int_equal(tree_new_memory(&f->memory), 0);
	assert_int_equal(tree_new_memory(&f->empty), 0);
	assert_int_equal(tree_new_memory(&f->base), 0);
	assert_int_equal(tree_new_overlay(&f->over_fd, f->fd), 0);
	assert_int_equal(tree_new_overlay(&f->over_nothing, f->empty), 0);
	assert_int_equal(tree_new_overlay(&f->mixed, f->base), 0);
	for (size_t i = 0; i < ELEMENTSOF(nodes); i++)
		put_everywhere(f, i, nodes[i].kind, nodes[i].path, nodes[i].text);
	for (unsigned i = 1; i <= CHAIN; i++) {
		char path[32], target[32] = "etc/passwd";

		(void)snprintf(path, sizeof(path), "/chain-%u", i);
		if (i > 1)
			(void)snprintf(target, sizeof(target), "chain-%u", i - 1);
		put_everywhere(f, i, LINK_NODE, path, target);
	}
	*state = f;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	(void)tree_free(f->mixed);
	(void)tree_free(f->over_nothing);
	(void)tree_free(f->over_fd);
	(void)tree_free(f->base);
	(void)tree_free(f->empty);
	(void)tree_free(f->memory);
	(void)tree_free(f->no_proc);
	(void)tree_free(f->walker);
	(void)tree_free(f->fd);
	assert_int_equal(nftw(f->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(f);
	return 0;
}

static void in_every_tree(struct fixture *f,
			  void (*check)(struct tree *t, const char *name, const void *arg),
			  const void *arg)
{
	check(f->fd, "openat2", arg);
	check(f->walker, "walker", arg);
	check(f->no_proc, "no /proc", arg);
	check(f->memory, "memory", arg);
	check(f->over_fd, "overlay over a directory", arg);
	check(f->over_nothing, "overlay over nothing", arg);
	check(f->mixed, "overlay that shares", arg);
}

static void check_lookup(struct tree *t, const char *name, const void *arg)
{
	const struct lookup *l = arg;
	_cleanup_free_ char *real = NULL;
	struct tree_stat st = {0}, with_real = {0};
	int r = tree_stat(t, l->path, &st, NULL), k = tree_stat(t, l->path, &with_real, &real);

	if (r != l->r || k != l->r)
		fail_msg("%s: %s: %d and %d, not %d", name, l->path, r, k, l->r);
	if (r < 0)
		return;
	if (st.type != l->type || with_real.type != l->type)
		fail_msg("%s: %s: type %d and %d", name, l->path, (int)st.type,
			 (int)with_real.type);
	if (!streq(real, l->real))
		fail_msg("%s: %s leads to %s", name, l->path, real);
}

static void every_tree_leads_to_the_same(void **state)
{
	for (size_t i = 0; i < ELEMENTSOF(lookups); i++)
		in_every_tree(*state, check_lookup, &lookups[i]);
}

/* All that a tree says of a path, as text. */
static char *describe(struct tree *t, const char *path)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	_cleanup_free_ char *target = NULL, *bytes = NULL;
	_cleanup_(tree_list_done) struct tree_list l = {0};
	struct tree_file f = {.fd = -EBADF};
	struct tree_stat st = {0};
	size_t n = 0;
	int r;

	r = tree_lstat(t, path, &st);
	(void)strbuf_addf(&b, "lstat %d %d %d\n", r, (int)st.type,
			  st.type == TREE_REG ? (int)st.size : -1);
	r = tree_readlink(t, path, &target);
	(void)strbuf_addf(&b, "link %d %s\n", r, target ? target : "");
	r = tree_open_file(t, path, &f);
	(void)strbuf_addf(&b, "open %d %d\n", r, r < 0 ? -1 : (int)f.st.type);
	tree_file_close(&f);
	r = tree_read_file(t, path, 1000, &bytes, &n);
	(void)strbuf_addf(&b, "read %d %zu %s\n", r, n, bytes ? bytes : "");
	r = tree_list(t, path, &l);
	(void)strbuf_addf(&b, "list %d\n", r);
	for (size_t i = 0; i < l.n; i++)
		(void)strbuf_addf(&b, " %d %s\n", (int)l.entries[i].type, l.entries[i].name);
	return strbuf_take(&b);
}

struct same {
	const char *path, *text;
};

static void check_same(struct tree *t, const char *name, const void *arg)
{
	const struct same *s = arg;
	_cleanup_free_ char *text = describe(t, s->path);

	if (!streq(text, s->text))
		fail_msg("%s: %s:\n%s\nbut openat2 says:\n%s", name, s->path, text, s->text);
}

static void every_tree_says_the_same(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < ELEMENTSOF(lookups); i++) {
		_cleanup_free_ char *text = describe(f->fd, lookups[i].path);

		in_every_tree(f, check_same, &(struct same){lookups[i].path, text});
	}
}

static void check_list(struct tree *t, const char *name, const void *arg)
{
	static const struct tree_entry expected[] = {
		{(char *)"\033[31mred.conf", TREE_REG}, {(char *)"10-a.conf", TREE_REG},
		{(char *)"50-null.conf", TREE_LNK},	{(char *)"51-null.conf", TREE_LNK},
		{(char *)"52-null.conf", TREE_LNK},	{(char *)"99-sysctl.conf", TREE_LNK},
		{(char *)"B.conf", TREE_REG},		{(char *)"new\nline.conf", TREE_REG},
		{(char *)"\xff\xfe.conf", TREE_REG},
	};
	_cleanup_(tree_list_done) struct tree_list l = {0};

	assert_int_equal(tree_list(t, "/to-dir", &l), 0);
	assert_int_equal(l.n, ELEMENTSOF(expected));
	for (size_t i = 0; i < l.n; i++) {
		assert_string_equal(l.entries[i].name, expected[i].name);
		assert_int_equal(l.entries[i].type, expected[i].type);
	}
}

static void listings_are_sorted_by_bytes(void **state)
{
	in_every_tree(*state, check_list, NULL);
}

static void check_content(struct tree *t, const char *name, const void *arg)
{
	_cleanup_free_ char *bytes = NULL;
	struct tree_file f;
	struct tree_stat st;
	size_t n = 99;
	char c;

	assert_int_equal(tree_read_file(t, "/etc/sysctl.d/99-sysctl.conf", 8, &bytes, &n), 0);
	assert_int_equal(n, 8);
	assert_string_equal(bytes, "key = 2\n");
	assert_int_equal(tree_read_file(t, "/etc/sysctl.conf", 7, &bytes, &n), -EFBIG);
	assert_int_equal(tree_read_file(t, "/etc", 8, &bytes, &n), -EISDIR);
	assert_int_equal(n, 8);
	assert_int_equal(tree_open_file(t, "/etc/sysctl.d/50-null.conf", &f), 0);
	assert_int_equal(f.st.type, TREE_NULL);
	assert_int_equal(tree_file_read(&f, &c, 1), 0);
	tree_file_close(&f);
	assert_int_equal(tree_lstat(t, "/etc/sysctl.conf", &st), 0);
	assert_int_equal(st.size, 8);
	assert_int_equal(st.mode, 0644);
}

static void contents_are_read_whole_or_not_at_all(void **state)
{
	in_every_tree(*state, check_content, NULL);
}

static void check_long_path(struct tree *t, const char *name, const void *arg)
{
	char path[LIMIT_PATH + 1];
	struct tree_stat st;

	/* "/././.../etc" of 4095 bytes, then one more. */
	memset(path, '/', sizeof(path));
	for (size_t i = 1; i < LIMIT_PATH - 5; i += 2)
		path[i] = '.';
	memcpy(path + LIMIT_PATH - 5, "/etc", 5);
	assert_int_equal(strlen(path), LIMIT_PATH - 1);
	assert_int_equal(tree_stat(t, path, &st, NULL), 0);
	memcpy(path + LIMIT_PATH - 5, "/etc/", 6);
	assert_int_equal(tree_stat(t, path, &st, NULL), -ENAMETOOLONG);

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[256] = '\0';
	assert_int_equal(tree_stat(t, path, &st, NULL), -ENOENT);
	path[256] = 'x';
	path[257] = '\0';
	assert_int_equal(tree_stat(t, path, &st, NULL), -ENAMETOOLONG);
}

static void long_paths_are_named(void **state)
{
	in_every_tree(*state, check_long_path, NULL);
}

static void check_special(struct tree *t, const char *name, const void *arg)
{
	static const struct {
		const char *path;
		enum tree_type type;
	} special[] = {{"/fifo", TREE_FIFO},
		       {"/fifo.conf", TREE_FIFO},
		       {"/socket", TREE_SOCKET},
		       {"/zero", TREE_DEVICE},
		       {"/other-null", TREE_NULL}};

	for (size_t i = 0; i < ELEMENTSOF(special); i++) {
		struct tree_file f;
		struct tree_stat st;
		int r = tree_stat(t, special[i].path, &st, NULL);

		if (r == -ENOENT && i >= 3) /* devices are made by root only */
			continue;
		assert_int_equal(r, 0);
		assert_int_equal(st.type, special[i].type);
		r = tree_open_file(t, special[i].path, &f);
		assert_int_equal(r < 0 ? r : 0, st.type == TREE_NULL ? 0 : -EBADFD);
		if (r >= 0)
			tree_file_close(&f);
	}
}

static void special_files_are_never_opened(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	_cleanup_(tree_list_done) struct tree_list l = {0};
	_cleanup_fd_ int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/fifo", f->dir);
	assert_int_equal(mkfifo(path, 0644), 0);
	(void)snprintf(path, sizeof(path), "%s/fifo.conf", f->dir);
	assert_int_equal(symlink("fifo", path), 0);
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/socket", f->dir);
	assert_int_equal(bind(s, (struct sockaddr *)&at, sizeof(at)), 0);
	if (geteuid() == 0) {
		(void)snprintf(path, sizeof(path), "%s/zero", f->dir);
		assert_int_equal(mknod(path, S_IFCHR | 0666, makedev(1, 5)), 0);
		(void)snprintf(path, sizeof(path), "%s/other-null", f->dir);
		assert_int_equal(mknod(path, S_IFCHR | 0666, makedev(1, 3)), 0);
	}
	check_special(f->fd, "openat2", NULL);
	check_special(f->walker, "walker", NULL);
	check_special(f->no_proc, "no /proc", NULL);
	check_special(f->over_fd, "overlay", NULL);
	assert_int_equal(tree_list(f->fd, "/", &l), 0);
	for (size_t i = 0; i < l.n; i++) {
		if (streq(l.entries[i].name, "fifo"))
			assert_int_equal(l.entries[i].type, TREE_FIFO);
		if (streq(l.entries[i].name, "socket"))
			assert_int_equal(l.entries[i].type, TREE_SOCKET);
		if (streq(l.entries[i].name, "other-null"))
			assert_int_equal(l.entries[i].type, TREE_NULL);
	}
}

/* What a plain user meets; runs in a child. Returns 0, or the number of the first wrong answer. */
static int look_without_rights(struct tree *t)
{
	_cleanup_(tree_list_done) struct tree_list closed = {0}, no_read = {0}, no_search = {0};
	struct tree_file f;
	struct tree_stat st;
	int number = 0;

#define CHECK(x)                       \
	do {                           \
		number++;              \
		if (!(x))              \
			return number; \
	} while (0)
	CHECK(tree_stat(t, "/secret", &st, NULL) == 0 && st.type == TREE_REG);
	CHECK(tree_open_file(t, "/secret", &f) == -EACCES);
	CHECK(tree_stat(t, "/closed", &st, NULL) == 0 && st.type == TREE_DIR);
	CHECK(tree_list(t, "/closed", &closed) == -EACCES);
	CHECK(tree_stat(t, "/closed/x", &st, NULL) == -EACCES);
	CHECK(tree_lstat(t, "/closed/none", &st) == -EACCES);
	CHECK(tree_open_file(t, "/closed/x", &f) == -EACCES);
	CHECK(tree_list(t, "/no-read", &no_read) == -EACCES);
	CHECK(tree_open_file(t, "/no-read/x", &f) == 0);
	tree_file_close(&f);
	/* Without /proc more rights are asked for than need be. */
	CHECK(tree_list(t, "/no-search", &no_search) == (t->proc == PROC_MISSING ? -EACCES : 0));
	CHECK(no_search.n == (t->proc == PROC_MISSING ? 0 : 1));
	CHECK(tree_open_file(t, "/no-search/x", &f) == -EACCES);
#undef CHECK
	return 0;
}

static void check_without_rights(struct tree *t, const char *name)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (geteuid() == 0 &&
		    (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0))
			_exit(255);
		_exit(look_without_rights(t));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status))
		fail_msg("%s: answer %d is wrong", name, WEXITSTATUS(status));
}

static void unreadable_is_not_absent(void **state)
{
	static const struct {
		const char *dir;
		mode_t mode;
	} dirs[] = {{"/closed", 0}, {"/no-read", 0111}, {"/no-search", 0444}};
	struct fixture *f = *state;
	char path[128];

	make_node(f->dir, FILE_NODE, "/secret", "s");
	(void)snprintf(path, sizeof(path), "%s/secret", f->dir);
	assert_int_equal(chmod(path, 0), 0);
	for (size_t i = 0; i < ELEMENTSOF(dirs); i++) {
		make_node(f->dir, DIR_NODE, dirs[i].dir, NULL);
		(void)snprintf(path, sizeof(path), "%s/x", dirs[i].dir);
		make_node(f->dir, FILE_NODE, path, "x");
		(void)snprintf(path, sizeof(path), "%s%s", f->dir, dirs[i].dir);
		assert_int_equal(chmod(path, dirs[i].mode), 0);
	}
	check_without_rights(f->fd, "openat2");
	check_without_rights(f->walker, "walker");
	check_without_rights(f->no_proc, "no /proc");
	check_without_rights(f->over_fd, "overlay");
	for (size_t i = 0; i < ELEMENTSOF(dirs); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", f->dir, dirs[i].dir);
		assert_int_equal(chmod(path, 0755), 0);
	}
}

static void files_may_change_while_read(void **state)
{
	struct fixture *f = *state;
	char path[128], buf[8];
	struct tree_file file;
	_cleanup_fd_ int fd = -EBADF;

	(void)snprintf(path, sizeof(path), "%s/etc/passwd", f->dir);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(tree_open_file(f->fd, "/etc/passwd", &file), 0);
	assert_int_equal(tree_file_read(&file, buf, 2), 2);
	assert_int_equal(fd_write_all(fd, "more", 4), 0);
	assert_int_equal(tree_file_read(&file, buf, sizeof(buf)), 6);
	assert_memory_equal(buf, "otmore", 6);
	assert_int_equal(ftruncate(fd, 1), 0);
	assert_int_equal(tree_file_read(&file, buf, sizeof(buf)), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(tree_file_read(&file, buf, sizeof(buf)), 0);
	tree_file_close(&file);
	assert_int_equal(tree_open_file(f->fd, "/etc/passwd", &file), -ENOENT);
}

/* Swaps a directory and a link that leads out, again and again, until it is killed. */
static pid_t start_swapping(const char *dir)
{
	pid_t pid = fork();
	char a[128], b[128];

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)snprintf(a, sizeof(a), "%s/jail/swap", dir);
	(void)snprintf(b, sizeof(b), "%s/jail/link", dir);
	for (;;)
		(void)renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
}

/* Returns how often the file inside was read. */
static unsigned read_while_swapped(struct tree *t)
{
	unsigned hits = 0;

	for (unsigned i = 0; i < 3000; i++) {
		_cleanup_free_ char *bytes = NULL;
		int r = tree_read_file(t, "/swap/x", 100, &bytes, NULL);

		if (r == 0) {
			assert_string_equal(bytes, "inside");
			hits++;
		} else if (r != -ENOENT && r != -EAGAIN) {
			fail_msg("unexpected %d", r);
		}
	}
	return hits;
}

static void swapped_links_do_not_lead_out(void **state)
{
	struct fixture *f = *state;
	_cleanup_tree_ struct tree *fast = NULL, *walker = NULL;
	unsigned hits;
	char path[128];
	pid_t pid;

	make_node(f->dir, DIR_NODE, "/outside", NULL);
	make_node(f->dir, FILE_NODE, "/outside/x", "outside");
	make_node(f->dir, DIR_NODE, "/jail", NULL);
	make_node(f->dir, DIR_NODE, "/jail/swap", NULL);
	make_node(f->dir, FILE_NODE, "/jail/swap/x", "inside");
	make_node(f->dir, LINK_NODE, "/jail/link", "../outside");
	(void)snprintf(path, sizeof(path), "%s/jail", f->dir);
	assert_int_equal(tree_open(&fast, path), 0);
	assert_int_equal(tree_open_walker(&walker, path), 0);
	pid = start_swapping(f->dir);
	hits = read_while_swapped(fast) + read_while_swapped(walker);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	assert_true(hits > 0);
}

static void the_root_has_a_file_system_type(void **state)
{
	struct fixture *f = *state;
	struct statfs sfs;
	uint64_t type = 0;

	assert_int_equal(statfs(f->dir, &sfs), 0);
	assert_int_equal(tree_fstype(f->fd, "/to-dir", &type), 0);
	assert_int_equal(type, (uint64_t)sfs.f_type);
	type = 0;
	assert_int_equal(tree_fstype(f->over_fd, "/to-dir", &type), 0);
	assert_int_equal(type, (uint64_t)sfs.f_type);
	assert_int_equal(tree_fstype(f->fd, "/none", &type), -ENOENT);
	assert_int_equal(tree_fstype(f->memory, "/etc", &type), -ENOTSUP);
	assert_int_equal(tree_fstype(f->mixed, "/etc", &type), -ENOTSUP);
	assert_true(tree_fd(f->fd) >= 0);
	assert_int_equal(tree_fd(f->memory), -EBADF);
}

static void a_tree_is_a_directory(void **state)
{
	struct fixture *f = *state;
	struct tree *t = NULL;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/etc/passwd", f->dir);
	assert_int_equal(tree_open(&t, path), -ENOTDIR);
	(void)snprintf(path, sizeof(path), "%s/none", f->dir);
	assert_int_equal(tree_open(&t, path), -ENOENT);
	assert_null(t);
	assert_null(tree_free(NULL));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(every_tree_leads_to_the_same),  T(every_tree_says_the_same),
		T(listings_are_sorted_by_bytes),  T(contents_are_read_whole_or_not_at_all),
		T(long_paths_are_named),	  T(special_files_are_never_opened),
		T(unreadable_is_not_absent),	  T(files_may_change_while_read),
		T(swapped_links_do_not_lead_out), T(the_root_has_a_file_system_type),
		T(a_tree_is_a_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
