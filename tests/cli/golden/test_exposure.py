#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Screens and JSON of exposure on recorded systems, its errors, and the live system, where processes come
and go. Needs root: the owner of a recorded file is a fact."""

import os
import subprocess
import sys
import unittest

from fixture import File
from harness import CLEAN, PTSCOPE, run
from live import LiveCase
from recorded import ALL_CAPS, Proc, Recorded, RecordedCase

SYS_PTRACE = 1 << 19


def desktop():
    """alice's session, and servers."""
    shells = [Proc(3300 + i, 3200, "bash") for i in range(4)]
    browser = [Proc(3105, 3000, "firefox")] + [Proc(3105 + i, 3105, "firefox") for i in range(1, 6)]
    servers = [Proc(1180, 1, "postgres", 110)] + [Proc(1180 + i, 1180, "postgres", 110) for i in range(1, 9)]
    web = [Proc(990, 1, "nginx", 0)] + [Proc(990 + i, 990, "nginx", 33) for i in range(1, 5)]
    rest = [Proc(3500 + i, 3000, "app%d" % i) for i in range(20)]
    return ([Proc(1, 0, "systemd", 0), Proc(2, 0, "kthreadd", 0, kthread=True),
             Proc(3000, 1, "systemd", 1000), Proc(3200, 3000, "gnome-terminal-")]
            + shells + browser + servers + web + rest
            + [Proc(3410, 3000, "keepassxc", dumpable=False), Proc(2211, 3000, "ssh-agent", dumpable=False),
               Proc(3999, 3301, "make", tracer=4410), Proc(4410, 3301, "gdb"),
               Proc(4600, 3302, "sleep", state="Z")])


