/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The faces of an audit: a screen for people, JSON as the contract has it, one line for monitoring.
 */
#pragma once

#include "baseline.h"
#include "cli.h"
#include "gather.h"
#include "render-common.h"
#include "waivers.h"

/* One subject, judged. Everything borrowed. */
struct audit_report {
	const struct invocation *in;
	const struct gather *gather;
	const struct evidence *evidence;
	const struct policy *policy;
	const struct waivers *waivers;
	const struct audit *audit;
	int64_t now;   /* seconds since 1970 */
	int64_t as_of; /* the same, or when the record was made: what waivers are held against */
	const struct baseline *baseline; /* or NULL, as the next */
	const struct baseline_diff *diff;
	const char *name; /* host name, or the directory where there is none */
	int exit_code;
};

/* True where the subject is this container's own root: the next boot is the host's affair. */
bool report_is_container(const struct audit_report *r);

/* The boot value as the resolver has it, or NULL where it was not asked for. */
const struct resolve_boot *report_boot(const struct audit_report *r);

/* Appends the headline's sentence; where failures are waived, until when. */
void report_sentence(struct strbuf *out, const struct audit_report *r);

/* Appends the headline alone: "PASS  web-03: ptrace is restricted (CIS 1.5.2; policy cis: 1, 2 or
 * 3)". */
void render_audit_headline(struct strbuf *out, const struct layout *layout,
			   const struct audit_report *r);

/* Appends the screen. Lack of memory sticks in out->failed. */
void render_audit_text(struct strbuf *out, const struct layout *layout,
		       const struct audit_report *r);

/* Appends what -v adds to the screen. */
void render_audit_verbose(struct strbuf *out, const struct layout *layout,
			  const struct audit_report *r);

/* Appends the JSON object, one line. Returns 0 or -ENOMEM. */
int render_audit_json(struct strbuf *out, const struct audit_report *r);

/* Appends the line for Nagios and what speaks its protocol. */
void render_audit_nagios(struct strbuf *out, const struct audit_report *r);

/* Nagios's exit code for an audit: 0 ok, 1 warning, 2 critical, 3 unknown. */
int nagios_code(const struct audit_report *r);

/* Appends the line for a subject that could not be judged. */
void render_error_nagios(struct strbuf *out, const struct error *e);
