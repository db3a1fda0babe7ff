/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* exposure: what is reported, as data for the renderers. */
#pragma once

#include "exposure.h"
#include "hole-files.h"
#include "processes.h"
#include "render-common.h"

/* One who may attach to the process that was asked about. */
struct attacker {
	uint32_t process; /* index in the snapshot */
	bool privileged;  /* has CAP_SYS_PTRACE over it */
	enum access_result now, at[4];
};

struct exposure_report {
	struct processes processes;
	struct holders holders;
	struct exposure exposure;
	struct hole_files files;
	char *host; /* name; NULL: not known */
	/* exposure PID */
	uint32_t target; /* 0: not asked */
	struct attacker *attackers;
	size_t n_attackers, cap_attackers;
	bool all;
	bool hidden; /* /proc hides the processes of others */
};

/* The level that "now" stands for: 0 without Yama, -1 when it is not known. */
int exposure_level(const struct exposure_report *r);

/* A target's bounds now. */
struct exposure_bounds exposure_now(const struct exposure_report *r,
				    const struct exposure_target *t);

/* Appends the screen, or the JSON object on one line. */
void render_exposure_text(struct strbuf *out, const struct layout *layout,
			  const struct exposure_report *r);
int render_exposure_json(struct strbuf *out, const struct exposure_report *r);

/* Appends the list of who can attach to one process. (render-exposure-list.c) */
void render_exposure_list(struct strbuf *out, const struct layout *layout,
			  const struct exposure_report *r);

/* Appends the holes. (render-exposure-holes.c) */
void render_exposure_holes(struct strbuf *out, const struct layout *layout,
			   const struct exposure_report *r);
