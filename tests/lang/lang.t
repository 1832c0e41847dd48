#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every NAME.gt here is parsed: its tree must be NAME.ast and its messages NAME.err; a file
# that is not there stands for nothing printed. UPDATE=1 writes both anew: read the diff.
here=${top_srcdir:-$(dirname "$0")/../..}/tests/lang
dump=${PARSE_DUMP:-${top_builddir:-$(dirname "$0")/../..}/tests/lang/parse-dump}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# same EXPECTED GOT: a diff as TAP comments if they are not
same() {
	expected=$1
	test -f "$expected" || expected=/dev/null
	diff -u "$expected" "$2" >"$tmp/diff" || { sed 's/^/# /' "$tmp/diff"; return 1; }
}

# update GOLDEN GOT
update() {
	if test -s "$2"; then cp "$2" "$1"; else rm -f "$1"; fi
}

n=0
for gt in "$here"/*.gt; do
	name=$(basename "$gt" .gt)
	n=$((n + 1))
	"$dump" "$gt" >"$tmp/ast" 2>"$tmp/err"
	status=$?
	wanted=0
	test ! -s "$tmp/err" || wanted=3
	if test -n "$UPDATE"; then
		update "$here/$name.ast" "$tmp/ast"
		update "$here/$name.err" "$tmp/err"
	fi
	if same "$here/$name.ast" "$tmp/ast" && same "$here/$name.err" "$tmp/err" &&
	   test $status -eq $wanted; then
		echo "ok $n - $name"
	else
		echo "# exit status $status"
		echo "not ok $n - $name"
	fi
done
echo "1..$n"
