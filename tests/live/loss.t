#!/usr/bin/env -S python3 -B
"""What is lost is counted: a tracer that cannot read its ring, a map that is full."""
from gtlive import *

need_root()
CLAUSES = ("on grpc:stream_send < emit(stream_id, msg_len, goid, method, age) >",
           "on grpc:stream_send < count() >")


def happened(target):
    return target.sent() + target.header_blocks("out") + target.header_blocks("in")


for strict in (False, True):
    name = "--strict" if strict else "a stopped tracer"
    with Target(any_variant(), "both") as target:
        tracer = Tracer(*CLAUSES, pid=target.pid, args=["--strict"] if strict else [])
        # Enough for a ring of 16 MiB, whatever a record takes.
        tracer.signal(signal.SIGSTOP)
        for _ in range(4):
            target.do("do unary n=20000 c=8")
        tracer.signal(signal.SIGCONT)
        out = tracer.stop(settle=0.5)
        lost = out.clause(1)["lost"].get("ring", 0)
        ok(lost > 0, f"{name}: the ring was full")
        equal(len(out.events(1)) + lost, happened(target), f"{name}: printed and lost are all")
        equal(out.value("count()"), happened(target), f"{name}: a count needs no ring")
        equal(out.status, 6 if strict else 0, f"{name}: exit status")

with Target(any_variant(), "both", "-do", "unary n=100 c=2") as target:
    tracer = Tracer("on grpc:msg_send < count() by stream_id >", "on grpc:msg_send < count() >",
                    pid=target.pid, args=["--map-keys", "16"])
    target.go()
    out = tracer.stop()
    rows = out.rows("count()", clause=1)
    lost = out.clause(1)["lost"].get("map_full", 0)
    equal(len(rows), 16, "--map-keys 16: so many rows")
    equal(sum(rows.values()) + lost, target.sent(), "counted and lost are all")
    equal(out.value("count()", clause=2), target.sent(), "another clause loses nothing")

# As a person reads it: with the figures, and however quiet.
with Target(any_variant(), "both", "-do", "unary n=100 c=2") as target:
    tracer = TextTracer("on grpc:msg_send < count() by stream_id >", pid=target.pid,
                        args=["--map-keys", "16"])
    target.go()
    text = tracer.stop() + tracer.said()
    ok("168" in text and "lost" in text, "text: it says how many and that they are lost", text)
done()
