/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A FUSE file system to be mounted over /proc/sys: a fixed set of keys, of which
 * kernel/yama/ptrace_scope obeys the kernel's write rule and the others take anything. It keeps
 * every write in order with the errno that it got. One thread serves it; contents are
 * never cached.
 *
 * May use: libc, libfuse3, write-rule.h.
 */

#include <stddef.h>
#include <sys/types.h>

#include "write-rule.h"

#define STANDIN_SCOPE_KEY "kernel/yama/ptrace_scope"

struct standin;

struct standin_write {
	const char *key; /* slash form, relative to /proc/sys; never freed */
	off_t offset;
	unsigned char *data; /* owned */
	size_t len;
	int error; /* 0 or a positive errno */
};

struct standin_log {
	struct standin_write *writes; /* owned */
	size_t n_writes;
};

/*
 * standin_new() - mount a stand-in and start to serve it
 * @mountpoint: an existing directory
 * @rule: of the one integer key; copied
 *
 * The caller owns the result. Returns 0, -ENOMEM, or -EIO when libfuse refused (its own message
 * is on stderr).
 */
int standin_new(struct standin **ret, const char *mountpoint, const struct write_rule *rule);

/* Unmounts and frees; takes NULL, returns NULL. */
struct standin *standin_free(struct standin *s);

/*
 * Forgets all writes and all values. @level is what the integer key holds then; WRITE_RULE_UNSET:
 * it reads as something that no value equals, so that no loader skips a write as done already.
 */
void standin_reset(struct standin *s, int level);

/* What the integer key holds now. */
int standin_level(struct standin *s);

/* Moves the writes since the last reset into @ret, which the caller frees. */
void standin_take_log(struct standin *s, struct standin_log *ret);

void standin_log_done(struct standin_log *log);

/* The keys that exist, in slash form; ends in NULL. */
const char *const *standin_keys(void);
