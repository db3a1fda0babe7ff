#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Screens of audit and resolve on a live system: fixtures as the root of the running kernel, in private
namespaces. Needs root. Runs the unprivileged cases too, and then counts the enum values of the
schemas: one that was never emitted fails."""

import json
import os
import re
import subprocess
import sys
import unittest

import harness
import test_bad_input
import test_boot
import test_loaders
import test_records
import test_screens
import test_waivers
from fixture import Dir, File, Link, Root, alpine, debian, no_systemd, rhel
from harness import missing_enums
from live import LiveCase
from test_screens import KEY, OWN, SITE, VENDOR, ids, later_vendor_file, ufw

RELEASE = "6.1.0-28-amd64"
SYSTEMD = {"release": RELEASE,
           "proc_files": {"1/comm": "systemd\n", "cmdline": "root=/dev/sda1 ro quiet\n"}}
NO_YAMA_CONFIG = "CONFIG_SECURITY=y\n# CONFIG_SECURITY_YAMA is not set\n" \
                 'CONFIG_LSM="landlock,lockdown,yama,integrity,apparmor,bpf"\n'
YAMA_CONFIG = NO_YAMA_CONFIG.replace("# CONFIG_SECURITY_YAMA is not set", "CONFIG_SECURITY_YAMA=y")


def live(tree):
    """Booted with systemd, on a kernel that was built with Yama."""
    return {**tree, "/run/systemd/system": Dir(), "/boot/config-" + RELEASE: YAMA_CONFIG,
            "/etc/passwd": "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n"}


class Live(LiveCase):
    def test_compliant(self):
        text, js = self.live_audit(live(debian(tree=OWN)), code=0, level=1, **SYSTEMD)
        self.check_screen("audit-compliant", text)
        self.assertEqual(js["runtime"], {"state": "set", "value": "1", "level": 1})
        self.assertEqual(js["subject"], {"kind": "live", "path": "/", "recorded": None})
        self.assertEqual(js["host"]["kernel"], RELEASE)

    def test_unmodelled_writers_are_looked_for_in_full(self):
        tree = live(debian(tree={**OWN, "/etc/rc.local": "sysctl -w %s=0\n" % KEY}))
        for args, code in (((), 0), (("--json",), 0), (("--fail-on", "warn"), 1)):
            with self.subTest(args=args):
                r = self.live_run(tree, ("audit", "--no-config") + args, level=1, **SYSTEMD)
                self.assertEqual(r.code, code, r.text)
                self.assertEqual("unmodelled-writer" in r.text, bool(args))

    def test_weaker_vendor_line(self):
        tree = live(rhel(**OWN))
        text, _ = self.live_audit(tree, code=0, level=1, **SYSTEMD)
        self.check_screen("audit-weaker-vendor-line", text)

    def test_verbose(self):
        r = self.live_run(live(debian(tree=OWN)), ("audit", "--no-config", "-v"), level=1, **SYSTEMD)
        text = re.sub(r"Checked .*\n(           .*\n)*", "Checked  WHEN AND WHO\n", r.text)
        text = re.sub(r", up [0-9a-z ]*\n", ", up LONG\n", text)
        self.check_screen("audit-verbose", text)

    def test_later_vendor_file(self):
        text, js = self.live_audit(live(later_vendor_file()), code=1, level=1, hostname="db-11",
                                   **SYSTEMD)
        self.check_screen("audit-later-vendor-file", text)
        self.assertEqual(ids(js), ["boot-not-restricted", "now-differs"])

    def test_not_read(self):
        tree = debian("13", tree={"/etc/sysctl.conf": "#\n" * 11 + KEY + " = 1\n"})
        text, js = self.live_audit(live(tree), code=1, level=1, hostname="app-02", **SYSTEMD)
        self.check_screen("audit-not-read", text)
        self.assertEqual(ids(js, "fail"), ["not-read"])

    def test_two_loaders_disagree(self):
        text, _ = self.live_audit(live(ufw()), code=1, level=0, **SYSTEMD)
        self.check_screen("audit-ufw", text)

    def test_level_three_is_locked(self):
        text, js = self.live_audit(live(debian(tree={SITE: KEY + " = 3\n"})), code=0, level=3,
                                   **SYSTEMD)
        self.check_screen("audit-locked", text)
        self.assertIn("locked", ids(js))

    def test_zero_now(self):
        text, js = self.live_audit(live(debian(tree=OWN)), code=1, level=0, **SYSTEMD)
        self.check_screen("audit-zero-now", text)
        self.assertIn("runtime-not-restricted", ids(js, "fail"))

    def test_one_now_and_nothing_written(self):
        text, js = self.live_audit(live(debian()), code=1, level=1, **SYSTEMD)
        self.check_screen("audit-not-written", text)
        self.assertEqual(ids(js, "fail"), ["not-persisted"])

    def test_waived(self):
        """A file of the site's, and one failure: the kernel holds what the next boot sets."""
        tree = live(debian(tree={**test_waivers.RR, "/etc/ptscope/waivers.conf":
                                 "# Agreed in SEC-1234.\n\n" + test_waivers.waiver()}))
        r = self.live_run(tree, ("audit",), level=0, hostname="build-4", **SYSTEMD)
        self.assertEqual((r.code, r.err), (0, b""))
        self.check_screen("audit-waived", r.text, test_waivers.SETTLED)
        js = self.parse(self.live_run(tree, ("audit", "--json"), level=0, hostname="build-4",
                                      **SYSTEMD).out)[0]
        self.assertEqual(js["verdicts"], {"now": "waived", "boot": "waived"})
        self.assertEqual(ids(js, "waived"), ["runtime-not-restricted", "boot-not-restricted"])
        for option in ("--no-waivers", "--no-config"):
            r = self.live_run(tree, ("audit", option), level=0, hostname="build-4", **SYSTEMD)
            self.assertEqual(r.code, 1)

    def test_a_policy_of_the_site(self):
        tree = live(debian(tree={**OWN, "/etc/ptscope/policy.conf": "[Policy]\nName=ours\nAllow=2,3\n",
                                 "/etc/ptscope/lax.conf": "[Policy]\nAllow=0,1\n"}))
        r = self.live_run(tree, ("audit",), level=1, **SYSTEMD)
        self.assertEqual(r.code, 1)
        self.check_screen("audit-site-policy", r.text, [(RELEASE, "RELEASE")])
        for args, code in ((("--no-config",), 0), (("--policy", "cis"), 0), (("--policy", "lax"), 0)):
            self.assertEqual(self.live_run(tree, ("audit",) + args, level=1, **SYSTEMD).code, code, args)

    def test_other_restrictions_are_named(self):
        tree = live(debian(tree=OWN))
        tree["/sys/module/apparmor/parameters/enabled"] = "Y\n"
        _, js = self.live_audit(tree, code=1, level=0, **SYSTEMD)
        self.assertIn("other-lsm", ids(js, "info"))

    def test_only_now_and_only_boot(self):
        text, js = self.live_audit(live(debian()), "--only", "now", code=0, level=1, **SYSTEMD)
        self.check_screen("audit-only-now", text)
        self.assertEqual(js["boot"]["state"], "skipped")
        self.live_audit(live(debian(tree=OWN)), "--only", "boot", code=0, level=0, **SYSTEMD)

    def test_values_that_no_yama_shows(self):
        for level, state in ((7, "out-of-range"), ("malformed", "malformed"),
                             ("unreadable", "unreadable")):
            with self.subTest(level=level):
                _, js = self.live_audit(live(debian(tree=OWN)), level=level, **SYSTEMD)
                self.assertEqual(js["runtime"]["state"], state)
                self.assertNotEqual(js["verdict"], "pass")

    def test_probe(self):
        """The level is the fixture's; what is tried is this kernel, which grants what 3 denies."""
        text, js = self.live_audit(live(debian(tree={SITE: KEY + " = 3\n"})), "--probe", code=1, level=3,
                                   **SYSTEMD)
        self.assertIn("The kernel says 3, and grants what 3 denies.", text)
        self.assertIn("ptscope probe -v", text)
        self.assertEqual(ids(js, "fail"), ["probe-differs"])
        self.assertGreater(js["probe"]["allows_more"], 0)
        self.assertEqual(js["verdicts"], {"now": "fail", "boot": "pass"})
        r = self.live_run(live(debian(tree=OWN)), ("audit", "--no-config", "-v", "--probe"), level=1, **SYSTEMD)
        self.assertIn("\n  Probe    behaves like ", r.text)

    def test_nagios(self):
        r = self.live_run(live(later_vendor_file()), ("audit", "--no-config", "--format", "nagios"),
                          level=1, **SYSTEMD)
        self.assertEqual(r.code, 2)
        self.check_screen("nagios-live", r.text)

    def test_resolve(self):
        r = self.live_run(live(test_screens.resolve_tree()), ("resolve",), level=3, **SYSTEMD)
        self.check_screen("resolve-live", r.text)


