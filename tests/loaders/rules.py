#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The rules of the loaders that the suite must exercise, in one table.

A rule is counted by looking at a finished tree, never by trusting whoever built it: each has a test that
holds only if the construct stands where that loader meets it (in a file that it reads, on a line with the
key). Most tests are a regular expression over the contents of the files that a family of loaders reads.
In the expressions `@` is the key (with '.' or '/'), `V` a valid value, and `_` optional blanks.

Families: systemd, procps (--system), conf (/etc/sysctl.conf alone: procps -p and busybox), alpine, openrc
(the lines as a proposed change would read them), void, ufw, tuned (its profiles); any is their union. RULES maps name -> (meaning, test(View) -> bool).
"""

import re
from functools import lru_cache
from typing import Callable, Dict, List, Tuple

from trees import Tree

ETC, RUN, LOCAL, USR, LIB = b"etc", b"run", b"usr/local/lib", b"usr/lib", b"lib"
DIRS = (ETC, RUN, LOCAL, USR, LIB)
CONF = b"etc/sysctl.conf"
KEY = b"kernel.yama.ptrace_scope"
FAMILIES = ("systemd", "procps", "conf", "alpine", "openrc", "void", "ufw", "tuned")
TUNED_MAIN = b"etc/tuned/tuned-main.conf"
TUNED_DIRS = (b"etc/tuned/", b"etc/tuned/profiles/", b"usr/lib/tuned/", b"usr/lib/tuned/profiles/")
SUFFIX = b".conf"


def spelled(text: str) -> str:
    """Expand the shorthand of this table into a regular expression."""
    text = text.replace("@", r"(?:kernel[./]yama[./]ptrace_scope)").replace("V", "[0-3]")
    return text.replace("_", r"[ \t]*").replace("ptrace[ \\t]*scope", "ptrace_scope")


@lru_cache(maxsize=None)
def compiled(text: str) -> "re.Pattern":
    return re.compile(spelled(text).encode("latin-1"), re.M)


@lru_cache(maxsize=64)
def squeezed(data: bytes) -> bytes:
    """Without the padding of over-long lines, for speed."""
    return re.sub(rb"x{9000,}", b"x", data) if len(data) > 9000 else data


HAS_KEY = compiled("@")
ASSIGN = compiled(r"^_@_=_(-?\d+)")


class View:
    """What the loaders see of one tree."""

    def __init__(self, tree: Tree):
        self.tree = tree
        self.dirs: Dict[bytes, Dict[bytes, Tuple[str, bytes]]] = {}
        for top in DIRS:
            names = {}
            for name in tree.listdir(top + b"/sysctl.d"):
                found = tree.resolve(top + b"/sysctl.d/" + name)
                names[name] = (found.kind, found.node.data if found.kind == "file" else b"")
            self.dirs[top] = names
        self.merged = tree.resolve(LIB).path == USR
        self.conf = tree.resolve(CONF)
        self._reads: Dict[str, List[bytes]] = {}

    def content(self, path: bytes) -> bytes:
        found = self.tree.resolve(path)
        return found.node.data if found.kind == "file" else b""

    def union(self, order, hidden: bool) -> List[bytes]:
        chosen: Dict[bytes, bytes] = {}
        for top in order:
            for name, (_, data) in self.dirs[top].items():
                if name.endswith(SUFFIX) and (hidden or not name.startswith(b".")):
                    chosen.setdefault(name, data)
        return [chosen[name] for name in sorted(chosen)]

    def each(self, order) -> List[bytes]:
        return [data for top in order for name, (_, data) in sorted(self.dirs[top].items())
                if name.endswith(SUFFIX) and not name.startswith(b".")]

    def reads(self, family: str) -> List[bytes]:
        """Contents of the files that the family reads, in its order."""
        if family not in self._reads:
            conf = [self.conf.node.data] if self.conf.kind == "file" else []
            self._reads[family] = {
                "systemd": lambda: self.union(DIRS, False),
                "procps": lambda: self.union(DIRS, True) + conf,
                "conf": lambda: conf,
                "alpine": lambda: self.each((LIB, USR, ETC)) + conf + self.each((RUN,)),
                "openrc": lambda: conf + self.each((ETC,)) if conf else [],
                "void": lambda: self.union((RUN, ETC, LOCAL, USR), False) + conf,
                "ufw": lambda: [self.content(b"etc/ufw/sysctl.conf")],
                "tuned": self.tuned_profiles,
                "any": lambda: [d for f in FAMILIES for d in self.reads(f)],
            }[family]()
        return self._reads[family]

    def has(self, family: str, pattern: str) -> bool:
        return any(compiled(pattern).search(squeezed(data)) for data in self.reads(family))

    def levels(self, family: str) -> List[int]:
        return [int(m) for data in self.reads(family) for m in ASSIGN.findall(squeezed(data))]

    def tuned_profiles(self) -> List[bytes]:
        """Contents of the active profiles, wherever one version or another looks for them."""
        if self.tree.resolve(TUNED_MAIN).kind != "file":
            return []
        names = self.content(b"etc/tuned/active_profile").split()
        return [data for name in names for top in TUNED_DIRS
                if (data := self.content(top + name + b"/tuned.conf"))]

    # -- file level -----------------------------------------------------------------------------

    def keyed(self, top: bytes) -> List[bytes]:
        """Names in top's sysctl.d, of files with the key."""
        return [n for n, (_, data) in self.dirs[top].items() if HAS_KEY.search(data)]

    def masks(self, test: Callable[[bytes, bytes, str, bytes], bool], order=DIRS) -> bool:
        """Some entry of a higher directory hides a file with the key: test(top, name, kind, data)."""
        for i, top in enumerate(order):
            for low in order[i + 1:]:
                if low == LIB and self.merged:
                    continue
                for name in self.keyed(low):
                    if name.endswith(SUFFIX) and name in self.dirs[top]:
                        kind, data = self.dirs[top][name]
                        if test(top, name, kind, data):
                            return True
        return False

    def name_pair(self, test: Callable[[bytes, bytes], bool]) -> bool:
        """Two files that systemd reads, both with an assignment of the key, whose names pass."""
        names = sorted({n for top in DIRS for n in self.keyed(top)
                        if n.endswith(SUFFIX) and not n.startswith(b".")})
        return any(test(a, b) for a in names for b in names if a < b)

    def any_name(self, test: Callable[[bytes], bool]) -> bool:
        return any(test(n) for top in DIRS for n in self.keyed(top))

    def links_to_conf(self) -> List[Tuple[bytes, bytes]]:
        return [(top, name) for top in DIRS for name in self.dirs[top] if name.endswith(SUFFIX)
                and self.conf.kind == "file" and self.conf.path ==
                self.tree.resolve(top + b"/sysctl.d/" + name).path
                and not (self.conf.path.startswith(top + b"/sysctl.d/"))]

    def conf_keyed(self) -> bool:
        return self.conf.kind == "file" and bool(HAS_KEY.search(self.conf.node.data))

    def raw(self, path: bytes) -> str:
        node = self.tree.get(path)
        return node.kind if node else "missing"

    # -- entries, for globs and order -------------------------------------------------------------

    def entries(self, family: str) -> List[Tuple[bytes, bytes, bool]]:
        """(spelled key, value, has '=') of the plain lines, '-' stripped, in order."""
        ret = []
        for data in self.reads(family):
            for line in data.split(b"\n"):
                line = line.strip(b" \t\r")
                if not line or line[:1] in b"#;":
                    continue
                key, eq, value = line.partition(b"=")
                dash = key.startswith(b"-")
                key = key.lstrip(b"-").strip().replace(b"/", b".")
                if eq or dash:
                    ret.append((key, value.strip(), bool(eq)))
        return ret


