/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_CODEGEN_LLVM_COMPAT_H
#define GT_CODEGEN_LLVM_COMPAT_H
/* llvm-compat: what differs between LLVM 14 and 22, and nothing else. */
#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm/Config/llvm-config.h>
#include <string.h>

/* The pointer type: opaque since 15. */
static inline LLVMTypeRef compat_pointer(LLVMContextRef c)
{
#if LLVM_VERSION_MAJOR >= 15
	return LLVMPointerTypeInContext(c, 0);
#else
	return LLVMPointerType(LLVMInt8TypeInContext(c), 0);
#endif
}

/* Named by itself it would insist, from 18 on, that one round is enough. */
#if LLVM_VERSION_MAJOR >= 18
#define COMPAT_INSTCOMBINE "instcombine<no-verify-fixpoint>"
#else
#define COMPAT_INSTCOMBINE "instcombine"
#endif

static inline LLVMValueRef compat_inline_asm(LLVMTypeRef type, const char *text)
{
	/* Its strings became const in 18. */
	return LLVMGetInlineAsm(type, (char *)text, strlen(text), (char *)"", 0, 1, 0,
				LLVMInlineAsmDialectATT, 0);
}

#endif
