/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Package databases: dpkg's status, a list of files and of conffiles, apk's database, parted by
 * 0xFF. The version of a package is held against a reading line by line.
 */
#include "fuzz.h"
#include "package.h"

#define PARTS 4

static const char *const paths[PARTS] = {
	"/var/lib/dpkg/status",
	"/var/lib/dpkg/info/procps.list",
	"/var/lib/dpkg/info/procps.conffiles",
	"/lib/apk/db/installed",
};

/* The version of the first stanza that is the package's; NULL: none. @first: its line must come
 * first in the stanza. */
static char *expected(const char *text, const char *name_line, const char *field, bool first)
{
	bool ours = false, fresh = true, done = false;
	_cleanup_free_ char *version = NULL;

	for (const char *s = text; *s && !done;) {
		size_t n = strcspn(s, "\n");

		if (n == 0) {
			done = ours;
			fresh = true;
			free(TAKE_PTR(version));
			if (done)
				return NULL;
		} else {
			if (!ours && n == strlen(name_line) && strncmp(s, name_line, n) == 0 &&
			    (fresh || !first) && s[n] == '\n')
				ours = true;
			else if (ours && n >= strlen(field) &&
				 strncmp(s, field, strlen(field)) == 0)
				return fuzz_string(s + strlen(field), n - strlen(field));
			fresh = false;
		}
		s += n + (s[n] == '\n');
	}
	return NULL;
}

static void check_version(struct tree *t, char *const *texts)
{
	_cleanup_free_ char *got = NULL, *dpkg = NULL, *apk = NULL;
	int r = package_version(t, "procps", &got);

	if (texts[0])
		dpkg = expected(texts[0], "Package: procps", "Version: ", true);
	if (!dpkg && texts[3])
		apk = expected(texts[3], "P:procps", "V:", false);
	fuzz_same("version", got, dpkg ? dpkg : apk);
	FUZZ_CHECK(r == (got ? 0 : -ENOENT));
}

static void check_owner(struct tree *t, char *const *texts, const char *path)
{
	struct package_owner o = {0};
	int r = package_owner_of(t, path, &o);

	FUZZ_CHECK(r == 0 || r == -ENOENT);
	if (r == 0) {
		FUZZ_CHECK(o.name);
		FUZZ_CHECK((texts[1] && strstr(texts[1], strrchr(path, '/'))) ||
			   (texts[3] && strstr(texts[3], strrchr(path, '/') + 1)));
	}
	package_owner_done(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_tree_ struct tree *t = NULL;
	char *texts[PARTS] = {0};

	FUZZ_CHECK(tree_new_memory(&t) == 0);
	for (unsigned i = 0; i < PARTS && size > 0; i++) {
		const uint8_t *stop = memchr(data, 0xff, size);
		size_t n = stop ? (size_t)(stop - data) : size;

		if (n > 0) {
			texts[i] = fuzz_string(data, n);
			FUZZ_CHECK(tree_add_file(t, paths[i], data, n) == 0);
		}
		data += n + (stop != NULL);
		size -= n + (stop != NULL);
	}
	check_version(t, texts);
	check_owner(t, texts, "/usr/lib/sysctl.d/50-x.conf");
	check_owner(t, texts, "/etc/sysctl.d/x.conf");
	for (unsigned i = 0; i < PARTS; i++)
		free(texts[i]);
	return 0;
}
