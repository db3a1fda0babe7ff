#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests of the differential suite's own parts; they need neither root nor the real loaders. Prints TAP."""

import os
import stat
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

import corpus
import generate
import scenarios
from rules import KEY, RULES, rules_of
from shrink import shrink
from trees import DIR, FIFO, Tree, file, link, show

HERE = Path(__file__).resolve().parent
AWKWARD = Tree({
    b"etc/sysctl.d/a\n\x1b[1m.conf": file(bytes(range(256)) * 3),
    b"etc/sysctl.d/\xff\xc3\xa9.conf": file(b"", 0o600),
    b"etc/sysctl.d/l.conf": link(b"../\xff\n"),
    b"etc/long": file(b"x" * 50000 + b"\0"),
    b"run/sysctl.d": DIR,
    b"srv/pipe": FIFO,
})


def sample() -> list:
    return [AWKWARD] + [s.tree for s in scenarios.all_scenarios()][::4] + [generate.make("self", i) for i in range(150)]


def json_keeps_every_byte():
    for tree in sample():
        text = tree.to_json()
        assert text.isascii()
        assert Tree.from_json(text) == tree


def directories_keep_every_byte():
    with tempfile.TemporaryDirectory() as where:
        for i, tree in enumerate(sample()):
            top = os.path.join(where, str(i))
            tree.materialise(top)
            back = Tree.read(top)
            listed = {p: n for p, n in tree.items()
                      if n.kind != "dir" or not any(q.startswith(p + b"/") for q in tree)}
            assert back == listed, tree.render()
        assert stat.S_ISFIFO(os.lstat(os.path.join(where, "0", "srv", "pipe")).st_mode)


def rendering_is_ascii_and_says_everything():
    for tree in sample():
        text = tree.render()
        assert text.isascii() and all(c == "\n" or c.isprintable() for c in text)
    text = Tree({b"a": file(b"x\ty\nz"), b"b": link(b"/c"), b"d": DIR, b"e": FIFO, b"f": file(b"")}).render()
    assert text == ("/a\n    |x\\ty\n    |z    (no newline at the end)\n/b -> /c\n/d/\n/e (FIFO)\n/f (empty)"), text
    assert show(b"\\\r\x80") == "\\\\\\r\\x80"
    assert show(b"k = " + b"x" * 3000) == "k = <x x 3000>"


def links_lead_where_the_kernel_says():
    tree = Tree({b"etc/d/f": file(b"x"), b"etc/l": link(b"d/f"), b"etc/up": link(b"../../../etc/l"), b"abs": link(b"/etc/up"),
                 b"loop": link(b"/loop"), b"null": link(b"dev/null"), b"gone": link(b"nowhere"), b"dl": link(b"etc/d"),
                 b"through": link(b"etc/l/../l"), b"c0": link(b"etc/l")})
    for i in range(41):
        tree[b"c%d" % (i + 1)] = link(b"c%d" % i)
    expected = {b"abs": ("file", b"etc/d/f"), b"loop": ("loop", b"loop"), b"null": ("devnull", b""), b"gone": ("dangling", b"gone"),
                b"dl/f": ("file", b"etc/d/f"), b"dl": ("dir", b"etc/d"), b"etc/l": ("file", b"etc/d/f"), b"c38": ("file", b"etc/d/f")}
    for path, (kind, where) in expected.items():
        found = tree.resolve(path)
        assert found.kind == kind and (kind != "file" and kind != "dir" or found.path == where), (path, found)
    assert tree.resolve(b"c39").kind == "loop"
    assert tree.resolve(b"through").kind == "dangling"
    assert tree.listdir(b"dl") == [b"f"]
    with tempfile.TemporaryDirectory() as top:  # the kernel's own answers, for what stays inside by relative links
        plain = Tree({p: n for p, n in tree.items() if n.data[:1] != b"/" and p != b"etc/up"})
        plain.materialise(top + "/r")
        for path in plain:
            there = os.path.isfile(os.path.join(os.fsencode(top), b"r", path))
            assert there == (plain.resolve(path).kind == "file"), path


def invalid_trees_are_told():
    assert not Tree({b"a": file(b""), b"a/b": file(b"")}).valid()
    assert not Tree({b"a/../b": file(b"")}).valid()
    assert not Tree({b"n" * 256: file(b"")}).valid()
    assert Tree({b"a": DIR, b"a/b": file(b"")}).valid()


def scenarios_are_what_they_say():
    every = scenarios.all_scenarios()
    assert len(every) >= 250
    assert max(Counter(s.name for s in every).values()) == 1
    for scenario in every:
        assert scenario.tree.valid(), scenario.name
        assert all(c.isalnum() or c == "_" for c in scenario.name), scenario.name
        missing = set(scenario.tags) - rules_of(scenario.tree)
        assert not missing, (scenario.name, missing)
        for prefix, level in scenario.expect.items():
            assert level in "-0123" and prefix.split("@")[0] in {x.name for x in corpus.LOADERS}, prefix


