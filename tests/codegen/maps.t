#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${top_srcdir:-.}/tests/codegen/run.sh"

is "assignment, += and -= from nothing, ++ and --" -n 3 \
	'on begin < @a = 5; @b += 2; @c -= 3; @d++; @e--; @a = @a + 1 >' <<'END'
clause 1: events 3
@a[] = 6
@b[] = 6
@c[] = -9
@d[] = 3
@e[] = -3
END

is "delete, and reading what is not there" \
	'on begin < @m[1] = 7; @m[2] = 8; delete(@m[1]); delete(@m[9]); emit(@m[1], @m[2]) >' <<'END'
clause 1: events 1
record 0: none 8
@m[2] = 8
END

is "keys of several words" \
	'on begin < @m[1, "a", true]++; @m[1, "b", true]++; @m[1, "a", true]++; emit(@m[1, "a", true]) >' <<'END'
clause 1: events 1
record 0: 2
@m[1,"a",1] = 2
@m[1,"b",1] = 1
END

is "strings and booleans as values" \
	'on begin < @s = "text"; @t = true; emit(@s, @s == "text", @s == "other", @t) >' <<'END'
clause 1: events 1
record 0: "text" 1 0 1
@s[] = "text"
@t[] = 1
END

is "an unknown operand leaves a map as it was" \
	'on begin < @z = 0; @a = 4; @a += 1 / @z; @a -= @absent; @a = @absent > on end < @absent = 1 >' <<'END'
clause 1: events 1 left_out div0 1
clause 2: events 1
@a[] = 4
@absent[] = 1
@z[] = 0
END

is "a map that is full counts what does not fit" -n 5000 'on begin < @n++; @m[@n] = 1; count() by @n >' <<END
$(run -n 5000 'on begin < @n++; @m[@n] = 1; count() by @n >' | sed '1s/.*/clause 1: events 5000 map_full 1808/')
END
done_testing
