#!/usr/bin/env -S python3 -B
"""Big messages that servers take, by method and pid: two servers, two clients."""
from gtlive import *

need_root()
CLAUSE = "on grpc:msg_recv where msg_len >= 64K && side == SERVER < max(msg_len) by method, pid >"
STEPS = ["-do", "unary n=200 c=4 method=Echo,Get,Small size=rand:%d:0:300000 resp=70000",
         "-do", "up n=5 m=20 size=list:65535,65536,65537", "-do", "unary n=9 method=Put size=65535"]


def biggest(server):
    return {(m, server.pid): tally["recv"]["max"] for m, tally in server.methods("SERVER").items()
            if tally["recv"]["max"] >= 65536}


for variant in variants():
    with Target(variant, "server") as one, \
            Target(variant, "server", "-addr", str(fresh("socket"))) as two:
        servers = (one, two)
        clients = [Target(variant, "client", "-addr", server.ready["addr"],
                          *(s.replace("%d", str(i)) for s in STEPS))
                   for i, server in enumerate(servers)]
        tracer = Tracer(CLAUSE, "on grpc:msg_recv < count() by pid, side >",
                        pid=[p.pid for p in (*servers, *clients)])
        for client in clients:
            client.go()
        for server in servers:
            server.do("report")
        out = tracer.stop()
        equal(out.rows("max(msg_len)"), {**biggest(one), **biggest(two)}, f"{variant}: max")
        equal(out.rows("count()"), {**{(s.pid, "SERVER"): s.recv() for s in servers},
                                    **{(c.pid, "CLIENT"): c.recv() for c in clients}},
              f"{variant}: all that was taken, by pid and side")
        out.sound(variant)
        for client in clients:
            client.quit()
done()
