/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why this kernel cannot enforce by BPF, from facts that can be read; and the way out of each. */
#include "guard.h"

#include "kernel-facts.h"

#include <sys/capability.h>
#include <sys/stat.h>

#define BTF	 "/sys/kernel/btf/vmlinux"
#define LOCKDOWN "/sys/kernel/security/lockdown"

/* Loading needs BPF and PERFMON; CAP_SYS_ADMIN stands for both. */
static bool is_privileged(void)
{
	static const cap_value_t needed[] = {CAP_BPF, CAP_PERFMON};
	cap_flag_value_t admin = CAP_CLEAR, value = CAP_CLEAR;
	cap_t caps = cap_get_proc();
	bool all = true;

	if (!caps)
		return true; /* cannot tell: the kernel will */
	(void)cap_get_flag(caps, CAP_SYS_ADMIN, CAP_EFFECTIVE, &admin);
	for (size_t i = 0; i < ELEMENTSOF(needed); i++) {
		(void)cap_get_flag(caps, needed[i], CAP_EFFECTIVE, &value);
		all = all && value == CAP_SET;
	}
	(void)cap_free(caps);
	return admin == CAP_SET || all;
}

static bool is_confidential(struct tree *t)
{
	_cleanup_free_ char *text = NULL;

	return tree_read_file(t, LOCKDOWN, 4096, &text, NULL) == 0 &&
	       strstr(text, "[confidentiality]");
}

static int not_in_list(const struct kernel_facts *k, struct error *e)
{
	(void)error_set(e, EOPNOTSUPP, "/sys/kernel/security/lsm", 0,
			"\"bpf\" is not in the running list of security modules: %s",
			k->running_lsms);
	error_hint(
		e,
		"boot with lsm=%s,bpf: with GRUB in GRUB_CMDLINE_LINUX of /etc/default/grub, then "
		"update-grub; with systemd-boot in /etc/kernel/cmdline or the options line of the "
		"entry in /boot/loader/entries; then reboot",
		k->running_lsms);
	return -EOPNOTSUPP;
}

static int judge(struct tree *t, const struct kernel_facts *k, struct error *e)
{
	struct tree_stat st;

	if (!is_privileged()) {
		(void)error_set(e, EPERM, NULL, 0, "loading BPF programs needs root");
		error_hint(e, "sudo ptscope guard check");
		return -EPERM;
	}
	if (k->bpf_lsm_built == FACT_NO) {
		(void)error_set(e, EOPNOTSUPP, NULL, 0,
				"this kernel was built without CONFIG_BPF_LSM");
		error_hint(e, "boot a kernel that has it, or one that has Yama");
		return -EOPNOTSUPP;
	}
	if (k->running_lsms && !lsm_list_has(k->running_lsms, "bpf"))
		return not_in_list(k, e);
	if (tree_stat(t, BTF, &st, NULL) == -ENOENT) {
		(void)error_set(e, EOPNOTSUPP, BTF, 0,
				"this kernel does not describe its types (CONFIG_DEBUG_INFO_BTF)");
		error_hint(e, "boot a kernel that has it, or one that has Yama");
		return -EOPNOTSUPP;
	}
	if (is_confidential(t)) {
		(void)error_set(
			e, EPERM, LOCKDOWN, 0,
			"lockdown=confidentiality keeps BPF from reading the kernel's memory");
		error_hint(e, "boot with lockdown=integrity, or a kernel that has Yama");
		return -EPERM;
	}
	return 0;
}

int guard_obstacle(struct error *e)
{
	_cleanup_tree_ struct tree *t = NULL;
	struct kernel_env env = {.live = true};
	struct kernel_facts k = {0};
	int r = tree_open(&t, "/");

	if (r < 0)
		return error_set(e, -r, "/", 0, "cannot open the root directory");
	env.proc_tree = t;
	r = kernel_facts_gather(t, &env, /* full= */ true, &k);
	r = r < 0 ? error_set(e, -r, NULL, 0, "out of memory") : judge(t, &k, e);
	kernel_facts_done(&k);
	return r;
}
