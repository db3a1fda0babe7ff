/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A loader is a program that applies sysctl configuration at boot. Each is one descriptor; what
 * differs between versions of it is a bit set of quirks (quirks.h).
 *
 * Work on one key runs in two steps. loader_read() visits the loader's files in its order and keeps
 * the lines that could concern the wanted keys: a script. loader_apply() then carries a script out
 * for one key over a kernel model, which goes from loader to loader in boot order, and says of each
 * entry what became of it. Memory depends on the lines that match, not on those that do not.
 */
#pragma once

#include "error.h"
#include "kernel-model.h"
#include "quirks.h"
#include "tree.h"

/* X(id, name) in no particular order; names are the contract's. */
#define LOADERS(X)                   \
	X(CMDLINE, "cmdline")        \
	X(SYSTEMD, "systemd-sysctl") \
	X(PROCPS, "procps")          \
	X(PROCPS_P, "procps-p")      \
	X(BUSYBOX, "busybox")        \
	X(ALPINE, "alpine")          \
	X(OPENRC, "openrc")          \
	X(VOID, "void")              \
	X(UFW, "ufw")                \
	X(TUNED, "tuned")

enum loader_id {
#define X(id, name) LOADER_##id,
	LOADERS(X)
#undef X
		_LOADER_MAX,
};

/* Why a file, a line or a write did not count. The words are the contract's `reason`; the sentences
 * are for people. X(id, word, sentence) */
#define REASONS(X)                                                                               \
	X(NONE, "", "")                                                                          \
	X(MASKED, "masked", "a file of the same name in a stronger directory hides it")          \
	X(MASKED_NULL, "masked-null", "a link to /dev/null of the same name hides it")           \
	X(SHADOWED, "shadowed", "a file of the same name in a stronger directory replaces it")   \
	X(NULL_LINK, "null-link", "it is a link to /dev/null")                                   \
	X(BAD_SUFFIX, "bad-suffix", "its name does not end in .conf")                            \
	X(HIDDEN, "hidden", "its name starts with a dot")                                        \
	X(NOT_READ, "not-read", "this loader does not read it")                                  \
	X(NO_LINK, "no-link", "it is read only through 99-sysctl.conf, which is missing")        \
	X(NO_SYSCTL_CONF, "no-sysctl-conf", "this script does nothing without /etc/sysctl.conf") \
	X(DANGLING, "dangling", "it is a link to nothing")                                       \
	X(LOOP, "loop", "its links go round in a circle")                                        \
	X(DIRECTORY, "directory", "it is a directory")                                           \
	X(NOT_REGULAR, "not-regular", "it is a FIFO, a socket or a device")                      \
	X(UNREADABLE, "unreadable", "it cannot be read")                                         \
	X(TOO_BIG, "too-big", "it is larger than ptscope reads")                                 \
	X(LINE_TOO_LONG, "line-too-long", "the line is longer than the loader or ptscope reads") \
	X(DISABLED, "disabled", "the service that would read it is not enabled")                 \
	X(NO_EQUALS, "no-equals", "the line has no \"=\"")                                       \
	X(NO_VALUE, "no-value", "the line has no value, and this loader skips it")               \
	X(BAD_KEY, "bad-key", "this loader cannot find the key as spelled")                      \
	X(NOT_SUPPORTED, "not-supported", "this loader does not know this syntax")               \
	X(LATER_FILE, "later-file", "a later file sets it again")                                \
	X(LATER_LINE, "later-line", "a later line of the same file sets it again")               \
	X(LATER_WRITE, "later-write", "a later write changes it again")                          \
	X(LATER_LOADER, "later-loader", "a loader that runs later sets it again")                \
	X(EXPLICIT, "explicit", "the key is also set by its full name, which beats a pattern")   \
	X(EXCLUDED, "excluded", "a line \"-key\" excludes the key")                              \
	X(EXCLUSION, "exclusion", "it sets nothing: it excludes the key from patterns")          \
	X(NOT_AGAIN, "not-again", "reapply_sysctl_exclude= keeps tuned from setting it again")   \
	X(UNSET_LATER, "unset-later", "a later line \"-key\" takes the assignment back")         \
	X(MALFORMED_VALUE, "malformed-value", "the kernel refuses the value: not an integer")    \
	X(RANGE, "out-of-range", "the kernel refuses the value: not 0 to 3")                     \
	X(LOCKED, "locked", "the kernel is at 3 already, which holds until the reboot")          \
	X(DIED, "died", "the loader stopped at a refused write before")

enum reason {
#define X(id, word, sentence) REASON_##id,
	REASONS(X)
#undef X
		_REASON_MAX,
};

const char *reason_word(enum reason r);
const char *reason_sentence(enum reason r);

enum file_status { FILE_READ, FILE_MASKED, FILE_SHADOWED, FILE_IGNORED, FILE_UNREADABLE };
const char *file_status_word(enum file_status s); /* "read", "masked", ... */

/* What a file that is no sysctl configuration, and was not understood, could make a loader do. */
enum opaque {
	OPAQUE_NO,
	OPAQUE_MAY_SET,	 /* write any value, in its turn */
	OPAQUE_MAY_SKIP, /* write nothing at all */
};

/* A file (or directory) that a loader came across, in the order in which it is read. */
struct sysctl_file {
	char *path; /* as the loader names it; owned */
	char *real; /* after links, when it differs from path; owned; or NULL */
	enum file_status status;
	enum reason reason;
	int err;	    /* positive errno when FILE_UNREADABLE */
	enum opaque opaque; /* when FILE_UNREADABLE */
	bool is_dir;	    /* a directory that could not be listed */
	bool is_volatile;   /* under /run: gone after a reboot */
	ssize_t by;	    /* index of the file that masks or shadows it, or -1 */
};

