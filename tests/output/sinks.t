#!/bin/sh
# A whole run in both formats: the text is golden, the JSON fits its schema.
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
here=$top_srcdir/tests/output
say=${top_builddir:-.}/tests/output/say
schema=$here/gtrace-output.schema.json
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$tmp/why"
	fi
}

echo 1..12
"$say" text > "$tmp/text"
diff -u "$here/say.txt" "$tmp/text" > "$tmp/why"
result $? 'the text is as in say.txt'
"$say" text quiet > "$tmp/quiet"
diff -u "$here/say-quiet.txt" "$tmp/quiet" > "$tmp/why"
result $? 'with --quiet as in say-quiet.txt: losses stay'
LC_ALL=C grep -n "$(printf '[\001-\010\013-\037\177]')" "$tmp/text" > "$tmp/why"
result $((1 - $?)) 'no control character is in it'

"$say" json > "$tmp/json"
LC_ALL=C grep -n "$(printf '[\001-\011\013-\037\177]')" "$tmp/json" > "$tmp/why"
result $((1 - $?)) 'nor in the JSON'
"$here/schema-check" "$schema" < "$tmp/json" > "$tmp/why"
result $? 'every line fits the schema'

# Strings of random bytes, as fields, in printf() and as keys.
"$say" text noise > "$tmp/noise"
LC_ALL=C grep -n "$(printf '[\001-\011\013-\037\177]')" "$tmp/noise" > "$tmp/why"
result $((1 - $?)) 'random bytes leave no control character in the text'
python3 -c 'import sys, unicodedata
text = open(sys.argv[1], encoding="utf-8", newline="\n").read()
hidden = [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n"]
events = sum(" stream_id=" in line for line in text.split("\n"))
print(hidden[:9], events)
sys.exit(bool(hidden) or events != 2000)' "$tmp/noise" > "$tmp/why" 2>&1
result $? 'it is UTF-8 with nothing hidden in it, and has a line a record'
"$say" json noise > "$tmp/noise"
"$here/schema-check" "$schema" < "$tmp/noise" > "$tmp/why"
result $? 'nor do they break the JSON'
LC_ALL=C grep -n "$(printf '[\001-\011\013-\037\177]')" "$tmp/noise" > "$tmp/why"
result $((1 - $?)) 'which has no control character either'

# The check itself must see what is wrong.
wrong() {
	sed "$1" "$tmp/json" | "$here/schema-check" "$schema" > "$tmp/why"
	result $((1 - $?)) "$2"
}
wrong 's/"n":74/"n":"74"/' 'a number that became a string does not fit'
wrong 's/"attached"/"attache"/' 'an unknown object does not fit'
wrong '$d' 'a run that is cut off does not fit'
