/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decode.h"
#include <stdio.h>

static enum value_state state_of(unsigned bits)
{
	return bits >= VALUE_UNKNOWN ? VALUE_UNKNOWN : (enum value_state)bits;
}

const struct stmt_desc *decode_record(const struct program *p, const struct gt_record *r,
				      struct value *values)
{
	const struct stmt_desc *s = r->stmt < p->stmts.n ? &p->stmts.v[r->stmt] : NULL;

	if (!s || r->n < s->values.n || r->n > GT_VALUES_MAX)
		return NULL;
	for (unsigned i = 0; i < r->n; i++) {
		values[i].word = r->values[i];
		values[i].state = state_of(r->states >> (2 * i) & 3);
	}
	return s;
}

struct value decode_key(const struct map_row *row, unsigned i)
{
	return (struct value){ row->keys[i], state_of(row->key_status[i]) };
}

void decode_event_name(char *out, size_t size, unsigned event)
{
	const struct event_row *e = event < EVENT_N ? &event_rows[event] : NULL;

	if (!e)
		snprintf(out, size, "?");
	else
		snprintf(out, size, "%s%s%s", e->provider, *e->name ? ":" : "", e->name);
}
