/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the loaders' files share among themselves (loader-*.c, grammar-*.c, lines.c, files.c,
 * apply.c). Not for use outside this folder.
 */
#pragma once

#include "loader.h"
#include "str.h"

/* What a grammar makes of one line. Strings are owned by the holder; see struct sysctl_entry. */
struct parsed {
	enum entry_kind kind;
	char *spelled, *key, *value;
	size_t value_len;
	bool is_glob, ignore_failure;
	enum reason reason;
};

void parsed_done(struct parsed *p);

/*
 * A line grammar.
 *
 * @q: quirks of the loader
 * @line, @n: one line without its terminator; may hold any byte, as lines.c cut it; not
 * NUL-terminated
 *
 * Returns 1 and an entry in ret (also for a malformed line, so that a person can be told), 0 for a
 * comment or blank line, -ENOMEM.
 */
typedef int (*grammar_fn)(quirks_t q, const char *line, size_t n, struct parsed *ret);

int grammar_systemd(quirks_t q, const char *line, size_t n, struct parsed *ret);
int grammar_procps3(quirks_t q, const char *line, size_t n, struct parsed *ret);
int grammar_procps4(quirks_t q, const char *line, size_t n, struct parsed *ret);
int grammar_busybox(quirks_t q, const char *line, size_t n, struct parsed *ret);
int grammar_openrc(quirks_t q, const char *line, size_t n, struct parsed *ret);
int grammar_tuned(quirks_t q, const char *line, size_t n, struct parsed *ret);
int grammar_cmdline(quirks_t q, const char *line, size_t n, struct parsed *ret);

/* One span of versions with the same behaviour. */
struct version_span {
	const char *from; /* first version, inclusive, "3.3.10" */
	quirks_t quirks;
	const char *judged; /* builds of this span that the suite runs ("252 (Debian 12)"), or NULL:
			       recorded */
	quirks_t consults;  /* as in struct loader, where it differs in this span; or 0 */
	bool is_gap;	    /* nothing has such a version */
};

/* Between the versions of busybox and those of procps, for loaders that run either. */
#define VERSION_GAP                         \
	{                                   \
		.from = "2", .is_gap = true \
	}

struct read_ctx;

/* One loader. A table in loaders.c lists them. */
struct loader {
	enum loader_id id;
	const struct version_span *spans; /* oldest first */
	size_t n_spans;
	quirks_t consults; /* the bits whose inversion can change something here */
	grammar_fn (*grammar)(quirks_t q);
	int (*read)(struct read_ctx *c); /* visits the files in order, by the functions below */
};

extern const struct loader loader_systemd, loader_procps, loader_procps_p, loader_busybox,
	loader_alpine, loader_openrc, loader_void, loader_ufw, loader_tuned, loader_cmdline;

const struct loader *loader_get(enum loader_id id);

/* State of one loader_read(). */
struct read_ctx {
	const struct loader_instance *li;
	struct tree *tree;
	const struct key_filter *filter;
	bool volatile_too;
	struct loader_script *script;
	struct error *e;
	unsigned run; /* set by the loader before each process of its own that it would start */
	grammar_fn grammar;
	quirks_t quirks; /* of the dialect that reads lines: may differ from li->quirks (ufw, void)
			  */
	char *buffer;	 /* lines.c: one read buffer for all files */
	size_t buffer_size;
};

/* True where /usr is merged: then /lib/sysctl.d offers only names that /usr/lib/sysctl.d has taken,
 * and a loader that keeps one file of a name does the same without it. (files.c) */
bool ctx_lib_is_usr_lib(struct read_ctx *c);

/*
 * Notes a file that does not count, and looks at its lines so that a person can be told of them.
 * (files.c) Arguments as ctx_note_file(); type is that of the path itself. Returns 0, -ENOMEM, or
 * -E2BIG with c->e set.
 */
int ctx_pass_over(struct read_ctx *c, const char *path, enum tree_type type,
		  enum file_status status, enum reason reason, ssize_t by);

/* True when the path is under /run or /var/run. */
bool path_is_volatile(const char *path);

/*
 * Appends a file to the script. path is copied.
 *
 * @by: index of the file that hides it, or -1
 *
 * Returns its index, or -ENOMEM.
 */
ssize_t ctx_note_file(struct read_ctx *c, const char *path, enum file_status status,
		      enum reason reason, ssize_t by);

