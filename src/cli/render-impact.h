/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What "ptscope impact" prints. */
#pragma once

#include "gather.h"
#include "impact.h"
#include "render-common.h"

struct impact_report {
	const struct gather *gather;
	const struct impact *impact;
	const char *name; /* of the system, for the headline */
	int level;	  /* now, or LEVEL_NONE */
	bool all;	  /* programs that are not there too */
	bool processes;	  /* they were looked at */
	size_t unseen;	  /* processes of which not all could be read */
};

void render_impact_text(struct strbuf *out, const struct layout *layout,
			const struct impact_report *r);

/* As strbuf_add(). */
int render_impact_json(struct strbuf *out, const struct impact_report *r);
