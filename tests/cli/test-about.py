#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""about: the control is complete, every finding is explained, the schemas are those of the tree."""

import glob
import json
import os
import re
import unittest

import jsonschema
from ptscope import SOURCE, run, schema


def findings_of_the_table():
    """(id, worst severity) from the table that audit uses."""
    with open(os.path.join(SOURCE, "src/core/audit/findings.h"), encoding="ascii") as f:
        return [(m[1], m[2].lower())
                for m in re.finditer(r'X\([A-Z_]+, "([a-z-]+)", SEVERITY_([A-Z]+)\)', f.read())]


class Control(unittest.TestCase):
    def setUp(self):
        self.control = run("about", "--json").json()["control"]

    def test_identity_and_references(self):
        self.assertEqual((self.control["id"], self.control["key"], self.control["benchmark"]),
                         ("CIS 1.5.2", "kernel.yama.ptrace_scope", "18960"))
        self.assertEqual(self.control["category"], "Configuration Management")
        self.assertEqual([(r["catalogue"], r["id"]) for r in self.control["references"]],
                         [("800-53", "CM-6"), ("800-53", "CM-7"), ("CSCv7", "9.2")])

    def test_levels(self):
        self.assertEqual([(l["level"], l["name"]) for l in self.control["levels"]],
                         [(0, "classic"), (1, "restricted"), (2, "admin-only"), (3, "no-attach")])

    def test_text_says_all_that_json_says(self):
        text = " ".join(run("about").out.replace("\n  - ", "\n").split())
        for key in ("id", "title", "key", "category", "benchmark"):
            self.assertIn(self.control[key], text)
        for level in self.control["levels"]:
            self.assertIn(level["allows"], text)
        for section in self.control["sections"]:
            self.assertIn(section["title"], text)
            for line in section["text"]:
                self.assertIn(" ".join(line.removeprefix("$ ").split()), text)

    def test_what_must_be_said(self):
        said = {s["id"]: " ".join(s["text"]) for s in self.control["sections"]}
        for section, words in {
            "what": ["memory", "Yama"],
            "rationale": ["shells", "browsers", "ssh", "gpg agent", "root"],
            "today": ["ssh-agent", "gpg-agent", "editors", "database workers"],
            "remedy": ["/etc/sysctl.d", ".conf", "/etc/sysctl.conf", "sysctl -w"],
            "notes": ["2 and 3", "later line", "overrides"],
        }.items():
            for word in words:
                self.assertIn(word, said[section], section)

    def test_commands_are_not_wrapped(self):
        out = run("about").out
        for section in self.control["sections"]:
            for line in section["text"]:
                if line.startswith("$ "):
                    self.assertIn(f"    {line[2:]}\n", out)


class Findings(unittest.TestCase):
    def test_list_is_the_table(self):
        listed = [(f["id"], f["severity"]) for f in run("about", "--findings", "--json").json()["findings"]]
        self.assertEqual(listed, findings_of_the_table())
        self.assertGreater(len(listed), 20)
        text = [tuple(line.split()[:2]) for line in run("about", "--findings").out.splitlines()
                if line[0] != " "]
        self.assertEqual(text, listed)

    def test_each_is_explained(self):
        texts = set()
        for name, severity in findings_of_the_table():
            one = run("about", name, "--json").json()["findings"]
            self.assertEqual(len(one), 1)
            self.assertEqual((one[0]["id"], one[0]["severity"]), (name, severity))
            text = " ".join(run("about", name).out.split())
            for key in ("title", "meaning", "remedy"):
                self.assertIn(one[0][key], text)
                self.assertGreater(len(one[0][key]), 10)
                self.assertTrue(one[0][key].isascii())
            self.assertTrue(one[0]["title"].endswith("."))
            texts.add((one[0]["title"], one[0]["meaning"]))
        self.assertEqual(len(texts), len(findings_of_the_table()))

    def test_unknown(self):
        r = run("about", "not-raed")
        self.assertEqual((r.status, r.out), (2, ""))
        self.assertIn('no finding "not-raed"; did you mean "not-read"?', r.err)
        self.assertIn("--findings", run("about", "zzz").err)

    def test_one_question_at_a_time(self):
        for args in (["not-read", "masked"], ["--findings", "--schemas"], ["not-read", "--findings"]):
            self.assertEqual(run("about", *args).status, 2, args)


class Schemas(unittest.TestCase):
    def test_all_are_built_in(self):
        names = run("about", "--schemas").out.split()
        self.assertEqual(names, run("about", "--schemas", "--json").json()["schemas"])
        files = glob.glob(os.path.join(SOURCE, "docs/schema/*.json"))
        self.assertEqual(len(names), len(files))
        for path in files:
            with open(path, encoding="utf-8") as f:
                text = f.read()
            name = json.loads(text)["$id"]
            self.assertIn(name, names)
            self.assertEqual(run("about", "--schema", name).out, text)
            self.assertEqual(run("about", "--schema", re.split("[./]", name)[1]).out, text)

    def test_each_is_a_schema(self):
        for name in run("about", "--schemas").out.split():
            jsonschema.Draft202012Validator.check_schema(
                json.loads(run("about", "--schema", name).out))

    def test_unknown(self):
        for name in ("nothing", "", "ptscope.", "ptscope.audit/9"):
            self.assertEqual(run("about", "--schema", name).status, 2, name)

    def test_about_fits_its_own(self):
        validator = jsonschema.Draft202012Validator(schema("about"))
        for args in ([], ["--findings"], ["not-read"], ["--schemas"]):
            validator.validate(run("about", "--json", *args).json())

    def test_the_schema_refuses(self):
        """A schema that takes anything would prove nothing."""
        validator = jsonschema.Draft202012Validator(schema("about"))
        good = run("about", "--json").json()
        for spoil in (lambda o: o.pop("control"), lambda o: o.update(extra=1),
                      lambda o: o["control"].pop("levels"), lambda o: o.update(schema="x")):
            bad = json.loads(json.dumps(good))
            spoil(bad)
            self.assertFalse(validator.is_valid(bad))


if __name__ == "__main__":
    unittest.main()
