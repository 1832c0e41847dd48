/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pc-value tables: runs of (value, pc up to which it holds), delta-coded from value -1 at
 * the function's entry. Format: src/runtime/symtab.go, step(); unchanged Go 1.2 to 1.27.
 */
#include "goelf-int.h"

void pcvalue_start(struct pcvalue *v, struct goelf *g, uint64_t entry, uint32_t off)
{
	uint64_t at = g->pcln.pctab + off, end = g->pcln.offset + g->pcln.size;
	*v = (struct pcvalue){ .pc = entry, .val = -1, .first = true };
	v->r = off && at < end ? rd_over(&g->img, at, end - at) : rd_bad(&g->img);
}

bool pcvalue_next(struct pcvalue *v)
{
	uint64_t d = rd_uvarint(&v->r);
	if (v->r.bad || (!d && !v->first))
		return false;
	v->first = false;
	uint32_t u = (uint32_t)d;
	v->val = (int32_t)((uint32_t)v->val + ((u & 1) ? ~(u >> 1) : u >> 1));
	v->pc += rd_uvarint(&v->r);	/* in units of minLC, 1 on amd64 */
	return !v->r.bad;
}

bool pcvalue_at(struct goelf *g, uint64_t entry, uint32_t off, uint64_t pc, int32_t *val)
{
	struct pcvalue v;
	pcvalue_start(&v, g, entry, off);
	while (pcvalue_next(&v)) {
		if (pc < v.pc) {
			*val = v.val;
			return true;
		}
	}
	return false;
}
