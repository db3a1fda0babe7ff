# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# A change proposed for Void's boot script (July 2019; in no release), written again from its
# behaviour: /etc/sysctl.conf first, then every file of every directory, vendor's first; nothing
# shadows. One procps for each.

for file in /etc/sysctl.conf /usr/lib/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf \
	/etc/sysctl.d/*.conf /run/sysctl.d/*.conf; do
	if [ -e "$file" ]; then
		/.judge/bin/sysctl -p "$file"
	fi
done
