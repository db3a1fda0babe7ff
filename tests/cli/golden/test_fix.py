#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""fix and rollback on roots that do not run, as a plain user with a journal of their own: screens, JSON,
patches that patch(1) and git take, refusals, and that rollback gives back every byte."""

import hashlib
import json
import os
import re
import stat
import subprocess
import unittest

import harness
from fixture import Dir, File, Link, Root, alpine, debian, rhel
from harness import Case, run
from test_remedies import BAD, GOOD, old_debian
from test_screens import KEY, OWN, SITE, VENDOR, later_vendor_file, ufw

TODAY = re.compile(r"\b20\d{6}-(\d+)\b")
WHEN = re.compile(r"\d{2} [A-Z][a-z]{2} 20\d{2} \d{2}:\d{2}")
ANSIBLE = "# Ansible managed: do not edit\n"


def state(root):
    """Every file of a root: what it is, its mode, its bytes."""
    found = {}
    for directory, names, files in os.walk(root):
        for name in names + files:
            path = os.path.join(directory, name)
            st = os.lstat(path)
            what = os.readlink(path) if stat.S_ISLNK(st.st_mode) else None
            if stat.S_ISREG(st.st_mode):
                with open(path, "rb") as f:
                    what = hashlib.sha256(f.read()).hexdigest()
            found[os.path.relpath(path, root)] = (oct(st.st_mode), what)
    return found


class FixCase(Case):
    def fix(self, root, *args, code=None, command="fix"):
        r = run(command, "--no-config", "--root", "root", "--journal", "journal", *args,
                cwd=os.path.dirname(root))
        if code is not None:
            self.assertEqual(r.code, code, r.text + r.error)
        return r

    def rollback(self, root, *args, code=None):
        return self.fix(root, *args, code=code, command="rollback")

    def dates(self, text):
        return WHEN.sub("24 Nov 2026 09:40", TODAY.sub(r"20261124-\1", text))

    def whole_way(self, tree, *args):
        """Plan, apply, apply again, undo. Returns the screen of the plan and what was applied."""
        with Root(tree) as root:
            before = state(root)
            plan = self.fix(root, "-n", *args, code=0)
            self.assertEqual(state(root), before)
            applied = self.parse(self.fix(root, "-y", "--json", *args, code=0).out, "ptscope.fix/1")[0]
            self.assertTrue(applied["applied"])
            after = state(root)
            self.assertNotEqual(after, before)
            again = self.parse(self.fix(root, "-y", "--json", *args, code=0).out, "ptscope.fix/1")[0]
            self.assertEqual((again["changes"], again["applied"]), ([], False))
            self.assertEqual(state(root), after)
            undone = self.rollback(root, "-y", "--lower", "--json", applied["rollback"], code=0)
            self.assertTrue(self.parse(undone.out, "ptscope.rollback/1")[0]["applied"])
            self.assertEqual(state(root), before)
            left = [n for _, _, files in os.walk(root) for n in files if n.startswith(".ptscope")]
            self.assertEqual(left, [])
        return plan.text, applied


class Plans(FixCase):
    def screen(self, name, tree, *args):
        text, applied = self.whole_way(tree, *args)
        self.check_screen(name, self.dates(text))
        return applied

    def test_later_vendor_file(self):
        applied = self.screen("fix-later-vendor-file", later_vendor_file())
        self.assertEqual([(c["kind"], c["path"]) for c in applied["changes"]],
                         [("create", "/etc/sysctl.d/99-zz-ptscope.conf")])

    def test_nothing_sets_it(self):
        self.screen("fix-nothing-sets-it", debian())

    def test_ufw(self):
        applied = self.screen("fix-ufw", ufw())
        self.assertEqual([c["path"] for c in applied["changes"]], ["/etc/ufw/sysctl.conf"])

    def test_tidy(self):
        tree = debian(tree={**OWN, "/etc/sysctl.d/10-ptrace.conf": "# ours\n" + BAD,
                            "/var/lib/dpkg/info/procps.list": "/.\n/etc/sysctl.d/10-ptrace.conf\n",
                            "/var/lib/dpkg/info/procps.conffiles": "/etc/sysctl.d/10-ptrace.conf\n"})
        applied = self.screen("fix-tidy", tree, "--tidy")
        self.assertEqual([c["path"] for c in applied["changes"]], ["/etc/sysctl.d/10-ptrace.conf"])

    def test_tidy_never_edits_vendor_files(self):
        with Root(rhel(**OWN)) as root:
            r = self.fix(root, "-n", "--tidy", code=0)
            self.assertIn("Nothing to do", r.text)

    def test_alpine_and_its_sysctl_conf(self):
        self.screen("fix-alpine", alpine(**{"/etc/sysctl.conf": "# a\n" + BAD}))

    def test_rhel(self):
        self.screen("fix-rhel", rhel())

    def test_procps_reads_sysctl_conf_last(self):
        applied = self.screen("fix-procps", old_debian(**{**OWN, "/etc/sysctl.conf": BAD + "# last"}))
        self.assertEqual([c["path"] for c in applied["changes"]], ["/etc/sysctl.conf"])

    def test_stig_comments_out_what_it_forbids(self):
        tree = debian(tree={**OWN, "/etc/sysctl.d/20-a.conf": "# a\n" + BAD, "/etc/sysctl.d/30-b.conf": BAD + BAD})
        text, applied = self.whole_way(tree, "--policy", "stig")
        self.assertEqual([c["path"] for c in applied["changes"]],
                         ["/etc/sysctl.d/20-a.conf", "/etc/sysctl.d/30-b.conf"])
        self.assertIn("+# %s = 0   # ptscope " % KEY, text)

    def test_directory_for_drop_ins_is_made_and_removed(self):
        tree = {p: n for p, n in debian("13").items() if p != "/etc/sysctl.d"}
        self.whole_way(tree)

    def test_our_own_names_are_masked(self):
        tree = debian(tree={"/etc/sysctl.d/%s-ptscope.conf" % n: Link("/dev/null") for n in ("60", "99-zz")})
        _, applied = self.whole_way(tree)
        self.assertEqual(applied["changes"][0]["path"], "/etc/sysctl.d/zz-ptscope.conf")

    def test_stricter_level_at_boot_is_kept(self):
        with Root(debian(tree={SITE: KEY + " = 2\n"})) as root:
            self.assertIn("already 2", self.fix(root, "-y", code=0).text)
            r = self.fix(root, "-y", "--level", "1", code=2)
            self.assertIn("--lower", r.error)
            self.assertIn("--lower", self.fix(root, "-y", "--policy", "stig", code=2).error)
            self.fix(root, "-y", "--policy", "stig", "--lower", code=0)
            self.assertEqual(run("resolve", "--value", "--root", root).text, "1\n")

    def test_three_is_irrevocable(self):
        with Root(debian()) as root:
            self.assertIn("--irrevocable", self.fix(root, "-y", "--level", "3", code=2).error)
            self.assertIn("--irrevocable", self.fix(root, "-n", "--policy", "locked", code=2).error)
            self.fix(root, "-y", "--policy", "locked", "--irrevocable", code=0)
            self.assertIn("already 3", self.fix(root, "-y", code=0).text)

    def test_level_above_the_policys_own(self):
        with Root(debian(tree=OWN)) as root:
            applied = self.parse(self.fix(root, "-y", "--level", "2", "--json", code=0).out)[0]
            self.assertEqual(applied["level"], 2)
            self.fix(root, "-y", "--level", "2", code=0)

    def test_level_that_the_policy_forbids(self):
        with Root(debian()) as root:
            self.assertIn("does not allow", self.fix(root, "-n", "--level", "0", code=2).error)

    def test_managed_file(self):
        tree = old_debian(**{**OWN, "/etc/sysctl.conf": ANSIBLE + BAD})
        with Root(tree) as root:
            r = self.fix(root, "-n", code=1)
            self.check_screen("fix-managed", self.dates(r.text))
            r = self.fix(root, "-n", "--tidy", code=0)
            self.check_screen("fix-managed-tidy", self.dates(r.text))

    def test_command_line_decides(self):
        tree = debian(tree={**OWN, "/etc/sysctl.d/99-x.conf": KEY + " = 3\n"})
        with Root(tree) as root:
            self.assertIn("already 3", self.fix(root, "-n", code=0).text)


class Patches(FixCase):
    TREES = {
        "new": later_vendor_file,
        "edit": ufw,
        "no newline at the end": lambda: old_debian(**{"/etc/sysctl.conf": GOOD + BAD.rstrip("\n")}),
        "appended": lambda: old_debian(**{"/etc/sysctl.d": Dir(), "/etc/sysctl.conf": "# a", **{
            "/etc/sysctl.d/%s-ptscope.conf" % n: Link("/dev/null") for n in ("60", "99-zz", "zz", "zzzz")}}),
        "tidy": lambda: debian(tree={**OWN, "/etc/sysctl.d/10 b.conf": BAD + "#\n" * 9 + BAD + "# x\n" * 20 + BAD}),
    }

    def apply_by(self, command, tree, *args):
        with Root(tree) as root, Root(tree) as other:
            patch = self.fix(root, "-n", *args, code=0).out
            subprocess.run([a.replace("ROOT", other) for a in command], input=patch, check=True,
                           stdout=subprocess.DEVNULL, cwd=other)
            day = TODAY.search(patch.decode("utf-8", "replace"))
            self.fix(root, "-y", *args, code=0)
            self.assertEqual(state(other), state(root), patch)
            self.assertIsNotNone(day)

    def test_patch(self):
        for name, tree in self.TREES.items():
            with self.subTest(name):
                self.apply_by(["patch", "-s", "-p1", "-d", "ROOT"], tree(), *(["--tidy"] if name == "tidy" else []))

    def test_git(self):
        for name, tree in self.TREES.items():
            with self.subTest(name):
                self.apply_by(["git", "apply", "--whitespace=nowarn", "-"], tree(),
                              *(["--tidy"] if name == "tidy" else []))


class Refusals(FixCase):
    def test_without_yes(self):
        with Root(debian()) as root:
            before = state(root)
            self.check_screen("fix-not-asked", self.fix(root, code=2).error)
            self.assertEqual(state(root), before)

    def test_json_error(self):
        with Root(debian()) as root:
            r = self.fix(root, "--json", code=2)
            self.parse(r.out, "ptscope.error/1")

    def test_hard_link(self):
        with Root(ufw()) as root:
            os.link(root + "/etc/ufw/sysctl.conf", root + "/etc/other")
            before = state(root)
            self.check_screen("fix-hard-link", self.fix(root, "-n", code=2).error)
            self.fix(root, "-y", code=2)
            self.assertEqual(state(root), before)

    def test_directory_that_cannot_be_written(self):
        if os.geteuid() == 0:
            self.skipTest("root can")
        with Root(debian()) as root:
            os.chmod(root + "/etc/sysctl.d", 0o555)
            before = state(root)
            r = self.fix(root, "-y", code=2)
            self.assertIn("/etc/sysctl.d/60-ptscope.conf", r.error)
            self.assertEqual(state(root), before)
            self.assertIn("Nothing to undo", self.rollback(root, "--list", code=0).text)

    def test_nixos(self):
        with Root(debian(tree={"/etc/NIXOS": ""})) as root:
            self.check_screen("fix-nixos", self.fix(root, "-y", code=2).error)

    def test_journal_that_others_can_write(self):
        with Root(debian()) as root:
            self.fix(root, "-y", code=0)
            top = os.path.join(os.path.dirname(root), "journal")
            os.chmod(os.path.join(top, os.listdir(top)[0]), 0o777)
            self.assertIn("not ours alone", self.rollback(root, "-y", "--lower", code=2).error)

    def entry(self, root):
        top = os.path.join(os.path.dirname(root), "journal")
        top = os.path.join(top, os.listdir(top)[0])
        return os.path.join(top, next(n for n in os.listdir(top) if n.endswith(".done")))

    def test_journal_that_names_another_file(self):
        with Root(debian(tree={"/etc/passwd": "root:x\n"})) as root:
            self.fix(root, "-y", code=0)
            path = self.entry(root)
            with open(path, encoding="utf-8") as f:
                js = json.load(f)
            js["changes"][0]["path"] = "/etc/passwd"
            with open(path, "w", encoding="utf-8") as f:
                json.dump(js, f)
            before = state(root)
            self.assertIn("no file that a program reads", self.rollback(root, "-y", "--lower", code=2).error)
            self.assertEqual(state(root), before)

    def test_journal_with_other_bytes_than_its_hash(self):
        with Root(ufw()) as root:
            self.fix(root, "-y", code=0)
            path = self.entry(root)
            with open(path, encoding="utf-8") as f:
                text = f.read()
            with open(path, "w", encoding="utf-8") as f:
                f.write(text.replace("ptrace_scope = 0", "ptrace_scope = 2"))
            self.assertIn("no entry of the journal", self.rollback(root, "-y", "--lower", code=2).error)

    def test_link_in_place_of_the_directory(self):
        with Root(debian()) as root:
            self.fix(root, "-y", code=0)
            os.rename(root + "/etc/sysctl.d", root + "/etc/moved")
            os.symlink("moved", root + "/etc/sysctl.d")
            r = self.rollback(root, "-y", "--lower", code=2)
            self.assertIn("symbolic link", r.error)


class Rollback(FixCase):
    def test_screens(self):
        with Root(later_vendor_file()) as root:
            self.assertEqual(self.rollback(root, code=0).text, "Nothing to undo.\n")
            r = self.fix(root, "-y", code=0)
            self.check_screen("fix-applied", self.dates(r.text))
            self.check_screen("fix-nothing-to-do", self.fix(root, "-y", code=0).text)
            self.check_screen("rollback-not-asked", self.dates(self.rollback(root, code=2).error))
            self.check_screen("rollback-lowers", self.dates(self.rollback(root, "-y", code=2).error))
            self.check_screen("rollback-list", self.dates(self.rollback(root, "--list", code=0).text),
                              [("root          ", "USER          "), ("nobody        ", "USER          ")])
            r = self.rollback(root, "-y", "--lower", code=0)
            self.check_screen("rollback", self.dates(r.text))
            self.assertIn("Nothing to undo", self.rollback(root, code=0).text)

    def test_changed_since(self):
        with Root(later_vendor_file()) as root:
            self.fix(root, "-y", code=0)
            with open(root + "/etc/sysctl.d/99-zz-ptscope.conf", "a", encoding="ascii") as f:
                f.write("# mine\n")
            before = state(root)
            self.check_screen("rollback-changed", self.dates(self.rollback(root, "-y", "--lower", code=1).error))
            self.assertEqual(state(root), before)
            self.assertIn("changed since: /etc/sysctl.d/99-zz-ptscope.conf",
                          self.rollback(root, "--list", code=0).text)
            js = self.parse(self.rollback(root, "--list", "--json", code=0).out, "ptscope.rollback/1")[0]
            self.assertEqual(js["list"][0]["state"], "done")

    def test_unknown_id(self):
        with Root(debian()) as root:
            self.assertIn("--list", self.rollback(root, "20200101-1", code=2).error)

    def test_each_by_its_id(self):
        with Root(debian(tree=OWN)) as root:
            start = state(root)
            one = self.parse(self.fix(root, "-y", "--level", "2", "--json", code=0).out)[0]["rollback"]
            middle = state(root)
            two = self.parse(self.fix(root, "-y", "--level", "3", "--irrevocable", "--json", code=0).out)[0]["rollback"]
            self.assertNotEqual(one, two)
            self.rollback(root, "-y", "--lower", code=0)
            self.assertEqual(state(root), middle)
            self.rollback(root, "-y", "--lower", one, code=0)
            self.assertEqual(state(root), start)

    def test_mode_is_kept(self):
        tree = ufw()
        tree["/etc/ufw/sysctl.conf"] = File(b"kernel/yama/ptrace_scope = 0\n", 0o640)
        self.whole_way(tree)

    def test_two_at_once(self):
        with Root(debian()) as root:
            self.fix(root, "-y", code=0)
            top = os.path.join(os.path.dirname(root), "journal")
            with subprocess.Popen(["flock", os.path.join(top, os.listdir(top)[0]), "sh", "-c", "echo; read x"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
                holder.stdout.readline()
                self.assertIn("another ptscope fix or rollback", self.fix(root, "-y", code=2).error)
                holder.communicate(b"\n")
            self.fix(root, "-y", code=0)


if __name__ == "__main__":
    assert VENDOR and harness
    unittest.main()
