#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Parity: with the guard at each level and no Yama, every cell is what the model says, errno included.
# That the model is Yama's, cell by cell, is what the boots with Yama show.
mount -t bpf none /sys/fs/bpf 2>/dev/null
ptscope guard start --level 0 || exit 1
exec /tests/cells --set /tests/level "$@"
