/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command lines as they may be shown: what decides stays, all else goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel-facts.h"

static void what_stays_and_what_goes(void **state)
{
	static const struct {
		const char *text, *masked;
	} cases[] = {
		{"", ""},
		{"ro quiet token=hunter2", "..."},
		{"BOOT_IMAGE=/x root=/dev/sda1 lsm=yama,bpf quiet pw=\"hunter 2\"",
		 "... lsm=yama,bpf ..."},
		{"lsm=a lsm=b", "lsm=a lsm=b"},
		{"security=selinux selinux=0 enforcing=0 apparmor=1",
		 "security=selinux selinux=0 enforcing=0 apparmor=1"},
		{"sysctl.kernel.yama.ptrace_scope=1 sysctl.kernel.core_pattern=hunter2",
		 "sysctl.kernel.yama.ptrace_scope=1 ..."},
		{"sysctl.kernel/yama/ptrace_scope=1 sysctl.kernel.*=0",
		 "sysctl.kernel/yama/ptrace_scope=1 sysctl.kernel.*=0"},
		{"sysctl.kernel.hostname=yama-hunter2", "..."},
		{"\"sysctl.kernel.yama.ptrace_scope=1\"", "\"sysctl.kernel.yama.ptrace_scope=1\""},
		{"x -- lsm=y hunter2", "... -- lsm=y ..."},
		{"systemd.mask=systemd-sysctl.service systemd.unit=x",
		 "systemd.mask=systemd-sysctl.service ..."},
		{"systemd.set_credential=sysctl.extra:hunter2 systemd.set_credential=x:hunter2",
		 "systemd.set_credential=sysctl.extra:... ..."},
		{"GRUB_CMDLINE_LINUX=\"quiet lsm=landlock,apparmor\"",
		 "GRUB_CMDLINE_LINUX=\"... lsm=landlock,apparmor\""},
		{"  GRUB_CMDLINE_LINUX+='lsm=a hunter2'", "GRUB_CMDLINE_LINUX+='lsm=a ...'"},
		{"GRUB_CMDLINE_LINUX=\"lsm=a\" hunter2", "GRUB_CMDLINE_LINUX=\"lsm=a\""},
		{"\tlinux /vmlinuz root=/dev/x lsm=a", "... lsm=a"},
		{"not_lsm=hunter2 lsmx=hunter2", "..."},
		{"a='hunter2 lsm=x", "..."},
	};

	for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
		_cleanup_free_ char *masked = NULL;

		assert_int_equal(cmdline_mask(cases[i].text, &masked), 0);
		assert_string_equal(masked, cases[i].masked);
		assert_null(strstr(masked, "hunter2"));
	}
}

static void masked_twice_is_masked_once(void **state)
{
	_cleanup_free_ char *once = NULL, *twice = NULL;

	assert_int_equal(cmdline_mask("a b lsm=x c", &once), 0);
	assert_int_equal(cmdline_mask(once, &twice), 0);
	assert_string_equal(once, twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stays_and_what_goes),
		cmocka_unit_test(masked_twice_is_masked_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
