#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Random small trees, meant to hurt.

A tree depends on a seed and an index only. Two thirds are grown from tables: few base names, so that they
collide across directories, masks of every kind, odd names, links, and lines put together from tables of
key spellings, values, blanks and terminators. One third is bred: two hand-written scenarios are laid over
each other, their files moved about, and lines or bytes changed. Every fourth tree is bred so that a certain
rule still holds in it; which one goes round with the index, so that no run of four times as many trees as
there are rules can miss one. FIFOs are left out: the real programs wait for them for ever.

Run as a program it prints trees, or with --rules how often each rule was exercised.
"""

import argparse
import random
import sys
from collections import Counter
from functools import lru_cache
from typing import List

import scenarios
from rules import RULES, View, rules_of
from trees import DIR, Tree, file, link

DIRS = [b"etc/sysctl.d", b"run/sysctl.d", b"usr/local/lib/sysctl.d", b"usr/lib/sysctl.d", b"lib/sysctl.d"]
DIR_WEIGHTS = [36, 20, 12, 24, 8]
CONF = b"etc/sysctl.conf"
UFW = b"etc/ufw/sysctl.conf"
KEY = b"kernel.yama.ptrace_scope"
SLASH = b"kernel/yama/ptrace_scope"

# Groups whose order is a question, and names that are patterns to procps. One group for each tree.
NAMES = [
    [b"10-a.conf", b"9-a.conf", b"09-a.conf", b"99-a.conf"],
    [b"Z.conf", b"a.conf", b"z.conf", b"A.conf"],
    [b"50-a.conf", b"50.conf", b"50_a.conf", b"50-.conf", b"50-a-b.conf"],
    [b"zz.conf", b"\xc3\xa9.conf", b"\xff.conf", b"~.conf"],
    [b"10-x.conf", b"50-x.conf", b"60-x.conf", b"99-z.conf"],
    [b"99-sysctl.conf", b"99-sysctl.conf.conf", b"zz.conf", b"98-x.conf"],
    [b"z[A].conf", b"zA.conf", b"z[!B].conf", b"zB.conf"],
    [b"5?.conf", b"50.conf", b"*.conf", b"5*.conf"],
    [b"{a,b}.conf", b"a.conf", b"b.conf", b"{a}.conf", b"{}.conf"],
    [b"~.conf", b"~root.conf", b"a~.conf", b"a.conf"],
    [b"a\\b.conf", b"ab.conf", b"\\*.conf", b"\\[.conf"],
    [b".x.conf", b".conf", b"x.conf", b"..conf"],
    [b"x.CONF", b"x.conf", b"x.conf~", b"x.conf.bak", b"x", b"x.conf.dpkg-old", b"xconf", b"x.cnf"],
    [b" x.conf", b"x .conf", b"x\n.conf", b"x y.conf", b"-x.conf"],
    [b"sub/x.conf", b"x.conf", b"sub.conf/x.conf", b"sub.conf"],
]
PLANTED = 4  # every so many trees a certain rule is made sure of
NAME_WEIGHTS = [8, 8, 8, 5, 20, 8, 4, 4, 4, 3, 3, 8, 6, 2, 3]

VALUES = [
    (60, [b"0", b"1", b"2", b"3"]), (7, [b"3"]),
    (9, [b"4", b"-1", b"10", b"08", b"09", b"+1", b"-0", b"007", b"0x4", b"0x", b"- 1", b"--1", b"-2"]),
    (8, [b"01", b"002", b"0x1", b"0X2", b"0x3", b"00", b"0" * 19 + b"1", b"0" * 20 + b"1"]),
    (8, [b"1 2", b"1\t2", b"2 # c", b"1 ; c", b"2#c", b"1;", b"1,2", b"1.0", b"1e0", b"1 = 2", b"2=1", b"1=2 x"]),
    (5, [b'"1"', b"'2'", b"yes", b"true", b"\xc2\xa01", b"\\1", b"18446744073709551616", b"4294967297"]),
    (5, [b"\x0c1", b"\x0b2", b"2\x0c", b"1\x0b", b"\xa01", b"2\xa0", b"\r1", b"1\r", b"\x0b\x0c2"]),
    (4, [b"", b" ", b"\x0c"]),
]
KEYS = [
    (60, [KEY]), (10, [SLASH]),
    (14, [b"/" + SLASH, b"//" + SLASH, b"kernel//yama//ptrace_scope", b"kernel/yama//ptrace_scope", b"." + KEY,
          b"kernel..yama..ptrace_scope", b"kernel/./yama/ptrace_scope", b"./" + SLASH, KEY + b".", SLASH + b"/",
          b"kernel/../kernel/yama/ptrace_scope", b"kernel/yama/../yama/ptrace_scope", b"kernel.yama/ptrace_scope",
          b"kernel/yama.ptrace_scope", b"proc.sys." + KEY, b"/proc/sys/" + SLASH, b"proc/sys/" + SLASH,
          KEY.upper(), b"Kernel.yama.ptrace_scope", b"kernel . yama . ptrace_scope", b"kernel.yama.ptrace\\_scope",
          b"../sys/" + SLASH, b"kernel/sysrq/../yama/ptrace_scope"]),
    (16, [b"kernel.yama.*", b"kernel.*.ptrace_scope", b"*.*.ptrace_scope", b"kernel.*.*", b"*.ptrace_scope",
          b"kernel.*", b"kernel/yama/*", b"kernel.yam?.ptrace_scope", b"kernel.yama.[p]trace_scope",
          b"kernel.yama.p*", b"kernel.{yama,x}.ptrace_scope", b"kernel.**.ptrace_scope", b"kernel.yama.ptrace?scope",
          b"kernel//yama/*", b"/kernel/yama/*", b"kernel.yama.[!x]*", b"kernel.yama.x*", b"kernel/yama.*",
          b"kernel/../kernel/yama/*", b"kernel.yama.\\*", b"kernel.{yama,x}.*", b"kernel.yama.[ptrace_scope"]),
    (6, [b"kernel.sysrq", b"net.ipv4.conf.*.rp_filter", b"net.ipv4.conf.all.rp_filter", b"kernel.yama.nope",
         b"kernel.yama", b"net/ipv4/conf/eth0.100/rp_filter", b"net.ipv4.conf.eth0/100.rp_filter", b"kernel"]),
]
EQUALS = [(40, [b" = "]), (25, [b"="]), (6, [b"= ", b" =", b"\t=\t", b"  =  ", b" \t= "]), (2, [b"==", b" == "]),
          (3, [b"\x0c=", b" \x0b= ", b"=\x0c ", b" =\x0b"])]
ENDS = [(80, [b"\n"]), (5, [b"\r\n"]), (3, [b"\r"]), (3, [b"\0"]), (2, [b"\\\n"]), (2, [b"\n\r", b"\r\r\n", b"\0\n", b"\n\n"]),
        (2, [b" \\\n", b"\\\r\n", b"\\ \n", b"\\\\\n"])]
LEADS = [(78, [b""]), (6, [b" ", b"\t", b"  \t"]), (3, [b"\x0c", b"\x0b", b" \x0c"]), (1, [b"\xa0"]), (2, [b"="]),
         (7, [b"-"]), (3, [b"- ", b"-\t", b"--", b"---"])]
COMMENTS = [b"# note", b"; note", b"#", b" # @ = 2", b"\t;@=1", b"//@ = 2", b"# note \\", b"  ; x \\", b"#@ = 0\r@ = 1",
            b"# a\0@ = 2", b"# x\\\\", b"\x0c# @ = 2", b"\xef\xbb\xbf# note"]
ODD = [b"@ 2", b"@", b"@: 2", b"-", b"=", b"x", b"= 2", b"- = 1", b"@ \\", b"@ = \\", b"garbage here", b"", b"  ", b"\xff\xfe"]
EXCLUSIONS = [b"-@", b"-@", b"-kernel/yama/ptrace_scope", b"- @", b"--@", b"-kernel.yama.*", b"-kernel.*.ptrace_scope",
              b"-/kernel//yama/ptrace_scope", b"-kernel.yama.ptrace_scope.", b"- kernel.yama.*"]
ENABLED = [b"ENABLED=yes", b"ENABLED=yes", b"ENABLED=yes", b"ENABLED=YES", b'ENABLED="yes"', b"ENABLED='yes'", b"ENABLED=no",
           b"ENABLED=Yes", b"LOGLEVEL=low", b"ENABLED=yes # on", b"ENABLED=ye\\s", b"ENABLED=no\nENABLED=yes",
           b"ENABLED=yes\nENABLED=no", b"#ENABLED=yes", b"  ENABLED=yes", b"export ENABLED=yes"]
IPT = [b"/etc/ufw/sysctl.conf", b"/etc/ufw/sysctl.conf", b"/etc/ufw/sysctl.conf", b"/etc/sysctl.conf", b'"/etc/sysctl.conf"',
       b"'/etc/ufw/sysctl.conf'", b"/etc/\"ufw\"/sysctl.conf", b"", b'""', b"/etc/ufw/sysctl\\.conf", b"/nowhere",
       b"/etc/ufw/sysctl.conf # c", b"/etc/ufw/", b"/etc/sysctl.d/50-x.conf"]


TUNED_VALUES = [b"0", b"1", b"2", b"3", b"4", b"01", b"0x2", b'"1"', b"'2'", b"1 # c", b"2#c", b"1 2", b"1 ; c", b">1", b"<2", b"x"]


class Maker:
    """Makes one tree."""

    def __init__(self, seed, index: int):
        self.rng = random.Random(f"{seed}/{index}")
        self.index = index

    def pick(self, table) -> bytes:
        """One of a weighted table of lists."""
        group = self.rng.choices([g for _, g in table], [w for w, _ in table])[0]
        return self.rng.choice(group)

    def chance(self, percent: float) -> bool:
        return self.rng.random() * 100 < percent

    # -- lines -------------------------------------------------------------------------------------

    def line(self) -> bytes:
        kind = self.rng.choices(("assign", "exclude", "comment", "odd"), (82, 7, 7, 4))[0]
        if kind == "assign":
            equals = self.pick(EQUALS)
            value = self.pick(VALUES)
            data = self.pick(LEADS) + self.pick(KEYS) + equals + value
            if self.chance(4):
                data += self.rng.choice([b" ", b"\t", b" \t "])
            return data
        table = {"exclude": EXCLUSIONS, "comment": COMMENTS, "odd": ODD}[kind]
        return self.rng.choice(table).replace(b"@", KEY)

    def related_globs(self) -> List[bytes]:
        """Patterns that compete, and perhaps the key or an exclusion: what order rules are about."""
        if self.chance(20):
            return self.related_net_globs()
        some = self.rng.sample([b"kernel.yama.*", b"kernel.*.ptrace_scope", b"kernel.*.*", b"*.*.ptrace_scope"], 2)
        pool = some * 2 + [self.rng.choice([KEY, SLASH, b"/kernel//yama/ptrace_scope", some[0]])]
        lines = [self.rng.choice(pool[:4]) + b" = " + self.rng.choice([b"0", b"1", b"2", b"3"])
                 for _ in range(self.rng.randint(2, 4))]
        if self.chance(50):
            last = self.rng.choice([pool[4] + b" = " + self.pick(VALUES), b"-" + KEY, b"-" + pool[0], KEY + b" ="])
            lines.insert(self.rng.randint(0, len(lines)), last)
        return lines

    def related_net_globs(self) -> List[bytes]:
        """The same over keys that there are several of, with a name that has a dot in it."""
        names = [b"*", b"*", b"e*", b"eth0", b"all", b"[al]*", b"eth0/100", b"eth0?100", b"lo", b"{all,e*}", b"default"]
        lines = []
        for _ in range(self.rng.randint(2, 5)):
            key = b"net.ipv4.conf." + self.rng.choice(names) + b"." + self.rng.choice([b"rp_filter", b"rp_filter", b"*", b"r*"])
            if self.chance(15):
                key = key.replace(b"eth0/100", b"eth0.100").replace(b".", b"/", self.rng.choice([3, 4, 9]))
            lines.append(b"-" + key if self.chance(25) else key + b" = " + self.rng.choice([b"0", b"1", b"2", b"1 # x"]))
        return lines

    def content(self) -> bytes:
        if self.chance(12):
            lines = self.related_globs()
        else:
            lines = [self.line() for _ in range(self.rng.choice([1, 1, 2, 2, 3, 4]))]
        odd_ends = self.chance(30)
        data = b"".join(line + (self.pick(ENDS) if odd_ends else b"\n") for line in lines)
        if self.chance(6):
            data = data[:-1]
        if self.chance(1.5):
            data = b"\xef\xbb\xbf" + data
        if self.chance(0.25):
            data = self.long_line(data)
        if self.chance(0.8):
            data += KEY + b" = " + b"\x0b" * self.rng.randint(4090, 4097) + b"1\n"
        return data

    def long_line(self, data: bytes) -> bytes:
        length = scenarios.MIB - self.rng.choice([2, 1, 1, 0, 0, -100])
        return KEY + b" = 1\n#" + b"x" * (length - 1) + b"\n" + data

    # -- entries -----------------------------------------------------------------------------------

    def entry(self, tree: Tree, path: bytes) -> None:
        """Something at path: mostly a file, otherwise what masks or leads elsewhere."""
        if b"/" in path.split(b"sysctl.d/", 1)[-1]:
            tree[path] = file(self.content())
            return
        name = path.rsplit(b"/", 1)[-1]
        kind = self.rng.choices(("file", "empty", "comment", "null", "dangling", "dir", "loop", "link"),
                                (66, 5, 4, 7, 4, 3, 3, 8))[0]
        if kind == "file":
            tree[path] = file(self.content())
        elif kind == "empty":
            tree[path] = file(b"")
        elif kind == "comment":
            tree[path] = file(self.rng.choice([b"# off\n", b"; off\n", b"\n", b"# x", b" \t\n", b"kernel.sysrq = 1\n"]))
        elif kind == "null":
            tree[path] = link(self.rng.choice([b"/dev/null", b"/dev/null", b"/dev/../dev/null", b"../../dev/null",
                                               b"../../../../dev/null"]))
        elif kind == "dangling":
            tree[path] = link(self.rng.choice([b"nowhere", b"/nowhere/x", b"../x", b"/etc/hostname/x"]))
        elif kind == "dir":
            tree[path] = DIR
        elif kind == "loop":
            tree[path] = link(self.rng.choice([name, b"./" + name, b"/" + path]))
        else:
            self.link_entry(tree, path)

    def link_entry(self, tree: Tree, path: bytes) -> None:
        """A link to a file that the tree has or gets."""
        data = self.content()
        where = self.rng.choice([b"srv/x", b"opt/a/x", path.rsplit(b"/", 1)[0] + b"/real", b"etc/hidden/.x"])
        tree[where] = file(data)
        up = b"../" * (path.count(b"/") + self.rng.choice([0, 0, 3]))
        target = self.rng.choice([b"/" + where, up + where, b"/../" + where])
        if self.chance(30):
            tree[b"etc/chain"] = link(target if target.startswith(b"/") else b"/" + where)
            target = b"/etc/chain"
        tree[path] = link(target)

    def conf(self, tree: Tree) -> None:
        kind = self.rng.choices(("file", "missing", "empty", "dir", "null", "dangling", "loop", "link"),
                                (64, 17, 3, 3, 3, 3, 1, 6))[0]
        if kind == "file":
            tree[CONF] = file(self.content())
        elif kind == "link":
            self.link_entry(tree, CONF)
        elif kind != "missing":
            tree[CONF] = {"empty": file(b""), "dir": DIR, "null": link(b"/dev/null"), "loop": link(b"sysctl.conf"),
                          "dangling": link(b"nowhere")}[kind]
        if self.chance(28):
            top = self.rng.choices(DIRS[:4], (70, 12, 6, 12))[0]
            name = b"99-sysctl.conf" if self.chance(80) else b"60-link.conf"
            tree[top + b"/" + name] = link(self.rng.choice([b"../sysctl.conf" if top == DIRS[0] else b"/etc/sysctl.conf",
                                                            b"/etc/sysctl.conf", b"/etc/sysctl.conf"]))
            if top != DIRS[0] and self.chance(40) or self.chance(12):
                self.entry(tree, b"etc/sysctl.d/99-sysctl.conf")

    def ufw(self, tree: Tree) -> None:
        lines = [b"IPT_SYSCTL=" + self.rng.choice(IPT)]
        if self.chance(15):
            lines.insert(self.rng.randint(0, 1), self.rng.choice(
                [b"# note", b"#IPT_SYSCTL=/etc/sysctl.conf", b"IPV6=yes", b"IPT_SYSCTL=/etc/sysctl.conf"]))
        if self.chance(94):
            tree[b"etc/default/ufw"] = file(b"\n".join(lines) + b"\n")
        conf = [self.rng.choice(ENABLED)]
        if self.chance(15):
            conf.append(b"IPT_SYSCTL=" + self.rng.choice(IPT))
        tree[b"etc/ufw/ufw.conf"] = file(b"\n".join(conf) + b"\n")
        if self.chance(10):
            tree[UFW] = file(b"")
        elif self.chance(94):
            tree[UFW] = file(self.content())

    def tuned(self, tree: Tree) -> None:
        """An active profile, at the places of old and new versions."""
        lines = [b"[sysctl]"] if self.chance(90) else []
        for _ in range(self.rng.randint(0, 3)):
            key = self.rng.choice([KEY, KEY, KEY, SLASH, b"kernel/yama.ptrace_scope", b"kernel.sysrq", b"kernel.yama.nope"])
            lines.append(key + self.rng.choice([b"=", b" = ", b" =", b"= "]) + self.rng.choice(TUNED_VALUES))
        if self.chance(8):
            lines.insert(self.rng.randint(0, len(lines)), self.rng.choice(
                [b"# note", b"; note", b"[main]\nsummary=x", b"  indented", KEY, b"", b"[other]\ntype=none"]))
        profile = file(b"\n".join(lines) + b"\n")
        tops = [b"etc/tuned/", b"etc/tuned/profiles/"] if self.chance(80) else [b"usr/lib/tuned/", b"usr/lib/tuned/profiles/"]
        for top in tops:
            tree[top + b"mine/tuned.conf"] = profile
            if self.chance(10):
                tree[top + b"other/tuned.conf"] = file(b"[sysctl]\n" + KEY + b" = " + self.rng.choice(TUNED_VALUES) + b"\n")
        tree[b"etc/tuned/active_profile"] = file(self.rng.choice([b"mine\n", b"mine\n", b"mine", b"mine other\n", b"other\n", b" mine\n"]))
        if self.chance(95):
            tree[b"etc/tuned/tuned-main.conf"] = file(self.rng.choice(
                [b"# none\n", b"# none\n", b"reapply_sysctl = 1\n", b"reapply_sysctl = 0\n", b"reapply_sysctl=false\n"]))

    # -- trees -------------------------------------------------------------------------------------

    def grown(self) -> Tree:
        tree = Tree()
        merged = self.chance(45)
        group = self.rng.choices(NAMES, NAME_WEIGHTS)[0]
        names = self.rng.sample(group, min(len(group), self.rng.randint(1, 3)))
        if self.chance(20):
            names.append(self.rng.choice(self.rng.choices(NAMES, NAME_WEIGHTS)[0]))
        for _ in range(self.rng.randint(1, 5)):
            top = self.rng.choices(DIRS[:4] if merged else DIRS, DIR_WEIGHTS[:4] if merged else DIR_WEIGHTS)[0]
            self.entry(tree, top + b"/" + self.rng.choice(names))
        self.conf(tree)
        if self.chance(16):
            self.ufw(tree)
        if self.chance(4):
            self.tuned(tree)
        if merged:
            tree[b"lib"] = link(self.rng.choice([b"usr/lib", b"usr/lib", b"/usr/lib"]))
        if self.chance(5):
            self.link_directory(tree)
        return tree

    def link_directory(self, tree: Tree) -> None:
        """Move one sysctl.d elsewhere, and leave a link."""
        top = self.rng.choice(DIRS[:4])
        if self.chance(15):
            for path in [p for p in tree if p.startswith(top + b"/")]:
                del tree[path]
            tree[top] = link(self.rng.choice([b"/nowhere", b"sysctl.d", b"../lib/sysctl.d", b"/etc/sysctl.d"]))
            return
        for path in [p for p in tree if p.startswith(top + b"/")]:
            tree[b"srv/moved/" + path[len(top) + 1:]] = tree.pop(path)
        tree[top] = link(self.rng.choice([b"/srv/moved", b"../" * top.count(b"/") + b"srv/moved"]))

    def bred(self, first: Tree) -> Tree:
        tree = first.copy()
        other = self.rng.choice(parents()).tree
        for path, node in other.items():
            if self.chance(60):
                if path.count(b"sysctl.d/") and self.chance(50):
                    path = self.rng.choice(DIRS[:4]) + b"/" + path.split(b"sysctl.d/", 1)[1]
                elif path in tree and node.kind == "file" == tree[path].kind and self.chance(60):
                    node = file(self.rng.choice([node.data + tree[path].data, tree[path].data + node.data]))
                tree[path] = node
        for path in self.rng.sample(sorted(tree), min(len(tree), 2)):
            node = tree[path]
            if node.kind == "file" and len(node.data) < 5000:
                tree[path] = file(self.mutate(node.data))
        if b"lib" not in tree and not any(p.startswith(b"lib/") for p in tree) and self.chance(30):
            tree[b"lib"] = link(b"usr/lib")
        return tree

    def mutate(self, data: bytes) -> bytes:
        """Insert a line, drop one, repeat one, or change a byte."""
        lines = data.split(b"\n")
        what, at = self.rng.randint(0, 4), self.rng.randrange(len(lines))
        if what == 0:
            lines.insert(at, self.line())
        elif what == 1:
            lines.insert(self.rng.randrange(len(lines)), lines[at])
        elif what == 2 and len(lines) > 2:
            del lines[at]
        elif what == 3 and data:
            i = self.rng.randrange(len(data))
            byte = self.rng.choice(b"\0\t\n\x0b\x0c\r #;=-./*?[]{}\\0123x\xa0\xff")
            return data[:i] + bytes([byte]) + data[i + self.rng.randint(0, 1):]
        return b"\n".join(lines)

    def with_rule(self, rule: str) -> Tree:
        """Bred from a scenario with the rule, so that the rule still holds; else that scenario."""
        first = self.rng.choice(having(rule))
        for _ in range(20):
            tree = self.bred(first)
            drop_below_others(tree)
            if tree.valid() and RULES[rule][1](View(tree)):
                return tree
        return first.copy()

    def tree(self) -> Tree:
        if self.index % PLANTED == 0:
            return self.with_rule(list(RULES)[self.index // PLANTED % len(RULES)])
        breed = self.chance(15)
        for _ in range(50):
            tree = self.bred(self.rng.choice(parents()).tree) if breed else self.grown()
            drop_below_others(tree)
            if tree.valid():
                return tree
        raise RuntimeError("no valid tree in fifty tries")


def drop_below_others(tree: Tree) -> None:
    """Remove what lies below a file or link: chance put it there."""
    for path in sorted(tree):
        parts = path.split(b"/")
        for i in range(1, len(parts)):
            above = tree.get(b"/".join(parts[:i]))
            if above is not None and above.kind != "dir":
                del tree[path]
                break


@lru_cache(maxsize=None)
def parents() -> list:
    """Scenarios to breed from; those with a line of 1 MiB are too slow to be common."""
    return [s for s in scenarios.all_scenarios() if all(len(n.data) < 10000 for n in s.tree.values())]


@lru_cache(maxsize=None)
def rules_of_scenarios() -> list:
    return [(s.tree, rules_of(s.tree)) for s in scenarios.all_scenarios()]


@lru_cache(maxsize=None)
def having(rule: str) -> List[Tree]:
    return [tree for tree, rules in rules_of_scenarios() if rule in rules]


def make(seed, index: int) -> Tree:
    return Maker(seed, index).tree()


def main() -> int:
    parser = argparse.ArgumentParser(description="Print generated trees.")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--rules", action="store_true", help="print how often each rule is exercised")
    args = parser.parse_args()
    counts: Counter = Counter()
    for i in range(args.first, args.first + args.count):
        tree = make(args.seed, i)
        counts.update(rules_of(tree))
        if not args.rules:
            print(f"--- seed {args.seed}, tree {i}: {' '.join(sorted(rules_of(tree)))}\n{tree.render()}\n")
    if args.rules:
        for name, (meaning, _) in RULES.items():
            print(f"{counts[name]:6} {name}: {meaning}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
