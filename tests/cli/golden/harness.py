# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs ptscope on fixtures; compares screens; validates JSON; counts which enum values were seen.

Environment: PTSCOPE is the binary, PTSCOPE_SCHEMAS the directory of the schemas. With
PTSCOPE_UPDATE=1 the expected screens are written instead of compared (read the diff before you
commit it).
"""

import copy
import difflib
import glob
import json
import os
import subprocess
import sys
import unittest

try:
    import jsonschema
except ImportError:
    print("needs python3-jsonschema")
    sys.exit(77)

from fixture import Root

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
PTSCOPE = os.path.abspath(os.environ.get("PTSCOPE", "ptscope"))
SCHEMAS = os.environ.get("PTSCOPE_SCHEMAS", os.path.join(TOP, "docs", "schema"))
UPDATE = os.environ.get("PTSCOPE_UPDATE") == "1"

# What a run may see of the environment of the tests.
CLEAN = {"LANG": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LLVM_PROFILE_FILE"):
    if name in os.environ:
        CLEAN[name] = os.environ[name]


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def text(self):
        return self.out.decode("utf-8", "backslashreplace")

    @property
    def error(self):
        return self.err.decode("utf-8", "backslashreplace")


def run(*args, env=None, timeout=120, **kwargs):
    """Runs ptscope with these arguments."""
    p = subprocess.run([PTSCOPE] + [os.fsencode(a) for a in args], env=env or CLEAN,
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
                       check=False, **kwargs)
    return Result(p.returncode, p.stdout, p.stderr)


def load_schemas():
    """By the value of the member "schema"; with no room for members that are not described."""
    ret = {}
    for path in sorted(glob.glob(os.path.join(SCHEMAS, "*.json"))):
        with open(path, encoding="utf-8") as f:
            schema = json.load(f)
        name = schema.get("properties", {}).get("schema", {}).get("const")
        if name:
            ret[name] = schema
    return ret


def strict(schema):
    """A copy in which every object that lists its members takes no others."""
    schema = copy.deepcopy(schema)

    def walk(node):
        if isinstance(node, dict):
            if "properties" in node:
                node["additionalProperties"] = False
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(schema)
    return schema


class Coverage:
    """Which values of each enum of the schemas have been emitted. A long list (loaders, reasons) stands
    in several places and counts once; a short one counts at each place."""

    LONG = 6

    def __init__(self, schemas):
        self.schemas = schemas
        self.seen = set()
        self.wanted = set()
        for name, schema in schemas.items():
            self._enums(name, schema, "")

    def _key(self, name, node, pointer, value):
        return (name, pointer if len(node["enum"]) < self.LONG else tuple(node["enum"]), value)

    def _enums(self, name, node, pointer):
        if isinstance(node, dict):
            if isinstance(node.get("enum"), list):
                self.wanted |= {self._key(name, node, pointer, v) for v in node["enum"]}
            for key, child in node.items():
                self._enums(name, child, pointer + "/" + key)
        elif isinstance(node, list):
            for i, child in enumerate(node):
                self._enums(name, child, "%s/%d" % (pointer, i))

    def add(self, name, value):
        self._add(name, self.schemas[name], "", value)

    def _add(self, name, node, pointer, value):
        for i, branch in enumerate(node.get("oneOf", [])):
            if (branch.get("type") == "null") == (value is None):
                self._add(name, branch, "%s/oneOf/%d" % (pointer, i), value)
        if isinstance(node.get("enum"), list):
            self.seen.add(self._key(name, node, pointer, value))
        if isinstance(value, dict):
            for key, child in node.get("properties", {}).items():
                if key in value:
                    self._add(name, child, "%s/properties/%s" % (pointer, key), value[key])
        elif isinstance(value, list) and "items" in node:
            for item in value:
                self._add(name, node["items"], pointer + "/items", item)


SCHEMA = load_schemas()
VALIDATOR = {name: jsonschema.Draft202012Validator(strict(s)) for name, s in SCHEMA.items()}
COVERAGE = Coverage({n: s for n, s in SCHEMA.items() if n in ("ptscope.audit/1", "ptscope.resolve/1")})


class Case(unittest.TestCase):
    maxDiff = None
    golden = 0

    def check_screen(self, name, text, replace=()):
        """Compares a screen with screens/NAME.txt. replace: pairs of what varies and what to print."""
        # The screens are those of root, and the suite quick is run by an ordinary user.
        for old, new in (*replace, *((("  sudo ptscope fix", "  ptscope fix"),) if os.geteuid() else ())):
            text = text.replace(old, new)
        path = os.path.join(HERE, "screens", name + ".txt")
        if UPDATE:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            return
        with open(path, encoding="utf-8") as f:
            expected = f.read()
        if text != expected:
            diff = difflib.unified_diff(expected.splitlines(True), text.splitlines(True),
                                        "screens/%s.txt" % name, "this run")
            self.fail("the screen differs:\n" + "".join(diff))

    def check_width(self, text, width=80):
        """Nothing but a path, or a line of a file, may pass the width: such a line has one word."""
        for line in text.splitlines():
            if len(line) > width and len(line.split()) > 3:
                self.fail("a line of %d columns: %s" % (len(line), line))

    def parse(self, out, name=None):
        """The JSON objects of an output: each on its line, valid, and counted."""
        ret = []
        for line in out.splitlines():
            value = json.loads(line)
            self.assertIn("schema", value)
            VALIDATOR[value["schema"]].validate(value)
            if value["schema"] in COVERAGE.schemas:
                COVERAGE.add(value["schema"], value)
            ret.append(value)
        if name:
            self.assertEqual([v["schema"] for v in ret], [name])
        return ret

    def check_record(self, value, record, args=()):
        """What was recorded is judged again and must come to the same, the exit status included."""
        fail_on = [a for i, a in enumerate(args) if a == "--fail-on" or args[i - 1:i] == ("--fail-on",)]
        r = run("audit", "--json", record, *fail_on)
        self.assertEqual(r.err, b"", r.error)
        again = self.parse(r.out, "ptscope.audit/1")[0]
        self.assertEqual(again["subject"]["kind"], "record")
        self.assertEqual((again["subject"]["recorded"]["kind"], again["subject"]["recorded"]["path"]),
                         (value["subject"]["kind"], value["subject"]["path"]))
        for name in ("report_id", "time", "run", "subject"):
            del again[name]
        self.assertEqual(again, {k: v for k, v in value.items() if k in again})
        self.assertEqual(r.code, value["exit"])

    def audit(self, tree, *args, code=None):
        """Audits a fixture twice: the text, and the JSON as an object; the exit codes must agree. The
        second makes a record, too, which is then judged."""
        with Root(tree) as root:
            cwd = os.path.dirname(root)
            text = run("audit", "--no-config", "--root", "root", *args, cwd=cwd)
            js = run("audit", "--no-config", "--root", "root", "--json", "--record", "record.tar",
                     *args, cwd=cwd)
            if os.path.exists(cwd + "/record.tar"):
                self.check_record(json.loads(js.out), cwd + "/record.tar", args)
        self.assertEqual(text.err, b"", text.error)
        self.assertEqual(text.code, js.code)
        if code is not None:
            self.assertEqual(text.code, code, text.text)
        value = self.parse(js.out, "ptscope.audit/1")[0]
        self.assertEqual(value["exit"], js.code)
        self.assertNotIn("\x1b", text.text)
        return text.text, value

    def resolve(self, tree, *args, code=None):
        with Root(tree) as root:
            cwd = os.path.dirname(root)
            text = run("resolve", "--root", "root", *args, cwd=cwd)
            js = run("resolve", "--root", "root", "--json", *args, cwd=cwd)
        self.assertEqual(text.err, b"", text.error)
        if code is not None:
            self.assertEqual(text.code, code, text.text)
        value = self.parse(js.out, "ptscope.resolve/1")[0]
        return text.text, value


def missing_enums(exceptions):
    """Enum values that no run has emitted, less the exceptions (schema, value)."""
    return ["%s %s: %r" % (name, place if isinstance(place, str) else "list of %s..." % (place[1],),
                           value)
            for name, place, value in sorted(COVERAGE.wanted - COVERAGE.seen, key=str)
            if (name, value) not in exceptions]


def main():
    if not os.access(PTSCOPE, os.X_OK):
        print("PTSCOPE is not set to the binary", file=sys.stderr)
        sys.exit(2)
    unittest.main(verbosity=1)
