/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What audit cannot be faster than: a program that opens and reads a list of files, and that is
 *linked the same way. Directories are listed. What cannot be opened is passed over: whether it is
 *there is also something to be known.
 *
 *	floor LIST		one absolute path a line
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json.h>

static void read_all(int fd)
{
	static char buf[65536];
	struct stat st;

	if (fstat(fd, &st) < 0)
		return;
	if (S_ISDIR(st.st_mode)) {
		while (getdents64(fd, buf, sizeof(buf)) > 0)
			;
		return;
	}
	while (read(fd, buf, sizeof(buf)) > 0)
		;
}

int main(int argc, char **argv)
{
	static char list[65536];
	char *next = list;
	ssize_t n;
	int fd;

	if (argc != 2)
		return 2;
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 2;
	n = read(fd, list, sizeof(list) - 1);
	close(fd);
	if (n <= 0)
		return 2;

	for (char *path; (path = strsep(&next, "\n"));) {
		if (*path != '/')
			continue;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			continue;
		read_all(fd);
		close(fd);
	}

	/* One call into the library, so that the linker keeps it. */
	json_object_put(json_object_new_object());
	return puts("pass") == EOF;
}
