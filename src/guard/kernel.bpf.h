/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's structures, as far as our programs look at them. libbpf finds the real offsets in
 * the running kernel's BTF (CO-RE), so that only names and types count here, not places. What
 * changed its shape between kernels stands here in every shape, each named by the kernel that has
 * it.
 */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

typedef _Bool bool;
enum { false, true };

#define NULL ((void *)0)

#define EPERM  1
#define ENOMEM 12
#define EINVAL 22

/* include/linux/ptrace.h */
#define PTRACE_MODE_READ    0x01
#define PTRACE_MODE_ATTACH  0x02
#define PTRACE_MODE_NOAUDIT 0x04

/* include/uapi/linux/prctl.h */
#define PR_SET_PTRACER 0x59616d61

#define CAP_SYS_PTRACE 19
#define PF_EXITING     0x00000004

/* user_namespace.c: a namespace is created no deeper than 32 below the first. */
#define USERNS_LEVELS 33

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Up to 6.2 an array, a single number since (f122a08b197d). */
struct kernel_cap_struct {
	__u32 cap[2];
};

typedef struct {
	__u64 val;
} kernel_cap_t;

typedef struct {
	__u32 val;
} kuid_t;

struct user_namespace {
	struct user_namespace *parent;
	int level;
	kuid_t owner;
};

struct cred {
	kuid_t uid, euid;
	kernel_cap_t cap_effective;
	struct user_namespace *user_ns;
};

struct cred___v6_2 {
	struct kernel_cap_struct cap_effective;
};

struct xarray {
	void *xa_head;
};

struct xa_node {
	unsigned char shift;
	void *slots[64];
};

struct idr {
	struct xarray idr_rt;
	unsigned int idr_base;
};

struct pid_namespace {
	struct idr idr;
	unsigned int level;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct pid {
	unsigned int level;
	struct hlist_head tasks[4];
	struct upid numbers[];
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
	kuid_t i_uid;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};

struct file {
	struct inode *f_inode;
};

struct mm_struct {
	struct file *exe_file;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
};

struct cgroup {
	struct cgroup_subsys_state self;
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct signal_struct;

struct task_struct {
	unsigned int flags;
	unsigned int ptrace;
	struct mm_struct *mm;
	int pid, tgid;
	struct task_struct *real_parent, *parent, *group_leader;
	struct pid *thread_pid;
	struct hlist_node pid_links[4];
	__u64 start_time;
	const struct cred *real_cred, *cred;
	char comm[16];
	struct signal_struct *signal;
	struct css_set *cgroups;
};

#pragma clang attribute pop
