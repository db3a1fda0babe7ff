#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Screens and JSON of audit and resolve on roots that do not run. Needs no privileges."""

import hashlib
import os
import re

import jsonschema

import harness
from fixture import Dir, File, Link, UFW_SERVICE, Root, alpine, debian, no_systemd, rhel
from harness import Case, run

KEY = "kernel.yama.ptrace_scope"
SITE = "/etc/sysctl.d/60-kernel_sysctl.conf"
OWN = {SITE: "# site\n\n%s = 1\n" % KEY}
VENDOR = "/usr/lib/sysctl.d/99-yama-ptrace.conf"


def ids(report, severity=None):
    return [f["id"] for f in report["findings"] if severity in (None, f["severity"])]


def later_vendor_file():
    return debian(hostname="db-11", tree={
        **OWN, VENDOR: "# for our debugger\n%s = 0\n" % KEY,
    }, packages=[("acme-debug-tools", "1.4-2", [VENDOR])])


def ufw(enabled=True, value="0"):
    return debian(tree={
        **OWN,
        "/etc/ufw/sysctl.conf": "#\n" * 8 + "kernel/yama/ptrace_scope = %s\n" % value,
        "/etc/default/ufw": "IPT_SYSCTL=/etc/ufw/sysctl.conf\n",
        "/etc/ufw/ufw.conf": "ENABLED=%s\n" % ("yes" if enabled else "no"),
        "/usr/sbin/ufw": File(b"#!/usr/bin/python3\n", 0o755),
        "/usr/lib/ufw/ufw-init": File(b"#!/bin/sh\n", 0o755),
        "/usr/lib/systemd/system/ufw.service": UFW_SERVICE,
        "/etc/systemd/system/multi-user.target.wants/ufw.service":
            Link("/usr/lib/systemd/system/ufw.service"),
    }, packages=[("ufw", "0.36.2-1", ["/usr/sbin/ufw"])])


