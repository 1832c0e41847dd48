#!/bin/sh
# Where a script comes from, and what can be wrong with it before it is read.
. "$(dirname "$0")/tap.sh"

S='on grpc:msg_send < count() >'
printf '%s\n' "$S" > "$tmp/a.gt"

usage 2 'there is no file `'"$tmp/none.gt"'`' "$tmp/none.gt"
usage 2 'stands behind -e' "$S"
usage 2 'this is a directory' "$tmp"
usage 2 'this is a directory' check "$tmp"
head -c 1048577 /dev/zero | tr '\0' '#' > "$tmp/long.gt"
usage 3 'a script can be 1 MiB long' "$tmp/long.gt"
printf 'on grpc:msg_send\0< count() >\n' > "$tmp/nul.gt"
usage 3 'there is a NUL byte at offset 16' "$tmp/nul.gt"
usage 3 'this is a program, not a script' "$GTRACE"
if [ "$(id -u)" = 0 ]; then
	skip 'a file that may not be read' 'root may read everything'
else
	chmod 0 "$tmp/a.gt"
	usage 2 'Permission denied' "$tmp/a.gt"
	chmod 644 "$tmp/a.gt"
fi

# the same script by every way in
run check "$tmp/a.gt"
is "$status $err" '0 ' 'a file'
run_with "$S" check -
is "$status $err" '0 ' 'standard input'
run check -e "$S"
is "$status $err" '0 ' '-e'
run check -e 'on grpc:msg_send' -e '< count() >'
is "$status $err" '0 ' 'several -e are one script'
{ echo '#!/usr/bin/env gtrace'; cat "$tmp/a.gt"; } > "$tmp/run.gt"
run check "$tmp/run.gt"
is "$status $err" '0 ' 'a #! line is skipped'

# a wrong script names itself as it was given
run check -e 'on grpc:msg_send < count() by nosuch >'
is "$status" 3 'a wrong script: status 3'
has "$err" '<command line>:1:' 'it is called <command line>'
run check -e 'on grpc:msg_send < count() >' -e 'on grpc:msg_send < count() by nosuch >'
has "$err" '<command line>:2:' 'the second -e is line 2'
run_with 'on grpc:msg_send < count() by nosuch >' check -
has "$err" '<standard input>:1:' 'it is called <standard input>'
run_with '' check -
is "$status" 3 'an empty script: status 3'
run check -e ''
is "$status" 3 'an empty -e: status 3'
run check -e '# nothing'
is "$status" 3 'a comment alone: status 3'
run check -e 'on grpc:msg_send where msg_len '
is "$status" 3 'cut off by the shell at >: status 3'
has "$err" "'" 'and the message speaks of quotes'

done_testing
