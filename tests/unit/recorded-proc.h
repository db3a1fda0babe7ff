/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A /proc in memory, for unit tests: what fs/proc/array.c prints, no more of it than is looked at.
 */
#pragma once

#include "str.h"
#include "tree.h"
#include <stdio.h>

#define FIRST "user:[4026531837]"

struct recorded {
	uint32_t pid, ppid, uid, gid, tracer;
	const char *comm, *state; /* NULL: "a", "S" */
	const char *userns;	  /* NULL: FIRST; "": the link may not be read */
	uint32_t owner;		  /* of its files, uid and gid */
	bool no_memory, kthread;
	uint64_t caps;
};

/* Puts a process into a tree in memory. */
static inline void record(struct tree *t, const struct recorded *p)
{
	const char *comm = p->comm ? p->comm : "a", *state = p->state ? p->state : "S";
	_cleanup_strbuf_ struct strbuf b = {0};
	char path[64];

	(void)strbuf_addf(&b, "%u (%s) %s %u %u 0 0 -1 %u 0 0 0 0 0 0 0 0 20 0 1 0 %u 1 1\n",
			  p->pid, comm, state, p->ppid, p->pid, p->kthread ? 0x200040 : 0x400000,
			  1000 + p->pid);
	(void)snprintf(path, sizeof(path), "/proc/%u/stat", p->pid);
	assert_int_equal(tree_add_file(t, path, b.bytes, b.len), 0);
	strbuf_clear(&b);
	(void)strbuf_addf(&b,
			  "Name:\tTgid: 7\nState:\t%s (x)\nTgid:\t%u\nPid:\t%u\nPPid:\t%u\n"
			  "TracerPid:\t%u\nUid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\n%s"
			  "CapInh:\t0\nCapPrm:\t%016llx\nCapEff:\t%016llx\nSeccomp:\t2\n",
			  state, p->pid, p->pid, p->ppid, p->tracer, p->uid, p->uid, p->uid, p->uid,
			  p->gid, p->gid, p->gid, p->gid,
			  p->no_memory ? "" : "VmSize:\t  4096 kB\n", (unsigned long long)p->caps,
			  (unsigned long long)p->caps);
	(void)snprintf(path, sizeof(path), "/proc/%u/status", p->pid);
	assert_int_equal(tree_add_file(t, path, b.bytes, b.len), 0);
	assert_int_equal(tree_set_owner(t, path, p->owner, p->owner), 0);
	(void)snprintf(path, sizeof(path), "/proc/%u/ns/user", p->pid);
	if (p->userns && !*p->userns)
		assert_int_equal(tree_add_error(t, path, EACCES), 0);
	else
		assert_int_equal(tree_add_link(t, path, p->userns ? p->userns : FIRST), 0);
}
