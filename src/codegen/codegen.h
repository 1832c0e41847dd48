/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_CODEGEN_H
#define GT_CODEGEN_H
/*
 * codegen: Program -> the bytes of a BPF object. LLVM lives in a module of its own
 * (gtrace-codegen.so) that only a forked child opens: codegen_start() forks, the
 * child generates and hands the bytes back in a memfd, codegen_finish() waits for
 * it. The tracer itself never maps LLVM.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "../base/diag.h"
#include "../catalog/program.h"

enum codegen_what { CODEGEN_OBJECT, CODEGEN_IR, CODEGEN_ASM };

struct codegen_job;

struct codegen_result {
	void *bytes;		/* ELF, or text for IR and ASM; malloc'd: caller frees */
	size_t size;
	/* of the child, for --stats */
	double ms_open, ms_ir, ms_passes, ms_emit;
	long peak_kib;
};

/*
 * Forks; must be called before the caller starts threads. The Program must stay
 * untouched until codegen_finish(). NULL and a diag on failure.
 */
struct codegen_job *codegen_start(const struct program *p, enum codegen_what what, struct diag *d);

/* Waits and frees the job. 0, or -1 with a diag (an LLVM error, a child that died). */
int codegen_finish(struct codegen_job *job, struct codegen_result *out, struct diag *d);

/*
 * The one exported function of the module. Writes the result to fd; on failure
 * writes a message to err (size err_size) and returns -1.
 */
int gt_codegen_run(const struct program *p, enum codegen_what what, int fd,
		   struct codegen_result *stats, char *err, size_t err_size);

#endif