def every_rule_has_a_scenario():
    reached = set().union(*(rules_of(s.tree) for s in scenarios.all_scenarios()))
    assert not set(RULES) - reached, set(RULES) - reached


def a_tree_without_the_key_reaches_nothing_but_absences():
    assert rules_of(Tree({b"etc/sysctl.d/a.conf": file(b"kernel.sysrq = 3\nkernel.sysrq = 1\n")})) <= {"busybox.conf_missing"}
    masked = {b"etc/sysctl.d/a.conf": link(b"/dev/null"), b"usr/lib/sysctl.d/a.conf": file(b"-" + KEY + b" = 1\n")}
    reached = rules_of(Tree(masked))
    assert "systemd.dash" not in reached and "systemd.mask_devnull" in reached


def generated_trees_depend_on_seed_and_index_only():
    first = [generate.make("7", i).to_json() for i in range(40)]
    assert first == [generate.make("7", i).to_json() for i in reversed(range(40))][::-1]
    assert first != [generate.make("8", i).to_json() for i in range(40)]
    assert len(set(first)) > 35


def generated_trees_reach_every_rule():
    counts = Counter(rule for i in range(4 * len(RULES)) for rule in rules_of(generate.make("reach", i)))
    zero = [rule for rule in RULES if not counts[rule]]
    assert not zero, zero
    assert not any(n.kind == "fifo" for i in range(200) for n in generate.make("reach", i).values())


def shrinking_finds_the_smallest_tree():
    def test(batch):
        return [b"=3" in t.get(b"etc/sysctl.d/a.conf", file(b"")).data and b"etc/keep" in t for t in batch]
    tree = generate.make("shrink", 3).copy()
    tree.update({b"etc/sysctl.d/a.conf": file(b"# one\nkernel.yama=3 # x\nlast\n" * 4), b"etc/keep": link(b"x"), b"srv/z": DIR})
    tree = Tree({p: n for p, n in tree.items() if not b"etc/sysctl.d".startswith(p) or n.kind != "link"})
    small = shrink(tree, test)
    assert small == {b"etc/sysctl.d/a.conf": file(b"=3"), b"etc/keep": link(b"x")}, small.render()
    big = Tree({b"etc/sysctl.d/a.conf": file(b"x" * 100000 + b"=3"), b"etc/keep": link(b"x")})
    assert len(shrink(big, test)[b"etc/sysctl.d/a.conf"].data) < 200


def versions_are_shortened():
    for package, version, short in (("procps", "2:4.0.2-3", "4.0.2"), ("systemd", "252.39-1~deb12u2", "252"),
                                    ("systemd", "262.1-1", "262"), ("busybox-static", "1:1.30.1-6+b3", "1.30"),
                                    ("procps", "2:3.3.17-5", "3.3.17"), ("systemd", "247.3-7+deb11u5", "247")):
        assert corpus.short_version(package, version) == short, (package, version)


def outcomes_are_read():
    with tempfile.TemporaryDirectory() as where:
        path = Path(where) / "x.out"
        path.write_text("write\tkernel/yama/ptrace_scope\t310a\tok\t0\nwrite\tvm/swappiness\t\tEINVAL\t4\n"
                        "level\t1\nexit\t0\nstderr\t68690a\n", encoding="ascii")
        outcome = corpus.read_outcome(path)
        assert outcome == ("1", "exit 0", [("kernel/yama/ptrace_scope", b"1\n", "ok"), ("vm/swappiness", b"", "EINVAL at 4")], b"hi\n")


def loaders_are_left_out_only_where_they_read_nothing():
    runs = {x.name: corpus.Run(x.name, x.name, x.paths) for x in corpus.LOADERS}
    only_conf = Tree({b"etc/sysctl.conf": file(b"x")})
    only_usr = Tree({b"usr/lib/sysctl.d/a.conf": file(b"x")})
    moved = Tree({b"usr/local": link(b"/srv"), b"srv/lib/sysctl.d/a.conf": file(b"x")})
    assert not corpus.concerns(runs["systemd-sysctl"], only_conf) and corpus.concerns(runs["busybox"], only_conf)
    assert corpus.concerns(runs["systemd-sysctl"], only_usr) and not corpus.concerns(runs["procps-p"], only_usr)
    assert corpus.concerns(runs["systemd-sysctl"], moved) and not corpus.concerns(runs["ufw"], moved)


