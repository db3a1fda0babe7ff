/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * core/record: what an audit was made from, in a file that another machine can judge again. Uses
 * basic, core/sysctl, core/kernel and core/audit.
 *
 * A record is a tar with one JSON document, ptscope-record.json: the facts, and what was seen of
 * each path; and with what is kept of files, as root/PATH. Of a file stay the lines that decide, at
 * their numbers, and the hash of all of it; of command lines only the words that decide. A record
 * comes from elsewhere: nothing in it is trusted beyond what it claims about its own machine.
 */
#pragma once

#include "audit.h"
#include "str.h"
#include "tree-record.h"
#include "waivers.h"

#define RECORD_DOCUMENT "ptscope-record.json"

struct record {
	int64_t time;	    /* when it was made; seconds since 1970 */
	char *tool_version; /* of ptscope that made it */
	bool whole;	    /* files are kept whole */
	char *verdict;	    /* what it was judged to be then */
	/* Who the subject is. */
	char *host_name, *host_id, *os_id, *os_version;
	struct subject subject; /* path is the next */
	char *subject_path;
	/* What was asked, and by whom. */
	bool want_now, want_boot, privileged;
	char *user;
	/* The kernel. */
	struct runtime runtime;
	struct kernel_facts kernel;
	/* The boot. */
	bool boot_live, systemd_booted, proc_sys_read_only;
	char *pid1_comm;
	struct boot_plan *found; /* command lines, masked */
	/* The probe, where it was tried. */
	bool has_probe;
	char *behaves_like, *probe_sentence;
	int probe_level;
	unsigned allows_more, denies_more;
	bool forbidden;
	/* What it was judged by. */
	struct policy policy;
	struct waivers waivers;
	struct tree *tree; /* tree_new_record() */
};

/* Frees what the record holds and empties it. Takes an empty one too. */
void record_done(struct record *r);

/*
 * Leaves in a recording tree only what decides: lines about the key in any spelling, settings of
 * loaders and units. All lines keep their numbers. (record-reduce.c)
 *
 * Returns 0 or -ENOMEM.
 */
int record_reduce(struct tree *t);

/* Forgets what is not kept whatever is asked for: what stands in files that command lines come
 * from, which can be secrets, but for its hash; and package databases, which have answers instead.
 */
void record_strip(struct tree *t);

/* Masks command lines (cmdline_mask()) in place. Returns 0 or -ENOMEM. */
int record_mask(struct boot_plan *found);

/* Appends the record as a tar. Returns 0, -EFBIG, -ENOMEM; detail in e. (record-write.c) */
int record_write(const struct record *r, struct strbuf *out, struct error *e);

/* True when the bytes begin as a record does. */
bool record_is(const char *bytes, size_t n);

/*
 * Reads a record.
 *
 * @path: for messages
 *
 * Returns 0; -EBADMSG or -EINVAL for anything but what record_write() writes; -E2BIG above a limit;
 * -ENOMEM; detail in e. (record-read.c)
 */
int record_read(const char *path, const char *bytes, size_t n, struct record *ret, struct error *e);

/* True when two audits come to the same: verdicts, summary, and findings with all they say. */
bool audit_is_same(const struct audit *a, const struct audit *b);
