#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""fix and rollback as root on a fixture that is the root of the running kernel, in namespaces of its own:
the running kernel's part, a container, no Yama, read-only and immutable places, trees of other users."""

import json
import os
import re
import subprocess
import sys
import unittest

import harness
import live
from fixture import Dir, File, Root, debian
from harness import Result, run
from live import LiveCase
from test_fix import FixCase, state
from test_live import SYSTEMD, live as live_tree
from test_remedies import BAD
from test_screens import KEY, OWN, SITE, later_vendor_file, ufw

TODAY = re.compile(r"\b20\d{6}-(\d+)\b")
TOOLS = {"/usr/bin/gdb": File(b"", 0o755), "/usr/bin/strace": File(b"", 0o755), "/var/lib": Dir()}


class LiveFix(LiveCase, FixCase):
    def screen(self, name, tree, *args, code, **spec):
        text = self.live_run({**tree, **TOOLS}, ("fix", "--no-config") + args, **spec)
        self.assertEqual(text.code, code, text.text + text.error)
        out = re.sub(r"# Already attached.*\n(#   .*\n)*", "", self.dates(text.text))
        self.check_screen(name, out + text.error)
        return text.text

    def test_dry_run(self):
        self.screen("fix-live-dry-run", live_tree(later_vendor_file()), "-n", code=0, level=0, **SYSTEMD,
                    hostname="db-11")

    def test_applied(self):
        self.screen("fix-live-applied", live_tree(later_vendor_file()), "-y", code=0, level=0, **SYSTEMD,
                    hostname="db-11")

    def test_nothing_to_do(self):
        self.screen("fix-live-nothing-to-do", live_tree(debian(tree=OWN)), "-y", code=0, level=1, **SYSTEMD)

    def test_not_asked(self):
        self.screen("fix-live-not-asked", live_tree(later_vendor_file()), code=2, level=0, **SYSTEMD)

    def test_not_root(self):
        self.screen("fix-live-not-root", live_tree(later_vendor_file()), "-y", code=2, level=0, uid=1000, **SYSTEMD)

    def test_not_root_with_nothing_to_do(self):
        self.screen("fix-live-not-root-nothing", live_tree(debian(tree=OWN)), "-y", code=0, level=1, uid=1000,
                    **SYSTEMD)

    def test_locked_at_three(self):
        self.screen("fix-live-locked", live_tree(debian()), "-y", "--policy", "stig", code=1, level=3, **SYSTEMD)

    def test_three_now_is_not_carried_into_a_file(self):
        text = self.live_run(live_tree({**debian(), **TOOLS}), ("fix", "--no-config", "-y", "--json"), level=3, **SYSTEMD)
        js = self.parse(text.out, "ptscope.fix/1")[0]
        self.assertEqual((js["level"], [c["kind"] for c in js["changes"]], js["exit"]), (1, ["create"], 0))

    def test_stricter_now_is_kept(self):
        text = self.live_run(live_tree({**debian(), **TOOLS}), ("fix", "--no-config", "-y", "--json"), level=2, **SYSTEMD)
        js = self.parse(text.out, "ptscope.fix/1")[0]
        self.assertEqual((js["level"], [c["kind"] for c in js["changes"]]), (2, ["create"]))

    def test_no_yama(self):
        self.screen("fix-live-no-yama", live_tree(debian()), "-y", code=1, level="absent", **SYSTEMD)

    def test_no_yama_only_boot(self):
        self.screen("fix-live-no-yama-only-boot", live_tree(debian()), "-n", "--only", "boot", code=1, level="absent",
                    **SYSTEMD)

    def test_only_now(self):
        self.screen("fix-live-only-now", live_tree(later_vendor_file()), "-y", "--only", "now", code=0, level=0,
                    **SYSTEMD)

    def test_container(self):
        self.screen("fix-live-container", live_tree(debian()), "-y", code=2, level=0, proc="own", pid_namespace=True,
                    hostname="api-7f9c")

    def test_kernel_value_goes_back(self):
        """Both commands in one set of namespaces: a shell would need a root of its own."""
        with Root({**live_tree(later_vendor_file()), **TOOLS}) as root:
            spec = {"root": root, "level": 0, **SYSTEMD}
            script = live.__file__
            code = (f"import sys; sys.path.insert(0, {os.path.dirname(script)!r}); import live, json, os, subprocess\n"
                    f"spec = json.loads({json.dumps(json.dumps(spec))})\n"
                    "live.check(live.libc.unshare(live.CLONE_NEWNS | live.CLONE_NEWUTS | live.CLONE_NEWNET), 'unshare')\n"
                    "real = os.execve\n"
                    "def both(path, argv, env):\n"
                    "    for args in (['fix', '-y', '--json'], ['rollback', '-y', '--lower', '--json']):\n"
                    "        subprocess.run([path, *args, '--no-config'], env=env)\n"
                    "        sys.stdout.flush(); print(open('/proc/sys/kernel/yama/ptrace_scope').read().strip(), flush=True)\n"
                    "    os._exit(0)\n"
                    "os.execve = both\n"
                    "live.child(spec, [live.PTSCOPE])\n")
            before = state(root + "/etc")
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True,
                                  env=dict(harness.CLEAN, PTSCOPE=harness.PTSCOPE))
            self.assertEqual(state(root + "/etc"), before)
        fix, now, rollback, after = done.stdout.decode().splitlines()
        self.assertEqual((now, after), ("1", "0"), done.stderr)
        self.assertTrue(json.loads(fix)["applied"])
        self.assertEqual([c["kind"] for c in json.loads(rollback)["changes"]], ["sysctl", "remove"])


