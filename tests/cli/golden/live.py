#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A fixture as the root of the running kernel, in namespaces of its own.

ptscope judges a live system by /proc, and takes nothing there that is not procfs. The kernel that runs
the tests may have no Yama, so kernel/yama/ptrace_scope is a bind mount of another file of procfs that
holds an integer of this network namespace: net.core.somaxconn. Nothing outside of the namespaces is
touched. Needs root.

As a program: live.py SPEC COMMAND..., where SPEC is a JSON object with the members of Live.
"""

import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

from fixture import Root, libraries
from harness import CLEAN, PTSCOPE, Case, Result

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWNET, CLONE_NEWPID = 0x20000, 0x4000000, 0x40000000, 0x20000000
MS_RDONLY, MS_BIND, MS_REC, MS_PRIVATE = 1, 0x1000, 0x4000, 0x40000
OUTER = "/proc/sys/"
LEVEL_FILE = OUTER + "net/core/somaxconn"

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        err = ctypes.get_errno()
        raise OSError(err, "%s: %s" % (what, os.strerror(err)))


def mount(source, target, fstype=None, flags=0, data=None):
    check(libc.mount(os.fsencode(source), os.fsencode(target),
                     fstype and os.fsencode(fstype), ctypes.c_ulong(flags),
                     data and os.fsencode(data)), "mount %s" % target)


def bind(source, target, recursive=False):
    mount(source, target, flags=MS_BIND | (MS_REC if recursive else 0))


def bind_text(root, target, text):
    """Something that reads as text over an existing file."""
    path = os.path.join(root, "t%d" % bind_text.count)
    bind_text.count += 1
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    bind(path, target)


bind_text.count = 0


def fake_sysctls(root, scratch, spec):
    """/proc/sys with what ptscope looks at, each file of procfs."""
    sysctls = os.path.join(scratch, "sys")
    sources = {"kernel/osrelease": OUTER + "kernel/osrelease",
               "kernel/random/boot_id": OUTER + "kernel/random/boot_id",
               "net/ipv4/ip_forward": OUTER + "net/ipv4/ip_forward"}
    value = spec.get("level")
    if value == "malformed":
        sources["kernel/yama/ptrace_scope"] = OUTER + "kernel/ostype"
    elif value == "unreadable":
        sources["kernel/yama/ptrace_scope"] = OUTER + "net/ipv4/route/flush"
    else:
        with open(LEVEL_FILE, "w", encoding="ascii") as f:
            f.write(str(value))
        sources["kernel/yama/ptrace_scope"] = LEVEL_FILE
    for name, source in sources.items():
        path = os.path.join(sysctls, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii"):
            pass
        bind(source, path)
    bind(sysctls, root + "/proc/sys", recursive=True)


def set_up_proc(root, scratch, spec):
    kind = spec.get("proc", "host")
    if kind == "none":
        return
    if kind == "tmpfs":
        mount("tmpfs", root + "/proc", "tmpfs")
        os.makedirs(root + "/proc/sys/kernel/yama")
        with open(root + "/proc/sys/kernel/yama/ptrace_scope", "w", encoding="ascii") as f:
            f.write("1\n")
        return
    if kind == "own":
        mount("proc", root + "/proc", "proc")
    else:
        bind("/proc", root + "/proc", recursive=True)
    if os.path.exists(root + "/proc/config.gz"):
        bind_text(scratch, root + "/proc/config.gz", "")  # the fixture's /boot/config-* counts
    if spec.get("level") == "absent":
        # a directory of procfs without that name in it, if this kernel has Yama
        if os.path.exists(root + "/proc/sys/kernel/yama"):
            bind("/proc/sys/vm", root + "/proc/sys/kernel/yama")
    elif "level" in spec:
        fake_sysctls(root, scratch, spec)
    if kind == "host" and spec.get("release"):
        bind_text(scratch, root + "/proc/sys/kernel/osrelease", spec["release"] + "\n")
    for path, text in spec.get("proc_files", {}).items():
        bind_text(scratch, root + "/proc/" + path, text)


def copy_in(root, path):
    """A program or library, at the same place in the root."""
    real = os.path.realpath(root + os.path.dirname(path))
    os.makedirs(real, exist_ok=True)
    shutil.copy(path, os.path.join(real, os.path.basename(path)))


def child(spec, command):
    """Runs in the namespaces: makes the root and goes there."""
    root = spec["root"]
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    scratch = os.path.dirname(root) + "/scratch"
    os.mkdir(scratch)
    mount("tmpfs", scratch, "tmpfs")
    for directory in ("proc", "sys", "opt"):
        os.makedirs(os.path.join(root, directory), exist_ok=True)
    for path in libraries(command[0]):
        copy_in(root, path)
    shutil.copy(command[0], root + "/opt/ptscope")
    socket.sethostname(spec.get("hostname", "web-03"))
    bind(root, root, recursive=True)
    set_up_proc(root, scratch, spec)
    for source, target in spec.get("binds", []):
        os.makedirs(root + target, exist_ok=True)
        bind(source, root + target, recursive=True)
    os.chroot(root)
    os.chdir("/")
    if spec.get("uid"):
        os.setgroups([])
        os.setresgid(spec["uid"], spec["uid"], spec["uid"])
        os.setresuid(spec["uid"], spec["uid"], spec["uid"])
    # LeakSanitizer needs /proc
    env = dict(CLEAN, ASAN_OPTIONS=CLEAN.get("ASAN_OPTIONS", "") + ":detect_leaks=0")
    os.execve("/opt/ptscope", ["ptscope"] + command[1:], env)


def enter(spec, command):
    # somaxconn belongs to the network namespace; the one of the tests is left alone.
    flags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET
    if spec.get("pid_namespace"):
        flags |= CLONE_NEWPID
    check(libc.unshare(flags), "unshare")
    pid = os.fork()
    if pid == 0:
        try:
            child(spec, command)
        except BaseException as e:  # must not return into the parent's code
            print("live.py: %s" % e, file=sys.stderr)
        os._exit(99)
    _, status = os.waitpid(pid, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


class LiveCase(Case):
    """Cases that look at a fixture as at a live system."""

    def live_run(self, tree, args, **spec):
        with Root(tree) as root:
            spec["root"] = root
            os.mkdir(root + "/record", 0o777)
            os.chmod(root + "/record", 0o777)
            p = subprocess.run([sys.executable, os.path.abspath(__file__), json.dumps(spec), PTSCOPE]
                               + list(args), stdin=subprocess.DEVNULL, capture_output=True,
                               timeout=120, check=False, env=dict(CLEAN, PTSCOPE=PTSCOPE))
            self.record = None
            if os.path.exists(root + "/record/r.tar"):
                with open(root + "/record/r.tar", "rb") as f:
                    self.record = f.read()
        self.assertNotIn(p.returncode, (99, 97), p.stderr.decode())
        self.assertNotIn(b"Traceback", p.stderr)
        return Result(p.returncode, p.stdout, p.stderr)

    def live_audit(self, tree, *args, code=None, **spec):
        """Text and JSON, as Case.audit() has it."""
        base = ("audit", "--no-config") + args
        text = self.live_run(tree, base, **spec)
        js = self.live_run(tree, base + ("--json", "--record", "/record/r.tar"), **spec)
        self.assertEqual(js.err, b"", js.error)
        with tempfile.NamedTemporaryFile(prefix="ptscope-record-") as f:
            f.write(self.record)
            f.flush()
            self.check_record(json.loads(js.out), f.name, args)
        self.assertEqual(text.err, b"", text.error)
        if code is not None:
            self.assertEqual(text.code, code, text.text)
        self.assertEqual(text.code, js.code)
        return text.text, self.parse(js.out, "ptscope.audit/1")[0]


if __name__ == "__main__":
    enter(json.loads(sys.argv[1]), sys.argv[2:])
