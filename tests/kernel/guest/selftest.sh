#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Is the guest the machine that was asked for? selftest.sh yama LEVEL | selftest.sh bpf
n=0
check() {
	n=$((n + 1))
	what=$1
	shift
	if "$@"; then echo "ok $n - $what"; else echo "not ok $n - $what"; fi
}

lsm=$(cat /sys/kernel/security/lsm)
scope=/proc/sys/kernel/yama/ptrace_scope
echo "# $(uname -r), $lsm"
case $1 in
yama)
	check 'Yama is in the running list' test "${lsm#*yama}" != "$lsm"
	check 'the level is as on the command line' test "$(cat $scope)" = "$2"
	check 'the shipped program sees it' sh -c "ptscope audit --only now --policy server >/dev/null"
	;;
bpf)
	check 'Yama is not in the running list' test "${lsm#*yama}" = "$lsm"
	check 'BPF is' test "${lsm#*bpf}" != "$lsm"
	check 'there is no such key' test ! -e $scope
	;;
esac
echo "1..$n"
