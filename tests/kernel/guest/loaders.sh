#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs loaders as /trees.list says: TREE START EXPECTED NAME COMMAND..., each in its tree, and looks at the
# level that the kernel then holds.
scope=/proc/sys/kernel/yama/ptrace_scope
n=0
while read -r tree start expected name command; do
	n=$((n + 1))
	root=/trees/$tree
	mkdir -p "$root/proc" "$root/dev" "$root/.judge"
	mount --bind /judge "$root/.judge"
	mount --bind /proc "$root/proc"
	mount --bind /dev "$root/dev"
	echo "$start" >$scope
	# shellcheck disable=SC2086  # COMMAND is words
	LD_LIBRARY_PATH=/.judge/lib timeout 60 chroot "$root" $command >/tmp/said 2>&1 </dev/null
	code=$?
	level=$(cat $scope)
	umount "$root/.judge" "$root/proc" "$root/dev"
	if [ "$level" = "$expected" ]; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name: from $start to $level, resolve says $expected"
		echo "# status $code"
		sed 's/^/# /' /tmp/said
	fi
done </trees.list
echo "1..$n"
