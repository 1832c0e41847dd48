/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_RUNTIME_SWEEP_H
#define GT_RUNTIME_SWEEP_H
/*
 * sweep: walks gt_streams for what BPF cannot do by itself: ends streams whose
 * connection or process is gone, runs the snapshots, drops calls that came to nothing.
 */
#include "load.h"

void sweep_stream(struct loader *l, uint64_t conn, uint32_t tgid, uint32_t id);
void sweep_connection(struct loader *l, uint64_t conn, uint32_t tgid);	/* its streams end */
void sweep_process(struct loader *l, uint32_t tgid);	/* its streams end, all its records go */
void sweep_pending(struct loader *l, uint64_t older_than_ns);	/* CLOCK_MONOTONIC */
void sweep_forget_connection(struct loader *l, uint64_t conn, uint32_t tgid);

/* Runs a snapshot's program once for each stream that has a record. */
void snapshot_streams(struct loader *l);

#endif