class Screens(RecordedCase):
    def exposure(self, recorded, *args, screen=None):
        text, js = self.both("exposure", recorded, "--no-config", *args, code=0)
        self.check_width(text)
        if screen:
            self.check_screen("exposure-" + screen, text)
        return text, js

    def target(self, js, pid):
        return next(t for t in js["targets"] if t["pid"] == pid)

    def test_desktop(self):
        _, js = self.exposure(Recorded(desktop(), level=0), screen="desktop")
        shell = self.target(js, 3300)
        # 39 living processes of alice's; above this one the terminal and her systemd
        self.assertEqual(shell["unprivileged"]["now"], {"min": 35, "max": 35})
        self.assertEqual(shell["unprivileged"]["1"], {"min": 2, "max": 35})
        self.assertEqual(shell["unprivileged"]["2"], {"min": 0, "max": 0})
        self.assertEqual(shell["privileged"], 2)
        agent = self.target(js, 2211)
        self.assertTrue(agent["self_protected"])
        self.assertEqual(agent["unprivileged"]["0"], {"min": 0, "max": 0})
        self.assertEqual(self.target(js, 1183)["unprivileged"]["1"]["min"], 1)
        self.assertEqual([h for h in js["holes"] if h["kind"] == "attached"],
                         [{"kind": "attached", "pid": 3999, "comm": "make", "uid": 1000, "tracer_pid": 4410}])
        self.assertEqual((js["level"], js["unseen"], js["hidden"]), (0, 0, False))

    def test_levels(self):
        self.exposure(Recorded(desktop(), level=1), screen="level-1")
        self.exposure(Recorded(desktop(), level=None), screen="no-yama")
        _, js = self.exposure(Recorded(desktop(), level="x"), screen="level-not-seen")
        self.assertEqual(self.target(js, 3300)["unprivileged"]["now"], {"min": 0, "max": 35})
        _, js = self.exposure(Recorded(desktop(), level=0), "--level", "3", screen="level-asked")
        self.assertEqual(self.target(js, 3300)["unprivileged"]["now"], {"min": 0, "max": 0})

    def test_filters(self):
        _, js = self.exposure(Recorded(desktop(), level=0), "--uid", "postgres", screen="uid")
        self.assertEqual({t["comm"] for t in js["targets"]}, {"postgres"})
        _, js = self.exposure(Recorded(desktop(), level=0), "--uid", "110")
        self.assertEqual(len(js["targets"]), 9)
        _, js = self.exposure(Recorded(desktop(), level=0), "--all", screen="all")
        self.assertEqual(len(js["targets"]), js["processes"])
        self.assertEqual(self.target(js, 3500)["secret"], None)
        many = [Proc(1, 0, "systemd", 0)] + [Proc(100 + i, 1, n, uid=2000 + i) for i, n in enumerate(
            "bash zsh fish vim emacs code firefox chrome kitty foot xterm ssh podman mutt nginx redis-server "
            "mysqld postgres caddy httpd slapd vault".split())]
        text, _ = self.exposure(Recorded(many))
        self.assertIn("2 more, none above 0: --all", text)

    def test_nothing_to_hold(self):
        self.exposure(Recorded([Proc(1, 0, "init", 0)]), screen="nothing")

    def test_holes(self):
        inside = [Proc(5000, 3300, "podman", caps=ALL_CAPS, userns=4026532500, maps="0 1000 1\n"),
                  Proc(5001, 5000, "nginx", userns=4026532500, maps="0 1000 1\n")]
        dumper = Proc(700, 1, "crash-handler", 33, caps=SYS_PTRACE)
        tree = {"/usr/local/bin/strace": File(b"\x7fELF", 0o4755), "/usr/bin/gdb": File(b"\x7fELF", 0o755),
                "/usr/bin/su": File(b"\x7fELF", 0o4755), "/opt/tools/x/perf": File(b"\x7fELF", 0o4750)}
        text, js = self.exposure(Recorded(desktop() + inside + [dumper], level=0, tree=tree), screen="holes")
        kinds = [h["kind"] for h in js["holes"]]
        self.assertEqual(sorted(kinds), ["attached", "capable-process", "set-uid", "user-namespace"])
        self.assertEqual(js["privileged_not_root"], 1)
        # what is in a namespace that cannot be looked into may be its owner's, whoever that is
        self.assertGreater(self.target(js, 5001)["unprivileged"]["2"]["max"], 30)
        text, _ = self.exposure(Recorded(desktop(), tree=tree), "--scan", "/opt")
        self.assertIn("/opt/tools/x/perf", text)

    def test_file_capabilities(self):
        recorded = Recorded(desktop(), level=0, tree={"/usr/local/bin/gdb": File(b"\x7fELF", 0o755)})
        with recorded as root:
            subprocess.run(["setcap", "cap_sys_ptrace=ep", root + "/usr/local/bin/gdb"], check=True)
            text = run("exposure", "--root", root, "--no-config").text
            js = self.parse(run("explain", "--json", "--root", root, "--level", "2",
                                "/usr/local/bin/gdb", "1").out)[0]
        self.assertIn("/usr/local/bin/gdb       cap_sys_ptrace=ep: whoever runs it may attach", text)
        self.assertEqual(js["error"]["message"], "this /proc does not show who asks")

    def test_one_process(self):
        _, js = self.exposure(Recorded(desktop(), level=1), "3302", screen="one")
        allowed = {a["pid"] for a in js["attackers"] if a["now"] == "allowed" and not a["privileged"]}
        self.assertEqual(allowed, {3000, 3200})
        self.assertEqual(len(js["targets"]), 1)
        _, js = self.exposure(Recorded(desktop(), level=0), "2211", screen="one-protected")
        self.assertEqual({a["uid"] for a in js["attackers"]}, {0})
        self.exposure(Recorded(desktop(), level=0), "--all", "1183", screen="one-all")
        _, js = self.exposure(Recorded(desktop(), level=1), "3999")
        self.assertIn(4410, {a["pid"] for a in js["attackers"] if a["now"] == "allowed"})
        self.exposure(Recorded([Proc(1, 0, "init", 0)]), "1", screen="one-nobody")

    def test_hostile_names(self):
        evil = Proc(4000, 1, "\x1b[2J\n) R 0")
        text, js = self.exposure(Recorded(desktop() + [evil], level=0), "--all")
        self.assertIn(r"\x1b[2J\x0a) R 0", text)
        self.assertEqual(self.target(js, 4000)["comm"], "\x1b[2J\n) R 0")

    def test_largest_pid(self):
        _, js = self.exposure(Recorded([Proc(1, 0, "init", 0), Proc(4194303, 1, "bash")]))
        self.assertEqual(js["targets"][0]["pid"], 4194303)


