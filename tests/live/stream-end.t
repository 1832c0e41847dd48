#!/usr/bin/env -S python3 -B
"""Ages of streams at their end, by method and reset: counts exact, ages in bounds."""
from gtlive import *

need_root()
CLAUSE = "on grpc:stream_end < avg(age), min(age), max(age) by method, rst_code >"
STEPS = ["-do", "unary n=100 c=4", "-do", "down n=5 m=5", "-do", "up n=5 m=5",
         "-do", "chat n=5 m=5", "-do", "hold n=3 m=1", "-do", "cancel n=7 m=2"]


def code_of_end(stream):
    return "CANCEL" if stream["code"] == "Canceled" else None


for variant in variants():
    with Target(variant, "both", "-log", "events", *STEPS) as target:
        tracer = Tracer(CLAUSE, "on grpc:stream_end < count() by side, method >", pid=target.pid)
        target.go()
        time.sleep(0.2)
        target.do("release")
        out = tracer.stop()
        groups = {}
        for (side, seq), stream in target.streams.items():
            b0, b1 = target.begin(side, seq)
            low, high = max(0, target.end(side, seq) - b1), out.stopped - b0
            # A test's own method of cancelling shares /gt.Test/Chat: the reset keeps them apart.
            groups.setdefault((stream["method"], code_of_end(stream)), []).append((low, high))
        average = out.rows("avg(age)")
        equal({k: v["n"] for k, v in average.items()}, {k: len(v) for k, v in groups.items()},
              f"{variant}: how many ended, by method and reset")
        lowest, highest = out.rows("min(age)"), out.rows("max(age)")
        for key, bounds in groups.items():
            name = f"{variant}: {key[0]} {key[1] or ''}"
            low, high = min(b[0] for b in bounds), max(b[1] for b in bounds)
            between(low, lowest.get(key), high, f"{name}: min(age)")
            between(max(b[0] for b in bounds), highest.get(key), high, f"{name}: max(age)")
            between(sum(b[0] for b in bounds), average.get(key, {}).get("sum"),
                    sum(b[1] for b in bounds), f"{name}: sum of ages")
        held = lowest.get(("/gt.Test/Hold", None))
        between(200_000_000, held, 5_000_000_000, f"{variant}: held streams lived 0.2 s")
        equal(out.rows("count()"), {(s, m): target.streams_ended(s, m)
                                    for s in ("CLIENT", "SERVER") for m in target.methods(s)},
              f"{variant}: each stream ends once on each side")
        out.sound(variant)
done()
