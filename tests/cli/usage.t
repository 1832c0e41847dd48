#!/bin/sh
# Every mistake on the command line: status 2, a message that says what to do.
. "$(dirname "$0")/tap.sh"

S='on grpc:msg_send < count() >'
echo "$S" > "$tmp/a.gt"

# options
usage 2 'there is no option --evry; did you mean --every?' -e "$S" --evry 1s
usage 2 'there is no option --frobnicate' -e "$S" --frobnicate
usage 2 'there is no option -Z' -e "$S" -Z
usage 2 '--fo could be --for or --format' -e "$S" --fo 1s
usage 2 '--strict takes no value' -e "$S" --strict=yes
usage 2 '-e needs its TEXT' -e
usage 2 '--every needs its TIME' -e "$S" --every
usage 2 '--otlp is not in this version' -e "$S" --otlp http://localhost
usage 2 '--listen is not in this version' -e "$S" --listen :9
# values
usage 2 '--every needs a unit: 1s or 1ms, not 1' -e "$S" --every 1
usage 2 '--every takes a duration such as 500ms, 1s or 1h30m' -e "$S" --every soon
usage 2 '--for takes a duration between' -e "$S" --for 0s
usage 2 '--limit takes a whole number' -e "$S" --limit -1
usage 2 '--limit takes a whole number' -e "$S" --limit 0
usage 2 '--map-keys takes a whole number' -e "$S" --map-keys lots
usage 2 'did you mean json?' -e "$S" --format jsno
usage 2 '--format csv is not in this version' -e "$S" --format csv
usage 2 '--emit takes ast, types, plan, ir, asm or object' -e "$S" --emit tree
usage 2 '--diag takes text or json' -e "$S" --diag xml
usage 2 '-p takes process ids, not `etcd`' -e "$S" -p etcd
usage 2 '-p takes process ids' -e "$S" -p 12,,x
usage 2 '-p takes process ids' -e "$S" -p 0
usage 2 '-p takes process ids' -e "$S" -p 99999999999
usage 2 '-b takes the path of a program' -e "$S" -b ''
usage 2 '-o takes the path of a file' -e "$S" -o ''
usage 2 '-c takes a command' -e "$S" -c ' '
# what does not go together
usage 2 '-q and -v do not go together' -e "$S" -q -v
usage 2 '--all means every process' -e "$S" --all -p 1
usage 2 'a command behind -- and -c do not go together' -e "$S" -c true -- true
usage 2 '-c is given twice' -e "$S" -c true -c true
usage 2 'there is no command behind --' -e "$S" --
usage 2 'gtrace check has no use for -p' check -p 1 -e "$S"
usage 2 'gtrace check has no use for --every' check --every 1s "$tmp/a.gt"
usage 2 'only a script that is run takes a command' check -e "$S" -- true
usage 2 '-l lists probes and has no use for -e' -l -e "$S"
usage 2 '-l lists probes and has no use for --for' -l --for 1s
usage 2 'there is nothing to do with `b`' -l a b
# scripts and commands
usage 2 'there is no script' -p 1
usage 2 'there is no script to check' check
usage 2 'there is nothing to do with `more`' -e "$S" more
usage 2 'there is nothing to do with `more`' "$tmp/a.gt" more
usage 2 'param --size needs a value' "$tmp/a.gt" --size
usage 2 'gtrace explain needs the id' explain
usage 2 'no message has the id `E9999`' explain E9999
usage 2 'gtrace fmt is not in this version' fmt "$tmp/a.gt"
usage 2 'gtrace doctor is not in this version' doctor

done_testing
