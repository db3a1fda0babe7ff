/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* guard status: what is pinned, what the file says, what a probe finds, and whether it stays so. */
#include "cmd.h"

#include "jsonx.h"

#include <sys/stat.h>
#include <unistd.h>

void guard_report_done(struct guard_report *r)
{
	guard_settings_done(&r->settings);
}

/* systemctl enable makes this link, as our unit's [Install] says. */
#define WANTED "/etc/systemd/system/sysinit.target.wants/ptscope-guard.service"

static int exit_code(const struct guard_report *r)
{
	if (r->info.running == GUARD_UNSEEN)
		return EXIT_UNKNOWN;
	if (r->info.running != GUARD_ENFORCING)
		return EXIT_FAIL;
	if (!r->probed || r->verdict.forbidden)
		return EXIT_UNKNOWN;
	return r->verdict.behaves == PROBE_BEHAVES_LEVEL &&
			       r->verdict.level == (int)r->info.state.level
		       ? EXIT_PASS
		       : EXIT_FAIL;
}

int guard_report_gather(struct guard_report *ret, struct error *e)
{
	struct probe probe;
	struct stat st;
	int r = guard_inspect(&ret->info, e);

	if (r < 0)
		return r;
	r = guard_settings_load(&ret->settings, &ret->configured, e);
	if (r < 0)
		return r;
	ret->unit_enabled = lstat(WANTED, &st) == 0;
	if (ret->info.running == GUARD_ENFORCING) {
		/* That our own tries would be told is a nuisance, no more. */
		(void)guard_keep_quiet((uint32_t)getpid());
		r = probe_run(PROBE_TIMEOUT_MS, &probe, e);
		(void)guard_keep_quiet(0);
		if (r < 0)
			return r;
		ret->probed = true;
		ret->verdict = probe_judge(&probe, (int)ret->info.state.level);
	}
	ret->exit_code = exit_code(ret);
	return 0;
}

static void add_headline(struct strbuf *out, const struct guard_report *r)
{
	switch (r->info.running) {
	case GUARD_ENFORCING:
		(void)strbuf_adds(out, "The guard enforces ");
		text_level(out, (int)r->info.state.level);
		if (r->probed)
			(void)strbuf_addf(out, " (probed: behaves like %s)",
					  probe_behaves_word(&r->verdict));
		break;
	case GUARD_ABSENT:
		(void)strbuf_adds(out, "No guard is running");
		break;
	case GUARD_PARTIAL:
		(void)strbuf_adds(out, "The guard is there only in part, or of another version; "
				       "start it again");
		break;
	case GUARD_UNARMED:
		(void)strbuf_adds(out, "The guard is loaded and denies nothing: a start did not "
				       "end; start it again");
		break;
	case GUARD_UNSEEN:
		(void)strbuf_adds(out, "Cannot tell whether a guard is running: only root sees it");
		break;
	}
	(void)strbuf_addc(out, '\n');
}

static void add_row(struct strbuf *out, const char *name)
{
	(void)strbuf_addf(out, "  %-14s ", name);
}

static void add_next_boot(struct strbuf *out, const struct guard_report *r)
{
	add_row(out, "next boot");
	if (!r->unit_enabled)
		(void)strbuf_adds(out, "off: ptscope-guard.service is not enabled\n");
	else if (!r->configured)
		(void)strbuf_adds(out, "1 restricted: no " GUARD_CONF " says otherwise\n");
	else {
		text_level(out, r->settings.level);
		(void)strbuf_adds(out, " (" GUARD_CONF ")\n");
	}
}

void guard_render_text(struct strbuf *out, const struct layout *layout,
		       const struct guard_report *r)
{
	const struct guard_state *s = &r->info.state;

	(void)layout;
	add_headline(out, r);
	if (r->info.running == GUARD_ENFORCING) {
		add_row(out, "denied");
		(void)strbuf_addf(out, "%llu; events lost %llu, left out %llu\n",
				  (unsigned long long)r->info.counts[GUARD_DENIED],
				  (unsigned long long)r->info.counts[GUARD_LOST],
				  (unsigned long long)r->info.counts[GUARD_LIMITED]);
		add_row(out, "reading");
		(void)strbuf_adds(out, s->restrict_read ? "held to the level too\n"
							: "not restricted, as under Yama\n");
		add_row(out, "declarations");
		(void)strbuf_adds(out, s->fake_success
					       ? "prctl(PR_SET_PTRACER) succeeds, as under Yama\n"
					       : "counted, though prctl(PR_SET_PTRACER) fails with "
						 "EINVAL on this kernel\n");
	}
	for (size_t i = 0; i < r->settings.n_cgroups; i++) {
		add_row(out, i ? "" : "cgroups");
		text_level(out, r->settings.cgroups[i].level);
		(void)strbuf_addc(out, ' ');
		text_path(out, r->settings.cgroups[i].path);
		(void)strbuf_addc(out, '\n');
	}
	if (r->info.running != GUARD_UNSEEN)
		add_next_boot(out, r);
}

void guard_render_json(struct strbuf *out, const struct guard_report *r)
{
	static const char *const names[_GUARD_COUNT_MAX] = {"allowed", "denied", "limited", "lost"};
	struct json_object *o = json_object_new_object(), *counts, *cgroups, *boot;
	const struct guard_state *s = &r->info.state;
	bool runs = r->info.running == GUARD_ENFORCING;

	jx_add_str(o, "schema", "ptscope.guard/1");
	jx_add_int(o, "exit", r->exit_code);
	jx_add_str(o, "running", guard_running_word(r->info.running));
	jx_add_level(o, "level", runs ? (int)s->level : -1);
	jx_add_str(o, "behaves_like", r->probed ? probe_behaves_word(&r->verdict) : NULL);
	jx_add_bool(o, "restrict_read", runs && s->restrict_read);
	jx_add_bool(o, "tell_allowed", runs && s->tell_allowed);
	jx_add_bool(o, "declarations_succeed", runs && s->fake_success);
	counts = jx_add_object(o, "counts");
	for (int i = 0; i < _GUARD_COUNT_MAX; i++)
		jx_add_int(counts, names[i], (int64_t)r->info.counts[i]);
	cgroups = jx_add_array(o, "cgroups");
	for (size_t i = 0; i < r->settings.n_cgroups; i++) {
		struct json_object *c = json_object_new_object();

		jx_add_text(c, "path", r->settings.cgroups[i].path);
		jx_add_int(c, "level", r->settings.cgroups[i].level);
		json_object_array_add(cgroups, c);
	}
	boot = jx_add_object(o, "next_boot");
	jx_add_bool(boot, "enabled", r->unit_enabled);
	jx_add_level(boot, "level", r->unit_enabled ? r->settings.level : -1);
	(void)jx_finish(o, out);
}
