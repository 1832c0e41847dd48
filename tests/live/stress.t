#!/usr/bin/env -S python3 -B
"""Stacks that grow inside the traced functions, a collection every 2 ms, one and four
threads: still exact, and the target never crashes."""
from gtlive import *

need_root()
CLAUSES = ("on grpc:stream_send < count() by side, is_header >",
           "on grpc:msg_recv < sum(msg_len) by side >",
           "on grpc:stream_begin < count() by side >",
           "on grpc:stream_end < count(), avg(age) by side >")
STEPS = ["-grow", "60", "-gc", "2ms", "-do", "unary n=1500 c=8 size=rand:7:0:50000",
         "-do", "chat n=60 c=6 m=10 size=rand:3:1:100000 free=1", "-do", "down n=40 c=4 m=20"]

for variant in variants():
    for threads in ("1", "4"):
        name = f"{variant}, GOMAXPROCS={threads}"
        with Target(variant, "both", *STEPS, env={"GOMAXPROCS": threads}) as target:
            tracer = Tracer(*CLAUSES, pid=target.pid)
            target.go()
            out = tracer.stop(settle=0.5)
            equal(out.rows("count()", clause=1),
                  {("CLIENT", False): target.sent(side="CLIENT"),
                   ("CLIENT", True): target.header_blocks("out"),
                   ("SERVER", False): target.sent(side="SERVER"),
                   ("SERVER", True): target.header_blocks("in")}, f"{name}: sent")
            equal(out.rows("sum(msg_len)"),
                  {s: target.recv(part="sum", side=s) for s in ("CLIENT", "SERVER")}, f"{name}: taken")
            ended = {s: target.streams_ended(s) for s in ("CLIENT", "SERVER")}
            equal(out.rows("count()", clause=3), ended, f"{name}: streams begun")
            equal(out.rows("count()", clause=4), ended, f"{name}: streams ended")
            out.sound(name)
            ok(target.alive(), f"{name}: the target lives")
            equal(target.quit(), 0, f"{name}: and ends well")
done()
