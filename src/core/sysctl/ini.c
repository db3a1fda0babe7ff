/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two readers over one line loop. configparser takes any of \n, \r and \r\n as the end of a line;
 * configobj ends lines at \n only, drops the \r before it, and a byte order mark. What makes either
 * module raise an error makes the whole file useless to tuned, so that is all that is said of it.
 */
#include "ini.h"

struct reader {
	struct ini *ini;
	ssize_t section; /* index, or -1 before the first */
	char *option;	 /* name of the option that an indented line continues; owned, or NULL */
	size_t indent;
	unsigned line;
	bool unique; /* a section or option that comes twice is an error */
};

void ini_section_done(struct ini_section *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->options[i].name);
		free(s->options[i].value);
	}
	free(s->options);
	free(s->name);
	*s = (struct ini_section){0};
}

void ini_done(struct ini *ini)
{
	for (size_t i = 0; i < ini->n; i++)
		ini_section_done(&ini->sections[i]);
	free(ini->sections);
	*ini = (struct ini){0};
}

static ssize_t find_section(const struct ini *ini, const char *name)
{
	for (size_t i = 0; i < ini->n; i++)
		if (streq(ini->sections[i].name, name))
			return (ssize_t)i;
	return -1;
}

const struct ini_section *ini_section_get(const struct ini *ini, const char *name)
{
	ssize_t i = find_section(ini, name);

	return i < 0 ? NULL : &ini->sections[i];
}

static struct ini_option *find_option(const struct ini_section *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (streq(s->options[i].name, name))
			return &s->options[i];
	return NULL;
}

const char *ini_get(const struct ini *ini, const char *section, const char *option)
{
	const struct ini_section *s = ini_section_get(ini, section);
	const struct ini_option *o = s ? find_option(s, option) : NULL;

	return o ? o->value : NULL;
}

int ini_section_set(struct ini_section *s, const char *name, const char *value, unsigned line,
		    unsigned source)
{
	struct ini_option *o = find_option(s, name);
	_cleanup_free_ char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	if (!o) {
		if (array_reserve(&s->options, s->n, &s->cap, sizeof(*o)) < 0)
			return -ENOMEM;
		o = &s->options[s->n];
		*o = (struct ini_option){.name = strdup(name)};
		if (!o->name)
			return -ENOMEM;
		s->n++;
	}
	free(o->value);
	o->value = TAKE_PTR(copy);
	o->line = line;
	o->source = source;
	return 0;
}

void ini_section_unset(struct ini_section *s, const char *name)
{
	struct ini_option *o = find_option(s, name);

	if (!o)
		return;
	free(o->name);
	free(o->value);
	s->n--;
	memmove(o, o + 1, (size_t)(s->options + s->n - o) * sizeof(*o));
}

/* Length of the blank that starts at s, as Python's str.isspace() knows them; 0 for none. */
static size_t blank_length(const unsigned char *s, size_t n)
{
	if (n > 0 && ((s[0] >= 9 && s[0] <= 13) || (s[0] >= 28 && s[0] <= 32)))
		return 1;
	if (n > 1 && s[0] == 0xc2 && (s[1] == 0x85 || s[1] == 0xa0))
		return 2;
	if (n > 2 && s[0] == 0xe1 && s[1] == 0x9a && s[2] == 0x80) /* U+1680 */
		return 3;
	if (n > 2 && s[0] == 0xe2 && s[1] == 0x80 &&
	    ((s[2] >= 0x80 && s[2] <= 0x8a) || s[2] == 0xa8 || s[2] == 0xa9 || s[2] == 0xaf))
		return 3;
	if (n > 2 && s[0] == 0xe2 && s[1] == 0x81 && s[2] == 0x9f) /* U+205F */
		return 3;
	if (n > 2 && s[0] == 0xe3 && s[1] == 0x80 && s[2] == 0x80) /* U+3000 */
		return 3;
	return 0;
}

void python_strip(const char **s, size_t *n)
{
	size_t k;

	while ((k = blank_length((const unsigned char *)*s, *n)) > 0) {
		*s += k;
		*n -= k;
	}
	for (;;) {
		size_t before = *n;

		for (k = 1; k <= 3 && k <= *n; k++) {
			if (blank_length((const unsigned char *)*s + *n - k, k) == k) {
				*n -= k;
				break;
			}
		}
		if (*n == before)
			return;
	}
}

