/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is attached now: a higher level keeps new tracers out and leaves those that are there. */
#include "plan.h"

#include "limits.h"
#include "parse.h"

#include <stdio.h>

#define STATUS_MAX 4096

/* The rest of the line that starts with name, up to its end; NULL when there is none. */
static const char *field(const char *status, const char *name, size_t *ret_len)
{
	size_t n = strlen(name);

	for (const char *line = status; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, n) == 0) {
			line += n;
			line += strspn(line, "\t ");
			*ret_len = strcspn(line, "\n");
			return line;
		}
	}
	return NULL;
}

static int read_status(struct tree *t, const char *pid, char *buf)
{
	_cleanup_free_ char *path = NULL;
	struct tree_file f;
	ssize_t n;
	int r;

	if (asprintf(&path, "/proc/%s/status", pid) < 0)
		return -ENOMEM;
	r = tree_open_file(t, path, &f);
	if (r < 0)
		return r;
	n = tree_file_read(&f, buf, STATUS_MAX - 1);
	tree_file_close(&f);
	if (n < 0)
		return (int)n;
	buf[n] = '\0';
	return 0;
}

static void copy_name(char *ret, const char *status)
{
	size_t n = 0;
	const char *name = field(status, "Name:", &n);

	if (n > 15)
		n = 15;
	if (name)
		memcpy(ret, name, n);
	ret[name ? n : 0] = '\0';
}

static bool parse_pid(const char *s, size_t n, int *ret)
{
	char text[16];
	uint64_t v;

	if (n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	if (parse_uint(text, INT32_MAX, &v) < 0)
		return false;
	*ret = (int)v;
	return true;
}

/* Returns 1 when pid has a tracer. */
static int look_at(struct tree *t, const char *pid, struct attached *ret)
{
	char status[STATUS_MAX], tracer[16];
	const char *value;
	size_t n = 0;
	int r;

	if (!parse_pid(pid, strlen(pid), &ret->tracee))
		return 0;
	r = read_status(t, pid, status);
	if (r < 0)
		return r == -ENOMEM ? r : 0; /* it has ended */
	value = field(status, "TracerPid:", &n);
	if (!value || !parse_pid(value, n, &ret->tracer) || ret->tracer == 0)
		return 0;
	copy_name(ret->tracee_name, status);
	(void)snprintf(tracer, sizeof(tracer), "%d", ret->tracer);
	r = read_status(t, tracer, status);
	if (r < 0)
		ret->tracer_name[0] = '\0';
	else
		copy_name(ret->tracer_name, status);
	return r == -ENOMEM ? r : 1;
}

int attached_find(struct tree *proc_tree, struct attached *ret, size_t max)
{
	_cleanup_(tree_list_done) struct tree_list l = {0};
	size_t n = 0;
	int r = tree_list(proc_tree, "/proc", &l);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < l.n && n < max; i++) {
		r = look_at(proc_tree, l.entries[i].name, &ret[n]);
		if (r < 0)
			return r;
		n += (size_t)r;
	}
	return (int)n;
}
