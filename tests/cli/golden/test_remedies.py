#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A remedy works as it is printed: it is run by a shell, and the audit that had failed passes. And the
findings that stand beside a verdict, each on the smallest root that gives it."""

import os
import subprocess
import unittest

import harness
from fixture import Dir, File, Link, Root, alpine, debian, rhel
from harness import Case, run
from test_screens import KEY, OWN, SITE, VENDOR, ids, later_vendor_file, ufw

GOOD = KEY + " = 1\n"
BAD = KEY + " = 0\n"


def old_debian(**tree):
    """sysvinit, where "sysctl --system" runs at boot and reads /etc/sysctl.conf last."""
    ret = {p: n for p, n in debian(tree=tree).items() if "systemd" not in p and p != "/usr/sbin/init"}
    ret["/usr/sbin/init"] = File(b"\x7fELF sysvinit", 0o755)
    ret["/etc/inittab"] = "id:2:initdefault:\nsi::sysinit:/etc/init.d/rcS\n"
    ret["/etc/init.d/procps"] = File(b"#!/bin/sh\n/sbin/sysctl -q --system\n", 0o755)
    ret["/etc/rcS.d/S01procps"] = Link("../init.d/procps")
    return ret


class Remedies(Case):
    def carry_out(self, line, cwd):
        """As a person would, but that the question is answered and the journal is a plain user's."""
        line = line.replace("sudo ", "")
        answers = " --yes" if line.startswith("ptscope fix") and " -n" not in line else ""
        if line.startswith("ptscope fix"):
            line = line.replace("ptscope fix", "ptscope fix --no-config --journal j" + answers)
        subprocess.run(["/bin/sh", "-ec", line], cwd=cwd, check=True, stdout=subprocess.DEVNULL,
                       env=dict(harness.CLEAN, PATH=os.path.dirname(harness.PTSCOPE) + ":/usr/bin:/bin"))

    def holds_after(self, tree, *args, says=None):
        """The remedies of an audit that fails, run in the order in which they are printed."""
        with Root(tree) as root:
            cwd = os.path.dirname(root)
            command = ("audit", "--no-config", "--root", "root", "--json", *args)
            before = run(*command, cwd=cwd)
            report = self.parse(before.out)[0]
            self.assertEqual((before.code, report["verdict"]), (1, "fail"), before.text)
            remedies = [f["remedy"] for f in report["findings"] if f["severity"] == "fail"]
            self.assertNotIn(None, remedies, before.text)
            if says:
                self.assertIn(says, "\n".join(remedies))
            for line in dict.fromkeys("\n".join(remedies).split("\n")):
                self.carry_out(line, cwd)
            after = run(*command, cwd=cwd)
            self.assertEqual(after.code, 0, "\n".join(remedies) + "\n" + after.text)

    def test_nothing_sets_it(self):
        self.holds_after(debian(), says="60-ptscope.conf")

    def test_no_directory_for_drop_ins(self):
        tree = {p: n for p, n in debian("13").items() if p != "/etc/sysctl.d"}
        self.holds_after(tree, says="60-ptscope.conf")

    def test_later_vendor_file(self):
        self.holds_after(later_vendor_file())

    def test_vendor_file_that_comes_after_our_usual_name(self):
        self.holds_after(debian(tree={**OWN, "/usr/lib/sysctl.d/zz-debug.conf": BAD}))

    def test_later_line_of_ones_own(self):
        self.holds_after(debian(tree={SITE: GOOD + BAD}))

    def test_written_where_nothing_reads(self):
        self.holds_after(debian("13", tree={"/etc/sysctl.conf": GOOD}))

    def test_masked(self):
        self.holds_after(debian(tree={"/usr/lib/sysctl.d/50-ptrace.conf": GOOD,
                                      "/etc/sysctl.d/50-ptrace.conf": Link("/dev/null")}))

    def test_our_name_is_masked(self):
        self.holds_after(debian(tree={"/etc/sysctl.d/99-zz-ptscope.conf": Link("/dev/null")}))

    def test_refused_value(self):
        self.holds_after(debian(tree={**OWN, "/etc/sysctl.d/zz.conf": KEY + " = +1\n"}))

    def test_only_under_run(self):
        self.holds_after(debian(tree={"/run/sysctl.d/50-x.conf": GOOD}))

    def test_ufw_has_the_last_word(self):
        self.holds_after(ufw(), says="/etc/ufw/sysctl.conf")

    def test_procps_reads_sysctl_conf_last(self):
        self.holds_after(old_debian(**{**OWN, "/etc/sysctl.conf": "# x\n" + BAD}), says="an edit of /etc/sysctl.conf")

    def test_alpine(self):
        self.holds_after(alpine(**{"/etc/sysctl.d/60-x.conf": BAD}))

    def test_alpine_with_sysctl_conf(self):
        self.holds_after(alpine(**{"/etc/sysctl.conf": BAD}), says="an edit of /etc/sysctl.conf")

    def test_line_in_a_linked_file(self):
        """The link must stay a link: sed -i on it would not."""
        self.holds_after(debian(tree={"/etc/sysctl.conf": BAD, "/etc/sysctl.d/99-sysctl.conf":
                                      Link("../sysctl.conf")}))

    def test_strict_files(self):
        tree = debian(tree={**OWN, "/etc/sysctl.d/20-a.conf": "# a\n" + BAD,
                            "/etc/sysctl.d/30-b.conf": BAD + BAD})
        self.holds_after(tree, "--strict-files", says="/etc/sysctl.d/20-a.conf")

    def test_stig_does_not_count_vendor_files(self):
        self.holds_after(debian(tree={VENDOR: GOOD}), "--policy", "stig")

    def test_server_sets_two(self):
        self.holds_after(debian(tree=OWN), "--policy", "server", says="--policy server")

    def test_root_with_a_blank_in_its_name(self):
        with Root(debian()) as root:
            odd = root + " it's"
            os.rename(root, odd)
            report = self.parse(run("audit", "--no-config", "--json", "--root", odd).out)[0]
            for line in report["findings"][0]["remedy"].split("\n"):
                self.carry_out(line, os.path.dirname(root))
            code = run("audit", "--no-config", "--root", odd).code
            os.rename(odd, root)
        self.assertEqual(code, 0)


