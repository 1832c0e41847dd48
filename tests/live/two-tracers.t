#!/usr/bin/env -S python3 -B
"""Two tracers on one process, one of them started and stopped amid the traffic."""
from gtlive import *

need_root()
COUNT = "on grpc:msg_send < count() by side >"


def sent(target):
    return {side: target.sent(side=side) for side in ("CLIENT", "SERVER")}


for variant in variants():
    with Target(variant, "both", "-do", "unary n=300 c=4", "-do", "chat n=5 m=10") as target:
        first = Tracer(COUNT, pid=target.pid)
        target.go()
        one = sent(target)
        time.sleep(0.2)
        second = Tracer(COUNT, "on grpc:stream_end < avg(age) by side >", pid=target.pid)
        target.do("do unary n=300 c=4")
        two = sent(target)
        out = second.stop()
        equal(out.rows("count()"), {s: two[s] - one[s] for s in two}, f"{variant}: the second")
        out.sound(f"{variant}: the second")
        ok(target.changed_code() > 0, f"{variant}: the first is still attached")
        target.do("do chat n=5 m=10")
        out = first.stop()
        equal(out.rows("count()"), sent(target), f"{variant}: the first")
        out.sound(f"{variant}: the first")
        equal(target.changed_code(), 0, f"{variant}: no byte of code is left changed")
        ok(target.alive(), f"{variant}: the target lives")
done()
