/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The findings about the running kernel: its level, and why there is none. */
#include "audit-impl.h"

#define KEY_PATH "/proc/sys/kernel/yama/ptrace_scope"

static const char to_fix[] = "To fix";

static bool on_host(const struct judge *j)
{
	return in_container(j->ev) || j->ev->subject.live_elsewhere;
}

static void tell_level(struct judge *j)
{
	const struct runtime *now = &j->ev->runtime;
	const char *name = level_name(now->level);
	struct finding *f;

	if (now->state != RUNTIME_SET)
		f = add_finding(j, FINDING_RUNTIME_NOT_RESTRICTED, SEVERITY_FAIL,
				"The kernel holds %s, which is no level that is known.",
				now->value);
	else
		f = add_finding(j, FINDING_RUNTIME_NOT_RESTRICTED, SEVERITY_FAIL,
				"The kernel holds %d %s.", now->level, name);
	add_evidence(j, f, KEY_PATH, 0, now->value);
	if (now->level == 3) {
		add_because(j, f, "locked: The kernel takes no other level until the next boot.");
		add_remedy(j, f, to_fix, "%sreboot    # what the files say takes effect then",
			   sudo(j));
	} else if (in_container(j->ev)) {
		add_remedy(j, f, to_fix, "%sptscope fix    # on the host", sudo(j));
	} else {
		mark_fixable(j, f);
	}
}

static void tell_not_visible(struct judge *j)
{
	const struct runtime *now = &j->ev->runtime;
	struct finding *f;

	if (now->state == RUNTIME_MALFORMED)
		f = add_finding(j, FINDING_RUNTIME_NOT_VISIBLE, SEVERITY_UNKNOWN,
				"What stands in %s is no level.", KEY_PATH);
	else
		f = add_finding(j, FINDING_RUNTIME_NOT_VISIBLE, SEVERITY_UNKNOWN,
				"The kernel's value cannot be seen: %s.",
				now->why ? now->why : strerror(now->err));
	if (now->value)
		add_evidence(j, f, KEY_PATH, 0, now->value);
	if (j->ev->want_boot && !in_container(j->ev))
		add_remedy(j, f, "To judge only the files", "ptscope audit --only boot");
}

/* Another kernel; or the guard, where nothing is known to stand in its way. */
static void add_ways_out(struct judge *j, struct finding *f)
{
	const struct kernel_facts *k = &j->ev->kernel;

	add_remedy(j, f, "Ways out",
		   "boot a kernel built with CONFIG_SECURITY_YAMA=y (the distribution's own "
		   "usually is)");
	if (!j->ev->subject.live || in_container(j->ev) || k->bpf_lsm_built == FACT_NO)
		return;
	if (k->running_lsms && !lsm_list_has(k->running_lsms, "bpf"))
		add_remedy(j, f, NULL, "boot with lsm=%s,bpf, then: ptscope guard check",
			   k->running_lsms);
	else
		add_remedy(j, f, NULL,
			   "%sptscope guard check    # whether it can enforce the same levels by "
			   "BPF",
			   sudo(j));
}

/* Not built in: evidence is the configuration. */
static void absent_not_built(struct judge *j, struct finding *f)
{
	const struct kernel_facts *k = &j->ev->kernel;

	if (j->ev->subject.live)
		add_because(j, f, "not-built: Kernel %s was built without CONFIG_SECURITY_YAMA.",
			    k->release ? k->release : "here");
	else
		add_because(j, f,
			    "not-built: No kernel in /boot was built with CONFIG_SECURITY_YAMA.");
	add_source(j, f, &k->yama_built_from);
	if (k->config_lsm && lsm_list_has(k->config_lsm, "yama"))
		add_detail(j, f,
			   "(CONFIG_LSM names \"yama\"; that is only an order, it does not build "
			   "it in.)");
	add_ways_out(j, f);
}

