#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# ptscope probe against booted kernels: probe.sh yama | probe.sh bpf
# Levels that Yama has, seen as root and as a user; kernels that say one thing and do another, by a program
# on the hook (liar.c); and that nothing is left behind. TAP.
n=0
tests=${0%/*}
scope=/proc/sys/kernel/yama/ptrace_scope

check() {
	n=$((n + 1))
	what=$1
	shift
	if "$@"; then echo "ok $n - $what"; else echo "not ok $n - $what"; fi
}

# says STATUS TEXT COMMAND...: its status, and each blank-separated word of TEXT in its output
says() {
	status=$1 words=$2
	shift 2
	"$@" >/tmp/out 2>&1
	got=$?
	[ "$got" = "$status" ] || {
		echo "# status $got, not $status"
		sed 's/^/# /' /tmp/out
		return 1
	}
	for word in $words; do
		grep -q -F -e "$word" /tmp/out || {
			echo "# not there: $word"
			cut -c 1-600 /tmp/out | sed 's/^/# /'
			return 1
		}
	done
}

as_user() {
	su alice -c "$*"
}

# screen NAME COMMAND...: the text, but for the time that it took
screen() {
	name=$1
	shift
	"$@" | sed 's/^  [0-9]* ms;/  TIME ms;/' >/tmp/screen
	diff "$tests/screens/$name.txt" /tmp/screen >/tmp/diff && return
	sed 's/^/# /' /tmp/diff
	# For whoever has to look at the new one.
	sed "s/^/# $name: /" /tmp/screen
	return 1
}

nothing_left() {
	# This script's own children are all that may be there.
	! grep -l -x -E "ptscope|cat|liar" /proc/[0-9]*/comm 2>/dev/null
}

agrees='"allows_more":0 "denies_more":0'

levels() {
	for level in 0 1 2 3; do
		echo $level >$scope
		check "root, $level" says 0 "\"behaves_like\":\"$level\" \"possible\":[$level] $agrees" ptscope probe --json
		check "user, $level" says 0 "\"behaves_like\":\"$level\" \"possible\":[$level] $agrees" as_user ptscope probe --json
		other=$(((level + 1) % 4))
		check "user, $level, $other was expected" says 1 "\"behaves_like\":\"$level\"" as_user ptscope probe --json --expect $other
		case $level in
		1 | 2) check "screen of a user, $level" screen "user-$level" as_user ptscope probe ;;
		3) check "screen of root, $level" screen "root-$level" ptscope probe ;;
		esac
		[ $level = 1 ] || continue
		check 'a BPF program that denies all' says 1 '"behaves_like":"denied-by-other" "allows_more":0' \
			"$tests/liar" deny ptscope probe --json
		check 'a BPF program that denies attaching' says 1 '"behaves_like":"denied-by-other" "allows_more":0' \
			"$tests/liar" deny-attach ptscope probe --json
		check 'a BPF program that allows all, 1' says 1 '"possible":[]' "$tests/liar" allow ptscope probe --json
		check 'the sentence on it' says 1 'allows' "$tests/liar" allow ptscope probe
		check 'a user sees it too' says 1 '"behaves_like":"0"' "$tests/liar" allow su alice -c 'ptscope probe --json'
		check 'and it is gone after' says 0 "$agrees" ptscope probe --json
	done
	check 'a BPF program that allows all, 3' says 1 '"behaves_like":"unknown"' "$tests/liar" allow ptscope probe --json
	check 'audit passes at 3' says 0 'PASS' ptscope audit --only now --probe
	check 'and not with that BPF program' says 1 'FAIL probe-differs' \
		"$tests/liar" allow ptscope audit --only now --probe
	echo 0 >/proc/sys/user/max_user_namespaces
	check 'a user without namespaces cannot tell 2 from 3' says 0 '"possible":[2,3] "behaves_like":"3"' as_user ptscope probe --json
	check 'and is told so' says 0 'namespace (ENOSPC) alike: 2 3' as_user ptscope probe
	check 'root can' says 0 '"possible":[3]' ptscope probe --json
}

no_yama() {
	check 'root, no Yama' says 0 "\"behaves_like\":\"0\" \"state\":\"absent\" \"takes_declarations\":false $agrees" ptscope probe --json
	check 'user, no Yama' says 0 "\"behaves_like\":\"0\" \"state\":\"absent\" $agrees" as_user ptscope probe --json
	check '1 was expected' says 1 '"behaves_like":"0"' as_user ptscope probe --json --expect 1
	check 'a BPF program that denies attaching' says 1 '"behaves_like":"denied-by-other"' \
		"$tests/liar" deny-attach su alice -c 'ptscope probe --json'
	check 'a BPF program that allows what capabilities forbid' says 1 '"behaves_like":"unknown"' \
		"$tests/liar" allow ptscope probe --json
}

{ mkdir -p /etc && echo alice:x:1000:1000::/tmp:/bin/sh; } >>/etc/passwd
case $1 in
yama) levels ;;
bpf) no_yama ;;
esac
umount /proc
check 'without /proc' says 3 'cannot be seen' ptscope probe
mount -t proc -o hidepid=2 proc /proc
check 'with hidepid=2' says 0 "$agrees" as_user ptscope probe --json
check 'nothing is left behind' nothing_left
echo "1..$n"
