#!/usr/bin/env -S python3 -B
"""Attached while 100 streams are open: counts are exact from then on, exactly those
streams are left out of ages, and gtrace says so."""
from gtlive import *

need_root()
CLAUSES = ("on grpc:msg_send < count() >",
           "on grpc:msg_send < hist(age) >",
           "on grpc:stream_begin < count() by method >",
           "on grpc:stream_end < count() by method >",
           "on grpc:stream_end < avg(age) >",
           "on grpc:msg_send where age > 0s < count() >")

for variant in variants():
    with Target(variant, "both", "-do", "hold n=100 m=2") as target:
        target.go()
        # The client has its answers a moment before the server's Send returns and is counted.
        wait_until(lambda: target.do("report") and target.sent() == 400)
        before = target.sent()
        tracer = Tracer(*CLAUSES, pid=target.pid)
        target.do("more 3")
        target.do("do unary n=50 c=2")
        target.do("do chat n=10 c=2 m=5")
        wait_until(lambda: target.do("report") and target.sent() == before + 800)
        old, sent = 600, target.sent() - before
        target.do("release")
        out = tracer.stop()
        equal(out.value("count()", clause=1), sent, f"{variant}: messages since then")
        value = out.value("hist(age)") or {"buckets": []}
        equal(sum(buckets(value).values()), sent - old, f"{variant}: ages of new streams only")
        equal(out.left_out(2), old, f"{variant}: messages of old streams are left out")
        ok(any("began before" in r["why"] for r in out.clause(2)["left_out"]),
           f"{variant}: and it says why", out.clause(2))
        equal(out.left_out(6), old, f"{variant}: a predicate leaves out what it cannot decide")
        equal(out.rows("count()", clause=3), {"/gt.Test/Echo": 100, "/gt.Test/Chat": 20},
              f"{variant}: streams begun since then")
        ended = out.rows("count()", clause=4)
        equal({m: ended.get(m) for m in ("/gt.Test/Echo", "/gt.Test/Chat")},
              {"/gt.Test/Echo": 100, "/gt.Test/Chat": 20}, f"{variant}: of which all ended")
        equal(sum(ended.values()), 320, f"{variant}: and the old ones ended too")
        average = out.value("avg(age)") or {}
        equal(average.get("n"), 120, f"{variant}: ages of ends, without the old ones")
        equal(out.left_out(5), 200, f"{variant}: the 100 old streams on both sides")
        equal((out.status, out.lost()), (0, 0), f"{variant}: exit 0, nothing lost")

# As a person reads it.
with Target(any_variant(), "both", "-do", "hold n=100 m=1") as target:
    target.go()
    tracer = TextTracer("on grpc:msg_send < hist(age) >", pid=target.pid)
    target.do("more 3")
    text = tracer.stop()
    ok("600 events left out: age unknown (began before attach)" in text, "text: it says so", text)
done()
