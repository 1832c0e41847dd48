#!/usr/bin/env -S python3 -B
"""Quantiles of the age at the end: n exact, each p within the bounds and the error."""
from gtlive import *

need_root()
CLAUSE = "on grpc:stream_end where side == SERVER < quantile(age) by method >"


def percentile(values, p):
    values = sorted(values)
    return values[min(len(values) - 1, max(0, -(-int(p * len(values) * 1000) // 1000) - 1))]


for variant in variants():
    with Target(variant, "both", "-log", "events",
                "-do", "unary n=400 c=2 size=rand:4:0:100000", "-do", "wait n=20") as target:
        tracer = Tracer(CLAUSE, pid=target.pid)
        target.go()
        time.sleep(0.25)
        target.do("release")
        out = tracer.stop()
        rows = out.rows("quantile(age)")
        echo = rows.get("/gt.Test/Echo", {})
        equal(echo.get("n"), 400, f"{variant}: n")
        order = [echo.get(p, -1) for p in ("p50", "p90", "p99", "p99.9", "max")]
        ok(order == sorted(order) and order[0] > 0, f"{variant}: p50 ≤ p90 ≤ p99 ≤ p99.9 ≤ max", order)
        lows = [max(0, target.end("SERVER", s["seq"]) - target.begin("SERVER", s["seq"])[1])
                for s in target.streams.values()
                if s["side"] == "SERVER" and s["method"] == "/gt.Test/Echo"]
        error = echo.get("error", 0)
        for p, name in ((0.5, "p50"), (0.9, "p90"), (0.99, "p99")):
            ok(echo.get(name, -1) >= percentile(lows, p) * (1 - error) - 1,
               f"{variant}: {name} is not below what the program measured",
               f"got {echo.get(name)}, handler alone took {percentile(lows, p)}")
        late = rows.get("/gt.Test/Wait", {})
        equal(late.get("n"), 20, f"{variant}: n of the late ones")
        between(250_000_000, late.get("p50"), 5_000_000_000, f"{variant}: p50 of the late ones")
        between(0, late.get("error"), 0.05, f"{variant}: the stated error is small")
        out.sound(variant)
done()
