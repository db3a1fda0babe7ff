/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is there. Files are looked for in a fixed list of directories, never in $PATH, so that the
 * answer does not depend on who asks; all of them for capabilities too. Processes are known by
 * their name.
 */
#include "impact.h"

#include "caps.h"
#include "str.h"

#include <linux/capability.h>
#include <sys/stat.h>

static const char *const directories[] = {
	"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/snap/bin",
};

/* The directories that are there, each once, as links lead to them. */
struct places {
	char *real[ELEMENTSOF(directories)]; /* owned */
	size_t n;
};

static void places_done(struct places *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->real[i]);
}

static int find_places(struct tree *tree, struct places *ret)
{
	for (size_t i = 0; i < ELEMENTSOF(directories); i++) {
		_cleanup_free_ char *real = NULL;
		struct tree_stat st;
		bool known = false;
		int r = tree_stat(tree, directories[i], &st, &real);

		if (r == -ENOMEM)
			return r;
		if (r < 0 || st.type != TREE_DIR)
			continue;
		for (size_t k = 0; k < ret->n && !known; k++)
			known = streq(ret->real[k], real);
		if (!known)
			ret->real[ret->n++] = TAKE_PTR(real);
	}
	return 0;
}

void impact_done(struct impact *in)
{
	for (size_t i = 0; i < in->n_programs; i++) {
		struct impact_found *f = &in->programs[i];

		for (size_t k = 0; k < f->n_paths; k++)
			free(f->paths[k]);
		free(f->paths);
		free(f->pids);
	}
	free(in->programs);
	for (size_t i = 0; i < in->n_holes; i++)
		free(in->holes[i].path);
	free(in->holes);
	free(in->attached);
	*in = (struct impact){0};
}

static int add_hole(struct impact *in, const char *path, bool setuid)
{
	char *copy;
	int r;

	for (size_t i = 0; i < in->n_holes; i++)
		if (streq(in->holes[i].path, path) && in->holes[i].setuid == setuid)
			return 0;
	r = array_reserve(&in->holes, in->n_holes, &in->cap_holes, sizeof(*in->holes));
	copy = r == 0 ? strdup(path) : NULL;
	if (!copy)
		return -ENOMEM;
	in->holes[in->n_holes++] = (struct impact_hole){.path = copy, .setuid = setuid};
	return 0;
}

static int add_path(struct impact_found *f, const char *path)
{
	char **paths = realloc(f->paths, (f->n_paths + 1) * sizeof(*paths)), *copy;

	if (!paths)
		return -ENOMEM;
	f->paths = paths;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	f->paths[f->n_paths++] = copy;
	return 0;
}

/* One file, where it is there. A command has to be one that can be run; set-uid root, a tracer is a
 * hole. */
static int look_at(struct tree *tree, struct impact *in, struct impact_found *f, const char *path,
		   bool command)
{
	const struct impact_program *p = f->program;
	_cleanup_free_ char *real = NULL;
	struct tree_stat st;
	int r = tree_stat(tree, path, &st, &real);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	if (command && (st.type != TREE_REG || !(st.mode & 0111)))
		return 0;
	if (st.type == TREE_REG && (st.mode & S_ISUID) && st.uid == 0 &&
	    (p->access == IMPACT_ATTACH || p->access == IMPACT_LAUNCH))
		r = add_hole(in, real, /* setuid= */ true);
	return r < 0 ? r : add_path(f, path);
}

/* The next of the words that blanks separate; NULL at the end. Caller frees. */
static int next_word(const char **words, char **ret)
{
	const char *s = *words + strspn(*words, " ");
	size_t n = strcspn(s, " ");

	*words = s + n;
	*ret = n > 0 ? strndup(s, n) : NULL;
	return n > 0 && !*ret ? -ENOMEM : 0;
}

static int find_installed(struct tree *tree, const struct places *places, struct impact *in,
			  struct impact_found *f)
{
	const char *words = f->program->commands;

	for (;;) {
		_cleanup_free_ char *word = NULL;
		int r = next_word(&words, &word);

		if (r < 0 || !word)
			return r;
		if (*word == '/') {
			r = look_at(tree, in, f, word, /* command= */ false);
			if (r < 0)
				return r;
			continue;
		}
		for (size_t i = 0; i < places->n; i++) {
			_cleanup_strbuf_ struct strbuf path = {0};

			if (strbuf_addf(&path, "%s/%s", places->real[i], word) < 0)
				return -ENOMEM;
			r = look_at(tree, in, f, path.bytes, /* command= */ true);
			if (r < 0)
				return r;
		}
	}
}

