/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Without CAP_SYS_PTRACE over the tracee, its ids must all be the tracer's real ones and its user
 * namespace the tracer's. So classes are sorted by namespace, real uid and real gid, and a class
 * meets only those that stand next to it. With the capability nothing else counts, and who has it
 * follows from the chain of namespaces: each asks for one sum of those in it, and one of its
 * owner's processes in the namespace above.
 */
#include "exposure.h"

#define NONE UINT32_MAX

/* Classes of one user that are compared one with another. Who makes more, by dropping other
 * capabilities in each of his processes, gets bounds that are wide rather than a slow answer. */
#define PEERS_MAX 200

struct class
{
	struct access_task task;
	uint32_t creds; /* index in the snapshot */
	uint32_t living;
	uint32_t on_path;	 /* ancestors of the process being visited that are of this class */
	uint32_t peers, n_peers; /* the classes that may attach to this one, in a common array */
	bool capable;		 /* CAP_SYS_PTRACE is effective, in its own namespace */
	uint32_t group_living;	 /* above PEERS_MAX: processes of all classes of the user; else 0 */
};

/* A class that may attach, if the tracee is dumpable. */
struct peer {
	uint32_t class;
	bool sure; /* no fact is unseen */
};

/* The processes of one euid without the capability in one namespace. */
struct owner_count {
	const struct access_userns *userns;
	uint32_t euid, n;
};

struct count {
	const struct snapshot *s;
	struct class *classes; /* sorted */
	uint32_t *class_of;    /* by index of credentials */
	struct peer *peers;
	size_t n_peers, cap_peers;
	struct owner_count *owners; /* sorted */
	size_t n_owners;
	struct exposure_userns *userns; /* sorted by pointer; n_userns of the snapshot */
	uint32_t *capable_in;		/* by place in userns: processes with the capability */
	uint32_t *living_in;		/* ... and all */
	uint32_t capable_in_first, living;
	uint32_t *parent, *child, *sibling; /* the tree of processes, by index; NONE */
	bool *visited;
};

static void count_done(struct count *c)
{
	free(c->classes);
	free(c->class_of);
	free(c->peers);
	free(c->owners);
	free(c->userns);
	free(c->capable_in);
	free(c->living_in);
	free(c->parent);
	free(c->child);
	free(c->sibling);
	free(c->visited);
}

void exposure_done(struct exposure *x)
{
	free(x->targets);
	free(x->userns);
	*x = (struct exposure){0};
}

bool exposure_counts(const struct snapshot_process *p)
{
	return !p->kthread && p->state != 'Z' && p->state != 'X';
}

static int compare_pointers(const void *a, const void *b)
{
	uintptr_t p = (uintptr_t)a, q = (uintptr_t)b;

	return p < q ? -1 : p > q;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

/* By what a tracer and a tracee without privileges have in common. */
static int compare_group(const struct access_task *a, const struct access_task *b)
{
	int r = compare_pointers(a->userns, b->userns);

	if (r == 0)
		r = compare_numbers(a->ruid, b->ruid);
	return r ? r : compare_numbers(a->rgid, b->rgid);
}

static int compare_classes(const void *a, const void *b)
{
	const struct class *c = a, *d = b;
	int r = compare_group(&c->task, &d->task);

	return r ? r : compare_numbers(c->creds, d->creds);
}

static int make_classes(struct count *c)
{
	const struct snapshot *s = c->s;

	c->classes = calloc(s->n_creds + 1, sizeof(*c->classes));
	c->class_of = calloc(s->n_creds + 1, sizeof(*c->class_of));
	if (!c->classes || !c->class_of)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_creds; i++) {
		/* A process that has all but its credentials left open. */
		const struct snapshot_process any = {
			.creds = (uint32_t)i,
			.vm_kib = 1,
			.state = 'S',
			.dumpable = FACT_YES,
		};

		c->classes[i] =
			(struct class){.task = snapshot_task(s, &any), .creds = (uint32_t)i};
		c->classes[i].capable =
			(s->creds[i].cap_effective & ACCESS_CAP_BIT(ACCESS_CAP_SYS_PTRACE)) != 0;
	}
	qsort(c->classes, s->n_creds, sizeof(*c->classes), compare_classes);
	for (size_t i = 0; i < s->n_creds; i++)
		c->class_of[c->classes[i].creds] = (uint32_t)i;
	for (size_t i = 0; i < s->n; i++) {
		if (exposure_counts(&s->processes[i]))
			c->classes[c->class_of[s->processes[i].creds]].living++;
	}
	return 0;
}

