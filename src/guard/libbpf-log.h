/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libbpf and the verifier say, kept instead of printed. Not for use outside this folder. */
#pragma once

#include "macro.h"

/* Begins to keep, and forgets what was kept. libbpf knows one receiver in a process. */
void libbpf_log_start(void);

/* The last line that was an error; "nothing" when there was none. Borrowed until the next start. */
const char *libbpf_log_last(void);
