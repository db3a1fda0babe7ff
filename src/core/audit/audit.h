/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdict: what policy, evidence and the resolver's answer come to, as plain data. */
#pragma once

#include "findings.h"
#include "kernel-facts.h"
#include "policy.h"
#include "resolve.h"

enum verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_UNKNOWN, VERDICT_WAIVED, VERDICT_SKIPPED };
const char *verdict_word(enum verdict v); /* "pass", ..., "skipped" for a half left out by --only */

enum subject_kind { SUBJECT_LIVE, SUBJECT_ROOT };

struct subject {
	enum subject_kind kind;
	const char *path;    /* "/" or DIR; borrowed */
	bool live;	     /* the running kernel's root (--live, or "/") */
	bool live_on_word;   /* --live could not be checked */
	bool live_elsewhere; /* DIR --live: /proc is ours, files are under DIR */
};

/* What trying it on the running kernel came to (--probe; done by the command, by src/probe). */
struct audit_probe {
	const char
		*behaves_like; /* the contract's word: "0" to "3", "denied-by-other", "unknown" */
	int level;	       /* the same as a level; LEVEL_NONE where it is like none */
	unsigned allows_more, denies_more; /* answers that are not those of the level in force */
	bool forbidden;			   /* ptrace is refused altogether, so nothing was seen */
	const char *sentence;		   /* for people, without a full stop */
};

/* What the command gathers. Everything borrowed. */
struct evidence {
	struct subject subject;
	struct runtime runtime;		 /* owned by evidence; read on a live system even for --only
					  * boot: files have no effect on a kernel without Yama */
	struct kernel_facts kernel;	 /* owned by evidence */
	struct resolve *resolve;	 /* owned by evidence; NULL with --only now */
	bool want_now, want_boot;	 /* from --only */
	const struct audit_probe *probe; /* NULL: not tried; borrowed */
	bool in_full;		 /* what only explains was gathered too: look for all there is */
	const char *interrupted; /* id of a fix that the journal has as begun and not ended; NULL:
				  * none, or not visible; borrowed */
	/* Only for the words of remedies. */
	bool privileged;		 /* the effective uid is 0: no "sudo" in remedies */
	const char *user;		 /* name of the caller, or NULL; borrowed */
	const struct boot_env *boot_env; /* what resolve was run with: a remedy is proved by running
					  * it again; NULL: remedies for files are not proved, and
					  * so not offered; borrowed */
};

/* Frees what evidence owns and empties it. Takes an empty one too. */
void evidence_done(struct evidence *ev);

struct finding_evidence {
	char *path;    /* owned */
	unsigned line; /* 0: none */
	char *text;    /* the line; owned; or NULL */
	char *package; /* "acme-debug-tools 1.4-2"; owned; or NULL */
};

struct waiver;

struct finding {
	enum finding_id id;
	enum severity severity;
	char *message; /* one sentence with its full stop; owned */
	char *detail;  /* further sentences shown under the evidence, or NULL; owned */
	char *remedy;  /* commands that can be pasted, one a line; or a phrase; or NULL; owned */
	const char *
		remedy_lead; /* what to print before it: "To fix", "To be sure"; NULL without one */
	bool fixable;	     /* ptscope fix may remove it: remedy_add() of core/change says how */
	char **because; /* causes: a word (often the id of a finding), ": ", a sentence; owned */
	size_t n_because;
	struct finding_evidence *evidence; /* owned */
	size_t n_evidence;
	const struct waiver *waiver; /* SEVERITY_WAIVED: what accepts it; borrowed */
	bool waived_with_boot;	     /* by a waiver of boot-not-restricted, whose level this is */
};