static int add_peer(struct count *c, struct class *tracee, uint32_t tracer)
{
	static const struct access_env level_0 = {.yama = FACT_YES, .level = 0};
	static const struct access_pair strangers = {.file_mapped = FACT_UNKNOWN};
	const struct access_task *t = &c->classes[tracer].task;
	enum access_result r =
		access_decide(ACCESS_ATTACH, t, &tracee->task, &strangers, &level_0).result;
	enum fact capable = access_capable(t, tracee->task.userns, ACCESS_CAP_SYS_PTRACE);

	/* With the capability it is counted with the privileged. */
	if (r == ACCESS_DENY || capable == FACT_YES)
		return 0;
	if (array_reserve(&c->peers, c->n_peers, &c->cap_peers, sizeof(*c->peers)) < 0)
		return -ENOMEM;
	c->peers[c->n_peers++] = (struct peer){.class = tracer, .sure = r == ACCESS_PASS};
	tracee->n_peers++;
	return 0;
}

/* Which classes may attach to which: only those of the same user and namespace come into question.
 * A class whose namespace is not seen stands beside the others of its own kind. */
static int make_peers(struct count *c)
{
	const size_t n = c->s->n_creds;

	for (size_t first = 0, end; first < n; first = end) {
		for (end = first + 1;
		     end < n && compare_group(&c->classes[first].task, &c->classes[end].task) == 0;
		     end++)
			;
		if (end - first > PEERS_MAX) {
			uint32_t living = 0;

			for (size_t i = first; i < end; i++)
				living += c->classes[i].living;
			for (size_t i = first; i < end; i++)
				c->classes[i].group_living = living;
			continue;
		}
		for (size_t i = first; i < end; i++) {
			c->classes[i].peers = (uint32_t)c->n_peers;
			for (size_t k = first; k < end; k++) {
				if (add_peer(c, &c->classes[i], (uint32_t)k) < 0)
					return -ENOMEM;
			}
		}
	}
	return 0;
}

static int compare_userns(const void *a, const void *b)
{
	return compare_pointers(((const struct exposure_userns *)a)->userns,
				((const struct exposure_userns *)b)->userns);
}

/* Place of a namespace in the sorted table; it is there. */
static size_t place_of(const struct count *c, const struct access_userns *ns)
{
	const struct exposure_userns key = {.userns = ns};
	const struct exposure_userns *found =
		bsearch(&key, c->userns, c->s->n_userns, sizeof(key), compare_userns);

	return (size_t)(found - c->userns);
}

static int compare_owners(const void *a, const void *b)
{
	const struct owner_count *p = a, *q = b;
	int r = compare_pointers(p->userns, q->userns);

	return r ? r : compare_numbers(p->euid, q->euid);
}

/* Sums over classes: who has the capability in each namespace, and who has not, by euid. */
static int make_sums(struct count *c)
{
	const struct snapshot *s = c->s;
	size_t n = 0;

	c->userns = calloc(s->n_userns + 1, sizeof(*c->userns));
	c->capable_in = calloc(s->n_userns + 1, sizeof(*c->capable_in));
	c->owners = calloc(s->n_creds + 1, sizeof(*c->owners));
	c->living_in = calloc(s->n_userns + 1, sizeof(*c->living_in));
	if (!c->userns || !c->capable_in || !c->living_in || !c->owners)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_userns; i++)
		c->userns[i] = (struct exposure_userns){.userns = s->userns[i], .process = NONE};
	qsort(c->userns, s->n_userns, sizeof(*c->userns), compare_userns);
	for (size_t i = 0; i < s->n_creds; i++) {
		const struct class *k = &c->classes[i];

		c->living += k->living;
		if (!k->task.userns)
			continue;
		c->living_in[place_of(c, k->task.userns)] += k->living;
		if (k->capable)
			c->capable_in[place_of(c, k->task.userns)] += k->living;
		if (k->capable && k->task.userns->first)
			c->capable_in_first += k->living;
		if (!k->capable)
			c->owners[c->n_owners++] =
				(struct owner_count){k->task.userns, k->task.euid, k->living};
	}
	qsort(c->owners, c->n_owners, sizeof(*c->owners), compare_owners);
	for (size_t i = 0; i < c->n_owners; i++) {
		if (n > 0 && compare_owners(&c->owners[n - 1], &c->owners[i]) == 0)
			c->owners[n - 1].n += c->owners[i].n;
		else
			c->owners[n++] = c->owners[i];
	}
	c->n_owners = n;
	return 0;
}

