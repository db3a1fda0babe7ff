# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian packages for tests: from the mirror that this machine itself is configured for, under a private
apt configuration. Nothing is installed."""

import os
import re
import subprocess
from pathlib import Path
from typing import Dict, Iterable, Tuple

# What the keyring of a release cannot vouch for is not used.
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class Failure(Exception):
    """Said to the user as it is."""


def run(argv, **options) -> bytes:
    """Run a program; its output is only shown when it fails."""
    done = subprocess.run(argv, capture_output=True, check=False, **options)
    if done.returncode != 0:
        text = (done.stdout or b"") + (done.stderr or b"")
        tail = b"\n".join(text.splitlines()[-15:]).decode(errors="replace")
        raise Failure(f"{argv[0]} exited with {done.returncode}:\n{tail}")
    return done.stdout


def mirror(security: bool = False) -> str:
    """The URI of this machine's own Debian mirror, for the main archive or for security updates."""
    # What an update would fetch: known before there ever was one.
    for line in run(["apt-get", "update", "--print-uris"]).decode().splitlines():
        found = re.match(r"'(\S+/debian(-security)?)/+dists/(\S+)/InRelease'", line)
        if found and security == bool(found.group(2) or "security" in found.group(3)):
            return found.group(1)
    raise Failure("no Debian " + ("security " if security else "") + "mirror in this machine's apt sources")


def private_apt(base: Path, sources: Iterable[Tuple[str, str]]) -> Dict[str, str]:
    """A private apt in @base: no state, no configuration of the machine, only the (URI, suite) pairs and
    the keyring. Returns the environment that makes apt use it. May be called again for the same @base."""
    for sub in ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/sources.list.d",
                "var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/lib/dpkg"):
        (base / sub).mkdir(parents=True, exist_ok=True)
    (base / "var/lib/dpkg/status").touch()
    (base / "etc/apt/sources.list").write_text(
        "".join(f"deb [signed-by={KEYRING}] {uri} {suite} main\n" for uri, suite in sources))
    config = base / "apt.conf"
    # Release files of old suites are past their Valid-Until; the signature is still checked.
    config.write_text(
        f'Dir "{base}";\n'
        f'Dir::State::status "{base}/var/lib/dpkg/status";\n'
        'Acquire::Languages "none";\n'
        'Acquire::Check-Valid-Until "false";\n'
        'Acquire::Retries "5";\n'
        # A list that cannot be fetched is an error, not a warning.
        'APT::Update::Error-Mode "any";\n'
        'APT::Install-Recommends "false";\n'
        'APT::Sandbox::User "root";\n')
    # apt reads /etc/apt/apt.conf.d of the machine unless Dir is set before: APT_CONFIG comes first.
    return {**os.environ, "APT_CONFIG": str(config), "LC_ALL": "C"}


def unpack(debs: Iterable[Path], root: Path) -> Dict[str, str]:
    """Unpack into a merged-/usr tree, so that one search path serves old and new releases.
    Returns package -> version."""
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    versions = {}
    for deb in debs:
        fields = run(["dpkg-deb", "-W", "--showformat=${Package}\t${Version}", str(deb)]).decode()
        package, version = fields.split("\t")
        versions[package] = version
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)],
                              stdout=subprocess.PIPE) as archive:
            run(["tar", "-x", "--keep-directory-symlink", "-C", str(root)], stdin=archive.stdout)
        if archive.returncode != 0:
            raise Failure(f"cannot unpack {deb.name}")
    return versions
