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

{ text = text "\"" $0 "\\n\"\n" }

END { if (!failed && inside) fail("a function without an end") }
