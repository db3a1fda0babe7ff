/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The reader of waivers: what it takes is complete, and is never more than may be waived. */
#include "fuzz.h"
#include "waivers.h"

#define TODAY 20781

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = fuzz_copy(data, size);
	_cleanup_(waivers_done) struct waivers w = {0};
	_cleanup_error_ struct error e = {0};
	int r = waivers_parse("w", text, size, TODAY, &w, &e);

	FUZZ_CHECK(r == 0 || (r == -EINVAL && e.what && streq(e.path, "w")));
	for (size_t i = 0; r == 0 && i < w.n; i++) {
		const struct waiver *one = &w.items[i];

		FUZZ_CHECK(*one->id && *one->host && *one->reason && *one->owner && one->line > 0);
		FUZZ_CHECK(finding_docs[one->finding].worst == SEVERITY_FAIL);
		FUZZ_CHECK(one->expires - TODAY <= WAIVER_DAYS_MAX);
	}
	return 0;
}
