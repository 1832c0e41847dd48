/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Single instructions as the site finder sees them, and what a probe on each costs. */
#include "../../src/goelf/goelf-int.h"
#include "../unit/tap.h"

#include <string.h>

static struct insn decode(const char *bytes, size_t n)
{
	struct code c = { .bytes = (const unsigned char *)bytes, .vaddr = 0x1000, .len = n };
	struct insn in;
	insn_decode(&c, 0x1000, &in);
	return in;
}
#define DECODE(bytes) decode(bytes, sizeof(bytes) - 1)

static void test_check(void)
{
	struct insn in = DECODE("\x49\x3b\x66\x10");
	ok(in.check && in.cmp_guard && in.len == 4, "cmp 16(%%r14), %%rsp is the stack check");
	in = DECODE("\x49\x3b\x66\x18");
	ok(in.cmp_guard, "so is cmp 24(%%r14), %%rsp");
	in = DECODE("\x4d\x3b\x66\x10");
	ok(in.cmp_guard, "cmp 16(%%r14), %%r12 too");
	in = DECODE("\x49\x3b\x66\x20");
	ok(!in.cmp_guard, "cmp 32(%%r14), %%rsp is not");
	in = DECODE("\x4c\x8d\xa4\x24\x00\xff\xff\xff");
	ok(in.check && !in.cmp_guard, "lea -256(%%rsp), %%r12 leads to one");
	in = DECODE("\x64\x48\x8b\x0c\x25\xf8\xff\xff\xff");
	ok(in.check, "mov %%fs:-8, %%rcx too (ABI0)");
	in = DECODE("\x48\x8b\x0b");
	ok(!in.check, "mov (%%rbx), %%rcx does not");
	in = DECODE("\x0f\x86\x10\x00\x00\x00");
	ok(in.jbe && in.class == INSN_JCC && in.target == 0x1016, "jbe and where it goes");
	in = DECODE("\x76\xfe");
	ok(in.jbe && in.target == 0x1000, "jbe backwards");
}

static void test_cost(void)
{
	struct insn in = DECODE("\x55");
	ok(in.push_rbp && insn_cost(&in) == GOELF_EMULATED, "push %%rbp is emulated");
	in = DECODE("\x41\x54");
	ok(!in.push_rbp && insn_cost(&in) == GOELF_EMULATED, "push %%r12 is emulated");
	in = DECODE("\xff\x35\x00\x00\x00\x00");
	ok(insn_cost(&in) == GOELF_SINGLE_STEPPED, "push of memory is not");
	in = DECODE("\xe8\x00\x00\x00\x00");
	ok(in.class == INSN_CALL && in.target == 0x1005 && insn_cost(&in) == GOELF_EMULATED,
	   "call is emulated");
	in = DECODE("\xff\xd0");
	ok(in.class == INSN_CALL && !in.target && insn_cost(&in) == GOELF_SINGLE_STEPPED,
	   "call *%%rax is not");
	in = DECODE("\xeb\x00");
	ok(in.class == INSN_JMP && insn_cost(&in) == GOELF_EMULATED, "jmp is emulated");
	in = DECODE("\xff\xe0");
	ok(in.indirect && insn_cost(&in) == GOELF_SINGLE_STEPPED, "jmp *%%rax is not");
	in = DECODE("\x90");
	ok(insn_cost(&in) == GOELF_EMULATED, "nop is emulated");
	in = DECODE("\x0f\x1f\x44\x00\x00");
	ok(insn_cost(&in) == GOELF_SINGLE_STEPPED, "the five-byte nop is left alone");
	in = DECODE("\x48\x83\xec\x18");
	ok(insn_cost(&in) == GOELF_SINGLE_STEPPED, "sub is single-stepped");
	in = DECODE("\xc3");
	ok(in.class == INSN_RET && insn_cost(&in) == GOELF_SINGLE_STEPPED, "so is ret");
}

static void test_results(void)
{
	struct insn in = DECODE("\x48\x85\xdb");
	ok(in.test_zero == GOELF_RBX && in.writes_flags && !in.writes_result, "test %%rbx, %%rbx");
	in = DECODE("\x85\xdb");
	ok(in.test_zero < 0, "test %%ebx, %%ebx is half a pointer");
	in = DECODE("\x48\x85\xd2");
	ok(in.test_zero < 0, "%%rdx holds no result");
	in = DECODE("\x48\x83\xf9\x00");
	ok(in.test_zero == GOELF_RCX, "cmp $0, %%rcx");
	in = DECODE("\x48\x83\xf9\x01");
	ok(in.test_zero < 0, "cmp $1, %%rcx asks something else");
	in = DECODE("\x48\x89\x44\x24\x20");
	ok(!in.writes_result && !in.writes_flags, "a spill keeps the results");
	in = DECODE("\x48\x89\xc2");
	ok(!in.writes_result, "mov %%rax, %%rdx too");
	in = DECODE("\x31\xc0");
	ok(in.writes_result, "xor %%eax, %%eax does not");
	in = DECODE("\xb0\x01");
	ok(in.writes_result, "nor does mov $1, %%al");
	in = DECODE("\x48\x83\xc4\x18");
	ok(in.writes_result, "moving the stack pointer counts as well");
}

static void test_bad(void)
{
	struct insn in = DECODE("\x06");
	ok(in.class == INSN_BAD, "no instruction in 64-bit mode");
	in = DECODE("\x48\x8b");
	ok(in.class == INSN_BAD, "half an instruction");
	struct code c = { .bytes = (const unsigned char *)"\x55", .vaddr = 0x1000, .len = 1 };
	insn_decode(&c, 0x1001, &in);
	ok(in.class == INSN_BAD, "behind the end");
	insn_decode(&c, 0xfff, &in);
	ok(in.class == INSN_BAD, "before the start");
}

int main(void)
{
	test_check();
	test_cost();
	test_results();
	test_bad();
	return done_testing();
}