WHOLE = re.compile(rb"^[.]*kernel[.]+yama[.]+ptrace_scope$")


def is_key(key: bytes) -> bool:
    return bool(WHOLE.match(key))


def is_glob(key: bytes) -> bool:
    """A pattern that matches the key."""
    if not any(c in key for c in b"*?["):
        return False
    parts, want = key.split(b"."), KEY.split(b".")
    import fnmatch
    return len(parts) == 3 and all(fnmatch.fnmatchcase(w, p) for w, p in zip(want, parts))


def rx(family: str, pattern: str):
    return lambda view: view.has(family, pattern)


def mask(test, order=DIRS):
    return lambda view: view.masks(test, order)


def sticky(family: str):
    def test(view: View) -> bool:
        levels = view.levels(family)
        return 3 in levels and any(0 <= v < 3 for v in levels[levels.index(3):])
    return test


def good_then_bad(family: str):
    def test(view: View) -> bool:
        good = [i for i, v in enumerate(view.levels(family)) if 0 <= v <= 3]
        bad = [i for i, v in enumerate(view.levels(family)) if not 0 <= v <= 3]
        return bool(good and bad and good[0] < bad[-1])
    return test


def good_and_bad(family: str):
    def test(view: View) -> bool:
        return len({0 <= v <= 3 for v in view.levels(family)}) == 2
    return test


def with_entries(family: str, test):
    return lambda view: test(view.entries(family))


def glob_and(kind: str):
    """A matching glob with a value, and the key as kind: explicit, excluded or emptied."""
    def test(entries) -> bool:
        glob = any(is_glob(k) and eq for k, _, eq in entries)
        return glob and any(is_key(k) and {"explicit": eq and v, "excluded": not eq,
                                          "emptied": eq and not v}[kind] for k, v, eq in entries)
    return test


def globs_differ(entries) -> bool:
    """At least two different patterns, different values: each writes, in order."""
    seen = {(k, v) for k, v, eq in entries if eq and is_glob(k)}
    return len({k for k, _ in seen}) > 1 and len({v for _, v in seen}) > 1


def globs_same(entries) -> bool:
    """Two different patterns with one value: the second write is skipped by systemd."""
    globs = {k: v for k, v, eq in entries if eq and is_glob(k)}
    return len(globs) > len(set(globs.values()))


def reassigned(same: bool):
    """A, B, A again among matching globs; the second A has the same value as before or another."""
    def test(entries) -> bool:
        globs = [(k, v) for k, v, eq in entries if eq and is_glob(k)]
        for i, (key, value) in enumerate(globs):
            for j in range(i + 2, len(globs)):
                if globs[j][0] == key and (globs[j][1] == value) == same and \
                        any(k != key and v != value for k, v in globs[i + 1:j]):
                    return True
        return False
    return test


def value_rules() -> dict:
    """How the kernel reads the value; it does not matter which loader passes it on."""
    def val(meaning, pattern, family="any"):
        return meaning, rx(family, r"^_@_=" + pattern)
    return {
        "kernel.range_high": val("a value over 3 is refused", r"_([4-9]|[1-9][0-9])_$"),
        "kernel.range_low": val("a value below 0 is refused", r"_-[1-9]"),
        "kernel.sticky3": ("after 3 lower values are refused", sticky("any")),
        "kernel.hex": val("0x and 0X start a hexadecimal number", r"_0[xX][0-3]_$"),
        "kernel.hex_bare": val("0x without digits is refused", r"_0x_$"),
        "kernel.octal": val("a leading 0 starts an octal number", r"_0+V_$"),
        "kernel.octal_bad": val("08 is refused", r"_0[89]_$"),
        "kernel.minus_zero": val("-0 is 0", r"_-0_$"),
        "kernel.minus_bad": val("a sign alone or twice is refused", r"_-[ -]"),
        "kernel.plus": val("+1 is refused", r"_\+[0-9]"),
        "kernel.words": val("a word is refused", r"_[a-z]{2}"),
        "kernel.rest_ignored": val("what follows number and blank is ignored", r"_V[ \t]+[^ \t\r\n]"),
        "kernel.glued_tail": val("a number followed by anything but blank is refused", r"_V[^ \t\r\n0-9]"),
        "kernel.quoted": val("quotes are refused", r"_[\"']"),
        "kernel.leading_space_class": val("\\f, \\v, \\r and 0xA0 before a number are skipped",
                                          r"_[\f\v\xa0]+V_$", "systemd"),
        "kernel.trailing_space_class": val("\\f, \\v or 0xA0 after the number is refused",
                                           r"_V[\f\v\xa0]_$", "systemd"),
        "kernel.nbsp_utf8": val("the two bytes of U+00A0 are refused", r"_\xc2\xa0V"),
        "kernel.token_20": val("a number of 20 characters is taken", r"_0{19}V_$"),
        "kernel.token_21": val("a number of 21 characters is refused", r"_0{20}V_$"),
        "kernel.overflow": val("more than 64 bits is refused", r"_1844674407370955161[6-9]"),
        "kernel.number_too_late": val("a number beyond the first page is not seen",
                                      r"_[\v\f]{4094,}V_$", "systemd"),
        "kernel.number_just_in_page": val("a number in the last place that is seen",
                                          r"_[\v\f]{4000,4094}V_$", "systemd"),
    }


