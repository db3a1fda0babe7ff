/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * busybox "sysctl -p": /etc/sysctl.conf and nothing else, value after value, until the kernel
 * refuses one: then the process ends. The versions of the dialect stand in busybox.h.
 */
#include "busybox.h"
#include "procps.h"

static grammar_fn busybox_grammar(quirks_t q)
{
	return grammar_busybox;
}

static int read_conf(struct read_ctx *c)
{
	return ctx_read_optional(c, "/etc/sysctl.conf");
}

#define SPAN(version, mask, builds)      \
	{                                \
		version, mask, builds, 0 \
	}
static const struct version_span spans[] = {BUSYBOX_SPANS(SPAN)};

const struct loader loader_busybox = {
	.id = LOADER_BUSYBOX,
	.spans = spans,
	.n_spans = ELEMENTSOF(spans),
	.consults = BUSYBOX_CONSULTS,
	.grammar = busybox_grammar,
	.read = read_conf,
};
