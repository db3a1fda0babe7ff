/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fields.h"

#include "kernel-facts.h"

/* Those that looking at files can end in. Numbers differ between machines, names do not. */
/* clang-format off */
#define ERRNOS(X) \
	X(E2BIG) X(EACCES) X(EAGAIN) X(EBADF) X(EBADFD) X(EBADMSG) X(EBUSY) X(EFAULT) \
	X(EFBIG) X(EINVAL) X(EIO) X(EISDIR) X(ELOOP) X(EMFILE) X(ENAMETOOLONG) X(ENFILE) \
	X(ENODATA) X(ENODEV) X(ENOENT) X(ENOKEY) X(ENOMEM) X(ENOSYS) X(ENOTCONN) \
	X(ENOTDIR) X(ENOTSUP) X(ENXIO) X(EOVERFLOW) X(EPERM) X(EREMOTEIO) X(EROFS) \
	X(ESRCH) X(ESTALE) X(ETIMEDOUT) X(EUCLEAN) X(EXDEV)
/* clang-format on */

static const struct {
	int err;
	const char *name;
} errnos[] = {
#define X(e) {e, #e},
	ERRNOS(X)
#undef X
};

int errno_of_name(const char *name)
{
	for (size_t i = 0; i < ELEMENTSOF(errnos); i++) {
		if (streq(errnos[i].name, name))
			return errnos[i].err;
	}
	return -EINVAL;
}

const char *errno_name(int err)
{
	for (size_t i = 0; i < ELEMENTSOF(errnos); i++) {
		if (errnos[i].err == err)
			return errnos[i].name;
	}
	return NULL;
}

static void write_source(struct json_object *o, const char *name, const struct fact_source *s)
{
	struct json_object *source;

	if (!s->path) {
		(void)jx_add(o, name, NULL);
		return;
	}
	source = jx_add_object(o, name);
	jx_add_text(source, "path", s->path);
	jx_add_int(source, "line", s->line);
	jx_add_text(source, "text", s->text);
}

static void write_field(const struct field *f, const void *p, struct json_object *o)
{
	int err;

	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_STRING:
		jx_add_text(o, f->name, *(char *const *)p);
		return;
	case FIELD_BOOL:
		jx_add_bool(o, f->name, *(const bool *)p);
		return;
	case FIELD_UINT:
		jx_add_int(o, f->name, *(const unsigned *)p);
		return;
	case FIELD_U64:
		jx_add_int(o, f->name, (int64_t) * (const uint64_t *)p);
		return;
	case FIELD_I64:
		jx_add_int(o, f->name, *(const int64_t *)p);
		return;
	case FIELD_LEVEL:
		jx_add_level(o, f->name, *(const int *)p);
		return;
	case FIELD_ERRNO:
		err = *(const int *)p;
		jx_add_str(o, f->name, err == 0 ? NULL : errno_name(err) ? errno_name(err) : "EIO");
		return;
	case FIELD_WORD:
		jx_add_str(o, f->name, f->words[*(const unsigned *)p]);
		return;
	case FIELD_SOURCE:
		write_source(o, f->name, p);
		return;
	case FIELD_HASH:
		jx_add_str(o, f->name, p);
		return;
	}
}

void fields_write(const struct field *fields, const void *from, struct json_object *o)
{
	for (; fields->name; fields++)
		write_field(fields, (const char *)from + fields->offset, o);
}

static int wrong(const char *path, const char *name, const char *what, struct error *e)
{
	return error_set(e, EINVAL, path, 0, "\"%s\" in the record %s", name, what);
}

int member_get(struct json_object *o, const char *path, const char *name, enum json_type type,
	       struct json_object **ret, struct error *e)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, name, &v))
		return wrong(path, name, "is missing", e);
	if (!json_object_is_type(v, type))
		return wrong(path, name, "is of another type than it should be", e);
	*ret = v;
	return 0;
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Exactly as jsonx.c writes it. Returns 0, -EINVAL or -ENOMEM. */
static int base64_decode(const char *s, struct strbuf *out)
{
	size_t n = strlen(s);

	if (n % 4 != 0)
		return -EINVAL;
	for (size_t i = 0; i < n; i += 4) {
		const bool last = i + 4 == n;
		const size_t pad = last && s[i + 3] == '=' ? 1 + (s[i + 2] == '=') : 0;
		uint32_t v = 0;

		for (size_t k = 0; k < 4; k++) {
			int d = k >= 4 - pad ? 0 : base64_digit(s[i + k]);

			if (d < 0)
				return -EINVAL;
			v = v << 6 | (uint32_t)d;
		}
		for (size_t k = 0; k < 3 - pad; k++)
			(void)strbuf_addc(out, (char)(v >> (16 - 8 * k) & 0xff));
	}
	return out->failed ? -ENOMEM : 0;
}

int member_text(struct json_object *o, const char *path, const char *name, char **ret,
		struct error *e)
{
	_cleanup_strbuf_ struct strbuf exact = {0}, b64 = {0};
	struct json_object *v, *raw;
	int r;