def systemd_files() -> dict:
    def unseen(data: bytes) -> bool:
        lines = [x.strip() for x in data.split(b"\n")]
        return bool(data) and all(not x or x[:1] in b"#;" for x in lines)
    return {
        "systemd.etc_first": ("/etc hides the same name elsewhere",
                              mask(lambda t, n, k, d: t == ETC and k == "file" and HAS_KEY.search(d))),
        "systemd.run_second": ("/run hides the same name under /usr",
                               mask(lambda t, n, k, d: t == RUN and k == "file", (RUN, LOCAL, USR, LIB))),
        "systemd.local_third": ("/usr/local/lib hides /usr/lib",
                                mask(lambda t, n, k, d: k == "file", (LOCAL, USR))),
        "systemd.local_lib": ("/usr/local/lib/sysctl.d is read", lambda v: bool(v.keyed(LOCAL))),
        "systemd.lib_split": ("/lib is read last, by builds for split /usr",
                              lambda v: not v.merged and bool(v.keyed(LIB))),
        "systemd.lib_merged": ("/lib is /usr/lib: nothing new there",
                               lambda v: v.merged and bool(v.keyed(USR))),
        "systemd.conf_unread": ("/etc/sysctl.conf is not read by itself",
                                lambda v: v.conf_keyed() and not v.links_to_conf()),
        "systemd.conf_link": ("99-sysctl.conf brings /etc/sysctl.conf in", lambda v: v.conf_keyed() and
                              (ETC, b"99-sysctl.conf") in v.links_to_conf()),
        "systemd.conf_link_beaten": ("a later name beats the 99 link", lambda v: v.conf_keyed() and
                                     v.links_to_conf() and v.name_pair(lambda a, b: a == b"99-sysctl.conf")),
        "systemd.conf_link_masked": ("a masked 99 link turns /etc/sysctl.conf off", lambda v: v.conf_keyed()
                                     and v.dirs[ETC].get(b"99-sysctl.conf", ("",))[0] in
                                     ("devnull", "dangling", "dir", "loop")),
        "systemd.conf_link_shadowed": ("the 99 link in /etc hides one in /run or /usr", lambda v: v.conf_keyed()
                                       and (ETC, b"99-sysctl.conf") in v.links_to_conf() and
                                       v.masks(lambda t, n, k, d: n == b"99-sysctl.conf")),
        "systemd.conf_link_named": ("the link may have another name", lambda v: v.conf_keyed() and
                                    any(n != b"99-sysctl.conf" for _, n in v.links_to_conf())),
        "systemd.dir_link": ("a sysctl.d that is a link is followed", lambda v:
                             any(v.raw(t + b"/sysctl.d") == "link" and v.keyed(t) for t in DIRS)),
        "systemd.file_link": ("a link to a file is read", lambda v: any(
            v.raw(t + b"/sysctl.d/" + n) == "link" for t in DIRS for n in v.keyed(t))),
        "systemd.suffix": ("a name that does not end in .conf is not read",
                           lambda v: v.any_name(lambda n: not n.endswith(SUFFIX) and b".conf" in n.lower())),
        "systemd.suffix_case": (".CONF is not the suffix", lambda v: v.any_name(lambda n: n.endswith(b".CONF"))),
        "systemd.hidden": ("a name with a leading dot is not read",
                           lambda v: v.any_name(lambda n: n.startswith(b".") and n.endswith(SUFFIX))),
        "systemd.no_recursion": ("directories below sysctl.d are not read", lambda v: any(
            HAS_KEY.search(node.data) and path.count(b"/sysctl.d/") == 1 and
            b"/" in path.split(b"/sysctl.d/")[1] for path, node in v.tree.items() if node.kind == "file")),
        "systemd.sort_digits": ("10 sorts before 9", lambda v: v.name_pair(
            lambda a, b: a[:1] == b"1" and a[1:2].isdigit() and b[:1].isdigit() and b[:1] != b"1")),
        "systemd.sort_case": ("capital letters sort before small ones", lambda v: v.name_pair(
            lambda a, b: a[:1].isupper() and b[:1].islower() and a.lower() > b.lower())),
        "systemd.sort_dash": ("50-a.conf sorts before 50.conf", lambda v: v.name_pair(
            lambda a, b: re.match(rb"\d+-", a) and b == a.split(b"-")[0] + SUFFIX)),
        "systemd.sort_utf8": ("names beyond ASCII sort last", lambda v: v.name_pair(lambda a, b: b[:1] > b"\x7f")),
        "systemd.order_across_dirs": ("names of all directories sort together", lambda v: any(
            a < b and i > j for i, t in enumerate(DIRS) for j, u in enumerate(DIRS)
            for a in v.keyed(u) for b in v.keyed(t))),
        "systemd.mask_empty": ("an empty file masks", mask(lambda t, n, k, d: k == "file" and not d)),
        "systemd.mask_comment": ("a file of comments masks", mask(lambda t, n, k, d: k == "file" and unseen(d))),
        "systemd.mask_devnull": ("a link to /dev/null masks", mask(lambda t, n, k, d: k == "devnull")),
        "systemd.mask_dangling": ("a dangling link masks", mask(lambda t, n, k, d: k == "dangling")),
        "systemd.mask_dir": ("a directory masks", mask(lambda t, n, k, d: k == "dir")),
        "systemd.mask_loop": ("a link loop masks, until 262", mask(lambda t, n, k, d: k == "loop")),
    }


