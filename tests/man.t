#!/bin/sh
# The manual has every row of the tables, and every example in it is a right script.
. "$(dirname "$0")/cli/tap.sh"

man1=$top_srcdir/man/gtrace.1
man5=$top_srcdir/man/gtrace.5
catalog=$top_srcdir/src/catalog

# Words that a page lacks. A name is looked for as a word of its own.
lacking() {
	page=$1
	shift
	for word; do
		grep -q -E "(^|[^a-z_0-9])$word([^a-z_0-9]|\$)" "$page" || printf '%s ' "$word"
	done
}

run --help
options=$(printf '%s\n' "$out" | sed -n 's/^  \(-[-a-zA-Z, ]*\).*/\1/p' | tr -d , | tr ' ' '\n' |
	sed -n 's/^--*\([a-zA-Z].*\)/\1/p')
# shellcheck disable=SC2086 # words
{
	is "$(printf '%s\n' $options | wc -w | awk '{ print ($1 > 20) }')" 1 '--help has options'
	is "$(for o in $options; do
		grep -q -E "^\.It .*Fl (-$o|$o|[a-z] , Fl -$o)( |\$)" "$man1" || printf '%s ' "$o"
	done)" '' 'gtrace(1) has every option of --help'

	events=$(sed -n 's/^EVENT([A-Z_]*, "\([a-z]*\)", "\([a-z_]*\)", EVENT_\([A-Z]*\),.*/\1:\2 \3/p' \
		"$catalog/events.def" | sed -n 's/:* [A-KM-Z].*//p')
	is "$(lacking "$man5" $events)" '' 'gtrace(5) has every event'
	has " $(echo $events) " ' grpc:stream_send ' 'grpc:stream_send is among them'

	fields=$(grep '^FIELD(' "$catalog/fields.def" | grep -v FIELD_LATER |
		sed 's/^FIELD([A-Z_]*, "\([a-z_]*\)".*/\1/')
	is "$(lacking "$man5" $fields)" '' 'gtrace(5) has every field'
	has " $(echo $fields) " ' header_count ' 'header_count is among them'

	builtins=$(grep '^BUILTIN(' "$catalog/builtins.def" | grep -v BI_LATER |
		sed 's/^BUILTIN([A-Z_0-9]*, "\([a-z_0-9]*\)".*/\1/')
	is "$(lacking "$man5" $builtins)" '' 'gtrace(5) has every function, statement and aggregation'
	has " $(echo $builtins) " ' quantile ' 'quantile is among them'
}
is "$(sed -n 's/^	EXIT_[A-Z_]* = \([0-9]\),.*/\1/p' "$top_srcdir/src/options.h" | while read -r n; do
	grep -q "^\.It $n\$" "$man1" || printf '%s ' "$n"; done)" '' 'gtrace(1) has every exit status'

if command -v mandoc > /dev/null; then
	is "$(mandoc -T lint -W style "$man1" "$man5" | grep -v -e 'referenced manual not found' \
		-e 'FIELDS instead of FILES')" '' 'mandoc has nothing to say about the pages'
else
	skip 'mandoc has nothing to say about the pages' 'mandoc is not installed'
fi

# Paths in the texts for people: `src/x.c` stands where it is said to.
is "$(cat "$top_srcdir/README.md" "$top_srcdir/HACKING.md" |
	grep -o -E '(^|[^a-zA-Z/.])(src|grammar|runtime|bpf-helpers|tests|scripts)/[a-zA-Z0-9_./-]*[a-zA-Z0-9]' |
	sed 's/^[^a-z]//' | sort -u | while read -r path; do
		[ -e "$top_srcdir/$path" ] || printf '%s ' "$path"
	done)" '' 'every path in README and HACKING is there'

# Scripts: literal blocks of gtrace(5) behind a comment "script", each into a file.
awk -v dir="$tmp" '
	/^\.\\" script$/ { wanted = 1; next }
	/^\.Bd -literal/ && wanted { inside = 1; wanted = 0; file = dir "/man" ++n ".gt"; next }
	/^\.Ed/ { inside = 0 }
	inside { gsub(/\\e/, "\\"); gsub(/\\&/, ""); print > file }
' "$man5"
for f in "$tmp"/man*.gt; do
	run check "$f"
	is "$status $err" '0 ' "gtrace(5): $(head -n 1 "$f")"
done

# Command lines: whatever stands behind -e in single quotes.
one_liners() { sed -n "s/.*-e '\(on [a-z][^']*\)'.*/\1/p"; }

"$GTRACE" --help | one_liners > "$tmp/help"
one_liners < "$man1" > "$tmp/man1"
one_liners < "$top_srcdir/README.md" > "$tmp/readme"
for page in help man1 readme; do
	is "$(awk 'END { print (NR >= 4) }' "$tmp/$page")" 1 "$page has one-liners"
	while read -r script; do
		run check -e "$script"
		is "$status $err" '0 ' "$page: $script"
	done < "$tmp/$page"
done

done_testing
