/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of this folder share. Not for use outside it.
 *
 * An audit runs in three steps. Collect (said.c): every line that says the key, from every loader,
 * with what became of it. Judge (verdict.c): a reason for each half, from which verdict and
 * headline follow by tables; this step makes no findings, so that it can be asked again for another
 * policy or for a tree with a remedy on top. Tell (audit-now.c, audit-boot.c, audit-notes.c):
 * findings with their evidence.
 */
#pragma once

#include "audit.h"
#include "policy.h"
#include "str.h"

/* Lines of evidence and causes that one finding shows; what is left out is counted in its detail.
 */
#define SHOWN_MAX 16

/* Why the half "now" is what it is. */
enum now_why {
	NOW_FINE,
	NOW_SKIPPED,
	NOW_WEAK, /* a level that the policy does not allow */
	NOW_NO_YAMA,
	NOW_NOT_VISIBLE,
	NOW_PROBED_WEAK, /* the level is allowed, and the kernel grants more than it says */
	_NOW_MAX,
};

/* Why the half "boot" is what it is. */
enum boot_why {
	BOOT_FINE,
	BOOT_SKIPPED,
	BOOT_WEAK,	/* set to a level that the policy does not allow */
	BOOT_NOTHING,	/* nothing sets it */
	BOOT_VENDOR,	/* set in a vendor's file only, which the policy does not count */
	BOOT_VOLATILE,	/* set by this boot's command line only */
	BOOT_STRICT,	/* a weaker line, which the policy forbids */
	BOOT_NO_YAMA,	/* this kernel has no Yama, and the next boot's is no other */
	BOOT_LEFT_OUT,	/* the next boot's command line leaves Yama out */
	BOOT_CONTAINER, /* the host's files decide */
	BOOT_NO_LOADER, /* no known program runs at boot */
	BOOT_UNREAD,	/* something that could not be read would change the verdict */
	BOOT_VERSIONS,	/* so would another version of a loader that is possible here */
	_BOOT_MAX,
};

/* One line that says the key, and what became of it. All borrowed. */
struct said {
	const struct sysctl_entry *entry;
	const struct sysctl_file *file;
	const struct loader_instance *loader;
	const struct entry_fate *fate;
	enum value_state value; /* VALUE_OK: level holds */
	int level;		/* LEVEL_NONE unless it is an assignment of a level */
	bool boot;		/* its loader runs at boot, and the file survives until then */
	size_t step;		/* index of its loader in boot_loaders, or in loaders */
};

struct said_list {
	struct said *items;
	size_t n, cap;
};

/* A judgement without words. */
struct ruling {
	enum now_why now;
	enum boot_why boot;
	bool effective; /* the next boot has a kernel with Yama, as far as is known */
};

/* State of one audit_run(). */
struct judge {
	struct tree *tree;
	const struct evidence *ev;
	const struct policy *policy;
	const struct resolve_key *key; /* NULL when files were not asked for */
	struct said_list said;
	struct ruling ruling;
	struct audit *audit; /* findings go there */
	size_t cap_findings;
	bool failed; /* out of memory; sticky, checked at the end */
};

/* Paths, to be asked for one by one: there may be a hundred thousand. Paths are borrowed. (said.c)
 */
struct path_names {
	const char **paths;
	size_t n, cap;
};

/* Adds a path, which is borrowed. Returns 0 or -ENOMEM. */
int path_names_add(struct path_names *s, const char *path);
/* To be called once, after the last path was added. */
void path_names_sort(struct path_names *s);
bool path_names_has(const struct path_names *s, const char *path);
void path_names_done(struct path_names *s);

/* Collects the lines. Returns 0 or -ENOMEM. (said.c) */
int said_collect(const struct resolve *r, const struct resolve_key *key, struct said_list *ret);
/* Frees the list, not what it borrows. */
void said_done(struct said_list *l);

/* True when the line is an assignment outside the policy, in a file that the administrator owns and
 * that survives a reboot. */
