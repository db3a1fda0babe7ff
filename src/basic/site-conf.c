/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reader of the site's files. Who may write them decides verdicts, so owner and mode are
 * checked on the descriptor that is then read, and only a regular file is ever opened.
 */
#include "site-conf.h"

#include "fd.h"
#include "limits.h"
#include "sha256.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

void conf_sha256(const char *bytes, size_t n, char ret[65])
{
	uint8_t digest[SHA256_SIZE];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, bytes, n);
	sha256_end(&h, digest);
	sha256_hex(digest, ret);
}

const char *conf_bool(const char *value, bool *ret)
{
	static const char *const words[] = {"no", "false", "off", "0", "yes", "true", "on", "1"};

	for (size_t i = 0; i < ELEMENTSOF(words); i++) {
		if (streq(words[i], value)) {
			*ret = i >= ELEMENTSOF(words) / 2;
			return NULL;
		}
	}
	return "must be yes or no";
}

/* One line at a time. */
struct reader {
	const char *path;
	const struct conf_format *format;
	void *arg;
	unsigned line;
	bool in_section;
	unsigned lines[CONF_SETTINGS_MAX];
	struct error *e;
};

/* Takes blanks off both ends, in place. */
static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r");
	for (n = strlen(s); n > 0 && strchr(" \t\r", s[n - 1]); n--)
		s[n - 1] = '\0';
	return s;
}

static int bad(struct reader *r, const char *what, const char *text)
{
	return error_set(r->e, EINVAL, r->path, r->line, "%s \"%s\"", what, text);
}

static int end_section(struct reader *r)
{
	return r->in_section && r->format->end ? r->format->end(r->arg, r->lines, r->e) : 0;
}

static int read_section(struct reader *r, const char *s)
{
	int k;

	if (!streq(s, r->format->section)) {
		(void)bad(r, "unknown section", s);
		error_hint(r->e, "%s", r->format->hint);
		return -EINVAL;
	}
	if (r->in_section && !r->format->many)
		return 0;
	k = end_section(r);
	if (k < 0)
		return k;
	r->in_section = true;
	memset(r->lines, 0, sizeof(r->lines));
	return r->format->begin ? r->format->begin(r->arg, r->line, r->e) : 0;
}

static int unknown_setting(struct reader *r, const char *name)
{
	_cleanup_strbuf_ struct strbuf known = {0};
	const struct conf_setting *s = r->format->settings;

	(void)bad(r, "unknown setting", name);
	for (size_t i = 0; s[i].name; i++)
		(void)strbuf_addf(&known, "%s%s",
				  i == 0	  ? ""
				  : s[i + 1].name ? ", "
						  : " and ",
				  s[i].name);
	error_hint(r->e, "known are %s", known.bytes ? known.bytes : "");
	return -EINVAL;
}

static int apply_setting(struct reader *r, const char *name, const char *value)
{
	const struct conf_setting *s = r->format->settings;

	for (size_t i = 0; s[i].name; i++) {
		const char *wrong;

		if (!streq(s[i].name, name))
			continue;
		if (r->lines[i])
			return error_set(r->e, EINVAL, r->path, r->line,
					 "%s= stands twice, first in line %u", name, r->lines[i]);
		r->lines[i] = r->line;
		wrong = s[i].set(r->arg, value);
		if (wrong && !*wrong)
			return -ENOMEM;
		return wrong ? error_set(r->e, EINVAL, r->path, r->line, "%s= %s", name, wrong) : 0;
	}
	return unknown_setting(r, name);
}

static int read_line(struct reader *r, char *line)
{
	char *s = trim(line), *eq;

	if (!*s || *s == '#' || *s == ';')
		return 0;
	if (*s == '[')
		return read_section(r, s);
	eq = strchr(s, '=');
	if (!eq)
		return bad(r, "neither a section nor NAME=VALUE:", s);
	if (!r->in_section)
		return error_set(r->e, EINVAL, r->path, r->line, "a setting before %s",
				 r->format->section);
	*eq = '\0';
	return apply_setting(r, trim(s), trim(eq + 1));
}

int conf_parse(const char *path, const char *bytes, size_t n, const struct conf_format *format,
	       void *arg, struct error *e)
{
	struct reader r = {.path = path, .format = format, .arg = arg, .e = e};
	const char *end = bytes + n;

	while (bytes < end) {
		const char *nl = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t len = (size_t)((nl ? nl : end) - bytes);
		_cleanup_free_ char *line = NULL;
		int k;

		r.line++;
		if (memchr(bytes, '\0', len))
			return error_set(e, EINVAL, path, r.line, "a NUL byte; this is no text");
		line = strndup(bytes, len);
		if (!line)
			return -ENOMEM;
		k = read_line(&r, line);
		if (k < 0)
			return k;
		bytes += len + 1;
	}
	if (!r.in_section && !format->may_be_empty)
		return error_set(e, EINVAL, path, 0, "has no section %s", format->section);
	return end_section(&r);
}

static int not_regular(const char *path, struct error *e)
{
	return error_set(e, EINVAL, path, 0, "is not a regular file");
}

/* Opens a regular file without ever opening anything else for reading. Returns a descriptor. */
static int open_regular(const char *path, const char *what, struct stat *ret, struct error *e)
{
	_cleanup_fd_ int probe = open(path, O_PATH | O_CLOEXEC);
	_cleanup_fd_ int fd = -EBADF;
	struct stat seen;

	if (probe < 0 || fstat(probe, &seen) < 0)
		return error_set(e, errno, path, 0, "cannot open %s", what);
	if (!S_ISREG(seen.st_mode))
		return not_regular(path, e);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, ret) < 0)
		return error_set(e, errno, path, 0, "cannot open %s", what);
	if (seen.st_dev != ret->st_dev || seen.st_ino != ret->st_ino)
		return not_regular(path, e); /* replaced in between */
	return TAKE_FD(fd);
}

/* Root takes root's files only; an ordinary user also their own. */
static int check_owner(const char *path, const struct stat *st, struct error *e)
{
	const uid_t me = geteuid();

	if (st->st_uid != 0 && st->st_uid != me) {
		(void)error_set(e, EPERM, path, 0,
				"belongs to uid %u, who could change the verdict",
				(unsigned)st->st_uid);
		error_hint(e, "chown root:root %s", path);
		return -EPERM;
	}
	if ((st->st_mode & S_IWOTH) ||
	    ((st->st_mode & S_IWGRP) && st->st_uid == 0 && st->st_gid != 0)) {
		(void)error_set(e, EPERM, path, 0, "can be written by others (mode %04o)",
				(unsigned)(st->st_mode & 07777));
		error_hint(e, "chmod go-w %s", path);
		return -EPERM;
	}
	return 0;
}

static int read_all(int fd, const char *path, const char *what, struct strbuf *ret, struct error *e)
{
	char buf[4096];

	for (;;) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(e, errno, path, 0, "cannot read %s", what);
		if (n == 0)
			return 0;
		if (ret->len + (size_t)n > LIMIT_SMALL_FILE)
			return error_set(e, EINVAL, path, 0, "is larger than %d bytes",
					 LIMIT_SMALL_FILE);
		if (strbuf_add(ret, buf, (size_t)n) < 0)
			return error_set(e, ENOMEM, path, 0, "out of memory");
	}
}

int conf_load(const char *path, const char *what, struct strbuf *ret, struct error *e)
{
	struct stat st;
	_cleanup_fd_ int fd = open_regular(path, what, &st, e);
	int r;

	if (fd < 0)
		return fd;
	r = check_owner(path, &st, e);
	return r == 0 ? read_all(fd, path, what, ret, e) : r;
}
