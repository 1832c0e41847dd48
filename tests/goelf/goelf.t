#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# goelf against Go's own tools: build a program with every Go version and link mode at hand,
# and compare what goelf reads in the stripped binary with symbols, DWARF and disassembly of
# its unstripped twin.
#
#	GOELF_VERSIONS="1.19.13 1.27.4"	which Go versions (the installed one is always there)
#	GOELF_KEEP=DIR			build in DIR and keep it: the next run is quicker

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
: "${GOELF_VERSIONS=1.17.13 1.18.10 1.19.13 1.20.14 1.21.13 1.22.12 1.23.12 1.24.13 1.25.14 1.27.4}"
if [ -n "$GOELF_KEEP" ]; then
	tmp=$GOELF_KEEP
	mkdir -p "$tmp"
else
	tmp=$(mktemp -d)
	trap 'rm -rf "$tmp"' EXIT
fi
LC_ALL=C
export LC_ALL

n=0
failed=0
ok() {	# ok STATUS TEXT
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		failed=1
	fi
}
is() {	# is GOT WANTED TEXT
	[ "$1" = "$2" ]
	ok $? "$3"
	[ "$1" = "$2" ] || printf '# got    %s\n# wanted %s\n' "$1" "$2" | head -20
}
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

if ! command -v go > /dev/null; then
	echo "1..0 # SKIP no Go toolchain"
	exit 0
fi

# --- the programs of the test: from the build, else made here

program() {	# program NAME
	local built=${top_builddir:-$top}/tests/goelf/$1
	if [ ! -x "$built" ]; then
		built=$tmp/$1
		${CC:-cc} -std=gnu11 -O2 -o "$built" "$here/$1.c" "$top"/src/goelf/*.c -lZydis
	fi
	echo "$built"
}
dump=$(program goelf-dump)
hostile=$(program hostile)
if [ ! -x "$dump" ] || [ ! -x "$hostile" ]; then
	echo "Bail out! goelf-dump and hostile cannot be built"
	exit 1
fi

mkdir -p "$tmp/src" "$tmp/dwarf"
cp "$here/fixture/main.go" "$tmp/src/"
printf 'module example.com/fixture\n\ngo 1.17\n' > "$tmp/src/go.mod"
cp "$here/dwarffields/main.go" "$tmp/dwarf/"
printf 'module example.com/dwarffields\n\ngo 1.18\n' > "$tmp/dwarf/go.mod"
installed=$(go env GOVERSION)
installed=${installed#go}
[ -x "$tmp/dwarffields" ] || (cd "$tmp/dwarf" && GOTOOLCHAIN=local GOFLAGS= go build -o ../dwarffields .)

build() {	# build VERSION OUT FLAGS...
	local v=$1 out=$2
	shift 2
	[ -x "$out" ] && return
	local chain=go$v
	[ "$v" = "$installed" ] && chain=local
	# an empty GOFLAGS means what `go env -w` says, which old versions may not know
	(cd "$tmp/src" && GOFLAGS=-mod=mod GOTOOLCHAIN=$chain go build -o "$out" "$@" .) 2> "$out.log"
}

# --- comparisons

# Functions by address: goelf's are all among the symbols, under that name or, for assembly,
# with a suffix that the table does not have.
compare_functions() {	# compare_functions STRIPPED TWIN TEXT
	"$dump" "$1" funcs | awk '{ print substr($1, 3), $5 }' | sed 's/^0*//' | sort > "$tmp/a"
	go tool nm "$2" | awk '$2 == "T" || $2 == "t" { print $1, $3 }' | sed 's/\.abi0$//' | sort > "$tmp/b"
	local missing
	missing=$(comm -23 "$tmp/a" "$tmp/b" | grep -v ' \(go\|type\)[.:]' | head -3)
	is "$missing" "" "$3: all $(wc -l < "$tmp/a") functions are symbols at that address"
}

