#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# ptscope guard in a booted kernel: guard.sh enforces | guard.sh obstacle
# Every level, as a probe sees it, as root and as a user; its life; levels of cgroups; events. TAP.
n=0
pins=/sys/fs/bpf/ptscope
conf=/etc/ptscope/guard.conf

check() {
	n=$((n + 1))
	what=$1
	shift
	if "$@"; then echo "ok $n - $what"; else echo "not ok $n - $what"; fi
}

# says STATUS TEXT COMMAND...: its status, and TEXT somewhere in its output
says() {
	status=$1 text=$2
	shift 2
	"$@" >/tmp/out 2>&1
	got=$?
	[ "$got" = "$status" ] && grep -q -F -e "$text" /tmp/out && return
	echo "# status $got, not $status; or not there: $text"
	cut -c 1-600 /tmp/out | sed 's/^/# /'
	return 1
}

as_user() {
	su alice -c "$*"
}

# silent COMMAND...: status 0, and no output
silent() {
	"$@" >/tmp/out 2>&1 && [ ! -s /tmp/out ] && return
	sed 's/^/# /' /tmp/out
	return 1
}

# line_of TEXT FILE
line_of() {
	grep -n -x "$1" "$2" | cut -d: -f1
}

mount -t bpf none /sys/fs/bpf 2>/dev/null
mkdir -p /sys/fs/cgroup /etc
mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null

obstacle() {
	check 'without bpf in the list, check names it and the way out' \
		says 1 'lsm=' ptscope guard check
	check 'start refuses' says 2 'is not in the running list' ptscope guard start
	check 'and leaves nothing' test ! -e "$pins"
	check 'nor a file' test ! -e "$conf"
}

levels() {
	for level in 1 2 3 0; do
		check "set: $level" says 0 "\"level\":$level,\"behaves_like\":\"$level\"" \
			ptscope guard set --level "$level" --json
		check "probe as root: $level" says 0 '"allows_more":0,"denies_more":0' \
			ptscope probe --expect "$level" --json
		check "probe as a user: $level" says 0 '"allows_more":0,"denies_more":0' \
			as_user ptscope probe --expect "$level" --json
	done
}

life() {
	check 'check: this kernel can' says 0 'can enforce' ptscope guard check
	check 'check leaves nothing' test ! -e "$pins"
	check 'status before: not running' says 1 '"running":"absent"' ptscope guard status --json
	check 'set before: refused' says 2 'no guard is running' ptscope guard set --level 2
	check 'stop before: nothing to do' says 0 Stopped ptscope guard stop
	check 'start' says 0 '"declarations_succeed":true' ptscope guard start --level 1 --json
	check 'a user cannot tell' says 3 '"running":"unseen"' as_user ptscope guard status --json
	check 'a user cannot stop' says 2 error as_user ptscope guard stop
	levels
	check 'kept in the file' grep -qx 'Level=0' "$conf"
	ptscope guard set --level 2 >/dev/null
	check 'start again keeps the level' says 0 'enforces 2' ptscope guard start
	ls "$pins" >/tmp/ls
	check 'and leaves no staging' test ! -e "$pins-new"
	echo 'Level=5' >>"$conf"
	check 'a bad file is named by its line' says 2 "$conf:$(line_of Level=5 "$conf")" ptscope guard set --level 1
	rm "$conf"
	check 'stop' says 0 Stopped ptscope guard stop
	check 'nothing is left' test ! -e "$pins"
	check 'and nothing is denied' says 0 'behaves like classic' ptscope probe --expect 0
}

# in_cgroup CGROUP COMMAND...: as alice
in_cgroup() {
	cgroup=/sys/fs/cgroup$1
	shift
	(
		echo 0 >"$cgroup/cgroup.procs"
		as_user "$*"
	)
}

cgroups() {
	mkdir -p /sys/fs/cgroup/dev /sys/fs/cgroup/build/one /sys/fs/cgroup/hers/below
	chown -R alice /sys/fs/cgroup/hers
	ptscope guard start --level 2 >/dev/null
	check 'a looser level for a cgroup' says 0 '"path":"/build"' \
		ptscope guard set --cgroup /build --level 0 --json
	check 'holds inside' says 0 'behaves like classic' in_cgroup /build ptscope probe --expect 0
	check 'and below' says 0 'behaves like classic' in_cgroup /build/one ptscope probe --expect 0
	check 'not outside' says 0 'behaves like admin-only' in_cgroup /dev ptscope probe --expect 2
	check 'a stricter one' says 0 '"level":3' ptscope guard set --cgroup /dev --level 3 --json
	check 'holds' says 0 'behaves like no-attach' in_cgroup /dev ptscope probe --expect 3
	ptscope guard set --cgroup /hers/below --level 0 >/dev/null
	check 'a looser one where the user can write the parent does not hold' \
		says 0 'behaves like admin-only' in_cgroup /hers/below ptscope probe --expect 2
	check 'taken back' says 0 enforces ptscope guard set --cgroup /build --clear
	check 'it is as everybody' says 0 'behaves like admin-only' in_cgroup /build ptscope probe --expect 2
	check 'twice: an error' says 2 'no level of its own' ptscope guard set --cgroup /build --clear
	check 'no such cgroup' says 2 'cannot find the cgroup' ptscope guard set --cgroup /none --level 1
	check 'the first one' says 2 'not the path of a cgroup' ptscope guard set --cgroup / --level 1
	ptscope guard stop >/dev/null
	rm -f "$conf"
}

events() {
	ptscope guard start --level 2 >/dev/null
	check 'what status tries is no event' silent ptscope guard events
	as_user ptscope probe >/dev/null
	check 'denials are told' says 0 '"result":"denied","operation":"attach","level":2,"reason":"not-capable"' \
		ptscope guard events --json
	check 'with the executable' grep -q '"path":"/[a-z/]*ptscope"\|"path":null' /tmp/out
	check 'each once' silent ptscope guard events
	ptscope guard set --tell-allowed yes >/dev/null
	ptscope guard set --level 1 >/dev/null
	as_user ptscope probe >/dev/null
	check 'allowed ones when asked for' says 0 '"result":"allowed"' ptscope guard events --json
	ptscope guard set --restrict-read yes >/dev/null
	check 'reading is held to the level' says 1 'denies' as_user ptscope probe --expect 1
	ptscope guard stop >/dev/null
	rm -f "$conf"
}

case $1 in
obstacle) obstacle ;;
enforces)
	life
	cgroups
	events
	;;
esac
echo "1..$n"
