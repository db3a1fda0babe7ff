/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bpffs renames and exchanges directories at once (kernel/bpf/inode.c, simple_rename()), which is
 * what a start rests on. An unlinked pin drops its reference, and so its program.
 */
#include "pins.h"

#include "fd.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Long enough for the directory, a slash and the name of a program. */
#define PIN_PATH_MAX 128

static const struct object {
	const char *name;
	bool is_link;
} objects[] = {
#define X(name, is_link) {name, is_link},
	GUARD_OBJECTS(X)
#undef X
};

int pin_open(const char *name)
{
	char path[PIN_PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", GUARD_PINS, name);
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

int pin_add(const char *dir, const char *name, int fd)
{
	char path[PIN_PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return bpf_obj_pin(fd, path) < 0 ? -errno : 0;
}

int pins_count(size_t *ret_there, size_t *ret_all)
{
	_cleanup_fd_ int dir = open(GUARD_PINS, O_PATH | O_DIRECTORY | O_CLOEXEC);
	size_t there = 0;

	if (dir < 0)
		return -errno;
	for (size_t i = 0; i < ELEMENTSOF(objects); i++) {
		struct stat st;

		if (fstatat(dir, objects[i].name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			there++;
		else if (errno != ENOENT)
			return -errno;
	}
	*ret_there = there;
	*ret_all = ELEMENTSOF(objects);
	return 0;
}

static bool is_link(const char *name)
{
	for (size_t i = 0; i < ELEMENTSOF(objects); i++) {
		if (streq(objects[i].name, name))
			return objects[i].is_link;
	}
	return false;
}

/* Unlinks links, or all that is left. */
static int unlink_some(int dir, bool links_only)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	int r = 0;

	if (!d) {
		r = -errno;
		(void)fd_close(copy);
		return r;
	}
	while (r == 0 && (entry = readdir(d))) {
		if (entry->d_name[0] == '.' || (links_only && !is_link(entry->d_name)))
			continue;
		if (unlinkat(dir, entry->d_name, 0) < 0)
			r = -errno;
	}
	(void)closedir(d);
	return r;
}

/* Links go first: what is left after a kill in the middle denies nothing. */
static int drop(const char *path)
{
	_cleanup_fd_ int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (dir < 0)
		return errno == ENOENT ? 0 : -errno;
	r = unlink_some(dir, /* links_only= */ true);
	if (r == 0)
		r = unlink_some(dir, /* links_only= */ false);
	if (r == 0 && rmdir(path) < 0)
		r = -errno;
	return r;
}

int pins_stage(void)
{
	int r = drop(GUARD_STAGING);

	if (r == 0 && mkdir(GUARD_STAGING, 0700) < 0)
		r = -errno;
	return r;
}

int pins_commit(void)
{
	if (renameat2(AT_FDCWD, GUARD_STAGING, AT_FDCWD, GUARD_PINS, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (renameat2(AT_FDCWD, GUARD_STAGING, AT_FDCWD, GUARD_PINS, RENAME_EXCHANGE) < 0)
		return -errno;
	return drop(GUARD_STAGING);
}

int pins_drop_staged(void)
{
	return drop(GUARD_STAGING);
}

int pins_drop(void)
{
	return drop(GUARD_PINS);
}
