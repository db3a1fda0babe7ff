/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * dpkg's and apk's databases: text, read line by line. dpkg's status is stanzas of "Field: value";
 * its info/NAME.list are paths. apk's is stanzas of "L:value". rpm's is read in rpm-db.c.
 */
#include "package.h"

#include "limits.h"
#include "rpm-db.h"
#include "str.h"
#include "tree-record.h"

#include <stdio.h>

#define DPKG_STATUS "/var/lib/dpkg/status"
#define DPKG_INFO   "/var/lib/dpkg/info"
#define APK_DB	    "/lib/apk/db/installed"

void package_owner_done(struct package_owner *o)
{
	free(o->name);
	free(o->version);
	*o = (struct package_owner){0};
}

/* The line that starts with field, between s and end. Caller frees; NULL when there is none. */
static char *field(const char *s, const char *end, const char *name)
{
	size_t n = strlen(name);

	while (s < end) {
		size_t len = strcspn(s, "\n");

		if (strncmp(s, name, n) == 0)
			return strndup(s + n, len - n);
		s += len + 1;
	}
	return NULL;
}

/* The stanza of a package: from its first line to the blank line after it. */
static const char *stanza(const char *bytes, const char *first, const char **ret_end)
{
	size_t n = strlen(first);

	for (const char *s = bytes + strspn(bytes, "\n"); *s;) {
		const char *end = strstr(s, "\n\n");

		if (!end)
			end = s + strlen(s);
		if (strncmp(s, first, n) == 0 && s[n] == '\n') {
			*ret_end = end;
			return s;
		}
		/* apk writes its checksum before the name. */
		for (const char *l = memchr(s, '\n', (size_t)(end - s));
		     first[1] == ':' && l && l < end;
		     l = memchr(l + 1, '\n', (size_t)(end - l - 1))) {
			if (strncmp(l + 1, first, n) == 0 && l[1 + n] == '\n') {
				*ret_end = end;
				return l + 1;
			}
		}
		s = end + strspn(end, "\n");
	}
	return NULL;
}

static int version_in(struct tree *t, const char *path, const char *prefix, const char *name,
		      const char *version_field, char **ret)
{
	_cleanup_free_ char *bytes = NULL, *first = NULL;
	const char *s, *end;
	int r = tree_read_file(t, path, LIMIT_SMALL_FILE, &bytes, NULL);

	if (r < 0)
		return r;
	if (asprintf(&first, "%s%s", prefix, name) < 0) {
		first = NULL;
		return -ENOMEM;
	}
	s = stanza(bytes, first, &end);
	if (!s)
		return -ENOENT;
	*ret = field(s, end, version_field);
	return *ret ? 0 : -ENOENT;
}

static int look_up_version(struct tree *tree, const char *name, char **ret)
{
	int r = version_in(tree, DPKG_STATUS, "Package: ", name, "Version: ", ret);

	if (r == -ENOENT || r == -ENOTDIR)
		r = version_in(tree, APK_DB, "P:", name, "V:", ret);
	return r == -ENOENT || r == -ENOTDIR ? rpm_version(tree, name, ret) : r;
}

int package_version(struct tree *tree, const char *name, char **ret)
{
	_cleanup_strbuf_ struct strbuf question = {0};
	const struct answer *a;
	int r;

	if (strbuf_addf(&question, "version of package %s", name) < 0)
		return -ENOMEM;
	a = tree_answer(tree, question.bytes);
	if (a) {
		if (a->err < 0 || !a->text)
			return a->err < 0 ? a->err : -ENOENT;
		*ret = strdup(a->text);
		return *ret ? 0 : -ENOMEM;
	}
	r = look_up_version(tree, name, ret);
	if (r == -ENOMEM || tree_answer_keep(tree, question.bytes, r, r == 0 ? *ret : NULL) == 0)
		return r;
	if (r == 0)
		free(*ret);
	return -ENOMEM;
}

/* True when a line of the list is the path. */
static bool list_has(const char *bytes, const char *path)
{
	size_t n = strlen(path);

	for (const char *s = strstr(bytes, path); s; s = strstr(s + 1, path)) {
		if ((s == bytes || s[-1] == '\n') && (s[n] == '\n' || !s[n]))
			return true;
	}
	return false;
}

/* The path as a package for a split /usr spells it, or NULL. */
static const char *unmerged(const char *path)
{
	return startswith(path, "/usr/lib/") ? path + strlen("/usr") : NULL;
}

