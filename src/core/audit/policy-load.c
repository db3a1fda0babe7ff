/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies from disk: where one is looked for. */
#include "policy.h"
#include "site-conf.h"
#include "str.h"

#include <sys/stat.h>

int policy_load(const char *path, struct policy *ret, struct error *e)
{
	_cleanup_strbuf_ struct strbuf text = {0};
	int r = conf_load(path, "the policy", &text, e);

	return r < 0 ? r : policy_parse(path, text.bytes ? text.bytes : "", text.len, ret, e);
}

/* DIR/NAME.conf, where it exists. Returns 1 when it was loaded, 0 when there is none. */
static int load_from(const char *dir, const char *name, struct policy *ret, struct error *e)
{
	_cleanup_strbuf_ struct strbuf path = {0};
	struct stat st;
	int r;

	if (strbuf_addf(&path, "%s/%s.conf", dir, name) < 0)
		return error_set(e, ENOMEM, NULL, 0, "out of memory");
	if (stat(path.bytes, &st) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	r = policy_load(path.bytes, ret, e);
	return r < 0 ? r : 1;
}

int policy_find(const char *arg, const char *site_dir, struct policy *ret, struct error *e)
{
	int r = 0;

	if (arg && strchr(arg, '/'))
		return policy_load(arg, ret, e);
	if (arg && (!*arg || *arg == '.'))
		return error_set(e, EINVAL, NULL, 0, "no policy can be named \"%s\"", arg);
	if (site_dir)
		r = load_from(site_dir, arg ? arg : "policy", ret, e);
	if (r != 0)
		return r < 0 ? r : 0;
	r = policy_builtin(arg ? arg : "cis", ret);
	if (r == -ENOENT) {
		(void)error_set(e, ENOENT, NULL, 0, "no policy \"%s\"", arg);
		error_hint(e,
			   "built in are cis, stig, workstation, server and locked; "
			   "a file is named with a \"/\": ./%s",
			   arg);
	}
	return r == -ENOMEM ? error_set(e, ENOMEM, NULL, 0, "out of memory") : r;
}