class NoYama(LiveCase):
    """/proc/sys is there and has no kernel/yama."""

    def audit_no_yama(self, tree, name, **spec):
        spec.setdefault("level", "absent")
        text, js = self.live_audit(tree, code=1, hostname="vm-7", **spec)
        self.check_screen(name, text)
        self.assertEqual(ids(js, "fail"), ["runtime-absent"])
        self.assertEqual(js["runtime"]["state"], "absent")
        self.assertIs(js["boot"]["effective"], False)
        return js

    def test_not_built_in(self):
        tree = live(debian(hostname="vm-7"))
        tree["/boot/config-" + RELEASE] = NO_YAMA_CONFIG + "CONFIG_BPF_LSM=y\n"
        self.audit_no_yama(tree, "audit-no-yama-not-built", **SYSTEMD)

    def test_the_guard_is_no_way_out_without_bpf(self):
        tree = live(debian(hostname="vm-7"))
        tree["/boot/config-" + RELEASE] = NO_YAMA_CONFIG + "CONFIG_BPF_LSM=y\n"
        tree["/sys/kernel/security/lsm"] = "capability,landlock"
        text, _ = self.live_audit(tree, code=1, hostname="vm-7", level="absent", **SYSTEMD)
        self.assertIn("\n  boot with lsm=capability,landlock,bpf, then: ptscope guard check\n", text)

    def test_not_built_in_and_a_line_that_does_nothing(self):
        tree = live(debian(tree=OWN, hostname="vm-7"))
        tree["/boot/config-" + RELEASE] = NO_YAMA_CONFIG
        js = self.audit_no_yama(tree, "audit-no-yama-line", **SYSTEMD)
        self.assertEqual(js["boot"]["value"], "1")

    def test_not_switched_on(self):
        lsm = "lsm=landlock,lockdown,integrity,apparmor,bpf"
        tree = live(debian(hostname="vm-7"))
        tree["/etc/default/grub"] = "GRUB_DEFAULT=0\n" * 9 + 'GRUB_CMDLINE_LINUX="%s"\n' % lsm
        tree["/sys/kernel/security/lsm"] = "capability,landlock,lockdown,apparmor,bpf"
        self.audit_no_yama(tree, "audit-no-yama-not-switched-on", release=RELEASE, proc_files={
            "1/comm": "systemd\n", "cmdline": "root=/dev/sda1 %s\n" % lsm})


