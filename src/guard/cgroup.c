/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A cgroup is known to the kernel by a number, which is also in its file handle (fs/kernfs/mount.c,
 * kernfs_encode_fh()). Who may write the parent's directory or its cgroup.procs can move processes
 * in and out (Documentation/admin-guide/cgroup-v2.rst, "Delegation Containment").
 */
#include "cgroup.h"

#include "fd.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define HANDLE_BYTES 8

static int find_id(int dir, uint64_t *ret)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + HANDLE_BYTES];
	} h = {.handle.handle_bytes = HANDLE_BYTES};
	int mount;

	if (name_to_handle_at(dir, "", &h.handle, &mount, AT_EMPTY_PATH) < 0)
		return -errno;
	if (h.handle.handle_bytes != HANDLE_BYTES)
		return -EOPNOTSUPP;
	memcpy(ret, h.handle.f_handle, sizeof(*ret));
	return 0;
}

static uint32_t writer_of(const struct stat *st, uint32_t other)
{
	uint32_t uid = st->st_uid;

	if ((st->st_mode & S_IWOTH) || ((st->st_mode & S_IWGRP) && st->st_gid != 0))
		return GUARD_WRITER_ANYBODY;
	if (uid == 0 || uid == other)
		return other;
	return other == 0 ? uid : GUARD_WRITER_ANYBODY;
}

/* Two owners that are not root count as everybody: the map has room for one. */
static int find_writer(int dir, uint32_t *ret)
{
	struct stat parent, procs;

	if (fstatat(dir, "..", &parent, 0) < 0 || fstatat(dir, "../cgroup.procs", &procs, 0) < 0)
		return -errno;
	*ret = writer_of(&procs, writer_of(&parent, 0));
	return 0;
}

/* It is written into a file of lines. */
static bool has_control(const char *path)
{
	for (; *path; path++) {
		if ((unsigned char)*path < ' ' || *path == 0x7f)
			return true;
	}
	return false;
}

static bool has_dotdot(const char *path)
{
	for (const char *s = path; (s = strstr(s, "..")); s += 2) {
		if ((s == path || s[-1] == '/') && (!s[2] || s[2] == '/'))
			return true;
	}
	return false;
}

int guard_cgroup_find(const char *path, uint64_t *ret_id, uint32_t *ret_writer, struct error *e)
{
	_cleanup_fd_ int dir = -EBADF;
	char whole[4096];
	struct statfs fs;
	int r;

	if (path[0] != '/' || !path[strspn(path, "/")] || has_dotdot(path) || has_control(path) ||
	    (size_t)snprintf(whole, sizeof(whole), "%s%s", CGROUP_ROOT, path) >= sizeof(whole)) {
		(void)error_set(e, EINVAL, path, 0, "is not the path of a cgroup below the first");
		error_hint(e, "as in /proc/PID/cgroup: /build.slice; the first has the level of "
			      "--level alone");
		return -EINVAL;
	}
	dir = open(whole, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || fstatfs(dir, &fs) < 0)
		return error_set(e, errno, whole, 0, "cannot find the cgroup");
	if (fs.f_type != CGROUP2_SUPER_MAGIC)
		return error_set(e, EINVAL, whole, 0, "is not in a cgroup v2 file system");
	r = find_id(dir, ret_id);
	if (r == 0)
		r = find_writer(dir, ret_writer);
	return r < 0 ? error_set(e, -r, whole, 0, "cannot tell the cgroup's number and owner") : 0;
}

static bool is_kept(const uint64_t *ids, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

/* Drops what is not among the ids. */
static int drop_others(int map, const uint64_t *ids, size_t n)
{
	uint64_t key, next, *from = NULL;

	while (bpf_map_get_next_key(map, from, &next) == 0) {
		if (!is_kept(ids, n, next)) {
			if (bpf_map_delete_elem(map, &next) < 0 && errno != ENOENT)
				return -errno;
			continue; /* from the same place */
		}
		key = next;
		from = &key;
	}
	return errno == ENOENT ? 0 : -errno;
}

int guard_cgroups_fill(int map, const struct guard_settings *s, struct error *e)
{
	_cleanup_free_ uint64_t *ids = calloc(s->n_cgroups + 1, sizeof(*ids));
	int r;

	if (!ids)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	for (size_t i = 0; i < s->n_cgroups; i++) {
		struct guard_cgroup c = {.level = (uint32_t)s->cgroups[i].level};

		r = guard_cgroup_find(s->cgroups[i].path, &ids[i], &c.writer, e);
		if (r == -ENOENT)
			continue; /* not there now: status tells */
		if (r < 0)
			return r;
		if (bpf_map_update_elem(map, &ids[i], &c, BPF_ANY) < 0)
			return error_set(e, errno, s->cgroups[i].path, 0,
					 "cannot set the level of the cgroup");
	}
	r = drop_others(map, ids, s->n_cgroups);
	return r < 0 ? error_set(e, -r, NULL, 0, "cannot take levels of cgroups back") : 0;
}
