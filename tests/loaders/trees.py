#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A small model of a directory tree.

A Tree maps paths (bytes, relative to the root, no leading slash) to nodes: a file with its bytes and
mode, a symbolic link with its target, a directory, or a FIFO. Parents need not be listed. The model can
be written to a directory, kept as JSON (exact for any bytes, so that a failing tree can be stored and
replayed) and shown to a person. Links are resolved inside the model as the kernel would resolve them
in a chroot at its root, so that other modules can ask what a loader would meet at a path.
"""

import base64
import json
import os
import shutil
import zlib
from typing import Iterator, NamedTuple, Optional

MAX_LINKS = 40  # what the kernel follows before ELOOP
BIG = 4096      # longer contents are stored compressed and shown abbreviated


class Node(NamedTuple):
    kind: str            # file, link, dir or fifo
    data: bytes = b""    # contents of a file, target of a link
    mode: int = 0o644


def file(data: bytes, mode: int = 0o644) -> Node:
    return Node("file", data, mode)


def link(target: bytes) -> Node:
    return Node("link", target)


DIR = Node("dir", b"", 0o755)
FIFO = Node("fifo")


class Found(NamedTuple):
    """What a path leads to: kind is file, dir, fifo, devnull, outside, dangling or loop."""
    kind: str
    path: bytes = b""    # where it is, with all links followed
    node: Optional[Node] = None


class Tree(dict):
    """path -> Node; directories above a listed path are implied."""

    def copy(self) -> "Tree":
        return Tree(self)

    def dirs(self) -> set:
        """Every directory, implied ones included; b"" is the root."""
        ret = {b""}
        for path, node in self.items():
            parts = path.split(b"/")
            for i in range(1, len(parts)):
                ret.add(b"/".join(parts[:i]))
            if node.kind == "dir":
                ret.add(path)
        return ret

    def valid(self) -> bool:
        """No path below a file, link or FIFO, no empty, '.' or '..' component."""
        for path in self:
            parts = path.split(b"/")
            if any(p in (b"", b".", b"..") or b"\0" in p or len(p) > 255 for p in parts):
                return False
            for i in range(1, len(parts)):
                node = self.get(b"/".join(parts[:i]))
                if node is not None and node.kind != "dir":
                    return False
        return True

    # -- looking things up ---------------------------------------------------------------------

    def resolve(self, path: bytes, follow_last: bool = True) -> Found:
        """Follow path from the root; '..' at the root stays there."""
        dirs = self.dirs()
        todo = [p for p in path.split(b"/") if p]
        here: list = []
        budget = MAX_LINKS
        while todo:
            part = todo.pop(0)
            if part == b".":
                continue
            if part == b"..":
                here = here[:-1]
                continue
            where = b"/".join(here + [part])
            node = self.get(where)
            if node is not None and node.kind == "link" and (todo or follow_last):
                budget -= 1
                if budget < 0:
                    return Found("loop", where)
                if node.data.startswith(b"/"):
                    here = []
                todo = [p for p in node.data.split(b"/") if p] + todo
            elif node is None and where not in dirs:
                if where == b"dev" and todo == [b"null"]:
                    return Found("devnull")
                return Found("outside" if where in (b"dev", b"proc") else "dangling", where)
            elif node is not None and node.kind in ("file", "fifo") and todo:
                return Found("dangling", where)
            else:
                here.append(part)
        where = b"/".join(here)
        node = self.get(where, DIR)
        return Found(node.kind, where, node)

    def listdir(self, path: bytes) -> list:
        """Sorted names in the directory that path leads to; empty if it leads to none."""
        found = self.resolve(path)
        if found.kind != "dir":
            return []
        prefix = found.path + b"/" if found.path else b""
        names = {p[len(prefix):].split(b"/")[0] for p in list(self) + list(self.dirs())
                 if p.startswith(prefix) and len(p) > len(prefix)}
        return sorted(names)

    # -- to and from a directory ---------------------------------------------------------------

    def materialise(self, top: str) -> None:
        """Write the tree below top, which must not exist."""
        root = os.fsencode(top)
        os.makedirs(root)
        made = {b""}
        for path in sorted(self.dirs()):
            if path not in made:
                os.makedirs(os.path.join(root, path), exist_ok=True)
                made.add(path)
        for path, node in self.items():
            full = os.path.join(root, path)
            if node.kind == "file":
                fd = os.open(full, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                with os.fdopen(fd, "wb") as out:
                    out.write(node.data)
                os.chmod(full, node.mode)
            elif node.kind == "link":
                os.symlink(node.data, full)
            elif node.kind == "fifo":
                os.mkfifo(full, node.mode)
            else:
                os.chmod(full, node.mode)

    @classmethod
    def read(cls, top: str) -> "Tree":
        """The inverse of materialise; empty directories are listed, others implied."""
        root, tree = os.fsencode(top), cls()
        for where, subdirs, names in os.walk(root):
            rel = os.path.relpath(where, root)
            for name in subdirs + names:
                full = os.path.join(where, name)
                path = name if rel == b"." else os.path.join(rel, name)
                if os.path.islink(full):
                    tree[path] = link(os.readlink(full))
                elif os.path.isdir(full):
                    if not os.listdir(full):
                        tree[path] = DIR
                elif os.path.isfile(full):
                    with open(full, "rb") as inp:
                        tree[path] = file(inp.read(), os.stat(full).st_mode & 0o7777)
                else:
                    tree[path] = FIFO
        return tree

    # -- to and from JSON ----------------------------------------------------------------------

    def to_json(self) -> str:
        rows = []
        for path, node in sorted(self.items()):
            row: dict = {"path": _pack(path), "kind": node.kind}
            if node.kind in ("file", "link"):
                row["data"] = _pack(node.data)
            if node.kind == "file" and node.mode != 0o644:
                row["mode"] = f"{node.mode:04o}"
            rows.append(row)
        return "[" + ",\n ".join(json.dumps(row) for row in rows) + "]\n"

    @classmethod
    def from_json(cls, text: str) -> "Tree":
        tree = cls()
        for row in json.loads(text):
            kind = row["kind"]
            if kind == "dir":
                node = DIR
            elif kind == "fifo":
                node = FIFO
            else:
                node = Node(kind, _unpack(row["data"]), int(row.get("mode", "0644"), 8))
            tree[_unpack(row["path"])] = node
        return tree

    # -- for people ----------------------------------------------------------------------------

    def render(self) -> str:
        return "\n".join(self._render())

    def _render(self) -> Iterator[str]:
        for path, node in sorted(self.items()):
            name = "/" + show(path)
            if node.kind == "link":
                yield f"{name} -> {show(node.data)}"
            elif node.kind == "dir":
                yield f"{name}/"
            elif node.kind == "fifo":
                yield f"{name} (FIFO)"
            else:
                mode = "" if node.mode == 0o644 else f" (mode {node.mode:04o})"
                yield f"{name}{mode}{'' if node.data else ' (empty)'}"
                lines = node.data.split(b"\n")
                for i, line in enumerate(lines):
                    if i < len(lines) - 1:
                        yield f"    |{show(line)}"
                    elif line:
                        yield f"    |{show(line)}    (no newline at the end)"


def show(data: bytes) -> str:
    """Bytes as ASCII with escapes; long runs of one byte are abbreviated."""
    if len(data) > 200:
        head, i = [], 0
        while i < len(data) and len(head) < 40:
            j = i
            while j < len(data) and data[j] == data[i]:
                j += 1
            if j - i > 16:
                head.append(f"<{show(data[i:i + 1])} x {j - i}>")
            else:
                head.append(show(data[i:j]))
            i = j
        return "".join(head) + (f"<and {len(data) - i} bytes>" if i < len(data) else "")
    return "".join(chr(b) if 32 <= b < 127 and b != 92 else
                   {9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\"}.get(b, f"\\x{b:02x}") for b in data)


def _pack(data: bytes):
    """Plain text where that is exact, otherwise base64, compressed when long."""
    if len(data) > BIG:
        return {"z": base64.b64encode(zlib.compress(data, 9)).decode()}
    if all(b == 10 or 32 <= b < 127 for b in data):
        return data.decode("ascii")
    return {"b64": base64.b64encode(data).decode()}


def _unpack(value) -> bytes:
    if isinstance(value, str):
        return value.encode("ascii")
    if "z" in value:
        return zlib.decompress(base64.b64decode(value["z"]))
    return base64.b64decode(value["b64"])


def remove(top: str) -> None:
    """Delete a directory that a test made."""
    shutil.rmtree(top, ignore_errors=True)
