/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A record as the subject: the facts are what it says, the tree is what it knows. */
#include "fd.h"
#include "gather.h"
#include "limits.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int gather_read_file(const char *path, struct strbuf *ret, struct error *e)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char buf[65536];
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(e, errno, path, 0, "cannot open the file");
	if (!S_ISREG(st.st_mode))
		return error_set(e, EINVAL, path, 0, "is not a regular file");
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(e, errno, path, 0, "cannot read the file");
		if (ret->len + (size_t)n > LIMIT_RECORD_BYTES)
			return error_set(e, EFBIG, path, 0, "is larger than %d bytes",
					 LIMIT_RECORD_BYTES);
		if (strbuf_add(ret, buf, (size_t)n) < 0)
			return error_set(e, ENOMEM, path, 0, "out of memory");
	}
	return 0;
}

int gather_take_record(struct record *record, const char *path, struct gather *g, struct error *e)
{
	struct record *own = malloc(sizeof(*own));

	if (!own)
		return error_set(e, ENOMEM, path, 0, "out of memory");
	*own = *record;
	*record = (struct record){0};
	*g = (struct gather){
		.record = own,
		.record_path = path,
		.subject = own->subject,
		.tree = own->tree,
		.boot_env =
			{
				.live = own->boot_live,
				.pid1_comm = own->pid1_comm,
				.systemd_booted = own->systemd_booted,
				.proc_sys_read_only = own->proc_sys_read_only,
				.found = own->found,
			},
	};
	own->tree = NULL;
	return 0;
}

int gather_open_record(const char *path, struct gather *g, struct error *e)
{
	_cleanup_strbuf_ struct strbuf bytes = {0};
	_cleanup_(record_done) struct record record = {0};
	int r = gather_read_file(path, &bytes, e);

	if (r < 0)
		return r;
	if (!bytes.bytes || !record_is(bytes.bytes, bytes.len)) {
		r = error_set(e, EINVAL, path, 0, "is neither a directory nor a record");
		error_hint(e, "\"ptscope audit --record FILE\" makes one");
		return r;
	}
	r = record_read(path, bytes.bytes, bytes.len, &record, e);
	return r < 0 ? r : gather_take_record(&record, path, g, e);
}

int gather_evidence_of_record(struct gather *g, bool now, bool boot, struct evidence *ret,
			      struct error *e)
{
	struct record *rec = g->record;

	*ret = (struct evidence){
		.subject = g->subject,
		.runtime = rec->runtime,
		.kernel = rec->kernel,
		.want_now = now && rec->want_now,
		.want_boot = boot && rec->want_boot,
		.in_full = true,
		.privileged = rec->privileged,
		.user = rec->user,
		.boot_env = &g->boot_env,
	};
	rec->runtime = (struct runtime){0};
	rec->kernel = (struct kernel_facts){0};
	if (rec->has_probe) {
		g->probe = (struct audit_probe){
			.behaves_like = rec->behaves_like,
			.level = rec->probe_level,
			.allows_more = rec->allows_more,
			.denies_more = rec->denies_more,
			.forbidden = rec->forbidden,
			.sentence = rec->probe_sentence,
		};
		ret->probe = &g->probe;
	}
	if (!ret->want_now && !ret->want_boot)
		return error_set(e, EINVAL, g->record_path, 0,
				 "does not have the half that --only asks for");
	return ret->want_boot ? gather_resolve(g, BOOT_IDLE | BOOT_EXACT, &ret->resolve, e) : 0;
}
