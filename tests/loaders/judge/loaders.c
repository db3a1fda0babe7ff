/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The table of loaders; names as everywhere in ptscope. */

#include "loaders.h"

#include <string.h>

const struct loader loaders[] = {
	{
		.name = "systemd-sysctl",
		.argv = {"/.judge/bin/systemd-sysctl"},
		.summary = "systemd-sysctl, no arguments",
	},
	{
		.name = "procps",
		.argv = {"/.judge/bin/sysctl", "--system"},
		.summary = "procps: sysctl --system",
	},
	{
		.name = "procps-p",
		.argv = {"/.judge/bin/sysctl", "-p"},
		.summary = "procps: sysctl -p, the default file",
	},
	{
		.name = "busybox",
		.argv = {"/.judge/bb/sysctl", "-p"},
		.summary = "busybox: sysctl -p, the default file",
	},
	{},
};

const struct loader *loader_find(const char *name, size_t len)
{
	for (const struct loader *l = loaders; l->name; l++)
		if (strlen(l->name) == len && memcmp(l->name, name, len) == 0)
			return l;
	return NULL;
}
