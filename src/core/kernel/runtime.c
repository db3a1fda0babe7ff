/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The key's value in the running kernel. "No such file" alone says nothing: without procfs there is
 * no key on any kernel. So absence counts only where the kernel's other values are seen; and a
 * value only from procfs, since anything can be mounted over it. A tree in memory has no file
 * system type and is taken as procfs.
 */
#include "kernel-impl.h"

#include "limits.h"

#include <sys/vfs.h>

#define KEY_PATH   "/proc/sys/kernel/yama/ptrace_scope"
#define PROC_MAGIC 0x9fa0 /* PROC_SUPER_MAGIC of linux/magic.h */

/* A tree in memory has no file systems, and is what the test says it is. */
static bool path_is_procfs(struct tree *t, const char *path)
{
	uint64_t type;
	int r = tree_fstype(t, path, &type);

	return r == -ENOTSUP || (r == 0 && type == PROC_MAGIC);
}

/* The same of an open file, at one system call where it is open in the kernel: what a tree
 * remembers of it is not. */
static bool file_is_procfs(struct tree *t, const struct tree_file *f)
{
	struct statfs s;

	if (f->fd < 0)
		return path_is_procfs(t, KEY_PATH);
	return fstatfs(f->fd, &s) == 0 && s.f_type == PROC_MAGIC;
}

/* States with no value. why is copied. Returns 0 or -ENOMEM. */
static int without_value(struct runtime *ret, enum runtime_state state, int err, const char *why)
{
	char *copy = strdup(why);

	if (!copy)
		return -ENOMEM;
	*ret = (struct runtime){.state = state, .level = LEVEL_NONE, .err = err, .why = copy};
	return 0;
}

/* Whether a path leads to something on procfs. Returns 1, 0, or the errno of tree_stat(). */
static int on_procfs(struct tree *t, const char *path)
{
	struct tree_stat st;
	int r = tree_stat(t, path, &st, NULL);

	return r < 0 ? r : path_is_procfs(t, path);
}

static bool is_missing(int r)
{
	return r == -ENOENT || r == -ENOTDIR;
}

/*
 * Whether the kernel's other values are to be seen: some that no kernel lacks. Any one of them will
 * do, since containers put files of their own over single ones. As on_procfs().
 */
static int see_witness(struct tree *t)
{
	static const char *const values[] = {
		"/proc/sys/kernel/osrelease",
		"/proc/sys/kernel/ostype",
		"/proc/sys/kernel/random/boot_id",
	};
	int first = on_procfs(t, values[0]);

	for (size_t i = 1; i < ELEMENTSOF(values) && first != -ENOMEM; i++) {
		int r = first == 1 ? 1 : on_procfs(t, values[i]);

		if (r == 1 || r == -ENOMEM)
			return r;
	}
	return first;
}

/*
 * The key could not be opened for want of a name on its way. That means a kernel without Yama only
 * where there is a witness.
 */
static int explain_absence(struct tree *t, struct runtime *ret)
{
	int proc = on_procfs(t, "/proc"), sys = on_procfs(t, "/proc/sys"), witness = see_witness(t),
	    yama = on_procfs(t, "/proc/sys/kernel/yama");
	const char *why = NULL;

	if (proc == -ENOMEM || sys == -ENOMEM || witness == -ENOMEM || yama == -ENOMEM)
		return -ENOMEM;
	if (is_missing(proc))
		why = "there is no /proc";
	else if (is_missing(sys))
		why = proc == 1 && tree_fd(t) >= 0 ? "/proc shows processes only (subset=pid)"
						   : "/proc is not mounted";
	else if (is_missing(witness))
		why = "/proc/sys is hidden or empty";
	else if (witness == 0)
		why = "something other than procfs is at /proc/sys";
	else if (witness < 0)
		why = strerror(-witness);
	else if (yama == 0)
		why = "something other than procfs is at /proc/sys/kernel/yama";
	if (why)
		return without_value(ret, RUNTIME_NOT_VISIBLE, witness < 0 ? -witness : 0, why);
	return without_value(ret, RUNTIME_ABSENT, ENOENT, "/proc/sys/kernel/yama does not exist");
}

