/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A passing audit opens few files beside those that configure sysctl: the key itself,
 * /proc/cmdline, /proc/1/comm. What only explains a failure, and who the host is, is read when a
 * renderer needs it.
 */
#include "gather.h"

#include "limits.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#define BOOT_ID	   "/proc/sys/kernel/random/boot_id"
#define PROC_MAGIC 0x9fa0

void gather_done(struct gather *g)
{
	(void)tree_free(g->tree);
	(void)tree_free(g->live_tree);
	free(g->pid1_comm);
	free(g->proc_cmdline);
	free(g->user);
	if (g->record)
		record_done(g->record);
	free(g->record);
	*g = (struct gather){0};
}

/* Reads a small file without its final newline. Returns 0 or the errno of tree_read_file(). */
static int read_text(struct tree *t, const char *path, char **ret)
{
	_cleanup_free_ char *s = NULL;
	size_t n = 0;
	int r = tree_read_file(t, path, LIMIT_SMALL_FILE, &s, &n);

	if (r < 0)
		return r;
	while (n > 0 && s[n - 1] == '\n')
		s[--n] = '\0';
	*ret = TAKE_PTR(s);
	return 0;
}

static bool is_dir(struct tree *t, const char *path)
{
	struct tree_stat st;

	return tree_stat(t, path, &st, NULL) == 0 && st.type == TREE_DIR;
}

static int not_this_kernel(struct error *e, const char *root, const char *why)
{
	(void)error_set(e, EXDEV, root, 0, "--live: this is not the root of the running kernel: %s",
			why);
	error_hint(e, "without --live its files are judged, and the value now is not");
	return -EXDEV;
}

/* Whether a boot_id stands below the root, on a real procfs, and whose it is. */
static int check_boot_id(struct gather *g, struct error *e)
{
	_cleanup_free_ char *there = NULL, *here = NULL;
	uint64_t fstype;

	if (tree_fstype(g->tree, BOOT_ID, &fstype) < 0 || fstype != PROC_MAGIC ||
	    read_text(g->tree, BOOT_ID, &there) < 0 || read_text(g->live_tree, BOOT_ID, &here) < 0)
		return 0;
	if (!streq(there, here))
		return not_this_kernel(e, g->subject.path, "its /proc has another boot_id");
	return 1;
}

/* --live is a claim; returns 0 with subject.live_on_word set, or -EXDEV where it cannot be true. */
static int check_live(struct gather *g, struct error *e)
{
	static const char *const places[] = {"/usr/lib/modules", "/lib/modules"};
	struct utsname u;
	bool others = false;
	int r = check_boot_id(g, e);

	if (r != 0)
		return r < 0 ? r : 0;
	if (uname(&u) < 0)
		return error_set(e, errno, NULL, 0, "uname() failed");
	for (size_t i = 0; i < ELEMENTSOF(places); i++) {
		_cleanup_(tree_list_done) struct tree_list l = {0};

		if (tree_list(g->tree, places[i], &l) < 0)
			continue;
		for (size_t k = 0; k < l.n; k++) {
			if (streq(l.entries[k].name, u.release))
				return 0;
			others |= l.entries[k].type == TREE_DIR;
		}
	}
	if (others)
		return not_this_kernel(e, g->subject.path, "it has modules of other kernels only");
	g->subject.live_on_word = true;
	return 0;
}

