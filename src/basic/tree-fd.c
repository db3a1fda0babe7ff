/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The descriptor backend. Canonical paths are opened without following any link, so that a component
 * that is swapped for one meanwhile is an error and never a way out. Files are looked at through
 * O_PATH before they are opened: FIFOs and devices never are.
 */
#include "tree-impl.h"

#include "fd.h"
#include "limits.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

static int openat2_path(int dir, const char *path, uint64_t resolve)
{
	struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = resolve,
	};
	long fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
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
		return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3) ? TREE_NULL : TREE_DEVICE;
	}
}

static int stat_fd(int fd, struct tree_stat *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*ret = (struct tree_stat){
		.type = type_of(&st),
		.mode = st.st_mode & 07777,
		.uid = st.st_uid,
		.gid = st.st_gid,
		.size = st.st_size > 0 ? (uint64_t)st.st_size : 0,
		.mtime = st.st_mtim.tv_sec,
	};
	return 0;
}

int tree_fd_fast(struct tree *t, const char *path, int *ret_fd, struct tree_stat *ret_st)
{
	_cleanup_fd_ int fd = -EBADF;
	int r;

	if (t->no_openat2 || startswith(path, "/dev"))
		return -EAGAIN;
	fd = openat2_path(t->fd, path, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	if (fd == -ENOSYS || fd == -EPERM || fd == -EINVAL || fd == -E2BIG) {
		t->no_openat2 = true;
		return -EAGAIN;
	}
	if (fd < 0)
		return fd == -EXDEV || fd == -ELOOP ? -EAGAIN : fd;
	r = stat_fd(fd, ret_st);
	if (r < 0)
		return r;
	if (ret_st->type == TREE_LNK)
		return -ELOOP;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* Opens a canonical path with O_PATH, following nothing. */
static int open_canonical(struct tree *t, const char *path)
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

static int fd_lstat(struct tree *t, const char *path, struct tree_stat *ret)
{
	_cleanup_fd_ int fd = open_canonical(t, path);

	return fd < 0 ? fd : stat_fd(fd, ret);
}

static int fd_readlink(struct tree *t, const char *path, char **ret)
{
	_cleanup_fd_ int fd = open_canonical(t, path);
	char target[LIMIT_PATH];
	ssize_t n;

	if (fd < 0)
		return fd;
	n = readlinkat(fd, "", target, sizeof(target));
	if (n < 0)
		return -errno;
	if ((size_t)n == sizeof(target))
		return -ENAMETOOLONG;
	*ret = strndup(target, (size_t)n);
	return *ret ? 0 : -ENOMEM;
}

static enum tree_type entry_type(int dir, const struct dirent *d)
{
	struct stat st;

	switch (d->d_type) {
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
		if (fstatat(dir, d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return TREE_REG; /* gone or unreadable: opening it will say so */
		return type_of(&st);
	}
}

static int fd_list(struct tree *t, const char *path, struct tree_list *ret)
{
	_cleanup_fd_ int at = open_canonical(t, path), fd = -EBADF;
	size_t cap = 0;
	struct dirent *d;
	DIR *stream;
	int r = 0;

	if (at < 0)
		return at;
	fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	stream = fdopendir(fd);
	if (!stream)
		return -errno;
	(void)TAKE_FD(fd);
	while (r == 0 && (errno = 0, d = readdir(stream))) {
		if (!streq(d->d_name, ".") && !streq(d->d_name, ".."))
			r = tree_list_add(ret, &cap, d->d_name, entry_type(dirfd(stream), d));
	}
	if (r == 0 && errno > 0)
		r = -errno;
	(void)closedir(stream);
	return r;
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
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	dir = open_canonical(t, parent);
	if (dir < 0)
		return dir;
	fd = openat(dir, slash + 1, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(path_fd, &a) < 0 || fstat(fd, &b) < 0)
		return -errno;
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino ? TAKE_FD(fd) : -EAGAIN;
}

int tree_fd_reopen(struct tree *t, int path_fd, const char *path)
{
	char proc[32];
	int fd;

	(void)snprintf(proc, sizeof(proc), "/proc/self/fd/%d", path_fd);
	fd = open(proc, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return errno == ENOENT ? reopen_by_name(t, path_fd, path) : -errno;
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
	if (st.type != TREE_REG)
		return -EBADFD;
	r = tree_fd_reopen(t, fd, path);
	if (r < 0)
		return r;
	ret->fd = r;
	ret->st = st;
	return 0;
}

const struct tree_ops tree_fd_ops = {
	.lstat = fd_lstat,
	.readlink = fd_readlink,
	.list = fd_list,
	.open = fd_open,
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
	t->fd = TAKE_FD(fd);
	*ret = t;
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

int tree_fstype(struct tree *t, const char *path, uint64_t *ret)
{
	_cleanup_fd_ int fd = -EBADF;
	struct tree_stat st;
	struct statfs sfs;
	int r;

	if (t->fd < 0)
		return t->base ? tree_fstype(t->base, path, ret) : -ENOTSUP;
	r = tree_fd_fast(t, path, &fd, &st);
	if (r == -EAGAIN)
		r = fd = open_canonical(t, path);
	if (r < 0)
		return r;
	if (fstatfs(fd, &sfs) < 0)
		return -errno;
	*ret = (uint64_t)sfs.f_type;
	return 0;
}
