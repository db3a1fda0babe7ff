/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tables of a record's document, and what belongs to records as objects. */
#include "record-impl.h"

#define AT(member) offsetof(struct record, member)

static const char *const subject_words[] = {
	[SUBJECT_LIVE] = "live",
	[SUBJECT_ROOT] = "root",
	NULL,
};
static const char *const fact_words[] = {
	[FACT_NO] = "no",
	[FACT_YES] = "yes",
	[FACT_UNKNOWN] = "unknown",
	NULL,
};
static const char *const runtime_words[] = {
	[RUNTIME_SET] = "set",
	[RUNTIME_ABSENT] = "absent",
	[RUNTIME_UNREADABLE] = "unreadable",
	[RUNTIME_MALFORMED] = "malformed",
	[RUNTIME_OUT_OF_RANGE] = "out-of-range",
	[RUNTIME_NOT_VISIBLE] = "not-visible",
	[RUNTIME_SKIPPED] = "skipped",
	NULL,
};
static const char *const finding_words[] = {
#define X(id, word, severity) [FINDING_##id] = word,
	FINDINGS(X)
#undef X
		NULL,
};
const char *const record_type_words[] = {
	[TREE_REG] = "file",	  [TREE_DIR] = "directory",
	[TREE_LNK] = "link",	  [TREE_NULL] = "null",
	[TREE_FIFO] = "fifo",	  [TREE_SOCKET] = "socket",
	[TREE_DEVICE] = "device", NULL,
};
const char *const record_kept_words[] = {"nothing", "lines", "all", NULL};

const struct field record_head_fields[] = {
	{"verdict", FIELD_STRING, AT(verdict)},
	{NULL},
};

const struct field record_host_fields[] = {
	{"name", FIELD_TEXT, AT(host_name)},
	{"id", FIELD_TEXT, AT(host_id)},
	{"os_id", FIELD_TEXT, AT(os_id)},
	{"os_version", FIELD_TEXT, AT(os_version)},
	{NULL},
};

const struct field record_subject_fields[] = {
	{"kind", FIELD_WORD, AT(subject.kind), subject_words},
	{"path", FIELD_STRING, AT(subject_path)},
	{"live", FIELD_BOOL, AT(subject.live)},
	{"live_on_word", FIELD_BOOL, AT(subject.live_on_word)},
	{"live_elsewhere", FIELD_BOOL, AT(subject.live_elsewhere)},
	{NULL},
};

const struct field record_asked_fields[] = {
	{"now", FIELD_BOOL, AT(want_now)},
	{"boot", FIELD_BOOL, AT(want_boot)},
	{"privileged", FIELD_BOOL, AT(privileged)},
	{"user", FIELD_TEXT, AT(user)},
	{NULL},
};

const struct field record_boot_fields[] = {
	{"live", FIELD_BOOL, AT(boot_live)},
	{"pid1_comm", FIELD_TEXT, AT(pid1_comm)},
	{"systemd_booted", FIELD_BOOL, AT(systemd_booted)},
	{"proc_sys_read_only", FIELD_BOOL, AT(proc_sys_read_only)},
	{NULL},
};

const struct field record_probe_fields[] = {
	{"behaves_like", FIELD_STRING, AT(behaves_like)},
	{"level", FIELD_LEVEL, AT(probe_level)},
	{"allows_more", FIELD_UINT, AT(allows_more)},
	{"denies_more", FIELD_UINT, AT(denies_more)},
	{"forbidden", FIELD_BOOL, AT(forbidden)},
	{"sentence", FIELD_STRING, AT(probe_sentence)},
	{NULL},
};

const struct field record_runtime_fields[] = {
	{"state", FIELD_WORD, AT(runtime.state), runtime_words},
	{"value", FIELD_TEXT, AT(runtime.value)},
	{"level", FIELD_LEVEL, AT(runtime.level)},
	{"error", FIELD_ERRNO, AT(runtime.err)},
	{"why", FIELD_TEXT, AT(runtime.why)},
	{NULL},
};

const struct field record_kernel_fields[] = {
	{"release", FIELD_TEXT, AT(kernel.release)},
	{"yama_built", FIELD_WORD, AT(kernel.yama_built), fact_words},
	{"yama_built_from", FIELD_SOURCE, AT(kernel.yama_built_from)},
	{"config_why", FIELD_TEXT, AT(kernel.config_why)},
	{"yama_running", FIELD_WORD, AT(kernel.yama_running), fact_words},
	{"yama_running_from", FIELD_SOURCE, AT(kernel.yama_running_from)},
	{"lsm_param", FIELD_TEXT, AT(kernel.lsm_param)},
	{"lsm_param_from", FIELD_SOURCE, AT(kernel.lsm_param_from)},
	{"lsm_param_set_in", FIELD_SOURCE, AT(kernel.lsm_param_set_in)},
	{"config_lsm", FIELD_TEXT, AT(kernel.config_lsm)},
	{"config_lsm_from", FIELD_SOURCE, AT(kernel.config_lsm_from)},
	{"bpf_lsm_built", FIELD_WORD, AT(kernel.bpf_lsm_built), fact_words},
	{"running_lsms", FIELD_TEXT, AT(kernel.running_lsms)},
	{"selinux_deny_ptrace", FIELD_WORD, AT(kernel.selinux_deny_ptrace), fact_words},
	{"apparmor_enabled", FIELD_WORD, AT(kernel.apparmor_enabled), fact_words},
	{"container", FIELD_WORD, AT(kernel.container), fact_words},
	{"container_why", FIELD_TEXT, AT(kernel.container_why)},
	{"boot_id", FIELD_TEXT, AT(kernel.boot_id)},
	{"uptime_s", FIELD_U64, AT(kernel.uptime_s)},
	{NULL},
};

