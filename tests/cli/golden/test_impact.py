#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Screens and JSON of impact on roots that do not run. As root also on a live system in namespaces of its
own: what runs, holes, and a site's programs."""

import os
import re
import signal
import struct
import subprocess
import time
import unittest

from fixture import Dir, File, Link, Root, debian
from harness import TOP, Case, main, run
from live import LiveCase

PROGRAM = File(b"#!/bin/sh\n", 0o755)
CAP_SYS_PTRACE = 19


def system(*names, **tree):
    return debian(tree={**{"/usr/bin/" + name: PROGRAM for name in names}, **tree})


def by_id(report):
    return {p["id"]: p for p in report["programs"]}


class ImpactCase:
    """With a Case."""

    def checked(self, text, js):
        """Text and JSON of two runs that have to be alike."""
        self.assertEqual((text.code, text.error, js.code), (0, "", 0))
        self.check_width(text.text)
        return text.text, self.parse(js.out, "ptscope.impact/1")[0]


class Impact(ImpactCase, Case):
    def impact(self, tree, *args):
        with Root(tree) as root:
            cwd = os.path.dirname(root)
            common = ("impact", "--root", "root", "--no-config", *args)
            return self.checked(run(*common, cwd=cwd), run(*common, "--json", cwd=cwd))

    def test_a_workstation(self):
        tree = system("gdb", "gcore", "strace", "perf", "code", "firefox", "mpirun.openmpi", "podman")
        text, js = self.impact(tree)
        self.check_screen("impact-workstation", text)
        self.assertEqual(js["strictest"]["level"], 1)
        self.assertEqual(js["level"], None)
        self.assertEqual(js["unseen"], None)
        self.assertEqual(by_id(js)["openmpi"]["effects"],
                         {"0": "works", "1": "works", "2": "falls back", "3": "falls back"})

    def test_a_server_with_nothing(self):
        text, js = self.impact(system("ps"))
        self.check_screen("impact-nothing", text)
        self.assertEqual((js["strictest"], [p["id"] for p in js["programs"]]),
                         ({"level": 3, "but": []}, ["proc-readers"]))

    def test_what_falls_back_is_not_lost(self):
        text, js = self.impact(system("ucx_info"))
        self.assertEqual(js["strictest"], {"level": 3, "but": ["ucx"]})
        self.assertIn("What falls back is slower there.", text)

    def test_what_fails_at_1(self):
        text, js = self.impact(system("nvidia-smi"))
        self.assertEqual(js["strictest"]["level"], 0)
        self.assertIn("Strictest level with nothing lost: 0 classic.\n"
                      "At 1, what is lost is: PyTorch sharing CUDA memory.\n", text)

    def test_all(self):
        text, js = self.impact(debian(), "--all")
        self.check_screen("impact-all", text)
        self.assertEqual(self.impact(debian())[1]["programs"], [])
        self.assertGreater(len(js["programs"]), 40)
        for p in js["programs"]:
            self.assertEqual((p["installed"], p["running"], p["effects"]["0"]), ([], [], "works"))
        self.assertEqual(len(by_id(js)), len(js["programs"]))

    def test_each_way_of_asking_by_the_rule(self):
        """Written down here by hand, from what the kernel does."""
        want = {
            "attach": {"root only": "works|root only|root only|denied", "denied": "works|denied|denied|denied"},
            "container": {"root only": "works|root only|root only|denied"},
            "launch": {"works": "works|works|root only|denied", "denied": "works|works|denied|denied"},
            "declared": {"": "works|works|denied|denied", "falls back": "works|works|falls back|falls back"},
            "namespace": {"": "works|works|works|denied"}, "root": {"": "works|works|works|denied"},
            "read": {"": "works|works|works|works"}, "none": {"": "works|works|works|works"},
        }
        _, js = self.impact(debian(), "--all")
        seen = set()
        for p in js["programs"]:
            self.assertIn("|".join(p["effects"][k] for k in "0123"), want[p["access"]].values(), p)
            seen.add(p["access"])
        self.assertEqual(seen, set(want))

    def test_where_programs_are_looked_for(self):
        tree = system(**{
            "/usr/local/bin/gdb": PROGRAM, "/opt/bin/strace": PROGRAM, "/usr/bin/ltrace": File(b"", 0o644),
            "/usr/bin/rr": Dir(), "/usr/sbin/criu": Link("/opt/criu"), "/opt/criu": PROGRAM,
            "/usr/lib/python3/dist-packages/debugpy": Dir(),
        })
        _, js = self.impact(tree)
        self.assertEqual({p["id"]: [i["path"] for i in p["installed"]] for p in js["programs"]}, {
            "gdb-attach": ["/usr/local/bin/gdb"], "gdb-launch": ["/usr/local/bin/gdb"],
            "gdb-core": ["/usr/local/bin/gdb"], "criu": ["/usr/sbin/criu"],
            "debugpy": ["/usr/lib/python3/dist-packages/debugpy"]})

    def test_merged_directories_count_once(self):
        tree = system("strace", **{"/bin": Link("usr/bin"), "/sbin": Link("usr/sbin")})
        _, js = self.impact(tree)
        self.assertEqual(by_id(js)["strace-attach"]["installed"], [{"path": "/usr/bin/strace"}])

    def test_the_table_in_the_documentation(self):
        with open(os.path.join(TOP, "docs/impact.md"), encoding="ascii") as f:
            told = [[c.strip() for c in line.strip("|\n").split("|")][:7] for line in f
                    if re.match(r"\| [a-z-]+ \|", line)]
        _, js = self.impact(debian(), "--all")
        self.assertEqual(told[0], ["id", "use", "asks", "at 1", "at 2", "at 3", "checked"])
        self.assertEqual(told[1:], [
            [p["id"], p["name"], p["access"], *(p["effects"][k] for k in "123"), p["verified"]]
            for p in js["programs"]])

    def test_no_argument(self):
        r = run("impact", "gdb")
        self.assertEqual((r.code, r.error), (2, "ptscope impact: error: impact takes no argument\n"))