enum entry_kind {
	ENTRY_ASSIGN,
	ENTRY_EXCLUDE,	 /* "-key" without "=" */
	ENTRY_MALFORMED, /* mentions the key; the loader makes nothing of it */
};

/* One line that could concern a wanted key. Strings are owned. */
struct sysctl_entry {
	enum entry_kind kind;
	size_t file;   /* index into the script's files */
	unsigned line; /* from 1; of a continued line, its first */
	char *text;    /* the line as written, without its terminator */
	size_t text_len;
	char *spelled; /* key as the loader compares it where that matters (procps 4: node path) */
	char *key; /* canonical slash form or pattern, relative to /proc/sys; NULL: cannot exist */
	char *value; /* bytes that the loader would write, without a newline it adds; or NULL */
	size_t value_len;
	bool is_glob;
	bool ignore_failure; /* "-key = value" */
	bool too_long;	     /* the line was cut: what it says is not certain */
	unsigned run;	     /* sequential loaders: number of the process that handles it */
	enum reason reason;  /* for ENTRY_MALFORMED */
};

struct loader_script {
	struct sysctl_file *files;
	size_t n_files, cap_files;
	struct sysctl_entry *entries;
	size_t n_entries, cap_entries;
	size_t bytes;	 /* held by entries: bounded by LIMIT_SCRIPT_BYTES */
	bool incomplete; /* a file is FILE_UNREADABLE, or an entry too_long */
};

struct loader_script *loader_script_free(struct loader_script *s);
DEFINE_CLEANUP(struct loader_script *, loader_script_free)

/* Which keys are wanted: canonical slash form, patterns as in fnmatch(3) with FNM_PATHNAME. */
struct key_filter {
	const char *const *patterns; /* borrowed */
	size_t n;
};

/* True when an entry for key (itself perhaps a pattern) could concern a wanted key. */
bool key_filter_match(const struct key_filter *f, const char *key, bool is_glob);

enum version_from { VERSION_PACKAGE, VERSION_BINARY, VERSION_ASKED, VERSION_ASSUMED };
const char *version_from_word(enum version_from v);

/* A loader as it is, or is assumed to be, on a root. */
struct loader_instance {
	enum loader_id id;
	quirks_t quirks;
	char *version; /* "252"; owned; NULL when unknown or without one */
	enum version_from from;
	/* Where the version cannot be told: the other quirk sets still possible, and their
	 * versions. */
	quirks_t *other_quirks;
	char **other_versions; /* owned, n_others of them */
	size_t n_others;
	uint32_t kernel_rules_inverted; /* for the kill table only */
	const char *cmdline; /* LOADER_CMDLINE: text and its path in the tree; borrowed */
	const char *cmdline_path;
	unsigned cmdline_line; /* of cmdline_path; 0 is 1 */
};

void loader_instance_done(struct loader_instance *li);

const char *loader_name(enum loader_id id);

/* Finds a loader by name. Returns 0 or -ENOENT. */
int loader_by_name(const char *name, enum loader_id *ret);

/*
 * Fills an instance from "NAME" or "NAME@VERSION"; without a version, every known version stays
 * possible (from = VERSION_ASSUMED). Returns 0, -EINVAL with detail in e, -ENOMEM.
 */
int loader_instance_parse(const char *spec, struct loader_instance *ret, struct error *e);

/* Fills an instance for one version string (NULL: unknown; any suffix such as "-1~deb12u1" or an
 * epoch is understood). Returns 0, -EINVAL when it is no version that we know, -ENOMEM. */
int loader_instance_init(enum loader_id id, const char *version, enum version_from from,
			 struct loader_instance *ret);

/*
 * Reads what the loader would read on this tree, whether or not it runs there.
 *
 * @volatile_too: with /run (now), or without (what survives a reboot)
 *
 * A file that cannot be read is in the script as such and is no error. Returns 0, -ENOMEM, -E2BIG
 * (a limit; e says which).
 */
int loader_read(const struct loader_instance *li, struct tree *tree,
		const struct key_filter *filter, bool volatile_too, struct loader_script **ret,
		struct error *e);

enum entry_status {
	ENTRY_OTHER_KEY, /* the entry does not concern the key asked for */
	ENTRY_WINNING,
	ENTRY_OVERRIDDEN,
	ENTRY_REFUSED,
	ENTRY_NOT_REACHED,
	ENTRY_IGNORED,
};
const char *entry_status_word(enum entry_status s); /* "winning", "overridden", ... */

struct entry_fate {
	enum entry_status status;
	enum reason reason;
	ssize_t by; /* index of the entry that overrides it, or -1 */
	int err;    /* positive errno of its write; 0 when it succeeded or was not made */
};

struct sysctl_write {
	size_t entry; /* index of the entry it comes from */
	int err;      /* positive errno that the kernel gives, 0 when it takes the value */
};

/* What one loader does to one key. */
struct key_result {
	struct entry_fate *fates;    /* one for each entry of the script; owned */
	struct sysctl_write *writes; /* in order; owned */
	size_t n_writes, cap_writes;
	ssize_t winner; /* entry whose write the kernel holds at the end of this loader, or -1 */
	int level; /* what the kernel then holds, LEVEL_NONE; carried over when nothing is written
		    */
};

void key_result_done(struct key_result *r);

/*
 * Carries a script out for one key (canonical, no pattern).
 *
 * @m: the kernel before the loader runs; updated to after
 *
 * Returns 0 or -ENOMEM.
 */
int loader_apply(const struct loader_instance *li, const struct loader_script *s, const char *key,
		 struct kernel_model *m, struct key_result *ret);
