/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records, which come from elsewhere. An input with an even first byte is the document of one, with
 * an odd one a whole archive. What is taken must be judged without harm, and what is written of it
 * must be taken again and come to the same.
 */
#include "fuzz.h"
#include "record.h"
#include "tar.h"

/* Judges as the command does. */
static struct audit *judge(struct record *r, struct resolve **ret)
{
	static const char *const patterns[] = {PTRACE_SCOPE_KEY};
	const struct boot_env env = {
		.live = r->boot_live,
		.pid1_comm = r->pid1_comm,
		.systemd_booted = r->systemd_booted,
		.proc_sys_read_only = r->proc_sys_read_only,
		.found = r->found,
	};
	struct evidence ev = {
		.subject = r->subject,
		.runtime = r->runtime,
		.kernel = r->kernel,
		.want_now = r->want_now,
		.want_boot = r->want_boot,
		.in_full = true,
		.privileged = r->privileged,
		.user = r->user,
		.boot_env = &env,
	};
	struct audit *a = NULL;

	*ret = NULL;
	if (r->want_boot && resolve_run(
				    &(struct resolve_request){
					    .tree = r->tree,
					    .env = &env,
					    .patterns = patterns,
					    .n_patterns = ELEMENTSOF(patterns),
					    .flags = BOOT_IDLE | BOOT_EXACT,
				    },
				    ret, NULL) < 0)
		return NULL;
	ev.resolve = *ret;
	FUZZ_CHECK(audit_run(r->tree, &ev, &r->policy, &a) == 0);
	FUZZ_CHECK(audit_waive(a, &r->waivers, r->host_name, r->time / 86400) == 0);
	return a;
}

static void check_taken(struct record *r)
{
	_cleanup_strbuf_ struct strbuf out = {0};
	_cleanup_(record_done) struct record again = {0};
	_cleanup_(resolve_free_p) struct resolve *res = NULL, *res2 = NULL;
	_cleanup_(audit_free_p) struct audit *a = judge(r, &res), *b = NULL;

	FUZZ_CHECK(record_write(r, &out, NULL) == 0);
	FUZZ_CHECK(record_read("again", out.bytes, out.len, &again, NULL) == 0);
	b = judge(&again, &res2);
	FUZZ_CHECK((a == NULL) == (b == NULL));
	FUZZ_CHECK(!a || audit_is_same(a, b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_strbuf_ struct strbuf tar = {0};
	_cleanup_(record_done) struct record r = {0};
	_cleanup_error_ struct error e = {0};
	_cleanup_free_ char *bytes = NULL;
	int k;

	if (size == 0)
		return 0;
	if (data[0] & 1) {
		(void)strbuf_add(&tar, (const char *)data + 1, size - 1);
	} else {
		FUZZ_CHECK(tar_add(&tar, RECORD_DOCUMENT, data + 1, size - 1, 0) == 0);
		FUZZ_CHECK(tar_end(&tar) == 0);
	}
	bytes = fuzz_copy(tar.bytes ? tar.bytes : "", tar.len);
	k = record_read("r", bytes, tar.len, &r, &e);
	FUZZ_CHECK(k == 0 || (e.err == -k && e.what));
	if (k == 0)
		check_taken(&r);
	return 0;
}
