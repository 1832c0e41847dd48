#!/usr/bin/env -S python3 -B
"""One stripped target, -p, count(): exactly as many messages as the program sent."""
from gtlive import *

need_root()
STEPS = ["-do", "unary n=500 c=4 size=rand:7:0:100000 resp=rand:8:0:3000",
         "-do", "down n=5 m=20 resp=rand:9:0:50000", "-do", "up n=5 m=20",
         "-do", "chat n=10 c=2 m=10 size=rand:3:1:200000", "-do", "unary n=20 method=Err code=5"]

for variant in variants():
    with Target(variant, "both", *STEPS) as target:
        tracer = Tracer("on grpc:msg_send < count() >", pid=target.pid)
        target.go()
        out = tracer.stop()
        equal(out.value("count()"), target.sent(), f"{variant}: messages sent")
        equal(out.clause(1)["events"], target.sent(), f"{variant}: events of the clause")
        out.sound(variant)
        ok(target.alive(), f"{variant}: the target lives")
        equal(target.changed_code(), 0, f"{variant}: its code is as in the file")
        equal(target.quit(), 0, f"{variant}: and it ends well")
done()
