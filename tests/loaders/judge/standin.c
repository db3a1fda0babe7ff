/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The stand-in for /proc/sys, on libfuse's low-level interface. The tree is built once from the
 * table of keys: node N has inode number N + 1, so that a lookup is a walk over few siblings and
 * nothing is ever forgotten. One thread serves requests; the lock is held against
 * the owner, who resets and collects between two runs.
 *
 * Names and attributes never change, so the kernel may keep those for good, which halves the time
 * of a run; contents are never kept (direct_io), so that every read and write arrives here.
 *
 * Kept like procfs, as loaders can tell the difference: ENOENT also for O_CREAT of an unknown
 * name, truncation without effect, a block size of 1024 (stdio takes its buffer size from it),
 * files of size 0, reads at an offset that return nothing, directories that cannot be written.
 */

#define FUSE_USE_VERSION 31

#include "standin.h"

#include <errno.h>
#include <fuse_lowlevel.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sorted as procfs lists them does not matter: glob(3) sorts. */
static const char *const keys[] = {
	"fs/protected_hardlinks",
	"fs/suid_dumpable",
	"kernel/core_pattern",
	"kernel/kptr_restrict",
	"kernel/perf_event_paranoid",
	"kernel/sysrq",
	STANDIN_SCOPE_KEY,
	"net/ipv4/conf/all/accept_source_route",
	"net/ipv4/conf/all/rp_filter",
	"net/ipv4/conf/default/accept_source_route",
	"net/ipv4/conf/default/rp_filter",
	"net/ipv4/conf/eth0.100/accept_source_route",
	"net/ipv4/conf/eth0.100/rp_filter",
	"net/ipv4/conf/eth0/accept_source_route",
	"net/ipv4/conf/eth0/rp_filter",
	"net/ipv4/conf/lo/accept_source_route",
	"net/ipv4/conf/lo/rp_filter",
	"net/ipv4/ip_forward",
	"vm/overcommit_memory",
	"vm/swappiness",
	NULL,
};

/* Equal to no value, as every loader strips those; one line, as tuned refuses more. */
#define UNSET_TEXT " not set\n"

enum {
	NODES_MAX = 128,
	TEXT_MAX = 4096,
	WRITE_MAX = 1 << 20,
	PAGE = 4096, /* a buffer that does not start on a page makes a request shorter by a part of
			one */
	KEEP_S = 24 * 60 * 60, /* names and attributes */
};

struct node {
	char *name;
	const char *key; /* NULL: a directory */
	size_t parent;
	char *text; /* what a read returns; NULL: unset */
	size_t text_len;
};

struct standin {
	struct fuse_session *session;
	pthread_t thread;
	bool mounted, running;
	pthread_mutex_t lock;
	struct write_rule rule;
	int level;
	struct node nodes[NODES_MAX];
	size_t n_nodes;
	struct standin_log log;
	size_t log_room;
	bool log_open; /* the last write filled a whole request: the next may be its rest */
};

const char *const *standin_keys(void)
{
	return keys;
}

static bool is_scope(const struct node *n)
{
	return n->key && strcmp(n->key, STANDIN_SCOPE_KEY) == 0;
}

/* ---- the tree ---- */

static size_t find_child(const struct standin *s, size_t parent, const char *name, size_t len)
{
	for (size_t i = 1; i < s->n_nodes; i++)
		if (s->nodes[i].parent == parent && strlen(s->nodes[i].name) == len &&
		    memcmp(s->nodes[i].name, name, len) == 0)
			return i;
	return 0;
}

static int add_key(struct standin *s, const char *key)
{
	size_t at = 0;

	for (const char *p = key;;) {
		size_t len = strcspn(p, "/");
		size_t child = find_child(s, at, p, len);

		if (child == 0) {
			if (s->n_nodes == NODES_MAX)
				return -ENOMEM;
			child = s->n_nodes;
			s->nodes[child].name = strndup(p, len);
			if (!s->nodes[child].name)
				return -ENOMEM;
			s->nodes[child].parent = at;
			s->n_nodes++;
		}
		at = child;
		if (p[len] == '\0')
			break;
		p += len + 1;
	}
	s->nodes[at].key = key;
	return 0;
}

