#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records and baselines: what is kept and what is not, what a record from elsewhere can do, and what has
become worse. That every fixture's record is judged as the fixture is checked where they are audited."""

import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest

import harness
from fixture import File, Root, debian
from harness import SCHEMA, Case, jsonschema, run, strict
from test_screens import KEY, OWN, SITE, ids, later_vendor_file

DOCUMENT = "ptscope-record.json"
SECRET = "hunter2"


def settled(text):
    text = re.sub(r"made on [0-9]+ [A-Z][a-z]+ [0-9]+ by ptscope \S+", "made on DAY by ptscope VERSION", text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-11-24T09:40:00Z", text)


class Archive:
    """A record, taken apart."""

    def __init__(self, data):
        self.data = data
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            self.files = {m.name: tar.extractfile(m).read() for m in tar.getmembers()}
        self.document = json.loads(self.files[DOCUMENT])

    def node(self, path):
        return next(n for n in self.document["tree"] if n["path"] == path)


def pack(members):
    """A ustar archive of (name, bytes) or of TarInfo and bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(data) if info.isreg() else 0
            info.mtime = 1
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


class RecordCase(Case):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="ptscope-records-")
        self.addCleanup(shutil.rmtree, self.dir)

    def path(self, name="r.tar"):
        return os.path.join(self.dir, name)

    def write(self, data, name="r.tar"):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def record(self, tree, *args):
        """The record of a fixture."""
        with Root(tree) as root:
            r = run("audit", "--no-config", "--root", "root", "--record", self.path(), "-q", *args,
                    cwd=os.path.dirname(root))
        self.assertEqual((r.out, r.err), (b"", b""))
        with open(self.path(), "rb") as f:
            return Archive(f.read())


class Kept(RecordCase):
    def test_the_screen_of_a_record(self):
        self.record(later_vendor_file())
        r = run("audit", "r.tar", cwd=self.dir)
        self.assertEqual((r.code, r.err), (1, b""))
        self.check_screen("audit-record", settled(r.text))

    def test_the_document_follows_its_schema(self):
        for args in ((), ("--record-full",)):
            a = self.record(debian(tree={**OWN, "/boot/grub/grub.cfg": "linux /vmlinuz ro\n"}), *args)
            jsonschema.Draft202012Validator(strict(SCHEMA["ptscope.record/1"])).validate(a.document)
            self.assertEqual(a.document["kept"], "files" if args else "lines")

    def test_only_lines_about_the_key_stay_at_their_numbers(self):
        a = self.record(debian(tree={SITE: "# %s\nvm.x = %s\n%s = 1\n%s\n" % (SECRET, SECRET, KEY, SECRET)}))
        self.assertEqual(a.files["root" + SITE], b"\n\n" + KEY.encode() + b" = 1\n")
        file = a.node(SITE)["file"]
        self.assertEqual((file["kept"], file["member"]), ("lines", "root" + SITE))

    def test_hashes_are_of_whole_files(self):
        text = ("vm.x = %s\n%s = 1\n" % (SECRET, KEY)).encode()
        a = self.record(debian(tree={SITE: File(text)}))
        out = subprocess.run(["sha256sum"], input=text, capture_output=True, check=True).stdout
        self.assertEqual(a.node(SITE)["file"]["sha256"], out.decode().split()[0])

    def secrets(self):
        entry = "ro lsm=yama,bpf token=%s sysctl.%s=1 password=%s" % (SECRET, KEY, SECRET)
        return debian(tree={
            **OWN, "/etc/sysctl.d/10-x.conf": "kernel.core_pattern = |/x %s\n" % SECRET,
            "/boot/grub/grub.cfg": "menuentry x {\n\tlinux /vmlinuz %s\n}\n" % entry,
            "/boot/loader/entries/a.conf": "options %s\n" % entry,
            "/etc/kernel/cmdline": entry, "/etc/default/grub": 'GRUB_CMDLINE_LINUX="%s"\n' % entry,
            "/etc/crontab": "* * * * * root x %s\n" % SECRET,
            "/etc/systemd/system/x.service": "[Service]\nEnvironment=T=%s\nExecStart=/x %s\n"
                                             % (SECRET, SECRET)})

    def test_no_secret_is_kept(self):
        a = self.record(self.secrets())
        for name, data in a.files.items():
            self.assertNotIn(SECRET.encode(), data, name)
        self.assertIn("lsm=yama,bpf", a.document["boot"]["cmdlines"][0]["text"])

    def test_not_even_with_whole_files_from_boot_entries(self):
        a = self.record(self.secrets(), "--record-full")
        self.assertIn(SECRET.encode(), a.files["root/etc/sysctl.d/10-x.conf"])
        for name, data in a.files.items():
            if name.startswith(("root/boot", "root/etc/default", "root/etc/kernel")) or name == DOCUMENT:
                self.assertNotIn(SECRET.encode(), data, name)

    def test_package_databases_are_not_kept(self):
        a = self.record(later_vendor_file())
        answers = {a["question"]: a["text"] for a in a.document["answers"]}
        self.assertEqual(answers["owner of /usr/lib/sysctl.d/99-yama-ptrace.conf"],
                         "acme-debug-tools\n1.4-2\n")
        self.assertFalse([n for n in a.document["tree"] if n["path"].startswith("/var/lib/dpkg")])

    def test_odd_names(self):
        odd = b"/etc/sysctl.d/90-\xff\n.conf"
        long = "/etc/sysctl.d/" + "x" * 80 + ".conf"
        a = self.record(debian(tree={odd: KEY + " = 1\n", long: KEY + " = 2\n"}))
        self.assertIn("root" + long, a.files)
        self.assertEqual(len([n for n in a.files if n.startswith("files/")]), 1)

    def test_the_clock_of_a_record_is_its_own(self):
        """Waivers hold, or not, as they did when it was made, and the site's rules of here do not count."""
        text = "[Waiver]\nId=W\nFinding=boot-not-restricted\nHost=*\nReason=r\nOwner=o\nExpires=%s\n"
        with open(self.path("w.conf"), "w", encoding="utf-8") as f:
            f.write(text % subprocess.run(["date", "-u", "+%F"], capture_output=True, text=True,
                                          check=True).stdout.strip())
        a = self.record(debian(tree={SITE: KEY + " = 0\n"}), "--waivers", self.path("w.conf"))
        self.assertEqual(a.document["verdict"], "waived")
        old = json.loads(a.files[DOCUMENT])
        old["time"] = "2020-01-01T00:00:00Z"
        for data, verdict in ((a.data, "waived"), (self.repack(a, old), "waived")):
            r = run("audit", "--json", self.write(data))
            self.assertEqual(self.parse(r.out)[0]["verdict"], verdict)
        old["time"] = "2999-01-01T00:00:00Z"
        r = run("audit", "--json", self.write(self.repack(a, old)))
        self.assertEqual(self.parse(r.out)[0]["verdict"], "fail")
        for option in ("--no-waivers", "--no-config"):
            r = run("audit", "--json", option, self.write(a.data))
            self.assertEqual(self.parse(r.out)[0]["verdict"], "fail")

    @staticmethod
    def repack(a, document):
        files = {**a.files, DOCUMENT: json.dumps(document).encode()}
        return pack(sorted(files.items(), key=lambda i: i[0] != DOCUMENT))

    def test_another_policy(self):
        self.record(debian(tree={SITE: KEY + " = 2\n"}))
        for policy, code in (("cis", 0), ("stig", 1), ("server", 0), ("locked", 1)):
            self.assertEqual(run("audit", "--policy", policy, self.path()).code, code, policy)
        self.assertEqual(run("audit", "--allow", "1", self.path()).code, 1)

    def test_one_half(self):
        self.record(debian(tree=OWN))
        self.assertEqual(run("audit", "--only", "boot", self.path()).code, 0)
        self.assertEqual(run("audit", "--only", "now", self.path()).code, 2)

    def test_usage(self):
        self.record(debian(tree=OWN))
        for args in (("--record", "x", "/a", "/b"), ("--record-full",), ("--record", "x", self.path()),
                     ("--probe", self.path()), ("--live", "--root", self.path()),
                     ("--baseline", "x", "/a", "/b")):
            self.assertEqual(run("audit", *args, cwd=self.dir).code, 2, args)
        self.assertFalse(os.path.exists(self.path("x")))

    def test_a_record_is_whole_or_not_there(self):
        with Root(debian(tree=OWN)) as root:
            r = run("audit", "--root", root, "--record", self.path("no/r.tar"))
        self.assertEqual(r.code, 2)
        self.assertIn("no/r.tar", r.error)


class Hostile(RecordCase):
    """A record comes from elsewhere. Each of these is an error that says what is wrong."""

    def setUp(self):
        super().setUp()
        self.good = self.record(debian(tree={SITE: KEY + " = 1\n"}), "--record-full")
        self.members = sorted(self.good.files.items(), key=lambda i: i[0] != DOCUMENT)

    def refused(self, data, words):
        r = run("audit", self.write(data), timeout=30)
        self.assertEqual((r.code, r.out), (2, b""), r.error)
        self.assertIn(words, r.error)
        self.assertIn("r.tar", r.error)

    def test_the_good_one_is_taken(self):
        self.assertEqual(run("audit", self.write(pack(self.members))).code, 0)

    def test_cut_off_anywhere(self):
        data = self.good.data
        for n in list(range(0, 2048, 97)) + list(range(2048, len(data), 509)) + [len(data) - 1]:
            r = run("audit", self.write(data[:n]))
            self.assertEqual(r.code, 2, n)

    def test_any_byte_changed(self):
        """Never a crash or a hang; a byte of what decides is noticed."""
        data = self.good.data
        for i in range(0, len(data), 211):
            r = run("audit", self.write(data[:i] + bytes([data[i] ^ 0x15]) + data[i + 1:]), timeout=30)
            self.assertIn(r.code, (0, 1, 2, 3), r.error)

    def test_things_that_are_no_files(self):
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE,
                     tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo("root/etc/x")
            info.type, info.linkname = kind, "/etc/shadow" if kind in b"12" else ""
            self.refused(pack(self.members + [(info, b"")]), "where only files may be")

    def test_names_that_lead_elsewhere(self):
        for name in ("../x", "root/../../x", "/etc/x", "root//x", "./x", "root/\x1b[2J"):
            self.refused(pack(self.members + [(name, b"")]), "a name that leads elsewhere")

    def test_files_that_are_there_twice_or_not_named(self):
        self.refused(pack(self.members + [self.members[-1]]), "holds a file twice")
        self.refused(pack(self.members + [(DOCUMENT, b"{}")]), "holds a file twice")
        self.refused(pack(self.members + [("root/etc/more", b"")]), "a file that it does not name")
        self.refused(pack(self.members[:-1]), "a file is missing")

    def test_what_was_changed(self):
        name, data = next(m for m in self.members if m[0].endswith(SITE))
        others = [m for m in self.members if m[0] != name]
        self.refused(pack(others + [(name, data.replace(b"1", b"0"))]), "was changed since")

    def test_sizes(self):
        data = bytearray(self.good.data)
        for size in (b"77777777777", b"00000000000", b"99999999999", b"-0000000001", b"\x80" + b"\xff" * 10):
            data[124:135] = size
            self.fix_checksum(data)
            self.refused(bytes(data), "record")

    @staticmethod
    def fix_checksum(data):
        data[148:156] = b" " * 8
        data[148:156] = b"%06o\0 " % sum(data[:512])

    def test_what_follows_its_end(self):
        self.refused(self.good.data + b"x" * 512, "something behind its end")
        self.assertEqual(run("audit", self.write(self.good.data + b"\0" * 10240)).code, 0)

    def document(self, change):
        d = json.loads(json.dumps(self.good.document))
        change(d)
        return pack([(DOCUMENT, json.dumps(d).encode())] + self.members[1:])

    def test_each_member_of_the_document_missing_or_of_another_type(self):
        def places(value, path=()):
            if isinstance(value, dict):
                for key in value:
                    yield path + (key,)
                    yield from places(value[key], path + (key,))
            elif isinstance(value, list) and value:
                yield from places(value[0], path + (0,))

        for path in places({k: v for k, v in self.good.document.items()}):
            for what in ("missing", "null", [], {}, 7, "\x00", True, -1, 1e300):
                def change(d, path=path, what=what):
                    for key in path[:-1]:
                        d = d[key]
                    if what == "missing":
                        del d[path[-1]]
                    else:
                        d[path[-1]] = None if what == "null" else what
                if what not in ("missing", {}) and len(path) > 2:
                    continue
                r = run("audit", self.write(self.document(change)), timeout=30)
                self.assertIn(r.code, (0, 1, 2, 3), (path, what, r.error))
                if what == "missing" and path[0] != "tree" and path[-1] not in ("name", "kept"):
                    self.assertEqual((r.code, r.out), (2, b""), (path, what))

    def test_paths_that_cannot_be(self):
        for path in ("etc", "/etc/../x", "/etc//x", "/.", "/x/", "/" + "y/" * 3000 + "z", "\x00"):
            self.refused(self.document(lambda d, p=path: d["tree"][0].update(path=p)), "record")
        self.refused(self.document(lambda d: d["tree"].append(d["tree"][0])), "stands twice")

    def test_names_in_a_directory(self):
        for name in ("..", ".", "", "a/b", "x" * 300):
            self.refused(self.document(lambda d, n=name: d["tree"].append(
                {"path": "/zz", "list": {"entries": [{"name": n, "type": "file"}]}})), "a name that cannot be")

    def test_links_that_go_in_circles(self):
        def change(d):
            d["tree"] = [n for n in d["tree"] if not n["path"].startswith("/etc/sysctl.d")]
            look = {"type": "link", "mode": "0777", "uid": 0, "gid": 0, "size": 1, "mtime": 0}
            d["tree"].append({"path": "/etc/sysctl.d", "look": look, "link": {"target": "sysctl.d"}})
        r = run("audit", self.write(self.document(change)), timeout=30)
        self.assertEqual(r.code, 2)

    def test_control_characters_reach_no_terminal(self):
        def change(d):
            d["host"]["name"] = d["tool"]["version"] = d["policy"]["name"] = "\x1b[2J\u202e"
        r = run("audit", "-v", self.write(self.document(change)))
        self.assertNotIn(b"\x1b", r.out)
        self.assertNotIn("\u202e".encode(), r.out)

    def test_a_document_that_is_none(self):
        for text in (b"", b"null", b"[]", b"{", b"{}x", b"[" * 100000, b'{"schema":"ptscope.record/2"}'):
            self.refused(pack([(DOCUMENT, text)]), "record")

    def test_other_files(self):
        for data in (b"", b"kernel.yama.ptrace_scope = 1\n", b"\x7fELF" + b"\0" * 600):
            self.refused(data, "is neither a directory nor a record")
        os.mkfifo(self.path("fifo"))
        self.assertEqual(run("audit", self.path("fifo"), timeout=30).code, 2)


class Signed(RecordCase):
    def test_as_the_documentation_has_it(self):
        """The commands of docs/evidence.md, as they stand there."""
        if not shutil.which("ssh-keygen"):
            self.skipTest("ssh-keygen is not installed")
        with open(os.path.join(harness.TOP, "docs/evidence.md"), encoding="utf-8") as f:
            commands = re.findall(r"^    \$ (ssh-keygen.*)$", f.read(), re.M)
        self.assertEqual(len(commands), 3, commands)
        self.record(debian(tree=OWN))
        os.rename(self.path(), self.path("web-03.tar"))
        self.shell(commands[0].replace("ssh-keygen", "ssh-keygen -q -N ''"))
        with open(self.path("auditor.pub"), encoding="utf-8") as f, \
                open(self.path("signers"), "w", encoding="utf-8") as out:
            out.write("audit@example.org " + f.read())
        self.shell(commands[1])
        self.assertIn("Good", self.shell(commands[2]))
        with open(self.path("web-03.tar"), "ab") as f:
            f.write(b"\0" * 512)
        self.assertNotEqual(self.shell(commands[2], check=False), 0)

    def shell(self, command, check=True):
        p = subprocess.run(["sh", "-c", command], cwd=self.dir, capture_output=True, text=True,
                           check=False, stdin=subprocess.DEVNULL)
        if not check:
            return p.returncode
        self.assertEqual(p.returncode, 0, command + p.stderr)
        return p.stdout


class Baseline(RecordCase):
    LEVELS = {0: KEY + " = 0\n", 1: KEY + " = 1\n", 2: KEY + " = 2\n"}

    def saved(self, level, how="json"):
        """An earlier audit of a host with that level."""
        with Root(debian(tree={SITE: self.LEVELS[level]})) as root:
            args = ("--json", "-o") if how == "json" else ("--record",)
            run("audit", "--no-config", "--root", "root", *args, self.path("base"), cwd=os.path.dirname(root))
        return self.path("base")

    def compare(self, before, after, *args, how="json"):
        self.saved(before, how)
        with Root(debian(tree={SITE: self.LEVELS[after]})) as root:
            top = os.path.dirname(root)
            shutil.copy(self.path("base"), top + "/monday")
            base = ("audit", "--no-config", "--root", "root", "--baseline", "monday") + args
            text, js = run(*base, cwd=top), run(*base, "--json", cwd=top)
        self.assertEqual((text.err, text.code), (b"", js.code))
        return text, self.parse(js.out, "ptscope.audit/1")[0]

    def test_worse(self):
        for how in ("json", "record"):
            text, js = self.compare(1, 0, how=how)
            self.check_screen("audit-baseline-worse", settled(text.text))
            self.assertEqual((js["exit"], js["baseline"]["worse"], js["baseline"]["verdict"]), (1, True, "pass"))

    def test_the_same_failure_again(self):
        text, js = self.compare(0, 0)
        self.check_screen("audit-baseline-same", settled(text.text))
        self.assertEqual((js["verdict"], js["exit"], js["baseline"]["changes"]), ("fail", 0, []))

    def test_better(self):
        text, js = self.compare(0, 1)
        self.check_screen("audit-baseline-better", settled(text.text))
        self.assertEqual((js["exit"], js["baseline"]["worse"]), (0, False))
        self.assertEqual([c["what"] for c in js["baseline"]["changes"]], ["verdict", "boot", "gone"])

    def test_a_lower_level_counts_where_it_does_not_pass(self):
        _, js = self.compare(1, 0, "--policy", "locked")
        self.assertEqual((js["exit"], js["baseline"]["worse"]), (1, True))
        _, js = self.compare(2, 1)
        self.assertEqual((js["exit"], js["baseline"]["worse"]), (0, False))

    def test_the_last_audit_of_this_host_counts(self):
        self.saved(1)
        with open(self.path("base"), encoding="utf-8") as f:
            one = json.loads(f.read())
        other = json.loads(json.dumps(one))
        other["host"]["id"], other["verdict"] = "f" * 32, "fail"
        with open(self.path("many"), "w", encoding="utf-8") as f:
            f.write("\n".join(json.dumps(x) for x in (other, one, other)) + "\n")
        with Root(debian(tree={SITE: self.LEVELS[0]})) as root:
            r = run("audit", "--json", "--no-config", "--root", root, "--baseline", self.path("many"))
        self.assertEqual(self.parse(r.out)[0]["baseline"]["verdict"], "pass")

    def test_any_verdict_before(self):
        """Worse than a pass is no worse than unknown, and a level that was seen may not be seen now."""
        for verdict, worse in (("pass", True), ("waived", True), ("unknown", True), ("fail", False)):
            self.saved(0)
            with open(self.path("base"), encoding="utf-8") as f:
                one = json.loads(f.read())
            one["verdict"], one["runtime"]["level"] = verdict, 2
            with open(self.path("base"), "w", encoding="utf-8") as f:
                f.write(json.dumps(one))
            with Root(debian(tree={SITE: self.LEVELS[0]})) as root:
                r = run("audit", "--json", "--no-config", "--root", root, "--baseline", self.path("base"))
            js = self.parse(r.out)[0]
            self.assertEqual((js["baseline"]["worse"], r.code), (worse, int(worse)), verdict)
            self.assertIn("now", [c["what"] for c in js["baseline"]["changes"]])

    def test_what_is_no_baseline(self):
        for text in ("", "{}", "[]", "x", '{"schema":"ptscope.audit/1"}', '{"schema":"ptscope.fix/1"}'):
            with open(self.path("base"), "w", encoding="utf-8") as f:
                f.write(text)
            with Root(debian(tree=OWN)) as root:
                r = run("audit", "--root", root, "--baseline", self.path("base"))
            self.assertEqual((r.code, r.out), (2, b""), text)
            self.assertIn("is no audit that was saved", r.error)

    def test_kinds_of_change(self):
        """A finding that is less severe than before is a change, and no reason to fail."""
        with Root(debian(tree={SITE: self.LEVELS[0]})) as root:
            top = os.path.dirname(root)
            run("audit", "--no-config", "--root", "root", "--json", "-o", "base", cwd=top)
            with open(top + "/w.conf", "w", encoding="utf-8") as f:
                f.write("[Waiver]\nId=W\nFinding=boot-not-restricted\nHost=*\nReason=r\nOwner=o\nExpires=%s\n"
                        % subprocess.run(["date", "-u", "+%F"], capture_output=True, text=True,
                                         check=True).stdout.strip())
            js = run("audit", "--no-config", "--root", "root", "--json", "--waivers", "w.conf",
                     "--baseline", "base", cwd=top)
        value = self.parse(js.out)[0]
        self.assertEqual([c["what"] for c in value["baseline"]["changes"]], ["verdict", "changed"])
        self.assertEqual((js.code, ids(value, "waived")), (0, ["boot-not-restricted"]))


if __name__ == "__main__":
    harness.main()