/* The kernel keeps 15 bytes of a name. */
static bool is_name(const struct impact_program *p, const char *comm)
{
	const char *words = p->commands;

	while (*words) {
		const char *s = words + strspn(words, " ");
		size_t n = strcspn(s, " "), shown = n < SNAPSHOT_COMM - 1 ? n : SNAPSHOT_COMM - 1;

		words = s + n;
		if (n > 0 && *s != '/' && strlen(comm) == shown && memcmp(comm, s, shown) == 0)
			return true;
	}
	return false;
}

static int find_running(const struct snapshot *s, struct impact_found *f)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct snapshot_process *p = &s->processes[i];
		uint32_t *pids;

		if (p->kthread || !is_name(f->program, p->comm))
			continue;
		pids = realloc(f->pids, (f->n_pids + 1) * sizeof(*pids));
		if (!pids)
			return -ENOMEM;
		f->pids = pids;
		f->pids[f->n_pids++] = p->pid;
	}
	return 0;
}

static int find_attached(const struct snapshot *s, struct impact *in)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct snapshot_process *tracer;
		int r;

		if (!s->processes[i].tracer)
			continue;
		/* A thread of a tracer that is not its first is not found, and rare. */
		tracer = snapshot_find(s, s->processes[i].tracer);
		if (!tracer)
			continue;
		r = array_reserve(&in->attached, in->n_attached, &in->cap_attached,
				  sizeof(*in->attached));
		if (r < 0)
			return r;
		in->attached[in->n_attached++] = (struct impact_attached){
			.tracer = tracer,
			.tracee = &s->processes[i],
		};
	}
	return 0;
}

/* Files of one directory that give CAP_SYS_PTRACE to whoever runs them. */
static int find_holes(struct tree *tree, const char *dir, struct impact *in)
{
	_cleanup_(tree_list_done) struct tree_list list = {0};
	int r = tree_list(tree, dir, &list);

	for (size_t i = 0; r == 0 && i < list.n; i++) {
		_cleanup_strbuf_ struct strbuf path = {0};
		struct file_caps caps;

		/* A link leads to a file that stands in one of the directories as well, or is none
		 * that is found by its name. */
		if (list.entries[i].type != TREE_REG)
			continue;
		if (strbuf_addf(&path, "%s/%s", dir, list.entries[i].name) < 0)
			return -ENOMEM;
		if (file_caps_read(tree, path.bytes, &caps) == 0 &&
		    (caps.permitted & (1ULL << CAP_SYS_PTRACE)))
			r = add_hole(in, path.bytes, /* setuid= */ false);
	}
	return r == -EACCES || r == -ENOENT ? 0 : r;
}

static void fill(struct impact *in, const struct impact_site *site, const char *site_path)
{
	for (size_t i = 0; i < impact_n_programs; i++)
		in->programs[in->n_programs++] = (struct impact_found){
			.program = &impact_programs[i],
			.source = "built in",
		};
	for (size_t i = 0; site && i < site->n; i++)
		in->programs[in->n_programs++] = (struct impact_found){
			.program = &site->programs[i],
			.source = site_path,
			.line = site->lines[i],
		};
}

int impact_detect(struct tree *tree, const struct impact_site *site, const char *site_path,
		  const struct snapshot *processes, struct impact *ret)
{
	_cleanup_(impact_done) struct impact in = {0};
	_cleanup_(places_done) struct places places = {0};
	int r;

	in.programs = calloc(impact_n_programs + (site ? site->n : 0), sizeof(*in.programs));
	if (!in.programs)
		return -ENOMEM;
	fill(&in, site, site_path);
	r = find_places(tree, &places);
	for (size_t i = 0; r == 0 && i < in.n_programs; i++) {
		r = find_installed(tree, &places, &in, &in.programs[i]);
		if (r == 0 && processes)
			r = find_running(processes, &in.programs[i]);
	}
	for (size_t i = 0; r == 0 && i < places.n; i++)
		r = find_holes(tree, places.real[i], &in);
	if (r == 0 && processes)
		r = find_attached(processes, &in);
	if (r < 0)
		return r;
	*ret = in;
	in = (struct impact){0};
	return 0;
}
