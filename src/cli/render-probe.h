/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What "ptscope probe" prints. */
#pragma once

#include "kernel-facts.h"
#include "probe.h"
#include "render-common.h"

struct probe_report {
	const struct probe *probe;
	const struct runtime *claimed;
	int expect; /* --expect, or LEVEL_NONE */
	struct probe_verdict verdict;
	int exit_code;
};

/* The level that the answers are compared with: the expected one, else the claimed; 0 where the
 * kernel has none, LEVEL_NONE where it cannot be seen. */
int probe_report_level(const struct probe_report *r);

/* Appends the first line as one sentence without a full stop: what it behaves like, and what was
 * claimed. audit's line on the probe is the same. */
void render_probe_sentence(struct strbuf *out, const struct probe_report *r);

void render_probe_text(struct strbuf *out, const struct layout *layout,
		       const struct probe_report *r, bool all);

/* As strbuf_add(). */
int render_probe_json(struct strbuf *out, const struct probe_report *r);