def systemd_lines() -> dict:
    def sd(meaning, pattern):
        return meaning, rx("systemd", pattern)

    def en(meaning, test):
        return meaning, with_entries("systemd", test)
    return {
        "systemd.crlf": sd("CRLF ends a line", r"^_@_=_V\r\n"),
        "systemd.cr_ends_line": sd("CR alone ends a line", r"@_=_V_\r[^\n]"),
        "systemd.cr_ends_comment": sd("CR ends a comment", r"^_[#;][^\r\n]*\r_@_="),
        "systemd.nul_ends_line": sd("NUL ends a line", r"@_=_V_\0"),
        "systemd.nul_starts_line": sd("what follows NUL is a line", r"\0_@_=_V"),
        "systemd.lfcr": sd("LF CR is one terminator", r"\n\r_@_="),
        "systemd.no_final_newline": sd("the last line needs no newline", r"^_@_=_V\Z"),
        "systemd.long_line": ("a line of 1 MiB ends the file", lambda v: any(
            len(x) >= 1 << 20 for d in v.reads("systemd") if HAS_KEY.search(d) for x in re.split(rb"[\n\r\0]", d))),
        "systemd.long_line_fits": ("a line of 1 MiB - 1 is fine", lambda v: any(
            len(x) == (1 << 20) - 1 for d in v.reads("systemd") if HAS_KEY.search(d)
            for x in re.split(rb"[\n\r\0]", d))),
        "systemd.no_continuation": sd("a backslash does not continue a line", r"\\\n_@_="),
        "systemd.backslash_value": sd("a backslash after the value is part of it", r"^_@_=_V_\\$"),
        "systemd.bom_on_key": sd("a byte order mark spoils the first line", r"\A\xef\xbb\xbf_@_="),
        "systemd.bom_on_comment": sd("a byte order mark before a comment", r"\A\xef\xbb\xbf#"),
        "systemd.strip_set_key": sd("\\f and \\v are not stripped from the key",
                                    r"^[ \t]*[\f\v]+@_=|@[ \t]*[\f\v]+[ \t]*="),
        "systemd.strip_set_value": sd("\\f and \\v are not stripped from the value", r"^_@_=[ \t]*[\f\v]+V"),
        "systemd.comment_hash": sd("# starts a comment, after blanks too", r"^_#_@_="),
        "systemd.comment_semicolon": sd("; starts a comment", r"^_;_@_="),
        "systemd.slashes_no_comment": sd("// does not start a comment", r"^_//_@_="),
        "systemd.inline_comment": sd("what looks like a comment is part of the value", r"^_@_=_V[ \t]*[#;]"),
        "systemd.first_equals": sd("the first = splits", r"^_@_=_V_="),
        "systemd.leading_equals": sd("an empty key", r"^_=+_@_="),
        "systemd.dash": sd("'-key = value' forgives a failure", r"^_-@_=_V"),
        "systemd.dash_blank": sd("'- key' is the same", r"^_-[ \t]+@_=_V"),
        "systemd.double_dash": sd("'--key' is another key", r"^_--_@_="),
        "systemd.empty_value": sd("an empty value is refused and counts", r"^_@_=_$"),
        "systemd.bad_value_counts": ("a refused last value hides a good one", good_then_bad("systemd")),
        "systemd.exclusion": sd("'-key' alone is an exclusion", r"^_-_@_$"),
        "systemd.exclusion_after": sd("'-key' after 'key = v' unsets it", r"^_@_=_V_$(?s:.*)^_-_@_$"),
        "systemd.exclusion_before": sd("'key = v' after '-key' sets it", r"^_-_@_$(?s:.*)^_@_=_V_$"),
        "systemd.no_equals": sd("a line without = is skipped", r"^_@[ \t]+V_$"),
        "systemd.key_slash": sd("slashes separate", r"^_kernel/yama/ptrace_scope_="),
        "systemd.key_double_dot": sd("doubled dots collapse", r"^_kernel(\.\.+yama\.+|\.+yama\.\.+)ptrace_scope_="),
        "systemd.key_double_slash": sd("doubled slashes collapse", r"^_kernel(//+yama/+|/+yama//+)ptrace_scope_="),
        "systemd.key_leading_slash": sd("one leading slash goes", r"^_/+kernel/+yama/+ptrace_scope_="),
        "systemd.key_leading_dot": sd("a leading dot is a leading slash", r"^_\.+kernel\.yama\.ptrace_scope_="),
        "systemd.key_dot_component": sd("/./ goes", r"^_[./]*kernel/(\./yama/|yama/\./)ptrace_scope_="),
        "systemd.key_dotdot": sd("'..' is refused from 252", r"^_[./]*kernel/[^=\n]*\.\./[^=\n]*ptrace_scope_="),
        "systemd.key_trailing": sd("a trailing separator goes", r"^_@[./]+_="),
        "systemd.key_dot_slash": sd("kernel.yama/x is another key", r"^_kernel\.yama/ptrace_scope_="),
        "systemd.key_slash_dot": sd("kernel/yama.x is another key", r"^_kernel/yama\.ptrace_scope_="),
        "systemd.key_proc_sys": sd("proc.sys is not a prefix", r"^_/?proc[./]sys[./]@_="),
        "systemd.key_case": sd("case matters", r"^_(?!@)(?i:@)_="),
        "systemd.key_missing": sd("a key that the kernel lacks", r"^_kernel[./]yama[./]nope_="),
        "systemd.key_directory": sd("a key that is a directory", r"^_kernel[./]yama_="),
        "systemd.last_in_file": sd("the last line of a file wins", r"^_@_=_V(?s:.*)^_@_=_V"),
        "systemd.last_file": ("the last file wins", lambda v: sum(
            bool(ASSIGN.search(d)) for d in v.reads("systemd")) > 1),
        "systemd.one_write": ("3 then 1 is one write of 1", sticky("systemd")),
        "systemd.glob_star": sd("* matches within a component", r"^_kernel[./](yama|\*)[./](p?\*|\*.scope)_=_V"),
        "systemd.glob_question": sd("? matches one character", r"^_kernel[./]yam\?[./]|^_kernel[./]yama[./]ptrace\?scope"),
        "systemd.glob_bracket": sd("[] matches", r"^_[^=\n#]*\[[^=\n]*\][^=\n]*_=_V"),
        "systemd.glob_brace": sd("{} does not match", r"^_kernel[./][^=\n]*\{[^=\n]*_="),
        "systemd.glob_double_star": sd("** is no more than *", r"^_kernel[./]\*\*"),
        "systemd.glob_stops_at_slash": sd("* does not cross a separator", r"^_(\*[./]ptrace_scope|kernel[./]\*)_="),
        "systemd.glob_skips_explicit": en("a glob leaves an explicit key alone", glob_and("explicit")),
        "systemd.glob_skips_excluded": en("a glob leaves an excluded key alone", glob_and("excluded")),
        "systemd.glob_skips_emptied": en("an empty explicit value stops a glob too", glob_and("emptied")),
        "systemd.glob_exclusion": en("an excluded glob excludes only itself", lambda e: any(
            is_glob(k) and not eq for k, _, eq in e) and any(eq and (is_glob(k) or is_key(k)) for k, _, eq in e)),
        "systemd.globs_in_order": en("several globs write in turn", globs_differ),
        "systemd.skip_equal": en("a value already there is not written", globs_same),
        "systemd.same_keeps_place": en("the same value again keeps its place", reassigned(True)),
        "systemd.new_moves": en("another value moves to the end", reassigned(False)),
        "systemd.glob_dash": sd("-glob = v", r"^_-_kernel[./][^=\n]*\*[^=\n]*_=_V"),
    }


