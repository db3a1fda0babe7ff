# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the ptscope that was built, and reads its help."""

import json
import os
import re
import subprocess

BIN = os.environ["PTSCOPE"]
SOURCE = os.environ["PTSCOPE_SOURCE"]

# What a program may find around itself; tests add to it.
ENV = {"PATH": "/dev/null", "LC_ALL": "C"}


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    def __repr__(self):
        return f"exit {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"

    def json(self):
        """The result as the one object on one line that it must be."""
        assert self.out.endswith("\n") and self.out.count("\n") == 1, self
        return json.loads(self.out)


def run(*args, env=None, **kwargs):
    """Runs ptscope with its output captured, unless kwargs say otherwise."""
    kwargs.setdefault("stdout", subprocess.PIPE)
    kwargs.setdefault("stderr", subprocess.PIPE)
    kwargs.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([BIN, *args], env={**ENV, **(env or {})}, encoding="utf-8",
                          timeout=60, check=False, **kwargs)
    return Result(done)


def schema(name):
    """A schema from the source tree, with no member left that it does not name."""
    path = os.path.join(SOURCE, "docs/schema", f"{name}-1.schema.json")
    with open(path, encoding="utf-8") as f:
        return strict(json.load(f))


def strict(node):
    if isinstance(node, dict):
        node = {key: strict(value) for key, value in node.items()}
        if "properties" in node and "additionalProperties" not in node:
            node["additionalProperties"] = False
    elif isinstance(node, list):
        node = [strict(value) for value in node]
    return node


def section(text, title):
    """The lines of one section of a help text."""
    match = re.search(rf"^{title}:\n((?:  .*\n)+)", text, re.M)
    return match[1].splitlines() if match else []


def commands():
    """The names of all commands, from the help."""
    lines = section(run("help").out, "Commands")
    return [m[1] for m in (re.match(r"  (\S+)", line) for line in lines) if m]


def options(text, title):
    """The options that a section of the help lists: (letter or None, name, argument or None)."""
    found = []
    for line in section(text, title):
        m = re.match(r"  (?:-(\w), |    )--([\w-]+)(?: (\S+))?(?:  |$)", line)
        if m:
            found.append((m[1], m[2], m[3]))
    return found


def all_options(name):
    """What may stand after a command's name."""
    text = run(name, "--help").out
    return {f"--{o[1]}" for title in ("Options", "Global options") for o in options(text, title)}


def exits(text):
    """Exit status -> what the help says of it."""
    found = {}
    for line in section(text, "Exit status"):
        m = re.match(r"  (\d) +(.*)", line)
        if m:
            last = int(m[1])
            found[last] = m[2]
        else:
            found[last] += " " + line.strip()
    return found
