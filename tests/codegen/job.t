#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The child that generates: what it gives, and what is said when it cannot.
GTRACE=${GTRACE:-./gtrace}
n=0

ok() {
	n=$((n + 1))
	if eval "$2"; then echo "ok $n - $1"; else echo "not ok $n - $1"; fi
}

script='on grpc:msg_send where msg_len > 1M < hist(age) by method >'
say() { "$GTRACE" "$@" -e "$script" 2>&1; }

ok "IR is text with the hook's function" 'say --emit ir | grep -q "^define i32 @gt_hook_msg_send"'
ok "assembly has its section" 'say --emit asm | grep -q "section.*uprobe.multi"'
ok "an object is ELF" 'say --emit object | head -c 4 | grep -q ELF'
ok "functions that no clause calls are not in it" '! say --emit ir | grep -q "^define.*@gt_agg_stats"'
ok "of a count without state no map is made for streams" \
	'! "$GTRACE" --emit ir -e "on grpc:msg_send < count() >" | grep -q "^@gt_streams"'
ok "the same script gives the same object" \
	'[ "$(say --emit object | cksum)" = "$(say --emit object | cksum)" ]'

missing=$(GTRACE_LIBDIR=/nonexistent "$GTRACE" --emit object -e "$script" 2>&1)
status=$?
ok "a missing module is an error with an id" 'echo "$missing" | grep -q "E0401.*/nonexistent/gtrace-codegen.so"'
ok "and an exit status" '[ $status != 0 ]'
echo "1..$n"
