# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# OpenRC's own boot script on Linux (init.d/sysctl.in, from 0.22 to today), written again from its
# behaviour: it asks whatever sysctl is installed for --system. Busybox does not know that option,
# so with it, as here, nothing is applied.

sysctl -q --system
