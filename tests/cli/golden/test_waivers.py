#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Waivers and policies of the site, on fixtures: verdict, screens, and whose files are taken."""

import datetime
import os
import unittest

import harness
from fixture import Root, debian
from harness import Case, run
from test_screens import KEY, OWN, ids

RR = {"/etc/sysctl.d/60-rr.conf": KEY + " = 0\n"}
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def day(days):
    """The day that many days from now, as in a file and as in text."""
    d = TODAY + datetime.timedelta(days)
    return d.isoformat(), "%d %s" % (d.day, d.strftime("%b %Y"))


def wide(days, step):
    """The nearest number of days from there on whose day has two digits: screens keep their shape."""
    while len(day(days)[1]) < 11:
        days += step
    return days


SOON, PAST = wide(68, 1), wide(-1, -1)


def waiver(finding="boot-not-restricted", host="build-*", days=SOON, **more):
    lines = {"Id": "WVR-2026-014", "Finding": finding, "Host": host,
             "Reason": "SEC-1234: rr needs level 0 on the build hosts",
             "Owner": "alice@example.org", "Expires": day(days)[0], **more}
    return "[Waiver]\n" + "".join("%s=%s\n" % item for item in lines.items())


SETTLED = [(day(SOON)[1], "31 Jan 2027"), ("%d days left" % SOON, "68 days left"),
           (day(PAST)[1], "23 Nov 2026")]


class SiteCase(Case):
    def audit_with(self, tree, option, text, *args, code=None):
        """As Case.audit(), with a file for an option; its path is short, so that lines do not wrap."""
        with Root(tree) as root:
            cwd = os.path.dirname(root)
            with open(cwd + "/site.conf", "w", encoding="utf-8") as f:
                f.write(text)
            base = ("audit", "--no-config", "--root", "root", option, "./site.conf") + args
            text, js = run(*base, cwd=cwd), run(*base, "--json", cwd=cwd)
        self.assertEqual((text.err, text.code), (b"", js.code))
        if code is not None:
            self.assertEqual(text.code, code, text.text)
        return text.text, self.parse(js.out, "ptscope.audit/1")[0]


class Waivers(SiteCase):
    def waived(self, tree, text, *args, code=None):
        return self.audit_with(tree, "--waivers", text, *args, code=code)

    def test_a_waived_root(self):
        text, js = self.waived(debian(hostname="build-4", tree=RR),
                               "# Agreed in SEC-1234.\n\n" + waiver(), code=0)
        self.check_screen("audit-root-waived", text, SETTLED)
        self.assertEqual((js["verdict"], js["verdicts"]), ("waived", {"now": "skipped", "boot": "waived"}))
        found = js["findings"][0]
        self.assertEqual((found["severity"], found["waiver"]["id"], found["waiver"]["expires"],
                          found["waiver"]["line"]), ("waived", "WVR-2026-014", day(SOON)[0], 3))
        self.assertIsNotNone(found["remedy"])

    def test_the_same_failure_has_the_same_fingerprint(self):
        tree = debian(hostname="build-4", tree=RR)
        _, with_it = self.waived(tree, waiver(), code=0)
        _, without = self.audit(tree, "--no-waivers", code=1)
        self.assertEqual(with_it["findings"][0]["fingerprint"], without["findings"][0]["fingerprint"])

    def test_expired(self):
        text, js = self.waived(debian(hostname="build-4", tree=RR), waiver(days=PAST), code=1)
        self.check_screen("audit-root-waiver-expired", text, SETTLED)
        self.assertEqual(ids(js, "warn"), ["waiver-expired"])
        self.assertEqual([f["path"] for f in js["files"]], ["/etc/sysctl.d/60-rr.conf"])

    def test_unused(self):
        text, js = self.waived(debian(hostname="build-4", tree=OWN), waiver(), code=0)
        self.check_screen("audit-root-waiver-unused", text, SETTLED)
        self.assertEqual((js["verdict"], ids(js, "info")), ("pass", ["waiver-unused"]))

    def test_another_host(self):
        _, js = self.waived(debian(hostname="web-1", tree=RR), waiver(), code=1)
        self.assertEqual(ids(js), ["boot-not-restricted"])

    def test_expired_ones_are_warnings(self):
        self.waived(debian(hostname="build-4", tree=OWN), waiver(days=PAST), "--fail-on", "warn", code=1)

    def test_nagios(self):
        with Root({"/w.conf": waiver()}) as top, Root(debian(hostname="build-4", tree=RR)) as root:
            r = run("audit", "-f", "nagios", "--no-config", "--root", root, "--waivers", top + "/w.conf")
        self.assertEqual(r.code, 0)
        self.assertIn("PTRACE OK", r.text)
        self.assertIn("accepted until " + day(SOON)[1], r.text)

    def test_bad_files_are_named_with_their_line(self):
        for text, line, words in ((waiver(days=400), 7, "more than a year ahead"),
                                  (waiver(Expires="soon"), 7, "must be a day"),
                                  (waiver(finding="unreadable"), 3, "could not be seen"),
                                  (waiver().replace("Owner", "Owned"), 6, "unknown setting"),
                                  ("[Waiver]\nId=x\n", 1, "without Finding=")):
            with self.subTest(words=words), Root({"/w.conf": text}) as top:
                r = run("audit", "--waivers", top + "/w.conf", "--root", top)
                self.assertEqual((r.code, r.out), (2, b""))
                self.assertIn("%s/w.conf:%d: " % (top, line), r.error)
                self.assertIn(words, r.error)

    def test_files_that_others_could_change_are_refused(self):
        for name in ("waivers", "policy"):
            text = waiver() if name == "waivers" else "[Policy]\nAllow=0\n"
            with self.subTest(name=name), Root({"/x.conf": text}) as top:
                path = top + "/x.conf"
                os.chmod(path, 0o666)
                r = run("audit", "--" + name, path, "--root", top)
                self.assertEqual(r.code, 2)
                self.assertIn("can be written by others (mode 0666)", r.error)
                self.assertIn("chmod go-w " + path, r.error)
                os.chmod(path, 0o600)
                self.assertNotIn("can be written", run("audit", "--" + name, path, "--root", top).error)
                os.rename(path, path + "2")
                os.mkfifo(path)
                r = run("audit", "--" + name, path, "--root", top)
                self.assertIn("not a regular file", r.error)

    def test_a_file_that_is_named_has_to_be_there(self):
        r = run("audit", "--waivers", "/nowhere/waivers.conf")
        self.assertEqual(r.code, 2)
        self.assertIn("/nowhere/waivers.conf: cannot open the waivers", r.error)

    def test_options_that_contradict(self):
        r = run("audit", "--waivers", "x", "--no-waivers")
        self.assertEqual(r.code, 2)
        self.assertIn("cannot go together", r.error)


class SitePolicy(SiteCase):
    def test_a_policy_that_is_not_built_in_says_where_it_is_from(self):
        text, js = self.audit_with(debian(tree=OWN), "--policy",
                                   "[Policy]\nName=build hosts\nBase=stig\nAllow=2,3\n", code=1)
        self.check_screen("audit-root-site-policy", text)
        self.assertIn(js["policy"]["sha256"][:16], text)
        self.assertEqual(js["policy"]["overridden"], [])

    def test_what_is_laid_over_a_policy_is_told(self):
        text, js = self.audit(debian(tree=OWN), "--allow", "1", "--strict-files", code=0)
        self.assertIn("built in, with --allow and --strict-files", text)
        self.assertEqual(js["policy"]["overridden"], ["allow", "strict_files"])


if __name__ == "__main__":
    harness.main()