class Audit(Case):
    def test_compliant(self):
        text, js = self.audit(debian(tree=OWN), code=0)
        self.check_screen("audit-root-compliant", text)
        self.assertEqual(js["verdict"], "pass")
        self.assertEqual(js["verdicts"], {"now": "skipped", "boot": "pass"})
        self.assertEqual(js["boot"]["set_by"], {"loader": "systemd-sysctl", "path": SITE, "line": 3})
        self.assertEqual(js["findings"], [])
        self.assertEqual(js["host"]["os_version"], "12")
        self.assertEqual([f["path"] for f in js["files"]], [SITE])

    def test_weaker_vendor_line_that_loses(self):
        tree = rhel(**{SITE: "# site\n\n%s = 1\n" % KEY})
        text, js = self.audit(tree, code=0)
        self.check_screen("audit-root-weaker-vendor-line", text)
        self.assertEqual(ids(js), ["weaker-line"])

    def test_a_weaker_vendor_line_is_allowed_by_strict_files(self):
        tree = rhel(**{SITE: "%s = 1\n" % KEY})
        _, js = self.audit(tree, "--strict-files", code=0)
        self.assertEqual(js["verdict"], "pass")

    def test_a_weaker_line_of_the_administrator_fails_with_strict_files(self):
        tree = debian(tree={**OWN, "/etc/sysctl.d/20-old.conf": "%s = 0\n" % KEY})
        _, js = self.audit(tree, code=0)
        self.assertEqual(js["policy"]["strict_files"], False)
        text, js = self.audit(tree, "--strict-files", code=1)
        self.check_screen("audit-root-strict-files", text)
        self.assertEqual(ids(js, "fail"), ["weaker-line"])

    def test_later_vendor_file(self):
        text, js = self.audit(later_vendor_file(), code=1)
        self.check_screen("audit-root-later-vendor-file", text)
        self.assertEqual(ids(js, "fail"), ["boot-not-restricted"])
        failing = js["findings"][0]
        self.assertEqual(failing["evidence"][0]["package"], "acme-debug-tools 1.4-2")
        self.assertTrue(any(b.startswith("overridden") for b in failing["because"]))

    def test_written_where_nothing_reads(self):
        tree = debian("13", "app-02", tree={"/etc/sysctl.conf": "#\n" * 11 + KEY + " = 1\n"})
        text, js = self.audit(tree, code=1)
        self.check_screen("audit-root-not-read", text)
        self.assertEqual(ids(js, "fail"), ["not-read"])
        self.assertEqual(js["boot"]["state"], "unset")

    def test_two_loaders_disagree(self):
        text, js = self.audit(ufw(), code=1)
        self.check_screen("audit-root-ufw", text)
        self.assertEqual(js["boot"]["set_by"]["loader"], "ufw")

    def test_ufw_that_is_not_enabled_does_not_count(self):
        _, js = self.audit(ufw(enabled=False), code=0)
        self.assertEqual(js["boot"]["set_by"]["loader"], "systemd-sysctl")

    def test_a_later_loader_repairs_an_earlier_value(self):
        tree = ufw(value="1")
        tree[SITE] = "%s = 0\n" % KEY
        _, js = self.audit(tree, code=0)
        self.assertIn("weak-window", ids(js))

    def test_nothing_sets_it(self):
        text, js = self.audit(debian(), code=1)
        self.check_screen("audit-root-not-persisted", text)
        self.assertEqual(ids(js, "fail"), ["not-persisted"])

    def test_name_without_the_suffix(self):
        text, js = self.audit(debian(tree={"/etc/sysctl.d/70-hardening": KEY + " = 1\n"}), code=1)
        self.check_screen("audit-root-bad-suffix", text)
        self.assertIn("bad-suffix", str(js["findings"]))

    def test_masked_file(self):
        tree = debian(tree={"/usr/lib/sysctl.d/50-ptrace.conf": KEY + " = 1\n",
                            "/etc/sysctl.d/50-ptrace.conf": Link("/dev/null")})
        text, js = self.audit(tree, code=1)
        self.check_screen("audit-root-masked", text)
        self.assertIn("masked", str(js["findings"]))

    def test_value_that_the_kernel_refuses(self):
        for value, finding in (("1e0", "malformed"), ("4", "out-of-range"), ("+1", "malformed"),
                               ("", "malformed"), ("-1", "out-of-range"), ("yes", "malformed")):
            tree = debian(tree={**OWN, "/etc/sysctl.d/70-x.conf": "%s = %s\n" % (KEY, value)})
            with self.subTest(value=value):
                _, js = self.audit(tree, code=1)
                self.assertIn(finding, str(js["findings"]))
                self.assertEqual(js["boot"]["state"], "unset")

    def test_a_bad_line_that_is_overridden(self):
        for value, finding in (("1#c", "malformed"), ("4", "out-of-range")):
            tree = debian(tree={**OWN, "/etc/sysctl.d/20-x.conf": "%s = %s\n" % (KEY, value)})
            with self.subTest(value=value):
                _, js = self.audit(tree, code=0)
                self.assertEqual(ids(js, "warn"), [finding])

    def test_a_stronger_line_that_is_overridden(self):
        tree = debian(tree={**OWN, "/etc/sysctl.d/20-x.conf": KEY + " = 2\n"})
        text, js = self.audit(tree, code=0)
        self.check_screen("audit-root-overridden", text)
        self.assertEqual(ids(js), ["overridden"])

    def test_good_lines_in_files_that_do_not_count(self):
        tree = later_vendor_file()
        tree.update({"/etc/sysctl.d/99-zz": KEY + " = 1\n",
                     "/usr/lib/sysctl.d/99-zzz.conf": KEY + " = 1\n",
                     "/etc/sysctl.d/99-zzz.conf": Link("/dev/null")})
        text, js = self.audit(tree, code=1)
        self.check_screen("audit-root-lines-that-do-not-count", text)
        self.assertEqual(sorted(ids(js, "info")), ["bad-suffix", "masked"])

    def test_value_in_another_form(self):
        for value in ("01", "0x1", " 1 ", "1 2", "1 # c"):
            tree = debian(tree={SITE: "%s = %s\n" % (KEY, value)})
            with self.subTest(value=value):
                _, js = self.audit(tree, code=0)
                self.assertEqual(js["boot"]["level"], 1)
                self.assertEqual(js["boot"]["value"], value.strip())

    def test_malformed_value_screen(self):
        tree = debian(tree={**OWN, "/etc/sysctl.d/70-x.conf": "%s = 1#c\n" % KEY})
        text, _ = self.audit(tree, code=1)
        self.check_screen("audit-root-malformed", text)

    def test_only_under_run(self):
        tree = debian(tree={"/run/sysctl.d/50-x.conf": KEY + " = 1\n"})
        text, js = self.audit(tree, code=1)
        self.check_screen("audit-root-volatile", text)
        self.assertIn("volatile", str(js["findings"]))

    def test_level_three(self):
        text, _ = self.audit(debian(tree={SITE: KEY + " = 3\n"}), code=0)
        self.assertIn("3 no-attach", text)

    def test_unmodelled_writer(self):
        tree = debian(tree={**OWN, "/etc/rc.local": File(
            b"#!/bin/sh\nsysctl -w kernel.yama.ptrace_scope=0\n", 0o755)})
        text, js = self.audit(tree, "--fail-on", "warn")
        self.assertIn("unmodelled-writer", ids(js))
        self.check_screen("audit-root-unmodelled-writer", text)

    def writers(self, tree):
        _, js = self.audit(debian(tree={**OWN, **tree}), code=0)
        return [e["path"] for f in js["findings"] if f["id"] == "unmodelled-writer"
                for e in f["evidence"]]

    def test_every_kind_of_unmodelled_writer(self):
        line = "sysctl -w kernel.yama.ptrace_scope=0\n"
        for path in ("/etc/rc.local", "/etc/init.d/site", "/etc/local.d/x.start", "/etc/crontab",
                     "/etc/cron.d/site", "/var/spool/cron/crontabs/root",
                     "/etc/systemd/system/site.service",
                     "/etc/systemd/system/sshd.service.d/site.conf",
                     "/usr/lib/udev/rules.d/99-site.rules", "/etc/tmpfiles.d/site.conf",
                     "/etc/cloud/cloud.cfg.d/99.cfg", "/etc/initramfs-tools/scripts/init-bottom/site",
                     "/etc/dracut.conf.d/x.conf", "/etc/credstore/sysctl.extra",
                     "/etc/NetworkManager/dispatcher.d/site"):
            with self.subTest(path=path):
                self.assertEqual(self.writers({path: line}), [path])
                self.assertEqual(self.writers({path: "# " + line}), [])
        self.assertEqual(self.writers({"/etc/systemd/system/site.service.bak": line}), [])

    def test_credentials_that_cannot_be_read(self):
        for path in ("/etc/credstore.encrypted/sysctl.extra",
                     "/boot/efi/loader/credentials/sysctl.extra.cred"):
            self.assertEqual(self.writers({path: "\1\2"}), [path])
        entry = {"/boot/loader/entries/a.conf":
                 "options ro systemd.set_credential=sysctl.extra:kernel.yama.ptrace_scope=0\n"}
        self.assertEqual(self.writers(entry), list(entry))

    def test_no_known_loader(self):
        tree = no_systemd(debian(tree=OWN))
        text, js = self.audit(tree, code=3)
        self.check_screen("audit-root-no-known-loader", text)
        self.assertEqual(ids(js, "unknown"), ["no-known-loader"])

    def test_alpine(self):
        _, js = self.audit(alpine(**{"/etc/sysctl.d/60-x.conf": KEY + "=1\n"}), code=0)
        self.assertEqual(js["boot"]["set_by"]["loader"], "alpine")

    def test_command_line_is_not_a_file(self):
        tree = debian(tree={"/etc/default/grub": 'GRUB_CMDLINE_LINUX="sysctl.%s=1"\n' % KEY,
                            "/etc/kernel/cmdline": "root=/dev/sda1 sysctl.%s=1\n" % KEY})
        _, js = self.audit(tree)
        self.assertIn(js["boot"]["set_by"] and js["boot"]["set_by"]["loader"], (None, "cmdline"))

    def test_several_subjects(self):
        with Root(debian(tree=OWN)) as good, Root(debian()) as bad:
            js = run("audit", "--no-config", "--json", good, bad, "/nonexistent-root")
            self.assertEqual(js.code, 2)
            self.assertEqual([v["schema"] for v in self.parse(js.out)],
                             ["ptscope.audit/1", "ptscope.audit/1", "ptscope.error/1"])
            self.assertEqual(run("audit", "--no-config", good, good).code, 0)
            self.assertEqual(run("audit", "--no-config", good, bad).code, 1)
            with Root(no_systemd(debian(tree=OWN))) as doubt:
                self.assertEqual(run("audit", "--no-config", good, doubt).code, 3)
                self.assertEqual(run("audit", "--no-config", bad, doubt).code, 1)

    def test_only_now_of_a_directory_is_an_error(self):
        with Root(debian(tree=OWN)) as root:
            r = run("audit", "--root", root, "--only", "now")
        self.assertEqual(r.code, 2)
        self.assertIn("--live", r.error)

    def test_live_of_another_kernel_is_an_error(self):
        tree = debian(tree={**OWN, "/usr/lib/modules/1.2.3-other/modules.dep": ""})
        with Root(tree) as root:
            r = run("audit", "--root", root, "--live")
        self.assertEqual(r.code, 2)
        self.assertIn("modules of other kernels", r.error)

    def test_host_id_is_not_the_machine_id(self):
        _, js = self.audit(debian(tree=OWN))
        self.assertRegex(js["host"]["id"], "^[0-9a-f]{32}$")
        self.assertNotIn("0123456789abcdef", str(js))
        _, other = self.audit(debian(tree={**OWN, "/etc/machine-id": "uninitialized\n"}))
        self.assertIsNone(other["host"]["id"])

    def test_fingerprints_are_stable(self):
        prints = []
        for comment in ("# one\n", "# two\n"):
            tree = later_vendor_file()
            tree[VENDOR] = comment + KEY + " = 0\n"
            prints.append([f["fingerprint"] for f in self.audit(tree)[1]["findings"]])
        self.assertEqual(prints[0], prints[1])
        self.assertEqual(len(set(prints[0])), len(prints[0]))

    def test_files_with_their_hashes(self):
        _, js = self.audit(debian(tree={SITE: File(b"kernel.yama.ptrace_scope = 1\n", 0o640)}))
        self.assertEqual(js["files"][0]["mode"], "0640")
        self.assertEqual(js["files"][0]["uid"], os.geteuid())
        self.assertEqual(js["files"][0]["sha256"],
                         hashlib.sha256(b"kernel.yama.ptrace_scope = 1\n").hexdigest())

    def test_verbose(self):
        with Root(debian(tree=OWN)) as root:
            text = run("audit", "--no-config", "-v", "--root", "root", cwd=os.path.dirname(root)).text
        text = re.sub(r"Checked .*\n(           .*\n)*", "Checked  WHEN AND WHO\n", text)
        self.check_screen("audit-root-verbose", text)

    def test_quiet(self):
        with Root(debian()) as root:
            r = run("audit", "--no-config", "-q", "--root", root)
        self.assertEqual((r.code, r.out, r.err), (1, b"", b""))

    def test_output_file(self):
        with Root(debian(tree=OWN)) as root:
            out = os.path.join(os.path.dirname(root), "report.json")
            r = run("audit", "--no-config", "--json", "-o", out, "--root", root)
            self.assertEqual((r.code, r.out, r.err), (0, b"", b""))
            with open(out, "rb") as f:
                self.parse(f.read(), "ptscope.audit/1")

    def test_colour_only_when_asked(self):
        with Root(later_vendor_file()) as root:
            plain = run("audit", "--no-config", "--root", root).out
            colour = run("audit", "--no-config", "--color=always", "--root", root).out
        self.assertNotIn(b"\x1b", plain)
        self.assertIn(b"\x1b[", colour)
        self.assertEqual(re.sub(rb"\x1b\[[0-9;]*m", b"", colour), plain)


