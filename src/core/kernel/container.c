/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether this is a container, so that the kernel's value and the files belong to different owners.
 *
 * Two kinds of signs are kept apart. What an image or an engine leaves in the file system
 * (/.dockerenv and the like, an overlay as root) goes along when the image is booted as a virtual
 * machine; namespaces other than the first do not. A PID namespace of its own is certain. One of
 * the other namespaces together with a sign in the file system is, too (a container in the host's
 * PID namespace). Signs in the file system alone disagree with the kernel: "may be".
 *
 * The first namespaces have fixed inode numbers: include/linux/proc_ns.h, since Linux 3.8 (cgroup:
 * 4.6).
 */
#include "kernel-impl.h"

#include <sys/vfs.h>

#define OVERLAYFS_MAGIC 0x794c7630 /* OVERLAYFS_SUPER_MAGIC of linux/magic.h */

enum sign { SIGN_NO, SIGN_YES, SIGN_HIDDEN };

static const struct first_ns {
	const char *path, *first, *phrase;
} first_ns[] = {
	{"/proc/self/ns/pid", "pid:[4026531836]", "pid namespace is not the first"},
	{"/proc/self/ns/user", "user:[4026531837]", "user namespace is not the first"},
	{"/proc/self/ns/ipc", "ipc:[4026531839]", "ipc namespace is not the first"},
	{"/proc/self/ns/cgroup", "cgroup:[4026531835]", "cgroup namespace is not the first"},
};

static const char *const markers[] = {"/.dockerenv", "/run/.containerenv",
				      "/run/systemd/container"};

struct signs {
	struct strbuf why;
	bool pid, other_ns, image;
};

static void phrase(struct signs *s, const char *text)
{
	(void)strbuf_addf(&s->why, "%s%s", s->why.len ? "; " : "", text);
}

/* Whether a namespace of this process is not the first. A kernel without the kind has no link. */
static enum sign own_namespace(struct tree *t, const struct first_ns *ns)
{
	_cleanup_free_ char *text = NULL;
	int r = tree_readlink(t, ns->path, &text);

	if (r < 0)
		return SIGN_HIDDEN;
	return streq(text, ns->first) ? SIGN_NO : SIGN_YES;
}

static void look_at_files(struct tree *t, struct signs *s)
{
	struct tree_stat st;
	struct statfs root;

	for (size_t i = 0; i < ELEMENTSOF(markers); i++) {
		if (tree_lstat(t, markers[i], &st) == 0) {
			s->image = true;
			phrase(s, markers[i]);
		}
	}
	if (tree_fd(t) >= 0 && fstatfs(tree_fd(t), &root) == 0 && root.f_type == OVERLAYFS_MAGIC) {
		s->image = true;
		phrase(s, "/ is overlay");
	}
}

/* "cgroup kubepods.slice/...": the unified line, or the first one that is not "/". */
static int cgroup_line(const char *line, size_t n, unsigned number, void *arg)
{
	const char *path = memchr(line, ':', n);
	struct signs *s = arg;
	_cleanup_free_ char *copy = NULL;

	(void)number;
	path = path ? memchr(path + 1, ':', n - (size_t)(path + 1 - line)) : NULL;
	if (!path)
		return 0;
	path++;
	while (path < line + n && *path == '/')
		path++;
	if (path == line + n)
		return 0;
	copy = strndup(path, n - (size_t)(path - line));
	if (!copy)
		return -ENOMEM;
	(void)strbuf_addf(&s->why, "%scgroup %s", s->why.len ? "; " : "", copy);
	return 1;
}

/* What only adds to the explanation. */
static int look_further(struct tree *t, struct signs *s)
{
	_cleanup_free_ char *cgroup = NULL, *environ = NULL;
	size_t n = 0;
	int r = fact_read_text(t, "/proc/1/cgroup", &cgroup);

	if (r == 0)
		r = fact_each_line(cgroup, cgroup_line, s);
	if (r == -ENOMEM)
		return r;
	r = tree_read_file(t, "/proc/1/environ", 1 << 20, &environ, &n);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (const char *p = environ; p < environ + n; p += strlen(p) + 1) {
		if (startswith(p, "container="))
			phrase(s, p);
	}
	return 0;
}

int container_detect(const struct kernel_env *env, bool full, struct kernel_facts *f)
{
	_cleanup_(strbuf_done) struct strbuf guard = {0};
	struct tree *t = env->proc_tree;
	struct signs s = {0};
	int r = 0;

	f->container = FACT_NO;
	if (!env->live || !t)
		return 0;
	s.pid = own_namespace(t, &first_ns[0]) == SIGN_YES;
	if (s.pid)
		phrase(&s, first_ns[0].phrase);
	look_at_files(t, &s);
	for (size_t i = 1; i < ELEMENTSOF(first_ns) && s.image && !s.pid; i++) {
		if (own_namespace(t, &first_ns[i]) == SIGN_YES) {
			s.other_ns = true;
			phrase(&s, first_ns[i].phrase);
		}
	}
	if (s.pid || s.image) {
		f->container = s.pid || s.other_ns ? FACT_YES : FACT_UNKNOWN;
		if (full)
			r = look_further(t, &s);
		guard = s.why;
		if (r == 0) {
			f->container_why = strbuf_take(&guard);
			r = f->container_why ? 0 : -ENOMEM;
		}
	}
	return r;
}
