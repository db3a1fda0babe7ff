/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors: closing them on scope exit, writing all of something. */
#pragma once

#include "macro.h"

/* Closes fd when it is not negative, keeping errno. Returns -EBADF, to be assigned back. */
int fd_close(int fd);

static inline void fd_close_p(int *fd)
{
	(void)fd_close(*fd);
}

#define _cleanup_fd_ _cleanup_(fd_close_p)

/* Writes all n bytes, retrying after EINTR and short writes, and waiting where a non-blocking pipe
 * is full. Returns 0 or the errno of write(2). */
int fd_write_all(int fd, const void *bytes, size_t n);

/*
 * Writes a file so that readers see the old or the new content and nothing else: temporary file in
 * the same directory, fsync, rename, fsync of the directory.
 *
 * The new file has the mode that the umask gives. What stands at path, a link too, is replaced.
 *
 * Returns 0, or the errno of the call that failed; then the old file is untouched and the temporary
 * one gone.
 */
int fd_write_file_atomic(const char *path, const void *bytes, size_t n);
