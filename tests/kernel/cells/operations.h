/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations, made for real, by the calling thread. None leaves the tracee changed. */
#pragma once

#include "access.h"

/*
 * @pid: the tracee in the caller's pid namespace
 * @proc_pid: in that of the mounted /proc
 *
 * Returns 0 where the kernel permitted it, or the positive errno. Where it permits and then finds
 * nothing to do, that is 0: EFAULT of a bad address. TRACEME is about the caller itself; it stays
 * traced.
 */
int operate(enum access_operation op, pid_t pid, pid_t proc_pid);
