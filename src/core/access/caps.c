/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The attribute's format: include/uapi/linux/capability.h, struct vfs_cap_data; little endian. */
#include "caps.h"

#include "limits.h"

#include <linux/capability.h>
#include <stdio.h>
#include <sys/xattr.h>

const char *cap_name(unsigned cap)
{
	static const char *const names[] = {
		"cap_chown",
		"cap_dac_override",
		"cap_dac_read_search",
		"cap_fowner",
		"cap_fsetid",
		"cap_kill",
		"cap_setgid",
		"cap_setuid",
		"cap_setpcap",
		"cap_linux_immutable",
		"cap_net_bind_service",
		"cap_net_broadcast",
		"cap_net_admin",
		"cap_net_raw",
		"cap_ipc_lock",
		"cap_ipc_owner",
		"cap_sys_module",
		"cap_sys_rawio",
		"cap_sys_chroot",
		"cap_sys_ptrace",
		"cap_sys_pacct",
		"cap_sys_admin",
		"cap_sys_boot",
		"cap_sys_nice",
		"cap_sys_resource",
		"cap_sys_time",
		"cap_sys_tty_config",
		"cap_mknod",
		"cap_lease",
		"cap_audit_write",
		"cap_audit_control",
		"cap_setfcap",
		"cap_mac_override",
		"cap_mac_admin",
		"cap_syslog",
		"cap_wake_alarm",
		"cap_block_suspend",
		"cap_audit_read",
		"cap_perfmon",
		"cap_bpf",
		"cap_checkpoint_restore",
	};

	return cap < ELEMENTSOF(names) ? names[cap] : NULL;
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

int file_caps_parse(const void *bytes, size_t n, struct file_caps *ret)
{
	const uint8_t *p = bytes;
	struct file_caps c = {0};
	uint32_t revision, words;
	size_t size;

	if (n < 4)
		return -EBADMSG;
	revision = le32(p) & VFS_CAP_REVISION_MASK;
	words = revision == VFS_CAP_REVISION_1 ? 1 : 2;
	size = 4 + words * 8UL + (revision == VFS_CAP_REVISION_3 ? 4UL : 0UL);
	if ((revision != VFS_CAP_REVISION_1 && revision != VFS_CAP_REVISION_2 &&
	     revision != VFS_CAP_REVISION_3) ||
	    n != size)
		return -EBADMSG;
	c.effective = (le32(p) & VFS_CAP_FLAGS_EFFECTIVE) != 0;
	for (uint32_t i = 0; i < words; i++) {
		c.permitted |= (uint64_t)le32(p + 4 + i * 8) << (32 * i);
		c.inheritable |= (uint64_t)le32(p + 8 + i * 8) << (32 * i);
	}
	if (revision == VFS_CAP_REVISION_3)
		c.root_uid = le32(p + 20);
	*ret = c;
	return 0;
}

int file_caps_read(const struct tree *t, const char *real_path, struct file_caps *ret)
{
	char path[LIMIT_PATH + 32];
	uint8_t value[64];
	ssize_t n;

	if (tree_fd(t) < 0)
		return -ENOTSUP;
	/* The path has no links left, and getxattr() follows none at its end. */
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d%s", tree_fd(t), real_path);
	n = lgetxattr(path, "security.capability", value, sizeof(value));
	if (n < 0)
		return errno == ERANGE ? -EBADMSG : -errno;
	return file_caps_parse(value, (size_t)n, ret);
}
