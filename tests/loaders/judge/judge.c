/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The judge: reads requests, one per line, runs a real loader for each and writes what it did to
 * the keys. The protocol stands in README.md. One process runs one loader at a time; start two
 * judges to run two.
 */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loaders.h"
#include "sandbox.h"

#ifndef JUDGE_SCRIPTS
#define JUDGE_SCRIPTS "scripts"
#endif

enum {
	TIMEOUT_DEFAULT_MS = 60000,
	TIMEOUT_MAX_MS = 600 * 1000,
	SCRIPT_MAX = 100 * 1000, /* the kernel takes 128 KiB for one argument */
};

struct judge {
	struct sandbox *sandbox;
	const char *scripts;
	int timeout_ms;
};

struct request {
	char *root;
	char *loader; /* LOADER@BUILD */
	char *outfile;
	char *level; /* NULL: unset */
};

static int parse_number(const char *text, int max, int *ret)
{
	int n = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		n = n * 10 + (*text - '0');
		if (n > max)
			return -ERANGE;
	}
	*ret = n;
	return 0;
}

/* ---- what was seen ---- */

static void put_hex(FILE *f, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++) {
		(void)putc(digits[p[i] >> 4], f);
		(void)putc(digits[p[i] & 15], f);
	}
}

/* For people: as in C, for one line. */
static void put_text(FILE *f, const void *data, size_t len)
{
	const unsigned char *p = data;

	(void)putc('"', f);
	for (size_t i = 0; i < len; i++)
		if (p[i] == '\n')
			(void)fputs("\\n", f);
		else if (p[i] == '"' || p[i] == '\\')
			(void)fprintf(f, "\\%c", p[i]);
		else if (p[i] < ' ' || p[i] > '~')
			(void)fprintf(f, "\\%03o", p[i]);
		else
			(void)putc(p[i], f);
	(void)putc('"', f);
}

static void put_end(FILE *f, const struct judge *j, const struct sandbox_result *result)
{
	if (result->timed_out)
		(void)fprintf(f, "timeout\t%d\n", j->timeout_ms);
	else if (WIFSIGNALED(result->status))
		(void)fprintf(f, "signal\t%s\n", sigabbrev_np(WTERMSIG(result->status)));
	else
		(void)fprintf(f, "exit\t%d\n", WEXITSTATUS(result->status));
}

static void put_report(FILE *f, const struct judge *j, const struct standin_log *log,
		       const struct sandbox_result *result)
{
	int level = standin_level(sandbox_standin(j->sandbox));

	for (size_t i = 0; i < log->n_writes; i++) {
		const struct standin_write *w = &log->writes[i];

		(void)fprintf(f, "write\t%s\t", w->key);
		put_hex(f, w->data, w->len);
		(void)fprintf(f, "\t%s\t%lld\n", w->error ? strerrorname_np(w->error) : "ok",
			      (long long)w->offset);
	}
	if (level == WRITE_RULE_UNSET)
		(void)fputs("level\tnone\n", f);
	else
		(void)fprintf(f, "level\t%d\n", level);
	put_end(f, j, result);
	(void)fputs("stderr\t", f);
	put_hex(f, result->output, result->output_len);
	(void)putc('\n', f);
}

static void put_readable(FILE *f, const struct judge *j, const struct standin_log *log,
			 const struct sandbox_result *result)
{
	int level = standin_level(sandbox_standin(j->sandbox));

	for (size_t i = 0; i < log->n_writes; i++) {
		const struct standin_write *w = &log->writes[i];

		(void)fprintf(f, "write\t%s\t", w->key);
		put_text(f, w->data, w->len);
		(void)fprintf(f, "\t%s", w->error ? strerrorname_np(w->error) : "ok");
		if (w->offset)
			(void)fprintf(f, "\tat %lld: ignored", (long long)w->offset);
		(void)putc('\n', f);
	}
	if (level == WRITE_RULE_UNSET)
		(void)fputs("level\tnone\n", f);
	else
		(void)fprintf(f, "level\t%d\n", level);
	put_end(f, j, result);
	(void)fwrite(result->output, 1, result->output_len, f);
}

/* ---- one run ---- */

