# SPDX-License-Identifier: LGPL-2.1-or-later
"""Recorded systems: a /proc as files, so that explain and exposure say the same wherever they run.

The owner of the files of a process tells whether it is dumpable, so making one needs root. What is
recorded is what fs/proc/array.c prints, no more of it than is looked at.
"""

import os
from typing import NamedTuple, Optional

from fixture import Dir, Link, Root
from harness import Case, run

FIRST_USERNS = 4026531837
ALL_CAPS = 0x1FFFFFFFFFF
PASSWD = """root:x:0:0::/root:/bin/sh
www-data:x:33:33::/var/www:/bin/sh
postgres:x:110:110::/var/lib/postgresql:/bin/sh
alice:x:1000:1000::/home/alice:/bin/sh
bob:x:1001:1001::/home/bob:/bin/sh
"""


class Proc(NamedTuple):
    """A process. uid and gid stand for all four; uids gives real, effective, saved and fs."""
    pid: int
    ppid: int = 1
    comm: str = "sleep"
    uid: int = 1000
    uids: Optional[tuple] = None
    gid: Optional[int] = None
    state: str = "S"
    tracer: int = 0
    caps: Optional[int] = None  # root has all, others none
    userns: int = FIRST_USERNS
    dumpable: bool = True
    kthread: bool = False
    tgid: int = 0
    exe: str = ""
    seccomp: int = 0
    vm: int = 0
    maps: str = ""  # uid_map, of another namespace
    label: str = ""
    cmdline: str = ""

    @property
    def ids(self):
        return self.uids or (self.uid,) * 4

    @property
    def gids(self):
        return (self.uid if self.gid is None else self.gid,) * 4

    @property
    def owner(self):
        """Of its files: fs/proc/base.c:task_dump_owner()."""
        if self.kthread or self.state == "Z" or not self.dumpable:
            return 0, 0
        return self.ids[1], self.gids[1]


def escaped(comm):
    return comm.replace("\\", "\\\\").replace("\n", "\\n")


def files_of(p):
    memory = "" if p.kthread or p.state == "Z" else "VmSize:\t%8d kB\n" % (p.vm or p.pid + 4000)
    caps = p.caps if p.caps is not None else ALL_CAPS if p.ids[1] == 0 else 0
    base = "/proc/%d" % p.pid
    files = {
        base + "/stat": "%d (%s) %s %d 0 0 0 -1 %d %s20 0 1 0 %d 0 0\n" % (
            p.pid, p.comm, p.state, p.ppid, 0x208040 if p.kthread else 0x400000, "0 " * 8, p.pid * 10),
        base + "/status": (
            "Name:\t%s\nUmask:\t0022\nState:\t%s (recorded)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\n"
            "TracerPid:\t%d\nUid:\t%d\t%d\t%d\t%d\nGid:\t%d\t%d\t%d\t%d\nFDSize:\t64\nGroups:\t%s\n%s"
            "Threads:\t1\nCapInh:\t%016x\nCapPrm:\t%016x\nCapEff:\t%016x\nCapBnd:\t%016x\nNoNewPrivs:\t0\n"
            "Seccomp:\t%d\n") % (
                (escaped(p.comm), p.state, p.tgid or p.pid, p.pid, p.ppid, p.tracer) + p.ids + p.gids
                + (p.gids[0], memory, 0, caps, caps, ALL_CAPS, p.seccomp)),
        base + "/ns/user": Link("user:[%d]" % p.userns),
        base + "/cmdline": (p.cmdline or p.comm).replace(" ", "\0") + "\0",
    }
    if p.exe:
        files[base + "/exe"] = Link(p.exe)
    if p.maps:
        files[base + "/uid_map"] = files[base + "/gid_map"] = p.maps
    if p.label:
        files[base + "/attr/current"] = p.label + "\n"
    return files


class Recorded:
    """A system under a directory. me: the pid of whoever asks, as /proc/self has it."""

    def __init__(self, processes, level=1, me=0, lsms="lockdown,capability,yama", tree=None):
        self.processes = processes
        files = {"/proc/sys/kernel": Dir(), "/etc/passwd": PASSWD, "/etc/hostname": "dev-07\n"}
        for p in processes:
            files.update(files_of(p))
        if level is not None:
            files["/proc/sys/kernel/yama/ptrace_scope"] = "%s\n" % level
        if me:
            files["/proc/self"] = Link(str(me))
        if lsms:
            files["/sys/kernel/security/lsm"] = lsms
        files.update(tree or {})
        self.root = Root(files)

    def __enter__(self):
        path = self.root.__enter__()
        for p in self.processes:
            for name in ("stat", "status", "cmdline"):
                os.chown("%s/proc/%d/%s" % (path, p.pid, name), *p.owner)
        return path

    def __exit__(self, *exc):
        self.root.__exit__(*exc)


class RecordedCase(Case):
    """Runs a command on a recording, as text and as JSON."""

    def both(self, command, recorded, *args, code=None):
        with recorded as root:
            cwd = os.path.dirname(root)
            text = run(command, "--root", "root", *args, cwd=cwd)
            js = run(command, "--root", "root", "--json", *args, cwd=cwd)
        self.assertEqual(text.err, b"", text.error)
        self.assertEqual(text.code, js.code)
        if code is not None:
            self.assertEqual(text.code, code, text.text)
        self.assertNotIn("\x1b", text.text)
        return text.text, self.parse(js.out, "ptscope.%s/1" % command)[0]

    def refused(self, command, recorded, *args):
        """What an error says, in both formats."""
        with recorded as root:
            cwd = os.path.dirname(root)
            text = run(command, "--root", "root", *args, cwd=cwd)
            js = run(command, "--root", "root", "--json", *args, cwd=cwd)
        self.assertEqual((text.code, js.code), (2, 2), text.text)
        self.assertEqual(text.out, b"")
        self.parse(js.out, "ptscope.error/1")
        return text.error
