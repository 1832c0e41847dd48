#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every NAME.gt here against NAME.program (a script that is right, with its warnings) or
# NAME.err (its messages); and each id of sema has a golden that shows it.
#
#	UPDATE=1 tests/sema/sema.t	writes the goldens anew
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")" && git rev-parse --show-toplevel)}
top_builddir=${top_builddir:-$top_srcdir/build}
here=$top_srcdir/tests/sema
dump=${SEMA_DUMP:-$top_builddir/tests/sema/sema-dump}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0
failed=0

ok() {	# ok STATUS TITLE
	n=$((n + 1))
	[ "$1" = 0 ] && echo "ok $n - $2" && return
	echo "not ok $n - $2"
	failed=1
}

# same FILE GOLDEN TITLE
same() {
	if diff -u "$2" "$1" > "$tmp/diff" 2>&1; then
		ok 0 "$3"
	else
		ok 1 "$3"
		sed 's/^/# /' "$tmp/diff"
	fi
}

for script in "$here"/*.gt; do
	name=$(basename "$script" .gt)
	kind=program
	status=0
	"$dump" "$script" > "$tmp/out" 2>&1 || status=$?
	[ "$status" = 1 ] && kind=err
	if [ "$status" -gt 1 ]; then
		ok 1 "$name ends with $status"
		sed 's/^/# /' "$tmp/out"
		continue
	fi
	[ -z "$UPDATE" ] || { rm -f "$here/$name".err "$here/$name".program; cp "$tmp/out" "$here/$name.$kind"; }
	same "$tmp/out" "$here/$name.$kind" "$name"
done

# The ids of sema: E01xx, E02xx and its warnings.
for id in $(sed -n 's/^DIAG([A-Z0-9_]*, "\(E0[12][0-9]*\|W01[0-9]*\)".*/\1/p' \
		"$top_srcdir/src/base/diag.def"); do
	grep -q "\[$id\]" "$here"/*.err "$here"/*.program
	ok $? "$id has a golden"
done

echo "1..$n"
exit $failed