def procps_rules() -> dict:
    def pp(meaning, pattern):
        return meaning, rx("procps", pattern)

    def en(meaning, test):
        return meaning, with_entries("procps", test)

    def conf_is(kind):
        return lambda v: v.conf.kind == kind and any(v.keyed(t) for t in DIRS)

    def magic(chars):
        return lambda v: v.any_name(lambda n: n.endswith(SUFFIX) and any(c in n for c in chars))
    return {
        "procps.run_or_etc_first": ("/run hides /etc until 3.3.16, then the reverse",
                                    mask(lambda t, n, k, d: k == "file" and d, (RUN, ETC))),
        "procps.conf_last": ("/etc/sysctl.conf comes last",
                             lambda v: v.conf_keyed() and any(v.keyed(t) for t in DIRS)),
        "procps.conf_twice": ("with the 99 link it is applied twice",
                              lambda v: v.conf_keyed() and bool(v.links_to_conf())),
        "procps.conf_directory": ("a directory there is skipped", conf_is("dir")),
        "procps.conf_devnull": ("/dev/null there is skipped", conf_is("devnull")),
        "procps.conf_dangling": ("nothing at the end of its link", lambda v: v.raw(CONF) == "link" and
                                 conf_is("dangling")(v)),
        "procps.conf_missing": ("none at all", lambda v: v.raw(CONF) == "missing" and
                                any(v.keyed(t) for t in DIRS)),
        "procps.conf_is_link": ("a link to a file is read", lambda v: v.raw(CONF) == "link" and v.conf_keyed()),
        "procps.hidden_read": (".x.conf is read", lambda v: v.any_name(
            lambda n: n.startswith(b".") and n.endswith(SUFFIX) and n != SUFFIX)),
        "procps.name_only_suffix": (".conf itself is read", lambda v: v.any_name(lambda n: n == SUFFIX)),
        "procps.name_bracket": ("a name is a glob: []", magic(b"[")),
        "procps.name_star": ("a name is a glob: * and ?", magic(b"*?")),
        "procps.name_brace": ("a name is a glob: {}", magic(b"{")),
        "procps.name_tilde": ("~ in a name", magic(b"~")),
        "procps.name_backslash": ("backslash in a name", magic(b"\\")),
        "procps.dash": pp("'-key = v', not before 3.3.16", r"^_-@_=_V"),
        "procps.double_dash": pp("'--key' in 4.x", r"^_--@_=_V"),
        "procps.dash_blank": pp("'- key' is not supported", r"^_-[ \t]+@_=_V"),
        "procps.empty_value": pp("4.x writes an empty value, 3.x skips the line", r"^_@_=_$"),
        "procps.writes_each": ("every line is written, in order", lambda v: len(v.levels("procps")) > 1),
        "procps.sticky3": ("3 then 1 stays 3", sticky("procps")),
        "procps.bad_value_forgotten": ("a refused value leaves the earlier one", good_then_bad("procps")),
        "procps.cr_no_terminator": pp("CR alone does not end a line", r"@_=_V_\r[^\n]"),
        "procps.crlf": pp("CRLF ends a line", r"^_@_=_V\r\n"),
        "procps.nul_truncates": pp("NUL truncates the line", r"^_@_=_V_\0"),
        "procps.isspace_key": pp("\\f and \\v around a key", r"^[ \t]*[\f\v]+@_=|@[ \t]*[\f\v]+[ \t]*="),
        "procps.isspace_value": pp("\\f and \\v around a value", r"^_@_=[ \t]*([\f\v]+V|V[\f\v]+)"),
        "procps.equals_leading": pp("3.x skips leading =", r"^_=+_@_=_V"),
        "procps.equals_doubled": pp("3.x: value after == ", r"^_@_==+_V"),
        "procps.equals_in_value": pp("= in the value", r"^_@_=_V_="),
        "procps.no_equals": pp("no =: the line is skipped", r"^_@[ \t]+V_$"),
        "procps.short_line": pp("a line shorter than 2 is skipped", r"^.$"),
        "procps.comment": pp("# and ; comments after blanks", r"^[ \t]*[#;]_@_="),
        "procps.key_dotdot": pp("'..' works", r"^_[./]*kernel/[^=\n]*\.\./[^=\n]*ptrace_scope_="),
        "procps.key_leading": pp("leading separators", r"^_[./]+kernel[./]+yama[./]+ptrace_scope_="),
        "procps.key_trailing": pp("a trailing separator is not accepted", r"^_@[./]+_="),
        "procps.key_missing": pp("--system ignores a missing key", r"^_kernel[./]yama[./]nope_="),
        "procps.key_directory": pp("a directory is no key", r"^_kernel[./]yama_="),
        "procps.glob": pp("globs in 4.x", r"^_kernel[./](yama|\*)[./]\*_=_V"),
        "procps.glob_skips_same_spelling": en("a glob leaves a path alone that is listed the same way",
                                              glob_and("explicit")),
        "procps.glob_other_spelling": ("an explicit key spelled otherwise does not stop a glob", lambda v:
                                       v.has("procps", r"^_(/|kernel//|kernel/yama//|kernel/\./)[^=\n]*ptrace_scope_=_V")
                                       and any(is_glob(k) and eq for k, _, eq in v.entries("procps"))),
        "procps.exclusion_stops_globs": en("an exclusion stops globs", glob_and("excluded")),
        "procps.exclusion_not_explicit": en("an exclusion does not stop the explicit key", lambda e: any(
            is_key(k) and not eq for k, _, eq in e) and any(is_key(k) and v for k, v, _ in e)),
        "procps.exclusion_glob": en("an exclusion may be a glob from 4.0.5", lambda e: any(
            is_glob(k) and not eq for k, _, eq in e) and any(is_glob(k) and eq for k, _, eq in e)),
        "procps.long_line": ("there is no limit for a line", lambda v: any(
            len(x) > 1 << 19 for d in v.reads("procps") if HAS_KEY.search(d) for x in d.split(b"\n"))),
        "procps.mask": ("any entry masks by its name", mask(lambda t, n, k, d: k != "file" or not d)),
        "procps.p_conf_only": ("-p reads /etc/sysctl.conf and no more",
                               lambda v: v.conf_keyed() and any(v.keyed(t) for t in DIRS)),
    }


