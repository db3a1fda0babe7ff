# SPDX-License-Identifier: LGPL-2.1-or-later
"""Roots of small systems, made when a test runs.

A fixture is a dict from a path (str or bytes, absolute) to what stands there: bytes or str (a regular
file), Link, Dir, Fifo, or File for another mode. They are written to a directory, so no odd name, mode
or link has to live in git.
"""

import os
import shutil
import stat
import subprocess
import tempfile
from typing import NamedTuple


class File(NamedTuple):
    data: bytes
    mode: int = 0o644


class Link(NamedTuple):
    target: str


class Dir(NamedTuple):
    mode: int = 0o755


class Fifo(NamedTuple):
    mode: int = 0o644


SYSTEMD_SYSCTL_SERVICE = """\
[Unit]
Description=Apply Kernel Variables
DefaultDependencies=no
Conflicts=shutdown.target
After=systemd-modules-load.service
Before=sysinit.target shutdown.target
ConditionPathIsReadWrite=/proc/sys/net/

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/lib/systemd/systemd-sysctl
TimeoutSec=90s
"""

UFW_SERVICE = """\
[Unit]
Description=Uncomplicated firewall
DefaultDependencies=no
Before=network-pre.target
Wants=network-pre.target
After=systemd-sysctl.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/lib/ufw/ufw-init start quiet
ExecStop=/lib/ufw/ufw-init stop

[Install]
WantedBy=multi-user.target
"""


def dpkg(*packages):
    """/var/lib/dpkg/status and the file lists: each package is (name, version, [paths])."""
    tree = {}
    status = []
    for name, version, paths in packages:
        status.append("Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: %s\n"
                      % (name, version))
        tree["/var/lib/dpkg/info/%s.list" % name] = "/.\n" + "".join(p + "\n" for p in paths)
    tree["/var/lib/dpkg/status"] = "\n".join(status)
    return tree


def merged_usr():
    return {
        "/usr/bin": Dir(), "/usr/sbin": Dir(), "/usr/lib": Dir(),
        "/bin": Link("usr/bin"), "/sbin": Link("usr/sbin"), "/lib": Link("usr/lib"),
    }


def systemd(version):
    """systemd as the init, with its loader at boot."""
    return {
        "/usr/lib/systemd/systemd": File(b"\x7fELF systemd", 0o755),
        "/usr/lib/systemd/systemd-sysctl": File(b"\x7fELF systemd-sysctl", 0o755),
        "/usr/lib/systemd/system/systemd-sysctl.service": SYSTEMD_SYSCTL_SERVICE,
        "/usr/lib/systemd/system/sysinit.target": "[Unit]\nDescription=System Initialization\n",
        "/usr/lib/systemd/system/sysinit.target.wants/systemd-sysctl.service":
            Link("../systemd-sysctl.service"),
        "/usr/lib/systemd/system/default.target": Link("multi-user.target"),
        "/usr/lib/systemd/system/multi-user.target": "[Unit]\nRequires=basic.target\n",
        "/usr/sbin/init": Link("../lib/systemd/systemd"),
        "/run": Dir(), "/proc": Dir(), "/sys": Dir(), "/dev": Dir(), "/tmp": Dir(0o1777),
        "/etc/machine-id": "0123456789abcdef0123456789abcdef\n",
    }


def debian(release="12", hostname="web-03", **more):
    """A Debian root without any line on ptrace. Versions are those of the release."""
    versions = {"12": ("252.39-1~deb12u1", "2:4.0.2-3"), "13": ("257.13-1~deb13u1", "2:4.0.4-9")}
    sd, procps = versions[release]
    tree = {}
    tree.update(merged_usr())
    tree.update(systemd(sd))
    tree["/etc/os-release"] = 'ID=debian\nVERSION_ID="%s"\nPRETTY_NAME="Debian"\n' % release
    tree["/etc/hostname"] = hostname + "\n"
    if release == "12":
        tree["/etc/sysctl.d/99-sysctl.conf"] = Link("../sysctl.conf")
        tree["/etc/sysctl.conf"] = "# nothing\n"
    else:
        tree["/etc/sysctl.d"] = Dir()
    tree["/usr/bin/sysctl"] = File(b"\x7fELF procps", 0o755)
    tree["/usr/sbin/sysctl"] = Link("../bin/sysctl")
    packages = [
        ("systemd", sd, ["/usr/lib/systemd/systemd", "/usr/lib/systemd/systemd-sysctl"]),
        ("procps", procps, ["/usr/sbin/sysctl"]),
    ] + more.pop("packages", [])
    tree.update(dpkg(*packages))
    tree.update(more.pop("tree", {}))
    assert not more
    return tree


