# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Completion of ptscope for bash. The words come from the table of each command; a test compares them
# with the help.

_ptscope_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

# Completes file names; -d for directories only.
_ptscope_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
}

# The argument of an option. Returns 1 when the option takes none.
_ptscope_argument() {
	local option=$1 cur=$2

	case $option in
	--root | --journal) _ptscope_files -d "$cur" ;;
	--root | --scan) _ptscope_files -d "$cur" ;;
	-o | --output) _ptscope_files -f "$cur" ;;
	--only) _ptscope_words "now boot" "$cur" ;;
	-f | --format) _ptscope_words "text json nagios" "$cur" ;;
	--color) _ptscope_words "auto always never" "$cur" ;;
	--policy)
		if [[ $cur == */* ]]; then
			_ptscope_files -f "$cur"
		else
			_ptscope_words "cis stig workstation server locked" "$cur"
		fi
		;;
	--uid) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
	--mode) _ptscope_words "attach read" "$cur" ;;
	--fail-on) _ptscope_words "fail unknown warn never" "$cur" ;;
	--level) _ptscope_words "0 1 2 3" "$cur" ;;
	--restrict-read | --tell-allowed) _ptscope_words "yes no" "$cur" ;;
	--expect) _ptscope_words "0 1 2 3" "$cur" ;;
	--allow) _ptscope_words "1 2 3 1,2 2,3 1,2,3" "$cur" ;;
	--loader)
		_ptscope_words "cmdline systemd-sysctl procps procps-p busybox alpine openrc void ufw tuned" "$cur"
		;;
	--waivers | --record | --baseline) _ptscope_files -f "$cur" ;;
	--schema) _ptscope_words "$(ptscope about --schemas 2>/dev/null)" "$cur" ;;
	*) return 1 ;;
	esac
}

_ptscope() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' word i
	local everywhere="--output --quiet --color --help --version"
	local globals="--root --live --only --format --json --verbose --no-config $everywhere"

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--root | -o | --output | --only | -f | --format | --color) ((i++)) ;;
		-*) ;;
		*)
			command=$word
			break
			;;
		esac
	done
	# The shell takes --option=argument apart at the "=".
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	_ptscope_argument "$prev" "$cur" && return

	case $command in
	'')
		if [[ $cur == -* ]]; then
			_ptscope_words "$globals" "$cur"
		else
			_ptscope_words "audit resolve probe explain fix rollback exposure impact guard about help" "$cur"
		fi
		;;
	audit)
		if [[ $cur == -* ]]; then
			_ptscope_words "--policy --allow --strict-files --waivers --no-waivers --record --record-full --baseline --fail-on --probe $globals" "$cur"
		else
			_ptscope_files -f "$cur"
		fi
		;;
	resolve)
		if [[ $cur == -* ]]; then
			_ptscope_words "--value --loader --all --root --live --format --json $everywhere" "$cur"
		else
			_ptscope_words "kernel.yama.ptrace_scope" "$cur"
		fi
		;;
	probe)
		_ptscope_words "--expect --format --json --verbose $everywhere" "$cur"
		;;
	explain)
		if [[ $cur == -* ]]; then
			_ptscope_words "--mode --level --test --root --live --format --json $everywhere" "$cur"
		else
			mapfile -t COMPREPLY < <(compgen -W "$(cd /proc && echo [0-9]*)" -- "$cur")
		fi
		;;
	fix)
		_ptscope_words "--level --policy --dry-run --yes --tidy --lower --irrevocable --journal --root --live --only --format --json --no-config $everywhere" "$cur"
		;;
	rollback)
		_ptscope_words "--list --yes --lower --journal --root --live --format --json --no-config $everywhere" "$cur"
		;;
	impact)
		_ptscope_words "--all --root --live --format --json --no-config $everywhere" "$cur"
		;;
	guard)
		if [[ $cur == -* ]]; then
			_ptscope_words "--level --cgroup --clear --restrict-read --tell-allowed --follow --format --json $everywhere" "$cur"
		else
			_ptscope_words "check start stop status set events" "$cur"
		fi
		;;
	exposure)
		if [[ $cur == -* ]]; then
			_ptscope_words "--level --uid --all --scan --root --live --format --json --no-config $everywhere" "$cur"
		else
			mapfile -t COMPREPLY < <(compgen -W "$(cd /proc && echo [0-9]*)" -- "$cur")
		fi
		;;
	about)
		if [[ $cur == -* ]]; then
			_ptscope_words "--findings --schema --schemas --format --json $everywhere" "$cur"
		else
			_ptscope_words "$(ptscope about --findings 2>/dev/null | sed -n 's/^\([a-z-]\{1,\}\) .*/\1/p')" "$cur"
		fi
		;;
	help)
		if [[ $cur == -* ]]; then
			_ptscope_words "$everywhere" "$cur"
		else
			_ptscope_words "audit resolve probe explain fix rollback exposure impact guard about help" "$cur"
		fi
		;;
	esac
}

complete -F _ptscope ptscope
