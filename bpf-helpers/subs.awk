# SPDX-License-Identifier: GPL-2.0-or-later
#
# clang's assembly of helpers.bpf.c to rows of a C table, one a function:
#
#	{ "name", "functions and globals that it names", "its instructions" },
#
# Labels get a private prefix, so that they cannot meet those of generated code.

function fail(why)
{
	print FILENAME ":" NR ": " why > "/dev/stderr"
	failed = 1
	exit 1
}

function refer(name)
{
	if (name ~ /^\.L/)
		fail("constant data in a subprogram: " name " (write the members of the initialiser one by one)")
	if (index(refs, " " name " ") == 0)
		refs = refs name " "
}

# An atomic instruction of 64 bits by its bytes: LLVM before 18 cannot read all that it
# prints. op is the instruction's immediate.
function atomic(base, off, src, op)
{
	if (off < 0)
		off += 65536
	return sprintf(".byte 0xdb, %d, %d, %d, %d, 0, 0, 0", src * 16 + base, off % 256,
		       int(off / 256), op)
}

/^\t\.type\t.*,@function/ {
	sub(/^\t\.type\t/, "")
	sub(/,@function.*/, "")
	name = $0
	refs = " "
	next
}

name != "" && $0 ~ "^" name ":" {
	printf "{ \"%s\",\n\"", name
	text = ""
	inside = 1
	next
}

/^\.Lfunc_end/ && inside {
	sub(/^ /, "", refs)
	sub(/ $/, "", refs)
	printf "%s\",\n%s},\n", refs, text
	inside = 0
	name = ""
	next
}

!inside { next }

{
	sub(/[ \t]*#.*/, "")
	gsub(/LBB/, ".LGT")
	sub(/^[ \t]+/, "")
}

/^$/ || /^\.(Ltmp|loc|cfi)/ { next }

/^call [a-zA-Z_]/ { refer($2) }

/^r[0-9]+ = [^ ]+ ll$/ { if ($3 !~ /^-?[0-9]/) refer($3) }

# Printed so by LLVM, which does not read it: a 32-bit move clears the upper half.
/^r[0-9]+ = w[0-9]+$/ { sub(/^r/, "w") }

/ = (cmpxchg|atomic_fetch_)/ {
	op = /cmpxchg/ ? 241 : /_add/ ? 1 : /_or/ ? 65 : /_and/ ? 81 : /_xor/ ? 161 : 0
	if (!op || !/_64|u64/)
		fail("unknown atomic instruction: " $0)
	sub(/ \+ /, " ")
	sub(/ - /, " -")
	n = split($0, a, /[^0-9-]+/)	# "", result, 64, base, offset, …, source, ""
	$0 = atomic(a[4], a[5], a[n - 1], op)
}

{ text = text "\"" $0 "\\n\"\n" }

END { if (!failed && inside) fail("a function without an end") }