/* X(ID, sentence): the headline's sentences. JSON's summary, Nagios and text use the same words. */
#define SUMMARIES(X)                                                                              \
	X(PASS, "ptrace is restricted")                                                           \
	X(FAIL_NOW, "ptrace is not restricted now")                                               \
	X(FAIL_BOOT, "ptrace will not be restricted after the next boot")                         \
	X(FAIL_BOTH, "ptrace is not restricted")                                                  \
	X(FAIL_NOT_WRITTEN, "ptrace is restricted now, but no file keeps it so")                  \
	X(FAIL_UNSET, "nothing that runs at boot restricts ptrace")                               \
	X(FAIL_VENDOR, "only a vendor's file restricts ptrace, which this policy does not count") \
	X(FAIL_NO_YAMA, "nothing restricts ptrace on this kernel")                                \
	X(FAIL_YAMA_OFF, "Yama is built in and not switched on, so nothing restricts ptrace")     \
	X(FAIL_HOST, "the host's kernel does not restrict ptrace")                                \
	X(FAIL_STRICTER, "the level is weaker than this policy asks")                             \
	X(FAIL_OTHER_LEVEL, "the level is not one that this policy allows")                       \
	X(FAIL_WEAKER_LINE, "a weaker line stands in a file, which this policy forbids")          \
	X(UNKNOWN_FILE, "a file that could change the answer is not readable")                    \
	X(UNKNOWN_NOW, "cannot see the kernel's value")                                           \
	X(UNKNOWN_CONTAINER, "the host decides, and its files are not visible here")              \
	X(UNKNOWN_LOADER, "no program that would apply the files at boot is known here")          \
	X(UNKNOWN_VERSION, "versions of a loader that are all possible here disagree")

enum summary {
#define X(id, sentence) SUMMARY_##id,
	SUMMARIES(X)
#undef X
};

/* What the headline says of CIS 1.5.2, whatever the policy. */
enum cis {
	CIS_SAME,   /* policy and CIS come to the same verdict */
	CIS_PASSES, /* the policy is stricter, and CIS alone would pass */
	CIS_NOT,    /* the policy allows level 0, so a pass of it says nothing about CIS */
};
const char *cis_phrase(enum cis c); /* "CIS 1.5.2", "CIS 1.5.2 passes", "not CIS 1.5.2" */

struct audit {
	enum verdict verdict, now, boot;
	enum summary summary;
	enum summary summary_unknown; /* what it would be, were all failures accepted */
	enum cis cis;
	bool effective; /* false: the boot value is inert since the kernel has no Yama */
	bool compensated;
	bool levels_agree;	       /* the kernel holds just what the next boot sets */
	const struct waiver *accepted; /* of those in use the one that ends first, or NULL */
	struct finding *findings;      /* fails first, then unknown, warn, info; owned */
	size_t n_findings;
};

/* The sentence, without a full stop. */
const char *summary_sentence(enum summary s);

/* Frees an audit; takes NULL and returns NULL. */
struct audit *audit_free(struct audit *a);
DEFINE_CLEANUP(struct audit *, audit_free)

/*
 * Judges. Pure: looks at the tree only for the owner of a vendor file and for writers that are not
 * modelled, and only where a finding needs it.
 *
 * Returns 0 or -ENOMEM.
 */
int audit_run(struct tree *tree, const struct evidence *ev, const struct policy *policy,
	      struct audit **ret);

/*
 * Whether programs that are installed and do not run at boot could matter to a finding, so that the
 * resolver must be asked with BOOT_IDLE. They cannot where a file sets the key at boot and every
 * line that names it, in whatever file, says that same level.
 */
bool audit_needs_idle(const struct resolve *r);

/* True for a path that packages own and administrators do not edit: under /usr/lib or /lib. */
bool path_is_vendor(const char *path);

/* True when the files of a resolve come to pass, weaker lines that lose aside. */
bool boot_would_pass(const struct resolve *r, const struct policy *p);

enum fail_on { FAIL_ON_FAIL, FAIL_ON_UNKNOWN, FAIL_ON_WARN, FAIL_ON_NEVER };

/* The exit code for one subject: 0, 1 or 3 as design of the command line says. */
int audit_exit_code(const struct audit *a, enum fail_on threshold);