class NotVisible(LiveCase):
    def test_proc_is_not_mounted(self):
        text, js = self.live_audit(debian(tree=OWN, hostname="build"), code=3, proc="none",
                                   hostname="build-chroot")
        self.check_screen("audit-no-proc", text)
        self.assertIn("runtime-not-visible", ids(js, "unknown"))

    def test_something_else_is_at_proc(self):
        text, js = self.live_audit(debian(tree=OWN, hostname="build"), code=3, proc="tmpfs",
                                   hostname="build-chroot")
        self.check_screen("audit-false-proc", text)
        self.assertEqual(js["runtime"]["level"], None)

    def test_a_violation_in_the_files_is_still_one(self):
        self.live_audit(later_vendor_file(), "--only", "boot", code=1, proc="none")


class Journal(LiveCase):
    def test_interrupted_fix(self):
        """The journal knows a root by its device and inode."""
        with Root(live(debian(tree=OWN))) as root:
            st = os.stat(root)
            key = "%x:%x-%d" % (os.major(st.st_dev), os.minor(st.st_dev), st.st_ino)
            folder = root + "/var/lib/ptscope/journal/" + key
            os.makedirs(folder)
            os.chmod(folder, 0o700)
            for name in ("20261123-1.done", "20261124-1.begun"):
                with open(os.path.join(folder, name), "w", encoding="ascii"):
                    pass
            spec = {"root": root, "level": 1, **SYSTEMD}
            js = subprocess.run([sys.executable, os.path.join(harness.HERE, "live.py"), json.dumps(spec), harness.PTSCOPE,
                                 "audit", "--no-config", "--json"], capture_output=True, check=True,
                                env=dict(harness.CLEAN, PTSCOPE=harness.PTSCOPE))
        report = self.parse(js.stdout, "ptscope.audit/1")[0]
        found = [f for f in report["findings"] if f["id"] == "interrupted-fix"]
        self.assertEqual([f["severity"] for f in found], ["warn"])
        self.assertIn("ptscope rollback 20261124-1", found[0]["remedy"])
        self.assertEqual(report["verdict"], "pass")


