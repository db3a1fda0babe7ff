#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# What the table of "ptscope impact" says, against what the programs do: runs them on the disk at each level
# (programs.sh), and compares: impact.sh LEVEL... TAP.
n=0
scope=/proc/sys/kernel/yama/ptrace_scope
rows=/tmp/rows
told=/tmp/told

ok() {
	n=$((n + 1))
	echo "ok $n - $1"
}

not_ok() {
	n=$((n + 1))
	echo "not ok $n - $1"
}

# field ROW NAME: a string of a row's JSON
field() {
	echo "$1" | sed -n "s/.*\"$2\":\"\([^\"]*\)\".*/\1/p"
}

# One row of the table a line.
ptscope impact --all --json --no-config | sed 's/},{"id"/}\n{"id"/g; s/.*"programs":\[//' | grep '^{"id"' >$rows

sysctl -q -w kernel.perf_event_paranoid=1 kernel.core_pattern=/tmp/core.%p
mkdir -p /disk/root
for level; do
	echo "$level" >$scope
	# Not a chroot: in one no user namespace can be made.
	unshare -m sh -c 'cd /disk && mount --move . / && exec chroot . /bin/bash /tests/programs.sh' >/tmp/did 2>/tmp/err
	while read -r id user root; do
		row=$(grep "^{\"id\":\"$id\"" $rows)
		want=$(field "$row" "$level")
		case $user,$root in
		works,*) got=works ;;
		falls-back,*) got='falls back' ;;
		denied,works) got='root only' ;;
		denied,* | -,denied) got=denied ;;
		-,works) got=works ;;
		*) got="neither ($user, $root)" ;;
		esac
		echo "$id" >>$told
		if [ "$got" = "$want" ]; then
			ok "$id at $level: $want"
		else
			not_ok "$id at $level: $got; the table says $want"
			grep "^$id: " /tmp/err | tail -n 20 | sed 's/^/# /'
		fi
	done </tmp/did
done

# Every row that says so was run, and no other.
sort -u $told >/tmp/run
grep -E '"verified":"(run|alike)"' $rows | sed 's/{"id":"\([^"]*\)".*/\1/' | sort >/tmp/should
if diff /tmp/should /tmp/run >/tmp/diff; then
	ok 'all rows that say so were run'
else
	not_ok 'all rows that say so were run'
	sed 's/^/# /' /tmp/diff
fi
echo "1..$n"