def busybox_rules() -> dict:
    def bb(meaning, pattern):
        return meaning, rx("conf", pattern)
    bad = r"(4|-1|08|\+1|[\"'a-z])"
    return {
        "busybox.continuation": bb("backslash newline continues a line", r"^_[^#;\n]*\\\n[^\n]*|@[^\n]*\\\n"),
        "busybox.continuation_in_comment": bb("and a comment, which swallows the setting", r"^_[#;][^\n]*\\\n_@_="),
        "busybox.continuation_in_value": bb("and splits a value", r"^_@_=[^\n]*\\\n"),
        "busybox.continuation_cr": bb("backslash CR does not", r"\\\r\n_@_="),
        "busybox.continuation_blank": bb("backslash blank does not", r"\\[ \t]+\n_@_="),
        "busybox.dash": bb("there is no - prefix", r"^_-@_="),
        "busybox.glob": bb("there are no globs", r"^_kernel[./][^=\n]*\*[^=\n]*_=_V"),
        "busybox.exclusion": bb("there are no exclusions", r"^_-_@_$"),
        "busybox.key_slash_dot": bb("kernel/yama.x works", r"^_kernel/yama\.ptrace_scope_=_V"),
        "busybox.key_dot_slash": bb("kernel.yama/x does not", r"^_kernel\.yama/ptrace_scope_=_V"),
        "busybox.key_absolute": bb("/proc/sys/... works", r"^_/proc/sys/kernel/yama/ptrace_scope_=_V"),
        "busybox.key_dotdot": bb("'..' works", r"^_[./]*kernel/[^=\n]*\.\./[^=\n]*ptrace_scope_=_V"),
        "busybox.key_leading": bb("leading separators do not", r"^_[./]+kernel[./]+yama[./]+ptrace_scope_=_V"),
        "busybox.key_trailing": bb("trailing separators do not", r"^_@[./]+_=_V"),
        "busybox.key_missing": bb("a missing key: the next line is read", r"^_kernel[./]yama[./]nope_=(?s:.*)^_@_=_V"),
        "busybox.empty_value": bb("an empty value: the line is skipped", r"^_@_=_$"),
        "busybox.no_equals": bb("no =: the line is skipped", r"^_@[ \t]+V_$"),
        "busybox.dies": bb("a refused write ends it", r"^_@_=_" + bad + r"(?s:.*)^_@_=_V"),
        "busybox.dies_at_sticky3": ("a lower value after 3 ends it", sticky("conf")),
        "busybox.crlf": bb("CRLF ends a line", r"^_@_=_V\r\n"),
        "busybox.cr_no_terminator": bb("CR alone does not", r"@_=_V_\r[^\n]"),
        "busybox.nul": bb("NUL truncates the line", r"^_@_=_V_\0"),
        "busybox.isspace": bb("\\f and \\v are blanks", r"^_[\f\v]+@|^_@_[\f\v]|^_@_=_[\f\v]"),
        "busybox.equals_leading": bb("a leading =", r"^_=+_@_=_V"),
        "busybox.equals_in_value": bb("= in the value", r"^_@_=_V_="),
        "busybox.comment": bb("# and ; comments", r"^[ \t]*[#;]_@_="),
        "busybox.no_final_newline": bb("the last line needs no newline", r"^_@_=_V\Z"),
        "busybox.conf_missing": ("no file", lambda v: v.raw(CONF) == "missing"),
    }


