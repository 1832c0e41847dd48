/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a module to bytes. The pass list is short: what is inlined was optimised
 * when gtrace was built, and a second O2 over it costs half as much again as
 * everything else here and gains 4 %.
 */
#include <errno.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <string.h>
#include <unistd.h>
#include "gen.h"

#define PASSES "always-inline,globaldce," \
	       "function(sroa,early-cse<memssa>," COMPAT_INSTCOMBINE ",simplifycfg),globaldce"
#define TRIPLE "bpfel"
#define CPU "v3"	/* Linux 5.1: 32-bit arithmetic and all comparisons */

static void on_diagnostic(LLVMDiagnosticInfoRef info, void *ctx)
{
	struct gen *g = ctx;
	char *text;

	if (LLVMGetDiagInfoSeverity(info) != LLVMDSError)
		return;
	text = LLVMGetDiagInfoDescription(info);
	gen_fail(g, "%s", text);
	LLVMDisposeMessage(text);
}

int object_open(struct gen *g, LLVMTargetMachineRef *tm)
{
	LLVMTargetRef target;
	char *msg = NULL;

	LLVMInitializeBPFTargetInfo();
	LLVMInitializeBPFTarget();
	LLVMInitializeBPFTargetMC();
	LLVMInitializeBPFAsmPrinter();
	LLVMInitializeBPFAsmParser();
	LLVMContextSetDiagnosticHandler(g->c, on_diagnostic, g);
	if (LLVMGetTargetFromTriple(TRIPLE, &target, &msg)) {
		gen_fail(g, "LLVM has no BPF target: %s", msg);
		return -1;
	}
	*tm = LLVMCreateTargetMachine(target, TRIPLE, CPU, "", LLVMCodeGenLevelDefault,
				      LLVMRelocDefault, LLVMCodeModelDefault);
	return 0;
}

int object_passes(struct gen *g, LLVMTargetMachineRef tm)
{
	LLVMPassBuilderOptionsRef opts = LLVMCreatePassBuilderOptions();
	LLVMErrorRef e = LLVMRunPasses(g->m, PASSES, tm, opts);

	if (e)
		gen_fail(g, "passes: %s", LLVMGetErrorMessage(e));
	helpers_drop_functions(g);
	helpers_drop_maps(g);
	return g->failed ? -1 : 0;
}

static int write_all(struct gen *g, int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			gen_fail(g, "write: %s", strerror(errno));
			return -1;
		}
		p += done;
		n -= done;
	}
	return 0;
}

int object_write(struct gen *g, LLVMTargetMachineRef tm, enum codegen_what what, int fd)
{
	LLVMCodeGenFileType type = what == CODEGEN_ASM ? LLVMAssemblyFile : LLVMObjectFile;
	LLVMMemoryBufferRef out;
	char *text;

	if (what == CODEGEN_IR) {
		text = LLVMPrintModuleToString(g->m);
		return write_all(g, fd, text, strlen(text));
	}
	if (LLVMTargetMachineEmitToMemoryBuffer(tm, g->m, type, &text, &out)) {
		gen_fail(g, "emit: %s", text);
		return -1;
	}
	if (g->failed)
		return -1;
	return write_all(g, fd, LLVMGetBufferStart(out), LLVMGetBufferSize(out));
}