# Sites against objdump: push is a 0x55 behind a jbe (or at the entry of a function without
# check), jbe is one, entry has no check of the stack guard within the function's first bytes.
compare_sites() {	# compare_sites BINARY TEXT
	"$dump" "$1" funcs | grep -v ' - ' > "$tmp/sites"
	objdump -d "$1" | awk -F'\t' '
		FILENAME != "-" { split($0, w, " "); entry[w[1]] = w[3] " " w[4] " " w[2]; next }
		NF >= 3 {
			sub(/^ */, "", $1); sub(/:$/, "", $1)
			at = "0x" $1; insn[at] = $3; bytes[at] = $2; before[at] = last; last = at
			if (at in entry) { fn = at; count = 0 }
			if (fn != "" && count++ < 9) {
				split(entry[fn], e, " ")
				if (length(at) < length(e[3]) || (length(at) == length(e[3]) && at < e[3]))
					if ($3 ~ /^cmp +0x1[08]\(%r(14|cx)\),%r(sp|12|13)/)
						guarded[fn] = 1
			}
		}
		END {
			for (f in entry) {
				split(entry[f], e, " "); s = e[1]; k = e[2]; sub(/!$/, "", k)
				good = s in insn
				if (k == "push")
					good = good && bytes[s] ~ /^55 *$/ &&
						(s == f ? !guarded[f] : insn[before[s]] ~ /^jbe/)
				else if (k == "jbe")
					good = good && insn[s] ~ /^jbe/ && guarded[f]
				else
					good = good && k == "entry" && s == f && !guarded[f]
				if (!good)
					print f, entry[f], insn[s]
			}
		}' "$tmp/sites" - > "$tmp/wrong"
	is "$(head -3 "$tmp/wrong")" "" "$2: all $(wc -l < "$tmp/sites") sites are what they say"
}

compare_fields() {	# compare_fields STRIPPED TWIN TEXT
	"$dump" "$1" types | sort > "$tmp/a"
	"$tmp/dwarffields" "$2" | sort > "$tmp/b"
	cut -f1 "$tmp/a" | uniq > "$tmp/names.a"
	cut -f1 "$tmp/b" | uniq > "$tmp/names.b"
	comm -12 "$tmp/names.a" "$tmp/names.b" > "$tmp/both"
	for f in a b; do
		awk -F'\t' 'NR == FNR { want[$1] = 1; next } $1 in want' "$tmp/both" "$tmp/$f" > "$tmp/$f.both"
	done
	cmp -s "$tmp/a.both" "$tmp/b.both"
	ok $? "$3: all fields of $(wc -l < "$tmp/both") structs lie where DWARF has them"
	grep -q '^runtime.g	goid' "$tmp/a.both" && grep -q '^runtime.m	curg' "$tmp/a.both" &&
		grep -q '^main.Outer	Arr' "$tmp/a.both"
	ok $? "$3: runtime.g, runtime.m and main.Outer are among them"
}

# The jump goelf picks is right behind "test REG,REG", which is behind the call.
compare_result() {	# compare_result BINARY CALLER CALLEE REG TEXT
	local line site
	line=$("$dump" "$1" result "$2" "$3" 2>&1 | tail -1)
	site=$(echo "$line" | sed -n 's/.* site 0x\([0-9a-f]*\).*/\1/p')
	objdump -d --no-show-raw-insn "$1" | sed -n "/ <$2>:/,/^\$/p" | awk -v site="$site:" -v reg="%$4" -v callee="<$3>" '
		$2 == "call" && index($0, callee) { called = 1 }
		$1 == site { good = called && $2 ~ /^jn?e$/ && prev ~ "test +" reg "," reg }
		{ prev = $0 }
		END { exit !good }'
	ok $? "$5: $2 tests the error of $3 in $4 ($line)"
}

# The same behind a call of an interface's method, through its slot of the itab.
compare_method_result() {	# compare_method_result BINARY TEXT
	local line site
	line=$("$dump" "$1" method-result main.through main doer Do 2>&1 | tail -1)
	site=$(echo "$line" | sed -n 's/.* site 0x\([0-9a-f]*\).*/\1/p')
	objdump -d --no-show-raw-insn "$1" | sed -n '/ <main.through>:/,/^$/p' | awk -v site="$site:" '
		$2 == "call" { called = $0 }
		$1 == site { good = called ~ /call +\*/ && $2 ~ /^jn?e$/ && prev ~ /test +%rbx,%rbx/ }
		{ prev = $0 }
		END { exit !good }'
	ok $? "$2: main.through tests the error of doer.Do ($line)"
	"$dump" "$1" method-result main.through main doer Nope 2>&1 | grep -q '^not_found: '
	ok $? "$2: an interface has no other methods"
}

