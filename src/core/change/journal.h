/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The journal: what each fix of a root changed, with the bytes before and after. One directory for
 * each root, named by its device and inode and never inside it, one file for each fix, readable by
 * a person. The file is on disk before the first change is made; its name says how far the fix has
 * come, and changes by rename. How far each change has come is told by the files themselves.
 */
#pragma once

#include "change.h"
#include "tree.h"

#define JOURNAL_DIR "/var/lib/ptscope/journal"

/* X(ID, suffix of the file's name, whether a crash left it so) */
#define JOURNAL_STATES(X)           \
	X(BEGUN, "begun", true)     \
	X(DONE, "done", false)      \
	X(UNDOING, "undoing", true) \
	X(UNDONE, "undone", false)

enum journal_state {
#define X(id, word, interrupted) JOURNAL_##id,
	JOURNAL_STATES(X)
#undef X
		_JOURNAL_STATE_MAX,
};

const char *journal_state_word(enum journal_state s);

/* True for a state that only a crash leaves behind. */
bool journal_interrupted(enum journal_state s);

/* A journal of one root, opened. */
struct journal {
	int dir;    /* the root's directory; holds the lock when opened for writing */
	char *path; /* of it; owned */
	bool writable;
};

/* One fix. */
struct journal_entry {
	char *id; /* "20261124-1"; owned */
	enum journal_state state;
	int64_t time; /* seconds since 1970 */
	char *user;   /* who asked for it, "root (alice)"; owned */
	char *policy; /* name; owned */
	char *root;   /* path of the root as given; owned */
	int level;
	struct change *changes; /* owned */
	size_t n;
};

struct journal_list {
	struct journal_entry *entries; /* owned; oldest first */
	size_t n;
};

void journal_close(struct journal *j);
void journal_entry_done(struct journal_entry *en);
void journal_list_done(struct journal_list *l);

/*
 * Opens the journal of a root.
 *
 * @base: directory of all journals
 * @tree: the root, a descriptor tree
 * @write: makes the directories that are missing, and takes the lock
 *
 * Returns 0; -ENOENT when there is none (only without @write); -EAGAIN when another fix or rollback
 * holds the lock; -EPERM when it is not ours alone; another errno. Detail in e.
 */
int journal_open(const char *base, struct tree *tree, bool write, struct journal *ret,
		 struct error *e);

/*
 * Reads all entries, oldest first.
 *
 * Returns 0, -E2BIG above LIMIT_JOURNAL_ENTRIES, -EBADMSG (an entry is not what we wrote), or
 * another errno. Detail in e.
 */
int journal_read_all(const struct journal *j, struct journal_list *ret, struct error *e);

/* The entry of that id, of the latest that can be undone when id is NULL; NULL when there is none.
 * Borrowed from the list. */
const struct journal_entry *journal_find(const struct journal_list *l, const char *id);

/* The first entry that was interrupted; NULL when there is none. */
const struct journal_entry *journal_find_interrupted(const struct journal_list *l);

/*
 * Finds an entry that was cut off by names alone, without reading any: for every audit.
 *
 * Returns 0 with its id (caller frees), or NULL in *ret where there is none or the journal cannot
 * be seen; -ENOMEM.
 */
int journal_peek_interrupted(const char *base, struct tree *tree, char **ret);

/* The id for a fix made at a time (UTC): "20261124-3" after two others on that day. l may be NULL.
 * Caller frees; NULL when out of memory. */
char *journal_next_id(const struct journal_list *l, int64_t time);

/* Writes an entry, state BEGUN, so that it is on disk. Returns 0 or a negative errno, detail in e.
 */
int journal_begin(const struct journal *j, const struct journal_entry *en, struct error *e);

/* Renames an entry from one state to the next, on disk. Its state is the new one as soon as it is
 * renamed, also where that cannot be synced. Returns 0 or a negative errno, detail in e. */
int journal_mark(const struct journal *j, struct journal_entry *en, enum journal_state to,
		 struct error *e);

/* Removes an entry of a fix that came to nothing. Returns as journal_mark(). */
int journal_forget(const struct journal *j, const struct journal_entry *en, struct error *e);

/* An entry as JSON, for people and for journal_from_json(). (journal-json.c) As strbuf_add(). */
int journal_to_json(const struct journal_entry *en, struct strbuf *out);

/* Reads an entry but for id and state. Returns 0, -EBADMSG, -ENOMEM. (journal-json.c) */
int journal_from_json(const char *bytes, size_t n, struct journal_entry *ret);
