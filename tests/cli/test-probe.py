#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ptscope probe on the kernel at hand: what it says of it, under seccomp filters, and that it leaves
nothing behind, whatever ends it. What it says at each level is tested in booted kernels."""

import ctypes
import os
import platform
import random
import signal
import struct
import subprocess
import sys
import time
import unittest

import jsonschema
from ptscope import BIN, ENV, run, schema

SCOPE = "/proc/sys/kernel/yama/ptrace_scope"
LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_GET_SECCOMP = 22, 36, 38, 21
EPERM, ENOSYS = 1, 38
ERRNO, KILL_PROCESS, ALLOW = 0x00050000, 0x80000000, 0x7fff0000

# Numbers of the system calls, which the filter sees.
SYSCALLS = {
    "x86_64": {"ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312,
               "pidfd_getfd": 438},
    "aarch64": {"ptrace": 117, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272,
                "pidfd_getfd": 438},
}.get(platform.machine())
ATTACH = 16


def claimed():
    """The level that the sysctl says; None without Yama."""
    try:
        with open(SCOPE, encoding="ascii") as f:
            return int(f.read())
    except FileNotFoundError:
        return None


LEVEL = claimed() or 0


def seccomp_filter(action, names, first_argument=None):
    """A filter that answers these system calls so, and allows all others."""
    def op(code, jt, jf, k):
        return struct.pack("=HBBI", code, jt, jf, k)

    load, jeq, ret = 0x20, 0x15, 0x06
    program = b""
    for name in names:
        if first_argument is None:
            program += op(load, 0, 0, 0) + op(jeq, 0, 1, SYSCALLS[name]) + op(ret, 0, 0, action)
        else:
            program += (op(load, 0, 0, 0) + op(jeq, 0, 3, SYSCALLS[name]) + op(load, 0, 0, 16) +
                        op(jeq, 0, 1, first_argument) + op(ret, 0, 0, action))
    program += op(ret, 0, 0, ALLOW)

    def install():
        code = ctypes.create_string_buffer(program, len(program))
        fprog = struct.pack("HP", len(program) // 8, ctypes.addressof(code))
        assert LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        assert LIBC.prctl(PR_SET_SECCOMP, 2, fprog, 0, 0) == 0, ctypes.get_errno()
    return install


class Case(unittest.TestCase):
    def probe(self, *args, status=0, **kwargs):
        """The JSON, checked by its schema; and the text of another run."""
        r = run("probe", *args, "--json", **kwargs)
        self.assertEqual((r.status, r.err), (status, ""), r)
        result = r.json()
        jsonschema.Draft202012Validator(schema("probe")).validate(result)
        self.assertEqual(result["exit"], status)
        text = run("probe", *args, **kwargs)
        self.assertEqual((text.status, text.err), (status, ""), text)
        for line in text.out.splitlines():
            self.assertLessEqual(len(line), 80, line)
        return result, text.out

    def cells(self, result):
        return {(c["relation"], c["operation"]): (c["result"], c["expected"]) for c in result["cells"]}


class Here(Case):
    def test_behaves_as_claimed(self):
        result, text = self.probe()
        self.assertEqual(result["behaves_like"], str(LEVEL))
        self.assertEqual((result["allows_more"], result["denies_more"]), (0, 0), text)
        self.assertEqual(result["claimed"]["state"], "absent" if claimed() is None else "set")
        self.assertEqual(result["claimed"]["level"], claimed())
        self.assertEqual(result["takes_declarations"], claimed() is not None)
        self.assertIn(f"({LEVEL})", text.splitlines()[0])
        for cell, (got, want) in self.cells(result).items():
            self.assertEqual(got, want, cell)

    def test_what_is_not_tried_is_named(self):
        result, text = self.probe()
        tried = {c["relation"] for c in result["cells"]}
        skipped = {s["relation"] for s in result["skipped"]}
        self.assertFalse(tried & skipped)
        self.assertEqual(len(tried | skipped), 24)
        if os.geteuid() != 0:
            self.assertLessEqual({"other-uid", "cap-child", "cap-sibling", "child-caps"}, skipped)
            self.assertIn("need root: ", text)
        else:
            self.assertLessEqual({"other-uid", "cap-child", "cap-sibling", "child-caps"}, tried)

    def test_credentials_deny_whatever_the_level(self):
        cells = self.cells(self.probe()[0])
        self.assertEqual(cells["child-nondumpable", "attach"], ("EPERM", "EPERM"))
        self.assertEqual(cells["child-nondumpable", "/proc/PID/environ"], ("EACCES", "EACCES"))
        if os.geteuid() == 0:
            for relation in ("other-uid", "child-caps"):
                self.assertEqual(cells[relation, "attach"], ("EPERM", "EPERM"))
                self.assertEqual(cells[relation, "/proc/PID/maps"], ("EACCES", "EACCES"))

    def test_expect(self):
        self.probe("--expect", str(LEVEL))
        for level in {0, 1, 2, 3} - {LEVEL}:
            if level > 1 and LEVEL > 1:
                continue  # told apart only where a user namespace or root helps
            result, text = self.probe("--expect", str(level), status=1)
            self.assertEqual(result["expect"], level)
            self.assertEqual(result["behaves_like"], str(LEVEL))
            self.assertGreater(result["allows_more" if level > LEVEL else "denies_more"], 0)
            self.assertIn(f"expected was {level}", text.splitlines()[0])

    def test_audit_takes_it_as_evidence(self):
        r = run("audit", "--only", "now", "--no-config", "--probe", "--json", "--fail-on", "never")
        self.assertEqual((r.status, r.err), (0, ""), r)
        audit = r.json()
        jsonschema.Draft202012Validator(schema("audit")).validate(audit)
        self.assertEqual(audit["probe"], {"behaves_like": str(LEVEL), "allows_more": 0, "denies_more": 0,
                                          "forbidden": False})
        self.assertNotIn("probe-differs", [f["id"] for f in audit["findings"]])
        self.assertIsNone(run("audit", "--only", "now", "--json").json()["probe"])
        text = run("audit", "--only", "now", "--no-config", "--probe", "-v", "--fail-on", "never").out
        self.assertIn(f"  Probe    {run('probe').out.splitlines()[0]}\n", text)

    def test_audit_tries_the_running_kernel_only(self):
        for args in (["--root", "/usr"], ["--only", "boot"]):
            r = run("audit", "--probe", *args)
            self.assertEqual((r.status, r.out), (2, ""), r)
            self.assertIn("--probe needs the running kernel to be judged", r.err)

    def test_expect_takes_a_level(self):
        for word in ("4", "", "-1", "01", "one"):
            r = run("probe", "--expect", word)
            self.assertEqual((r.status, r.out), (2, ""), r)
            self.assertIn("--expect takes a level, 0 to 3", r.err)

    def test_arguments(self):
        r = run("probe", "1")
        self.assertEqual((r.status, r.err), (2, "ptscope probe: error: probe takes no argument\n"))

    def test_verbose_shows_every_answer(self):
        result, _ = self.probe()
        text = run("probe", "-v").out
        lines = [line for line in text.splitlines() if line.startswith("      ")]
        self.assertEqual(len(lines), len(result["cells"]))

    def test_quiet(self):
        r = run("probe", "-q")
        self.assertEqual((r.status, r.out, r.err), (0, "", ""))


@unittest.skipUnless(SYSCALLS, "numbers of system calls are known for x86_64 and aarch64")
class Seccomp(Case):
    def probe(self, *args, **kwargs):
        # LeakSanitizer, where it is built in, would ask for ptrace itself.
        return super().probe(*args, env={"ASAN_OPTIONS": "detect_leaks=0"}, **kwargs)

    def test_ptrace_forbidden_altogether(self):
        result, text = self.probe(status=3, preexec_fn=seccomp_filter(ERRNO | EPERM, ["ptrace"]))
        self.assertEqual((result["behaves_like"], result["forbidden"], result["seccomp"]),
                         ("denied-by-other", True, True))
        self.assertTrue(text.startswith("ptrace is forbidden here altogether, by a seccomp filter"))
        self.assertEqual({b["operation"]: b["result"] for b in result["blocked"]},
                         {"attach": "EPERM", "seize": "EPERM", "traceme": "EPERM"})

    def test_a_filter_that_kills(self):
        result, _ = self.probe(status=3, preexec_fn=seccomp_filter(KILL_PROCESS, ["ptrace"]))
        self.assertTrue(result["forbidden"])
        self.assertEqual({b["result"] for b in result["blocked"]}, {"killed"})
        # All others have been asked.
        self.assertEqual(self.cells(result)["self", "process_vm_readv"][0], "ok")

    def test_what_containers_refuse_does_not_hide_the_level(self):
        """Docker's filter refuses these without CAP_SYS_PTRACE."""
        install = seccomp_filter(ERRNO | EPERM, ["kcmp", "pidfd_getfd"])
        result, text = self.probe(preexec_fn=install)
        self.assertEqual(result["behaves_like"], str(LEVEL))
        self.assertEqual({b["operation"] for b in result["blocked"]}, {"kcmp", "pidfd_getfd"})
        self.assertIn("not open here at all: pidfd_getfd (EPERM), kcmp (EPERM)", text)

    def test_an_old_kernel(self):
        install = seccomp_filter(ERRNO | ENOSYS, ["process_vm_readv", "process_vm_writev", "pidfd_getfd"])
        result, _ = self.probe(preexec_fn=install)
        self.assertEqual(result["behaves_like"], str(LEVEL))
        self.assertEqual({b["result"] for b in result["blocked"]}, {"ENOSYS"})

    @unittest.skipUnless(LEVEL < 3, "at level 3 nothing more can be denied")
    def test_a_filter_that_denies_one_way(self):
        install = seccomp_filter(ERRNO | EPERM, ["ptrace"], first_argument=ATTACH)
        result, text = self.probe(status=1, preexec_fn=install)
        self.assertEqual((result["behaves_like"], result["forbidden"]), ("denied-by-other", False))
        self.assertEqual((result["possible"], result["allows_more"]), ([], 0))
        self.assertIn("behaves like no level: denies", text.splitlines()[0])


