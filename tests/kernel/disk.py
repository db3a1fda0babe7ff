# SPDX-License-Identifier: LGPL-2.1-or-later
"""A disk with real programs of size: a Debian root made of downloaded packages, without installing any.

In the guest it is mounted at /disk, with /proc, /sys, /dev, /tmp, /run and /tests of the guest inside;
"chroot /disk gdb ..." runs a program of it. Writes are thrown away at the end of the boot.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from debian import Failure, private_apt, run, unpack
from kernels import cache_directory, locked, sources

PACKAGES = ("gdb", "strace", "linux-perf", "procps", "bash", "coreutils", "util-linux", "libc-bin", "binutils",
            # what docs/impact.md says was run
            "ltrace", "gdbserver", "elfutils", "scanmem", "proot", "openmpi-bin", "grep", "sed")
LAYOUT = "1"
FOR_USERS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/tmp:/bin/sh\nbob:x:1001:1001::/tmp:/bin/sh\n",
    "etc/group": "root:x:0:\nalice:x:1000:\nbob:x:1001:\n",
}


def size_of(tree: Path) -> int:
    return int(run(["du", "-sk", str(tree)]).split()[0])


def make(target: Path, cache: Path) -> None:
    print(f"# making a disk of {', '.join(PACKAGES)}", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".disk.") as temporary:
        base = Path(temporary)
        environment = private_apt(base / "apt", sources())
        run(["apt-get", "update"], env=environment)
        run(["apt-get", "install", "--download-only", "-y", *PACKAGES], env=environment)
        root = base / "root"
        unpack(sorted((base / "apt/var/cache/apt/archives").glob("*.deb")), root)
        for name in ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info"):
            shutil.rmtree(root / name, ignore_errors=True)
        for name, text in FOR_USERS.items():
            (root / name).write_text(text, encoding="ascii")
        for name in ("proc", "sys", "dev", "tmp", "run", "tests", "root", "home"):
            (root / name).mkdir(exist_ok=True)
        (root / "etc/ld.so.cache").unlink(missing_ok=True)
        subprocess.run(["ldconfig", "-r", str(root)], check=False, capture_output=True)
        kilobytes = size_of(root) * 5 // 4 + 64 * 1024
        image = base / "image"
        mke2fs = shutil.which("mke2fs") or "/usr/sbin/mke2fs"
        run([mke2fs, "-q", "-t", "ext4", "-E", "root_owner=0:0", "-d", str(root), str(image), f"{kilobytes}k"])
        image.rename(target)


def find() -> Path:
    """The image, made on first use; another list of packages makes another one."""
    cache = cache_directory()
    name = hashlib.sha256(" ".join((LAYOUT, *PACKAGES)).encode()).hexdigest()[:12]
    target = cache / f"disk-{name}.img"
    with locked(cache):
        if not target.is_file():
            for old in cache.glob("disk-*.img"):
                old.unlink()
            make(target, cache)
    if not target.is_file():
        raise Failure("the disk was not made")
    return target