FAKE_JUDGE = '''#!/usr/bin/python3
import sys
for line in sys.stdin:
    root, loader, out = line.rstrip("\\n").split("\\t")
    try:
        bad = b"=3" in open(root + "/etc/sysctl.conf", "rb").read()
    except OSError:
        bad = False
    open(out, "w").write("write\\tkernel/yama/ptrace_scope\\t33\\tok\\t0\\nlevel\\t%s\\nexit\\t0\\nstderr\\t\\n" % (3 if bad else "none"))
    print("done\\t" + out, flush=True)
'''
FAKE_REPLAY = '''#!/usr/bin/python3
import glob, os, sys
bad = n = 0
if sys.argv[1] == "--list-mutations":
    print("KILLED\\tbusybox@9"); print("SURVIVOR\\tbusybox@9"); sys.exit(0)
for out in sorted(glob.glob(sys.argv[1] + "/*/*.out")):
    n += 1
    if ("level\\t3" in open(out).read()) if len(sys.argv) < 3 else sys.argv[3] == "KILLED":
        bad += 1
        print("MISMATCH", os.path.basename(os.path.dirname(out)), os.path.basename(out)[:-4] + ": level 3, we say none")
print("replay: %d compared, %d mismatches, 0 unknown" % (n, bad))
'''


def the_driver_reports_shrinks_and_counts():
    """differ with a judge and a replay that disagree on exactly one thing."""
    with tempfile.TemporaryDirectory() as where:
        top = Path(where)
        for name, text in (("judge", FAKE_JUDGE), ("replay", FAKE_REPLAY)):
            (top / name).write_text(text, encoding="ascii")
            (top / name).chmod(0o755)
        table = top / "cache/ptscope-judge/deb12"
        table.mkdir(parents=True)
        (table / "versions.tsv").write_text("deb12\tbusybox-static\t1:9.0.1-1\t/x\n", encoding="ascii")
        bad = Tree({b"etc/sysctl.conf": file(b"# note\nkernel.yama.ptrace_scope=3 # x\n"), b"etc/other": file(b"y")})
        good = Tree({b"etc/sysctl.conf": file(b"kernel.yama.ptrace_scope=1\n")})
        (top / "bad.json").write_text(bad.to_json(), encoding="ascii")
        (top / "good.json").write_text(good.to_json(), encoding="ascii")

        def differ(*more: str):
            return subprocess.run([sys.executable, str(HERE / "differ"), "--judge", str(top / "judge"), "--replay", str(top / "replay"),
                                   "--count", "0", "--loaders", "busybox", *more], env={**os.environ, "XDG_CACHE_HOME": str(top / "cache")},
                                  capture_output=True, text=True, check=False)
        done = differ("--tree", str(top / "bad.json"), "--tree", str(top / "good.json"))
        assert done.returncode == 1, done
        assert "not ok - stored-bad busybox@9.0: level 3, we say none" in done.stdout, done
        assert "#   /etc/sysctl.conf\n#       |=3    (no newline at the end)\n#   real busybox@9.0: level 3" in done.stdout, done.stdout
        assert done.stdout.endswith("\n1 passed, 1 failed, 2 skipped\n"), done.stdout
        done = differ("--tree", str(top / "good.json"))
        assert done.returncode == 0 and done.stdout.endswith("\n1 passed, 0 failed, 2 skipped\n"), done
        done = differ("kill-table", "--tree", str(top / "good.json"))
        assert "KILLED" in done.stdout and "killed     1 times" in done.stdout and "SURVIVOR  SURVIVES" in done.stdout, done.stdout
        assert done.returncode == 1 and done.stdout.endswith("\n1 passed, 1 failed, 2 skipped\n"), done.stdout
        done = differ("--kill-table", "--tree", str(top / "good.json"))
        assert done.returncode == 1 and done.stdout.endswith("\n2 passed, 1 failed, 2 skipped\n"), done.stdout


TESTS = [json_keeps_every_byte, directories_keep_every_byte, rendering_is_ascii_and_says_everything, links_lead_where_the_kernel_says,
         invalid_trees_are_told, scenarios_are_what_they_say, every_rule_has_a_scenario,
         a_tree_without_the_key_reaches_nothing_but_absences, generated_trees_depend_on_seed_and_index_only,
         generated_trees_reach_every_rule, shrinking_finds_the_smallest_tree, versions_are_shortened, outcomes_are_read,
         loaders_are_left_out_only_where_they_read_nothing, the_driver_reports_shrinks_and_counts]


def main() -> int:
    failed = 0
    print(f"1..{len(TESTS)}")
    for i, test in enumerate(TESTS, 1):
        try:
            test()
            print(f"ok {i} - {test.__name__}", flush=True)
        except Exception:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {i} - {test.__name__}", flush=True)
            print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()), end="")
    print(f"# {len(TESTS) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
