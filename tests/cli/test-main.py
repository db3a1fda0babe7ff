#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line itself: help, errors, where the output goes."""

import os
import pty
import subprocess
import tempfile
import unittest

import jsonschema
from ptscope import BIN, ENV, commands, exits, options, run, schema


class Help(unittest.TestCase):
    def test_alone_says_what_to_type(self):
        r = run()
        self.assertEqual(r.status, 0, r)
        self.assertLessEqual(r.out.count("\n"), 6, r)
        for line in r.out.splitlines()[1:]:
            self.assertIn(line.split()[1], commands())

    def test_every_command_has_help(self):
        for name in commands():
            asked, told = run(name, "--help"), run("help", name)
            self.assertEqual((asked.status, asked.out), (0, told.out))
            self.assertTrue(asked.out.startswith(f"Usage: ptscope {name} "), asked)
            self.assertIn(0, exits(asked.out))
            self.assertIn(2, exits(asked.out))

    def test_help_fits_eighty_columns(self):
        for args in ([], ["help"], *([name, "--help"] for name in commands())):
            for line in run(*args).out.splitlines():
                self.assertLessEqual(len(line), 80, line)

    def test_help_may_stand_before_the_command(self):
        self.assertEqual(run("--help", "about").out, run("about", "--help").out)
        self.assertEqual(run("-h").out, run("help").out)

    def test_version(self):
        for arg in ("--version", "-V"):
            r = run(arg)
            self.assertRegex(r.out, r"^ptscope \d+\.\d+\.\d+\n$")
            self.assertEqual(r.status, 0)


class Usage(unittest.TestCase):
    """Wrong lines: exit 2, nothing on stdout, one message that names what is wrong."""

    def wrong(self, args, message):
        r = run(*args)
        self.assertEqual((r.status, r.out), (2, ""), r)
        self.assertEqual(r.err.splitlines()[0], f"ptscope{message}", r)

    def test_unknown_command(self):
        self.wrong(["abuot"], ': error: no command "abuot"; did you mean "about"?')
        self.wrong(["abo"], ': error: no command "abo"; did you mean "about"?')
        self.wrong(["frobnicate"], ': error: no command "frobnicate"')
        self.wrong(["help", "abuot"], ' help: error: no command "abuot"; did you mean "about"?')

    def test_commands_are_not_abbreviated(self):
        self.assertEqual(run("abou").status, 2)

    def test_unknown_option(self):
        self.wrong(["about", "--findigns"],
                   ' about: error: no option "--findigns"; did you mean "--findings"?')
        self.wrong(["--vresion"], ': error: no option "--vresion"; did you mean "--version"?')
        self.wrong(["about", "-x"], ' about: error: no option "-x"')
        self.wrong(["--findings", "about"], ': error: no option "--findings"')

    def test_options_are_not_abbreviated(self):
        self.wrong(["about", "--finding"],
                   ' about: error: no option "--finding"; did you mean "--findings"?')

    def test_arguments_of_options(self):
        self.wrong(["about", "--findings=1"], " about: error: --findings takes no argument")
        self.wrong(["about", "--schema"], " about: error: --schema needs an argument: NAME")
        self.wrong(["about", "-o"], " about: error: -o needs an argument: FILE")
        self.wrong(["about", "-o", ""], " about: error: --output needs a path, not an empty argument")
        self.wrong(["about", "--format", "xml"],
                   ' about: error: --format takes text, json or nagios, not "xml"')
        self.wrong(["about", "--color", "alwyas"],
                   ' about: error: --color "alwyas": did you mean "always"?')

    def test_a_global_option_that_cannot_be_honoured(self):
        for name in commands():
            listed = {o[1] for o in options(run(name, "--help").out, "Global options")}
            for option, argument in GLOBALS_WITH_ARGUMENT.items():
                if option in listed:
                    continue
                for args in ([name, f"--{option}", *argument], [f"--{option}", *argument, name]):
                    r = run(*args)
                    self.assertEqual((r.status, r.err),
                                     (2, f"ptscope {name}: error: {name} cannot honour --{option}\n"))
                    self.assertEqual(r.out != "", option == "json", r)

    def test_formats_that_cannot_be_honoured(self):
        self.wrong(["about", "-f", "nagios"], " about: error: about cannot honour --format nagios")

    def test_live_needs_a_directory(self):
        for args in (["--live"], ["audit", "--live"]):
            if args[0] in commands() or args[0] == "--live":
                r = run(*args)
                self.assertEqual((r.status, r.out), (2, ""), r)
                self.assertIn("--live goes with a directory", r.err)

    def test_control_characters_are_escaped(self):
        r = run("ab\033[31m\nc\u202e")
        self.assertEqual(r.status, 2)
        self.assertNotIn("\033", r.err)
        self.assertNotIn("\u202e", r.err)
        self.assertIn("ab\\x1b[31m\\x0ac", r.err)