class Policies(Case):
    def test_each_built_in_policy(self):
        for policy, level, code in (("cis", 1, 0), ("cis", 0, 1), ("stig", 1, 0), ("stig", 2, 1),
                                    ("workstation", 2, 0), ("workstation", 3, 1), ("server", 1, 1),
                                    ("server", 3, 0), ("locked", 2, 1), ("locked", 3, 0)):
            tree = debian(tree={SITE: "%s = %d\n" % (KEY, level)})
            with self.subTest(policy=policy, level=level):
                _, js = self.audit(tree, "--policy", policy, code=code)
                self.assertEqual(js["policy"]["name"], policy)

    def test_a_stricter_policy_says_that_cis_passes(self):
        text, _ = self.audit(debian(tree=OWN), "--policy", "server", code=1)
        self.check_screen("audit-root-policy-server", text)

    def test_a_looser_policy_says_that_it_is_not_cis(self):
        text, js = self.audit(debian(tree={SITE: KEY + " = 0\n"}), "--allow", "0,1", code=0)
        self.assertIn("not CIS 1.5.2", text)
        self.assertEqual(js["policy"]["allow"], [0, 1])

    def test_a_vendor_line_alone_is_not_enough_for_stig(self):
        tree = debian(tree={"/usr/lib/sysctl.d/50-x.conf": KEY + " = 1\n"})
        self.audit(tree, code=0)
        text, _ = self.audit(tree, "--policy", "stig", code=1)
        self.check_screen("audit-root-vendor-line-alone", text)

    def test_unknown_policy(self):
        r = run("audit", "--policy", "nonsense")
        self.assertEqual(r.code, 2)
        self.assertIn("nonsense", r.error)

    def test_bad_lists_and_words(self):
        for args in (("--allow", ""), ("--allow", "4"), ("--allow", "1,"), ("--fail-on", "maybe"),
                     ("--root", "/", "/"), ("--live", "/a", "/b")):
            with self.subTest(args=args):
                r = run("audit", *args)
                self.assertEqual(r.code, 2)
                self.assertIn("error", r.error)

    def test_policy_file(self):
        with Root({"/site.conf": "[Policy]\nName=site\nBase=cis\nAllow=2,3\n"}) as top, \
                Root(debian(tree=OWN)) as root:
            r = run("audit", "--json", "--root", root, "--policy", top + "/site.conf")
        value = self.parse(r.out)[0]
        self.assertEqual(value["schema"], "ptscope.audit/1", r.error)
        self.assertEqual((value["policy"]["name"], value["policy"]["allow"], r.code),
                         ("site", [2, 3], 1))

    def test_fail_on(self):
        warned = debian(tree={**OWN, "/etc/rc.local": File(
            b"#!/bin/sh\nsysctl -w kernel.yama.ptrace_scope=1\n", 0o755)})
        doubtful = no_systemd(debian(tree=OWN))
        failing = debian()
        for tree, word, code in ((warned, "unknown", 0), (warned, "warn", 1), (doubtful, "fail", 0),
                                 (doubtful, "unknown", 3), (failing, "fail", 1),
                                 (failing, "never", 0), (doubtful, "never", 0)):
            with self.subTest(word=word, code=code):
                self.audit(tree, "--fail-on", word, code=code)


