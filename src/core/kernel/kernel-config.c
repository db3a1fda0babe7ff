/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel was built with. The running kernel's own word is /proc/config.gz; else the file
 * that its package left for its release. For a root that does not run, the configurations of all
 * kernels installed there: only if none has Yama is it known to lack it.
 *
 * CONFIG_LSM may name yama on a kernel that was built without it: that is an order, not a
 * selection. So the two are kept apart.
 */
#include "kernel-impl.h"

#include "limits.h"

/* What one configuration says. Lines point into the text. */
struct config {
	const char *path;
	bool any; /* at least one line of a kernel configuration */
	enum fact security, yama, bpf_lsm;
	const char *yama_line, *security_line, *lsm_line;
	size_t yama_n, security_n, lsm_n;
	unsigned yama_at, security_at, lsm_at;
};

/* "CONFIG_X=y" is YES, "# CONFIG_X is not set" NO; 0 when the line is about something else. */
static int option_line(const char *line, size_t n, const char *name, enum fact *ret)
{
	static const char off[] = " is not set";
	size_t len = strlen(name);

	if (n > len + 1 && memcmp(line, name, len) == 0 && line[len] == '=') {
		*ret = line[len + 1] == 'y' ? FACT_YES : FACT_NO;
		return 1;
	}
	if (n == 2 + len + strlen(off) && memcmp(line, "# ", 2) == 0 &&
	    memcmp(line + 2, name, len) == 0 && memcmp(line + 2 + len, off, strlen(off)) == 0) {
		*ret = FACT_NO;
		return 1;
	}
	return 0;
}

static int config_line(const char *line, size_t n, unsigned number, void *arg)
{
	static const char lsm[] = "CONFIG_LSM=";
	struct config *c = arg;

	c->any |= n > 7 && memcmp(line, "CONFIG_", 7) == 0;
	if (option_line(line, n, "CONFIG_SECURITY_YAMA", &c->yama)) {
		c->yama_line = line;
		c->yama_n = n;
		c->yama_at = number;
	} else if (option_line(line, n, "CONFIG_SECURITY", &c->security)) {
		c->security_line = line;
		c->security_n = n;
		c->security_at = number;
	} else if (n > strlen(lsm) && memcmp(line, lsm, strlen(lsm)) == 0) {
		c->lsm_line = line;
		c->lsm_n = n;
		c->lsm_at = number;
	} else {
		(void)option_line(line, n, "CONFIG_BPF_LSM", &c->bpf_lsm);
	}
	return 0;
}

static struct config config_parse(const char *path, const char *text)
{
	struct config c = {.path = path,
			   .security = FACT_UNKNOWN,
			   .yama = FACT_UNKNOWN,
			   .bpf_lsm = FACT_UNKNOWN};

	(void)fact_each_line(text, config_line, &c);
	/* Kconfig leaves out what cannot be chosen, as all of them without CONFIG_SECURITY. */
	if (c.any && c.yama == FACT_UNKNOWN)
		c.yama = FACT_NO;
	if (c.any && c.bpf_lsm == FACT_UNKNOWN)
		c.bpf_lsm = FACT_NO;
	return c;
}

/* CONFIG_LSM="a,b" -> a,b */
static int copy_lsm(const struct config *c, struct kernel_facts *f)
{
	const char *v = (const char *)memchr(c->lsm_line, '=', c->lsm_n) + 1;
	size_t n = c->lsm_n - (size_t)(v - c->lsm_line);

	if (n >= 2 && v[0] == '"' && v[n - 1] == '"') {
		v++;
		n -= 2;
	}
	f->config_lsm = strndup(v, n);
	if (!f->config_lsm)
		return -ENOMEM;
	return fact_source_set(&f->config_lsm_from, c->path, c->lsm_at, c->lsm_line, c->lsm_n);
}

static int take(const struct config *c, struct kernel_facts *f)
{
	int r;

	f->yama_built = c->yama;
	f->bpf_lsm_built = c->bpf_lsm;
	if (c->yama_line)
		r = fact_source_set(&f->yama_built_from, c->path, c->yama_at, c->yama_line,
				    c->yama_n);
	else if (c->security_line && c->security == FACT_NO)
		r = fact_source_set(&f->yama_built_from, c->path, c->security_at, c->security_line,
				    c->security_n);
	else
		r = fact_source_set(&f->yama_built_from, c->path, 0, "has no CONFIG_SECURITY_YAMA",
				    strlen("has no CONFIG_SECURITY_YAMA"));
	if (r < 0 || !c->lsm_line)
		return r;
	return copy_lsm(c, f);
}

