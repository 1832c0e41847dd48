#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/fuzz/goelf.sh [SECONDS [DIR]]: fuzz goelf for that long (60) with each base binary.
# Builds the fuzzer, two base binaries (Go's and, if it can be had, one of Go 1.19) and a seed
# corpus in DIR; nothing of it is worth keeping but what crashes. COVERAGE=1 also says which
# part of goelf's lines the corpora reach.
set -e
seconds=${1:-60}
dir=${2:-$(mktemp -d)}
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
mkdir -p "$dir/src" "$dir/corpus" "$dir/raw"

clang=${CLANG:-clang-19}
export LLVM_PROFILE_FILE="$dir/run.profraw"
flags=
[ -z "$COVERAGE" ] || flags='-fprofile-instr-generate -fcoverage-mapping'
# shellcheck disable=SC2086
"$clang" -std=gnu11 -g -O2 $flags -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=undefined -o "$dir/fuzz-goelf" "$here/fuzz-goelf.c" \
	"$top"/src/goelf/*.c -lZydis

cp "$top/tests/goelf/fixture/main.go" "$dir/src/"
printf 'module example.com/fixture\n\ngo 1.17\n' > "$dir/src/go.mod"
(cd "$dir/src" && GOTOOLCHAIN=local go build -ldflags='-s -w' -o ../base-installed .)
(cd "$dir/src" && GOTOOLCHAIN=go1.19.13 go build -buildmode=pie -ldflags='-s -w' -o ../base-1.19 .) || true

# A patch: region, offset in it, value; see fuzz-goelf.c. One seed a region, and headers
# alone as seeds of whole files.
for region in 0 1 2 3 4 5 6; do
	printf "\\00$region\\020\\000\\000\\000\\377\\377\\377\\377\\000\\000\\000\\000" > "$dir/corpus/$region"
done
for base in "$dir"/base-*; do
	dd if="$base" of="$dir/raw/$(basename "$base")" bs=4096 count=2 2> /dev/null
	GOELF_FUZZ_BASE=$base "$dir/fuzz-goelf" -max_total_time="$seconds" -max_len=416 -timeout=20 \
		-artifact_prefix="$dir/" "$dir/corpus"
done
"$dir/fuzz-goelf" -max_total_time="$seconds" -max_len=8192 -timeout=20 -artifact_prefix="$dir/" \
	"$dir/raw"

[ -n "$COVERAGE" ] || exit 0
llvm=${clang#clang}
for base in "$dir"/base-*; do
	LLVM_PROFILE_FILE=$dir/$(basename "$base").raw GOELF_FUZZ_BASE=$base \
		"$dir/fuzz-goelf" -runs=0 "$dir/corpus" 2> /dev/null
done
LLVM_PROFILE_FILE=$dir/raw.raw "$dir/fuzz-goelf" -runs=0 "$dir/raw" 2> /dev/null
"llvm-profdata$llvm" merge -o "$dir/profile" "$dir"/*.raw
"llvm-cov$llvm" report "$dir/fuzz-goelf" -instr-profile="$dir/profile" \
	-show-region-summary=0 -show-branch-summary=0 "$top"/src/goelf
