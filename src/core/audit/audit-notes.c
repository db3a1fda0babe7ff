/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is worth a word beside the verdict: warnings and information. Each note is one function, and
 * asks for its own evidence; a note never changes the verdict. */
#include "audit-impl.h"

static bool boot_is_judged(const struct judge *j)
{
	return j->key && j->ruling.boot != BOOT_SKIPPED && j->ruling.boot != BOOT_CONTAINER &&
	       j->ruling.boot != BOOT_NO_YAMA;
}

static void note_now_differs(struct judge *j)
{
	const struct runtime *now = &j->ev->runtime;

	if (!j->ev->want_now || now->state != RUNTIME_SET || !boot_is_judged(j) ||
	    j->ruling.boot == BOOT_UNREAD || j->ruling.boot == BOOT_VERSIONS ||
	    j->ruling.boot == BOOT_NO_LOADER || j->key->boot.level == LEVEL_NONE ||
	    j->key->boot.level == now->level)
		return;
	(void)add_finding(j, FINDING_NOW_DIFFERS, SEVERITY_WARN,
			  "Now (%d) and next boot (%d) differ.", now->level, j->key->boot.level);
}

static void note_locked(struct judge *j)
{
	if (j->ev->want_now && j->ev->runtime.state == RUNTIME_SET && j->ev->runtime.level == 3)
		(void)add_finding(
			j, FINDING_LOCKED, SEVERITY_INFO,
			"The kernel is at 3, which nothing can lower before the next boot.");
}

static void note_interrupted(struct judge *j)
{
	const char *id = j->ev->interrupted;
	struct finding *f;

	if (!id)
		return;
	f = add_finding(j, FINDING_INTERRUPTED_FIX, SEVERITY_WARN,
			"The fix %s was cut off, and may be half done.", id);
	add_remedy(j, f, "To finish it, or to take it back", "%sptscope fix", sudo(j));
	add_remedy(j, f, NULL, "%sptscope rollback %s", sudo(j), id);
}

static void note_container(struct judge *j)
{
	const struct kernel_facts *k = &j->ev->kernel;
	struct finding *f;

	if (k->container == FACT_NO || j->ev->subject.live_elsewhere)
		return;
	if (k->container == FACT_UNKNOWN) {
		f = add_finding(j, FINDING_CONTAINER, SEVERITY_INFO, "This may be a container: %s.",
				k->container_why ? k->container_why : "signs disagree");
		add_detail(j, f, "It looks like a kernel of its own, and is judged as one.");
		return;
	}
	f = add_finding(j, FINDING_CONTAINER, SEVERITY_INFO, "This is a container.");
	if (k->container_why)
		add_detail(j, f, "(%s)", k->container_why);
	if (j->ruling.boot != BOOT_CONTAINER)
		return;
	add_remedy(j, f, "To judge the host",
		   "ptscope audit --root /host --live    # with its root mounted read-only there");
	add_remedy(j, f, NULL, "ptscope audit --only now             # only the value in force");
}

/* The way out where a mask of the administrator's keeps systemd-sysctl from running. */
static void add_unmask(struct judge *j, struct finding *f)
{
	static const char unit[] = "systemd-sysctl.service";
	const struct subject *s = &j->ev->subject;
	_cleanup_free_ char *target = NULL, *root = NULL;

	if (j->ev->resolve->plan->init != INIT_SYSTEMD ||
	    tree_readlink(j->tree, "/etc/systemd/system/systemd-sysctl.service", &target) < 0 ||
	    !streq(target, "/dev/null"))
		return;
	root = s->kind == SUBJECT_ROOT || s->live_elsewhere ? host_path(j, "") : NULL;
	if (root)
		add_remedy(j, f, "To let it run", "%ssystemctl --root=%s unmask %s", sudo(j), root,
			   unit);
	else
		add_remedy(j, f, "To let it run", "%ssystemctl unmask %s", sudo(j), unit);
}

static void note_no_loader(struct judge *j)
{
	const struct resolve *r = j->ev->resolve;
	const char *pid1 = j->ev->boot_env ? j->ev->boot_env->pid1_comm : NULL;
	const char *why = j->key ? boot_plan_nobody(r->plan) : NULL, *idle = NULL;
	enum severity severity =
		j->ruling.boot == BOOT_NO_LOADER ? SEVERITY_UNKNOWN : SEVERITY_INFO;
	struct finding *f;

	if (!why || j->ruling.boot == BOOT_CONTAINER || j->ruling.boot == BOOT_SKIPPED)
		return;
	for (size_t i = 0; i < r->plan->n_steps && !idle; i++) {
		if (r->plan->steps[i].loader.id != LOADER_CMDLINE)
			idle = loader_name(r->plan->steps[i].loader.id);
	}
	if (r->plan->init == INIT_OTHER && pid1)
		f = add_finding(j, FINDING_NO_KNOWN_LOADER, severity,
				"PID 1 is %s; whether %s ever runs here is not known.", pid1,
				idle ? idle : "anything that reads sysctl files");
	else
		f = add_finding(j, FINDING_NO_KNOWN_LOADER, severity,
				"No known program applies sysctl files at boot here.");
	if (r->plan->init != INIT_OTHER)
		add_detail(j, f, "(%s)", why);
	add_unmask(j, f);
}

