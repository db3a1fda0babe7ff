# SPDX-License-Identifier: LGPL-2.1-or-later
"""One boot of one kernel: the command line, the initramfs, QEMU, and what came out of it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import List, NamedTuple, Optional, Tuple

import disk as disks
import initramfs
from debian import Failure
from kernels import Kernel

# What must not stand in a kernel's log.
TROUBLE = re.compile(
    r"BUG:|WARNING: |\bOops\b|Kernel panic|Call Trace|lockup|self-detected stall|detected stalls"
    r"|blocked for more than|general protection fault|KASAN|UBSAN|refcount_t:|use-after-free")
LSMS = ("lockdown", "capability", "landlock", "yama", "bpf")
START = re.compile(r"^vm-test (\S+)$")
EXIT = re.compile(r"^vm-exit (\S+) (\d+)$")
TAP = re.compile(r"^(not ok|ok)\b(.*)$", re.M)
TAP_SKIP = re.compile(r"#\s*skip\b", re.I)


class Machine(NamedTuple):
    """How to boot. @lsm, where given, is the whole list; @scope: the level as set on the command line."""
    yama: bool = True
    bpf: bool = False
    scope: Optional[int] = None
    lsm: Optional[str] = None
    append: str = ""
    disk: bool = False
    memory: int = 512
    smp: int = 1
    seconds: int = 120

    def command_line(self) -> str:
        lsm = self.lsm
        if lsm is None:
            lsm = ",".join(n for n in LSMS if (n != "yama" or self.yama) and (n != "bpf" or self.bpf))
        words = ["console=ttyS0,115200", f"lsm={lsm}", "panic=-1", "oops=panic", "mitigations=off",
                 "random.trust_cpu=on", "watchdog_thresh=30", "rcupdate.rcu_cpu_stall_timeout=60"]
        if self.scope is not None:
            words.append(f"sysctl.kernel.yama.ptrace_scope={self.scope}")
        return " ".join(words + self.append.split())


class Job(NamedTuple):
    """One command in the guest. It is a success when it exits with 0 (77: skipped) and no "not ok" is in
    its output."""
    name: str
    argv: Tuple[str, ...]


class Result(NamedTuple):
    name: str
    status: Optional[int]  # None: it did not end
    output: str

    def counts(self) -> Tuple[int, int, int]:
        """(passed, failed, skipped): its TAP lines, or else itself as one."""
        passed = failed = skipped = 0
        for word, rest in TAP.findall(self.output):
            if word != "ok":
                failed += 1
            elif TAP_SKIP.search(rest):
                skipped += 1
            else:
                passed += 1
        if self.status == 77:
            return passed, failed, max(skipped, 1)
        if self.status != 0:
            return passed, max(failed, 1), skipped
        return (passed, failed, skipped) if passed + failed + skipped else (1, 0, 0)


class Outcome(NamedTuple):
    results: List[Result]
    trouble: List[str]  # of the kernel's log
    ended: bool         # in time, and by itself
    seconds: float
    output: str         # everything that the guest wrote


def script(jobs: List[Job]) -> str:
    """/tests.sh"""
    lines = []
    for job in jobs:
        lines += [f"echo vm-test {job.name}", "(" + " ".join(map(shlex.quote, job.argv)) + ")",
                  f'code=$?; echo; echo "vm-exit {job.name} $code"']
    return "\n".join(lines) + "\n"


def build_image(kernel: Kernel, machine: Machine, files: initramfs.Initramfs, path: Path) -> None:
    modules = ["overlay"]
    if machine.disk:
        modules += ["virtio_pci", "virtio_blk"]
    files.add_modules(kernel, modules)
    files.write(path)


def qemu_command(kernel: Kernel, machine: Machine, image: Path) -> List[str]:
    qemu = shutil.which("qemu-system-x86_64")
    if not qemu:
        raise Failure("qemu-system-x86_64 is not installed (package qemu-system-x86)")
    argv = [qemu, "-accel", "tcg", "-cpu", "max", "-m", str(machine.memory), "-smp", str(machine.smp),
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-kernel", str(kernel.image), "-initrd", str(image), "-append", machine.command_line()]
    if machine.disk:
        argv += ["-drive", f"file={disks.find()},if=none,id=disk,format=raw,snapshot=on",
                 "-device", "virtio-blk-pci,drive=disk"]
    return argv


def split(output: str) -> List[Result]:
    """The guest's output, test by test."""
    results: List[Result] = []
    name, lines = None, []
    for line in output.splitlines():
        start, end = START.match(line), EXIT.match(line)
        if start:
            name, lines = start.group(1), []
        elif end and end.group(1) == name:
            results.append(Result(name, int(end.group(2)), "\n".join(lines) + "\n"))
            name = None
        elif name is not None:
            lines.append(line)
    if name is not None:
        results.append(Result(name, None, "\n".join(lines) + "\n"))
    return results


