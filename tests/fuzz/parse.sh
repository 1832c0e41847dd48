#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/fuzz/parse.sh [SECONDS [DIR]]: fuzz the parser for that long (60). Builds the fuzzer
# in DIR, starts from the goldens of tests/lang and what earlier runs left in DIR/corpus.
# COVERAGE=1 also says which part of its lines the corpus reaches.
set -e
seconds=${1:-60}
dir=${2:-$(mktemp -d)}
top=$(cd "$(dirname "$0")/../.." && pwd)
clang=${CLANG:-clang-19}
export LLVM_PROFILE_FILE="$dir/run.profraw"
mkdir -p "$dir/corpus"

flags='-std=gnu11 -D_GNU_SOURCE= -g -O1 -fno-sanitize-recover=undefined'
[ -z "$COVERAGE" ] || flags="$flags -fprofile-instr-generate -fcoverage-mapping"
bison -o "$dir/parser.c" -d "$top/grammar/parser.y"
(cd "$dir" && flex "$top/grammar/lexer.l")
# shellcheck disable=SC2086
"$clang" $flags -fsanitize=fuzzer,address,undefined -I"$top/grammar" -I"$dir" -o "$dir/fuzz-parse" \
	"$top/tests/fuzz/fuzz-parse.c" "$top"/grammar/*.c "$top"/src/base/*.c "$top"/src/lang/*.c \
	"$dir/parser.c" "$dir/lex.yy.c"

"$dir/fuzz-parse" -max_total_time="$seconds" -timeout=20 -artifact_prefix="$dir/" \
	-dict="$top/tests/fuzz/parse.dict" "$dir/corpus" "$top/tests/lang"

[ -n "$COVERAGE" ] || exit 0
llvm=${clang#clang}
LLVM_PROFILE_FILE=$dir/profile.raw "$dir/fuzz-parse" -runs=0 "$dir/corpus" "$top/tests/lang" 2> /dev/null
"llvm-profdata$llvm" merge -o "$dir/profile" "$dir/profile.raw"
"llvm-cov$llvm" report "$dir/fuzz-parse" -instr-profile="$dir/profile" \
	-show-region-summary=0 -show-branch-summary=0 "$top/grammar" "$top/src/base" "$top/src/lang"
