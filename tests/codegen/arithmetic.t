#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Arithmetic on 64 bits. A map stands in for a constant, or sema would do the sum.
. "${top_srcdir:-.}/tests/codegen/run.sh"

# calc NAME EXPR EXPECTED: x is -7, y is 3, z is 0, min the least int, u and w are uint.
calc() {
	result "$1" "$3" "$(run "on begin < @x = -7; @y = 3; @z = 0; @min = int(1) << 63;
		@u = uint(1) << 63; @w = uint(3); @one = 1; @big = 9223372036854775807;
		emit($2) >" | sed -n 's/^record 0: //p; /^error/,$p')"
}

calc "sum" "@x + @y" -4
calc "difference" "@y - @x" 10
calc "product" "@x * @y" -21
calc "a sum wraps" "@big + @one" -9223372036854775808
calc "a product wraps" "@big * 2" -2
calc "division truncates toward zero" "@x / @y" -2
calc "division by a negative number" "@y / @x" 0
calc "seven by minus three" "-@x / -@y" -2
calc "minus seven by minus three" "@x / -@y" 2
calc "the remainder has the sign of the dividend" "@x % @y" -1
calc "a positive remainder" "-@x % -@y" 1
calc "the least int by -1 wraps" "@min / -@one" -9223372036854775808
calc "its remainder" "@min % -@one" 0
calc "the least int by itself" "@min / @min" 1
calc "division of uint" "@u / @w" 3074457345618258602
calc "remainder of uint" "@u % @w" 2
calc "division by zero is unknown" "@x / @z" unknown
calc "remainder by zero is unknown" "@x % @z" unknown
calc "division of uint by zero" "@u / (@w - @w)" unknown
calc "zero by zero" "@z / @z" unknown

calc "and or xor andnot" "@y & 2, @y | 4, @y ^ 1, @y &^ 1" "2 7 2 2"
calc "complement" "^@y" -4
calc "negation" "-@x" 7
calc "the least int negated" "-@min" -9223372036854775808
calc "shifts" "@y << 4, @x >> 1, @u >> 62" "48 -4 2"
calc "shifts by 64" "@y << (@z + 64), @x >> (@z + 64), @u >> (@z + 64)" "0 -1 0"
calc "shifts by more" "@y << @big, @x >> @big, @big >> @big" "0 -1 0"
calc "shifts by nothing" "@x << @z, @x >> @z" "-7 -7"

calc "comparisons of int" "(@x < @y), (@x <= @y), (@x > @y), (@x >= @y), @x == @y, @x != @y" \
	"1 1 0 0 0 1"
calc "comparisons of uint" "(@u > @w), (@w < @u), @u == @u" "1 1 1"
calc "in" "@y in (1, 3), @y in (1, 2), @x in (@x)" "1 0 1"
calc "not" "!(@x == @y), !(@x != @y)" "1 0"
calc "a choice" "@x == -7 ? 1 : 2, @x == 7 ? 1 : 2" "1 2"

calc "percent" "percent(@y, 12), percent(@x, 14), percent(@y, @z)" "25 -50 unknown"
calc "percent of large numbers" "percent(@big / 2, @big)" 49
calc "per_second" "per_second(@y, duration(@y) * 1000)" 1000000
calc "per_second of much" "per_second(@big / 4, 1s * @y)" 768614336404564650
calc "per_second of nothing" "per_second(@y, duration(@z))" unknown
calc "min2 max2" "min2(@x, @y), max2(@x, @y), min2(@u, @w), max2(@u, @w)" \
	"-7 3 3 9223372036854775808"
calc "log2" "log2(@one), log2(@y), log2(@big), log2(1 << 40)" "0 1 62 40"
calc "log2 of uint" "log2(@u)" 63
calc "log2 of what has none" "log2(@z), log2(@x)" "none none"
done_testing