class Beside(Case):
    """Findings that are no failures."""

    def has(self, tree, finding, severity, *args):
        _, js = self.audit(tree, *args)
        self.assertIn(finding, ids(js, severity))

    def test_malformed_line_before_a_good_one(self):
        tree = debian(tree={**OWN, "/etc/sysctl.d/10-x.conf": KEY + " = on\n"})
        self.has(tree, "malformed", "warn")

    def test_level_that_does_not_exist_before_a_good_one(self):
        tree = debian(tree={**OWN, "/etc/sysctl.d/10-x.conf": KEY + " = 7\n"})
        self.has(tree, "out-of-range", "warn")

    def test_higher_line_that_loses(self):
        tree = debian(tree={**OWN, "/etc/sysctl.d/10-x.conf": KEY + " = 2\n"})
        self.has(tree, "overridden", "info")

    def test_good_line_in_a_file_of_another_name_while_a_bad_one_wins(self):
        tree = debian(tree={SITE: BAD, "/etc/sysctl.d/70-hardening": GOOD})
        self.has(tree, "bad-suffix", "info")

    def test_good_line_masked_while_a_bad_one_wins(self):
        tree = debian(tree={SITE: BAD, "/usr/lib/sysctl.d/70-x.conf": GOOD,
                            "/etc/sysctl.d/70-x.conf": ""})
        self.has(tree, "masked", "info")

    def test_vendor_file_alone_under_stig(self):
        _, js = self.audit(debian(tree={VENDOR: GOOD}), "--policy", "stig", code=1)
        self.assertEqual(ids(js, "fail"), ["not-persisted"])
        self.assertIn("vendor", js["summary"])

    def test_weaker_vendor_line_is_told_with_its_package(self):
        _, js = self.audit(rhel(**OWN), code=0)
        self.assertEqual(ids(js), ["weaker-line"])

    def test_today_differs_by_run(self):
        tree = debian(tree={**OWN, "/run/sysctl.d/90-x.conf": BAD, "/etc/sysctl.d": Dir()})
        self.has(tree, "volatile", "warn")

    def test_kernel_of_the_root_has_no_yama(self):
        tree = debian(tree={**OWN, "/boot/config-6.1.0-1": "# CONFIG_SECURITY_YAMA is not set\n"
                                                           "CONFIG_SECURITY=y\n"})
        _, js = self.audit(tree, code=1)
        self.assertEqual(ids(js, "fail"), ["runtime-absent"])
        self.assertEqual((js["boot"]["value"], js["boot"]["effective"]), ("1", False))


if __name__ == "__main__":
    unittest.main()
