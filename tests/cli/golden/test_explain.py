#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Screens and JSON of explain on recorded systems, errors, and the live kernel's own answers. Needs root:
the owner of a recorded file is a fact."""

import ctypes
import os
import signal
import subprocess
import sys
import unittest

from fixture import Dir, File
from harness import CLEAN, PTSCOPE, run
from recorded import ALL_CAPS, Proc, Recorded, RecordedCase

SHELL = [Proc(1, 0, "systemd", 0), Proc(2, 0, "kthreadd", 0, kthread=True),
         Proc(3000, 1, "systemd", 1000), Proc(3300, 3000, "bash"), Proc(3301, 3300, "ptscope")]
SERVER = Proc(4321, 1, "myserver", exe="/srv/bin/myserver")


def shell(*more, **options):
    """alice's shell, from which she asks, and what else runs."""
    return Recorded(SHELL + list(more), me=3301, **options)


def step(js, check):
    return next(s for s in js["steps"] if s["check"] == check)


class Screens(RecordedCase):
    def explain(self, recorded, *args, code=None, screen=None):
        text, js = self.both("explain", recorded, *args, code=code)
        self.check_width(text)
        self.assertEqual(js["verdict"], {0: "allowed", 1: "denied", 3: "unknown"}[js["exit"]])
        if screen:
            self.check_screen("explain-" + screen, text)
        return text, js

    def test_unrelated_at_one(self):
        """What may have been declared cannot be seen: both outcomes are told."""
        _, js = self.explain(shell(SERVER), "4321", code=3, screen="unrelated")
        self.assertEqual(js["tracer"], {"kind": "new-program", "pid": None, "comm": None, "parent": 3300,
                                        "name": None, "uid": 1000})
        self.assertEqual(step(js, "yama")["unseen"], ["declared"])
        self.assertEqual(js["levels"], {"0": "allowed", "1": "unknown", "2": "denied", "3": "denied"})
        self.assertEqual((js["reason"], js["errno"], js["level"]), ("no-relation", "EPERM", 1))
        self.assertEqual(js["tracee"]["start_ticks"], 43210)

    def test_child_of_the_shell(self):
        """gdb -p for a job of the shell: the shell is the parent, gdb is not."""
        child = Proc(3400, 3300, "myserver")
        self.explain(shell(child), "3400", code=3, screen="job")
        _, js = self.explain(shell(child), "3300", "3400", code=0, screen="parent")
        self.assertEqual(js["reason"], "descendant")
        self.assertEqual(self.explain(shell(child), "3300", "3400", "--level", "2", code=1)[1]["reason"],
                         "not-capable")
        grandchild = Proc(3500, 3400, "worker")
        self.explain(shell(child, grandchild), "3300", "3500", code=0)
        self.explain(shell(child, grandchild), "3500", "3300", code=3)

    def test_levels(self):
        self.explain(shell(SERVER, level=0), "4321", code=0, screen="level-0")
        self.explain(shell(SERVER, level=2), "4321", code=1, screen="level-2")
        _, js = self.explain(shell(SERVER, level=3), "4321", code=1, screen="level-3")
        self.assertEqual(js["reason"], "level-forbids")
        self.explain(shell(SERVER, level=3), "@root", "4321", code=1)
        _, js = self.explain(shell(SERVER, level=None), "4321", code=0, screen="no-yama")
        self.assertEqual((js["level"], step(js, "yama")["facts"]["yama"]), (None, "no"))
        _, js = self.explain(shell(SERVER, level="x"), "4321", code=3, screen="level-not-seen")
        self.assertEqual(js["reason"], "level-not-seen")
        _, js = self.explain(shell(SERVER, level=0), "4321", "--level", "3", code=1)
        self.assertEqual((js["level"], js["level_asked"]), (3, True))

    def test_other_user(self):
        daemon = Proc(990, 1, "nginx", 33)
        _, js = self.explain(shell(daemon, level=0), "990", code=1, screen="other-user")
        self.assertEqual(js["reason"], "ids-differ")
        self.assertEqual(step(js, "credentials")["facts"]["tracee_uids"], [33, 33, 33])
        self.assertEqual(step(js, "dumpable")["reason"], "not-reached")
        self.explain(shell(daemon, level=0), "@www-data", "990", code=0)
        self.explain(shell(daemon, level=2), "@root", "990", code=0, screen="root")
        self.explain(shell(SERVER, level=0), "@bob", "4321", code=1)

    def test_set_uid(self):
        """All three ids count, and the program that gained root is not dumpable."""
        passwd = Proc(4000, 3300, "passwd", uids=(1000, 0, 0, 0), gid=1000, caps=ALL_CAPS)
        _, js = self.explain(shell(passwd, level=0), "4000", code=1, screen="set-uid")
        self.assertEqual(js["reason"], "ids-differ")

    def test_not_dumpable(self):
        agent = Proc(2211, 3000, "ssh-agent", dumpable=False)
        _, js = self.explain(shell(agent, level=0), "2211", code=1, screen="not-dumpable")
        self.assertEqual(js["reason"], "not-dumpable")
        self.assertEqual(js["reading"], "denied")

    def test_more_capabilities(self):
        ping = Proc(4100, 3300, "ping", caps=1 << 13)
        _, js = self.explain(shell(ping, level=0), "4100", code=1, screen="more-capabilities")
        self.assertEqual(js["reason"], "more-capabilities")

    def test_user_namespace(self):
        inside = Proc(5000, 3300, "podman", caps=ALL_CAPS, userns=4026532500, maps="0 1000 1\n")
        _, js = self.explain(shell(inside, level=0), "5000", code=3, screen="user-namespace")
        self.assertIn("user-namespace", step(js, "capabilities")["unseen"])
        _, js = self.explain(shell(inside, level=0), "5000", "3300", code=1)
        self.assertEqual(js["reason"], "other-user-namespace")

    def test_what_nothing_attaches_to(self):
        _, js = self.explain(shell(), "@root", "2", code=1, screen="kernel-thread")
        self.assertEqual(js["reason"], "kernel-thread")
        zombie = Proc(4200, 3300, "worker", state="Z")
        _, js = self.explain(shell(zombie, level=0), "4200", code=1, screen="zombie")
        self.assertEqual(js["reason"], "exited")
        _, js = self.explain(shell(level=0), "3300", "3300", code=1)
        self.assertEqual(js["reason"], "own-process")

    def test_already_traced(self):
        traced = SERVER._replace(tracer=4410)
        gdb = Proc(4410, 3300, "gdb")
        _, js = self.explain(shell(traced, gdb, level=0), "4321", code=1, screen="traced")
        self.assertEqual(js["reason"], "already-traced")
        _, js = self.explain(shell(traced, gdb), "4410", "4321", code=1)
        self.assertEqual(step(js, "yama")["reason"], "already-its-tracer")

    def test_thread(self):
        thread = Proc(4325, 1, "worker", tgid=4321)
        text, js = self.explain(shell(SERVER, thread, level=0), "4325", code=0, screen="thread")
        self.assertIn("4325 is a thread of 4321 (myserver)", text)
        self.assertEqual(js["tracee"]["process"], 4321)

    def test_reading(self):
        self.explain(shell(SERVER, level=3), "4321", "--mode", "read", code=0, screen="read")
        _, js = self.explain(shell(SERVER._replace(dumpable=False)), "--mode", "read", "4321", code=1)
        self.assertEqual((js["mode"], js["reason"], js["errno"]), ("read", "file-of-other", "EACCES"))

    def test_other_modules(self):
        confined = SERVER._replace(label="myserver (enforce)")
        modules = "capability,landlock,yama,apparmor,bpf"
        _, js = self.explain(shell(confined, level=0, lsms=modules), "4321", code=3, screen="confined")
        self.assertEqual(step(js, "others")["unseen"], ["other-modules"])
        self.explain(shell(SERVER._replace(label="unconfined"), level=0, lsms=modules), "4321", code=0,
                     screen="unconfined")
        self.explain(shell(SERVER._replace(label="myserver (complain)"), level=0, lsms=modules), "4321",
                     code=0)

    def test_executable(self):
        tree = {"/usr/local/bin/gdb": File(b"\x7fELF", 0o755), "/usr/bin/sudo": File(b"\x7fELF", 0o4755)}
        self.explain(shell(SERVER, tree=tree), "/usr/local/bin/gdb", "4321", code=3)
        _, js = self.explain(shell(SERVER, level=2, tree=tree), "/usr/bin/sudo", "4321", code=0,
                             screen="executable")
        self.assertEqual((js["tracer"]["kind"], js["tracer"]["name"]), ("executable", "/usr/bin/sudo"))

    def test_names(self):
        self.explain(shell(SERVER, level=0), "myserver", code=0)
        self.explain(shell(SERVER), "bash", "myserver", code=3)
        self.assertEqual(
            self.refused("explain", shell(), "systemd"),
            'ptscope explain: error: "systemd" is 2 processes (1, 3000); give a pid\n')

    def test_hostile_names(self):
        evil = Proc(4300, 3300, ") R 1\n\x1b[31m")
        text, js = self.explain(shell(evil, level=0), "4300", code=0)
        self.assertIn(r"\x0a\x1b[31m", text)
        self.assertEqual(js["tracee"]["comm"], ") R 1\n\x1b[31m")

    def test_seccomp(self):
        processes = SHELL[:-1] + [SHELL[-1]._replace(seccomp=2), SERVER]
        text, _ = self.explain(Recorded(processes, me=3301, level=0), "4321", code=0)
        self.assertIn("filter of system calls", text)


