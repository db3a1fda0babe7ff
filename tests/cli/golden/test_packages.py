#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The package that a vendor's file is from, in the databases of dpkg, apk and rpm (SQLite, rpm's own, and
Berkeley DB), as these write them; and that a damaged database harms nothing but that name."""

import os
import random
import sqlite3
import struct
import tempfile

import harness
from fixture import File, Root, alpine, debian, rhel
from harness import Case, run

KEY = "kernel.yama.ptrace_scope"
VENDOR = "/usr/lib/sysctl.d/10-default-yama-scope.conf"
OWNER = "elfutils-default-yama-scope"
SITE = {"/etc/sysctl.d/05-site.conf": KEY + " = 1\n"}


def rpm_header(name, version, release, paths, epoch=None):
    """A header of an installed package, with the tags that count and one that does not."""
    dirs = sorted({p.rsplit("/", 1)[0] + "/" for p in paths})
    strings = lambda *s: b"".join(x.encode() + b"\0" for x in s)
    ints = lambda *n: b"".join(struct.pack(">I", x) for x in n)
    tags = [(1000, 6, 1, strings(name)), (1001, 6, 1, strings(version)), (1002, 6, 1, strings(release)),
            (1004, 9, 1, strings("a summary"))]
    if epoch is not None:
        tags.append((1003, 4, 1, ints(epoch)))
    if paths:
        tags += [(1116, 4, len(paths), ints(*(dirs.index(p.rsplit("/", 1)[0] + "/") for p in paths))),
                 (1117, 8, len(paths), strings(*(p.rsplit("/", 1)[1] for p in paths))),
                 (1118, 8, len(dirs), strings(*dirs))]
    index = store = b""
    for tag, kind, count, data in tags:
        store += b"\0" * (-len(store) % 4 if kind == 4 else 0)
        index += struct.pack(">IIII", tag, kind, len(store), count)
        store += data
    return struct.pack(">II", len(tags), len(store)) + index + store


def packages(path=VENDOR, more=60):
    """Some that have nothing to do with it, small and large, around the one that has it."""
    others = [rpm_header("pkg%d" % i, "1", "1", ["/opt/p%d/f%d" % (i, k) for k in range(i * i)])
              for i in range(more)]
    own = rpm_header(OWNER, "0.190", "2.el9", ["/usr/share/doc/x/README", path] +
                     ["/usr/share/doc/x/%d" % i for i in range(300)])
    return others[:more // 2] + [own] + others[more // 2:]


def sqlite(headers, page_size=4096):
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "db")
        db = sqlite3.connect(path)
        db.execute("PRAGMA page_size = %d" % page_size)
        db.execute("CREATE TABLE 'Name' (key TEXT NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL)")
        db.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        db.executemany("INSERT INTO Packages (blob) VALUES (?)", [(h,) for h in headers])
        db.commit()
        db.close()
        with open(path, "rb") as f:
            return {"/usr/lib/sysimage/rpm/rpmdb.sqlite": File(f.read())}


def ndb(headers):
    """lib/backend/ndb/rpmpkg.c: slots, then blobs in blocks of 16 bytes."""
    pages = 1 + (len(headers) + 2) // 256
    blobs, slots = b"", []
    for i, h in enumerate(headers, 1):
        block = pages * 256 + len(blobs) // 16
        blob = struct.pack("<4sIII", b"BlbS", i, 1, len(h)) + h + struct.pack("<II4s", 0, len(h), b"BlbE")
        blob += b"\0" * (-len(blob) % 16)
        slots.append(struct.pack("<4sIII", b"Slot", i, block, len(blob) // 16))
        blobs += blob
    slots += [struct.pack("<4sIII", b"Slot", 0, 0, 0)] * (pages * 256 - 2 - len(slots))
    head = struct.pack("<4sIIIIIII", b"RpmP", 0, 1, pages, len(headers) + 1, 0, 0, 0)
    return {"/var/lib/rpm/Packages.db": File(head + b"".join(slots) + blobs)}


def bdb(headers, order="<"):
    """A hash of Berkeley DB: one page of pairs, and the headers on overflow pages."""
    size = 4096
    pages = [b"", b""]
    items = b""
    offsets = []
    for i, h in enumerate(headers):
        first = len(pages)
        parts = [h[k:k + size - 26] for k in range(0, len(h), size - 26)]
        for k, part in enumerate(parts):
            following = first + k + 1 if k + 1 < len(parts) else 0
            head = struct.pack(order + "8sIIIHHBB", b"", first + k, 0, following, 1, len(part), 0, 7)
            pages.append((head + part).ljust(size, b"\0"))
        for item in (struct.pack(order + "BI", 1, i), struct.pack(order + "B3xII", 3, first, len(h))):
            items = item + items
            offsets.append(size - len(items))
    table = b"".join(struct.pack(order + "H", o) for o in offsets)
    head = struct.pack(order + "8sIIIHHBB", b"", 1, 0, 0, len(offsets), size - len(items), 0, 13)
    pages[1] = (head + table).ljust(size - len(items), b"\0") + items
    meta = struct.pack(order + "8sIIIIBBBBII", b"", 0, 0x061561, 9, size, 0, 8, 0, 0, 0, len(pages) - 1)
    pages[0] = meta.ljust(size, b"\0")
    return {"/var/lib/rpm/Packages": File(b"".join(pages))}


class Packages(Case):
    def owner(self, tree):
        _, js = self.audit(tree, code=1)
        evidence = [e for f in js["findings"] if f["id"] == "boot-not-restricted" for e in f["evidence"]]
        self.assertEqual([e["path"] for e in evidence], [VENDOR])
        return evidence[0]["package"]

    def rpm(self, database, **more):
        return rhel(**SITE, **database, **more)

    def test_dpkg(self):
        tree = debian(packages=[("acme", "2:1.4-2", [VENDOR])], tree={**SITE, VENDOR: KEY + " = 0\n"})
        self.assertEqual(self.owner(tree), "acme 2:1.4-2")
        tree = debian(packages=[("acme", "1", ["/lib/sysctl.d/10-default-yama-scope.conf"])],
                      tree={**SITE, VENDOR: KEY + " = 0\n"})
        self.assertEqual(self.owner(tree), "acme 1")

    def test_apk(self):
        tree = alpine(**{VENDOR: KEY + " = 0\n", "/lib/apk/db/installed":
                         "C:Q1\nP:busybox\nV:1.36.1-r29\nF:bin\nR:busybox\n\n"
                         "C:Q2\nP:acme\nV:3-r1\nF:usr/lib/sysctl.d\nR:10-default-yama-scope.conf\n\n"})
        self.assertEqual(self.owner(tree), "acme 3-r1")

    def test_rpm(self):
        want = OWNER + " 0.190-2.el9"
        for name, database in (("sqlite", sqlite), ("ndb", ndb), ("bdb", bdb),
                               ("bdb, big-endian", lambda h: bdb(h, order=">")),
                               ("sqlite, large pages", lambda h: sqlite(h, page_size=65536)),
                               ("sqlite, small pages", lambda h: sqlite(h, page_size=512))):
            with self.subTest(database=name):
                self.assertEqual(self.owner(self.rpm(database(packages()))), want)
                self.assertEqual(self.owner(self.rpm(database(packages()[:1]))), None)

    def test_rpm_of_a_split_usr(self):
        database = sqlite(packages(path="/lib/sysctl.d/10-default-yama-scope.conf"))
        self.assertEqual(self.owner(self.rpm(database)), OWNER + " 0.190-2.el9")

    def test_rpm_with_an_epoch(self):
        self.assertEqual(self.owner(self.rpm(sqlite([rpm_header(OWNER, "1", "2", [VENDOR], epoch=7)]))),
                         OWNER + " 7:1-2")

    def test_the_same_name_elsewhere_is_not_it(self):
        h = rpm_header("other", "1", "1", ["/usr/share/sysctl.d/10-default-yama-scope.conf",
                                           "/usr/lib/sysctl.d/11-other.conf"])
        self.assertIsNone(self.owner(self.rpm(sqlite([h]))))

    def test_versions_of_loaders(self):
        procps = rpm_header("procps-ng", "3.3.17", "14.el9", ["/usr/sbin/sysctl"])
        systemd = rpm_header("systemd", "252", "32.el9_4", ["/usr/lib/systemd/systemd"])
        tree = self.rpm(sqlite([procps, systemd]), **{"/usr/sbin/sysctl": File(b"\x7fELF", 0o755)})
        with Root(tree) as root:
            js = self.parse(run("resolve", "--json", "--root", root).out, "ptscope.resolve/1")[0]
        self.assertEqual({x["name"]: (x["version"], x["version_from"]) for x in js["keys"][0]["loaders"]},
                         {"systemd-sysctl": ("252", "package"), "procps": ("3.3.17", "package")})

    def test_damaged_databases(self):
        """Each number of the file may be anything: the answer is another name or none, in time."""
        rng = random.Random(1)
        for make in (sqlite, ndb, bdb):
            path, node = next(iter(make(packages(more=16)).items()))
            with Root(self.rpm({path: node})) as root:
                for i in range(60):
                    data = bytearray(node.data[:rng.choice((len(node.data), rng.randrange(len(node.data))))])
                    for _ in range(rng.choice((1, 4, 40))):
                        at = rng.randrange(min(len(data), rng.choice((128, 4096, len(data)))))
                        data[at] = rng.choice((0, 1, 0x7f, 0x80, 0xff, rng.randrange(256)))
                    with open(root + path, "wb") as f:
                        f.write(data)
                    r = run("audit", "--no-config", "--root", root, timeout=20)
                    self.assertEqual((r.code, r.err), (1, b""), "%s, run %d: %s" % (path, i, r.error))


if __name__ == "__main__":
    harness.main()
