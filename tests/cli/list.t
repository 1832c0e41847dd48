#!/bin/sh
# -l and -lv
. "$(dirname "$0")/tap.sh"

run -l
is "$status $err" '0 ' '-l: status 0'
has "$out" 'grpc:msg_send ' 'it lists grpc:msg_send'
has "$out" 'the application hands a message to its stream' 'with what it is'
lacks "$out" 'rpc_end' 'and nothing of a later version'
is "$(printf '%s\n' "$out" | awk 'match($0, /  +/) { print RSTART + RLENGTH }' | sort -u)" 21 'in two columns'

run -l 'grpc:*_send'
is "$(printf '%s\n' "$out" | awk '{ print $1 }' | tr '\n' ' ')" \
	'grpc:msg_send grpc:header_send grpc:stream_send ' 'a glob'
run -l 'grpc:{msg,header}_recv'
is "$(printf '%s\n' "$out" | wc -l)" 2 'a glob with braces'
run -l grpc
is "$(printf '%s\n' "$out" | grep -c -v '^grpc:')" 0 'a provider'
run -l stream_open
has "$out" 'grpc:stream_open' 'a name without its provider'
run -l grpc_go:stream_send
has "$out" 'grpc:stream_send' 'an alias'

run -lv grpc:stream_send
is "$status" 0 '-lv: status 0'
has "$out" '    msg_len       bytes ' 'fields have a type'
has "$out" '    age           duration (ns) ' 'and a unit'
has "$out" 'none in grpc:header_send' 'what a member lacks'
has "$out" 'CLIENT SERVER' 'the names of an enum'
has "$out" 'also called grpc_go:stream_send' 'the alias'
has "$out" 'loopyWriter.writeHeader' 'the hooks'
run -lv grpc:stream_end
has "$out" 'may be none' 'a field that may be none'
run -lv
is "$status" 0 '-lv of everything'
is "$(printf '%s\n' "$out" | grep -c '^[a-z]')" "$("$GTRACE" -l | wc -l)" 'has every probe of -l'
run -v -l begin
has "$out" 'fields' '-v -l is -lv'

run -l 'nosuch:*'
is "$status" 4 'no such probe: status 4'
has "$err" 'no probe is called `nosuch:*`' 'and it is said'
run -l 'grpc:rpc_end'
is "$status" 4 'a probe of a later version: status 4'
has "$err" 'not in this version: grpc:rpc_end' 'and it is said'

done_testing
