# SPDX-License-Identifier: LGPL-2.1-or-later
"""An initramfs, made on the spot: a cpio archive in the kernel's "newc" form, uncompressed, since software
emulation would spend longer on unpacking than a copy takes."""

import lzma
import os
import re
import shutil
import stat
from pathlib import Path
from typing import Dict, List, Optional

from debian import Failure, run
from kernels import Kernel

INIT = Path(__file__).resolve().parent / "guest/init"


class Initramfs:
    """Files for the guest, by their path in it."""

    def __init__(self) -> None:
        self.entries: Dict[str, tuple] = {}
        self.add_dir("/")
        self.programs: Dict[str, str] = {}

    def add(self, path: str, mode: int, data: bytes = b"", device: tuple = (0, 0)) -> None:
        path = os.path.normpath(path).strip("/")
        parent = os.path.dirname(path)
        if parent and parent not in self.entries:
            self.add_dir(parent)
        self.entries[path or "."] = (mode, data, device)

    def add_dir(self, path: str, mode: int = 0o755) -> None:
        self.add(path, stat.S_IFDIR | mode)

    def add_link(self, path: str, target: str) -> None:
        self.add(path, stat.S_IFLNK | 0o777, os.fsencode(target))

    def add_text(self, path: str, text: str, mode: int = 0o644) -> None:
        self.add(path, stat.S_IFREG | mode, text.encode())

    def add_file(self, path: str, source: Path, mode: Optional[int] = None) -> None:
        if mode is None:
            mode = stat.S_IMODE(source.stat().st_mode)
        self.add(path, stat.S_IFREG | mode, source.read_bytes())

    def add_tree(self, path: str, source: Path) -> None:
        """A directory with all that is in it; links stay links."""
        for folder, names, files in os.walk(source):
            inside = os.path.join(path, os.path.relpath(folder, source))
            self.add_dir(inside)
            for name in names + files:
                host = Path(folder) / name
                if host.is_symlink():
                    self.add_link(os.path.join(inside, name), os.readlink(host))
                elif host.is_file():
                    self.add_file(os.path.join(inside, name), host)

    def add_program(self, path: str, source: Path, mode: int = 0o755) -> None:
        """A program with the libraries that it is linked with, where it looks for them."""
        self.add_file(path, source, mode)
        with open(source, "rb") as file:
            if file.read(4) != b"\x7fELF":
                return
        for library in libraries_of(source):
            if library.strip("/") not in self.entries:
                self.add_file(library, Path(library).resolve(), 0o755)

    def add_modules(self, kernel: Kernel, names: List[str]) -> None:
        """Modules with what they need, and the list /modules in the order to load them."""
        order = module_order(kernel, names)
        for relative in order:
            source = kernel.directory / "modules" / relative
            data = source.read_bytes()
            if relative.endswith(".xz"):
                data = lzma.decompress(data)
            self.add(f"/lib/modules/{module_file(relative)}", stat.S_IFREG | 0o644, data)
        self.add_text("/modules", "".join(f"/lib/modules/{module_file(m)}\n" for m in order))

    def write(self, path: Path) -> None:
        with open(path, "wb") as file:
            for number, (name, (mode, data, device)) in enumerate(sorted(self.entries.items()), 1):
                put(file, name, data, mode=mode, ino=number, device=device)
            put(file, "TRAILER!!!", b"", mode=0, ino=0, device=(0, 0))


def put(file, name: str, data: bytes, *, mode: int, ino: int, device: tuple) -> None:
    path = os.fsencode(name)
    fields = (ino, mode, 0, 0, 2 if stat.S_ISDIR(mode) else 1, 0, len(data), 0, 0, *device, len(path) + 1, 0)
    head = b"070701" + b"".join(b"%08x" % f for f in fields) + path + b"\0"
    file.write(head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4))


def libraries_of(program: Path) -> List[str]:
    """Paths of the program loader and the libraries; none for a static program."""
    if "Requesting program interpreter" not in run(["readelf", "-lW", str(program)]).decode(errors="replace"):
        return []
    listed = run(["ldd", str(program)]).decode()
    if "not found" in listed:
        raise Failure(f"{program}: a library is missing:\n{listed}")
    return re.findall(r"(/\S+) \(0x", listed)


def module_file(relative: str) -> str:
    name = os.path.basename(relative)
    return name[:-3] if name.endswith(".xz") else name


def module_order(kernel: Kernel, names: List[str]) -> List[str]:
    """Paths below modules/, each after what it needs; what is built in is left out."""
    root = kernel.directory / "modules"
    if (root / "modules.dep").is_file():
        needs = {}
        for line in (root / "modules.dep").read_text().splitlines():
            path, _, rest = line.partition(":")
            needs[path] = rest.split()
    else:  # a package has none before depmod ran
        needs = depends_from_modinfo(root)
    by_name = {module_file(p)[:-3].replace("-", "_"): p for p in needs}
    order: List[str] = []

    def visit(path: str) -> None:
        for other in needs[path]:
            visit(other)
        if path not in order:
            order.append(path)

    for name in names:
        if name in by_name:
            visit(by_name[name])
    return order


def depends_from_modinfo(root: Path) -> Dict[str, List[str]]:
    """What depmod would find, for the few modules that are wanted here."""
    paths = [str(p.relative_to(root)) for p in root.rglob("*.ko*")
             if "/virtio" in str(p) or "/overlayfs" in str(p)]
    by_name = {module_file(p)[:-3].replace("-", "_"): p for p in paths}
    needs = {}
    for path in paths:
        data = (root / path).read_bytes()
        if path.endswith(".xz"):
            data = lzma.decompress(data)
        found = re.search(rb"\0depends=([^\0]*)\0", data)
        wanted = found.group(1).decode().split(",") if found else []
        needs[path] = [by_name[n.replace("-", "_")] for n in wanted if n.replace("-", "_") in by_name]
    return needs


def base() -> Initramfs:
    """What every guest has."""
    image = Initramfs()
    busybox = shutil.which("busybox")
    if not busybox or libraries_of(Path(busybox)):
        raise Failure("busybox-static is not installed")
    image.add_file("/bin/busybox", Path(busybox), 0o755)
    image.add("/dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    for name in ("proc", "sys", "dev", "tmp", "run", "root", "etc", "bin", "sbin", "usr/bin", "usr/sbin",
                 "tests", "disk", "home"):
        image.add_dir("/" + name)
    image.add_text("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
                   "alice:x:1000:1000::/tmp:/bin/sh\nbob:x:1001:1001::/tmp:/bin/sh\n"
                   "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n")
    image.add_text("/etc/group", "root:x:0:\nalice:x:1000:\nbob:x:1001:\nnogroup:x:65534:\n")
    image.add_file("/init", INIT, 0o755)
    return image