static struct standin *get(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

static void fill_stat(const struct standin *s, fuse_ino_t ino, struct stat *ret)
{
	bool dir = !s->nodes[ino - 1].key;

	*ret = (struct stat){
		.st_ino = ino,
		.st_mode = dir ? S_IFDIR | 0555 : S_IFREG | 0644,
		.st_nlink = 1,
		.st_blksize = 1024,
	};
}

/* ---- the log ---- */

static void log_clear(struct standin *s)
{
	standin_log_done(&s->log);
	s->log_room = 0;
	s->log_open = false;
}

void standin_log_done(struct standin_log *log)
{
	for (size_t i = 0; i < log->n_writes; i++)
		free(log->writes[i].data);
	free(log->writes);
	*log = (struct standin_log){};
}

static int log_append(struct standin *s, const struct standin_write *w)
{
	unsigned char *data;

	if (s->log.n_writes == s->log_room) {
		size_t room = s->log_room ? s->log_room * 2 : 16;
		struct standin_write *grown =
			reallocarray(s->log.writes, room, sizeof(*s->log.writes));

		if (!grown)
			return -ENOMEM;
		s->log.writes = grown;
		s->log_room = room;
	}

	data = malloc(w->len ? w->len : 1);
	if (!data)
		return -ENOMEM;
	memcpy(data, w->data, w->len);
	s->log.writes[s->log.n_writes] = *w;
	s->log.writes[s->log.n_writes++].data = data;
	return 0;
}

/*
 * FUSE cuts a write(2) larger than a request into several. Their order and position tell; a
 * rest is not a write of its own, so it goes to the entry that it belongs to.
 */
static int log_extend(struct standin *s, const struct standin_write *w)
{
	struct standin_write *last = &s->log.writes[s->log.n_writes - 1];
	unsigned char *grown = realloc(last->data, last->len + w->len);

	if (!grown)
		return -ENOMEM;
	memcpy(grown + last->len, w->data, w->len);
	last->data = grown;
	last->len += w->len;
	return 0;
}

static int log_add(struct standin *s, const struct standin_write *w)
{
	struct standin_write *last =
		s->log.n_writes > 0 ? &s->log.writes[s->log.n_writes - 1] : NULL;
	bool rest = s->log_open && last && last->key == w->key &&
		    w->offset == last->offset + (off_t)last->len;

	s->log_open = w->len > WRITE_MAX - PAGE && w->error == 0;
	return rest ? log_extend(s, w) : log_append(s, w);
}

/* ---- values ---- */

static int set_text(struct node *n, const void *data, size_t len)
{
	char *text = malloc(len + 1);

	if (!text)
		return -ENOMEM;
	memcpy(text, data, len);
	while (len > 0 && text[len - 1] == '\n')
		len--;
	text[len++] = '\n';
	free(n->text);
	n->text = text;
	n->text_len = len;
	return 0;
}

static int apply_write(struct standin *s, struct node *n, const struct standin_write *w,
		       size_t *ret_count)
{
	char text[16];
	int r;

	if (!is_scope(n)) {
		*ret_count = w->len;
		if (w->offset != 0)
			return 0;
		return set_text(n, w->data, w->len < TEXT_MAX ? w->len : TEXT_MAX);
	}

	r = write_rule_apply(&s->rule, &s->level, w->data, w->len, w->offset, ret_count);
	if (r < 0 || s->level == WRITE_RULE_UNSET)
		return r;
	return set_text(n, text, (size_t)snprintf(text, sizeof(text), "%d", s->level));
}

/* ---- FUSE operations ---- */

static void op_init(void *userdata, struct fuse_conn_info *conn)
{
	(void)userdata;
	conn->max_write = WRITE_MAX;
	conn->want &= ~(unsigned)FUSE_CAP_READDIRPLUS;
}

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param e = {.attr_timeout = KEEP_S, .entry_timeout = KEEP_S};
	size_t child = find_child(get(req), parent - 1, name, strlen(name));

	/* Inode number 0 is "no such name", to be remembered. */
	if (child != 0) {
		e.ino = child + 1;
		fill_stat(get(req), e.ino, &e.attr);
	}
	(void)fuse_reply_entry(req, &e);
}

static void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct stat st;

	(void)fi;
	fill_stat(get(req), ino, &st);
	(void)fuse_reply_attr(req, &st, KEEP_S);
}

static void op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *attr, int to_set,
		       struct fuse_file_info *fi)
{
	(void)attr;
	if (to_set & (FUSE_SET_ATTR_MODE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID)) {
		(void)fuse_reply_err(req, EPERM);
		return;
	}
	op_getattr(req, ino, fi);
}

static void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	fi->direct_io = 1;
	(void)fuse_reply_open(req, fi);
}

static void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	fi->cache_readdir = 1;
	fi->keep_cache = 1;
	(void)fuse_reply_open(req, fi);
}

static void op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
		      struct fuse_file_info *fi)
{
	(void)parent, (void)name, (void)mode, (void)fi;
	(void)fuse_reply_err(req, ENOENT);
}

static void op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t dev)
{
	(void)parent, (void)name, (void)mode, (void)dev;
	(void)fuse_reply_err(req, ENOENT);
}

static void op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		    struct fuse_file_info *fi)
{
	struct standin *s = get(req);
	struct node *n = &s->nodes[ino - 1];
	const char *text = n->text ? n->text : UNSET_TEXT;
	size_t len = n->text ? n->text_len : strlen(UNSET_TEXT);

	(void)fi;
	if (offset != 0)
		len = 0;
	(void)fuse_reply_buf(req, text, len < size ? len : size);
}