compare_rets() {	# compare_rets BINARY NAME TEXT
	local got want
	got=$("$dump" "$1" rets "$2" | cut -d' ' -f3-)
	want=$(objdump -d --no-show-raw-insn "$1" | sed -n "/ <$2>:/,/^\$/p" |
		awk '$2 ~ /^ret/ { sub(/:/, "", $1); printf "%s0x%s", sep, $1; sep = " " }')
	is "$got" "$want" "$3: returns of $2"
}

# The variable context.DeadlineExceeded is an error: its first word is that itab.
compare_itab() {	# compare_itab STRIPPED TWIN TEXT
	local at want
	at=$((0x$(go tool nm "$2" | awk '$3 == "context.DeadlineExceeded" { print $1 }')))
	want=$(objdump -s --start-address=$at --stop-address=$((at + 8)) "$2" |
		awk '$1 ~ /^[0-9a-f]+$/ { print $2 $3 }' | tail -1 |
		sed 's/\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)\(..\)/0x\8\7\6\5\4\3\2\1/')
	is "$(($("$dump" "$1" itab '' error context deadlineExceededError)))" "$((want))" \
		"$3: itab of an error"
}

site_of() { "$dump" "$1" find "$2" | sed 's/.* \(push\|jbe\|entry\)\(!\{0,1\}\) .*/\1\2/'; }

facts() { "$dump" "$1" info | sed -n "s/^$2 //p"; }

# --- one version

one_mode() {	# one_mode VERSION MODE FLAGS...: a twin with symbols, a stripped one
	local v=$1 mode=$2 text="go$1 $2" twin="$tmp/$1-$2-twin" bin="$tmp/$1-$2"
	shift 2
	if ! build "$v" "$twin" "$@"; then
		skip "$text" "cannot be built: $(grep -v '^#' "$twin.log" | head -1)"
		return
	fi
	cp "$twin" "$bin" && strip "$bin" 2> /dev/null || { skip "$text" "strip fails"; return; }
	is "$(facts "$bin" go_version)" "go$v" "$text: version"
	is "$(facts "$bin" pie)" "$(readelf -h "$bin" | awk '/Type:/ { print $2 == "DYN" ? 1 : 0 }')" \
		"$text: position independent or not"
	compare_functions "$bin" "$twin" "$text"
	compare_sites "$twin" "$text"
	compare_fields "$bin" "$twin" "$text"
	compare_result "$twin" main.caller main.work rbx "$text"
	compare_result "$twin" main.caller main.check rax "$text"
	"$dump" "$bin" result main.ignores main.work 2>&1 | grep -q '^refused: '
	ok $? "$text: an ignored error has no site"
	compare_method_result "$twin" "$text"
	compare_rets "$twin" main.caller "$text"
	compare_rets "$twin" main.main "$text"
	compare_itab "$bin" "$twin" "$text"
	if [ "$mode" != noinline ]; then
		is "$("$dump" "$bin" find main.tiny | awk '{ print $5 }')" 3 "$text: three inlined copies"
	fi
	sections_gone "$bin" "$text"
}

# The same answers without section headers: e_shoff, e_shnum and e_shstrndx zeroed.
sections_gone() {	# sections_gone BINARY TEXT
	cp "$1" "$1.bare"
	dd if=/dev/zero of="$1.bare" bs=1 seek=40 count=8 conv=notrunc 2> /dev/null
	dd if=/dev/zero of="$1.bare" bs=1 seek=60 count=4 conv=notrunc 2> /dev/null
	for q in info funcs types itabs; do
		"$dump" "$1" $q | cksum
	done > "$tmp/a"
	for q in info funcs types itabs; do
		"$dump" "$1.bare" $q | cksum
	done > "$tmp/b"
	cmp -s "$tmp/a" "$tmp/b"
	ok $? "$2: the same without section headers"
}