class Nagios(Case):
    def nagios(self, tree, *args):
        with Root(tree) as root:
            r = run("audit", "--no-config", "--format", "nagios", "--root", "root", *args,
                    cwd=os.path.dirname(root))
        self.assertEqual(r.out.count(b"\n"), 1)
        self.assertEqual(r.err, b"")
        self.assertLessEqual(r.out.count(b"|"), 1)
        return r.code, r.text

    def test_states(self):
        warned = debian(tree={**OWN, "/etc/rc.local": File(
            b"#!/bin/sh\nsysctl -w kernel.yama.ptrace_scope=1\n", 0o755)})
        lines = []
        for tree, args, code in ((debian(tree=OWN), (), 0), (warned, ("--fail-on", "warn"), 1),
                                 (later_vendor_file(), (), 2), (debian(), (), 2),
                                 (no_systemd(debian(tree=OWN)), (), 3)):
            got, text = self.nagios(tree, *args)
            self.assertEqual(got, code, text)
            lines.append(text)
        self.check_screen("nagios", "".join(lines))

    def test_an_error_is_unknown(self):
        r = run("audit", "--format", "nagios", "--root", "/nonexistent-root")
        self.assertEqual(r.code, 3)
        self.assertTrue(r.text.startswith("PTRACE UNKNOWN - /nonexistent-root"))

    def test_a_name_cannot_start_the_performance_data(self):
        tree = debian(tree={"/etc/sysctl.d/60|level=9.conf": KEY + " = 1\n"})
        code, text = self.nagios(tree)
        self.assertEqual(code, 0)
        self.assertEqual(text.count("|"), 1)


