/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of the site's: policies, waivers, tables. Sections of "Setting=value" as in systemd's
 * units. What is not known is an error with its line, since a rule that is half understood is worse
 * than none.
 */
#pragma once

#include "error.h"
#include "str.h"

#define CONF_SETTINGS_MAX 8

struct conf_setting {
	const char *name;
	/* Takes a value. Returns NULL, or what is wrong with it ("must be yes or no"); "" for lack
	 * of memory. */
	const char *(*set)(void *arg, const char *value);
};

/* One kind of file. */
struct conf_format {
	const char *section; /* "[Policy]" */
	const char *hint;    /* when there is another: "a policy has one section, [Policy]" */
	bool many;	     /* each header begins a section of its own; else they are one */
	bool may_be_empty;   /* a file without any section is fine */
	const struct conf_setting *settings; /* ends with name NULL; at most CONF_SETTINGS_MAX */
	/* A section begins (line: of its header) or is over (lines: by setting, the line that says
	 * it, 0 where none does). Each may be NULL. Return 0 or a negative errno, with e set unless
	 * it is -ENOMEM. */
	int (*begin)(void *arg, unsigned line, struct error *e);
	int (*end)(void *arg, const unsigned lines[CONF_SETTINGS_MAX], struct error *e);
};

/*
 * Reads the bytes of a file.
 *
 * @path: for messages
 * @arg: handed to the functions of the format
 *
 * Returns 0, -EINVAL with file, line, cause and way out in e, -ENOMEM, or what begin or end return.
 */
int conf_parse(const char *path, const char *bytes, size_t n, const struct conf_format *format,
	       void *arg, struct error *e);

/* Reads a boolean as systemd spells it. For struct conf_setting: returns NULL, or what is wrong. */
const char *conf_bool(const char *value, bool *ret);

/*
 * Reads a file whose content decides verdicts: regular, owned by root (or by the caller when not
 * root), not writable by others; all of it checked on what is then read.
 *
 * @what: for messages: "the policy"
 *
 * Returns 0; -EPERM (unsafe owner or mode), -EINVAL (no regular file, too large), the errno of
 * open(2) or read(2), -ENOMEM; detail in e.
 */
int conf_load(const char *path, const char *what, struct strbuf *ret, struct error *e);

/* Writes the SHA-256 of bytes as hex. */
void conf_sha256(const char *bytes, size_t n, char ret[65]);
