# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# A change proposed for OpenRC's boot script (pull request 291, 2019; in no release), written again
# from its behaviour: where sysctl is busybox's (no -V), the lines are read by the shell and given
# to "sysctl -w" one by one. Real are the shell, its read without -r included, sed and sysctl.

if sysctl -V >/dev/null 2>&1; then
	sysctl -q --system
	exit
fi

[ -e /etc/sysctl.conf ] || exit 0

for file in /etc/sysctl.conf /etc/sysctl.d/*.conf; do
	[ -r "$file" ] || continue
	# shellcheck disable=SC2162 # that it eats backslashes is part of the behaviour
	sed 's/ = /=/' "$file" | while read setting rest; do
		case $setting in
		'' | '#'*) ;;
		*) sysctl -w "$setting" >/dev/null ;;
		esac
	done
done