static void op_write(fuse_req_t req, fuse_ino_t ino, const char *buf, size_t size, off_t offset,
		     struct fuse_file_info *fi)
{
	struct standin *s = get(req);
	struct node *n = &s->nodes[ino - 1];
	struct standin_write w = {
		.key = n->key,
		.offset = offset,
		.data = (unsigned char *)buf,
		.len = size,
	};
	size_t count = 0;
	int r;

	(void)fi;
	pthread_mutex_lock(&s->lock);
	w.error = -apply_write(s, n, &w, &count);
	r = log_add(s, &w);
	pthread_mutex_unlock(&s->lock);

	/* A write that cannot be recorded must not pass for one that was. */
	if (r < 0)
		abort();
	if (w.error)
		(void)fuse_reply_err(req, w.error);
	else
		(void)fuse_reply_write(req, count);
}

static void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		       struct fuse_file_info *fi)
{
	struct standin *s = get(req);
	size_t used = 0;
	char *buf = malloc(size);

	(void)fi;
	if (!buf) {
		(void)fuse_reply_err(req, ENOMEM);
		return;
	}

	/* Position 0 is ".", 1 is "..", 1 + N is node N. */
	for (size_t i = (size_t)offset; i < s->n_nodes + 1; i++) {
		size_t node = i < 2 ? ino - 1 : i - 1;
		const char *name = i == 0 ? "." : i == 1 ? ".." : s->nodes[node].name;
		struct stat st;
		size_t need;

		if (i >= 2 && s->nodes[node].parent != ino - 1)
			continue;
		fill_stat(s, node + 1, &st);
		need = fuse_add_direntry(req, buf + used, size - used, name, &st, (off_t)i + 1);
		if (need > size - used)
			break;
		used += need;
	}
	(void)fuse_reply_buf(req, buf, used);
	free(buf);
}

static const struct fuse_lowlevel_ops operations = {
	.init = op_init,
	.lookup = op_lookup,
	.getattr = op_getattr,
	.setattr = op_setattr,
	.open = op_open,
	.opendir = op_opendir,
	.create = op_create,
	.mknod = op_mknod,
	.read = op_read,
	.write = op_write,
	.readdir = op_readdir,
};

/* ---- the owner's side ---- */

static void *serve(void *userdata)
{
	struct standin *s = userdata;

	(void)fuse_session_loop(s->session);
	return NULL;
}

static int start(struct standin *s, const char *mountpoint)
{
	char *argv[] = {(char *)"standin", (char *)"-o", (char *)"fsname=ptscope-judge", NULL};
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);

	s->session = fuse_session_new(&args, &operations, sizeof(operations), s);
	fuse_opt_free_args(&args);
	if (!s->session || fuse_session_mount(s->session, mountpoint) != 0)
		return -EIO;
	s->mounted = true;

	if (pthread_create(&s->thread, NULL, serve, s) != 0)
		return -ENOMEM;
	s->running = true;
	return 0;
}

int standin_new(struct standin **ret, const char *mountpoint, const struct write_rule *rule)
{
	struct standin *s = calloc(1, sizeof(*s));
	int r = 0;

	if (!s)
		return -ENOMEM;
	s->rule = *rule;
	s->level = WRITE_RULE_UNSET;
	s->n_nodes = 1; /* the root; it is its own parent, which find_child() never looks at */
	pthread_mutex_init(&s->lock, NULL);

	for (size_t i = 0; keys[i] && r == 0; i++)
		r = add_key(s, keys[i]);
	if (r == 0)
		r = start(s, mountpoint);
	if (r < 0) {
		(void)standin_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

struct standin *standin_free(struct standin *s)
{
	if (!s)
		return NULL;
	if (s->session)
		fuse_session_exit(s->session);
	/* The unmount ends the read that the loop waits in. */
	if (s->mounted)
		fuse_session_unmount(s->session);
	if (s->running)
		pthread_join(s->thread, NULL);
	if (s->session)
		fuse_session_destroy(s->session);
	log_clear(s);
	for (size_t i = 0; i < s->n_nodes; i++) {
		free(s->nodes[i].name);
		free(s->nodes[i].text);
	}
	pthread_mutex_destroy(&s->lock);
	free(s);
	return NULL;
}

void standin_reset(struct standin *s, int level)
{
	char text[16];

	pthread_mutex_lock(&s->lock);
	log_clear(s);
	s->level = level;
	for (size_t i = 0; i < s->n_nodes; i++) {
		struct node *n = &s->nodes[i];

		free(n->text);
		n->text = NULL;
		if (is_scope(n) && level != WRITE_RULE_UNSET)
			(void)set_text(n, text, (size_t)snprintf(text, sizeof(text), "%d", level));
	}
	pthread_mutex_unlock(&s->lock);
}

int standin_level(struct standin *s)
{
	int level;

	pthread_mutex_lock(&s->lock);
	level = s->level;
	pthread_mutex_unlock(&s->lock);
	return level;
}

void standin_take_log(struct standin *s, struct standin_log *ret)
{
	pthread_mutex_lock(&s->lock);
	*ret = s->log;
	s->log = (struct standin_log){};
	log_clear(s);
	pthread_mutex_unlock(&s->lock);
}
