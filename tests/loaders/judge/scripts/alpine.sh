# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Alpine's boot script (aports, main/openrc/sysctl.initd), written again from its behaviour: one
# "sysctl -p" for each file, directory after directory; a regular file of the same name in /run,
# and for vendor files also in /etc, shadows. Real is the sysctl that it calls (busybox), and the
# shell (busybox ash), whose order of names and tests count.

apply() {
	if [ -f "$1" ]; then
		sysctl -q -p "$1"
	fi
}

shadowed_by() {
	[ -f "$1/${2##*/}" ]
}

for file in /lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf; do
	shadowed_by /etc/sysctl.d "$file" && continue
	shadowed_by /run/sysctl.d "$file" && continue
	apply "$file"
done

for file in /etc/sysctl.d/*.conf; do
	shadowed_by /run/sysctl.d "$file" && continue
	apply "$file"
done

apply /etc/sysctl.conf

for file in /run/sysctl.d/*.conf; do
	apply "$file"
done
