#!/bin/sh
# Each fuzzer for a few seconds, from its corpus. Longer: tests/fuzz/run SECONDS
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
export top_srcdir
log=$(mktemp)
trap 'rm -f "$log"' EXIT

names=$(cd "$top_srcdir/tests/fuzz" && ls fuzz-*.c | sed 's/^fuzz-\(.*\)\.c$/\1/')
clang=${BPF_CLANG:-clang}
if ! echo 'int LLVMFuzzerTestOneInput(const char *p, long n) { return p && n ? 0 : 0; }' |
	"$clang" -fsanitize=fuzzer -x c - -o "$log" 2> /dev/null; then
	echo "1..0 # SKIP $clang has no libFuzzer (Debian: libclang-rt-dev; Fedora: compiler-rt)"
	exit
fi
echo "1..$(echo "$names" | wc -w)"
n=0
for name in $names; do
	n=$((n + 1))
	if "$top_srcdir/tests/fuzz/run" "${GT_FUZZ_SECONDS:-5}" "$name" > "$log" 2>&1; then
		echo "ok $n - $name: $(awk '/^Done [0-9]+ runs/ { n += $2 } END { print n }' "$log") inputs"
	else
		echo "not ok $n - $name"
		tail -n 40 "$log" | sed 's/^/# /'
	fi
done
