# SPDX-License-Identifier: GPL-3.0-or-later
# Read by the tests here:
#
#	is NAME [OPTION…] SCRIPT <<'END'	what run-program prints: the rows of
#	expected lines				maps (@…) last, sorted
#	END
#	value NAME EXPR EXPECTED	what an expression gives in begin: a value, none, unknown

top_builddir=${top_builddir:-.}
GTRACE_LIBDIR=${GTRACE_LIBDIR:-$top_builddir}
export GTRACE_LIBDIR
n=0

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root to load programs"; exit 0; }

result() {
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		printf '%s\n' "$2" | sed 's/^/# expected: /'
		printf '%s\n' "$3" | sed 's/^/# found:    /'
	fi
}

run() {
	"$top_builddir/tests/codegen/run-program" "$@" >out.$$ 2>&1 || echo "status $?" >>out.$$
	grep -v '^@' out.$$
	grep '^@' out.$$ | LC_ALL=C sort
	rm -f out.$$
}

is() {
	name=$1
	shift
	want=$(cat)
	result "$name" "$want" "$(run "$@")"
}

value() {
	result "$1" "$3" "$(run "on begin < emit($2) >" | sed -n 's/^record 0: //p; /^error/,$p')"
}

done_testing() {
	echo "1..$n"
}