static int explain_error(struct tree *t, int err, struct runtime *ret)
{
	switch (err) {
	case ENOMEM:
		return -ENOMEM;
	case ENOENT:
	case ENOTDIR:
		return explain_absence(t, ret);
	case EISDIR:
	case EBADFD:
		return without_value(ret, RUNTIME_NOT_VISIBLE, err,
				     "something else is mounted over " KEY_PATH);
	default:
		return without_value(ret, RUNTIME_UNREADABLE, err, strerror(err));
	}
}

/* Reads at most a kernel value. Returns the number of bytes or the errno of read(2). */
static ssize_t read_value(struct tree_file *f, char buf[LIMIT_KERNEL_VALUE + 1])
{
	size_t n = 0;

	while (n < LIMIT_KERNEL_VALUE) {
		ssize_t k = tree_file_read(f, buf + n, LIMIT_KERNEL_VALUE - n);

		if (k < 0)
			return k;
		if (k == 0)
			break;
		n += (size_t)k;
	}
	buf[n] = '\0';
	return (ssize_t)n;
}

static int judge_value(const char *bytes, size_t n, struct runtime *ret)
{
	static const enum runtime_state states[] = {
		[VALUE_OK] = RUNTIME_SET,
		[VALUE_MALFORMED] = RUNTIME_MALFORMED,
		[VALUE_OUT_OF_RANGE] = RUNTIME_OUT_OF_RANGE,
	};
	const struct kernel_model model = kernel_model_for(PTRACE_SCOPE_KEY);
	int level = LEVEL_NONE;
	enum value_state v = kernel_value_parse(&model, bytes, n, &level);
	char *value;

	if (n > 0 && bytes[n - 1] == '\n')
		n--;
	value = strndup(bytes, n);
	if (!value)
		return -ENOMEM;
	*ret = (struct runtime){.state = states[v], .level = level, .value = value};
	return 0;
}

int runtime_read(const struct kernel_env *env, struct runtime *ret)
{
	_cleanup_(tree_file_close) struct tree_file f = {.fd = -EBADF};
	char buf[LIMIT_KERNEL_VALUE + 1];
	struct tree *t = env->proc_tree;
	ssize_t n;
	int r;

	if (!env->live || !t) {
		*ret = (struct runtime){.state = RUNTIME_SKIPPED, .level = LEVEL_NONE};
		return 0;
	}
	r = tree_open_file(t, KEY_PATH, &f);
	if (r < 0) {
		f.fd = -EBADF;
		return explain_error(t, -r, ret);
	}
	if (f.st.type != TREE_REG || !file_is_procfs(t, &f))
		return without_value(ret, RUNTIME_NOT_VISIBLE, 0,
				     "something other than procfs is at " KEY_PATH);
	n = read_value(&f, buf);
	if (n < 0)
		return explain_error(t, (int)-n, ret);
	return judge_value(buf, (size_t)n, ret);
}

void runtime_done(struct runtime *r)
{
	free(r->value);
	free(r->why);
	*r = (struct runtime){.state = RUNTIME_SKIPPED, .level = LEVEL_NONE};
}

const char *runtime_state_word(enum runtime_state s)
{
	static const char *const words[] = {
		[RUNTIME_SET] = "set",
		[RUNTIME_ABSENT] = "absent",
		[RUNTIME_UNREADABLE] = "unreadable",
		[RUNTIME_MALFORMED] = "malformed",
		[RUNTIME_OUT_OF_RANGE] = "out-of-range",
		[RUNTIME_NOT_VISIBLE] = "unreadable",
		[RUNTIME_SKIPPED] = "skipped",
	};

	return words[s];
}
