#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What resolve says of each loader: every reason, status and loader of the contract, through JSON. That
the answers are those of the real programs is for tests/loaders to say; here it is that they are said."""

import os

import harness
from fixture import Dir, Fifo, File, Link, Root, alpine, debian, dpkg
from harness import Case, run

KEY = "kernel.yama.ptrace_scope"
SYSTEMD = "systemd-sysctl@252"


class Loaders(Case):
    def loader(self, tree, loader, code=0, **kwargs):
        """That loader's account of the key."""
        with Root(tree) as root:
            js = run("resolve", "--json", "--loader", loader, "--root", root, **kwargs)
            text = run("resolve", "--all", "--loader", loader, "--root", root, **kwargs)
        self.assertEqual(js.code, code, js.text + js.error)
        self.assertEqual(text.code, code)
        return self.parse(js.out, "ptscope.resolve/1")[0]["keys"][0]["loaders"][0]

    def fates(self, tree, loader, **kwargs):
        return [(a["path"].rsplit("/", 1)[1], a["line"], a["status"], a["reason"])
                for a in self.loader(tree, loader, **kwargs)["assignments"]]

    def files(self, tree, loader, **kwargs):
        return {f["path"]: (f["status"], f["reason"])
                for f in self.loader(tree, loader, **kwargs)["files"]}

    def d(self, **files):
        """Drop-ins: a value is the text after the key, or a whole node."""
        return {"/etc/sysctl.d/%s.conf" % name.replace("_", "-").lstrip("-"):
                KEY + text if isinstance(text, str) else text for name, text in files.items()}

    def test_later_file_and_later_line(self):
        self.assertEqual(self.fates(self.d(_10="=0\n", _20="=1\n" + KEY + "=2\n"), SYSTEMD), [
            ("10.conf", 1, "overridden", "later-file"),
            ("20.conf", 1, "overridden", "later-line"),
            ("20.conf", 2, "winning", "")])

    def test_refused_values(self):
        self.assertEqual(self.fates(self.d(_10="=1\n", _20="=nonsense\n", _30="=4\n"), "procps@4.0.2"), [
            ("10.conf", 1, "winning", ""),
            ("20.conf", 1, "refused", "malformed-value"),
            ("30.conf", 1, "refused", "out-of-range")])

    def test_three_locks(self):
        self.assertEqual(self.fates(self.d(_10="=3\n", _20="=1\n"), "procps@4.0.2"), [
            ("10.conf", 1, "winning", ""), ("20.conf", 1, "refused", "locked")])

    def test_busybox_dies(self):
        tree = {"/etc/sysctl.conf": "%s=4\n%s=1\n" % (KEY, KEY)}
        self.assertEqual(self.fates(tree, "busybox"), [
            ("sysctl.conf", 1, "refused", "out-of-range"),
            ("sysctl.conf", 2, "not-reached", "died")])

    def test_patterns_and_exclusions(self):
        self.assertEqual(self.fates({"/etc/sysctl.d/10.conf": "kernel.yama.* = 2\n%s = 1\n" % KEY},
                                    SYSTEMD),
                         [("10.conf", 1, "overridden", "explicit"), ("10.conf", 2, "winning", "")])
        self.assertEqual(self.fates({"/etc/sysctl.d/10.conf": "kernel.yama.* = 2\n-%s\n" % KEY},
                                    SYSTEMD),
                         [("10.conf", 1, "overridden", "excluded"),
                          ("10.conf", 2, "ignored", "exclusion")])
        self.assertEqual(self.fates({"/etc/sysctl.d/10.conf": "%s = 2\n-%s\n" % (KEY, KEY)}, SYSTEMD),
                         [("10.conf", 1, "overridden", "unset-later"),
                          ("10.conf", 2, "ignored", "exclusion")])

    def test_later_write(self):
        text = "kernel.yama.*=1\n*.*.ptrace_scope=2\nkernel.yama.*=1\n"
        reasons = [f[3] for f in self.fates({"/etc/sysctl.d/10.conf": text}, SYSTEMD)]
        self.assertIn("later-write", reasons)

    def test_bad_lines(self):
        self.assertEqual(self.fates(self.d(_10=" 1\n"), SYSTEMD),
                         [("10.conf", 1, "ignored", "no-equals")])
        self.assertEqual(self.fates({"/etc/sysctl.conf": KEY + " =\n"}, "busybox"),
                         [("sysctl.conf", 1, "ignored", "no-value")])
        self.assertEqual(self.fates({"/etc/sysctl.d/10.conf": "kernel/../%s = 1\n"
                                     % KEY.replace(".", "/")}, SYSTEMD),
                         [("10.conf", 1, "ignored", "bad-key")])

    def test_files_that_are_not_read(self):
        tree = {
            "/etc/sysctl.d/10-a.conf": KEY + "=1\n", "/usr/lib/sysctl.d/10-a.conf": KEY + "=0\n",
            "/etc/sysctl.d/11-b.conf": Link("/dev/null"), "/usr/lib/sysctl.d/11-b.conf": KEY + "=0\n",
            "/etc/sysctl.d/12-c.conf": Link("nothing"), "/usr/lib/sysctl.d/12-c.conf": KEY + "=0\n",
            "/etc/sysctl.d/13-d": KEY + "=0\n", "/etc/sysctl.d/.14-e.conf": KEY + "=0\n",
            "/etc/sysctl.d/15-f.conf": Link("15-f.conf"), "/etc/sysctl.d/16-g.conf": Dir(),
            "/etc/sysctl.d/17-h.conf": Fifo(), "/etc/sysctl.conf": KEY + "=0\n",
        }
        files = self.files(tree, SYSTEMD, code=3)  # what the FIFO holds is not known
        wanted = {
            "/etc/sysctl.d/10-a.conf": ("read", ""),
            "/usr/lib/sysctl.d/11-b.conf": ("masked", "masked-null"),
            "/etc/sysctl.d/11-b.conf": ("ignored", "null-link"),
            "/etc/sysctl.d/12-c.conf": ("ignored", "dangling"),
            "/etc/sysctl.d/13-d": ("ignored", "bad-suffix"),
            "/etc/sysctl.d/.14-e.conf": ("ignored", "hidden"),
            "/etc/sysctl.d/15-f.conf": ("ignored", "loop"),
            "/etc/sysctl.d/16-g.conf": ("ignored", "directory"),
            "/etc/sysctl.conf": ("ignored", "no-link"),
        }
        self.assertEqual({k: files.get(k) for k in wanted}, wanted)
        self.assertEqual(files["/etc/sysctl.d/17-h.conf"][1], "not-regular")
        self.assertEqual(files["/usr/lib/sysctl.d/10-a.conf"], ("shadowed", "shadowed"))
        self.assertEqual(files["/usr/lib/sysctl.d/12-c.conf"], ("masked", "masked"))

    def test_a_file_that_may_not_be_read(self):
        more = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        files = self.files(self.d(_10=File(b"x", 0o000)), SYSTEMD, code=3, **more)
        self.assertEqual(files["/etc/sysctl.d/10.conf"], ("unreadable", "unreadable"))

    def test_sizes(self):
        tree = self.d(_10="=1\n")
        with Root(tree) as root:
            with open(root + "/etc/sysctl.d/20.conf", "wb") as f:
                f.truncate(1 << 30)
            js = run("resolve", "--json", "--loader", "procps@4.0.2", "--root", root)
        value = self.parse(js.out)[0]["keys"][0]["loaders"][0]
        self.assertEqual([f["reason"] for f in value["files"]], ["", "too-big"])
        long = File(KEY.encode() + b"=1\n#" + b"x" * (1 << 20) + b"\n" + KEY.encode() + b"=2\n")
        files = self.files(self.d(_10=long), SYSTEMD)
        self.assertEqual(files["/etc/sysctl.d/10.conf"][1], "line-too-long")

    def test_each_loader_alone(self):
        conf = {"/etc/sysctl.conf": KEY + " = 1\n", "/etc/sysctl.d/10.conf": KEY + " = 1\n",
                "/etc/ufw/sysctl.conf": "kernel/yama/ptrace_scope = 1\n",
                "/etc/default/ufw": "IPT_SYSCTL=/etc/ufw/sysctl.conf\n",
                "/etc/ufw/ufw.conf": "ENABLED=yes\n",
                "/etc/tuned/active_profile": "mine\n", "/etc/tuned/profile_mode": "manual\n",
                "/etc/tuned/mine/tuned.conf": "[sysctl]\n%s = 1\n" % KEY,
                "/etc/tuned/tuned-main.conf": "reapply_sysctl = 0\n"}
        for loader in ("systemd-sysctl", "procps", "procps-p", "busybox", "alpine", "openrc@291",
                       "void", "ufw", "tuned@2.20"):
            with self.subTest(loader=loader):
                value = self.loader(conf, loader)
                self.assertEqual((value["name"], value["state"], value["level"]),
                                 (loader.split("@")[0], "set", 1))
                self.assertIn({"result": "ok", "value": "1"},
                              [{k: w[k] for k in ("result", "value")} for w in value["writes"]])

    def test_what_some_loaders_do_not_know(self):
        self.assertIn(("sysctl.conf", 1, "ignored", "not-supported"), self.fates(
            {"/etc/sysctl.conf": "-%s = 1\n" % KEY}, "busybox"))
        excluded = {"/etc/tuned/active_profile": "mine\n", "/etc/tuned/profile_mode": "manual\n",
                    "/etc/tuned/tuned-main.conf":
                        "reapply_sysctl = 1\nreapply_sysctl_exclude = kernel.yama.*\n",
                    "/etc/tuned/profiles/mine/tuned.conf": "[sysctl]\nvm.swappiness = 1\n",
                    "/etc/sysctl.d/10.conf": KEY + " = 1\n"}
        self.assertIn(("10.conf", 1, "ignored", "not-again"), self.fates(excluded, "tuned@2.27"))

    def test_loaders_that_need_more(self):
        self.assertIn(("ignored", "no-sysctl-conf"), self.files(self.d(_10="=1\n"), "openrc@291").values())
        self.assertIn(("ignored", "not-read"), self.files(
            {"/etc/sysctl.conf": KEY + "=1\n"}, "openrc@0.54").values())
        self.assertIn(("ignored", "disabled"), self.files(
            {"/etc/ufw/sysctl.conf": KEY + "=1\n", "/etc/default/ufw": "IPT_SYSCTL=/etc/ufw/sysctl.conf\n",
             "/etc/ufw/ufw.conf": "ENABLED=no\n"}, "ufw").values())


