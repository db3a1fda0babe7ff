/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "swap.h"

#include "fd.h"
#include "limits.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* A file of this size or less is compared; a larger one is none of ours. */
#define SWAP_MAX (2 * LIMIT_EDIT_FILE)

int open_directory_of(int root, const char *path, bool make, const char **ret_name)
{
	_cleanup_fd_ int dir = openat(root, ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const char *s = path;

	if (dir < 0)
		return -errno;
	for (;;) {
		char part[NAME_MAX + 1];
		size_t n;
		int next;

		s += strspn(s, "/");
		n = strcspn(s, "/");
		if (s[n] == '\0') {
			*ret_name = s;
			return n > 0 ? TAKE_FD(dir) : -EINVAL;
		}
		if (n > NAME_MAX)
			return -ENAMETOOLONG;
		memcpy(part, s, n);
		part[n] = '\0';
		s += n;
		next = openat(dir, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0 && errno == ENOENT && make) {
			/* The mode that the umask gives may be too little for the loaders. */
			if (mkdirat(dir, part, 0755) < 0 || fchmodat(dir, part, 0755, 0) < 0)
				return -errno;
			next = openat(dir, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		}
		if (next < 0)
			return -errno;
		/* Also where an earlier run made it and was cut off before this. */
		if (make && fsync(dir) < 0) {
			int r = -errno;

			(void)fd_close(next);
			return r;
		}
		(void)fd_close(dir);
		dir = next;
	}
}

static bool is_immutable(int fd)
{
	int flags = 0;

	return ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0 &&
	       (flags & (FS_IMMUTABLE_FL | FS_APPEND_FL));
}

/* Whether the file or its directory cannot be changed even by root. */
static const char *immutable_thing(const struct swap *s)
{
	_cleanup_fd_ int fd =
		openat(s->dir, s->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && is_immutable(fd))
		return "it";
	return is_immutable(s->dir) ? "its directory" : NULL;
}

static int explain(const struct swap *s, int err, const char *what, struct error *e)
{
	const char *thing = err == EPERM ? immutable_thing(s) : NULL;

	(void)error_set(e, err, s->path, 0, "%s", what);
	switch (err) {
	case EPERM:
		if (thing)
			error_hint(e,
				   "%s is immutable or append-only: lsattr -d shows it, chattr "
				   "-i -a undoes it",
				   thing);
		break;
	case EROFS:
		error_hint(e, "the file system is mounted read-only; where the system is an image, "
			      "put the file into the image");
		break;
	case EBUSY:
		error_hint(e, "something is mounted on it (a bind mount); change the file that is "
			      "mounted there");
		break;
	case ENOSPC:
		error_hint(e, "the file system is full; nothing has been changed in this file");
		break;
	case EDQUOT:
		error_hint(e, "the quota is used up; nothing has been changed in this file");
		break;
	case EACCES:
		error_hint(e, "it needs the rights of root, or of the tree's owner");
		break;
	case ELOOP:
		error_hint(e, "a symbolic link stands where a file or directory was expected");
		break;
	default:
		break;
	}
	return -err;
}

/*
 * Reads what has a name in a directory. Returns 1 with content and st; 0 when it is absent; -EBADFD
 * for what is no regular file, or is too large to be ours; another errno.
 */
static int read_name(int dir, const char *name, struct content *ret, struct stat *ret_st)
{
	_cleanup_fd_ int fd =
		openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	_cleanup_free_ char *bytes = NULL;
	size_t n = 0, size;

	if (fd < 0)
		return errno == ENOENT ? 0 : errno == ELOOP || errno == ENXIO ? -EBADFD : -errno;
	if (fstat(fd, ret_st) < 0)
		return -errno;
	if (!S_ISREG(ret_st->st_mode) || ret_st->st_size > SWAP_MAX)
		return -EBADFD;
	size = (size_t)ret_st->st_size + 1;
	bytes = malloc(size + 1);
	if (!bytes)
		return -ENOMEM;
	while (n < size) {
		ssize_t k = read(fd, bytes + n, size - n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -errno;
		if (k == 0)
			break;
		n += (size_t)k;
	}
	bytes[n] = '\0';
	content_done(ret);
	*ret = (struct content){TAKE_PTR(bytes), n};
	return 1;
}

int swap_look(const struct swap *s, enum swap_state *ret, struct error *e)
{
	_cleanup_(content_done) struct content now = {0};
	struct stat st;
	int r = read_name(s->dir, s->name, &now, &st);

	if (r == -EBADFD) {
		*ret = SWAP_OTHER;
		return 0;
	}
	if (r < 0)
		return explain(s, -r, "cannot read it", e);
	*ret = content_equal(&now, s->to)     ? SWAP_TO
	       : content_equal(&now, s->from) ? SWAP_FROM
					      : SWAP_OTHER;
	return 0;
}

static bool is_part_of(const struct content *part, const struct content *whole)
{
	return whole->bytes && part->len <= whole->len &&
	       memcmp(part->bytes, whole->bytes, part->len) == 0;
}

static int sync_dir(const struct swap *s, struct error *e)
{
	return fsync(s->dir) < 0 ? explain(s, errno, "cannot sync its directory", e) : 0;
}

int swap_settle(const struct swap *s, struct error *e)
{
	_cleanup_(content_done) struct content temp = {0}, now = {0};
	struct stat st;
	int r = read_name(s->dir, s->temp, &temp, &st);

	if (r == 0)
		return 0;
	if (r > 0 && (content_equal(&temp, s->from) || is_part_of(&temp, s->to))) {
		if (unlinkat(s->dir, s->temp, 0) < 0)
			return explain(s, errno, "cannot remove the temporary file beside it", e);
		return sync_dir(s, e);
	}
	/* What somebody else had written was exchanged out, and we were cut off. */
	if (r > 0 && s->to->bytes && s->from->bytes && read_name(s->dir, s->name, &now, &st) > 0 &&
	    content_equal(&now, s->to)) {
		if (renameat2(s->dir, s->temp, s->dir, s->name, RENAME_EXCHANGE) < 0)
			return explain(s, errno, "cannot put it back", e);
		if (unlinkat(s->dir, s->temp, 0) < 0)
			return explain(s, errno, "cannot remove the temporary file beside it", e);
		return sync_dir(s, e);
	}
	if (r > 0 && !s->to->bytes &&
	    renameat2(s->dir, s->temp, s->dir, s->name, RENAME_NOREPLACE) == 0)
		return sync_dir(s, e);
	(void)error_set(e, EEXIST, s->path, 0, "beside it stands %s, which is not ours", s->temp);
	error_hint(e, "see what it is, and move it away");
	return -EEXIST;
}

/* Hashes of content and metadata, which are wrong for the new content. */
static bool is_sealed_attribute(const char *name)
{
	return streq(name, "security.ima") || streq(name, "security.evm");
}

/* ACLs, user attributes, the SELinux label. */
static int copy_attributes(int from, int to)
{
	char names[4096], value[65536];
	ssize_t n = flistxattr(from, names, sizeof(names));

	if (n < 0)
		return errno == ENOTSUP ? 0 : -errno;
	for (const char *name = names; name < names + n; name += strlen(name) + 1) {
		ssize_t len;

		if (is_sealed_attribute(name))
			continue;
		len = fgetxattr(from, name, value, sizeof(value));
		if (len < 0 && (errno == ENODATA || errno == ENOTSUP))
			continue;
		if (len < 0)
			return -errno;
		if (fsetxattr(to, name, value, (size_t)len, 0) < 0) {
			char there[256];
			ssize_t k = fgetxattr(to, name, there, sizeof(there));

			/* The label may be set already, and may not be ours to set. */
			if (k != len || memcmp(there, value, (size_t)len) != 0)
				return -errno;
		}
	}
	return 0;
}

/* Owner, mode and attributes for the new file. */
static int copy_metadata(const struct swap *s, int to, struct error *e)
{
	_cleanup_fd_ int from = -EBADF;
	struct stat old, new;
	mode_t mode = s->mode & 01777;
	int r;

	if (fstat(to, &new) < 0)
		return explain(s, errno, "cannot look at the new file", e);
	if (s->from->bytes) {
		from = openat(s->dir, s->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (from < 0 || fstat(from, &old) < 0)
			return explain(s, errno, "cannot look at it", e);
		if (s->owned) {
			old.st_uid = s->uid;
			old.st_gid = s->gid;
		} else {
			mode = old.st_mode & 01777;
		}
		if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
		    fchown(to, old.st_uid, old.st_gid) < 0)
			return explain(s, errno, "cannot keep its owner", e);
		r = copy_attributes(from, to);
		if (r < 0)
			return explain(s, -r, "cannot keep its ACL, label or attributes", e);
	}
	if (fchmod(to, mode) < 0)
		return explain(s, errno, "cannot set its mode", e);
	return 0;
}

/* Makes the temporary file, all of it on disk. */
static int write_temp(const struct swap *s, struct error *e)
{
	_cleanup_fd_ int fd =
		openat(s->dir, s->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return explain(s, errno, "cannot write beside it", e);
	r = fd_write_all(fd, s->to->bytes, s->to->len);
	if (r < 0)
		r = explain(s, -r, "cannot write its new content", e);
	if (r == 0)
		r = copy_metadata(s, fd, e);
	if (r == 0 && fsync(fd) < 0)
		r = explain(s, errno, "cannot sync its new content", e);
	/* Some file systems tell of a full disk only here. */
	fd = TAKE_FD(fd);
	if (close(fd) < 0 && errno != EINTR && r == 0)
		r = explain(s, errno, "cannot close its new content", e);
	if (r < 0)
		(void)unlinkat(s->dir, s->temp, 0);
	return r;
}

static int changed_since(const struct swap *s, struct error *e)
{
	(void)error_set(e, ESTALE, s->path, 0, "has been changed by somebody else meanwhile");
	error_hint(e, "it was left as they made it; start again to see what is to be done now");
	return -ESTALE;
}

static int swap_create(const struct swap *s, struct error *e)
{
	int r = write_temp(s, e);

	if (r < 0)
		return r;
	r = renameat2(s->dir, s->temp, s->dir, s->name, RENAME_NOREPLACE) < 0 ? -errno : 0;
	/* Not every file system knows the flag; a link does not replace either. */
	if (r == -EINVAL) {
		r = linkat(s->dir, s->temp, s->dir, s->name, 0) < 0 ? -errno : 0;
		if (r == 0)
			(void)unlinkat(s->dir, s->temp, 0);
	}
	if (r < 0) {
		(void)unlinkat(s->dir, s->temp, 0);
		return r == -EEXIST ? changed_since(s, e) : explain(s, -r, "cannot create it", e);
	}
	return sync_dir(s, e);
}

/* What came out of an exchange must be what was expected, and have no other name. */
static int check_taken_out(const struct swap *s)
{
	_cleanup_(content_done) struct content out = {0};
	struct stat st;
	int r = read_name(s->dir, s->temp, &out, &st);

	if (r < 0)
		return r == -EBADFD ? -ESTALE : r;
	if (r == 0 || !content_equal(&out, s->from))
		return -ESTALE;
	return 0;
}

/* Puts back what came out, and takes our own file away. */
static int put_back(const struct swap *s, struct error *e)
{
	_cleanup_(content_done) struct content out = {0};
	struct stat st;

	if (renameat2(s->dir, s->temp, s->dir, s->name, RENAME_EXCHANGE) < 0)
		return explain(s, errno, "was changed meanwhile, and cannot be put back", e);
	/* Only what is ours is removed: the name may have been replaced once more. */
	if (read_name(s->dir, s->temp, &out, &st) > 0 && content_equal(&out, s->to))
		(void)unlinkat(s->dir, s->temp, 0);
	(void)fsync(s->dir);
	return changed_since(s, e);
}

static int swap_exchange(const struct swap *s, struct error *e)
{
	int r = write_temp(s, e);

	if (r < 0)
		return r;
	r = renameat2(s->dir, s->temp, s->dir, s->name, RENAME_EXCHANGE) < 0 ? -errno : 0;
	if (r == -EINVAL) {
		/* No exchange on this file system: look once more, then replace. */
		enum swap_state now;

		r = swap_look(s, &now, e);
		if (r == 0 && now == SWAP_FROM && renameat(s->dir, s->temp, s->dir, s->name) < 0)
			r = -errno;
		else if (r == 0 && now == SWAP_FROM)
			return sync_dir(s, e);
		else if (r == 0)
			r = -ENOENT;
	}
	if (r < 0) {
		(void)unlinkat(s->dir, s->temp, 0);
		return r == -ENOENT ? changed_since(s, e) : explain(s, -r, "cannot replace it", e);
	}
	if (check_taken_out(s) < 0)
		return put_back(s, e);
	if (unlinkat(s->dir, s->temp, 0) < 0)
		return explain(s, errno, "cannot remove the old file", e);
	return sync_dir(s, e);
}

static int swap_remove(const struct swap *s, struct error *e)
{
	int r = renameat2(s->dir, s->name, s->dir, s->temp, RENAME_NOREPLACE) < 0 ? -errno : 0;

	if (r == -EINVAL)
		r = renameat(s->dir, s->name, s->dir, s->temp) < 0 ? -errno : 0;
	if (r < 0)
		return explain(s, -r, "cannot remove it", e);
	if (check_taken_out(s) < 0) {
		if (renameat2(s->dir, s->temp, s->dir, s->name, RENAME_NOREPLACE) < 0)
			return explain(s, errno, "was changed meanwhile, and cannot be put back",
				       e);
		(void)fsync(s->dir);
		return changed_since(s, e);
	}
	if (unlinkat(s->dir, s->temp, 0) < 0)
		return explain(s, errno, "cannot remove the old file", e);
	return sync_dir(s, e);
}

int swap_do(const struct swap *s, struct error *e)
{
	enum swap_state now;
	struct stat st;
	int r = swap_settle(s, e);

	if (r == 0)
		r = swap_look(s, &now, e);
	if (r < 0)
		return r;
	if (now == SWAP_TO)
		return sync_dir(s, e); /* it may have been renamed and not synced */
	if (now == SWAP_OTHER)
		return changed_since(s, e);
	if (!s->from->bytes)
		return swap_create(s, e);
	if (fstatat(s->dir, s->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return explain(s, errno, "cannot look at it", e);
	if (st.st_nlink > 1) {
		(void)error_set(e, EMLINK, s->path, 0,
				"has %lu names (hard links), of which only "
				"this one would change",
				(unsigned long)st.st_nlink);
		error_hint(e, "make it a file of its own first");
		return -EMLINK;
	}
	return s->to->bytes ? swap_exchange(s, e) : swap_remove(s, e);
}
