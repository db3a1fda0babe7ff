/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * guard events: one line an event, as it comes. The kernel gives device and inode of the
 * executables; their paths are looked up here, and believed only where they lead to the same file.
 */
#include "cmd.h"

#include "access-rule.h"
#include "fd.h"
#include "jsonx.h"
#include "output.h"
#include "pins.h"

#include <bpf/libbpf.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define PATH_SHOWN 4096

static volatile sig_atomic_t ended;

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

struct reader {
	const struct invocation *in;
	int64_t boot_ns; /* CLOCK_REALTIME minus CLOCK_MONOTONIC */
	int failed;	 /* errno of writing, negative */
};

/* s_dev of the kernel as stat(2) gives it. */
static dev_t device(uint32_t dev)
{
	return makedev(dev >> 20, dev & 0xfffff);
}

/* The path of the executable, if the process still runs it. Returns "" otherwise. */
static const char *exe_path(const struct guard_task *t, char *buf, size_t n)
{
	char link[64];
	struct stat st;
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/%d/exe", t->pid);
	if (!t->exe_ino || stat(link, &st) < 0 || st.st_ino != t->exe_ino ||
	    st.st_dev != device(t->exe_dev))
		return "";
	len = readlink(link, buf, n - 1);
	if (len < 0)
		return "";
	buf[len] = '\0';
	return buf;
}

static void format_time(const struct reader *r, uint64_t ns, char *buf, size_t n)
{
	int64_t whole = (int64_t)ns + r->boot_ns;
	time_t s = (time_t)(whole / 1000000000);
	struct tm tm;
	size_t k;

	(void)gmtime_r(&s, &tm);
	k = strftime(buf, n, "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(buf + k, n - k, ".%03dZ", (int)(whole / 1000000 % 1000));
}

static void json_task(struct json_object *o, const char *key, const struct guard_task *t)
{
	struct json_object *j = jx_add_object(o, key), *exe;
	char buf[PATH_SHOWN];
	const char *path = exe_path(t, buf, sizeof(buf));

	jx_add_int(j, "pid", t->pid);
	jx_add_int(j, "tid", t->tid);
	jx_add_bytes(j, "comm", t->comm, strnlen(t->comm, sizeof(t->comm)));
	jx_add_int(j, "uid", t->uid);
	jx_add_int(j, "cgroup_id", (int64_t)t->cgroup);
	exe = jx_add_object(j, "exe");
	jx_add_text(exe, "path", *path ? path : NULL);
	jx_add_int(exe, "dev", (int64_t)device(t->exe_dev));
	jx_add_int(exe, "ino", (int64_t)t->exe_ino);
}

static void render_json(struct strbuf *out, const struct reader *r, const struct guard_event *ev)
{
	struct json_object *o = json_object_new_object();
	char time[48];

	format_time(r, ev->time, time, sizeof(time));
	jx_add_str(o, "schema", "ptscope.guard-event/1");
	jx_add_str(o, "time", time);
	jx_add_str(o, "result", ev->allowed ? "allowed" : "denied");
	jx_add_str(o, "operation", guard_operation_word(ev->operation));
	jx_add_int(o, "level", ev->level);
	jx_add_str(o, "reason", guard_reason_word(ev->reason));
	jx_add_int(o, "left_out", ev->dropped);
	json_task(o, "tracer", &ev->tracer);
	json_task(o, "tracee", &ev->tracee);
	(void)jx_finish(o, out);
}

static void text_task(struct strbuf *out, const struct guard_task *t)
{
	char buf[PATH_SHOWN];
	const char *path = exe_path(t, buf, sizeof(buf));

	(void)strbuf_addf(out, "%d ", t->pid);
	if (*path)
		text_path(out, path);
	else
		text_bytes(out, t->comm, strnlen(t->comm, sizeof(t->comm)));
	(void)strbuf_addf(out, " (uid %u)", t->uid);
}

static void render_text(struct strbuf *out, const struct reader *r, const struct guard_event *ev)
{
	char time[48];

	format_time(r, ev->time, time, sizeof(time));
	(void)strbuf_addf(out, "%s  %-7s %-7s ", time, ev->allowed ? "allowed" : "denied",
			  guard_operation_word(ev->operation));
	text_task(out, &ev->tracer);
	(void)strbuf_adds(out, " -> ");
	text_task(out, &ev->tracee);
	(void)strbuf_addf(out, "  level %u: %s", ev->level, guard_reason_word(ev->reason));
	if (ev->dropped)
		(void)strbuf_addf(out, "; %u before were left out", ev->dropped);
	(void)strbuf_addc(out, '\n');
}

static int on_event(void *ctx, void *data, size_t n)
{
	struct reader *r = ctx;
	struct strbuf *out = r->in->out;

	if (n < sizeof(struct guard_event))
		return 0;
	if (r->in->options.format == FORMAT_JSON)
		render_json(out, r, data);
	else
		render_text(out, r, data);
	if (!invocation_value(r->in, "follow"))
		return 0;
	r->failed = fd_write_all(STDOUT_FILENO, out->bytes, out->len);
	strbuf_clear(out);
	return r->failed;
}

static int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int read_events(struct reader *r, int map, struct error *e)
{
	struct ring_buffer *ring = ring_buffer__new(map, on_event, r, NULL);
	int n = 0;

	if (!ring)
		return error_set(e, errno, GUARD_PINS, 0, "cannot read the events");
	if (invocation_value(r->in, "follow")) {
		while (!ended && !r->failed && (n >= 0 || n == -EINTR))
			n = ring_buffer__poll(ring, 1000);
	} else {
		n = ring_buffer__consume(ring);
	}
	ring_buffer__free(ring);
	if (r->failed == -EPIPE || ended)
		return 0;
	if (r->failed)
		return error_set(e, -r->failed, NULL, 0, "cannot write the events");
	return n < 0 && n != -EINTR ? error_set(e, -n, GUARD_PINS, 0, "cannot read the events") : 0;
}

int guard_events(const struct invocation *in, struct error *e)
{
	struct reader r = {.in = in,
			   .boot_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC)};
	_cleanup_fd_ int map = pin_open("events");

	if (invocation_value(in, "follow") && in->options.output) {
		(void)error_set(e, EINVAL, NULL, 0, "--follow and --output cannot go together");
		return EXIT_ERROR;
	}
	if (map < 0) {
		(void)error_set(e, -map, GUARD_PINS, 0,
				map == -ENOENT ? "no guard is running" : "cannot open the events");
		error_hint(e, map == -ENOENT ? "ptscope guard start" : "only root can");
		return EXIT_ERROR;
	}
	(void)sigaction(SIGINT, &(struct sigaction){.sa_handler = end}, NULL);
	(void)sigaction(SIGTERM, &(struct sigaction){.sa_handler = end}, NULL);
	return read_events(&r, map, e) < 0 ? EXIT_ERROR : EXIT_PASS;
}