GLOBALS_WITH_ARGUMENT = {
    "root": ["/"],
    "live": [],
    "only": ["now"],
    "format": ["text"],
    "json": [],
    "verbose": [],
    "no-config": [],
}


class Options(unittest.TestCase):
    def test_global_options_stand_anywhere(self):
        want = run("about", "--json").out
        for args in (["--json", "about"], ["--format", "json", "about"], ["about", "--format=json"],
                     ["-fjson", "about"], ["about", "-f", "json"]):
            self.assertEqual(run(*args).out, want, args)

    def test_the_last_one_counts(self):
        self.assertEqual(run("--json", "about", "-f", "text").out, run("about").out)

    def test_two_dashes_end_the_options(self):
        r = run("about", "--", "--json")
        self.assertEqual(r.status, 2)
        self.assertIn('no finding "--json"', r.err)

    def test_quiet_prints_nothing(self):
        for args in (["about", "-q"], ["-q", "about", "--json"], ["-q", "help"]):
            r = run(*args)
            self.assertEqual((r.status, r.out, r.err), (0, "", ""), args)

    def test_quiet_errors_are_told(self):
        r = run("-q", "about", "nothing-of-the-kind")
        self.assertEqual(r.status, 2)
        self.assertTrue(r.err)


class JsonErrors(unittest.TestCase):
    """With --json an error is an object too, wherever on the line --json stands."""

    def check(self, *args):
        r = run(*args)
        self.assertEqual(r.status, 2, r)
        self.assertTrue(r.err.startswith("ptscope"), r)
        error = r.json()
        jsonschema.Draft202012Validator(schema("error")).validate(error)
        self.assertEqual(error["host"]["name"], os.uname().nodename)
        return error["error"]

    def test_usage(self):
        self.assertEqual(self.check("abuot", "--json")["message"],
                         'no command "abuot"; did you mean "about"?')
        self.check("--json", "about", "--nothing")
        self.check("about", "--nothing", "--format=json")
        self.check("about", "--nothing", "-f", "json")
        self.check("about", "nothing-of-the-kind", "-fjson")

    def test_hint_and_errno(self):
        error = self.check("frobnicate", "--json")
        self.assertEqual((error["hint"], error["errno"], error["path"], error["line"]),
                         ('"ptscope help" lists the commands', "EINVAL", None, None))

    def test_file_that_cannot_be_written(self):
        error = self.check("about", "--json", "-o", "/dev/null/x")
        self.assertEqual((error["path"], error["errno"]), ("/dev/null/x", "ENOTDIR"))

    def test_bytes_that_are_no_utf8(self):
        done = subprocess.run([BIN, "about", "--json", "-o", b"/dev/null/\xff"], env=ENV,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"/dev/null/\\xff: ", done.stderr)
        self.assertIn('"path":"/dev/null/\ufffd","path_b64":"L2Rldi9udWxsL/8="'.encode(),
                      done.stdout)