class Errors(RecordedCase):
    def test_arguments(self):
        say = lambda *args: self.refused("explain", shell(SERVER), *args)
        self.assertIn("explain takes a process, or two", say())
        self.assertIn("explain takes a process, or two", say("1", "2", "3"))
        self.assertIn("there is no process 99", say("99"))
        self.assertIn("4194304", say("4194304"))
        self.assertIn("is no process id", say("99999999999999999999"))
        self.assertIn("is no process id", say("0"))
        self.assertIn('no process is named "emacs"', say("emacs"))
        self.assertIn('no process is named ""', say(""))
        self.assertIn('no user "eve"', say("@eve", "4321"))
        self.assertIn("/usr/bin/none", say("/usr/bin/none", "4321"))
        self.assertIn("is no program", say("/etc/passwd", "4321"))
        self.assertIn("--level takes a level", say("--level", "4", "4321"))
        self.assertIn("--mode is attach or read", say("--mode", "write", "4321"))
        self.assertIn("--test asks the kernel", say("--test", "4321"))
        self.assertIn("--test asks the kernel", say("--test", "3300", "4321"))

    def test_no_proc(self):
        r = self.refused("explain", Recorded([], level=None), "1")
        self.assertIn("/proc: shows no processes", r)

    def test_proc_without_us(self):
        """Of another pid namespace: who asks is not in it."""
        r = self.refused("explain", Recorded([SHELL[0], SERVER]), "4321")
        self.assertIn("does not show who asks", r)
        self.assertEqual(self.both("explain", Recorded([SHELL[0], SERVER]), "1", "4321")[1]["exit"], 0)

    def test_what_is_no_proc(self):
        r = self.refused("explain", shell(tree={"/proc/77/stat": "77 (x", "/proc/78": Dir()}), "77")
        self.assertIn("not what a kernel writes", r)


