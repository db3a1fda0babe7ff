/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel command line of the next boot: every boot entry is a candidate, since which one is
 * chosen is not known here. /etc/kernel/cmdline and /etc/default/grub are what the next update
 * makes entries from; they count where no entry is found.
 */
#include "boot-impl.h"

#include "limits.h"
#include "shell-assign.h"

#include <stdio.h>

/* Entries that are looked at; one more makes the file that has it count as unreadable. */
#define CMDLINES_MAX 256

/* How a kind of file holds command lines. */
struct syntax {
	const char *const *words; /* a line with one of these first; ends in NULL */
	bool image_first;	  /* then the kernel's path, then its arguments */
	bool grub;		  /* a command of grub's script */
	bool joined;		  /* all such lines of the file are one command line */
};

static int add_cmdline(struct boot_ctx *c, const char *path, unsigned line, const char *text)
{
	struct boot_plan *p = c->plan;
	struct boot_cmdline *b;

	for (size_t i = 0; i < p->n_cmdlines; i++) {
		if (streq(p->cmdlines[i].text, text))
			return 0;
	}
	if (p->n_cmdlines >= CMDLINES_MAX)
		return boot_unreadable(c, path);
	if (array_reserve(&p->cmdlines, p->n_cmdlines, &c->cap_cmdlines, sizeof(*b)) < 0)
		return -ENOMEM;
	b = &p->cmdlines[p->n_cmdlines];
	*b = (struct boot_cmdline){.path = strdup(path), .line = line, .text = strdup(text)};
	if (!b->path || !b->text) {
		free(b->path);
		free(b->text);
		return -ENOMEM;
	}
	p->n_cmdlines++;
	return 0;
}

/* Reads a file that may hold command lines. Returns 1; 0 when it is absent, or cannot be read,
 * which is noted; -ENOMEM. */
static int read_config(struct boot_ctx *c, const char *path, char **ret)
{
	int r = tree_read_file(c->tree, path, LIMIT_SMALL_FILE, ret, NULL);

	if (r == 0)
		return 1;
	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT || r == -ENOTDIR || r == -EISDIR || r == -ELOOP)
		return 0;
	return boot_unreadable(c, path);
}

/* The rest of a line after one of the words, which blanks follow. NULL when it starts with none. */
static const char *after_word(const char *line, const char *const *words)
{
	line += strspn(line, " \t");
	for (; *words; words++) {
		size_t n = strlen(*words);

		if (strncmp(line, *words, n) == 0 && (line[n] == ' ' || line[n] == '\t'))
			return line + n + strspn(line + n, " \t");
	}
	return NULL;
}

/* grub's environment block beside its configuration; *ret is NULL where there is none. */
static int read_grubenv(struct boot_ctx *c, char **ret)
{
	static const char *const paths[] = {"/boot/grub/grubenv", "/boot/grub2/grubenv"};

	for (size_t i = 0; i < ELEMENTSOF(paths); i++) {
		int r = read_config(c, paths[i], ret);

		if (r != 0)
			return r < 0 ? r : 0;
	}
	return 0;
}

static int add_args(struct boot_ctx *c, const char *path, unsigned line, const char *args,
		    const struct syntax *syntax)
{
	_cleanup_strbuf_ struct strbuf words = {0};
	_cleanup_free_ char *env = NULL;

	if (syntax->image_first)
		args += strcspn(args, " \t");
	args += strspn(args, " \t");
	/* Entries of systemd-boot have no variables; those that grub reads may. */
	if (!syntax->grub && !strchr(args, '$'))
		return add_cmdline(c, path, line, args);
	if (strchr(args, '$') && read_grubenv(c, &env) < 0)
		return -ENOMEM;
	if (boot_grub_words(args, env, &words) < 0)
		return -ENOMEM;
	return add_cmdline(c, path, line, words.bytes ? words.bytes : "");
}

static int scan_lines(struct boot_ctx *c, const char *path, const struct syntax *syntax)
{
	_cleanup_strbuf_ struct strbuf all = {0};
	_cleanup_free_ char *bytes = NULL;
	unsigned number = 0, first = 0;
	int r = read_config(c, path, &bytes);

	if (r <= 0)
		return r;
	r = 0;
	for (char *line = bytes, *end; r == 0 && *line; line = end) {
		const char *args;
		size_t n = strcspn(line, "\n");

		number++;
		end = line + n;
		if (*end)
			*end++ = '\0';
		if (n > 0 && line[n - 1] == '\r')
			line[n - 1] = '\0';
		args = after_word(line, syntax->words);
		if (args && syntax->joined) {
			first = first ? first : number;
			r = strbuf_addf(&all, "%s%s", all.len ? " " : "", args);
		} else if (args) {
			r = add_args(c, path, number, args, syntax);
		}
	}
	return r == 0 && first ? add_args(c, path, first, all.bytes, syntax) : r;
}

