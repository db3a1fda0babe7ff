/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tuned's profiles: found, parsed, with what they include, and merged, as its daemon does at start.
 * Not for use outside this folder.
 */
#pragma once

#include "ini.h"
#include "loader-impl.h"

/* One section of the merged profile. */
struct tuned_unit {
	char *name, *type; /* owned */
	bool enabled;
	bool replace;
	bool conditional; /* cpuinfo_regex or uname_regex: applies only to some machines */
	long priority;
	char *drop; /* names of options to be taken from an included profile; owned; or NULL */
	struct ini_section options; /* source of each: index into paths */
};

struct tuned_profile {
	struct tuned_unit *units;
	size_t n_units, cap_units;
	char **paths; /* of the files read; owned */
	size_t n_paths, cap_paths;
};

void tuned_profile_done(struct tuned_profile *p);

/*
 * Loads profiles by name, the later over the earlier.
 *
 * @dirs: where profiles stand, strongest first; ends in NULL
 * @names: profile names separated by blanks
 * @ret_bad: path of a file that could not be read or understood by us; owned; or NULL. Then the
 *	result is unknown.
 *
 * Returns 1 with the profile; 0 when tuned would load none (a name that does not exist, a file that
 * does not parse), or with ret_bad set; -ENOMEM; -E2BIG.
 */
int tuned_profile_load(struct tree *tree, quirks_t q, const char *const *dirs, const char *names,
		       struct tuned_profile *ret, char **ret_bad);

/*
 * The value of an option as tuned would use it: without double quotes around it, and with the
 * variables of the section [variables] in it.
 *
 * Returns 1 with the value (caller frees); 0 when it cannot be told (a function, or variables from
 * another file); -ENOMEM.
 */
int tuned_profile_value(const struct tuned_profile *p, const char *raw, char **ret);
