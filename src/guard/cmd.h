/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the command share. Not for use outside this folder. */
#pragma once

#include "cli.h"
#include "guard.h"
#include "probe.h"
#include "render-common.h"

/* What "guard status" tells. */
struct guard_report {
	struct guard_info info;
	struct guard_settings settings; /* what the file says; owned */
	bool configured;		/* there is a file */
	bool unit_enabled;		/* ptscope-guard.service is wanted at boot */
	bool probed;
	struct probe_verdict verdict; /* when probed */
	int exit_code;
};

/* Gathers it; probes when a guard is armed. Returns 0 or an errno with detail in e. */
int guard_report_gather(struct guard_report *ret, struct error *e);
void guard_report_done(struct guard_report *r);

/* Appends the report. */
void guard_render_text(struct strbuf *out, const struct layout *layout,
		       const struct guard_report *r);
void guard_render_json(struct strbuf *out, const struct guard_report *r);

/* guard check. Returns the exit code. */
int guard_check(const struct invocation *in, struct error *e);

/* guard events. Returns the exit code. */
int guard_events(const struct invocation *in, struct error *e);
