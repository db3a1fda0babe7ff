#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Input that nobody sane would write. Each case names what must come of it. Needs no privileges."""

import os
import resource
import socket
import subprocess
import threading
import time

import harness
from fixture import Dir, Fifo, File, Link, Root, debian
from harness import CLEAN, PTSCOPE, Case, run

KEY = "kernel.yama.ptrace_scope"
SITE = "/etc/sysctl.d/60-kernel_sysctl.conf"
OWN = {SITE: KEY + " = 1\n"}
MEMORY = 512 << 20  # address space that is plenty for all of this


def sanitized():
    """Sanitizers reserve terabytes of address space: no limit can be set."""
    with open(PTSCOPE, "rb") as f:
        return b"__asan_init" in f.read()


class Files(Case):
    def both(self, root, code, *args):
        """Audit and resolve, with little memory; returns the audit as JSON."""
        def limit():
            if not sanitized():
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        js = run("audit", "--no-config", "--json", "--root", root, preexec_fn=limit, *args)
        self.assertEqual(js.code, code, js.text[:2000] + js.error)
        rjs = run("resolve", "--json", "--root", root, preexec_fn=limit)
        self.parse(rjs.out, "ptscope.resolve/1")
        for command in (("audit", "--no-config"), ("resolve",), ("resolve", "--all")):
            text = run(*command, "--root", root, preexec_fn=limit)
            self.assertNotEqual(text.code, 2, text.error)
            self.assertNotIn(b"\x1b", text.out)
        return self.parse(js.out, "ptscope.audit/1")[0], self.parse(rjs.out)[0]

    def test_a_gigabyte_without_a_newline_is_too_big(self):
        with Root(debian(tree=OWN)) as root:
            with open(root + "/etc/sysctl.d/90-huge.conf", "wb") as f:
                f.truncate(1 << 30)
            audit, resolve = self.both(root, 3)
        files = resolve["keys"][0]["loaders"][0]["files"]
        huge = [f for f in files if f["path"].endswith("90-huge.conf")]
        self.assertEqual([(f["status"], f["reason"]) for f in huge], [("unreadable", "too-big")])
        self.assertIn("unreadable", [f["id"] for f in audit["findings"]])

    def test_a_gigabyte_before_the_winning_file_is_harmless(self):
        with Root(debian(tree=OWN)) as root:
            with open(root + "/etc/sysctl.d/10-huge.conf", "wb") as f:
                f.truncate(1 << 30)
            self.both(root, 0)

    def test_a_line_of_a_megabyte_ends_the_file_for_systemd(self):
        text = b"%s = 0\n" % KEY.encode() + b"#" * (1 << 20) + b"\n%s = 2\n" % KEY.encode()
        with Root(debian(tree={SITE: File(text)})) as root:
            _, resolve = self.both(root, 1)
        by_name = {x["name"]: x for x in resolve["keys"][0]["loaders"]}
        self.assertEqual(by_name["systemd-sysctl"]["level"], 0)

    def test_a_hundred_thousand_drop_ins(self):
        with Root(debian(tree=OWN)) as root:
            for i in range(100000):
                os.close(os.open("%s/etc/sysctl.d/50-%06d.conf" % (root, i),
                                 os.O_CREAT | os.O_WRONLY, 0o644))
            r = run("audit", "--no-config", "--root", root)
            self.assertEqual(r.code, 0, r.text + r.error)
            with open(root + "/etc/sysctl.d/99-last.conf", "w", encoding="ascii") as f:
                f.write(KEY + " = 0\n")
            self.assertEqual(run("resolve", "--value", "--root", root).out, b"0\n")

    def test_a_fifo_does_not_block(self):
        with Root(debian(tree={**OWN, "/etc/sysctl.d/90-fifo.conf": Fifo()})) as root:
            _, resolve = self.both(root, 3)  # what comes out of it is not known
        self.assert_not_read(resolve, "90-fifo.conf", "not-regular")

    def test_a_link_to_a_fifo_does_not_block(self):
        tree = debian(tree={**OWN, "/etc/fifo": Fifo(),
                            "/etc/sysctl.d/90-x.conf": Link("/etc/fifo")})
        with Root(tree) as root:
            _, resolve = self.both(root, 3)
        self.assert_not_read(resolve, "90-x.conf", "not-regular")

    def test_a_socket_is_not_read(self):
        with Root(debian(tree=OWN)) as root, socket.socket(socket.AF_UNIX) as s:
            here = os.getcwd()
            os.chdir(root + "/etc/sysctl.d")
            s.bind("90-s.conf")
            os.chdir(here)
            _, resolve = self.both(root, 3)
        self.assert_not_read(resolve, "90-s.conf", "not-regular")

    def assert_not_read(self, resolve, name, reason):
        files = [f for f in resolve["keys"][0]["loaders"][0]["files"] if f["path"].endswith(name)]
        self.assertEqual([f["reason"] for f in files], [reason])
        self.assertNotEqual(files[0]["status"], "read")

    def test_a_directory_named_like_a_file(self):
        with Root(debian(tree={**OWN, "/etc/sysctl.d/90-x.conf": Dir()})) as root:
            _, resolve = self.both(root, 0)
        self.assert_not_read(resolve, "90-x.conf", "directory")

    def test_links_to_nothing_in_circles_and_out_of_the_root(self):
        tree = debian(tree={
            **OWN,
            "/etc/sysctl.d/90-nothing.conf": Link("/etc/nowhere"),
            "/etc/sysctl.d/91-loop.conf": Link("91-loop.conf"),
            "/etc/sysctl.d/92-out.conf": Link("../../../../../../../../../../../etc/hostname"),
        })
        with Root(tree) as root:
            _, resolve = self.both(root, 0)
        files = {f["path"].rsplit("/", 1)[1]: f for f in
                 resolve["keys"][0]["loaders"][0]["files"]}
        self.assertEqual(files["90-nothing.conf"]["reason"], "dangling")
        self.assertEqual(files["91-loop.conf"]["reason"], "loop")
        # ".." stops at the root: this is the root's own file
        self.assertEqual(files["92-out.conf"]["status"], "read")

    def test_a_link_out_of_the_root_stays_inside(self):
        with Root({"/outside.conf": KEY + " = 0\n"}) as other:
            tree = debian(tree={**OWN, "/etc/sysctl.d/90-x.conf": Link(other + "/outside.conf")})
            with Root(tree) as root:
                self.both(root, 0)

    def test_names_that_would_drive_a_terminal(self):
        names = ["60-\x1b[31mred.conf", "61-new\nline.conf", "62-\u202etxt.conf", "63-tab\t.conf",
                 "64-\x07bell.conf", "65-\x9b31m.conf", "66-back\\slash.conf", "67-two words.conf"]
        tree = debian(tree={"/etc/sysctl.d/" + n: KEY + " = 0\n" for n in names})
        tree[b"/etc/sysctl.d/68-\xff\xfe.conf"] = KEY + " = 1\n"
        with Root(tree) as root:
            for command in (("audit", "--no-config", "-v"), ("resolve",), ("resolve", "--all"),
                            ("audit", "--no-config", "--format", "nagios")):
                out = run(*command, "--root", root).out
                for i, line in enumerate(out.decode("utf-8").splitlines()):
                    bad = [c for c in line if ord(c) < 32 or 127 <= ord(c) < 160 or c == "\u202e"]
                    self.assertEqual(bad, [], (command, i, line))
            self.check_screen("resolve-hostile-names", run("resolve", "--root", root).text)
            audit, resolve = self.both(root, 0)
        self.assertIn("path_b64", str(resolve))
        self.assertIn("\ufffd", audit["boot"]["set_by"]["path"])

    def test_a_value_that_would_drive_a_terminal(self):
        tree = debian(tree={SITE: KEY + " = \x1b]0;owned\x07\n"})
        with Root(tree) as root:
            self.both(root, 1)

    def test_bytes_that_are_not_utf8(self):
        tree = debian(tree={SITE: File(b"\xff\xfe\x00binary\n" + KEY.encode() + b" = 1 \xc3\x28\n")})
        with Root(tree) as root:
            _, resolve = self.both(root, 0)
        winner = resolve["keys"][0]["loaders"][0]["winner"]
        self.assertIn("text_b64", winner)

    def test_a_file_that_changes_while_it_is_read(self):
        with Root(debian(tree=OWN)) as root:
            stop = threading.Event()

            def churn():
                path = root + "/etc/sysctl.d/90-x.conf"
                i = 0
                while not stop.is_set():
                    with open(path, "w", encoding="ascii") as f:
                        f.write("# %d\n" % i * (i % 5000) + KEY + " = 1\n")
                    if i % 3 == 0:
                        os.unlink(path)
                    i += 1

            thread = threading.Thread(target=churn)
            thread.start()
            try:
                for _ in range(100):
                    r = run("audit", "--no-config", "--json", "--root", root)
                    self.assertIn(r.code, (0, 3), r.text + r.error)
                    self.parse(r.out, "ptscope.audit/1")
            finally:
                stop.set()
                thread.join()

    def test_an_empty_root(self):
        with Root({}) as root:
            self.both(root, 3)

    def test_a_root_that_is_a_file_or_missing(self):
        with Root({"/file": ""}) as root:
            for path in (root + "/file", root + "/none", ""):
                with self.subTest(path=path):
                    r = run("audit", "--root", path, "--json")
                    self.assertEqual(r.code, 2)
                    self.assertEqual(self.parse(r.out)[0]["schema"], "ptscope.error/1")

    def test_a_deep_root(self):
        deep = "/".join(["d" * 200] * 15)
        with Root(debian(tree=OWN)) as root:
            os.makedirs(os.path.join(os.path.dirname(root), deep))
            moved = os.path.join(os.path.dirname(root), deep, "r")
            os.rename(root, moved)
            self.assertEqual(run("audit", "--no-config", "--root", moved).code, 0)
            os.rename(moved, root)

    def test_keys_that_are_patterns_of_many_stars(self):
        with Root(debian(tree=OWN)) as root:
            start = time.monotonic()
            run("resolve", "--root", root, "*" * 2000 + "x")
            run("resolve", "--root", root, ".".join(["*a*b*c*d"] * 100))
            self.assertLess(time.monotonic() - start, 20)


