#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hand-written trees, each named for the behaviour that it shows.

Shorthand. In paths: E, R, L, U, B are sysctl.d below /etc, /run, /usr/local/lib, /usr/lib and /lib; C is
/etc/sysctl.conf; W is /etc/ufw/sysctl.conf. In contents: `@` is the dotted key and `%` the one with
slashes; a final newline is added unless the text is bytes. A value that starts with "->" is a link, "/"
a directory. Text is Latin-1, so \\xa0 is that byte.

LINES are contents that are put at once where every loader meets them (E/50-x.conf, C and W); TREES are
whole trees. Both: (name, content, rules it must exercise, expected levels). Expected levels stand only
where they are plain: letter, then level, or - for none: s systemd, p procps 4 --system, q procps 3, c
procps -p of 4, b busybox (d 1.30, n newer), a alpine, o OpenRC as proposed, v void, u ufw, t tuned (m until 2.20, x from 2.25);
of systemd e 247, f 252 and 257, g 262; of procps 4 j until 4.0.4, h 4.0.7. The real programs are the judge of them too.
"""

from typing import Dict, List, NamedTuple, Union

from trees import DIR, Node, Tree, file, link

SHORT = {"E": "etc/sysctl.d", "R": "run/sysctl.d", "L": "usr/local/lib/sysctl.d", "U": "usr/lib/sysctl.d",
         "B": "lib/sysctl.d", "C": "etc/sysctl.conf", "W": "etc/ufw/sysctl.conf"}
LOADERS = {"s": ("systemd-sysctl@",), "p": ("procps@4",), "q": ("procps@3",), "c": ("procps-p@4",),
           "b": ("busybox@",), "d": ("busybox@1.30",), "n": ("busybox@1.35", "busybox@1.37"), "a": ("alpine@",), "o": ("openrc@291",), "v": ("void@20200720",), "u": ("ufw@",), "t": ("tuned@",), "m": ("tuned@2.15", "tuned@2.20"), "x": ("tuned@2.25",),
           "e": ("systemd-sysctl@247",), "f": ("systemd-sysctl@252", "systemd-sysctl@257"), "g": ("systemd-sysctl@262",),
           "j": ("procps@4.0.2", "procps@4.0.4"), "h": ("procps@4.0.7",)}
UFW_ON = {"etc/default/ufw": "IPT_SYSCTL=/etc/ufw/sysctl.conf", "etc/ufw/ufw.conf": "ENABLED=yes"}
MIB = 1 << 20


class Scenario(NamedTuple):
    name: str
    tree: Tree
    tags: List[str]
    expect: Dict[str, str]


def text(value: Union[str, bytes]) -> bytes:
    """Contents of a file from the shorthand."""
    data = value if isinstance(value, bytes) else value.encode("latin-1")
    if data and not isinstance(value, bytes) and not data.endswith(b"\n"):
        data += b"\n"
    return data.replace(b"@", b"kernel.yama.ptrace_scope").replace(b"%", b"kernel/yama/ptrace_scope")


def node(value: Union[str, bytes]) -> Node:
    if value == "/":
        return DIR
    if isinstance(value, str) and value.startswith("->"):
        return link(value[2:].strip().encode("latin-1"))
    return file(text(value))


def path(short: str) -> bytes:
    head, slash, rest = short.partition("/")
    return (SHORT.get(head, head) + slash + rest).encode("latin-1")


def tree(spec: dict) -> Tree:
    return Tree({path(k): node(v) for k, v in spec.items()})


def line_tree(content) -> Tree:
    return tree({"E/50-x.conf": content, "C": content, "W": content, **UFW_ON})


def expected(text_: str) -> Dict[str, str]:
    """{"systemd-sysctl@": "2", ...}: prefix of a loader@version -> level or '-'."""
    return {prefix: word[1:] for word in text_.split() for prefix in LOADERS[word[0]]}


VALUES = [  # value as written after '=', level with all loaders ('-': refused), rules
    ("0", "0", ""), ("1", "1", ""), ("2", "2", ""), ("3", "3", ""),
    ("4", "-", "kernel.range_high"), ("10", "-", "kernel.range_high"), ("-1", "-", "kernel.range_low"),
    ("01", "1", "kernel.octal"), ("002", "2", "kernel.octal"), ("007", "-", ""), ("08", "-", "kernel.octal_bad"),
    ("0x1", "1", "kernel.hex"), ("0X2", "2", "kernel.hex"), ("0x", "-", "kernel.hex_bare"), ("0x4", "-", ""),
    ("-0", "0", "kernel.minus_zero"), ("- 1", "-", "kernel.minus_bad"), ("--1", "-", "kernel.minus_bad"),
    ("-0x1", "-", ""), ("+1", "-", "kernel.plus"), ("true", "-", "kernel.words"), ("yes", "-", "kernel.words"),
    ("1 2", "1", "kernel.rest_ignored"), ("1\t2", "1", "kernel.rest_ignored"), ("2 # c", "2", ""),
    ("2 ; c", "2", ""), ("2 // c", "2", ""), ("2#c", "-", "kernel.glued_tail"), ("2;", "-", "kernel.glued_tail"),
    ("1,2", "-", "kernel.glued_tail"), ("1.0", "-", "kernel.glued_tail"), ("1e0", "-", "kernel.glued_tail"),
    ('"1"', "-", "kernel.quoted"), ("'1'", "-", "kernel.quoted"), ("0b1", "-", ""), ("\xc2\xa01", "-", "kernel.nbsp_utf8"),
    ("0" * 19 + "1", "1", "kernel.token_20"), ("0" * 20 + "1", "-", "kernel.token_21"), ("0" * 40 + "1", "-", ""),
    ("18446744073709551616", "-", "kernel.overflow"), ("18446744073709551615", "-", ""), ("4294967297", "-", ""),
    ("-18446744073709551616", "-", ""), ("0x100000001", "-", ""), ("2147483648", "-", ""), ("1=2", "-", ""),
    ("0x01", "1", ""), ("0o1", "-", ""), ("00", "0", ""), ("1-", "-", ""), ("1:2", "-", ""), ("0 x1", "0", ""),
    ("2 " + "x" * 5000, "2", ""), ("1" + " " * 5000 + "2", "1", ""), ("3 1", "3", ""), ("\\1", "-", ""),
    ("1 2 3 4", "1", ""), ("\xff1", "-", ""), ("\xa01", "1", ""), ("1\xa0", "-", ""), ("one", "-", "kernel.words"),
    (" 1 ", "1", ""), ("\xff", "-", ""), ("1 \xff\xfe", "1", ""), ("\xc3\xa9", "-", ""), ("1\xc3\xa9", "-", ""), ("\xef\xbb\xbf1", "-", ""),
]

LINES = [
    # the value as other loaders strip it
    ("space_class_before_value_differs", "@ = \x0c1", "kernel.leading_space_class systemd.strip_set_value procps.isspace_value busybox.isspace", "s1 p1 b1"),
    ("space_class_after_value_differs", "@ = 2\x0b", "kernel.trailing_space_class procps.isspace_value", "s- p2 b2"),
    ("space_class_around_key_differs", "\x0c@ = 2", "systemd.strip_set_key procps.isspace_key busybox.isspace", "s- p2 b2"),
    ("space_class_before_equals_differs", "@\x0b= 2", "systemd.strip_set_key procps.isspace_key", "s- p2 b2"),
    ("space_class_before_comment", "\x0c# @ = 2\n@ = 1", "", ""),
    ("number_beyond_first_page", "@ = " + "\x0b" * 4095 + "1", "kernel.number_too_late", "s- p1 b1"),
    ("number_last_in_first_page", "@ = " + "\x0b" * 4093 + "1", "kernel.number_just_in_page", ""),
    ("number_at_end_of_first_page", "@ = " + "\x0b" * 4094 + "1", "kernel.number_just_in_page", ""),
    ("nbsp_before_number", "@ = \xa01", "kernel.leading_space_class", "s1 p1 b1"),
    # terminators
    ("crlf", b"@ = 2\r\n", "systemd.crlf procps.crlf busybox.crlf openrc-read.crlf", "s2 p2 b2 o-"),
    ("crlf_then_line", b"@ = 2\r\n@ = 1\r\n", "systemd.crlf", "s1 p1 b1"),
    ("cr_only", b"@ = 2\r@ = 1\r", "systemd.cr_ends_line procps.cr_no_terminator busybox.cr_no_terminator", "s1 p- b-"),
    ("cr_in_comment", b"# note\r@ = 2\n", "systemd.cr_ends_comment", "s2 p- b-"),
    ("cr_before_line", b"\r@ = 2\n", "", "s2"),
    ("cr_cr_lf", b"@ = 2\r\r\n@ = 1\r\r\n", "", ""),
    ("lf_cr", b"@ = 2\n\r@ = 1\n\r", "systemd.lfcr", "s1 p1 b1"),
    ("lf_lf_cr_cr", b"@ = 2\n\n\r\r@ = 1\n", "", ""),
    ("cr_inside_key", b"kernel.yama\r.ptrace_scope = 2\n@ = 1\n", "", "s1"),
    ("cr_inside_value", b"@ = 2\rx = y\n", "systemd.cr_ends_line", "s2"),
    ("nul_after_value", b"@ = 2\0junk\n", "systemd.nul_ends_line procps.nul_truncates busybox.nul", "s2 p2 b2"),
    ("nul_then_setting", b"@ = 2\0@ = 1\n", "systemd.nul_ends_line systemd.nul_starts_line", "s1 p2 b2"),
    ("nul_before_key", b"\0@ = 2\n", "systemd.nul_starts_line", "s2 p- b-"),
    ("nul_in_comment", b"# x\0@ = 2\n", "systemd.nul_starts_line", "s2 p- b-"),
    ("nul_cr_lf", b"@ = 2\0\r\n@ = 1\0\n", "", ""),
    ("nul_in_key", b"kernel.yama\0.ptrace_scope = 2\n", "", ""),
    ("no_final_newline", b"@ = 2", "systemd.no_final_newline busybox.no_final_newline openrc-read.no_final_newline", "s2 p2 b2 o-"),
    ("no_final_newline_two_lines", b"@ = 2\n@=1", "openrc-read.no_final_newline", "s1 p1 b1 o2"),
    ("form_feed_as_line_end", b"@ = 2\x0c@ = 1\n", "", ""),
    ("next_line_character", "@ = 2\x85@ = 1", "", ""),
    # continuation
    ("backslash_newline_in_value", "@ = \\\n2", "busybox.continuation busybox.continuation_in_value openrc-read.backslash", "s- p- b2"),
    ("backslash_newline_before_next", "x = \\\n@ = 2", "busybox.continuation systemd.no_continuation", "s2 p2 b-"),
    ("backslash_newline_in_comment", "# note \\\n@ = 2", "busybox.continuation_in_comment systemd.no_continuation", "s2 p2 b-"),
    ("backslash_newline_in_indented_comment", "  ; note \\\n@ = 2", "busybox.continuation_in_comment", "s2 p2 b-"),
    ("backslash_newline_in_key", "kernel.yama.\\\nptrace_scope = 2", "busybox.continuation", "s- p- b2"),
    ("backslash_after_value", "@ = 2\\\n@ = 1", "systemd.backslash_value busybox.continuation_in_value", "s1 p1"),
    ("backslash_crlf", b"# note \\\r\n@ = 2\n", "busybox.continuation_cr", "s2 p2 b2"),
    ("backslash_blank", "# note \\ \n@ = 2", "busybox.continuation_blank", "s2 p2 b2"),
    ("double_backslash_newline", "# note \\\\\n@ = 2", "", ""),
    ("backslash_at_end_of_file", b"@ = 2\\", "", ""),
    ("backslash_newline_at_end", b"@ = 2\n# x \\\n", "", "s2 p2 b2"),
    ("escaped_blank_at_end", "@ = 2\\ ", "openrc-read.backslash", "s- p- b- o2"),
    ("escaped_blank_then_word", "@ = 2\\  1", "openrc-read.backslash", "s- p- b-"),
    ("escaped_blank_alone", "@ = \\ 2", "", ""),
    ("backslash_in_key", "kernel.yama.ptrace\\_scope = 2", "openrc-read.backslash", ""),
    ("three_lines_continued", "@ = \\\n\\\n2", "busybox.continuation", "b2"),
    # byte order mark, comments, quotes
    ("bom_before_key", "\xef\xbb\xbf@ = 2\n@ = 1", "systemd.bom_on_key", "s1 p1"),
    ("bom_before_comment", "\xef\xbb\xbf# hi\n@ = 2", "systemd.bom_on_comment", "s2 p2 b2"),
    ("bom_alone_on_key", "\xef\xbb\xbf@ = 2", "systemd.bom_on_key", "s- p-"),
    ("hash_comment", "# @ = 2\n@ = 1", "systemd.comment_hash procps.comment busybox.comment", "s1 p1 b1"),
    ("hash_comment_indented", " \t# @ = 2\n@ = 1", "systemd.comment_hash", "s1 p1 b1"),
    ("semicolon_comment", ";@ = 2\n@ = 1", "systemd.comment_semicolon openrc-read.semicolon", "s1 p1 b1 o1"),
    ("semicolon_comment_alone", "; @ = 2", "openrc-read.semicolon", "s- p- b- o-"),
    ("slashes_are_no_comment", "//@ = 2", "systemd.slashes_no_comment", ""),
    ("slashes_blank_are_no_comment", "// @ = 2", "systemd.slashes_no_comment", "s- b-"),
    ("inline_comment_is_value", "@ = 2 # why", "systemd.inline_comment", "s2 p2 b2"),
    ("inline_comment_glued_is_refused", "@ = 2# why", "systemd.inline_comment", "s- p- b-"),
    ("quotes_are_kept", '@ = "2"', "kernel.quoted", "s- p- b-"),
    ("comment_after_setting_line", "@ = 2\n#@ = 1", "", "s2 p2 b2"),
    ("blank_lines", "\n\n  \n\t\n@ = 2\n\n", "", "s2 p2 b2"),
    ("one_character_lines", "x\n=\n-\n@ = 2\n#\n;", "procps.short_line", ""),
    # assignment
    ("spaces_none", "@=2", "", "s2 p2 b2 o2"),
    ("spaces_single", "@ = 2", "openrc-read.spaces", "s2 p2 b2 o2"),
    ("space_before_equals", "@ =2", "openrc-read.one_space", "s2 p2 b2 o-"),
    ("space_after_equals", "@= 2", "openrc-read.one_space", "s2 p2 b2"),
    ("tabs_around_equals", "@\t=\t2", "openrc-read.one_space", "s2 p2 b2 o-"),
    ("many_blanks", " \t @ \t = \t 2 \t ", "", "s2 p2 b2"),
    ("two_spaces_around_equals", "@  =  2", "", "s2 p2 b2"),
    ("openrc_takes_rest_of_line", "@ = 2 extra words", "", "s2 p2 b2"),
    ("first_equals_splits", "@ = 2 = 1", "systemd.first_equals procps.equals_in_value busybox.equals_in_value", "s2 p2 b2"),
    ("equals_doubled", "@ == 2", "", ""),
    ("equals_doubled_glued", "@==2", "procps.equals_doubled", "s- p- b-"),
    ("equals_leading", "=@=2", "systemd.leading_equals procps.equals_leading busybox.equals_leading", "s- p- q2"),
    ("equals_leading_twice", "= = @ = 2", "", ""),
    ("equals_only", "=\n= 2\n@ = 1", "", ""),
    ("no_equals_is_skipped", "@ 2\n@ = 1", "systemd.no_equals procps.no_equals busybox.no_equals", "s1 p1 b1"),
    ("no_equals_alone", "@ 2", "systemd.no_equals", "s- p- b-"),
    ("colon_is_no_equals", "@: 2", "", "s- p- b-"),
    ("key_alone", "@", "", "s- p- b-"),
    ("empty_value", "@ =", "systemd.empty_value procps.empty_value busybox.empty_value", "s- p- b-"),
    ("empty_value_after_good", "@ = 2\n@ =", "systemd.empty_value", "s- p2 q2 b2"),
    ("empty_value_before_good", "@ =\n@ = 2", "systemd.empty_value", "s2 p2 q2 b2"),
    ("empty_value_with_blanks", "@ = \t \n@ = 2", "", "s2 p2 b2"),
    ("empty_value_before_cr", b"@ = 2\n@ = \rx\n", "", ""),
    ("empty_value_cr", b"@ = \r\n@ = 2\r\n", "", "s2 p2 b2"),
    ("value_of_form_feed_only", "@ = 2\n@ = \x0c", "", ""),
    ("last_in_file_wins", "@ = 2\n@ = 1", "systemd.last_in_file", "s1 p1 b1"),
    ("three_then_one", "@ = 3\n@ = 1", "systemd.one_write kernel.sticky3 procps.sticky3 busybox.dies_at_sticky3", "s1 p3 b3"),
    ("one_then_three", "@ = 1\n@ = 3", "", "s3 p3 b3"),
    ("three_one_three", "@ = 3\n@ = 1\n@ = 3", "", "s3 p3 b3"),
    ("three_then_three", "@ = 3\n@ = 0x3", "", "s3 p3 b3"),
    ("good_then_bad", "@ = 2\n@ = 4", "systemd.bad_value_counts procps.bad_value_forgotten", "s- p2 q2 b2"),
    ("bad_then_good", "@ = 4\n@ = 2", "busybox.dies", "s2 p2 q2 b-"),
    ("bad_then_good_other_spelling", "% = 4\n@ = 2", "", "s2 p2 b-"),
    ("good_bad_good", "@ = 2\n@ = x\n@ = 1", "", "s1 p1 b2"),
    ("same_value_twice", "@ = 2\n@ = 2", "", "s2 p2 b2"),
    ("other_keys_around", "kernel.sysrq = 1\n@ = 2\nkernel.sysrq = 0", "", "s2 p2 b2"),
    ("missing_key_then_good", "kernel.yama.nope = 1\n@ = 2", "systemd.key_missing procps.key_missing busybox.key_missing", "s2 p2 b2"),
    ("directory_key_then_good", "kernel.yama = 1\n@ = 2", "systemd.key_directory procps.key_directory", "s2 p2"),
    # '-' prefix and exclusions
    ("dash", "-@ = 2", "systemd.dash procps.dash busybox.dash", "s2 p2 b-"),
    ("dash_blank", "- @ = 2", "systemd.dash_blank procps.dash_blank", "s2 p- b-"),
    ("dash_tab", "-\t@ = 2", "systemd.dash_blank", "s2 p-"),
    ("dash_bad_value", "-@ = 4\n@ = 2", "", ""),
    ("double_dash", "--@ = 2", "systemd.double_dash procps.double_dash", "s- p2 q- b-"),
    ("triple_dash", "---@ = 2", "", ""),
    ("dash_then_busybox_goes_on", "-@ = 1\n@ = 2", "busybox.dash", "s2 p2 b2"),
    ("dash_and_plain_are_one_key", "@ = 1\n-@ = 2", "", "s2 p2"),
    ("exclusion_alone", "-@", "systemd.exclusion busybox.exclusion", "s- p- b-"),
    ("exclusion_after_unsets", "@ = 2\n-@", "systemd.exclusion_after procps.exclusion_not_explicit", "s- p2 b2"),
    ("exclusion_before_does_not", "-@\n@ = 2", "systemd.exclusion_before", "s2 p2 b2"),
    ("exclusion_blank", "@ = 2\n- @", "", ""),
    ("exclusion_slash", "@ = 2\n-%", "", "s- p2"),
    ("exclusion_double_dash", "@ = 2\n--@", "", ""),
    ("exclusion_empty", "-\n@ = 2", "", ""),
    ("dash_blank_only", "- = 1\n@ = 2", "", ""),
    # spelling of the key
    ("key_slash", "% = 2", "systemd.key_slash ufw.slash_keys", "s2 p2 b2"),
    ("key_double_dot", "kernel..yama..ptrace_scope = 2", "systemd.key_double_dot", "s2"),
    ("key_double_slash", "kernel//yama//ptrace_scope = 2", "systemd.key_double_slash", "s2 p2 b2"),
    ("key_leading_slash", "/% = 2", "systemd.key_leading_slash procps.key_leading busybox.key_leading", "s2 p2 b-"),
    ("key_leading_slashes", "//kernel/yama/ptrace_scope = 2", "", "s2"),
    ("key_leading_dot", ".@ = 2", "systemd.key_leading_dot", "s2 b-"),
    ("key_leading_dots", "..@ = 2", "systemd.key_leading_dot", ""),
    ("key_leading_dot_slash", "./% = 2", "", ""),
    ("key_dot_component", "kernel/./yama/ptrace_scope = 2", "systemd.key_dot_component", "s2 p2 b2"),
    ("key_dot_components_dotted", "kernel./.yama.ptrace_scope = 2", "", ""),
    ("key_dotdot", "kernel/../kernel/yama/ptrace_scope = 2", "systemd.key_dotdot procps.key_dotdot busybox.key_dotdot", "e2 f- g- p2 b2"),
    ("key_dotdot_inner", "kernel/yama/../yama/ptrace_scope = 2", "systemd.key_dotdot", "e2 f- g- p2 b2"),
    ("key_dotdot_leading", "../sys/kernel/yama/ptrace_scope = 2", "", ""),
    ("key_dotdot_to_proc_sys", "/../sys/kernel/yama/ptrace_scope = 2", "", ""),
    ("key_dotdot_out_and_in", "/../../proc/sys/kernel/yama/ptrace_scope = 2", "", ""),
    ("key_dotdot_inside_out", "kernel/../../sys/kernel/yama/ptrace_scope = 2", "", ""),
    ("key_dotdot_of_file", "kernel/sysrq/../yama/ptrace_scope = 2", "", ""),
    ("key_trailing_dot", "@. = 2", "systemd.key_trailing procps.key_trailing busybox.key_trailing", "s2 p- b-"),
    ("key_trailing_slash", "%/ = 2", "systemd.key_trailing", "s2 p- b-"),
    ("key_trailing_slash_dot", "%/. = 2", "", ""),
    ("key_dot_then_slash", "kernel.yama/ptrace_scope = 2", "systemd.key_dot_slash busybox.key_dot_slash", "s- p- d2 n-"),
    ("key_slash_then_dot", "kernel/yama.ptrace_scope = 2", "systemd.key_slash_dot busybox.key_slash_dot", "s- p- b2"),
    ("key_proc_sys_dotted", "proc.sys.@ = 2", "systemd.key_proc_sys", "s- p- b-"),
    ("key_proc_sys_absolute", "/proc/sys/% = 2", "busybox.key_absolute", "s- p- b2"),
    ("key_upper_case", "KERNEL.YAMA.PTRACE_SCOPE = 2", "systemd.key_case", "s- p- b-"),
    ("key_blank_inside", "kernel . yama . ptrace_scope = 2", "", "s- p-"),
    ("key_dash_for_underscore", "kernel.yama.ptrace-scope = 2", "", "s- p- b-"),
    ("key_quoted", '"@" = 2', "", "s- p-"),
    ("key_sysctl_prefix", "sysctl.@ = 2", "", "s- p-"),
    ("spellings_are_one_key_in_systemd", "@ = 1\n% = 2\n/kernel//yama/ptrace_scope = 3\n.@ = 1", "", "s1 p3"),
    ("exclusion_other_spelling", "@ = 2\n-/kernel//yama/ptrace_scope", "", "s- p2"),
    ("vlan_key_with_slash_for_dot", "net.ipv4.conf.eth0/100.rp_filter = 1\n@ = 2", "", "s2"),
    # globs
    ("glob_star_last", "kernel.yama.* = 2", "systemd.glob_star procps.glob busybox.glob", "s2 p2 b-"),
    ("glob_star_middle", "kernel.*.ptrace_scope = 2", "", "s2 p2"),
    ("glob_star_first", "*.*.ptrace_scope = 2", "", "s2 p2"),
    ("glob_two_stars", "kernel.*.* = 2", "", "s2"),
    ("glob_stops_at_slash", "*.ptrace_scope = 2", "systemd.glob_stops_at_slash", "s-"),
    ("glob_stops_at_slash_kernel", "kernel.* = 2", "systemd.glob_stops_at_slash", ""),
    ("glob_slashes", "kernel/yama/* = 2", "systemd.glob_star", "s2 p2"),
    ("glob_question", "kernel.yam?.ptrace_scope = 2", "systemd.glob_question", "s2 p2"),
    ("glob_question_for_separator", "kernel.yama?ptrace_scope = 2", "", ""),
    ("glob_bracket", "kernel.yama.[p]trace_scope = 2", "systemd.glob_bracket", "s2 p2"),
    ("glob_bracket_range", "kernel.[a-z]ama.ptrace_scope = 2", "systemd.glob_bracket", "s2"),
    ("glob_bracket_negated", "kernel.yama.[!x]trace_scope = 2", "systemd.glob_bracket", "s2"),
    ("glob_bracket_open", "kernel.yama.[ptrace_scope = 2", "", ""),
    ("glob_brace", "kernel.{yama,x}.ptrace_scope = 2", "systemd.glob_brace", "s-"),
    ("glob_brace_with_star", "kernel.{yama,x}.* = 2", "systemd.glob_brace", ""),
    ("glob_tilde", "~.* = 2\n@ = 1", "", "s1 p1"),
    ("glob_double_star", "kernel.**.ptrace_scope = 2", "systemd.glob_double_star", "s2"),
    ("glob_double_star_deep", "**.ptrace_scope = 2", "", "s-"),
    ("glob_escaped", "kernel.yama.\\* = 2", "", ""),
    ("glob_no_match", "kernel.yama.x* = 2\n@ = 1", "", "s1 p1"),
    ("glob_empty_value", "kernel.yama.* =", "", "s- p-"),
    ("glob_bad_value", "kernel.yama.* = 4", "", "s- p-"),
    ("glob_and_explicit_before", "@ = 1\nkernel.yama.* = 2", "systemd.glob_skips_explicit", "s1 p1"),
    ("glob_and_explicit_after", "kernel.yama.* = 2\n@ = 1", "systemd.glob_skips_explicit procps.glob_skips_same_spelling", "s1 p1"),
    ("glob_and_explicit_slash", "% = 1\nkernel.yama.* = 2", "systemd.glob_skips_explicit", "s1 p1"),
    ("glob_and_explicit_other_spelling", "/kernel//yama/ptrace_scope = 1\nkernel.yama.* = 2", "procps.glob_other_spelling", "s1 p2"),
    ("glob_and_emptied_key", "@ =\nkernel.yama.* = 2", "systemd.glob_skips_emptied", "s- p-"),
    ("glob_and_bad_key", "@ = 4\nkernel.yama.* = 2", "", "s- p-"),
    ("glob_and_excluded_key", "kernel.yama.* = 2\n-@", "systemd.glob_skips_excluded procps.exclusion_stops_globs", "s- p-"),
    ("glob_and_key_excluded_first", "-@\nkernel.yama.* = 2", "systemd.glob_skips_excluded", "s- p-"),
    ("glob_and_key_excluded_blank", "- @\nkernel.yama.* = 2", "", "s- p2"),
    ("glob_and_key_set_and_excluded", "@ = 1\n-@\nkernel.yama.* = 2", "", "s-"),
    ("glob_excluded_by_itself", "kernel.yama.* = 2\n-kernel.yama.*", "systemd.glob_exclusion procps.exclusion_glob", "s- j2 h-"),
    ("glob_excluded_by_other", "kernel.yama.* = 2\n-kernel.*.ptrace_scope", "systemd.glob_exclusion procps.exclusion_glob", "s2 j2 h-"),
    ("explicit_and_excluded_glob", "@ = 2\n-kernel.yama.*", "systemd.glob_exclusion", "s2"),
    ("glob_set_after_itself_excluded", "-kernel.yama.*\nkernel.yama.* = 2", "systemd.glob_exclusion", "s2"),
    ("globs_in_order", "kernel.yama.* = 1\nkernel.*.ptrace_scope = 2", "systemd.globs_in_order", "s2 p2"),
    ("globs_in_order_sticky", "kernel.yama.* = 3\nkernel.*.ptrace_scope = 2", "systemd.globs_in_order", "s3 p3"),
    ("globs_same_value", "kernel.yama.* = 2\nkernel.*.ptrace_scope = 2", "systemd.skip_equal", "s2 p2"),
    ("globs_same_value_other_text", "kernel.yama.* = 2\nkernel.*.ptrace_scope = 02", "", "s2 p2"),
    ("globs_bad_after_good", "kernel.yama.* = 2\nkernel.*.ptrace_scope = 4", "", "s2 p2"),
    ("globs_same_value_keeps_place", "kernel.yama.* = 1\nkernel.*.ptrace_scope = 2\nkernel.yama.* = 1", "systemd.same_keeps_place", "s2 p1"),
    ("globs_new_value_moves", "kernel.yama.* = 0\nkernel.*.ptrace_scope = 2\nkernel.yama.* = 1", "systemd.new_moves", "s1 p1"),
    ("glob_other_value_back", "kernel.yama.* = 1\nkernel.*.ptrace_scope = 2\nkernel.yama.* = 0\nkernel.yama.* = 1", "", "s1"),
    ("glob_dash", "-kernel.yama.* = 2", "systemd.glob_dash", "s2 p2"),
    ("glob_dash_blank", "- kernel.yama.* = 2", "", "s2"),
    ("glob_spellings_are_one", "kernel.yama.* = 1\nkernel.*.* = 2\nkernel//yama/* = 1", "", ""),
    ("glob_leading_slash", "/kernel/yama/* = 2", "", "s2"),
    ("glob_dotdot", "kernel/../kernel/yama/* = 2", "", ""),
    ("glob_in_slash_then_dot", "kernel/yama.* = 2", "", "s-"),
    ("glob_matches_many", "net.ipv4.conf.*.rp_filter = 1\n@ = 2", "", "s2"),
    ("glob_all", "*.*.* = 1", "", ""),
    ("explicit_then_two_globs", "kernel.*.ptrace_scope = 3\n@ = 1\nkernel.yama.* = 2", "", "s1 p1"),
]

LONG = [
    ("long_line_fits", b"@ = 1\n#" + b"x" * (MIB - 2) + b"\n@ = 2\n", "systemd.long_line_fits procps.long_line", "s2 p2"),
    ("long_line_ends_the_file", b"@ = 1\n#" + b"x" * (MIB - 1) + b"\n@ = 2\n", "systemd.long_line procps.long_line", "s1 p2"),
    ("long_line_much_over", b"@ = 1\n#" + b"x" * (MIB + 5000) + b"\n@ = 2\n", "systemd.long_line", "s1"),
    ("long_line_without_newline", b"@ = 1\n#" + b"x" * (MIB - 1), "systemd.long_line", "s1"),
    ("long_line_continued", b"# " + b"x" * (3 * MIB + 50000) + b"\\\n@ = 2\n@ = 1\n", "", "p1 b1"),
    ("long_line_is_the_setting", b"@ = 1\n@ " + b" " * MIB + b"= 2\n", "systemd.long_line", "s1 p2"),
]

LINK99 = {"E/99-sysctl.conf": "-> ../sysctl.conf"}
MERGED = {"lib": "-> usr/lib"}
GOOD, LOW, OTHER = "@ = 2", "@ = 1", "@ = 0"


def over(top: str, low: str, content: str) -> dict:
    """An entry in one directory that hides GOOD in another."""
    return {f"{top}/50-x.conf": content, f"{low}/50-x.conf": GOOD}


def names(first: str, second: str, **more) -> dict:
    """Two files of /etc/sysctl.d; the second holds 2 and is expected to come last."""
    return {f"E/{first}": LOW, f"E/{second}": GOOD, **more}


def ufw(default: str, conf: str, **more) -> dict:
    return {"etc/default/ufw": default, "etc/ufw/ufw.conf": conf, "W": GOOD, "C": LOW, "E/50-x.conf": OTHER, **more}


def tuned(profile: str, main: str = "# defaults") -> dict:
    """The files that activate a profile, where old and new versions look for it."""
    return {"etc/tuned/active_profile": "mine", "etc/tuned/profile_mode": "manual", "etc/tuned/tuned-main.conf": main,
            "etc/tuned/mine/tuned.conf": profile, "etc/tuned/profiles/mine/tuned.conf": profile}


def tuned_files(profile: str, files: dict, main: str = "# defaults") -> dict:
    return {**tuned(profile, main), **files}


ON = "ENABLED=yes"
IPT = "IPT_SYSCTL=/etc/ufw/sysctl.conf"

TREES = [
    # nothing
    ("no_configuration", {"etc/hostname": "x"}, "busybox.conf_missing", "s- p- b- a- o- v-"),
    ("empty_directories", {"E": "/", "R": "/", "U": "/"}, "", "s- p- b- a- o- v-"),
    ("other_keys_only", {"E/10-x.conf": "kernel.sysrq = 1", "C": "kernel.sysrq = 0"}, "", "s- p- b-"),
    # precedence of directories for one name
    ("etc_hides_run", over("E", "R", LOW), "systemd.etc_first procps.run_or_etc_first alpine.shadow_run void.run_first", "s1 p1 a2 v2"),
    ("etc_hides_local", over("E", "L", LOW), "systemd.etc_first", "s1 p1 a1"),
    ("etc_hides_usr", over("E", "U", LOW), "systemd.etc_first alpine.shadow_file", "s1 p1 a1 v1"),
    ("etc_hides_lib", over("E", "B", LOW), "systemd.etc_first", "s1 p1"),
    ("run_hides_local", over("R", "L", LOW), "systemd.run_second", "s1 p1"),
    ("run_hides_usr", over("R", "U", LOW), "systemd.run_second", "s1 p1 a1"),
    ("run_hides_lib", over("R", "B", LOW), "systemd.run_second", "s1 p1"),
    ("local_hides_usr", over("L", "U", LOW), "systemd.local_third void.local_lib", "s1 p1 a2"),
    ("local_hides_lib", over("L", "B", LOW), "", "s1 p1"),
    ("usr_hides_lib", over("U", "B", LOW), "systemd.lib_split alpine.lib_split", "s1 p1"),
    ("all_five_dirs_one_name", {f"{d}/50-x.conf": f"@ = {i % 4}" for i, d in enumerate("ERLUB")}, "", "s0"),
    ("all_five_dirs_own_names", {f"{d}/{5 - i}-x.conf": f"@ = {i % 3}" for i, d in enumerate("ERLUB")}, "", "s0"),
    ("lib_alone_split", {"B/50-x.conf": GOOD}, "systemd.lib_split alpine.lib_split void.lib_unread", "p2 a2 v-"),
    ("usr_alone_merged", {"U/50-x.conf": GOOD, **MERGED}, "systemd.lib_merged alpine.lib_twice", "s2 p2 a2"),
    ("usr_merged_three", {"U/50-x.conf": "@ = 3\n@ = 1", **MERGED}, "alpine.lib_twice", "s1 p3"),
    ("usr_merged_with_etc", {"U/50-x.conf": GOOD, "E/50-x.conf": LOW, **MERGED}, "", "s1 p1 a1"),
    ("local_alone", {"L/50-x.conf": GOOD}, "systemd.local_lib alpine.local_lib_unread", "s2 p2 a- o- v2"),
    ("run_alone", {"R/50-x.conf": GOOD}, "", "s2 p2 a2 o-"),
    ("usr_alone", {"U/50-x.conf": GOOD}, "", "s2 p2 a2 o- v2"),
    ("run_and_usr_not_in_openrc", {"R/50-x.conf": GOOD, "U/50-y.conf": LOW, "C": "# none"}, "openrc-read.no_run_or_usr", "o-"),
    # masks
    *[(f"mask_{what}_in_{top_name}", over(top, low, content), f"systemd.mask_{rule}{more}", "s- p-")
      for top, low, top_name in (("E", "U", "etc"), ("R", "U", "run"), ("E", "R", "etc_over_run"))
      for what, content, rule, more in (
          ("empty", b"", "empty", ""), ("comment", "# off\n; off", "comment", ""),
          ("devnull", "-> /dev/null", "devnull", " procps.mask"),
          ("dangling", "-> nowhere", "dangling", " procps.mask"), ("directory", "/", "dir", " procps.mask"))],
    ("mask_devnull_is_no_mask_in_alpine", over("E", "U", "-> /dev/null"), "alpine.shadow_not_devnull void.devnull_masks", "s- a2 v-"),
    ("mask_dangling_is_no_mask_in_alpine", over("E", "U", "-> nowhere"), "alpine.shadow_not_dangling void.dangling_does_not", "s- a2 v2"),
    ("mask_directory_is_no_mask_in_alpine", over("E", "U", "/"), "alpine.shadow_not_dir void.dir_masks", "s- a2 v-"),
    ("mask_devnull_relative", over("E", "U", "-> ../../dev/null"), "systemd.mask_devnull", "s- p-"),
    ("mask_loop", over("E", "U", "-> 50-x.conf"), "systemd.mask_loop", "e- f- g2 p- a2 v2"),
    ("mask_loop_of_two", {**over("E", "U", "-> 51-y.conf"), "E/51-y.conf": "-> 50-x.conf"}, "systemd.mask_loop", ""),
    ("mask_loop_in_run", over("R", "U", "-> 50-x.conf"), "systemd.mask_loop", "e- f- g2 p- a2 v2"),
    ("mask_lower_dir_is_nothing", over("U", "E", "-> /dev/null"), "", "s2 p2 a2 v2"),
    ("mask_other_name", {"E/51-x.conf": "-> /dev/null", "U/50-x.conf": GOOD}, "", "s2 p2"),
    ("mask_other_case", {"E/50-X.conf": b"", "U/50-x.conf": GOOD}, "", "s2 p2"),
    ("mask_without_suffix", {"E/50-x": b"", "U/50-x.conf": GOOD}, "", "s2 p2"),
    ("mask_regular_other_key", over("E", "U", "kernel.sysrq = 1"), "", "s- p-"),
    ("mask_link_to_directory", {**over("E", "U", "-> /opt/dir"), "opt/dir": "/"}, "systemd.mask_dir", "s-"),
    ("mask_link_to_empty", {**over("E", "U", "-> empty"), "E/empty": b""}, "systemd.mask_empty", "s-"),
    ("mask_run_dir_over_usr_file", over("R", "U", "/"), "systemd.mask_dir", "s-"),
    ("mask_masked_by_file", {"E/50-x.conf": GOOD, "R/50-x.conf": "-> /dev/null", "U/50-x.conf": LOW}, "", "s2"),
    ("mask_and_conf", {**over("E", "U", "-> /dev/null"), "C": LOW}, "", "s- p1 b1 a1"),
    # names
    ("suffix_missing", {"E/50-x": GOOD, "U/20-a.conf": LOW}, "", "s1 p1 a1"),
    ("suffix_other", {"E/50-x.conf.bak": GOOD, "E/50-x.conf~": GOOD, "E/50-x.config": GOOD, "U/20-a.conf": LOW},
     "systemd.suffix", "s1 p1 a1 v1"),
    ("suffix_dpkg", {f"E/50-x.conf.dpkg-{s}": GOOD for s in ("old", "new", "dist", "tmp")}, "systemd.suffix", "s- p-"),
    ("suffix_rpm", {"E/50-x.conf.rpmnew": GOOD, "E/50-x.conf.rpmsave": GOOD}, "systemd.suffix", "s- p-"),
    ("suffix_upper_case", {"E/50-x.CONF": GOOD}, "systemd.suffix_case", "s- p- a- v-"),
    ("suffix_then_blank", {"E/50-x.conf ": GOOD}, "systemd.suffix", "s- p-"),
    ("suffix_without_dot", {"E/50-xconf": GOOD}, "", "s- p-"),
    ("suffix_backup_before", {"E/50-x~.conf": GOOD, "E/#50-y#.conf": LOW}, "procps.name_tilde", ""),
    ("hidden_name", {"E/.50-x.conf": GOOD}, "systemd.hidden procps.hidden_read alpine.hidden_unread", "s- p2 a- v-"),
    ("hidden_masks_nothing_in_systemd", {"E/.x.conf": GOOD, "U/x.conf": LOW}, "systemd.hidden", "s1"),
    ("hidden_sorts_first", {"E/.x.conf": GOOD, "E/10.conf": LOW}, "", "p1"),
    ("name_is_only_suffix", {"E/.conf": GOOD}, "procps.name_only_suffix", "s- p2 a-"),
    ("name_a_conf", {"E/a.conf": GOOD}, "", "s2 p2"),
    ("name_dot_dot", {"E/..conf": GOOD, "E/...conf": LOW}, "systemd.hidden", "s-"),
    ("name_long", {"E/" + "n" * 250 + ".conf": GOOD}, "", "s2 p2"),
    ("name_with_blank", {"E/50 x.conf": GOOD}, "", "s2 p2"),
    ("name_with_newline", {"E/50\nx.conf": GOOD, "E/40.conf": LOW}, "", "s2"),
    ("name_with_escape", {"E/50\x1b[31m.conf": GOOD}, "", "s2"),
    ("name_bracket_opens_another", {"E/z[A].conf": GOOD, "E/zA.conf": LOW}, "procps.name_bracket", "s2 p1 q1"),
    ("name_bracket_alone", {"E/z[A].conf": GOOD}, "procps.name_bracket", "s2"),
    ("name_bracket_open", {"E/z[.conf": GOOD}, "procps.name_bracket", "s2"),
    ("name_star", {"E/50*.conf": GOOD, "E/50-a.conf": LOW}, "procps.name_star", ""),
    ("name_star_alone", {"E/*.conf": GOOD}, "procps.name_star", "s2"),
    ("name_question", {"E/5?.conf": GOOD, "E/50.conf": LOW}, "procps.name_star", ""),
    ("name_brace", {"E/{a,b}.conf": GOOD, "E/a.conf": LOW, "E/b.conf": OTHER}, "procps.name_brace", ""),
    ("name_brace_without_matches", {"E/{a,b}.conf": GOOD}, "procps.name_brace", "s2"),
    ("name_brace_single", {"E/{a}.conf": GOOD, "E/a.conf": LOW}, "procps.name_brace", ""),
    ("name_tilde", {"E/~.conf": GOOD, "E/a~b.conf": LOW}, "procps.name_tilde", ""),
    ("name_backslash", {"E/a\\b.conf": GOOD, "E/ab.conf": LOW}, "procps.name_backslash", ""),
    ("name_dash", {"E/-x.conf": GOOD}, "", ""),
    ("name_double_dash", {"E/--all.conf": GOOD}, "", ""),
    ("no_recursion", {"E/sub/50-x.conf": GOOD, "E/sub.conf/60-x.conf": GOOD}, "systemd.no_recursion", "s- p- a-"),
    ("sort_digits", names("10-x.conf", "9-x.conf"), "systemd.sort_digits", "s2 p2 a2 v2"),
    ("sort_case", names("Z.conf", "a.conf"), "systemd.sort_case", "s2 p2"),
    ("sort_dash_before_dot", names("50-a.conf", "50.conf"), "systemd.sort_dash", "s2 p2"),
    ("sort_utf8_last", names("zz.conf", "\xc3\xa9.conf"), "systemd.sort_utf8", "s2 p2"),
    ("sort_byte_255", names("~.conf", "\xff.conf"), "systemd.sort_utf8", "s2"),
    ("sort_latin1_and_utf8", names("\xc3\xa9.conf", "\xe9.conf"), "", "s2"),
    ("sort_underscore", names("50-a.conf", "50_a.conf"), "", "s2 p2"),
    ("sort_prefix", names("50-.conf", "50-a.conf"), "", "s2 p2"),
    ("sort_blank_first", names(" a.conf", "!a.conf"), "", "s2"),
    ("order_usr_name_after_etc", {"U/90-x.conf": GOOD, "E/50-x.conf": LOW}, "systemd.order_across_dirs alpine.dir_beats_name void.names_in_order", "s2 p2 a1 v2"),
    ("order_run_name_before_etc", {"R/10-x.conf": GOOD, "E/50-x.conf": LOW}, "", "s1 p1 a2 v1"),
    ("order_three_in_usr", {"U/10-x.conf": "@ = 3", "E/50-x.conf": LOW}, "systemd.one_write procps.sticky3", "s1 p3 a3 v3"),
    ("bad_then_other_file", {"E/10-x.conf": "@ = 4", "E/20-x.conf": GOOD}, "alpine.process_each", "s2 p2 a2 v2"),
    ("good_then_other_file_bad", {"E/10-x.conf": GOOD, "E/20-x.conf": "@ = 4\n"}, "", "s- p2 q2 a2"),
    ("empty_then_other_file", {"E/10-x.conf": GOOD, "E/20-x.conf": "@ ="}, "", "s- p2 a2"),
    ("exclusion_other_file", {"E/10-x.conf": GOOD, "E/20-x.conf": "-@"}, "", "s- p2 a2"),
    ("glob_in_usr_explicit_in_etc", {"U/90-x.conf": "kernel.yama.* = 2", "E/10-x.conf": LOW}, "systemd.glob_skips_explicit", "s1 p1 a1"),
    ("glob_in_etc_excluded_in_usr", {"U/90-x.conf": "-@", "E/10-x.conf": "kernel.yama.* = 2"}, "systemd.glob_skips_excluded", "s- p-"),
    ("globs_over_files", {"E/10.conf": "kernel.*.ptrace_scope = 3", "E/20.conf": "kernel.yama.* = 1"}, "systemd.globs_in_order", "s3 p3"),
    # other keys, whose grammar nobody asks: patterns over what the kernel has, several keys in a file
    ("net_patterns_in_turn", {"E/10.conf": "net.ipv4.conf.*.rp_filter = 2\nnet.ipv4.conf.e*.rp_filter = 1\nnet.ipv4.conf.*.rp_filter = 0"}, "", ""),
    ("net_pattern_and_full_names", {"E/10.conf": "net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.conf.eth0/100.rp_filter = 1\nnet.ipv4.conf.*.rp_filter = 2\n"
                                    "net/ipv4/conf/eth0/rp_filter = 0"}, "", ""),
    ("net_pattern_and_exclusions", {"E/10.conf": "net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.lo.rp_filter\n-net.ipv4.conf.eth0/100.rp_filter\n"
                                    "-net.ipv4.conf.e*.rp_filter"}, "", ""),
    ("net_exclusion_by_pattern", {"E/10.conf": "net.ipv4.conf.*.rp_filter = 2\n-net.ipv4.conf.*.rp_filter"}, "", ""),
    ("net_patterns_of_two_components", {"E/10.conf": "net.ipv4.conf.*.* = 1\nnet.ipv4.conf.[al]*.rp_filter = 2\nnet.*.ip_forward = 1\n*.swappiness = 10\n"
                                        "vm.* = 20"}, "", ""),
    ("net_pattern_with_braces", {"E/10.conf": "net.ipv4.conf.{all,e*}.rp_filter = 1\nnet.ipv4.conf.{lo,default}.rp_filter = 2"}, "", ""),
    ("net_dots_in_names", {"C": "net/ipv4/conf/eth0.100/rp_filter = 1\nnet.ipv4.conf.eth0.100.rp_filter = 2\nnet.ipv4.conf.eth0/100.rp_filter = 0",
                           "E/10.conf": "net/ipv4/conf/eth0.100/rp_filter = 1\nnet.ipv4.conf.eth0.100.rp_filter = 2\nnet.ipv4.conf.eth0/100.rp_filter = 0"}, "", ""),
    ("net_pattern_over_files", {"U/50.conf": "net.ipv4.conf.*.rp_filter = 2", "E/90.conf": "net.ipv4.conf.all.rp_filter = 0", "R/10.conf": "-net.ipv4.conf.lo.rp_filter",
                                "C": "net.ipv4.conf.*.rp_filter = 1"}, "", ""),
    ("same_value_of_other_key", {"E/10.conf": "vm.swappiness = 10\nvm.swap* = 10\nkernel.sysrq = 1\nkernel.sysrq = 0\nkernel.sysrq = 1",
                                 "C": "vm.swappiness = 10\nkernel.sysrq = 1\nvm.swappiness = 10"}, "", ""),
    ("other_keys_with_odd_values", {"E/10.conf": "kernel.sysrq =\nvm.swappiness = a b  c # d\nnet.ipv4.ip_forward = \"1\"\nnet.ipv4.ip_forward = \xff",
                                    "C": "kernel.sysrq =\nvm.swappiness = a b  c # d\nnet.ipv4.ip_forward = \"1\"\nnet.ipv4.ip_forward = \xff"}, "", ""),
    ("refused_value_among_other_keys", {"E/10.conf": "kernel.sysrq = 1\n@ = 4\nvm.swappiness = 10", "C": "kernel.sysrq = 1\n@ = 4\nvm.swappiness = 10"}, "", "s- p- b-"),
    ("debian_default_glob", {"U/50-default.conf": "net.ipv4.conf.default.rp_filter = 2\nnet.ipv4.conf.*.rp_filter = 2\n"
                             "-net.ipv4.conf.all.rp_filter\n-net.ipv4.ping_group_range = 0 2147483647", "E/10-ptrace.conf": GOOD}, "", "s2"),
    ("ubuntu_default", {"E/10-ptrace.conf": "# ptrace\n@ = 1", "U/50-default.conf": "kernel.sysrq = 16", "C": "#@ = 2"}, "", "s1 p1"),
    ("long_line_in_one_file_only", {"E/10.conf": b"#" + b"x" * MIB + b"\n@ = 2\n", "E/20.conf": LOW}, "systemd.long_line", "s1 p1"),
    ("three_then_glob_one", {"E/10.conf": "@ = 3", "E/20.conf": "kernel.yama.* = 1"}, "", "s3 p3"),
    # /etc/sysctl.conf and the link to it
    ("conf_alone", {"C": GOOD}, "systemd.conf_unread", "s- p2 c2 b2 a2 o2 v2"),
    ("conf_and_d", {"C": GOOD, "E/99-z.conf": LOW}, "systemd.conf_unread procps.conf_last alpine.conf_after_etc openrc-read.conf_first void.conf_last procps.p_conf_only",
     "s1 p2 c2 b2 a2 o1 v2"),
    ("conf_link", {"C": GOOD, **LINK99}, "systemd.conf_link procps.conf_twice", "s2 p2"),
    ("conf_link_beaten", {"C": LOW, "E/zz.conf": GOOD, **LINK99}, "systemd.conf_link_beaten", "s2 p1"),
    ("conf_link_absolute", {"C": GOOD, "E/99-sysctl.conf": "-> /etc/sysctl.conf"}, "systemd.conf_link", "s2 p2"),
    ("conf_link_named_otherwise", {"C": GOOD, "E/60-x.conf": "-> ../sysctl.conf", "E/70.conf": LOW}, "systemd.conf_link_named", "s1 p2"),
    ("conf_link_masked", {"C": GOOD, "E/99-sysctl.conf": "-> /dev/null"}, "systemd.conf_link_masked", "s- p2"),
    ("conf_link_masked_in_etc_over_run", {"C": GOOD, "E/99-sysctl.conf": "-> /dev/null", "R/99-sysctl.conf": "-> /etc/sysctl.conf"},
     "systemd.conf_link_masked", "s- p2"),
    ("conf_link_in_run", {"C": GOOD, "R/99-sysctl.conf": "-> /etc/sysctl.conf"}, "", "s2 p2"),
    ("conf_link_in_usr", {"C": GOOD, "U/99-sysctl.conf": "-> ../../../etc/sysctl.conf"}, "", "s2 p2"),
    ("conf_link_shadows_run", {"C": GOOD, "R/99-sysctl.conf": LOW, **LINK99}, "systemd.conf_link_shadowed", "s2"),
    ("conf_link_dangling", {"E/99-sysctl.conf": "-> ../sysctl.conf", "E/50.conf": GOOD}, "procps.conf_missing", "s2 p2"),
    ("conf_link_replaced_by_file", {"C": GOOD, "E/99-sysctl.conf": LOW}, "", "s1 p2"),
    ("conf_link_three_twice", {"C": "@ = 3\n@ = 1", **LINK99}, "", "s1 p3"),
    ("conf_is_directory", {"C": "/", "E/50-x.conf": GOOD}, "procps.conf_directory openrc-read.conf_missing", "s2 p2 b- a2"),
    ("conf_is_directory_linked", {"C": "/", "E/50-x.conf": GOOD, **LINK99}, "", "s2 p2"),
    ("conf_is_devnull", {"C": "-> /dev/null", "E/50-x.conf": GOOD}, "procps.conf_devnull", "s2 p2 b-"),
    ("conf_is_dangling", {"C": "-> nowhere", "E/50-x.conf": GOOD}, "procps.conf_dangling", "s2 p2 b-"),
    ("conf_is_loop", {"C": "-> sysctl.conf", "E/50-x.conf": GOOD}, "", "s2 p2"),
    ("conf_is_missing", {"E/50-x.conf": GOOD}, "procps.conf_missing openrc-read.conf_missing", "s2 p2 b- o-"),
    ("conf_is_empty", {"C": b"", "E/50-x.conf": GOOD}, "", "s2 p2 b- o2"),
    ("conf_is_link_into_d", {"C": "-> sysctl.d/50-x.conf", "E/50-x.conf": GOOD}, "procps.conf_is_link", "s2 p2 b2"),
    ("conf_is_link_absolute", {"C": "-> /srv/sysctl.conf", "srv/sysctl.conf": GOOD}, "procps.conf_is_link", "s- p2 b2"),
    ("conf_is_link_out_by_dotdot", {"C": "-> ../../../../srv/s.conf", "srv/s.conf": GOOD}, "procps.conf_is_link", "p2 b2"),
    ("conf_is_unreadable_mode", {"C": GOOD}, "", "p2"),
    # links
    ("dir_is_link", {"E": "-> /srv/d", "srv/d/50-x.conf": GOOD}, "systemd.dir_link", "s2 p2 a2 o- v2"),
    ("dir_is_relative_link", {"E": "-> ../srv/d", "srv/d/50-x.conf": GOOD}, "systemd.dir_link", "s2 p2"),
    ("dir_link_to_usr", {"E": "-> ../usr/lib/sysctl.d", "U/50-x.conf": GOOD}, "systemd.dir_link", "s2 p2"),
    ("dir_link_dangling", {"E": "-> /nowhere", "U/50-x.conf": GOOD}, "", "s2 p2 a2"),
    ("dir_link_loop", {"E": "-> sysctl.d", "U/50-x.conf": GOOD}, "", "s2"),
    ("dir_is_file", {"E": GOOD, "U/50-x.conf": LOW}, "", "s1 p1"),
    ("dir_link_chain", {"E": "-> a", "etc/a": "-> b", "etc/b/50-x.conf": GOOD}, "systemd.dir_link", "s2 p2"),
    ("dir_link_run_to_etc", {"R": "-> /etc/sysctl.d", "E/50-x.conf": GOOD}, "", "s2 p2"),
    ("parent_is_link", {"usr/local/lib": "-> ../lib", "U/50-x.conf": GOOD}, "", "s2 p2"),
    ("parent_is_absolute_link", {"usr/local": "-> /srv", "srv/lib/sysctl.d/50-x.conf": GOOD}, "", "s2 p2"),
    ("file_link_inside", {"E/50-x.conf": "-> real", "E/real": GOOD}, "systemd.file_link", "s2 p2 a2"),
    ("file_link_absolute", {"E/50-x.conf": "-> /srv/x", "srv/x": GOOD}, "systemd.file_link", "s2 p2"),
    ("file_link_out_by_dotdot", {"E/50-x.conf": "-> ../../../../../srv/x", "srv/x": GOOD}, "systemd.file_link", "s2 p2"),
    ("file_link_chain", {"E/50-x.conf": "-> a", "E/a": "-> b", "E/b": "-> /srv/x", "srv/x": GOOD}, "systemd.file_link", "s2 p2"),
    ("file_link_through_directory_link", {"E/50-x.conf": "-> /opt/l/x", "opt/l": "-> ../srv", "srv/x": GOOD}, "systemd.file_link", "s2 p2"),
    ("file_link_to_same_dir", {"E/60-x.conf": "-> 50-y.conf", "E/50-y.conf": GOOD, "E/55-z.conf": LOW}, "", "s2 p2"),
    ("file_link_to_hidden", {"E/50-x.conf": "-> .hidden.conf", "E/.hidden.conf": GOOD}, "", "s2 p2"),
    ("file_link_dot_components", {"E/50-x.conf": "-> ./.././/sysctl.d/./y", "E/y": GOOD}, "", "s2 p2"),
    ("file_link_trailing_slash", {"E/50-x.conf": "-> y/", "E/y": GOOD}, "", "s-"),
    ("file_link_through_file", {"E/50-x.conf": "-> y/../z", "E/y": "x", "E/z": GOOD}, "", ""),
    ("file_link_chain_40", {**{f"E/l{i:02}": f"-> l{i + 1:02}" for i in range(38)}, "E/50.conf": "-> l00", "E/l38": GOOD}, "", "s2 p2"),
    ("file_link_chain_41", {**{f"E/l{i:02}": f"-> l{i + 1:02}" for i in range(41)}, "E/50.conf": "-> l00", "E/l41": GOOD}, "", ""),
    # Alpine, OpenRC, Void
    ("alpine_order", {"B/1.conf": "@ = 1\nkernel.sysrq = 1", "U/2.conf": "kernel.sysrq = 2", "E/3.conf": "kernel.sysrq = 3",
                      "C": "kernel.sysrq = 4", "R/0.conf": "kernel.sysrq = 5\n@ = 2"}, "", "a2"),
    ("alpine_run_over_conf", {"C": LOW, "R/50-x.conf": GOOD}, "alpine.run_last", "a2 p1"),
    ("alpine_empty_file_shadows", over("E", "U", b""), "systemd.mask_empty alpine.shadow_file", "a-"),
    ("alpine_run_empty_shadows_etc", over("R", "E", b""), "", "s2 a-"),
    ("alpine_run_devnull_does_not", over("R", "E", "-> /dev/null"), "", "s2 a2"),
    ("alpine_shadow_by_link_to_file", {**over("E", "U", "-> y"), "E/y": LOW}, "alpine.shadow_file", "a1"),
    ("openrc_hidden_unread", {"C": "kernel.sysrq = 1", "E/.x.conf": GOOD}, "", "o-"),
    ("openrc_conf_first", {"C": GOOD, "E/50-x.conf": LOW}, "openrc-read.conf_first", "o1"),
    ("openrc_conf_directory", {"C": "/", "E/50-x.conf": GOOD}, "openrc-read.conf_missing", ""),
    ("openrc_continues_after_refusal", {"C": "@ = 4\n@ = 2"}, "openrc-read.continues busybox.dies", "o2 b-"),
    ("openrc_file_without_newline_then_file", {"C": b"@ = 1\n@ = 2", "E/50-x.conf": b"\n@ = 0"}, "openrc-read.no_final_newline", ""),
    ("openrc_glob_in_line", {"C": "* = 1\n? = 2\n@ = 2"}, "", "o2"),
    ("openrc_word_split", {"C": "@ = 2 1"}, "", ""),
    ("void_conf_last", {"R/90.conf": LOW, "C": GOOD}, "void.conf_last", "v2"),
    ("void_order", {"C": "kernel.sysrq = 1\n@ = 0", "U/z.conf": "kernel.sysrq = 2", "L/y.conf": "kernel.sysrq = 3",
                    "E/x.conf": "kernel.sysrq = 4", "R/a.conf": "@ = 2"}, "", "v0"),
    ("void_exclusion_in_another_file", {"E/10.conf": "-@", "E/20.conf": "kernel.yama.* = 2"}, "void.process_each", "s- p- v2"),
    ("void_explicit_in_another_file", {"E/10.conf": LOW, "E/20.conf": "kernel.yama.* = 2"}, "", "s1 p1 v2"),
    ("void_three_in_one_file", {"U/10.conf": "@ = 3", "E/20.conf": LOW}, "", "v3"),
    ("void_name_is_a_pattern", {"E/[a].conf": GOOD, "E/a.conf": LOW}, "procps.name_bracket", ""),
    # ufw
    ("ufw_enabled", ufw(IPT, ON), "ufw.enabled ufw.ipt_sysctl", "u2"),
    ("ufw_enabled_capitals", ufw(IPT, "ENABLED=YES"), "ufw.enabled", "u2"),
    ("ufw_enabled_quoted", ufw(IPT, 'ENABLED="yes"'), "ufw.enabled", "u2"),
    ("ufw_enabled_mixed_case", ufw(IPT, "ENABLED=Yes"), "ufw.enabled_case", "u-"),
    ("ufw_disabled", ufw(IPT, "ENABLED=no"), "ufw.disabled", "u-"),
    ("ufw_enabled_missing", ufw(IPT, "LOGLEVEL=low"), "", "u-"),
    ("ufw_enabled_in_default", ufw(IPT + "\nENABLED=yes", "LOGLEVEL=low"), "", ""),
    ("ufw_disabled_later", ufw(IPT, "ENABLED=yes\nENABLED=no"), "ufw.disabled", "u-"),
    ("ufw_points_to_conf", ufw("IPT_SYSCTL=/etc/sysctl.conf", ON), "ufw.ipt_sysctl_conf", "u1"),
    ("ufw_conf_sets_it_again", ufw(IPT, ON + "\nIPT_SYSCTL=/etc/sysctl.conf"), "ufw.ipt_sysctl_later", "u1"),
    ("ufw_assigned_twice", ufw(IPT + "\nIPT_SYSCTL=/etc/sysctl.conf", ON), "", "u1"),
    ("ufw_empty_setting", ufw("IPT_SYSCTL=", ON), "ufw.ipt_sysctl_empty", "u-"),
    ("ufw_no_setting", ufw("# nothing", ON), "", ""),
    ("ufw_double_quotes", ufw('IPT_SYSCTL="/etc/ufw/sysctl.conf"', ON), "ufw.quotes", "u2"),
    ("ufw_single_quotes", ufw("IPT_SYSCTL='/etc/ufw/sysctl.conf'", ON), "ufw.quotes", "u2"),
    ("ufw_quotes_in_the_middle", ufw("IPT_SYSCTL=/etc/\"ufw\"/'sysctl'.conf", ON), "ufw.quotes", "u2"),
    ("ufw_backslash", ufw("IPT_SYSCTL=/etc/ufw/sysctl\\.conf", ON), "ufw.quotes", "u2"),
    ("ufw_comment_after", ufw(IPT + " # why", ON), "ufw.comment", "u2"),
    ("ufw_commented_out", ufw("#" + IPT, ON), "ufw.comment", ""),
    ("ufw_export", ufw("export " + IPT, ON), "", "u2"),
    ("ufw_semicolon", ufw(IPT + "; X=1", ON), "", "u2"),
    ("ufw_indented", ufw("  " + IPT, "  " + ON), "", "u2"),
    ("ufw_blanks_around_equals", ufw("IPT_SYSCTL = /etc/ufw/sysctl.conf", ON), "", ""),
    ("ufw_no_default_file", {"etc/ufw/ufw.conf": ON, "W": GOOD, "C": LOW}, "ufw.no_default", ""),
    ("ufw_no_conf_file", {"etc/default/ufw": IPT, "W": GOOD}, "", ""),
    ("ufw_file_missing", {"etc/default/ufw": IPT, "etc/ufw/ufw.conf": ON, "C": LOW}, "", "u-"),
    ("ufw_file_empty", ufw(IPT, ON, W=b""), "ufw.empty_file", "u-"),
    ("ufw_file_directory", ufw(IPT, ON, W="/"), "", "u-"),
    ("ufw_file_link", ufw(IPT, ON, W="-> ../sysctl.conf"), "", "u1"),
    ("ufw_value_empty_before_cr", ufw(IPT, ON, W=b"@ = 2\n@ = \rx\n"), "", ""),
    ("ufw_slash_keys", ufw(IPT, ON, W="% = 2"), "ufw.slash_keys", "u2"),
    ("ufw_relative_file", ufw("IPT_SYSCTL=etc/ufw/sysctl.conf", ON), "", ""),
    ("ufw_crlf", ufw(b"IPT_SYSCTL=/etc/ufw/sysctl.conf\r\n", b"ENABLED=yes\r\n"), "", "u-"),
    ("ufw_no_final_newline", ufw(IPT.encode(), ON.encode()), "ufw.enabled", "u2"),
    ("ufw_shipped_default", ufw("# /etc/default/ufw\n#\n\n# Set to yes to apply rules to support IPv6\nIPV6=yes\n"
                                'DEFAULT_INPUT_POLICY="DROP"\nMANAGE_BUILTINS=no\n' + IPT + '\nIPT_MODULES=""',
                                "# /etc/ufw/ufw.conf\n#\n\nENABLED=yes\n\nLOGLEVEL=low"), "ufw.enabled ufw.ipt_sysctl", "u2"),
    ("ufw_variable", ufw("D=/etc/ufw\nIPT_SYSCTL=$D/sysctl.conf", ON), "", ""),
    ("ufw_continued_line", ufw("IPT_SYSCTL=/etc/ufw/\\\nsysctl.conf", ON), "", "u2"),
    # tuned
    ("tuned_profile", tuned("[sysctl]\n@ = 2"), "tuned.profile", "t2"),
    ("tuned_profile_glued", tuned("[sysctl]\n@=2"), "tuned.profile", "t2"),
    ("tuned_main_missing", {k: v for k, v in tuned("[sysctl]\n@ = 2").items() if "main" not in k}, "tuned.no_main", "t-"),
    ("tuned_profile_missing", {"etc/tuned/active_profile": "other", "etc/tuned/tuned-main.conf": "# x", "E/10.conf": GOOD}, "tuned.no_profile", "t-"),
    ("tuned_no_active_profile", {"etc/tuned/mine/tuned.conf": "[sysctl]\n@ = 2", "etc/tuned/tuned-main.conf": "# x"}, "", ""),
    ("tuned_no_section", tuned_files("[main]\nsummary=x", {"E/10.conf": GOOD}), "tuned.no_section", "t-"),
    ("tuned_empty_section", tuned_files("[sysctl]", {"E/10.conf": GOOD}), "", ""),
    ("tuned_other_key_then_files", tuned_files("[sysctl]\nkernel.sysrq = 1", {"E/10.conf": GOOD}), "tuned.again_after", "t2"),
    ("tuned_then_files", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD, "R/05.conf": OTHER}), "tuned.again_after", "t2"),
    ("tuned_run_hides_etc", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD, "R/10.conf": OTHER}), "tuned.again_run_first", "t0"),
    ("tuned_run_empty_hides_etc", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD, "R/10.conf": b""}), "tuned.again_run_first", "t1"),
    ("tuned_run_dangling_hides_etc", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD, "R/10.conf": "-> nowhere"}), "tuned.again_run_first", "t1"),
    ("tuned_run_directory_hides_etc", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD, "R/10.conf": "/"}), "tuned.again_run_first", "t1"),
    ("tuned_conf_last", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD, "C": OTHER}), "tuned.again_conf_last", "t0"),
    ("tuned_usr_unread", tuned_files("[sysctl]\n@ = 1", {"U/10.conf": GOOD, "L/11.conf": OTHER}), "tuned.again_not_usr", "t1"),
    ("tuned_hidden_read", tuned_files("[sysctl]\n@ = 1", {"E/.x.conf": GOOD}), "tuned.again_hidden", "t2"),
    ("tuned_again_off", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, "reapply_sysctl = 0"), "tuned.again_off", "t1"),
    ("tuned_again_false", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, "reapply_sysctl=false"), "tuned.again_off", "t1"),
    ("tuned_again_on", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, "reapply_sysctl = 1"), "tuned.again_after", "t2"),
    ("tuned_again_no_word", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, "reapply_sysctl = no"), "", ""),
    ("tuned_again_odd_word", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, "reapply_sysctl = maybe"), "", ""),
    ("tuned_again_commented", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, "# reapply_sysctl = 0"), "tuned.again_after", "t2"),
    ("tuned_again_inline_comment", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, "reapply_sysctl = 0 # no"), "", ""),
    ("tuned_again_excluded", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, "reapply_sysctl_exclude = @"), "tuned.again_exclude", ""),
    ("tuned_again_excluded_list", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, "reapply_sysctl_exclude = vm.swappiness, %"), "", ""),
    ("tuned_main_semicolon", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, "; just words"), "", ""),
    ("tuned_semicolon_line", tuned("[sysctl]\n; just words\n@ = 2"), "", ""),
    ("tuned_hash_line", tuned("[sysctl]\n# just words\n@ = 2"), "", "t2"),
    ("tuned_three_sticks", tuned_files("[sysctl]\n@ = 3", {"E/10.conf": LOW}), "tuned.again_after", "t3"),
    ("tuned_dash_prefix", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": "-@ = 2"}), "tuned.again_dash", "t1"),
    ("tuned_glob", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": "kernel.yama.* = 2"}), "tuned.again_glob", "t1"),
    ("tuned_glob_in_profile", tuned("[sysctl]\nkernel.yama.* = 2"), "", "t-"),
    ("tuned_long_line_before_cr", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": b"# " + b"x" * (3 * MIB + 50000) + b"\r@ = 2\rx = 1\n"}), "", "t2"),
    ("tuned_cr_lines", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": b"# x\r@ = 2\r@ = 0\r\n"}), "tuned.again_cr", "t0"),
    ("tuned_nul", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": b"@ = 2\0x\n"}), "", ""),
    ("tuned_not_utf8", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": "# \xff\n@ = 2", "E/20.conf": OTHER}), "", ""),
    ("tuned_nbsp_stripped", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": "\xc2\xa0@ =\xc2\xa02"}), "", ""),
    ("tuned_bom", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": "\xef\xbb\xbf@ = 2"}), "", ""),
    ("tuned_file_comments", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": "#@ = 2\n;@ = 2\n //@ = 2\n@ = 0 # c"}), "", "t0"),
    ("tuned_file_empty_value", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": "@ ="}), "", "t1"),
    ("tuned_bad_then_good_file", tuned_files("[sysctl]\n@ = 4", {"E/10.conf": "@ = x\n@ = 2"}), "", "t2"),
    ("tuned_link_and_conf", tuned_files("[sysctl]\n@ = 1", {"E/99-sysctl.conf": "-> ../sysctl.conf", "C": GOOD}), "tuned.again_conf_last", "t2"),
    ("tuned_sort", tuned_files("[sysctl]\n@ = 1", {"E/10-x.conf": OTHER, "R/9-x.conf": GOOD, "E/Z.conf": OTHER}), "", "t0"),
    ("tuned_etc_over_usr", {**tuned("[sysctl]\n@ = 2"), "usr/lib/tuned/mine/tuned.conf": "[sysctl]\n@ = 1",
                            "usr/lib/tuned/profiles/mine/tuned.conf": "[sysctl]\n@ = 1"}, "tuned.etc_over_usr", "t2"),
    ("tuned_usr_profile", {"etc/tuned/active_profile": "mine", "etc/tuned/tuned-main.conf": "# x", "usr/lib/tuned/mine/tuned.conf": "[sysctl]\n@ = 2"}, "", "m2"),
    ("tuned_usr_profile_new", {"etc/tuned/active_profile": "mine", "etc/tuned/tuned-main.conf": "# x",
                               "usr/lib/tuned/profiles/mine/tuned.conf": "[sysctl]\n@ = 2"}, "", "m- x2"),
    ("tuned_two_profiles", {**tuned("[sysctl]\n@ = 1"), "etc/tuned/active_profile": "mine other", "etc/tuned/other/tuned.conf": "[sysctl]\n@ = 2",
                            "etc/tuned/profiles/other/tuned.conf": "[sysctl]\n@ = 2"}, "tuned.two_profiles", "t2"),
    ("tuned_include", {**tuned("[main]\ninclude=base\n[sysctl]\nkernel.sysrq = 1"), "etc/tuned/base/tuned.conf": "[sysctl]\n@ = 2",
                       "etc/tuned/profiles/base/tuned.conf": "[sysctl]\n@ = 2"}, "tuned.include", "t2"),
    ("tuned_include_overridden", {**tuned("[main]\ninclude=base\n[sysctl]\n@ = 1"), "etc/tuned/base/tuned.conf": "[sysctl]\n@ = 2",
                                  "etc/tuned/profiles/base/tuned.conf": "[sysctl]\n@ = 2"}, "tuned.include", "t1"),
    ("tuned_include_missing", tuned("[main]\ninclude=nowhere\n[sysctl]\n@ = 1"), "tuned.include", "t-"),
    ("tuned_post_loaded", {**tuned("[sysctl]\n@ = 1"), "etc/tuned/post_loaded_profile": "post", "etc/tuned/post/tuned.conf": "[sysctl]\n@ = 2",
                           "etc/tuned/profiles/post/tuned.conf": "[sysctl]\n@ = 2"}, "", "t2"),
    ("tuned_last_in_section", tuned("[sysctl]\n@ = 1\n@ = 2"), "tuned.last_in_section", ""),
    ("tuned_section_twice", tuned("[sysctl]\n@ = 1\n[x]\n[sysctl]\n@ = 2"), "", ""),
    ("tuned_two_spellings", tuned("[sysctl]\n@ = 3\nkernel/yama/ptrace_scope = 1"), "tuned.slash_dot", ""),
    ("tuned_slashes", tuned("[sysctl]\n% = 2"), "tuned.slash_dot", "m2 x-"),
    ("tuned_slash_then_dot", tuned("[sysctl]\nkernel/yama.ptrace_scope = 2"), "tuned.slash_dot", "m2"),
    ("tuned_quotes", tuned('[sysctl]\n@ = "2"'), "tuned.quotes", "t2"),
    ("tuned_single_quotes", tuned("[sysctl]\n@ = '2'"), "", ""),
    ("tuned_inline_comment", tuned("[sysctl]\n@ = 2 # why"), "tuned.inline_comment", "t2"),
    ("tuned_glued_comment", tuned("[sysctl]\n@ = 2# why"), "tuned.glued_comment", ""),
    ("tuned_semicolon_comment", tuned("[sysctl]\n;@ = 1\n#@ = 1\n@ = 2 ; why"), "", ""),
    ("tuned_greater", tuned("[sysctl]\n@ = >2"), "tuned.greater", ""),
    ("tuned_less", tuned("[sysctl]\n@ = <2"), "", ""),
    ("tuned_missing_key", tuned("[sysctl]\nkernel.yama.nope = 1\n@ = 2"), "tuned.missing_key", "t2"),
    ("tuned_indented", tuned("[sysctl]\n@ = 2\n  x = 1"), "tuned.indented", ""),
    ("tuned_no_equals", tuned("[sysctl]\n@ 2\n@ = 1"), "tuned.no_equals", ""),
    ("tuned_variables", tuned("[variables]\nlevel = 2\n[sysctl]\n@ = ${level}"), "", ""),
    ("tuned_spaces_in_profile_list", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/active_profile": "  mine \n\n"}, "", "t2"),
    ("tuned_mode_invalid", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/profile_mode": "odd"}, "", ""),
    ("tuned_profile_twice", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/active_profile": "mine mine"}, "", ""),
    ("tuned_profile_included_and_named", {**tuned("[main]\ninclude=base\n[sysctl]\n@ = 2"), "etc/tuned/active_profile": "base mine",
                                          "etc/tuned/base/tuned.conf": "[sysctl]\n@ = 1", "etc/tuned/profiles/base/tuned.conf": "[sysctl]\n@ = 1"}, "", ""),
    ("tuned_profile_includes_itself", tuned("[main]\ninclude=mine\n[sysctl]\n@ = 2"), "", ""),
    ("tuned_profile_cr", tuned(b"# x\r[sysctl]\n@ = 2\n"), "", ""),
    ("tuned_profile_cr_only", tuned(b"[sysctl]\r@ = 2\r"), "", ""),
    ("tuned_profile_crlf", tuned(b"[sysctl]\r\n@ = 2\r\n"), "", "t2"),
    ("tuned_profile_cr_in_value", tuned(b"[sysctl]\n@ = 2\rx = 1\n"), "", ""),
    ("tuned_profile_bom", tuned("\xef\xbb\xbf[sysctl]\n@ = 2"), "", ""),
    ("tuned_profile_nul", tuned(b"# x\0\n[sysctl]\n@ = 2\n"), "", ""),
    ("tuned_profile_nul_in_value", tuned(b"[sysctl]\n@ = 2\0\n"), "", ""),
    ("tuned_profile_not_utf8", tuned("# \xff\n[sysctl]\n@ = 2"), "", ""),
    ("tuned_active_with_dash", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/active_profile": "-mine"}, "", "t-"),
    ("tuned_active_optional_and_known", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/active_profile": "-other mine"}, "", "t-"),
    ("tuned_active_path", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/active_profile": "x/mine"}, "", "t-"),
    ("tuned_active_dot", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/active_profile": ". mine"}, "", "t-"),
    ("tuned_include_with_dash", {**tuned("[main]\ninclude=-other,-x/base\n[sysctl]\nkernel.sysrq = 1"), "etc/tuned/base/tuned.conf": "[sysctl]\n@ = 2",
                                 "etc/tuned/profiles/base/tuned.conf": "[sysctl]\n@ = 2"}, "", ""),
    ("tuned_post_loaded_two", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/post_loaded_profile": "mine mine"}, "", "t-"),
    ("tuned_post_loaded_empty", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/post_loaded_profile": ""}, "", ""),
    ("tuned_active_nul", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/active_profile": b"mine\0\n"}, "", ""),
    ("tuned_active_not_utf8", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/active_profile": b"mine \xff\n"}, "", ""),
    ("tuned_mode_nul", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/profile_mode": b"manual\0\n"}, "", ""),
    ("tuned_post_loaded_nul", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/post_loaded_profile": b"mine\0\n"}, "", ""),
    ("tuned_main_cr", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, b"# def\raults\n"), "", ""),
    ("tuned_main_bom", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, "\xef\xbb\xbfreapply_sysctl = 0"), "", ""),
    ("tuned_main_nul", tuned_files("[sysctl]\n@ = 1", {"E/10.conf": GOOD}, b"# x\0\nreapply_sysctl = 0\n"), "", ""),
    ("tuned_no_profile_chosen", {"etc/tuned/mine/tuned.conf": "[sysctl]\nkernel.sysrq = 1", "etc/tuned/profiles/mine/tuned.conf": "[sysctl]\nkernel.sysrq = 1",
                                 "etc/tuned/tuned-main.conf": "# x", "E/10.conf": GOOD}, "", ""),
    ("tuned_mode_auto", {**tuned("[sysctl]\n@ = 2"), "etc/tuned/profile_mode": "auto"}, "", ""),
    ("tuned_section_disabled", tuned("[sysctl]\nenabled=0\n@ = 2"), "", ""),
    ("tuned_type_in_other_section", tuned("[mine]\ntype=sysctl\n@ = 2"), "", ""),
    ("tuned_replace", {**tuned("[main]\ninclude=base\n[sysctl]\nreplace=1\nkernel.sysrq = 1"), "etc/tuned/base/tuned.conf": "[sysctl]\n@ = 2",
                       "etc/tuned/profiles/base/tuned.conf": "[sysctl]\n@ = 2"}, "", ""),
]


def all_scenarios() -> List[Scenario]:
    """Every scenario; names are unique."""
    ret = []
    for i, (value, level, tags) in enumerate(VALUES):
        letters = "c" if level == "1" and value.startswith("\xa0") else "spcb"
        name = "value_" + ("".join(c if c.isalnum() and c.isascii() else "_" for c in value[:12]) or "empty")
        content = f"@={value}"
        if any(c in value for c in "\xa0\xff"):
            letters = "s"
        ret.append(Scenario(f"{name}_{i}", line_tree(content), tags.split(),
                            expected(" ".join(x + level for x in letters))))
    for name, content, tags, expect in LINES + LONG:
        ret.append(Scenario(f"line_{name}", line_tree(content), tags.split(), expected(expect)))
    for name, spec, tags, expect in TREES:
        ret.append(Scenario(f"tree_{name}", tree(spec), tags.split(), expected(expect)))
    return ret