def rhel(**more):
    """A RHEL 9 root: systemd, and the vendor's weaker line."""
    tree = {}
    tree.update(merged_usr())
    tree.update(systemd("252-14.el9"))
    tree["/etc/os-release"] = 'NAME="Red Hat Enterprise Linux"\nID="rhel"\nVERSION_ID="9.4"\n'
    tree["/etc/hostname"] = "web-03\n"
    tree["/etc/sysctl.d/99-sysctl.conf"] = Link("../sysctl.conf")
    tree["/etc/sysctl.conf"] = "# nothing\n"
    tree["/usr/lib/sysctl.d/10-default-yama-scope.conf"] = "kernel.yama.ptrace_scope = 0\n"
    tree["/usr/lib/systemd/libsystemd-shared-252.so"] = File(b"\x7fELF", 0o755)
    tree.update(more)
    return tree


def no_systemd(tree):
    return {k: v for k, v in tree.items() if "systemd" not in k and k != "/usr/sbin/init"}


def alpine(**more):
    """An Alpine root: OpenRC, busybox, its own sysctl script in the boot runlevel."""
    tree = {
        "/bin/busybox": File(b"\x7fELF BusyBox v1.36.1 (2023-11-07)", 0o755),
        "/sbin/sysctl": Link("/bin/busybox"),
        "/sbin/init": Link("/bin/busybox"),
        "/sbin/openrc": File(b"\x7fELF openrc", 0o755),
        "/etc/alpine-release": "3.20.3\n",
        "/etc/os-release": 'ID=alpine\nVERSION_ID=3.20.3\n',
        "/etc/hostname": "edge-1\n",
        "/etc/inittab": "::sysinit:/sbin/openrc sysinit\n::sysinit:/sbin/openrc boot\n",
        "/etc/init.d/sysctl": File(b"""#!/sbin/openrc-run
description="Configure kernel parameters at boottime."
depend() { before bootmisc logger; keyword -prefix -systemd-nspawn; }
start() {
	local conf= rv=0
	ebegin "Configuring kernel parameters"
	for conf in /lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf; do
		[ -r "$conf" ] && sysctl -p "$conf" >/dev/null
	done
	for conf in /etc/sysctl.d/*.conf /etc/sysctl.conf /run/sysctl.d/*.conf; do
		[ -r "$conf" ] && sysctl -p "$conf" >/dev/null
	done
	eend 0
}
""", 0o755),
        "/etc/runlevels/boot/sysctl": Link("/etc/init.d/sysctl"),
        "/etc/sysctl.conf": "# nothing\n",
        "/lib/apk/db/installed": "P:busybox\nV:1.36.1-r29\nA:x86_64\n\nP:openrc\nV:0.54-r1\n\n",
        "/etc/apk/world": "alpine-base\n",
        "/lib": Dir(), "/usr/lib": Dir(), "/run": Dir(), "/proc": Dir(), "/dev": Dir(), "/sys": Dir(),
    }
    tree.update(more)
    return tree


def write(root, tree):
    """Writes a fixture below root (bytes or str)."""
    root = os.fsencode(root)
    late = []
    for path in sorted(tree, key=os.fsencode):
        node = tree[path]
        full = root + os.fsencode(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if isinstance(node, Link):
            os.symlink(node.target, full)
        elif isinstance(node, Dir):
            os.makedirs(full, exist_ok=True)
            late.append((full, node.mode))
        elif isinstance(node, Fifo):
            os.mkfifo(full, node.mode)
        else:
            if not isinstance(node, File):
                node = File(os.fsencode(node))
            with open(full, "wb") as f:
                f.write(node.data)
            os.chmod(full, node.mode)
    for full, mode in reversed(late):
        os.chmod(full, mode)


class Root:
    """A directory with a fixture in it, removed on exit."""

    def __init__(self, tree):
        self.tree = tree

    def __enter__(self):
        self.top = tempfile.mkdtemp(prefix="ptscope-golden-")
        os.chmod(self.top, 0o755)
        self.path = os.path.join(self.top, "root")
        os.mkdir(self.path)
        write(self.path, self.tree)
        return self.path

    def __exit__(self, *exc):
        top = os.fsencode(self.top)
        # What a test has closed to everybody is closed to an ordinary user's rmtree too.
        for folder, folders, _ in os.walk(top):
            for name in folders:
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    os.chmod(path, os.stat(path).st_mode | stat.S_IRWXU)
        shutil.rmtree(top)


def libraries(binary):
    """Shared libraries that a binary needs, as ldd lists them."""
    out = subprocess.run(["ldd", binary], capture_output=True, text=True, check=False).stdout
    return [w for line in out.splitlines() for w in line.split() if w.startswith("/")]
