/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plan as a person reads it, and as patch(1) does: what is no patch stands in lines that begin
 * with "#". What others put into files is shown as it is, or nothing could apply it; where a
 * terminal reads it, and could be driven by it, it is escaped.
 */
#include "change-common.h"
#include "options.h"

#include <stdio.h>

#define ATTACHED_SHOWN 8

static bool drives_terminals(const struct strbuf *b)
{
	for (size_t i = 0; i < b->len; i++) {
		unsigned char c = (unsigned char)b->bytes[i];

		if ((c < ' ' && c != '\n' && c != '\t') || c >= 0x7f)
			return true;
	}
	return false;
}

static void add_patch(struct strbuf *out, const struct change *c, bool escape)
{
	_cleanup_strbuf_ struct strbuf diff = {0};

	if (change_diff(c, &diff) < 0) {
		out->failed = true;
		return;
	}
	if (!escape || !drives_terminals(&diff)) {
		(void)strbuf_add(out, diff.bytes, diff.len);
		return;
	}
	(void)strbuf_adds(out,
			  "# (escaped for the terminal: not a patch; redirect it to get one)\n");
	for (size_t at = 0; at < diff.len;) {
		const char *nl = memchr(diff.bytes + at, '\n', diff.len - at);
		size_t n = nl ? (size_t)(nl - diff.bytes) - at : diff.len - at;

		(void)strbuf_add_escaped(out, diff.bytes + at, n);
		(void)strbuf_addc(out, '\n');
		at += n + 1;
	}
}

static void comment(struct strbuf *out, unsigned width, struct strbuf *b)
{
	_cleanup_strbuf_ struct strbuf safe = {0};

	(void)strbuf_add_escaped(&safe, b->bytes ? b->bytes : "", b->len);
	add_comment(out, width, safe.bytes ? safe.bytes : "");
	out->failed |= b->failed | safe.failed;
	strbuf_clear(b);
}

static void add_change(const struct target *t, const struct change *c, size_t number, bool escape,
		       struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf b = {0};

	if (c->kind == CHANGE_SYSCTL) {
		(void)strbuf_addf(&b, "%zu. the running kernel: kernel.yama.ptrace_scope %s -> %s",
				  number, c->before.bytes, c->after.bytes);
		comment(out, t->in->width, &b);
		return;
	}
	(void)strbuf_addf(&b, "%zu. %s", number, c->why);
	comment(out, t->in->width, &b);
	if (c->note) {
		(void)strbuf_adds(&b, c->note);
		comment(out, t->in->width, &b);
	}
	add_patch(out, c, escape);
}

/* "After this: audit would pass (checked for systemd-sysctl; ufw is not enabled)." */
static void add_after(const struct target *t, const struct plan *p, struct strbuf *out)
{
	const struct resolve *r = p->after_evidence.resolve;
	_cleanup_strbuf_ struct strbuf b = {0};
	const char *sep = " (checked for ";

	(void)strbuf_adds(&b, "After this: audit ");
	add_would(&b, p->after);
	for (size_t i = 0; r && i < r->n_boot_loaders; i++) {
		if (r->boot_loaders[i].step->loader.id == LOADER_CMDLINE)
			continue;
		(void)strbuf_addf(&b, "%s%s", sep, loader_name(r->boot_loaders[i].step->loader.id));
		sep = ", ";
	}
	(void)strbuf_adds(&b, *sep == ',' ? ")." : ".");
	comment(out, t->in->width, &b);
	if (p->locked) {
		(void)strbuf_adds(&b, "The running kernel is locked at 3 until the next boot.");
		comment(out, t->in->width, &b);
	}
	if (!p->after->effective && t->evidence.runtime.state == RUNTIME_ABSENT) {
		(void)strbuf_adds(&b, "It is inert on this kernel, which has no Yama.");
		comment(out, t->in->width, &b);
	}
}

static const char *users_notice(int level)
{
	static const char *const words[] = {
		"Changes for users: each may attach to all of their own processes",
		"Changes for users: attaching by pid (gdb -p, strace -p) needs root from now on",
		"Changes for users: only root may attach, also to a program that it started",
		"Changes for users: nobody may attach to anything, not even root, until a reboot",
	};

	return words[level];
}

/* The programs that people will miss, where they are installed. */
static void add_users(const struct target *t, const struct plan *p, struct strbuf *out)
{
	static const char *const programs[] = {"gdb",  "strace", "ltrace", "gcore",
					       "lldb", "rr",	 "delve",  "perf"};
	_cleanup_strbuf_ struct strbuf b = {0};
	const char *sep = "; found here: ";

	(void)strbuf_adds(&b, users_notice(p->level));
	for (size_t i = 0; i < ELEMENTSOF(programs) && p->level > 0; i++) {
		char path[64];
		struct tree_stat st;

		(void)snprintf(path, sizeof(path), "/usr/bin/%s", programs[i]);
		if (tree_stat(t->gather.tree, path, &st, NULL) < 0)
			continue;
		(void)strbuf_addf(&b, "%s%s", sep, programs[i]);
		sep = ", ";
	}
	(void)strbuf_addc(&b, '.');
	if (command_find(commands, "impact"))
		(void)strbuf_adds(&b, " Details: ptscope impact");
	comment(out, t->in->width, &b);
}

static void add_attached(const struct target *t, struct strbuf *out)
{
	struct attached found[ATTACHED_SHOWN];
	int n = t->gather.proc_tree ? attached_find(t->gather.proc_tree, found, ATTACHED_SHOWN) : 0;

	for (int i = 0; i < n; i++) {
		_cleanup_strbuf_ struct strbuf b = {0};

		(void)strbuf_addf(&b, "Already attached and left so: %s (pid %d) on %s (pid %d)",
				  found[i].tracer_name, found[i].tracer, found[i].tracee_name,
				  found[i].tracee);
		comment(out, t->in->width, &b);
	}
	out->failed |= n < 0;
}

static const struct change *runtime_change(const struct plan *p)
{
	return p->n > 0 && p->changes[p->n - 1].kind == CHANGE_SYSCTL ? &p->changes[p->n - 1]
								      : NULL;
}

void render_plan_text(const struct target *t, const struct plan *p, const char *id, bool escape,
		      struct strbuf *out)
{
	const struct change *kernel = runtime_change(p);
	const char *name = level_name(p->level);
	_cleanup_strbuf_ struct strbuf b = {0};

	(void)strbuf_addf(&b, "ptscope fix, level %d (%s), policy %s. Nothing has been changed.",
			  p->level, name ? name : "", t->policy.name);
	comment(out, t->in->width, &b);
	for (size_t i = 0; i < p->n; i++)
		add_change(t, &p->changes[i], i + 1, escape, out);
	add_after(t, p, out);
	if (kernel)
		add_users(t, p, out);
	(void)strbuf_adds(&b, "Undo: ");
	add_undo_command(t, id, &b);
	if (kernel)
		(void)strbuf_addf(&b, ", which also sets the kernel back to %s",
				  kernel->before.bytes);
	comment(out, t->in->width, &b);
	if (kernel)
		add_attached(t, out);
}
