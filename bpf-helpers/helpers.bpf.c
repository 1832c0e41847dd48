// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * helpers: everything that runs in the kernel, as one translation unit. Code
 * generation starts from its bitcode, adds one function a hook and drops what a
 * script does not use; see event.bpf.h for how it is compiled.
 */
#include "event.bpf.h"
#include "maps.bpf.h"
#include "core.bpf.h"
#include "strings.bpf.h"
#include "agg.bpf.h"
#include "script.bpf.h"
#include "grpc-records.bpf.h"
#include "grpc.bpf.h"
#include "grpc-fields.bpf.h"
#ifndef GT_ASSEMBLY
/* Subprograms that generated code calls by name: their types. */
const void *const gt_subs[] = {
	gt_left_out, gt_count_map_full, gt_ask, gt_exit,
	gt_agg_min, gt_agg_max, gt_agg_stats, gt_agg_quantile,
	gt_agg_hist_dense, gt_agg_lhist_dense, gt_agg_quantile_bucket,
	gt_fn_log2, gt_fn_per_second, gt_fn_percent,
	gt_map_read, gt_map_set, gt_map_slot_sub, gt_enter_sub,
};
#endif
