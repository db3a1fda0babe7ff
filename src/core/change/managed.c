/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that a configuration manager writes say so in a comment at their head: Ansible's
 * {{ ansible_managed }}, Puppet's and Chef's templates, Salt's file.managed by custom.
 */
#include "plan.h"

#include <ctype.h>

#define HEAD_LINES 15

static bool has_word(const char *line, size_t n, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= n; i++) {
		if (strncasecmp(line + i, word, len) == 0 &&
		    (i == 0 || !isalpha((unsigned char)line[i - 1])) &&
		    (i + len == n || !isalpha((unsigned char)line[i + len])))
			return true;
	}
	return false;
}

const char *managed_by(const char *bytes, size_t n)
{
	static const struct {
		const char *word, *name;
	} programs[] = {
		{"ansible", "Ansible"}, {"puppet", "Puppet"},  {"chef", "Chef"},
		{"salt", "Salt"},	{"saltstack", "Salt"}, {"cfengine", "CFEngine"},
	};
	static const char *const verbs[] = {"managed",	  "generated", "maintained",
					    "controlled", "deployed",  "written"};
	const char *end = bytes + n;

	for (unsigned i = 0; i < HEAD_LINES && bytes < end; i++) {
		const char *nl = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t len = (size_t)((nl ? nl : end) - bytes);
		size_t blanks = 0;

		while (blanks < len && (bytes[blanks] == ' ' || bytes[blanks] == '\t'))
			blanks++;
		for (size_t k = 0;
		     blanks < len && strchr("#;", bytes[blanks]) && k < ELEMENTSOF(programs); k++) {
			for (size_t v = 0; v < ELEMENTSOF(verbs); v++) {
				if (has_word(bytes, len, programs[k].word) &&
				    has_word(bytes, len, verbs[v]))
					return programs[k].name;
			}
		}
		bytes += len + (nl != NULL);
	}
	return NULL;
}
