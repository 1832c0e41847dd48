#!/usr/bin/env -S python3 -B
"""What the kernel's verifier refuses is said with the script's line, and what to do."""
from gtlive import *

need_root()
# Each clause multiplies the ways through the program until the verifier gives up.
CLAUSE = ("on grpc:msg_send where msg_len > {0} && (age > {0}ms || (msg_len < {1} && stream_id != {0})) "
          "< if (age > {0}us) {{ @a[method]++ }} else if (msg_len > {1}) {{ @b[goid]++ }} "
          "else {{ @c[conn]++ }} >")

with Target(any_variant(), "both", "-do", "unary n=20") as target:
    script = "\n".join(CLAUSE.format(i, 3 * i + 7) for i in range(30))
    status, _, said = run("-q", "-p", str(target.pid), "-e", script)
    equal(status, 4, "nothing could be attached")
    ok("too large for the kernel" in said, "it says why and what to do", said)
    ok("E0501 at <command line>:" in said and ": on grpc:msg_send where" in said,
       "with a line of the script", said)
    equal(target.changed_code(), 0, "no probe is left half attached")
    target.go()
    equal(target.sent(side="CLIENT"), 20, "the target goes on")
done()