/* The list with yama put where distributions have it: before the modules that label. */
static char *with_yama(const char *list)
{
	static const char *const before[] = {"integrity", "apparmor", "selinux",
					     "smack",	  "tomoyo",   "bpf"};
	_cleanup_strbuf_ struct strbuf b = {0};
	bool done = false;

	while (*list) {
		size_t n = strcspn(list, ",");

		for (size_t i = 0; i < ELEMENTSOF(before) && !done; i++) {
			if (n == strlen(before[i]) && memcmp(list, before[i], n) == 0) {
				(void)strbuf_addf(&b, "%syama", b.len ? "," : "");
				done = true;
			}
		}
		(void)strbuf_addf(&b, "%s%.*s", b.len ? "," : "", (int)n, list);
		list += n + (list[n] == ',');
	}
	if (!done)
		(void)strbuf_addf(&b, "%syama", b.len ? "," : "");
	return strbuf_take(&b);
}

/* The command that carries a change of the kernel command line to the boot loader, where we know
 * it. */
static const char *apply_cmdline(struct judge *j, const char *set_in)
{
	static const struct {
		const char *set_in, *needs, *command;
	} ways[] = {
		{"/etc/default/grub", "/usr/sbin/update-grub", "update-grub"},
		{"/etc/default/grub", "/usr/sbin/grub2-mkconfig",
		 "grub2-mkconfig -o /boot/grub2/grub.cfg"},
		{"/etc/default/grub", "/usr/sbin/grub-mkconfig",
		 "grub-mkconfig -o /boot/grub/grub.cfg"},
		{"/etc/kernel/cmdline", "/usr/bin/kernel-install", "kernel-install add-all"},
	};
	struct tree_stat st;

	for (size_t i = 0; set_in && i < ELEMENTSOF(ways); i++) {
		if (startswith(set_in, ways[i].set_in) &&
		    tree_stat(j->tree, ways[i].needs, &st, NULL) == 0)
			return ways[i].command;
	}
	return NULL;
}

/* Built in, and left out of a list: the one on the command line, or the kernel's own. */
static void absent_switched_off(struct judge *j, struct finding *f, const char *list)
{
	const struct kernel_facts *k = &j->ev->kernel;
	const struct fact_source *in = &k->lsm_param_set_in;
	_cleanup_free_ char *fixed = with_yama(list);
	const char *command = apply_cmdline(j, in->path);

	if (!fixed) {
		j->failed = true;
		return;
	}
	if (in->path)
		add_remedy(j, f,
			   "To fix, put yama into that list, then as your distribution does it",
			   "lsm=%s    # in %s:%u", fixed, in->path, in->line);
	else
		add_remedy(j, f, "To fix, put yama into the list on the kernel command line",
			   "lsm=%s", fixed);
	if (command && !on_host(j))
		add_remedy(j, f, NULL, "%s%s && %sreboot", sudo(j), command, sudo(j));
}

static void absent_lsm_param(struct judge *j, struct finding *f)
{
	const struct kernel_facts *k = &j->ev->kernel;
	_cleanup_strbuf_ struct strbuf text = {0};

	add_because(j, f, "left-out: lsm= on the kernel command line does not name yama.");
	if (strbuf_addf(&text, "lsm=%s", k->lsm_param) < 0)
		j->failed = true;
	else
		add_evidence(j, f,
			     k->lsm_param_from.path ? k->lsm_param_from.path : "/proc/cmdline", 0,
			     text.bytes);
	add_source(j, f, &k->lsm_param_set_in);
	absent_switched_off(j, f, k->lsm_param);
}

static void absent_config_lsm(struct judge *j, struct finding *f)
{
	const struct kernel_facts *k = &j->ev->kernel;

	add_because(j, f, "left-out: The kernel's own list (CONFIG_LSM) does not name yama.");
	add_source(j, f, &k->config_lsm_from);
	absent_switched_off(j, f, k->config_lsm);
}

