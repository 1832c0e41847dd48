/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_STRTAB_H
#define GT_RUNTIME_STRTAB_H
/*
 * strtab: texts of string ids. They stand in gt_dict; what was found is kept here.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct known_string;

struct strtab {
	int dict;		/* fd of gt_dict, owned; -1: none */
	struct known_string *slots;
	size_t n, n_slots;
};

void strtab_fini(struct strtab *t);

/* NULL if not known; borrowed until strtab_fini(). */
const char *strtab_find(struct strtab *t, uint64_t id, size_t *len, bool *truncated);
int strtab_put(struct strtab *t, uint64_t id, const char *text, size_t len);

#endif