class Mounted(FixCase):
    """Places that even root cannot change, in a mount namespace."""

    def in_namespace(self, root, setup, code, *args):
        script = 'mount --make-rprivate / && ' + setup + ' && exec "$PTSCOPE" "$@"'
        done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", "fix", "--no-config", "--root", "root",
                               "--journal", "journal", *args], cwd=os.path.dirname(root), capture_output=True,
                              check=False, env=dict(harness.CLEAN, PTSCOPE=harness.PTSCOPE))
        r = Result(done.returncode, done.stdout, done.stderr)
        self.assertEqual(r.code, code, r.text + r.error)
        return r

    def test_read_only_etc(self):
        with Root(debian()) as root:
            before = state(root)
            setup = "mount --bind root/etc root/etc && mount -o remount,bind,ro root/etc"
            self.check_screen("fix-read-only", self.in_namespace(root, setup, 2, "-n").error)
            self.in_namespace(root, setup, 2, "-y")
            self.assertEqual(state(root), before)

    def test_bind_mounted_file(self):
        with Root(ufw()) as root:
            before = state(root)
            setup = "mount --bind root/etc/ufw/sysctl.conf root/etc/ufw/sysctl.conf"
            self.check_screen("fix-bind-mount", self.in_namespace(root, setup, 2, "-y").error)
            self.assertEqual(state(root), before)

    def test_full_disk(self):
        with Root(debian()) as root:
            setup = ("mount -t tmpfs -o size=64k none root/etc/sysctl.d && "
                     "{ dd if=/dev/zero of=root/etc/sysctl.d/full bs=4k 2>/dev/null || :; }")
            r = self.in_namespace(root, setup, 2, "-y")
            self.check_screen("fix-full-disk", r.error)

    def test_immutable_directory(self):
        with Root(debian()) as root:
            path = root + "/etc/sysctl.d"
            if subprocess.run(["chattr", "+i", path], check=False, stderr=subprocess.DEVNULL).returncode:
                self.skipTest("this file system has no chattr +i")
            try:
                self.check_screen("fix-immutable", self.fix(root, "-y", code=2).error)
            finally:
                subprocess.run(["chattr", "-i", path], check=True)


class ForeignTrees(FixCase):
    """Root on a tree of uid 1000: with that user's rights only."""

    def own(self, root, uid=1000):
        for directory, names, files in os.walk(root):
            for name in names + files + [""]:
                os.lchown(os.path.join(directory, name), uid, uid)

    def test_files_are_the_owners(self):
        with Root(later_vendor_file()) as root:
            self.own(root)
            before = state(root)
            self.fix(root, "-y", code=0)
            st = os.lstat(root + "/etc/sysctl.d/99-zz-ptscope.conf")
            self.assertEqual((st.st_uid, st.st_gid, st.st_mode & 0o777), (1000, 1000, 0o644))
            self.rollback(root, "-y", "--lower", code=0)
            self.assertEqual(state(root), before)

    def test_hard_link_to_a_secret(self):
        with Root(ufw()) as root:
            self.own(root)
            secret = os.path.join(os.path.dirname(root), "shadow")
            with open(secret, "w", encoding="ascii") as f:
                f.write("hunter2\nkernel/yama/ptrace_scope = 0\n")
            os.chmod(secret, 0o600)
            os.unlink(root + "/etc/ufw/sysctl.conf")
            os.link(secret, root + "/etc/ufw/sysctl.conf")
            for args in (("-n",), ("-n", "--json"), ("-y",), ("-y", "--json"), ("-n", "--tidy")):
                r = self.fix(root, *args)
                self.assertNotIn("hunter2", r.text + r.error)
                self.assertNotEqual(r.code, 0)
            with open(secret, encoding="ascii") as f:
                self.assertIn("ptrace_scope = 0", f.read())

    def test_file_of_another_user(self):
        with Root(ufw()) as root:
            self.own(root)
            os.chown(root + "/etc/ufw/sysctl.conf", 1001, 1001)
            before = state(root)
            r = self.fix(root, "-y", code=2)
            self.assertIn("belongs to uid 1001", r.error)
            self.assertEqual(state(root), before)

    def test_directory_that_is_a_link_to_ours(self):
        with Root(debian()) as root:
            self.own(root)
            outside = os.path.join(os.path.dirname(root), "outside")
            os.mkdir(outside)
            os.rmdir(root + "/etc/sysctl.d") if not os.listdir(root + "/etc/sysctl.d") else \
                os.rename(root + "/etc/sysctl.d", root + "/etc/old")
            os.symlink(outside, root + "/etc/sysctl.d")
            self.fix(root, "-y")
            self.assertEqual(os.listdir(outside), [])

    def test_attributes_are_kept(self):
        with Root(ufw()) as root:
            path = root + "/etc/ufw/sysctl.conf"
            os.setxattr(path, "user.note", b"mine")
            os.chown(path, 0, 1)
            os.chmod(path, 0o640)
            self.fix(root, "-y", code=0)
            st = os.lstat(path)
            self.assertEqual((os.getxattr(path, "user.note"), st.st_gid, st.st_mode & 0o777), (b"mine", 1, 0o640))
            self.rollback(root, "-y", "--lower", code=0)
            st = os.lstat(path)
            self.assertEqual((os.getxattr(path, "user.note"), st.st_gid, st.st_mode & 0o777), (b"mine", 1, 0o640))


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("needs root")
        sys.exit(77)
    assert BAD and KEY and SITE and run and TODAY
    unittest.main()
