/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies from disk. Who may write the file decides the verdict, so owner and mode are checked on
 * the descriptor that is then read, and only a regular file is ever opened.
 */
#include "fd.h"
#include "limits.h"
#include "policy-impl.h"
#include "str.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int not_regular(const char *path, struct error *e)
{
	return error_set(e, EINVAL, path, 0, "is not a regular file");
}

/* Opens a regular file without ever opening anything else for reading. Returns a descriptor. */
static int open_regular(const char *path, struct stat *ret, struct error *e)
{
	_cleanup_fd_ int probe = open(path, O_PATH | O_CLOEXEC);
	_cleanup_fd_ int fd = -EBADF;
	struct stat seen;

	if (probe < 0 || fstat(probe, &seen) < 0)
		return error_set(e, errno, path, 0, "cannot open the policy");
	if (!S_ISREG(seen.st_mode))
		return not_regular(path, e);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, ret) < 0)
		return error_set(e, errno, path, 0, "cannot open the policy");
	if (seen.st_dev != ret->st_dev || seen.st_ino != ret->st_ino)
		return not_regular(path, e); /* replaced in between */
	return TAKE_FD(fd);
}

/* Root takes root's files only; an ordinary user also their own. */
static int check_owner(const char *path, const struct stat *st, struct error *e)
{
	const uid_t me = geteuid();

	if (st->st_uid != 0 && st->st_uid != me) {
		(void)error_set(e, EPERM, path, 0,
				"belongs to uid %u, who could change the verdict",
				(unsigned)st->st_uid);
		error_hint(e, "chown root:root %s", path);
		return -EPERM;
	}
	if ((st->st_mode & S_IWOTH) ||
	    ((st->st_mode & S_IWGRP) && st->st_uid == 0 && st->st_gid != 0)) {
		(void)error_set(e, EPERM, path, 0, "can be written by others (mode %04o)",
				(unsigned)(st->st_mode & 07777));
		error_hint(e, "chmod go-w %s", path);
		return -EPERM;
	}
	return 0;
}

static int read_all(int fd, const char *path, struct strbuf *ret, struct error *e)
{
	char buf[4096];

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(e, errno, path, 0, "cannot read the policy");
		if (n == 0)
			return 0;
		if (ret->len + (size_t)n > LIMIT_SMALL_FILE)
			return error_set(e, EINVAL, path, 0, "is larger than %d bytes",
					 LIMIT_SMALL_FILE);
		if (strbuf_add(ret, buf, (size_t)n) < 0)
			return error_set(e, ENOMEM, path, 0, "out of memory");
	}
}

int policy_load(const char *path, struct policy *ret, struct error *e)
{
	_cleanup_strbuf_ struct strbuf text = {0};
	struct stat st;
	_cleanup_fd_ int fd = open_regular(path, &st, e);
	int r;

	if (fd < 0)
		return fd;
	r = check_owner(path, &st, e);
	if (r == 0)
		r = read_all(fd, path, &text, e);
	return r < 0 ? r : policy_parse(path, text.bytes ? text.bytes : "", text.len, ret, e);
}

/* DIR/NAME.conf, where it exists. Returns 1 when it was loaded, 0 when there is none. */
static int load_from(const char *dir, const char *name, struct policy *ret, struct error *e)
{
	_cleanup_strbuf_ struct strbuf path = {0};
	struct stat st;
	int r;

	if (strbuf_addf(&path, "%s/%s.conf", dir, name) < 0)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	if (stat(path.bytes, &st) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	r = policy_load(path.bytes, ret, e);
	return r < 0 ? r : 1;
}

int policy_find(const char *arg, const char *site_dir, struct policy *ret, struct error *e)
{
	int r = 0;

	if (arg && strchr(arg, '/'))
		return policy_load(arg, ret, e);
	if (arg && (!*arg || *arg == '.'))
		return error_set(e, EINVAL, NULL, 0, "no policy can be named \"%s\"", arg);
	if (site_dir)
		r = load_from(site_dir, arg ? arg : "policy", ret, e);
	if (r != 0)
		return r < 0 ? r : 0;
	r = policy_builtin(arg ? arg : "cis", ret);
	if (r == -ENOENT) {
		(void)error_set(e, ENOENT, NULL, 0, "no policy \"%s\"", arg);
		error_hint(e,
			   "built in are cis, stig, workstation, server and locked; "
			   "a file is named with a \"/\": ./%s",
			   arg);
	}
	return r == -ENOMEM ? error_set(e, ENOMEM, NULL, 0, "out of memory") : r;
}
