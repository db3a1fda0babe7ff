/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the record of an audit: "ptscope audit --record FILE". */
#pragma once

#include "render-audit.h"

/*
 * Makes a record of an audit that has been judged in full, and judges it again: one that does not
 * come to the same is an error, not evidence.
 *
 * @whole: keep files whole
 *
 * Returns 0; -EINVAL (it would not come to the same; the subject is a record already); -EFBIG,
 * -ENOMEM or an errno of the tree; detail in e.
 */
int audit_record_make(const struct audit_report *r, bool whole, struct strbuf *out,
		      struct error *e);
