#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The corpus: trees in directories, and beside each what the real loaders did with it.

    CORPUS/CASE/root/...            the tree
    CORPUS/CASE/tree.json           the same, exactly
    CORPUS/CASE/LOADER@VERSION.out  what that loader did (judge/README.md describes the format)

The judge is kept running while trees are made; a loader is not run on a tree that has nothing where it
looks.
"""

import os
import subprocess
import threading
from pathlib import Path
from typing import Dict, Iterable, List, NamedTuple

from trees import Tree

SYSCTL_D = (b"etc/sysctl.d", b"run/sysctl.d", b"usr/local/lib/sysctl.d", b"usr/lib/sysctl.d", b"lib/sysctl.d",
            b"usr/local", b"usr/local/lib", b"usr/lib", b"run", b"lib")
CONF = (b"etc/sysctl.conf",)
BUILDS = ("deb11", "deb12", "deb13", "sid")
OPTIONAL = ("sid",)  # taken where it is prepared, not missed where it is not
ONE = ("deb12",)


class Loader(NamedTuple):
    name: str                 # as the judge calls it, mostly as ptscope does too
    builds: tuple             # of the judge
    package: str              # whose version goes into the name; "=NAME": the whole of it
    paths: tuple              # it does nothing on a tree with none of these
    slow: bool = False        # only where it concerns, even for scenarios


LOADERS = (
    Loader("systemd-sysctl", BUILDS, "systemd", SYSCTL_D),
    Loader("procps", BUILDS, "procps", SYSCTL_D + CONF),
    Loader("procps-p", BUILDS, "procps", CONF),
    Loader("busybox", BUILDS, "busybox-static", CONF),
    Loader("alpine", BUILDS, "busybox-static", SYSCTL_D + CONF),
    Loader("openrc", ONE, "=openrc@0.13", SYSCTL_D + CONF),
    Loader("openrc-read", ONE, "=openrc@291", CONF),       # proposed, in no release
    Loader("void", ONE, "=void@20200720", SYSCTL_D + CONF),
    Loader("void-all", ONE, "=void@20190724", SYSCTL_D + CONF),  # proposed, in no release
    Loader("ufw", BUILDS, "procps", (b"etc/default/ufw", b"etc/ufw")),
    Loader("tuned", BUILDS, "tuned", (b"etc/tuned",), slow=True),
)


class Run(NamedTuple):
    """One real program of one build: NAME@VERSION in the corpus, LOADER@BUILD to the judge."""
    label: str
    request: str
    paths: tuple
    slow: bool = False


class Missing(Exception):
    """A loader or build that was asked for cannot be had."""


class NothingPrepared(Missing):
    """No build is prepared."""


def short_version(package: str, version: str) -> str:
    """2:4.0.2-3 -> 4.0.2; systemd 252.39-1 -> 252; busybox 1:1.35.0-4 -> 1.35"""
    plain = version.split(":")[-1]
    for mark in "-~+":
        plain = plain.split(mark)[0]
    keep = {"systemd": 1, "busybox-static": 2, "tuned": 2}.get(package, 3)
    return ".".join(plain.split(".")[:keep])


def cache_directory() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "/var/cache") / "ptscope-judge"


def versions(build: str) -> Dict[str, str]:
    """Package -> version of a prepared build, empty if it is not prepared."""
    table = cache_directory() / build / "versions.tsv"
    if not table.is_file():
        return {}
    rows = (line.split("\t") for line in table.read_text(encoding="ascii").splitlines())
    return {row[1]: short_version(row[1], row[2]) for row in rows}


def select(wanted: Iterable[str]) -> tuple:
    """Runs for NAME or NAME@BUILD words, for none all; and the builds that would be used but are not prepared."""
    wanted, runs, absent = list(wanted), [], set()
    known = {x for loader in LOADERS for x in (loader.name, *(f"{loader.name}@{b}" for b in loader.builds))}
    unknown = [word for word in wanted if word not in known]
    if unknown:
        raise Missing(f"no such loader: {', '.join(unknown)}")
    for loader in LOADERS:
        for build in loader.builds:
            request = f"{loader.name}@{build}"
            if wanted and loader.name not in wanted and request not in wanted:
                continue
            found = versions(build)
            if not found:
                if request in wanted:
                    raise Missing(f"{build} is not prepared: run judge/builds {build}")
                if build not in OPTIONAL:
                    absent.add(build)
                continue
            label = loader.package[1:] if loader.package[0] == "=" else f"{loader.name}@{found[loader.package]}"
            if label not in (run.label for run in runs):
                runs.append(Run(label, request, loader.paths, loader.slow))
    if not runs:
        raise NothingPrepared("no build is prepared: run judge/builds")
    return runs, sorted(absent)


def concerns(run: Run, tree: Tree) -> bool:
    """Whether the tree has anything where the loader looks."""
    dirs = tree.dirs()
    return any(path in tree or path in dirs for path in run.paths)


class JudgeError(Exception):
    """The judge itself failed."""


class Judge:
    """One judge process; requests in, answers out."""

    def __init__(self, argv: List[str]):
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, requests: List[str]) -> List[str]:
        """Has the judge do all requests; returns those that failed, as the judge says it."""
        def feed() -> None:
            try:
                for request in requests:
                    self.process.stdin.write(request + "\n")
                self.process.stdin.flush()
            except BrokenPipeError:
                pass
        feeder = threading.Thread(target=feed)
        feeder.start()
        failed = []
        for _ in requests:
            answer = self.process.stdout.readline()
            if not answer:
                raise JudgeError(f"the judge ended with status {self.process.wait()}")
            if not answer.startswith("done\t"):
                failed.append(answer.rstrip("\n"))
        feeder.join()
        return failed

    def close(self) -> None:
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass  # it ended by itself
        self.process.wait()


class Judges:
    """Several judges side by side."""

    def __init__(self, path: str, jobs: int):
        argv = [path]
        self.judges = [Judge(argv) for _ in range(max(1, jobs))]

    def run(self, requests: List[str]) -> List[str]:
        failed: List[str] = []
        errors: List[Exception] = []
        share = [requests[i::len(self.judges)] for i in range(len(self.judges))]

        def work(judge: Judge, some: List[str]) -> None:
            try:
                failed.extend(judge.run(some))
            except JudgeError as error:
                errors.append(error)
        threads = [threading.Thread(target=work, args=pair) for pair in zip(self.judges, share) if pair[1]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]
        return failed

    def close(self) -> None:
        for judge in self.judges:
            judge.close()


def add_case(top: Path, name: str, tree: Tree, runs: List[Run], everything: bool) -> List[str]:
    """Write a case; returns the requests for the judge. everything: also loaders that it does not concern."""
    case = top / name
    case.mkdir(parents=True)
    tree.materialise(str(case / "root"))
    (case / "tree.json").write_text(tree.to_json(), encoding="ascii")
    return [f"{case / 'root'}\t{run.request}\t{case / (run.label + '.out')}"
            for run in runs if (everything and not run.slow) or concerns(run, tree)]


class Outcome(NamedTuple):
    level: str                # none, 0 to 3
    end: str                  # "exit 0", "timeout 5000"
    writes: list              # (key, bytes, error)
    output: bytes             # what the program said


def read_outcome(path: Path) -> Outcome:
    level, end, writes, output = "none", "", [], b""
    for line in path.read_text(encoding="ascii").splitlines():
        kind, *rest = line.split("\t")
        if kind == "write":
            writes.append((rest[0], bytes.fromhex(rest[1]), rest[2] + ("" if rest[3] == "0" else f" at {rest[3]}")))
        elif kind == "level":
            level = rest[0]
        elif kind == "stderr":
            output = bytes.fromhex(rest[0])
        else:
            end = f"{kind} {rest[0]}"
    return Outcome(level, end, writes, output)
