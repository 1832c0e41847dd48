/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_DECODE_H
#define GT_RUNTIME_DECODE_H
/*
 * decode: from the words of a ring record or of a map's key to values.
 */
#include <stdbool.h>
#include <stdint.h>
#include "../src/catalog/program.h"
#include "maps.h"

enum value_state { VALUE_KNOWN, VALUE_NONE, VALUE_UNKNOWN };

struct value {
	uint64_t word;
	enum value_state state;
};

/*
 * The statement that made the record, and its values; NULL where the record does not
 * fit the Program. values has room for GT_VALUES_MAX.
 */
const struct stmt_desc *decode_record(const struct program *p, const struct gt_record *r,
				      struct value *values);

struct value decode_key(const struct map_row *row, unsigned i);

/* "grpc:msg_send", "begin", "interval" */
void decode_event_name(char *out, size_t size, unsigned event);

#endif