const struct field record_policy_fields[] = {
	{"name", FIELD_STRING, AT(policy.name)},
	{"source", FIELD_STRING, AT(policy.source)},
	{"sha256", FIELD_HASH, AT(policy.sha256)},
	{"strict_files", FIELD_BOOL, AT(policy.strict_files)},
	{"accept_guard", FIELD_BOOL, AT(policy.accept_guard)},
	{"vendor_files", FIELD_BOOL, AT(policy.vendor_files)},
	{"fix_level", FIELD_LEVEL, AT(policy.fix_level)},
	{"own_allow", FIELD_BOOL, AT(policy.own_allow)},
	{"own_strict", FIELD_BOOL, AT(policy.own_strict)},
	{NULL},
};

const struct field record_waivers_fields[] = {
	{"source", FIELD_STRING, AT(waivers.source)},
	{"sha256", FIELD_HASH, AT(waivers.sha256)},
	{NULL},
};

const struct field record_waiver_fields[] = {
	{"id", FIELD_STRING, offsetof(struct waiver, id)},
	{"finding", FIELD_WORD, offsetof(struct waiver, finding), finding_words},
	{"host", FIELD_STRING, offsetof(struct waiver, host)},
	{"reason", FIELD_STRING, offsetof(struct waiver, reason)},
	{"owner", FIELD_STRING, offsetof(struct waiver, owner)},
	{"expires", FIELD_I64, offsetof(struct waiver, expires)},
	{"line", FIELD_UINT, offsetof(struct waiver, line)},
	{NULL},
};

const struct field record_cmdline_fields[] = {
	{"path", FIELD_STRING, offsetof(struct boot_cmdline, path)},
	{"line", FIELD_UINT, offsetof(struct boot_cmdline, line)},
	{"text", FIELD_STRING, offsetof(struct boot_cmdline, text)},
	{NULL},
};

/* Its errno is positive here. */
const struct field record_answer_fields[] = {
	{"question", FIELD_STRING, offsetof(struct answer, question)},
	{"text", FIELD_TEXT, offsetof(struct answer, text)},
	{"error", FIELD_ERRNO, offsetof(struct answer, err)},
	{NULL},
};

void record_done(struct record *r)
{
	free(r->tool_version);
	free(r->verdict);
	free(r->host_name);
	free(r->host_id);
	free(r->os_id);
	free(r->os_version);
	free(r->subject_path);
	free(r->user);
	runtime_done(&r->runtime);
	kernel_facts_done(&r->kernel);
	free(r->pid1_comm);
	(void)boot_plan_free(r->found);
	free(r->behaves_like);
	free(r->probe_sentence);
	policy_done(&r->policy);
	waivers_done(&r->waivers);
	(void)tree_free(r->tree);
	*r = (struct record){0};
}

int record_mask(struct boot_plan *found)
{
	for (size_t i = 0; i < found->n_cmdlines; i++) {
		char *masked;

		if (cmdline_mask(found->cmdlines[i].text, &masked) < 0)
			return -ENOMEM;
		free(found->cmdlines[i].text);
		found->cmdlines[i].text = masked;
	}
	return 0;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? streq(a, b) : a == b;
}

static bool same_finding(const struct finding *a, const struct finding *b)
{
	if (a->id != b->id || a->severity != b->severity || a->n_because != b->n_because ||
	    a->n_evidence != b->n_evidence || !same_text(a->message, b->message) ||
	    !same_text(a->detail, b->detail) || !same_text(a->remedy, b->remedy))
		return false;
	for (size_t i = 0; i < a->n_because; i++) {
		if (!streq(a->because[i], b->because[i]))
			return false;
	}
	for (size_t i = 0; i < a->n_evidence; i++) {
		const struct finding_evidence *x = &a->evidence[i], *y = &b->evidence[i];

		if (x->line != y->line || !same_text(x->path, y->path) ||
		    !same_text(x->text, y->text) || !same_text(x->package, y->package))
			return false;
	}
	return true;
}

bool audit_is_same(const struct audit *a, const struct audit *b)
{
	if (a->verdict != b->verdict || a->now != b->now || a->boot != b->boot ||
	    a->summary != b->summary || a->cis != b->cis || a->effective != b->effective ||
	    a->compensated != b->compensated || a->n_findings != b->n_findings)
		return false;
	for (size_t i = 0; i < a->n_findings; i++) {
		if (!same_finding(&a->findings[i], &b->findings[i]))
			return false;
	}
	return true;
}
