# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of ptscope for fish. A test compares the options with the help.

set -l commands audit resolve probe explain fix rollback exposure impact guard about help

function __ptscope_findings
    ptscope about --findings 2>/dev/null | string match -rg '^([a-z-]+) '
end

complete -c ptscope -f

# Everywhere
complete -c ptscope -s o -l output -r -F -d 'Write the result to FILE'
complete -c ptscope -s q -l quiet -d 'Print nothing but errors'
complete -c ptscope -l color -x -a 'auto always never' -d 'When to colour'
complete -c ptscope -s h -l help -d 'Print help and exit'
complete -c ptscope -s V -l version -d 'Print the version and exit'

# Before the name, and after the names that honour them
complete -c ptscope -n "not __fish_seen_subcommand_from probe guard about help" -l root -x -a '(__fish_complete_directories)' -d 'Look at the system under DIR'
complete -c ptscope -n "not __fish_seen_subcommand_from probe guard about help" -l live -d 'DIR is the root of the running kernel'
complete -c ptscope -n "not __fish_seen_subcommand_from help" -l json -d 'The same as --format json'
complete -c ptscope -n "not __fish_seen_subcommand_from help" -s f -l format -x -a 'text json nagios' -d 'Format of the result'
complete -c ptscope -n "not __fish_seen_subcommand_from resolve probe explain exposure impact guard rollback about help" -l only -x -a 'now boot' -d 'Judge only one half'
complete -c ptscope -n "not __fish_seen_subcommand_from resolve explain fix rollback exposure impact guard about help" -s v -l verbose -d 'Say more'
complete -c ptscope -n "not __fish_seen_subcommand_from resolve probe explain guard about help" -l no-config -d 'Read nothing from /etc/ptscope'

complete -c ptscope -n "not __fish_seen_subcommand_from $commands" -a audit -d 'Is ptrace restricted, now and after the next boot?'
complete -c ptscope -n "not __fish_seen_subcommand_from $commands" -a resolve -d 'Which files set a sysctl key, which one wins, and why'
complete -c ptscope -n "not __fish_seen_subcommand_from $commands" -a probe -d 'Try on child processes what this kernel really grants'
complete -c ptscope -n "not __fish_seen_subcommand_from $commands" -a explain -d 'Why a process may, or may not, attach to another'
complete -c ptscope -n "not __fish_seen_subcommand_from $commands" -a fix -d 'Make it so, and say how to undo it'
complete -c ptscope -n "not __fish_seen_subcommand_from $commands" -a rollback -d 'Undo a fix'
complete -c ptscope -n "not __fish_seen_subcommand_from $commands" -a exposure -d 'Who can attach to the processes that hold secrets'
complete -c ptscope -n "not __fish_seen_subcommand_from $commands" -a impact -d 'Which programs stop working at each level, and what to do'
complete -c ptscope -n "not __fish_seen_subcommand_from $commands" -a guard -d 'Enforce the levels by BPF where Yama is missing'
complete -c ptscope -n "not __fish_seen_subcommand_from $commands" -a about -d 'Explain the control, a finding, or a JSON format'
complete -c ptscope -n "not __fish_seen_subcommand_from $commands" -a help -d 'List the commands, or explain one'

complete -c ptscope -n '__fish_seen_subcommand_from audit' -l policy -r -F -a 'cis stig workstation server locked' -d 'The policy'
complete -c ptscope -n '__fish_seen_subcommand_from audit' -l allow -x -a '1 2 3 1,2 2,3 1,2,3' -d 'Levels that pass'
complete -c ptscope -n '__fish_seen_subcommand_from audit' -l strict-files -d 'Fail on any weaker line'
complete -c ptscope -n '__fish_seen_subcommand_from audit' -l waivers -r -F -d 'Accepted failures'
complete -c ptscope -n '__fish_seen_subcommand_from audit' -l no-waivers -d 'Accept no failure'
complete -c ptscope -n '__fish_seen_subcommand_from audit' -l record -r -F -d 'Keep what was seen'
complete -c ptscope -n '__fish_seen_subcommand_from audit' -l record-full -d 'Keep whole files in the record'
complete -c ptscope -n '__fish_seen_subcommand_from audit' -l baseline -r -F -d 'Compare with an earlier audit'
complete -c ptscope -n '__fish_seen_subcommand_from audit' -l fail-on -x -a 'fail unknown warn never' -d 'Where the exit status stops being 0'
complete -c ptscope -n '__fish_seen_subcommand_from audit' -l probe -d 'Try whether the kernel does what it says'
complete -c ptscope -n '__fish_seen_subcommand_from audit' -a '(__fish_complete_directories)' -d 'Root of a system'