def resolve_tree():
    return debian("13", tree={
        "/usr/lib/sysctl.d/10-default-yama-scope.conf": KEY + " = 0\n",
        SITE: "# site\n\n%s = 1\n#\n#\n#\n#\n#\n%s = 2\n" % (KEY, KEY),
        VENDOR: "#\n%s = 0\n" % KEY,
        "/etc/sysctl.d/70-hardening": KEY + " = 1\n",
        "/etc/sysctl.conf": "\n" * 67 + KEY + " = 1\n",
        "/etc/sysctl.d/20-debug.conf": Link("/dev/null"),
        "/usr/lib/sysctl.d/20-debug.conf": KEY + " = 0\n",
        "/etc/sysctl.d/80-typo.conf": "#\n%s 1\n" % KEY,
    })


class Resolve(Case):
    def test_screen(self):
        text, js = self.resolve(resolve_tree(), code=0)
        self.check_screen("resolve", text)
        self.check_width(text)
        loader = js["keys"][0]["loaders"][0]
        self.assertEqual(loader["winner"], {"path": VENDOR, "line": 2, "text": KEY + " = 0"})

    def test_debian_13(self):
        tree = debian("13", tree={**OWN, "/etc/sysctl.conf": "\n" * 67 + KEY + " = 0\n"})
        text, js = self.resolve(tree, code=0)
        self.check_screen("resolve-debian-13", text)
        self.assertEqual({x["name"]: x["level"] for x in js["keys"][0]["loaders"]
                          if x["name"] in ("systemd-sysctl", "procps")},
                         {"systemd-sysctl": 1, "procps": 0})

    def test_two_loaders(self):
        text, _ = self.resolve(ufw(), code=0)
        self.check_screen("resolve-ufw", text)

    def test_all(self):
        text, _ = self.resolve(resolve_tree(), "--all", code=0)
        self.check_screen("resolve-all", text)

    def test_value(self):
        with Root(later_vendor_file()) as root:
            r = run("resolve", "--value", "--root", root)
            self.assertEqual((r.code, r.out, r.err), (0, b"0\n", b""))
        with Root(debian()) as root:
            r = run("resolve", "--value", "--root", root)
            self.assertEqual((r.code, r.out, r.err), (1, b"", b""))

    def test_unset(self):
        text, js = self.resolve(debian(), code=0)
        self.check_screen("resolve-unset", text)
        self.assertEqual(js["keys"][0]["boot"],
                         {"state": "unset", "value": None, "level": None, "set_by": None})

    def test_spellings_of_a_key(self):
        with Root(debian(tree=OWN)) as root:
            for key in (KEY, "kernel/yama/ptrace_scope", "/proc/sys/kernel/yama/ptrace_scope",
                        "kernel.yama.ptrace_scope.", "/kernel/yama/ptrace_scope"):
                with self.subTest(key=key):
                    self.assertEqual(run("resolve", "--value", "--root", root, key).out, b"1\n")
            for key in ("", ".", "//", "a..b/../c", "../../etc/passwd"):
                with self.subTest(key=key):
                    r = run("resolve", "--root", root, key)
                    self.assertEqual(r.code, 2 if key != "a..b/../c" else r.code, r.text)

    def test_any_key_and_patterns(self):
        tree = debian(tree={"/etc/sysctl.d/10-net.conf":
                            "net.ipv4.conf.all.rp_filter = 2\n"
                            "net.ipv4.conf.eth0/1.rp_filter = 1\n"
                            "kernel.core_pattern = |/usr/lib/systemd/systemd-coredump %P\n"})
        text, js = self.resolve(tree, "net.ipv4.conf.*.rp_filter", code=0)
        self.check_screen("resolve-pattern", text)
        self.assertEqual(sorted(k["key"] for k in js["keys"]),
                         ["net.ipv4.conf.all.rp_filter", "net.ipv4.conf.eth0/1.rp_filter"])
        text, js = self.resolve(tree, "kernel.core_pattern", code=0)
        self.check_screen("resolve-other-key", text)
        self.assertIsNone(js["keys"][0]["boot"]["level"])

    def test_loader_that_is_not_there(self):
        text, js = self.resolve(later_vendor_file(), "--loader", "procps@3.3.16", code=0)
        self.check_screen("resolve-loader", text)
        self.assertEqual([x["name"] for x in js["keys"][0]["loaders"]], ["procps"])
        self.assertEqual(js["keys"][0]["loaders"][0]["version_from"], "asked")

    def test_version_by_the_name_of_a_library(self):
        _, js = self.resolve(rhel(**OWN), code=0)
        loader = js["keys"][0]["loaders"][0]
        self.assertEqual((loader["version"], loader["version_from"]), ("252", "binary"))

    def test_unknown_loader(self):
        for loader in ("nonsense", "systemd-sysctl@banana", ""):
            with self.subTest(loader=loader):
                r = run("resolve", "--loader", loader)
                self.assertEqual(r.code, 2)
                self.assertTrue(r.error.startswith("ptscope resolve: error: "), r.error)

    def test_value_and_json_do_not_go_together(self):
        self.assertEqual(run("resolve", "--value", "--json").code, 2)


