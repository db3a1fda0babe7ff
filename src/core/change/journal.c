/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "journal.h"

#include "fd.h"
#include "limits.h"
#include "parse.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static const struct {
	const char *word;
	bool interrupted;
} states[] = {
#define X(id, w, i) [JOURNAL_##id] = {w, i},
	JOURNAL_STATES(X)
#undef X
};

const char *journal_state_word(enum journal_state s)
{
	return states[s].word;
}

bool journal_interrupted(enum journal_state s)
{
	return states[s].interrupted;
}

void journal_close(struct journal *j)
{
	if (j->path)
		(void)fd_close(j->dir);
	free(j->path);
	*j = (struct journal){.dir = -EBADF};
}

void journal_entry_done(struct journal_entry *en)
{
	free(en->id);
	free(en->user);
	free(en->policy);
	free(en->root);
	for (size_t i = 0; i < en->n; i++)
		change_done(&en->changes[i]);
	free(en->changes);
	*en = (struct journal_entry){0};
}

void journal_list_done(struct journal_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		journal_entry_done(&l->entries[i]);
	free(l->entries);
	*l = (struct journal_list){0};
}

/* Puts the name of a directory that was made on disk. */
static int sync_parent_of(const char *path)
{
	_cleanup_free_ char *parent = strdup(path);
	_cleanup_fd_ int fd = -EBADF;
	char *slash;

	if (!parent)
		return -ENOMEM;
	slash = strrchr(parent, '/');
	if (slash)
		slash[slash == parent] = '\0';
	fd = open(slash ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* Makes the directories of a path that are missing, each on disk. The last is for its owner only.
 */
static int make_dirs(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	struct stat st;
	int r = 0;

	if (!copy)
		return -ENOMEM;
	for (char *s = copy; s && r == 0;) {
		s = strchr(s + 1, '/');
		if (s)
			*s = '\0';
		if (stat(copy, &st) < 0) {
			/* Others need not see that there is a journal, but /var/lib/ptscope. */
			if (errno != ENOENT ||
			    mkdir(copy, s && !endswith(copy, "/journal") ? 0755 : 0700) < 0)
				r = -errno;
			else
				r = sync_parent_of(copy);
		}
		if (s)
			*s = '/';
	}
	return r;
}

/* A journal that others can write could make us restore anything. */
static int check_trust(const struct journal *j, struct error *e)
{
	struct stat st;

	if (fstat(j->dir, &st) < 0)
		return error_set(e, errno, j->path, 0, "cannot look at the journal");
	if (st.st_uid != geteuid() || (st.st_mode & 077)) {
		(void)error_set(e, EPERM, j->path, 0, "the journal is not ours alone");
		error_hint(e, "it must belong to uid %u and have mode 0700", (unsigned)geteuid());
		return -EPERM;
	}
	return 0;
}

static int cannot_open(const struct journal *j, const char *base, int err, struct error *e)
{
	(void)error_set(e, err, j->path, 0, "cannot open the journal");
	if ((err == EACCES || err == EPERM || err == EROFS) && streq(base, JOURNAL_DIR))
		error_hint(e, "it needs root; --journal DIR keeps one elsewhere");
	return -err;
}

int journal_open(const char *base, struct tree *tree, bool write, struct journal *ret,
		 struct error *e)
{
	struct journal j = {.dir = -EBADF, .writable = write};
	struct stat st;
	int r;

	if (fstat(tree_fd(tree), &st) < 0)
		return error_set(e, errno, "/", 0, "cannot look at the root");
	if (asprintf(&j.path, "%s/%x:%x-%llu", base, major(st.st_dev), minor(st.st_dev),
		     (unsigned long long)st.st_ino) < 0)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	r = write ? make_dirs(j.path) : 0;
	if (r == 0) {
		j.dir = open(j.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		r = j.dir < 0 ? -errno : 0;
	}
	if (r < 0) {
		r = cannot_open(&j, base, -r, e);
		free(j.path);
		return r;
	}
	r = check_trust(&j, e);
	if (r == 0 && write && flock(j.dir, LOCK_EX | LOCK_NB) < 0) {
		r = error_set(e, errno == EWOULDBLOCK ? EAGAIN : errno, j.path, 0,
			      "another ptscope fix or rollback is at work on this root");
		error_hint(e, "wait until it is done, then start again");
	}
	if (r < 0) {
		journal_close(&j);
		return r;
	}
	*ret = j;
	return 0;
}

/* "20261124-1.done" into its parts. False for any other name. */
static bool parse_name(const char *name, uint64_t *ret_day, uint64_t *ret_number,
		       enum journal_state *ret)
{
	char day[16], number[16];
	const char *dash = strchr(name, '-'), *dot = strchr(name, '.');

	if (!dash || !dot || dash - name != 8 || dot < dash || dot - dash > 8)
		return false;
	memcpy(day, name, 8);
	day[8] = '\0';
	memcpy(number, dash + 1, (size_t)(dot - dash - 1));
	number[dot - dash - 1] = '\0';
	if (parse_uint(day, 99999999, ret_day) < 0 || parse_uint(number, 9999999, ret_number) < 0)
		return false;
	for (size_t i = 0; i < ELEMENTSOF(states); i++) {
		if (streq(states[i].word, dot + 1)) {
			*ret = (enum journal_state)i;
			return true;
		}
	}
	return false;
}

static int read_file_at(int dir, const char *name, struct strbuf *ret)
{
	_cleanup_fd_ int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char buf[16384];
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return -EPERM;
	if (st.st_size > LIMIT_JOURNAL)
		return -EFBIG;
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (strbuf_add(ret, buf, (size_t)n) < 0)
			return -ENOMEM;
		if (ret->len > LIMIT_JOURNAL)
			return -EFBIG;
	}
	return 0;
}

static int read_entry(const struct journal *j, const char *name, enum journal_state state,
		      struct journal_entry *ret, struct error *e)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	struct journal_entry en = {0};
	_cleanup_free_ char *path = NULL;
	int r = read_file_at(j->dir, name, &b);

	if (asprintf(&path, "%s/%s", j->path, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (r == 0)
		r = journal_from_json(b.bytes ? b.bytes : "", b.len, &en);
	if (r < 0) {
		(void)error_set(e, -r, path, 0, "is no entry of the journal as we write them");
		error_hint(e, "see what it is, and move it away; it is not used");
		return r;
	}
	en.id = strndup(name, strcspn(name, "."));
	en.state = state;
	if (!en.id) {
		journal_entry_done(&en);
		return -ENOMEM;
	}
	*ret = en;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct journal_entry *x = a, *y = b;
	size_t n = strlen(x->id), m = strlen(y->id);

	/* A longer number on the same day is a larger one. */
	if (strncmp(x->id, y->id, 9) != 0)
		return strncmp(x->id, y->id, 9);
	return n != m ? (n > m) - (n < m) : strcmp(x->id, y->id);
}

static int read_all(const struct journal *j, DIR *d, struct journal_list *l, struct error *e)
{
	struct dirent *entry;
	size_t cap = 0;

	while ((entry = readdir(d))) {
		uint64_t day, number;
		enum journal_state state;
		int r;

		if (!parse_name(entry->d_name, &day, &number, &state))
			continue;
		if (l->n >= LIMIT_JOURNAL_ENTRIES)
			return error_set(e, E2BIG, j->path, 0, "has too many entries");
		if (array_reserve(&l->entries, l->n, &cap, sizeof(*l->entries)) < 0)
			return error_set(e, ENOMEM, NULL, 0, "out of memory");
		r = read_entry(j, entry->d_name, state, &l->entries[l->n], e);
		if (r < 0)
			return r == -ENOMEM ? error_set(e, ENOMEM, NULL, 0, "out of memory") : r;
		l->n++;
	}
	if (l->n > 1)
		qsort(l->entries, l->n, sizeof(*l->entries), by_id);
	return 0;
}

int journal_read_all(const struct journal *j, struct journal_list *ret, struct error *e)
{
	int copy = openat(j->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;
	struct journal_list l = {0};
	DIR *d;

	if (copy < 0)
		return error_set(e, errno, j->path, 0, "cannot list the journal");
	d = fdopendir(copy);
	if (!d) {
		(void)fd_close(copy);
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	}
	r = read_all(j, d, &l, e);
	(void)closedir(d);
	if (r < 0) {
		journal_list_done(&l);
		return r;
	}
	*ret = l;
	return 0;
}

const struct journal_entry *journal_find(const struct journal_list *l, const char *id)
{
	for (size_t i = l->n; i-- > 0;) {
		const struct journal_entry *en = &l->entries[i];

		if (id ? streq(en->id, id) : en->state != JOURNAL_UNDONE)
			return en;
	}
	return NULL;
}

const struct journal_entry *journal_find_interrupted(const struct journal_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		if (journal_interrupted(l->entries[i].state))
			return &l->entries[i];
	}
	return NULL;
}

int journal_peek_interrupted(const char *base, struct tree *tree, char **ret)
{
	struct journal j;
	int r = journal_open(base, tree, /* write= */ false, &j, NULL), copy;
	struct dirent *entry;
	DIR *d;

	*ret = NULL;
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	copy = openat(j.dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = copy < 0 ? NULL : fdopendir(copy);
	if (!d)
		(void)fd_close(copy);
	while (d && !*ret && r == 0 && (entry = readdir(d))) {
		uint64_t day, number;
		enum journal_state state;

		if (!parse_name(entry->d_name, &day, &number, &state) ||
		    !journal_interrupted(state))
			continue;
		*ret = strndup(entry->d_name, strcspn(entry->d_name, "."));
		r = *ret ? 0 : -ENOMEM;
	}
	if (d)
		(void)closedir(d);
	journal_close(&j);
	return r;
}

char *journal_next_id(const struct journal_list *l, int64_t when)
{
	time_t t = (time_t)when;
	uint64_t highest = 0;
	char day[16] = "00000000", *ret;
	struct tm tm;

	if (gmtime_r(&t, &tm))
		(void)strftime(day, sizeof(day), "%Y%m%d", &tm);
	for (size_t i = 0; l && i < l->n; i++) {
		uint64_t n;

		if (strncmp(l->entries[i].id, day, 8) == 0 &&
		    parse_uint(l->entries[i].id + 9, 9999999, &n) == 0 && n > highest)
			highest = n;
	}
	return asprintf(&ret, "%s-%llu", day, (unsigned long long)highest + 1) < 0 ? NULL : ret;
}

static int sync_journal(const struct journal *j, struct error *e)
{
	return fsync(j->dir) < 0 ? error_set(e, errno, j->path, 0, "cannot sync the journal") : 0;
}

static void name_of(const struct journal_entry *en, enum journal_state s, char ret[64])
{
	(void)snprintf(ret, 64, "%.40s.%s", en->id, states[s].word);
}

int journal_begin(const struct journal *j, const struct journal_entry *en, struct error *e)
{
	static const char temp[] = "new.tmp";
	_cleanup_strbuf_ struct strbuf text = {0};
	char name[64];
	int fd, r = journal_to_json(en, &text);

	if (r < 0)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	if (text.len > LIMIT_JOURNAL)
		return error_set(e, EFBIG, j->path, 0, "the files are too large for the journal");
	/* One that a crash left; we hold the lock. */
	(void)unlinkat(j->dir, temp, 0);
	fd = openat(j->dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(e, errno, j->path, 0, "cannot write the journal");
	name_of(en, JOURNAL_BEGUN, name);
	r = fd_write_all(fd, text.bytes, text.len);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && errno != EINTR && r == 0)
		r = -errno;
	if (r == 0 && renameat2(j->dir, temp, j->dir, name, 0) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(j->dir, temp, 0);
		return error_set(e, -r, j->path, 0, "cannot write the journal");
	}
	return sync_journal(j, e);
}

int journal_mark(const struct journal *j, struct journal_entry *en, enum journal_state to,
		 struct error *e)
{
	char from_name[64], to_name[64];

	if (en->state == to)
		return sync_journal(j, e);
	name_of(en, en->state, from_name);
	name_of(en, to, to_name);
	if (renameat(j->dir, from_name, j->dir, to_name) < 0)
		return error_set(e, errno, j->path, 0, "cannot mark %s in the journal", en->id);
	en->state = to;
	return sync_journal(j, e);
}

int journal_forget(const struct journal *j, const struct journal_entry *en, struct error *e)
{
	char name[64];

	name_of(en, en->state, name);
	if (unlinkat(j->dir, name, 0) < 0)
		return error_set(e, errno, j->path, 0, "cannot remove %s from the journal", en->id);
	return sync_journal(j, e);
}
