/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What writing and reading records share: the tables. Not for use outside this folder. */
#pragma once

#include "fields.h"
#include "record.h"

#define RECORD_SCHEMA "ptscope.record/1"

extern const struct field record_head_fields[], record_host_fields[], record_subject_fields[],
	record_asked_fields[], record_boot_fields[], record_probe_fields[], record_runtime_fields[],
	record_kernel_fields[], record_policy_fields[], record_waivers_fields[],
	record_waiver_fields[], record_cmdline_fields[], record_answer_fields[];

/* Types of files by their words, by enum tree_type. */
extern const char *const record_type_words[];

/* Kinds of what is kept of a file. */
enum kept { KEPT_NOTHING, KEPT_LINES, KEPT_ALL };
extern const char *const record_kept_words[];