SITE = "/etc/ptscope/impact.conf"


@unittest.skipUnless(os.geteuid() == 0, "needs root: mounts, owners, capabilities")
class Live(ImpactCase, LiveCase):
    def impact(self, tree, *args, **spec):
        spec.setdefault("level", 1)
        return self.checked(self.live_run(tree, ("impact", *args), **spec),
                            self.live_run(tree, ("impact", "--json", *args), **spec))

    def test_the_level_now(self):
        text, js = self.impact(system("gdb"))
        self.assertTrue(text.startswith("web-03, level 1 now: "), text)
        self.assertEqual((js["level"], js["root"]), (1, "/"))
        self.assertIsInstance(js["unseen"], int)

    def test_a_site_adds_programs(self):
        tree = system("acme", **{SITE: "# ours\n[Program]\nName = acme --watch\nCommand = acme\nAccess = attach\n"
                                       "FallsBack = yes\nInstead = acme --run\n\n[Program]\nName=other\n"
                                       "Command=/opt/other\nAccess=none\n", "/opt/other": PROGRAM})
        text, js = self.impact(tree)
        self.assertIn("acme --watch", text)
        # Others may be running here.
        acme, other = [p for p in js["programs"] if p["source"]]
        self.assertEqual((acme["effects"]["1"], acme["source"], acme["verified"], acme["instead"]),
                         ("falls back", {"path": SITE, "line": 2}, "site", "acme --run"))
        self.assertEqual((other["name"], other["source"]["line"]), ("other", 9))
        self.assertFalse([p for p in self.impact(tree, "--no-config")[1]["programs"] if p["source"]])

    def test_a_site_file_that_is_wrong(self):
        for text, line, what in (
                ("Name=a\n", 1, "a setting before [Program]"),
                ("[Program]\nName=a\nCommand=b\n", 1, "[Program] without Access="),
                ("[Program]\n[Program]\n", 1, "[Program] without Name="),
                ("[Policy]\n", 1, 'unknown section "[Policy]"'),
                ("[Program]\nNom=a\n", 2, 'unknown setting "Nom"'),
                ("[Program]\nName=a\nName=b\n", 3, "Name= stands twice"),
                ("[Program]\nAccess=ptrace\n", 2, 'Access= must be attach, launch, '),
                ("[Program]\nByHand=maybe\n", 2, "ByHand= must be yes or no"),
                ("[Program]\nName\n", 2, 'neither a section nor NAME=VALUE: "Name"')):
            with self.subTest(text=text):
                r = self.live_run(system(**{SITE: text}), ("impact",), level=1)
                self.assertEqual(r.code, 2)
                self.assertIn("%s:%d: %s" % (SITE, line, what), r.error)

    def test_a_site_file_that_others_can_write(self):
        r = self.live_run(system(**{SITE: File(b"", 0o666)}), ("impact",), level=1)
        self.assertEqual(r.code, 2)
        self.assertIn("can be written by others (mode 0666)", r.error)


@unittest.skipUnless(os.geteuid() == 0, "needs root: owners, capabilities")
class Holes(ImpactCase, Case):
    def test_files_that_make_a_level_moot(self):
        tree = system("gdb", "ok", "tool", "other", **{"/usr/bin/strace": File(b"#!/bin/sh\n", 0o4755),
                                                       "/usr/bin/passwd": File(b"#!/bin/sh\n", 0o4755)})
        with Root(tree) as root:
            for name, cap in (("tool", CAP_SYS_PTRACE), ("other", CAP_SYS_PTRACE + 1)):
                os.setxattr(root + "/usr/bin/" + name, "security.capability",
                            struct.pack("<5I", 0x02000001, 1 << cap, 0, 0, 0))
            text, js = self.checked(run("impact", "--root", root, "--no-config"),
                                    run("impact", "--root", root, "--no-config", "--json"))
        self.assertEqual(js["holes"], [{"path": "/usr/bin/strace", "by": "set-uid root"},
                                       {"path": "/usr/bin/tool", "by": "cap_sys_ptrace"}])
        self.assertIn("  hole: /usr/bin/tool has cap_sys_ptrace; ", text)


class Here(ImpactCase, Case):
    """The live system."""

    def test_attached_tracers(self):
        try:
            p = subprocess.Popen(["strace", "-o", "/dev/null", "sleep", "60"], stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, start_new_session=True)
        except FileNotFoundError:
            self.skipTest("strace is not installed")
        try:
            js = None
            for _ in range(100):
                js = self.parse(run("impact", "--no-config", "--json").out, "ptscope.impact/1")[0]
                # strace's child is traced before it is sleep.
                if any((a["tracer"]["pid"], a["tracee"]["comm"]) == (p.pid, "sleep") for a in js["attached"]):
                    break
                time.sleep(0.05)
            pair = [a for a in js["attached"] if a["tracer"]["pid"] == p.pid]
            self.assertEqual([(a["tracer"]["comm"], a["tracee"]["comm"]) for a in pair], [("strace", "sleep")])
            self.assertIn(p.pid, by_id(js)["strace-attach"]["running"])
            self.assertIn("in use now: strace (pid %d) is attached to sleep" % p.pid,
                          run("impact", "--no-config").text)
        finally:
            os.killpg(p.pid, signal.SIGKILL)
            p.wait()


if __name__ == "__main__":
    main()
