# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/kernel-support.md, from what a run of the table left in its logs. Nothing in it is written by hand but
the sentences around the numbers."""

import re
from pathlib import Path
from typing import Dict, List, NamedTuple

import boot
import kernels
from debian import Failure

CELLS = re.compile(r"^# (\d+) cells, (\d+) differ; from outside (\d+) are unknown; (\d+) explained, (\d+) unknown", re.M)
TREES = re.compile(r"^# (\d+) trees, (\d+) questions, (\d+) differ", re.M)

HEAD = """# What was verified, and on which kernel

Made by `tests/kernel/vm support` from the results of `tests/kernel/vm table`: everything here was seen on a booted kernel.
How it is done stands in tests/kernel/README.md.

"""


class Kernel(NamedTuple):
    series: str
    version: str
    release: str


def output(logs: Path, name: str, series: str) -> str:
    path = logs / f"{name}-{series}" / "output"
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def cells_rows(logs: Path, found: List[Kernel]) -> List[str]:
    rows = ["| kernel | Yama | cells | that differ from the model | explain asked | and unknown |",
            "|---|---|---|---|---|---|"]
    for kernel in found:
        for name, yama in (("cells", "levels 0 to 3"), ("cells-no-yama", "not in the LSM list")):
            match = CELLS.search(output(logs, name, kernel.series))
            if match:
                cells, differ, _, explained, unknown = match.groups()
                rows.append(f"| {kernel.release} | {yama} | {cells} | {differ} | {explained} | {unknown} |")
    return rows


def trees_rows(logs: Path, found: List[Kernel]) -> List[str]:
    rows = ["| kernel | random trees | questions | that differ |", "|---|---|---|---|"]
    for kernel in found:
        match = TREES.search(output(logs, "cells", kernel.series))
        if match:
            rows.append(f"| {kernel.release} | " + " | ".join(match.groups()) + " |")
    return rows


def boots_rows(logs: Path, names: List[str], found: List[Kernel]) -> List[str]:
    """Every boot of the table, with what its jobs say of themselves. All must have passed."""
    rows = ["| boot | kernel | passed | skipped |", "|---|---|---|---|"]
    releases: Dict[str, str] = {k.series: k.release for k in found}
    for whole in names:
        name, _, series = whole.rpartition("-")
        text = output(logs, name, series)
        results = boot.split(text)
        counts = [r.counts() for r in results]
        if not counts or "\nvm-end" not in text or any(failed for _, failed, _ in counts):
            raise Failure(f"{whole} did not run, or failed: run the table first")
        if releases[series] not in boot.read_log(logs / whole / "console"):
            raise Failure(f"{whole} ran in another kernel: run the table again")
        rows.append(f"| {name} | {releases[series]} | {sum(c[0] for c in counts)} | {sum(c[2] for c in counts)} |")
    return rows


def write(path: Path, logs: Path, names: List[str]) -> None:
    """@names: every boot of the table, NAME-SERIES."""
    found = [Kernel(k.series, k.version, k.release) for k in map(kernels.find, kernels.SERIES)]
    lines = ["## Kernels", "", "| series | Debian's package version | release |", "|---|---|---|"]
    lines += [f"| {k.series} | {k.version} | {k.release} |" for k in found]
    lines += ["", "Only these, and only x86-64. Yama has the same rules from Linux 5.0 on, so others are expected to do the",
              "same; nobody here has seen it.", "",
              "## The access rule", "",
              "Each cell is one operation of one process on another, at one level: the kernel's answer, errno included,",
              "against `access_decide()`; and `ptscope explain` on the same two processes, from outside.", ""]
    lines += cells_rows(logs, found)
    lines += [""] + trees_rows(logs, found)
    lines += ["", "## All boots of the table", ""] + boots_rows(logs, names, found)
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="ascii")
