/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The result is written in one piece, so a disk that is full or a descriptor that is closed is seen
 * and reported. Text that others control is escaped before it reaches a terminal.
 */
#include "output.h"

#include "fd.h"
#include "jsonx.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

int output_prepare(void)
{
	int stdout_open = 1;

	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0 || errno != EBADF)
			continue;
		if (fd == STDOUT_FILENO)
			stdout_open = 0;
		/* The lowest free number is this one, since those below are open. */
		if (open("/dev/null", (fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) | O_CLOEXEC) != fd)
			return -EBADF;
	}
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return -errno;
	return stdout_open;
}

static int add_escaped(struct strbuf *out, const char *s)
{
	return strbuf_add_escaped(out, s, strlen(s));
}

/* With these codes the sentence itself is the cause. */
static bool cause_is_said(const struct error *e)
{
	switch (e->err) {
	case EINVAL:
	case E2BIG:
	case ECANCELED:
	case ESTALE:
	case EMLINK:
	case EBADMSG:
	case EAGAIN:
		return true;
	case ENOENT:
	case EPERM:
		return !e->path;
	default:
		return false;
	}
}

int output_error_text(const char *command, const struct error *e, struct strbuf *out)
{
	(void)strbuf_addf(out, "ptscope%s%s: error: ", command ? " " : "", command ? command : "");
	if (e->path) {
		(void)add_escaped(out, e->path);
		if (e->line)
			(void)strbuf_addf(out, ":%u", e->line);
		(void)strbuf_adds(out, ": ");
	}
	if (e->what)
		(void)add_escaped(out, e->what);
	if (!e->what)
		(void)strbuf_adds(out, strerror(e->err));
	else if (!cause_is_said(e))
		(void)strbuf_addf(out, " (%s)", strerror(e->err));
	(void)strbuf_addc(out, '\n');
	if (e->hint) {
		(void)strbuf_adds(out, "  ");
		(void)add_escaped(out, e->hint);
		(void)strbuf_addc(out, '\n');
	}
	return out->failed ? -ENOMEM : 0;
}

int output_error_json(const struct error *e, int code, struct strbuf *out)
{
	struct json_object *o = json_object_new_object(), *detail, *host;
	struct utsname u;

	jx_add_str(o, "schema", "ptscope.error/1");
	jx_add_int(o, "exit", code);
	detail = jx_add_object(o, "error");
	jx_add_text(detail, "message", e->what ? e->what : strerror(e->err));
	jx_add_text(detail, "path", e->path);
	if (e->line)
		jx_add_int(detail, "line", e->line);
	else
		jx_add(detail, "line", NULL);
	jx_add_text(detail, "hint", e->hint);
	jx_add_str(detail, "errno", strerrorname_np(e->err));
	host = jx_add_object(o, "host");
	jx_add_text(host, "name", uname(&u) == 0 ? u.nodename : NULL);
	return jx_finish(o, out);
}

/*
 * A FIFO or a device is written to and not replaced: as root, a rename over /dev/null would. A link
 * is followed to such a thing only (/dev/stdout, a shell's >(command)).
 *
 * Returns a descriptor; -ENOENT when a file is to be made or replaced; or another errno with e set.
 */
static int open_special(const char *file, struct error *e)
{
	struct stat self, st;
	int fd;

	if (lstat(file, &self) < 0 || stat(file, &st) < 0) {
		if (errno != ENOENT)
			return error_set(e, errno, file, 0, "cannot write the result");
		st.st_mode = S_IFREG;
		/* Here the file is not there, or it is a link to nothing. */
		if (lstat(file, &self) < 0)
			return -ENOENT;
	}
	if (S_ISREG(st.st_mode) && !S_ISLNK(self.st_mode))
		return -ENOENT;
	if (S_ISREG(st.st_mode)) {
		(void)error_set(e, EINVAL, file, 0, "is a link, which is not followed to write");
		error_hint(e, "name the file itself");
		return -EINVAL;
	}
	fd = open(file, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? error_set(e, errno, file, 0, "cannot write the result") : fd;
}

static int write_file(const struct strbuf *out, const char *file, struct error *e)
{
	const char *bytes = out->bytes ? out->bytes : "";
	_cleanup_fd_ int fd = open_special(file, e);
	int r;

	if (fd < 0 && fd != -ENOENT)
		return fd;
	r = fd < 0 ? fd_write_file_atomic(file, bytes, out->len)
		   : fd_write_all(fd, bytes, out->len);
	if (r == -EPIPE || r == 0)
		return 0;
	return error_set(e, -r, file, 0, "cannot write the result");
}

int output_write(const struct strbuf *out, const char *file, bool stdout_open, struct error *e)
{
	int r;

	if (out->failed)
		return error_set(e, ENOMEM, NULL, 0, "cannot hold the result");
	if (file)
		return write_file(out, file, e);
	if (out->len == 0)
		return 0;
	r = stdout_open ? fd_write_all(STDOUT_FILENO, out->bytes, out->len) : -EBADF;
	/* Some file systems tell of a full disk only here. */
	if (r == 0 && close(STDOUT_FILENO) < 0 && errno != EINTR)
		r = -errno;
	if (r == -EPIPE || r == 0)
		return 0;
	return error_set(e, -r, NULL, 0, "cannot write the result to standard output");
}