bool said_is_forbidden(const struct said *s, const struct policy *p);

/* The key's entry in a resolve, or NULL. */
const struct resolve_key *find_key(const struct resolve *r);

/* Judges without words. (verdict.c) */
struct ruling judge_rule(const struct evidence *ev, const struct resolve *r,
			 const struct said_list *said, const struct policy *p);
/* The verdict that belongs to each reason, and of both halves together. */
enum verdict now_verdict(enum now_why w);
enum verdict boot_verdict(enum boot_why w);
enum verdict both_verdicts(enum verdict now, enum verdict boot);
/* The headline: the first rule that applies. Needs the findings. */
enum summary summary_choose(const struct judge *j);
/* The same, of the rules about what could not be seen. */
enum summary summary_choose_unknown(const struct judge *j);

/* True for the command line of a boot entry, false for that of this boot. */
bool is_boot_entry(const struct boot_cmdline *c);

/* The line that wins today, /run included; NULL where it cannot be told. ret_path is borrowed. */
const struct sysctl_entry *winner_now(const struct judge *j, const char **ret_path);

/* True when files here do not reach the kernel: a live container that looks at its own root. */
bool in_container(const struct evidence *ev);

/* Why the running kernel has no Yama. */
enum absence {
	ABSENCE_NOT_BUILT,
	ABSENCE_LSM_PARAM,
	ABSENCE_CONFIG_LSM,
	ABSENCE_NOT_LISTED,
	ABSENCE_UNKNOWN
};
/* Why, from the facts that were gathered in full. */
enum absence absence_of(const struct kernel_facts *k);

/* Findings. (findings-add.c) The pointer holds until the next finding is added; NULL when out of
 * memory, and everything below takes NULL. */
struct finding *add_finding(struct judge *j, enum finding_id id, enum severity severity,
			    const char *fmt, ...) _printf_(4, 5);
/* A further sentence, with its full stop. */
void add_detail(struct judge *j, struct finding *f, const char *fmt, ...) _printf_(3, 4);
/* A cause: "word: Sentence." No more than SHOWN_MAX are kept. */
void add_because(struct judge *j, struct finding *f, const char *fmt, ...) _printf_(3, 4);
/* One more line of remedy; the lead is that of the first. */
void add_remedy(struct judge *j, struct finding *f, const char *lead, const char *fmt, ...)
	_printf_(4, 5);
/* text may be NULL; the file's package is looked up where that is worth it. */
void add_evidence(struct judge *j, struct finding *f, const char *path, unsigned line,
		  const char *text);
/* As add_evidence(), of a line that was collected, or of a fact (nothing, where it has no place).
 */
void add_said(struct judge *j, struct finding *f, const struct said *s);
void add_source(struct judge *j, struct finding *f, const struct fact_source *s);
/* As add_evidence(), of a kernel command line: only the words that matter are shown. */
void add_cmdline(struct judge *j, struct finding *f, const struct boot_cmdline *c);
/* Fails first, then unknown, warn, info. */
void sort_findings(struct audit *a);

/* "sudo " or "". */
const char *sudo(const struct judge *j);

/* A path of the tree as the caller's shell takes it: below DIR, and quoted. Caller frees; NULL when
 * out of memory. */
char *host_path(const struct judge *j, const char *path);

/* Notes that a fix may remove the finding. f may be NULL. */
void mark_fixable(const struct judge *j, struct finding *f);

/* The halves, and what is worth a word besides. */
void tell_now(struct judge *j);
void tell_absence(struct judge *j);
void tell_boot(struct judge *j);
void tell_notes(struct judge *j);
void tell_writers(struct judge *j);
/* Lines that say an allowed level in files that are not read at boot: looks for them and, where
 * there are any, adds not-read as the failure and returns true. (unread-lines.c) */
bool tell_unread_lines(struct judge *j);
/* The same lines as notes beside another failure. */
void note_unread_lines(struct judge *j);
