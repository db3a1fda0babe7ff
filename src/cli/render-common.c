/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Escaping and wrapping are done on bytes; widths count code points, which is what a terminal shows
 * for the characters that text_path() lets through, wide ones excepted. */
#include "render-common.h"

#include "jsonx.h"

#include <stdio.h>

/* Bytes of a line of a file that text shows; JSON has all of them. */
#define LINE_SHOWN 200

void text_path(struct strbuf *b, const char *path)
{
	bool quote = strchr(path, ' ') || !*path;

	if (quote)
		(void)strbuf_addc(b, '"');
	(void)strbuf_add_escaped(b, path, strlen(path));
	if (quote)
		(void)strbuf_addc(b, '"');
}

void text_place(struct strbuf *b, const char *path, unsigned line)
{
	text_path(b, path);
	if (line > 0)
		(void)strbuf_addf(b, ":%u", line);
}

void text_bytes(struct strbuf *b, const char *bytes, size_t n)
{
	bool cut = n > LINE_SHOWN;

	if (cut) {
		n = LINE_SHOWN;
		/* Not inside a character: the half of it would show as escaped bytes. */
		while (n > LINE_SHOWN - 4 && ((unsigned char)bytes[n] & 0xc0) == 0x80)
			n--;
	}
	(void)strbuf_add_escaped(b, bytes, n);
	if (cut)
		(void)strbuf_adds(b, " [...]");
}

void text_pad(struct strbuf *b, size_t n)
{
	while (n-- > 0)
		(void)strbuf_addc(b, ' ');
}

size_t text_columns(const char *s, size_t n)
{
	size_t columns = 0;

	for (size_t i = 0; i < n; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			columns++;
	}
	return columns;
}

/* Length of the next word: up to a blank or line feed; a quoted name stays one word. */
static size_t word_length(const char *s)
{
	size_t n = strcspn(s, " \n");

	if (*s == '"') {
		const char *end = strchr(s + 1, '"');

		if (end && (size_t)(end - s) < strcspn(s, "\n"))
			n = (size_t)(end - s) + strcspn(end, " \n");
	}
	return n;
}

size_t text_wrap(struct strbuf *b, const struct layout *layout, size_t column, size_t indent,
		 const char *s)
{
	bool first = true; /* no word on this line yet */

	for (;;) {
		size_t n, columns;

		if (*s == '\n') {
			(void)strbuf_addc(b, '\n');
			text_pad(b, indent);
			column = indent;
			first = true;
			s++;
			continue;
		}
		while (*s == ' ')
			s++;
		if (!*s)
			return column;
		if (*s == '\n')
			continue;
		n = word_length(s);
		columns = text_columns(s, n);
		if (!first && column + 1 + columns > layout->width) {
			(void)strbuf_addc(b, '\n');
			text_pad(b, indent);
			column = indent;
		} else if (!first) {
			(void)strbuf_addc(b, ' ');
			column++;
		}
		(void)strbuf_add(b, s, n);
		column += columns;
		s += n;
		first = false;
	}
}

char *key_dotted(const char *key)
{
	char *s = strdup(key);

	if (!s)
		return NULL;
	for (char *p = s; *p; p++)
		*p = *p == '/' ? '.' : *p == '.' ? '/' : *p;
	return s;
}

void text_key(struct strbuf *b, const char *key)
{
	_cleanup_free_ char *dotted = key_dotted(key);

	if (!dotted) {
		b->failed = true;
		return;
	}
	text_path(b, dotted);
}

void text_level(struct strbuf *b, int level)
{
	const char *name = level_name(level);

	(void)strbuf_addf(b, "%d%s%s", level, name ? " " : "", name ? name : "");
}

void text_loader(struct strbuf *b, const struct loader_instance *li)
{
	/* A script or service runs another program's sysctl, and the version is that one's. */
	bool borrowed = li->id == LOADER_UFW || li->id == LOADER_VOID;

	(void)strbuf_adds(b, loader_name(li->id));
	if (li->version) {
		(void)strbuf_adds(b, borrowed ? " (sysctl " : " ");
		(void)strbuf_add_escaped(b, li->version, strlen(li->version));
		(void)strbuf_adds(b, borrowed ? ")" : "");
	}
}

void text_boot_value(struct strbuf *b, const struct resolve_boot *boot)
{
	if (boot->level == LEVEL_NONE) {
		text_bytes(b, boot->value ? boot->value : "", boot->value_len);
		return;
	}
	text_level(b, boot->level);
	if (boot->value && !(boot->value_len == 1 && boot->value[0] == '0' + boot->level)) {
		(void)strbuf_adds(b, " (written ");
		text_bytes(b, boot->value, boot->value_len);
		(void)strbuf_addc(b, ')');
	}
}

const char *errno_word(int err, char *buf, size_t n)
{
	static const struct {
		int err;
		const char *word;
	} words[] = {
		{EINVAL, "EINVAL"}, {EACCES, "EACCES"}, {EPERM, "EPERM"},   {ENOENT, "ENOENT"},
		{EIO, "EIO"},	    {EROFS, "EROFS"},	{ESRCH, "ESRCH"},   {ENOSYS, "ENOSYS"},
		{ENOSPC, "ENOSPC"}, {EUSERS, "EUSERS"}, {ENOMEM, "ENOMEM"}, {EAGAIN, "EAGAIN"},
		{EBUSY, "EBUSY"},   {ECHILD, "ECHILD"},
	};

	for (size_t i = 0; i < ELEMENTSOF(words); i++) {
		if (words[i].err == err)
			return words[i].word;
	}
	(void)snprintf(buf, n, "E%d", err);
	return buf;
}

bool key_is_ptrace_scope(const char *key)
{
	return streq(key, PTRACE_SCOPE_KEY);
}

int key_from_argument(const char *arg, char **ret)
{
	_cleanup_free_ char *key = NULL;
	size_t first, n = 0;
	bool swap;

	if (startswith(arg, "/proc/sys/"))
		arg += strlen("/proc/sys/");
	key = malloc(strlen(arg) + 1);
	if (!key)
		return -ENOMEM;
	first = strcspn(arg, "./");
	swap = arg[first] == '.';
	for (const char *p = arg; *p; p++) {
		char c = *p;

		if (swap)
			c = c == '.' ? '/' : c == '/' ? '.' : c;
		if (c == '/' && (n == 0 || key[n - 1] == '/'))
			continue;
		key[n++] = c;
	}
	while (n > 0 && key[n - 1] == '/')
		n--;
	key[n] = '\0';
	if (n == 0)
		return -EINVAL;
	for (const char *p = key; p; p = strchr(p, '/')) {
		size_t step;

		p += *p == '/';
		step = strcspn(p, "/");
		if ((step == 2 && p[0] == '.' && p[1] == '.') || (step == 1 && p[0] == '.'))
			return -EINVAL;
	}
	*ret = TAKE_PTR(key);
	return 0;
}

struct json_object *json_add_boot(struct json_object *o, const struct resolve *r,
				  const struct resolve_boot *boot)
{
	struct json_object *b = jx_add_object(o, "boot");
	struct json_object *by;

	jx_add_str(b, "state", resolve_state_word(boot->state));
	jx_add_bytes(b, "value", boot->value, boot->value_len);
	jx_add_level(b, "level", boot->level);
	if (!boot->has_source) {
		(void)jx_add(b, "set_by", NULL);
		return b;
	}
	by = jx_add_object(b, "set_by");
	jx_add_str(by, "loader", resolve_source_loader(r, &boot->source));
	jx_add_text(by, "path", boot->source.path);
	jx_add_int(by, "line", boot->source.line);
	return b;
}
