# goelf: what it reads in a Go binary. goelf-dump prints facts by hand and for goelf.t;
# goelf-bench times them.
GOELF_TESTS = tests/goelf/goelf.t
GOELF_DIST = tests/goelf/fixture/main.go tests/goelf/dwarffields/main.go

UNIT_TEST_PROGS += tests/goelf/reader tests/goelf/container tests/goelf/prologue
check_PROGRAMS += tests/goelf/goelf-dump tests/goelf/goelf-bench tests/goelf/hostile

tests_goelf_reader_SOURCES = tests/goelf/reader.c tests/unit/tap.h
tests_goelf_container_SOURCES = tests/goelf/container.c
tests_goelf_prologue_SOURCES = tests/goelf/prologue.c
tests_goelf_goelf_dump_SOURCES = tests/goelf/goelf-dump.c
tests_goelf_goelf_bench_SOURCES = tests/goelf/goelf-bench.c
tests_goelf_hostile_SOURCES = tests/goelf/hostile.c
