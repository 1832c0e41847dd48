#!/bin/sh
# Includes point one way only. Each line: a folder, then what it may include besides
# its own files; "src" are the files directly in src/, which call everybody, "compiled" is
# what clang made of bpf-helpers/.
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

rules='
src/base
src/lang	src/base
src/catalog	src/base src/lang gt-abi.h
grammar		src/base src/lang
src/sema	src/base src/lang src/catalog
src/codegen	src/base src/lang src/catalog gt-abi.h compiled
src/goelf	src/base
src/probes	src/base src/goelf src/catalog gt-abi.h
runtime		src/base src/lang src/catalog src/goelf gt-abi.h compiled
bpf-helpers
src		src/base src/lang src/catalog grammar src/sema src/codegen src/goelf src/probes runtime gt-abi.h
'

# Libraries with one owner: a header's folder, then who may include it.
owners='
llvm-c	src/codegen
bpf	runtime bpf-helpers
Zydis	src/goelf
libelf.h	src/goelf
gelf.h	src/goelf
'

# Prints every wrong step in the tree at $1, one a line.
wrong_steps() (
	cd "$1" || exit
	find grammar src runtime bpf-helpers -name '*.[chyl]' |
	xargs grep -H '^[ 	]*#[ 	]*include' |
	awk -v rules="$rules" -v owners="$owners" '
		function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
		function plain(path) {	# a/b/../c is a/c
			while (match(path, /[^\/.]+\/\.\.\//))
				path = substr(path, 1, RSTART - 1) substr(path, RSTART + RLENGTH)
			return path
		}
		BEGIN {
			n = split(rules, line, "\n")
			for (i = 1; i <= n; i++) {
				m = split(line[i], w, /[ \t]+/)
				for (j = 2; j <= m; j++)
					may[w[1], w[j]] = 1
				if (m) known[w[1]] = 1
			}
			n = split(owners, line, "\n")
			for (i = 1; i <= n; i++) {
				m = split(line[i], w, /[ \t]+/)
				for (j = 2; j <= m; j++)
					owner[w[1], w[j]] = 1
				if (m) owned[w[1]] = 1
			}
		}
		{
			file = $0; sub(/:.*/, "", file)
			from = folder(file)
			if (match($0, /"[^"]+"/)) {
				what = substr($0, RSTART + 1, RLENGTH - 2)
				if (what !~ /\//)
					next
				# relative to the file, or to the top
				path = what ~ /^(src|runtime|grammar|bpf-helpers)\// ? what : plain(from "/" what)
				to = folder(path)
				if (path ~ /gt-abi\.h$/)
					to = "gt-abi.h"
				if (path ~ /^bpf-helpers\/.*\.inc$/)
					to = "compiled"
				if (to != from && !((from, to) in may))
					print file ": " path
			} else if (match($0, /<[^>]+>/)) {
				what = substr($0, RSTART + 1, RLENGTH - 2)
				key = what; sub(/\/.*/, "", key)
				if ((key in owned) && !((key, from) in owner))
					print file ": <" what ">"
			}
		}'
)

is() {
	n=$((n + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $n - $3"
	else
		echo "not ok $n - $3"
		printf 'have %s\nwant %s\n' "$1" "$2" | sed 's/^/# /'
	fi
}

n=0
echo 1..3

# The test itself must see a wrong step.
mkdir -p "$tmp/src/base" "$tmp/src/sema" "$tmp/src/goelf" "$tmp/grammar" "$tmp/runtime" \
	"$tmp/bpf-helpers"
echo '#include "../lang/ast.h"' > "$tmp/src/base/a.h"
echo '#include "../base/a.h"' > "$tmp/src/sema/s.c"
echo '#include "../goelf/goelf.h"' >> "$tmp/src/sema/s.c"
echo '#include <llvm-c/Core.h>' > "$tmp/runtime/r.c"
is "$(wrong_steps "$tmp" | sort | tr '\n' ' ')" \
	'runtime/r.c: <llvm-c/Core.h> src/base/a.h: src/lang/ast.h src/sema/s.c: src/goelf/goelf.h ' \
	'wrong steps are found'
is "$(wrong_steps "$top_srcdir")" '' 'includes point one way only'
is "$(grep -c '^#include' "$top_srcdir/bpf-helpers/gt-abi.h")" 0 'gt-abi.h includes nothing'