static int read_script(const char *directory, const char *name, char **ret)
{
	char *path = NULL, *text = malloc(SCRIPT_MAX + 1);
	FILE *f = NULL;
	size_t n = 0;
	int r = -ENOMEM;

	if (text && asprintf(&path, "%s/%s", directory, name) >= 0) {
		f = fopen(path, "re");
		r = f ? 0 : -errno;
		free(path);
	}
	if (f) {
		n = fread(text, 1, SCRIPT_MAX + 1, f);
		r = ferror(f) ? -EIO : n > SCRIPT_MAX ? -E2BIG : 0;
		(void)fclose(f);
	}
	if (r < 0) {
		free(text);
		return r;
	}
	text[n] = '\0';
	*ret = text;
	return 0;
}

static int run_loader(struct judge *j, const struct request *q, const struct loader *loader,
		      struct sandbox_result *ret, const char **ret_what)
{
	const char *shell_argv[] = {"/.judge/bb/sh", "-c", NULL, loader->name, NULL};
	const char *python_argv[] = {"/.judge/bin/python3", "-ISBc", NULL, NULL};
	struct sandbox_job job = {
		.root = q->root,
		.build = strchr(q->loader, '@') + 1,
		.argv = loader->argv,
		.writable = loader->writable,
		.timeout_ms = j->timeout_ms,
	};
	char *script = NULL;
	int r;

	if (loader->script) {
		*ret_what = "read the script";
		r = read_script(j->scripts, loader->script, &script);
		if (r < 0)
			return r;
		job.argv = loader->python ? python_argv : shell_argv;
		shell_argv[2] = python_argv[2] = script;
	}
	r = sandbox_run(j->sandbox, &job, ret, ret_what);
	free(script);
	return r;
}

/* Runs @q; on success the log and the result are the caller's. */
static int execute(struct judge *j, const struct request *q, struct standin_log *ret_log,
		   struct sandbox_result *ret, const char **ret_what)
{
	const char *at = strchr(q->loader, '@');
	const struct loader *loader = at ? loader_find(q->loader, (size_t)(at - q->loader)) : NULL;
	int level = WRITE_RULE_UNSET, r;

	*ret_what = "find the loader; wanted is LOADER@BUILD";
	if (!loader)
		return -EINVAL;
	*ret_what = "read the level";
	if (q->level && parse_number(q->level, 3, &level) < 0)
		return -EINVAL;

	standin_reset(sandbox_standin(j->sandbox), level);
	r = run_loader(j, q, loader, ret, ret_what);
	if (r < 0)
		return r;
	standin_take_log(sandbox_standin(j->sandbox), ret_log);
	return 0;
}

static int write_report(const char *path, struct judge *j, const struct standin_log *log,
			const struct sandbox_result *result)
{
	FILE *f = fopen(path, "we");
	int r;

	if (!f)
		return -errno;
	put_report(f, j, log, result);
	r = ferror(f) ? -EIO : 0;
	if (fclose(f) != 0 && r == 0)
		r = -errno;
	return r;
}

static void answer(struct judge *j, const struct request *q)
{
	struct sandbox_result result = {};
	struct standin_log log = {};
	const char *what = NULL;
	int r = execute(j, q, &log, &result, &what);

	if (r == 0) {
		what = "write the report";
		r = write_report(q->outfile, j, &log, &result);
	}
	if (r < 0)
		(void)printf("fail\t%s\t%s: %s\n", q->outfile, what, strerror(-r));
	else
		(void)printf("done\t%s\n", q->outfile);
	(void)fflush(stdout);
	standin_log_done(&log);
	sandbox_result_done(&result);
}

/* ---- requests ---- */

static int parse_request(char *line, struct request *ret)
{
	struct request q = {};

	line[strcspn(line, "\n")] = '\0';
	q.root = strsep(&line, "\t");
	q.loader = strsep(&line, "\t");
	q.outfile = strsep(&line, "\t");
	q.level = strsep(&line, "\t");
	if (line || !q.outfile || !*q.root || !*q.outfile)
		return -EINVAL;
	if (q.level && !*q.level)
		q.level = NULL;
	*ret = q;
	return 0;
}

static int serve(struct judge *j)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, stdin) > 0) {
		struct request q;

		if (parse_request(line, &q) < 0) {
			(void)printf(
				"fail\t-\tnot a request: ROOT, LOADER@BUILD, OUTFILE[, LEVEL]\n");
			(void)fflush(stdout);
			continue;
		}
		answer(j, &q);
	}
	free(line);
	return ferror(stdin) || ferror(stdout) ? 1 : 0;
}