class Unprivileged(Case):
    """What another user may not read. As root, the runs drop to nobody."""

    def as_user(self, root, *args):
        more = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        return run(*args, "--root", "root", cwd=os.path.dirname(root), **more)

    def screens(self, name, tree, code):
        with Root(tree) as root:
            text = self.as_user(root, "audit", "--no-config")
            js = self.as_user(root, "audit", "--no-config", "--json")
            res = self.as_user(root, "resolve")
            rjs = self.as_user(root, "resolve", "--json")
        self.assertEqual((text.code, js.code), (code, code), text.text + text.error)
        # Names of users differ in length, and so does where the line is broken.
        user = re.compile("\\s+mode 0000, owned by [^;\n]+; you are [^ \n]+")
        self.check_screen("audit-" + name, user.sub("    mode 0000, owned by root; you are USER", text.text))
        self.check_screen("resolve-" + name, res.text)
        self.parse(rjs.out, "ptscope.resolve/1")
        self.assertEqual(res.code, 3 if code == 3 else 0)
        return self.parse(js.out, "ptscope.audit/1")[0]

    def test_a_file_that_could_change_the_answer(self):
        js = self.screens("unreadable-matters", debian(tree={
            **OWN, "/etc/sysctl.d/90-site.conf": File(b"secret\n", 0o000)}), 3)
        self.assertEqual(ids(js, "unknown"), ["unreadable"])
        self.assertEqual(js["boot"]["state"], "unknown")

    def test_a_file_that_could_not(self):
        js = self.screens("unreadable-harmless", debian(tree={
            **OWN, "/etc/sysctl.d/20-site.conf": File(b"secret\n", 0o000)}), 0)
        self.assertEqual(ids(js), ["unreadable"])
        self.assertEqual(js["findings"][0]["severity"], "info")

    def test_a_directory_that_cannot_be_listed(self):
        js = self.screens("unlistable", debian(tree={
            **OWN, "/usr/local/lib/sysctl.d": Dir(0o000)}), 3)
        self.assertEqual(ids(js, "unknown"), ["unreadable"])

    def test_a_violation_is_one_whatever_is_unreadable(self):
        tree = later_vendor_file()
        tree["/etc/sysctl.d/20-site.conf"] = File(b"secret\n", 0o000)
        with Root(tree) as root:
            self.assertEqual(self.as_user(root, "audit", "--no-config").code, 1)


