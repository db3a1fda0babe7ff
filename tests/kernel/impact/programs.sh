#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs real programs at the level that is set, as a user (alice) and, where she is denied, as root. Prints a
# line for each row of the table: ID USER ROOT, each "works", "denied" or "-" (not asked). What the programs
# say goes to standard error, with the row in front. Runs on the disk, as root.
tests=/tests
cd /tmp || exit 1
export SHELL=/bin/bash HOME=/tmp
who=alice

# become COMMAND...: in the place of this shell, as $who
become() {
	if [ $who = alice ]; then
		exec setpriv --reuid 1000 --regid 1000 --clear-groups "$@"
	fi
	exec "$@"
}

# as COMMAND...: as $who
as() {
	(become "$@")
}

# started PID: waits until it is the program, and no longer this shell
started() {
	local name
	until read -r name <"/proc/$1/comm" && [ "$name" = sleep ]; do
		sleep 0.05
	done
}

# victim: a process of $who that is nobody's but this script's child; its number in $pid
victim() {
	become sleep 1000 &
	pid=$!
	started $pid
}

# A tool works when its output has the text, denied when it has the other one; else it is broken, which no
# cell of the table is.
verdict() {
	local works=$1 denied=$2
	sed "s/^/$row: /" out >&2
	if grep -q -E -e "$works" out; then
		echo works
	elif grep -q -E -e "$denied" out; then
		echo denied
	else
		echo broken
	fi
}

# by_status DENIED: works when the status was 0, denied when it was another and the output says so
by_status() {
	local status=$?
	sed "s/^/$row: /" out >&2
	if [ $status = 0 ]; then
		echo works
	elif grep -q -E -e "$1" out; then
		echo denied
	else
		echo "broken($status)"
	fi
}

NOT_PERMITTED='[Oo]peration not permitted|[Pp]ermission denied|not permitted'
gdb=(gdb -nx -nh -batch -iex 'set auto-load no' -iex 'set debuginfod enabled off')

gdb_attach() {
	as "${gdb[@]}" -p "$pid" -ex 'info registers rip' >out 2>&1
	verdict '^rip ' "$NOT_PERMITTED"
}

gcore_() {
	as gcore -o /tmp/gcore "$pid" >out 2>&1
	verdict 'Saved corefile' "$NOT_PERMITTED"
	rm -f /tmp/gcore.*
}

strace_attach() {
	as timeout -s INT 1 strace -p "$pid" >out 2>&1
	verdict 'attached' "$NOT_PERMITTED"
}

ltrace_attach() {
	as timeout -s INT 2 ltrace -p "$pid" >out 2>&1
	# It says nothing until something happens.
	[ -s out ] || echo quiet >out
	verdict '^quiet|interrupted|detach' "$NOT_PERMITTED"
}

gdbserver_attach() {
	as timeout 2 gdbserver --once --attach 127.0.0.1:2345 "$pid" >out 2>&1
	verdict 'Attached' "$NOT_PERMITTED"
}

eu_stack() {
	as eu-stack -p "$pid" >out 2>&1
	verdict '^#0' "$NOT_PERMITTED"
}

scanmem_() {
	as scanmem -p "$pid" -c 'snapshot;exit' >out 2>&1 </dev/null
	verdict 'suspected|matches' 'failed to attach|could not|cannot|unable|failed'
}

gdb_launch() {
	as "${gdb[@]}" -ex starti -ex 'info registers rip' /bin/true >out 2>&1
	verdict '^rip ' "$NOT_PERMITTED|ould not trace the inferior|During startup program exited"
}

strace_launch() {
	as strace -o /dev/null /bin/true >out 2>&1
	by_status "$NOT_PERMITTED"
}

ltrace_launch() {
	as timeout 10 ltrace -o /dev/null /bin/true >out 2>&1
	by_status "$NOT_PERMITTED"
}

gdbserver_launch() {
	as timeout 2 gdbserver --once 127.0.0.1:2346 /bin/true >out 2>&1
	verdict 'Listening on port' "$NOT_PERMITTED|ould not trace the inferior"
}

proot_() {
	as proot /bin/true >out 2>&1
	by_status "$NOT_PERMITTED"
}

leak_sanitizer() {
	as $tests/leak >out 2>&1
	verdict 'detected memory leaks' 'LeakSanitizer has encountered a fatal error|does not work under ptrace'
}

