#!/usr/bin/env -S python3 -B
"""Messages and header blocks that go out, by side: the wire's own count of blocks."""
from gtlive import *

need_root()
STEPS = ["-do", "unary n=100 c=4 size=rand:7:0:5000", "-do", "down n=5 m=20", "-do", "up n=5 m=7",
         "-do", "chat n=10 c=2 m=10", "-do", "unary n=20 method=Err code=5"]

for variant in variants():
    with Target(variant, "both", *STEPS) as target:
        tracer = Tracer("on grpc:stream_send < count() by side, is_header >", pid=target.pid)
        target.go()
        out = tracer.stop()
        want = {("CLIENT", False): target.sent(side="CLIENT"),
                ("CLIENT", True): target.header_blocks("out"),
                ("SERVER", False): target.sent(side="SERVER"),
                ("SERVER", True): target.header_blocks("in")}
        equal(out.rows("count()"), want, f"{variant}: by side, is_header")
        out.sound(variant)
done()
