#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which programs count as running at boot, and with which kernel command line: from units, their
drop-ins, masks and conditions, boot scripts and run levels, and from the boot entries of several boot
loaders. Each case changes one thing of a root on which the answer was the other one."""

import struct

import harness
from fixture import File, Link, Root, UFW_SERVICE, alpine, debian, merged_usr, no_systemd
from harness import Case, run

KEY = "kernel.yama.ptrace_scope"
OWN = {"/etc/sysctl.d/60-kernel_sysctl.conf": KEY + " = 1\n"}
UNIT = "systemd-sysctl.service"
ETC = "/etc/systemd/system/"
DROPIN = ETC + UNIT + ".d/10-site.conf"
TUNED_SERVICE = "[Service]\nType=dbus\nExecStart=/usr/sbin/tuned -l -P\n[Install]\nWantedBy=multi-user.target\n"
PROCPS_SCRIPT = File(b"#! /bin/sh -e\n# quiet, all of it\ncase $1 in start) sysctl -q --system || true;; esac\n",
                     0o755)


def pe(cmdline, name=b".cmdline", offset=1024):
    """A unified kernel image, as far as its headers and one section go."""
    dos = b"MZ" + b"\0" * 58 + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 2, 0, 0, 0, 16, 0)
    section = "<8sIIIIIIHHI"
    table = struct.pack(section, b".osrel", 4, 0, 512, 512, 0, 0, 0, 0, 0)
    table += struct.pack(section, name, len(cmdline), 0, 512, offset, 0, 0, 0, 0, 0)
    image = dos + coff + b"\0" * 16 + table
    return File(image.ljust(offset, b"\0") + cmdline.ljust(512, b"\0"))


def uefi_shell():
    return File(b"MZ" + b"\0" * 100)


class Boot(Case):
    def plan(self, tree):
        """Names of the loaders that run at boot, and what audit -v says of all."""
        with Root(tree) as root:
            js = run("resolve", "--json", "--root", root)
            text = run("audit", "--no-config", "-v", "--root", root)
        loaders = self.parse(js.out, "ptscope.resolve/1")[0]["keys"][0]["loaders"]
        return ([x["name"] for x in loaders if x["runs_at_boot"] and x["name"] != "cmdline"],
                " ".join(text.text.split()))

    def check_plan(self, tree, names, *words):
        got, text = self.plan(tree)
        self.assertEqual(got, names, text)
        for w in words:
            self.assertIn(w, text)

    def boot(self, tree, *args):
        """The boot value of the resolver, and the verdict of an audit."""
        with Root(tree) as root:
            js = run("resolve", "--json", "--root", root)
            audit = run("audit", "--no-config", "--json", "--root", root, *args)
        boot = self.parse(js.out, "ptscope.resolve/1")[0]["keys"][0]["boot"]
        self.parse(audit.out, "ptscope.audit/1")
        return boot, audit.code


class Systemd(Boot):
    def dropin(self, text, **more):
        return debian(tree={**OWN, DROPIN: text, **more})

    def test_it_runs(self):
        self.check_plan(debian(tree=OWN), ["systemd-sysctl"], "runs at boot (" + UNIT + ")")

    def test_masks(self):
        for mask in (Link("/dev/null"), "", Link("../../../dev/null")):
            with self.subTest(mask=mask):
                self.check_plan(debian(tree={**OWN, ETC + UNIT: mask}), [], UNIT + " is masked")
        # /run is empty after a reboot.
        self.check_plan(debian(tree={**OWN, "/run/systemd/system/" + UNIT: Link("/dev/null")}),
                        ["systemd-sysctl"])
        # A weaker directory does not mask.
        self.check_plan(debian(tree={**OWN, "/usr/local/lib/systemd/system/" + UNIT: Link("/dev/null")}),
                        [], "is masked")

    def test_mask_names_the_way_out(self):
        tree = debian(tree={**OWN, ETC + UNIT: Link("/dev/null")})
        text, js = self.audit(tree, code=3)
        self.assertIn("systemctl --root=root unmask systemd-sysctl.service", text)
        self.assertEqual([f["id"] for f in js["findings"] if f["severity"] == "unknown"],
                         ["no-known-loader"])

    def test_masked_by_a_boot_entry(self):
        entry = {"/boot/loader/entries/a.conf": "title a\noptions root=/dev/sda1 systemd.mask=%s\n" % UNIT}
        self.check_plan(debian(tree={**OWN, **entry}), [], "masked in /boot/loader/entries/a.conf")

    def test_not_wanted(self):
        tree = debian(tree=OWN)
        del tree["/usr/lib/systemd/system/sysinit.target.wants/" + UNIT]
        self.check_plan(tree, [], UNIT + " is not enabled")
        for place in (ETC + "multi-user.target.wants/", ETC + "sysinit.target.requires/"):
            with self.subTest(place=place):
                self.check_plan({**tree, place + UNIT: Link("/usr/lib/systemd/system/" + UNIT)},
                                ["systemd-sysctl"])

    def test_wanted_by_a_link_to_null(self):
        tree = debian(tree={**OWN, ETC + "sysinit.target.wants/" + UNIT: Link("/dev/null")})
        self.check_plan(tree, [], "not enabled")

    def test_presets_do_not_count(self):
        tree = debian(tree=OWN)
        del tree["/usr/lib/systemd/system/sysinit.target.wants/" + UNIT]
        tree["/usr/lib/systemd/system-preset/90-systemd.preset"] = "enable " + UNIT + "\n"
        self.check_plan(tree, [])

    def test_conditions(self):
        def case(condition, runs, *words, **more):
            with self.subTest(condition=condition):
                tree = self.dropin("[Unit]\n" + condition + "\n", **more)
                self.check_plan(tree, ["systemd-sysctl"] if runs else [], *words)

        case("ConditionPathExists=/etc/sysctl.d", True)
        case("ConditionPathExists=/etc/nope", False, "ConditionPathExists=/etc/nope does not hold")
        case("ConditionPathExists=!/etc/nope", True)
        case("ConditionPathExists=!/etc/sysctl.d", False)
        case("AssertPathExists=/etc/nope", False)
        case("ConditionPathIsReadWrite=/proc/sys", True)
        case("ConditionFileNotEmpty=/etc/empty", False, **{"/etc/empty": ""})
        case("ConditionPathIsDirectory=/etc/hostname", False)
        case("ConditionPathIsSymbolicLink=/bin", True)
        case("ConditionPathExists=|/etc/nope\nConditionPathExists=|/etc/hostname", True)
        case("ConditionPathExists=|/etc/nope\nConditionPathExists=|/etc/nor-this", False)
        case("ConditionPathExists=/etc/nope\nConditionPathExists=", True)
        case("ConditionVirtualization=!container", True, "if ConditionVirtualization=!container")
        case("ConditionPathExists=/run/something", True, "if ConditionPathExists=/run/something")
        # Another section, or a comment, is no condition.
        case("#ConditionPathExists=/etc/nope\n[Service]\nConditionPathExists=/etc/nope", True)
        case("ConditionKernelCommandLine=nosysctl", False,
             **{"/etc/kernel/cmdline": "root=/dev/sda1\n"})
        case("ConditionKernelCommandLine=!nosysctl", False,
             **{"/etc/kernel/cmdline": "root=/dev/sda1 nosysctl\n"})

    def test_what_it_runs(self):
        def case(service, runs):
            with self.subTest(service=service):
                self.check_plan(self.dropin("[Service]\n" + service), ["systemd-sysctl"] if runs else [],
                                *([] if runs else ["runs something else"]))

        case("ExecStart=\nExecStart=/bin/true\n", False)
        case("ExecStart=\n", False)
        case("ExecStart=\nExecStart=/usr/lib/systemd/systemd-sysctl --prefix=net\n", False)
        case("ExecStart=\nExecStart=-/usr/lib/systemd/systemd-sysctl\n", True)
        case("ExecStart=\nExecStart=\\\n  /usr/lib/systemd/systemd-sysctl\n", True)
        case("ExecStartPre=/bin/true\n", True)

    def test_dropins_of_prefix_and_type(self):
        text = "[Unit]\nConditionPathExists=/etc/nope\n"
        for name in ("systemd-.service.d", "service.d"):
            with self.subTest(name=name):
                self.check_plan(debian(tree={**OWN, ETC + name + "/a.conf": text}), [])
        # The stronger of one name replaces the other.
        self.check_plan(debian(tree={**OWN, ETC + UNIT + ".d/a.conf": "",
                                     "/usr/lib/systemd/system/" + UNIT + ".d/a.conf": text}),
                        ["systemd-sysctl"])

    def ufw(self, conf, wanted=True, **more):
        tree = debian(tree={**OWN, "/etc/ufw/ufw.conf": conf, "/etc/default/ufw": "IPT_SYSCTL=/etc/ufw/sysctl.conf\n",
                            "/etc/ufw/sysctl.conf": "kernel/yama/ptrace_scope=2\n",
                            "/usr/lib/systemd/system/ufw.service": UFW_SERVICE, **more})
        if wanted:
            tree[ETC + "multi-user.target.wants/ufw.service"] = Link("/usr/lib/systemd/system/ufw.service")
        return tree

    def test_ufw(self):
        both = ["systemd-sysctl", "ufw"]
        self.check_plan(self.ufw("ENABLED=yes\n"), both)
        self.check_plan(self.ufw("ENABLED=no\nENABLED=yes\n"), both)
        self.check_plan(self.ufw("ENABLED=yes\nENABLED=no\n"), both[:1], "ufw is installed, not enabled")
        self.check_plan(self.ufw("# ENABLED=yes\n"), both[:1])
        self.check_plan(self.ufw("ENABLED=yes\n", wanted=False), both[:1], "ufw.service is not enabled")
        self.check_plan(self.ufw("ENABLED=yes\n", **{ETC + "ufw.service": Link("/dev/null")}), both[:1],
                        "ufw.service is masked")

    def test_tuned(self):
        tree = debian(packages=[("tuned", "2.20.0-1", [])], tree={
            **OWN, "/etc/tuned/active_profile": "mine\n", "/etc/tuned/tuned-main.conf": "reapply_sysctl = 0\n",
            "/etc/tuned/mine/tuned.conf": "[sysctl]\n%s=2\n" % KEY,
            "/usr/lib/systemd/system/tuned.service": TUNED_SERVICE})
        self.check_plan(tree, ["systemd-sysctl"], "tuned.service is not enabled")
        tree[ETC + "multi-user.target.wants/tuned.service"] = Link("/usr/lib/systemd/system/tuned.service")
        self.check_plan(tree, ["systemd-sysctl", "tuned"])
        self.assertEqual(self.boot(tree)[0]["level"], 2)


class Scripts(Boot):
    def sysv(self, **more):
        tree = no_systemd(debian(tree=OWN))
        tree.update({"/usr/sbin/init": File(b"\x7fELF sysvinit", 0o755),
                     "/etc/inittab": "id:2:initdefault:\nsi::sysinit:/etc/init.d/rcS\n",
                     "/etc/init.d/procps": PROCPS_SCRIPT,
                     "/etc/rcS.d/S13procps": Link("../init.d/procps"), **more})
        return tree

    def test_sysv(self):
        self.check_plan(self.sysv(), ["procps"], "/etc/init.d/procps")
        tree = self.sysv()
        del tree["/etc/rcS.d/S13procps"]
        self.check_plan(tree, [], "/etc/init.d/procps is not linked")
        self.check_plan({**tree, "/etc/rcS.d/K13procps": Link("../init.d/procps")}, [])
        self.check_plan({**tree, "/etc/rc2.d/S01procps": Link("../init.d/procps")}, ["procps"])
        self.check_plan(self.sysv(**{"/etc/init.d/procps": File(b"#!/bin/sh\n# sysctl --system\n", 0o755)}),
                        [], "does not run sysctl --system")

    def test_openrc(self):
        self.check_plan(alpine(**OWN), ["alpine"])
        tree = alpine(**OWN)
        del tree["/etc/runlevels/boot/sysctl"]
        self.check_plan(tree, [], "sysctl is in no runlevel")
        upstream = File(b"#!/sbin/openrc-run\nstart() {\n\tsysctl --system\n}\n", 0o755)
        self.check_plan(alpine(**OWN, **{"/etc/init.d/sysctl": upstream}), ["openrc"])
        self.check_plan(alpine(**OWN, **{"/etc/init.d/sysctl": upstream,
                                         "/sbin/sysctl": File(b"\x7fELF procps", 0o755)}), ["procps"])
        self.check_plan(alpine(**OWN, **{"/etc/init.d/sysctl": File(b"#!/bin/sh\necho no\n", 0o755)}), [])

    def test_runit(self):
        tree = {"/etc/runit/1": "#!/bin/sh\n. /etc/runit/core-services/*.sh\n", "/etc/runit/2": "",
                "/sbin/init": Link("runit-init"), "/sbin/runit-init": File(b"\x7fELF", 0o755),
                "/etc/runit/core-services/08-sysctl.sh": "sysctl -p\n", **OWN}
        self.check_plan(tree, ["void"], "08-sysctl.sh")
        del tree["/etc/runit/core-services/08-sysctl.sh"]
        self.check_plan(tree, [])
        tree["/etc/runit/1"] = "#!/bin/sh\nfor s in /etc/rcS.d/S*; do $s start; done\n"
        tree.update({"/etc/init.d/procps": PROCPS_SCRIPT, "/etc/rcS.d/S01procps": Link("../init.d/procps")})
        self.check_plan(tree, ["procps"])

    def busybox(self, inittab, rcs="", **more):
        return {"/bin/busybox": File(b"\x7fELF BusyBox", 0o755), "/sbin/init": Link("/bin/busybox"),
                "/sbin/sysctl": Link("/bin/busybox"), "/etc/inittab": inittab,
                "/etc/init.d/rcS": File(rcs.encode(), 0o755), "/etc/sysctl.conf": KEY + " = 1\n", **more}

    def test_busybox(self):
        for line, runs in (("::sysinit:/sbin/sysctl -p", True), ("::sysinit:/sbin/sysctl -q -p", True),
                           ("::sysinit:/sbin/sysctl -p /etc/sysctl.conf", True),
                           ("#::sysinit:/sbin/sysctl -p", False),
                           ("::sysinit:/sbin/sysctl -p /etc/other.conf", False),
                           ("::sysinit:/sbin/sysctl -w a.b=1", False)):
            with self.subTest(line=line):
                self.check_plan(self.busybox(line + "\n"), ["busybox"] if runs else [])
        self.check_plan(self.busybox("::sysinit:/etc/init.d/rcS\n", "#!/bin/sh\nmount -a\nsysctl -p\n"),
                        ["busybox"], "sysctl -p in /etc/init.d/rcS")
        procps = self.busybox("::sysinit:/sbin/sysctl -p\n", **{"/sbin/sysctl": File(b"\x7fELF", 0o755)})
        self.check_plan(procps, ["procps-p"])

    def test_verdict_of_a_busybox_system(self):
        tree = self.busybox("::sysinit:/sbin/sysctl -p\n")
        self.assertEqual(self.boot(tree)[1], 0)
        tree["/etc/sysctl.conf"] = KEY + " = 4\n" + KEY + " = 1\n"  # busybox dies at the first
        self.assertEqual(self.boot(tree)[1], 1)
        procps = {**self.busybox("::sysinit:/sbin/sysctl -p\n"), "/sbin/sysctl": File(b"\x7fELF", 0o755)}
        self.assertEqual(self.boot(procps)[0]["set_by"]["loader"], "procps-p")
        self.assertEqual(self.boot(procps)[1], 0)


class CommandLines(Boot):
    SET = "sysctl.%s=2" % KEY

    def check_boot(self, entry, level, loader="cmdline", state="set", line=None):
        with self.subTest(entry=entry):
            tree = {**no_systemd(debian()), **entry,
                    "/usr/sbin/init": File(b"\x7fELF sysvinit", 0o755), "/etc/inittab": "",
                    "/etc/init.d/procps": PROCPS_SCRIPT, "/etc/rcS.d/S13procps": Link("../init.d/procps")}
            boot, _ = self.boot(tree)
            self.assertEqual((boot["state"], boot["level"]), (state, level))
            if level is not None:
                self.assertEqual(boot["set_by"]["loader"], loader)
            if line:
                self.assertEqual((boot["set_by"]["path"], boot["set_by"]["line"]),
                                 (list(entry)[0], line))

    def grub(self, *lines, path="/boot/grub/grub.cfg", **more):
        return {path: "menuentry 'Debian' {\n" + "".join("\tlinux\t/vmlinuz %s\n" % s for s in lines) + "}\n",
                **more}

    def test_grub(self):
        self.check_boot(self.grub("ro " + self.SET), 2, line=2)
        self.check_boot(self.grub("ro " + self.SET, path="/boot/grub2/grub.cfg"), 2)
        self.check_boot(self.grub('ro "%s"' % self.SET), 2)
        self.check_boot(self.grub("ro 'sysctl.%s'=2" % KEY), 2)
        self.check_boot(self.grub("ro sysctl.%s=\\2" % KEY), 2)
        self.check_boot(self.grub("ro", "ro"), None, state="unset")
        self.check_boot(self.grub("ro " + self.SET, "ro"), 2, state="unknown")
        # A word in quotes is one parameter; what is after # or ; is none.
        self.check_boot(self.grub('ro "quiet %s"' % self.SET), None, state="unset")
        self.check_boot(self.grub("ro ; %s" % self.SET), None, state="unset")
        self.check_boot(self.grub("ro -- %s" % self.SET), None, state="unset")

    def test_grub_variables(self):
        env = {"/boot/grub/grubenv": "# GRUB Environment Block\nkernelopts=ro %s\n####" % self.SET}
        self.check_boot(self.grub("$kernelopts", **env), 2)
        self.check_boot(self.grub("${kernelopts} quiet", **env), 2)
        self.check_boot(self.grub("'$kernelopts'", **env), None, state="unset")
        self.check_boot(self.grub("$others", **env), None, state="unset")
        self.check_boot({"/boot/loader/entries/a.conf": "options $kernelopts\n", **env}, 2)

    def test_entries(self):
        for d in ("/boot/loader/entries", "/efi/loader/entries", "/boot/efi/loader/entries"):
            self.check_boot({d + "/a.conf": "title a\nlinux /vmlinuz\noptions ro\r\noptions  %s\r\n" % self.SET},
                            2, line=3)
        self.check_boot({"/boot/loader/entries/a.conf": "title a\noptions %s\n" % self.SET}, 2, line=2)
        self.check_boot({"/boot/loader/entries/a.conf": "options ro\n",
                         "/boot/loader/entries/b.conf": "options %s\n" % self.SET}, None, state="unknown")
        self.check_boot({"/boot/loader/entries/a.conf.bak": "options %s\n" % self.SET}, None, state="unset")

    def test_other_boot_loaders(self):
        self.check_boot({"/boot/extlinux/extlinux.conf": "label l0\n\tlinux /vmlinuz\n\tappend ro %s\n" % self.SET}, 2)
        self.check_boot({"/boot/firmware/cmdline.txt": "console=serial0 %s\n" % self.SET}, 2)

    def test_unified_kernel_images(self):
        path = "/boot/efi/EFI/Linux/debian.efi"
        line = self.SET.encode()
        self.check_boot({path: pe(b"ro " + line)}, 2)
        self.check_boot({path: pe(b"ro " + line + b"\n")}, 2)
        self.check_boot({path: pe(line, name=b".other")}, None, state="unset")
        self.check_boot({"/boot/EFI/Linux/a.efi": pe(b"ro " + line, offset=4096)}, 2)
        # What is no image cannot be told; whether that matters is computed.
        self.check_boot({path: uefi_shell()}, None, state="unknown")
        self.check_boot({path: File(pe(line, offset=1 << 20).data[:2000])}, None, state="unknown")

    def test_what_entries_are_made_from(self):
        self.check_boot({"/etc/kernel/cmdline": "ro %s\n" % self.SET}, 2)
        self.check_boot({"/etc/kernel/cmdline": "ro\n# %s\n" % self.SET}, None, state="unset")
        grub = 'GRUB_DISTRIBUTOR=`lsb_release -i -s 2> /dev/null || echo Debian`\n'
        self.check_boot({"/etc/default/grub": grub + 'GRUB_CMDLINE_LINUX_DEFAULT="quiet %s"\n' % self.SET}, 2)
        self.check_boot({"/etc/default/grub": grub + "GRUB_CMDLINE_LINUX=%s\n" % self.SET}, 2, line=2)
        self.check_boot({"/etc/default/grub": "GRUB_CMDLINE_LINUX=%s\nGRUB_CMDLINE_LINUX=\n" % self.SET},
                        None, state="unset")
        self.check_boot({"/etc/default/grub": "A=1\nGRUB_CMDLINE_LINUX='ro'\n"
                                              "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX %s\"\n" % self.SET}, 2)
        self.check_boot({"/etc/default/grub": "#GRUB_CMDLINE_LINUX=%s\n" % self.SET}, None, state="unset")
        self.check_boot({"/etc/default/grub": "GRUB_CMDLINE_LINUX=$(cat /etc/x)\n"}, None, state="unknown")
        # Entries that exist count, and what they are made from does not.
        self.check_boot({**self.grub("ro"), "/etc/kernel/cmdline": self.SET,
                         "/etc/default/grub": "GRUB_CMDLINE_LINUX=%s\n" % self.SET}, None, state="unset")

    def test_files_override_and_three_stays(self):
        tree = debian(tree={**OWN, "/etc/kernel/cmdline": self.SET + "\n"})
        boot, code = self.boot(tree)
        self.assertEqual((boot["level"], boot["set_by"]["loader"], code), (1, "systemd-sysctl", 0))
        tree["/etc/kernel/cmdline"] = "sysctl.%s=3\n" % KEY
        boot, code = self.boot(tree)
        self.assertEqual((boot["level"], boot["set_by"]["loader"], code), (3, "cmdline", 0))
        self.assertEqual(self.boot(tree, "--policy", "stig")[1], 1)

    def test_entries_that_differ_are_shown_as_such(self):
        tree = debian(tree={**OWN, **self.grub("ro sysctl.%s=3" % KEY, "ro")})
        text, js = self.audit(tree, code=0)
        self.assertIn("next boot  1 or 3 ", text)
        self.assertEqual(js["boot"]["state"], "unknown")
        self.audit(tree, "--policy", "stig", code=3)


class Inits(Boot):
    def test_by_what_is_installed(self):
        self.check_plan({**merged_usr(), **OWN}, [], "no init that is known is installed")
        tree = debian(tree=OWN)
        del tree["/usr/sbin/init"]
        self.check_plan(tree, ["systemd-sysctl"])  # as in images


if __name__ == "__main__":
    harness.main()
