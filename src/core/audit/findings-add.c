/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Building findings: plain appends that remember a lack of memory in the judge. */
#include "audit-impl.h"

#include "package.h"

#include <stdarg.h>
#include <stdio.h>

/* Formats; NULL and j->failed when out of memory. */
static char *say(struct judge *j, const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0) {
		j->failed = true;
		return NULL;
	}
	return s;
}

/* One more element at the end of an array that is grown one by one: there are few. */
static void *append(struct judge *j, void *array, size_t n, size_t size)
{
	void **p = array, *q;

	q = realloc(*p, (n + 1) * size);
	if (!q) {
		j->failed = true;
		return NULL;
	}
	*p = q;
	return (char *)q + n * size;
}

struct finding *add_finding(struct judge *j, enum finding_id id, enum severity severity,
			    const char *fmt, ...)
{
	struct audit *a = j->audit;
	struct finding *f;
	char *message;
	va_list ap;

	va_start(ap, fmt);
	message = say(j, fmt, ap);
	va_end(ap);
	if (!message)
		return NULL;
	if (array_reserve(&a->findings, a->n_findings, &j->cap_findings, sizeof(*f)) < 0) {
		free(message);
		j->failed = true;
		return NULL;
	}
	f = &a->findings[a->n_findings++];
	*f = (struct finding){.id = id, .severity = severity, .message = message};
	return f;
}

/* Appends a piece to an owned string, with a separator. */
static void extend(struct judge *j, char **slot, const char *separator, const char *piece)
{
	char *s;

	if (!piece)
		return;
	if (asprintf(&s, "%s%s%s", *slot ? *slot : "", *slot ? separator : "", piece) < 0) {
		j->failed = true;
		return;
	}
	free(*slot);
	*slot = s;
}

void add_detail(struct judge *j, struct finding *f, const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	va_list ap;

	if (!f)
		return;
	va_start(ap, fmt);
	s = say(j, fmt, ap);
	va_end(ap);
	extend(j, &f->detail, " ", s);
}

void add_remedy(struct judge *j, struct finding *f, const char *lead, const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	va_list ap;

	if (!f)
		return;
	va_start(ap, fmt);
	s = say(j, fmt, ap);
	va_end(ap);
	if (!f->remedy)
		f->remedy_lead = lead;
	extend(j, &f->remedy, "\n", s);
}

void add_because(struct judge *j, struct finding *f, const char *fmt, ...)
{
	_cleanup_free_ char *s = NULL;
	va_list ap;
	char **slot;

	if (!f || f->n_because >= SHOWN_MAX)
		return;
	va_start(ap, fmt);
	s = say(j, fmt, ap);
	va_end(ap);
	if (!s)
		return;
	slot = append(j, &f->because, f->n_because, sizeof(*slot));
	if (!slot)
		return;
	*slot = TAKE_PTR(s);
	f->n_because++;
}

/* "acme-debug-tools 1.4-2", or NULL. Administrators' files are worth a word only as conffiles. */
static char *owner_of(struct judge *j, const char *path)
{
	struct package_owner o = {0};
	char *s = NULL;
	int r = package_owner_of(j->tree, path, &o);

	if (r == -ENOMEM)
		j->failed = true;
	if (r < 0)
		return NULL;
	if (o.conffile || path_is_vendor(path)) {
		if (asprintf(&s, "%s%s%s", o.name, o.version ? " " : "",
			     o.version ? o.version : "") < 0) {
			s = NULL;
			j->failed = true;
		}
	}
	package_owner_done(&o);
	return s;
}

static bool worth_an_owner(const struct finding *f, const char *path)
{
	return path_is_vendor(path) || (f->severity == SEVERITY_FAIL && startswith(path, "/etc/"));
}

static void add_evidence_n(struct judge *j, struct finding *f, const char *path, unsigned line,
			   const char *text, size_t n)
{
	struct finding_evidence *e;

	if (!f || f->n_evidence >= SHOWN_MAX)
		return;
	e = append(j, &f->evidence, f->n_evidence, sizeof(*e));
	if (!e)
		return;
	*e = (struct finding_evidence){
		.path = strdup(path),
		.line = line,
		.text = text ? strndup(text, n) : NULL,
	};
	f->n_evidence++;
	if (!e->path || (text && !e->text)) {
		j->failed = true;
		return;
	}
	if (worth_an_owner(f, path))
		e->package = owner_of(j, path);
}

void add_evidence(struct judge *j, struct finding *f, const char *path, unsigned line,
		  const char *text)
{
	add_evidence_n(j, f, path, line, text, text ? strlen(text) : 0);
}

void add_cmdline(struct judge *j, struct finding *f, const struct boot_cmdline *c)
{
	_cleanup_free_ char *shown = NULL;

	if (cmdline_mask(c->text, &shown) < 0)
		j->failed = true;
	else
		add_evidence(j, f, c->path, c->line, shown);
}

void add_said(struct judge *j, struct finding *f, const struct said *s)
{
	add_evidence_n(j, f, s->file->path, s->entry->line, s->entry->text, s->entry->text_len);
}

void add_source(struct judge *j, struct finding *f, const struct fact_source *s)
{
	if (s->path)
		add_evidence(j, f, s->path, s->line, s->text);
}

const char *sudo(const struct judge *j)
{
	return j->ev->privileged ? "" : "sudo ";
}

char *host_path(const struct judge *j, const char *path)
{
	const struct subject *s = &j->ev->subject;
	_cleanup_strbuf_ struct strbuf raw = {0}, quoted = {0};

	if (s->kind == SUBJECT_ROOT || s->live_elsewhere) {
		size_t n = strlen(s->path);

		while (n > 0 && s->path[n - 1] == '/')
			n--;
		(void)strbuf_add(&raw, s->path, n);
	}
	if (strbuf_adds(&raw, path) < 0 || strbuf_add_quoted(&quoted, raw.bytes) < 0)
		return NULL;
	return strbuf_take(&quoted);
}

void mark_fixable(const struct judge *j, struct finding *f)
{
	if (f && !in_container(j->ev))
		f->fixable = true;
}

/* Fails first, then unknown, warn, info; within one, as they were added. */
void sort_findings(struct audit *a)
{
	for (size_t i = 1; i < a->n_findings; i++) {
		struct finding f = a->findings[i];
		size_t k = i;

		for (; k > 0 && a->findings[k - 1].severity > f.severity; k--)
			a->findings[k] = a->findings[k - 1];
		a->findings[k] = f;
	}
}

static void finding_done(struct finding *f)
{
	free(f->message);
	free(f->detail);
	free(f->remedy);
	for (size_t i = 0; i < f->n_because; i++)
		free(f->because[i]);
	free(f->because);
	for (size_t i = 0; i < f->n_evidence; i++) {
		free(f->evidence[i].path);
		free(f->evidence[i].text);
		free(f->evidence[i].package);
	}
	free(f->evidence);
}

struct audit *audit_free(struct audit *a)
{
	if (!a)
		return NULL;
	for (size_t i = 0; i < a->n_findings; i++)
		finding_done(&a->findings[i]);
	free(a->findings);
	free(a);
	return NULL;
}
