/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A trial on a child, before the guard has any effect. Not for use outside this folder. */
#pragma once

#include "macro.h"

/*
 * Whether the attached programs are asked at all, and whether prctl(PR_SET_PTRACER) can be made to
 * return 0: a child, for which alone they act while unarmed, declares a tracer.
 *
 * @state, @declarations: the maps, the first writable
 *
 * Returns 1 when the declaration was kept and the call returned 0; 0 when it was kept; -EOPNOTSUPP
 * when the programs were not asked (a kernel without "bpf" in its list attaches them all the same);
 * or the errno of what the trial needs.
 */
int trial_prctl(int state, int declarations);