/* Who has CAP_SYS_PTRACE in a namespace, counted. */
struct reach {
	uint32_t sure;
	uint32_t maybe; /* may have made it, or one above it, whose owner or parents are not seen */
};

/* access_capable(), from the other side: living processes, the tracee itself among them. */
static struct reach reach_over(const struct count *c, const struct access_userns *ns)
{
	struct reach r = {0};
	uint32_t met = 0;

	for (; ns; ns = ns->parent) {
		const struct owner_count key = {ns->parent, ns->owner, 0};
		const struct owner_count *found;
		const size_t place = place_of(c, ns);

		r.sure += c->capable_in[place];
		met += c->living_in[place];
		if (ns->first)
			return r;
		if (!ns->parent)
			break;
		if (ns->owner == ACCESS_ID_UNSEEN) {
			const size_t above = place_of(c, ns->parent);

			r.maybe += c->living_in[above] - c->capable_in[above];
			continue;
		}
		found = bsearch(&key, c->owners, c->n_owners, sizeof(key), compare_owners);
		r.sure += found ? found->n : 0;
	}
	/* What is above is not seen, but that the first is. */
	r.sure += c->capable_in_first;
	r.maybe += c->living - met - c->capable_in_first;
	return r;
}

static int make_tree(struct count *c)
{
	const struct snapshot *s = c->s;

	c->parent = calloc(s->n + 1, sizeof(*c->parent));
	c->child = calloc(s->n + 1, sizeof(*c->child));
	c->sibling = calloc(s->n + 1, sizeof(*c->sibling));
	c->visited = calloc(s->n + 1, sizeof(*c->visited));
	if (!c->parent || !c->child || !c->sibling || !c->visited)
		return -ENOMEM;
	memset(c->child, 0xff, s->n * sizeof(*c->child));
	for (size_t i = s->n; i-- > 0;) {
		const struct snapshot_process *p = snapshot_find(s, s->processes[i].ppid);

		c->parent[i] = p ? (uint32_t)(p - s->processes) : NONE;
		c->sibling[i] = NONE;
		if (!p)
			continue;
		c->sibling[i] = c->child[c->parent[i]];
		c->child[c->parent[i]] = (uint32_t)i;
	}
	return 0;
}

static bool is_wanted(const struct exposure_filter *filter, const struct snapshot *s,
		      const struct snapshot_process *p, const struct holder *holder)
{
	return exposure_counts(p) && (filter->all || holder) &&
	       (filter->uid == ACCESS_ID_UNSEEN || s->creds[p->creds].uids[1] == filter->uid);
}

/* Its tracer, where that is a process of a class that may attach and no ancestor. */
static bool tracer_adds(const struct count *c, uint32_t process, const struct class *of)
{
	const struct snapshot_process *p = &c->s->processes[process], *t;

	if (!p->tracer || !(t = snapshot_find(c->s, p->tracer)) || t == p || !exposure_counts(t))
		return false;
	for (size_t i = of->peers; i < (size_t)of->peers + of->n_peers; i++) {
		if (c->peers[i].sure && c->peers[i].class == c->class_of[t->creds])
			return snapshot_descends(c->s, p, t->tgid) == FACT_NO;
	}
	return false;
}

/* Those of its own user, without privileges. */
static void add_peers(const struct count *c, const struct class *own, struct exposure_target *t)
{
	const struct snapshot_process *p = &c->s->processes[t->process];
	const bool dumpable = p->dumpable == FACT_YES;

	if (own->group_living)
		t->at[0].max = own->group_living - 1;
	for (size_t i = own->peers; i < (size_t)own->peers + own->n_peers; i++) {
		const struct class *k = &c->classes[c->peers[i].class];
		const uint32_t n = k->living - (k == own), sure = c->peers[i].sure && dumpable;

		t->at[0].max += n;
		t->at[0].min += sure ? n : 0;
		t->at[1].min += sure ? k->on_path : 0;
	}
	if (dumpable && tracer_adds(c, t->process, own))
		t->at[1].min++;
}

static struct exposure_target judge(const struct count *c, uint32_t process,
				    const struct holder *holder)
{
	const struct snapshot_process *p = &c->s->processes[process];
	const struct class *own = &c->classes[c->class_of[p->creds]];
	struct reach reach = reach_over(c, own->task.userns);
	struct exposure_target t = {
		.process = process,
		.holder = holder,
		.self_protected = p->dumpable == FACT_NO,
		.privileged = reach.sure,
	};

	/* It does not attach to itself. */
	if (!own->task.userns)
		reach.maybe--;
	else if (own->capable)
		t.privileged--;
	if (!t.self_protected && own->task.userns)
		add_peers(c, own, &t);
	t.at[0].max += reach.maybe;
	/* Any of them may have been declared, or have a declared one among its parents. */
	t.at[1].max = t.at[0].max;
	t.at[2].max = reach.maybe;
	return t;
}

