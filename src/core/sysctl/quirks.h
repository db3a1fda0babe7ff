/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What differs between loaders and between versions of one loader, each as one bit. A loader's code
 * asks for a bit and never for a version; which versions have which bits is data (the version table
 * in each loader's file). The kill table inverts each bit that a loader consults.
 */
#pragma once

#include <stdint.h>

typedef uint64_t quirks_t;

/* X(name, meaning) */
#define QUIRKS(X)                                                                                \
	/* Which files. */                                                                       \
	X(RUN_BEATS_ETC, "/run/sysctl.d is stronger than /etc/sysctl.d")                         \
	X(READS_LIB, "/lib/sysctl.d is a directory of its own, read last in precedence")         \
	X(READS_HIDDEN, "names that start with a dot are read")                                  \
	X(GLOBS_NAMES, "a file's name is itself expanded as a pattern before it is opened")      \
	X(CONF_LAST, "/etc/sysctl.conf is read after every drop-in")                             \
	X(LOOP_MASKS, "a link that goes round in a circle still masks")                          \
	X(OTHERS_MASK, "links to nothing or /dev/null and directories mask, as files do")        \
	X(EXISTING_MASKS,                                                                        \
	  "what exists masks, /dev/null and directories too; links to nothing not")              \
	X(RUN_LAST, "/run/sysctl.d is read after /etc/sysctl.conf")                              \
	X(NEEDS_CONF, "nothing is applied where /etc/sysctl.conf is missing")                    \
	X(ASKS_SYSTEM, "the script runs \"sysctl --system\", which busybox does not know")       \
	X(PROFILES_DIR, "profiles stand in a directory \"profiles\" of their own")               \
	X(CONFIGOBJ, "profiles are read by configobj: # always begins a comment, nothing twice") \
	X(STRICT_INI, "an option or section that stands twice spoils the profile")               \
	X(TAKES_ONCE, "a profile that is named again is passed over; otherwise it spoils all")   \
	X(EXCLUDE_LIST, "reapply_sysctl_exclude= names keys that are not set again")             \
	/* Lines. */                                                                             \
	X(CR_ENDS_LINE, "a lone carriage return ends a line")                                    \
	X(NUL_ENDS_LINE, "a NUL ends a line; otherwise it ends what is seen of the line")        \
	X(KEEPS_NUL, "a NUL is a byte as any other")                                             \
	X(LINE_LIMIT, "a line of 1 MiB or more ends the reading of that file")                   \
	X(SHORT_BUFFER, "lines are cut into pieces at a small fixed length")                     \
	X(CONTINUES, "a backslash before the newline joins the next line, in comments too")      \
	X(BACKSLASH_EATEN, "a backslash is removed, the byte after it is kept")                  \
	X(TRIMS_ALL, "form feed and vertical tab count as blanks around key and value")          \
	X(SPACES_ONLY, "key and value are split at \" = \" with single blanks only")             \
	X(NEEDS_NEWLINE, "a last line without a newline is lost")                                \
	/* Assignments. */                                                                       \
	X(DASH, "\"-key = value\" is key with failures ignored")                                 \
	X(DASH_BLANK, "blanks may stand between that dash and the key")                          \
	X(EXCLUDES, "\"-key\" without = excludes the key from patterns")                         \
	X(EXCLUDES_BY_GLOB, "such an exclusion may be a pattern")                                \
	X(EXCLUSION_UNSETS, "such an exclusion takes back an assignment made before")            \
	X(EMPTY_WRITES, "an empty value is kept and written")                                    \
	X(TOKENS, "the line is cut at runs of =, so leading ones are skipped")                   \
	X(WORDS, "blanks separate key and value as = does, and # ends the line anywhere")        \
	X(CR_ENDS_VALUE, "a carriage return ends the value")                                     \
	X(STALE_VALUE, "a line without = writes = and what an earlier line left in the buffer")  \
	/* Keys. */                                                                              \
	X(FIRST_SEPARATOR, "the first of / and . says which of them separates")                  \
	X(SIMPLIFIES, "//, /./ and a leading or trailing separator are dropped")                 \
	X(REJECTS_DOTDOT, "a key with .. is refused")                                            \
	X(CHECKS_REALPATH, "a key that leads out of /proc/sys is refused")                       \
	X(GREEDY_DOTS, "dots become slashes from the longest name that exists")                  \
	X(ALL_DOTS, "every dot becomes a slash")                                                 \
	X(SWAPS, "dots and slashes always change places")                                        \
	X(SWAPS_MIXED, "where a dot stands before the first slash, they change places")          \
	X(BRACES, "braces in a pattern are expanded too")                                        \
	X(GLOBS, "patterns in keys are expanded")                                                \
	/* Applying. */                                                                          \
	X(MERGES, "all files are merged into one map by key first; one write for each")          \
	X(SAME_KEEPS_PLACE, "assigning the same value again keeps the older place in the map")   \
	X(LISTS, "all files are read into a list first, then written in order")                  \
	X(SKIPS_EQUAL, "a value that the kernel shows already is not written")                   \
	X(ADDS_NEWLINE, "a newline is written after the value")                                  \
	X(DIES, "the program ends at the first value that the kernel refuses")

enum quirk_index {
#define X(name, meaning) QUIRK_INDEX_##name,
	QUIRKS(X)
#undef X
		_QUIRK_INDEX_MAX,
};

_Static_assert(_QUIRK_INDEX_MAX <= 64, "quirks_t is too small");

/* Q(DASH) is the bit of DASH. */
#define Q(name) (UINT64_C(1) << QUIRK_INDEX_##name)

/* The quirk's name ("DASH") and meaning. i < _QUIRK_INDEX_MAX. */
const char *quirk_name(unsigned i);
const char *quirk_meaning(unsigned i);