class Systems(Case):
    """Each loader as the one that decides at boot."""

    def decides(self, tree, loader, *args):
        _, js = self.audit(tree, *args)
        self.assertIsNotNone(js["boot"]["set_by"], js)
        self.assertEqual(js["boot"]["set_by"]["loader"], loader)
        self.resolve(tree)

    def test_alpine(self):
        self.decides(alpine(**{"/etc/sysctl.d/10.conf": KEY + "=1\n"}), "alpine")

    def test_openrc(self):
        tree = alpine(**{"/etc/sysctl.conf": KEY + " = 1\n"})
        for gone in ("/etc/alpine-release", "/lib/apk/db/installed", "/etc/apk/world"):
            del tree[gone]
        tree["/etc/os-release"] = "ID=gentoo\n"
        tree["/etc/init.d/sysctl"] = File(b"""#!/sbin/openrc-run
BSD_sysctl()
{
	[ -e /etc/sysctl.conf ] || return 0
	for conf in /etc/sysctl.conf /etc/sysctl.d/*.conf; do
		while read var comments; do sysctl -w "$var"; done < $conf
	done
}
Linux_sysctl()
{
	sysctl --system
}
start()
{
	sysctl -V >/dev/null 2>&1 && Linux_sysctl || BSD_sysctl
}
""", 0o755)
        self.decides(tree, "openrc")

    def test_void(self):
        self.decides({
            "/etc/runit/core-services/08-sysctl.sh": "# sysctl\n", "/etc/runit/1": "", "/etc/runit/2": "",
            "/usr/bin/runit": File(b"\x7fELF runit", 0o755), "/usr/bin/runit-init": File(b"\x7fELF", 0o755),
            "/usr/bin/init": Link("runit-init"), "/usr/sbin": Link("bin"), "/sbin": Link("usr/bin"),
            "/bin": Link("usr/bin"), "/usr/bin/sysctl": File(b"\x7fELF procps", 0o755),
            "/etc/os-release": "ID=void\n", "/etc/sysctl.d/10.conf": KEY + " = 1\n",
        }, "void")

    def test_sysvinit_with_procps(self):
        tree = {
            "/bin": Link("usr/bin"), "/sbin": Link("usr/sbin"), "/lib": Link("usr/lib"),
            "/usr/lib": Dir(), "/usr/bin": Dir(),
            "/usr/sbin/init": File(b"\x7fELF sysvinit", 0o755), "/usr/sbin/sysctl": File(b"\x7fELF", 0o755),
            "/etc/inittab": "id:2:initdefault:\nsi::sysinit:/etc/init.d/rcS\n",
            "/etc/init.d/rcS": File(b"#!/bin/sh\nexec /etc/init.d/rc S\n", 0o755),
            "/etc/init.d/rc": File(b"#!/bin/sh\n", 0o755),
            "/etc/init.d/procps": File(b"#!/bin/sh\n### BEGIN INIT INFO\n# Provides: procps\n"
                                       b"### END INIT INFO\nsysctl -q --system\n", 0o755),
            "/etc/rcS.d/S01procps": Link("../init.d/procps"),
            "/etc/os-release": "ID=devuan\nVERSION_ID=5\n",
            "/etc/sysctl.d/10.conf": KEY + " = 1\n",
        }
        tree.update(dpkg(("procps", "2:4.0.2-3", []), ("sysvinit-core", "3.06-4", ["/usr/sbin/init"])))
        self.decides(tree, "procps")

    def test_tuned(self):
        tree = debian(tree={
            "/etc/sysctl.conf": "",
            "/etc/tuned/active_profile": "mine\n", "/etc/tuned/profile_mode": "manual\n",
            "/etc/tuned/mine/tuned.conf": "[main]\nsummary=x\n\n[sysctl]\n%s = 2\n" % KEY,
            "/etc/tuned/tuned-main.conf": "reapply_sysctl = 0\n",
            "/usr/sbin/tuned": File(b"#!/usr/bin/python3\n", 0o755),
            "/usr/lib/systemd/system/tuned.service":
                "[Unit]\nAfter=systemd-sysctl.service\n[Service]\nExecStart=/usr/sbin/tuned -l -P\n"
                "[Install]\nWantedBy=multi-user.target\n",
            "/etc/systemd/system/multi-user.target.wants/tuned.service":
                Link("/usr/lib/systemd/system/tuned.service"),
        }, packages=[("tuned", "2.20.0-1", ["/usr/sbin/tuned"])])
        self.decides(tree, "tuned")

    def test_command_line(self):
        tree = debian(tree={
            "/boot/loader/entries/debian.conf":
                "title Debian\nlinux /vmlinuz\noptions root=/dev/sda1 sysctl.%s=1\n" % KEY})
        self.decides(tree, "cmdline")


if __name__ == "__main__":
    harness.main()
