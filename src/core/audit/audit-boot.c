/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The findings about the next boot: one for its violation, with the causes inside it, or one for
 * what keeps it from being known.
 */
#include "audit-impl.h"

static const char to_be_sure[] = "To be sure";

/* The line that decides, or NULL (the kernel command line of a boot entry has no entry kept). */
static const struct said *winner(const struct judge *j)
{
	const struct resolve_boot *b = &j->key->boot;

	for (size_t i = 0; b->has_source && i < j->said.n; i++) {
		const struct said *s = &j->said.items[i];

		if (s->boot && s->step == b->source.loader && s->entry->line == b->source.line &&
		    streq(s->file->path, b->source.path))
			return s;
	}
	return NULL;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The last line that says an allowed level at boot and loses, or NULL. */
static const struct said *last_good_loser(const struct judge *j)
{
	const struct said *found = NULL;

	for (size_t i = 0; i < j->said.n; i++) {
		const struct said *s = &j->said.items[i];

		if (s->boot && s->fate->status != ENTRY_WINNING &&
		    policy_allows(j->policy, s->level))
			found = s;
	}
	return found;
}

/* What an earlier loader had left, if that was allowed; else LEVEL_NONE. */
static int level_before(const struct judge *j, size_t loader, size_t *ret_loader)
{
	for (size_t i = loader; i-- > 0;) {
		if (j->key->fold[i].n_writes > 0 &&
		    policy_allows(j->policy, j->key->fold[i].level)) {
			*ret_loader = i;
			return j->key->fold[i].level;
		}
	}
	return LEVEL_NONE;
}

/* The one sentence that says how the weak level comes about. */
static struct finding *weak_message(struct judge *j, const struct said *good)
{
	const struct resolve_boot *b = &j->key->boot;
	const struct resolve *r = j->ev->resolve;
	const char *name = b->has_source ? resolve_source_loader(r, &b->source) : NULL;
	size_t before = 0;
	int level = b->has_source ? level_before(j, b->source.loader, &before) : LEVEL_NONE;

	if (level != LEVEL_NONE)
		return add_finding(j, FINDING_BOOT_NOT_RESTRICTED, SEVERITY_FAIL,
				   "%s sets %d when it starts, after %s set %d.", name, b->level,
				   loader_name(r->boot_loaders[before].step->loader.id), level);
	if (b->has_source && !b->source.from_file)
		return add_finding(j, FINDING_BOOT_NOT_RESTRICTED, SEVERITY_FAIL,
				   "The kernel command line sets %d.", b->level);
	if (good && good->fate->reason == REASON_LATER_FILE)
		return add_finding(j, FINDING_BOOT_NOT_RESTRICTED, SEVERITY_FAIL,
				   "A later file sets %d.", b->level);
	if (good && good->fate->reason == REASON_LATER_LINE)
		return add_finding(j, FINDING_BOOT_NOT_RESTRICTED, SEVERITY_FAIL,
				   "A later line of the same file sets %d.", b->level);
	return add_finding(j, FINDING_BOOT_NOT_RESTRICTED, SEVERITY_FAIL, "The next boot sets %d.",
			   b->level);
}

/* Said once, at the loser: in what order files apply. */
static void explain_order(struct judge *j, struct finding *f, const struct said *good,
			  const struct said *win)
{
	const char *lost, *won;

	if (!good || !win || good->fate->reason != REASON_LATER_FILE || good->step != win->step)
		return;
	lost = base_name(good->file->path);
	won = base_name(win->file->path);
	if (win->loader->id == LOADER_PROCPS && streq(win->file->path, "/etc/sysctl.conf"))
		add_detail(j, f, "procps reads /etc/sysctl.conf after all other files.");
	else if ((win->loader->id == LOADER_SYSTEMD || win->loader->id == LOADER_PROCPS) &&
		 strcmp(won, lost) > 0)
		add_detail(j, f,
			   "Files apply in order of their names, not of their directories, and %s "
			   "comes after %s.",
			   won, lost);
}

static void add_losers(struct judge *j, struct finding *f)
{
	const struct resolve_boot *b = &j->key->boot;

	for (size_t i = 0; i < j->said.n; i++) {
		const struct said *s = &j->said.items[i];
		enum reason why = s->fate->reason;

		if (!s->boot || !policy_allows(j->policy, s->level))
			continue;
		if (s->fate->status == ENTRY_WINNING) {
			/* It wins in its own loader; a later one has the last word. */
			if (!b->has_source || s->step == b->source.loader)
				continue;
			why = REASON_LATER_LOADER;
		}
		add_because(j, f, "overridden: %s:%u sets %d and loses: %s.", s->file->path,
			    s->entry->line, s->level, reason_sentence(why));
	}
}

/* Lines that nothing can come of, as causes. */
static void add_bad_lines(struct judge *j, struct finding *f)
{
	for (size_t i = 0; i < j->said.n; i++) {
		const struct said *s = &j->said.items[i];
		enum reason why = s->fate->reason;

		if (!s->boot || s->level != LEVEL_NONE || s->entry->kind == ENTRY_EXCLUDE)
			continue;
		add_because(j, f, "%s: %s:%u sets nothing: %s.",
			    finding_docs[s->value == VALUE_OUT_OF_RANGE ? FINDING_OUT_OF_RANGE
									: FINDING_MALFORMED]
				    .id,
			    s->file->path, s->entry->line,
			    reason_sentence(why == REASON_NONE ? s->entry->reason : why));
		add_said(j, f, s);
	}
}

/* The command-line source of a boot level, with the text where it is a boot entry's. */
static void add_boot_source(struct judge *j, struct finding *f, const struct said *win)
{
	const struct resolve_boot *b = &j->key->boot;

	if (win)
		add_said(j, f, win);
	else if (b->has_source)
		add_evidence(j, f, b->source.path, b->source.line, NULL);
}

static void tell_weak(struct judge *j)
{
	const struct resolve_boot *now = &j->key->boot_now;
	const struct sysctl_entry *today = NULL;
	const char *path = NULL;
	const struct said *win = winner(j), *good = last_good_loser(j);
	struct finding *f = weak_message(j, good);

	add_boot_source(j, f, win);
	explain_order(j, f, good, win);
	add_losers(j, f);
	if (now->level != j->key->boot.level && policy_allows(j->policy, now->level))
		today = winner_now(j, &path);
	if (today)
		add_because(j, f, "volatile: %s:%u sets %d, and is gone after a reboot.", path,
			    today->line, now->level);
	mark_fixable(j, f);
}

/* Set by what does not survive: told as such, instead of as not persisted. */
static bool tell_volatile(struct judge *j)
{
	const struct resolve_boot *now = &j->key->boot_now;
	const struct sysctl_entry *e;
	const char *path = NULL;
	struct finding *f;

	if (!now->has_source || !policy_allows(j->policy, now->level))
		return false;
	f = add_finding(j, FINDING_VOLATILE, SEVERITY_FAIL,
			"Only %s sets it, which is gone after a reboot.",
			now->source.from_file ? "a file under /run"
					      : "the command line of this boot");
	e = winner_now(j, &path);
	if (e)
		add_evidence(j, f, path, e->line, e->text);
	mark_fixable(j, f);
	return true;
}

static void tell_nothing(struct judge *j)
{
	struct finding *f;

	if (tell_unread_lines(j) || tell_volatile(j))
		return;
	f = add_finding(j, FINDING_NOT_PERSISTED, SEVERITY_FAIL,
			"Nothing that runs at boot sets it in a file.");
	add_bad_lines(j, f);
	add_detail(j, f,
		   "What the kernel starts with decides then: 1 upstream, 0 in Debian's kernels.");
	mark_fixable(j, f);
}

static void tell_vendor(struct judge *j)
{
	struct finding *f = add_finding(
		j, FINDING_NOT_PERSISTED, SEVERITY_FAIL,
		"Only a vendor's file sets it, which policy %s does not count.", j->policy->name);

	add_boot_source(j, f, winner(j));
	mark_fixable(j, f);
}

/* This boot's command line alone: the fold counts it, the policy cannot. */
static void tell_cmdline_only(struct judge *j)
{
	if (!tell_volatile(j))
		tell_nothing(j);
}

/* Whether one of the forbidden lines is weaker than what is set, and not merely another level. */
static bool any_weaker(const struct judge *j)
{
	for (size_t i = 0; i < j->said.n; i++) {
		if (said_is_forbidden(&j->said.items[i], j->policy) &&
		    j->said.items[i].level < j->key->boot.level)
			return true;
	}
	return false;
}

static void tell_strict(struct judge *j)
{
	struct finding *f = add_finding(
		j, FINDING_WEAKER_LINE, SEVERITY_FAIL,
		any_weaker(j) ? "A weaker line stands in a file, and policy %s allows none."
			      : "A line stands in a file that policy %s forbids, though it "
				"loses.",
		j->policy->name);

	for (size_t i = 0, n = 0; i < j->said.n; i++) {
		const struct said *s = &j->said.items[i];

		if (!said_is_forbidden(s, j->policy))
			continue;
		if (n++ == SHOWN_MAX) {
			add_detail(j, f, "There are more such lines.");
			break;
		}
		add_said(j, f, s);
	}
	mark_fixable(j, f);
}

static void tell_left_out(struct judge *j)
{
	const struct boot_plan *plan = j->ev->resolve->plan;
	struct finding *f = add_finding(
		j, FINDING_BOOT_NOT_RESTRICTED, SEVERITY_FAIL,
		"The next boot leaves Yama out: its command line has lsm= without yama.");

	for (size_t i = 0; i < plan->n_cmdlines; i++) {
		if (is_boot_entry(&plan->cmdlines[i]))
			add_cmdline(j, f, &plan->cmdlines[i]);
	}
	add_remedy(j, f, "To fix", "add yama to the list in lsm= of each boot entry");
}

/* "mode 0600, owned by root; you are alice", or the error alone. */
static void add_unreadable(struct judge *j, struct finding *f, const char *path)
{
	_cleanup_strbuf_ struct strbuf b = {0};
	struct tree_stat st;

	if (tree_lstat(j->tree, path, &st) < 0 || st.type == TREE_LNK) {
		add_evidence(j, f, path, 0, NULL);
		return;
	}
	(void)strbuf_addf(&b, "mode %04o, owned by ", (unsigned)st.mode & 07777);
	if (st.uid == 0)
		(void)strbuf_adds(&b, "root");
	else
		(void)strbuf_addf(&b, "uid %u", (unsigned)st.uid);
	if (j->ev->user)
		(void)strbuf_addf(&b, "; you are %s", j->ev->user);
	if (b.failed)
		j->failed = true;
	else
		add_evidence(j, f, path, 0, b.bytes);
}

/* The command line that asks again as root. */
static void add_ask_as_root(struct judge *j, struct finding *f)
{
	const struct subject *s = &j->ev->subject;
	bool elsewhere = s->kind == SUBJECT_ROOT || s->live_elsewhere;

	if (!j->ev->privileged)
		add_remedy(j, f, to_be_sure, "sudo ptscope audit%s%s%s",
			   elsewhere ? " --root " : "", elsewhere ? s->path : "",
			   s->live_elsewhere ? " --live" : "");
}

/* A command line that was read and would lead elsewhere, or NULL: then it could not be read. */
static const struct boot_cmdline *entry_at(const struct judge *j, const char *path)
{
	const struct boot_plan *plan = j->ev->resolve->plan;

	return plan ? boot_plan_entry(plan, path) : NULL;
}

static void add_differing_entries(struct judge *j)
{
	struct finding *f = NULL;

	for (size_t i = 0; i < j->key->n_unreadable; i++) {
		const struct boot_cmdline *c = entry_at(j, j->key->unreadable[i]);

		if (!c)
			continue;
		if (!f)
			f = add_finding(
				j, FINDING_UNREADABLE, SEVERITY_UNKNOWN,
				"Which command line boots next cannot be told, and it matters.");
		add_cmdline(j, f, c);
	}
}

static void tell_unread(struct judge *j)
{
	struct finding *f = NULL;

	add_differing_entries(j);
	for (size_t i = 0; i < j->key->n_unreadable; i++) {
		if (entry_at(j, j->key->unreadable[i]))
			continue;
		if (!f)
			f = add_finding(j, FINDING_UNREADABLE, SEVERITY_UNKNOWN,
					"Not readable, and could change the answer.");
		add_unreadable(j, f, j->key->unreadable[i]);
	}
	add_ask_as_root(j, f);
}

static void tell_versions(struct judge *j)
{
	const struct resolve *r = j->ev->resolve;
	struct finding *f =
		add_finding(j, FINDING_LOADERS_DISAGREE, SEVERITY_UNKNOWN,
			    "Which version of a loader runs here cannot be told, and they "
			    "would not set the same.");

	for (size_t i = 0; i < r->n_boot_loaders; i++) {
		const struct loader_instance *li = &r->boot_loaders[i].step->loader;

		for (size_t k = 0; k < li->n_others; k++)
			add_because(j, f, "version: %s %s is possible too.", loader_name(li->id),
				    li->other_versions[k]);
	}
}

static void tell_nobody(struct judge *j)
{
}

void tell_boot(struct judge *j)
{
	static void (*const tellers[_BOOT_MAX])(struct judge * j) = {
		[BOOT_FINE] = tell_nobody,	 [BOOT_SKIPPED] = tell_nobody,
		[BOOT_WEAK] = tell_weak,	 [BOOT_NOTHING] = tell_nothing,
		[BOOT_VENDOR] = tell_vendor,	 [BOOT_VOLATILE] = tell_cmdline_only,
		[BOOT_STRICT] = tell_strict,	 [BOOT_NO_YAMA] = tell_nobody,	 /* told with now */
		[BOOT_LEFT_OUT] = tell_left_out, [BOOT_CONTAINER] = tell_nobody, /* a note */
		[BOOT_NO_LOADER] = tell_nobody,					 /* a note */
		[BOOT_UNREAD] = tell_unread,	 [BOOT_VERSIONS] = tell_versions,
	};

	tellers[j->ruling.boot](j);
}
