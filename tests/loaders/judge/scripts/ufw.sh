# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# What ufw does at boot: "ufw-init start". The functions are the package's own, unchanged. Replaced
# are the programs around them: iptables is one that has no ufw chain yet and takes everything;
# there is no ip6tables; sysctl is procps, found although the functions set $PATH.

sysctl() {
	/.judge/bin/sysctl "$@"
}

iptables() {
	case "$*" in
	'-L ufw'*) return 1 ;;
	esac
}

ip6tables() {
	return 1
}

modprobe() {
	return 0
}

# shellcheck source=/dev/null
. /etc/ufw/ufw.conf
# shellcheck source=/dev/null
. /.judge/ufw/ufw-init-functions
ufw_start
