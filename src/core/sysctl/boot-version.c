/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which version of a loader is installed. The name of a library tells systemd's at the cost of one
 * directory; the package database is asked where that fails.
 */
#include "boot-impl.h"

#include "limits.h"
#include "package.h"

#include <stdio.h>

bool boot_has_procps(struct boot_ctx *c)
{
	static const char *const paths[] = {"/sbin/sysctl", "/usr/sbin/sysctl", "/bin/sysctl"};

	for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
		_cleanup_free_ char *real = NULL;
		struct tree_stat st;

		if (tree_stat(c->tree, paths[i], &st, &real) == 0 && st.type == TREE_REG)
			return !strstr(real, "busybox");
	}
	return false;
}

int boot_ufw_enabled(struct boot_ctx *c)
{
	_cleanup_free_ char *bytes = NULL;
	bool on = false;
	int r = tree_read_file(c->tree, "/etc/ufw/ufw.conf", LIMIT_SMALL_FILE, &bytes, NULL);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (char *save = NULL, *l = strtok_r(bytes, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		l += strspn(l, " \t");
		if (startswith(l, "ENABLED="))
			on = strcasestr(l + 8, "yes") != NULL;
	}
	return on;
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
	static const char *const dirs[] = {
		"/usr/lib/x86_64-linux-gnu/systemd", "/usr/lib/aarch64-linux-gnu/systemd",
		"/usr/lib/systemd", "/lib/systemd", "/usr/lib64/systemd"};
	char *v = NULL;

	for (size_t i = 0; !v && i < ELEMENTSOF(dirs); i++)
		v = systemd_library_version(c, dirs[i]);
	return v;
}

static const char *package_of(enum loader_id id, bool procps)
{
	switch (id) {
	case LOADER_SYSTEMD:
		return "systemd";
	case LOADER_PROCPS:
	case LOADER_PROCPS_P:
		return "procps";
	case LOADER_UFW:
	case LOADER_VOID:
		return procps ? "procps" : NULL;
	case LOADER_BUSYBOX:
		return "busybox";
	case LOADER_TUNED:
		return "tuned";
	case LOADER_OPENRC:
		return "openrc";
	default:
		return NULL;
	}
}

int boot_version(struct boot_ctx *c, enum loader_id id, struct loader_instance *ret)
{
	_cleanup_free_ char *version = id == LOADER_SYSTEMD ? systemd_version(c) : NULL;
	enum version_from from = VERSION_BINARY;
	const char *package = package_of(id, true);
	int r;

	if (!version && package) {
		from = VERSION_PACKAGE;
		r = package_version(c->tree, package, &version);
		if (r == -ENOMEM)
			return r;
	}
	r = loader_instance_init(id, version, from, ret);
	if (r == -EINVAL)
		r = loader_instance_init(id, NULL, VERSION_ASSUMED, ret);
	return r;
}
