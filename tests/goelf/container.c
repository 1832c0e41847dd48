/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goelf_open says of files that are no Go binaries: the kind of error, and never more. */
#define _GNU_SOURCE
#include "../../src/goelf/goelf.h"
#include "../unit/tap.h"

#include <elf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct goelf_err open_bytes(const void *bytes, size_t n)
{
	struct goelf_err err;
	struct goelf *g;
	int fd = memfd_create("container", MFD_CLOEXEC);
	if (write(fd, bytes, n) != (ssize_t)n || !goelf_open(fd, "/bin/thing", &g, &err))
		err.kind = GOELF_OK;
	close(fd);
	return err;
}

struct file {
	Elf64_Ehdr e;
	Elf64_Phdr p[2];
	unsigned char body[4096];
};

static struct file plain(void)
{
	struct file f = { 0 };
	memcpy(f.e.e_ident, ELFMAG, SELFMAG);
	f.e.e_ident[EI_CLASS] = ELFCLASS64;
	f.e.e_ident[EI_DATA] = ELFDATA2LSB;
	f.e.e_type = ET_EXEC;
	f.e.e_machine = EM_X86_64;
	f.e.e_phoff = offsetof(struct file, p);
	f.e.e_phentsize = sizeof(Elf64_Phdr);
	f.e.e_phnum = 2;
	f.p[0] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 0x400000,
		.p_filesz = sizeof(f), .p_memsz = sizeof(f),
	};
	f.p[1] = (Elf64_Phdr){
		.p_type = PT_NOTE, .p_offset = offsetof(struct file, body), .p_filesz = 20,
	};
	return f;
}

static void expect(const struct file *f, size_t n, enum goelf_errkind kind, const char *what)
{
	struct goelf_err err = open_bytes(f, n);
	ok(err.kind == kind, "%s: %s (%s)", what, goelf_errkind_name(err.kind), err.text);
}

static void test_headers(void)
{
	struct file f = plain();
	expect(&f, 0, GOELF_ERR_NOT_ELF, "empty");
	expect(&f, 3, GOELF_ERR_NOT_ELF, "three bytes");
	expect(&f, 20, GOELF_ERR_CORRUPT, "twenty bytes");
	expect(&f, 64, GOELF_ERR_CORRUPT, "header only");
	expect(&f, sizeof(f) - 1, GOELF_ERR_CORRUPT, "one byte short");
	expect(&f, sizeof(f), GOELF_ERR_NOT_GO, "complete, no Go in it");
	f.e.e_ident[EI_CLASS] = ELFCLASS32;
	expect(&f, sizeof(f), GOELF_ERR_ARCH, "32 bits");
	f = plain();
	f.e.e_ident[EI_DATA] = ELFDATA2MSB;
	expect(&f, sizeof(f), GOELF_ERR_ARCH, "big-endian");
	f = plain();
	f.e.e_machine = EM_AARCH64;
	expect(&f, sizeof(f), GOELF_ERR_ARCH, "arm64");
	f = plain();
	f.e.e_type = ET_REL;
	expect(&f, sizeof(f), GOELF_ERR_ARCH, "object file");
	f = plain();
	f.e.e_ident[0] = 'x';
	expect(&f, sizeof(f), GOELF_ERR_NOT_ELF, "other magic");
}

static void test_segments(void)
{
	struct file f = plain();
	f.e.e_phoff = UINT64_MAX - 8;
	expect(&f, sizeof(f), GOELF_ERR_CORRUPT, "program headers far away");
	f = plain();
	f.e.e_phnum = 0xffff;
	expect(&f, sizeof(f), GOELF_ERR_CORRUPT, "too many program headers");
	f = plain();
	f.p[0].p_filesz = UINT64_MAX;
	expect(&f, sizeof(f), GOELF_ERR_CORRUPT, "huge segment");
	f = plain();
	f.p[0].p_offset = UINT64_MAX - 100;
	expect(&f, sizeof(f), GOELF_ERR_CORRUPT, "segment that wraps around");
	f = plain();
	f.p[0].p_vaddr = UINT64_MAX - 100;
	expect(&f, sizeof(f), GOELF_ERR_CORRUPT, "segment at the end of memory");
	f = plain();
	f.p[0].p_memsz = 1;
	expect(&f, sizeof(f), GOELF_ERR_CORRUPT, "segment larger in the file than in memory");
	f = plain();
	f.e.e_shoff = UINT64_MAX - 8;
	f.e.e_shentsize = sizeof(Elf64_Shdr);
	f.e.e_shnum = 100;
	expect(&f, sizeof(f), GOELF_ERR_NOT_GO, "sections far away are as good as none");
}

static void test_go_without_table(void)
{
	struct file f = plain();
	static const unsigned char note[] = {
		4, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 'G', 'o', 0, 0, 'i', 'd', 'i', 'd',
	};
	memcpy(f.body, note, sizeof(note));
	expect(&f, sizeof(f), GOELF_ERR_NO_PCLNTAB, "a Go build id, but no pclntab");
	f = plain();
	memcpy(f.body + 16, "\xff Go buildinf:\x08\x02", 16);
	memcpy(f.body + 48, "\x08go1.26.8\x00", 10);
	size_t at = offsetof(struct file, body) + 16;
	if (at % 16)
		memmove(f.body + 16 + (16 - at % 16), f.body + 16, 64);
	expect(&f, sizeof(f), GOELF_ERR_NO_PCLNTAB, "build info, but no pclntab");
	/* a pclntab whose counts are nonsense */
	memcpy(f.body + 1024 - offsetof(struct file, body) % 8, "\xf1\xff\xff\xff\0\0\1\x08", 8);
	memset(f.body + 1040, 0xff, 64);
	expect(&f, sizeof(f), GOELF_ERR_NO_PCLNTAB, "a pclntab with nonsense in it");
}

int main(void)
{
	struct goelf *g = (void *)1;
	struct goelf_err err;
	test_headers();
	test_segments();
	test_go_without_table();
	int code = goelf_open(-1, "x", &g, &err);
	ok(code < 0 && err.kind == GOELF_ERR_IO && !g, "no file: %s", err.text);
	ok(goelf_open(-1, "x", &g, NULL) < 0, "nobody need ask why");
	goelf_close(NULL);
	ok(true, "closing nothing is fine");
	return done_testing();
}
