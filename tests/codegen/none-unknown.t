#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# No value (none: here the row of a map that is absent) and not known (here x / 0).
. "${top_srcdir:-.}/tests/codegen/run.sh"

# logic NAME EXPR EXPECTED: t is true, f false, n none, u unknown; x 7, none, unk likewise.
logic() {
	result "$1" "$3" "$(run "on begin < @zero = 0; @seven = 7;
		let t = @zero == 0; let f = @zero != 0; let unk = @seven / @zero;
		let u = unk == 1; let none = @absent; let x = @seven;
		emit($2) > on end < @absent = 1 >" | sed -n 's/^record 0: //p; /^error/,$p')"
}

logic "and with true" "t && t, t && f, t && u" "1 0 unknown"
logic "and with false" "f && t, f && f, f && u" "0 0 0"
logic "and with unknown" "u && t, u && f, u && u" "unknown 0 unknown"
logic "or with true" "t || t, t || f, t || u" "1 1 1"
logic "or with false" "f || t, f || f, f || u" "1 0 unknown"
logic "or with unknown" "u || t, u || f, u || u" "1 unknown unknown"
logic "not" "!t, !f, !u" "0 1 unknown"

logic "comparisons with none are false" \
	"none == 1, none != 1, (none < 1), (none >= 1), none == none" "0 0 0 0 0"
logic "comparisons with unknown are unknown" "unk == 1, unk != 1, (unk < x)" \
	"unknown unknown unknown"
logic "none against unknown is false" "none == unk, (unk > none)" "0 0"
logic "in" "none in (1, 2), unk in (1, 2), x in (unk, 7), x in (unk, 8), x in (none, 8)" \
	"0 unknown 1 unknown 0"

logic "arithmetic with none" "none + x, x * none, -none, none / x, none << 1" \
	"none none none none none"
logic "arithmetic with unknown" "unk + x, x * unk, -unk, unk / x, ^unk" \
	"unknown unknown unknown unknown unknown"
logic "none and unknown together are none" "none + unk, unk - none" "none none"
logic "none by zero is none" "none / @zero" "none"

logic "has" "has(x), has(none), has(unk)" "1 0 1"
logic "known" "known(x), known(none), known(unk)" "1 1 0"
logic "a default" "x ?: 1, none ?: 2, unk ?: 3, none ?: unk ?: 4" "7 2 3 4"
logic "a choice by what is not known" "u ? 1 : 2, t ? unk : 2, f ? unk : none" "unknown unknown none"
logic "min2 with none" "min2(x, none), max2(unk, x)" "none unknown"

is "an unknown predicate leaves the event out, with its reason" -n 3 \
	'on begin < @zero = 0 >
	 on begin where 1 / @zero == 1 || @zero == 7 < count() >' <<'END'
clause 1: events 3
clause 2: events 0 left_out div0 3
@zero[] = 0
END

is "a predicate that is none is false and leaves nothing out" \
	'on begin where @absent > 1 < count() > on end < @absent = 1 >' <<'END'
clause 1: events 0
clause 2: events 1
@absent[] = 1
END

is "an unknown value is left out once, however often it is wanted" \
	'on begin < @z = 0; let x = 1 / @z; sum(x), avg(x), hist(x), count(); @m = x; @q = quantile(x) >' <<'END'
clause 1: events 1 left_out div0 1
@[] = sum: 0 avg: 0 0 count: 1
@z[] = 0
END

is "none is skipped without a word" \
	'on begin < let x = @absent; sum(x), hist(x), count(); @m = x > on end < @absent = 1 >' <<'END'
clause 1: events 1
clause 2: events 1
@[] = sum: 0 count: 1
@absent[] = 1
END

is "no row is made for values that are not there" \
	'on begin < let x = @absent; sum(x), avg(x) by 5; hist(x) by 6 > on end < @absent = 1 >' <<'END'
clause 1: events 1
clause 2: events 1
@absent[] = 1
END

is "none and unknown are keys of their own" \
	'on begin < @z = 0; count() by 1 / @z; count() by @absent; count() by 0 > on end < @absent = 1 >' <<'END'
clause 1: events 1
clause 2: events 1
@[0] = count: 1
@[none] = count: 1
@[unknown] = count: 1
@absent[] = 1
@z[] = 0
END

is "a key that is not known does not meet a zero" \
	'on begin < @z = 0; @m[0, 1] = 5; @m[1 / @z, 1] = 6; @m[1 / @z, 1]++; @r = @m[1 / @z, 1] >' <<'END'
clause 1: events 1
@m[0,1] = 5
@m[unknown,1] = 7
@r[] = 7
@z[] = 0
END

is "if on unknown runs neither branch" \
	'on begin < @z = 0; if (1 / @z == 1) { @a = 1 } else { @a = 2 }
	 if (@absent) { @b = 1 } else { @b = 2 } > on end < @absent = true >' <<'END'
clause 1: events 1
clause 2: events 1
@absent[] = 1
@b[] = 2
@z[] = 0
END
done_testing