class Output(Case):
    def test_a_full_disk_is_an_error(self):
        with Root(debian(tree=OWN)) as root, open("/dev/full", "wb") as full:
            for args in (("audit", "--no-config"), ("audit", "--json"), ("resolve",)):
                p = subprocess.run([PTSCOPE, *args, "--root", root], stdout=full,
                                   stderr=subprocess.PIPE, check=False, env=CLEAN)
                self.assertEqual(p.returncode, 2)
                self.assertIn(b"No space left on device", p.stderr)

    def test_a_closed_stdout_is_an_error(self):
        with Root(debian(tree=OWN)) as root:
            p = subprocess.run([PTSCOPE, "audit", "--no-config", "--root", root], check=False,
                               stderr=subprocess.PIPE, env=CLEAN, preexec_fn=lambda: os.close(1))
        self.assertEqual(p.returncode, 2)
        self.assertIn(b"standard output", p.stderr)

    def test_a_broken_pipe_is_silent(self):
        read, write = os.pipe()
        os.close(read)
        with Root(debian(tree=OWN)) as root:
            p = subprocess.run([PTSCOPE, "audit", "--no-config", "--root", root], check=False,
                               stdout=write, stderr=subprocess.PIPE, env=CLEAN)
        os.close(write)
        self.assertEqual((p.returncode, p.stderr), (0, b""))


