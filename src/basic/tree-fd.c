/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The descriptor backend. openat2(2) resolves most paths in one call inside the root; where it does
 * not exist, is forbidden, or meets a link at the end, the walker asks for one canonical path after
 * the other, and these are opened without following anything: a component that has become a link
 * meanwhile is an error, never a way out.
 *
 * Files are looked at through O_PATH first, and only regular ones are opened for reading, as what
 * was looked at: through /proc/self/fd, or by name and then compared. FIFOs and devices never are.
 */
#include "tree-impl.h"

#include "fd.h"

#include <dirent.h> /* DT_REG and its like */
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Returns a descriptor, -EAGAIN where the portable way has to be taken, or the errno. */
static int openat2_in(struct tree *t, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = resolve | RESOLVE_IN_ROOT,
	};
	long fd;

	if (t->no_openat2)
		return -EAGAIN;
	fd = syscall(SYS_openat2, t->fd, path, &how, sizeof(how));
	if (fd >= 0)
		return (int)fd;
	switch (errno) {
	case ENOSYS:
		t->no_openat2 = true;
		return -EAGAIN;
	case EPERM:  /* a filter of system calls that does not know it */
	case E2BIG:  /* one that knows a smaller struct */
	case EINVAL: /* a kernel without one of the flags */
	case ELOOP:
	case EXDEV:
		return -EAGAIN;
	default:
		return -errno;
	}
}

static int openat2_path(struct tree *t, const char *path, uint64_t resolve)
{
	return openat2_in(t, path, O_PATH | O_NOFOLLOW, resolve);
}

static enum tree_type type_of(const struct stat *st)
{
	switch (st->st_mode & S_IFMT) {
	case S_IFREG:
		return TREE_REG;
	case S_IFDIR:
		return TREE_DIR;
	case S_IFLNK:
		return TREE_LNK;
	case S_IFIFO:
		return TREE_FIFO;
	case S_IFSOCK:
		return TREE_SOCKET;
	default:
		return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3) ? TREE_NULL
									    : TREE_DEVICE;
	}
}

static struct tree_stat stat_of(const struct stat *st)
{
	return (struct tree_stat){
		.type = type_of(st),
		.mode = st->st_mode & 07777,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.size = st->st_size > 0 ? (uint64_t)st->st_size : 0,
		.mtime = st->st_mtim.tv_sec,
	};
}

static int stat_fd(int fd, struct tree_stat *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*ret = stat_of(&st);
	return 0;
}

/* Reads the link that fd is. Returns its length, or -errno; ret is NUL-terminated. */
static ssize_t readlink_fd(int fd, char ret[static LIMIT_PATH])
{
	ssize_t n = readlinkat(fd, "", ret, LIMIT_PATH);

	if (n < 0)
		return errno == ENOENT ? -EINVAL : -errno; /* ENOENT: it is no link */
	if (n == LIMIT_PATH)
		return -ENAMETOOLONG;
	ret[n] = '\0';
	return n;
}

/* A path that may have to do with /dev by its text is the walker's: it knows /dev/null, and goes
 * through a /dev that is missing. */
static bool may_touch_dev(const char *path)
{
	return strstr(path, "/null") || strstr(path, "/dev/");
}

/* The path that a link at path stands for. False when it is too long. */
static bool join_target(const char *path, const char *target, char ret[static LIMIT_PATH])
{
	const char *slash = strrchr(path, '/');
	int n;

	n = *target == '/' || !slash
		    ? snprintf(ret, LIMIT_PATH, "%s", target)
		    : snprintf(ret, LIMIT_PATH, "%.*s/%s", (int)(slash - path), path, target);
	return n >= 0 && n < LIMIT_PATH;
}

/* Follows the link fd, found at path, where it leads to something else than a link without another
 * link on the way. As tree_fd_fast(). */
static int follow_once(struct tree *t, const char *path, int fd, int *ret_fd,
		       struct tree_stat *ret_st)
{
	char target[LIMIT_PATH], next[LIMIT_PATH];
	_cleanup_fd_ int found = -EBADF;
	struct tree_stat st;
	int r;

	if (readlink_fd(fd, target) <= 0)
		return -EAGAIN;
	if (streq(target, "/dev/null")) {
		*ret_fd = -EBADF;
		*ret_st = (struct tree_stat){.type = TREE_NULL};
		return 0;
	}
	if (!join_target(path, target, next) || may_touch_dev(next))
		return -EAGAIN;
	found = openat2_path(t, next, RESOLVE_NO_SYMLINKS);
	if (found < 0)
		return found;
	r = stat_fd(found, &st);
	if (r < 0)
		return r;
	if (st.type == TREE_LNK)
		return -EAGAIN;
	*ret_fd = TAKE_FD(found);
	*ret_st = st;
	return 0;
}

