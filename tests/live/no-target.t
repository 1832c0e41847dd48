#!/usr/bin/env -S python3 -B
"""No target named: running programs are found, later ones are picked up, and each is
named on standard error."""
from gtlive import *

need_root()
COUNT = "on grpc:msg_send < count() by pid >"
LIST = [v for v in variants()]

with Target(LIST[0], "both", "-do", "unary n=100 c=2") as early, \
        Target(LIST[-1], "both", "-do", "unary n=70 c=2") as other, \
        Target(LIST[0], program="plain") as plain:
    tracer = Tracer(COUNT)
    ok(all(str(t.pid) in tracer.said() for t in (early, other)),
       "running programs are named", tracer.said())
    ok(early.ready["go"].lstrip("go") in tracer.said() and early.ready["grpc"] in tracer.said(),
       "with their versions", tracer.said())
    ok(str(plain.pid) not in tracer.said().split(), "a Go program without gRPC is left alone",
       tracer.said())
    early.go()
    other.go()
    with Target(LIST[0], "both", "-do", "unary n=50 c=2") as late:
        wait_until(lambda: str(late.pid) in tracer.said(), 5)
        ok(str(late.pid) in tracer.said(), "one that starts later is named", tracer.said())
        late.go()
        out = tracer.stop()
        rows = out.rows("count()")
        for name, target in (("the first", early), ("the second", other), ("the later one", late)):
            equal(rows.get(target.pid), target.sent(), f"{name}: count")
        ok(plain.pid not in rows, "nothing counted elsewhere")
        ok({t.pid for t in (early, other, late)} <= {t["pid"] for t in out.of("target")},
           "each has a target line", out.of("target"))
done()
