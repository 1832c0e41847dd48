#!/usr/bin/env -S python3 -B
"""-p and -b narrow it; what cannot be traced is said, and the others go on."""
from gtlive import *

need_root()
COUNT = "on grpc:msg_send < count() by pid >"
VARIANT = any_variant()

with Target(VARIANT, "both", "-do", "unary n=60") as one, \
        Target(VARIANT, "both", "-do", "unary n=40") as two, \
        Target(VARIANT, program="plain") as plain:
    tracer = Tracer(COUNT, pid=one.pid)
    one.go()
    two.go()
    out = tracer.stop()
    equal(out.rows("count()"), {one.pid: one.sent()}, "-p: one of two processes of a binary")
    out.sound("-p")

    before = {t.pid: t.sent() for t in (one, two)}
    tracer = Tracer(COUNT, args=["-b", one.path])
    one.do("do unary n=10")
    two.do("do unary n=20")
    out = tracer.stop()
    equal(out.rows("count()"), {t.pid: t.sent() - before[t.pid] for t in (one, two)},
          "-b: both processes of a binary")

    before = one.sent()
    tracer = Tracer(COUNT, pid=[plain.pid, one.pid])
    ok(str(plain.pid) in tracer.said(), "a process without gRPC among several is named",
       tracer.said())
    one.do("do unary n=10")
    out = tracer.stop()
    equal(out.rows("count()"), {one.pid: one.sent() - before}, "and the others go on")

    status, _, said = run("-p", str(plain.pid), "-e", COUNT)
    equal(status, 4, "a process without gRPC alone: exit 4")
    ok(str(plain.pid) in said, "it is named", said)
    status, _, said = run("-p", "4194000", "-e", COUNT)
    equal(status, 4, "a pid that is not there: exit 4")
    ok("4194000" in said, "it is named", said)

    tracer = Tracer(COUNT, pid=two.pid)
    two.quit()
    out = tracer.wait()
    equal(out.status, 0, "-p ends with its last process")
done()
