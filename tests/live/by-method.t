#!/usr/bin/env -S python3 -B
"""sum, count and hist of message lengths by method, on all four kinds of call."""
from gtlive import *

need_root()
STEPS = ["-do", "unary n=300 c=4 method=Echo,Get,Put size=rand:7:0:100000 resp=rand:8:0:3000",
         "-do", "unary n=4 method=Big size=list:1048576,1048577,5000000 resp=0",
         "-do", "down n=5 m=20 resp=rand:9:0:50000", "-do", "up n=5 m=20 size=list:0,1,2,3,4",
         "-do", "chat n=10 c=2 m=10 size=rand:3:1:200000 free=1"]

for variant in variants():
    with Target(variant, "both", *STEPS) as target:
        tracer = Tracer("on grpc:msg_send < sum(msg_len), count(), hist(msg_len) by method >",
                        pid=target.pid)
        target.go()
        out = tracer.stop()
        methods = sorted(set(target.methods("CLIENT")) | set(target.methods("SERVER")))
        equal(out.rows("count()"), {m: target.sent(method=m) for m in methods},
              f"{variant}: count by method")
        equal(out.rows("sum(msg_len)"), {m: target.sent(part="sum", method=m) for m in methods},
              f"{variant}: sum by method")
        equal({m: buckets(v) for m, v in out.rows("hist(msg_len)").items()},
              {m: target.hist("sent", m) for m in methods}, f"{variant}: hist by method")
        out.sound(variant)
done()
