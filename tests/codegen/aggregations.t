#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${top_srcdir:-.}/tests/codegen/run.sh"

# begin runs with @i = -2, -1, … by turns.
seq='on begin < if (!has(@i)) { @i = -3 } @i++ >'

is "count sum avg min max stats of both signs" -n 6 "$seq
	on begin < count(), sum(@i), avg(@i), min(@i), max(@i), stats(@i) >" <<'END'
clause 1: events 6
clause 2: events 6
@[] = count: 6 sum: 3 avg: 6 3 min: 6 -2 max: 6 3 stats: 6 3 6 -2 6 3
@i[] = 3
END

is "min and max of negative numbers only" -n 2 "$seq
	on begin < min(@i), max(@i) >" <<'END'
clause 1: events 2
clause 2: events 2
@[] = min: 2 -2 max: 2 -1
@i[] = -1
END

is "min and max of uint beyond the range of int" \
	'on begin < @u = uint(1) << 63; min(@u), max(@u); @m = max(@u - 1) >' <<'END'
clause 1: events 1
@[] = min: 1 9223372036854775808 max: 1 9223372036854775808
@m[] = max: 1 9223372036854775807
@u[] = 9223372036854775808
END

is "rate counts" -n 4 'on begin < rate() >' <<'END'
clause 1: events 4
@[] = rate: 4
END

is "hist: negative, zero, powers of two" -n 8 "$seq
	on begin < hist(@i) >" <<'END'
clause 1: events 8
clause 2: events 8
@[] = hist: 0:2 1:1 2:1 3:2 4:2
@i[] = 5
END

# The edges: 2^i falls in row 2 + i, 2^i - 1 in the one before.
is "hist at every power of two" -n 63 \
	'on begin < @n++; let x = int(1) << (@n - 1); hist(x), hist(x - 1) >' <<END
clause 1: events 63
@[] = hist: $(i=1; while [ $i -lt 64 ]; do printf '%s:1%s' $i "$([ $i = 63 ] || echo ' ')"; i=$((i + 1)); done)
@[] = hist: $(i=2; while [ $i -lt 65 ]; do printf '%s:1%s' $i "$([ $i = 64 ] || echo ' ')"; i=$((i + 1)); done)
@n[] = 63
END

is "hist of the largest uint" 'on begin < @u = ^uint(0); hist(@u); @h = hist(@u >> 1) >' <<'END'
clause 1: events 1
@[] = hist: 65:1
@h[] = hist: 64:1
@u[] = 18446744073709551615
END

is "lhist: below, rows, above" -n 12 "$seq
	on begin < lhist(@i, 0, 8, 4) >" <<'END'
clause 1: events 12
clause 2: events 12
@[] = lhist: 0:2 1:4 2:4 3:2
@i[] = 9
END

is "lhist with bounds of both signs" -n 5 "$seq
	on begin < lhist(@i * 10, -20, 20, 10) >" <<'END'
clause 1: events 5
clause 2: events 5
@[] = lhist: 1:1 2:1 3:1 4:1 5:1
@i[] = 2
END

is "lhist of uint" 'on begin < @u = uint(1) << 63; lhist(@u, 0, 30, 10); @l = lhist(uint(@n ?: 15), 0, 30, 10) >
	on end < @n = 1 >' <<'END'
clause 1: events 1
clause 2: events 1
@[] = lhist: 4:1
@l[] = lhist: 2:1
@n[] = 1
@u[] = 9223372036854775808
END

is "quantile: a bucket each below 128" -n 4 \
	'on begin < @n += 42; quantile(@n) >' <<'END'
clause 1: events 4
@[] = quantile: 4 168
@[] = quantile: bucket 126:1
@[] = quantile: bucket 148:1
@[] = quantile: bucket 42:1
@[] = quantile: bucket 84:1
@n[] = 168
END

# 2^e is the first of its 64 buckets: 128 + (e - 7) * 64.
is "quantile: edges of powers of two" \
	'on begin < @a = 128; @b = 255; @c = 256; @d = 1 << 40; @e = 9223372036854775807; @z = -1;
	 quantile(@a) by 1; quantile(@b) by 1; quantile(@c) by 1; quantile(@d) by 1; quantile(@e) by 1;
	 quantile(@z) by 1 >' <<'END'
clause 1: events 1
@[1] = quantile: 1 -1
@[1] = quantile: 1 1099511627776
@[1] = quantile: 1 128
@[1] = quantile: 1 255
@[1] = quantile: 1 256
@[1] = quantile: 1 9223372036854775807
@[1] = quantile: bucket 128:1
@[1] = quantile: bucket 191:1
@[1] = quantile: bucket 192:1
@[1] = quantile: bucket 2240:1
@[1] = quantile: bucket 3711:1
@[1] = quantile: bucket 4294967295:1
@a[] = 128
@b[] = 255
@c[] = 256
@d[] = 1099511627776
@e[] = 9223372036854775807
@z[] = -1
END

is "several keys, strings among them" -n 4 \
	'on begin < @n++; count(), sum(@n) by @n & 1, (@n > 2) ? "late" : "early" >' <<'END'
clause 1: events 4
@[0,"early"] = count: 1 sum: 2
@[0,"late"] = count: 1 sum: 4
@[1,"early"] = count: 1 sum: 1
@[1,"late"] = count: 1 sum: 3
@n[] = 4
END

is "a named aggregation is one map for all clauses" -n 3 \
	'on begin < @h[1] = hist(2) > on begin < @h[1] = hist(5) > on end < @h[2] = hist(2) >' <<'END'
clause 1: events 3
clause 2: events 3
clause 3: events 1
@h[1] = hist: 3:3 4:3
@h[2] = hist: 3:1
END

is "what is cleared is written in halves" -n 2 -s \
	'on begin < @c = count(); @h[7] = hist(4); @q = quantile(9) >
	 on end < @c = count(); @h[7] = hist(4); @q = quantile(9); clear(@c); clear(@h); clear(@q) >' <<'END'
clause 1: events 2
clause 2: events 1
record 0:
record 1:
record 2:
asked 3
@c'[] = count: 1
@c[] = count: 2
@h'[7] = hist: 4:1
@h[7] = hist: 4:2
@q'[] = quantile: 1 9
@q'[] = quantile: bucket 9:1
@q[] = quantile: 2 9
@q[] = quantile: bucket 9:2
END
done_testing
