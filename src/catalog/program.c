/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several stages ask of a Program. */
#include <string.h>
#include "program.h"
#include "../../bpf-helpers/gt-abi.h"

uint64_t program_clause_hooks(const struct program *p)
{
	uint64_t hooks = 0;

	for (size_t i = 0; i < p->clauses.n; i++)
		for (int e = 0; e < EVENT_N; e++)
			if (p->clauses.v[i].events & EV_BIT(e))
				hooks |= event_rows[e].hooks;
	return hooks;
}

/* The same hash that bpf-helpers/ makes of a target's text. */
uint64_t string_id(uint64_t seed, const char *text, size_t len)
{
	uint64_t h = seed;
	size_t kept = len < GT_STR_MAX ? len : GT_STR_MAX;

	for (size_t i = 0; i < kept; i += 8) {
		gt_u64 w = 0;

		memcpy(&w, text + i, kept - i < 8 ? kept - i : 8);
		h = gt_hash_word(h, w);
	}
	return gt_hash_word(h, len) | 1;	/* 0 is "no string" */
}
