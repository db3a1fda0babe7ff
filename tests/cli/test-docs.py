#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The help is made from the tables of the code; man pages and completions must say the same."""

import os
import re
import subprocess
import unittest

from ptscope import BIN, SOURCE, all_options, commands, exits, options, run


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as f:
        return f.read()


def man_section(page, title):
    match = re.search(rf"^# {title}\n(.*?)(?=^# |\Z)", page, re.M | re.S)
    return match[1] if match else ""


def man_options(page, title):
    """(letter, name, argument) of each heading of a section, as in "*-o*, *--output* _FILE_"."""
    found = []
    for line in man_section(page, title).splitlines():
        m = re.match(r"(?:\*-(\w)\*, )?\*--([\w-]+)\*(?: (\S+))?$", line)
        if m:
            found.append((m[1], m[2], bool(m[3])))
    return found


def of_help(listed):
    return [(letter, name, bool(argument)) for letter, name, argument in listed]


class ManPages(unittest.TestCase):
    def test_every_command_has_a_page(self):
        for name in commands():
            if name != "help":
                page = read("man", f"ptscope-{name}.1.scd")
                self.assertTrue(page.startswith(f"ptscope-{name}(1)\n"))

    def test_global_options(self):
        page = read("man/ptscope.1.scd")
        self.assertEqual(
            man_options(page, "GLOBAL OPTIONS"),
            of_help(options(run("help").out, "Options for all commands that can honour them, "
                                             "before or after the name")))

    def test_commands_are_listed(self):
        listed = re.findall(r"^\*ptscope (\w+)\*", man_section(read("man/ptscope.1.scd"), "COMMANDS"), re.M)
        self.assertEqual(listed, commands())

    def test_options_of_commands(self):
        for name in commands():
            text = run(name, "--help").out
            if name == "help":
                self.assertEqual(options(text, "Options"), [])
                continue
            page = read("man", f"ptscope-{name}.1.scd")
            self.assertEqual(man_options(page, "OPTIONS"), of_help(options(text, "Options")), name)
            named = re.search(r"^Of the global options.*?\.$", page, re.M | re.S)[0]
            self.assertEqual(re.findall(r"\*--([\w-]+)\*", named),
                             [o[1] for o in options(text, "Global options")], name)

    def test_exit_status(self):
        for name in commands():
            if name == "help":
                continue
            page = man_section(read("man", f"ptscope-{name}.1.scd"), "EXIT STATUS")
            told = {int(n): re.sub(r"[*_]", "", " ".join(what.split())).rstrip(".").lower()
                    for n, what in re.findall(r"^\*(\d)\*\n((?:\t.*\n)+)", page, re.M)}
            of_help_text = exits(run(name, "--help").out)
            self.assertEqual(told, {n: what.lower() for n, what in of_help_text.items()}, name)

    def test_synopsis(self):
        for name in commands():
            if name == "help":
                continue
            usage = run(name, "--help").out.splitlines()[0].removeprefix("Usage: ")
            synopsis = man_section(read("man", f"ptscope-{name}.1.scd"), "SYNOPSIS")
            self.assertEqual(re.sub(r"[*_]", "", synopsis).strip(), usage)

    def test_pages_are_found_from_ptscope_1(self):
        page = read("man/ptscope.1.scd")
        for path in os.listdir(os.path.join(SOURCE, "man")):
            m = re.fullmatch(r"(ptscope-[a-z]+)\.(\d)\.scd", path)
            if m:
                self.assertIn(f"*{m[1]}*({m[2]})", page)


class Links(unittest.TestCase):
    def test_links_between_documents_lead_somewhere(self):
        documents = [name for folder in ("", "docs") for name in
                     (os.path.join(folder, n) for n in os.listdir(os.path.join(SOURCE, folder)))
                     if name.endswith(".md")]
        self.assertIn("README.md", documents)
        for name in documents:
            for target in re.findall(r"\]\(([^)#:]+)\)", read(name)):
                path = os.path.join(SOURCE, os.path.dirname(name), target)
                self.assertTrue(os.path.exists(path), f"{name}: {target}")

    def test_screen_of_the_readme_is_a_golden_one(self):
        screen = read("tests/cli/golden/screens/audit-later-vendor-file.txt")
        shown = "".join(f"    {line}".rstrip() + "\n" for line in screen.splitlines())
        self.assertIn("    $ ptscope audit\n" + shown, read("README.md"))

    def test_commands_in_the_readme_are_understood(self):
        """Each is tried with --help, which refuses what stands before it if it is not known."""
        lines = re.findall(r"^    ptscope ([^\n]*?)(?:   .*)?$", read("README.md"), re.M)
        self.assertGreater(len(lines), 5)
        for line in lines:
            words = line.replace("'", "").split()
            r = run(*words, "--help")
            self.assertEqual(r.status, 0, f"{line}: {r}")
            self.assertTrue(r.out.startswith(f"Usage: ptscope {words[0]} "), line)


class Completions(unittest.TestCase):
    """For each command, what a shell offers is what the help lists. Fish has a test of its own."""

    def bash(self, *words):
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ptscope; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(
            ["bash", "--norc", "-c", script, "bash", os.path.join(SOURCE, "completions/ptscope.bash"), *words],
            env={"PATH": os.path.dirname(BIN) + ":/usr/bin:/bin"}, stdout=subprocess.PIPE,
            encoding="utf-8", check=True)
        return set(done.stdout.split())

    def test_bash(self):
        self.assertEqual(self.bash("ptscope", ""), set(commands()))
        for name in commands():
            self.assertEqual(self.bash("ptscope", name, "--"), all_options(name), name)
            self.assertEqual(self.bash("ptscope", "--color", "never", name, "--"), all_options(name), name)
        self.assertEqual(self.bash("ptscope", "about", "not-r"), {"not-read"})
        self.assertEqual(self.bash("ptscope", "about", "--color", "a"), {"auto", "always"})

    def test_zsh_names_the_same_options(self):
        """Read from the file: running zsh's completion needs a terminal and an editor."""
        text = read("completions/_ptscope")
        arrays = {m[1]: m[2] for m in re.finditer(r"local -a (\w+)=\(\n(.*?)\n\t\)\n", text, re.S)}

        def names(part):
            return set(re.findall(r"(?<![\w-])(--[\w-]+)(?=[\[}])", part))

        for name in commands():
            body = re.search(rf"^\t{name}\)\n(.*?)^\t\t;;", text, re.M | re.S)[1]
            offered = names(body)
            for array in re.findall(r"\$(\w+)", body):
                offered |= names(arrays[array])
            self.assertEqual(offered, all_options(name), name)
            self.assertIn(f"'{name}:", text)


if __name__ == "__main__":
    unittest.main()
