/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaks; built with -fsanitize=leak, which stops all threads by ptrace to look for it at the end.
 */
#include <stdlib.h>
#include <string.h>

int main(void)
{
	char *volatile lost = malloc(4711);

	memset(lost, 1, 4711);
	lost = NULL;
	return lost != NULL;
}
