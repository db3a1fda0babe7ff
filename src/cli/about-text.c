/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The control, CIS 1.5.2, in our own words. The facts about the kernel were checked on booted
 * kernels (6.1 and 6.12); the agents were looked at as Debian 12 builds them.
 */
#include "about.h"

static const struct about_level levels[] = {
	{"A process may attach to any other process of the same user and group, as long as the "
	 "target is "
	 "dumpable, that is, has not asked the kernel to keep others out."},
	{"A process may attach only to its own descendants, or to a process that has named it with "
	 "prctl(PR_SET_PTRACER). CAP_SYS_PTRACE, so root too, still attaches to anything. Starting "
	 "a "
	 "program under a debugger works as before."},
	{"Only CAP_SYS_PTRACE lets a process attach, and a program can ask to be traced by its "
	 "parent "
	 "(PTRACE_TRACEME) only if the parent has that capability. What a process named with "
	 "PR_SET_PTRACER no longer counts."},
	{"No process may attach or be traced on its own request, root's included. The kernel "
	 "refuses to "
	 "go back: only a reboot does."},
};

static const char *const what[] = {
	"ptrace(2) is how debuggers work: a tracer that has attached to a process reads and writes "
	"its "
	"memory and registers, and stops and steers it. The same permission opens "
	"process_vm_readv(2), "
	"process_vm_writev(2), /proc/PID/mem and pidfd_getfd(2). Nothing that a process holds in "
	"memory is "
	"secret from its tracer.",
	"The kernel's basic rule asks only that both processes belong to the same user and group "
	"and that the target "
	"is dumpable. The Yama security module adds one setting for the whole machine, "
	"kernel.yama.ptrace_scope, with four levels:",
	NULL,
};

static const char *const why[] = {
	"People run many programs as one user. When one of them is taken over, say by a document "
	"that it "
	"opened, it can attach to all the others: to shells, browsers, ssh sessions or the gpg "
	"agent, and take "
	"passwords, session cookies and keys from their memory, or type into a session that is "
	"already logged "
	"in. No privilege is needed, and hardly anybody needs what makes it possible.",
	"Level 1 takes that away and leaves debugging its usual form, a program started under the "
	"debugger. "
	"Administrators lose nothing: root attaches as before.",
	NULL,
};

static const char *const today[] = {
	"Some programs protect themselves by being not dumpable: ssh-agent does, and gpg-agent as "
	"Debian "
	"builds it. Against them an ordinary process cannot attach at any level (their sockets are "
	"another matter).",
	"Most do not: shells, browsers, editors, terminal multiplexers, database workers and most "
	"daemons stay open to every other process of their user until the level is 1 or higher.",
	"The default is no answer: the kernel as released upstream starts at 1, Debian's starts at "
	"0, a "
	"package may set either, and a kernel built or booted without Yama has no such setting at "
	"all. A file "
	"must say it, and the file must win.",
	NULL,
};

static const char *const limits[] = {
	"Reading a process's environment and memory map (/proc/PID/environ, maps) is a weaker "
	"access that no level restricts.",
	"A tracer that is attached already stays attached when the level is raised.",
	"In a user namespace of its own an ordinary user holds CAP_SYS_PTRACE over what runs "
	"inside, so "
	"\"unshare -Ur gdb PROGRAM\" works at 2. The owner of a user namespace may attach to what "
	"runs in it, "
	"which covers rootless containers.",
	"The setting is one for the whole kernel: containers share the value of their host.",
	"Root that can load kernel code (modules, BPF programs on the ptrace hook, kexec) is not "
	"held by any level.",
	NULL,
};

static const char *const remedy[] = {
	"Write the level into a file whose name ends in .conf in /etc/sysctl.d (or into "
	"/etc/sysctl.conf, "
	"where something reads that file at boot; systemd-sysctl does so only through a link such "
	"as "
	"/etc/sysctl.d/99-sysctl.conf):",
	"$ printf '%s\\n' 'kernel.yama.ptrace_scope = 1' | sudo tee "
	"/etc/sysctl.d/60-kernel_sysctl.conf",
	"Set it in the running kernel:",
	"$ sudo sysctl -w kernel.yama.ptrace_scope=1",
	"Check both:",
	"$ ptscope audit",
	NULL,
};

static const char *const notes[] = {
	"2 and 3 meet the control as well. Use them where site policy asks for them; with 3, gdb "
	"and strace "
	"stop working for everybody until the next boot.",
	"A file that comes later in the canonical order overrides an earlier one, and so does a "
	"later line "
	"of one file. Order goes by the name of the file, not by its directory: "
	"/usr/lib/sysctl.d/99-x.conf beats /etc/sysctl.d/60-x.conf. \"ptscope resolve\" shows who "
	"wins.",
	NULL,
};

static const struct about_section sections[] = {
	{"what", "What ptrace lets a tracer do", what},
	{"rationale", "Why restrict it", why},
	{"today", "What is true today", today},
	{"limits", "What no level covers", limits, true},
	{"remedy", "Remedy by hand", remedy},
	{"notes", "Notes", notes, true},
	{0},
};

static const struct about_reference references[] = {
	{"800-53", "CM-6", "Configuration Settings"},
	{"800-53", "CM-7", "Least Functionality"},
	{"CSCv7", "9.2", "Ensure Only Approved Ports, Protocols and Services Are Running"},
	{0},
};

const struct about_control about_control = {
	.id = "CIS 1.5.2",
	.title = "Ensure ptrace_scope is restricted",
	.key = "kernel.yama.ptrace_scope",
	.category = "Configuration Management",
	.benchmark = "18960",
	.sections = sections,
	.levels = levels,
	.references = references,
};
