#!/usr/bin/env -S python3 -B
"""The snapshot of streams that are still open, at the end and at --every."""
from gtlive import *

need_root()

for variant in variants():
    with Target(variant, "both", "-do", "hold n=5 m=1") as target:
        tracer = Tracer("on grpc:stream_open where age > 1s < emit() >", pid=target.pid)
        target.go()
        time.sleep(1.3)
        target.do("do hold n=3 m=1")
        target.do("do unary n=20")
        out = tracer.stop(settle=0.1)
        events = [e["fields"] for e in out.events(1)]
        equal(sorted((e["side"], e["stream_id"]) for e in events),
              sorted((side, i) for side in ("CLIENT", "SERVER") for i in (1, 3, 5, 7, 9)),
              f"{variant}: the five old streams, on both sides")
        ok(all(e["age"] is not None and e["age"] >= 1_300_000_000 for e in events),
           f"{variant}: as old as they are", [e["age"] for e in events])
        ok(all(e["method"] == "/gt.Test/Hold" for e in events), f"{variant}: with their method")
        out.sound(variant)

with Target(any_variant(), "both", "-do", "hold n=5 m=1") as target:
    tracer = Tracer("on grpc:stream_open where side == SERVER < count() >", pid=target.pid,
                    args=["--every", "1s", "--delta"])
    target.go()
    time.sleep(2.5)
    target.do("release")
    out = tracer.stop()
    counts = [row["value"] for m in out.of("map") for row in m["rows"]]
    ok(counts.count(5) >= 2, "--every 1s: five open at each turn", counts)
    ok(not out.map("count()") or out.value("count()") == 0, "none open at the end", counts)
done()
