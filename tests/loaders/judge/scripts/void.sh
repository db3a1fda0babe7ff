# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Void's boot script (void-runit, core-services/08-sysctl.sh, since release 20200720), written
# again from its behaviour: links in a scratch directory give each name to the first directory that
# has it, then procps applies the links in order of name, one process each, and last
# /etc/sysctl.conf.

sysctl() {
	/.judge/bin/sysctl "$@"
}

scratch=/run/vsysctl.d
mkdir -p "$scratch"
for directory in /run /etc /usr/local/lib /usr/lib; do
	for file in "$directory"/sysctl.d/*.conf; do
		name=${file##*/}
		if [ -e "$file" ] && [ ! -e "$scratch/$name" ]; then
			ln -s "$file" "$scratch/$name"
		fi
	done
done

for link in "$scratch"/*.conf; do
	sysctl -p "$link"
done
rm -rf -- "$scratch"
sysctl -p /etc/sysctl.conf