one_version() {	# one_version VERSION MODES
	local v=$1 all=$2 minor
	minor=$(echo "$v" | cut -d. -f2)
	one_mode "$v" default
	one_mode "$v" pie -buildmode=pie
	[ "$all" = few ] || one_mode "$v" noinline -gcflags=all=-l
	one_mode "$v" external-pie -buildmode=pie -ldflags=-linkmode=external
	[ "$all" = few ] || one_mode "$v" external '-ldflags=-linkmode=external -extldflags=-no-pie'
	local bin=$tmp/$v-default
	[ -x "$bin" ] || return
	local framed=push nosplit=push
	[ "$minor" -lt 21 ] && framed=jbe nosplit=entry!
	is "$(site_of "$bin" main.caller)" $framed "go$v: site of a framed function"
	is "$(site_of "$bin" main.frame200)" $framed "go$v: site behind a check with lea"
	is "$(site_of "$bin" main.frame8k)" $framed "go$v: site behind the check of a huge frame"
	is "$(site_of "$bin" main.leaf)" entry! "go$v: site of a leaf"
	is "$(site_of "$bin" main.nosplit)" $nosplit "go$v: site of a nosplit function"
	is "$("$dump" "$bin" field main Outer C.Y E Mid.Inner.D 2>&1 | awk '{ print $1, $2 }' | xargs)" \
		"C.Y 26 E 48 Mid.Inner.D 40" "go$v: nested and promoted fields"
	"$dump" "$bin" field main Outer P.D 2>&1 | grep -q '^refused: .*pointer'
	ok $? "go$v: a pointer on the way is no offset"
	is "$("$dump" "$bin" chain main Outer P.E | cut -d' ' -f1,2)" "56 8" "go$v: but a chain of two"
	is "$("$dump" "$bin" type main Outer | awk 'NR > 1 { print $4 }' | xargs)" \
		"int32 string struct struct pointer pointer func interface map slice chan array" \
		"go$v: kinds of fields"
	local entry
	entry=$("$dump" "$bin" find main.inlines | sed 's/.* \(0x[0-9a-f]*\) 0x.* 0x.*/\1/')
	"$dump" "$bin" lines "$entry" | grep -q '^main\.\(inlines\|tiny\) .*/main.go:[0-9]*$'
	ok $? "go$v: source lines"
	"$hostile" "$bin" 40 > "$tmp/hostile.log"
	ok $? "go$v: hostile copies of it"
}

one_version "$installed" all
for v in $GOELF_VERSIONS; do
	[ "$v" = "$installed" ] && continue
	if got=$(cd / && GOFLAGS=-mod=mod GOTOOLCHAIN=go$v go version 2>&1); then
		one_version "$v" few
	else
		skip "go$v" "not available: $(echo "$got" | tail -1)"
	fi
done

# --- a binary without module list, with vendored packages, of a distribution

if [ -x /usr/bin/etcd ] && "$dump" /usr/bin/etcd > /dev/null 2>&1; then
	"$dump" /usr/bin/etcd info | grep -q '^grpc 1 1\.[0-9]*\.[0-9]* from [123]$'
	ok $? "etcd: version of grpc ($(facts /usr/bin/etcd grpc))"
	t=google.golang.org/grpc/internal/transport
	"$dump" /usr/bin/etcd find "$t.(*loopyWriter).writeHeader" | grep -q 'count 1 .* \(push\|jbe\) '
	ok $? "etcd: finds writeHeader"
	"$dump" /usr/bin/etcd field $t loopyWriter cbuf | grep -q '^cbuf 8 '
	ok $? "etcd: layout of loopyWriter"
else
	skip "etcd" "/usr/bin/etcd is not there"
fi

for f in /bin/sh "$here/goelf.t"; do
	"$dump" "$f" > /dev/null 2> "$tmp/err"
	is "$? $(cut -d: -f1 "$tmp/err")" "1 $([ "$f" = /bin/sh ] && echo not_go || echo not_elf)" \
		"$(basename "$f") is refused"
done

echo "1..$n"
exit $failed
