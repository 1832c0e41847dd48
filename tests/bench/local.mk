# Benchmarks print ratios and are run by hand: tests/bench/run
BENCH_DIST = tests/bench/hit/main.go tests/bench/run
EXTRA_PROGRAMS = tests/bench/hit-attach
tests_bench_hit_attach_SOURCES = tests/bench/hit-attach.c
