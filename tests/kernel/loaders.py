# SPDX-License-Identifier: LGPL-2.1-or-later
"""The real loaders on the real key: trees of tests/loaders, the programs of tests/loaders/judge/builds.

What "ptscope resolve" says of each tree is worked out here; the guest runs the loader in the tree and looks
what the kernel then holds. A tree that leads to 3 ends its boot, since nothing lowers 3 again; the others
share one. Which are which is resolve's word too: were it wrong, the kernel would be at 3 and all that
follows would differ.
"""

import functools
import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "loaders"))

# pylint: disable=wrong-import-position
import corpus
import generate
import scenarios
from debian import Failure
from initramfs import Initramfs
from trees import Tree

BUILD = "deb12"
BUILDS = Path(__file__).resolve().parents[1] / "loaders/judge/builds"
GUEST = Path(__file__).resolve().parent / "guest/loaders.sh"
SEED = "vm"
MANY = 80     # trees for each loader that stay below 3, if there are so many
ENOUGH = 60
LOCKING = 6   # trees for each loader that reach 3, each with a boot of its own
ONCE = threading.Lock()
COMMANDS = {
    "systemd-sysctl": "/.judge/bin/systemd-sysctl",
    "procps": "/.judge/bin/sysctl --system",
    "busybox": "/.judge/bb/sysctl -p",
}


class Case(NamedTuple):
    name: str
    loader: str
    tree: Tree
    start: int     # level before
    expected: int  # level afterwards


def only_the_key(tree: Tree) -> bool:
    """No other key: a guest has others than the judge, and refuses other values. No FIFO, no device."""
    for node in tree.values():
        if node.kind not in ("file", "link", "dir"):
            return False
        for line in node.data.splitlines() if node.kind == "file" else ():
            key = line.split(b"=")[0]
            if b"=" in line and not line.lstrip().startswith((b"#", b";")) and b"yama" not in key:
                return False
    return True


def trees() -> Iterator[tuple]:
    for scenario in scenarios.all_scenarios():
        yield f"scenario-{scenario.name}", scenario.tree
    index = 0
    while True:
        yield f"seed-{SEED}-{index}", generate.make(SEED, index)
        index += 1


def resolve(ptscope: Path, root: str, loader: str):
    """The level that the loader leaves, None when it writes none that is valid; False: not known."""
    done = subprocess.run([str(ptscope), "resolve", "--json", "--root", root, "--loader", loader],
                          capture_output=True, check=False)
    if done.returncode not in (0, 3):
        raise Failure(f"ptscope resolve --loader {loader}: {done.stderr.decode(errors='replace')}")
    answer = json.loads(done.stdout)["keys"][0]["loaders"][0]
    return False if answer["state"] == "unknown" else answer["level"]


def cases(build: Path) -> Dict[str, List[Case]]:
    """As find_cases(), once for all boots."""
    with ONCE:
        return find_cases(build)


@functools.lru_cache(maxsize=None)
def find_cases(build: Path) -> Dict[str, List[Case]]:
    """Loader -> cases, those that stay below 3 and then those that reach it ("lock LOADER")."""
    ptscope = build / "src/cli/ptscope"
    done = subprocess.run([str(BUILDS), BUILD], capture_output=True, check=False)
    if done.returncode != 0:
        raise Failure(f"the real loaders cannot be had: {done.stderr.decode(errors='replace')}")
    runs = [r for r in corpus.select(f"{name}@{BUILD}" for name in COMMANDS)[0]]
    found: Dict[str, List[Case]] = {f"{kind}{name}": [] for name in COMMANDS for kind in ("", "lock ")}
    for name, tree in trees():
        if all(len(found[n]) >= MANY and len(found["lock " + n]) >= LOCKING for n in COMMANDS):
            return found
        if not only_the_key(tree):
            continue
        with tempfile.TemporaryDirectory(prefix="ptscope-vm.") as temporary:
            top = f"{temporary}/root"
            tree.materialise(top)
            for run in runs:
                loader = run.request.split("@")[0]
                if not corpus.concerns(run, tree):
                    continue
                level = resolve(ptscope, top, run.label)
                if level is False:
                    continue
                kind = found[("lock " if level == 3 else "") + loader]
                start = len(kind) % 3  # another one where it would not be seen that nothing was written
                start = (start + 1) % 3 if start == level else start
                if len(kind) < (LOCKING if level == 3 else MANY):
                    kind.append(Case(name, loader, tree, start, start if level is None else level))
    raise AssertionError


def add_programs(image: Initramfs) -> None:
    judge = corpus.cache_directory() / BUILD / ".judge"
    for name in ("bin/systemd-sysctl", "bin/sysctl", "bin/busybox", "ld.so"):
        image.add_file(f"/judge/{name}", judge / name, 0o755)
    image.add_link("/judge/bb/sysctl", "../bin/busybox")
    for library in judge.glob("lib/*.so*"):
        image.add_file(f"/judge/lib/{library.name}", library, 0o755)


def add_cases(image: Initramfs, some: List[Case]) -> None:
    add_programs(image)
    image.add_file("/tests/loaders.sh", GUEST, 0o755)
    lines = []
    with tempfile.TemporaryDirectory(prefix="ptscope-vm.") as top:
        for number, case in enumerate(some, 1):
            case.tree.materialise(f"{top}/{number}")
            image.add_tree(f"/trees/{number}", Path(top) / str(number))
            lines.append(f"{number} {case.start} {case.expected} {case.loader}-{case.name} {COMMANDS[case.loader]}\n")
    image.add_text("/trees.list", "".join(lines))


def add_many(image: Initramfs, build: Path) -> None:
    """All that stay below 3."""
    found = cases(build)
    for name in COMMANDS:
        if len(found[name]) < ENOUGH:
            raise Failure(f"only {len(found[name])} trees for {name}")
    add_cases(image, [case for name in COMMANDS for case in found[name]])


def add_locking(image: Initramfs, build: Path, loader: str, number: int) -> None:
    """One that reaches 3."""
    add_cases(image, [cases(build)[f"lock {loader}"][number]])