static int visit(struct count *c, uint32_t i, const struct holders *h,
		 const struct exposure_filter *filter, struct exposure *x)
{
	const struct snapshot_process *p = &c->s->processes[i];
	const struct holder *holder = holders_find(h, p->comm);

	c->visited[i] = true;
	if (!is_wanted(filter, c->s, p, holder))
		return 0;
	if (array_reserve(&x->targets, x->n_targets, &x->cap_targets, sizeof(*x->targets)) < 0)
		return -ENOMEM;
	x->targets[x->n_targets++] = judge(c, i, holder);
	return 0;
}

static void step_on(struct count *c, uint32_t i, int by)
{
	if (exposure_counts(&c->s->processes[i]))
		c->classes[c->class_of[c->s->processes[i].creds]].on_path += (uint32_t)by;
}

/* Visits all that descends from a process without parent, each with its ancestors counted. */
static int walk_from(struct count *c, uint32_t root, const struct holders *h,
		     const struct exposure_filter *filter, struct exposure *x)
{
	uint32_t i = root;
	int r = visit(c, i, h, filter, x);

	while (r == 0) {
		if (c->child[i] != NONE) {
			step_on(c, i, 1);
			i = c->child[i];
		} else {
			while (i != root && c->sibling[i] == NONE) {
				i = c->parent[i];
				step_on(c, i, -1);
			}
			if (i == root)
				return 0;
			i = c->sibling[i];
		}
		r = visit(c, i, h, filter, x);
	}
	return r;
}

static int compare_targets(const void *a, const void *b)
{
	return compare_numbers(((const struct exposure_target *)a)->process,
			       ((const struct exposure_target *)b)->process);
}

static int sum_up(const struct count *c, struct exposure *x)
{
	const struct snapshot *s = c->s;

	x->unseen = (uint32_t)s->unseen;
	for (size_t i = 0; i < s->n_creds; i++) {
		const struct class *k = &c->classes[i];

		x->processes += k->living;
		x->classes += k->living > 0;
		if (!k->task.userns)
			x->unseen += k->living;
		if (!k->capable || !k->task.userns || !k->task.userns->first)
			continue;
		x->privileged += k->living;
		x->privileged_not_root += k->task.euid != 0 ? k->living : 0;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct snapshot_process *p = &s->processes[i];
		const struct access_userns *ns = s->creds[p->creds].userns;
		struct exposure_userns *u;

		if (!ns || ns->first || !exposure_counts(p))
			continue;
		u = &c->userns[place_of(c, ns)];
		u->processes++;
		if (u->process == NONE || p->start < s->processes[u->process].start)
			u->process = (uint32_t)i;
	}
	for (size_t i = 0; i < s->n_userns; i++) {
		if (c->userns[i].processes == 0)
			continue;
		if (array_reserve(&x->userns, x->n_userns, &x->cap_userns, sizeof(*x->userns)) < 0)
			return -ENOMEM;
		x->userns[x->n_userns++] = c->userns[i];
	}
	return 0;
}

int exposure_make(const struct snapshot *s, const struct holders *h,
		  const struct exposure_filter *filter, struct exposure *ret)
{
	_cleanup_(count_done) struct count c = {.s = s};
	_cleanup_(exposure_done) struct exposure x = {0};
	int r = make_classes(&c);

	if (r == 0)
		r = make_peers(&c);
	if (r == 0)
		r = make_sums(&c);
	if (r == 0)
		r = make_tree(&c);
	for (size_t i = 0; r == 0 && i < s->n; i++) {
		if (c.parent[i] == NONE)
			r = walk_from(&c, (uint32_t)i, h, filter, &x);
	}
	/* Parents in a ring: they changed while they were read. */
	for (size_t i = 0; r == 0 && i < s->n; i++) {
		if (!c.visited[i])
			r = visit(&c, (uint32_t)i, h, filter, &x);
	}
	if (r == 0)
		r = sum_up(&c, &x);
	if (r < 0)
		return r;
	if (x.n_targets > 1)
		qsort(x.targets, x.n_targets, sizeof(*x.targets), compare_targets);
	*ret = x;
	x = (struct exposure){0};
	return 0;
}