class Errors(RecordedCase):
    def test_arguments(self):
        say = lambda *args: self.refused("exposure", Recorded(desktop()), *args)
        self.assertIn("one process at most", say("1", "2"))
        self.assertIn("there is no process 77", say("77"))
        self.assertIn('"bash" is 4 processes', say("bash"))
        self.assertIn('no user "eve"', say("--uid", "eve"))
        self.assertIn("--level takes a level", say("--level", "9"))
        self.assertIn("/none: cannot scan", say("--scan", "/none"))
        self.assertIn("/etc/passwd: cannot scan", say("--scan", "/etc/passwd"))
        self.assertIn("shows no processes", self.refused("exposure", Recorded([], level=None)))


class Live(LiveCase, RecordedCase):
    def live(self, *args, tree=None, **spec):
        base = {"/etc/passwd": "root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n"}
        base.update(tree or {})
        return self.live_run(base, ("exposure",) + args, level=1, **spec)

    def test_this_system(self):
        js = self.parse(run("exposure", "--no-config", "--json", "--all").out)[0]
        me = next(t for t in js["targets"] if t["pid"] == os.getpid())
        self.assertEqual(me["uid"], 0)
        self.assertGreaterEqual(js["privileged"], 2)

    def test_processes_that_come_and_go(self):
        """A shell that starts and forgets processes as fast as it can, while they are listed."""
        churn = subprocess.Popen(["sh", "-c", "while :; do /bin/true & done"], start_new_session=True,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(churn.wait)
        self.addCleanup(os.killpg, churn.pid, 9)
        for _ in range(8):
            r = run("exposure", "--no-config", "--json", "--all")
            self.assertEqual((r.code, r.err), (0, b""))
            self.assertEqual(self.parse(r.out)[0]["unseen"], 0)

    def test_hidden_processes(self):
        """hidepid: what is hidden is said, a pid that is hidden is no wrong answer."""
        script = ("mount -t proc -o hidepid=%s proc /proc && setpriv --reuid=1000 --regid=1000 --clear-groups "
                  "--inh-caps=-all --bounding-set=-all \"$0\" %s")
        for hide, words in (("1", "hides process 1"), ("2", "there is no process 1")):
            out = subprocess.run(["unshare", "-fpm", "sh", "-c", script % (hide, "exposure --no-config"), PTSCOPE],
                                 env=CLEAN, capture_output=True, text=True, check=False, timeout=60)
            self.assertIn("hidepid", out.stdout, out.stderr)
            out = subprocess.run(["unshare", "-fpm", "sh", "-c", script % (hide, "explain 1"), PTSCOPE],
                                 env=CLEAN, capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual(out.returncode, 2)
            self.assertIn(words, out.stderr)
            self.assertIn("hidepid", out.stderr)

    def test_a_site_extends_the_table(self):
        conf = "[Holder]\nName=ptscope\nSecret=answers\n"
        r = self.live(tree={"/etc/ptscope/holders.conf": conf}, pid_namespace=True, proc="own")
        self.assertRegex(r.text, r"ptscope +\d+ root +answers")
        r = self.live("--no-config", tree={"/etc/ptscope/holders.conf": conf}, pid_namespace=True, proc="own")
        self.assertIn("no process that holds secrets runs here", r.text)
        r = self.live(tree={"/etc/ptscope/holders.conf": "[Holder]\nNam=x\n"}, pid_namespace=True, proc="own")
        self.assertEqual(r.code, 2)
        self.assertIn("/etc/ptscope/holders.conf:2: ", r.error)

    def test_without_proc(self):
        r = self.live(proc="none")
        self.assertEqual(r.code, 2)
        self.assertIn("/proc: shows no processes", r.error)


if os.geteuid() != 0:
    print("needs root: the owner of a recorded file is a fact")
    sys.exit(77)
if __name__ == "__main__":
    unittest.main()
