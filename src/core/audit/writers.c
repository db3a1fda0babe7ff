/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Things that are no sysctl loaders and mention the key: units, cron tables, udev rules and the
 * like. What they do is not modelled; that they are there is told. The short form of an audit does
 * not pay for the search where the kernel holds just what the loaders would set, since then nothing
 * has interfered since the boot.
 */
#include "audit-impl.h"

#include "limits.h"

#define NEEDLE "ptrace_scope"

/* X: a file, or a directory with the endings of names that count ("" for all of them). */
static const struct place {
	const char *path;
	const char *suffix; /* NULL: path is a file */
} places[] = {
	{"/etc/rc.local", NULL},
	{"/etc/rc.d/rc.local", NULL},
	{"/etc/init.d", ""},
	{"/etc/local.d", ".start"},
	{"/etc/runit", ""},
	{"/etc/runit/core-services", ".sh"},
	{"/etc/crontab", NULL},
	{"/etc/cron.d", ""},
	{"/etc/cron.hourly", ""},
	{"/etc/cron.daily", ""},
	{"/var/spool/cron", ""},
	{"/var/spool/cron/crontabs", ""},
	{"/etc/systemd/system", ".service"},
	{"/usr/local/lib/systemd/system", ".service"},
	{"/usr/lib/systemd/system", ".service"},
	{"/etc/tmpfiles.d", ".conf"},
	{"/usr/local/lib/tmpfiles.d", ".conf"},
	{"/usr/lib/tmpfiles.d", ".conf"},
	{"/etc/udev/rules.d", ".rules"},
	{"/usr/lib/udev/rules.d", ".rules"},
	{"/etc/modprobe.d", ".conf"},
	{"/etc/NetworkManager/dispatcher.d", ""},
	{"/etc/network/if-up.d", ""},
	{"/etc/cloud/cloud.cfg", NULL},
	{"/etc/cloud/cloud.cfg.d", ".cfg"},
	{"/var/lib/cloud/scripts/per-boot", ""},
	{"/etc/initramfs-tools/hooks", ""},
	{"/etc/initramfs-tools/scripts", ""},
	{"/etc/initramfs-tools/scripts/init-premount", ""},
	{"/etc/initramfs-tools/scripts/init-bottom", ""},
	{"/etc/initramfs-tools/scripts/local-bottom", ""},
	{"/etc/dracut.conf", NULL},
	{"/etc/dracut.conf.d", ".conf"},
	{"/etc/mkinitcpio.conf", NULL},
	/* systemd-sysctl applies the credential after all files. */
	{"/etc/credstore/sysctl.extra", NULL},
	{"/usr/lib/credstore/sysctl.extra", NULL},
};

/* The same credential where what it says cannot be read: encrypted, or for systemd-stub. */
static const char *const sealed[] = {
	"/etc/credstore.encrypted/sysctl.extra",
	"/usr/lib/credstore.encrypted/sysctl.extra",
	"/boot/loader/credentials/sysctl.extra.cred",
	"/efi/loader/credentials/sysctl.extra.cred",
	"/boot/efi/loader/credentials/sysctl.extra.cred",
};

struct search {
	struct judge *j;
	struct finding *f;
};

/* Notes the first line of a text that mentions the key and is no comment. */
static void search_text(struct search *s, const char *path, const char *text, size_t len)
{
	unsigned number = 0;

	if (!memmem(text, len, NEEDLE, strlen(NEEDLE)))
		return;
	for (const char *line = text, *end = text + len; line < end;) {
		const char *nl = memchr(line, '\n', (size_t)(end - line));
		size_t n = (size_t)((nl ? nl : end) - line);
		_cleanup_free_ char *copy = NULL;

		number++;
		if (line[strspn(line, " \t")] != '#' && memmem(line, n, NEEDLE, strlen(NEEDLE))) {
			if (!s->f)
				s->f = add_finding(
					s->j, FINDING_UNMODELLED_WRITER, SEVERITY_WARN,
					"Something else mentions the key; what it does is not "
					"counted.");
			copy = strndup(line, n);
			if (!copy)
				s->j->failed = true;
			else
				add_evidence(s->j, s->f, path, number, copy);
			return;
		}
		line += n + 1;
	}
}

static void search_file(struct search *s, const char *path)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	int r = tree_read_file(s->j->tree, path, LIMIT_SMALL_FILE, &text, &len);

	if (r == -ENOMEM)
		s->j->failed = true;
	if (r == 0)
		search_text(s, path, text, len);
}

static void search_dir(struct search *s, const char *dir, const char *suffix)
{
	_cleanup_(tree_list_done) struct tree_list l = {0};
	int r = tree_list(s->j->tree, dir, &l);

	if (r == -ENOMEM)
		s->j->failed = true;
	for (size_t i = 0; r == 0 && i < l.n; i++) {
		_cleanup_strbuf_ struct strbuf path = {0};
		const char *name = l.entries[i].name;

		/* A unit's own drop-ins. */
		if (endswith(name, ".service.d") && streq(suffix, ".service")) {
			if (strbuf_addf(&path, "%s/%s", dir, name) == 0)
				search_dir(s, path.bytes, ".conf");
			continue;
		}
		if (!endswith(name, suffix))
			continue;
		if (strbuf_addf(&path, "%s/%s", dir, name) < 0)
			s->j->failed = true;
		else
			search_file(s, path.bytes);
	}
}

/* The finding about credentials. */
static struct finding *credential(struct search *s)
{
	if (!s->f)
		s->f = add_finding(s->j, FINDING_UNMODELLED_WRITER, SEVERITY_WARN,
				   "A credential gives systemd-sysctl lines that are not counted.");
	return s->f;
}

static void search_sealed(struct search *s)
{
	struct tree_stat st;

	for (size_t i = 0; i < ELEMENTSOF(sealed); i++) {
		if (tree_stat(s->j->tree, sealed[i], &st, NULL) == 0 && st.type == TREE_REG)
			add_evidence(s->j, credential(s), sealed[i], 0,
				     "what it says cannot be read here");
	}
}

/* systemd.set_credential=sysctl.extra:... on a command line of the next boot. */
static void search_cmdlines(struct search *s)
{
	const struct boot_plan *plan = s->j->ev->resolve->plan;

	for (size_t i = 0; plan && i < plan->n_cmdlines; i++) {
		const struct boot_cmdline *c = &plan->cmdlines[i];

		if (!strstr(c->text, "credential") || !strstr(c->text, "sysctl.extra"))
			continue;
		add_cmdline(s->j, credential(s), c);
	}
}

static bool is_undisturbed(const struct judge *j)
{
	const struct runtime *now = &j->ev->runtime;

	return !j->ev->in_full && j->ev->want_now && now->state == RUNTIME_SET &&
	       now->level == j->key->boot.level;
}

void tell_writers(struct judge *j)
{
	struct search s = {.j = j};

	if (!j->key || j->ruling.boot == BOOT_SKIPPED || j->ruling.boot == BOOT_CONTAINER ||
	    j->ruling.boot == BOOT_NO_YAMA || is_undisturbed(j))
		return;
	for (size_t i = 0; i < ELEMENTSOF(places); i++) {
		if (places[i].suffix)
			search_dir(&s, places[i].path, places[i].suffix);
		else
			search_file(&s, places[i].path);
	}
	search_sealed(&s);
	search_cmdlines(&s);
}