class Environment(Case):
    def test_the_environment_changes_nothing(self):
        with Root(debian(tree=OWN)) as root, Root({"/bin/uname": File(b"#!/bin/sh\ntouch $0.ran\n", 0o755),
                                                   "/bin/dpkg": File(b"#!/bin/sh\ntouch $0.ran\n", 0o755),
                                                   "/etc/ptscope/policy.conf": "[Policy]\nAllow=0\n"}) as evil:
            plain = run("audit", "--no-config", "--root", root)
            hostile = dict(CLEAN, PATH=evil + "/bin", HOME=evil, XDG_CONFIG_HOME=evil + "/etc",
                           XDG_CONFIG_DIRS=evil + "/etc", TMPDIR=evil, IFS="x", ENV=evil + "/bin/dpkg",
                           LANG="tr_TR.UTF-8", LC_ALL="tr_TR.UTF-8", POSIXLY_CORRECT="1",
                           SUDO_USER="x\x1b[31m", SUDO_UID="0", COLUMNS="1", TERM="\x1b[31m",
                           PTSCOPE_ROOT="/nonexistent", MALLOC_PERTURB_="170")
            got = run("audit", "--no-config", "--root", root, env=hostile)
            self.assertEqual((got.code, got.out, got.err), (plain.code, plain.out, plain.err))
            self.assertEqual(sorted(os.listdir(evil + "/bin")), ["dpkg", "uname"])

    def test_a_policy_in_the_working_directory_is_not_taken(self):
        with Root({"/mine.conf": "[Policy]\nAllow=0\n", "/mine": "[Policy]\nAllow=0\n"}) as cwd:
            r = run("audit", "--policy", "mine", cwd=cwd)
        self.assertEqual(r.code, 2)

    def test_a_working_directory_that_is_gone(self):
        with Root(debian(tree=OWN)) as root:
            gone = os.path.join(os.path.dirname(root), "gone")
            os.mkdir(gone)

            def leave():
                os.chdir(gone)
                os.rmdir(gone)
            r = run("audit", "--no-config", "--root", root, preexec_fn=leave)
        self.assertEqual(r.code, 0, r.error)


if __name__ == "__main__":
    harness.main()