static int once(struct judge *j, const struct request *q)
{
	struct sandbox_result result = {};
	struct standin_log log = {};
	const char *what = NULL;
	int r = execute(j, q, &log, &result, &what);

	if (r < 0)
		(void)fprintf(stderr, "judge: cannot %s: %s\n", what, strerror(-r));
	else
		put_readable(stdout, j, &log, &result);
	standin_log_done(&log);
	sandbox_result_done(&result);
	return r < 0 ? 2 : 0;
}

static void usage(FILE *f)
{
	(void)fputs(
		"usage: judge [OPTION...]                        requests on stdin\n"
		"       judge [OPTION...] ROOT LOADER@BUILD...   run these, print what was seen\n"
		"\n"
		"  --cache DIR     prepared builds (default: $XDG_CACHE_HOME or /var/cache, "
		"then /ptscope-judge)\n"
		"  --scripts DIR   boot scripts\n"
		"  --timeout MS    end a loader after this long (default: 60000)\n"
		"  --level N       with ROOT: what the key holds at the start\n"
		"  --keys          print the keys that the stand-in has\n"
		"\n"
		"loaders:\n",
		f);
	for (const struct loader *l = loaders; l->name; l++)
		(void)fprintf(f, "  %-16s%s\n", l->name, l->summary);
}

struct options {
	const char *cache;
	const char *scripts;
	char *level;
	int timeout_ms;
};

/* Returns 1 to go on, 0 when all is done, negative errno for a wrong command line. */
static int parse_options(int argc, char **argv, struct options *ret)
{
	static const struct option table[] = {
		{"cache", required_argument, NULL, 'c'},
		{"scripts", required_argument, NULL, 's'},
		{"timeout", required_argument, NULL, 't'},
		{"level", required_argument, NULL, 'l'},
		{"keys", no_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{},
	};
	struct options o = {.scripts = JUDGE_SCRIPTS, .timeout_ms = TIMEOUT_DEFAULT_MS};

	for (int c; (c = getopt_long(argc, argv, "+h", table, NULL)) != -1;) {
		if (c == 'c')
			o.cache = optarg;
		else if (c == 's')
			o.scripts = optarg;
		else if (c == 'l')
			o.level = optarg;
		else if (c == 't' && parse_number(optarg, TIMEOUT_MAX_MS, &o.timeout_ms) < 0)
			return -EINVAL;
		else if (c == '?')
			return -EINVAL;
		else if (c == 'k') {
			for (const char *const *k = standin_keys(); *k; k++)
				(void)puts(*k);
			return 0;
		} else if (c == 'h') {
			usage(stdout);
			return 0;
		}
	}
	if (optind + 1 == argc)
		return -EINVAL;
	*ret = o;
	return 1;
}

static int default_cache(char **ret)
{
	const char *home = getenv("XDG_CACHE_HOME");

	if (!home || !*home)
		home = "/var/cache";
	return asprintf(ret, "%s/ptscope-judge", home) < 0 ? -ENOMEM : 0;
}

int main(int argc, char **argv)
{
	static const struct write_rule scope = {.min = 0, .max = 3, .lock_at_max = true};
	struct options o;
	struct judge j = {};
	char *cache = NULL;
	const char *what;
	int r = parse_options(argc, argv, &o);

	if (r == 0)
		return 0;
	if (r < 0 || (!o.cache && default_cache(&cache) < 0)) {
		usage(stderr);
		return 2;
	}

	j.scripts = o.scripts;
	j.timeout_ms = o.timeout_ms;
	r = sandbox_new(&j.sandbox, o.cache ?: cache, &scope, &what);
	free(cache);
	if (r < 0) {
		(void)fprintf(stderr, "judge: cannot set up (%s): %s\n", what, strerror(-r));
		return 2;
	}

	if (optind == argc) {
		r = serve(&j);
	} else {
		for (int i = optind + 1; i < argc; i++) {
			struct request q = {argv[optind], argv[i], NULL, o.level};

			if (argc - optind > 2)
				(void)printf("%s== %s\n", i > optind + 1 ? "\n" : "", argv[i]);
			r |= once(&j, &q);
		}
	}
	(void)sandbox_free(j.sandbox);
	return r;
}