def children(pid="self"):
    try:
        with open(f"/proc/{pid}/task/{os.getpid() if pid == 'self' else pid}/children",
                  encoding="ascii") as f:
            return [int(p) for p in f.read().split()]
    except FileNotFoundError:
        return []


class NothingLeft(Case):
    """This process is a subreaper: whatever a run leaves behind comes here."""

    def setUp(self):
        assert LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0

    def gone(self, seconds=10):
        end = time.monotonic() + seconds
        while True:
            try:
                if os.waitpid(-1, os.WNOHANG) == (0, 0):
                    if time.monotonic() > end:
                        left = [(p, open(f"/proc/{p}/stat", encoding="ascii").read()) for p in children()]
                        for pid, _ in left:
                            os.kill(pid, signal.SIGKILL)
                        return left
                    time.sleep(0.01)
            except ChildProcessError:
                return []

    def start(self):
        return subprocess.Popen([BIN, "probe", "--json"], env=ENV, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)

    def test_after_a_run(self):
        with self.start() as p:
            self.assertEqual(p.wait(60), 0)
        self.assertEqual(children(), [])

    def test_after_a_kill_at_any_time(self):
        for i in range(40):
            with self.start() as p:
                time.sleep(random.uniform(0, 0.08))
                p.kill()
            self.assertEqual(self.gone(), [], i)

    def test_after_the_time_limit(self):
        """The director is stopped: it and all below it are ended, with a named error."""
        with self.start() as p:
            director = []
            while not director and p.poll() is None:
                director = children(p.pid)
            self.assertEqual(len(director), 1)
            os.kill(director[0], signal.SIGSTOP)
            err = p.stderr.read().decode()
            self.assertEqual(p.wait(60), 2)
        self.assertIn("the child processes did not answer within", err)
        self.assertEqual(children(), [])

    def test_after_the_director_dies(self):
        with self.start() as p:
            while p.poll() is None and not children(p.pid):
                pass
            time.sleep(0.005)
            os.kill(children(p.pid)[0], signal.SIGKILL)
            err = p.stderr.read().decode()
            self.assertEqual(p.wait(60), 2)
        self.assertIn("the child processes ended without an answer", err)
        self.assertEqual(children(), [])

    def test_where_ended_children_are_not_waited_for(self):
        self.probe(preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))

    def test_with_all_descriptors_closed(self):
        r = run("probe", "-q", stdin=None, stdout=None, stderr=None,
                preexec_fn=lambda: os.closerange(0, 3))
        self.assertEqual(r.status, 0)


if __name__ == "__main__":
    if LIBC.prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2 and run("probe", "-q").status == 3:
        print("ptrace is forbidden here altogether")
        sys.exit(77)
    unittest.main()
