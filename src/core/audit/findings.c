/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The texts of the findings. What a finding says of one machine is made by audit; this is what is
 * true of it everywhere. */
#include "findings.h"

#include <assert.h>

#define DOC(ID, ...) \
	[FINDING_##ID] = {.id = id_##ID, .worst = (enum severity)worst_##ID, __VA_ARGS__}

/* The ids and severities of the table, by name, so that each entry below can take its own. */
#define X(ID, word, severity)               \
	static const char id_##ID[] = word; \
	enum { worst_##ID = severity };
FINDINGS(X)
#undef X

const struct finding_doc finding_docs[_FINDING_MAX] = {
	DOC(RUNTIME_NOT_RESTRICTED,
	    .title = "The running kernel holds a level that the policy does not allow.",
	    .meaning = "kernel.yama.ptrace_scope is read from /proc/sys. At 0 every process can "
		       "attach to every dumpable process of the same user. Under a policy that is "
		       "stricter than the control, or allows single levels only, another level can "
		       "be meant as well; the headline says so.",
	    .remedy = "Raise it with \"sysctl -w kernel.yama.ptrace_scope=1\" as root, and write "
		      "it into a "
		      "file, or the next boot undoes it. In a container this is done on the host: "
		      "the "
		      "value is one for the whole kernel."),
	DOC(RUNTIME_ABSENT, .title = "The kernel has no Yama, so nothing restricts ptrace.",
	    .meaning =
		    "/proc/sys is there and kernel/yama/ptrace_scope is not. Either the kernel was "
		    "built "
		    "without CONFIG_SECURITY_YAMA, or Yama is built in and left out of the list of "
		    "security modules that this boot switched on (lsm= on the command line, or "
		    "CONFIG_LSM). The causes below the finding say which. A line in a sysctl file "
		    "has "
		    "no effect on such a kernel. This is a failure, not a reason to skip the "
		    "control.",
	    .remedy = "Where Yama is built in: add yama to the list in lsm=, as your boot loader "
		      "keeps it, "
		      "and reboot. Where it is not: boot a kernel built with "
		      "CONFIG_SECURITY_YAMA=y; the "
		      "distribution's own usually is."),
	DOC(RUNTIME_NOT_VISIBLE, .title = "The level in force cannot be seen.",
	    .meaning = "/proc or /proc/sys is not mounted, is masked, is not procfs, or the value "
		       "cannot be read or is no level. Whether the kernel restricts ptrace is then "
		       "not known, which is neither pass nor fail.",
	    .remedy = "Run audit where /proc is mounted. \"ptscope audit --only boot\" judges the "
		      "files alone."),
	DOC(PROBE_DIFFERS, .title = "The kernel does not do what its level says.",
	    .meaning = "With --probe, audit tries on child processes what the kernel grants. A "
		       "failure where it grants what the level denies, and what it does is not "
		       "allowed by the policy either: a BPF program or a module may stand in the "
		       "place of the kernel's access check, or the kernel is patched. A warning "
		       "where the policy would allow that as well. Information where it denies "
		       "more to this process than the level: a seccomp filter, as containers "
		       "have, a profile of another security module, or a guard. That does not "
		       "stand in for the level.",
	    .remedy = "\"ptscope probe -v\" shows every answer. Where more is granted: as root, "
		      "\"bpftool prog\" lists the BPF programs that are loaded; a reboot into a "
		      "kernel that is trusted removes what was put into this one."),
	DOC(BOOT_NOT_RESTRICTED,
	    .title = "The next boot sets a level that the policy does not allow.",
	    .meaning = "Replaying what runs at boot, in its order, on the files that survive a "
		       "reboot ends at a level that is not allowed, or the command line of the "
		       "next boot leaves Yama out. The finding names the line that decides. Often "
		       "a good line exists and loses, because files apply in the order of their "
		       "names, whatever their directory, or because another program sets the key "
		       "later; such causes stand below the finding.",
	    .remedy = "Put the level into a file in /etc/sysctl.d whose name sorts after the one "
		      "that "
		      "wins, or correct that line where the file is yours. Do not edit files in "
		      "/usr/lib: the next upgrade brings them back. \"ptscope resolve\" shows the "
		      "whole "
		      "order."),
	DOC(NOT_PERSISTED,
	    .title = "No file sets the level; it holds only by the kernel's default.",
	    .meaning = "Nothing that runs at boot sets the key in a file that the policy counts. "
		       "The level "
		       "after the next boot is then the kernel's default, which is 1 upstream and "
		       "0 in "
		       "Debian's kernels, and can change with the next kernel. Under a policy that "
		       "does "
		       "not count vendor files (stig), a line in /usr/lib alone gives this finding "
		       "too.",
	    .remedy = "Write \"kernel.yama.ptrace_scope = 1\" into a file in /etc/sysctl.d whose "
		      "name ends in .conf."),
	DOC(NOT_READ,
	    .title = "The only line that sets the level is in a file that nothing reads at boot.",
	    .meaning = "A file says the right thing and no program that runs at boot on this "
		       "system reads "
		       "it. The usual case is /etc/sysctl.conf: systemd-sysctl reads it only "
		       "through a "
		       "link such as /etc/sysctl.d/99-sysctl.conf, which Debian ships up to "
		       "release 12 "
		       "and no longer. Running \"sysctl --system\" by hand reads it, so the "
		       "setting seems "
		       "to work until the machine boots.",
	    .remedy = "Move the line into a file in /etc/sysctl.d whose name ends in .conf."),
	DOC(NOW_DIFFERS, .title = "The level now is not the level after the next boot.",
	    .meaning = "The value was changed in the running kernel, or a file was changed and not "
		       "yet "
		       "applied. By itself this is a warning; where one of the two is not allowed, "
		       "that "
		       "is the failure.",
	    .remedy =
		    "Decide which one is meant, and make the other follow: edit the file, or apply "
		    "it (\"systemctl restart systemd-sysctl\" or \"sysctl --system\")."),
	DOC(OVERRIDDEN, .title = "A line for the key loses to another.",
	    .meaning = "A later file or a later line of the same file sets the key again. This is "
		       "how sysctl files are meant to work. It is named as the cause where a good "
		       "line loses to a weaker one, and as information where a line of the "
		       "administrator's with a stronger level loses to an allowed one.",
	    .remedy = "None, when the winner is the one that is meant; else give your file a name "
		      "that sorts later."),
	DOC(WEAKER_LINE, .title = "A line with a weaker level stands in a file, and loses.",
	    .meaning =
		    "It does no harm at the next boot. It is a failure only under strict files "
		    "(policy "
		    "stig, or --strict-files) and in a file that the administrator owns, which is "
		    "any "
		    "but those under /usr/lib and /lib. Scanners that match any line, rather than "
		    "the one that wins, report such a host.",
	    .remedy =
		    "Remove the line where the file is yours. To silence a vendor's file, give an "
		    "empty file or a link to /dev/null in /etc/sysctl.d the same name; with it, "
		    "everything else that the file sets is gone as well."),
	DOC(LOADERS_DISAGREE,
	    .title = "Programs that apply sysctl files, or versions of one, would leave different "
		     "levels.",
	    .meaning =
		    "systemd-sysctl, procps, busybox and others read different files in different "
		    "orders, and so do their versions. The verdict follows those that run at boot, "
		    "in their order. A warning says that another one that is installed would leave "
		    "a level that is not allowed if it were run by hand, as \"sysctl --system\" "
		    "is; with an allowed one it is information only. Unknown means that which "
		    "version runs here cannot be told, and that the possible ones do not agree.",
	    .remedy = "Leave one line for the key, in a file of /etc/sysctl.d that all of them "
		      "read, and take the others out."),
	DOC(NO_KNOWN_LOADER, .title = "No known program applies the files at boot.",
	    .meaning = "Neither an init system nor a service that ptscope knows to apply sysctl "
		       "files was "
		       "found to run at boot here, so what the files say may never reach the "
		       "kernel. The "
		       "next boot is then not known.",
	    .remedy = "Find out what applies sysctl files on this system, and enable it; \"ptscope "
		      "resolve --loader NAME\" shows what one would do."),
	DOC(VOLATILE, .title = "The level holds only until the next boot.",
	    .meaning =
		    "What sets it does not survive: a file under /run, or this boot's kernel "
		    "command line where no boot entry has the same. The next boot is computed "
		    "without it. A failure where nothing else sets an allowed level; a warning or "
		    "information where the next boot is fine and only the time until then differs.",
	    .remedy = "Write the level into a file in /etc/sysctl.d."),
	DOC(WEAK_WINDOW, .title = "For a moment during boot the level is weaker.",
	    .meaning =
		    "An early program sets a level that the policy does not allow, and a later one "
		    "corrects it. Between the two, whatever has been started already can attach.",
	    .remedy = "Correct the earlier line as well."),
	DOC(UNMODELLED_WRITER, .title = "Something else on this system mentions the key.",
	    .meaning = "A unit, rc.local, a cron table, a udev rule, cloud-init data, the initial "
		       "RAM disk "
		       "or a credential names kernel.yama.ptrace_scope. ptscope does not run such "
		       "things "
		       "in its mind, so it cannot say what they do, only that they may change the "
		       "level "
		       "after boot.",
	    .remedy = "Look at the file that is named. If it sets the key, let it go and keep the "
		      "level in /etc/sysctl.d."),
	DOC(BAD_SUFFIX, .title = "A file that sets the key has a name that is not read.",
	    .meaning = "Programs that read sysctl.d directories take only files whose name ends in "
		       "\".conf\". This one sets the key and is passed over.",
	    .remedy = "Rename it so that it ends in .conf, or remove it."),
	DOC(MALFORMED, .title = "A line for the key cannot take effect as it is written.",
	    .meaning =
		    "Either the program that reads it makes nothing of the line (no \"=\", or a "
		    "spelling "
		    "of the key that it does not know), or the kernel refuses the value: it takes "
		    "a "
		    "decimal, octal (leading 0) or hexadecimal (0x) integer, and after it only a "
		    "blank, a tab or the end of the line. So \"1 # why\" is 1, and \"1#why\", "
		    "\"+1\", a "
		    "quoted 1, and 1 with a DOS line end as some programs pass it on are refused.",
	    .remedy = "Correct the line: kernel.yama.ptrace_scope = 1"),
	DOC(OUT_OF_RANGE, .title = "A line sets a level that does not exist.",
	    .meaning =
		    "The kernel takes 0, 1, 2 and 3 and refuses any other number; the level stays "
		    "as it was. Some programs then keep an earlier line's value, while "
		    "systemd-sysctl, which writes only the last one, leaves the key unset.",
	    .remedy = "Correct the line: kernel.yama.ptrace_scope = 1"),
	DOC(UNREADABLE, .title = "Something that is read at boot could not be read by this user.",
	    .meaning = "Unknown, where what it may say could change the verdict; this is computed "
		       "by trying every outcome, not guessed. The same where several boot entries "
		       "differ and it matters which of them boots. Information only, where no "
		       "content could change the verdict.",
	    .remedy = "Run the audit as root."),
	DOC(MASKED, .title = "A file that sets the key is masked.",
	    .meaning = "A file of the same name in a directory that comes first takes its place, "
		       "an empty "
		       "one and a link to /dev/null included. What it says has no effect.",
	    .remedy = "None, if that is meant; else remove the mask."),
	DOC(LOCKED, .title = "The level is 3, which holds until the next boot.",
	    .meaning = "The kernel refuses to lower it, for root as well. gdb, strace and crash "
		       "reporters that attach do not work for anybody.",
	    .remedy = "None; a reboot lifts it, if no file sets 3 again."),
	DOC(OTHER_LSM, .title = "Another security module restricts ptrace too.",
	    .meaning =
		    "SELinux with deny_ptrace switched on, or AppArmor, whose profiles can deny "
		    "ptrace "
		    "to the programs that they confine. They may stop what Yama would allow. The "
		    "control asks for the level of Yama, so this is named and not counted.",
	    .remedy = "None needed; it does not stand in for the level."),
	DOC(INTERRUPTED_FIX, .title = "A fix or a rollback was cut off.",
	    .meaning =
		    "The journal of ptscope fix has an entry for this root that was begun and not "
		    "ended: the process was killed, or the power failed. Each file is as it was "
		    "before or as it was to be, and the next boot is no weaker than before; but "
		    "not all of it may be done. Only root can see the journal.",
	    .remedy = "\"ptscope fix\" finishes it, \"ptscope rollback\" takes it back."),
	DOC(CONTAINER, .title = "This is a container.",
	    .meaning =
		    "The level belongs to the kernel and is the same in all its containers. What "
		    "decides it at boot are the host's files, not those in here, so the verdict on "
		    "the next boot is unknown. Where the signs disagree, the finding says \"may be "
		    "a container\", and the kernel's value is judged as this system's own.",
	    .remedy = "Run the audit on the host, or mount the host's root read-only and run "
		      "\"ptscope audit --root /host --live\". \"ptscope audit --only now\" judges "
		      "the "
		      "value in force alone."),
	DOC(WAIVER_EXPIRED, .title = "A waiver for this host has expired.",
	    .meaning = "The last day that it names is over, so it waives nothing any more: what it "
		       "was for "
		       "is a failure again, if it is still there.",
	    .remedy = "Repair what it was for, or have it decided again and give it a new day in "
		      "the file "
		      "of waivers; a waiver that is no longer needed is taken out."),
	DOC(WAIVER_UNUSED, .title = "A waiver for this host waives nothing.",
	    .meaning = "It holds, and its finding does not fail here. It would hide the next "
		       "failure of that kind.",
	    .remedy = "Take it out of the file of waivers, or narrow its Host=."),
};

const char *severity_word(enum severity s)
{
	switch (s) {
	case SEVERITY_FAIL:
		return "fail";
	case SEVERITY_UNKNOWN:
		return "unknown";
	case SEVERITY_WARN:
		return "warn";
	case SEVERITY_INFO:
		return "info";
	case SEVERITY_WAIVED:
		return "waived";
	}
	assert(!"no such severity");
	return NULL;
}

int finding_by_name(const char *id, enum finding_id *ret)
{
	for (size_t i = 0; i < _FINDING_MAX; i++)
		if (streq(finding_docs[i].id, id)) {
			*ret = (enum finding_id)i;
			return 0;
		}
	return -ENOENT;
}
