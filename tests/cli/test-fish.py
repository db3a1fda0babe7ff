#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What fish offers for each command is what the help lists."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from ptscope import BIN, SOURCE, all_options, commands

FISH = shutil.which("fish")


class Fish(unittest.TestCase):
    def complete(self, line):
        with tempfile.TemporaryDirectory() as home:
            done = subprocess.run(
                [FISH, "--no-config", "-c",
                 f"source {SOURCE}/completions/ptscope.fish; complete -C '{line}'"],
                env={"PATH": os.path.dirname(BIN) + ":/usr/bin:/bin", "HOME": home},
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", check=True)
        return {offer.split("\t")[0] for offer in done.stdout.splitlines()}

    def test_commands(self):
        self.assertEqual(self.complete("ptscope "), set(commands()))

    def test_options(self):
        for name in commands():
            self.assertEqual(self.complete(f"ptscope {name} --"), all_options(name), name)

    def test_findings(self):
        self.assertEqual(self.complete("ptscope about not-r"), {"not-read"})


if not FISH:
    print("skipped: fish is not installed")
    sys.exit(77)
unittest.main()
