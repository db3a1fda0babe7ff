/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table is about what is worth stealing from memory: keys, passwords, sessions, and shells,
 * which lead to all of these. Names are those of processes, cut at 15 bytes by the kernel.
 */
#include "holders.h"

#include "site-conf.h"

#define NAME_MAX_BYTES 15

static const struct {
	const char *secret;
	const char *names; /* separated by blanks; '/' stands for a blank in a name */
} builtin[] = {
	{"shells", "ash bash csh dash fish ksh mksh nu sh tcsh xonsh zsh"},
	{"web sessions",
	 "brave chrome chromium chromium-browse epiphany falkon firefox firefox-bin firefox-esr "
	 "librewolf msedge opera qutebrowser vivaldi-bin"},
	{"documents",
	 "code codium emacs emacs-gtk gvim kate mousepad nano nvim soffice.bin vi vim"},
	{"terminals",
	 "alacritty foot gnome-terminal- kitty konsole mate-terminal ptyxis screen terminator "
	 "tilix tmux:/server wezterm-gui xfce4-terminal xterm"},
	{"passwords",
	 "1password bitwarden gnome-keyring-d keepass keepassxc kwalletd kwalletd5 kwalletd6 "
	 "oo7-daemon pinentry secretservice seahorse"},
	{"passwords", "gdm-session-wor lightdm login polkit-agent-he sddm su sudo"},
	{"ssh keys", "ssh-agent"},
	{"gpg keys", "gpg-agent keyboxd scdaemon"},
	{"sessions", "autossh dropbear mosh-client mosh-server sftp ssh sshd sshd-session"},
	{"mail", "dovecot evolution exim4 geary imap mutt neomutt thunderbird"},
	{"messages", "discord element-desktop signal-desktop slack teams telegram-deskto weechat"},
	{"containers",
	 "buildkitd conmon containerd containerd-shim crio docker dockerd incusd kubelet lxc-start "
	 "lxd podman runc"},
	{"data, TLS key",
	 "cockroach etcd influxd mariadbd memcached mongod mysqld postgres redis-server slapd "
	 "valkey-server"},
	{"TLS key", "apache2 caddy envoy gunicorn haproxy httpd lighttpd nginx php-fpm stunnel "
		    "stunnel4 traefik "
		    "uvicorn"},
	{"VPN keys", "charon charon-systemd openvpn pluto tailscaled vpnc"},
	{"signing keys", "consul krb5kdc sssd_kcm step-ca vault winbindd"},
	{"cloud keys", "ansible aws gcloud kubectl terraform tofu"},
};

void holders_done(struct holders *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->table[i].name);
		free(h->table[i].secret);
	}
	free(h->table);
	*h = (struct holders){0};
}

static size_t position(const struct holders *h, const char *name)
{
	size_t low = 0, high = h->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(h->table[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct holder *holders_find(const struct holders *h, const char *comm)
{
	size_t i = position(h, comm);

	return i < h->n && streq(h->table[i].name, comm) && *h->table[i].secret ? &h->table[i]
										: NULL;
}

/* Puts a row, of which it takes over both strings, also on failure. */
static int put(struct holders *h, char *name, char *secret)
{
	size_t i;

	if (!name || !secret || array_reserve(&h->table, h->n, &h->cap, sizeof(*h->table)) < 0) {
		free(name);
		free(secret);
		return -ENOMEM;
	}
	i = position(h, name);
	if (i < h->n && streq(h->table[i].name, name)) {
		free(h->table[i].secret);
		h->table[i].secret = secret;
		free(name);
		return 0;
	}
	memmove(h->table + i + 1, h->table + i, (h->n - i) * sizeof(*h->table));
	h->table[i] = (struct holder){name, secret};
	h->n++;
	return 0;
}

int holders_builtin(struct holders *ret)
{
	struct holders h = {0};

	for (size_t i = 0; i < ELEMENTSOF(builtin); i++) {
		for (const char *p = builtin[i].names; *p;) {
			size_t n = strcspn(p, " ");
			char *name = strndup(p, n);

			for (char *slash = name; slash && (slash = strchr(slash, '/'));)
				*slash = ' ';
			if (put(&h, name, strdup(builtin[i].secret)) < 0) {
				holders_done(&h);
				return -ENOMEM;
			}
			p += n + strspn(p + n, " ");
		}
	}
	*ret = h;
	return 0;
}

struct draft {
	struct holders *h;
	const char *path;
	unsigned line; /* of the section's header */
	char *name, *secret;
};

static const char *set_name(void *arg, const char *value)
{
	struct draft *d = arg;

	if (!*value || strlen(value) > NAME_MAX_BYTES)
		return "must be the name of a process, 1 to 15 bytes, as \"ps -eo comm\" shows it";
	free(d->name);
	d->name = strdup(value);
	return d->name ? NULL : "";
}

static const char *set_secret(void *arg, const char *value)
{
	struct draft *d = arg;

	free(d->secret);
	d->secret = strdup(value);
	return d->secret ? NULL : "";
}

static int begin(void *arg, unsigned line, struct error *e)
{
	struct draft *d = arg;

	(void)e;
	d->line = line;
	return 0;
}

static int end(void *arg, const unsigned lines[CONF_SETTINGS_MAX], struct error *e)
{
	struct draft *d = arg;

	(void)lines;
	if (!d->name || !d->secret) {
		(void)error_set(e, EINVAL, d->path, d->line, "[Holder] lacks %s",
				d->name ? "Secret=" : "Name=");
		error_hint(e, "an empty Secret= takes a program off the table");
		return -EINVAL;
	}
	return put(d->h, TAKE_PTR(d->name), TAKE_PTR(d->secret));
}

int holders_parse(const char *path, const char *bytes, size_t n, struct holders *h, struct error *e)
{
	static const struct conf_setting settings[] = {
		{"Name", set_name}, {"Secret", set_secret}, {NULL}};
	static const struct conf_format format = {
		.section = "[Holder]",
		.hint = "the table of holders has sections [Holder]",
		.many = true,
		.may_be_empty = true,
		.settings = settings,
		.begin = begin,
		.end = end,
	};
	struct draft d = {.h = h, .path = path};
	int r = conf_parse(path, bytes, n, &format, &d, e);

	free(d.name);
	free(d.secret);
	return r;
}

int holders_load(const char *path, struct holders *h, struct error *e)
{
	_cleanup_strbuf_ struct strbuf text = {0};
	int r = conf_load(path, "the table of holders", &text, e);

	return r < 0 ? r : holders_parse(path, text.bytes ? text.bytes : "", text.len, h, e);
}
