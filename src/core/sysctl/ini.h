/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sections of "name = value" as two Python modules read them: configparser, and configobj, which
 * tuned used before. Not for use outside this folder.
 */
#pragma once

#include "str.h"

enum ini_dialect {
	INI_CONFIGPARSER, /* strict=False, '=' only, '#' after a blank begins a comment */
	INI_STRICT,	  /* the same with strict=True: nothing may be twice */
	INI_CONFIGOBJ, /* list_values=False: '#' anywhere begins a comment, nothing may be twice */
};

struct ini_option {
	char *name, *value; /* owned */
	unsigned line;	    /* from 1; where the value was set last */
	unsigned source;    /* of the file that set it; as given to ini_section_set(), 0 from
			       ini_parse() */
};

struct ini_section {
	char *name; /* owned */
	struct ini_option *options;
	size_t n, cap;
};

struct ini {
	struct ini_section *sections;
	size_t n, cap;
};

void ini_done(struct ini *ini);

/*
 * Parses a file's text.
 *
 * @first: section that holds what stands before any header, or NULL: there may be nothing
 * @ret_line: line at fault, for -EINVAL
 *
 * Returns 0; -EINVAL where the module raises an error (text that is not UTF-8 included);
 * -EOPNOTSUPP for a NUL in a name or value, which is not followed further; -ENOMEM.
 */
int ini_parse(const char *text, size_t n, enum ini_dialect dialect, const char *first,
	      struct ini *ret, unsigned *ret_line);

/* The section of that name, or NULL. Borrowed. */
const struct ini_section *ini_section_get(const struct ini *ini, const char *name);

/* The option's value, or NULL. ini may lack the section. Borrowed. */
const char *ini_get(const struct ini *ini, const char *section, const char *option);

/* Sets an option: the last value counts, the first place stays. Copies. Returns 0 or -ENOMEM. */
int ini_section_set(struct ini_section *s, const char *name, const char *value, unsigned line,
		    unsigned source);

/* Takes an option away, if it is there. */
void ini_section_unset(struct ini_section *s, const char *name);

/* Frees what the section holds. */
void ini_section_done(struct ini_section *s);

/*
 * What Python's str.strip() leaves of UTF-8 text: Unicode blanks at both ends are dropped.
 *
 * @s, @n: moved and shortened in place
 */
void python_strip(const char **s, size_t *n);

/* True when the bytes are UTF-8 as Python decodes it. */
bool python_is_utf8(const char *s, size_t n);
