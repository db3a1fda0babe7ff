/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of Linux Security Modules: which run (securityfs, often not mounted), and which the
 * command line asks for. lsm= replaces the list built into the kernel, so one that leaves Yama out
 * switches it off; security= does not touch Yama (security/security.c, ordered_lsm_parse()). To
 * help a person, the file that puts lsm= on the command line is looked for where boot loaders keep
 * it.
 */
#include "kernel-impl.h"

#include "limits.h"

#define LSM_PATH "/sys/kernel/security/lsm"

bool lsm_list_has(const char *list, const char *name)
{
	size_t len = strlen(name);

	while (*list) {
		size_t n = strcspn(list, ",");

		if (n == len && memcmp(list, name, n) == 0)
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

/* Length of the parameter at s; blanks inside double quotes belong to it, as in next_arg(). */
static size_t param_len(const char *s)
{
	bool quoted = false;
	size_t n = 0;

	for (; s[n] && (quoted || !strchr(" \t\n", s[n])); n++)
		quoted ^= s[n] == '"';
	return n;
}

int cmdline_param(const char *cmdline, const char *name, char **ret)
{
	const size_t len = strlen(name);
	const char *found = NULL;
	size_t found_len = 0;
	char *copy, *w;

	for (const char *s = cmdline; *s; s += strspn(s, " \t\n")) {
		size_t n = param_len(s), q = *s == '"';

		if (n == 2 && memcmp(s, "--", 2) == 0)
			break;
		if (n > len + q && memcmp(s + q, name, len) == 0 && s[q + len] == '=') {
			found = s + q + len + 1;
			found_len = n - q - len - 1;
		}
		s += n;
	}
	if (!found)
		return -ENOENT;
	copy = w = malloc(found_len + 1);
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < found_len; i++) {
		if (found[i] != '"')
			*w++ = found[i];
	}
	*w = '\0';
	*ret = copy;
	return 0;
}

/* Looks for "lsm=VALUE" in one file. */
struct needle {
	struct tree *tree;
	const char *path;
	const char *value;
	struct fact_source *ret;
};

/* Other words of a command line are nobody's business. */
static int set_masked(struct fact_source *s, const char *path, unsigned number, const char *line,
		      size_t n)
{
	_cleanup_free_ char *text = strndup(line, n), *masked = NULL;
	int r = text ? cmdline_mask(text, &masked) : -ENOMEM;

	return r < 0 ? r : fact_source_set(s, path, number, masked, strlen(masked));
}

static int line_sets_lsm(const char *line, size_t n, unsigned number, void *arg)
{
	const struct needle *f = arg;
	const char *at = line, *end = line + n;
	size_t len = strlen(f->value);

	if (n == 0 || line[strspn(line, " \t")] == '#')
		return 0;
	while ((at = memmem(at, (size_t)(end - at), "lsm=", 4))) {
		const char *v = at + 4;

		v += v < end && *v == '"';
		if ((at == line || strchr(" \t\"'=", at[-1])) && (size_t)(end - v) >= len &&
		    memcmp(v, f->value, len) == 0 && (v + len == end || strchr(" \t\"'", v[len]))) {
			int r = set_masked(f->ret, f->path, number, line, n);

			return r < 0 ? r : 1;
		}
		at += 4;
	}
	return 0;
}

/* Returns 1 when the file has it, 0, or -ENOMEM. */
static int search_file(const struct needle *f)
{
	_cleanup_free_ char *text = NULL;
	int r = fact_read_text(f->tree, f->path, &text);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return fact_each_line(text, line_sets_lsm, (void *)(uintptr_t)f);
}

static int search_dir(const struct needle *f, const char *dir, const char *suffix)
{
	_cleanup_(tree_list_done) struct tree_list l = {0};
	int r = tree_list(f->tree, dir, &l);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < l.n; i++) {
		_cleanup_(strbuf_done) struct strbuf path = {0};
		struct needle one = *f;

		if (!endswith(l.entries[i].name, suffix))
			continue;
		if (strbuf_addf(&path, "%s/%s", dir, l.entries[i].name) < 0)
			return -ENOMEM;
		one.path = path.bytes;
		r = search_file(&one);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Where people set it first; then what is generated from that. */
static int find_setting(struct tree *tree, const char *value, struct fact_source *ret)
{
	static const struct {
		const char *path, *suffix; /* suffix: of the files in a directory; NULL: a file */
	} places[] = {
		{"/etc/default/grub", NULL},	       {"/etc/default/grub.d", ".cfg"},
		{"/etc/kernel/cmdline", NULL},	       {"/etc/kernel/cmdline.d", ".conf"},
		{"/boot/loader/entries", ".conf"},     {"/efi/loader/entries", ".conf"},
		{"/boot/efi/loader/entries", ".conf"}, {"/boot/extlinux/extlinux.conf", NULL},
		{"/boot/firmware/cmdline.txt", NULL},  {"/boot/cmdline.txt", NULL},
		{"/boot/grub/grub.cfg", NULL},	       {"/boot/grub2/grub.cfg", NULL},
		{"/boot/grub2/grubenv", NULL},
	};

	for (size_t i = 0; i < ELEMENTSOF(places); i++) {
		const struct needle f = {tree, places[i].path, value, ret};
		int r = places[i].suffix ? search_dir(&f, places[i].path, places[i].suffix)
					 : search_file(&f);

		if (r != 0)
			return r < 0 ? r : 0;
	}
	return 0;
}

static int running_list(struct tree *t, struct kernel_facts *f)
{
	int r = fact_read_text(t, LSM_PATH, &f->running_lsms);

	f->yama_running = FACT_UNKNOWN;
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	f->yama_running = lsm_list_has(f->running_lsms, "yama") ? FACT_YES : FACT_NO;
	return fact_source_set(&f->yama_running_from, LSM_PATH, 0, f->running_lsms,
			       strlen(f->running_lsms));
}

int lsm_list_gather(struct tree *tree, const struct kernel_env *env, struct kernel_facts *f)
{
	_cleanup_free_ char *cmdline = NULL;
	int r;

	f->yama_running = FACT_UNKNOWN;
	if (!env->live || !env->proc_tree)
		return 0;
	r = running_list(env->proc_tree, f);
	if (r == 0)
		r = fact_read_text(env->proc_tree, "/proc/cmdline", &cmdline);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = cmdline_param(cmdline, "lsm", &f->lsm_param);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = set_masked(&f->lsm_param_from, "/proc/cmdline", 0, cmdline, strlen(cmdline));
	return r < 0 ? r : find_setting(tree, f->lsm_param, &f->lsm_param_set_in);
}
