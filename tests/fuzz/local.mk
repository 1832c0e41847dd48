# Fuzzers, built with --enable-fuzzing; tests/fuzz/run makes such a build beside this one.
FUZZ_TESTS = tests/fuzz/fuzz.t
FUZZ_DIST = tests/fuzz/run tests/fuzz/goelf.sh $(wildcard $(top_srcdir)/tests/fuzz/corpus)

if ENABLE_FUZZING
noinst_PROGRAMS += tests/fuzz/fuzz-goelf
endif
tests_fuzz_fuzz_goelf_SOURCES = tests/fuzz/fuzz-goelf.c
tests_fuzz_fuzz_goelf_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
