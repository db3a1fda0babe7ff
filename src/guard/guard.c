/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loading, attaching, pinning, arming. libbpf attaches programs one by one, so they are made
 * without effect ("armed" is 0) and take effect all at once.
 */
#include "guard.h"

#include "access-rule.h"
#include "cgroup.h"
#include "fd.h"
#include "guard.skel.h"
#include "libbpf-log.h"
#include "pins.h"
#include "trial.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define LOCK_TRIES 100 /* of 100 ms */

const char *guard_running_word(enum guard_running r)
{
	static const char *const words[] = {"absent", "partial", "unarmed", "enforcing", "unseen"};

	return words[r];
}

const char *guard_reason_word(unsigned reason)
{
	static const char *const words[_GUARD_REASON_MAX] = {
		"level-allows", "descendant",  "already-tracing", "declared", "capable",
		"not-related",	"not-capable", "no-attach",	  "exited"};

	return reason < _GUARD_REASON_MAX ? words[reason] : "unknown";
}

const char *guard_operation_word(unsigned operation)
{
	static const char *const words[] = {
		[ACCESS_RULE_READ] = "read",
		[ACCESS_RULE_ATTACH] = "attach",
		[ACCESS_RULE_TRACEME] = "traceme",
	};

	return operation < ELEMENTSOF(words) ? words[operation] : "unknown";
}

int guard_lock(struct error *e)
{
	_cleanup_fd_ int fd = open(GUARD_BPFFS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return error_set(e, errno, GUARD_BPFFS, 0, "cannot open the BPF file system");
	if (fs.f_type != BPF_FS_MAGIC) {
		(void)error_set(e, ENOENT, GUARD_BPFFS, 0, "no BPF file system is mounted here");
		error_hint(e, "mount -t bpf bpf " GUARD_BPFFS);
		return -ENOENT;
	}
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK || i == LOCK_TRIES)
			return error_set(e, errno, GUARD_BPFFS, 0,
					 "another ptscope guard is at work");
		(void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	}
	return TAKE_FD(fd);
}

static int read_state(int fd, struct guard_state *ret)
{
	return bpf_map_lookup_elem(fd, &(uint32_t){0}, ret) < 0 ? -errno : 0;
}

static int write_state(int fd, const struct guard_state *s)
{
	return bpf_map_update_elem(fd, &(uint32_t){0}, s, BPF_ANY) < 0 ? -errno : 0;
}

