/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_PROBES_H
#define GT_PROBES_H
/*
 * probes: a Program and the facts of one binary -> a Plan: which sites its hooks get
 * there, and the bytes of its layout. One file a provider; no kernel calls.
 */
#include "../catalog/plan.h"
#include "../catalog/program.h"
#include "../goelf/goelf.h"

/*
 * Fills *out for the binary. Never fails as a whole: an event that this binary cannot
 * fire is missing in out->events and has its reason in out->why_not. layout.exe is the
 * caller's to set.
 */
void probes_plan(struct goelf *g, const struct program *p, struct plan *out);

/* Could any wanted event fire in it at all? Cheap: reads the build info only. */
bool probes_fit(struct goelf *g, const struct program *p);

/* grpc.c */
void grpc_plan(struct goelf *g, const struct program *p, struct plan *out);

#endif