openmpi() {
	as env OMPI_MCA_btl=vader,self OMPI_MCA_btl_vader_single_copy_mechanism=cma \
		OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_plm_rsh_agent=/bin/false \
		timeout 60 mpirun.openmpi --allow-run-as-root -np 2 $tests/mpi-cma >out 2>&1
	sed "s/^/$row: /" out >&2
	if [ "$(grep -c 'arrived' out)" = 2 ] && grep -q -E ' [1-9][0-9]* calls, 0 denied' out; then
		echo works
	elif [ "$(grep -c 'arrived' out)" = 2 ] && grep -q -E ' [1-9][0-9]* denied' out; then
		echo falls-back
	else
		echo broken
	fi
}

perf_pid() {
	as perf record -q -e cpu-clock -o /tmp/perf.$who -p "$pid" -- sleep 0.1 >out 2>&1
	by_status "$NOT_PERMITTED"
}

proc_readers() {
	as pmap "$pid" >out 2>&1
	verdict 'total .*[1-9]' '.'
}

core_dumps() {
	local child
	become bash -c 'ulimit -c unlimited; exec sleep 1000' &
	child=$!
	started $child
	kill -ABRT $child
	wait $child 2>/dev/null
	if [ -s /tmp/core.$child ]; then echo works; else echo denied; fi
	mv -f /tmp/core.$child /tmp/dumped 2>/dev/null
}

gdb_core() {
	chmod a+r /tmp/dumped
	as "${gdb[@]}" /bin/sleep /tmp/dumped -ex 'info registers rip' >out 2>&1
	verdict '^rip ' "$NOT_PERMITTED"
}

# How others ask that are not run here.
ask() {
	as $tests/asker "$@" >out 2>&1
	by_status "$NOT_PERMITTED"
}

asked_ptrace() {
	ask ptrace "$pid"
}

asked_vm() {
	ask vm "$pid"
}

asked_getfd() {
	ask getfd "$pid"
}

asked_crash() {
	ask crash
}

asked_share() {
	ask share
}

# Root of a container: no CAP_SYS_PTRACE, for neither of the two.
in_container() {
	local less=(setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace) child
	if [ $who = root ]; then
		"${less[@]}" sleep 1000 &
		child=$!
		started $child
		# With --cap-add SYS_PTRACE.
		eu-stack -p $child >out 2>&1
	else
		"${less[@]}" sleep 1000 &
		child=$!
		started $child
		"${less[@]}" eu-stack -p $child >out 2>&1
	fi
	kill $child
	verdict '^#0' "$NOT_PERMITTED"
}

# The shell's children are each other's siblings.
in_rootless() {
	# shellcheck disable=SC2016
	as unshare --user --map-root-user bash -c \
		'sleep 1000 & child=$!; sleep 0.1; eu-stack -p $child; kill $child' >out 2>&1
	verdict '^#0' "$NOT_PERMITTED"
}

# tell FUNCTION ID...: what it does as a user and, where she is denied, as root
tell() {
	local function=$1 user root=- start=${EPOCHREALTIME/./}
	shift
	row=$1
	who=alice
	victim
	user=$("$function")
	kill $pid
	if [ "$user" = denied ]; then
		who=root
		victim
		root=$("$function")
		kill $pid
	fi
	local id
	echo "$row: took $(((${EPOCHREALTIME/./} - start) / 1000)) ms" >&2
	for id; do
		echo "$id $user $root"
	done
}

# Of what nobody runs by hand root's own does not count.
tell_user() {
	tell "$@" | sed 's/ [^ ]*$/ -/'
}

tell gdb_attach gdb-attach
tell gcore_ gcore
tell strace_attach strace-attach
tell ltrace_attach ltrace-attach
tell gdbserver_attach gdbserver-attach
tell eu_stack eu-stack
tell scanmem_ scanmem
tell gdb_launch gdb-launch
tell strace_launch strace-launch
tell ltrace_launch ltrace-launch
tell gdbserver_launch gdbserver-launch
tell_user proot_ proot
tell_user leak_sanitizer leak-sanitizer
tell_user openmpi openmpi
tell perf_pid perf-pid
tell proc_readers proc-readers
tell core_dumps core-dumps
tell gdb_core gdb-core

tell asked_ptrace reptyr lldb-attach delve-attach frida jhsdb cuda-gdb debugpy memray-attach heaptrack-attach ide-attach
tell asked_vm py-spy
tell_user asked_getfd pytorch-cuda
tell_user asked_crash chrome-crash firefox-crash kde-crash dotnet-dump wine
tell_user asked_share level-zero
tell strace_launch lldb-launch delve-launch ide-launch
tell in_container container-debug
tell_user in_rootless rootless-debug
