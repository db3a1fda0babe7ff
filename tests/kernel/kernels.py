# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's kernels, by series: the newest version that the mirror has, unpacked into the cache.

    CACHE/VERSION/{vmlinuz, config, release, modules/...}
    CACHE/SERIES            the version that was the newest when last asked, at most a day ago
    CACHE/apt/              a private apt's lists

CACHE is ${XDG_CACHE_HOME:-/var/cache}/ptscope-kernels. Nothing is installed.
"""

import contextlib
import fcntl
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "lib"))

# pylint: disable=wrong-import-position
from debian import Failure, mirror, private_apt, run

RELEASE = "bookworm"
# Metapackages: where a release has a newer series, the package carries its number.
SERIES = {
    "6.1": ("linux-image-cloud-amd64",),
    "6.12": ("linux-image-6.12-cloud-amd64", "linux-image-cloud-amd64"),
}
LAYOUT = "1"
FRESH = 24 * 3600  # seconds for which an answer of the mirror is good


class Kernel(NamedTuple):
    series: str
    version: str  # of the package
    release: str  # as uname -r says
    directory: Path

    @property
    def image(self) -> Path:
        return self.directory / "vmlinuz"


def cache_directory() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or "/var/cache") / "ptscope-kernels"


@contextlib.contextmanager
def locked(cache: Path) -> Iterator[None]:
    """Two runs at once download once."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        lock = open(cache / ".lock", "w", encoding="ascii")  # pylint: disable=consider-using-with
    except OSError as error:
        raise Failure(f"{cache}: {error.strerror}; run as root, or set XDG_CACHE_HOME") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sources() -> list:
    security = mirror(security=True)
    return [(mirror(), RELEASE), (mirror(), f"{RELEASE}-backports"), (security, f"{RELEASE}-security")]


def compare_versions(a: str, b: str) -> int:
    if a == b:
        return 0
    return 1 if subprocess.run(["dpkg", "--compare-versions", a, "gt", b], check=False).returncode == 0 else -1


def newest(series: str, environment: Dict[str, str]) -> tuple:
    """(package, version) of the kernel that the newest metapackage of the series depends on."""
    found: List[tuple] = []
    for meta in SERIES[series]:
        for line in run(["apt-cache", "madison", meta], env=environment).decode().splitlines():
            version = line.split("|")[1].strip()
            if version.startswith(series + "."):
                found.append((meta, version))
    if not found:
        raise Failure(f"the mirror has no cloud kernel {series} for {RELEASE}")
    meta, version = max(found, key=functools.cmp_to_key(lambda a, b: compare_versions(a[1], b[1])))
    shown = run(["apt-cache", "show", f"{meta}={version}"], env=environment).decode()
    depends = re.search(r"^Depends: (linux-image-\S+)", shown, re.M)
    if not depends:
        raise Failure(f"{meta} {version} depends on no kernel")
    return depends.group(1), version


def unpack_kernel(deb: Path, target: Path) -> None:
    """From a package to the layout of the cache."""
    run(["dpkg-deb", "-x", str(deb), str(target / "all")])
    image = next((target / "all/boot").glob("vmlinuz-*"), None)
    if image is None:
        raise Failure(f"{deb.name} has no kernel in it")
    release = image.name[len("vmlinuz-"):]
    modules = next((d for d in (target / "all/lib/modules" / release, target / "all/usr/lib/modules" / release)
                    if d.is_dir()), None)
    if modules is None:
        raise Failure(f"{deb.name} has no modules in it")
    image.rename(target / "vmlinuz")
    (target / f"all/boot/config-{release}").rename(target / "config")
    modules.rename(target / "modules")
    shutil.rmtree(target / "all")
    (target / "release").write_text(release)
    (target / "layout").write_text(LAYOUT)


def download(series: str, cache: Path) -> str:
    """Ask the mirror, fetch what is new. Returns the version."""
    environment = private_apt(cache / "apt", sources())
    run(["apt-get", "update"], env=environment)
    package, version = newest(series, environment)
    if not is_there(cache / version):
        print(f"# downloading {package} {version}", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".new.") as temporary:
            run(["apt-get", "download", f"{package}={version}"], env=environment, cwd=temporary)
            deb = next(Path(temporary).glob("*.deb"))
            tree = Path(temporary) / "tree"
            tree.mkdir()
            unpack_kernel(deb, tree)
            shutil.rmtree(cache / version, ignore_errors=True)
            tree.rename(cache / version)
    (cache / series).write_text(version)
    return version


def is_there(directory: Path) -> bool:
    stamp = directory / "layout"
    return stamp.is_file() and stamp.read_text() == LAYOUT


def find(series: str) -> Kernel:
    """The newest kernel of a series. Raises Failure where it cannot be had."""
    if series not in SERIES:
        raise Failure(f"no such kernel: {series} (there are {', '.join(SERIES)})")
    cache = cache_directory()
    with locked(cache):
        known = cache / series
        version = known.read_text() if known.is_file() else ""
        if not version or not is_there(cache / version) or time.time() - known.stat().st_mtime > FRESH:
            try:
                version = download(series, cache)
            except Failure:
                if not version or not is_there(cache / version):
                    raise
                print(f"# the mirror cannot be asked: using the kernel {version} of the last time", file=sys.stderr)
    directory = cache / version
    return Kernel(series, version, (directory / "release").read_text(), directory)
