# Fuzzers. tests/fuzz/run builds and runs them by itself; --enable-fuzzing builds them too.
FUZZ_TESTS = tests/fuzz/fuzz.t
FUZZ_DIST = tests/fuzz/run tests/fuzz/goelf.sh

if ENABLE_FUZZING
noinst_PROGRAMS += tests/fuzz/fuzz-goelf tests/fuzz/fuzz-parse
endif
tests_fuzz_fuzz_goelf_SOURCES = tests/fuzz/fuzz-goelf.c
tests_fuzz_fuzz_goelf_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
tests_fuzz_fuzz_parse_SOURCES = tests/fuzz/fuzz-parse.c
tests_fuzz_fuzz_parse_LDFLAGS = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
