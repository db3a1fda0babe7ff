/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "libbpf-log.h"

#include <bpf/libbpf.h>
#include <stdio.h>

static char last[512];

__attribute__((format(printf, 2, 0))) static int keep(enum libbpf_print_level level,
						      const char *fmt, va_list args)
{
	char text[sizeof(last)];
	size_t n;

	if (level != LIBBPF_WARN || vsnprintf(text, sizeof(text), fmt, args) <= 0)
		return 0;
	n = strcspn(text, "\n");
	text[n] = '\0';
	/* The first says what, the later ones only that it failed. */
	if (n > 0 && !last[0])
		(void)snprintf(last, sizeof(last), "%s", text);
	return 0;
}

void libbpf_log_start(void)
{
	last[0] = '\0';
	(void)libbpf_set_print(keep);
}

const char *libbpf_log_last(void)
{
	return last[0] ? last : "nothing";
}
