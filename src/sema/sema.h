/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_SEMA_H
#define GT_SEMA_H
/*
 * sema: tree -> Program. Resolves names, infers types and units, checks every
 * rule of the language, lays out maps and records. Needs no target.
 */
#include "../base/diag.h"
#include "../catalog/program.h"

/*
 * Always returns a Program; it may be used only if d->errors is 0. Annotates the
 * tree. All of it lives in the arena.
 */
struct program *sema_run(struct arena *a, struct script *s, const struct compile_opts *opts,
			 struct diag *d);

/* --emit types, --emit plan's script half: stable text. */
void program_print_types(const struct program *p, FILE *out);
void program_print(const struct program *p, FILE *out);

#endif
