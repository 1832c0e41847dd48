#!/bin/sh
# --help, --version, explain, and a script's own help.
. "$(dirname "$0")/tap.sh"

run --help
is "$status" 0 '--help: status 0'
help=$out
is "$err" '' '--help: on standard output'
has "$help" '--every TIME' 'it has the options'
is "$(printf '%s\n' "$help" | sed -n '/^Options:/,$p' | awk 'length > 80')" '' \
	'no option is described in more than 80 columns'
is "$(printf '%s\n' "$help" | grep -c "^  gtrace .*-e 'on ")" 6 'five one-liners below the synopsis'
run
is "$status|$out" "0|$help" 'bare gtrace prints the same'
run -h
is "$out" "$help" '-h too'

run --version
is "$status" 0 '--version: status 0'
case $out in
gtrace\ [0-9]*.[0-9]*.[0-9]*) result '' '--version: a name and three numbers' ;;
*)	result 'not ' '--version: a name and three numbers' ;;
esac
run -V
is "$status" 0 '-V too'

"$GTRACE" --help > /dev/full 2> "$tmp/err"
is "$?" 1 'a full disk: status 1'
has "$(cat "$tmp/err")" 'No space left' 'and it is said'

# every message has a long text
missing=
for id in $(sed -n 's/^DIAG([A-Z0-9_]*, "\([EW][0-9]*\)".*/\1/p' "$top_srcdir/src/base/diag.def"); do
	run explain "$id"
	[ "$status" = 0 ] && [ "${#out}" -gt 20 ] || missing="$missing $id"
done
is "$missing" '' 'explain has a text for each id'
run explain e0000
is "$status" 0 'an id in small letters'

cat > "$tmp/big.gt" <<'END'
#!/usr/bin/env gtrace
# Streams that send big messages slowly.
# Second line.

# Not part of the help.
param threshold: bytes = 1M "report messages larger than this"
param what: string = "all" "of what"
on grpc:stream_send where msg_len > threshold && method != what < hist(age) >
END
run "$tmp/big.gt" --help
is "$status" 0 'a script with --help: status 0'
has "$out" 'Streams that send big messages slowly.' 'the leading comment'
has "$out" 'Second line.' 'all of it'
lacks "$out" 'Not part of the help.' 'and no other'
has "$out" '--threshold' 'its params'
has "$out" 'report messages larger than this' 'with their help'
has "$out" '1M' 'and defaults'
lacks "$out" 'usr/bin/env' 'without the #! line'
run "$tmp/big.gt" -h
has "$out" '--threshold' '-h too'

run check "$tmp/big.gt" --threshold 4M
is "$status $err" '0 ' 'a param by --name value'
run check "$tmp/big.gt" --threshold=4M --what x
is "$status $err" '0 ' 'a param by --name=value'
run check "$tmp/big.gt" --threshold 4s
is "$status" 3 'a param of a wrong type: status 3'
has "$err" 'threshold' 'the message names it'
printf 'param slow_after: duration = 1s\non grpc:stream_end where age > slow_after < count() >\n' \
	> "$tmp/slow.gt"
run check "$tmp/slow.gt" --slow-after 2s
is "$status $err" '0 ' 'a - in the option is a _ in the name'

# no param may be called like an option, now or later
taken=
for name in $(printf '%s\n' "$help" | sed -n 's/^  .*--\([a-z-]*\).*/\1/p' | sort -u) listen otlp; do
	run check -e "param $(echo "$name" | tr - _): int = 1 on grpc:msg_send < count() >"
	case $err in
	*E0142*) ;;
	*) taken="$taken $name" ;;
	esac
done
is "$taken" '' 'no param is called like an option'

run check "$tmp/big.gt" --treshold 4M
is "$status" 3 'no such param: status 3'
has "$err" 'threshold' 'and one that is near'

done_testing
