/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What "ptscope about" tells: the control as data, printed as text or JSON by cmd-about.c. */
#pragma once

#include "macro.h"

struct about_level {
	const char *allows; /* what a tracer may do at this level, one paragraph */
};

struct about_section {
	const char *id;		       /* name of the member in JSON */
	const char *title;	       /* heading in text */
	const char *const *paragraphs; /* ends with NULL; one that starts with "$ " is a command */
	bool list;		       /* the paragraphs are items, each by itself */
};

struct about_reference {
	const char *catalogue; /* "800-53" */
	const char *id;	       /* "CM-6" */
	const char *title;
};

struct about_control {
	const char *id; /* "CIS 1.5.2" */
	const char *title;
	const char *key; /* dotted */
	const char *category;
	const char *benchmark;			  /* the benchmark's number */
	const struct about_section *sections;	  /* ends with id NULL */
	const struct about_level *levels;	  /* 0..3 */
	const struct about_reference *references; /* ends with id NULL */
};

extern const struct about_control about_control;

/* A JSON schema that is built in. */
struct about_schema {
	const char *name; /* "ptscope.audit/1" */
	const char *text; /* the file's bytes, n of them */
	size_t n;
};

/* All of docs/schema, ending with a NULL name, sorted. Generated. */
extern const struct about_schema about_schemas[];
