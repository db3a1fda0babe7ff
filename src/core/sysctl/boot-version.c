/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which version of a loader is installed. The name of a library tells systemd's at the cost of one
 * directory; the package database is asked where that fails.
 */
#include "boot-impl.h"

#include "limits.h"
#include "package.h"

#include <stdio.h>

enum sysctl_program boot_sysctl_program(struct boot_ctx *c)
{
	static const char *const paths[] = {"/sbin/sysctl", "/usr/sbin/sysctl", "/bin/sysctl",
					    "/usr/bin/sysctl"};

	for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
		_cleanup_free_ char *real = NULL;
		struct tree_stat st;

		if (tree_stat(c->tree, paths[i], &st, &real) == 0 && st.type == TREE_REG)
			return strstr(real, "busybox") ? SYSCTL_BUSYBOX : SYSCTL_PROCPS;
	}
	return SYSCTL_NONE;
}

/* "252" of libsystemd-shared-252.so in a directory. Caller frees; NULL when there is none. */
static char *systemd_library_version(struct boot_ctx *c, const char *dir)
{
	static const char *const prefixes[] = {"libsystemd-shared-", "libsystemd-core-"};
	_cleanup_(tree_list_done) struct tree_list list = {0};

	if (tree_list(c->tree, dir, &list) < 0)
		return NULL;
	for (size_t i = 0; i < list.n; i++) {
		for (size_t k = 0; k < ELEMENTSOF(prefixes); k++) {
			const char *v = list.entries[i].name + strlen(prefixes[k]);

			if (startswith(list.entries[i].name, prefixes[k]) && *v >= '1' && *v <= '9')
				return strndup(v, strspn(v, "0123456789"));
		}
	}
	return NULL;
}

static char *systemd_version(struct boot_ctx *c)
{
	static const char *const dirs[] = {"/usr/lib/x86_64-linux-gnu/systemd",
					   "/usr/lib/aarch64-linux-gnu/systemd", "/usr/lib/systemd",
					   "/lib/systemd", "/usr/lib64/systemd"};
	char *v = NULL;

	for (size_t i = 0; !v && i < ELEMENTSOF(dirs); i++)
		v = systemd_library_version(c, dirs[i]);
	return v;
}

/* Packages whose version is that of the loader, ending in NULL: the first that is installed counts.
 */
static const char *const *packages_of(struct boot_ctx *c, enum loader_id id)
{
	static const char *const systemd[] = {"systemd", NULL}, *const tuned[] = {"tuned", NULL},
				 *const procps[] = {"procps", "procps-ng", NULL},
				 *const busybox[] = {"busybox", "busybox-static", NULL},
				 *const openrc[] = {"openrc", NULL},
				 *const runit[] = {"runit-void", NULL}, *const none[] = {NULL};

	switch (id) {
	case LOADER_SYSTEMD:
		return systemd;
	case LOADER_PROCPS:
	case LOADER_PROCPS_P:
		return procps;
	case LOADER_UFW:
	case LOADER_ALPINE:
		/* Versions of these are those of the sysctl that they run. */
		return boot_sysctl_program(c) == SYSCTL_BUSYBOX ? busybox : procps;
	case LOADER_BUSYBOX:
		return busybox;
	case LOADER_OPENRC:
		return openrc;
	case LOADER_VOID:
		return runit;
	case LOADER_TUNED:
		return tuned;
	case LOADER_CMDLINE:
	case _LOADER_MAX:
		break;
	}
	return none;
}

/* Returns 0 (also when it cannot be told: *ret stays NULL) or -ENOMEM. */
static int find_version(struct boot_ctx *c, enum loader_id id, char **ret,
			enum version_from *ret_from)
{
	bool exact = c->flags & BOOT_EXACT;

	*ret_from = VERSION_BINARY;
	if (id == LOADER_SYSTEMD && !exact)
		*ret = systemd_version(c);
	for (const char *const *p = packages_of(c, id); !*ret && *p; p++) {
		int r = package_version(c->tree, *p, ret);

		if (r == -ENOMEM)
			return r;
		if (r == 0)
			*ret_from = VERSION_PACKAGE;
	}
	if (id == LOADER_SYSTEMD && exact && !*ret)
		*ret = systemd_version(c);
	return 0;
}

int boot_version(struct boot_ctx *c, enum loader_id id, struct loader_instance *ret)
{
	_cleanup_free_ char *version = NULL;
	enum version_from from;
	int r = find_version(c, id, &version, &from);

	if (r < 0)
		return r;
	r = loader_instance_init(id, version, from, ret);
	if (r == -EINVAL)
		r = loader_instance_init(id, NULL, VERSION_ASSUMED, ret);
	return r;
}
