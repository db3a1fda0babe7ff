/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An earlier audit to compare with: "ptscope audit --baseline FILE". A site that cannot repair all
 * at once wants to hear only of what has become worse.
 */
#pragma once

#include "audit.h"
#include "str.h"

struct baseline_finding {
	char *id, *fingerprint; /* owned */
	enum severity severity;
};

struct baseline {
	const char *path; /* borrowed */
	char *time;	  /* as written in the file; owned */
	enum verdict verdict;
	int now, boot;			   /* levels; LEVEL_NONE where not known */
	struct baseline_finding *findings; /* owned */
	size_t n, cap;
};

void baseline_done(struct baseline *b);

/* What an audit is to be compared by: the same as what is saved of it. */
struct baseline_now {
	const struct audit *audit;
	const char *host_id; /* for fingerprints; or NULL */
	int now, boot;
};

/*
 * Reads the baseline: a JSON object that audit has written, or a record, which is judged as it
 * says. Of a file with several objects the one of this host is taken.
 *
 * @host_id: of the subject, or NULL
 *
 * Returns 0; -EINVAL for anything else; as gather_open_record(); detail in e.
 */
int baseline_load(const char *path, const char *host_id, struct baseline *ret, struct error *e);

/* What differs. */
struct baseline_change {
	const char *what; /* "verdict", "now", "boot", "new", "changed" (its severity) or "gone" */
	char *text;	  /* "pass -> fail", "1 -> 0", or the finding's id and severity; owned */
	const char *finding;  /* of the last three: its id; borrowed; or NULL */
	char fingerprint[33]; /* of that, or "" */
	bool worse;
};

struct baseline_diff {
	struct baseline_change *items; /* owned */
	size_t n, cap;
	bool worse; /* any of them is */
};

void baseline_diff_done(struct baseline_diff *d);

/* Compares. Returns 0 or -ENOMEM. */
int baseline_compare(const struct baseline *b, const struct baseline_now *now,
		     struct baseline_diff *ret);
