/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who the subject is. The id is a hash keyed with the machine-id, so that reports of one host can
 * be told from those of another, and nobody can get the machine-id back from one or match it with
 * the hash of another program: the way of sd_id128_get_machine_app_specific(3), with an id of our
 * own.
 */
#include "gather.h"

#include "limits.h"
#include "sha256.h"
#include "str.h"

#include <pwd.h>
#include <stdio.h>
#include <sys/utsname.h>

/* Ours alone: made once from random bytes. Never change it: hosts would get new ids. */
static const uint8_t app_id[16] = {
	0xa5, 0x34, 0x25, 0xbd, 0x5f, 0x68, 0x11, 0x5b,
	0x7a, 0x04, 0xb9, 0xcf, 0xe3, 0xeb, 0xdd, 0x9a,
};

void host_done(struct host *h)
{
	free(h->name);
	free(h->id);
	free(h->os_id);
	free(h->os_version);
	*h = (struct host){0};
}

/* First line of a file, blanks trimmed; NULL in *ret when there is none. Returns 0 or -ENOMEM. */
static int first_line(struct tree *t, const char *path, char **ret)
{
	_cleanup_free_ char *s = NULL;
	size_t n = 0;
	int r = tree_read_file(t, path, LIMIT_SMALL_FILE, &s, &n);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	n = strcspn(s, "\r\n");
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	s[n] = '\0';
	if (n > 0)
		*ret = TAKE_PTR(s);
	return 0;
}

int gather_host_name(const struct gather *g, char **ret)
{
	struct utsname u;

	*ret = NULL;
	if (g->record) {
		if (g->record->host_name)
			*ret = strdup(g->record->host_name);
		return g->record->host_name && !*ret ? -ENOMEM : 0;
	}
	if (g->subject.live && !g->subject.live_elsewhere) {
		if (uname(&u) < 0)
			return 0;
		*ret = strdup(u.nodename);
		return *ret ? 0 : -ENOMEM;
	}
	return first_line(g->tree, "/etc/hostname", ret);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* The 16 bytes of a machine-id. Returns 0 or -EINVAL ("uninitialized" and the like). */
static int machine_id_parse(const char *s, uint8_t ret[16])
{
	if (strlen(s) != 32)
		return -EINVAL;
	for (size_t i = 0; i < 16; i++) {
		int hi = hex_digit(s[2 * i]), lo = hex_digit(s[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -EINVAL;
		ret[i] = (uint8_t)(hi << 4 | lo);
	}
	return 0;
}

/* HMAC (RFC 2104) with SHA-256, for a key that is shorter than a block. */
static void hmac_sha256(const uint8_t *key, size_t key_len, const uint8_t *bytes, size_t n,
			uint8_t ret[SHA256_SIZE])
{
	uint8_t pad[64] = {0};
	struct sha256 h;

	memcpy(pad, key, key_len);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	sha256_init(&h);
	sha256_add(&h, pad, sizeof(pad));
	sha256_add(&h, bytes, n);
	sha256_end(&h, ret);
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	sha256_init(&h);
	sha256_add(&h, pad, sizeof(pad));
	sha256_add(&h, ret, SHA256_SIZE);
	sha256_end(&h, ret);
}

static int host_id(struct tree *t, char **ret)
{
	_cleanup_free_ char *text = NULL;
	uint8_t id[16], hash[SHA256_SIZE];
	struct strbuf b = {0};
	int r = first_line(t, "/etc/machine-id", &text);

	if (r < 0 || !text || machine_id_parse(text, id) < 0)
		return r;
	hmac_sha256(id, sizeof(id), app_id, sizeof(app_id), hash);
	for (size_t i = 0; i < 16; i++)
		(void)strbuf_addf(&b, "%02x", hash[i]);
	*ret = strbuf_take(&b);
	return *ret ? 0 : -ENOMEM;
}

/* The value of KEY= on its line of os-release, without its quotes. */
static int os_release_value(const char *text, const char *key, char **ret)
{
	size_t n = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *v;
		size_t len;

		line += *line == '\n';
		if (strncmp(line, key, n) != 0 || line[n] != '=')
			continue;
		v = line + n + 1;
		len = strcspn(v, "\n");
		if (len >= 2 && (v[0] == '"' || v[0] == '\'') && v[len - 1] == v[0]) {
			v++;
			len -= 2;
		}
		*ret = strndup(v, len);
		return *ret ? 0 : -ENOMEM;
	}
	return 0;
}

static int host_os(struct tree *t, struct host *h)
{
	static const char *const places[] = {"/etc/os-release", "/usr/lib/os-release"};

	for (size_t i = 0; i < ELEMENTSOF(places); i++) {
		_cleanup_free_ char *text = NULL;
		size_t n = 0;
		int r = tree_read_file(t, places[i], LIMIT_SMALL_FILE, &text, &n);

		if (r == -ENOMEM)
			return r;
		if (r < 0)
			continue;
		r = os_release_value(text, "ID", &h->os_id);
		return r < 0 ? r : os_release_value(text, "VERSION_ID", &h->os_version);
	}
	return 0;
}

/* From the file alone: a name service would load code and ask the network. */
int gather_user_name(uid_t uid, char **ret)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *p;
	char *name = NULL;
	int r = 0;

	*ret = NULL;
	if (!f)
		return 0;
	while ((p = fgetpwent(f)) && p->pw_uid != uid)
		;
	if (p) {
		name = strdup(p->pw_name);
		r = name ? 0 : -ENOMEM;
	}
	(void)fclose(f);
	*ret = name;
	return r;
}

static char *copy(const char *s, bool *failed)
{
	char *c = s ? strdup(s) : NULL;

	*failed |= s && !c;
	return c;
}

static int host_of_record(const struct record *rec, struct host *h, struct host *ret)
{
	bool failed = false;

	h->id = copy(rec->host_id, &failed);
	h->os_id = copy(rec->os_id, &failed);
	h->os_version = copy(rec->os_version, &failed);
	if (failed) {
		host_done(h);
		return -ENOMEM;
	}
	*ret = *h;
	return 0;
}

int gather_host(const struct gather *g, struct host *ret)
{
	struct host h = {0};
	int r = gather_host_name(g, &h.name);

	if (r == 0 && g->record)
		return host_of_record(g->record, &h, ret);
	if (r == 0)
		r = host_id(g->tree, &h.id);
	if (r == 0)
		r = host_os(g->tree, &h);
	if (r < 0) {
		host_done(&h);
		return r;
	}
	*ret = h;
	return 0;
}
