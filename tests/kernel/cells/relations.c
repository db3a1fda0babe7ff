/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A relation is a script that makes the processes, and who asks for whom. Nothing here says what
 * the kernel should answer.
 */
#include "relations.h"

#include "macro.h"

#define U "0 user 1000; "
/* Two siblings, 1 and 2. */
#define S U "0 fork 1; 0 fork 2; "
/* The same with root as the parent, for other credentials. */
#define R "0 fork 1; 0 fork 2; "
/* 1 becomes an ordinary user with capabilities c. */
#define WITH(n, c)                                                                            \
#n " keepcaps; " #n " gids 1000 1000 1000 1000; " #n " uids 1000 1000 1000 1000; " #n \
	   " caps " c "; " #n " dumpable 1; "

/* clang-format off */
const struct relation relations[] = {
	/* ancestry and threads */
	{"self", U, 0, 0},
	{"thread", U "0 thread 1", 0, 1},
	{"leader-by-thread", U "0 thread 1", 1, 0},
	{"parent", U "0 fork 1", 0, 1},
	{"grandparent", U "0 fork 1; 1 fork 2", 0, 2},
	{"child-to-parent", U "0 fork 1", 1, 0},
	{"grandchild-to-grandparent", U "0 fork 1; 1 fork 2", 2, 0},
	{"sibling", S, 1, 2},
	{"cousin", S "1 fork 3; 2 fork 4", 3, 4},
	{"uncle", S "2 fork 3", 1, 3},
	{"nephew", S "1 fork 3", 3, 2},
	{"parent-thread", U "0 thread 1; 0 fork 2", 1, 2},
	{"child-of-thread", U "0 thread 1; 1 fork 2", 0, 2},
	{"child-of-ended-thread", U "0 thread 1; 1 fork 2; 1 exit", 0, 2},
	{"thread-of-child", U "0 fork 1; 1 thread 2", 0, 2},
	{"thread-of-sibling", S "2 thread 3", 1, 3},
	{"thread-of-dead-leader", U "0 fork 1; 1 thread 2; 1 fork 3; 1 exit", 2, 3},
	{"child-thread-of-dead-leader", U "0 fork 1; 1 thread 2; 1 exit", 0, 2},
	{"child-dead-leader", U "0 fork 1; 1 thread 2; 1 exit", 0, 1},
	{"sibling-dead-leader", S "2 thread 3; 2 exit", 1, 2},
	{"clone-parent", U "0 fork 1; 1 fork-parent 2", 1, 2},
	{"clone-parent-from-parent", U "0 fork 1; 1 fork-parent 2", 0, 2},
	{"shared-memory-child", U "0 fork-vm 1", 0, 1},
	{"shared-memory-parent", U "0 fork-vm 1", 1, 0},
	{"shared-memory-siblings", U "0 fork-vm 1; 0 fork-vm 2", 1, 2},

	/* orphans */
	{"orphan-to-init", U "0 fork 1; 1 fork 2; 1 exit; 0 reap @1", 0, 2},
	{"orphan-of-zombie", U "0 fork 1; 1 fork 2; 1 exit", 0, 2},
	{"orphan-to-subreaper", U "0 subreaper; 0 fork 1; 1 fork 2; 1 exit; 0 reap @1", 0, 2},
	{"orphan-past-grandparent", U "0 subreaper; 0 fork 1; 1 fork 2; 2 fork 3; 2 exit", 1, 3},
	{"orphan-to-near-subreaper",
	 U "0 subreaper; 0 fork 1; 1 subreaper; 1 fork 2; 2 fork 3; 2 exit", 1, 3},
	{"orphan-to-far-subreaper",
	 U "0 subreaper; 0 fork 1; 1 subreaper; 1 fork 2; 2 fork 3; 2 exit", 0, 3},

	/* credentials */
	{"other-uid", R "1 user 1000; 2 user 1001", 1, 2},
	{"other-uid-child", "0 fork 1; 1 fork 2; 1 user 1000; 2 user 1001", 1, 2},
	{"other-gid", R "1 user 1000; 2 gids 1001 1001 1001 1001; 2 uids 1000 1000 1000 1000; "
			"2 dumpable 1", 1, 2},
	{"other-saved-gid", R "1 user 1000; 2 gids 1000 1000 1001 1000; 2 uids 1000 1000 1000 1000; "
			      "2 dumpable 1", 1, 2},
	{"tracee-real-uid", R "1 user 1000; 2 gids 1000 1000 1000 1000; 2 uids 1001 1000 1000 1000; "
			    "2 dumpable 1", 1, 2},
	{"tracee-saved-uid", R "1 user 1000; 2 gids 1000 1000 1000 1000; 2 uids 1000 1000 0 1000; "
			     "2 dumpable 1", 1, 2},
	{"tracee-fs-uid", R "1 user 1000; " WITH(2, "setuid setuid") "2 uids 1000 1000 1000 1001; "
			  "2 caps none none; 2 dumpable 1", 1, 2},
	{"tracer-real-root", R "2 user 1000; 1 gids 1000 1000 1000 1000; 1 uids 0 1000 1000 1000; "
			     "1 caps none none; 1 dumpable 1", 1, 2},
	{"tracer-effective-other", R "2 user 1000; 1 gids 1000 1000 1000 1000; "
				   "1 uids 1000 1001 1000 1001; 1 dumpable 1", 1, 2},
	{"tracer-fs-other", R "2 user 1000; " WITH(1, "setuid setuid") "1 uids 1000 1000 1000 1001; "
			    "1 caps none none; 1 dumpable 1", 1, 2},
	{"tracer-real-gid-other", R "2 user 1000; 1 gids 1001 1000 1000 1000; "
				  "1 uids 1000 1000 1000 1000; 1 dumpable 1", 1, 2},
	{"tracer-group-of-file", R "2 user 1001; 1 groups 1001; 1 uids 1000 1000 1000 1000; "
				 "1 dumpable 1", 1, 2},
	{"root-to-user", R "2 user 1000", 1, 2},
	{"root-to-root", R, 1, 2},
	{"user-to-root", R "1 user 1000", 1, 2},
	{"user-to-root-parent", "0 fork 1; 1 user 1000", 1, 0},
	{"root-without-caps-to-user", R "2 user 1000; 1 caps none none", 1, 2},
	{"root-without-ptrace-to-user",
	 R "2 user 1000; 1 caps dac_override+kill+sys_admin dac_override+kill+sys_admin", 1, 2},
	{"root-without-caps-siblings", "0 caps none none; " R, 1, 2},
	{"root-without-caps-parent", "0 caps none none; 0 fork 1", 0, 1},
	{"root-without-caps-to-root", R "1 caps none none", 1, 2},
	{"root-without-caps-to-root-child", "0 fork 1; 0 caps none none", 0, 1},
	{"capable-user-to-other", R "2 user 1001; " WITH(1, "sys_ptrace sys_ptrace"), 1, 2},
	{"capable-user-to-same", R "2 user 1000; " WITH(1, "sys_ptrace sys_ptrace"), 1, 2},
	{"capable-user-to-root", R WITH(1, "sys_ptrace sys_ptrace"), 1, 2},
	{"permitted-only-to-same", R "2 user 1000; " WITH(1, "none sys_ptrace"), 1, 2},
	{"permitted-only-to-other", R "2 user 1001; " WITH(1, "none sys_ptrace"), 1, 2},
	{"reader-by-capability", R "2 user 1001; " WITH(1, "dac_read_search dac_read_search"), 1, 2},
	{"nice-to-same", R "2 user 1000; " WITH(1, "sys_nice sys_nice"), 1, 2},
	{"perfmon-to-same", R "2 user 1000; " WITH(1, "perfmon perfmon"), 1, 2},
	{"perfmon-to-other", R "2 user 1001; " WITH(1, "perfmon perfmon"), 1, 2},
	{"perfmon-kill-to-other", R "2 user 1001; " WITH(1, "perfmon+kill perfmon+kill"), 1, 2},
	{"admin-to-same", R "2 user 1000; " WITH(1, "sys_admin sys_admin"), 1, 2},
	{"ptrace-admin-to-other", R "2 user 1001; " WITH(1, "sys_ptrace+sys_admin sys_ptrace+sys_admin"),
	 1, 2},
	{"more-capabilities", R "1 user 1000; " WITH(2, "net_raw net_raw"), 1, 2},
	{"more-permitted", R "1 user 1000; " WITH(2, "none net_raw"), 1, 2},
	{"more-capabilities-child", "0 fork 1; 1 fork 2; 1 user 1000; " WITH(2, "net_raw net_raw"), 1, 2},
	{"fewer-capabilities", R "2 user 1000; " WITH(1, "net_raw net_raw"), 1, 2},
	{"equal-capabilities", R WITH(1, "net_raw net_raw") WITH(2, "net_raw net_raw"), 1, 2},
	{"equal-permitted", R WITH(1, "none net_raw") WITH(2, "net_raw net_raw"), 1, 2},

	/* not dumpable, and programs that make it so */
	{"not-dumpable-sibling", S "2 dumpable 0", 1, 2},
	{"not-dumpable-child", U "0 fork 1; 1 dumpable 0", 0, 1},
	{"not-dumpable-thread", U "0 thread 1; 0 dumpable 0", 0, 1},
	{"not-dumpable-tracer", S "1 dumpable 0", 1, 2},
	{"not-dumpable-to-root", R "2 user 1000; 2 dumpable 0", 1, 2},
	{"not-dumpable-to-capable", R "2 user 1000; 2 dumpable 0; " WITH(1, "sys_ptrace sys_ptrace"), 1, 2},
	{"changed-ids-child", U "0 fork 1; 1 exec suid-root; 1 uids 1000 1000 1000 1000", 0, 1},
	{"suid-root-child", U "0 fork 1; 1 exec suid-root", 0, 1},
	{"suid-root-to-parent", U "0 fork 1; 1 exec suid-root", 1, 0},
	{"suid-user-child", U "0 fork 1; 1 exec suid-user", 0, 1},
	{"sgid-child", U "0 fork 1; 1 exec sgid-user", 0, 1},
	{"file-capabilities-child", U "0 fork 1; 1 exec filecaps", 0, 1},
	{"unreadable-child", U "0 fork 1; 1 exec unreadable", 0, 1},
	{"executed-child", U "0 fork 1; 1 exec self", 0, 1},
	{"executed-child-of-executed", U "0 fork 1; 1 fork 2; 2 exec self; 1 exec self", 1, 2},
	{"child-executed-by-thread", U "0 fork 1; 1 thread 2; 2 exec self", 0, 2},
	{"parent-executed-by-thread", U "0 fork 1; 1 fork 2; 1 thread 3; 3 exec self", 3, 2},

	/* declared tracers */
	{"declared", S "2 ptracer @1", 1, 2},
	{"declared-any", S "2 ptracer any", 1, 2},
	{"declared-cleared", S "2 ptracer @1; 2 ptracer 0", 1, 2},
	{"declared-any-cleared", S "2 ptracer any; 2 ptracer 0", 1, 2},
	{"declared-replaced", S "0 fork 3; 2 ptracer @1; 2 ptracer @3", 1, 2},
	{"declared-any-replaced", S "0 fork 3; 2 ptracer any; 2 ptracer @3", 1, 2},
	{"declared-other", S "0 fork 3; 2 ptracer @3", 1, 2},
	{"declared-itself", S "2 ptracer @2", 1, 2},
	{"declared-parent", U "0 fork 1; 0 ptracer @1", 1, 0},
	{"declared-common-parent", S "2 ptracer @0", 1, 2},
	{"declared-thread", S "1 thread 3; 2 ptracer @3", 1, 2},
	{"declared-thread-ended", S "1 thread 3; 2 ptracer @3; 3 exit", 1, 2},
	{"declared-tracers-thread", S "1 thread 3; 2 ptracer @1", 3, 2},
	{"declared-tracers-child", S "1 fork 3; 2 ptracer @1", 3, 2},
	{"declared-tracers-grandchild", S "1 fork 3; 3 fork 4; 2 ptracer @1", 4, 2},
	{"declared-tracers-later-child", S "2 ptracer @1; 1 fork 3", 3, 2},
	{"declared-tracers-parent", S "1 fork 3; 2 ptracer @3", 1, 2},
	{"declared-tracers-sibling", S "0 fork 3; 2 ptracer @1", 3, 2},
	{"declared-tracer-executed", S "2 ptracer @1; 1 exec self", 1, 2},
	{"declared-tracer-thread-executed", S "1 thread 3; 2 ptracer @1; 3 exec self", 3, 2},
	{"declared-thread-executed", S "1 thread 3; 2 ptracer @3; 3 exec self", 3, 2},
	{"declared-tracer-zombie-orphan", S "1 fork 3; 2 ptracer @1; 1 exit", 3, 2},
	{"declared-zombie-orphan", S "1 fork 3; 1 exit; 2 ptracer @1", 3, 2},
	{"declared-tracer-reaped-orphan", S "1 fork 3; 2 ptracer @1; 1 exit; 0 reap @1", 3, 2},
	{"declared-by-thread", S "2 thread 3; 3 ptracer @1", 1, 2},
	{"declared-seen-by-thread", S "2 thread 3; 2 ptracer @1", 1, 3},
	{"declared-by-ended-thread", S "2 thread 3; 3 ptracer @1; 3 exit", 1, 2},
	{"declared-by-dead-leader", S "2 thread 3; 2 ptracer @1; 2 exit", 1, 3},
	{"declared-not-inherited", S "2 ptracer @1; 2 fork 3", 1, 3},
	{"declared-any-not-inherited", S "2 ptracer any; 2 fork 3", 1, 3},
	{"declared-tracee-executed", S "2 ptracer @1; 2 exec self", 1, 2},
	{"declared-tracee-thread-executed", S "2 ptracer @1; 2 thread 3; 3 exec self", 1, 3},
	{"declared-tracee-suid", S "2 ptracer @1; 2 exec suid-root", 1, 2},
	{"declared-other-uid", R "1 user 1000; 2 user 1001; 2 ptracer @1", 1, 2},
	{"declared-any-other-uid", R "1 user 1000; 2 user 1001; 2 ptracer any", 1, 2},
	{"declared-not-dumpable", S "2 ptracer @1; 2 dumpable 0", 1, 2},
	{"declared-more-capabilities", R "1 user 1000; " WITH(2, "net_raw net_raw") "2 ptracer @1", 1, 2},

	/* tracers already attached */
	{"traced-by-other", S "0 fork 3; 3 trace @2", 1, 2},
	{"traced-by-other-to-parent", S "1 trace @2", 0, 2},
	{"traced-by-tracer", S "1 trace @2", 1, 2},
	{"traced-by-tracers-thread", S "1 thread 3; 3 trace @2", 1, 2},
	{"traced-by-tracers-child", S "1 fork 3; 3 trace @2", 1, 2},
	{"traced-by-tracers-parent", S "1 fork 3; 1 trace @2", 3, 2},
	{"traced-thread-to-leader", S "2 thread 3; 1 trace @3", 1, 2},
	{"traced-leader-to-thread", S "2 thread 3; 1 trace @2", 1, 3},
	{"traced-tracees-child", S "1 trace @2; 2 fork 3", 1, 3},
	{"traced-and-executed", S "1 trace @2; 2 dumpable 0", 1, 2},
	{"traced-by-ended", S "0 fork 3; 3 trace @2; 3 exit; 0 reap @3", 1, 2},
	{"tracer-is-traced", S "2 trace @1", 1, 2},

	/* exited, and others */
	{"zombie-child", U "0 fork 1; 1 exit", 0, 1},
	{"zombie-sibling", S "2 exit", 1, 2},
	{"zombie-to-root", R "2 user 1000; 2 exit", 1, 2},
	{"zombie-declared", S "2 ptracer @1; 2 exit", 1, 2},
	{"zombie-not-dumpable", S "2 dumpable 0; 2 exit", 1, 2},
	{"reaped-child", U "0 fork 1; 1 exit; 0 reap @1", 0, 1},
	{"reaped-sibling", S "2 exit; 0 reap @2", 1, 2},
	{"kernel-thread", U, 0, -2},
	{"kernel-thread-to-root", "", 0, -2},
	{"init", U, 0, -1},
	{"init-to-root", "", 0, -1},
	{"landlocked-to-sibling", S "1 landlock", 1, 2},
	{"landlocked-to-child", U "0 fork 1; 0 landlock", 0, 1},
	{"landlocked-same-domain", U "0 landlock; 0 fork 1; 0 fork 2", 1, 2},
	{"landlocked-nested-domain", U "0 landlock; 0 fork 1; 1 landlock", 0, 1},
	{"landlocked-tracee", S "2 landlock", 1, 2},
	{"landlocked-root", R "1 landlock", 1, 2},

	/* user namespaces; 1 makes one */
	{"userns-siblings", S "1 unshare-user own; 1 fork 3; 1 fork 4", 3, 4},
	{"userns-siblings-without-caps",
	 S "1 unshare-user own; 1 fork 3; 1 fork 4; 3 caps none none; 4 caps none none", 3, 4},
	{"userns-without-caps-to-capable", S "1 unshare-user own; 1 fork 3; 1 fork 4; 3 caps none none", 3, 4},
	{"userns-capable-to-without-caps", S "1 unshare-user own; 1 fork 3; 1 fork 4; 4 caps none none", 3, 4},
	{"userns-owner-to-inside", S "1 unshare-user own; 1 fork 3", 2, 3},
	{"userns-owner-to-inside-without-caps",
	 S "1 unshare-user own; 1 fork 3; 3 caps none none", 2, 3},
	{"userns-owner-parent", U "0 fork 1; 1 unshare-user own", 0, 1},
	{"userns-owner-to-not-dumpable", S "1 unshare-user own; 1 dumpable 0", 2, 1},
	{"userns-inside-to-outside", S "1 unshare-user own; 1 fork 3", 3, 2},
	{"userns-inside-to-outside-child", S "1 fork 3; 1 unshare-user own", 1, 3},
	{"userns-inside-to-outside-any", S "1 unshare-user own; 1 fork 3; 2 ptracer any", 3, 2},
	{"userns-nested", S "1 unshare-user own; 1 fork 3; 1 fork 4; 3 unshare-user own; 3 fork 5", 4, 5},
	{"userns-nested-owner-far", S "1 unshare-user own; 1 fork 3; 3 unshare-user own; 3 fork 4", 2, 4},
	{"userns-nested-to-outer", S "1 unshare-user own; 1 fork 3; 1 fork 4; 3 unshare-user own", 3, 4},
	{"userns-other-namespace", S "1 unshare-user own; 2 unshare-user own", 1, 2},
	{"userns-other-uid-to-inside", R "1 user 1000; 2 user 1001; 1 unshare-user own", 2, 1},
	{"userns-root-to-inside", R "1 user 1000; 1 unshare-user own", 2, 1},
	{"userns-root-without-caps-to-inside",
	 R "1 user 1000; 1 unshare-user own; 2 caps none none", 2, 1},
	{"userns-not-mapped", S "1 unshare-user none; 1 fork 3; 1 fork 4", 3, 4},
	{"userns-not-mapped-from-outside", S "1 unshare-user none; 1 fork 3", 2, 3},
	{"userns-joined", S "1 unshare-user own; 2 join-user @1; 2 fork 3", 3, 1},
	{"userns-program-from-outside", S "1 unshare-user own; 1 fork 3; 1 fork 4; 4 dumpable 0", 3, 4},
	{"userns-program-from-inside",
	 S "1 unshare-user own; 1 fork 3; 1 fork 4; 4 exec self; 4 dumpable 0", 3, 4},
	{"userns-unreadable-program", S "1 unshare-user own; 1 fork 3; 1 fork 4; 4 exec unreadable", 3, 4},
	{"container-root-to-user",
	 R "1 unshare-user range; 1 gids 0 0 0 0; 1 uids 0 0 0 0; 1 exec self; 1 fork 3; "
	   "1 fork 4; 4 user 5", 3, 4},
	{"container-users",
	 R "1 unshare-user range; 1 gids 0 0 0 0; 1 uids 0 0 0 0; 1 exec self; 1 fork 3; "
	   "1 fork 4; 3 user 5; 4 user 5", 3, 4},
	{"container-user-to-root",
	 R "1 unshare-user range; 1 gids 0 0 0 0; 1 uids 0 0 0 0; 1 exec self; 1 fork 3; 3 user 5", 3, 1},
	{"container-root-to-outside",
	 R "2 user 1000; 1 unshare-user range; 1 gids 0 0 0 0; 1 uids 0 0 0 0; 1 dumpable 1", 1, 2},
	{"container-from-root",
	 R "1 unshare-user range; 1 gids 0 0 0 0; 1 uids 0 0 0 0; 1 exec self", 2, 1},

	/* pid namespaces; 1 is its first process */
	{"pidns-siblings", "0 unshare-pid; 0 fork 1; 1 user 1000; 1 fork 2; 1 fork 3", 2, 3},
	{"pidns-parent", "0 unshare-pid; 0 fork 1; 1 user 1000; 1 fork 2; 2 fork 3", 2, 3},
	{"pidns-from-outside", "0 fork 4; 0 unshare-pid; 0 fork 1; 0 user 1000; 4 user 1000; 1 user 1000; "
			       "1 fork 2", 4, 2},
	{"pidns-ancestor-outside", "0 unshare-pid; 0 fork 1; 0 user 1000; 1 user 1000; 1 fork 2", 0, 2},
	{"pidns-to-outside", "0 fork 4; 0 unshare-pid; 0 fork 1; 0 user 1000; 4 user 1000; 1 user 1000", 1, 4},
	{"pidns-declared", "0 unshare-pid; 0 fork 1; 1 user 1000; 1 fork 2; 1 fork 3; 3 ptracer @2", 2, 3},
	{"pidns-declared-first", "0 unshare-pid; 0 fork 1; 1 user 1000; 1 fork 2; 1 fork 3; 3 ptracer @1",
	 2, 3},
	{"pidns-thread", "0 unshare-pid; 0 fork 1; 1 user 1000; 1 fork 2; 2 thread 3; 1 fork 4", 4, 3},
	{NULL, NULL, 0, 0},
};
/* clang-format on */

/* A name that ends in '-' stands for all that begin so. */
static bool is_among(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (endswith(*names, "-") ? startswith(name, *names) : streq(name, *names))
			return true;
	return false;
}

bool relation_may_be_unknown(const struct relation *r)
{
	static const char *const names[] = {
		/* in which namespace a program was executed */
		"userns-", "container-",
		/* whether files that are root's in any case would be so: dumpable */
		"root-without-caps-",
		/* what the memory was that is gone: dumpable */
		"zombie-", "child-dead-leader", "sibling-dead-leader",
		/* memory that is shared has one size, and so may two that are not */
		"shared-memory-", NULL};

	return is_among(names, r->name);
}

bool relation_is_hidden(const struct relation *r)
{
	static const char *const names[] = {"landlocked-", NULL};

	return is_among(names, r->name);
}
