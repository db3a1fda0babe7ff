/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "apply.h"

#include "fd.h"
#include "kernel-model.h"
#include "swap.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#define PROC_MAGIC 0x9fa0
#define TEMP_MAX   80

/* A swap of a change, in one direction. Holds the directory. */
struct opened {
	struct swap swap;
	char temp[TEMP_MAX];
};

static void opened_done(struct opened *o)
{
	(void)fd_close(o->swap.dir);
	o->swap.dir = -EBADF;
}

static int open_change(const struct applier *a, const struct change *c, size_t i, bool make,
		       struct opened *ret, struct error *e)
{
	const char *name = NULL;
	int dir = open_directory_of(tree_fd(a->tree), c->path, make, &name);

	*ret = (struct opened){.swap = {.path = c->path, .dir = dir, .name = name}};
	if (dir == -ENOENT && !make)
		return -ENOENT;
	if (dir < 0) {
		(void)error_set(e, -dir, c->path, 0, "cannot open its directory");
		if (dir == -ELOOP || dir == -ENOTDIR)
			error_hint(e, "a symbolic link or a file stands where a directory was");
		else if (dir == -EROFS)
			error_hint(e, "the file system is mounted read-only");
		return dir;
	}
	(void)snprintf(ret->temp, sizeof(ret->temp), ".ptscope-%.40s-%zu.tmp", a->id, i);
	ret->swap.temp = ret->temp;
	ret->swap.from = &c->before;
	ret->swap.to = &c->after;
	ret->swap.mode = c->mode;
	return 0;
}

/* -- the running kernel -- */

