#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ptscope guard where nothing can be enforced: what it says. Booted kernels judge the rest
(tests/kernel/guard). Nothing is ever loaded into the kernel that runs the tests."""

import json
import os
import subprocess
import unittest

import jsonschema

from ptscope import ENV, run, schema

GUARD = os.environ["PTSCOPE_GUARD"]


def guard(*args):
    done = subprocess.run([GUARD, "guard", *args], env=ENV, stdin=subprocess.DEVNULL, capture_output=True,
                          encoding="utf-8", check=False)
    return done.returncode, done.stdout, done.stderr


class Guard(unittest.TestCase):
    def test_status_where_none_runs(self):
        code, out, _ = guard("status", "--json")
        status = json.loads(out)
        jsonschema.Draft202012Validator(schema("guard")).validate(status)
        self.assertIn((code, status["running"]), ((1, "absent"), (3, "unseen")))
        self.assertEqual(status["exit"], code)
        code, out, _ = guard("status")
        self.assertIn(code, (1, 3))
        self.assertTrue(out.startswith(("No guard is running\n", "Cannot tell whether a guard is running")), out)

    @unittest.skipIf(os.geteuid() == 0, "root could load programs into this kernel")
    def test_check_needs_root(self):
        self.assertEqual(guard("check")[0], 2)
        self.assertIn("loading BPF programs needs root", guard("check")[2])

    def test_usage(self):
        for args, what in (((), "takes one word"), (("adit",), 'no "adit"'), (("stop", "--level", "1"), "cannot honour"),
                           (("status", "now"), "takes one word")):
            code, out, err = guard(*args)
            self.assertEqual((code, out), (2, ""), err)
            self.assertIn(what, err)

    def test_ptscope_names_the_package_where_it_is_not_installed(self):
        r = run("guard", "status")
        if r.status == 2:
            self.assertIn("install the package ptscope-guard", r.err)


if __name__ == "__main__":
    unittest.main()