static int read_counts(uint64_t ret[_GUARD_COUNT_MAX])
{
	_cleanup_fd_ int fd = pin_open("counts");
	int cpus = libbpf_num_possible_cpus();
	_cleanup_free_ uint64_t *values = NULL;

	if (fd < 0)
		return fd;
	if (cpus < 0)
		return cpus;
	values = calloc((size_t)cpus, sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (uint32_t i = 0; i < _GUARD_COUNT_MAX; i++) {
		if (bpf_map_lookup_elem(fd, &i, values) < 0)
			return -errno;
		ret[i] = 0;
		for (int cpu = 0; cpu < cpus; cpu++)
			ret[i] += values[cpu];
	}
	return 0;
}

int guard_inspect(struct guard_info *ret, struct error *e)
{
	struct guard_info info = {.running = GUARD_PARTIAL};
	_cleanup_fd_ int fd = -EBADF;
	size_t there, all;
	int r = pins_count(&there, &all);

	if (r == -ENOENT || r == -EACCES) {
		info.running = r == -ENOENT ? GUARD_ABSENT : GUARD_UNSEEN;
		*ret = info;
		return 0;
	}
	if (r < 0)
		return error_set(e, -r, GUARD_PINS, 0, "cannot look at the pins");
	fd = pin_open("state");
	if (fd >= 0)
		r = read_state(fd, &info.state);
	if (fd >= 0 && r == 0 && there == all && info.state.abi == GUARD_ABI) {
		info.running = info.state.armed ? GUARD_ENFORCING : GUARD_UNARMED;
		r = read_counts(info.counts);
		if (r < 0)
			return error_set(e, -r, GUARD_PINS, 0, "cannot read the counts");
	}
	info.n_cgroups = info.state.n_cgroups;
	*ret = info;
	return 0;
}

/* Takes the pinned maps where their layout is ours. Returns 1, 0 when there are none, -errno. */
static int reuse_maps(struct guard_bpf *skel)
{
	_cleanup_fd_ int state = pin_open("state");
	struct guard_state s;
	struct bpf_map *map;

	if (state < 0 || read_state(state, &s) < 0 || s.abi != GUARD_ABI)
		return 0;
	bpf_object__for_each_map(map, skel->obj)
	{
		_cleanup_fd_ int fd = -EBADF;
		int r;

		if (bpf_map__is_internal(map))
			continue; /* the compiler's constants */
		fd = pin_open(bpf_map__name(map));
		if (fd < 0)
			return 0;
		r = bpf_map__reuse_fd(map, fd);
		if (r < 0)
			return r;
	}
	return 1;
}

static int load_error(struct error *e, int r, const char *what)
{
	_cleanup_error_ struct error obstacle = {0};

	if (guard_obstacle(&obstacle) < 0) {
		(void)error_set(e, obstacle.err, obstacle.path, 0, "%s", obstacle.what);
		error_hint(e, "%s", obstacle.hint);
		return -obstacle.err;
	}
	(void)error_set(e, -r, NULL, 0, "%s", what);
	error_hint(e, "the kernel said: %s", libbpf_log_last());
	return r;
}

/* Loads and attaches, without effect. Returns 0 with the skeleton, which the caller destroys. */
static int load(bool reuse, struct guard_bpf **ret, struct error *e)
{
	struct guard_bpf *skel;
	int r;

	libbpf_log_start();
	skel = guard_bpf__open();
	if (!skel)
		return load_error(e, -errno, "cannot open the programs");
	r = reuse ? reuse_maps(skel) : 0;
	if (r < 0) {
		(void)error_set(e, -r, GUARD_PINS, 0, "cannot take over the running maps");
		goto fail;
	}
	r = guard_bpf__load(skel);
	if (r < 0) {
		r = load_error(e, r, "the kernel does not take the programs");
		goto fail;
	}
	r = guard_bpf__attach(skel);
	if (r < 0) {
		r = load_error(e, r, "the kernel does not attach the programs");
		goto fail;
	}
	*ret = skel;
	return 0;
fail:
	guard_bpf__destroy(skel);
	return r;
}

/* Whether what was attached is asked at all. Returns 0 or an errno with detail in e. */
static int try_out(struct guard_bpf *skel, bool *ret_prctl_success, struct error *e)
{
	int r = trial_prctl(bpf_map__fd(skel->maps.state), bpf_map__fd(skel->maps.declarations));

	if (r < 0)
		return load_error(e, r,
				  "the programs are attached, and the kernel does not ask them");
	*ret_prctl_success = r;
	return 0;
}

/* What the kernel's map is to hold. */
static struct guard_state state_of(const struct guard_settings *s, bool fake_success)
{
	return (struct guard_state){
		.abi = GUARD_ABI,
		.armed = 1,
		.level = (uint32_t)s->level,
		.restrict_read = s->restrict_read,
		.tell_allowed = s->tell_allowed,
		.n_cgroups = (uint32_t)s->n_cgroups,
		.fake_success = fake_success,
	};
}

static int pin_all(struct guard_bpf *skel)
{
	const struct {
		const char *name;
		struct bpf_link *link;
	} links[] = {
		{"guard_access", skel->links.guard_access},
		{"guard_traceme", skel->links.guard_traceme},
		{"guard_prctl", skel->links.guard_prctl},
	};
	struct bpf_map *map;
	int r = pins_stage();

	bpf_object__for_each_map(map, skel->obj)
	{
		if (r == 0 && !bpf_map__is_internal(map))
			r = pin_add(GUARD_STAGING, bpf_map__name(map), bpf_map__fd(map));
	}
	for (size_t i = 0; r == 0 && i < ELEMENTSOF(links); i++)
		r = pin_add(GUARD_STAGING, links[i].name, bpf_link__fd(links[i].link));
	return r;
}

/* One store: the level, and that it holds. */
static int arm(int state, const struct guard_settings *s, bool fake_success, struct error *e)
{
	const struct guard_state want = state_of(s, fake_success);
	int r = write_state(state, &want);

	return r < 0 ? error_set(e, -r, GUARD_PINS, 0, "cannot set the level") : 0;
}

/* Pins what was loaded and puts it in place. A guard that runs goes on until then. */
static int commit(struct guard_bpf *skel, const struct guard_settings *s, struct error *e)
{
	int r = guard_cgroups_fill(bpf_map__fd(skel->maps.cgroups), s, e);

	if (r < 0)
		return r;
	r = pin_all(skel);
	if (r == 0)
		r = pins_commit();
	return r < 0 ? error_set(e, -r, GUARD_STAGING, 0, "cannot pin the programs") : 0;
}

int guard_start(const struct guard_settings *settings, struct error *e)
{
	struct guard_info before;
	struct guard_bpf *skel;
	bool success;
	int r = guard_inspect(&before, e);

	if (r < 0)
		return r;
	r = load(before.running != GUARD_ABSENT, &skel, e);
	if (r < 0)
		return r;
	success = before.state.fake_success;
	if (before.running != GUARD_ENFORCING)
		r = try_out(skel, &success, e);
	if (r == 0)
		r = commit(skel, settings, e);
	if (r == 0)
		r = arm(bpf_map__fd(skel->maps.state), settings, success, e);
	if (r < 0)
		(void)pins_drop_staged();
	guard_bpf__destroy(skel);
	return r;
}

int guard_apply(const struct guard_settings *settings, struct error *e)
{
	_cleanup_fd_ int state = -EBADF, cgroups = -EBADF;
	struct guard_info info;
	int r = guard_inspect(&info, e);

	if (r < 0)
		return r;
	if (info.running != GUARD_ENFORCING) {
		(void)error_set(e, ESRCH, NULL, 0, "no guard is running (%s)",
				guard_running_word(info.running));
		error_hint(e, "ptscope guard start");
		return -ESRCH;
	}
	state = pin_open("state");
	cgroups = pin_open("cgroups");
	if (state < 0 || cgroups < 0)
		return error_set(e, state < 0 ? -state : -cgroups, GUARD_PINS, 0,
				 "cannot open the maps");
	r = guard_cgroups_fill(cgroups, settings, e);
	return r < 0 ? r : arm(state, settings, info.state.fake_success, e);
}

int guard_keep_quiet(uint32_t pid)
{
	_cleanup_fd_ int fd = pin_open("state");
	struct guard_state s;
	int r = fd < 0 ? fd : read_state(fd, &s);

	if (r < 0)
		return r;
	s.trial = pid;
	return write_state(fd, &s);
}

/* The kernel lets go of programs some time after their pins; disarmed, they deny nothing at once.
 */
static void disarm(void)
{
	_cleanup_fd_ int fd = pin_open("state");
	struct guard_state s;

	if (fd < 0 || read_state(fd, &s) < 0 || s.abi != GUARD_ABI)
		return;
	s.armed = 0;
	(void)write_state(fd, &s);
}

int guard_stop(struct error *e)
{
	int r;

	disarm();
	r = pins_drop();

	if (r == 0)
		r = pins_drop_staged();
	return r < 0 ? error_set(e, -r, GUARD_PINS, 0, "cannot take the pins away") : 0;
}

int guard_try(bool *ret_prctl_success, struct error *e)
{
	struct guard_bpf *skel;
	int r = load(/* reuse= */ false, &skel, e);

	if (r < 0)
		return r;
	r = try_out(skel, ret_prctl_success, e);
	guard_bpf__destroy(skel);
	return r;
}