	if (!json_object_object_get_ex(o, name, &v))
		return wrong(path, name, "is missing", e);
	if (!v) {
		*ret = NULL;
		return 0;
	}
	if (!json_object_is_type(v, json_type_string))
		return wrong(path, name, "is of another type than it should be", e);
	if (strbuf_addf(&b64, "%s_b64", name) < 0)
		return -ENOMEM;
	if (json_object_object_get_ex(o, b64.bytes, &raw)) {
		if (!json_object_is_type(raw, json_type_string))
			return wrong(path, b64.bytes, "is of another type than it should be", e);
		r = base64_decode(json_object_get_string(raw), &exact);
	} else {
		r = strbuf_add(&exact, json_object_get_string(v),
			       (size_t)json_object_get_string_len(v));
	}
	if (r == -EINVAL || (exact.len > 0 && memchr(exact.bytes, '\0', exact.len)))
		return wrong(path, name, "is no text", e);
	if (r < 0)
		return r;
	*ret = strbuf_take(&exact);
	return *ret ? 0 : -ENOMEM;
}

static int read_source(struct json_object *o, const char *path, const char *name,
		       struct fact_source *s, struct error *e)
{
	struct json_object *v, *line;
	int64_t n;
	int r;

	if (!json_object_object_get_ex(o, name, &v))
		return wrong(path, name, "is missing", e);
	if (!v)
		return 0;
	if (!json_object_is_type(v, json_type_object))
		return wrong(path, name, "is of another type than it should be", e);
	r = member_text(v, path, "path", &s->path, e);
	if (r == 0 && !s->path)
		return wrong(path, name, "has no path", e);
	if (r == 0)
		r = member_text(v, path, "text", &s->text, e);
	if (r == 0)
		r = member_get(v, path, "line", json_type_int, &line, e);
	if (r < 0)
		return r;
	n = json_object_get_int64(line);
	if (n < 0 || n > INT32_MAX)
		return wrong(path, name, "has a line that cannot be", e);
	s->line = (unsigned)n;
	return 0;
}

static int read_number(const struct field *f, struct json_object *o, const char *path, void *p,
		       struct error *e)
{
	struct json_object *v;
	int64_t n = 0;
	int r;

	if (f->kind == FIELD_LEVEL && json_object_object_get_ex(o, f->name, &v) && !v) {
		*(int *)p = LEVEL_NONE;
		return 0;
	}
	r = member_get(o, path, f->name, json_type_int, &v, e);
	if (r < 0)
		return r;
	n = json_object_get_int64(v);
	if ((f->kind != FIELD_I64 && n < 0) || (f->kind == FIELD_UINT && n > INT32_MAX) ||
	    (f->kind == FIELD_LEVEL && n > 3))
		return wrong(path, f->name, "is a number that cannot be", e);
	if (f->kind == FIELD_UINT)
		*(unsigned *)p = (unsigned)n;
	else if (f->kind == FIELD_LEVEL)
		*(int *)p = (int)n;
	else if (f->kind == FIELD_U64)
		*(uint64_t *)p = (uint64_t)n;
	else
		*(int64_t *)p = n;
	return 0;
}

static int read_word(const struct field *f, const char *s, const char *path, void *p,
		     struct error *e)
{
	int err;

	if (f->kind == FIELD_ERRNO) {
		err = s ? errno_of_name(s) : 0;
		if (err < 0)
			return wrong(path, f->name, "names no error that is known", e);
		*(int *)p = err;
		return 0;
	}
	if (f->kind == FIELD_HASH) {
		if (!s || (*s && (strlen(s) != 64 || strspn(s, "0123456789abcdef") != 64)))
			return wrong(path, f->name, "is no hash", e);
		memcpy(p, s, strlen(s) + 1);
		return 0;
	}
	for (unsigned i = 0; s && f->words[i]; i++) {
		if (streq(f->words[i], s)) {
			*(unsigned *)p = i;
			return 0;
		}
	}
	return wrong(path, f->name, "is none of the words that it may be", e);
}

static int read_field(const struct field *f, struct json_object *o, const char *path, void *p,
		      struct error *e)
{
	_cleanup_free_ char *s = NULL;
	struct json_object *v;
	int r;

	switch (f->kind) {
	case FIELD_BOOL:
		r = member_get(o, path, f->name, json_type_boolean, &v, e);
		if (r == 0)
			*(bool *)p = json_object_get_boolean(v);
		return r;
	case FIELD_UINT:
	case FIELD_U64:
	case FIELD_I64:
	case FIELD_LEVEL:
		return read_number(f, o, path, p, e);
	case FIELD_SOURCE:
		return read_source(o, path, f->name, p, e);
	default:
		break;
	}
	r = member_text(o, path, f->name, &s, e);
	if (r < 0)
		return r;
	if (f->kind != FIELD_TEXT && f->kind != FIELD_STRING)
		return read_word(f, s, path, p, e);
	if (f->kind == FIELD_STRING && !s)
		return wrong(path, f->name, "is null", e);
	*(char **)p = TAKE_PTR(s);
	return 0;
}

int fields_read(const struct field *fields, struct json_object *o, const char *path,
		const char *what, void *to, struct error *e)
{
	if (!json_object_is_type(o, json_type_object))
		return wrong(path, what, "is no object", e);
	for (; fields->name; fields++) {
		int r = read_field(fields, o, path, (char *)to + fields->offset, e);

		if (r < 0)
			return r;
	}
	return 0;
}
