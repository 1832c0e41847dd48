#!/usr/bin/env -S python3 -B
"""20,000 unary calls by 8 callers: nothing unknown, nothing lost, both sides exact."""
from gtlive import *

need_root()
CLAUSES = ("on grpc:msg_send < count(), hist(age) by side, method >",
           "on grpc:msg_recv < count(), hist(age) by side, method >",
           "on grpc:header_send < count(), max(age) by side, method >",
           "on grpc:header_recv < count(), max(age) by side, method >",
           "on grpc:stream_begin < count() by side, method >",
           "on grpc:stream_end < count(), avg(age) by side, method >")
ECHO = [("CLIENT", "/gt.Test/Echo"), ("SERVER", "/gt.Test/Echo")]
N = 20000

for variant in variants():
    with Target(variant, "both", "-conns", "2",
                "-do", f"unary n={N} c=8 size=rand:7:0:2000 resp=rand:8:0:2000") as target:
        tracer = Tracer(*CLAUSES, pid=target.pid)
        target.go()
        out = tracer.stop(settle=0.5)
        out.sound(variant)
        each = dict.fromkeys(ECHO, N)
        for clause, what in ((1, "messages sent"), (2, "messages taken"), (5, "streams begun"),
                             (6, "streams ended")):
            equal(out.rows("count()", clause=clause), each, f"{variant}: {what}")
        equal(out.rows("count()", clause=3), {ECHO[0]: N, ECHO[1]: 2 * N}, f"{variant}: blocks sent")
        equal(out.rows("count()", clause=4), {ECHO[0]: 2 * N, ECHO[1]: N}, f"{variant}: blocks taken")
        for clause in (1, 2):
            equal({k: sum(buckets(v).values()) for k, v in out.rows("hist(age)", clause=clause).items()},
                  each, f"{variant}: an age for every message ({clause})")
        equal({k: v["n"] for k, v in out.rows("avg(age)").items()}, each,
              f"{variant}: an age for every end")
done()