class NagiosErrors(unittest.TestCase):
    def test_a_monitoring_system_sees_unknown(self):
        for args in (["audit", "-f", "nagios", "--nothing"], ["--format=nagios", "audit", "--fail-on", "x"],
                     ["audit", "-fnagios", "--root", "/dev/null/x"]):
            r = run(*args)
            self.assertEqual((r.status, r.out.count("\n")), (3, 1), r)
            self.assertTrue(r.out.startswith("PTRACE UNKNOWN - "), r)

    def test_full_disk_is_unknown_too(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            self.assertEqual(run("audit", "-f", "nagios", stdout=full).status, 3)


class Output(unittest.TestCase):
    def test_full_disk_is_an_error(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            r = run("about", stdout=full)
        self.assertEqual(r.status, 2)
        self.assertIn("cannot write the result to standard output (No space left on device)", r.err)

    def test_closed_stdout_is_an_error(self):
        for args in (["about"], ["about", "--json"], ["help"], []):
            r = run(*args, stdout=None, preexec_fn=lambda: os.close(1))
            self.assertEqual(r.status, 2, args)
            self.assertIn("cannot write the result to standard output (Bad file descriptor)", r.err)

    def test_closed_stdout_matters_only_where_something_is_written(self):
        with tempfile.TemporaryDirectory() as d:
            for args in (["about", "-q"], ["about", "-o", d + "/out"]):
                r = run(*args, stdout=None, preexec_fn=lambda: os.close(1))
                self.assertEqual((r.status, r.err), (0, ""), args)
            with open(d + "/out", encoding="ascii") as f:
                self.assertEqual(f.read(), run("about").out)

    def test_all_descriptors_closed(self):
        def close():
            for fd in (0, 1, 2):
                os.close(fd)

        r = run("about", stdin=None, stdout=None, stderr=None, preexec_fn=close)
        self.assertEqual(r.status, 2)

    def test_result_does_not_land_in_a_file_of_ours(self):
        """With stdout closed, a file that is opened must not become descriptor 1."""
        with tempfile.TemporaryDirectory() as d:
            r = run("about", "-o", d + "/a", stdin=None, stdout=None,
                    preexec_fn=lambda: os.closerange(0, 2))
            self.assertEqual(r.status, 0, r)
            self.assertEqual(os.listdir(d), ["a"])

    def test_broken_pipe_ends_silently(self):
        read, write = os.pipe()
        os.close(read)
        r = run("about", stdout=write)
        os.close(write)
        self.assertEqual((r.status, r.err), (0, ""))

    def test_full_pipe_that_does_not_block_is_waited_for(self):
        read, write = os.pipe()
        os.set_blocking(write, False)
        filled = 0
        try:
            while True:
                filled += os.write(write, b"x" * 4096)
        except BlockingIOError:
            pass
        with subprocess.Popen([BIN, "about"], env=ENV, stdout=write) as child:
            os.close(write)
            with self.assertRaises(subprocess.TimeoutExpired):
                child.wait(0.2)
            with os.fdopen(read, "rb") as pipe:
                out = pipe.read()
        self.assertEqual(child.returncode, 0)
        self.assertEqual(out[filled:].decode(), run("about").out)

    def test_output_file_is_whole_or_untouched(self):
        with tempfile.TemporaryDirectory() as d:
            path = d + "/result"
            with open(path, "w", encoding="ascii") as f:
                f.write("before\n")
            self.assertEqual(run("about", "nothing-of-the-kind", "-o", path).status, 2)
            with open(path, encoding="ascii") as f:
                self.assertEqual(f.read(), "before\n")
            r = run("about", "--json", "-o", path)
            self.assertEqual((r.status, r.out), (0, ""))
            with open(path, encoding="utf-8") as f:
                self.assertEqual(f.read(), run("about", "--json").out)
            self.assertEqual(os.listdir(d), ["result"])

    def test_output_file_has_the_mode_of_the_umask(self):
        with tempfile.TemporaryDirectory() as d:
            for mask, mode in ((0o022, 0o644), (0o077, 0o600)):
                run("about", "-o", d + "/result", preexec_fn=lambda mask=mask: os.umask(mask))
                self.assertEqual(os.stat(d + "/result").st_mode & 0o777, mode)

    def test_output_to_what_is_no_file(self):
        """As root a rename would replace the device."""
        want = run("about").out
        with tempfile.TemporaryDirectory() as d:
            os.symlink("/dev/full", d + "/full")
            os.symlink("/dev/null", d + "/null")
            self.assertEqual(run("about", "-o", d + "/null").status, 0)
            r = run("about", "-o", d + "/full")
            self.assertEqual(r.status, 2)
            self.assertIn("No space left", r.err)
            self.assertEqual(os.readlink(d + "/null"), "/dev/null")
            r = run("about", "-o", "/dev/stdout")
            self.assertEqual((r.status, r.out), (0, want), r)
            os.mkfifo(d + "/fifo")
            with subprocess.Popen([BIN, "about", "-o", d + "/fifo"], env=ENV) as child:
                with open(d + "/fifo", encoding="ascii") as f:
                    self.assertEqual(f.read(), want)
            self.assertEqual(child.returncode, 0)
            self.assertIn("Is a directory", run("about", "-o", d).err)

    def test_output_does_not_follow_links_to_files(self):
        with tempfile.TemporaryDirectory() as d:
            with open(d + "/file", "w", encoding="ascii") as f:
                f.write("before\n")
            os.symlink("file", d + "/link")
            os.symlink("nothing", d + "/dangling")
            for name in ("link", "dangling"):
                r = run("about", "-o", f"{d}/{name}")
                self.assertEqual((r.status, r.out), (2, ""), r)
                self.assertIn("is a link", r.err)
            self.assertEqual(sorted(os.listdir(d)), ["dangling", "file", "link"])
            with open(d + "/file", encoding="ascii") as f:
                self.assertEqual(f.read(), "before\n")

    def test_json_error_stands_where_the_result_would(self):
        with tempfile.TemporaryDirectory() as d:
            r = run("about", "nothing-of-the-kind", "--json", "-o", d + "/result")
            self.assertEqual((r.status, r.out), (2, ""))
            with open(d + "/result", encoding="utf-8") as f:
                self.assertIn('"schema":"ptscope.error/1"', f.read())


class Color(unittest.TestCase):
    def on_terminal(self, *args, **env):
        """What ptscope writes to a terminal of 60 columns."""
        import fcntl
        import struct
        import termios

        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 60, 0, 0))
        done = subprocess.Popen([BIN, *args], env={**ENV, **env}, stdin=subprocess.DEVNULL,
                                stdout=follower)
        os.close(follower)
        out = b""
        while True:
            try:
                chunk = os.read(leader, 65536)
            except OSError:
                break
            if not chunk:
                break
            out += chunk
        os.close(leader)
        self.assertEqual(done.wait(), 0)
        return out.decode().replace("\r\n", "\n")

    def test_only_on_a_terminal(self):
        self.assertNotIn("\033[", run("about", env={"TERM": "xterm"}).out)
        self.assertIn("\033[", self.on_terminal("about", TERM="xterm"))

    def test_switched_off(self):
        self.assertNotIn("\033[", self.on_terminal("about", TERM="xterm", NO_COLOR="1"))
        self.assertNotIn("\033[", self.on_terminal("about", TERM="dumb"))
        self.assertNotIn("\033[", self.on_terminal("about", "--color=never", TERM="xterm"))
        self.assertIn("\033[", self.on_terminal("about", TERM="xterm", NO_COLOR=""))

    def test_an_explicit_option_wins(self):
        self.assertIn("\033[", run("about", "--color=always", env={"NO_COLOR": "1"}).out)

    def test_width_of_the_terminal(self):
        out = self.on_terminal("about", "not-read", TERM="dumb")
        self.assertLessEqual(max(map(len, out.splitlines())), 60)
        self.assertGreater(max(map(len, out.splitlines())), 50)

    def test_columns_of_the_environment_do_not_count(self):
        self.assertEqual(run("about", env={"COLUMNS": "40", "LINES": "5"}).out, run("about").out)


if __name__ == "__main__":
    unittest.main()
