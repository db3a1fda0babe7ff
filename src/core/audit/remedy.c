/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Commands that make the next boot pass, found by trial: each is carried out on an overlay of the
 * tree, the boot is resolved and judged again there, and the first one that passes is offered. So a
 * file name is never merely believed to come last. A change of a vendor's file is not tried.
 */
#include "audit-impl.h"

#include "limits.h"

#define CONF	"/etc/sysctl.conf"
#define DROPINS "/etc/sysctl.d"

/* A change of one file. */
struct step {
	enum { STEP_NONE, STEP_CREATE, STEP_APPEND, STEP_EDIT } kind;
	const char *path;
	unsigned line; /* of STEP_EDIT */
};

struct attempt {
	struct step steps[2];
};

static bool exists(struct tree *t, const char *path)
{
	struct tree_stat st;

	return tree_lstat(t, path, &st) == 0;
}

/* The content of a file after the step. -EINVAL: the step cannot be made. */
static int content_after(struct tree *t, const struct step *step, const char *setting,
			 struct strbuf *ret)
{
	_cleanup_free_ char *old = NULL;
	size_t len = 0, at = 0;
	int r = tree_read_file(t, step->path, LIMIT_SMALL_FILE, &old, &len);

	if (step->kind == STEP_CREATE)
		return exists(t, step->path) ? -EINVAL : strbuf_addf(ret, "%s\n", setting);
	if (r < 0 && !(r == -ENOENT && step->kind == STEP_APPEND))
		return r == -ENOMEM ? r : -EINVAL;
	if (step->kind == STEP_APPEND) {
		(void)strbuf_add(ret, old ? old : "", len);
		return strbuf_addf(ret, "%s\n", setting);
	}
	for (unsigned i = 1; i < step->line; i++) {
		const char *nl = memchr(old + at, '\n', len - at);

		if (!nl)
			return -EINVAL;
		at = (size_t)(nl - old) + 1;
	}
	(void)strbuf_add(ret, old, at);
	(void)strbuf_adds(ret, setting);
	while (at < len && old[at] != '\n')
		at++;
	return strbuf_add(ret, old + at, len - at);
}

/* Returns 1 when the boot passes after the attempt, 0 when not or when it cannot be made, -ENOMEM.
 */
static int try_attempt(struct judge *j, const struct attempt *a, const char *setting)
{
	static const char *const patterns[] = {PTRACE_SCOPE_KEY};
	_cleanup_tree_ struct tree *overlay = NULL;
	_cleanup_(resolve_free_p) struct resolve *after = NULL;
	int r = tree_new_overlay(&overlay, j->tree);

	for (size_t i = 0; i < ELEMENTSOF(a->steps) && r == 0; i++) {
		_cleanup_strbuf_ struct strbuf content = {0};

		if (a->steps[i].kind == STEP_NONE)
			continue;
		r = content_after(j->tree, &a->steps[i], setting, &content);
		if (r == 0)
			r = tree_add_file(overlay, a->steps[i].path, content.bytes, content.len);
	}
	if (r == 0)
		r = resolve_run(
			&(struct resolve_request){
				.tree = overlay,
				.env = j->ev->boot_env,
				.patterns = patterns,
				.n_patterns = ELEMENTSOF(patterns),
			},
			&after, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return boot_would_pass(after, j->policy);
}

char *host_path(const struct judge *j, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_./@:+,=-";
	const struct subject *s = &j->ev->subject;
	_cleanup_strbuf_ struct strbuf raw = {0}, quoted = {0};

	if (s->kind == SUBJECT_ROOT || s->live_elsewhere) {
		size_t n = strlen(s->path);

		while (n > 0 && s->path[n - 1] == '/')
			n--;
		(void)strbuf_add(&raw, s->path, n);
	}
	if (strbuf_adds(&raw, path) < 0)
		return NULL;
	if (strspn(raw.bytes, plain) == raw.len)
		return strbuf_take(&raw);
	(void)strbuf_addc(&quoted, '\'');
	for (const char *c = raw.bytes; *c; c++) {
		if (*c == '\'')
			(void)strbuf_adds(&quoted, "'\\''");
		else
			(void)strbuf_addc(&quoted, *c);
	}
	(void)strbuf_addc(&quoted, '\'');
	return strbuf_take(&quoted);
}

static void print_step(struct judge *j, struct finding *f, const struct step *step,
		       const char *setting)
{
	static const char lead[] = "To fix";
	_cleanup_free_ char *path = host_path(j, step->path), *dir = host_path(j, DROPINS);
	const bool append = step->kind == STEP_APPEND;

	if (!path || !dir) {
		j->failed = true;
		return;
	}
	if (step->kind == STEP_EDIT) {
		add_remedy(j, f, lead, "%ssed -i '%us/.*/%s/' %s", sudo(j), step->line, setting,
			   path);
		return;
	}
	if (step->kind == STEP_CREATE && !exists(j->tree, DROPINS))
		add_remedy(j, f, lead, "%smkdir -p %s", sudo(j), dir);
	if (j->ev->privileged)
		add_remedy(j, f, lead, "echo '%s' %s %s", setting, append ? ">>" : ">", path);
	else
		add_remedy(j, f, lead, "echo '%s' | sudo tee %s%s", setting, append ? "-a " : "",
			   path);
}

/* The winning line, where it stands in a file that the administrator owns. */
static struct step edit_of_winner(const struct judge *j)
{
	const struct resolve_boot *b = &j->key->boot;

	for (size_t i = 0; b->has_source && b->source.from_file && i < j->said.n; i++) {
		const struct said *s = &j->said.items[i];
		const char *path = s->file->real ? s->file->real : s->file->path;

		if (s->boot && s->step == b->source.loader && s->entry->line == b->source.line &&
		    streq(s->file->path, b->source.path) && !path_is_vendor(path))
			return (struct step){STEP_EDIT, path, s->entry->line};
	}
	return (struct step){0};
}

void add_boot_remedy(struct judge *j, struct finding *f)
{
	const struct step edit = edit_of_winner(j);
	const struct step early = {STEP_CREATE, DROPINS "/99-zz-ptscope.conf", 0};
	const struct step conf = {STEP_APPEND, CONF, 0};
	const struct attempt attempts[] = {
		{{early}},
		{{{STEP_CREATE, DROPINS "/zz-ptscope.conf", 0}}},
		{{{STEP_CREATE, DROPINS "/zzzz-ptscope.conf", 0}}},
		{{edit}},
		{{conf}},
		{{early, edit}},
		{{early, conf}},
	};
	_cleanup_strbuf_ struct strbuf setting = {0};

	if (!f || !j->ev->boot_env || j->ruling.boot == BOOT_CONTAINER)
		return;
	if (strbuf_addf(&setting, "kernel.yama.ptrace_scope = %d", remedy_level(j)) < 0) {
		j->failed = true;
		return;
	}
	for (size_t i = 0; i < ELEMENTSOF(attempts); i++) {
		int r = try_attempt(j, &attempts[i], setting.bytes);

		if (r < 0)
			j->failed = true;
		if (r <= 0)
			continue;
		for (size_t k = 0; k < ELEMENTSOF(attempts[i].steps); k++) {
			if (attempts[i].steps[k].kind != STEP_NONE)
				print_step(j, f, &attempts[i].steps[k], setting.bytes);
		}
		return;
	}
	if (edit.path)
		add_remedy(j, f, "By hand", "correct %s:%u, and what else the cause above names",
			   edit.path, edit.line);
}
