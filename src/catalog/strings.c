/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The id of a string: the same hash that bpf-helpers/ makes of a target's text. */
#include <string.h>
#include "program.h"
#include "../../bpf-helpers/gt-abi.h"

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