class Containers(LiveCase):
    def signs(self, text):
        """The signs without the cgroup, which is that of the tests."""
        self.assertIn("pid namespace is not the first", text)
        return re.sub(r"\(pid namespace is not the first.*?\)\n", "(SIGNS)\n", text, flags=re.DOTALL)

    def test_in_a_container(self):
        text, js = self.live_audit(live(debian(tree=OWN)), code=3, hostname="api-7f9c", proc="own",
                                   pid_namespace=True, level=1)
        self.check_screen("audit-container", self.signs(text))
        self.assertIn("container", ids(js))
        self.assertEqual(js["verdicts"]["now"], "pass")
        self.assertEqual(js["boot"]["state"], "unknown")

    def test_in_a_container_with_zero_now(self):
        text, _ = self.live_audit(live(debian(tree=OWN)), code=1, hostname="api-7f9c", proc="own",
                                  pid_namespace=True, level=0)
        self.check_screen("audit-container-zero", self.signs(text))

    def host_tree(self):
        pod = debian(hostname="pod", tree={})
        host = debian(hostname="node-12", tree={
            "/etc/sysctl.d/90-hardening.conf": "#\n#\n#\n" + KEY + " = 1\n",
            "/usr/lib/modules/%s/modules.dep" % os.uname().release: ""})
        tree = {"/host" + k: v for k, v in host.items()}
        tree.update(pod)
        return tree

    def test_the_host_from_a_pod(self):
        text, js = self.live_audit(self.host_tree(), "--root", "/host", "--live", code=0, level=1,
                                   proc="own", pid_namespace=True, hostname="pod")
        self.check_screen("audit-host-from-pod", text)
        self.assertEqual(js["subject"], {"kind": "live", "path": "/host", "recorded": None})
        self.assertEqual(js["host"]["name"], "node-12")

    def test_the_host_from_a_pod_on_the_callers_word(self):
        tree = {k: v for k, v in self.host_tree().items() if "/modules/" not in k}
        text, _ = self.live_audit(tree, "--root", "/host", "--live", code=0, level=1, proc="own",
                                  pid_namespace=True, hostname="pod")
        self.check_screen("audit-host-on-your-word", text)

    def test_signs_that_disagree(self):
        tree = live(debian(tree={**OWN, "/.dockerenv": ""}))
        text, js = self.live_audit(tree, code=0, level=1, **SYSTEMD)
        self.check_screen("audit-may-be-a-container", text)
        self.assertEqual([f["severity"] for f in js["findings"] if f["id"] == "container"], ["info"])


class Unprivileged(LiveCase):
    def test_it_matters(self):
        tree = live(debian(tree={**OWN, "/etc/sysctl.d/90-site.conf": File(b"x\n", 0o600)}))
        text, _ = self.live_audit(tree, code=3, level=1, uid=1000, **SYSTEMD)
        self.check_screen("audit-unprivileged-matters", text)

    def test_it_does_not(self):
        tree = live(debian(tree={**OWN, "/etc/sysctl.d/20-site.conf": File(b"x\n", 0o600),
                                 "/boot/grub/grub.cfg": File(b"linux /vmlinuz\n", 0o600)}))
        text, _ = self.live_audit(tree, code=0, level=1, uid=1000, **SYSTEMD)
        self.check_screen("audit-unprivileged-harmless", text)


# (schema, value): why nothing emits it
EXCEPTIONS = {
    ("ptscope.resolve/1", "later-loader"): "each loader stands for itself in the JSON of resolve",
}


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("needs root")
        sys.exit(77)
    suite = unittest.TestSuite()
    for module in (sys.modules["__main__"], test_screens, test_loaders, test_boot,
                   test_bad_input, test_waivers, test_records):
        suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    missing = missing_enums(EXCEPTIONS)
    for line in missing:
        print("never emitted:", line)
    print("enum values emitted: %d of %d, %d excepted" % (
        len(harness.COVERAGE.wanted & harness.COVERAGE.seen), len(harness.COVERAGE.wanted),
        len(EXCEPTIONS)))
    sys.exit(0 if result.wasSuccessful() and not missing else 1)
