/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel command line of the next boot: every boot entry is a candidate, since which one is
 * chosen is not known here. /etc/default/grub and /etc/kernel/cmdline are what the next update
 * makes entries from; they count where no entry is found.
 */
#include "boot-impl.h"

#include "limits.h"
#include "str.h"

#include <stdio.h>

/* Entries that are looked at. */
#define CMDLINES_MAX 64

static int add_cmdline(struct boot_ctx *c, const char *path, unsigned line, const char *text,
		       size_t n)
{
	struct boot_plan *p = c->plan;
	struct boot_cmdline *b;

	for (size_t i = 0; i < p->n_cmdlines; i++) {
		if (strlen(p->cmdlines[i].text) == n && memcmp(p->cmdlines[i].text, text, n) == 0)
			return 0;
	}
	if (p->n_cmdlines >= CMDLINES_MAX)
		return 0;
	if (array_reserve(&p->cmdlines, p->n_cmdlines, &c->cap_cmdlines, sizeof(*b)) < 0)
		return -ENOMEM;
	b = &p->cmdlines[p->n_cmdlines];
	*b = (struct boot_cmdline){.path = strdup(path), .line = line, .text = strndup(text, n)};
	if (!b->path || !b->text) {
		free(b->path);
		free(b->text);
		return -ENOMEM;
	}
	p->n_cmdlines++;
	return 0;
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

/* Lines of a file that start with one of the words. -EACCES and the like are noted as unreadable.
 */
static int scan_lines(struct boot_ctx *c, const char *path, const char *const *words,
		      bool skip_first)
{
	_cleanup_free_ char *bytes = NULL;
	unsigned number = 0;
	int r = tree_read_file(c->tree, path, LIMIT_SMALL_FILE, &bytes, NULL);

	if (r == -ENOENT || r == -ENOTDIR || r == -EISDIR || r == -ENOMEM)
		return r == -ENOMEM ? r : 0;
	if (r < 0)
		return boot_unreadable(c, path);
	for (char *line = bytes, *end; r == 0 && *line; line = end) {
		const char *args;

		number++;
		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		args = after_word(line, words);
		if (args && skip_first)
			args += strcspn(args, " \t");
		if (args)
			r = add_cmdline(c, path, number, args, strlen(args));
	}
	return r;
}

static int scan_entries(struct boot_ctx *c, const char *dir)
{
	static const char *const words[] = {"options", NULL};
	_cleanup_(tree_list_done) struct tree_list list = {0};
	int r = tree_list(c->tree, dir, &list);

	if (r == -EACCES || r == -EPERM)
		return boot_unreadable(c, dir);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; r == 0 && i < list.n; i++) {
		_cleanup_free_ char *path = NULL;

		if (!endswith(list.entries[i].name, ".conf"))
			continue;
		if (asprintf(&path, "%s/%s", dir, list.entries[i].name) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		r = scan_lines(c, path, words, false);
	}
	return r;
}

/* GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT, joined as grub-mkconfig does. */
static int scan_default_grub(struct boot_ctx *c)
{
	static const char *const path = "/etc/default/grub";
	_cleanup_free_ char *bytes = NULL;
	_cleanup_strbuf_ struct strbuf b = {0};
	int r = tree_read_file(c->tree, path, LIMIT_SMALL_FILE, &bytes, NULL);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (char *save = NULL, *l = strtok_r(bytes, "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save)) {
		const char *v = strchr(l, '=');

		if (!startswith(l, "GRUB_CMDLINE_LINUX") || !v)
			continue;
		v++;
		if (*v == '"' || *v == '\'') {
			(void)strbuf_add(&b, v + 1, strcspn(v + 1, (char[]){*v, '\0'}));
		} else {
			(void)strbuf_adds(&b, v);
		}
		(void)strbuf_addc(&b, ' ');
	}
	if (b.failed)
		return -ENOMEM;
	return b.len ? add_cmdline(c, path, 1, b.bytes, b.len) : 0;
}

static int scan_kernel_cmdline(struct boot_ctx *c)
{
	_cleanup_free_ char *bytes = NULL;
	size_t n;
	int r = tree_read_file(c->tree, "/etc/kernel/cmdline", LIMIT_SMALL_FILE, &bytes, &n);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return add_cmdline(c, "/etc/kernel/cmdline", 1, bytes, strcspn(bytes, "\n"));
}

int boot_find_cmdlines(struct boot_ctx *c)
{
	static const char *const grub[] = {"/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"};
	static const char *const linux_words[] = {"linux", "linux16", "linuxefi", NULL};
	static const char *const dirs[] = {"/boot/loader/entries", "/efi/loader/entries",
					   "/boot/efi/loader/entries"};
	struct boot_plan *p = c->plan;
	int r = 0;

	for (size_t i = 0; r == 0 && i < ELEMENTSOF(grub); i++)
		r = scan_lines(c, grub[i], linux_words, true);
	for (size_t i = 0; r == 0 && i < ELEMENTSOF(dirs); i++)
		r = scan_entries(c, dirs[i]);
	if (r == 0 && p->n_cmdlines == 0)
		r = scan_kernel_cmdline(c);
	if (r == 0 && p->n_cmdlines == 0)
		r = scan_default_grub(c);
	if (r == 0 && p->n_cmdlines == 0 && c->env->live && c->env->proc_cmdline)
		r = add_cmdline(c, "/proc/cmdline", 1, c->env->proc_cmdline,
				strcspn(c->env->proc_cmdline, "\n"));
	return r;
}