bool python_is_utf8(const char *text, size_t n)
{
	const unsigned char *s = (const unsigned char *)text, *end = s + n;

	while (s < end) {
		size_t more = *s < 0x80	  ? 0
			      : *s < 0xc2 ? 9
			      : *s < 0xe0 ? 1
			      : *s < 0xf0 ? 2
			      : *s < 0xf5 ? 3
					  : 9;

		if (more == 9 || (size_t)(end - s) <= more)
			return false;
		if ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] > 0x9f) ||
		    (*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] > 0x8f))
			return false;
		for (size_t i = 1; i <= more; i++)
			if ((s[i] & 0xc0) != 0x80)
				return false;
		s += more + 1;
	}
	return true;
}

/* To Python a NUL is a character as any other; strings here end at it. */
static bool has_nul(const char *s, size_t n)
{
	return n > 0 && memchr(s, '\0', n);
}

/* Goes to the section of that name, making it. */
static int enter_section(struct reader *r, const char *name, size_t n)
{
	_cleanup_free_ char *copy = strndup(name, n);
	ssize_t i;

	if (!copy)
		return -ENOMEM;
	if (has_nul(name, n))
		return -EOPNOTSUPP;
	free(TAKE_PTR(r->option));
	i = find_section(r->ini, copy);
	if (i >= 0 && r->unique)
		return -EINVAL;
	if (i < 0) {
		if (array_reserve(&r->ini->sections, r->ini->n, &r->ini->cap,
				  sizeof(*r->ini->sections)) < 0)
			return -ENOMEM;
		i = (ssize_t)r->ini->n;
		r->ini->sections[r->ini->n++] = (struct ini_section){.name = TAKE_PTR(copy)};
	}
	r->section = i;
	return 0;
}

static int set_option(struct reader *r, const char *name, size_t n, const char *value, size_t m)
{
	_cleanup_free_ char *v = strndup(value, m), *k = strndup(name, n);
	int err;

	if (!v || !k)
		return -ENOMEM;
	if (has_nul(name, n) || has_nul(value, m))
		return -EOPNOTSUPP;
	if (r->unique && find_option(&r->ini->sections[r->section], k))
		return -EINVAL;
	err = ini_section_set(&r->ini->sections[r->section], k, v, r->line, 0);
	if (err < 0)
		return err;
	free(r->option);
	r->option = TAKE_PTR(k);
	return 0;
}

/* Adds a line to the value of the last option. */
static int continue_option(struct reader *r, const char *s, size_t n)
{
	struct ini_option *o = find_option(&r->ini->sections[r->section], r->option);
	_cleanup_strbuf_ struct strbuf b = {0};
	char *v;

	if (has_nul(s, n))
		return -EOPNOTSUPP;
	(void)strbuf_adds(&b, o->value);
	(void)strbuf_addc(&b, '\n');
	(void)strbuf_add(&b, s, n);
	v = strbuf_take(&b);
	if (!v)
		return -ENOMEM;
	free(o->value);
	o->value = v;
	return 0;
}

/* Where a comment of configparser begins: a '#' at the start or after a blank; or n. */
static size_t comment_start(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == '#' &&
		    (i == 0 || blank_length((const unsigned char *)s + i - 1, 1) == 1))
			return i;
	return n;
}

static int line_configparser(struct reader *r, const char *s, size_t n)
{
	const char *value = s, *equals;
	size_t len = n, indent = 0, comment = comment_start(s, n);

	python_strip(&value, &len);
	if (len > 0 && *value == ';')
		comment = 0;
	value = s;
	len = comment;
	python_strip(&value, &len);
	if (len == 0)
		return comment == n && r->section >= 0 && r->option ? continue_option(r, "", 0) : 0;
	while (blank_length((const unsigned char *)s + indent, n - indent) > 0)
		indent++;
	if (r->section >= 0 && r->option && indent > r->indent)
		return continue_option(r, value, len);
	r->indent = indent;
	if (*value == '[') {
		const char *close = memrchr(value, ']', len);

		if (close && close > value + 1)
			return enter_section(r, value + 1, (size_t)(close - value) - 1);
	}
	equals = memchr(value, '=', len);
	if (r->section < 0 || !equals || equals == value)
		return -EINVAL;
	len -= (size_t)(equals + 1 - value);
	n = (size_t)(equals - value);
	s = value;
	value = equals + 1;
	python_strip(&value, &len);
	python_strip(&s, &n);
	return set_option(r, s, n, value, len);
}

