/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands that a program of its own runs, since it links what ptscope should not pay for. */
#pragma once

#include "cli.h"

/*
 * Replaces this process by the program, with the same command line. It is taken from our own
 * directory below libexec only, never from $PATH: people run this under sudo. Of the environment it
 * gets what concerns the terminal.
 *
 * @program: file name; the package that has it is called the same
 *
 * Returns EXIT_ERROR with e set where that fails, naming the package when it is not installed.
 */
int external_run(const struct invocation *in, const char *program, struct error *e);
