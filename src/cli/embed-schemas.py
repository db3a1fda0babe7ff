#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes a C file that holds JSON schemas: embed-schemas.py OUTPUT SCHEMA..."""

import json
import os
import re
import sys


def load(path):
    """Returns the schema's name and bytes; its "$id" names it, and the file agrees."""
    with open(path, "rb") as f:
        data = f.read()
    name = json.loads(data)["$id"]
    match = re.fullmatch(r"ptscope\.([a-z-]+)/([0-9]+)", name)
    if not match or os.path.basename(path) != f"{match[1]}-{match[2]}.schema.json":
        sys.exit(f"{path}: $id {name!r} does not fit the name of the file")
    return name, data


def main():
    schemas = sorted(load(path) for path in sys.argv[2:])
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write('/* Generated from docs/schema. */\n#include "about.h"\n\n')
        for i, (_, data) in enumerate(schemas):
            out.write(f"static const char text_{i}[] = {{")
            for at in range(0, len(data), 16):
                out.write("\n\t" + " ".join(f"{b:d}," for b in data[at : at + 16]))
            out.write("\n};\n\n")
        out.write("const struct about_schema about_schemas[] = {\n")
        for i, (name, _) in enumerate(schemas):
            out.write(f'\t{{"{name}", text_{i}, sizeof(text_{i})}},\n')
        out.write("\t{0},\n};\n")


main()
