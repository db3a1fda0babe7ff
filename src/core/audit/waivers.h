/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Waivers: failures that a site accepts, on some hosts, for a reason, until a day. What could not
 * be seen cannot be accepted, so only findings that fail can be waived.
 */
#pragma once

#include "audit.h"

struct waiver {
	char *id; /* as the site counts them: "WVR-2026-014"; owned */
	enum finding_id finding;
	char *host;	      /* pattern as in fnmatch(3), matched with the host's name; owned */
	char *reason, *owner; /* owned */
	int64_t expires;      /* the last day that it holds, in UTC, counted from 1970 */
	unsigned line;	      /* of its header in the file */
};

struct waivers {
	char *source;	      /* the file's path; owned; NULL for none */
	char sha256[65];      /* of its bytes; "" for none */
	struct waiver *items; /* owned */
	size_t n, cap;
};

/* Days ahead that a waiver may expire. */
#define WAIVER_DAYS_MAX 366

/* Frees what it holds and empties it. Takes an empty one too. */
void waivers_done(struct waivers *w);

/*
 * Reads waivers in INI form as ptscope-waivers(5) describes: sections [Waiver], each with all of
 * Id=, Finding=, Host=, Reason=, Owner= and Expires=. A file without any waiver is fine.
 *
 * @path: for messages, and the source
 * @today: day counted from 1970, in UTC: a waiver may not reach further than a year
 *
 * Returns 0, or -EINVAL with file, line, cause and way out in e; -ENOMEM.
 */
int waivers_parse(const char *path, const char *bytes, size_t n, int64_t today, struct waivers *ret,
		  struct error *e);

/*
 * Reads a file from disk, with the ownership that policy_load() asks for.
 *
 * @must_exist: false: a file that is not there has no waivers
 *
 * Returns as policy_load().
 */
int waivers_load(const char *path, bool must_exist, int64_t today, struct waivers *ret,
		 struct error *e);

/*
 * Applies waivers to an audit that has been run: findings that fail become waived, the verdict
 * follows, and expired and unused waivers become findings.
 *
 * @w: borrowed by the audit from here on
 * @host: name of the host, or NULL where it is not known: then only the host pattern "*" matches
 * @today: as for waivers_parse()
 *
 * Returns 0 or -ENOMEM.
 */
int audit_waive(struct audit *a, const struct waivers *w, const char *host, int64_t today);
