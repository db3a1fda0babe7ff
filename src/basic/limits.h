/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every bound of the program, in one place. Input is under the control of others; each of these is
 * reached with a named error, never with a truncated answer.
 */
#pragma once

/* Links followed while one path is resolved; as the kernel's MAXSYMLINKS. */
#define LIMIT_LINKS 40

/* Bytes of a path inside a tree, its NUL included. */
#define LIMIT_PATH 4096

/* Entries of one directory that are looked at. */
#define LIMIT_DIR_ENTRIES 250000

/* Bytes of one line of sysctl configuration. systemd's read_line() gives up at the same number. */
#define LIMIT_LINE (1024 * 1024)

/* Bytes of one sysctl configuration file. */
#define LIMIT_CONF_FILE (64 * 1024 * 1024)

/* Bytes of any other file that is read whole (policy, unit, kernel config, package data). */
#define LIMIT_SMALL_FILE (16 * 1024 * 1024)

/* Bytes of a record of an audit, and of all files that one is made from. */
#define LIMIT_RECORD_BYTES (256 * 1024 * 1024)

/* Questions that a record has the answers of. */
#define LIMIT_RECORD_ANSWERS 10000

/* Bytes of the document of a record. */
#define LIMIT_RECORD_DOCUMENT (64 * 1024 * 1024)

/* Paths that a record knows something of. */
#define LIMIT_RECORD_PATHS 100000

/* Assignments of the wanted keys that one loader may carry. */
#define LIMIT_ENTRIES 1000000

/* Times that files are read again for what could stand where something cannot be read. */
#define LIMIT_GUESSES 256

/* Bytes that the kept lines of one loader may take. */
#define LIMIT_SCRIPT_BYTES (64 * 1024 * 1024)

/* Bytes of a sysctl value that the kernel looks at in one write: a page less one. */
#define LIMIT_KERNEL_VALUE 4095

/* Bytes of a file that a fix edits. */
#define LIMIT_EDIT_FILE (1024 * 1024)

/* Bytes of one entry of the journal. */
#define LIMIT_JOURNAL (32 * 1024 * 1024)

/* Entries of the journal of one root. */
#define LIMIT_JOURNAL_ENTRIES 10000