def script_rules() -> dict:
    def shadow(kind):
        return mask(lambda t, n, k, d: k == kind and not n.startswith(b"."), (ETC, USR))

    def orc(meaning, pattern):
        return meaning, rx("openrc", pattern)

    def ufw(meaning, pattern, path=b"etc/ufw/ufw.conf"):
        return meaning, lambda v: bool(re.search(pattern, v.content(path), re.M)) and any(
            HAS_KEY.search(n.data) for n in v.tree.values() if n.kind == "file")
    default = b"etc/default/ufw"
    return {
        "alpine.run_last": ("/run after /etc/sysctl.conf", lambda v: v.conf_keyed() and bool(v.keyed(RUN))),
        "alpine.conf_after_etc": ("/etc/sysctl.conf after /etc/sysctl.d",
                                  lambda v: v.conf_keyed() and bool(v.keyed(ETC))),
        "alpine.dir_beats_name": ("directories come in turn, whatever the names", lambda v: any(
            a > b for a in v.keyed(USR) for b in v.keyed(ETC))),
        "alpine.shadow_file": ("a file in /etc hides one in /usr/lib", shadow("file")),
        "alpine.shadow_run": ("a file in /run hides one in /etc", mask(lambda t, n, k, d: k == "file", (RUN, ETC))),
        "alpine.shadow_not_devnull": ("/dev/null does not", shadow("devnull")),
        "alpine.shadow_not_dangling": ("a dangling link does not", shadow("dangling")),
        "alpine.shadow_not_dir": ("a directory does not", shadow("dir")),
        "alpine.local_lib_unread": ("/usr/local/lib is not read", lambda v: bool(v.keyed(LOCAL))),
        "alpine.hidden_unread": ("hidden names are not read", lambda v: v.any_name(
            lambda n: n.startswith(b".") and n.endswith(SUFFIX))),
        "alpine.lib_twice": ("merged /usr: /lib and /usr/lib both run",
                             lambda v: v.merged and bool(v.keyed(USR))),
        "alpine.lib_split": ("split /usr: /lib runs first", lambda v: not v.merged and bool(v.keyed(LIB))),
        "alpine.process_each": ("a refused write ends one file only", lambda v: len(
            [d for d in v.reads("alpine") if ASSIGN.search(d)]) > 1 and good_and_bad("alpine")(v)),
        # In its releases, OpenRC with busybox applies nothing; these are of a change that was proposed.
        "openrc-read.conf_missing": ("no /etc/sysctl.conf: nothing", lambda v: v.conf.kind != "file" and
                                bool(v.keyed(ETC))),
        "openrc-read.conf_first": ("/etc/sysctl.conf, then /etc/sysctl.d",
                              lambda v: v.conf_keyed() and bool(v.keyed(ETC))),
        "openrc-read.no_run_or_usr": ("/run and /usr are not read", lambda v: v.conf.kind == "file" and
                                 bool(v.keyed(RUN) or v.keyed(USR))),
        "openrc-read.spaces": orc("only ' = ' is collapsed", r"^_@ = V$"),
        "openrc-read.one_space": orc("'key =v' is not applied", r"^_@[ \t]+=V|^_@=[ \t]+V|^_@_\t_="),
        "openrc-read.crlf": orc("CRLF is not applied", r"^_@_=_V\r\n"),
        "openrc-read.no_final_newline": orc("a last line without newline is not applied", r"^_@_=_V\Z"),
        "openrc-read.semicolon": orc("; is no comment", r"^_;_@_="),
        "openrc-read.backslash": orc("read without -r eats backslashes", r"\\"),
        "openrc-read.continues": ("a refused write does not end it", good_and_bad("openrc")),
        "void.conf_last": ("/etc/sysctl.conf last", lambda v: v.conf_keyed() and bool(
            v.keyed(ETC) or v.keyed(USR) or v.keyed(RUN))),
        "void.run_first": ("/run hides /etc", mask(lambda t, n, k, d: k == "file", (RUN, ETC))),
        "void.names_in_order": ("names of all directories sort together", lambda v: any(
            a < b for a in v.keyed(ETC) + v.keyed(RUN) for b in v.keyed(USR))),
        "void.devnull_masks": ("a link to /dev/null masks", shadow("devnull")),
        "void.dangling_does_not": ("a dangling link does not mask", shadow("dangling")),
        "void.dir_masks": ("a directory masks", shadow("dir")),
        "void.local_lib": ("/usr/local/lib hides /usr/lib", mask(lambda t, n, k, d: True, (LOCAL, USR))),
        "void.lib_unread": ("/lib is not read", lambda v: not v.merged and bool(v.keyed(LIB))),
        "void.hidden_unread": ("hidden names are not read", lambda v: v.any_name(
            lambda n: n.startswith(b".") and n.endswith(SUFFIX))),
        "void.process_each": ("one process for each file: exclusions end with it", lambda v: len(
            [d for d in v.reads("void") if re.search(rb"^-", d, re.M)]) > 0 and any(
                is_glob(k) and eq for k, _, eq in v.entries("void"))),
        "ufw.enabled": ufw("ENABLED=yes runs sysctl", rb"^ENABLED=[\"']?(yes|YES)[\"']?$"),
        "ufw.disabled": ufw("ENABLED=no does not", rb"^ENABLED=[\"']?no"),
        "ufw.enabled_case": ufw("only yes and YES count", rb"^ENABLED=[\"']?(Yes|yEs|true|1)\b"),
        "ufw.ipt_sysctl": ufw("IPT_SYSCTL names the file", rb"^IPT_SYSCTL=\S+", default),
        "ufw.ipt_sysctl_later": ufw("ufw.conf may set it again", rb"^IPT_SYSCTL=\S+"),
        "ufw.ipt_sysctl_empty": ufw("empty: nothing is read", rb"^IPT_SYSCTL=([\"']{2})?$", default),
        "ufw.ipt_sysctl_conf": ufw("it may name /etc/sysctl.conf", rb"^IPT_SYSCTL=[\"']?/etc/sysctl.conf", default),
        "ufw.quotes": ufw("shell quotes", rb"^IPT_SYSCTL=.*[\"'\\]", default),
        "ufw.comment": ufw("shell comments", rb"^(IPT_SYSCTL=\S+ +#|#IPT_SYSCTL=)", default),
        "ufw.no_default": ("without /etc/default/ufw there is no file", lambda v: v.raw(default) == "missing" and
                           bool(v.content(b"etc/ufw/ufw.conf"))),
        "ufw.empty_file": ("an empty file is not read", lambda v: v.tree.resolve(b"etc/ufw/sysctl.conf").kind ==
                           "file" and not v.content(b"etc/ufw/sysctl.conf")),
        "ufw.slash_keys": ("slashes separate", rx("ufw", r"^_kernel/yama/ptrace_scope_=_V")),
    }


