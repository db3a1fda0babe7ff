/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files are hashed as they are read, in pieces: memory does not depend on their size. */
#include "fingerprint.h"

#include "limits.h"
#include "sha256.h"
#include "tree-record.h"

static void hex(const uint8_t *bytes, size_t n, char *ret)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		ret[2 * i] = digits[bytes[i] >> 4];
		ret[2 * i + 1] = digits[bytes[i] & 0xf];
	}
	ret[2 * n] = '\0';
}

void finding_fingerprint(const struct finding *f, const char *host_id,
			 char ret[FINGERPRINT_HEX + 1])
{
	const char *id = finding_docs[f->id].id;
	uint8_t hash[SHA256_SIZE];
	struct sha256 h;

	/* Each string with its NUL, so that no two lists of strings look the same. */
	sha256_init(&h);
	sha256_add(&h, id, strlen(id) + 1);
	for (size_t i = 0; i < f->n_evidence; i++)
		sha256_add(&h, f->evidence[i].path, strlen(f->evidence[i].path) + 1);
	if (host_id)
		sha256_add(&h, host_id, strlen(host_id) + 1);
	sha256_end(&h, hash);
	hex(hash, FINGERPRINT_HEX / 2, ret);
}

int file_sha256(struct tree *tree, const char *path, char ret[FILE_HASH_HEX + 1])
{
	uint8_t hash[SHA256_SIZE], buf[16384];
	struct tree_file f;
	struct sha256 h;
	uint64_t total = 0;
	ssize_t n;
	int r;

	/* A record has the hash of all of a file, and often only some of its lines. */
	if (tree_record_sha256(tree, path, hash) == 0) {
		hex(hash, SHA256_SIZE, ret);
		return 0;
	}
	r = tree_open_file(tree, path, &f);
	if (r < 0)
		return r;
	sha256_init(&h);
	while ((n = tree_file_read(&f, buf, sizeof(buf))) > 0) {
		total += (uint64_t)n;
		if (total > LIMIT_CONF_FILE) {
			n = -EFBIG;
			break;
		}
		sha256_add(&h, buf, (size_t)n);
	}
	tree_file_close(&f);
	if (n < 0)
		return (int)n;
	sha256_end(&h, hash);
	hex(hash, SHA256_SIZE, ret);
	return 0;
}

void path_set_done(struct path_set *s)
{
	free(s->paths);
	*s = (struct path_set){0};
}

static int path_set_add(struct path_set *s, const char *path)
{
	if (startswith(path, "/proc/") || startswith(path, "/sys/"))
		return 0;
	if (array_reserve(&s->paths, s->n, &s->cap, sizeof(*s->paths)) < 0)
		return -ENOMEM;
	s->paths[s->n++] = path;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int add_scripts(struct path_set *s, const struct resolve *res)
{
	for (size_t j = 0; j < res->n_loaders; j++) {
		const struct loader_script *script = res->loaders[j].script;

		for (size_t i = 0; i < script->n_entries; i++) {
			int r = path_set_add(s, script->files[script->entries[i].file].path);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

int path_set_of_report(struct path_set *s, const struct resolve *res, const struct audit *a)
{
	size_t n = 0;
	int r = res ? add_scripts(s, res) : 0;

	for (size_t i = 0; r == 0 && i < a->n_findings; i++) {
		/* Of the machine that judges, not of the subject. */
		if (a->findings[i].id == FINDING_WAIVER_EXPIRED ||
		    a->findings[i].id == FINDING_WAIVER_UNUSED)
			continue;
		for (size_t k = 0; r == 0 && k < a->findings[i].n_evidence; k++)
			r = path_set_add(s, a->findings[i].evidence[k].path);
	}
	if (r < 0)
		return r;
	if (s->n > 0)
		qsort(s->paths, s->n, sizeof(*s->paths), compare);
	for (size_t i = 0; i < s->n; i++) {
		if (n == 0 || !streq(s->paths[n - 1], s->paths[i]))
			s->paths[n++] = s->paths[i];
	}
	s->n = n;
	return 0;
}