/* Reads a configuration, packed or not. Errno set of tree_read_file() and gunzip(). */
static int read_config(struct tree *t, const char *path, char **ret)
{
	_cleanup_free_ char *bytes = NULL;
	size_t n = 0, len;
	int r = tree_read_file(t, path, LIMIT_SMALL_FILE, &bytes, &n);

	if (r < 0)
		return r;
	if (n >= 2 && (unsigned char)bytes[0] == 0x1f && (unsigned char)bytes[1] == 0x8b)
		return gunzip(bytes, n, LIMIT_SMALL_FILE, ret, &len);
	*ret = TAKE_PTR(bytes);
	return 0;
}

/*
 * Tries one file. Returns 1 when it decided, 0 when it is no configuration or not there, -ENOMEM. A
 * file that is there and cannot be read is remembered for config_why.
 */
static int try_config(struct tree *t, const char *path, struct strbuf *why, struct config *ret,
		      char **ret_text)
{
	_cleanup_free_ char *text = NULL;
	int r = read_config(t, path, &text);

	if (r == -ENOMEM)
		return r;
	if (r == -ENOTSUP)
		(void)strbuf_addf(why, "%s%s needs libz.so.1", why->len ? "; " : "", path);
	else if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		(void)strbuf_addf(why, "%s%s: %s", why->len ? "; " : "", path, strerror(-r));
	if (r < 0)
		return 0;
	*ret = config_parse(path, text);
	*ret_text = TAKE_PTR(text);
	return ret->any;
}

static int running_config(struct tree *tree, const struct kernel_env *env, struct strbuf *why,
			  struct kernel_facts *f)
{
	static const char *const patterns[] = {
		"/boot/config-%s",
		"/usr/lib/modules/%s/config",
		"/usr/lib/modules/%s/build/.config",
		"/lib/modules/%s/config",
		"/lib/modules/%s/build/.config",
	};
	_cleanup_free_ char *text = NULL;
	struct config c;
	int r = try_config(env->proc_tree, "/proc/config.gz", why, &c, &text);

	if (r != 0)
		return r < 0 ? r : take(&c, f);
	for (size_t i = 0; i < ELEMENTSOF(patterns) && f->release; i++) {
		_cleanup_free_ char *again = NULL;
		_cleanup_(strbuf_done) struct strbuf path = {0};
		const char *slot = strstr(patterns[i], "%s");

		(void)strbuf_add(&path, patterns[i], (size_t)(slot - patterns[i]));
		(void)strbuf_adds(&path, f->release);
		if (strbuf_adds(&path, slot + 2) < 0 || path.failed)
			return -ENOMEM;
		r = try_config(tree, path.bytes, why, &c, &again);
		if (r != 0)
			return r < 0 ? r : take(&c, f);
	}
	return 0;
}

static void forget_config(struct kernel_facts *f)
{
	fact_source_done(&f->yama_built_from);
	fact_source_done(&f->config_lsm_from);
	free(f->config_lsm);
	f->config_lsm = NULL;
}

/* Every kernel installed on a root that does not run. Yama is known to be missing if all lack it.
 */
static int installed_configs(struct tree *tree, struct strbuf *why, struct kernel_facts *f)
{
	_cleanup_(tree_list_done) struct tree_list l = {0};
	int r = tree_list(tree, "/boot", &l);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < l.n && f->yama_built != FACT_YES; i++) {
		_cleanup_(strbuf_done) struct strbuf path = {0};
		_cleanup_free_ char *text = NULL;
		struct config c;

		if (!startswith(l.entries[i].name, "config-"))
			continue;
		if (strbuf_addf(&path, "/boot/%s", l.entries[i].name) < 0)
			return -ENOMEM;
		r = try_config(tree, path.bytes, why, &c, &text);
		if (r < 0)
			return r;
		if (r > 0) {
			forget_config(f);
			r = take(&c, f);
			if (r < 0)
				return r;
		}
	}
	/* One that could not be read may have it. */
	if (why->len > 0 && f->yama_built == FACT_NO)
		f->yama_built = FACT_UNKNOWN;
	return 0;
}

int kernel_config_gather(struct tree *tree, const struct kernel_env *env, struct kernel_facts *f)
{
	_cleanup_(strbuf_done) struct strbuf why = {0};
	int r;

	f->yama_built = FACT_UNKNOWN;
	f->bpf_lsm_built = FACT_UNKNOWN;
	if (env->live && env->proc_tree)
		r = running_config(tree, env, &why, f);
	else
		r = installed_configs(tree, &why, f);
	if (r < 0 || f->yama_built != FACT_UNKNOWN)
		return r;
	if (why.len == 0)
		(void)strbuf_adds(&why, "no kernel configuration found");
	f->config_why = strbuf_take(&why);
	return f->config_why ? 0 : -ENOMEM;
}