static int dpkg_owner(struct tree *t, const char *path, char **ret)
{
	_cleanup_(tree_list_done) struct tree_list list = {0};
	int r = tree_list(t, DPKG_INFO, &list);

	for (size_t i = 0; r == 0 && i < list.n; i++) {
		_cleanup_free_ char *file = NULL, *bytes = NULL;
		const char *name = list.entries[i].name, *other = unmerged(path);

		if (!endswith(name, ".list"))
			continue;
		if (asprintf(&file, DPKG_INFO "/%s", name) < 0) {
			file = NULL;
			return -ENOMEM;
		}
		if (tree_read_file(t, file, LIMIT_SMALL_FILE, &bytes, NULL) < 0)
			continue;
		if (list_has(bytes, path) || (other && list_has(bytes, other))) {
			*ret = strndup(name, strcspn(name, ":") < strlen(name) ? strcspn(name, ":")
									       : strlen(name) - 5);
			return *ret ? 0 : -ENOMEM;
		}
	}
	return r < 0 ? r : -ENOENT;
}

/* apk: "P:" names the package, "F:" a directory, "R:" a file in it. */
static int apk_owner(struct tree *t, const char *path, char **ret)
{
	_cleanup_free_ char *bytes = NULL;
	const char *package = NULL, *dir = NULL, *slash = strrchr(path, '/');
	int r = tree_read_file(t, APK_DB, LIMIT_SMALL_FILE, &bytes, NULL);

	if (r < 0)
		return r;
	for (char *save = NULL, *l = strtok_r(bytes, "\n", &save); l;
	     l = strtok_r(NULL, "\n", &save)) {
		size_t n = (size_t)(slash - path) - 1;

		if (startswith(l, "P:"))
			package = l + 2;
		else if (startswith(l, "F:"))
			dir = l + 2;
		else if (startswith(l, "R:") && package && dir && streq(l + 2, slash + 1) &&
			 strlen(dir) == n && memcmp(dir, path + 1, n) == 0) {
			*ret = strdup(package);
			return *ret ? 0 : -ENOMEM;
		}
	}
	return -ENOENT;
}

static bool is_conffile(struct tree *t, const char *package, const char *path)
{
	_cleanup_free_ char *file = NULL, *bytes = NULL;

	if (asprintf(&file, DPKG_INFO "/%s.conffiles", package) < 0) {
		file = NULL;
		return false;
	}
	return tree_read_file(t, file, LIMIT_SMALL_FILE, &bytes, NULL) == 0 &&
	       list_has(bytes, path);
}

static int look_up_owner(struct tree *tree, const char *path, struct package_owner *ret)
{
	struct package_owner o = {0};
	int r = dpkg_owner(tree, path, &o.name);

	if (r == -ENOENT || r == -ENOTDIR)
		r = apk_owner(tree, path, &o.name);
	if (r == -ENOENT || r == -ENOTDIR)
		r = rpm_owner(tree, path, unmerged(path), &o.name, &o.version);
	if (r < 0)
		return r;
	o.conffile = is_conffile(tree, o.name, path);
	r = o.version ? 0 : package_version(tree, o.name, &o.version);
	if (r == -ENOMEM) {
		package_owner_done(&o);
		return r;
	}
	*ret = o;
	return 0;
}

/* An owner as one text: name, version and whether it is a conffile, a line each. */
static char *owner_text(const struct package_owner *o)
{
	struct strbuf b = {0};

	(void)strbuf_addf(&b, "%s\n%s\n%s", o->name, o->version ? o->version : "",
			  o->conffile ? "conffile" : "");
	return strbuf_take(&b);
}

static int owner_from_text(const char *text, struct package_owner *ret)
{
	const char *version = strchr(text, '\n'),
		   *conffile = version ? strchr(version + 1, '\n') : NULL;
	struct package_owner o = {0};

	if (!conffile)
		return -EBADMSG;
	o.name = strndup(text, (size_t)(version - text));
	version++;
	if (conffile > version)
		o.version = strndup(version, (size_t)(conffile - version));
	o.conffile = streq(conffile + 1, "conffile");
	if (!o.name || (conffile > version && !o.version)) {
		package_owner_done(&o);
		return -ENOMEM;
	}
	*ret = o;
	return 0;
}

int package_owner_of(struct tree *tree, const char *path, struct package_owner *ret)
{
	_cleanup_strbuf_ struct strbuf question = {0};
	_cleanup_free_ char *text = NULL;
	const struct answer *a;
	int r;

	if (strbuf_addf(&question, "owner of %s", path) < 0)
		return -ENOMEM;
	a = tree_answer(tree, question.bytes);
	if (a)
		return a->err < 0 || !a->text ? (a->err < 0 ? a->err : -ENOENT)
					      : owner_from_text(a->text, ret);
	r = look_up_owner(tree, path, ret);
	if (r == -ENOMEM)
		return r;
	text = r == 0 ? owner_text(ret) : NULL;
	if ((text || r < 0) && tree_answer_keep(tree, question.bytes, r, text) == 0)
		return r;
	if (r == 0)
		package_owner_done(ret);
	return -ENOMEM;
}
