#!/usr/bin/env -S python3 -B
"""@open[method] counts what is open: right in the middle, zero when all is over."""
from gtlive import *

need_root()
OPEN = ("on grpc:stream_begin < @open[method]++ >", "on grpc:stream_end < @open[method]-- >",
        "on interval:1s < print(@open) >")

for variant in variants():
    with Target(variant, "both", "-do", "hold n=40 m=1", "-do", "unary n=100 c=4") as target:
        tracer = Tracer(*OPEN, pid=target.pid)
        target.go()
        time.sleep(0.2)
        tracer.signal(signal.SIGUSR1)
        wait_until(lambda: any(m["rows"] for m in tracer.seen("map")), 3)
        middle = {row["key"][0]: row["value"] for m in tracer.seen("map")[-1:] for row in m["rows"]}
        equal(middle.get("/gt.Test/Hold"), 80, f"{variant}: 40 open streams, both sides")
        target.do("release")
        target.do("do chat n=20 c=4 m=3")
        target.do("do cancel n=10 m=1")
        out = tracer.stop()
        rows = out.rows(name="@open")
        equal(rows, dict.fromkeys(rows, 0), f"{variant}: nothing is open at the end")
        equal(sorted(rows), sorted(target.methods("CLIENT")), f"{variant}: every method was seen")
        out.sound(variant)
done()
