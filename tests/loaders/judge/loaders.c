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
	{
		.name = "alpine",
		.script = "alpine.sh",
		.summary = "Alpine's boot script, busybox",
	},
	{
		.name = "openrc",
		.script = "openrc.sh",
		.summary = "OpenRC's boot script, busybox (applies nothing)",
	},
	{
		.name = "openrc-read",
		.script = "openrc-read.sh",
		.summary = "OpenRC, as proposed in its pull request 291, busybox",
	},
	{
		.name = "void",
		.script = "void.sh",
		.writable = true,
		.summary = "Void's boot script, procps",
	},
	{
		.name = "void-all",
		.script = "void-all.sh",
		.summary = "Void, as proposed in 2019, procps",
	},
	{
		.name = "ufw",
		.script = "ufw.sh",
		.summary = "ufw-init start, procps",
	},
	{
		.name = "tuned",
		.script = "tuned.py",
		.python = true,
		.writable = true,
		.summary = "tuned, its active profile, one-shot",
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