PR_SET_PTRACER, PR_SET_DUMPABLE = 0x59616D61, 4
libc = ctypes.CDLL(None)


class Live(RecordedCase):
    """This kernel, whatever its level: the checks before the level, and the kernel's own word."""

    def child(self, act=None, uid=1000):
        """A process of a plain user that waits."""
        def before():
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        script = "import sys, ctypes, signal\n%s\nprint(flush=True)\nsignal.pause()\n" % (act or "")
        p = subprocess.Popen(["/usr/bin/python3", "-c", script], stdout=subprocess.PIPE, preexec_fn=before)
        p.stdout.readline()
        self.addCleanup(p.stdout.close)
        self.addCleanup(p.wait)
        self.addCleanup(p.kill)
        return p

    def ask(self, *args, uid=1000):
        p = subprocess.run(
            ["setpriv", "--reuid=%d" % uid, "--regid=%d" % uid, "--clear-groups", "--inh-caps=-all",
             "--bounding-set=-all", PTSCOPE, "explain", "--json", *args],
            env=CLEAN, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60)
        return self.parse(p.stdout)[0]

    def test_the_kernel_agrees(self):
        """--test on tracees that no level is asked about, and on one that each level decides."""
        plain = self.child()
        other = self.child(uid=1001)
        hidden = self.child("ctypes.CDLL(None).prctl(4, 0)")
        root = self.child(uid=0)
        for p, uid in ((other, 1000), (hidden, 1000), (root, 1000), (plain, 1001)):
            js = self.ask("--test", str(p.pid), uid=uid)
            self.assertEqual((js["verdict"], js["test"]["answer"]), ("denied", "denied"))
            self.assertFalse(js["test"]["contradicts"])
            self.assertEqual(self.ask("--test", "--mode", "read", str(p.pid), uid=uid)["verdict"], "denied")
        js = self.ask("--test", str(plain.pid))
        self.assertEqual(js["verdict"], js["test"]["answer"])
        self.assertFalse(js["test"]["contradicts"])
        js = self.ask("--test", "--mode", "read", str(plain.pid))
        self.assertEqual((js["verdict"], js["test"]["answer"]), ("allowed", "allowed"))

    def test_owner_of_a_user_namespace(self):
        """He may from outside, at 2 too; and the kernel says so, unless the level is 3."""
        p = self.child("ctypes.CDLL(None).unshare(0x10000000)\n"
                       "open('/proc/self/setgroups', 'w').write('deny')\n"
                       "open('/proc/self/uid_map', 'w').write('0 1000 1')\n"
                       "open('/proc/self/gid_map', 'w').write('0 1000 1')\n"
                       "import os\n"
                       "os.execv(sys.executable, [sys.executable, '-c', 'import time; print(flush=True); "
                       "time.sleep(100)'])")
        js = self.ask("--test", str(p.pid))
        if js["level"] != 3:
            self.assertEqual((js["verdict"], js["test"]["answer"]), ("allowed", "allowed"))
        self.assertEqual(js["levels"], {"0": "allowed", "1": "allowed", "2": "allowed", "3": "denied"})
        # Another user cannot look into it, nor see whose it is; it might be his own.
        js = self.ask(str(p.pid), uid=1001)
        self.assertEqual((js["verdict"], step(js, "credentials")["unseen"]), ("unknown", ["user-namespace"]))
        self.assertEqual(self.ask("--test", str(p.pid), uid=1001)["verdict"], "denied")

    def test_a_tracee_that_goes(self):
        p = self.child()
        p.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, p.pid, os.WEXITED | os.WNOWAIT)
        js = self.ask(str(p.pid))
        self.assertEqual(js["reason"], "exited")
        self.assertEqual(self.ask("--test", str(p.pid))["test"]["answer"], "gone")
        p.wait()
        self.assertIn("no process", self.ask(str(p.pid))["error"]["message"])

    def test_own_threads(self):
        r = run("explain", "--json", str(os.getpid()), str(os.getpid()))
        self.assertEqual(self.parse(r.out)[0]["reason"], "own-process")


if os.geteuid() != 0:
    print("needs root: the owner of a recorded file is a fact")
    sys.exit(77)
if __name__ == "__main__":
    unittest.main()
