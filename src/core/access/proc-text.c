/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formats of /proc/PID/stat, status and uid_map: fs/proc/array.c, kernel/user_namespace.c. */
#include "snapshot-impl.h"

#include "parse.h"

/* A number of decimal or hexadecimal digits at *p, after blanks. */
static bool take_number(const char **p, unsigned base, uint64_t *ret)
{
	const char *s = *p + strspn(*p, " \t");
	uint64_t v = 0;
	bool any = false;

	for (;; s++) {
		unsigned digit;

		if (*s >= '0' && *s <= '9')
			digit = (unsigned)(*s - '0');
		else if (base == 16 && *s >= 'a' && *s <= 'f')
			digit = (unsigned)(*s - 'a') + 10;
		else
			break;
		if (v > (UINT64_MAX - digit) / base)
			return false;
		v = v * base + digit;
		any = true;
	}
	*p = s;
	*ret = v;
	return any;
}

static bool take_u32(const char **p, uint32_t *ret)
{
	uint64_t v;

	if (!take_number(p, 10, &v) || v > UINT32_MAX)
		return false;
	*ret = (uint32_t)v;
	return true;
}

int proc_text_stat(const char *text, size_t n, struct proc_text *ret)
{
	const char *open = memchr(text, '(', n), *close = memrchr(text, ')', n), *p;
	uint64_t v = 0;
	size_t len;

	if (!open || !close || close < open || close[1] != ' ')
		return -EBADMSG;
	len = (size_t)(close - open - 1);
	len = len < SNAPSHOT_COMM - 1 ? len : SNAPSHOT_COMM - 1;
	memset(ret->comm, 0, sizeof(ret->comm));
	memcpy(ret->comm, open + 1, len);
	/* after the name: state (3), then numbers; flags is field 9, starttime 22 */
	p = close + 2;
	if (!*p)
		return -EBADMSG;
	p++;
	for (unsigned field = 4; field <= 22; field++) {
		p += strspn(p, " ");
		p += *p == '-';
		if (!take_number(&p, 10, &v))
			return -EBADMSG;
		if (field == 9)
			ret->flags = v;
	}
	ret->start = v;
	return 0;
}

/* The lines that are looked for, in the order in which the kernel prints them. */
enum line {
	TGID,
	STATE,
	PPID,
	TRACER,
	UID,
	GID,
	VM_SIZE,
	CAP_INH,
	CAP_PRM,
	CAP_EFF,
	CAP_BND,
	NNP,
	SECCOMP,
	_LINE_MAX
};

static const struct {
	const char *name;
	bool optional; /* tasks without memory have no VmSize; kernels without seccomp no Seccomp */
} lines[_LINE_MAX] = {
	[STATE] = {"State:", false},	[TGID] = {"Tgid:", false},
	[PPID] = {"PPid:", false},	[TRACER] = {"TracerPid:", false},
	[UID] = {"Uid:", false},	[GID] = {"Gid:", false},
	[VM_SIZE] = {"VmSize:", true},	[CAP_INH] = {"CapInh:", true},
	[CAP_PRM] = {"CapPrm:", false}, [CAP_EFF] = {"CapEff:", false},
	[CAP_BND] = {"CapBnd:", true},	[NNP] = {"NoNewPrivs:", true},
	[SECCOMP] = {"Seccomp:", true},
};

static bool take_four(const char **p, uint32_t ret[4])
{
	return take_u32(p, &ret[0]) && take_u32(p, &ret[1]) && take_u32(p, &ret[2]) &&
	       take_u32(p, &ret[3]);
}

static bool take_line(enum line line, const char *p, struct proc_text *ret)
{
	uint64_t v;
	bool ok;

	switch (line) {
	case STATE:
		p += strspn(p, " \t");
		ret->state = *p;
		return *p >= 'A' && *p <= 'z';
	case TGID:
		return take_u32(&p, &ret->tgid);
	case PPID:
		return take_u32(&p, &ret->ppid);
	case TRACER:
		return take_u32(&p, &ret->tracer);
	case UID:
		return take_four(&p, ret->uids);
	case GID:
		return take_four(&p, ret->gids);
	case VM_SIZE:
		return take_number(&p, 10, &ret->vm_kib);
	case CAP_INH:
		return take_number(&p, 16, &ret->cap_inheritable);
	case CAP_PRM:
		return take_number(&p, 16, &ret->cap_permitted);
	case CAP_EFF:
		return take_number(&p, 16, &ret->cap_effective);
	case CAP_BND:
		return take_number(&p, 16, &ret->cap_bounding);
	case NNP:
		ok = take_number(&p, 10, &v);
		ret->no_new_privs = ok && v != 0;
		return ok;
	case SECCOMP:
		ok = take_number(&p, 10, &v);
		ret->seccomp = (uint8_t)(ok ? v : 0);
		return ok;
	case _LINE_MAX:
		break;
	}
	return false;
}

int proc_text_status(const char *text, struct proc_text *ret)
{
	uint32_t seen = 0;

	ret->vm_kib = 0;
	ret->seccomp = 0;
	ret->no_new_privs = false;
	for (const char *p = text; *p;) {
		/* The letters that a line of ours may begin with; most lines stop here. */
		if (strchr("STPUGVCN", *p)) {
			for (unsigned i = 0; i < _LINE_MAX; i++) {
				const size_t n = strlen(lines[i].name);

				if (seen & (1U << i) || strncmp(p, lines[i].name, n) != 0)
					continue;
				if (!take_line((enum line)i, p + n, ret))
					return -EBADMSG;
				seen |= 1U << i;
				break;
			}
		}
		p = strchrnul(p, '\n');
		p += *p == '\n';
	}
	for (unsigned i = 0; i < _LINE_MAX; i++) {
		if (!(seen & (1U << i)) && !lines[i].optional)
			return -EBADMSG;
	}
	return 0;
}

int proc_text_map(const char *text, bool *ret_all, uint32_t *ret_root)
{
	uint32_t root = ACCESS_ID_UNSEEN;
	bool all = false;

	for (const char *p = text; *p;) {
		uint32_t inside, outside, count;

		if (!take_u32(&p, &inside) || !take_u32(&p, &outside) || !take_u32(&p, &count) ||
		    (*p && *p != '\n'))
			return -EBADMSG;
		if (inside == 0)
			root = outside;
		all = all || (inside == 0 && outside == 0 && count == UINT32_MAX);
		p += *p == '\n';
	}
	*ret_all = all;
	*ret_root = root;
	return 0;
}
