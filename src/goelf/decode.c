/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * x86-64 instructions, as much of them as choosing a site needs. The only user of Zydis.
 */
#include "goelf-int.h"

#include <Zydis/Zydis.h>
#include <elf.h>

enum { CODE_MAX = 8 << 20 };	/* no function is as long; init functions reach 1 MB */

bool code_of(struct goelf *g, uint64_t vaddr, uint64_t end, struct code *c)
{
	if (end <= vaddr || end - vaddr > CODE_MAX || vaddr < g->md.text || end > g->md.etext ||
	    !va_executable(g, vaddr, end - vaddr))
		return false;
	struct rd r = va_rd(g, vaddr, end - vaddr);
	c->bytes = rd_bytes(&r, end - vaddr);
	c->vaddr = vaddr;
	c->len = end - vaddr;
	return c->bytes != NULL;
}

static const ZydisRegister go_regs[GOELF_REG_N] = {
	[GOELF_RAX] = ZYDIS_REGISTER_RAX, [GOELF_RBX] = ZYDIS_REGISTER_RBX,
	[GOELF_RCX] = ZYDIS_REGISTER_RCX, [GOELF_RDI] = ZYDIS_REGISTER_RDI,
	[GOELF_RSI] = ZYDIS_REGISTER_RSI, [GOELF_R8] = ZYDIS_REGISTER_R8,
	[GOELF_R9] = ZYDIS_REGISTER_R9, [GOELF_R10] = ZYDIS_REGISTER_R10,
	[GOELF_R11] = ZYDIS_REGISTER_R11,
};

static ZydisRegister whole(ZydisRegister reg)
{
	return ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
}

static int go_reg(ZydisRegister reg)
{
	for (int i = 0; i < GOELF_REG_N; i++)
		if (go_regs[i] == reg)
			return i;
	return -1;
}

static bool is_reg(const ZydisDecodedOperand *op, ZydisRegister reg)
{
	return op->type == ZYDIS_OPERAND_TYPE_REGISTER && op->reg.value == reg;
}

