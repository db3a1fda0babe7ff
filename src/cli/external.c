/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "external.h"

#include <stdio.h>
#include <unistd.h>

/* The variables of the environment that a helper may see: none changes what is read or done. */
static const char *const kept[] = {"TERM", "COLUMNS", "NO_COLOR"};

int external_run(const struct invocation *in, const char *program, struct error *e)
{
	char *environment[ELEMENTSOF(kept) + 1] = {0};
	_cleanup_free_ char *path = NULL;
	size_t n = 0;

	if (asprintf(&path, "%s/%s", HELPERS, program) < 0) {
		path = NULL;
		(void)error_set(e, ENOMEM, NULL, 0, "out of memory");
		return EXIT_ERROR;
	}
	for (char **v = environ; *v; v++) {
		size_t name = strcspn(*v, "=");

		for (size_t i = 0; i < ELEMENTSOF(kept) && n < ELEMENTSOF(kept); i++)
			if (strlen(kept[i]) == name && memcmp(*v, kept[i], name) == 0)
				environment[n++] = *v;
	}
	(void)execve(path, in->argv, environment);
	if (errno == ENOENT) {
		(void)error_set(e, ENOENT, path, 0, "the program that runs \"%s\" is not installed",
				in->command->name);
		error_hint(e, "install the package %s", program);
	} else {
		(void)error_set(e, errno, path, 0, "cannot run it");
	}
	return EXIT_ERROR;
}