/* Weaker lines that lose: harmless, but other scanners trip over them. */
static void note_weaker_lines(struct judge *j)
{
	struct finding *f = NULL;
	size_t n = 0;

	if (j->ruling.boot != BOOT_FINE)
		return;
	for (size_t i = 0; i < j->said.n; i++) {
		const struct said *s = &j->said.items[i];

		if (!s->boot || s->level == LEVEL_NONE || policy_allows(j->policy, s->level) ||
		    s->level >= j->key->boot.level)
			continue;
		if (n++ == 0)
			f = add_finding(j, FINDING_WEAKER_LINE, SEVERITY_INFO,
					"A weaker line loses, and does no harm.");
		add_said(j, f, s);
	}
	if (n > 0)
		add_detail(j, f, "Scanners that match any line may still report this host.");
	if (n > SHOWN_MAX)
		add_detail(j, f, "(%zu more such lines.)", n - SHOWN_MAX);
}

/* An administrator's line that asks for another allowed level, and loses. */
static void note_overridden(struct judge *j)
{
	for (size_t i = 0; i < j->said.n && j->ruling.boot == BOOT_FINE; i++) {
		const struct said *s = &j->said.items[i];
		struct finding *f;

		if (!s->boot || s->fate->status != ENTRY_OVERRIDDEN ||
		    path_is_vendor(s->file->path) || !policy_allows(j->policy, s->level) ||
		    s->level <= j->key->boot.level)
			continue;
		f = add_finding(j, FINDING_OVERRIDDEN, SEVERITY_INFO,
				"A line that sets %d loses: %s.", s->level,
				reason_sentence(s->fate->reason));
		add_said(j, f, s);
		return;
	}
}

/* Lines that set nothing; where nothing else sets the key they are the cause, told there. */
static void note_bad_lines(struct judge *j)
{
	static const struct {
		enum value_state value;
		enum finding_id id;
		const char *message;
	} kinds[] = {
		{VALUE_MALFORMED, FINDING_MALFORMED, "A line for the key sets nothing."},
		{VALUE_OUT_OF_RANGE, FINDING_OUT_OF_RANGE,
		 "A line sets what is no level, and the kernel refuses it."},
	};

	if (!boot_is_judged(j) || j->ruling.boot == BOOT_NOTHING)
		return;
	for (size_t k = 0; k < ELEMENTSOF(kinds); k++) {
		struct finding *f = NULL;

		for (size_t i = 0; i < j->said.n; i++) {
			const struct said *s = &j->said.items[i];

			if (!s->boot || s->level != LEVEL_NONE || s->value != kinds[k].value ||
			    s->entry->kind == ENTRY_EXCLUDE)
				continue;
			if (!f)
				f = add_finding(j, kinds[k].id, SEVERITY_WARN, "%s",
						kinds[k].message);
			add_said(j, f, s);
		}
	}
}

static void note_weak_window(struct judge *j)
{
	const struct resolve *r = j->ev->resolve;

	if (j->ruling.boot != BOOT_FINE)
		return;
	for (size_t i = 0; i + 1 < r->n_boot_loaders; i++) {
		const struct key_result *part = &j->key->fold[i];
		const struct sysctl_entry *e;
		struct finding *f;

		if (part->winner < 0 || policy_allows(j->policy, part->level))
			continue;
		e = &r->boot_loaders[i].script->entries[part->winner];
		f = add_finding(j, FINDING_WEAK_WINDOW, SEVERITY_WARN,
				"%s sets %d first, and it stays so until %s runs.",
				loader_name(r->boot_loaders[i].step->loader.id), part->level,
				resolve_source_loader(r, &j->key->boot.source));
		add_evidence(j, f, r->boot_loaders[i].script->files[e->file].path, e->line,
			     e->text);
		return;
	}
}

/* What /run adds today. Where the next boot fails, it is told there. */
static void note_volatile(struct judge *j)
{
	const struct resolve_boot *now, *boot;
	const struct sysctl_entry *e;
	const char *path = NULL;
	struct finding *f;

	if (j->ruling.boot != BOOT_FINE)
		return;
	now = &j->key->boot_now;
	boot = &j->key->boot;
	if (!now->has_source || now->level == boot->level)
		return;
	f = add_finding(j, FINDING_VOLATILE,
			policy_allows(j->policy, now->level) ? SEVERITY_INFO : SEVERITY_WARN,
			"Until the next boot something sets %d.", now->level);
	e = winner_now(j, &path);
	if (e)
		add_evidence(j, f, path, e->line, e->text);
}