/*
 * Appends a file that is no sysctl configuration (a script, a profile) as unreadable: it could not
 * be read, or it does what cannot be told from files.
 *
 * @err: positive errno, or 0
 *
 * Returns 0 or -ENOMEM.
 */
int ctx_note_opaque(struct read_ctx *c, const char *path, enum opaque opaque, enum reason reason,
		    int err);

/*
 * Opens the file, follows its lines by c->grammar and appends the entries that pass the filter. The
 * file is noted as read, or as ignored or unreadable with the reason. (lines.c)
 *
 * Returns the file's index (whatever its status), -ENOMEM, or -E2BIG with c->e set.
 */
ssize_t ctx_read_file(struct read_ctx *c, const char *path);

/* What a directory of drop-ins offers. (files.c) */
struct dropin {
	char *path;	     /* directory + "/" + name; owned */
	const char *name;    /* into path */
	unsigned dir;	     /* index into the list of directories, strongest first */
	enum tree_type type; /* of the entry itself */
};

struct dropins {
	struct dropin *items;
	size_t n, cap;
};

void dropins_done(struct dropins *d);

/*
 * Collects the *.conf entries of one directory, sorted by the bytes of their names; notes a
 * directory that cannot be listed as FILE_UNREADABLE in the script (absent: nothing), and names
 * with another suffix as ignored (REASON_BAD_SUFFIX) and hidden ones (REASON_HIDDEN) unless
 * Q(READS_HIDDEN).
 *
 * @dir: index to put into the items
 *
 * Returns 0, -ENOMEM, or -E2BIG with c->e set.
 */
int ctx_list_dropins(struct read_ctx *c, const char *path, unsigned dir, struct dropins *ret);

/* Notes and reads one drop-in by its own name. Returns as ctx_read_file(). (files.c) */
ssize_t ctx_read_dropin(struct read_ctx *c, const struct dropin *d);

/* As ctx_read_dropin(), for Q(GLOBS_NAMES): reads every file that the name finds as a pattern, or
 * the file itself when it finds none. Returns the index of the last one. (name-glob.c) */
ssize_t ctx_read_by_pattern(struct read_ctx *c, const struct dropin *d);

/* As ctx_read_by_pattern(), where the names that a pattern can find are those given. (name-glob.c)
 */
ssize_t ctx_read_among(struct read_ctx *c, const struct dropin *d, const struct dropins *among);

/*
 * Reads the *.conf files of several directories in the order of their names, one of a name: the
 * one in the directory that stands first in dirs. Notes those that are masked. (files.c)
 * Returns 0, -ENOMEM, or -E2BIG with c->e set.
 */
int ctx_read_merged(struct read_ctx *c, const char *const *dirs, size_t n_dirs);

/* Key spelling helpers. (key.c) All return owned strings or NULL when out of memory. */

/* First-separator rule of sysctl.d(5): where '.' comes first, '.' and '/' change places. */
char *key_slashdot(const char *s, size_t n);

/* As path_simplify() of systemd: drops "//", "/./", and separators at both ends. In place. */
void key_simplify(char *key);

/* True when a component of the slash-form key is "..". */
bool key_has_dotdot(const char *key);

/*
 * The canonical form of a path as the kernel's path walk would see it: "//" and "." dropped, ".."
 * as the parent of whatever stands before it; the start of the walk is the root, above which there
 * is nothing. Returns 0 or -ENOMEM.
 */
int key_walk(const char *path, char **ret);

/* True when the string has one of * ? [ */
bool key_is_glob(const char *s);

/* True when the pattern (slash form) expands to the key, as glob(3) below /proc/sys would: '*' and
 * '?' do not cross '/', a leading dot must be matched literally. */
bool key_glob_match(const char *pattern, const char *key);

/* As key_glob_match(), with braces expanded first (GLOB_BRACE). (name-glob.c) */
bool key_glob_match_braces(const char *pattern, const char *key);

/*
 * The path that glob(3) gives for a key that a pattern finds: as the pattern is spelled ("//" and
 * "/../" stay), each component with a pattern in it replaced by what it found. (grammar-common.c)
 *
 * Returns 0 with the path (caller frees) or -ENOMEM.
 */
int key_glob_path(const char *pattern, const char *key, char **ret);
