/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of all findings: the one place where their ids, what each means and what to do about it
 * stand. "ptscope about FINDING", the man page and the JSON schema are made from it or checked
 * against it.
 */
#pragma once

#include "macro.h"

/* In the order of a report. */
enum severity { SEVERITY_FAIL, SEVERITY_UNKNOWN, SEVERITY_WAIVED, SEVERITY_WARN, SEVERITY_INFO };
/* The contract's word: "fail", "unknown", ... */
const char *severity_word(enum severity s);

/* X(ID, "id", worst severity it appears with) ; texts are in findings.c */
#define FINDINGS(X)                                                        \
	X(RUNTIME_NOT_RESTRICTED, "runtime-not-restricted", SEVERITY_FAIL) \
	X(RUNTIME_ABSENT, "runtime-absent", SEVERITY_FAIL)                 \
	X(RUNTIME_NOT_VISIBLE, "runtime-not-visible", SEVERITY_UNKNOWN)    \
	X(PROBE_DIFFERS, "probe-differs", SEVERITY_FAIL)                   \
	X(BOOT_NOT_RESTRICTED, "boot-not-restricted", SEVERITY_FAIL)       \
	X(NOT_PERSISTED, "not-persisted", SEVERITY_FAIL)                   \
	X(NOT_READ, "not-read", SEVERITY_FAIL)                             \
	X(NOW_DIFFERS, "now-differs", SEVERITY_WARN)                       \
	X(OVERRIDDEN, "overridden", SEVERITY_INFO)                         \
	X(WEAKER_LINE, "weaker-line", SEVERITY_FAIL)                       \
	X(LOADERS_DISAGREE, "loaders-disagree", SEVERITY_UNKNOWN)          \
	X(NO_KNOWN_LOADER, "no-known-loader", SEVERITY_UNKNOWN)            \
	X(VOLATILE, "volatile", SEVERITY_FAIL)                             \
	X(WEAK_WINDOW, "weak-window", SEVERITY_WARN)                       \
	X(UNMODELLED_WRITER, "unmodelled-writer", SEVERITY_WARN)           \
	X(BAD_SUFFIX, "bad-suffix", SEVERITY_INFO)                         \
	X(MALFORMED, "malformed", SEVERITY_WARN)                           \
	X(OUT_OF_RANGE, "out-of-range", SEVERITY_WARN)                     \
	X(UNREADABLE, "unreadable", SEVERITY_UNKNOWN)                      \
	X(MASKED, "masked", SEVERITY_INFO)                                 \
	X(LOCKED, "locked", SEVERITY_INFO)                                 \
	X(OTHER_LSM, "other-lsm", SEVERITY_INFO)                           \
	X(INTERRUPTED_FIX, "interrupted-fix", SEVERITY_WARN)               \
	X(CONTAINER, "container", SEVERITY_INFO)                           \
	X(WAIVER_EXPIRED, "waiver-expired", SEVERITY_WARN)                 \
	X(WAIVER_UNUSED, "waiver-unused", SEVERITY_INFO)

enum finding_id {
#define X(id, word, severity) FINDING_##id,
	FINDINGS(X)
#undef X
		_FINDING_MAX,
};

struct finding_doc {
	const char *id;
	enum severity worst;
	const char *title;   /* one sentence */
	const char *meaning; /* paragraph: when it is raised, what follows */
	const char *remedy;  /* paragraph: what to do */
};

extern const struct finding_doc finding_docs[_FINDING_MAX];

/* Finds a finding by its id. Returns 0 or -ENOENT. */
int finding_by_name(const char *id, enum finding_id *ret);
