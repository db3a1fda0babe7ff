/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * User namespaces of a snapshot: each once, with its parents and owner. /proc names them by inode
 * number; parents and owners are asked for with ioctl_ns(2), which takes a real /proc, and the
 * right to look at the process. For a recorded /proc they stay unseen, the first namespace
 * excepted: its number is fixed.
 */
#include "snapshot-impl.h"

#include "fd.h"
#include "limits.h"
#include "parse.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define FIRST_USERNS UINT64_C(0xEFFFFFFD) /* PROC_USER_INIT_INO of include/linux/proc_ns.h */
#define MAX_DEPTH    34	   /* levels of user namespaces: 33, kernel/user_namespace.c */
#define MAP_MAX	     65536 /* bytes of a map: 340 lines */

static struct access_userns *find(const struct snapshot *s, uint64_t inode)
{
	for (size_t i = 0; i < s->n_userns; i++) {
		if (s->userns[i]->inode == inode)
			return s->userns[i];
	}
	return NULL;
}

static int add(struct snapshot *s, uint64_t inode, struct access_userns **ret)
{
	struct access_userns *u;

	if (array_reserve(&s->userns, s->n_userns, &s->cap_userns, sizeof(struct access_userns *)) <
	    0)
		return -ENOMEM;
	u = calloc(1, sizeof(*u));
	if (!u)
		return -ENOMEM;
	*u = (struct access_userns){
		.inode = inode,
		.owner = ACCESS_ID_UNSEEN,
		.root_uid = ACCESS_ID_UNSEEN,
		.root_gid = ACCESS_ID_UNSEEN,
	};
	if (inode == FIRST_USERNS) {
		u->first = true;
		u->root_uid = u->root_gid = 0;
	}
	s->userns[s->n_userns++] = u;
	*ret = u;
	return 0;
}

static int first(struct snapshot *s, const struct access_userns **ret)
{
	struct access_userns *u = find(s, FIRST_USERNS);
	int r = u ? 0 : add(s, FIRST_USERNS, &u);

	if (r == 0)
		*ret = u;
	return r;
}

/* The number in "user:[4026531837]". Returns 0 or -EBADMSG. */
static int parse_link(const char *text, uint64_t *ret)
{
	_cleanup_free_ char *number = NULL;

	if (!startswith(text, "user:[") || !endswith(text, "]"))
		return -EBADMSG;
	number = strndup(text + strlen("user:["), strlen(text) - strlen("user:[]"));
	if (!number)
		return -ENOMEM;
	return parse_uint(number, UINT64_MAX, ret) == 0 ? 0 : -EBADMSG;
}

/* Reads a map of the process. Returns 0, or the errno of reading it, or -EBADMSG. */
static int read_map(struct tree *process, const char *path, bool *ret_all, uint32_t *ret_root)
{
	_cleanup_free_ char *text = NULL;
	int r = tree_read_file(process, path, MAP_MAX, &text, NULL);

	return r < 0 ? r : proc_text_map(text, ret_all, ret_root);
}

/* Who 0 is outside of a namespace that the process is in. */
static int fill_roots(struct access_userns *u, struct tree *process)
{
	bool all;
	int r = read_map(process, "/uid_map", &all, &u->root_uid);
	int k = read_map(process, "/gid_map", &all, &u->root_gid);

	u->root_unmapped = r == 0 && k == 0 &&
			   (u->root_uid == ACCESS_ID_UNSEEN || u->root_gid == ACCESS_ID_UNSEEN);
	return r == -ENOMEM || k == -ENOMEM ? -ENOMEM : 0;
}

/* Adds the namespaces above u, whose file is fd. */
static int fill_parents(struct snapshot *s, struct access_userns *u, int fd)
{
	_cleanup_fd_ int here = fd;

	for (int depth = 0; depth < MAX_DEPTH && !u->first; depth++) {
		struct access_userns *parent;
		struct stat st;
		uid_t owner;
		int up, r;

		if (ioctl(here, NS_GET_OWNER_UID, &owner) == 0 && owner != s->overflow_uid)
			u->owner = owner;
		up = ioctl(here, NS_GET_PARENT);
		if (up < 0)
			return 0; /* EPERM: it is above the reader's own */
		(void)fd_close(here);
		here = up;
		if (fstat(up, &st) < 0)
			return 0;
		parent = find(s, st.st_ino);
		u->parent = parent;
		if (parent)
			return 0; /* what is above is known */
		r = add(s, st.st_ino, &parent);
		if (r < 0)
			return r;
		u->parent = parent;
		u = parent;
	}
	return 0;
}

/* A namespace that is met for the first time. */
static int learn(struct snapshot *s, struct tree *process, uint64_t inode,
		 const struct access_userns **ret)
{
	struct access_userns *u;
	struct stat st;
	int fd, r = add(s, inode, &u);

	if (r < 0)
		return r;
	*ret = u;
	if (u->first)
		return 0;
	r = fill_roots(u, process);
	if (r < 0 || tree_fd(process) < 0)
		return r;
	/* A magic link, which no tree follows. */
	fd = openat(tree_fd(process), "ns/user", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return 0;
	if (fstat(fd, &st) < 0 || st.st_ino != inode) {
		(void)fd_close(fd);
		return 0; /* recorded: a file, or another one's namespace */
	}
	return fill_parents(s, u, fd);
}

int userns_of(struct snapshot *s, struct tree *process, const struct access_userns **ret)
{
	_cleanup_free_ char *text = NULL;
	uint32_t root;
	uint64_t inode;
	bool all;
	int r = tree_readlink(process, "/ns/user", &text);

	*ret = NULL;
	if (r == 0)
		r = parse_link(text, &inode);
	if (r == 0) {
		struct access_userns *u = find(s, inode);

		*ret = u;
		/* One that was met as a parent only has no roots yet. */
		if (u && !u->first && u->root_uid == ACCESS_ID_UNSEEN && !u->root_unmapped)
			return fill_roots(u, process);
		return u ? 0 : learn(s, process, inode, ret);
	}
	if (r == -ENOMEM || r == -ESRCH)
		return r;
	/* Seen from the first namespace, only that maps all ids to themselves: to do so in another
	 * takes root, who then owns it. */
	if (s->first_userns && read_map(process, "/uid_map", &all, &root) == 0 && all)
		return first(s, ret);
	return 0;
}

void userns_done(struct snapshot *s)
{
	for (size_t i = 0; i < s->n_userns; i++)
		free(s->userns[i]);
	free(s->userns);
}