static void absent_not_listed(struct judge *j, struct finding *f)
{
	const struct kernel_facts *k = &j->ev->kernel;

	add_because(j, f, "left-out: Yama is built in, and not in the running list.");
	add_source(j, f, &k->yama_built_from);
	add_source(j, f, &k->yama_running_from);
	add_remedy(j, f, "To find the cause",
		   "%sdmesg | grep -i -e lsm -e yama    # what the kernel said of it at boot",
		   sudo(j));
}

static void absent_unknown(struct judge *j, struct finding *f)
{
	const struct kernel_facts *k = &j->ev->kernel;

	add_because(j, f, "not-told: Whether it is built in cannot be told: %s.",
		    k->config_why ? k->config_why : "no kernel configuration found");
	add_source(j, f, &k->yama_running_from);
	add_ways_out(j, f);
}

void tell_absence(struct judge *j)
{
	static const struct {
		const char *message;
		void (*tell)(struct judge *j, struct finding *f);
	} causes[] = {
		[ABSENCE_NOT_BUILT] =
			{"The kernel has no Yama, so every process can attach to any other "
			 "of the same user.",
			 absent_not_built},
		[ABSENCE_LSM_PARAM] = {"Yama is not switched on.", absent_lsm_param},
		[ABSENCE_CONFIG_LSM] = {"Yama is not switched on.", absent_config_lsm},
		[ABSENCE_NOT_LISTED] = {"Yama is built in and does not run.", absent_not_listed},
		[ABSENCE_UNKNOWN] =
			{"The kernel has no Yama, so every process can attach to any other "
			 "of the same user.",
			 absent_unknown},
	};
	enum absence why = absence_of(&j->ev->kernel);
	struct finding *f =
		add_finding(j, FINDING_RUNTIME_ABSENT, SEVERITY_FAIL, "%s", causes[why].message);

	causes[why].tell(j, f);
	if (j->ev->subject.live)
		add_evidence(j, f, "/proc/sys/kernel/yama/", 0, "does not exist");
	if (j->ruling.boot == BOOT_NO_YAMA)
		add_detail(j, f, "A line in /etc/sysctl.d has no effect on such a kernel.");
}

/* More than the level grants is worse than no level: nobody expects it. */
static void tell_probe(struct judge *j)
{
	const struct audit_probe *probe = j->ev->probe;
	const struct runtime *now = &j->ev->runtime;
	const bool set = now->state == RUNTIME_SET;
	struct finding *f;

	if (!probe || (probe->allows_more == 0 && probe->denies_more == 0))
		return;
	if (probe->allows_more > 0 && set)
		f = add_finding(j, FINDING_PROBE_DIFFERS,
				j->ruling.now == NOW_PROBED_WEAK ? SEVERITY_FAIL : SEVERITY_WARN,
				"The kernel says %d, and grants what %d denies.", now->level,
				now->level);
	else if (probe->forbidden)
		f = add_finding(j, FINDING_PROBE_DIFFERS, SEVERITY_INFO,
				"ptrace is forbidden to this process altogether, so the level "
				"could not be tried.");
	else
		f = add_finding(j, FINDING_PROBE_DIFFERS, SEVERITY_INFO,
				"Something other than Yama denies more to this process.");
	if (set)
		add_evidence(j, f, KEY_PATH, 0, now->value);
	add_detail(j, f, "Tried on child processes: %s.", probe->sentence);
	add_remedy(j, f, "To see every answer", "%sptscope probe -v", sudo(j));
}

void tell_now(struct judge *j)
{
	tell_probe(j);
	/* A kernel without Yama fails both halves: one violation, one finding. */
	if (j->ruling.now == NOW_NO_YAMA || j->ruling.boot == BOOT_NO_YAMA)
		tell_absence(j);
	else if (j->ruling.now == NOW_WEAK)
		tell_level(j);
	else if (j->ruling.now == NOW_NOT_VISIBLE)
		tell_not_visible(j);
}