/* Whether the kernel's own walk of a path is that of the tree: in the root of this process. Links
 * in procfs lead past what their text says. */
static bool is_plain_path(const struct tree *t, const char *path)
{
	return t->is_own_root && *path == '/' && !startswith(path, "/proc/") &&
	       !may_touch_dev(path);
}

int tree_fd_lstat(struct tree *t, const char *path, struct tree_stat *ret)
{
	struct stat st;

	if (!is_plain_path(t, path))
		return -EAGAIN;
	if (fstatat(t->fd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ELOOP ? -EAGAIN : -errno;
	*ret = stat_of(&st);
	return 0;
}

int tree_fd_stat(struct tree *t, const char *path, struct tree_stat *ret)
{
	struct stat st;

	/* Of a link to nothing the text counts: it may be /dev/null. */
	if (!is_plain_path(t, path) || fstatat(t->fd, path, &st, 0) < 0)
		return -EAGAIN;
	*ret = stat_of(&st);
	return 0;
}

int tree_fd_readlink_fast(struct tree *t, const char *path, char **ret)
{
	char target[LIMIT_PATH];
	ssize_t n;

	if (!is_plain_path(t, path))
		return -EAGAIN;
	n = readlinkat(t->fd, path, target, sizeof(target));
	if (n < 0)
		return errno == ELOOP ? -EAGAIN : -errno;
	if (n == LIMIT_PATH)
		return -ENAMETOOLONG;
	*ret = strndup(target, (size_t)n);
	return *ret ? 0 : -ENOMEM;
}

/* The canonical form of a path that has no links, of less than LIMIT_PATH bytes. */
static void canonical(const char *path, char ret[static LIMIT_PATH])
{
	size_t len = 0;

	while (*(path += strspn(path, "/"))) {
		size_t n = strcspn(path, "/");

		if (n == 2 && path[0] == '.' && path[1] == '.') {
			while (len > 0 && ret[--len] != '/')
				;
		} else if (n != 1 || path[0] != '.') {
			ret[len] = '/';
			memcpy(ret + len + 1, path, n);
			len += 1 + n;
		}
		path += n;
	}
	if (len == 0)
		ret[len++] = '/';
	ret[len] = '\0';
}

int tree_fd_real(struct tree *t, const char *path, struct tree_stat *ret_st, char **ret_real)
{
	char target[LIMIT_PATH], next[LIMIT_PATH], real[LIMIT_PATH];
	_cleanup_fd_ int fd = -EBADF;
	struct tree_stat st;
	int r;

	if (*path != '/' || strlen(path) >= LIMIT_PATH || may_touch_dev(path))
		return -EAGAIN;
	fd = openat2_path(t, path, RESOLVE_NO_SYMLINKS);
	r = fd < 0 ? fd : stat_fd(fd, &st);
	if (r == 0 && st.type == TREE_LNK) {
		if (readlink_fd(fd, target) <= 0 || !join_target(path, target, next) ||
		    may_touch_dev(next))
			return -EAGAIN;
		(void)fd_close(TAKE_FD(fd));
		path = next;
		fd = openat2_path(t, path, RESOLVE_NO_SYMLINKS);
		r = fd < 0 ? fd : stat_fd(fd, &st);
	}
	if (r < 0)
		return r;
	if (st.type == TREE_LNK)
		return -EAGAIN;
	canonical(path, real);
	*ret_real = strdup(real);
	if (!*ret_real)
		return -ENOMEM;
	*ret_st = st;
	return 0;
}

int tree_fd_fast(struct tree *t, const char *path, bool follow_last, int *ret_fd,
		 struct tree_stat *ret_st)
{
	_cleanup_fd_ int fd = -EBADF;
	struct tree_stat st;
	int r;

	if (*path != '/' || may_touch_dev(path))
		return -EAGAIN;
	fd = openat2_path(t, path, RESOLVE_NO_MAGICLINKS);
	if (fd < 0)
		return fd;
	r = stat_fd(fd, &st);
	if (r < 0)
		return r;
	if (st.type == TREE_LNK && follow_last)
		return follow_once(t, path, fd, ret_fd, ret_st);
	*ret_fd = TAKE_FD(fd);
	*ret_st = st;
	return 0;
}

/* Opens a canonical path with O_PATH a component at a time. */
static int open_by_steps(struct tree *t, const char *path)
{
	_cleanup_fd_ int dir = fcntl(t->fd, F_DUPFD_CLOEXEC, 0);
	char name[LIMIT_PATH];

	if (dir < 0)
		return -errno;
	for (;;) {
		size_t n;
		int fd;

		path += strspn(path, "/");
		n = strcspn(path, "/");
		if (n == 0)
			return TAKE_FD(dir);
		if (n >= sizeof(name))
			return -ENAMETOOLONG;
		memcpy(name, path, n);
		name[n] = '\0';
		fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return -errno;
		(void)fd_close(dir);
		dir = fd;
		path += n;
	}
}

/* Opens a canonical path with O_PATH, following nothing: not the last component either. -EAGAIN
 * where something on the way is not the directory that it was. */
static int open_canonical(struct tree *t, const char *path)
{
	int fd = openat2_path(t, path, RESOLVE_NO_SYMLINKS);

	if (fd == -EAGAIN)
		fd = open_by_steps(t, path);
	return fd == -ENOTDIR || fd == -ELOOP ? -EAGAIN : fd;
}

static int fd_lstat(struct tree *t, const char *path, struct tree_stat *ret)
{
	_cleanup_fd_ int fd = open_canonical(t, path);

	return fd < 0 ? fd : stat_fd(fd, ret);
}

int tree_fd_readlink(int path_fd, char **ret)
{
	char target[LIMIT_PATH];
	char *copy;
	ssize_t n = readlink_fd(path_fd, target);

	if (n < 0)
		return (int)n;
	copy = strdup(target);
	if (!copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

static int fd_readlink(struct tree *t, const char *path, char **ret)
{
	_cleanup_fd_ int fd = open_canonical(t, path);

	return fd < 0 ? fd : tree_fd_readlink(fd, ret);
}

static enum tree_type entry_type(int dir, const char *name, unsigned char d_type)
{
	struct stat st;

	switch (d_type) {
	case DT_REG:
		return TREE_REG;
	case DT_DIR:
		return TREE_DIR;
	case DT_LNK:
		return TREE_LNK;
	case DT_FIFO:
		return TREE_FIFO;
	case DT_SOCK:
		return TREE_SOCKET;
	default:
		if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return TREE_REG; /* gone or not to be looked at: opening it will say so */
		return type_of(&st);
	}
}

/* Asked once for each tree: where something else stands at /proc, a number in it could be anything.
 */
static bool proc_is_usable(struct tree *t)
{
	struct statfs sfs;

	if (t->proc == PROC_NOT_SEEN)
		t->proc = statfs("/proc/self/fd", &sfs) == 0 && sfs.f_type == PROC_SUPER_MAGIC
				  ? PROC_USABLE
				  : PROC_MISSING;
	return t->proc == PROC_USABLE;
}

/* Opens again what path_fd, from O_PATH, is. -EAGAIN without /proc. */
static int reopen(struct tree *t, int path_fd, int flags)
{
	char proc[32];
	int fd;

	if (!proc_is_usable(t))
		return -EAGAIN;
	(void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d", path_fd);
	fd = open(proc, O_RDONLY | O_CLOEXEC | flags);
	return fd < 0 ? -errno : fd;
}

/* What getdents64(2) fills: no type of the C library's has a name everywhere. */
struct entry64 {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

/* Adds what a directory, opened for reading, holds. Calls the kernel itself: a stream asks it for
 * more than is needed. */
static int list_fd(int fd, struct tree_list *ret)
{
	_Alignas(struct entry64) char buf[32768];
	size_t cap = 0;
	long n;

	while ((n = syscall(SYS_getdents64, fd, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n;) {
			const struct entry64 *d = (const struct entry64 *)(const void *)(buf + at);
			int r = 0;

			at += d->reclen;
			if (!streq(d->name, ".") && !streq(d->name, ".."))
				r = tree_list_add(ret, &cap, d->name,
						  entry_type(fd, d->name, d->type));
			if (r < 0)
				return r;
		}
	}
	return n < 0 ? -errno : 0;
}

int tree_fd_list(struct tree *t, int path_fd, struct tree_list *ret)
{
	_cleanup_fd_ int fd = reopen(t, path_fd, O_DIRECTORY);

	/* "." takes the right to search the directory, which its listing as such does not. */
	if (fd == -EAGAIN) {
		fd = openat(path_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		fd = fd < 0 ? -errno : fd;
	}
	return fd < 0 ? fd : list_fd(fd, ret);
}

int tree_fd_list_fast(struct tree *t, const char *path, struct tree_list *ret)
{
	_cleanup_fd_ int fd = -EBADF;

	/* Elsewhere a link to /dev/null leads to nothing. */
	if (!t->is_own_root || *path != '/' || may_touch_dev(path))
		return -EAGAIN;
	/* O_DIRECTORY opens nothing else. */
	fd = openat2_in(t, path, O_RDONLY | O_DIRECTORY, RESOLVE_NO_MAGICLINKS);
	return fd < 0 ? fd : list_fd(fd, ret);
}

static int fd_list(struct tree *t, const char *path, struct tree_list *ret)
{
	_cleanup_fd_ int fd = open_canonical(t, path);

	return fd < 0 ? fd : tree_fd_list(t, fd, ret);
}

int tree_fd_reopen(struct tree *t, int path_fd)
{
	return reopen(t, path_fd, O_NOCTTY | O_NONBLOCK);
}

/* Without /proc: opens by name and makes sure that it is the file that was looked at. */
static int reopen_by_name(struct tree *t, int path_fd, const char *path)
{
	_cleanup_free_ char *parent = strdup(path);
	_cleanup_fd_ int dir = -EBADF, fd = -EBADF;
	struct stat a, b;
	char *slash;

	if (!parent)
		return -ENOMEM;
	slash = strrchr(parent, '/');
	*slash = '\0';
	dir = open_canonical(t, parent[0] ? parent : "/");
	if (dir < 0)
		return dir;
	fd = openat(dir, slash + 1, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ? -EAGAIN : -errno;
	if (fstat(path_fd, &a) < 0 || fstat(fd, &b) < 0)
		return -errno;
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino ? TAKE_FD(fd) : -EAGAIN;
}

static int fd_open(struct tree *t, const char *path, struct tree_file *ret)
{
	_cleanup_fd_ int fd = open_canonical(t, path);
	struct tree_stat st;
	int r;

	if (fd < 0)
		return fd;
	r = stat_fd(fd, &st);
	if (r < 0)
		return r;
	if (st.type != TREE_REG) /* it was one a moment ago */
		return -EAGAIN;
	r = tree_fd_reopen(t, fd);
	if (r == -EAGAIN)
		r = reopen_by_name(t, fd, path);
	if (r < 0)
		return r;
	ret->fd = r;
	ret->st = st;
	return 0;
}

static int fd_fstype(struct tree *t, const char *path, uint64_t *ret)
{
	_cleanup_fd_ int fd = open_canonical(t, path);
	struct statfs sfs;

	if (fd < 0)
		return fd;
	if (fstatfs(fd, &sfs) < 0)
		return -errno;
	*ret = (uint64_t)sfs.f_type;
	return 0;
}

const struct tree_ops tree_fd_ops = {
	.lstat = fd_lstat,
	.readlink = fd_readlink,
	.list = fd_list,
	.open = fd_open,
	.fstype = fd_fstype,
};

static int open_root(struct tree **ret, const char *path, bool no_openat2)
{
	_cleanup_fd_ int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct tree *t;

	if (fd < 0)
		return -errno;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->ops = &tree_fd_ops;
	t->no_openat2 = no_openat2;
	t->is_own_root = !no_openat2 && streq(path, "/");
	t->fd = TAKE_FD(fd);
	*ret = t;
	return 0;
}

int tree_fd_look(struct tree *t, const char *path, int *ret_fd, struct tree_stat *ret_st)
{
	_cleanup_fd_ int fd = open_canonical(t, path);
	int r = fd < 0 ? fd : stat_fd(fd, ret_st);

	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int tree_fd_below(const struct tree *t, int path_fd, struct tree **ret)
{
	struct tree *below = calloc(1, sizeof(*below));

	if (!below)
		return -ENOMEM;
	below->ops = &tree_fd_ops;
	below->no_openat2 = t->no_openat2;
	below->proc = t->proc;
	below->fd = path_fd;
	*ret = below;
	return 0;
}

int tree_open(struct tree **ret, const char *path)
{
	return open_root(ret, path, false);
}

int tree_open_walker(struct tree **ret, const char *path)
{
	return open_root(ret, path, true);
}