def tuned_rules() -> dict:
    section = r"^\[sysctl\](?s:.*)"

    def tn(meaning, pattern):
        return meaning, rx("tuned", pattern)

    def again(test):
        """tuned sets something, and reads the files again."""
        return lambda v: v.has("tuned", section + "=") and not re.search(
            rb"^reapply_sysctl *= *(0|false)", v.content(TUNED_MAIN), re.M) and test(v)
    return {
        "tuned.profile": tn("the active profile's [sysctl]", section + r"^@_=_V"),
        "tuned.no_section": ("without [sysctl] nothing is read again", lambda v: bool(v.tuned_profiles()) and
                             not v.has("tuned", r"^\[sysctl\]") and bool(v.keyed(ETC))),
        "tuned.no_main": ("without tuned-main.conf it does not start", lambda v: v.raw(TUNED_MAIN) == "missing" and
                          bool(HAS_KEY.search(v.content(b"etc/tuned/mine/tuned.conf")))),
        "tuned.no_profile": ("a profile that does not exist", lambda v: v.raw(TUNED_MAIN) == "file" and
                             not v.tuned_profiles() and bool(v.keyed(ETC))),
        "tuned.etc_over_usr": ("/etc/tuned hides /usr/lib/tuned", lambda v: all(HAS_KEY.search(v.content(
            top + b"mine/tuned.conf")) for top in (TUNED_DIRS[0], TUNED_DIRS[2])) and bool(v.tuned_profiles())),
        "tuned.two_profiles": ("several profiles: the later wins", lambda v: len(
            v.content(b"etc/tuned/active_profile").split()) > 1 and bool(v.tuned_profiles())),
        "tuned.include": tn("include=", r"^include_=(?s:.*)^\[sysctl\]"),
        "tuned.last_in_section": tn("the last of a section wins", section + r"^@_=_V(?s:.*)^@_=_V"),
        "tuned.quotes": tn("double quotes go", section + r'^@_=_"V"'),
        "tuned.inline_comment": tn("a comment after the value", section + r"^@_=_V[ \t]+#"),
        "tuned.glued_comment": tn("# without a blank before it", section + r"^@_=_V#"),
        "tuned.greater": tn("> writes only what is more", section + r"^@_=_>V"),
        "tuned.slash_dot": tn("how dots and slashes change", section + r"^kernel/yama[./]ptrace_scope_="),
        "tuned.missing_key": tn("a key that the kernel lacks", section + r"^kernel\.yama\.nope"),
        "tuned.indented": tn("an indented line continues the value", section + r"^@_=[^\n]*\n[ \t]+\S"),
        "tuned.no_equals": tn("a line without = spoils the profile", section + r"^@_V$"),
        "tuned.again_after": ("then the files are read again", again(lambda v: bool(v.keyed(ETC) or v.keyed(RUN)))),
        "tuned.again_off": ("unless reapply_sysctl is off", lambda v: bool(v.tuned_profiles()) and bool(re.search(
            rb"^reapply_sysctl *= *(0|false)", v.content(TUNED_MAIN), re.M)) and bool(v.keyed(ETC))),
        "tuned.again_exclude": ("except keys named in reapply_sysctl_exclude, newest only", again(lambda v: bool(re.search(
            rb"^reapply_sysctl_exclude *= *kernel", v.content(TUNED_MAIN), re.M)) and bool(v.keyed(ETC)))),
        "tuned.again_run_first": ("where /run hides /etc", again(mask(lambda t, n, k, d: True, (RUN, ETC)))),
        "tuned.again_conf_last": ("and /etc/sysctl.conf is last", again(lambda v: v.conf_keyed())),
        "tuned.again_not_usr": ("and /usr is not read", again(lambda v: bool(v.keyed(USR)))),
        "tuned.again_hidden": ("hidden names are", again(lambda v: v.any_name(lambda n: n.startswith(b".")))),
        "tuned.again_dash": ("there is no - prefix", again(lambda v: v.has("systemd", r"^_-_@_=_V"))),
        "tuned.again_glob": ("there are no globs", again(lambda v: v.has("systemd", r"^_kernel[./][^=\n]*\*_="))),
        "tuned.again_cr": ("CR ends a line", again(lambda v: v.has("systemd", r"@_=_V\r"))),
    }


RULES = {**value_rules(), **systemd_files(), **systemd_lines(), **procps_rules(), **busybox_rules(),
         **script_rules(), **tuned_rules()}


def rules_of(tree: Tree) -> set:
    """Names of the rules that the tree exercises."""
    view = View(tree)
    return {name for name, (_, test) in RULES.items() if test(view)}
