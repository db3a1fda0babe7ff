/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NAME:PASSWORD:UID:GID:... ; the first line with an id or a name counts, as for libc. */
#include "users.h"

#include "access.h"
#include "limits.h"
#include "parse.h"

void users_done(struct users *u)
{
	free(u->text);
	free(u->table);
	*u = (struct users){0};
}

/* Takes a line apart in place. */
static bool parse_line(char *line, struct user *ret)
{
	char *rest = line, *fields[4];
	uint64_t uid, gid;

	for (size_t i = 0; i < ELEMENTSOF(fields); i++) {
		fields[i] = strsep(&rest, ":");
		if (!fields[i])
			return false;
	}
	if (!*fields[0] || *fields[0] == '+' || *fields[0] == '-' ||
	    parse_uint(fields[2], UINT32_MAX - 1, &uid) < 0 ||
	    parse_uint(fields[3], UINT32_MAX - 1, &gid) < 0)
		return false;
	*ret = (struct user){.name = fields[0], .uid = (uint32_t)uid, .gid = (uint32_t)gid};
	return true;
}

int users_read(struct tree *t, struct users *ret)
{
	struct users u = {0};
	char *rest, *line;
	int r = tree_read_file(t, "/etc/passwd", LIMIT_SMALL_FILE, &u.text, NULL);

	*ret = u;
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	rest = u.text;
	while ((line = strsep(&rest, "\n"))) {
		struct user user;

		if (!parse_line(line, &user))
			continue;
		if (array_reserve(&u.table, u.n, &u.cap, sizeof(*u.table)) < 0) {
			users_done(&u);
			return -ENOMEM;
		}
		u.table[u.n++] = user;
	}
	*ret = u;
	return 0;
}

const struct user *users_by_uid(const struct users *u, uint32_t uid)
{
	for (size_t i = 0; i < u->n; i++) {
		if (u->table[i].uid == uid)
			return &u->table[i];
	}
	return NULL;
}

const struct user *users_by_name(const struct users *u, const char *name)
{
	for (size_t i = 0; i < u->n; i++) {
		if (streq(u->table[i].name, name))
			return &u->table[i];
	}
	return NULL;
}

int users_add_name(const struct users *u, uint32_t uid, struct strbuf *out)
{
	const struct user *user = users_by_uid(u, uid);

	if (uid == ACCESS_ID_UNSEEN)
		return strbuf_adds(out, "an unknown user");
	if (!user)
		return strbuf_addf(out, "uid %u", uid);
	return strbuf_add_escaped(out, user->name, strlen(user->name));
}
