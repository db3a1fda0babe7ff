/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes as a tree. Records end with 0xFF; each is a letter, a path, a newline, and the rest:
 *
 *	f/etc/sysctl.conf NEWLINE content
 *	l/etc/sysctl.d/99-sysctl.conf NEWLINE target
 *	d/run/sysctl.d
 *	e/etc/sysctl.d/x.conf NEWLINE (a byte: which errno)
 *
 * Anything else is passed over, as is what the tree refuses.
 */
#pragma once

#include "tree.h"

/* Adds what the bytes say. Returns the number of records that the tree took. */
unsigned tree_input_add(struct tree *t, const uint8_t *data, size_t size);
