/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rows of "this line means that", for the tests of the line grammars. */
#pragma once

#include "loader-impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* What a row expects beside key and value. */
enum {
	SKIPPED = 1,  /* a comment or blank */
	EXCLUDES = 2, /* "-key" */
	IGNORES = 4,  /* failures are ignored */
	GLOB = 8,
};

struct grammar_row {
	quirks_t q;
	const char *line;
	const char *key, *value;
	unsigned flags;
	enum reason reason; /* malformed for that reason when not REASON_NONE */
};

static void check_row(grammar_fn grammar, const struct grammar_row *row)
{
	struct parsed p = {0};
	int r = grammar(row->q, row->line, strlen(row->line), &p);
	char shown[4096];

	(void)snprintf(shown, sizeof(shown),
		       "line \"%s\": returns %d, kind %d, reason %s, key %s, value %s", row->line,
		       r, (int)p.kind, reason_word(p.reason), p.key ? p.key : "(none)",
		       p.value ? p.value : "(none)");
	if (row->flags & SKIPPED) {
		if (r != 0)
			fail_msg("%s; expected to be skipped", shown);
	} else if (row->reason != REASON_NONE) {
		if (r != 1 || p.kind != ENTRY_MALFORMED || p.reason != row->reason)
			fail_msg("%s; expected malformed: %s", shown, reason_word(row->reason));
	} else {
		enum entry_kind kind = row->flags & EXCLUDES ? ENTRY_EXCLUDE : ENTRY_ASSIGN;

		if (r != 1 || p.kind != kind || !p.key || !streq(p.key, row->key) ||
		    p.is_glob != !!(row->flags & GLOB) ||
		    p.ignore_failure != !!(row->flags & IGNORES))
			fail_msg("%s; expected key %s, flags %u", shown, row->key, row->flags);
		if (row->value ? !p.value || p.value_len != strlen(row->value) ||
					 memcmp(p.value, row->value, p.value_len) != 0
			       : p.value != NULL)
			fail_msg("%s; expected value %s", shown,
				 row->value ? row->value : "(none)");
	}
	parsed_done(&p);
}

#define CHECK_ROWS(grammar, rows)                                \
	do {                                                     \
		for (size_t _i = 0; _i < ELEMENTSOF(rows); _i++) \
			check_row(grammar, &(rows)[_i]);         \
	} while (0)
