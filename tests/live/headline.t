#!/usr/bin/env -S python3 -B
"""The first line of the manual: the age of streams on which big messages go out."""
from gtlive import *

need_root()
CLAUSE = "on grpc:stream_send where msg_len > 1M < hist(age) >"
MIB = 1 << 20
STEPS = ["-do", f"chat n=6 c=2 m=6 size=list:{MIB},{MIB + 1},3000000,100 resp=list:10,2000000,{MIB}",
         "-do", f"unary n=10 c=2 method=Big size=list:{MIB + 1},{MIB},0 resp=1500000"]

for variant in variants():
    with Target(variant, "both", "-log", "events", *STEPS) as target:
        tracer = Tracer(CLAUSE, pid=target.pid)
        target.go()
        out = tracer.stop()
        big = [m for m in target.msgs if m["dir"] == "SEND" and m["len"] > MIB]
        hist_within(out.value("hist(age)"), [target.age(m) for m in big], f"{variant}: hist(age)")
        equal(out.map("hist(age)") and out.map("hist(age)")["unit"], "ns", f"{variant}: its unit")
        out.sound(variant)

# The same as a person sees it: text, nothing but data on standard output.
with Target(any_variant(), "both", "-do", "unary n=5 size=2000000") as target:
    tracer = TextTracer(CLAUSE, pid=target.pid)
    target.go()
    text = tracer.stop()
    equal(tracer.process.returncode, 0, "text: exit 0")
    ok("hist(age)" in text and "ms" in text, "text: a histogram with its expression and unit", text)
    ok("gtrace:" not in text, "text: nothing but data on standard output", text)
done()