def read_log(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def run(kernel: Kernel, machine: Machine, files: initramfs.Initramfs, jobs: List[Job], logs: Path,
        show: bool = False) -> Outcome:
    """Boots, runs the jobs one after the other, waits for the end. In @logs stay "console" (the kernel's
    log), "output" (the tests'), and "command". With @show the tests' output is printed as it comes."""
    logs.mkdir(parents=True, exist_ok=True)
    files.add_text("/tests.sh", script(jobs))
    image = logs / "initramfs"
    build_image(kernel, machine, files, image)
    argv = qemu_command(kernel, machine, image)
    argv += ["-serial", f"file:{logs / 'console'}", "-serial", "stdio"]
    (logs / "command").write_text(" ".join(map(shlex.quote, argv)) + "\n", encoding="utf-8")

    began, collected = time.monotonic(), []
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as guest, \
            open(logs / "output", "wb") as kept:
        timer = threading.Timer(machine.seconds * time_factor(), guest.kill)
        timer.start()
        try:
            for line in guest.stdout:
                kept.write(line)
                collected.append(line)
                if show and not line.startswith((b"vm-test ", b"vm-exit ", b"vm-end")):
                    sys.stdout.buffer.write(line)
                    sys.stdout.buffer.flush()
            errors = guest.stderr.read().decode(errors="replace")
        finally:
            timer.cancel()
            if guest.poll() is None and sys.exc_info()[0]:
                guest.kill()
    image.unlink()
    output = b"".join(collected).decode("utf-8", "replace").replace("\r\n", "\n")
    log = read_log(logs / "console")
    if not log and errors:
        raise Failure(f"QEMU does not start:\n{errors}")
    trouble = [line.strip() for line in log.splitlines() if TROUBLE.search(line)]
    return Outcome(split(output), trouble, bool(re.search(r"^vm-end$", output, re.M)),
                   time.monotonic() - began, output)


def time_factor() -> float:
    """PTSCOPE_VM_PATIENCE: on a slow machine all time limits are multiplied by it."""
    try:
        return float(os.environ.get("PTSCOPE_VM_PATIENCE") or 1)
    except ValueError as error:
        raise Failure("PTSCOPE_VM_PATIENCE is not a number") from error


def shell(kernel: Kernel, machine: Machine, files: initramfs.Initramfs, directory: Path) -> int:
    """An interactive shell on this terminal; "exit" ends the machine, Ctrl-A X kills it."""
    files.add_text("/interactive", "")
    files.add_text("/etc/motd", "exit ends the machine, Ctrl-A X kills it; programs of the tree are in /tests\n")
    image = directory / "initramfs"
    build_image(kernel, machine._replace(append=machine.append + " quiet"), files, image)
    argv = qemu_command(kernel, machine._replace(append=machine.append + " quiet"), image)
    return subprocess.run(argv + ["-serial", "mon:stdio"], check=False).returncode
