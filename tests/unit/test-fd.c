/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Descriptors: all is written or nothing is replaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	char dir[32], path[64];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)strcpy(f->dir, "/tmp/test-fd-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/file", f->dir);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->path);
	(void)rmdir(f->path);
	assert_int_equal(rmdir(f->dir), 0); /* fails where a temporary file was left */
	free(f);
	return 0;
}

static void expect_content(const char *path, const char *expected)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[64] = "";

	assert_true(fd >= 0);
	assert_int_equal(read(fd, buf, sizeof(buf) - 1), strlen(expected));
	assert_string_equal(buf, expected);
}

static void closing_keeps_errno(void **state)
{
	int fd = open("/", O_PATH | O_CLOEXEC);

	errno = EXDEV;
	assert_int_equal(fd_close(fd), -EBADF);
	assert_int_equal(fd_close(-EBADF), -EBADF);
	assert_int_equal(fd_close(-1), -EBADF);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void files_are_replaced_whole(void **state)
{
	struct fixture *f = *state;
	struct stat st, old;
	mode_t mask = umask(027);

	assert_int_equal(fd_write_file_atomic(f->path, "one", 3), 0);
	expect_content(f->path, "one");
	assert_int_equal(stat(f->path, &old), 0);
	assert_int_equal(old.st_mode & 07777, 0640);
	assert_int_equal(umask(mask), 027);
	assert_int_equal(fd_write_file_atomic(f->path, "", 0), 0);
	expect_content(f->path, "");
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_nlink, 1);
}

static void a_failed_write_leaves_the_old_file(void **state)
{
	struct fixture *f = *state;
	char below[96];

	assert_int_equal(fd_write_file_atomic(f->path, "old", 3), 0);
	(void)snprintf(below, sizeof(below), "%s/x", f->path);
	assert_int_equal(fd_write_file_atomic(below, "new", 3), -ENOTDIR);
	expect_content(f->path, "old");
	(void)snprintf(below, sizeof(below), "%s/none/x", f->dir);
	assert_int_equal(fd_write_file_atomic(below, "new", 3), -ENOENT);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(mkdir(f->path, 0755), 0);
	assert_int_equal(fd_write_file_atomic(f->path, "new", 3), -EISDIR);
}

static void a_full_pipe_is_waited_for(void **state)
{
	static char bytes[1 << 18];
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		size_t total = 0;
		ssize_t n;

		(void)close(ends[1]);
		(void)fcntl(ends[0], F_SETFL, 0);
		(void)usleep(20000);
		while ((n = read(ends[0], bytes, sizeof(bytes))) > 0)
			total += (size_t)n;
		_exit(total != sizeof(bytes));
	}
	(void)close(ends[0]);
	assert_int_equal(fd_write_all(ends[1], bytes, sizeof(bytes)), 0);
	(void)close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void errors_of_writing_are_told(void **state)
{
	_cleanup_fd_ int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	assert_int_equal(fd_write_all(-1, "x", 1), -EBADF);
	assert_int_equal(fd_write_all(-1, "x", 0), 0);
	if (full >= 0)
		assert_int_equal(fd_write_all(full, "x", 1), -ENOSPC);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closing_keeps_errno),
		T(files_are_replaced_whole),
		T(a_failed_write_leaves_the_old_file),
		cmocka_unit_test(a_full_pipe_is_waited_for),
		cmocka_unit_test(errors_of_writing_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
