#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
. "${top_srcdir:-.}/tests/codegen/run.sh"

is "if, else if, else" -n 3 \
	'on begin < @n++; if (@n == 1) { @a++ } else if (@n == 2) { @b++ } else { @c++ } >' <<'END'
clause 1: events 3
@a[] = 1
@b[] = 1
@c[] = 1
@n[] = 3
END

is "return ends the clause, not the event" \
	'on begin < @a = 1; if (@a == 1) { return } @a = 2 > on begin < @b = 1 >' <<'END'
clause 1: events 1
clause 2: events 1
@a[] = 1
@b[] = 1
END

is "let keeps a value" 'on begin < @a = 1; let x = @a + 1; @a = 10; @b = x >' <<'END'
clause 1: events 1
@a[] = 10
@b[] = 2
END

is "a predicate" -n 5 'on begin < @n++ > on begin where @n > 2 && @n != 4 < count() >' <<'END'
clause 1: events 5
clause 2: events 2
@[] = count: 2
@n[] = 5
END

is "clauses run in text order, each interval its own" \
	'on interval:1s < @o = (@o ?: 0) * 10 + 2 > on begin < @o = 1 > on interval:2s < @o = @o * 10 + 3 >
	 on end < @o = @o * 10 + 4 >' <<'END'
clause 1: events 1
clause 2: events 1
clause 3: events 1
clause 4: events 1
@o[] = 1234
END

is "records: emit, printf, print of a value" \
	'on begin < @z = 0; emit(1, "s", 5ms); printf("%d %s\n", @z - 3, "t"); print(@z / @z); emit(@absent) >
	 on end < @absent = 1 >' <<'END'
clause 1: events 1
clause 2: events 1
record 0: 1 "s" 5000000
record 1: -3 "t"
record 2: unknown
record 3: none
@absent[] = 1
@z[] = 0
END

is "print and clear of a map are asked of the tracer" -n 2 \
	'on begin < @m[1] = 2; print(@m); clear(@m) >' <<'END'
clause 1: events 2
record 0:
record 1:
record 0:
record 1:
asked 4
@m[1] = 2
END

is "exit shuts the gate and ends the clause" \
	'on begin < @a = 1; exit(7); @a = 2 >' <<'END'
clause 1: events 1
record 0: 7
asked 1
exit 7, gate shut
@a[] = 1
END

is "exit without a status" 'on begin < exit() >' <<'END'
clause 1: events 1
record 0: 0
asked 1
exit 0, gate shut
END

is "the first exit wins" 'on begin < exit(3) > on begin < exit(4) >' <<'END'
clause 1: events 1
clause 2: events 1
record 0: 3
record 1: 4
asked 2
exit 3, gate shut
END

is "a status that is not known is no success" 'on begin < @z = 0; exit(1 / @z) >' <<'END'
clause 1: events 1
record 0: 1
asked 1
exit 1, gate shut
@z[] = 0
END
is "the name of the event is known from the event" 'on begin < @e = (probe == "begin") >' <<'END'
clause 1: events 1
@e[] = 1
END
done_testing
