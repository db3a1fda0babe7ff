/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thin wrappers that get EINTR, short writes and durable replacement right once. */
#include "fd.h"

#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int fd_close(int fd)
{
	if (fd >= 0) {
		int saved = errno;

		(void)close(fd);
		errno = saved;
	}
	return -EBADF;
}

int fd_write_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t k = write(fd, p, n);

		if (k < 0) {
			if (errno == EINTR)
				continue;
			if (errno != EAGAIN)
				return -errno;
			/* A pipe that its other end has made non-blocking, and that is full. */
			(void)poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1,
				   /* timeout= */ -1);
			continue;
		}
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

static int fsync_parent(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_fd_ int fd = -EBADF;

	if (!copy)
		return -ENOMEM;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return fsync(fd) < 0 ? -errno : 0;
}

/* The only way to learn the mask is to set it. */
static mode_t current_umask(void)
{
	mode_t mask = umask(077);

	(void)umask(mask);
	return mask;
}

int fd_write_file_atomic(const char *path, const void *bytes, size_t n)
{
	_cleanup_free_ char *tmp = NULL;
	_cleanup_fd_ int fd = -EBADF;
	int r;

	if (asprintf(&tmp, "%s.tmp-XXXXXX", path) < 0) {
		tmp = NULL;
		return -ENOMEM;
	}
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = fd_write_all(fd, bytes, n);
	if (r == 0 && fchmod(fd, 0666 & ~current_umask()) < 0)
		r = -errno;
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && rename(tmp, path) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlink(tmp);
		return r;
	}
	return fsync_parent(path);
}
