# Benchmarks print ratios and are run by hand: tests/bench/run
BENCH_DIST = tests/bench/hit/main.go tests/bench/hit.c tests/bench/run
