/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The providers, asked in turn. */
#include <stdio.h>
#include <string.h>
#include "probes.h"

void probes_plan(struct goelf *g, const struct program *p, struct plan *out)
{
	struct goelf_info info;

	memset(out, 0, sizeof(*out));
	out->layout.keeps = p->keeps;
	if (goelf_info(g, &info))
		return;
	snprintf(out->go, sizeof(out->go), "%s", info.go_version);
	snprintf(out->grpc, sizeof(out->grpc), "%s", info.grpc_version);
	grpc_plan(g, p, out);
}

bool probes_fit(struct goelf *g, const struct program *p)
{
	struct goelf_info info;

	(void)p;
	return !goelf_info(g, &info) && info.has_grpc;
}
