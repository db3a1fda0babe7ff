/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one walker for links, over a backend's operations on link-free paths. What has been walked is
 * a canonical path, what is still to be walked a string; a link's text is put before the rest. So
 * links are counted, ".." and absolute targets stay inside, and a component that is swapped for a
 * link between two looks is an error of the backend, upon which the walk starts again.
 */
#include "tree-impl.h"

/* As NAME_MAX of the file systems that matter, for backends that have no limit of their own. */
#define NAME_BYTES 255

const char *walk_path(const struct walk *w)
{
	return w->len > 0 ? w->done : "/";
}

int tree_openable(enum tree_type type)
{
	switch (type) {
	case TREE_REG:
		return 0;
	case TREE_NULL:
		return 1;
	case TREE_DIR:
		return -EISDIR;
	default:
		return -EBADFD;
	}
}

static void go_up(struct walk *w)
{
	while (w->len > 0 && w->done[--w->len] != '/')
		;
	w->done[w->len] = '\0';
	w->known = false;
}

static int append(struct walk *w, const char *name, size_t n)
{
	if (n > NAME_BYTES || w->len + 1 + n >= sizeof(w->done))
		return -ENAMETOOLONG;
	w->done[w->len] = '/';
	memcpy(w->done + w->len + 1, name, n);
	w->len += 1 + n;
	w->done[w->len] = '\0';
	return 0;
}

/* Passes over slashes and "." components. */
static const char *skip_dots(const char *s)
{
	for (;;) {
		s += strspn(s, "/");
		if (s[0] != '.' || (s[1] != '/' && s[1] != '\0'))
			return s;
		s++;
	}
}

/* True when the walk ends at /dev/null, by the text of what is left. */
static bool ends_at_null(const struct walk *w, const char *rest)
{
	if (w->len == 0 && startswith(rest, "dev/"))
		rest = skip_dots(rest + strlen("dev/"));
	else if (w->len != strlen("/dev") || !streq(w->done, "/dev"))
		return false;
	return streq(rest, "null");
}

/* Puts a link's text before what follows it. */
static int follow(struct tree *t, struct walk *w, const char *after)
{
	_cleanup_free_ char *target = NULL;
	size_t n, m = strlen(after);
	int r;

	if (++w->links > LIMIT_LINKS)
		return -ELOOP;
	r = t->ops->readlink(t, w->done, &target);
	if (r < 0)
		return r == -EINVAL ? -EAGAIN : r;
	if (!*target)
		return -ENOENT;
	n = strlen(target);
	if (n + m >= sizeof(w->rest))
		return -ENAMETOOLONG;
	memmove(w->rest + n, after, m + 1); /* after is a part of rest */
	memcpy(w->rest, target, n);
	if (*target == '/') {
		w->len = 0;
		w->done[0] = '\0';
		w->known = false;
	} else {
		go_up(w);
	}
	return 0;
}

/* Why something that is no directory cannot be entered: what listing it says. */
static int not_entered(struct tree *t, const char *path)
{
	_cleanup_(tree_list_done) struct tree_list l = {0};
	int r = t->ops->list(t, path, &l);

	return r < 0 ? r : -EAGAIN;
}

/* One component: name, n bytes of w->rest, with after behind it. */
static int step(struct tree *t, struct walk *w, const char *name, size_t n, bool follow_last)
{
	const char *after = name + n;
	bool last = !*after;
	int r;

	r = append(w, name, n);
	if (r < 0)
		return r;
	r = t->ops->lstat(t, w->done, &w->st);
	/* A root that is not running may lack /dev, which is there when a loader runs. */
	if (r == -ENOENT && streq(w->done, "/dev") && *skip_dots(after)) {
		w->st = (struct tree_stat){.type = TREE_DIR};
		r = 0;
	}
	if (r < 0)
		return r;
	w->known = true;
	/* A slash at the end asks for a directory, through a link if need be. */
	if (w->st.type == TREE_LNK && (!last || follow_last))
		return follow(t, w, after);
	if (!last && w->st.type != TREE_DIR)
		return not_entered(t, w->done);
	memmove(w->rest, after, strlen(after) + 1);
	return 0;
}

static int walk_once(struct tree *t, const char *path, bool follow_last, struct walk *w)
{
	size_t len = strlen(path);
	int r;

	if (len >= sizeof(w->rest))
		return -ENAMETOOLONG;
	if (len == 0)
		return -ENOENT;
	memcpy(w->rest, path, len + 1);
	w->done[0] = '\0';
	w->len = 0;
	w->links = 0;
	w->known = false;
	for (;;) {
		const char *name = skip_dots(w->rest);
		size_t n = strcspn(name, "/");

		if (n == 0)
			break;
		if (ends_at_null(w, name)) {
			w->st = (struct tree_stat){.type = TREE_NULL};
			w->len = 0;
			return append(w, "dev", 3) < 0 ? -ENAMETOOLONG : append(w, "null", 4);
		}
		if (n == 2 && name[0] == '.' && name[1] == '.') {
			go_up(w);
			memmove(w->rest, name + n, strlen(name + n) + 1);
			continue;
		}
		r = step(t, w, name, n, follow_last);
		if (r < 0)
			return r;
	}
	return w->known ? 0 : t->ops->lstat(t, walk_path(w), &w->st);
}

int tree_walk(struct tree *t, const char *path, bool follow_last, struct walk *w)
{
	int r = -EAGAIN;

	for (unsigned i = 0; r == -EAGAIN && i < TREE_RESTARTS; i++)
		r = walk_once(t, path, follow_last, w);
	return r;
}