/* Opens the key afresh: what is written at another offset than 0 is ignored by the kernel. */
static int open_key(const struct applier *a, const struct change *c, int flags, struct error *e)
{
	char path[256];
	struct statfs fs;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/sys/%s", c->path);
	if (!a->proc_tree || tree_fd(a->proc_tree) < 0)
		return error_set(e, ENXIO, path, 0, "no kernel runs from this root");
	fd = openat(tree_fd(a->proc_tree), path + 1, flags | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_set(e, errno, path, 0, "cannot open the kernel's value");
	if (fstatfs(fd, &fs) < 0 || (uint64_t)fs.f_type != PROC_MAGIC) {
		(void)fd_close(fd);
		return error_set(e, ENXIO, path, 0,
				 "is not the kernel's: no procfs is mounted there");
	}
	return fd;
}

static int read_key(const struct applier *a, const struct change *c, char *ret, size_t size,
		    struct error *e)
{
	_cleanup_fd_ int fd = open_key(a, c, O_RDONLY, e);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = pread(fd, ret, size - 1, 0);
	if (n < 0)
		return error_set(e, errno, "/proc/sys/" PTRACE_SCOPE_KEY, 0,
				 "cannot read the kernel's value");
	while (n > 0 && ret[n - 1] == '\n')
		n--;
	ret[n] = '\0';
	return 0;
}

static int write_key(const struct applier *a, const struct change *c, const struct content *value,
		     struct error *e)
{
	char now[32];
	int r;

	for (unsigned tries = 0; tries < 8; tries++) {
		_cleanup_fd_ int fd = open_key(a, c, O_WRONLY, e);

		if (fd < 0)
			return fd;
		if (write(fd, value->bytes, value->len) < 0 && errno != EINTR) {
			r = errno;
			(void)error_set(e, r, "/proc/sys/" PTRACE_SCOPE_KEY, 0,
					"the kernel does not take %s", value->bytes);
			if (r == EPERM || r == EACCES)
				error_hint(e,
					   "it needs CAP_SYS_PTRACE in the first user namespace");
			else if (r == EROFS)
				error_hint(e, "/proc/sys is read-only here, as in a container");
			return -r;
		}
		/* An interrupted or short write is told by what stands there now. */
		r = read_key(a, c, now, sizeof(now), e);
		if (r < 0)
			return r;
		if (streq(now, value->bytes))
			return 0;
	}
	return error_set(e, EIO, "/proc/sys/" PTRACE_SCOPE_KEY, 0,
			 "the kernel holds %s after %s was written", now, value->bytes);
}

static int look_at_key(const struct applier *a, const struct change *c, enum change_state *ret,
		       struct error *e)
{
	char now[32];
	int r = read_key(a, c, now, sizeof(now), e);

	if (r < 0)
		return r;
	*ret = streq(now, c->after.bytes)    ? CHANGE_DONE
	       : streq(now, c->before.bytes) ? CHANGE_NOT_DONE
	       : streq(now, "3")	     ? CHANGE_STUCK
					     : CHANGE_OTHER;
	return 0;
}

/* -- files -- */

int change_look(const struct applier *a, const struct change *c, size_t i, enum change_state *ret,
		struct error *e)
{
	_cleanup_(opened_done) struct opened o = {.swap = {.dir = -EBADF}};
	enum swap_state now;
	int r;

	if (c->kind == CHANGE_SYSCTL)
		return look_at_key(a, c, ret, e);
	r = open_change(a, c, i, /* make= */ false, &o, e);
	if (r == -ENOENT) {
		*ret = c->before.bytes ? CHANGE_OTHER : CHANGE_NOT_DONE;
		return 0;
	}
	if (r == 0)
		r = swap_look(&o.swap, &now, e);
	if (r < 0)
		return r;
	*ret = now == SWAP_TO ? CHANGE_DONE : now == SWAP_FROM ? CHANGE_NOT_DONE : CHANGE_OTHER;
	return 0;
}

static int check_owner(const struct applier *a, const struct opened *o, struct error *e)
{
	struct stat st, root;

	if (fstatat(o->swap.dir, o->swap.name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return error_set(e, errno, o->swap.path, 0, "cannot look at it");
	if (fstat(tree_fd(a->tree), &root) < 0)
		return error_set(e, errno, "/", 0, "cannot look at the root");
	if (st.st_nlink > 1) {
		(void)error_set(e, EMLINK, o->swap.path, 0,
				"has %lu names (hard links), of which only this one would change",
				(unsigned long)st.st_nlink);
		error_hint(e, "make it a file of its own first");
		return -EMLINK;
	}
	if (root.st_uid != 0 && st.st_uid != root.st_uid) {
		(void)error_set(e, EPERM, o->swap.path, 0,
				"belongs to uid %u, and the root to uid %u", (unsigned)st.st_uid,
				(unsigned)root.st_uid);
		error_hint(e, "a tree of a user is changed only where all is that user's");
		return -EPERM;
	}
	return 0;
}

int change_check(const struct applier *a, const struct change *c, struct error *e)
{
	_cleanup_(opened_done) struct opened o = {.swap = {.dir = -EBADF}};
	struct statvfs fs;
	int r;

	if (c->kind == CHANGE_SYSCTL)
		return 0;
	r = open_change(a, c, 0, /* make= */ false, &o, e);
	if (r == -ENOENT)
		return 0;
	if (r == 0 && c->kind == CHANGE_EDIT)
		r = check_owner(a, &o, e);
	if (r == 0 && fstatvfs(o.swap.dir, &fs) == 0 && (fs.f_flag & ST_RDONLY)) {
		(void)error_set(e, EROFS, c->path, 0, "cannot be written");
		error_hint(e, "the file system is mounted read-only; where the system is an image, "
			      "put the file into the image");
		r = -EROFS;
	}
	return r;
}

int change_settle(const struct applier *a, const struct change *c, size_t i, struct error *e)
{
	_cleanup_(opened_done) struct opened o = {.swap = {.dir = -EBADF}};
	int r;

	if (c->kind == CHANGE_SYSCTL)
		return 0;
	r = open_change(a, c, i, /* make= */ false, &o, e);
	return r == -ENOENT ? 0 : r < 0 ? r : swap_settle(&o.swap, e);
}

int change_do(const struct applier *a, const struct change *c, size_t i, struct error *e)
{
	_cleanup_(opened_done) struct opened o = {.swap = {.dir = -EBADF}};
	int r;

	if (c->kind == CHANGE_SYSCTL)
		return write_key(a, c, &c->after, e);
	r = open_change(a, c, i, /* make= */ c->missing_dirs > 0, &o, e);
	if (r == -ENOENT)
		return error_set(e, ENOENT, c->path, 0, "its directory is gone");
	return r < 0 ? r : swap_do(&o.swap, e);
}

/* Removes the directories that were made for a file, where nothing else came into them. */
static void remove_dirs(const struct applier *a, const struct change *c)
{
	_cleanup_free_ char *path = strdup(c->path);

	for (unsigned i = 0; path && i < c->missing_dirs; i++) {
		const char *name = NULL;
		char *slash = strrchr(path, '/');
		int dir;

		if (!slash || slash == path)
			return;
		*slash = '\0';
		dir = open_directory_of(tree_fd(a->tree), path, /* make= */ false, &name);
		if (dir < 0)
			return;
		if (unlinkat(dir, name, AT_REMOVEDIR) == 0)
			(void)fsync(dir);
		(void)fd_close(dir);
	}
}

static int undo_key(const struct applier *a, const struct change *c, struct error *e)
{
	enum change_state now;
	int r = look_at_key(a, c, &now, e);

	if (r < 0 || now == CHANGE_NOT_DONE)
		return r;
	if (now == CHANGE_STUCK || (now == CHANGE_DONE && streq(c->after.bytes, "3")))
		return error_set(e, EBUSY, "/proc/sys/" PTRACE_SCOPE_KEY, 0,
				 "the kernel is at 3 and stays there until the next boot");
	if (now == CHANGE_OTHER)
		return error_set(e, ESTALE, "/proc/sys/" PTRACE_SCOPE_KEY, 0,
				 "has been changed by somebody else meanwhile");
	return write_key(a, c, &c->before, e);
}

int change_undo(const struct applier *a, const struct change *c, size_t i, struct error *e)
{
	_cleanup_(opened_done) struct opened o = {.swap = {.dir = -EBADF}};
	int r;

	if (c->kind == CHANGE_SYSCTL)
		return undo_key(a, c, e);
	r = open_change(a, c, i, /* make= */ false, &o, e);
	if (r == -ENOENT && !c->before.bytes)
		return 0;
	if (r == -ENOENT)
		return error_set(e, ENOENT, c->path, 0, "its directory is gone");
	if (r < 0)
		return r;
	/* What is left of the way there, then the way back. */
	r = swap_settle(&o.swap, NULL);
	o.swap.from = &c->after;
	o.swap.to = &c->before;
	o.swap.owned = true;
	o.swap.uid = c->uid;
	o.swap.gid = c->gid;
	r = swap_do(&o.swap, e);
	if (r == 0 && !c->before.bytes)
		remove_dirs(a, c);
	return r;
}