static enum insn_class class_of(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *ops)
{
	static const struct { ZydisInstructionCategory category; enum insn_class class; } rows[] = {
		{ ZYDIS_CATEGORY_COND_BR, INSN_JCC }, { ZYDIS_CATEGORY_UNCOND_BR, INSN_JMP },
		{ ZYDIS_CATEGORY_CALL, INSN_CALL }, { ZYDIS_CATEGORY_RET, INSN_RET },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (z->meta.category == rows[i].category)
			return rows[i].class;
	if (z->mnemonic == ZYDIS_MNEMONIC_PUSH && ops[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	    z->opcode >= 0x50 && z->opcode <= 0x57)
		return INSN_PUSH_REG;
	if (z->mnemonic == ZYDIS_MNEMONIC_INT3)
		return INSN_INT3;
	return z->mnemonic == ZYDIS_MNEMONIC_NOP ? INSN_NOP : INSN_OTHER;
}

/* test r,r or cmp r,0 of a whole result register: ZF tells whether it is nil */
static int tested_reg(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *ops)
{
	if (z->operand_width != 64 || ops[0].type != ZYDIS_OPERAND_TYPE_REGISTER)
		return -1;
	bool test = z->mnemonic == ZYDIS_MNEMONIC_TEST && is_reg(&ops[1], ops[0].reg.value);
	bool cmp = z->mnemonic == ZYDIS_MNEMONIC_CMP &&
		   ops[1].type == ZYDIS_OPERAND_TYPE_IMMEDIATE && ops[1].imm.value.u == 0;
	return test || cmp ? go_reg(ops[0].reg.value) : -1;
}

static bool is_cmp_guard(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *ops)
{
	/* g.stackguard0 is at 16, stackguard1 (g0 code) at 24: src/runtime/runtime2.go */
	return z->mnemonic == ZYDIS_MNEMONIC_CMP && z->operand_width == 64 &&
	       (is_reg(&ops[0], ZYDIS_REGISTER_RSP) || is_reg(&ops[0], ZYDIS_REGISTER_R12) ||
		is_reg(&ops[0], ZYDIS_REGISTER_R13)) &&
	       ops[1].type == ZYDIS_OPERAND_TYPE_MEMORY &&
	       ops[1].mem.index == ZYDIS_REGISTER_NONE &&
	       (ops[1].mem.disp.value == 16 || ops[1].mem.disp.value == 24);
}

/* ABI0 code fetches g from thread-local storage, through an offset in PIE (load_g_cx). */
static bool loads_g(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *ops)
{
	if (z->mnemonic != ZYDIS_MNEMONIC_MOV ||
	    (!is_reg(&ops[0], ZYDIS_REGISTER_RCX) && !is_reg(&ops[0], ZYDIS_REGISTER_R14)))
		return false;
	return ops[1].type == ZYDIS_OPERAND_TYPE_IMMEDIATE ||
	       (ops[1].type == ZYDIS_OPERAND_TYPE_MEMORY &&
		(ops[1].mem.segment == ZYDIS_REGISTER_FS ||
		 ops[1].mem.base == ZYDIS_REGISTER_RIP));
}

/*
 * What the assembler puts before the compare: see stacksplit in src/cmd/internal/obj/x86/
 * obj6.go. Scratch is R12, R13.
 */
static bool in_check(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *ops)
{
	if (z->mnemonic != ZYDIS_MNEMONIC_MOV && z->mnemonic != ZYDIS_MNEMONIC_LEA &&
	    z->mnemonic != ZYDIS_MNEMONIC_SUB && z->mnemonic != ZYDIS_MNEMONIC_CMP)
		return false;
	if (is_cmp_guard(z, ops))
		return true;
	bool scratch = is_reg(&ops[0], ZYDIS_REGISTER_R12) || is_reg(&ops[0], ZYDIS_REGISTER_R13);
	return scratch || loads_g(z, ops);
}

static int gpr_number(ZydisRegister reg)
{
	int n = (int)whole(reg) - ZYDIS_REGISTER_RAX;
	return n >= 0 && n < 16 ? n : -1;
}

static uint16_t written(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *ops)
{
	uint16_t set = 0;
	for (unsigned i = 0; i < z->operand_count; i++) {
		bool reg = ops[i].type == ZYDIS_OPERAND_TYPE_REGISTER &&
			   ops[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE;
		int n = reg ? gpr_number(ops[i].reg.value) : -1;
		if (n >= 0)
			set |= (uint16_t)(1u << n);
	}
	return set;
}

static bool is_result(uint16_t set)
{
	for (int i = 0; i < GOELF_REG_N; i++)
		if (set >> gpr_number(go_regs[i]) & 1)
			return true;
	return set >> gpr_number(ZYDIS_REGISTER_RSP) & 1;
}

/* disp(base) without index, of a general base register */
static bool is_slot(const ZydisDecodedOperand *op)
{
	return op->type == ZYDIS_OPERAND_TYPE_MEMORY && op->mem.index == ZYDIS_REGISTER_NONE &&
	       gpr_number(op->mem.base) >= 0 && op->mem.segment != ZYDIS_REGISTER_FS;
}

static void describe_slot(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *ops,
			  struct insn *in)
{
	bool call = z->mnemonic == ZYDIS_MNEMONIC_CALL;
	bool load = z->mnemonic == ZYDIS_MNEMONIC_MOV && z->operand_width == 64 &&
		    ops[0].type == ZYDIS_OPERAND_TYPE_REGISTER && is_slot(&ops[1]);
	in->call_reg = call && ops[0].type == ZYDIS_OPERAND_TYPE_REGISTER ?
		       gpr_number(ops[0].reg.value) : -1;
	in->call_mem = call && is_slot(&ops[0]);
	in->load_reg = load ? gpr_number(ops[0].reg.value) : -1;
	in->disp = in->call_mem ? ops[0].mem.disp.value : load ? ops[1].mem.disp.value : 0;
}

static uint64_t target_of(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *ops,
			  uint64_t vaddr)
{
	if (!z->operand_count_visible || ops[0].type != ZYDIS_OPERAND_TYPE_IMMEDIATE ||
	    !ops[0].imm.is_relative)
		return 0;
	return vaddr + z->length + ops[0].imm.value.u;
}

static void describe(const ZydisDecodedInstruction *z, const ZydisDecodedOperand *ops,
		     struct insn *in)
{
	in->class = class_of(z, ops);
	in->target = target_of(z, ops, in->vaddr);
	in->indirect = in->class == INSN_JMP && !in->target;
	in->push_rbp = in->class == INSN_PUSH_REG && is_reg(&ops[0], ZYDIS_REGISTER_RBP);
	in->jbe = z->mnemonic == ZYDIS_MNEMONIC_JBE;
	in->jb = z->mnemonic == ZYDIS_MNEMONIC_JB;
	in->je = z->mnemonic == ZYDIS_MNEMONIC_JZ;
	in->jne = z->mnemonic == ZYDIS_MNEMONIC_JNZ;
	in->cmp_guard = is_cmp_guard(z, ops);
	in->check = in_check(z, ops);
	in->test_zero = tested_reg(z, ops);
	in->writes_flags = z->cpu_flags && (z->cpu_flags->modified | z->cpu_flags->set_0 |
					    z->cpu_flags->set_1 | z->cpu_flags->undefined);
	in->writes = written(z, ops);
	in->writes_result = is_result(in->writes);
	describe_slot(z, ops, in);
}

void insn_decode(const struct code *c, uint64_t vaddr, struct insn *in)
{
	ZydisDecoder decoder;
	ZydisDecoderContext ctx;
	ZydisDecodedInstruction z;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT] = { 0 };
	*in = (struct insn){ .vaddr = vaddr, .class = INSN_BAD, .test_zero = -1,
			     .call_reg = -1, .load_reg = -1 };
	if (vaddr < c->vaddr || vaddr - c->vaddr >= c->len)
		return;
	uint64_t at = vaddr - c->vaddr;
	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, &ctx, c->bytes + at, c->len - at,
							&z)) ||
	    !ZYAN_SUCCESS(ZydisDecoderDecodeOperands(&decoder, &ctx, &z, ops, z.operand_count)))
		return;
	in->len = z.length;
	describe(&z, ops, in);
}

/*
 * branch_setup_xol_ops and push_setup_xol_ops of arch/x86/kernel/uprobes.c: one-byte nop,
 * direct jmp, call and jcc, push of a register. Longer nops are left to others: new kernels
 * rewrite them.
 */
enum goelf_cost insn_cost(const struct insn *in)
{
	bool direct = (in->class == INSN_JCC || in->class == INSN_JMP || in->class == INSN_CALL) &&
		      in->target;
	bool nop = in->class == INSN_NOP && in->len == 1;
	return direct || nop || in->class == INSN_PUSH_REG ? GOELF_EMULATED : GOELF_SINGLE_STEPPED;
}
