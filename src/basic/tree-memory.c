/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory trees and overlays: a flat array of nodes by canonical path, small by design. An overlay
 * asks its own nodes first and its base for the rest.
 */
#include "tree-impl.h"

#include "limits.h"
#include "str.h"

static const struct memory_node *find(const struct tree *t, const char *path)
{
	for (size_t i = 0; i < t->n_nodes; i++) {
		if (streq(t->nodes[i].path, path))
			return &t->nodes[i];
	}
	return NULL;
}

static int new_tree(struct tree **ret, struct tree *base)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->ops = &tree_memory_ops;
	t->fd = -EBADF;
	t->base = base;
	*ret = t;
	return 0;
}

int tree_new_memory(struct tree **ret)
{
	return new_tree(ret, NULL);
}

int tree_new_overlay(struct tree **ret, struct tree *base)
{
	return new_tree(ret, base);
}

static int put(struct tree *t, const char *path, struct memory_node node)
{
	struct memory_node *old = (struct memory_node *)find(t, path);

	node.path = strdup(path);
	if (!node.path ||
	    (!old && array_reserve(&t->nodes, t->n_nodes, &t->cap_nodes, sizeof(*t->nodes)) < 0)) {
		free(node.path);
		free(node.bytes);
		return -ENOMEM;
	}
	if (old) {
		free(old->path);
		free(old->bytes);
		*old = node;
	} else {
		t->nodes[t->n_nodes++] = node;
	}
	return 0;
}

/* Makes the missing parents of a canonical path. */
static int add_parents(struct tree *t, const char *path)
{
	_cleanup_free_ char *copy = strdup(path);

	if (!copy)
		return -ENOMEM;
	for (char *p = strchr(copy + 1, '/'); p; p = strchr(p + 1, '/')) {
		struct tree_stat st;
		int r;

		*p = '\0';
		if (t->ops->lstat(t, copy, &st) == -ENOENT) {
			r = put(t, copy, (struct memory_node){.type = TREE_DIR});
			if (r < 0)
				return r;
		}
		*p = '/';
	}
	return 0;
}

static int add(struct tree *t, const char *path, enum tree_type type, const void *bytes, size_t n,
	       int err)
{
	struct memory_node node = {.type = type, .n = n, .err = err};
	_cleanup_free_ char *real = NULL, *parent = NULL;
	_cleanup_strbuf_ struct strbuf b = {0};
	struct tree_stat st;
	const char *slash;
	int r;

	if (*path != '/' || !path[1] || path[strlen(path) - 1] == '/')
		return -EINVAL;
	slash = strrchr(path, '/');
	parent = strndup(path, (size_t)(slash - path));
	if (!parent)
		return -ENOMEM;
	/* Links of the base in the parents: the node belongs where they lead. */
	if (*parent && tree_stat(t, parent, &st, &real) == 0 && !streq(real, "/"))
		(void)strbuf_adds(&b, real);
	else if (!real)
		(void)strbuf_adds(&b, parent);
	(void)strbuf_adds(&b, slash);
	if (b.failed)
		return -ENOMEM;
	r = add_parents(t, b.bytes);
	if (r < 0)
		return r;
	node.bytes = malloc(n + 1);
	if (!node.bytes)
		return -ENOMEM;
	if (n > 0)
		memcpy(node.bytes, bytes, n);
	node.bytes[n] = '\0';
	return put(t, b.bytes, node);
}

int tree_add_file(struct tree *t, const char *path, const void *bytes, size_t n)
{
	return add(t, path, TREE_REG, bytes, n, 0);
}

int tree_add_link(struct tree *t, const char *path, const char *target)
{
	return add(t, path, TREE_LNK, target, strlen(target), 0);
}

int tree_add_dir(struct tree *t, const char *path)
{
	return add(t, path, TREE_DIR, "", 0, 0);
}

int tree_add_error(struct tree *t, const char *path, int err)
{
	return add(t, path, TREE_REG, "", 0, err);
}

static int memory_lstat(struct tree *t, const char *path, struct tree_stat *ret)
{
	const struct memory_node *n = find(t, path);

	if (!n && t->base)
		return t->base->ops->lstat(t->base, path, ret);
	if (!n && !streq(path, "/"))
		return -ENOENT;
	if (n && n->err == ENOENT)
		return -ENOENT;
	*ret = (struct tree_stat){
		.type = n ? n->type : TREE_DIR,
		.mode = n && n->type == TREE_REG ? 0644 : 0755,
		.size = n && n->type == TREE_REG ? n->n : 0,
	};
	return 0;
}

static int memory_readlink(struct tree *t, const char *path, char **ret)
{
	const struct memory_node *n = find(t, path);

	if (!n)
		return t->base ? t->base->ops->readlink(t->base, path, ret) : -ENOENT;
	*ret = strdup(n->bytes);
	return *ret ? 0 : -ENOMEM;
}

static bool listed(const struct tree_list *l, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (streq(l->entries[i].name, name))
			return true;
	}
	return false;
}

/* The base's entries that no node of the overlay replaces. */
static int list_base(struct tree *t, const char *path, struct tree_list *ret, size_t *cap)
{
	_cleanup_(tree_list_done) struct tree_list base = {0};
	struct tree_stat st;
	int r;

	if (t->base->ops->lstat(t->base, path, &st) == -ENOENT)
		return 0;
	r = t->base->ops->list(t->base, path, &base);
	for (size_t i = 0; r == 0 && i < base.n; i++) {
		_cleanup_strbuf_ struct strbuf b = {0};

		(void)strbuf_adds(&b, streq(path, "/") ? "" : path);
		(void)strbuf_addc(&b, '/');
		if (strbuf_adds(&b, base.entries[i].name) < 0)
			return -ENOMEM;
		if (!find(t, b.bytes))
			r = tree_list_add(ret, cap, base.entries[i].name, base.entries[i].type);
	}
	return r;
}

static int memory_list(struct tree *t, const char *path, struct tree_list *ret)
{
	const struct memory_node *dir = find(t, path);
	size_t len = streq(path, "/") ? 0 : strlen(path), cap = 0;
	int r = 0;

	if (dir && dir->err)
		return -dir->err;
	for (size_t i = 0; r == 0 && i < t->n_nodes; i++) {
		const struct memory_node *n = &t->nodes[i];
		const char *name = n->path + len + 1;

		if (strncmp(n->path, path, len) != 0 || n->path[len] != '/' || !*name ||
		    strchr(name, '/') || n->err == ENOENT || listed(ret, ret->n, name))
			continue;
		r = tree_list_add(ret, &cap, name, n->type);
	}
	/* A directory that the overlay brought (its own node) shows only what the overlay has. */
	if (r == 0 && t->base && !dir)
		r = list_base(t, path, ret, &cap);
	return r;
}

static int memory_open(struct tree *t, const char *path, struct tree_file *ret)
{
	const struct memory_node *n = find(t, path);

	if (!n && t->base) {
		int r = t->base->ops->open(t->base, path, ret);

		ret->tree = t;
		return r;
	}
	if (!n)
		return -ENOENT;
	if (n->err)
		return -n->err;
	ret->bytes = n->bytes;
	ret->len = n->n;
	return 0;
}

const struct tree_ops tree_memory_ops = {
	.lstat = memory_lstat,
	.readlink = memory_readlink,
	.list = memory_list,
	.open = memory_open,
};
