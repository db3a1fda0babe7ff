/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What -v adds to the screen of audit: when and by whom, the kernel, and what every loader did. */
#include "render-audit.h"

#include <time.h>
#include <unistd.h>

#define INDENT 2
#define COLUMN 11

static void line(struct strbuf *out, const struct layout *layout, const char *label,
		 struct strbuf *b)
{
	(void)strbuf_addf(out, "  %-9s", label);
	(void)text_wrap(out, layout, COLUMN, COLUMN, b->bytes ? b->bytes : "");
	(void)strbuf_addc(out, '\n');
	out->failed |= b->failed;
	strbuf_done(b);
}

static void add_user(struct strbuf *b, uid_t uid)
{
	_cleanup_free_ char *name = NULL;

	if (gather_user_name(uid, &name) < 0)
		b->failed = true;
	if (name) {
		(void)strbuf_add_escaped(b, name, strlen(name));
		(void)strbuf_addf(b, " (uid %u)", uid);
	} else {
		(void)strbuf_addf(b, "uid %u", uid);
	}
}

static void print_checked(struct strbuf *out, const struct layout *layout,
			  const struct audit_report *r)
{
	struct strbuf b = {0};
	time_t now = (time_t)r->now;
	struct tm tm;
	char buf[40];

	if (gmtime_r(&now, &tm) && strftime(buf, sizeof(buf), "%Y-%m-%d %H:%M:%SZ", &tm) > 0)
		(void)strbuf_addf(&b, "%s ", buf);
	(void)strbuf_adds(&b, "by ");
	add_user(&b, getuid());
	(void)strbuf_adds(&b, ", ptscope " VERSION ", policy ");
	text_path(&b, r->policy->name);
	(void)strbuf_adds(&b, " (");
	(void)strbuf_add_escaped(&b, r->policy->source, strlen(r->policy->source));
	(void)strbuf_addf(&b, ", sha256 %s)", r->policy->sha256);
	if (r->waivers->source) {
		(void)strbuf_adds(&b, ", waivers ");
		text_path(&b, r->waivers->source);
		(void)strbuf_addf(&b, " (sha256 %s)", r->waivers->sha256);
	}
	line(out, layout, "Checked", &b);
}

static void add_uptime(struct strbuf *b, uint64_t s)
{
	uint64_t days = s / 86400, hours = s / 3600 % 24, minutes = s / 60 % 60;

	if (days)
		(void)strbuf_addf(b, ", up %llu d %llu h", (unsigned long long)days,
				  (unsigned long long)hours);
	else
		(void)strbuf_addf(b, ", up %llu h %llu min", (unsigned long long)hours,
				  (unsigned long long)minutes);
}

static void print_kernel(struct strbuf *out, const struct layout *layout,
			 const struct audit_report *r)
{
	const struct kernel_facts *k = &r->evidence->kernel;
	struct strbuf b = {0};

	if (!k->release)
		return;
	text_path(&b, k->release);
	if (k->yama_running == FACT_YES)
		(void)strbuf_adds(&b, ", Yama in the running LSM list");
	else if (k->yama_running == FACT_NO)
		(void)strbuf_adds(&b, ", Yama not in the running LSM list");
	else
		(void)strbuf_adds(&b, ", the running LSM list is not visible");
	if (k->uptime_s)
		add_uptime(&b, k->uptime_s);
	line(out, layout, "Kernel", &b);
}

static void loader_words(struct strbuf *b, const struct resolve_loader *l, const char *key)
{
	const struct loader_script *s = l->script;
	size_t read = 0, sets = 0;
	ssize_t last = -1;

	text_loader(b, &l->step->loader);
	if (!l->step->runs_at_boot) {
		(void)strbuf_adds(b, " does not run at boot (");
		(void)strbuf_add_escaped(b, l->step->why, strlen(l->step->why));
		(void)strbuf_adds(b, "): not counted");
		return;
	}
	for (size_t i = 0; i < s->n_files; i++)
		read += s->files[i].status == FILE_READ;
	/* The entries of a file stand together. */
	for (size_t i = 0; i < s->n_entries; i++) {
		if (s->entries[i].kind != ENTRY_ASSIGN || (ssize_t)s->entries[i].file == last)
			continue;
		last = (ssize_t)s->entries[i].file;
		sets += s->files[last].status == FILE_READ;
	}
	(void)strbuf_adds(b, " runs at boot (");
	(void)strbuf_add_escaped(b, l->step->why, strlen(l->step->why));
	(void)strbuf_addf(b, "): %zu %s read, %zu %s ", read, read == 1 ? "file" : "files", sets,
			  sets == 1 ? "sets" : "set");
	text_key(b, key);
}

static void print_probe(struct strbuf *out, const struct layout *layout,
			const struct audit_report *r)
{
	struct strbuf b = {0};

	if (!r->evidence->subject.live || !r->evidence->want_now)
		return;
	(void)strbuf_adds(&b, r->evidence->probe ? r->evidence->probe->sentence
						 : "not run (add --probe)");
	line(out, layout, "Probe", &b);
}

void render_audit_verbose(struct strbuf *out, const struct layout *layout,
			  const struct audit_report *r)
{
	const struct resolve *res = r->evidence->resolve;

	(void)strbuf_addc(out, '\n');
	print_checked(out, layout, r);
	print_kernel(out, layout, r);
	for (size_t i = 0; res && res->n_keys > 0 && i < res->n_loaders; i++) {
		struct strbuf b = {0};

		loader_words(&b, &res->loaders[i], res->keys[0].key);
		line(out, layout, i == 0 ? "Loaders" : "", &b);
	}
	print_probe(out, layout, r);
}