class Schemas(Case):
    """The schemas say what the tables in the sources say."""

    def words(self, path, macro, pattern):
        with open(os.path.join(harness.TOP, "src", path), encoding="utf-8") as f:
            text = f.read()
        text = text[text.index("#define " + macro):]
        return re.findall(pattern, text[:text.index("\n\n")])

    def test_tables(self):
        audit, resolve = harness.SCHEMA["ptscope.audit/1"], harness.SCHEMA["ptscope.resolve/1"]
        findings = self.words("core/audit/findings.h", "FINDINGS", r'X\([A-Z_]+,\s*"([a-z-]+)"')
        self.assertEqual(audit["properties"]["findings"]["items"]["properties"]["id"]["enum"], findings)
        self.assertEqual(audit["properties"]["summary"]["enum"],
                         self.words("core/audit/audit.h", "SUMMARIES", r'X\([A-Z_]+,\s*(?:\\\s*)?"([^"]+)"'))
        loaders = self.words("core/sysctl/loader.h", "LOADERS", r'X\([A-Z_]+, "([a-z-]+)"')
        reasons = self.words("core/sysctl/loader.h", "REASONS", r'X\([A-Z_]+, "([a-z-]*)"')
        for schema in (audit, resolve):
            self.assertIn(loaders, self.enums(schema))
        self.assertIn(reasons, self.enums(resolve))

    def enums(self, node):
        if isinstance(node, list):
            return [e for child in node for e in self.enums(child)]
        if not isinstance(node, dict):
            return []
        return [v for v in (node.get("enum"),) if v] + self.enums(list(node.values()))

    def test_they_are_schemas(self):
        for name, schema in harness.SCHEMA.items():
            with self.subTest(schema=name):
                jsonschema.Draft202012Validator.check_schema(schema)


if __name__ == "__main__":
    harness.main()
