# Sourced by the .t files here: runs gtrace and compares, in TAP.
#
#	run ARGUMENT...		gtrace with no input; sets $status $out $err
#	run_with TEXT ARGUMENT...	the same with TEXT on standard input
#	is HAVE WANT TITLE, has TEXT PART TITLE, lacks TEXT PART TITLE
#	done_testing		the plan; the last line of a test
if [ -z "${top_srcdir:-}" ]; then
	top_srcdir=$(cd "$(dirname "$0")/.." && pwd)
	[ -f "$top_srcdir/configure.ac" ] || top_srcdir=$(dirname "$top_srcdir")
fi
GTRACE=${GTRACE:-$top_srcdir/build/gtrace}
tests=0
failures=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

result() {
	tests=$((tests + 1))
	printf '%sok %d - %s\n' "$1" "$tests" "$2"
	[ -z "$1" ] || failures=$((failures + 1))
}

shown() { printf '%s\n' "$1" | sed 's/^/#   /'; }

is() {
	if [ "$1" = "$2" ]; then
		result '' "$3"
	else
		result 'not ' "$3"
		echo '# have'; shown "$1"
		echo '# want'; shown "$2"
	fi
}

has() {
	case $1 in
	*"$2"*) result '' "$3" ;;
	*)	result 'not ' "$3"
		echo '# have'; shown "$1"
		echo '# want in it'; shown "$2" ;;
	esac
}

lacks() {
	case $1 in
	*"$2"*) result 'not ' "$3"; echo '# have'; shown "$1"; echo '# not in it'; shown "$2" ;;
	*)	result '' "$3" ;;
	esac
}

skip() {
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

run_with() {
	printf '%s' "$1" > "$tmp/in"
	shift
	status=0
	"$GTRACE" "$@" < "$tmp/in" > "$tmp/out" 2> "$tmp/err" || status=$?
	out=$(cat "$tmp/out")
	err=$(cat "$tmp/err")
}

run() { run_with '' "$@"; }

# usage STATUS MESSAGE ARGUMENT...: ends with that status and says so; nothing on standard output
usage() {
	want=$1 message=$2
	shift 2
	run "$@"
	is "$status" "$want" "gtrace $*: status $want"
	has "$err" "$message" "gtrace $*: says why"
	is "$out" '' "gtrace $*: nothing on standard output"
}

done_testing() {
	echo "1..$tests"
	[ "$failures" = 0 ]
}
