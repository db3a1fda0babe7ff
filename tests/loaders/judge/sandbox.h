/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A private place where a loader sees a given directory as its root and a stand-in as /proc/sys.
 *
 * The process that opens the sandbox moves into its own mount, network, IPC and UTS namespaces.
 * A run stacks the directory over the build's files (/.judge) and a skeleton (/proc, /dev/null),
 * read-only or with a layer of its own on top, so neither the directory nor the machine is changed.
 *
 * May use: libc, standin.h.
 */

#include <stdbool.h>
#include <stddef.h>

#include "standin.h"

struct sandbox;

struct sandbox_job {
	const char *root;	 /* the directory that the loader sees as / */
	const char *build;	 /* name of a build in the cache */
	const char *const *argv; /* program inside the root, ends in NULL */
	bool writable;		 /* let it write, into a layer that is thrown away */
	int timeout_ms;
};

struct sandbox_result {
	int status; /* as from waitpid() */
	int timed_out;
	char *output; /* stdout and stderr as they came, owned */
	size_t output_len;
};

/*
 * sandbox_new() - enter the namespaces and mount what all runs share
 * @cache: directory of the builds
 * @rule: for the stand-in
 *
 * Needs root. A second one in the same process is not supported. Returns 0 or negative errno;
 * @ret_what then names the step that failed (static string).
 */
int sandbox_new(struct sandbox **ret, const char *cache, const struct write_rule *rule,
		const char **ret_what);

struct sandbox *sandbox_free(struct sandbox *s);

/* The stand-in; owned by the sandbox. */
struct standin *sandbox_standin(struct sandbox *s);

/*
 * sandbox_run() - run one program to its end
 *
 * The stand-in is neither reset nor read. Every process that the program left behind is killed.
 * Returns 0 or negative errno with @ret_what set; a program that fails or is killed after
 * @job->timeout_ms is no error here.
 */
int sandbox_run(struct sandbox *s, const struct sandbox_job *job, struct sandbox_result *ret,
		const char **ret_what);

void sandbox_result_done(struct sandbox_result *r);
