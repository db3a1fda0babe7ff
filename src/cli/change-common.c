/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "change-common.h"

#include "fd.h"

#include <stdio.h>
#include <unistd.h>

#define SITE_DIR "/etc/ptscope"

void target_done(struct target *t)
{
	evidence_done(&t->evidence);
	gather_done(&t->gather);
	policy_done(&t->policy);
	journal_list_done(&t->list);
	if (t->has_journal)
		journal_close(&t->journal);
	t->has_journal = false;
}

static int open_journal(struct target *t, bool write, struct error *e)
{
	const char *base = invocation_value(t->in, "journal");
	struct error ignored = {0};
	int r = journal_open(base ? base : JOURNAL_DIR, t->gather.tree, write, &t->journal,
			     write ? e : &ignored);

	if (r == 0) {
		t->has_journal = true;
		r = journal_read_all(&t->journal, &t->list, write ? e : &ignored);
	}
	error_done(&ignored);
	return write ? r : 0;
}

int target_open(const struct invocation *in, bool write, struct target *t, struct error *e)
{
	const char *policy = in->command == &cmd_fix ? invocation_value(in, "policy") : NULL;
	int r;

	*t = (struct target){.in = in, .journal = {.dir = -EBADF}};
	r = policy_find(policy, in->options.no_config ? NULL : SITE_DIR, &t->policy, e);
	if (r == 0)
		r = gather_open(in->options.root, in->options.live, &t->gather, e);
	if (r == 0 && t->gather.record)
		r = error_set(e, EINVAL, in->options.root, 0,
			      "is a record, which cannot be changed");
	if (r == 0 && in->options.only == ONLY_NOW && !t->gather.subject.live)
		r = error_set(e, EINVAL, in->options.root, 0, "no kernel runs from this directory");
	if (r == 0) {
		r = identity_of(t->gather.tree, &t->identity);
		if (r < 0)
			return error_set(e, -r, in->options.root, 0, "cannot look at the root");
	}
	return r == 0 ? open_journal(t, write, e) : r;
}

int target_gather(struct target *t, struct error *e)
{
	const enum only only = t->in->options.only;
	int r = identity_enter(&t->identity);

	if (r < 0)
		return error_set(e, -r, NULL, 0, "cannot take the rights of the tree's owner");
	evidence_done(&t->evidence);
	free(t->gather.pid1_comm);
	free(t->gather.proc_cmdline);
	t->gather.pid1_comm = t->gather.proc_cmdline = NULL;
	r = gather_evidence(&t->gather, only != ONLY_BOOT, only != ONLY_NOW, &t->evidence, e);
	identity_leave(&t->identity);
	return r;
}

struct runner target_runner(const struct target *t, const char *id)
{
	return (struct runner){
		.journal = &t->journal,
		.applier = {.tree = t->gather.tree, .proc_tree = t->gather.proc_tree, .id = id},
		.identity = t->identity,
	};
}

int target_audit(struct target *t, struct audit **ret, struct error *e)
{
	int r = target_gather(t, e);

	if (r < 0)
		return r;
	r = audit_run(t->gather.tree, &t->evidence, &t->policy, ret);
	return r < 0 ? error_set(e, -r, NULL, 0, "out of memory") : 0;
}

char *target_user(void)
{
	/* Only for the record: nothing is decided by it. */
	const char *sudo = geteuid() == 0 ? getenv("SUDO_USER") : NULL;
	_cleanup_free_ char *name = NULL;
	_cleanup_strbuf_ struct strbuf b = {0};

	if (gather_user_name(geteuid(), &name) < 0)
		return NULL;
	if (name)
		(void)strbuf_adds(&b, name);
	else
		(void)strbuf_addf(&b, "uid %u", (unsigned)geteuid());
	if (sudo && *sudo && strlen(sudo) < 64)
		(void)strbuf_addf(&b, " (%s)", sudo);
	return strbuf_take(&b);
}

bool can_ask(const struct invocation *in)
{
	return in->options.format == FORMAT_TEXT && !in->options.quiet && isatty(STDIN_FILENO) &&
	       isatty(STDERR_FILENO);
}

bool ask(const struct strbuf *text)
{
	static const char question[] = "Apply? [y/N] ";
	char answer[8];
	size_t n = 0;
	char c;

	if (fd_write_all(STDERR_FILENO, text->bytes ? text->bytes : "", text->len) < 0 ||
	    fd_write_all(STDERR_FILENO, question, strlen(question)) < 0)
		return false;
	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n') {
		if (n < sizeof(answer) - 1)
			answer[n++] = c;
	}
	answer[n] = '\0';
	return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}

void add_headline(const struct target *t, const struct audit *a, struct strbuf *out)
{
	const struct layout layout = {.width = t->in->width, .color = t->in->color};
	_cleanup_free_ char *name = NULL;
	struct audit_report report = {
		.in = t->in,
		.gather = &t->gather,
		.evidence = &t->evidence,
		.policy = &t->policy,
		.audit = a,
	};

	if (gather_host_name(&t->gather, &name) < 0)
		out->failed = true;
	report.name =
		t->gather.subject.kind == SUBJECT_ROOT || !name ? t->gather.subject.path : name;
	render_audit_headline(out, &layout, &report);
}

void add_undo_command(const struct target *t, const char *id, struct strbuf *out)
{
	const struct subject *s = &t->gather.subject;
	const char *journal = invocation_value(t->in, "journal");

	(void)strbuf_addf(out, "%sptscope rollback",
			  t->evidence.privileged || journal ? "" : "sudo ");
	if (s->kind == SUBJECT_ROOT || s->live_elsewhere) {
		(void)strbuf_adds(out, " --root ");
		(void)strbuf_add_quoted(out, s->path);
	}
	if (s->live_elsewhere)
		(void)strbuf_adds(out, " --live");
	if (journal) {
		(void)strbuf_adds(out, " --journal ");
		(void)strbuf_add_quoted(out, journal);
	}
	(void)strbuf_addf(out, " %s", id);
}

void add_comment(struct strbuf *out, unsigned width, const char *text)
{
	size_t column = 1;

	(void)strbuf_addc(out, '#');
	while (*text) {
		size_t n = strcspn(text, " ");

		if (column > 3 && column + 1 + n > width) {
			(void)strbuf_adds(out, "\n#  ");
			column = 3;
		}
		(void)strbuf_addc(out, ' ');
		(void)strbuf_add(out, text, n);
		column += 1 + n;
		text += n;
		text += strspn(text, " ");
	}
	(void)strbuf_addc(out, '\n');
}

void add_would(struct strbuf *b, const struct audit *a)
{
	if (a->verdict == VERDICT_PASS)
		(void)strbuf_adds(b, "would pass");
	else
		(void)strbuf_addf(b, "would %s: %s",
				  a->verdict == VERDICT_FAIL ? "fail" : "not be sure",
				  summary_sentence(a->summary));
}
