#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes a failing tree as small as it can be: entries, then lines, then bytes are left out while it fails.

The test takes many candidates at once and tells which of them still fail, as starting the judge and the
replay for each would take most of the time.
"""

from typing import Callable, Iterable, List

from trees import Tree, file

Test = Callable[[List[Tree]], List[bool]]
BATCH = 16
ROUNDS = 400  # at most so many batches for one tree


class Shrinker:
    """Keeps the smallest failing tree seen."""

    def __init__(self, tree: Tree, test: Test):
        self.tree = tree
        self.test = test
        self.rounds = ROUNDS

    def first_failing(self, candidates: Iterable[Tree]):
        """The first candidate that still fails, or None."""
        batch: List[Tree] = []
        for candidate in candidates:
            if not candidate.valid():
                continue
            batch.append(candidate)
            if len(batch) == BATCH:
                found = self._try(batch)
                if found is not None:
                    return found
                batch = []
        return self._try(batch) if batch else None

    def _try(self, batch: List[Tree]):
        if self.rounds <= 0:
            return None
        self.rounds -= 1
        for candidate, fails in zip(batch, self.test(batch)):
            if fails:
                return candidate
        return None

    def minimise(self, items: list, build: Callable[[list], Tree]) -> None:
        """Delta debugging: leave out ever smaller runs of items."""
        size = max(1, len(items) // 2)
        while items:
            spans = [(i, i + size) for i in range(0, len(items), size)]
            tries = [items[:a] + items[b:] for a, b in spans]
            trees = [build(rest) for rest in tries]
            found = self.first_failing(trees)
            if found is not None:
                index = next(i for i, tree in enumerate(trees) if tree is found)
                items, self.tree = tries[index], found
                size = min(size, max(1, len(items) // 2))
            elif size == 1:
                break
            else:
                size = max(1, size // 2)

    def entries(self) -> None:
        self.minimise(sorted(self.tree), lambda keep: Tree({p: self.tree[p] for p in keep}))

    def contents(self, split: Callable[[bytes], list], limit: int) -> None:
        """Leave out parts of each file; split cuts its contents into them."""
        for path in sorted(self.tree):
            node = self.tree.get(path)
            if node is None or node.kind != "file":
                continue
            parts = split(node.data)
            if 0 < len(parts) <= limit:
                self.minimise(parts, lambda keep, at=path: self._with(at, b"".join(keep)))

    def _with(self, path: bytes, data: bytes) -> Tree:
        tree = self.tree.copy()
        tree[path] = file(data, tree[path].mode)
        return tree

    def run(self) -> Tree:
        while True:
            before = self.tree
            self.entries()
            self.contents(lambda data: data.splitlines(keepends=True) if data.count(b"\n") else [data], 10000)
            self.contents(chunks, 3000)
            if self.tree == before or self.rounds <= 0:
                return self.tree


def chunks(data: bytes) -> list:
    """Bytes, or pieces of what is long."""
    size = 1 if len(data) <= 3000 else len(data) // 2000
    return [data[i:i + size] for i in range(0, len(data), size)]


def shrink(tree: Tree, test: Test) -> Tree:
    """The smallest tree found for which the test is still true."""
    return Shrinker(tree, test).run()