typedef int (*entry_fn)(struct boot_ctx *c, const char *path);

static int scan_entry(struct boot_ctx *c, const char *path)
{
	static const char *const words[] = {"options", NULL};

	return scan_lines(c, path, &(struct syntax){.words = words, .joined = true});
}

static int scan_uki(struct boot_ctx *c, const char *path)
{
	_cleanup_free_ char *text = NULL;
	int r = boot_uki_cmdline(c->tree, path, &text);

	if (r == -ENOMEM)
		return r;
	if (r == -ENODATA || r == -ENOENT || r == -ENOTDIR || r == -EISDIR)
		return 0;
	return r < 0 ? boot_unreadable(c, path) : add_cmdline(c, path, 1, text);
}

/* Hands the files of a directory whose names end in suffix to scan. */
static int scan_dir(struct boot_ctx *c, const char *dir, const char *suffix, entry_fn scan)
{
	_cleanup_(tree_list_done) struct tree_list list = {0};
	int r = tree_list(c->tree, dir, &list);

	if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
		return 0;
	if (r < 0)
		return r == -ENOMEM ? r : boot_unreadable(c, dir);
	for (size_t i = 0; r == 0 && i < list.n; i++) {
		_cleanup_free_ char *path = NULL;

		if (!endswith(list.entries[i].name, suffix))
			continue;
		if (asprintf(&path, "%s/%s", dir, list.entries[i].name) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		r = scan(c, path);
	}
	return r;
}

/* A file that is a command line on its first line. */
static int scan_first_line(struct boot_ctx *c, const char *path)
{
	_cleanup_free_ char *bytes = NULL;
	int r = read_config(c, path, &bytes);

	if (r <= 0)
		return r;
	bytes[strcspn(bytes, "\n")] = '\0';
	return add_cmdline(c, path, 1, bytes);
}

/* A variable and where it was set last. */
struct grub_default {
	const char *name;
	const char *path;
	unsigned line;
};

/*
 * A file of grub-mkconfig's settings. It is a shell script, which commonly asks programs for things
 * that do not matter here; so each assignment is run on its own, and all else is passed over.
 */
static int run_grub_defaults(struct boot_ctx *c, const char *path, struct shell_vars *v,
			     struct grub_default *defaults, size_t n_defaults)
{
	_cleanup_free_ char *bytes = NULL;
	unsigned number = 0;
	int r = read_config(c, path, &bytes);

	if (r <= 0)
		return r;
	r = 0;
	for (char *line = bytes, *end; r == 0 && *line; line = end) {
		size_t n = strcspn(line, "\n");

		number++;
		end = line + n + (line[n] == '\n');
		line += strspn(line, " \t");
		for (size_t i = 0; r == 0 && i < n_defaults; i++) {
			enum shell_end how = SHELL_DONE;
			unsigned at;

			if (!startswith(line, defaults[i].name) ||
			    !strchr("+=", line[strlen(defaults[i].name)]))
				continue;
			r = shell_vars_run(v, c->tree, line, (size_t)(end - line), &how, &at);
			if (r == 0 && how != SHELL_DONE)
				r = boot_unreadable(c, path);
			defaults[i].line = number;
			defaults[i].path = path;
		}
	}
	return r;
}

/* What grub-mkconfig would make of /etc/default/grub: one entry with both variables, and one for
 * recovery with the first of them. */
static int scan_default_grub(struct boot_ctx *c)
{
	static const char path[] = "/etc/default/grub";
	_cleanup_(shell_vars_done) struct shell_vars v = {0};
	_cleanup_strbuf_ struct strbuf b = {0}, words = {0};
	struct grub_default d[] = {{.name = "GRUB_CMDLINE_LINUX"},
				   {.name = "GRUB_CMDLINE_LINUX_DEFAULT"}};
	int r = run_grub_defaults(c, path, &v, d, ELEMENTSOF(d));

	for (size_t i = 0; r == 0 && i < ELEMENTSOF(d); i++) {
		const struct shell_var *var = shell_vars_get(&v, d[i].name);

		if (!var)
			continue;
		if (!var->value)
			r = boot_unreadable(c, d[i].path);
		else
			(void)strbuf_addf(&b, "%s ", var->value);
	}
	if (r < 0 || b.failed)
		return -ENOMEM;
	if (!b.len)
		return 0;
	if (boot_grub_words(b.bytes, NULL, &words) < 0)
		return -ENOMEM;
	return add_cmdline(c, path, d[0].path ? d[0].line : d[1].line,
			   words.bytes ? words.bytes : "");
}

static int scan_boot_entries(struct boot_ctx *c)
{
	static const char *const linux_words[] = {"linux", "linux16", "linuxefi", NULL};
	static const char *const append_words[] = {"append", "APPEND", NULL};
	static const struct {
		const char *path;
		struct syntax syntax;
	} files[] = {
		{"/boot/grub/grub.cfg", {linux_words, true, true}},
		{"/boot/grub2/grub.cfg", {linux_words, true, true}},
		{"/boot/extlinux/extlinux.conf", {append_words, false, false}},
	};
	static const struct {
		const char *path, *suffix;
		entry_fn scan;
	} dirs[] = {
		{"/boot/loader/entries", ".conf", scan_entry},
		{"/efi/loader/entries", ".conf", scan_entry},
		{"/boot/efi/loader/entries", ".conf", scan_entry},
		{"/boot/EFI/Linux", ".efi", scan_uki},
		{"/efi/EFI/Linux", ".efi", scan_uki},
		{"/boot/efi/EFI/Linux", ".efi", scan_uki},
	};
	static const char *const tops[] = {"/boot", "/efi"};
	int r = 0;

	/* A tree that remembers is then not asked for each of the paths that are not there. */
	for (size_t i = 0; r != -ENOMEM && i < ELEMENTSOF(tops); i++) {
		_cleanup_(tree_list_done) struct tree_list l = {0};

		r = tree_list(c->tree, tops[i], &l);
	}
	/* Of the Raspberry Pi's firmware. */
	r = r == -ENOMEM ? r : scan_first_line(c, "/boot/firmware/cmdline.txt");

	for (size_t i = 0; r == 0 && i < ELEMENTSOF(files); i++)
		r = scan_lines(c, files[i].path, &files[i].syntax);
	for (size_t i = 0; r == 0 && i < ELEMENTSOF(dirs); i++)
		r = scan_dir(c, dirs[i].path, dirs[i].suffix, dirs[i].scan);
	return r;
}

/* Takes over what was found before. */
static int copy_found(struct boot_ctx *c)
{
	const struct boot_plan *found = c->env->found;
	int r = 0;

	for (size_t i = 0; r == 0 && i < found->n_cmdlines; i++)
		r = add_cmdline(c, found->cmdlines[i].path, found->cmdlines[i].line,
				found->cmdlines[i].text);
	for (size_t i = 0; r == 0 && i < found->n_unreadable; i++)
		r = boot_unreadable(c, found->unreadable[i]);
	return r;
}

int boot_find_cmdlines(struct boot_ctx *c)
{
	struct boot_plan *p = c->plan;
	const char *running = c->env->live ? c->env->proc_cmdline : NULL;
	int r;

	if (c->env->found)
		return copy_found(c);
	r = scan_boot_entries(c);

	if (r == 0 && p->n_cmdlines == 0)
		r = scan_first_line(c, "/etc/kernel/cmdline");
	if (r == 0 && p->n_cmdlines == 0)
		r = scan_default_grub(c);
	if (r == 0 && p->n_cmdlines == 0 && running) {
		_cleanup_free_ char *line = strndup(running, strcspn(running, "\n"));

		r = line ? add_cmdline(c, "/proc/cmdline", 1, line) : -ENOMEM;
	}
	return r;
}

int boot_cmdlines_find(struct tree *tree, const struct boot_env *env, struct boot_plan **ret)
{
	_cleanup_(boot_plan_free_p) struct boot_plan *plan = calloc(1, sizeof(*plan));
	struct boot_ctx c = {.tree = tree, .env = env, .plan = plan};
	int r = plan ? boot_find_cmdlines(&c) : -ENOMEM;

	if (r < 0)
		return r;
	*ret = TAKE_PTR(plan);
	return 0;
}
