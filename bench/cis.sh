#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The procedure of a CIS-style audit of kernel.yama.ptrace_scope, written for comparison: the value in
# force, then for every line in the configuration of systemd-sysctl, and of ufw, whether it says the same.
key=kernel.yama.ptrace_scope
allowed='[123]'
passed=() failed=()

systemd_sysctl=$(readlink -f /lib/systemd/systemd-sysctl)

check_running() {
	local value
	value=$(sysctl "$key" 2>/dev/null | awk -F= '{print $2}' | xargs)
	if grep -Pq -- "^\h*$allowed\h*$" <<<"$value"; then
		passed+=("$key is $value in the running configuration")
	else
		failed+=("$key is '$value' in the running configuration")
	fi
}

check_files() {
	local -A by_file=()
	local line name file='' value ufw
	while IFS= read -r line; do
		if [[ $line =~ ^\#\ */ ]]; then
			file=${line#\# }
		elif [ -n "$line" ]; then
			name=$(awk -F= '{print $1}' <<<"$line" | xargs)
			[ "$name" != "$key" ] || by_file[$name]=$file
		fi
	done < <("$systemd_sysctl" --cat-config | grep -Po '^\h*([^#\n\r]+|#\h*/[^#\n\r\h]+\.conf\b)')

	if [ -f /etc/default/ufw ]; then
		ufw=$(awk -F= '/^\s*IPT_SYSCTL=/ {print $2}' /etc/default/ufw)
		if [ -f "$ufw" ]; then
			name=$(grep -Po "^\h*$key\b" "$ufw" | xargs)
			[ "${name//\//.}" != "$key" ] || by_file[$key]=$ufw
		fi
	fi

	if [ ${#by_file[@]} -eq 0 ]; then
		failed+=("$key is not set in any file")
		return
	fi
	for name in "${!by_file[@]}"; do
		file=${by_file[$name]}
		value=$(grep -Po -- "^\h*$key\h*=\h*\H+" "$file" | tail -n 1 | awk -F= '{print $2}' | xargs)
		if grep -Pq -- "^\h*$allowed\b" <<<"$value"; then
			passed+=("$key is $value in $file")
		else
			failed+=("$key is '$value' in $file")
		fi
	done
}

check_running
check_files
if [ ${#failed[@]} -eq 0 ]; then
	echo '- Audit result: ** PASS **'
	printf ' - %s\n' "${passed[@]}"
	exit 0
fi
echo '- Audit result: ** FAIL **'
printf ' - %s\n' "${failed[@]}"
exit 1
