#!/usr/bin/env -S python3 -B
"""Header blocks that arrive, by how many fields they have, as counted on the socket."""
from gtlive import *

need_root()
STEPS = ["-do", "unary n=50 c=2", "-do", "unary n=20 method=Err code=5",
         "-do", "chat n=4 m=3", "-do", "down n=3 m=2"]


def numbers(*directions):
    want = {}
    for direction in directions:
        for count, n in direction["headers"].items():
            want[int(count)] = want.get(int(count), 0) + n
    return want


for variant in variants():
    with Target(variant, "both", *STEPS) as target:
        tracer = Tracer("on grpc:header_recv < count() by header_count >",
                        "on grpc:header_recv where side == SERVER < count() by end_stream >",
                        pid=target.pid)
        target.go()
        out = tracer.stop()
        equal(out.rows("count()", clause=1), numbers(target.wire("out"), target.wire("in")),
              f"{variant}: by header_count")
        equal(out.rows("count()", clause=2), {False: target.header_blocks("out")},
              f"{variant}: requests do not end with their header block")
        out.sound(variant)

        # A deadline is one field more. What comes back for it is a race: servers only.
        before = numbers(target.wire("out"))
        tracer = Tracer("on grpc:header_recv where side == SERVER < count() by header_count >",
                        pid=target.pid)
        target.do("do deadline n=3 d=100ms")
        target.do("do unary n=5")
        out = tracer.stop()
        after = numbers(target.wire("out"))
        equal(out.rows("count()"), {k: n - before.get(k, 0) for k, n in after.items()},
              f"{variant}: a deadline is one field more")
done()