/* An installed program that does not run at boot, and would leave another level if run by hand. */
static void note_loaders_disagree(struct judge *j)
{
	const struct resolve *r = j->ev->resolve;

	if (!boot_is_judged(j) || j->key->boot.level == LEVEL_NONE)
		return;
	for (size_t i = 0; i < r->n_loaders; i++) {
		const struct resolve_view *v = &j->key->views[i];
		const struct boot_step *step = r->loaders[i].step;
		const struct sysctl_entry *e;
		struct finding *f;

		if (step->runs_at_boot || v->result.winner < 0 || v->result.level == LEVEL_NONE ||
		    v->result.level == j->key->boot.level)
			continue;
		e = &r->loaders[i].script->entries[v->result.winner];
		f = add_finding(j, FINDING_LOADERS_DISAGREE,
				policy_allows(j->policy, v->result.level) ? SEVERITY_INFO
									  : SEVERITY_WARN,
				"%s, run by hand, would set %d.", loader_name(step->loader.id),
				v->result.level);
		add_evidence(j, f, r->loaders[i].script->files[e->file].path, e->line, e->text);
	}
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Why a file of a loader that could not be read does not matter; the error, where that is not
 * plain. */
static const char *why_harmless(const struct judge *j, size_t step, const struct sysctl_file *f)
{
	const struct resolve_boot *b = &j->key->boot;
	const enum loader_id id = j->ev->resolve->boot_loaders[step].step->loader.id;

	if (!b->has_source || f->is_dir)
		return strerror(f->err);
	if (step < b->source.loader)
		return "what runs later has the last word";
	if (step == b->source.loader && id == LOADER_SYSTEMD &&
	    strcmp(base_name(f->path), base_name(b->source.path)) < 0)
		return "comes before the winning file";
	return strerror(f->err);
}

/* Boot entries: what they may set comes before all files, and only a 3 would last. */
static const char *why_entry_is_harmless(const struct judge *j)
{
	const struct resolve_boot *b = &j->key->boot;

	if (!b->has_source || !b->source.from_file)
		return NULL;
	return policy_allows(j->policy, 3)
		       ? "what runs later has the last word, except over a 3, which is allowed"
		       : "what runs later has the last word";
}

static struct finding *harmless(struct judge *j, struct finding *f)
{
	return f ? f
		 : add_finding(j, FINDING_UNREADABLE, SEVERITY_INFO,
			       "Not readable, and cannot change the answer.");
}

static void note_unreadable(struct judge *j)
{
	const struct resolve *r = j->ev->resolve;
	struct finding *f = NULL;

	if (!boot_is_judged(j) || j->ruling.boot == BOOT_UNREAD || j->ruling.boot == BOOT_NO_LOADER)
		return;
	for (size_t i = 0; i < r->n_boot_loaders; i++) {
		const struct loader_script *script = r->boot_loaders[i].script;

		for (size_t k = 0; k < script->n_files; k++) {
			if (script->files[k].status != FILE_UNREADABLE)
				continue;
			f = harmless(j, f);
			add_evidence(j, f, script->files[k].path, 0,
				     why_harmless(j, i, &script->files[k]));
		}
	}
	for (size_t i = 0; r->plan && i < r->plan->n_unreadable; i++) {
		f = harmless(j, f);
		add_evidence(j, f, r->plan->unreadable[i], 0, why_entry_is_harmless(j));
	}
}

/* Other restrictions: named, never counted. */
static void note_other_lsm(struct judge *j)
{
	const struct kernel_facts *k = &j->ev->kernel;
	struct finding *f;

	if (k->selinux_deny_ptrace == FACT_YES) {
		f = add_finding(j, FINDING_OTHER_LSM, SEVERITY_INFO,
				"SELinux denies ptrace as well (deny_ptrace is on).");
		add_evidence(j, f, "/sys/fs/selinux/booleans/deny_ptrace", 0, "1");
	}
	if (k->apparmor_enabled == FACT_YES && j->audit->now == VERDICT_FAIL) {
		f = add_finding(j, FINDING_OTHER_LSM, SEVERITY_INFO,
				"AppArmor is on; its profiles may deny ptrace to the programs they "
				"confine.");
		add_evidence(j, f, "/sys/module/apparmor/parameters/enabled", 0, "Y");
	}
}

void tell_notes(struct judge *j)
{
	static void (*const notes[])(struct judge * j) = {
		note_now_differs,  note_locked,		  note_no_loader,  note_weak_window,
		note_bad_lines,	   note_weaker_lines,	  note_overridden, note_volatile,
		note_unread_lines, note_loaders_disagree, note_unreadable, note_container,
		note_interrupted,  note_other_lsm,
	};

	for (size_t i = 0; i < ELEMENTSOF(notes); i++)
		notes[i](j);
}
