/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file system has many files and few of these: one getxattr() for each, and a look at the mode
 * only of those that have capabilities or the name of a debugger. Other set-uid programs are no
 * holes of ptrace.
 */
#include "hole-files.h"

#include "access.h"
#include "limits.h"
#include "str.h"

#include <linux/magic.h>

/* Depth of directories that a scan goes down. */
#define SCAN_DEPTH 128

void hole_files_done(struct hole_files *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->files[i].path);
	free(h->files);
	*h = (struct hole_files){0};
}

static bool is_debugger(const char *name)
{
	static const char *const names[] = {
		"bpftrace",  "criu", "dlv",	    "eu-stack", "gcore",   "gdb",
		"gdbserver", "lldb", "lldb-server", "ltrace",	"perf",	   "py-spy",
		"radare2",   "rr",   "reptyr",	    "strace",	"uftrace", "valgrind"};

	for (size_t i = 0; i < ELEMENTSOF(names); i++) {
		if (streq(names[i], name))
			return true;
	}
	return false;
}

static bool is_known(const struct hole_files *h, const char *path)
{
	for (size_t i = 0; i < h->n; i++) {
		if (streq(h->files[i].path, path))
			return true;
	}
	return false;
}

/* One regular file, by its real path. Returns 0 or -ENOMEM. */
static int look_at(struct tree *t, const char *path, const char *name, struct hole_files *h)
{
	struct hole_file f = {0};
	struct tree_stat st;
	int r = file_caps_read(t, path, &f.caps);

	f.has_caps = r == 0 && (f.caps.permitted & ACCESS_CAP_BIT(ACCESS_CAP_SYS_PTRACE));
	if (!f.has_caps && !is_debugger(name))
		return 0;
	if (tree_lstat(t, path, &st) < 0 || st.type != TREE_REG)
		return 0;
	f.set_uid = is_debugger(name) && (st.mode & 04000) && st.uid == 0;
	f.others = (st.mode & 0001) != 0;
	if ((!f.has_caps && !f.set_uid) || is_known(h, path))
		return 0;
	f.path = strdup(path);
	if (!f.path || array_reserve(&h->files, h->n, &h->cap, sizeof(*h->files)) < 0) {
		free(f.path);
		return -ENOMEM;
	}
	h->files[h->n++] = f;
	return 0;
}

static bool is_pseudo(struct tree *t, const char *dir)
{
	uint64_t type;

	return tree_fstype(t, dir, &type) == 0 && (type == PROC_SUPER_MAGIC || type == SYSFS_MAGIC);
}

/* The files of a directory, by its real path, and with depth > 0 of those below. Returns 0, the
 * errno of listing it, or -ENOMEM. */
static int scan(struct tree *t, const char *dir, unsigned depth, struct hole_files *h)
{
	_cleanup_(tree_list_done) struct tree_list l = {0};
	_cleanup_strbuf_ struct strbuf path = {0};
	int r = tree_list(t, dir, &l);

	for (size_t i = 0; r == 0 && i < l.n; i++) {
		const struct tree_entry *e = &l.entries[i];

		if (e->type != TREE_REG && (e->type != TREE_DIR || depth == 0))
			continue;
		strbuf_clear(&path);
		if (strbuf_addf(&path, "%s/%s", streq(dir, "/") ? "" : dir, e->name) < 0)
			return -ENOMEM;
		if (e->type == TREE_REG) {
			r = look_at(t, path.bytes, e->name, h);
		} else if (!is_pseudo(t, path.bytes)) {
			r = scan(t, path.bytes, depth - 1, h);
			if (r < 0 && r != -ENOMEM) {
				h->unreadable++;
				r = 0;
			}
		}
	}
	return r;
}

int hole_files_path(struct tree *t, struct hole_files *h, struct error *e)
{
	static const char *const dirs[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
					   "/usr/bin",	      "/sbin",		"/bin"};
	char *seen[ELEMENTSOF(dirs)] = {0};
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < ELEMENTSOF(dirs); i++) {
		struct tree_stat st;
		char *real = NULL;
		bool again = false;

		if (tree_stat(t, dirs[i], &st, &real) < 0)
			continue;
		for (size_t k = 0; k < n; k++)
			again = again || streq(seen[k], real);
		seen[n++] = real;
		if (!again && st.type == TREE_DIR)
			r = scan(t, real, 0, h);
		if (r < 0 && r != -ENOMEM) {
			h->unreadable++;
			r = 0;
		}
	}
	for (size_t k = 0; k < n; k++)
		free(seen[k]);
	return r < 0 ? error_set(e, -r, NULL, 0, "out of memory") : 0;
}

int hole_files_scan(struct tree *t, const char *dir, struct hole_files *h, struct error *e)
{
	_cleanup_free_ char *real = NULL;
	struct tree_stat st;
	int r = tree_stat(t, dir, &st, &real);

	if (r == 0 && st.type != TREE_DIR)
		r = -ENOTDIR;
	if (r == 0)
		r = scan(t, real, SCAN_DEPTH, h);
	return r < 0 ? error_set(e, -r, dir, 0, "cannot scan the directory") : 0;
}
