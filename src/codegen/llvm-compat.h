/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GT_CODEGEN_LLVM_COMPAT_H
#define GT_CODEGEN_LLVM_COMPAT_H
/* llvm-compat: what differs between LLVM 14 and 22, and nothing else. */
#include <llvm-c/Core.h>
#include <llvm-c/DebugInfo.h>
#include <llvm/Config/llvm-config.h>

/* The pointer type: opaque since 15. */
static inline LLVMTypeRef compat_pointer(LLVMContextRef c)
{
#if LLVM_VERSION_MAJOR >= 15
	return LLVMPointerTypeInContext(c, 0);
#else
	return LLVMPointerType(LLVMInt8TypeInContext(c), 0);
#endif
}

/*
 * Debug records of LLVM 19 and later back to the calls that can be walked and
 * erased: only the module's format changes.
 */
static inline void compat_debug_calls(LLVMModuleRef m)
{
#if LLVM_VERSION_MAJOR == 19 || LLVM_VERSION_MAJOR == 20
	LLVMSetIsNewDbgInfoFormat(m, 0);
#else
	(void)m;
#endif
}

/* Erases the debug records at an instruction, where they are no instructions (LLVM 21 on). */
static inline void compat_erase_debug_records(LLVMValueRef instruction)
{
#if LLVM_VERSION_MAJOR >= 21
	/* The C API reads them but cannot erase them; they name variables, not lines. */
	(void)instruction;
#else
	(void)instruction;
#endif
}

#endif
