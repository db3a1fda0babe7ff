/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scripts as text. The words of capabilities are only those that some relation needs. */
#include "script.h"

#include "parse.h"

#include <linux/capability.h>
#include <stdio.h>

static const struct {
	const char *word, *kinds;
} verbs[_VERB_MAX] = {
#define X(NAME, w, k) [VERB_##NAME] = {w, k},
	VERBS(X)
#undef X
};

static const char *const files[] = {"self",	"suid-root",  "suid-user", "sgid-user",
				    "filecaps", "unreadable", NULL};
static const char *const maps[] = {"own", "none", "range", NULL};

static const struct {
	const char *word;
	int cap;
} caps[] = {
	{"dac_override", CAP_DAC_OVERRIDE},
	{"dac_read_search", CAP_DAC_READ_SEARCH},
	{"kill", CAP_KILL},
	{"setuid", CAP_SETUID},
	{"sys_ptrace", CAP_SYS_PTRACE},
	{"sys_admin", CAP_SYS_ADMIN},
	{"sys_nice", CAP_SYS_NICE},
	{"perfmon", CAP_PERFMON},
	{"net_raw", CAP_NET_RAW},
};

/* All that Linux 6.1 and 6.12 have. */
#define ALL_CAPS ((UINT64_C(1) << (CAP_LAST_CAP + 1)) - 1)

const char *verb_word(enum verb v)
{
	return verbs[v].word;
}

const char *verb_kinds(enum verb v)
{
	return verbs[v].kinds;
}

const char *script_file(int64_t n)
{
	return n >= 0 && n < (int64_t)ELEMENTSOF(files) ? files[n] : NULL;
}

const char *script_map(int64_t n)
{
	return n >= 0 && n < (int64_t)ELEMENTSOF(maps) ? maps[n] : NULL;
}

static bool find_word(const char *const *words, const char *word, int64_t *ret)
{
	for (int64_t i = 0; words[i]; i++)
		if (streq(words[i], word)) {
			*ret = i;
			return true;
		}
	return false;
}

static bool parse_caps(char *text, int64_t *ret)
{
	uint64_t set = 0;

	if (streq(text, "all")) {
		*ret = (int64_t)ALL_CAPS;
		return true;
	}
	for (char *save = NULL, *w = strtok_r(text, "+", &save); w;
	     w = strtok_r(NULL, "+", &save)) {
		size_t i = 0;

		if (streq(w, "none"))
			continue;
		while (i < ELEMENTSOF(caps) && !streq(caps[i].word, w))
			i++;
		if (i == ELEMENTSOF(caps))
			return false;
		set |= UINT64_C(1) << caps[i].cap;
	}
	*ret = (int64_t)set;
	return true;
}

static bool parse_arg(char kind, char *text, int64_t *ret)
{
	uint64_t number;

	switch (kind) {
	case 'c':
		return parse_caps(text, ret);
	case 'f':
		return find_word(files, text, ret);
	case 'm':
		return find_word(maps, text, ret);
	case 'p':
		if (streq(text, "any") || streq(text, "0")) {
			*ret = text[0] == '0' ? PTRACER_NONE : PTRACER_ANY;
			return true;
		}
		/* fall through */
	case '@':
		if (*text++ != '@')
			return false;
		break;
	default:
		break;
	}
	if (parse_uint(text, kind == 'n' ? UINT32_MAX : ACTORS_MAX - 1, &number) < 0)
		return false;
	*ret = (int64_t)number;
	return true;
}

static bool parse_step(char *text, struct step *ret)
{
	struct step s = {0};
	char *save = NULL, *word = strtok_r(text, " ", &save);
	uint64_t who;
	size_t v = 0;

	if (!word || parse_uint(word, ACTORS_MAX - 1, &who) < 0)
		return false;
	s.who = (int)who;
	word = strtok_r(NULL, " ", &save);
	while (word && v < _VERB_MAX && !streq(verbs[v].word, word))
		v++;
	if (!word || v == _VERB_MAX)
		return false;
	s.verb = (enum verb)v;
	for (size_t i = 0; verbs[v].kinds[i]; i++) {
		word = strtok_r(NULL, " ", &save);
		if (!word || !parse_arg(verbs[v].kinds[i], word, &s.args[i]))
			return false;
	}
	if (strtok_r(NULL, " ", &save))
		return false;
	*ret = s;
	return true;
}

int script_parse(const char *text, struct script *ret, const char **ret_where)
{
	struct script s = {0};
	char copy[256];

	for (const char *p = text; *p;) {
		size_t n;

		p += strspn(p, "; "); /* an empty step is none */
		n = strcspn(p, ";");
		if (n == 0)
			break;
		if (n >= sizeof(copy) || s.n == STEPS_MAX) {
			*ret_where = p;
			return -EINVAL;
		}
		memcpy(copy, p, n);
		copy[n] = '\0';
		if (!parse_step(copy, &s.steps[s.n])) {
			*ret_where = p;
			return -EINVAL;
		}
		s.n++;
		p += n;
	}
	*ret = s;
	return 0;
}

static void print_caps(uint64_t set)
{
	const char *between = "";

	if (set == ALL_CAPS || set == 0) {
		printf("%s", set ? "all" : "none");
		return;
	}
	for (size_t i = 0; i < ELEMENTSOF(caps); i++)
		if (set & UINT64_C(1) << caps[i].cap) {
			printf("%s%s", between, caps[i].word);
			between = "+";
		}
}

static void print_arg(char kind, int64_t value)
{
	(void)putchar(' ');
	if (kind == 'c')
		print_caps((uint64_t)value);
	else if (kind == 'f')
		(void)fputs(files[value], stdout);
	else if (kind == 'm')
		(void)fputs(maps[value], stdout);
	else if (kind == 'p' && value < 0)
		(void)fputs(value == PTRACER_ANY ? "any" : "0", stdout);
	else
		printf("%s%lld", kind == '@' || kind == 'p' ? "@" : "", (long long)value);
}

void script_print(const struct script *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct step *st = &s->steps[i];

		printf("%s%d %s", i ? "; " : "", st->who, verbs[st->verb].word);
		for (size_t k = 0; verbs[st->verb].kinds[k]; k++)
			print_arg(verbs[st->verb].kinds[k], st->args[k]);
	}
}
