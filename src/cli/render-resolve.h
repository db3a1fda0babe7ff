/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two faces of a resolved key: text for people, JSON as the contract has it. */
#pragma once

#include "render-common.h"

/* What the renderers of resolve need. Everything borrowed. */
struct resolve_view_options {
	const struct resolve *resolve;
	const char *root;	/* "/" or DIR */
	const char *loader;	/* --loader, or NULL: then the boot is shown */
	bool all;		/* --all: files that do not mention the key too */
	bool folded;		/* one line a key: a pattern was asked for */
	struct tree *proc_tree; /* where the running kernel's values are read, or NULL */
};

/* State, value, and place of a key as asked for: at boot, or by --loader alone. Borrowed strings.
 */
struct resolve_answer {
	enum resolve_state state;
	int level;
	const char *value;
	size_t value_len;
	const char *path; /* NULL unless set */
	unsigned line;
	const char *loader;
};

/* The answer for one key (index into resolve->keys). */
struct resolve_answer resolve_answer_of(const struct resolve_view_options *o, size_t key);

/* Appends the screen. Lack of memory sticks in out->failed. */
void render_resolve_text(struct strbuf *out, const struct layout *layout,
			 const struct resolve_view_options *o);

/* Appends the JSON object, one line. Returns 0 or -ENOMEM. */
int render_resolve_json(struct strbuf *out, const struct resolve_view_options *o, int exit_code);
