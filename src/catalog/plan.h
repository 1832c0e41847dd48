/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_CATALOG_PLAN_H
#define GT_CATALOG_PLAN_H
/*
 * Plan: where the hooks of a Program are in one binary, and the bytes of its
 * layout. Made by probes/ from goelf's facts, only read by runtime.
 */
#include <stdbool.h>
#include <stdint.h>
#include "../../bpf-helpers/gt-abi.h"
#include "catalog.h"

#define PLAN_SITES_MAX 6

struct plan_site {
	uint64_t offset;	/* in the file */
	uint64_t vaddr;		/* link-time address */
	uint64_t cookie;	/* enum gt_cookie */
	char func[120];
	const char *at;		/* "push", "jbe", "entry", "result", "ret": the instruction */
	bool emulated;		/* the kernel emulates it: cheap */
	unsigned inlined;	/* copies of the function that the site does not see */
};

struct plan_hook {
	unsigned n;
	struct plan_site sites[PLAN_SITES_MAX];
};

struct plan {
	struct gt_layout layout;
	struct plan_hook hooks[HOOK_N];
	uint64_t events;	/* mask of wanted events that this binary can fire */
	char why_not[EVENT_N][160];	/* for the others: what was looked for and not found */
	char go[32], grpc[32];	/* versions as shown; "" not known */
};

#endif