/* Whether a quote that opens at s can be the whole value: closed, and then only a comment. */
static const char *closing_quote(const char *s, const char *end)
{
	for (const char *p = s + 1; p < end; p++) {
		const char *rest = p + 1;

		if (*p != *s)
			continue;
		while (rest < end && blank_length((const unsigned char *)rest, 1))
			rest++;
		if (rest == end || *rest == '#')
			return p;
	}
	return NULL;
}

/* The value of configobj: up to a comment; in quotes, which stay. Returns false for an error. */
static bool value_configobj(const char *s, size_t *n)
{
	const char *end = s + *n, *close;

	if (*n == 0)
		return true;
	if (*s == '"' || *s == '\'') {
		close = closing_quote(s, end);
		if (!close)
			return false;
		*n = (size_t)(close + 1 - s);
		return true;
	}
	close = memchr(s, '#', *n);
	if (close)
		*n = (size_t)(close - s);
	python_strip(&s, n);
	return true;
}

/* The bracket that ends a section's name: only blanks, and a comment, may stand behind it. */
static const char *closing_bracket(const char *s, const char *end)
{
	while ((s = memchr(s, ']', (size_t)(end - s)))) {
		const char *rest = s + 1;

		while (rest < end && blank_length((const unsigned char *)rest, 1))
			rest++;
		if (rest == end || *rest == '#')
			return s;
		s++;
	}
	return NULL;
}

static int line_configobj(struct reader *r, const char *s, size_t n)
{
	const char *equals, *value;
	size_t len;

	python_strip(&s, &n);
	if (n == 0 || *s == '#')
		return 0;
	if (*s == '[') {
		const char *close = closing_bracket(s, s + n);
		const char *name = s + 1;

		if (close) {
			len = (size_t)(close - name);
			python_strip(&name, &len);
			return len ? enter_section(r, name, len) : -EINVAL;
		}
	}
	equals = memchr(s, '=', n);
	if (!equals || equals == s || *s == '"' || *s == '\'')
		return -EINVAL;
	value = equals + 1;
	len = n - (size_t)(value - s);
	n = (size_t)(equals - s);
	python_strip(&value, &len);
	python_strip(&s, &n);
	if (!value_configobj(value, &len))
		return -EINVAL;
	/* Options before any section are the root's, which is none for a profile. */
	return r->section < 0 ? -EINVAL : set_option(r, s, n, value, len);
}

/* configparser takes blanks off the end of a value that went over several lines. */
static void trim_values(struct ini *ini)
{
	for (size_t i = 0; i < ini->n; i++) {
		for (size_t k = 0; k < ini->sections[i].n; k++) {
			char *v = ini->sections[i].options[k].value;
			const char *s = v;
			size_t n = strlen(v);

			python_strip(&s, &n);
			v[(size_t)(s - v) + n] = '\0';
		}
	}
}

int ini_parse(const char *text, size_t n, enum ini_dialect dialect, const char *first,
	      struct ini *ret, unsigned *ret_line)
{
	_cleanup_(ini_done) struct ini ini = {0};
	struct reader r = {.ini = &ini, .section = -1, .unique = dialect != INI_CONFIGPARSER};
	const char *end = text + n;
	bool configobj = dialect == INI_CONFIGOBJ;
	int err = 0;

	*ret_line = 0;
	if (!python_is_utf8(text, n))
		return -EINVAL;
	if (configobj && n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	if (first)
		err = enter_section(&r, first, strlen(first));
	while (err == 0 && text < end) {
		const char *stop = text;

		while (stop < end && *stop != '\n' && (configobj || *stop != '\r'))
			stop++;
		r.line++;
		err = configobj ? line_configobj(&r, text, (size_t)(stop - text))
				: line_configparser(&r, text, (size_t)(stop - text));
		if (end - stop > 1 && stop[0] == '\r' && stop[1] == '\n')
			stop++;
		text = stop + 1;
	}
	free(r.option);
	if (err < 0) {
		*ret_line = r.line;
		return err;
	}
	trim_values(&ini);
	*ret = ini;
	ini = (struct ini){0};
	return 0;
}
