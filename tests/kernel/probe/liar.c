/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes the kernel say one thing and do another while a command runs, so that the probe can be seen
 *to notice:
 *
 *	liar allow COMMAND...         every access check passes: a program in the place of the
 *kernel's function returns 1 << 32, which replaces it (64 bits are looked at) and is 0 to its
 *caller (32 bits are) liar deny COMMAND...          every access check of another process fails
 *	liar deny-attach COMMAND...   those in ATTACH mode do, as at level 3; PTRACE_TRACEME does
 *not
 *
 * Raw system calls and a few instructions: it needs no library, and no compiler for BPF. Only for
 * the guests of these tests.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODE_ATTACH 2 /* PTRACE_MODE_ATTACH */

static const struct bpf_insn allow[] = {
	{.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_0, .imm = 0},
	{.imm = 1}, /* the upper half */
	{.code = BPF_JMP | BPF_EXIT},
};
static const struct bpf_insn deny[] = {
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = -EPERM},
	{.code = BPF_JMP | BPF_EXIT},
};
static const struct bpf_insn deny_attach[] = {
	/* the second argument */
	{.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_1, .off = 8},
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = -EPERM},
	{.code = BPF_JMP | BPF_JSET | BPF_K, .dst_reg = BPF_REG_2, .off = 1, .imm = MODE_ATTACH},
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
	{.code = BPF_JMP | BPF_EXIT},
};

#define PROGRAM(p) p, sizeof(p) / sizeof((p)[0])

static const struct lie {
	const char *name;
	const struct bpf_insn *code;
	size_t n;
	const char *function; /* of the kernel */
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
} lies[] = {
	{"allow", PROGRAM(allow), "security_ptrace_access_check", BPF_PROG_TYPE_TRACING,
	 BPF_MODIFY_RETURN},
	{"deny", PROGRAM(deny), "bpf_lsm_ptrace_access_check", BPF_PROG_TYPE_LSM, BPF_LSM_MAC},
	{"deny-attach", PROGRAM(deny_attach), "bpf_lsm_ptrace_access_check", BPF_PROG_TYPE_LSM,
	 BPF_LSM_MAC},
};

/* Bytes that follow a type in BTF. */
static size_t more_of(const struct btf_type *t)
{
	const size_t n = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case 17: /* DECL_TAG */
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case 19: /* ENUM64 */
		return n * 12;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return n * 8;
	default:
		return 0;
	}
}

/* The number of a function in the kernel's BTF; 0 when it is not there. */
static uint32_t function_id(const char *name)
{
	static const char path[] = "/sys/kernel/btf/vmlinux";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	const struct btf_header *h;
	const char *base, *types, *end;
	char *copy;
	uint32_t id = 1;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 0;
	copy = malloc((size_t)st.st_size);
	if (!copy)
		return 0;
	for (size_t done = 0; done < (size_t)st.st_size;) {
		ssize_t n = read(fd, copy + done, (size_t)st.st_size - done);

		if (n <= 0)
			return 0;
		done += (size_t)n;
	}
	h = (const struct btf_header *)copy;
	base = copy + h->hdr_len;
	types = base + h->type_off;
	for (end = types + h->type_len; types < end; id++) {
		const struct btf_type *t = (const struct btf_type *)types;

		if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC &&
		    strcmp(base + h->str_off + t->name_off, name) == 0)
			return id;
		types += sizeof(*t) + more_of(t);
	}
	return 0;
}

static int tell_lie(const struct lie *lie)
{
	static char log[65536];
	union bpf_attr attr = {
		.prog_type = lie->type,
		.insns = (uintptr_t)lie->code,
		.insn_cnt = (uint32_t)lie->n,
		.license = (uintptr_t) "GPL",
		.expected_attach_type = lie->attach,
		.attach_btf_id = function_id(lie->function),
		.log_buf = (uintptr_t)log,
		.log_size = sizeof(log),
		.log_level = 1,
	};
	union bpf_attr open_it = {0};
	int fd;

	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0) {
		(void)fprintf(stderr, "liar: %s: load: %s\n%s\n", lie->function, strerror(errno),
			      log);
		return -1;
	}
	open_it.raw_tracepoint.prog_fd = (uint32_t)fd;
	fd = (int)syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &open_it, sizeof(open_it));
	if (fd < 0)
		(void)fprintf(stderr, "liar: %s: attach: %s\n", lie->function, strerror(errno));
	return fd;
}

int main(int argc, char **argv)
{
	int status, fd = -1;
	pid_t pid;

	for (size_t i = 0; argc > 2 && i < sizeof(lies) / sizeof(lies[0]); i++)
		if (strcmp(lies[i].name, argv[1]) == 0)
			fd = tell_lie(&lies[i]);
	if (fd < 0)
		return 99;
	pid = fork();
	if (pid == 0) {
		(void)execvp(argv[2], argv + 2);
		_exit(98);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return 97;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 96;
}
