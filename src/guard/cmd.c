/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ptscope-guard: what "ptscope guard" does. Options are laid over the settings on disk, the kernel
 * is changed, and only what the kernel took is written down.
 */
#include "cmd.h"

#include "cgroup.h"
#include "fd.h"
#include "guard-command.h"

/* Options that a verb takes, as bits of their place in guard_options. */
enum {
	LEVEL = 1 << 0,
	CGROUP = 1 << 1,
	CLEAR = 1 << 2,
	READ = 1 << 3,
	ALLOWED = 1 << 4,
	FOLLOW = 1 << 5,
};

static int yes_no(const struct invocation *in, const char *name, bool *slot, struct error *e)
{
	const char *word = invocation_value(in, name);

	if (!word)
		return 0;
	if (!streq(word, "yes") && !streq(word, "no"))
		return error_set(e, EINVAL, NULL, 0, "--%s takes yes or no, not \"%s\"", name,
				 word);
	*slot = streq(word, "yes");
	return 0;
}

static int level_from(const struct invocation *in, int *ret, struct error *e)
{
	const char *word = invocation_value(in, "level");

	if (!word)
		return 0;
	if (word[0] < '0' || word[0] > '3' || word[1])
		return error_set(e, EINVAL, NULL, 0, "--level takes 0 to 3, not \"%s\"", word);
	*ret = word[0] - '0';
	return 0;
}

static int cgroup_from(const struct invocation *in, struct guard_settings *s, struct error *e)
{
	const char *path = invocation_value(in, "cgroup");
	bool clear = invocation_value(in, "clear");
	uint64_t id;
	uint32_t writer;
	int level = -1, r = level_from(in, &level, e);

	if (r < 0)
		return r;
	if (clear == (level >= 0))
		return error_set(e, EINVAL, NULL, 0,
				 "--cgroup goes with either --level or --clear");
	if (!clear) {
		r = guard_cgroup_find(path, &id, &writer, e);
		if (r < 0)
			return r;
	}
	r = guard_settings_cgroup(s, path, level);
	if (r == -ENOENT)
		return error_set(e, ENOENT, path, 0, "this cgroup has no level of its own");
	return r < 0 ? error_set(e, ENOMEM, NULL, 0, "out of memory") : 0;
}

/* Lays the options over the settings. */
static int settings_from(const struct invocation *in, struct guard_settings *s, struct error *e)
{
	int r = yes_no(in, "restrict-read", &s->restrict_read, e);

	if (r == 0)
		r = yes_no(in, "tell-allowed", &s->tell_allowed, e);
	if (r < 0)
		return r;
	if (invocation_value(in, "cgroup"))
		return cgroup_from(in, s, e);
	if (invocation_value(in, "clear"))
		return error_set(e, EINVAL, NULL, 0, "--clear goes with --cgroup");
	return level_from(in, &s->level, e);
}

typedef int (*change_fn)(const struct guard_settings *settings, struct error *e);

/* start and set. */
static int change(const struct invocation *in, change_fn fn, struct error *e)
{
	_cleanup_(guard_settings_done) struct guard_settings s = {0};
	_cleanup_(guard_report_done) struct guard_report report = {0};
	const struct layout layout = {.width = in->width, .color = in->color};
	_cleanup_fd_ int lock = guard_lock(e);

	if (lock < 0 || guard_settings_load(&s, NULL, e) < 0 || settings_from(in, &s, e) < 0 ||
	    fn(&s, e) < 0 || guard_settings_store(&s, e) < 0 || guard_report_gather(&report, e) < 0)
		return EXIT_ERROR;
	if (in->options.format == FORMAT_JSON)
		guard_render_json(in->out, &report);
	else
		guard_render_text(in->out, &layout, &report);
	return report.exit_code;
}

static int start(const struct invocation *in, struct error *e)
{
	return change(in, guard_start, e);
}

static int set(const struct invocation *in, struct error *e)
{
	return change(in, guard_apply, e);
}

static int stop(const struct invocation *in, struct error *e)
{
	_cleanup_fd_ int lock = guard_lock(e);

	if (lock < 0 || guard_stop(e) < 0)
		return EXIT_ERROR;
	if (in->options.format == FORMAT_JSON)
		(void)strbuf_adds(in->out, "{\"schema\":\"ptscope.guard/1\",\"exit\":0,"
					   "\"running\":\"absent\"}\n");
	else
		(void)strbuf_adds(in->out, "Stopped: the guard denies nothing now.\n");
	return EXIT_PASS;
}

static int status(const struct invocation *in, struct error *e)
{
	_cleanup_(guard_report_done) struct guard_report report = {0};
	const struct layout layout = {.width = in->width, .color = in->color};

	if (guard_report_gather(&report, e) < 0)
		return EXIT_ERROR;
	if (in->options.format == FORMAT_JSON)
		guard_render_json(in->out, &report);
	else
		guard_render_text(in->out, &layout, &report);
	return report.exit_code;
}

static const struct verb {
	const char *name;
	unsigned options;
	int (*run)(const struct invocation *in, struct error *e);
} verbs[] = {
	{"check", 0, guard_check},
	{"start", LEVEL | READ | ALLOWED, start},
	{"stop", 0, stop},
	{"status", 0, status},
	{"set", LEVEL | CGROUP | CLEAR | READ | ALLOWED, set},
	{"events", FOLLOW, guard_events},
};

static int run(const struct invocation *in, struct error *e)
{
	if (in->n_args != 1) {
		(void)error_set(e, EINVAL, NULL, 0,
				"guard takes one word: check, start, stop, "
				"status, set or events");
		return EXIT_ERROR;
	}
	for (size_t i = 0; i < ELEMENTSOF(verbs); i++) {
		if (!streq(verbs[i].name, in->args[0]))
			continue;
		for (size_t k = 0; guard_options[k].name; k++) {
			if (!in->values[k] || (verbs[i].options & (1U << k)))
				continue;
			(void)error_set(e, EINVAL, NULL, 0, "guard %s cannot honour --%s",
					in->args[0], guard_options[k].name);
			return EXIT_ERROR;
		}
		return verbs[i].run(in, e);
	}
	(void)error_set(e, EINVAL, NULL, 0, "guard: no \"%s\"", in->args[0]);
	error_hint(e, "it is one of check, start, stop, status, set, events");
	return EXIT_ERROR;
}

static const struct command guard = {GUARD_COMMAND, .run = run};

const struct command *const commands[] = {&guard, NULL};
