/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cgroups with a level of their own. Not for use outside this folder. */
#pragma once

#include "guard-abi.h"
#include "settings.h"

/* Where cgroup v2 is mounted. */
#define CGROUP_ROOT "/sys/fs/cgroup"

/*
 * Finds a cgroup.
 *
 * @path: below CGROUP_ROOT, with a leading slash
 * @ret_id: the kernel's id, as in the map
 * @ret_writer: who could move processes in or out there: the owner of the parent, 0 for root only,
 *	GUARD_WRITER_ANYBODY
 *
 * Returns 0, or an errno with detail in e.
 */
int guard_cgroup_find(const char *path, uint64_t *ret_id, uint32_t *ret_writer, struct error *e);

/* Makes the map hold what the settings say and nothing else. Returns 0 or an errno with detail in
 * e. */
int guard_cgroups_fill(int map, const struct guard_settings *s, struct error *e);
