# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table: which boots there are, and what runs in each.

A boot costs some seconds, a test in it little: tests that need the same machine share a boot. What raises
the level to 3 comes last in its boot, since nothing lowers it again.
"""

from functools import partial
from pathlib import Path
from typing import Callable, NamedTuple, Optional, Tuple

import loaders
from boot import Job, Machine
from debian import Failure
from initramfs import Initramfs

BOTH = ("6.1", "6.12")


class Boot(NamedTuple):
    name: str
    machine: Machine
    jobs: Tuple[Job, ...]
    kernels: Tuple[str, ...] = BOTH
    # Programs of the build directory, files of the source tree ("src:PATH"); they are in /tests, or where
    # "=PLACE" says.
    files: Tuple[str, ...] = ()
    # Called with the image and the build directory, for files that are worked out.
    prepare: Optional[Callable[[Initramfs, Path], None]] = None
    cost: int = 10  # seconds, about: the longest is started first


CELLS = ("tests/kernel/cells/cells",)
# Another seed each time; it is printed.
RANDOM = Job("random", ("/tests/cells", "--levels", "012", "--random", "500"))
PROBE = ("src:tests/kernel/probe/probe.sh", "src:tests/kernel/probe/screens", "tests/kernel/probe/liar")
IMPACT = ("src:tests/kernel/impact/impact.sh", "src:tests/kernel/impact/programs.sh", "tests/kernel/impact/asker",
          "tests/kernel/impact/leak", "tests/kernel/impact/mpi-cma")

GUARD = ("src:tests/kernel/guard/guard.sh", "src/guard/ptscope-guard=/usr/local/libexec/ptscope/ptscope-guard")

BOOTS: Tuple[Boot, ...] = (
    Boot("harness-yama", Machine(scope=2),
         (Job("level", ("/tests/selftest.sh", "yama", "2")),), files=("src:tests/kernel/guest/selftest.sh",)),
    Boot("harness-bpf", Machine(yama=False, bpf=True),
         (Job("level", ("/tests/selftest.sh", "bpf")),), files=("src:tests/kernel/guest/selftest.sh",)),
    # Real programs under software emulation: one kernel, and its levels in two boots.
    Boot("impact-0-1", Machine(disk=True, memory=1024, seconds=400), (Job("impact", ("/tests/impact.sh", "0", "1")),),
         files=IMPACT, kernels=("6.1",), cost=150),
    Boot("impact-2-3", Machine(disk=True, memory=1024, seconds=400), (Job("impact", ("/tests/impact.sh", "2", "3")),),
         files=IMPACT, kernels=("6.1",), cost=150),
    # explain is a program to start for every relation: each level in one of the kernels.
    Boot("cells", Machine(memory=1024, seconds=700), (RANDOM, Job("cells", ("/tests/cells", "--explain", "02"))),
         files=CELLS, kernels=("6.1",), cost=160),
    Boot("cells", Machine(memory=1024, seconds=700), (RANDOM, Job("cells", ("/tests/cells", "--explain", "13"))),
         files=CELLS, kernels=("6.12",), cost=160),
    Boot("cells-no-yama", Machine(yama=False, seconds=400), (Job("cells", ("/tests/cells",)),), files=CELLS, cost=40),
    Boot("loaders", Machine(seconds=300),
         (Job("trees", ("/tests/loaders.sh",)), Job("values", ("/tests/test-write-rule", "--yama"))),
         files=("tests/loaders/judge/test-write-rule",), prepare=loaders.add_many, cost=40),
    Boot("probe", Machine(bpf=True), (Job("levels", ("/tests/probe.sh", "yama")),), files=PROBE, cost=60),
    Boot("probe-no-yama", Machine(yama=False, bpf=True), (Job("no-yama", ("/tests/probe.sh", "bpf")),), files=PROBE,
         cost=15),
    Boot("guard", Machine(yama=False, bpf=True, seconds=300), (Job("enforces", ("/tests/guard.sh", "enforces")),), files=GUARD,
         cost=90),
    Boot("guard-cells", Machine(yama=False, bpf=True, memory=1024, seconds=500),
         (Job("parity", ("/tests/cells.sh",)),),
         files=GUARD + CELLS + ("src:tests/kernel/guard/cells.sh", "tests/kernel/guard/level"), cost=80),
    Boot("guard-obstacle", Machine(yama=False), (Job("obstacle", ("/tests/guard.sh", "obstacle")),), files=GUARD),
)

# What reaches 3 needs a boot of its own; half of them in each kernel.
BOOTS += tuple(
    Boot(f"loaders-lock-{name}-{number}", Machine(seconds=60), (Job("lock", ("/tests/loaders.sh",)),),
         kernels=(BOTH[number % 2],), prepare=partial(loaders.add_locking, loader=name, number=number), cost=5)
    for name in loaders.COMMANDS for number in range(loaders.LOCKING))


def add_to(image: Initramfs, row: Boot, build: Path) -> None:
    source = Path(__file__).resolve().parents[2]
    for entry in row.files:
        word, _, place = entry.partition("=")
        path = source / word[4:] if word.startswith("src:") else build / word
        place = place or f"/tests/{path.name}"
        if path.is_dir():
            image.add_tree(place, path)
        elif path.is_file():
            image.add_program(place, path)
        else:
            raise Failure(f"{path} is not built")
    if row.prepare:
        row.prepare(image, build)