complete -c ptscope -n '__fish_seen_subcommand_from resolve' -l value -d 'Print the value alone'
complete -c ptscope -n '__fish_seen_subcommand_from resolve' -l loader -x -a 'cmdline systemd-sysctl procps procps-p busybox alpine openrc void ufw tuned' -d 'What this loader alone would do'
complete -c ptscope -n '__fish_seen_subcommand_from resolve' -l all -d 'Show every file and every key'
complete -c ptscope -n '__fish_seen_subcommand_from resolve' -a kernel.yama.ptrace_scope

complete -c ptscope -n '__fish_seen_subcommand_from probe' -l expect -x -a '0 1 2 3' -d 'Compare with this level'

complete -c ptscope -n '__fish_seen_subcommand_from explain' -l mode -x -a 'attach read' -d 'What the tracer asks for'
complete -c ptscope -n '__fish_seen_subcommand_from explain' -l level -x -a '0 1 2 3' -d 'Answer for this level'
complete -c ptscope -n '__fish_seen_subcommand_from explain' -l test -d 'Let the kernel answer too'
complete -c ptscope -n '__fish_seen_subcommand_from explain' -a '(__fish_complete_pids)'
complete -c ptscope -n '__fish_seen_subcommand_from guard' -l level -x -a '0 1 2 3' -d 'The level to enforce'
complete -c ptscope -n '__fish_seen_subcommand_from guard' -l cgroup -x -d 'The level of this cgroup'
complete -c ptscope -n '__fish_seen_subcommand_from guard' -l clear -d 'Take the level of the cgroup back'
complete -c ptscope -n '__fish_seen_subcommand_from guard' -l restrict-read -x -a 'yes no' -d 'Hold reading to the level too'
complete -c ptscope -n '__fish_seen_subcommand_from guard' -l tell-allowed -x -a 'yes no' -d 'Events for allowed attaches too'
complete -c ptscope -n '__fish_seen_subcommand_from guard' -l follow -d 'Wait for more events'
complete -c ptscope -n '__fish_seen_subcommand_from guard' -a 'check start stop status set events'

complete -c ptscope -n '__fish_seen_subcommand_from fix' -l level -x -a '0 1 2 3' -d 'Set this level'
complete -c ptscope -n '__fish_seen_subcommand_from fix' -l policy -r -F -a 'cis stig workstation server locked' -d 'The policy'
complete -c ptscope -n '__fish_seen_subcommand_from fix' -s n -l dry-run -d 'Show what would be changed'
complete -c ptscope -n '__fish_seen_subcommand_from fix' -l tidy -d 'Also comment out weaker lines'
complete -c ptscope -n '__fish_seen_subcommand_from fix' -l irrevocable -d 'Allow level 3'
complete -c ptscope -n '__fish_seen_subcommand_from fix rollback' -s y -l yes -d 'Do not ask'
complete -c ptscope -n '__fish_seen_subcommand_from fix rollback' -l lower -d 'Let the level be lowered'
complete -c ptscope -n '__fish_seen_subcommand_from fix rollback' -l journal -x -a '(__fish_complete_directories)' -d 'The journal is there'
complete -c ptscope -n '__fish_seen_subcommand_from rollback' -l list -d 'Show what can be undone'
complete -c ptscope -n '__fish_seen_subcommand_from impact' -l all -d 'Show every program that is known'

complete -c ptscope -n '__fish_seen_subcommand_from exposure' -l level -x -a '0 1 2 3' -d 'Answer for this level'
complete -c ptscope -n '__fish_seen_subcommand_from exposure' -l uid -x -a '(__fish_complete_users)' -d 'Only processes of this user'
complete -c ptscope -n '__fish_seen_subcommand_from exposure' -l all -d 'Every process'
complete -c ptscope -n '__fish_seen_subcommand_from exposure' -l scan -x -a '(__fish_complete_directories)' -d 'Look for programs below DIR too'
complete -c ptscope -n '__fish_seen_subcommand_from exposure' -a '(__fish_complete_pids)'

complete -c ptscope -n '__fish_seen_subcommand_from about' -l findings -d 'List all findings'
complete -c ptscope -n '__fish_seen_subcommand_from about' -l schema -x -a '(ptscope about --schemas 2>/dev/null)' -d 'Print a JSON schema'
complete -c ptscope -n '__fish_seen_subcommand_from about' -l schemas -d 'List the JSON schemas'
complete -c ptscope -n '__fish_seen_subcommand_from about' -a '(__ptscope_findings)' -d Finding

complete -c ptscope -n '__fish_seen_subcommand_from help' -a "$commands" -d Command
