/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Replays inputs through a fuzz target without libFuzzer: each argument is a file, or a directory
 * of files. Prints how many there were; without any it fails, since that would prove nothing.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

static unsigned replayed;

static int replay_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char *bytes = NULL;
	size_t n = 0, cap = 0, k;

	if (!file) {
		perror(path);
		return -1;
	}
	do {
		if (n == cap) {
			cap = cap ? 2 * cap : 4096;
			bytes = realloc(bytes, cap);
			if (!bytes)
				abort();
		}
		k = fread(bytes + n, 1, cap - n, file);
		n += k;
	} while (k > 0);
	(void)fclose(file);
	/* Known before it fails, not after. */
	if (getenv("PTSCOPE_FUZZ_VERBOSE"))
		fprintf(stderr, "%s\n", path);
	{
		char *exact = fuzz_copy(bytes, n);

		(void)LLVMFuzzerTestOneInput((const uint8_t *)exact, n);
		free(exact);
	}
	free(bytes);
	replayed++;
	return 0;
}

static int replay(const char *path)
{
	struct dirent **entries = NULL;
	struct stat st;
	int n, r = 0;

	if (stat(path, &st) < 0) {
		perror(path);
		return -1;
	}
	if (!S_ISDIR(st.st_mode))
		return replay_file(path);
	n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char *inside = NULL;

		if (entries[i]->d_name[0] != '.' &&
		    (asprintf(&inside, "%s/%s", path, entries[i]->d_name) < 0 ||
		     replay_file(inside) < 0))
			r = -1;
		free(inside);
		free(entries[i]);
	}
	free(entries);
	return n < 0 ? -1 : r;
}

int main(int argc, char **argv)
{
	int r = 0;

	for (int i = 1; i < argc; i++)
		if (replay(argv[i]) < 0)
			r = 1;
	if (replayed == 0) {
		fprintf(stderr, "%s: no input to replay\n", argv[0]);
		return 1;
	}
	printf("%u inputs\n", replayed);
	return r;
}
