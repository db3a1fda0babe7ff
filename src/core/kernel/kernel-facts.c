/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gathers the facts; what needs more than a line is in files of its own. */
#include "kernel-impl.h"

#include "limits.h"
#include "parse.h"

void fact_source_done(struct fact_source *s)
{
	free(s->path);
	free(s->text);
	*s = (struct fact_source){0};
}

int fact_source_set(struct fact_source *s, const char *path, unsigned line, const char *text,
		    size_t text_len)
{
	_cleanup_free_ char *p = strdup(path), *t = text ? strndup(text, text_len) : NULL;

	if (!p || (text && !t))
		return -ENOMEM;
	fact_source_done(s);
	*s = (struct fact_source){.path = TAKE_PTR(p), .line = line, .text = TAKE_PTR(t)};
	return 0;
}

int fact_read_text(struct tree *t, const char *path, char **ret)
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

int fact_each_line(const char *text,
		   int (*per)(const char *line, size_t n, unsigned number, void *arg), void *arg)
{
	unsigned number = 1;

	for (const char *line = text; *line; number++) {
		size_t n = strcspn(line, "\n");
		int r = per(line, n, number, arg);

		if (r != 0)
			return r;
		line += n + (line[n] == '\n');
	}
	return 0;
}

/* A file that may be missing. Returns 0 (*ret may stay NULL) or -ENOMEM. */
static int optional_text(struct tree *t, const char *path, char **ret)
{
	int r = fact_read_text(t, path, ret);

	return r == -ENOMEM ? r : 0;
}

/* Whether a file that may be missing starts with a character. */
static int optional_flag(struct tree *t, const char *path, char yes, enum fact *ret)
{
	_cleanup_free_ char *s = NULL;
	int r = fact_read_text(t, path, &s);

	if (r < 0) {
		*ret = r == -ENOENT || r == -ENOTDIR ? FACT_NO : FACT_UNKNOWN;
		return r == -ENOMEM ? r : 0;
	}
	*ret = s[0] == yes ? FACT_YES : FACT_NO;
	return 0;
}

static int gather_names(struct tree *t, struct kernel_facts *f)
{
	_cleanup_free_ char *uptime = NULL;
	int r = optional_text(t, "/proc/sys/kernel/osrelease", &f->release);

	if (r == 0)
		r = optional_text(t, "/proc/sys/kernel/random/boot_id", &f->boot_id);
	if (r == 0)
		r = optional_text(t, "/proc/uptime", &uptime);
	if (r < 0 || !uptime)
		return r;
	uptime[strcspn(uptime, ". ")] = '\0';
	if (parse_uint(uptime, UINT64_MAX, &f->uptime_s) < 0)
		f->uptime_s = 0;
	return 0;
}

/* Other restrictions of ptrace: named to people, never counted. */
static int gather_others(struct tree *t, struct kernel_facts *f)
{
	enum fact enforcing = FACT_NO;
	int r = optional_flag(t, "/sys/fs/selinux/enforce", '1', &enforcing);

	if (r == 0)
		r = optional_flag(t, "/sys/fs/selinux/booleans/deny_ptrace", '1',
				  &f->selinux_deny_ptrace);
	if (enforcing == FACT_NO)
		f->selinux_deny_ptrace = FACT_NO;
	if (r == 0)
		r = optional_flag(t, "/sys/module/apparmor/parameters/enabled", 'Y',
				  &f->apparmor_enabled);
	return r;
}

static int gather(struct tree *tree, const struct kernel_env *env, bool full,
		  struct kernel_facts *f)
{
	const bool live = env->live && env->proc_tree;
	int r = container_detect(env, full, f);

	if (r < 0 || (live && !full))
		return r;
	if (live) {
		r = gather_names(env->proc_tree, f);
		if (r == 0)
			r = gather_others(env->proc_tree, f);
		if (r < 0)
			return r;
	}
	r = kernel_config_gather(tree, env, f);
	return r < 0 ? r : lsm_list_gather(tree, env, f);
}

int kernel_facts_gather(struct tree *tree, const struct kernel_env *env, bool full,
			struct kernel_facts *ret)
{
	struct kernel_facts f = {.yama_built = FACT_UNKNOWN,
				 .yama_running = FACT_UNKNOWN,
				 .bpf_lsm_built = FACT_UNKNOWN};
	int r = gather(tree, env, full, &f);

	if (r < 0) {
		kernel_facts_done(&f);
		return r;
	}
	*ret = f;
	return 0;
}

void kernel_facts_done(struct kernel_facts *f)
{
	free(f->release);
	fact_source_done(&f->yama_built_from);
	free(f->config_why);
	fact_source_done(&f->yama_running_from);
	free(f->lsm_param);
	fact_source_done(&f->lsm_param_from);
	fact_source_done(&f->lsm_param_set_in);
	free(f->config_lsm);
	fact_source_done(&f->config_lsm_from);
	free(f->running_lsms);
	free(f->container_why);
	free(f->boot_id);
	*f = (struct kernel_facts){0};
}
