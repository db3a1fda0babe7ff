/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table. A row is one use of a program, since attaching to a process and starting one under a
 * debugger are not the same to a level. docs/impact.md shows it, with where each row comes from; a
 * test compares the two, and another the rows that say so with the real programs.
 */
#include "impact.h"

#define BY_HAND .by_hand = true
#define START	"start it under the tool; or attach as root, at 1 and 2"
#define AS_ROOT "as root, at 2"

/* clang-format off */
const struct impact_program impact_programs[] = {
	/* Debuggers and tracers: attaching. */
	{"gdb-attach", "gdb -p", "gdb", IMPACT_ATTACH, BY_HAND, .instead = START},
	{"gcore", "gcore", "gcore", IMPACT_ATTACH, BY_HAND, .instead = START},
	{"strace-attach", "strace -p", "strace", IMPACT_ATTACH, BY_HAND, .instead = START},
	{"ltrace-attach", "ltrace -p", "ltrace", IMPACT_ATTACH, BY_HAND, .instead = START},
	{"gdbserver-attach", "gdbserver --attach", "gdbserver", IMPACT_ATTACH, BY_HAND, .instead = START},
	{"eu-stack", "eu-stack -p", "eu-stack", IMPACT_ATTACH, BY_HAND, .instead = START},
	{"lldb-attach", "lldb -p", "lldb lldb-server", IMPACT_ATTACH, BY_HAND, .instead = START,
		.verified = IMPACT_VERIFIED_ALIKE},
	{"delve-attach", "dlv attach", "dlv", IMPACT_ATTACH, BY_HAND, .instead = START,
		.verified = IMPACT_VERIFIED_ALIKE},
	{"frida", "frida -p", "frida frida-trace frida-server", IMPACT_ATTACH, BY_HAND, .instead = START,
		.verified = IMPACT_VERIFIED_ALIKE},
	{"jhsdb", "jhsdb", "jhsdb", IMPACT_ATTACH, BY_HAND, .instead = "jcmd and jstack, which ask the JVM itself",
		.verified = IMPACT_VERIFIED_ALIKE},
	{"cuda-gdb", "cuda-gdb -p", "cuda-gdb /usr/local/cuda/bin/cuda-gdb", IMPACT_ATTACH, BY_HAND,
		.instead = START, .verified = IMPACT_VERIFIED_ALIKE},
	{"reptyr", "reptyr", "reptyr", IMPACT_ATTACH, BY_HAND,
		.instead = "tmux or screen from the start; or as root", .verified = IMPACT_VERIFIED_ALIKE},
	{"scanmem", "scanmem", "scanmem gameconqueror", IMPACT_ATTACH, BY_HAND, .instead = "as root, at 1 and 2"},
	/* Python, by pid. */
	{"py-spy", "py-spy and austin by pid", "py-spy austin", IMPACT_ATTACH, BY_HAND, .instead = START,
		.verified = IMPACT_VERIFIED_ALIKE},
	{"debugpy", "debugpy attach by pid", "/usr/lib/python3/dist-packages/debugpy debugpy",
		IMPACT_ATTACH, BY_HAND, .instead = "listen in the program: debugpy.listen()",
		.verified = IMPACT_VERIFIED_ALIKE},
	{"memray-attach", "memray attach", "memray", IMPACT_ATTACH, BY_HAND, .instead = "memray run",
		.verified = IMPACT_VERIFIED_ALIKE},
	{"heaptrack-attach", "heaptrack -p", "heaptrack", IMPACT_ATTACH, BY_HAND, .instead = "heaptrack PROGRAM",
		.verified = IMPACT_VERIFIED_ALIKE},
	/* Editors. */
	{"ide-attach", "VS Code/CLion attach", "code codium clion /usr/share/code/code",
		IMPACT_ATTACH, BY_HAND, .instead = "\"launch\" instead of \"attach\"",
		.verified = IMPACT_VERIFIED_ALIKE},
	/* Starting. */
	{"gdb-launch", "gdb PROGRAM", "gdb", IMPACT_LAUNCH, BY_HAND, .instead = AS_ROOT},
	{"strace-launch", "strace PROGRAM", "strace", IMPACT_LAUNCH, BY_HAND, .instead = AS_ROOT},
	{"ltrace-launch", "ltrace PROGRAM", "ltrace", IMPACT_LAUNCH, BY_HAND, .instead = AS_ROOT},
	{"gdbserver-launch", "gdbserver PROGRAM", "gdbserver", IMPACT_LAUNCH, BY_HAND, .instead = AS_ROOT},
	{"lldb-launch", "lldb PROGRAM", "lldb lldb-server", IMPACT_LAUNCH, BY_HAND, .instead = AS_ROOT,
		.verified = IMPACT_VERIFIED_ALIKE},
	{"delve-launch", "dlv debug", "dlv", IMPACT_LAUNCH, BY_HAND, .instead = AS_ROOT,
		.verified = IMPACT_VERIFIED_ALIKE},
	{"rr-record", "rr record", "rr", IMPACT_LAUNCH, BY_HAND, .instead = AS_ROOT,
		.verified = IMPACT_VERIFIED_NOT_RUN},
	{"ide-launch", "VS Code/CLion launch", "code codium clion /usr/share/code/code", IMPACT_LAUNCH,
		BY_HAND, .instead = "stay at 1", .verified = IMPACT_VERIFIED_ALIKE},
	{"proot", "proot", "proot", IMPACT_LAUNCH, .instead = "bwrap, which needs no tracing"},
	{"gvisor", "gVisor (runsc)", "runsc", IMPACT_LAUNCH,
		.instead = "its platform kvm; or run it as root", .verified = IMPACT_VERIFIED_NOT_RUN},
	/* Crash handlers and checkers that are named as the tracer. */
	{"leak-sanitizer", "LeakSanitizer (-fsanitize=address)", "gcc clang cc", IMPACT_DECLARED,
		.instead = "stay at 1; or ASAN_OPTIONS=detect_leaks=0"},
	{"chrome-crash", "Chrome crash reports", "google-chrome chromium chrome_crashpad_handler",
		IMPACT_DECLARED, .instead = "stay at 1; or core dumps", .verified = IMPACT_VERIFIED_ALIKE},
	{"firefox-crash", "Firefox crash reports", "firefox firefox-esr thunderbird",
		IMPACT_DECLARED, .instead = "stay at 1; or core dumps", .verified = IMPACT_VERIFIED_ALIKE},
	{"kde-crash", "KDE crash reports (DrKonqi)",
		"drkonqi /usr/lib/x86_64-linux-gnu/libexec/drkonqi /usr/libexec/drkonqi", IMPACT_DECLARED,
		.instead = "stay at 1; or core dumps", .verified = IMPACT_VERIFIED_ALIKE},
	{"dotnet-dump", ".NET createdump", "dotnet", IMPACT_DECLARED, .instead = "stay at 1; or core dumps",
		.verified = IMPACT_VERIFIED_ALIKE},
	{"wine", "Wine programs that read each other", "wineserver wine wine64", IMPACT_DECLARED,
		.instead = "stay at 1", .verified = IMPACT_VERIFIED_ALIKE},
	/* Messages and memory between processes. */
	{"openmpi", "Open MPI single copy (CMA)", "mpirun.openmpi orterun prterun", IMPACT_DECLARED,
		.falls_back = true, .instead = "nothing; it copies twice"},
	{"ucx", "UCX single copy (CMA)", "ucx_info", IMPACT_DECLARED, .falls_back = true,
		.instead = "nothing; it copies twice", .verified = IMPACT_VERIFIED_NOT_RUN},
	{"mpich", "MPICH single copy (CMA)", "mpiexec.hydra mpiexec.mpich", IMPACT_ATTACH,
		.instead = "MPIR_CVAR_CH4_CMA_ENABLE=0", .verified = IMPACT_VERIFIED_NOT_RUN},
	{"level-zero", "Level Zero memory sharing",
		"/usr/lib/x86_64-linux-gnu/libze_loader.so.1 /usr/lib64/libze_loader.so.1", IMPACT_DECLARED,
		.instead = "stay at 1; or CCL_ZE_IPC_EXCHANGE=sockets", .verified = IMPACT_VERIFIED_ALIKE},
	{"pytorch-cuda", "PyTorch sharing CUDA memory",
		"nvidia-smi /usr/lib/x86_64-linux-gnu/libcuda.so.1", IMPACT_ATTACH,
		.instead = "without expandable_segments; or PR_SET_PTRACER in the sender, at 1",
		.verified = IMPACT_VERIFIED_ALIKE},
	/* Containers and checkpoints. */
	{"container-debug", "gdb -p inside a container", "docker podman nerdctl crictl kubectl",
		IMPACT_CONTAINER, BY_HAND, .instead = "--cap-add SYS_PTRACE, at 1 and 2", .verified = IMPACT_VERIFIED_ALIKE},
	{"rootless-debug", "gdb -p in a rootless container", "podman rootlesskit buildah",
		IMPACT_NAMESPACE, .instead = "", .verified = IMPACT_VERIFIED_ALIKE},
	{"criu", "criu dump", "criu", IMPACT_ROOT, .instead = "", .verified = IMPACT_VERIFIED_NOT_RUN},
	{"sudo-trace", "sudo intercept_type=trace", "sudo", IMPACT_ROOT,
		.instead = "intercept_type=dso", .verified = IMPACT_VERIFIED_NOT_RUN},
	/* Not affected, and often thought to be. */
	{"perf-pid", "perf record -p", "perf", IMPACT_READ, .instead = ""},
	{"proc-readers", "ps and pmap", "pmap ps", IMPACT_READ, .instead = ""},
	{"gdb-core", "gdb on a core file", "gdb", IMPACT_NONE, .instead = ""},
	{"core-dumps", "core dumps (kernel or systemd-coredump)",
		"coredumpctl /usr/lib/systemd/systemd-coredump", IMPACT_NONE,
		.instead = ""},
	{"jcmd", "jcmd/jstack/jmap", "jcmd jstack jmap", IMPACT_NONE, .instead = "",
		.verified = IMPACT_VERIFIED_NOT_RUN},
	{"valgrind", "valgrind PROGRAM", "valgrind", IMPACT_NONE, .instead = "",
		.verified = IMPACT_VERIFIED_NOT_RUN},
	{"bpftrace", "bpftrace", "bpftrace", IMPACT_NONE, .instead = "",
		.verified = IMPACT_VERIFIED_NOT_RUN},
};
/* clang-format on */

const size_t impact_n_programs = ELEMENTSOF(impact_programs);
