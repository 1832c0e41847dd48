#!/usr/bin/env -S python3 -B
"""A peer dies with 100 open streams: each ends once on the other side, none stays."""
from gtlive import *

need_root()
CLAUSES = ("on grpc:stream_begin < @open[method]++ >", "on grpc:stream_end < @open[method]-- >",
           "on grpc:stream_end < count(), avg(age) >",
           "on grpc:stream_open < count() >",
           "on grpc:msg_recv < hist(age) >")

def all_ended(out, name):
    equal(out.rows(name="@open"), {"/gt.Test/Hold": 0}, f"{name}: none is open")
    equal(out.value("count()", clause=3), 100, f"{name}: each ended once")
    equal((out.value("avg(age)") or {}).get("n"), 100, f"{name}: with its age")
    equal(out.value("count()", clause=4), 0, f"{name}: no record is left")
    out.sound(name)


for variant in variants():
    with Target(variant, "server") as server:
        client = Target(variant, "client", "-addr", server.ready["addr"], "-do", "hold n=100 m=1")
        tracer = Tracer(*CLAUSES, pid=server.pid)
        client.go()
        client.kill()
        wait_until(lambda: server.do("report") and server.streams_ended() == 100)
        equal(server.streams_ended(), 100, f"{variant}: the server noticed")
        # What no hook reports is ended by the tracer's own look at closed connections.
        all_ended(tracer.stop(settle=2), f"{variant}, client killed")
        ok(server.alive(), f"{variant}: the server lives")

    with Target(variant, "server") as server, \
            Target(variant, "client", "-addr", server.ready["addr"], "-do", "hold n=100 m=1") as client:
        tracer = Tracer(*CLAUSES, pid=client.pid)
        client.go()
        server.kill()
        all_ended(tracer.stop(settle=2), f"{variant}, server killed")
        ok(client.alive(), f"{variant}: the client lives")
done()