/* True when the directory is this process's own root. */
static bool is_own_root(const struct gather *g)
{
	struct stat a, b;

	return fstat(tree_fd(g->tree), &a) == 0 && stat("/", &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

int gather_open(const char *root, bool live, struct gather *g, struct error *e)
{
	const char *path = root ? root : "/";
	struct stat st;
	int r;

	if (root && !live && stat(root, &st) == 0 && S_ISREG(st.st_mode))
		return gather_open_record(root, g, e);
	r = tree_open(&g->tree, path);
	if (r < 0)
		return error_set(e, -r, path, 0, "cannot open the root directory");
	g->subject = (struct subject){.kind = SUBJECT_ROOT, .path = path};
	if (!root || is_own_root(g)) {
		g->subject = (struct subject){.kind = SUBJECT_LIVE, .path = "/", .live = true};
		g->proc_tree = g->tree;
		return 0;
	}
	if (!live)
		return 0;
	g->subject.kind = SUBJECT_LIVE;
	g->subject.live = g->subject.live_elsewhere = true;
	r = tree_open(&g->live_tree, "/");
	if (r < 0)
		return error_set(e, -r, "/", 0, "cannot open the root directory");
	g->proc_tree = g->live_tree;
	return check_live(g, e);
}

int gather_remember(struct gather *g, struct error *e)
{
	int r = tree_remember(g->tree);

	return r < 0 ? error_set(e, -r, NULL, 0, "out of memory") : 0;
}

/* True when this process is in the first PID namespace: then /proc/1 is the host's init. */
static bool in_first_pid_namespace(void)
{
	/* PROC_PID_INIT_INO of include/linux/proc_ns.h, fixed since Linux 3.8 */
	static const char first[] = "pid:[4026531836]";
	char buf[64];
	ssize_t n = readlink("/proc/self/ns/pid", buf, sizeof(buf));

	return n == (ssize_t)strlen(first) && memcmp(buf, first, (size_t)n) == 0;
}

static int optional_text(struct tree *t, const char *path, char **ret)
{
	int r = read_text(t, path, ret);

	return r == -ENOMEM ? r : 0;
}

/*
 * Whether init cannot write below /proc/sys, as in many containers. What this process sees counts
 * only where it shares the mounts of PID 1: a sandbox may have made /proc/sys read-only for itself.
 */
static bool init_cannot_write(const struct gather *g)
{
	struct stat own, init;
	struct statvfs v;

	return !g->subject.live_elsewhere && stat("/proc/self/ns/mnt", &own) == 0 &&
	       stat("/proc/1/ns/mnt", &init) == 0 && own.st_ino == init.st_ino &&
	       own.st_dev == init.st_dev && statvfs("/proc/sys", &v) == 0 && (v.f_flag & ST_RDONLY);
}

int gather_boot_env(struct gather *g, struct error *e)
{
	int r = 0;

	if (!g->subject.live)
		return 0;
	/* Below DIR the host's own /proc may be mounted; only that, or a shared namespace, shows
	 * the host's PID 1. */
	r = optional_text(g->tree, "/proc/1/comm", &g->pid1_comm);
	if (r == 0 && g->subject.live_elsewhere && !g->pid1_comm && in_first_pid_namespace())
		r = optional_text(g->live_tree, "/proc/1/comm", &g->pid1_comm);
	if (r == 0)
		r = optional_text(g->proc_tree, "/proc/cmdline", &g->proc_cmdline);
	if (r < 0)
		return error_set(e, -r, NULL, 0, "out of memory");
	g->boot_env = (struct boot_env){
		.live = true,
		.pid1_comm = g->pid1_comm,
		.systemd_booted = is_dir(g->tree, "/run/systemd/system"),
		.proc_cmdline = g->proc_cmdline,
		.proc_sys_read_only = init_cannot_write(g),
	};
	return 0;
}

static struct kernel_env kernel_env_of(const struct gather *g)
{
	return (struct kernel_env){.live = g->subject.live, .proc_tree = g->proc_tree};
}

int gather_resolve(const struct gather *g, unsigned flags, struct resolve **ret, struct error *e)
{
	static const char *const patterns[] = {PTRACE_SCOPE_KEY};

	return resolve_run(
		&(struct resolve_request){
			.tree = g->tree,
			.env = &g->boot_env,
			.patterns = patterns,
			.n_patterns = ELEMENTSOF(patterns),
			.flags = flags,
		},
		ret, e);
}

int gather_evidence(struct gather *g, bool now, bool boot, struct evidence *ret, struct error *e)
{
	const struct kernel_env env = kernel_env_of(g);
	int r;

	if (g->record)
		return gather_evidence_of_record(g, now, boot, ret, e);
	*ret = (struct evidence){
		.subject = g->subject,
		.want_now = now,
		.want_boot = boot,
		.privileged = geteuid() == 0,
		.boot_env = &g->boot_env,
	};
	ret->runtime = (struct runtime){.state = RUNTIME_SKIPPED, .level = LEVEL_NONE};
	/* For --only boot too: without Yama no file has an effect. */
	if (g->subject.live) {
		r = runtime_read(&env, &ret->runtime);
		if (r < 0)
			return error_set(e, -r, NULL, 0, "out of memory");
	}
	r = kernel_facts_gather(g->tree, &env, /* full= */ false, &ret->kernel);
	if (r < 0)
		return error_set(e, -r, NULL, 0, "out of memory");
	if (!boot)
		return 0;
	r = gather_boot_env(g, e);
	if (r == 0)
		r = gather_resolve(g, /* flags= */ 0, &ret->resolve, e);
	if (r == 0 && audit_needs_idle(ret->resolve)) {
		ret->resolve = resolve_free(ret->resolve);
		r = gather_resolve(g, BOOT_IDLE, &ret->resolve, e);
	}
	return r;
}

int gather_in_full(struct gather *g, struct evidence *ev, struct error *e)
{
	const struct kernel_env env = kernel_env_of(g);
	struct kernel_facts full = {0};
	struct resolve *all = NULL;
	int r;

	ev->in_full = true;
	if (g->record) /* it has all that there is */
		return 0;
	r = kernel_facts_gather(g->tree, &env, /* full= */ true, &full);
	if (r < 0)
		return error_set(e, -r, NULL, 0, "out of memory");
	kernel_facts_done(&ev->kernel);
	ev->kernel = full;
	if (!g->user && gather_user_name(geteuid(), &g->user) < 0)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	ev->user = g->user;
	if (!ev->resolve)
		return 0;
	r = gather_resolve(g, BOOT_IDLE | BOOT_EXACT, &all, e);
	if (r < 0)
		return r;
	(void)resolve_free(ev->resolve);
	ev->resolve = all;
	return 0;
}
