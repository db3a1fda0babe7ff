/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory trees and overlays: an array of nodes by canonical path, sorted so that a directory comes
 * right before all that is in it. An overlay's own node stands for its path and hides all that the
 * base has below it; whatever has no own node on the way to it is the base's.
 */
#include "tree-impl.h"

#include "str.h"

/* Rank of a byte: the end comes first, then '/', so that "/a/b" stands before "/a-b". */
static int rank(char c)
{
	return c == '\0' ? 0 : c == '/' ? 1 : (unsigned char)c + 1;
}

static int compare_paths(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return rank(*a) - rank(*b);
}

/* Index of the first node that is not before path. */
static size_t lower_bound(const struct tree *t, const char *path)
{
	size_t low = 0, high = t->n_nodes;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_paths(t->nodes[mid].path, path) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct memory_node *find(const struct tree *t, const char *path)
{
	size_t i = lower_bound(t, path);

	return i < t->n_nodes && streq(t->nodes[i].path, path) ? &t->nodes[i] : NULL;
}

/* Our own node nearest above a path, or NULL. */
static const struct memory_node *find_above(const struct tree *t, const char *path)
{
	char prefix[LIMIT_PATH];
	size_t n = strlen(path);
	const struct memory_node *found = NULL;

	if (n >= sizeof(prefix))
		return NULL;
	memcpy(prefix, path, n + 1);
	while (!found && n > 0) {
		while (n > 0 && prefix[n - 1] != '/')
			n--;
		if (n > 0)
			n--;
		prefix[n] = '\0';
		found = n > 0 ? find(t, prefix) : NULL;
	}
	return found;
}

/*
 * Finds what answers for a canonical path. Returns 1 with our own node in ret (which may fail with
 * its err), or with NULL for the root of a memory tree; 0 when the base has to be asked; -errno.
 */
static int locate(const struct tree *t, const char *path, const struct memory_node **ret)
{
	const struct memory_node *n = find(t, path);

	if (!n) {
		const struct memory_node *above = find_above(t, path);

		if (above && above->err)
			return -above->err;
		if (above && above->type != TREE_DIR)
			return -ENOTDIR;
		if (above || (!t->base && !streq(path, "/")))
			return -ENOENT;
		if (t->base)
			return 0;
	} else if (n->err == ENOENT) {
		return -ENOENT;
	}
	*ret = n;
	return 1;
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

/* Drops all nodes below a path, which is being replaced. */
static void drop_below(struct tree *t, const char *path)
{
	size_t len = strlen(path), first = lower_bound(t, path), end;

	if (first < t->n_nodes && streq(t->nodes[first].path, path))
		first++;
	for (end = first; end < t->n_nodes && strncmp(t->nodes[end].path, path, len) == 0 &&
			  t->nodes[end].path[len] == '/';
	     end++) {
		free(t->nodes[end].path);
		free(t->nodes[end].bytes);
	}
	memmove(t->nodes + first, t->nodes + end, (t->n_nodes - end) * sizeof(*t->nodes));
	t->n_nodes -= end - first;
}

/* Puts a node at its path. Takes over what the node owns, on failure too. */
static int put(struct tree *t, struct memory_node node)
{
	struct memory_node *old = node.path ? find(t, node.path) : NULL;
	size_t i;

	if (!node.path || !node.bytes ||
	    array_reserve(&t->nodes, t->n_nodes, &t->cap_nodes, sizeof(*t->nodes)) < 0) {
		free(node.path);
		free(node.bytes);
		return -ENOMEM;
	}
	if (old) {
		old = find(t, node.path); /* the array may have moved */
		free(old->path);
		free(old->bytes);
		*old = node;
	} else {
		i = lower_bound(t, node.path);
		memmove(t->nodes + i + 1, t->nodes + i, (t->n_nodes - i) * sizeof(*t->nodes));
		t->nodes[i] = node;
		t->n_nodes++;
	}
	if (node.type != TREE_DIR || node.err)
		drop_below(t, node.path);
	return 0;
}

/* dir + "/" + name; "/" + name for the root. NULL when out of memory. */
static char *join(const char *dir, const char *name)
{
	_cleanup_strbuf_ struct strbuf b = {0};

	(void)strbuf_adds(&b, streq(dir, "/") ? "" : dir);
	(void)strbuf_addc(&b, '/');
	(void)strbuf_adds(&b, name);
	return strbuf_take(&b);
}

static bool is_name(const char *s)
{
	return *s && !streq(s, ".") && !streq(s, "..") && strlen(s) <= 255;
}

/* Gives the canonical path of a directory, links followed, making what is missing of it. */
static int make_dirs(struct tree *t, const char *path, char **ret)
{
	_cleanup_free_ char *parent = NULL, *real = NULL, *made = NULL;
	const char *slash = strrchr(path, '/');
	struct tree_stat st;
	int r;

	r = tree_stat(t, *path ? path : "/", &st, ret);
	if (r == 0) {
		if (st.type == TREE_DIR)
			return 0;
		free(*ret);
		*ret = NULL;
		return -ENOTDIR;
	}
	if (r != -ENOENT || !slash)
		return r;
	if (!is_name(slash + 1))
		return -EINVAL;
	if (tree_lstat(t, path, &st) == 0)
		return -ENOENT; /* a link to nothing */
	parent = strndup(path, (size_t)(slash - path));
	if (!parent)
		return -ENOMEM;
	r = make_dirs(t, parent, &real);
	if (r < 0)
		return r;
	made = join(real, slash + 1);
	if (!made)
		return -ENOMEM;
	r = put(t,
		(struct memory_node){.path = strdup(made), .type = TREE_DIR, .bytes = strdup("")});
	if (r == 0)
		*ret = TAKE_PTR(made);
	return r;
}

static int add(struct tree *t, const char *path, struct memory_node node, const void *bytes)
{
	_cleanup_free_ char *parent = NULL, *real = NULL;
	const char *slash = strrchr(path, '/');
	int r;

	if (*path != '/' || strlen(path) >= LIMIT_PATH || !is_name(slash + 1))
		return -EINVAL;
	parent = strndup(path, (size_t)(slash - path));
	if (!parent)
		return -ENOMEM;
	r = make_dirs(t, parent, &real);
	if (r < 0)
		return r;
	node.path = join(real, slash + 1);
	node.bytes = malloc(node.n + 1);
	if (node.bytes) {
		if (node.n > 0)
			memcpy(node.bytes, bytes, node.n);
		node.bytes[node.n] = '\0';
	}
	return put(t, node);
}

int tree_add_file(struct tree *t, const char *path, const void *bytes, size_t n)
{
	return add(t, path, (struct memory_node){.type = TREE_REG, .n = n}, bytes);
}

int tree_add_link(struct tree *t, const char *path, const char *target)
{
	return add(t, path, (struct memory_node){.type = TREE_LNK, .n = strlen(target)}, target);
}

int tree_add_dir(struct tree *t, const char *path)
{
	return add(t, path, (struct memory_node){.type = TREE_DIR}, NULL);
}

int tree_add_error(struct tree *t, const char *path, int err)
{
	return add(t, path, (struct memory_node){.type = TREE_REG, .err = err}, NULL);
}

int tree_set_owner(struct tree *t, const char *path, uid_t uid, gid_t gid)
{
	struct memory_node *n = find(t, path);

	if (!n)
		return -ENOENT;
	n->uid = uid;
	n->gid = gid;
	return 0;
}

int tree_memory_below(const struct tree *t, const char *path, struct tree **ret)
{
	_cleanup_tree_ struct tree *below = NULL;
	const size_t len = streq(path, "/") ? 0 : strlen(path);
	const struct memory_node *dir = find(t, path);
	int r;

	if (t->base)
		return -ENOTSUP;
	if (dir && (dir->err || dir->type != TREE_DIR))
		return dir->err ? -dir->err : -ENOTDIR;
	r = tree_new_memory(&below);

	for (size_t i = len > 0 ? lower_bound(t, path) : 0; r == 0 && i < t->n_nodes; i++) {
		struct memory_node n = t->nodes[i];

		if (strncmp(n.path, path, len) != 0)
			break;
		if (n.path[len] != '/')
			continue;
		n.path = strdup(n.path + len);
		n.bytes = malloc(n.n + 1);
		if (n.bytes)
			memcpy(n.bytes, t->nodes[i].bytes, n.n + 1);
		r = put(below, n);
	}
	if (r == 0)
		*ret = TAKE_PTR(below);
	return r;
}

static int memory_lstat(struct tree *t, const char *path, struct tree_stat *ret)
{
	const struct memory_node *n = NULL;
	int r = locate(t, path, &n);

	if (r <= 0)
		return r < 0 ? r : t->base->ops->lstat(t->base, path, ret);
	*ret = (struct tree_stat){
		.type = n ? n->type : TREE_DIR,
		.mode = !n || n->type == TREE_DIR ? 0755
			: n->type == TREE_LNK	  ? 0777
						  : 0644,
		.uid = n ? n->uid : 0,
		.gid = n ? n->gid : 0,
		.size = n && n->type != TREE_DIR ? n->n : 0,
	};
	return 0;
}

static int memory_readlink(struct tree *t, const char *path, char **ret)
{
	const struct memory_node *n = NULL;
	char *copy;
	int r = locate(t, path, &n);

	if (r <= 0)
		return r < 0 ? r : t->base->ops->readlink(t->base, path, ret);
	if (n && n->err)
		return -n->err;
	if (!n || n->type != TREE_LNK)
		return -EINVAL;
	copy = strdup(n->bytes);
	if (!copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

/* The base's entries that no node of ours replaces. */
static int list_base(struct tree *t, const char *path, struct tree_list *ret, size_t *cap)
{
	_cleanup_(tree_list_done) struct tree_list base = {0};
	int r = t->base->ops->list(t->base, path, &base);

	for (size_t i = 0; r == 0 && i < base.n; i++) {
		_cleanup_free_ char *full = join(path, base.entries[i].name);

		if (!full)
			return -ENOMEM;
		if (!find(t, full))
			r = tree_list_add(ret, cap, base.entries[i].name, base.entries[i].type);
	}
	return r;
}

static int memory_list(struct tree *t, const char *path, struct tree_list *ret)
{
	size_t len = streq(path, "/") ? 0 : strlen(path), cap = 0;
	const struct memory_node *dir = NULL;
	int r = locate(t, path, &dir);

	if (r < 0)
		return r;
	if (dir && dir->err)
		return -dir->err;
	if (dir && dir->type != TREE_DIR)
		return -ENOTDIR;
	r = r == 0 ? list_base(t, path, ret, &cap) : 0;
	for (size_t i = len > 0 ? lower_bound(t, path) : 0; r == 0 && i < t->n_nodes; i++) {
		const struct memory_node *n = &t->nodes[i];

		if (n == dir)
			continue;
		if (strncmp(n->path, path, len) != 0 || n->path[len] != '/')
			break;
		if (n->err != ENOENT && !strchr(n->path + len + 1, '/'))
			r = tree_list_add(ret, &cap, n->path + len + 1, n->type);
	}
	return r;
}

static int memory_open(struct tree *t, const char *path, struct tree_file *ret)
{
	const struct memory_node *n = NULL;
	int r = locate(t, path, &n);

	if (r < 0)
		return r;
	if (r == 0)
		return t->base->ops->open(t->base, path, ret);
	if (!n)
		return -EISDIR;
	if (n->err)
		return -n->err;
	r = memory_lstat(t, path, &ret->st);
	if (r < 0)
		return r;
	ret->bytes = n->bytes;
	ret->len = n->n;
	return 0;
}

static int memory_fstype(struct tree *t, const char *path, uint64_t *ret)
{
	const struct memory_node *n = NULL;
	int r = locate(t, path, &n);

	if (r <= 0)
		return r < 0 ? r : t->base->ops->fstype(t->base, path, ret);
	return -ENOTSUP;
}

const struct tree_ops tree_memory_ops = {
	.lstat = memory_lstat,
	.readlink = memory_readlink,
	.list = memory_list,
	.open = memory_open,
	.fstype = memory_fstype,
};
